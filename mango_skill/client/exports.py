"""An export from draft to file: its handle is on disk before it is submitted, and nothing is lost after.

Runs in a runner process. A failed render is tried once more under a new id [P]; a render whose process
died is found again by its id.
"""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path
from typing import Any, Final

from mango_skill.client.api import Api, Session
from mango_skill.client.clock import Clock
from mango_skill.client.download import Download, ExpiredLinkError, Target, file_identity
from mango_skill.client.jobs import JobFile, JobState, Phase
from mango_skill.client.projects import ProjectFolder
from mango_skill.client.sidecars import Sidecars
from mango_skill.client.status import RenderStatus, name_in, read_status
from mango_skill.client.stream import CancelledError
from mango_skill.client.turns import CANCELLED_NOTE, CancelLook, account_hint
from mango_skill.errors import (
    CreditError,
    EngineError,
    MangoError,
    NetworkError,
    PlanError,
    RenderError,
    ServiceError,
    TimedOutError,
)
from mango_skill.protocol import bodies, constants, endpoints

_TRIES: Final = 2
_LOST: Final = "render_lost"
_DISK_FULL: Final = "disk_full"
_MOST_LINKS: Final = 4
_MOST_LOST_POLLS: Final = 8
_MOST_UNKNOWN_POLLS: Final = 3
_CANCEL_LOOK_S: Final = 0.25
_TOLD_EVERY_PERCENT: Final = 1.0


