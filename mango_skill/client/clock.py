"""Time, passed in: what waits can be tested without waiting."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Three ways to know or spend time."""

    def now(self) -> float:
        """Seconds since 1970, for what is written down."""
        ...

    def monotonic(self) -> float:
        """Seconds that never jump, for deadlines."""
        ...

    def sleep(self, seconds: float) -> None:
        """Spend time."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(seconds)
