"""Which backend is asked, where things are kept, how long is waited: values that a runner process gets too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from mango_skill.client import journal
from mango_skill.errors import ConfigurationError, EngineError
from mango_skill.protocol import constants

if TYPE_CHECKING:
    from mango_skill.folders import Folders
    from mango_skill.settings import Settings

CLOUD: Final = "cloud"
ENGINE: Final = "engine"
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine."""
    return (urlsplit(url).hostname or "") in _LOOPBACK


def origin(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port: what decides whether a token may go there."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or {"http": 80, "https": 443}.get(scheme, 0)


@dataclass(frozen=True)
class Backend:
    """A backend as a value.

    Attributes:
        kind: ``cloud`` or ``engine``.
        url: Its base address.
        web_url: The web site for registration and claim links.
        engine_file: The engine's ``engine.json``: address, secret and client id are read from it, again
            whenever the engine was restarted.
    """

    kind: str
    url: str
    web_url: str = constants.DEFAULT_WEB_URL
    engine_file: Path | None = None

    def __post_init__(self) -> None:
        if self.kind not in (CLOUD, ENGINE):
            raise ConfigurationError(
                f"'{self.kind}' is no backend.", hint="Use 'cloud' or 'engine'.", code="backend"
            )
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigurationError(
                "The backend's address is not an http(s) address.",
                hint="Correct NEMO_API_URL, for example https://mega-api-prod.nemovideo.ai.",
                code="backend_url",
            )
        if parts.username or parts.password:
            raise ConfigurationError(
                "The backend's address holds a user name or password.",
                hint="Remove it from NEMO_API_URL and put the token into NEMO_TOKEN.",
                code="backend_url",
            )
        if parts.scheme == "http" and not is_loopback(self.url):
            raise ConfigurationError(
                "The backend's address is not encrypted.",
                hint="Use an https:// address; only this machine itself may be reached over http.",
                code="backend_url",
            )

    @property
    def is_cloud(self) -> bool:
        return self.kind == CLOUD

    def engine_record(self) -> dict[str, Any]:
        """Return what the running engine says about itself; empty without ``engine_file``.

        Raises:
            EngineError: The engine has left no word: it is not running.
        """
        if self.engine_file is None:
            return {}
        record = journal.read_json(self.engine_file)
        if record is None or not isinstance(record.get("url"), str):
            raise EngineError(
                "The engine is not running.",
                code="engine_stopped",
                hint="Repeat the command; it starts the engine.",
                retryable=True,
            )
        return record

    def address(self) -> str:
        """Return the base address of now: a restarted engine has another port.

        Raises:
            EngineError: The engine is not running.
        """
        record = self.engine_record()
        return str(record.get("url", self.url)).rstrip("/")

    def to_json(self) -> dict[str, Any]:
        values = asdict(self)
        values["engine_file"] = None if self.engine_file is None else str(self.engine_file)
        return values

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Backend:
        file = values.get("engine_file")
        return cls(
            kind=str(values["kind"]),
            url=str(values["url"]),
            web_url=str(values.get("web_url") or constants.DEFAULT_WEB_URL),
            engine_file=Path(file) if file else None,
        )


@dataclass(frozen=True)
class Places:
    """The folders that the client uses."""

    data: Path
    projects: Path
    logs: Path
    shared_config: Path

    @classmethod
    def of(cls, folders: Folders) -> Places:
        return cls(folders.data, folders.projects, folders.logs, folders.shared_config)

    def to_json(self) -> dict[str, Any]:
        return {one.name: str(getattr(self, one.name)) for one in fields(self)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Places:
        return cls(**{one.name: Path(str(values[one.name])) for one in fields(cls)})


@dataclass(frozen=True)
class Patience:
    """How long is waited for what, in seconds, and how much is read, in bytes."""

    stream_limit_s: float = constants.STREAM_LIMIT_S
    heartbeat_limit_s: float = constants.HEARTBEAT_LIMIT_S
    still_working_s: float = constants.STILL_WORKING_S
    recovery_first_s: float = constants.RECOVERY_FIRST_S
    recovery_interval_s: float = constants.RECOVERY_INTERVAL_S
    recovery_tries: int = constants.RECOVERY_TRIES
    rate_limit_wait_s: float = constants.RATE_LIMIT_WAIT_S
    rate_limit_cap_s: float = 300.0
    connect_timeout_s: float = 10.0
    read_timeout_s: float = 60.0
    max_event_bytes: int = 64 * 1024 * 1024
    poll_s: float = constants.RENDER_POLL_S
    export_limit_s: float = 3600.0

    @classmethod
    def of(cls, settings: Settings, backend: Backend) -> Patience:
        """Take the settings that hold for a backend: seconds for one on this machine, minutes for the cloud."""
        values = {one.name: getattr(settings, one.name) for one in fields(cls)}
        if not backend.is_cloud or is_loopback(backend.url):
            values["recovery_first_s"] = settings.engine_recovery_first_s
            values["recovery_interval_s"] = settings.engine_recovery_interval_s
            values["poll_s"] = settings.engine_poll_s
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Patience:
        known = {one.name for one in fields(cls)}
        return cls(**{key: value for key, value in values.items() if key in known})


@dataclass(frozen=True)
class Context:
    """Everything but secrets that a call needs; written into each job so that its runner has the same."""

    backend: Backend
    places: Places
    patience: Patience
    headers: Mapping[str, str]
    retention_days: float = 30.0
    quota_bytes: int = 50_000_000_000
    quality: str = "source"

    def to_json(self) -> dict[str, Any]:
        return {
            "backend": self.backend.to_json(),
            "places": self.places.to_json(),
            "patience": self.patience.to_json(),
            "headers": dict(self.headers),
            "quality": self.quality,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Context:
        return cls(
            backend=Backend.from_json(values["backend"]),
            places=Places.from_json(values["places"]),
            patience=Patience.from_json(values["patience"]),
            headers={str(key): str(value) for key, value in values["headers"].items()},
            quality=str(values.get("quality", "source")),
        )