class Export:
    """One export on its way."""

    def __init__(self, job: JobFile, *, folder: ProjectFolder, api: Api, clock: Clock) -> None:
        self._job = job
        self._folder = folder
        self._api = api
        self._clock = clock
        self._cancel = CancelLook(job, clock)
        self._sidecars = Sidecars(job, api=api, clock=clock, cancelled=self._cancel.asked)
        self._told = -100.0
        self._told_left: int | None = None

    def perform(self) -> None:
        """Carry the export on from wherever its journal says it stands, and write down how it ended."""
        request = self._job.request
        session = Session(
            str(request["session"]), str(request.get("task_id") or ""), str(request.get("bind") or "")
        )
        target = Target.at(
            Path(request["path"]),
            job_id=self._job.id,
            form=str(request["output"]["format"]),
            overwrite=bool(request["overwrite"]),
        )
        try:
            placed = self._placed(target)
            size, status = placed or self._download(target, self._render(session))
            beside = self._sidecars.fetch(target, status, resumed=placed is not None)
        except CancelledError:
            self._cancelled(target)
        except MangoError as problem:
            if isinstance(problem, (CreditError, PlanError)):
                problem.hint = account_hint(self._api, problem, session=session)
            full = problem.code == _DISK_FULL
            resumable = isinstance(problem, (NetworkError, EngineError)) or self._job.record["phase"] == (
                Phase.DOWNLOADING.value
            )
            if full and not resumable:
                problem.hint = f"Make room, then wait for job {self._job.id} again; it is rendered then."
                self._job.remember(tries=0)
            self._job.remember(resumable=resumable or full)
            error = problem.to_dict() | {"kind": type(problem).__name__}
            self._job.finish(JobState.FAILED, error=error)
        else:
            self._job.finish(
                JobState.DONE, result=self._result(session, target, size=size, status=status) | beside
            )

    # The render ----------------------------------------------------------------------------------------

    def _render(self, session: Session) -> RenderStatus:
        tries = int(self._job.facts.get("tries", 0))
        problem: MangoError | None = None
        while True:
            render_id = str(self._job.facts.get("render_id") or "")
            if not render_id:
                if tries >= _TRIES or not self._may_help(problem):
                    raise problem or RenderError("The render failed.")
                tries += 1
                render_id = self._submit(session, tries)
            status = self._watch(render_id)
            if status.status == constants.COMPLETED:
                return status
            if status.status == constants.CANCELLED:
                raise CancelledError
            problem = status.error or RenderError("The render failed.")
            # The handle of a failed render is of no more use; the next try gets one of its own.
            self._job.remember(render_id="", other_id="", failed_render=render_id)

    def _may_help(self, problem: MangoError | None) -> bool:
        """Whether another try may end otherwise: the engine tries again by itself what deserves it."""
        return problem is None or self._api.context.backend.is_cloud or problem.code == _LOST

    def _submit(self, session: Session, tries: int) -> str:
        render_id = f"render_{int(self._clock.now() * 1000)}_{secrets.token_hex(4)}"
        self._job.enter(
            Phase.SUBMITTING, note="Asking for the render.", render_id=render_id, other_id="", tries=tries
        )
        body = bodies.render_body(
            render_id=render_id,
            session_id=session.session_id,
            draft=self._draft(),
            output=self._job.request["output"],
        )
        try:
            answer = self._api.submit_render(body)
        except EngineError:
            raise
        except NetworkError as problem:
            if problem.code == "not_delivered":
                self._job.remember(render_id="", tries=tries - 1)
                raise
            # It may have been taken: its status tells.
        else:
            other = name_in(answer)
            if other and other != render_id:
                self._job.remember(other_id=other)
        self._job.enter(Phase.RENDERING, note="Rendering.", percent=0.0)
        return render_id

    def _draft(self) -> dict[str, Any]:
        return self._folder.history.draft(int(self._job.request["version"]))

    def _watch(self, render_id: str) -> RenderStatus:
        """Poll until the render ends; a few lost answers are borne."""
        patience = self._api.context.patience
        deadline = self._clock.monotonic() + patience.export_limit_s
        if self._job.record["phase"] != Phase.RENDERING.value:
            self._job.enter(Phase.RENDERING, note="Rendering.")
        lost = unknown = 0
        while True:
            self._look_for_cancel(render_id)
            try:
                status = read_status(self._api.render_status(render_id, patient=False))
                lost = unknown = 0
            except (NetworkError, EngineError, ServiceError) as problem:
                lost += 1
                if _is_unknown(problem):
                    unknown += 1
                    other = str(self._job.facts.get("other_id") or "")
                    if other and other != render_id:
                        # From here on it is the render's only name, for the file too.
                        render_id = other
                        self._job.remember(render_id=other)
                    elif unknown >= _MOST_UNKNOWN_POLLS:
                        return RenderStatus(constants.FAILED, error=_never_begun())
                elif lost >= _MOST_LOST_POLLS:
                    raise
                status = RenderStatus("")
            if status.status in (constants.COMPLETED, constants.FAILED, constants.CANCELLED):
                return status
            if status.percent is not None:
                self._tell(status.percent, status.left_s)
            if self._clock.monotonic() >= deadline:
                raise TimedOutError(
                    "The render takes longer than it is watched.",
                    hint="It goes on; wait for the job again to fetch it.",
                )
            self._wait(patience.poll_s, render_id)

    def _wait(self, seconds: float, render_id: str) -> None:
        deadline = self._clock.monotonic() + seconds
        while (left := deadline - self._clock.monotonic()) > 0:
            self._look_for_cancel(render_id)
            self._clock.sleep(min(left, _CANCEL_LOOK_S))

    def _look_for_cancel(self, render_id: str) -> None:
        if not self._cancel.asked():
            return
        if not self._api.context.backend.is_cloud:
            # It has been asked for; an engine that is gone renders nothing either.
            with contextlib.suppress(MangoError):
                self._api.cancel_render(render_id)
        raise CancelledError

    # The file ------------------------------------------------------------------------------------------

    def _download(self, target: Target, status: RenderStatus) -> tuple[int, RenderStatus]:
        render_id = str(self._job.facts["render_id"])
        self._told = -100.0
        self._job.enter(Phase.DOWNLOADING, note="Downloading.", percent=0.0)
        download = Download(
            self._api,
            target,
            clock=self._clock,
            on_progress=self._tell,
            on_placing=lambda identity: self._job.remember(
                placing=identity, rendered=dict(status.facts or {})
            ),
            cancelled=self._cancel.asked,
        )
        fallback = endpoints.RENDER_DOWNLOAD.path(render_id=render_id)
        for attempt in range(_MOST_LINKS):
            last = attempt == _MOST_LINKS - 1
            url = fallback if last or not status.url else status.url
            size = (status.facts or {}).get("size")
            try:
                return download.fetch(url, size=size if isinstance(size, int) and size > 0 else None), status
            except ExpiredLinkError:
                # The same render gives a fresh address.
                fresh = read_status(self._api.render_status(render_id))
                if fresh.status == constants.COMPLETED:
                    status = fresh
            except ServiceError as problem:
                if problem.code != "bad_download" or last:
                    raise
        raise ServiceError(
            "The finished video can't be fetched: its address gives nothing any more.",
            code="expired_link",
            hint="Export again; the timeline is kept.",
        )

    def _placed(self, target: Target) -> tuple[int, RenderStatus] | None:
        """Find the file that a killed process had already put under its name."""
        placing = self._job.facts.get("placing")
        if not placing or file_identity(target.path) != placing:
            return None
        return placing[2], RenderStatus(constants.COMPLETED, facts=self._job.facts.get("rendered"))

    def _tell(self, percent: float | None, left_s: int | None = None) -> None:
        if percent is None:
            return
        if abs(percent - self._told) >= _TOLD_EVERY_PERCENT or left_s != self._told_left:
            self._told, self._told_left = percent, left_s
            self._job.tell(percent=percent, left_s=left_s)

    def _cancelled(self, target: Target) -> None:
        with contextlib.suppress(OSError):
            target.part.unlink()
        note = CANCELLED_NOTE if self._api.context.backend.is_cloud else "Cancelled."
        self._job.finish(JobState.CANCELLED, note=note)

    def _result(self, session: Session, target: Target, *, size: int, status: RenderStatus) -> dict[str, Any]:
        facts = dict(status.facts or {})
        facts.pop("size", None)
        facts.pop("sidecars", None)
        duration = facts.pop("duration", None)
        result: dict[str, Any] = {
            **facts,
            "path": str(target.path),
            "size": size,
            "duration_ms": duration,
            "format": target.form,
            "version": self._job.request["version"],
            "claim_link": self._claim_link(session),
        }
        return {key: value for key, value in result.items() if value not in (None, "")}

    def _claim_link(self, session: Session) -> str:
        """Return where an anonymous user of the cloud takes the project over; nothing else does need one."""
        backend = self._api.context.backend
        token = self._api.identity.known_token() if backend.is_cloud else None
        if token is None or token.is_users or not session.task_id:
            return ""
        try:
            claim = self._api.claim_token(session)
        except MangoError:
            # The video is there; the link can be had another time.
            return ""
        return f"{backend.web_url.rstrip('/')}/workspace/claim?ct={claim}" if claim else ""


def _is_unknown(problem: MangoError) -> bool:
    return problem.code.lower() in (
        constants.UNKNOWN_HERE,
        "404",
        "detail",
        "not_found",
        str(constants.SESSION_NOT_FOUND),
    )


def _never_begun() -> MangoError:
    return RenderError(
        "The service does not know the render.", code=_LOST, hint="Export again; the timeline is kept."
    )
