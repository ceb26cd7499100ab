"""HTTP: one request, one answer; every failure of the libraries translated in this one place.

Redirects are never followed here, netrc is never read, calls to this machine ignore proxies, and each call
carries the three attribution headers.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import requests
import requests.adapters
import requests.auth
import urllib3
import urllib3.connection
import urllib3.exceptions
from requests import Response

from mango_skill.client.backend import Patience, is_loopback, origin
from mango_skill.client.clock import Clock
from mango_skill.errors import (
    ConfigurationError,
    InterruptedTurnError,
    MangoError,
    NotDeliveredError,
    ServiceError,
    TimedOutError,
)
from mango_skill.protocol import envelope
from mango_skill.protocol.constants import AUTHORIZATION, BEARER, RETRY_AFTER
from mango_skill.scrub import scrub
from mango_skill.version import VERSION

PIECE_BYTES: Final = 65536
MAX_BODY_BYTES: Final = 32 * 1024 * 1024
_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,4096}")
_LIMITS_PER_READ: Final = 3  # a body that trickles may take this many read time-outs in all


class _Bearer(requests.auth.AuthBase):
    """Sets the authorization itself, or none, so that netrc is never asked."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is None:
            request.headers.pop(AUTHORIZATION, None)
        else:
            request.headers[AUTHORIZATION] = f"{BEARER}{self._token}"
        return request


class _HandshakeError(urllib3.exceptions.SSLError):
    """No secure connection came about: not a byte of the request has left."""


class _SecureConnection(urllib3.connection.HTTPSConnection):
    """Tells what fails while connecting from what fails once the request is on its way."""

    def connect(self) -> None:
        try:
            super().connect()
        except (ssl.SSLError, urllib3.exceptions.SSLError) as problem:
            raise _HandshakeError(problem) from problem


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(requests.adapters.HTTPAdapter):
    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        _tell_handshakes(self.poolmanager)

    def proxy_manager_for(self, proxy: Any, **more: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **more)
        _tell_handshakes(manager)
        return manager


def _tell_handshakes(manager: urllib3.PoolManager) -> None:
    manager.pool_classes_by_scheme = {**manager.pool_classes_by_scheme, "https": _SecurePool}


class _Session(requests.Session):
    """A session that sees no redirect in any answer: requests would read its whole body to prepare the next call."""

    def __init__(self) -> None:
        super().__init__()
        self.mount("https://", _Adapter())

    def get_redirect_target(self, resp: Response) -> str | None:
        return None


@dataclass(frozen=True)
class Call:
    """One request as a value.

    Attributes:
        method: GET, POST, ...
        url: The whole address.
        token: Sent as Bearer; never elsewhere.
        json: A JSON body.
        data: A body read from a file-like object with a length.
        headers: Further headers.
        read_timeout_s: The longest silence; the context's when None.
        send_timeout_s: The longest that a piece of the body may take to leave; that of connecting when None.
    """

    method: str
    url: str
    token: str | None = field(default=None, repr=False)
    json: Any = None
    data: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    read_timeout_s: float | None = None
    send_timeout_s: float | None = None


class Transport:
    """Sends calls. Keeps connections for reading; a call that must not be repeated gets one of its own."""

    def __init__(self, *, headers: Mapping[str, str], patience: Patience, clock: Clock) -> None:
        self._headers = {"User-Agent": f"mango-skill/{VERSION}", **headers}
        self._patience = patience
        self.clock = clock
        self._kept = _Session()

    def open(self, call: Call, *, own_connection: bool = False) -> Response:
        """Send a call and return its answer, body unread; the caller closes it.

        Args:
            call: What to send.
            own_connection: Use a fresh connection, so that a stale one can't make the delivery doubtful.

        Raises:
            NotDeliveredError: Surely not received.
            InterruptedTurnError: Perhaps acted on.
            TimedOutError: No answer in time; perhaps acted on.
            ConfigurationError: The token or the address can't be sent at all.
        """
        if call.token is not None and not _TOKEN.fullmatch(call.token):
            raise ConfigurationError(
                "The access token holds characters that no token has.",
                code="token_malformed",
                hint="Set NEMO_TOKEN to the token alone, without quotes, spaces or line breaks.",
            )
        session = _Session() if own_connection else self._kept
        # Loopback calls must not leave through a proxy; the cloud's may.
        session.trust_env = not is_loopback(call.url)
        timeout = (
            # urllib3 sends under the same limit under which it connects.
            self._patience.connect_timeout_s if call.send_timeout_s is None else call.send_timeout_s,
            self._patience.read_timeout_s if call.read_timeout_s is None else call.read_timeout_s,
        )
        try:
            return session.request(
                call.method,
                call.url,
                json=call.json,
                data=call.data,
                headers={"Accept-Encoding": "gzip, deflate", **self._headers, **call.headers},
                auth=_Bearer(call.token),
                timeout=timeout,
                stream=True,
                allow_redirects=False,
            )
        except MangoError:
            raise
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as problem:
            raise translate(problem, secrets=[call.token or ""]) from None
        finally:
            if own_connection:
                # The answer keeps its connection; what it gives back later is closed instead of kept.
                session.close()

    def answer(self, call: Call, *, own_connection: bool = False) -> Any:
        """Send a call and return the data of its JSON answer.

        Raises:
            MangoError: What the answer, or its absence, means.
        """
        response = self.open(call, own_connection=own_connection)
        try:
            body = self.read_body(response)
        finally:
            response.close()
        try:
            return envelope.unwrap(response.status_code, body, retry_after_s=self.retry_after_s(response))
        except MangoError as problem:
            raise cleaned(problem, secrets=[call.token or ""]) from None

    def read_body(self, response: Response, *, limit: int = MAX_BODY_BYTES) -> bytes:
        """Read a whole body, bounded in size and time.

        Raises:
            InterruptedTurnError: It was cut off.
            TimedOutError: It trickled for too long.
            ServiceError: It is larger than any answer of the protocol.
        """
        deadline = self.clock.monotonic() + self._patience.read_timeout_s * _LIMITS_PER_READ
        pieces: list[bytes] = []
        size = 0
        try:
            while piece := read_piece(response):
                pieces.append(piece)
                size += len(piece)
                if size > limit:
                    raise ServiceError(
                        "The service's answer is far too large.",
                        code="too_large_answer",
                        hint="Try again later.",
                    )
                if self.clock.monotonic() > deadline:
                    raise TimedOutError("The answer did not end in time.", hint="Try again later.")
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as problem:
            raise translate(problem) from None
        return b"".join(pieces)

    def retry_after_s(self, response: Response) -> float | None:
        """Return the seconds that an answer asks to wait."""
        return envelope.parse_retry_after(response.headers.get(RETRY_AFTER), now=self.clock.now())

    def close(self) -> None:
        """Give kept connections back."""
        self._kept.close()


