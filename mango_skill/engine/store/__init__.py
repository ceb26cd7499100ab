"""What the engine remembers, in one SQLite file: accounts, sessions, files, drafts, renders, analyses."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from mango_skill.engine.store.accounts import Accounts, IssuedToken
from mango_skill.engine.store.database import Database
from mango_skill.engine.store.drafts import Drafts, DraftVersion, NewDraft
from mango_skill.engine.store.renders import JobStatus, RenderJob, Renders
from mango_skill.engine.store.sessions import Asset, Session, Sessions

DATABASE_NAME: Final = "engine.sqlite3"


class Store:
    """The tables, sharing one database. Safe to use from any thread."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path)
        self.accounts = Accounts(self._database)
        self.sessions = Sessions(self._database)
        self.drafts = Drafts(self._database)
        self.renders = Renders(self._database)

    def transaction(self) -> AbstractContextManager[None]:
        """Make several changes happen together or not at all."""
        return self._database.transaction()

    def close(self) -> None:
        """Close the database."""
        self._database.close()


__all__ = [
    "DATABASE_NAME",
    "Asset",
    "DraftVersion",
    "IssuedToken",
    "JobStatus",
    "NewDraft",
    "RenderJob",
    "Session",
    "Store",
]
