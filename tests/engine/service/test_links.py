"""Links that the user gave: fetched from the open internet alone.

The names of the tests' web server resolve to public addresses by an injected resolver, and the connection to
such an address is led to the server on loopback; everything else is the real thing.
"""

from __future__ import annotations

import http.server
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mango_skill.engine.links import Fetcher, LinkLimits, is_public, resolve
from mango_skill.engine.receiving import FileSink, Reserve
from mango_skill.engine.service import Seams
from mango_skill.errors import MediaError
from mango_skill.protocol import endpoints
from mango_skill.settings import Settings
from tests.engine.service.driving import Caller, RunningEngine, Start, examine_by_name

PUBLIC = "93.184.216.34"


@dataclass
class Web:
    """A web server whose pages are functions, and the names that lead to it."""

    pages: dict[str, Callable[[http.server.BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    port: int = 0
    asked: list[str] = field(default_factory=list)
    connected: list[str] = field(default_factory=list)

    def resolve(self, host: str, port: int) -> list[str]:
        if host not in self.names:
            raise socket.gaierror("no such name")
        return self.names[host]

    def connect(self, address: str, port: int, timeout_s: float) -> socket.socket:
        self.connected.append(address)
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout_s)

    def serve(self, path: str, content: bytes, **headers: str) -> None:
        def page(handler: http.server.BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(content)))
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(content)

        self.pages[path] = page

    def redirect(self, path: str, target: str) -> None:
        def page(handler: http.server.BaseHTTPRequestHandler) -> None:
            handler.send_response(302)
            handler.send_header("Location", target)
            handler.end_headers()

        self.pages[path] = page


@pytest.fixture(scope="module")
def served() -> Iterator[Web]:
    web = Web()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            web.asked.append(f"{self.headers['Host']}{self.path}")
            try:
                web.pages.get(self.path, lambda handler: handler.send_error(404))(self)
            except OSError:
                self.close_connection = True

        def log_message(self, *arguments: Any) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield web
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def web(served: Web) -> Web:
    served.pages.clear()
    served.names.clear()
    served.names["files.example"] = [PUBLIC]
    served.asked.clear()
    served.connected.clear()
    return served


@pytest.fixture(scope="module")
def linked(start_shared_engine: Start, served: Web) -> RunningEngine:
    limits = LinkLimits(1_000_000, 1.0)
    fetcher = Fetcher(limits, time.monotonic, resolve=served.resolve, connect=served.connect)
    return start_shared_engine(seams=Seams(examine=examine_by_name, fetcher=fetcher))


def fetch(caller: Caller, *urls: str) -> dict[str, Any]:
    body = {"urls": list(urls), "source_type": "url"}
    answer: dict[str, Any] = caller.call(endpoints.UPLOAD, json=body).json()
    return answer


def files_of(engine: RunningEngine, caller: Caller) -> list[Path]:
    return list(engine.places.media(caller.session_id).iterdir())


def test_a_public_link_becomes_a_file_of_the_session(linked: RunningEngine, web: Web) -> None:
    web.serve("/a/my%20clip.wav?key=1", b"content")
    caller = linked.caller()
    answer = fetch(caller, "http://files.example/a/my%20clip.wav?key=1#part")
    assert answer["code"] == 0
    assert caller.state()["video_infos"][0]["name"] == "my clip.wav"
    assert files_of(linked, caller)[0].read_bytes() == b"content"
    assert web.asked == ["files.example/a/my%20clip.wav?key=1"]
    assert web.connected == [PUBLIC]


def test_letters_of_other_scripts_and_the_usual_port_are_sent_as_servers_expect(
    linked: RunningEngine, web: Web
) -> None:
    web.names["b\u00fccher.example"] = [PUBLIC]
    web.serve("/%E8%A7%86%E9%A2%91.wav?q=%C3%A9", b"content")
    caller = linked.caller()
    assert fetch(caller, "http://b\u00fccher.example:80/\u89c6\u9891.wav?q=\u00e9")["code"] == 0
    assert web.asked == ["xn--bcher-kva.example/%E8%A7%86%E9%A2%91.wav?q=%C3%A9"]
    assert caller.state()["video_infos"][0]["name"] == "\u89c6\u9891.wav"


def test_the_name_comes_from_the_server_when_it_says_one(linked: RunningEngine, web: Web) -> None:
    web.serve("/download", b"content", Content_Disposition='attachment; filename="../holiday.wav"')
    caller = linked.caller()
    fetch(caller, "http://files.example/download")
    assert caller.state()["video_infos"][0]["name"] == "holiday.wav"


def test_a_redirect_is_followed_and_resolved_anew(linked: RunningEngine, web: Web) -> None:
    web.names["cdn.example"] = ["1.1.1.1"]
    web.redirect("/old", "http://cdn.example/new.wav")
    web.serve("/new.wav", b"content")
    assert fetch(linked.caller(), "http://files.example/old")["code"] == 0
    assert web.connected == [PUBLIC, "1.1.1.1"]


@pytest.mark.parametrize(
    "target",
    [
        "http://inner.example/x",
        "http://127.0.0.1/x",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "ftp://x/",
    ],
)
def test_a_redirect_into_the_private_network_is_refused(linked: RunningEngine, web: Web, target: str) -> None:
    web.names |= {"inner.example": ["10.0.0.1"], "127.0.0.1": ["127.0.0.1"]}
    web.names["169.254.169.254"] = ["169.254.169.254"]
    web.redirect("/old", target)
    caller = linked.caller()
    assert fetch(caller, "http://files.example/old")["reason"] == "link_refused"
    assert web.connected == [PUBLIC]
    assert files_of(linked, caller) == []


def test_a_name_with_a_private_address_among_public_ones_is_refused(linked: RunningEngine, web: Web) -> None:
    web.names["files.example"] = [PUBLIC, "192.168.1.1"]
    assert fetch(linked.caller(), "http://files.example/x")["reason"] == "link_refused"
    assert web.connected == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.1.2.3",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "fec0::1",
        "not an address",
        "",
    ],
)
def test_addresses_that_are_not_of_the_open_internet(address: str) -> None:
    """Pure: one address after the other would say no more over HTTP."""
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_addresses_of_the_open_internet(address: str) -> None:
    assert is_public(address)


