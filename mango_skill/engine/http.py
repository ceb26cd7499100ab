"""The engine's HTTP layer: parse, call the service, encode. It decides nothing.

The one place of the engine that is asynchronous; the service's methods run in threads.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from mango_skill.engine import bodies
from mango_skill.engine.receiving import MultipartReceiver
from mango_skill.engine.service import Service
from mango_skill.engine.store import Session
from mango_skill.engine.tickets import EXPIRES, PART, SIGNATURE
from mango_skill.errors import ArgumentError, EngineError, InternalError, MangoError, PlanError, ServiceError
from mango_skill.protocol import access, constants, emission, endpoints, proof
from mango_skill.protocol import bodies as wire
from mango_skill.protocol.endpoints import Endpoint

HEARTBEAT_S: Final = 5.0
_BATCH_BYTES: Final = 1024 * 1024
_LOG: Final = logging.getLogger(__name__)

Result = TypeVar("Result")
Handler = Callable[[Request], Awaitable[Response]]


class Front:
    """Which handler answers which call."""

    def __init__(
        self,
        service: Service,
        *,
        secret: str,
        version: str,
        pid: int,
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        """Put the calls together.

        Args:
            service: Answers them.
            secret: Of ``engine.json``; proves the engine to callers and callers to the engine.
            version: Of the program.
            pid: Of this process.
            heartbeat_s: Between two heartbeats of a silent chat stream.
        """
        self._service = service
        self._secret = secret
        self._about = {"version": version, "pid": pid}
        self._stop: Callable[[], None] = _cant_stop
        self._heartbeat_s = heartbeat_s

    def application(self, *, guard: Callable[[ASGIApp], ASGIApp], stop: Callable[[], None]) -> ASGIApp:
        """Return the ASGI application behind its guard; ``stop`` asks the process to end."""
        self._stop = stop
        calls: tuple[tuple[Endpoint, Handler], ...] = (
            (endpoints.ENGINE_HELLO, self.hello),
            (endpoints.ENGINE_STOP, self.stop),
            (endpoints.ANONYMOUS_TOKEN, self.anonymous_token),
            (endpoints.CLAIM_TOKEN, self.claim_token),
            (endpoints.CREATE_SESSION, self.create_session),
            (endpoints.DELETE_SESSION, self.delete_session),
            (endpoints.CHAT, self.chat),
            (endpoints.UPLOAD, self.upload),
            (endpoints.CREDITS, self.credits),
            (endpoints.STATE, self.state),
            (endpoints.RENDER, self.render),
            (endpoints.RENDER_STATUS, self.render_status),
            (endpoints.RENDER_CANCEL, self.render_cancel),
            (endpoints.RENDER_DOWNLOAD, self.download),
        )
        application = Starlette(
            routes=[Route(call.template, handler, methods=[call.method]) for call, handler in calls],
            exception_handlers={
                MangoError: _on_error,
                HTTPException: _on_http_error,
                ClientDisconnect: _on_disconnect,
                Exception: _on_bug,
            },
        )
        return guard(application)

    # The engine itself ---------------------------------------------------------------------------------

    async def hello(self, request: Request) -> Response:
        """Prove the secret; no token needed."""
        challenge = request.headers.get(constants.CHALLENGE_HEADER, "")
        if not 0 < len(challenge) <= proof.MAX_CHALLENGE:
            raise ArgumentError(
                f"The header {constants.CHALLENGE_HEADER} is missing or too long.",
                hint="Send a fresh random word in it.",
            )
        answer = bodies.json_response(emission.success(self._about) | self._about)
        answer.headers[constants.PROOF_HEADER] = proof.prove_hello(self._secret, challenge)
        return answer

    async def stop(self, request: Request) -> Response:
        """End the engine, for callers who could read ``engine.json``."""
        if not proof.is_stop_proven(self._secret, request.headers.get(constants.PROOF_HEADER, "")):
            raise ArgumentError(
                "The proof to stop the engine is missing or wrong.",
                code="refused",
                hint="Use: mango engine stop",
            )
        self._stop()
        return bodies.json_response(emission.success({"stopping": True}))

    # Account and session -------------------------------------------------------------------------------

    async def anonymous_token(self, request: Request) -> Response:
        """Give a token."""
        client_id = request.headers.get(constants.CLIENT_ID_HEADER)
        return await _answer(self._service.anonymous_token, client_id)

    async def claim_token(self, request: Request) -> Response:
        """Say that there is no web workspace."""
        account = await self._account(request)
        body = wire.checked(await bodies.read_json(request), wire.CLAIM)
        session = await _call(self._service.session, account, body["session_id"])
        return await _answer(self._service.claim_token, session)

    async def create_session(self, request: Request) -> Response:
        """Make a session."""
        account = await self._account(request)
        body = wire.checked(await bodies.read_json(request), wire.SESSION)
        return await _answer(self._service.create_session, account, language=body.get("language", "en"))

    async def delete_session(self, request: Request) -> Response:
        """Remove a session."""
        return await _answer(self._service.delete_session, await self._session(request))

    async def credits(self, request: Request) -> Response:
        """Tell the balance."""
        return await _answer(self._service.credits, await self._account(request))

    async def state(self, request: Request) -> Response:
        """Tell the state."""
        return await _answer(self._service.state, await self._session(request))

    # Footage -------------------------------------------------------------------------------------------

    async def upload(self, request: Request) -> Response:
        """Take files, or links to them."""
        session = await self._session(request)
        if bodies.is_json(request):
            body = wire.checked(await bodies.read_json(request), wire.LINKS)
            return await _answer(self._service.fetch_links, session, body["urls"])
        await _call(self._service.expect_upload, session, bodies.length(request))
        receiver = MultipartReceiver(
            request.headers.get("Content-Type", ""),
            functools.partial(self._service.open_sink, session),
        )
        try:
            await _feed(request, receiver)
            files = receiver.finish()
        except BaseException:
            receiver.discard()
            raise
        return await _answer(self._service.take_files, session, files)

    # The chat ------------------------------------------------------------------------------------------

    async def chat(self, request: Request) -> Response:
        """Start a turn and stream it; the turn goes on when the caller hangs up."""
        account = await self._account(request)
        said = wire.read_chat(await bodies.read_json(request))
        session = await _call(self._service.session, account, said.session_id)
        frames: asyncio.Queue[bytes | None] = asyncio.Queue()
        await _call(self._service.begin_turn, session, said.text, _hand_over(frames))
        return StreamingResponse(
            self._stream(frames),
            media_type=constants.EVENT_STREAM,
            headers={"Cache-Control": "no-cache"},
        )

    async def _stream(self, frames: asyncio.Queue[bytes | None]) -> AsyncIterator[bytes]:
        while True:
            try:
                async with asyncio.timeout(self._heartbeat_s):
                    frame = await frames.get()
            except TimeoutError:
                yield emission.HEARTBEAT
                continue
            if frame is None:
                return
            yield frame

    # Renders -------------------------------------------------------------------------------------------

    async def render(self, request: Request) -> Response:
        """Queue a render."""
        account = await self._account(request)
        missing = [name for name in constants.ATTRIBUTION_HEADERS if not request.headers.get(name)]
        if missing:
            raise PlanError(
                f"The export was refused: {', '.join(missing)} is missing.",
                code=str(constants.PLAN_BLOCKED),
                hint="Every call carries the three attribution headers of the skill.",
            )
        asked = wire.read_render(await bodies.read_json(request))
        session = await _call(self._service.session, account, asked.session_id)
        return await _answer(
            self._service.submit_render,
            session,
            render_id=asked.render_id,
            draft=asked.draft,
            output=asked.output,
        )

    async def render_status(self, request: Request) -> Response:
        """Tell how a render stands, at the top level [P]."""
        job = await _call(self._service.render, await self._account(request), _render_id(request))
        return bodies.json_response(await _call(self._service.render_status, job))

    async def render_cancel(self, request: Request) -> Response:
        """Cancel a render."""
        job = await _call(self._service.render, await self._account(request), _render_id(request))
        return bodies.json_response(await _call(self._service.cancel_render, job))

    async def download(self, request: Request) -> Response:
        """Give a finished file, by a link that expires or to its owner."""
        render_id = _render_id(request)
        query = request.query_params
        if SIGNATURE in query:
            job = await _call(
                self._service.ticketed_render,
                render_id,
                expires=query.get(EXPIRES, ""),
                signature=query[SIGNATURE],
            )
        else:
            job = await _call(self._service.render, await self._account(request), render_id)
        found = await _call(self._service.download, job, part=query.get(PART, ""))
        return FileResponse(found.path, filename=found.name, headers={"Cache-Control": "private"})

    # ---------------------------------------------------------------------------------------------------

    async def _account(self, request: Request) -> str:
        return await _call(self._service.account, request.headers.get(constants.AUTHORIZATION))

    async def _session(self, request: Request) -> Session:
        account = await self._account(request)
        return await _call(self._service.session, account, str(request.path_params["session_id"]))


async def _call(function: Callable[..., Result], *arguments: object, **named: object) -> Result:
    return await anyio.to_thread.run_sync(functools.partial(function, *arguments, **named))


async def _answer(
    function: Callable[..., Mapping[str, Any]], *arguments: object, **named: object
) -> Response:
    return bodies.json_response(emission.success(await _call(function, *arguments, **named)))


async def _feed(request: Request, receiver: MultipartReceiver) -> None:
    """Hand the body over in pieces large enough to be worth a thread."""
    batch = bytearray()
    async for piece in request.stream():
        batch += piece
        if len(batch) >= _BATCH_BYTES:
            await _call(receiver.feed, bytes(batch))
            batch.clear()
    if batch:
        await _call(receiver.feed, bytes(batch))


def _hand_over(frames: asyncio.Queue[bytes | None]) -> Callable[[bytes | None], None]:
    loop = asyncio.get_running_loop()

    def listener(frame: bytes | None) -> None:
        # nobody hears it any more once the loop is closed; the edit itself is stored
        if not loop.is_closed():
            loop.call_soon_threadsafe(frames.put_nowait, frame)

    return listener


def _cant_stop() -> None:
    raise EngineError("The engine is not running yet.", code="stopping", hint="Ask again.")


def _render_id(request: Request) -> str:
    return str(request.path_params["render_id"])


def error_response(problem: MangoError) -> Response:
    """Return an error as its envelope."""
    body = emission.failure(problem)
    return bodies.json_response(body, status=emission.http_status(body["code"]))


async def _on_error(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, MangoError)
    return error_response(problem)


async def _on_http_error(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    words = {
        404: ("not_found", "There is nothing at this address."),
        405: ("not_allowed", "This call does not exist."),
    }
    code, message = words.get(problem.status_code, (str(problem.status_code), "The request was refused."))
    answer = error_response(
        ServiceError(message, code=code, hint="Check that client and engine have the same version.")
    )
    answer.headers.update(problem.headers or {})
    return answer


async def _on_disconnect(request: Request, problem: Exception) -> Response:
    return Response(status_code=499)


async def _on_bug(request: Request, problem: Exception) -> Response:
    _LOG.error("a call failed", exc_info=problem)
    return error_response(
        InternalError("The engine failed on this call.", hint="Try again; the engine's log has the details.")
    )


class Guard:
    """Lets in only callers on this machine who name the engine's exact address, and counts what is going on."""

    def __init__(
        self, application: ASGIApp, *, host: str, entered: Callable[[], None], left: Callable[[], None]
    ):
        self._application = application
        self._host = host.encode()
        self._entered = entered
        self._left = left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        self._entered()
        try:
            if not access.names_only(scope["headers"], self._host):
                refusal = error_response(
                    ArgumentError(
                        "The engine answers programs on this machine only, not web pages.",
                        code="refused",
                        hint=f"Call it as http://{self._host.decode()} without an Origin.",
                    )
                )
                await refusal(scope, receive, send)
                return
            await self._application(scope, receive, send)
        finally:
            self._left()
