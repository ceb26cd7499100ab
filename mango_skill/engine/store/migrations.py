"""The database's shape, as the steps that lead to it. A step that was released is never changed."""

from __future__ import annotations

from typing import Final

MIGRATIONS: Final[tuple[str, ...]] = (
    """
    CREATE TABLE facts (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    );
    CREATE TABLE accounts (
        id TEXT PRIMARY KEY,
        client_id TEXT NOT NULL UNIQUE,
        created REAL NOT NULL
    );
    CREATE TABLE tokens (
        hash TEXT PRIMARY KEY,
        account_id TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
        expires REAL NOT NULL
    );
    CREATE TABLE sessions (
        id TEXT PRIMARY KEY,
        task_id TEXT NOT NULL,
        account_id TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
        language TEXT NOT NULL,
        created REAL NOT NULL,
        touched REAL NOT NULL,
        current INTEGER NOT NULL DEFAULT 0,
        report TEXT NOT NULL DEFAULT '{}',
        pending TEXT
    );
    CREATE TABLE assets (
        id TEXT PRIMARY KEY,
        session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        name TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        file TEXT NOT NULL,
        info TEXT NOT NULL,
        created REAL NOT NULL,
        UNIQUE (session_id, sha256)
    );
    CREATE TABLE drafts (
        session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
        version INTEGER NOT NULL,
        parent INTEGER,
        kind TEXT NOT NULL,
        message TEXT NOT NULL,
        operations TEXT NOT NULL,
        draft TEXT NOT NULL,
        created REAL NOT NULL,
        PRIMARY KEY (session_id, version)
    );
    CREATE TABLE renders (
        id TEXT PRIMARY KEY,
        session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
        status TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        draft TEXT NOT NULL,
        output TEXT NOT NULL,
        file TEXT NOT NULL DEFAULT '',
        facts TEXT NOT NULL DEFAULT '{}',
        error TEXT NOT NULL DEFAULT '{}',
        created REAL NOT NULL,
        finished REAL
    );
    CREATE INDEX renders_by_status ON renders (status, created);
    CREATE TABLE analyses (
        asset_id TEXT NOT NULL REFERENCES assets(id) ON DELETE CASCADE,
        question TEXT NOT NULL,
        answer TEXT NOT NULL,
        PRIMARY KEY (asset_id, question)
    );
    """,
)
"""Each entry lifts the database by one version (``PRAGMA user_version``)."""
