"""What the engine can do, without a word on how it is asked: HTTP parses, calls one of these, encodes."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mango_skill.engine.chat import MAX_MESSAGE, Conversations, Listener
from mango_skill.engine.drafting import Drafting
from mango_skill.engine.exports import Download, Exports, no_such_render
from mango_skill.engine.jobs import RenderQueue
from mango_skill.engine.links import Fetcher, LinkLimits
from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.media.worker import examine
from mango_skill.engine.places import Places
from mango_skill.engine.receiving import FileSink, ReceivedFile, Reserve
from mango_skill.engine.store import Asset, RenderJob, Session, Store
from mango_skill.engine.studio import AnalysisStudio
from mango_skill.engine.tickets import Tickets
from mango_skill.engine.turns import Turns
from mango_skill.errors import (
    ArgumentError,
    ConfigurationError,
    MangoError,
    PlanError,
    ServiceError,
)
from mango_skill.protocol import constants, emission
from mango_skill.settings import Settings

_DAY_S: Final = 86_400.0
_MAX_LANGUAGE: Final = 35
_MAX_LINKS: Final = 50
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
    fetcher: Fetcher | None = None
    render_command: Sequence[str] | None = None


class Service:
    """The engine's decisions. Every method may be called from any thread."""

    def __init__(self, places: Places, settings: Settings, *, url: str, seams: Seams = Seams()) -> None:
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
        self._conversations = Conversations(drafting=self._drafting, turns=self._turns, clock=self._clock)
        self._queue = RenderQueue(
            self._store,
            places,
            clock=self._clock,
            reserve_bytes=settings.free_disk_reserve_bytes,
            at_once=settings.render_jobs,
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
        self.client_id = self._store.accounts.fact("client_id", default=_random_uuid())

    # Life ----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Clear up after the engine before, and go on with its renders."""
        self._sweep()
        self._queue.start()

    def stop(self, *, wait_s: float) -> None:
        """Begin nothing new, let turns end, stop the renders (they start again next time), close the store."""
        if not self._turns.drain(wait_s=wait_s):
            _LOG.warning("stopped while a turn was still running")
        self._queue.stop()
        self._store.close()

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
            raise ServiceError(
                "There is no such session.",
                code=str(constants.SESSION_NOT_FOUND),
                hint="Make a new one and upload the footage again.",
            )
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
        with self._turns.hold(session.id):
            self._remove(session.id)
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
                "video_infos": [described(asset) for asset in self._store.sessions.assets(session.id)],
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

    def put_draft(self, session: Session, draft: Mapping[str, Any], *, message: str) -> dict[str, Any]:
        """Store a draft that the client made, after checking it.

        Raises:
            ArgumentError: It can't be rendered.
            BusyError: A turn does not come to its end.
        """
        with self._turns.hold(session.id):
            self._exports.check_draft(session.id, draft)
            return {"draft_version": self._drafting.put(session.id, draft, message=message)}

    # Footage -------------------------------------------------------------------------------------------

    def expect_upload(self, session: Session, size: int | None) -> None:
        """Refuse an upload that would not fit, before its first byte.

        Raises:
            MediaError: Code 4002.
        """
        self._reserve(session.id).check(size or 0)

    def open_sink(self, session: Session, name: str) -> FileSink:
        """Return where a file that is on its way may be written."""
        return FileSink(name, self._places.media(session.id), reserve=self._reserve(session.id))

    def take_files(self, session: Session, files: Sequence[ReceivedFile]) -> dict[str, Any]:
        """Look at files that arrived, keep the good ones and put them onto the draft.

        Raises:
            MangoError: Why the first one can't be used, when none can.
        """
        taken: list[Asset] = []
        refused: list[tuple[ReceivedFile, MangoError]] = []
        for file in files:
            try:
                taken.append(self._take(session.id, file))
            except MangoError as problem:
                refused.append((file, problem))
            finally:
                self._discard_unused(session.id, file)
        if not taken:
            raise refused[0][1]
        with self._turns.hold(session.id):
            version = self._drafting.place(session.id, taken)
        answer: dict[str, Any] = {
            "files": [described(asset) for asset in taken],
            "draft_version": version,
        }
        if refused:
            answer["refused"] = [
                {"name": file.name, **emission.failure(problem)} for file, problem in refused
            ]
        return answer

    def fetch_links(self, session: Session, links: Sequence[str]) -> dict[str, Any]:
        """Fetch files behind links, then treat them as if they had been sent.

        Raises:
            ArgumentError: Links are turned off, refused, or none was given.
            MediaError: The server did not give the file, or it can't be used.
        """
        if not self._settings.links:
            raise ArgumentError(
                "Fetching links is turned off.",
                code="link_refused",
                hint="Download the file and upload it, or set 'links: true' in config.yaml.",
            )
        if not 0 < len(links) <= _MAX_LINKS:
            raise ArgumentError(f"Give 1 to {_MAX_LINKS} links.", hint='Send {"urls": ["https://..."]}.')
        fetcher = self._seams.fetcher or Fetcher(
            LinkLimits(self._settings.link_max_bytes, self._settings.link_limit_s), time.monotonic
        )
        files: list[ReceivedFile] = []
        try:
            for link in links:
                files.append(fetcher.fetch(link, lambda name: self.open_sink(session, name)))
        except BaseException:
            for file in files:
                file.path.unlink(missing_ok=True)
            raise
        return self.take_files(session, files)

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

    def download(self, job: RenderJob) -> Download:
        """Return a finished render's file."""
        return self._exports.open(job)

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

    # Housekeeping --------------------------------------------------------------------------------------

    def tidy(self) -> None:
        """Remove sessions that were not used for the retention time, then the oldest beyond the quota."""
        sessions = self._store.sessions.oldest_first()
        oldest_kept = self._clock() - self._settings.retention_days * _DAY_S
        sizes = {session.id: self._places.size(session.id) for session in sessions}
        total = sum(sizes.values())
        for session in sessions:
            if session.touched >= oldest_kept and total <= self._settings.quota_bytes:
                continue
            if self._turns.is_busy(session.id) or self._has_unfinished(session.id):
                continue
            with self._turns.hold(session.id):
                self._remove(session.id)
            total -= sizes[session.id]
            _LOG.info("removed session %s, last used %.0f", session.id, session.touched)

    def _has_unfinished(self, session_id: str) -> bool:
        return any(job.finished is None for job in self._store.renders.of_session(session_id))

    def _remove(self, session_id: str) -> None:
        for job in self._store.renders.of_session(session_id):
            self._queue.cancel(job.id)
        self._store.sessions.delete(session_id)
        self._places.remove(session_id)

    def _sweep(self) -> None:
        sessions = [session.id for session in self._store.sessions.oldest_first()]
        kept = set()
        for session_id in sessions:
            kept |= {
                self._places.media(session_id) / one.file for one in self._store.sessions.assets(session_id)
            }
            for job in self._store.renders.of_session(session_id):
                names = [job.file, *job.facts.get("sidecars", ())] if job.file else []
                kept |= {self._places.renders(session_id) / name for name in names}
        self._places.sweep(sessions, frozenset(kept))

    def _reserve(self, session_id: str) -> Reserve:
        return Reserve(self._places.media(session_id), reserve_bytes=self._settings.free_disk_reserve_bytes)

    def _take(self, session_id: str, file: ReceivedFile) -> Asset:
        known = self._store.sessions.same_content(session_id, file.sha256)
        if known is not None:
            return known
        info = self._seams.examine(str(file.path))
        return self._store.sessions.add_asset(
            session_id,
            name=file.name,
            sha256=file.sha256,
            file=file.path.name,
            info=info.to_dict(),
            now=self._clock(),
        )

    def _discard_unused(self, session_id: str, file: ReceivedFile) -> None:
        asset = self._store.sessions.same_content(session_id, file.sha256)
        if asset is None or asset.file != file.path.name:
            file.path.unlink(missing_ok=True)

    def _studio(self, assets: Mapping[str, Asset]) -> AnalysisStudio:
        return AnalysisStudio(assets, store=self._store, places=self._places)


def described(asset: Asset) -> dict[str, Any]:
    """Return a file as the wire shows it."""
    return emission.media_info(asset_id=asset.id, name=asset.name, facts=asset.info)


def _random_uuid() -> str:
    import uuid

    return str(uuid.uuid4())