def test_the_system_s_resolver_finds_loopback_which_is_then_refused(start_engine: Start) -> None:
    """With nothing injected: the real resolver, no packet leaves."""
    assert resolve("127.0.0.1", 80) == ["127.0.0.1"]
    caller = start_engine().caller()
    for url in (caller.url + "/engine/hello", "http://localhost:80/", "http://[::1]/", "http://0x7f000001/"):
        assert fetch(caller, url)["reason"] == "link_refused", url


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://files.example/x",
        "//files.example/x",
        "files.example/x",
        "http://",
        "http:///x",
        "http://user:secret@files.example/x",
        "http://files.example:99999/x",
        "http://files.example:0/x",
        "http://files.example/a b",
        "http://files.example/\r\nHost: inner",
        "http://[::1/x",
        "javascript:alert(1)",
        "concat:a|b",
        "http://files.example/" + "x" * 5000,
        "",
    ],
)
def test_what_is_no_plain_web_address_is_refused(linked: RunningEngine, web: Web, url: str) -> None:
    answer = fetch(linked.caller(), url)
    assert answer["reason"] == "link_refused"
    assert "secret" not in str(answer)
    assert web.connected == []


def test_redirects_without_end_are_given_up(linked: RunningEngine, web: Web) -> None:
    web.redirect("/loop", "http://files.example/loop")
    answer = fetch(linked.caller(), "http://files.example/loop")
    assert answer["message"] == "The link to files.example redirects too often."


def test_a_file_larger_than_allowed_is_4002_whether_it_says_so_or_not(
    linked: RunningEngine, web: Web
) -> None:
    def endless(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b"x" * 65_536)

    web.serve("/stated", b"x" * 1_000_001)
    web.pages["/unstated"] = endless
    caller = linked.caller()
    assert fetch(caller, "http://files.example/stated")["code"] == 4002
    assert fetch(caller, "http://files.example/unstated")["code"] == 4002
    assert files_of(linked, caller) == []


