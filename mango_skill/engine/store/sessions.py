"""Sessions and the files in them."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mango_skill.engine.store.database import Database

_MINUTE_S: Final = 60.0


@dataclass(frozen=True)
class Session:
    """One project: a timeline with its footage and its history."""

    id: str
    task_id: str
    account_id: str
    language: str
    created: float
    touched: float


@dataclass(frozen=True)
class Asset:
    """A file of a session.

    Attributes:
        name: What the user calls it.
        file: Its random name in the session's folder.
        info: What probing found, see ``engine.media.info.MediaInfo``.
    """

    id: str
    session_id: str
    number: int
    name: str
    sha256: str
    file: str
    info: Mapping[str, Any]
    created: float


class Sessions:
    """The tables of sessions and assets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, account_id: str, *, language: str, now: float) -> Session:
        """Make an empty session."""
        session = Session(str(uuid.uuid4()), str(uuid.uuid4()), account_id, language, now, now)
        self._database.change(
            "INSERT INTO sessions (id, task_id, account_id, language, created, touched) VALUES (?, ?, ?, ?, ?, ?)",
            session.id,
            session.task_id,
            account_id,
            language,
            now,
            now,
        )
        return session

    def find(self, session_id: str) -> Session | None:
        """Return a session by its id."""
        row = self._database.row("SELECT * FROM sessions WHERE id = ?", session_id)
        return None if row is None else _session(row)

    def oldest_first(self) -> list[Session]:
        """Return all sessions, the one that was used longest ago first."""
        return [_session(row) for row in self._database.rows("SELECT * FROM sessions ORDER BY touched")]

    def touch(self, session_id: str, *, now: float) -> None:
        """Note that the session was used, to the minute; retention counts from here."""
        self._database.change(
            "UPDATE sessions SET touched = ? WHERE id = ? AND touched < ?", now, session_id, now - _MINUTE_S
        )

    def delete(self, session_id: str) -> bool:
        """Remove the session with all its rows; its files are the caller's."""
        return self._database.change("DELETE FROM sessions WHERE id = ?", session_id) > 0

    def pending(self, session_id: str) -> Mapping[str, Any] | None:
        """Return the question that waits for an answer, as the director left it."""
        text = self._database.value("SELECT pending FROM sessions WHERE id = ?", session_id)
        return None if text is None else json.loads(text)

    def report(self, session_id: str) -> Mapping[str, Any]:
        """Return the facts of the last turn."""
        text = self._database.value("SELECT report FROM sessions WHERE id = ?", session_id)
        return {} if text is None else json.loads(text)

    def keep_turn(
        self, session_id: str, *, report: Mapping[str, Any], pending: Mapping[str, Any] | None
    ) -> None:
        """Keep the facts of a turn and the question that it left, if any."""
        self._database.change(
            "UPDATE sessions SET report = ?, pending = ? WHERE id = ?",
            json.dumps(dict(report)),
            None if pending is None else json.dumps(dict(pending)),
            session_id,
        )

    def add_asset(
        self, session_id: str, *, name: str, sha256: str, file: str, info: Mapping[str, Any], now: float
    ) -> Asset:
        """Add a file, or return the one with the same content that is there already."""
        with self._database.transaction():
            number = self._database.value(
                "SELECT COALESCE(MAX(number), 0) + 1 FROM assets WHERE session_id = ?", session_id
            )
            self._database.change(
                "INSERT OR IGNORE INTO assets (id, session_id, number, name, sha256, file, info, created)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                "asset_" + secrets.token_hex(6),
                session_id,
                number,
                name,
                sha256,
                file,
                json.dumps(dict(info)),
                now,
            )
            found = self.same_content(session_id, sha256)
        assert found is not None
        return found

    def same_content(self, session_id: str, sha256: str) -> Asset | None:
        """Return the session's file with this content."""
        row = self._database.row(
            "SELECT * FROM assets WHERE session_id = ? AND sha256 = ?", session_id, sha256
        )
        return None if row is None else _asset(row)

    def assets(self, session_id: str) -> list[Asset]:
        """Return the session's files in the order in which they came."""
        rows = self._database.rows("SELECT * FROM assets WHERE session_id = ? ORDER BY number", session_id)
        return [_asset(row) for row in rows]

    def answer(self, asset_id: str, question: str) -> Any | None:
        """Return what an analysis found earlier, or None."""
        text = self._database.value(
            "SELECT answer FROM analyses WHERE asset_id = ? AND question = ?", asset_id, question
        )
        return None if text is None else json.loads(text)

    def keep_answer(self, asset_id: str, question: str, answer: object) -> None:
        """Keep what an analysis found."""
        self._database.change(
            "INSERT OR REPLACE INTO analyses (asset_id, question, answer)"
            " SELECT id, ?, ? FROM assets WHERE id = ?",
            question,
            json.dumps(answer),
            asset_id,
        )


def _session(row: Any) -> Session:
    return Session(
        id=row["id"],
        task_id=row["task_id"],
        account_id=row["account_id"],
        language=row["language"],
        created=row["created"],
        touched=row["touched"],
    )


def _asset(row: Any) -> Asset:
    return Asset(
        id=row["id"],
        session_id=row["session_id"],
        number=row["number"],
        name=row["name"],
        sha256=row["sha256"],
        file=row["file"],
        info=json.loads(row["info"]),
        created=row["created"],
    )
