"""The one running engine of a home folder: its lock, and ``engine.json``."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mango_skill.errors import EngineError
from mango_skill.protocol import constants


@dataclass(frozen=True, repr=False)
class Instance:
    """What ``engine.json`` says.

    ``secret`` proves the engine to its callers; ``started`` is in epoch seconds; ``code`` is the folder that holds
    the package it runs: when that is gone, it can start no more children.
    """

    url: str
    version: str
    pid: int
    secret: str
    client_id: str
    started: float
    code: str

    def publish(self, home: Path) -> None:
        """Write ``engine.json``, readable by its owner alone, in one step."""
        write_privately(home / constants.ENGINE_FILE, asdict(self))

    def withdraw(self, home: Path) -> None:
        """Remove ``engine.json`` when it is still this engine's."""
        path = home / constants.ENGINE_FILE
        try:
            if json.loads(path.read_text(encoding="utf-8")).get("secret") == self.secret:
                path.unlink()
        except (OSError, ValueError):
            return


def write_privately(path: Path, document: Mapping[str, Any]) -> None:
    """Write a JSON file (0600) so that a reader sees the old or the new one, never a part."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(dict(document), file)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


class HomeLock:
    """The operating system's lock on a home folder; it goes with the process, however that ends."""

    def __init__(self, home: Path) -> None:
        self._path = home / constants.ENGINE_LOCK
        self._handle: int | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            EngineError: ``already_running``; ``home`` when the folder can't be written.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # whoever made the folder: footage and tokens are for the user alone
            self._path.parent.chmod(0o700)
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as problem:
            raise EngineError(
                f"The engine's folder can't be written: {problem.strerror}.",
                code="home",
                hint=f"Check the permissions of {self._path.parent}, or set MANGO_HOME.",
            ) from problem
        try:
            _lock(handle)
        except OSError:
            os.close(handle)
            raise EngineError(
                "An engine is already running on this folder.",
                code="already_running",
                hint="Use it, or stop it first with: mango engine stop",
            ) from None
        self._handle = handle

    def release(self) -> None:
        """Give the lock back."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
