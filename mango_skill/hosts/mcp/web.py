"""The server on HTTP: on loopback only, for programs that could read its token, never for web pages."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
import os
import re
import secrets
import socket
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qs

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mango_skill import loopback
from mango_skill.client import journal
from mango_skill.client.locks import FileLock
from mango_skill.errors import BusyError, ConfigurationError, MangoError
from mango_skill.folders import LONGEST_PROJECT_NAME, Folders
from mango_skill.hosts.mcp.conversations import Conversation, Conversations, Setting
from mango_skill.hosts.mcp.lines import end
from mango_skill.hosts.mcp.server import Context, make_server
from mango_skill.protocol import access
from mango_skill.version import VERSION

FILE: Final = "mcp.json"
PATH: Final = "/mcp"
COOKIE: Final = "mango-conversation"
_CONVERSATION: Final = "mango.conversation"
_SESSION_HEADER: Final = b"mcp-session-id"
_KEY: Final = re.compile(r"[0-9a-f]{32}")
_SESSION_IDLE_S: Final = 24 * 3600.0
_MOST_SESSIONS: Final = 256
_LOG: Final = logging.getLogger(__name__)


def serve(setting: Setting, folders: Folders, *, port: int | None, say: Callable[[str], None]) -> None:
    """Answer hosts on loopback until a signal comes.

    The address and the token that callers need stand in ``mcp.json`` of the data folder, for its owner alone;
    both stay the same from run to run, because hosts keep them in their configuration.

    Args:
        setting: What holds for every connection.
        folders: Where ``mcp.json`` is.
        port: To listen on; 0 is any free one, None the one of the last run or any.
        say: Tells the user where it listens; never the token.

    Raises:
        BusyError: Another server of the same user listens already.
        ConfigurationError: The port is taken, or the folder can't be written.
    """
    with FileLock(folders.data / "mcp.lock") as lock:
        try:
            listener, secret = _prepare(folders, lock, port)
        except OSError as problem:
            raise ConfigurationError(
                f"The folder {folders.data} can't be written ({problem.strerror}).",
                code="folder",
                hint="Correct its permissions, or set MANGO_HOME to a folder that you may write to.",
            ) from None
        host = f"{loopback.ADDRESS}:{listener.getsockname()[1]}"
        told = (
            f"Serving MCP at {_address(host)}; the bearer token that hosts need is the 'secret' in "
            f"{folders.data / FILE}."
        )
        asyncio.run(_serve(setting, listener, host=host, secret=secret, ready=lambda: say(told)))


def _prepare(folders: Folders, lock: FileLock, port: int | None) -> tuple[socket.socket, str]:
    """Take the lock, listen, and write down where; return the listening socket and the token.

    Raises:
        BusyError: Another server of the same user listens already.
        ConfigurationError: The port is taken.
        OSError: The folder can't be written.
    """
    journal.close_folder(folders.data)
    known = journal.read_json(folders.data / FILE) or {}
    if not lock.acquire():
        raise BusyError(
            f"The server is running already, at {known.get('url', 'another address')}.",
            hint="Use that one, or end it first.",
            retryable=False,
        )
    listener = _listen(port, known.get("port"))
    here = listener.getsockname()[1]
    secret = str(known.get("secret") or "") or secrets.token_hex(32)
    url = _address(f"{loopback.ADDRESS}:{here}")
    record = {"url": url, "port": here, "secret": secret, "version": VERSION, "pid": os.getpid()}
    try:
        journal.write_json(folders.data / FILE, record)
    except OSError:
        listener.close()
        raise
    return listener, secret


def _address(host: str) -> str:
    return f"http://{host}{PATH}"


async def _serve(
    setting: Setting, listener: socket.socket, *, host: str, secret: str, ready: Callable[[], None]
) -> None:
    conversations = Conversations(setting)

    def find(ctx: Context) -> Conversation:
        assert ctx.request is not None
        key, project = ctx.request.scope[_CONVERSATION]
        return conversations.find(key, project=project)

    manager = StreamableHTTPSessionManager(
        make_server(find), session_idle_timeout=_SESSION_IDLE_S, max_sessions=_MOST_SESSIONS
    )
    stopping = asyncio.Event()
    loopback.stop_on_signals(stopping)
    server = loopback.make_server(Gate(manager.asgi_app, host=host, secret=secret), shutdown_s=1)
    async with manager.run():
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        _LOG.info("serving on %s, process %d", host, os.getpid())
        ready()
        stopped = asyncio.create_task(stopping.wait())
        await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
        _LOG.info("ending")
        if serving.done():
            serving.result()  # it ended by itself: what went wrong is raised here
        end()  # a call that follows a job must not keep us; the job goes on


class Gate:
    """Lets in who names the exact address, is no web page and shows the token; tells connections apart.

    A host of the older protocol has a session. One of the newer has none: it is known again by a cookie, or
    names its project in the address (``/mcp?project=NAME``).
    """

    def __init__(self, application: ASGIApp, *, host: str, secret: str) -> None:
        self._application = application
        self._host = host.encode()
        self._secret = secret.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        if scope["type"] != "http":
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        key, is_new = _key(scope)
        scope[_CONVERSATION] = (key, _project(scope))
        await self._application(scope, receive, _with_cookie(send, key) if is_new else send)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers = scope["headers"]
        if not access.names_only(headers, self._host):
            address = _address(self._host.decode())
            return _refused(
                403, "This server answers programs on this machine only.", f"Call it as {address}."
            )
        shown = [value for name, value in headers if name == b"authorization"]
        if len(shown) != 1 or not hmac.compare_digest(shown[0], b"Bearer " + self._secret):
            answer = _refused(
                401, "The token is missing or wrong.", f"Send the 'secret' of {FILE} as a bearer token."
            )
            answer.headers["WWW-Authenticate"] = "Bearer"
            return answer
        if scope["path"] != PATH:
            return _refused(404, "There is nothing at this address.", f"The server is at {PATH}.")
        project = _project(scope)
        if len(project) > LONGEST_PROJECT_NAME:
            return _refused(
                400, "That can't be a project's name.", f"Use at most {LONGEST_PROJECT_NAME} characters."
            )
        return None


def _refused(status: int, message: str, hint: str) -> JSONResponse:
    problem = MangoError(message, code="refused", hint=hint)
    return JSONResponse({"ok": False, "error": problem.to_dict()}, status_code=status)


def _key(scope: Scope) -> tuple[str, bool]:
    """Return what tells the connection apart, and whether it is new."""
    headers = dict(scope["headers"])
    if _SESSION_HEADER in headers:
        return headers[_SESSION_HEADER].decode("latin-1"), False
    cookie: SimpleCookie = SimpleCookie()
    with contextlib.suppress(CookieError):
        cookie.load(headers.get(b"cookie", b"").decode("latin-1"))
    kept = cookie[COOKIE].value if COOKIE in cookie else ""
    return (kept, False) if _KEY.fullmatch(kept) else (secrets.token_hex(16), True)


def _project(scope: Scope) -> str:
    stated: list[str] = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("project", [""])
    return stated[-1].strip()


def _with_cookie(send: Send, key: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = f"{COOKIE}={key}; Path={PATH}; HttpOnly; SameSite=Strict"
            message = {**message, "headers": [*message.get("headers", ()), (b"set-cookie", kept.encode())]}
        await send(message)

    return sending


def _listen(port: int | None, last: Any) -> socket.socket:
    """Bind a loopback port and listen on it.

    Raises:
        ConfigurationError: The port that was asked for is taken.
    """
    wished = [port] if port is not None else [last, 0] if isinstance(last, int) else [0]
    for number, wish in enumerate(wished):
        try:
            return loopback.listen(wish)
        except (OSError, OverflowError):
            if number + 1 < len(wished):
                continue
            raise ConfigurationError(
                f"Port {wish} can't be used.", code="port", hint="Name another one with --port, or none."
            ) from None
    raise AssertionError("no port was wished for")
