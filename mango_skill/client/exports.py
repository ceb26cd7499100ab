"""An export from draft to file: its handle is on disk before it is submitted, and nothing is lost after.

Runs in a runner process. A failed render is tried once more under a new id [P]; a render whose process
died is found again by its id.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mango_skill.client import projects
from mango_skill.client.api import Api, Session
from mango_skill.client.clock import Clock
from mango_skill.client.download import Download, ExpiredLinkError, Target, file_identity
from mango_skill.client.jobs import JobFile, JobState, Phase
from mango_skill.client.projects import ProjectFolder
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
from mango_skill.protocol import constants, endpoints, envelope

_TRIES: Final = 2
_MOST_LINKS: Final = 4
_MOST_LOST_POLLS: Final = 8
_MOST_UNKNOWN_POLLS: Final = 3
_CANCEL_LOOK_S: Final = 0.25
_TOLD_EVERY_PERCENT: Final = 1.0

_FACTS: Final = ("size", "duration", "width", "height", "format", "notes")

_SYNONYMS: Final[Mapping[str, str]] = {
    "pending": constants.PENDING,
    "queued": constants.PENDING,
    "submitted": constants.PENDING,
    "created": constants.PENDING,
    "waiting": constants.PENDING,
    "processing": constants.PROCESSING,
    "rendering": constants.PROCESSING,
    "running": constants.PROCESSING,
    "in_progress": constants.PROCESSING,
    "started": constants.PROCESSING,
    "completed": constants.COMPLETED,
    "complete": constants.COMPLETED,
    "done": constants.COMPLETED,
    "success": constants.COMPLETED,
    "succeeded": constants.COMPLETED,
    "finished": constants.COMPLETED,
    "failed": constants.FAILED,
    "failure": constants.FAILED,
    "error": constants.FAILED,
    "timeout": constants.FAILED,
    "cancelled": constants.CANCELLED,
    "canceled": constants.CANCELLED,
}


@dataclass(frozen=True)
class RenderStatus:
    """A status answer, in whatever of its forms it came.

    Attributes:
        status: One of ``RENDER_STATUSES``; empty when it was not told.
        percent: 0 to 100 when told.
        url: Where the result is, when it is there.
        error: What failed.
        facts: size, duration, width, height, format, notes as far as told; the duration in ms. ``sidecars``
            are caption files beside the video: a mapping of their format to their address.
    """

    status: str
    percent: float | None = None
    url: str = ""
    error: MangoError | None = None
    facts: Mapping[str, Any] | None = None


def read_status(data: Any) -> RenderStatus:
    """Read a status answer: wrapped or not, camelCase or not, an address as text or object."""
    if not isinstance(data, Mapping):
        return RenderStatus("")
    inner = data.get("data")
    if isinstance(inner, Mapping) and "status" not in data:
        return read_status(inner)
    word = str(_either(data, "status", "state") or "").strip().lower()
    status = _SYNONYMS.get(word, word if word in constants.RENDER_STATUSES else "")
    output = _either(data, "output", "result")
    url = _url(output) or _url(_either(data, "outputUrl", "output_url", "url", "video_url", "videoUrl"))
    facts = output if isinstance(output, Mapping) else {}
    if not status and url:
        status = constants.COMPLETED
    if not status and data.get("error"):
        status = constants.FAILED
    known = {name: facts[name] for name in _FACTS if name in facts}
    if beside := _sidecars(facts):
        known["sidecars"] = beside
    return RenderStatus(status, _percent(data), url, _error(data, status), known)


def _sidecars(facts: Mapping[str, Any]) -> dict[str, str]:
    told = facts.get("sidecars")
    each = (one for one in told if isinstance(one, Mapping)) if isinstance(told, list) else ()
    return {
        str(one.get("format")): _url(one) for one in each if one.get("format") in constants.CAPTION_FORMATS
    }


def _url(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping):
        return _url(_either(value, "url", "outputUrl", "output_url", "href", "video_url"))
    return ""


def _percent(data: Mapping[str, Any]) -> float | None:
    found = _either(data, "progress", "percent", "percentage")
    if isinstance(found, str):
        try:
            found = float(found.strip().rstrip("%"))
        except ValueError:
            return None
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        return None
    # A float up to 1 is a share of the whole; the whole number 1 is one percent.
    share = found * 100.0 if isinstance(found, float) and found <= 1.0 else float(found)
    return min(100.0, max(0.0, share))


def _error(data: Mapping[str, Any], status: str) -> MangoError | None:
    if status != constants.FAILED:
        return None
    inner = data.get("error")
    told = inner.get("message") if isinstance(inner, Mapping) else inner
    said = envelope.sentence(told or _either(data, "errorMessage", "error_message", "message"))
    code = inner.get("code") if isinstance(inner, Mapping) else None
    return RenderError(
        f"The render failed: {said.rstrip('.')}." if said else "The render failed.",
        code=str(code) if isinstance(code, str) and code else "render_failed",
        hint="Change the timeline or try again; nothing on it was lost.",
    )


class Export:
    """One export on its way."""

    def __init__(self, job: JobFile, *, folder: ProjectFolder, api: Api, clock: Clock) -> None:
        self._job = job
        self._folder = folder
        self._api = api
        self._clock = clock
        self._cancel = CancelLook(job, clock)
        self._told = -100.0

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
            beside = self._download_sidecars(target, status)
        except CancelledError:
            self._cancelled(target)
        except MangoError as problem:
            if isinstance(problem, (CreditError, PlanError)):
                problem.hint = account_hint(self._api, problem, session=session)
            resumable = isinstance(problem, (NetworkError, EngineError)) or self._job.record["phase"] == (
                Phase.DOWNLOADING.value
            )
            self._job.remember(resumable=resumable)
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
                if tries >= _TRIES:
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
            self._job.remember(render_id="", failed_render=render_id)

    def _submit(self, session: Session, tries: int) -> str:
        render_id = f"render_{int(self._clock.now() * 1000)}_{secrets.token_hex(4)}"
        self._job.enter(Phase.SUBMITTING, note="Asking for the render.", render_id=render_id, tries=tries)
        body = {
            "id": render_id,
            "sessionId": session.session_id,
            "draft": self._draft(),
            "output": self._job.request["output"],
        }
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
            other = _either(answer, "id", "render_id", "renderId") if isinstance(answer, Mapping) else None
            if other and str(other) != render_id:
                self._job.remember(other_id=str(other))
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
                        render_id = other
                    elif unknown >= _MOST_UNKNOWN_POLLS:
                        return RenderStatus(constants.FAILED, error=_never_begun())
                elif lost >= _MOST_LOST_POLLS:
                    raise
                status = RenderStatus("")
            if status.status in (constants.COMPLETED, constants.FAILED, constants.CANCELLED):
                return status
            if status.percent is not None:
                self._tell(status.percent)
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

    def _download_sidecars(self, target: Target, status: RenderStatus) -> dict[str, Any]:
        """Fetch the caption files that belong beside the video, under its name."""
        paths = []
        for form, url in (status.facts or {}).get("sidecars", {}).items():
            path = target.path.with_suffix(f".{form}")
            if path.exists() and not target.overwrite:
                path = projects.free_name(path.parent, path.stem, form)
            side = Target.at(path, job_id=self._job.id, form=form, overwrite=target.overwrite)
            download = Download(
                self._api,
                side,
                clock=self._clock,
                on_progress=lambda _: None,
                on_placing=lambda _: None,
                cancelled=self._cancel.asked,
            )
            try:
                download.fetch(url)
            except ExpiredLinkError:
                raise ServiceError(
                    f"The video is at {target.path}, but its captions can't be fetched any more.",
                    code="expired_link",
                    hint="Export again under another name; the timeline is kept.",
                ) from None
            paths.append(str(path))
        return {"captions": paths} if paths else {}

    def _placed(self, target: Target) -> tuple[int, RenderStatus] | None:
        """Find the file that a killed process had already put under its name."""
        placing = self._job.facts.get("placing")
        if not placing or file_identity(target.path) != placing:
            return None
        return placing[2], RenderStatus(constants.COMPLETED, facts=self._job.facts.get("rendered"))

    def _tell(self, percent: float | None) -> None:
        if percent is not None and abs(percent - self._told) >= _TOLD_EVERY_PERCENT:
            self._told = percent
            self._job.tell(percent=percent)

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
        "http_404",
        "404",
        "detail",
        "not_found",
        str(constants.SESSION_NOT_FOUND),
    )


def _never_begun() -> MangoError:
    return RenderError("The service does not know the render.", hint="Export again; the timeline is kept.")


def _either(value: Mapping[str, Any], *names: str) -> Any:
    for name in names:
        found = value.get(name)
        if found is not None:
            return found
    return None
