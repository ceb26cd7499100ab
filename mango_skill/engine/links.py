"""Files behind links that the user gave, fetched from public addresses only.

Every name is resolved here, every address it has must be public, and the connection goes to the very address
that was checked; each redirect starts over. So a link can't reach into the user's own network.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from mango_skill.engine.receiving import FileSink, ReceivedFile
from mango_skill.errors import ArgumentError, MediaError
from mango_skill.protocol import constants
from mango_skill.version import VERSION

_CHUNK: Final = 256 * 1024
_TIMEOUT_S: Final = 30.0
_REDIRECTS: Final = 5
_MAX_URL: Final = 4096
_PORTS: Final = {"http": 80, "https": 443}
_HEADERS: Final = {"User-Agent": f"mango-skill/{VERSION}", "Accept": "*/*", "Connection": "close"}
# what a link may hold as it stands; letters of other scripts are encoded
_SAFE: Final = "/%:@!$&'()*+,;=~-._?[]"
_MOVED: Final = (301, 302, 303, 307, 308)
# addresses that carry an IPv4 address inside: well-known NAT64 and 6to4
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")

Resolve = Callable[[str, int], Sequence[str]]
Connect = Callable[[str, int, float], socket.socket]
Clock = Callable[[], float]


def resolve(host: str, port: int) -> list[str]:
    """Return all addresses of a host name, as the system resolves it."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def connect(address: str, port: int, timeout_s: float) -> socket.socket:
    """Open a connection to an address, which is never resolved again."""
    return socket.create_connection((address, port), timeout=timeout_s)


def is_public(address: str) -> bool:
    """Whether an address belongs to the open internet, addresses hidden inside others included."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if inner is None and parsed in _NAT64:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if parsed.teredo is not None or parsed.is_site_local:
            return False
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


@dataclass(frozen=True)
class LinkLimits:
    """What one link may cost."""

    max_bytes: int
    limit_s: float


@dataclass(frozen=True)
class Fetcher:
    """Fetches links; the ways to the network are passed in."""

    limits: LinkLimits
    clock: Clock
    resolve: Resolve = resolve
    connect: Connect = connect

    def fetch(self, url: str, open_sink: Callable[[str], FileSink]) -> ReceivedFile:
        """Write what a link leads to into a sink that is opened with the file's name.

        Raises:
            ArgumentError: ``link_refused``: no web address, or one that is not public.
            MediaError: ``link_failed``: the server did not give the file; ``4002``: too large.
        """
        deadline = self.clock() + self.limits.limit_s
        for _ in range(_REDIRECTS + 1):
            parts = _checked(url)
            with self._answer(parts, deadline) as answer:
                if answer.status in _MOVED:
                    url = urljoin(url, answer.getheader("Location") or "")
                    continue
                if answer.status != 200:
                    raise _failed(parts, f"answered with status {answer.status}")
                return self._receive(answer, parts, deadline=deadline, open_sink=open_sink)
        raise _failed(_checked(url), "redirects too often")

    @contextlib.contextmanager
    def _answer(self, parts: SplitResult, deadline: float) -> Iterator[http.client.HTTPResponse]:
        host = parts.hostname or ""
        port = parts.port or _PORTS[parts.scheme]
        address = self._public_address(parts, port)
        connection = http.client.HTTPConnection(host, port)
        line = _Line()
        # a server that drips a byte at a time never runs into a read's own time-out
        watchdog = threading.Timer(self._left(parts, deadline), line.cut)
        watchdog.daemon = True
        try:
            try:
                line.open = self.connect(address, port, min(_TIMEOUT_S, self._left(parts, deadline)))
                line.open.settimeout(_TIMEOUT_S)
                watchdog.start()
                if parts.scheme == "https":
                    line.encrypt(host)
                connection.sock = line.open
                connection.request("GET", _target(parts), headers={"Host": _authority(parts), **_HEADERS})
                answer = connection.getresponse()
                # a line that the watchdog cut looks like one that ended well
                self._left(parts, deadline)
            except (OSError, http.client.HTTPException, UnicodeError) as problem:
                self._left(parts, deadline)
                raise _failed(parts, f"can't be reached ({type(problem).__name__})") from problem
            # it holds the socket as well, and the connection forgets an answer that ends with its line
            with contextlib.closing(answer):
                yield answer
        finally:
            watchdog.cancel()
            connection.close()
            line.close()

    def _public_address(self, parts: SplitResult, port: int) -> str:
        try:
            addresses = self.resolve(parts.hostname or "", port)
        except (OSError, UnicodeError) as problem:
            raise _failed(parts, "has a name that can't be found") from problem
        if not addresses:
            raise _failed(parts, "has a name that can't be found")
        if not all(is_public(address) for address in addresses):
            raise ArgumentError(
                f"The link to {parts.hostname} leads into a private network and is not fetched.",
                code="link_refused",
                hint="Download the file yourself and upload it.",
            )
        return addresses[0]

    def _receive(
        self,
        answer: http.client.HTTPResponse,
        parts: SplitResult,
        *,
        deadline: float,
        open_sink: Callable[[str], FileSink],
    ) -> ReceivedFile:
        length = answer.getheader("Content-Length") or ""
        if length.isdigit() and int(length) > self.limits.max_bytes:
            raise _too_large(self.limits.max_bytes)
        sink = open_sink(_name(answer, parts))
        try:
            received = 0
            while data := answer.read1(_CHUNK):
                received += len(data)
                if received > self.limits.max_bytes:
                    raise _too_large(self.limits.max_bytes)
                self._left(parts, deadline)
                sink.write(data)
            self._left(parts, deadline)
            if length.isdigit() and received != int(length):
                raise _failed(parts, "broke off before the file was whole")
            return sink.finish()
        except (OSError, http.client.HTTPException) as problem:
            sink.discard()
            self._left(parts, deadline)
            raise _failed(parts, "broke off before the file was whole") from problem
        except BaseException:
            sink.discard()
            raise

    def _left(self, parts: SplitResult, deadline: float) -> float:
        left = deadline - self.clock()
        if left <= 0:
            raise _failed(parts, f"took longer than {self.limits.limit_s:.0f} seconds")
        return left


class _Line:
    """The socket in use, kept here because ``http.client`` forgets it while the answer is still being read."""

    def __init__(self) -> None:
        self.open: socket.socket | None = None

    def encrypt(self, host: str) -> None:
        """Speak TLS from now on; the socket can be cut during the handshake too."""
        assert self.open is not None
        context = ssl.create_default_context()
        encrypted = context.wrap_socket(self.open, server_hostname=host, do_handshake_on_connect=False)
        self.open = encrypted
        encrypted.do_handshake()

    def cut(self) -> None:
        """End whatever waits on the line, from another thread."""
        if self.open is not None:
            with contextlib.suppress(OSError):
                # not the TLS socket's own method, which would let the thread that reads go on in plain text
                socket.socket.shutdown(self.open, socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the socket back."""
        if self.open is not None:
            self.open.close()


