"""Progress of a call, told to the host as it comes: always growing, a few times a second at most."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from mango_skill.tools.context import Progress, Stage

HUNDRED: Final = 100.0
_PAUSE_S: Final = 0.25
_SILENCE_S: Final = 5.0
_SPANS: Final[dict[Stage, tuple[float, float]]] = {
    "upload": (0.0, 100.0),
    "edit": (0.0, 100.0),
    "render": (0.0, 90.0),
    "download": (90.0, 100.0),
}
"""Where a stage lies within its hundred: a finished render is fetched within the render's."""

Report = Callable[[float, float, str], Awaitable[None]]


class Teller:
    """Takes progress from the thread of a call and reports it from the event loop."""

    def __init__(self, report: Report) -> None:
        """Make it within the running loop.

        Args:
            report: Sends a position, the total and a note to the host.
        """
        self._report = report
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._scale = Scale()
        self._note = ""
        self._told = -1.0

    def hear(self, progress: Progress) -> None:
        """Take progress; callable from any thread, also when nobody listens any more."""
        try:
            self._loop.call_soon_threadsafe(self._take, progress)
        except RuntimeError:
            return  # the server has ended; the work goes on without it

    async def tell(self) -> None:
        """Report until cancelled; silence is broken, so that hosts that wait for a sign of life go on waiting."""
        while True:
            try:
                async with asyncio.timeout(_SILENCE_S):
                    await self._news.wait()
            except TimeoutError:
                self._scale.nudge()
            self._news.clear()
            if self._scale.position > self._told:
                self._told = self._scale.position
                await self._report(self._told, self._scale.total, self._note)
            await asyncio.sleep(_PAUSE_S)

    def _take(self, progress: Progress) -> None:
        grew = self._scale.take(progress)
        if grew or progress.note not in ("", self._note):
            if not grew:
                self._scale.nudge()
            self._note = progress.note or self._note
            self._news.set()


class Scale:
    """The stages of one call laid end to end, a hundred each."""

    def __init__(self) -> None:
        self.position = 0.0
        self._begun = 0.0
        self._stage: Stage | None = None

    @property
    def total(self) -> float:
        """The end of the hundred that is under way."""
        return self._begun + HUNDRED

    def take(self, progress: Progress) -> bool:
        """Go to where a call now is; whether that is farther than before."""
        first, last = _SPANS[progress.stage]
        if self._stage not in (None, progress.stage) and first == 0.0:
            self._begun += HUNDRED
        self._stage = progress.stage
        if progress.percent is None:
            return False
        reached = self._begun + first + (last - first) * min(HUNDRED, max(0.0, progress.percent)) / HUNDRED
        if reached <= self.position:
            return False
        self.position = reached
        return True

    def nudge(self) -> None:
        """Go on by a little, never to the end: the protocol wants every report to be farther than the last."""
        self.position += (self.total - self.position) / HUNDRED
