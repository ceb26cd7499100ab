"""A scripted service on loopback that speaks the protocol strictly, and byte by byte where a test wants that."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from mango_skill.client import runner
from mango_skill.client.backend import Backend
from mango_skill.client.clock import SystemClock
from mango_skill.client.jobs import JobFile, JobKind
from mango_skill.client.workspace import Project, Workspace
from mango_skill.folders import Folders
from mango_skill.manifest import Manifest
from mango_skill.settings import Settings

ATTRIBUTION = ("x-skill-source", "x-skill-version", "x-skill-platform")
CAPTURES = Path(__file__).parents[1] / "data" / "captures"
CERTIFICATE = Path(__file__).parent / "fixtures" / "loopback.pem"
"""For 127.0.0.1 alone, signed by itself, with its key."""


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """One connection: scripts write raw bytes with it."""

    def __init__(self, sock: socket.socket, stopping: threading.Event) -> None:
        self.sock = sock
        self.stopping = stopping
        self.keep = True

    def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.sock.sendall(piece)

    def hold(self, seconds: float = 20.0) -> None:
        """Keep the connection open and say nothing, until the test is over or the client has gone."""
        self.sock.settimeout(seconds)
        with contextlib.suppress(OSError):
            while not self.stopping.is_set() and self.sock.recv(4096):
                pass

    def garble(self) -> None:
        """Send what no encrypted line can hold, past the encryption."""
        os.write(self.sock.fileno(), b"\x17\x03\x03\x00\x20" + bytes(32))
        self.keep = False

    def reset(self) -> None:
        """End with a reset instead of a clean end."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.keep = False

    def answer(self, status: int, body: bytes, *headers: str, kind: str = "application/json") -> None:
        head = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers]
        self.send("\r\n".join(head).encode() + b"\r\n\r\n" + body)

    def json(self, value: Any, status: int = 200, *headers: str) -> None:
        self.answer(status, json.dumps(value).encode(), *headers)

    def events(self, *events: Any) -> None:
        """A whole good stream, chunked."""
        self.start_stream()
        for event in events:
            self.chunk(
                event if isinstance(event, bytes) else b"data: " + json.dumps(event).encode() + b"\n\n"
            )
        self.send(b"0\r\n\r\n")

    def start_stream(self) -> None:
        self.send(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )

    def chunk(self, data: bytes) -> None:
        self.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")


Script = Callable[[Wire, Request], None]


def text_event(text: str, **more: Any) -> dict[str, Any]:
    return {"content": {"parts": [{"text": text}], "role": "model"}, "author": "nemo_agent", **more}


def draft(*titles: str) -> dict[str, Any]:
    """A draft of the cloud's kind: one video segment of 10 s and a title for each word."""
    tracks: list[dict[str, Any]] = [{"tt": 0, "sg": [{"d": 10_000, "m": {"name": "clip"}}]}]
    tracks += [{"tt": 7, "sg": [{"d": 3_000, "m": {"text": title}}]} for title in titles]
    return {"t": tracks}


