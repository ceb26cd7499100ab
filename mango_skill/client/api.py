"""One method for each call of the protocol: the token, the attribution, one repeat where that is allowed."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from requests import Response

from mango_skill.client import handshake
from mango_skill.client.backend import Context, is_loopback
from mango_skill.client.clock import Clock
from mango_skill.client.identity import GIVEN, Identity, Token
from mango_skill.client.stream import CancelledError
from mango_skill.client.transport import Call, Transport, same_origin
from mango_skill.errors import (
    MangoError,
    NetworkError,
    NotDeliveredError,
    RateLimitError,
    ServiceError,
    TimedOutError,
)
from mango_skill.protocol import bodies, constants, endpoints
from mango_skill.protocol.endpoints import Endpoint

T = TypeVar("T")
_CANCEL_LOOK_S: Final = 0.25


@dataclass(frozen=True)
class Retries:
    """How often a call that changes nothing is repeated when the line or the service fails."""

    tries: int = 3
    first_s: float = 0.4
    cap_s: float = 4.0

    def delay_s(self, attempt: int) -> float:
        """Return how long to wait before attempt number ``attempt + 1``, jittered."""
        return min(self.cap_s, self.first_s * 2.0**attempt) * random.uniform(0.75, 1.25)


@dataclass(frozen=True)
class Session:
    """Where a project lives at its backend. ``bind`` completes the registration link."""

    session_id: str
    task_id: str = ""
    bind: str = ""


class Api:
    """Asks one backend."""

    def __init__(
        self,
        context: Context,
        *,
        clock: Clock,
        environ: Mapping[str, str] | None = None,
        on_note: Callable[[str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        retries: Retries = Retries(),
    ) -> None:
        self.context = context
        self.clock = clock
        self._on_note = on_note
        self._cancelled = cancelled
        self._retries = retries
        self.transport = Transport(headers=context.headers, patience=context.patience, clock=clock)
        self.identity = Identity(
            backend=context.backend,
            places=context.places,
            clock=clock,
            fetch=self._anonymous_token,
            environ=environ,
        )
        self._proven = ""

    def close(self) -> None:
        """Give kept connections back."""
        self.transport.close()

    # Calls ---------------------------------------------------------------------------------------------

    def create_session(self, *, language: str, name: str = "project") -> Session:
        """Make a session for a project."""
        body = bodies.session_body(name=name, language=language)
        data = self._ask(endpoints.CREATE_SESSION, json=body, once=True)
        made = bodies.read_made_session(data)
        if not made.session_id:
            raise ServiceError(
                "The service made no session.",
                code="no_session",
                hint="Try again later; nothing was sent yet.",
            )
        return Session(made.session_id, made.task_id, made.bind)

    def state(self, session_id: str, *, patient: bool = True) -> dict[str, Any]:
        """Return the session's state: draft, media, canvas.

        Raises:
            MangoError: It could not be read; with code 1002 when the session is gone.
        """
        data = self._ask(endpoints.STATE, fields={"session_id": session_id}, patient=patient)
        state = data.get("state") if isinstance(data, Mapping) else None
        found = state if isinstance(state, Mapping) else data
        return dict(found) if isinstance(found, Mapping) else {}

    def check_token(self, value: str) -> Token:
        """Try a token of the user's own on one call, and on nothing that is kept.

        Raises:
            ConfigurationError: It is refused.
            MangoError: Nobody could be asked.
        """
        token = Token(value, GIVEN)
        call = self._call(endpoints.CREDITS, token=token)
        try:
            self._repeated(
                lambda: self._unlimited(lambda: self.transport.answer(call)), once=False, patient=True
            )
        except MangoError as problem:
            if problem.code != str(constants.TOKEN_INVALID):
                raise
            self.identity.renew(token)
        return token

    def credits(self) -> dict[str, Any]:
        """Return the balance as the service tells it."""
        data = self._ask(endpoints.CREDITS)
        inner = data.get("balance") if isinstance(data, Mapping) else None
        found = inner if isinstance(inner, Mapping) else data
        return dict(found) if isinstance(found, Mapping) else {}

    def submit_render(self, body: Mapping[str, Any]) -> Any:
        """Ask for a render. Repeated only when surely not received."""
        return self._ask(endpoints.RENDER, json=body, once=True)

    def render_status(self, render_id: str, *, patient: bool = True) -> Any:
        """Return the status answer of a render, in whatever form it comes."""
        return self._ask(endpoints.RENDER_STATUS, fields={"render_id": render_id}, patient=patient)

    def cancel_render(self, render_id: str) -> Any:
        """End a render; the engine alone knows how."""
        return self._ask(endpoints.RENDER_CANCEL, fields={"render_id": render_id})

    def delete_session(self, session_id: str) -> Any:
        """Remove a session with all it holds; the engine alone knows how."""
        return self._ask(endpoints.DELETE_SESSION, fields={"session_id": session_id})

    def claim_token(self, session: Session) -> str:
        """Return a one-time token for the claim link."""
        body = bodies.claim_body(task_id=session.task_id, session_id=session.session_id)
        data = self._ask(endpoints.CLAIM_TOKEN, json=body, once=True)
        return bodies.read_claim_token(data)

    def add_links(self, session_id: str, links: list[str]) -> Any:
        """Give the session footage by its addresses."""
        body = bodies.links_body(links)
        return self._ask(
            endpoints.UPLOAD,
            fields={"session_id": session_id},
            json=body,
            once=True,
            read_timeout_s=self.context.patience.heartbeat_limit_s,
        )

    def send_file(self, session_id: str, body: Callable[[], Any], *, content_type: str) -> Any:
        """Give the session a file; ``body`` makes the streamed body, anew for each try."""

        def send(token: Token) -> Any:
            call = self._call(
                endpoints.UPLOAD,
                token=token,
                fields={"session_id": session_id},
                data=body(),
                headers={"Content-Type": content_type},
                read_timeout_s=self.context.patience.heartbeat_limit_s,
            )
            # A slow line may stall for longer than connecting may take.
            call = replace(call, send_timeout_s=self.context.patience.read_timeout_s)
            return self.transport.answer(call, own_connection=True)

        return self._authorized(send)

    def chat(self, session_id: str, message: str, *, token: Token) -> Response:
        """Send a message once and return the answer's head; nothing here repeats it."""
        body = bodies.chat_body(session_id, message)
        call = self._call(
            endpoints.CHAT,
            token=token,
            json=body,
            headers={
                "Accept": constants.EVENT_STREAM,
                "Accept-Encoding": "identity",
                "Cache-Control": "no-cache",
            },
            read_timeout_s=min(
                self.context.patience.stream_limit_s, self.context.patience.heartbeat_limit_s * 1.1
            ),
        )
        try:
            return self.transport.open(call, own_connection=True)
        except NotDeliveredError:
            # A restarted engine has another address and proves itself there.
            self._proven = ""
            raise

    def download(self, url: str, *, headers: Mapping[str, str]) -> Response:
        """Open a download; the token goes to the backend's own address alone."""
        own = same_origin(url, self.address())
        call = Call(
            "GET",
            url,
            token=self.token().value if own else None,
            headers={"Accept-Encoding": "identity", **headers},
        )
        return self.transport.open(call)

    # Tokens and addresses ------------------------------------------------------------------------------

    def token(self) -> Token:
        """Return the token to use, the backend having proven itself."""
        self.address()
        return self.identity.token()

    def renew(self, refused: Token) -> Token:
        """Return another token after one was refused.

        Raises:
            ConfigurationError: It was the user's own.
        """
        return self.identity.renew(refused)

    def address(self) -> str:
        """Return the backend's base address; an engine proves itself there first.

        Raises:
            EngineError: The engine is not running or did not prove itself.
        """
        backend = self.context.backend
        if backend.is_cloud or backend.engine_file is None:
            return backend.address()
        address = backend.address()
        if address != self._proven:
            self._proven = handshake.hello(self.transport, backend)
        return self._proven

    def absolute(self, url: str) -> str:
        """Return a download address in full.

        Raises:
            ServiceError: It is no address that may be fetched.
        """
        if url.startswith("/") and not url.startswith("//"):
            return f"{self.address()}{url}"
        loopback_backend = is_loopback(self.address())
        if url.startswith("https://") or (url.startswith("http://") and loopback_backend):
            return url
        raise ServiceError(
            "The service named a download address that can't be used.",
            code="bad_link",
            hint="Export again.",
        )

    def wait_for_rate(self, problem: MangoError) -> bool:
        """Wait as long as a 429 asks; tells whether it was short enough to try again.

        Raises:
            CancelledError: Nobody waits any more.
        """
        patience = self.context.patience
        wait_s = problem.details.get("retry_after_s")
        wait_s = float(wait_s) if isinstance(wait_s, (int, float)) else patience.rate_limit_wait_s
        if wait_s > patience.rate_limit_cap_s:
            return False
        if self._on_note is not None:
            self._on_note(f"The service asks to wait {wait_s:.0f} s.")
        deadline = self.clock.monotonic() + wait_s
        while (left := deadline - self.clock.monotonic()) > 0:
            if self._cancelled is not None and self._cancelled():
                raise CancelledError
            self.clock.sleep(min(left, _CANCEL_LOOK_S))
        return True

    # Below ---------------------------------------------------------------------------------------------

    def _anonymous_token(self, client_id: str) -> Any:
        call = Call(
            endpoints.ANONYMOUS_TOKEN.method,
            f"{self.address()}{endpoints.ANONYMOUS_TOKEN.path()}",
            headers={constants.CLIENT_ID_HEADER: client_id},
        )
        return self._unlimited(lambda: self.transport.answer(call, own_connection=True))

    def _call(
        self,
        endpoint: Endpoint,
        *,
        token: Token,
        fields: Mapping[str, str] | None = None,
        json: Any = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        read_timeout_s: float | None = None,
    ) -> Call:
        return Call(
            endpoint.method,
            f"{self.address()}{endpoint.path(**(fields or {}))}",
            token=token.value,
            json=json,
            data=data,
            headers=headers or {},
            read_timeout_s=read_timeout_s,
        )

    def _ask(
        self,
        endpoint: Endpoint,
        *,
        fields: Mapping[str, str] | None = None,
        json: Any = None,
        once: bool = False,
        patient: bool = True,
        read_timeout_s: float | None = None,
    ) -> Any:
        def send(token: Token) -> Any:
            call = self._call(endpoint, token=token, fields=fields, json=json, read_timeout_s=read_timeout_s)
            return self.transport.answer(call, own_connection=once)

        return self._authorized(lambda token: self._repeated(lambda: send(token), once=once, patient=patient))

    def _authorized(self, send: Callable[[Token], T]) -> T:
        """Send with the token; a refused one is renewed and the call repeated once."""
        token = self.token()

        def attempt(used: Token) -> T:
            return self._unlimited(lambda: send(used))

        try:
            return attempt(token)
        except MangoError as problem:
            if problem.code != str(constants.TOKEN_INVALID):
                raise
        return attempt(self.renew(token))

    def _unlimited(self, send: Callable[[], T]) -> T:
        """Send; a 429 is waited for and the call repeated once."""
        try:
            return send()
        except RateLimitError as problem:
            if not self.wait_for_rate(problem):
                raise
        return send()

    def _repeated(self, send: Callable[[], T], *, once: bool, patient: bool) -> T:
        """Send; repeat what surely was not received, and what changes nothing, a few times."""
        tries = self._retries.tries if patient else 1
        for attempt in range(tries):
            try:
                return send()
            except (NetworkError, ServiceError) as problem:
                safe = isinstance(problem, NotDeliveredError) or (not once and _may_pass(problem))
                if not safe or (not problem.retryable and not _may_pass(problem)) or attempt == tries - 1:
                    raise self.named(problem) from None
                self._proven = ""
                self.clock.sleep(self._retries.delay_s(attempt))
        raise AssertionError("the last attempt returns or raises")

    def named(self, problem: MangoError) -> MangoError:
        """Return the error as the user should hear it: an unreachable backend on this machine is a stopped engine."""
        if isinstance(problem, NotDeliveredError) and not self.context.backend.is_cloud:
            return handshake.stopped(problem)
        return problem


def _may_pass(problem: MangoError) -> bool:
    if isinstance(problem, NetworkError):
        # Who has waited out one time-out is not kept waiting for two more.
        return problem.code != "tls" and not isinstance(problem, TimedOutError)
    return problem.code in constants.PASSING_TROUBLE
