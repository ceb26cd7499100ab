"""Where the engine keeps what: one folder per session, files under random names."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """The engine's home folder and what lies in it."""

    home: Path

    @property
    def database(self) -> Path:
        """The one database."""
        return self.home / "engine.sqlite3"

    @property
    def sessions(self) -> Path:
        """Holds a folder per session."""
        return self.home / "sessions"

    def media(self, session_id: str) -> Path:
        """Return the folder of a session's footage; it is made when it is not there."""
        return _made(self.sessions / session_id / "media")

    def renders(self, session_id: str) -> Path:
        """Return the folder of a session's results; it is made when it is not there."""
        return _made(self.sessions / session_id / "renders")

    def remove(self, session_id: str) -> None:
        """Remove a session's folder with all that is in it."""
        shutil.rmtree(self.sessions / session_id, ignore_errors=True)

    def size(self, session_id: str) -> int:
        """Return the bytes that a session's files take."""
        folder = self.sessions / session_id
        return sum(_size(path) for path in folder.rglob("*")) if folder.exists() else 0

    def sweep(self, known: Iterable[str], kept: frozenset[Path]) -> None:
        """Remove folders of sessions that are gone, and files that nothing refers to.

        What a killed engine leaves behind is found here at the next start.
        """
        known = set(known)
        if not self.sessions.exists():
            return
        for folder in self.sessions.iterdir():
            if folder.name not in known:
                shutil.rmtree(folder, ignore_errors=True)
                continue
            for path in folder.rglob("*"):
                if path.is_file() and path not in kept:
                    path.unlink(missing_ok=True)


def _made(folder: Path) -> Path:
    # whoever may read footage is decided by the home folder, which is for its owner alone
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0
