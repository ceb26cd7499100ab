"""One SQLite file: opened, brought up to date, and shared by the engine's threads."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from mango_skill.engine.store.migrations import MIGRATIONS
from mango_skill.errors import EngineError, OutputError

_BUSY_TIMEOUT_S: Final = 10.0
# SQLite says "I/O error" where the write-ahead log no longer fits
_DISK_FULL: Final = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


class Database:
    """A connection under a lock. Everything in ``transaction()`` happens, or nothing of it."""

    def __init__(self, path: Path, *, migrations: Sequence[str] = MIGRATIONS) -> None:
        """Open the file, make it when it is not there, and run the migrations that it lacks.

        Raises:
            EngineError: ``newer_data`` when a newer version wrote it; ``database`` when it can't be used.
        """
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = threading.RLock()
        self._depth = 0
        try:
            # the file itself holds hashes alone, yet nobody else needs to read it
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = sqlite3.connect(
                path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._migrate(migrations)
        except (sqlite3.Error, OSError) as problem:
            raise EngineError(
                f"The engine's database can't be used: {problem}.",
                code="database",
                hint=f"Check that {path.parent} can be written, or move {path.name} away to start anew.",
            ) from problem

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the lock and make the block atomic; blocks may nest."""
        with self._lock:
            outermost = self._depth == 0
            if outermost:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                # a full disk has rolled back already
                if outermost and self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            self._depth -= 1
            if outermost:
                self.change("COMMIT")

    def change(self, sql: str, *values: object) -> int:
        """Run one statement and return how many rows it changed.

        Raises:
            OutputError: ``disk_full``.
        """
        with self._lock:
            try:
                return self._connection.execute(sql, values).rowcount
            except sqlite3.OperationalError as problem:
                if problem.sqlite_errorcode & 0xFF in _DISK_FULL:
                    raise OutputError(
                        "The disk is full.",
                        code="disk_full",
                        hint="Free some space and try again; what was there before is kept.",
                    ) from problem
                raise

    def row(self, sql: str, *values: object) -> sqlite3.Row | None:
        """Return the first row, or None."""
        with self._lock:
            found: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
            return found

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Return all rows."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def value(self, sql: str, *values: object) -> Any:
        """Return the first column of the first row, or None."""
        row = self.row(sql, *values)
        return None if row is None else row[0]

    def close(self) -> None:
        """Close the file; what was committed stays."""
        with self._lock:
            self._connection.close()

    def _migrate(self, migrations: Sequence[str]) -> None:
        version = self.value("PRAGMA user_version")
        if version > len(migrations):
            raise EngineError(
                "The engine's data was written by a newer version.",
                code="newer_data",
                hint="Update mango-skill, or point MANGO_HOME to another folder.",
            )
        for number, script in enumerate(migrations[version:], start=version + 1):
            with self.transaction():
                # executescript would commit first; the statements hold no semicolon of their own
                for statement in script.split(";"):
                    if statement.strip():
                        self._connection.execute(statement)
                self._connection.execute(f"PRAGMA user_version = {number}")
