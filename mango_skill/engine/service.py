"""What the engine can do, without a word on how it is asked: HTTP parses, calls one of these, encodes."""

from __future__ import annotations

import logging
import secrets
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mango_skill.engine.chat import MAX_MESSAGE, Conversations, Listener
from mango_skill.engine.director import Direction, direct
from mango_skill.engine.drafting import Drafting
from mango_skill.engine.exports import Download, Exports, no_such_render
from mango_skill.engine.footage import Footage, describe, no_such_session
from mango_skill.engine.housekeeping import Housekeeping
from mango_skill.engine.jobs import RenderQueue
from mango_skill.engine.links import Fetcher
from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.media.worker import examine
from mango_skill.engine.places import Places
from mango_skill.engine.receiving import FileSink, ReceivedFile
from mango_skill.engine.store import Asset, RenderJob, Session, Store
from mango_skill.engine.studio import AnalysisStudio
from mango_skill.engine.tickets import Tickets
from mango_skill.engine.turns import Turns
from mango_skill.errors import (
    ArgumentError,
    ConfigurationError,
    PlanError,
)
from mango_skill.protocol import constants, emission
from mango_skill.settings import Settings

_DAY_S: Final = 86_400.0
_MAX_LANGUAGE: Final = 35
_LOG: Final = logging.getLogger(__name__)

FREE_BALANCE: Final[Mapping[str, Any]] = {
    "available": constants.ANONYMOUS_CREDITS,
    "frozen": 0,
    "total": constants.ANONYMOUS_CREDITS,
    "unlimited": True,
    "note": "Editing on this machine is free; nothing is charged.",
}


@dataclass(frozen=True)
class Seams:
    """What a test may put in the place of the real thing."""

    clock: Callable[[], float] = time.time
    examine: Callable[[str], MediaInfo] = examine
    direct: Callable[..., Direction] = direct
    fetcher: Fetcher | None = None
    render_command: Sequence[str] | None = None


NO_SEAMS: Final = Seams()
"""The real thing everywhere."""