def read_piece(response: Response) -> bytes:
    """Return what has arrived, decoded, at least one byte; empty at the end."""
    piece: bytes | None = response.raw.read1(PIECE_BYTES, decode_content=True)
    return piece or b""


def was_cut_in_headers(response: Response) -> bool:
    """Whether the line broke within the headers, which http.client takes for their end."""
    message = getattr(getattr(response.raw, "_original_response", None), "msg", None)
    framed = any(name in response.headers for name in ("Content-Length", "Transfer-Encoding"))
    return bool(getattr(message, "defects", ())) and not framed


def cut_off(response: Response) -> None:
    """End an answer that somebody else may be reading."""
    shutdown: Callable[[], None] | None = getattr(response.raw, "shutdown", None)
    try:
        if shutdown is not None:
            shutdown()
    except (OSError, ValueError, RuntimeError, AttributeError):
        # Already gone; closing below is all that is left to do.
        pass
    if shutdown is None:
        response.close()


def same_origin(one: str, other: str) -> bool:
    """Whether a token for one address may go to the other."""
    return origin(one) == origin(other)


def cleaned(problem: MangoError, *, secrets: Iterable[str] = ()) -> MangoError:
    """Return the error without secrets in its words."""
    known = tuple(secrets)
    problem.message = scrub(problem.message, secrets=known)
    problem.args = (problem.message,)
    problem.hint = scrub(problem.hint, secrets=known)
    problem.details = {
        key: scrub(value, secrets=known) if isinstance(value, str) else value
        for key, value in problem.details.items()
    }
    return problem


def translate(problem: Exception, *, secrets: Iterable[str] = ()) -> MangoError:
    """Return our error for one of the HTTP libraries' or the system's."""
    details = {"cause": scrub(f"{type(problem).__name__}: {problem}", secrets=secrets)[:300]}
    chain = list(_chain(problem))
    # Any other fault of the encryption may come after the request was read.
    if any(isinstance(one, _HandshakeError) for one in chain):
        return NotDeliveredError(
            "A secure connection to the service could not be made.",
            code="tls",
            hint="Check the machine's clock and certificates; a proxy may be in the way.",
            retryable=False,
            details=details,
        )
    if any(isinstance(one, _NOT_CONNECTED) for one in chain):
        return NotDeliveredError(
            "The service can't be reached.",
            hint="Check the network connection, then try again; nothing was sent.",
            details=details,
        )
    if any(isinstance(one, _UNSENDABLE) for one in chain):
        return ConfigurationError(
            "The request could not be made from these settings.",
            code="request",
            hint="Check NEMO_API_URL and NEMO_TOKEN.",
            details=details,
        )
    if any(isinstance(one, _TIMEOUTS) for one in chain):
        return TimedOutError(
            "The service did not answer in time.", hint="Look at the state, then try again.", details=details
        )
    return InterruptedTurnError(
        "The connection was lost.", hint="Look at the state, then try again.", details=details
    )


_NOT_CONNECTED = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.ProxyError,
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.ProxyError,
    ConnectionRefusedError,
)
_UNSENDABLE = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidProxyURL,
    urllib3.exceptions.LocationValueError,
    UnicodeError,
)
_TIMEOUTS = (
    requests.exceptions.Timeout,
    urllib3.exceptions.TimeoutError,
    TimeoutError,
)


def _chain(problem: BaseException) -> Iterable[BaseException]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [problem]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        reason = getattr(one, "reason", None)
        waiting += [one.__cause__, one.__context__, reason if isinstance(reason, BaseException) else None]
        waiting += [arg for arg in one.args if isinstance(arg, BaseException)]