def host_of(url: str) -> str:
    """Return the host that a link leads to; ``link`` when it names none."""
    try:
        return urlsplit(url).hostname or "link"
    except ValueError:
        return "link"


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port != 0
    except ValueError:
        parts, port_is_fine = SplitResult("", "", "", "", ""), False
    odd = len(url) > _MAX_URL or any(ord(letter) <= 32 for letter in url)
    named = parts.username is not None or parts.password is not None
    if parts.scheme not in _PORTS or not parts.hostname or not port_is_fine or odd or named:
        raise ArgumentError(
            "The link is not a plain http or https address.",
            code="link_refused",
            hint="Give a link that starts with https:// and names no user or password.",
        )
    return parts


def _target(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe=_SAFE)
    return f"{path}?{quote(parts.query, safe=_SAFE)}" if parts.query else path


def _authority(parts: SplitResult) -> str:
    # the usual port is left out: signed links are signed for the bare name
    host = (parts.hostname or "").encode("idna").decode("ascii")
    named = f"[{host}]" if ":" in host else host
    return named if parts.port in (None, _PORTS[parts.scheme]) else f"{named}:{parts.port}"


def _name(answer: http.client.HTTPResponse, parts: SplitResult) -> str:
    message = Message()
    message["Content-Disposition"] = answer.getheader("Content-Disposition") or ""
    return message.get_filename() or unquote(parts.path.rsplit("/", 1)[-1]) or parts.hostname or "file"


def _failed(parts: SplitResult, what: str) -> MediaError:
    # the host alone: paths and queries of links may hold keys
    return MediaError(
        f"The link to {parts.hostname} {what}.",
        code="link_failed",
        hint="Check it in a browser, or download the file and upload it.",
        retryable=True,
    )


def _too_large(limit: int) -> MediaError:
    return MediaError(
        f"The file behind the link is larger than {limit / 1_000_000:,.0f} MB.",
        code=str(constants.TOO_LARGE),
        hint="Download it, trim or compress it, and upload the result.",
    )
