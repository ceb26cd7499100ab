"""One thing at a time on a session: a second message gets a clear answer, an upload waits its moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from mango_skill.errors import BusyError, EngineError

_WAIT_S: Final = 30.0


class Turns:
    """Which sessions are being changed right now."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken: set[str] = set()
        self._closed = False

    def begin(self, session_id: str) -> None:
        """Take a session for a turn.

        Raises:
            BusyError: Another turn runs on it.
            EngineError: ``stopping``.
        """
        with self._changed:
            self._check_open()
            if session_id in self._taken:
                raise busy()
            self._taken.add(session_id)

    def end(self, session_id: str) -> None:
        """Give a session back."""
        with self._changed:
            self._taken.discard(session_id)
            self._changed.notify_all()

    @contextmanager
    def hold(self, session_id: str, *, wait_s: float = _WAIT_S) -> Iterator[None]:
        """Take a session for the block, waiting for a turn that runs on it.

        Raises:
            BusyError: The turn did not end in time.
            EngineError: ``stopping``.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: session_id not in self._taken, timeout=wait_s):
                raise busy()
            self._check_open()
            self._taken.add(session_id)
        try:
            yield
        finally:
            self.end(session_id)

    def is_busy(self, session_id: str) -> bool:
        """Whether something changes the session right now."""
        with self._changed:
            return session_id in self._taken

    def running(self) -> int:
        """Return how many sessions are being changed."""
        with self._changed:
            return len(self._taken)

    def drain(self, *, wait_s: float) -> bool:
        """Begin nothing new and wait for what runs; False when the time was not enough."""
        with self._changed:
            self._closed = True
            return self._changed.wait_for(lambda: not self._taken, timeout=wait_s)

    def _check_open(self) -> None:
        if self._closed:
            raise EngineError(
                "The engine is stopping.",
                code="stopping",
                hint="Ask again; a new engine is started.",
                retryable=True,
            )


def busy() -> BusyError:
    """Return the answer to a second message."""
    return BusyError(
        "Another message is still being worked on in this project.",
        hint="Wait for its answer, then send this one again; it was not carried out.",
    )
