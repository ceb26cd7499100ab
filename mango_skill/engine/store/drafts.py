"""Every version of a session's draft, and which of them is in force; nothing is ever overwritten."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mango_skill.engine.store.database import Database


@dataclass(frozen=True)
class NewDraft:
    """A draft that is about to become a version.

    Attributes:
        kind: ``edit`` (a message) or ``upload``.
        message: The user's words; empty for what is no step of its own.
        draft: The draft as the wire says it.
        operations: What was carried out, as the vocabulary says it.
    """

    kind: str
    message: str
    draft: Mapping[str, Any]
    operations: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class DraftVersion:
    """A stored version. Numbers count from 1 in each session; ``parent`` is what it was made from."""

    session_id: str
    version: int
    parent: int | None
    kind: str
    message: str
    draft: Mapping[str, Any]
    operations: tuple[Mapping[str, Any], ...]
    created: float


class Drafts:
    """The table of drafts, and each session's pointer to the one in force."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, session_id: str, new: NewDraft, *, parent: int, now: float) -> DraftVersion:
        """Store a version made from ``parent`` (0: from nothing), put it in force and return it."""
        with self._database.transaction():
            version = 1 + int(
                self._database.value(
                    "SELECT COALESCE(MAX(version), 0) FROM drafts WHERE session_id = ?", session_id
                )
            )
            self._database.change(
                "INSERT INTO drafts (session_id, version, parent, kind, message, operations, draft, created)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                session_id,
                version,
                parent or None,
                new.kind,
                new.message,
                json.dumps([dict(one) for one in new.operations]),
                json.dumps(dict(new.draft)),
                now,
            )
            self.move(session_id, version)
            found = self.find(session_id, version)
        assert found is not None
        return found

    def move(self, session_id: str, version: int) -> None:
        """Put a stored version in force."""
        self._database.change("UPDATE sessions SET current = ? WHERE id = ?", version, session_id)

    def current_number(self, session_id: str) -> int:
        """Return the number of the version in force; 0 when there is none."""
        return int(self._database.value("SELECT current FROM sessions WHERE id = ?", session_id) or 0)

    def current(self, session_id: str) -> DraftVersion | None:
        """Return the version in force."""
        return self.find(session_id, self.current_number(session_id))

    def find(self, session_id: str, version: int) -> DraftVersion | None:
        """Return one version."""
        row = self._database.row(
            "SELECT * FROM drafts WHERE session_id = ? AND version = ?", session_id, version
        )
        return None if row is None else _version(row)

    def all(self, session_id: str) -> list[DraftVersion]:
        """Return all versions, oldest first."""
        rows = self._database.rows("SELECT * FROM drafts WHERE session_id = ? ORDER BY version", session_id)
        return [_version(row) for row in rows]

    def headlines(self, session_id: str) -> list[tuple[int, str, str, float]]:
        """Return number, kind, message and time of all versions, oldest first."""
        rows = self._database.rows(
            "SELECT version, kind, message, created FROM drafts WHERE session_id = ? ORDER BY version",
            session_id,
        )
        return [(row["version"], row["kind"], row["message"], row["created"]) for row in rows]


def _version(row: Any) -> DraftVersion:
    return DraftVersion(
        session_id=row["session_id"],
        version=row["version"],
        parent=row["parent"],
        kind=row["kind"],
        message=row["message"],
        draft=json.loads(row["draft"]),
        operations=tuple(json.loads(row["operations"])),
        created=row["created"],
    )
