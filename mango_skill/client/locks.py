"""Locks of the operating system: they end with their holder, however it dies."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from mango_skill.client.clock import Clock, SystemClock
from mango_skill.client.journal import make_folder

if os.name == "nt":  # pragma: no cover - exercised on Windows only
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        # A byte far behind the holder's note: Windows locks are mandatory, the note stays readable.
        os.lseek(descriptor, 1 << 30, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, 1 << 30, os.SEEK_SET)
        with contextlib.suppress(OSError):
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined,unused-ignore]

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


_POLL_S = 0.05


class FileLock:
    """One lock file. Acquired at most once per object; the file itself stays."""

    def __init__(self, path: Path, *, clock: Clock | None = None) -> None:
        self.path = path
        self._clock: Clock = SystemClock() if clock is None else clock
        self._descriptor: int | None = None

    def acquire(self, *, wait_s: float = 0.0, note: dict[str, Any] | None = None) -> bool:
        """Take the lock, waiting up to ``wait_s``; ``note`` tells others who holds it.

        Returns:
            Whether the lock is held now.
        """
        make_folder(self.path.parent)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        deadline = self._clock.monotonic() + wait_s
        while not _try_lock(descriptor):
            if self._clock.monotonic() >= deadline:
                os.close(descriptor)
                return False
            self._clock.sleep(_POLL_S)
        self._descriptor = descriptor
        if note is not None:
            os.ftruncate(descriptor, 0)
            os.lseek(descriptor, 0, os.SEEK_SET)
            os.write(descriptor, json.dumps(note).encode())
        return True

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._descriptor is None:
            return
        descriptor, self._descriptor = self._descriptor, None
        _unlock(descriptor)
        os.close(descriptor)

    def holder(self) -> dict[str, Any]:
        """Return the note of whoever held it last; empty when there is none."""
        try:
            note = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return note if isinstance(note, dict) else {}

    def is_held(self) -> bool:
        """Whether somebody, this process included, holds it now."""
        if self._descriptor is not None:
            return True
        if not self.path.exists():
            return False
        probe = FileLock(self.path, clock=self._clock)
        if probe.acquire():
            probe.release()
            return False
        return True

    def __enter__(self) -> FileLock:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


@contextlib.contextmanager
def locked(path: Path, *, wait_s: float, clock: Clock | None = None) -> Iterator[bool]:
    """Hold the lock at ``path`` for a block; yields whether it was got within ``wait_s``."""
    with FileLock(path, clock=clock) as lock:
        yield lock.acquire(wait_s=wait_s)
