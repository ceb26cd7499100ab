"""How long something will still take, told only once it can be known. Pure but for the clock it is given."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

_KNOWN_AFTER_S: Final = 3.0
_KNOWN_AFTER_PERCENT: Final = 4.0
_WINDOW_S: Final = 20.0
# How much a new estimate moves the one that was told.
_FRESH_SHARE: Final = 0.3


class Pace:
    """Follows one piece of work from percent to percent; never backwards.

    Args:
        monotonic: Seconds.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._steps: deque[tuple[float, float]] = deque([(monotonic(), 0.0)])
        self._began = self._steps[0]
        self._estimate: float | None = None
        self._estimated_at = self._began[0]
        self.percent = 0.0

    def note(self, percent: float) -> None:
        """Note how far it is; less than before says nothing new: the work began anew."""
        now = self._monotonic()
        if percent <= self.percent:
            return
        self.percent = min(100.0, percent)
        self._steps.append((now, self.percent))
        while len(self._steps) > 2 and now - self._steps[0][0] > _WINDOW_S:
            self._steps.popleft()
        fresh = self._from_speed(now)
        if fresh is None:
            return
        told = self._counted_down(now)
        self._estimate = fresh if told is None else told + _FRESH_SHARE * (fresh - told)
        self._estimated_at = now

    def left_s(self) -> int | None:
        """Return the seconds that it will still take; None while nobody can know."""
        if self._estimate is None or self.percent >= 100.0:
            return None
        left = self._counted_down(self._monotonic())
        assert left is not None
        return max(1, round(left))

    def _counted_down(self, now: float) -> float | None:
        return None if self._estimate is None else max(0.0, self._estimate - (now - self._estimated_at))

    def _from_speed(self, now: float) -> float | None:
        elapsed = now - self._began[0]
        if elapsed < _KNOWN_AFTER_S or self.percent < _KNOWN_AFTER_PERCENT:
            return None
        first_at, first = self._steps[0]
        # the last while tells how fast it goes now, the whole how fast it goes in the mean
        lately = (self.percent - first) / (now - first_at) if now > first_at else 0.0
        speed = (lately + self.percent / elapsed) / 2
        return (100.0 - self.percent) / speed