class Service:
    """The engine's decisions. Every method may be called from any thread."""

    def __init__(self, places: Places, settings: Settings, *, url: str, seams: Seams = NO_SEAMS) -> None:
        """Open the store and put the parts together; ``start`` sets the renders going.

        Raises:
            EngineError: The home folder or its database can't be used.
        """
        self._places = places
        self._settings = settings
        self._seams = seams
        self._clock = seams.clock
        self._store = Store(places.database)
        self._turns = Turns()
        self._drafting = Drafting(self._store, studio=self._studio, clock=self._clock)
        self._conversations = Conversations(
            drafting=self._drafting, turns=self._turns, clock=self._clock, direct=seams.direct
        )
        self._queue = RenderQueue(
            self._store,
            places,
            clock=self._clock,
            reserve_bytes=settings.free_disk_reserve_bytes,
            at_once=settings.render_jobs,
            stall_s=settings.render_stall_s,
            command=seams.render_command,
        )
        self._tickets = Tickets(self._store.accounts.fact("link_key", default=secrets.token_hex(32)))
        self._exports = Exports(
            self._store,
            places=places,
            drafting=self._drafting,
            queue=self._queue,
            tickets=self._tickets,
            clock=self._clock,
            url=url,
        )
        self._footage = Footage(
            self._store,
            places=places,
            drafting=self._drafting,
            turns=self._turns,
            settings=settings,
            clock=self._clock,
            examine=seams.examine,
            fetcher=seams.fetcher,
        )
        self._housekeeping = Housekeeping(
            self._store,
            places=places,
            queue=self._queue,
            turns=self._turns,
            settings=settings,
            clock=self._clock,
        )
        self.client_id = self._store.accounts.fact("client_id", default=str(uuid.uuid4()))

    # Life ----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Clear up after the engine before, and go on with its renders."""
        self._housekeeping.sweep()
        self._queue.start()

    def stop(self, *, wait_s: float) -> None:
        """Begin nothing new, let turns end, stop the renders (they start again next time), close the store."""
        if not self._turns.drain(wait_s=wait_s):
            _LOG.warning("stopped while a turn was still running")
        self._queue.stop()
        self._store.close()

    def tidy(self) -> None:
        """Remove what is too old or too much, see ``Housekeeping.tidy``."""
        self._housekeeping.tidy()

    def is_working(self) -> bool:
        """Whether a turn or a render is under way."""
        return self._turns.running() > 0 or self._store.renders.unfinished() > 0

    # Who asks ------------------------------------------------------------------------------------------

    def anonymous_token(self, client_id: str | None) -> dict[str, Any]:
        """Give a token to the one client that could read ``engine.json``.

        Raises:
            ArgumentError: Code 400: no client id, or not this engine's.
        """
        if not client_id or not secrets.compare_digest(client_id.encode(), self.client_id.encode()):
            raise ArgumentError(
                "X-Client-Id is missing or is not this engine's.",
                code=str(constants.CLIENT_ID_MISSING),
                hint="Send the client_id of engine.json.",
            )
        token = self._store.accounts.issue_token(
            client_id, now=self._clock(), lifetime_s=constants.ANONYMOUS_TOKEN_DAYS * _DAY_S
        )
        return {
            "token": token.text,
            "expires_at": int(token.expires),
            "expires_in": constants.ANONYMOUS_TOKEN_DAYS * int(_DAY_S),
            "credits": constants.ANONYMOUS_CREDITS,
        }

    def account(self, authorization: str | None) -> str:
        """Return the account of an ``Authorization`` header.

        Raises:
            ConfigurationError: Code 1001.
        """
        given = authorization or ""
        bearer = given[len(constants.BEARER) :] if given.startswith(constants.BEARER) else ""
        account = self._store.accounts.account_of(bearer, now=self._clock()) if bearer else None
        if account is None:
            raise ConfigurationError(
                "The token is missing, unknown or expired.",
                code=str(constants.TOKEN_INVALID),
                hint="Ask for a new anonymous token.",
            )
        return account

    def session(self, account: str, session_id: str) -> Session:
        """Return a session of the account and note that it is used.

        Raises:
            ServiceError: Code 1002, for someone else's too.
        """
        session = self._store.sessions.find(session_id)
        if session is None or session.account_id != account:
            raise no_such_session()
        self._store.sessions.touch(session_id, now=self._clock())
        return session

    # Sessions ------------------------------------------------------------------------------------------

    def create_session(self, account: str, *, language: str) -> dict[str, Any]:
        """Make a session."""
        session = self._store.sessions.create(
            account, language=language[:_MAX_LANGUAGE] or "en", now=self._clock()
        )
        return {"session_id": session.id, "task_id": session.task_id, "language": session.language}

    def delete_session(self, session: Session) -> dict[str, Any]:
        """Remove a session's footage, drafts and renders.

        Raises:
            BusyError: A turn does not come to its end.
        """
        self._housekeeping.delete(session.id)
        return {"deleted": session.id}

    def claim_token(self, session: Session) -> dict[str, Any]:
        """Refuse: there is no web workspace here.

        Raises:
            PlanError: ``not_here``.
        """
        raise PlanError(
            "This project lives on this machine; it has no page on the web.",
            code="not_here",
            hint="Use the exported file.",
        )

    def credits(self, account: str) -> dict[str, Any]:
        """Return the balance, which is free and says so."""
        return dict(FREE_BALANCE)

    def state(self, session: Session) -> dict[str, Any]:
        """Return draft, files, canvas, history and the facts of the last edit."""
        current = self._drafting.current(session.id)
        canvas = current.timeline.canvas
        return {
            "session_id": session.id,
            "task_id": session.task_id,
            "state": {
                "draft": current.draft,
                "draft_version": current.number,
                "video_infos": [describe(asset) for asset in self._store.sessions.assets(session.id)],
                "canvas_config": {}
                if canvas is None
                else {
                    "width": canvas.width,
                    "height": canvas.height,
                    "fps": emission.fraction(canvas.fps.numerator, canvas.fps.denominator),
                },
                "generated_media": [],
                "history": emission.history(self._store.drafts.headlines(session.id)),
                "report": dict(self._store.sessions.report(session.id)),
                "language": session.language,
                "busy": self._turns.is_busy(session.id),
            },
        }

    # Footage -------------------------------------------------------------------------------------------

    def expect_upload(self, session: Session, size: int | None) -> None:
        """Refuse an upload that would not fit, see ``Footage.expect``."""
        self._footage.expect(session, size)

    def open_sink(self, session: Session, name: str) -> FileSink:
        """Return where a file that is on its way may be written."""
        return self._footage.open_sink(session, name)

    def take_files(self, session: Session, files: Sequence[ReceivedFile]) -> dict[str, Any]:
        """Keep files that arrived, see ``Footage.take``."""
        return self._footage.take(session, files)

    def fetch_links(self, session: Session, links: Sequence[str]) -> dict[str, Any]:
        """Fetch files behind links, see ``Footage.fetch``."""
        return self._footage.fetch(session, links)

    # The chat ------------------------------------------------------------------------------------------

    def begin_turn(self, session: Session, message: str, listener: Listener) -> None:
        """Start a turn; ``listener`` hears its frames from another thread.

        Raises:
            ArgumentError: The message is empty or too long.
            BusyError: Another turn runs.
        """
        if not message.strip():
            raise ArgumentError("The message is empty.", hint="Say what should be done with the footage.")
        if len(message) > MAX_MESSAGE:
            raise ArgumentError("The message is too long.", hint="Send it in several parts.")
        self._conversations.start(session, message, listener)

    # Renders -------------------------------------------------------------------------------------------

    def submit_render(
        self, session: Session, *, render_id: str, draft: Mapping[str, Any] | None, output: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Queue a render, see ``Exports.submit``."""
        wanted = {"quality": self._settings.quality, **output}
        return self._exports.submit(session, render_id=render_id, draft=draft, output=wanted)

    def render(self, account: str, render_id: str) -> RenderJob:
        """Return a render of the account.

        Raises:
            ServiceError: ``not_found``.
        """
        job = self._store.renders.find(render_id)
        session = None if job is None else self._store.sessions.find(job.session_id)
        if job is None or session is None or session.account_id != account:
            raise no_such_render()
        self._store.sessions.touch(session.id, now=self._clock())
        return job

    def render_status(self, job: RenderJob) -> dict[str, Any]:
        """Return how a render stands."""
        return self._exports.describe(job)

    def cancel_render(self, job: RenderJob) -> dict[str, Any]:
        """Cancel a render that is not over yet."""
        return self._exports.cancel(job)

    def download(self, job: RenderJob, *, part: str = "") -> Download:
        """Return a finished render's file, or the captions beside it."""
        return self._exports.open(job, part=part)

    def ticketed_render(self, render_id: str, *, expires: str, signature: str) -> RenderJob:
        """Return the render that a download link opens.

        Raises:
            ArgumentError: ``link_expired``.
            ServiceError: ``not_found``.
        """
        self._tickets.check(render_id, expires=expires, signature=signature, now=self._clock())
        job = self._store.renders.find(render_id)
        if job is None:
            raise no_such_render()
        return job

    def _studio(self, assets: Mapping[str, Asset]) -> AnalysisStudio:
        return AnalysisStudio(assets, store=self._store, places=self._places)