def test_a_server_that_drips_is_given_up_in_time(linked: RunningEngine, web: Web) -> None:
    over = threading.Event()

    def drip(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
        while not over.wait(0.05):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    web.pages["/slow"] = drip
    caller = linked.caller()
    answer = fetch(caller, "http://files.example/slow")
    over.set()
    assert answer["reason"] == "link_failed"
    assert files_of(linked, caller) == []


class Endless:
    """A bare server that says how it begins and then drips for as long as anybody listens."""

    def __init__(self, beginning: bytes) -> None:
        self._beginning = beginning
        self._server = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self.was_cut = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def connect(self, address: str, port: int, timeout_s: float) -> socket.socket:
        return socket.create_connection(self._server.getsockname(), timeout=timeout_s)

    def _serve(self) -> None:
        line, _ = self._server.accept()
        with line:
            line.recv(65_536)
            try:
                line.sendall(self._beginning)
                while not self._over.wait(0.02):
                    line.sendall(b"x")
            except OSError:
                self.was_cut.set()

    def stop(self) -> None:
        """End it, when the fetching has not."""
        self._over.set()
        self._thread.join(timeout=20)
        self._server.close()


@pytest.mark.parametrize(
    ("url", "beginning"),
    [
        (
            "http://files.example/x",
            b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1;",
        ),
        ("http://files.example/x", b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 900000\r\n\r\n"),
        ("https://files.example/x", b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc"),
    ],
    ids=["in the name of a chunk", "in the content", "in the handshake"],
)
def test_a_server_that_drips_is_cut_off_wherever_it_does(tmp_path: Path, url: str, beginning: bytes) -> None:
    server = Endless(beginning)
    guard = threading.Timer(20, server.stop)
    guard.start()
    fetcher = Fetcher(
        LinkLimits(1_000_000, 0.3),
        time.monotonic,
        resolve=lambda host, port: [PUBLIC],
        connect=server.connect,
    )
    with pytest.raises(MediaError, match="took longer than"):
        fetcher.fetch(url, lambda name: FileSink(name, tmp_path, reserve=Reserve(tmp_path, reserve_bytes=0)))
    assert server.was_cut.wait(20)
    guard.cancel()
    server.stop()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_breaks_off_is_not_kept(linked: RunningEngine, web: Web) -> None:
    def broken(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"half")

    web.pages["/broken"] = broken
    caller = linked.caller()
    answer = fetch(caller, "http://files.example/broken")
    assert answer["message"] == "The link to files.example broke off before the file was whole."
    assert files_of(linked, caller) == []


def test_a_link_that_fails_is_told_by_its_host_and_the_others_are_kept(
    linked: RunningEngine, web: Web
) -> None:
    web.serve("/good.wav", b"content")
    caller = linked.caller()
    links = ["http://files.example/missing?key=1", "http://[", "http://files.example/good.wav"]
    data = fetch(caller, *links)["data"]
    assert [one["name"] for one in data["files"]] == ["good.wav"]
    assert [(one["name"], one["reason"]) for one in data["refused"]] == [
        ("files.example", "link_failed"),
        ("link", "link_refused"),
    ]
    assert "key" not in str(data["refused"])
    assert len(files_of(linked, caller)) == 1


def test_when_every_link_fails_the_first_reason_is_the_answer(linked: RunningEngine, web: Web) -> None:
    caller = linked.caller()
    answer = fetch(caller, "http://files.example/missing", "ftp://files.example/x")
    assert answer["message"] == "The link to files.example answered with status 404."
    assert files_of(linked, caller) == []
    assert caller.state()["video_infos"] == []


def test_an_unknown_name_is_said(linked: RunningEngine, web: Web) -> None:
    answer = fetch(linked.caller(), "https://nowhere.example/x")
    assert answer["message"] == "The link to nowhere.example has a name that can't be found."


def test_https_checks_the_certificate(linked: RunningEngine, web: Web) -> None:
    """The test server speaks no TLS: the handshake fails, and nothing is asked in plain text instead."""
    answer = fetch(linked.caller(), "https://files.example/x")
    assert answer["reason"] == "link_failed"
    assert web.asked == []


def test_links_can_be_turned_off(start_engine: Start) -> None:
    caller = start_engine(settings=Settings(links=False)).caller()
    answer = fetch(caller, "https://example.com/a.mp4")
    assert answer["reason"] == "link_refused"
    assert "turned off" in answer["message"]


def test_no_links_at_all_are_refused(engine: RunningEngine, caller: Caller) -> None:
    assert fetch(caller)["code"] == 422
    assert fetch(caller, *["http://files.example/x"] * 51)["code"] == 422
