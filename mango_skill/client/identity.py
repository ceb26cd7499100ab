"""Who asks: the client id, and the token that a call carries.

A token that the user set is never replaced by an anonymous one. Anonymous tokens are kept until they expire
and renewed with the same client id, under a lock, so that parallel assistants don't burn the quota of their
address.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from mango_skill.client import journal
from mango_skill.client.backend import Backend, Places
from mango_skill.client.clock import Clock
from mango_skill.client.locks import FileLock
from mango_skill.errors import BusyError, ConfigurationError, EngineError, ServiceError
from mango_skill.protocol import constants

TOKEN_VARIABLE: Final = "NEMO_TOKEN"
CLIENT_ID_VARIABLE: Final = "NEMO_CLIENT_ID"
_DAY_S: Final = 86_400.0
_LOCK_WAIT_S: Final = 60.0
_CLIENT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-]{7,127}")

USER: Final = "user"
ANONYMOUS: Final = "anonymous"
GIVEN: Final = "given"


@dataclass(frozen=True)
class Token:
    """A token and what is known of it; its value never shows in a repr.

    ``source`` is ``environment``, ``remembered`` or ``given`` just now (the user's own), or ``anonymous``.
    """

    value: str = field(repr=False)
    source: str
    expires: float | None = None

    @property
    def is_users(self) -> bool:
        return self.source != ANONYMOUS


class Identity:
    """Finds, keeps and renews the token for one backend.

    ``fetch`` asks the backend for an anonymous token: it gets the client id and returns the answer's data.
    """

    def __init__(
        self,
        *,
        backend: Backend,
        places: Places,
        clock: Clock,
        fetch: Callable[[str], Any],
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._backend = backend
        self._clock = clock
        self._fetch = fetch
        self._environ = os.environ if environ is None else environ
        self._folder = places.data / "identity"
        self._client_id_file = places.shared_config / "client_id"

    # The client id -------------------------------------------------------------------------------------

    def client_id(self) -> str:
        """Return the id that anonymous tokens are given to: kept for ever, the same for all processes.

        Raises:
            EngineError: The engine is not running.
            ConfigurationError: The folder can't be written.
        """
        if not self._backend.is_cloud:
            found = self._backend.engine_record().get("client_id")
            if not isinstance(found, str) or not found:
                raise EngineError(
                    "The engine did not say who may use it.",
                    code="engine_stopped",
                    hint="Stop it with 'mango engine stop' and repeat the command.",
                )
            return found
        return self._known_client_id() or self._make_client_id()

    def _known_client_id(self) -> str | None:
        given = self._environ.get(CLIENT_ID_VARIABLE, "").strip()
        return given if _CLIENT_ID.fullmatch(given) else self._read_client_id()

    def _read_client_id(self) -> str | None:
        try:
            found = self._client_id_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return found if _CLIENT_ID.fullmatch(found) else None

    def _make_client_id(self) -> str:
        with self._locked():
            # Another process may have made it while this one waited.
            return self._read_client_id() or self._write_client_id()

    def _write_client_id(self) -> str:
        made = str(uuid.uuid4())
        try:
            journal.make_folder(self._client_id_file.parent)
            temporary = self._client_id_file.with_name(f".client_id.{os.getpid()}.tmp")
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(f"{made}\n")
            os.replace(temporary, self._client_id_file)
        except OSError as problem:
            raise ConfigurationError(
                f"The client id can't be kept in {self._client_id_file.parent} ({problem.strerror}).",
                code="not_writable",
                hint="Make that folder writable, or set MANGO_HOME to one that is.",
            ) from None
        return made

    # The token -----------------------------------------------------------------------------------------

    def token(self) -> Token:
        """Return the token to use: the user's own, else the kept anonymous one, else a new one.

        Raises:
            MangoError: None could be got.
        """
        return self.known_token() or self._new_anonymous(refused=None)

    def known_token(self) -> Token | None:
        """Return the token that is there without asking for one."""
        if self._backend.is_cloud:
            given = self._environ.get(TOKEN_VARIABLE, "").strip()
            if given:
                return Token(given, "environment")
            remembered = self._records().get(self._key(USER))
            if isinstance(remembered, dict) and remembered.get("token"):
                return Token(str(remembered["token"]), "remembered")
        return self._cached()

    def renew(self, refused: Token) -> Token:
        """Return another token after the service refused one.

        Raises:
            ConfigurationError: It is the user's own token, which is never replaced without their word.
        """
        if refused.source == GIVEN:
            raise ConfigurationError(
                "The service refused this access token: it is invalid or has expired.",
                code=str(constants.TOKEN_INVALID),
                hint="Check that it was copied whole; what was known before is kept and still used.",
            )
        if refused.is_users:
            place = (
                "in NEMO_TOKEN" if refused.source == "environment" else "that was given with 'mango connect'"
            )
            raise ConfigurationError(
                f"The service refused the access token {place}: it is invalid or has expired.",
                code=str(constants.TOKEN_INVALID),
                hint=(
                    "Set a valid token, or remove it and connect anonymously; "
                    "an anonymous account does not see this account's projects."
                ),
            )
        return self._new_anonymous(refused=refused.value)

    def remember(self, token: str) -> Token:
        """Keep the user's own token for later processes, readable by the user only."""
        with self._locked():
            records = self._records()
            records[self._key(USER)] = {"token": token, "obtained": self._clock.now()}
            journal.write_json(self._file, records)
        return Token(token, "remembered")

    def forget(self) -> None:
        """Forget the tokens that are kept for this backend."""
        with self._locked():
            records = self._records()
            for kind in (USER, ANONYMOUS):
                records.pop(self._key(kind), None)
            journal.write_json(self._file, records)

    def expiry_note(self, token: Token) -> str:
        """Return one sentence when the token ends within a day, else nothing."""
        if token.expires is None or token.expires - self._clock.now() > _DAY_S:
            return ""
        hours = max(0, round((token.expires - self._clock.now()) / 3600))
        when = "now" if hours == 0 else f"in about {hours} hour{'' if hours == 1 else 's'}"
        return f"The free access expires {when}; register to keep this project and its credits."

    def _new_anonymous(self, *, refused: str | None) -> Token:
        with self._locked():
            kept = self._cached()
            if kept is not None and kept.value != refused:
                return kept
            if self._backend.is_cloud:
                client_id = self._known_client_id() or self._write_client_id()
            else:
                client_id = self.client_id()
            try:
                data = self._fetch(client_id)
            except ServiceError as problem:
                if problem.code != str(constants.CLIENT_ID_MISSING) or not self._backend.is_cloud:
                    raise
                client_id = self._write_client_id()
                data = self._fetch(client_id)
            value = _field(data, "token", "access_token", "accessToken")
            if not isinstance(value, str) or not value:
                raise ServiceError(
                    "The service gave no token.", code="no_token", hint="Try again later, or set NEMO_TOKEN."
                )
            expires = self._expiry(data)
            record = {
                "token": value,
                "obtained": self._clock.now(),
                "expires": expires,
                "client_id": client_id,
            }
            records = self._records()
            records[self._key(ANONYMOUS)] = record
            journal.write_json(self._file, records)
        return Token(value, ANONYMOUS, expires)

    def _cached(self) -> Token | None:
        record = self._records().get(self._key(ANONYMOUS))
        if not isinstance(record, dict) or not isinstance(record.get("token"), str):
            return None
        expires = record.get("expires")
        if isinstance(expires, (int, float)) and expires <= self._clock.now():
            return None
        return Token(record["token"], ANONYMOUS, expires if isinstance(expires, (int, float)) else None)

    def _expiry(self, data: Any) -> float:
        now = self._clock.now()
        within = _field(data, "expires_in", "expiresIn")
        if isinstance(within, (int, float)) and within > 0:
            return now + float(within)
        at = _field(data, "expires_at", "expiresAt", "expires")
        if isinstance(at, (int, float)) and at > 0:
            return at / 1000 if at > 1e11 else float(at)  # milliseconds since 1970 are that large
        if isinstance(at, str):
            try:
                return datetime.fromisoformat(at).timestamp()
            except ValueError:
                pass
        return now + constants.ANONYMOUS_TOKEN_DAYS * _DAY_S

    @property
    def _file(self) -> Path:
        return self._folder / "tokens.json"

    def _records(self) -> dict[str, Any]:
        return journal.read_kept(self._file) or {}

    def _key(self, kind: str) -> str:
        if self._backend.is_cloud:
            return f"{kind} {self._backend.url.rstrip('/')}"
        # The engine's port changes; who may use it does not.
        return f"{kind} engine {self.client_id()}"

    def _locked(self) -> FileLock:
        lock = FileLock(self._folder / "lock", clock=self._clock)
        try:
            journal.close_folder(self._folder)
            got = lock.acquire(wait_s=_LOCK_WAIT_S)
        except OSError as problem:
            raise ConfigurationError(
                f"The folder {self._folder} can't be written ({problem.strerror}).",
                code="not_writable",
                hint="Make it writable, or set MANGO_HOME to a folder that is.",
            ) from None
        if not got:
            raise BusyError("Another process is getting a token.", hint="Try again in a moment.")
        return lock


def _field(data: Any, *names: str) -> Any:
    if not isinstance(data, Mapping):
        return None
    for name in names:
        if data.get(name) is not None:
            return data[name]
    return None
