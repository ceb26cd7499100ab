"""Who may ask: anonymous accounts and their tokens, which are kept as hashes alone."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from typing import Final

from mango_skill.engine.store.database import Database

TOKEN_PREFIX: Final = "nmv_eng_"


@dataclass(frozen=True, repr=False)
class IssuedToken:
    """A fresh token; the only moment in which its text exists here."""

    text: str
    expires: float


class Accounts:
    """Accounts, tokens, and a few named facts of the installation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def fact(self, name: str, *, default: str) -> str:
        """Return a named fact of this installation; the default is remembered at the first asking."""
        self._database.change("INSERT OR IGNORE INTO facts (name, value) VALUES (?, ?)", name, default)
        return str(self._database.value("SELECT value FROM facts WHERE name = ?", name))

    def issue_token(self, client_id: str, *, now: float, lifetime_s: float) -> IssuedToken:
        """Return a token for the client's account, which is made at the first asking."""
        token = IssuedToken(TOKEN_PREFIX + secrets.token_urlsafe(32), now + lifetime_s)
        with self._database.transaction():
            self._database.change("DELETE FROM tokens WHERE expires < ?", now)
            self._database.change(
                "INSERT OR IGNORE INTO accounts (id, client_id, created) VALUES (?, ?, ?)",
                str(uuid.uuid4()),
                client_id,
                now,
            )
            account = self._database.value("SELECT id FROM accounts WHERE client_id = ?", client_id)
            self._database.change(
                "INSERT INTO tokens (hash, account_id, expires) VALUES (?, ?, ?)",
                _hash(token.text),
                account,
                token.expires,
            )
        return token

    def account_of(self, token: str, *, now: float) -> str | None:
        """Return the account that a token stands for; None when it is unknown or expired."""
        found = self._database.value(
            "SELECT account_id FROM tokens WHERE hash = ? AND expires >= ?", _hash(token), now
        )
        return None if found is None else str(found)


def _hash(token: str) -> str:
    # 256 random bits need no slow hash
    return hashlib.sha256(token.encode()).hexdigest()