@dataclass
class Session:
    draft: dict[str, Any] = field(default_factory=dict)
    media: list[dict[str, Any]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


class Service:
    """The fake service. ``scripts`` replace an endpoint's behaviour, by name; ``once`` does so for one call."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self.refused_handshakes: int | None = None  # None: handshakes are taken part in
        self.sessions: dict[str, Session] = {}
        self.tokens: dict[str, str] = {}
        self.user_tokens: set[str] = set()
        self.renders: dict[str, dict[str, Any]] = {}
        self.requests: list[Request] = []
        self.violations: list[str] = []
        self.scripts: dict[str, Script] = {}
        self.queues: dict[str, list[Script]] = {}
        self.early_upload: Script | None = None  # answers before the body is read
        self.made = 0
        self.credits = 100.0
        self.polls_to_render = 2
        self.video = (
            b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"\x00\x00\x00\x10moov\x00\x00\x00\x00abcd"
        )
        self.stopping = threading.Event()
        self._lock = threading.RLock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._socks: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    # What tests ask --------------------------------------------------------------------------------------

    def script(self, name: str, script: Script) -> None:
        self.scripts[name] = script

    def once(self, name: str, *scripts: Script) -> None:
        self.queues.setdefault(name, []).extend(scripts)

    def chats(self) -> list[Request]:
        return [one for one in self.requests if one.path == "/run_sse"]

    def of(self, fragment: str) -> list[Request]:
        return [one for one in self.requests if fragment in one.path]

    # The sockets -----------------------------------------------------------------------------------------

    def stop(self) -> None:
        self.stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._socks:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in [self._acceptor, *self._threads]:
            thread.join(5)

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self._socks.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        if self.tls is not None:
            if self.refused_handshakes is not None:
                self.refused_handshakes += 1
                with sock, contextlib.suppress(OSError):
                    sock.sendall(b"this is no handshake\r\n")
                return
            try:
                sock = self.tls.wrap_socket(sock, server_side=True)
            except OSError:
                return
            self._socks.append(sock)
        wire = Wire(sock, self.stopping)
        with sock, contextlib.suppress(OSError, EOFError):
            file = sock.makefile("rb")
            with file:
                while wire.keep and (request := _read(file, wire, self)) is not None:
                    wire.keep = request.headers.get("connection") != "close"
                    self._handle(wire, request)

    def _handle(self, wire: Wire, request: Request) -> None:
        name = endpoint_name(request)
        with self._lock:
            self.requests.append(request)
            self._judge(name, request)
            queue = self.queues.get(name)
            script = queue.pop(0) if queue else self.scripts.get(name)
        if script is not None:
            script(wire, request)
            return
        getattr(self, f"do_{name}")(wire, request)

    def _judge(self, name: str, request: Request) -> None:
        """Write down what a strict service would not accept."""
        for header in ATTRIBUTION:
            if not request.headers.get(header):
                self.violations.append(f"{name}: without {header}")
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if name == "token":
            if not re.fullmatch(r"[0-9a-f-]{36}", request.headers.get("x-client-id", "")):
                self.violations.append("token: without a client id")
        elif not token:
            self.violations.append(f"{name}: without a token")
        if any(one in request.path for one in [*self.tokens, *self.user_tokens]) or "token=" in request.path:
            self.violations.append(f"{name}: a token in the address")
        if name == "chat" and request.headers.get("accept") != "text/event-stream":
            self.violations.append("chat: accept")

    # The endpoints ---------------------------------------------------------------------------------------

    def do_token(self, wire: Wire, request: Request) -> None:
        with self._lock:
            token = f"nmv_usr_{len(self.tokens):04}abcdefghijklmnop"
            self.tokens[token] = request.headers.get("x-client-id", "")
        wire.json({"code": 0, "data": {"token": token}})

    def allowed(self, wire: Wire, request: Request) -> bool:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token in self.tokens or token in self.user_tokens:
            return True
        wire.json({"code": 1001, "message": f"bad token {token}", "data": None})
        return False

    def session_of(self, wire: Wire, request: Request, session_id: str) -> Session | None:
        if not self.allowed(wire, request):
            return None
        if session_id not in self.sessions:
            wire.json({"code": 1002, "message": "session not found", "data": None})
            return None
        return self.sessions[session_id]

    def do_session(self, wire: Wire, request: Request) -> None:
        if self.allowed(wire, request):
            self.made += 1
            session_id = f"s{self.made}"
            self.sessions[session_id] = Session()
            wire.json({"code": 0, "data": {"session_id": session_id, "task_id": f"task-{session_id}"}})

    def do_chat(self, wire: Wire, request: Request) -> None:
        body = request.json
        session = self.session_of(wire, request, body["session_id"])
        if session is None:
            return
        words = body["new_message"]["parts"][0]["text"]
        with self._lock:
            if words in session.messages:
                self.violations.append("chat: the same message twice")
            session.messages.append(words)
            session.draft = draft(*session.messages)
        wire.events(text_event(f"Did: {words}", id=f"e{len(session.messages)}"))

    def do_upload(self, wire: Wire, request: Request) -> None:
        session = self.session_of(wire, request, request.path.rsplit("/", 1)[1])
        if session is None:
            return
        found = re.search(rb'name="files"; filename="([^"]*)"', request.body)
        if found:
            name = found.group(1).decode()
            content = request.body.split(b"\r\n\r\n", 1)[1].rsplit(b"\r\n--", 1)[0]
            session.media.append({"id": f"m{len(session.media)}", "name": name, "size": len(content)})
        else:
            for url in request.json["urls"]:
                session.media.append({"id": f"m{len(session.media)}", "name": url.rsplit("/", 1)[1]})
        session.draft = session.draft or draft()
        wire.json({"code": 0, "data": {"files": ["anything"]}})

    def do_state(self, wire: Wire, request: Request) -> None:
        session = self.session_of(wire, request, request.path.split("/")[-2])
        if session is not None:
            state = {"draft": session.draft, "video_infos": session.media, "canvas_config": {}}
            wire.json({"code": 0, "data": {"state": state}})

    def do_credits(self, wire: Wire, request: Request) -> None:
        if self.allowed(wire, request):
            wire.json({"code": 0, "data": {"available": self.credits, "frozen": 0, "total": 100}})

    def do_render(self, wire: Wire, request: Request) -> None:
        if self.allowed(wire, request):
            body = request.json
            if body["id"] in self.renders:
                self.violations.append("render: the same id twice")
            self.renders[body["id"]] = {"polls": 0, "body": body}
            wire.json({"code": 0, "data": {"id": body["id"], "status": "pending"}})

    def do_status(self, wire: Wire, request: Request) -> None:
        render_id = request.path.rsplit("/", 1)[1]
        render = self.renders.get(render_id)
        if render is None:
            wire.json({"code": 404, "message": "unknown render"}, 404)
            return
        render["polls"] += 1
        if render["polls"] < self.polls_to_render:
            wire.json({"id": render_id, "status": "processing", "progress": 50})
        else:
            output = {"url": f"{self.url}/files/{render_id}.mp4"}
            wire.json({"id": render_id, "status": "completed", "progress": 100, "output": output})

    def do_cancel(self, wire: Wire, request: Request) -> None:
        wire.json({"code": 0, "data": {}})

    def do_claim(self, wire: Wire, request: Request) -> None:
        if self.allowed(wire, request):
            wire.json({"code": 0, "data": {"claim_token": "clm_0123456789", "expires_in": 600}})

    def do_file(self, wire: Wire, request: Request) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", ""))
        if asked:
            start = int(asked.group(1))
            body = self.video[start:]
            span = f"Content-Range: bytes {start}-{len(self.video) - 1}/{len(self.video)}"
            wire.answer(206, body, span, kind="video/mp4")
        else:
            wire.answer(200, self.video, 'ETag: "v1"', kind="video/mp4")

    def do_other(self, wire: Wire, request: Request) -> None:
        self.violations.append(f"unknown call {request.method} {request.path}")
        wire.json({"detail": "Not Found"}, 404)


def endpoint_name(request: Request) -> str:
    path = request.path.split("?")[0]
    table = (
        ("POST", r"/api/auth/anonymous-token", "token"),
        ("POST", r"/api/auth/claim-token", "claim"),
        ("POST", r"/api/tasks/me/with-session/nemo_agent", "session"),
        ("POST", r"/run_sse", "chat"),
        ("POST", r"/api/upload-video/nemo_agent/me/[^/]+", "upload"),
        ("GET", r"/api/credits/balance/simple", "credits"),
        ("GET", r"/api/state/nemo_agent/me/[^/]+/latest", "state"),
        ("POST", r"/api/render/proxy/lambda", "render"),
        ("GET", r"/api/render/proxy/lambda/[^/]+", "status"),
        ("DELETE", r"/api/render/proxy/lambda/[^/]+", "cancel"),
        ("GET", r"/api/render/proxy/[^/]+/download", "file"),
        ("GET", r"/files/.*", "file"),
    )
    for method, pattern, name in table:
        if request.method == method and re.fullmatch(pattern, path):
            return name
    return "other"


def _read(file: Any, wire: Wire, service: Service) -> Request | None:
    line = file.readline()
    if not line:
        return None
    method, path, _ = line.decode().split(" ", 2)
    headers: dict[str, str] = {}
    while (line := file.readline()) not in (b"\r\n", b""):
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    request = Request(method, path, headers, b"")
    if service.early_upload is not None and endpoint_name(request) == "upload":
        service.early_upload(wire, request)
        return None
    request.body = file.read(int(headers.get("content-length", 0)))
    return request


QUICK = Settings(
    stream_limit_s=8.0,
    heartbeat_limit_s=5.0,
    still_working_s=0.05,
    engine_recovery_first_s=0.01,
    engine_recovery_interval_s=0.01,
    recovery_tries=2,
    rate_limit_wait_s=0.01,
    rate_limit_cap_s=5.0,
    connect_timeout_s=2.0,
    read_timeout_s=3.0,
    engine_poll_s=0.01,
    export_limit_s=20.0,
)


@dataclass
class Client:
    """A workspace of a fresh home, and the means to run its jobs within the test's own process."""

    workspace: Workspace
    environ: dict[str, str]

    def project(self, name: str = "film") -> Project:
        return self.workspace.open_project(name)

    def turn(self, message: str, *, project: str = "film") -> dict[str, Any]:
        """Carry a turn out in this process and return its journal."""
        context = self.workspace.context
        opened = self.project(project)
        job = JobFile.create(
            opened.path,
            kind=JobKind.TURN,
            request={"message": message, "context": context.to_json()},
            name=opened.name,
            message=message,
            clock=SystemClock(),
        )
        assert runner.run(opened.path, job.id, clock=SystemClock(), environ=self.environ) == 0
        done = JobFile.read(job.path, clock=SystemClock())
        assert done is not None
        return done.record


@pytest.fixture(autouse=True)
def _quiet_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("NEMO_TOKEN", "NEMO_CLIENT_ID", "NEMO_API_URL", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.stop()


@pytest.fixture
def secure_service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The fake service behind encryption, with a certificate that is trusted for this test."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(CERTIFICATE))
    made = Service(tls=context)
    yield made
    made.stop()


@pytest.fixture
def elsewhere() -> Iterator[Service]:
    """Another server: where a download may lead, and a token must not."""
    made = Service()
    yield made
    made.stop()


@pytest.fixture
def make_client(tmp_path: Path) -> Iterator[Callable[..., Client]]:
    made: list[Client] = []

    def make(
        url: str, *, settings: Settings = QUICK, token: str = "", kind: str = "cloud", **more: Any
    ) -> Client:
        environ = {key: value for key, value in os.environ.items() if not key.startswith("NEMO_")}
        environ["MANGO_HOME"] = str(tmp_path / "mango")
        if token:
            environ["NEMO_TOKEN"] = token
        folders = Folders.locate(environ)
        manifest = Manifest("mango-ai", "0.1.0", "", "unknown", tmp_path)
        backend = Backend(kind, url, **more)
        client = Client(Workspace(folders, settings, manifest, backend, environ=environ), environ)
        made.append(client)
        return client

    yield make
    for one in made:
        one.workspace.close()


@pytest.fixture
def client(service: Service, make_client: Callable[..., Client]) -> Client:
    return make_client(service.url)


class RunnerThread(threading.Thread):
    """Stands in for a runner process where the process itself is not what is tested: starting one is slow."""

    def __init__(self, job: JobFile, environ: dict[str, str]) -> None:
        super().__init__(daemon=True)
        self._job = job
        self._environ = environ

    def run(self) -> None:
        runner.run(self._job.project_folder, self._job.id, clock=SystemClock(), environ=self._environ)

    def poll(self) -> int | None:
        return None if self.is_alive() else 0


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Runners are threads of the test's own process."""
    started: list[RunnerThread] = []

    def spawn(job: JobFile, *, environ: dict[str, str]) -> RunnerThread:
        started.append(RunnerThread(job, environ))
        started[-1].start()
        return started[-1]

    monkeypatch.setattr(runner, "spawn", spawn)
    yield
    for one in started:
        one.join(20)


@pytest.fixture
def quick() -> Settings:
    return QUICK


@pytest.fixture
def impatient(service: Service, make_client: Callable[..., Client]) -> Client:
    """A client that gives up after a moment without progress."""
    return make_client(service.url, settings=replace(QUICK, heartbeat_limit_s=0.3))


@pytest.fixture
def captures() -> Path:
    return CAPTURES
