"""Render jobs as the service offers them: asked for, watched, cancelled, fetched."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mango_skill.engine.drafting import Drafting
from mango_skill.engine.jobs import RenderQueue
from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.places import Places
from mango_skill.engine.render import plan as plans
from mango_skill.engine.render.profile import choose_profile
from mango_skill.engine.render.sidecar import no_captions
from mango_skill.engine.store import JobStatus, RenderJob, Session, Store
from mango_skill.engine.tickets import PART, Tickets
from mango_skill.errors import ArgumentError, ServiceError
from mango_skill.protocol import constants, endpoints
from mango_skill.protocol import draft as drafts
from mango_skill.timeline import Timeline, TimeRange
from mango_skill.timeline.captions import lie_beside
from mango_skill.timeline.check import check
from mango_skill.timeline.edits import excerpt

STATUS_WORDS: Final[Mapping[JobStatus, str]] = {
    JobStatus.QUEUED: constants.PENDING,
    JobStatus.RUNNING: constants.PROCESSING,
    JobStatus.SUCCEEDED: constants.COMPLETED,
    JobStatus.FAILED: constants.FAILED,
    JobStatus.CANCELLED: constants.CANCELLED,
}

_LONGEST_PLACE: Final = 4096
_LONGEST_NAME: Final = 200

_ID: Final = re.compile(r"[A-Za-z0-9._~-]{1,100}")


def _is_word(value: object) -> bool:
    return isinstance(value, str) and len(value) < 20


def _is_number(value: object) -> bool:
    # JSON as Python reads it knows infinity, and true is no number
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**6


def _is_range(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(one, int) and not isinstance(one, bool) for one in value)
        and (value[0] < 0 or value[0] < value[1])
    )


def _are_places(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(one, str) and len(one) <= _LONGEST_PLACE for pair in value.items() for one in pair
    )


def _is_rate(value: object) -> bool:
    if isinstance(value, list):
        return len(value) == 2 and all(isinstance(part, int) and part > 0 for part in value)
    return _is_number(value)


_OUTPUT: Final[Mapping[str, Callable[[object], bool]]] = {
    "format": _is_word,
    "width": _is_number,
    "height": _is_number,
    "fps": _is_rate,
    "crf": _is_number,
    "quality": _is_word,
    "captions": _is_word,
    "compatible": lambda value: isinstance(value, bool),
    "version": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "at": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "range": _is_range,
    "name": lambda value: isinstance(value, str) and len(value) <= _LONGEST_NAME,
    "footage": _are_places,
}


@dataclass(frozen=True)
class Download:
    """A finished render on disk and the name to give it."""

    path: Path
    name: str


class Exports:
    """What can be done with renders."""

    def __init__(
        self,
        store: Store,
        *,
        places: Places,
        drafting: Drafting,
        queue: RenderQueue,
        tickets: Tickets,
        clock: Callable[[], float],
        url: str,
    ) -> None:
        self._store = store
        self._places = places
        self._drafting = drafting
        self._queue = queue
        self._tickets = tickets
        self._clock = clock
        self._url = url

    def submit(
        self, session: Session, *, render_id: str, draft: Mapping[str, Any] | None, output: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Queue a render; the same id again returns the job that is there.

        Raises:
            ArgumentError: The id, the draft or the output can't be used.
            ServiceError: ``not_found``: the id belongs to another session.
        """
        if not _ID.fullmatch(render_id):
            raise ArgumentError(
                "The render's id must be 1 to 100 letters, digits, dots, dashes or underscores.",
                hint="Use an id like render_1700000000.",
            )
        known = self._store.renders.find(render_id)
        if known is not None:
            if known.session_id != session.id:
                raise no_such_render()
            return self.describe(known)
        wanted = known_output(output)
        chosen = self._draft(session, draft, wanted.pop("version", None))
        if "range" in wanted:
            chosen = drafts.encode(_part(drafts.decode(chosen), *wanted.pop("range")))
        if "captions" not in wanted and lie_beside(drafts.decode(chosen)):
            wanted["captions"] = "sidecar"
        self._check_plan(session.id, chosen, wanted)
        job = self._store.renders.add(
            render_id, session_id=session.id, draft=chosen, output=wanted, now=self._clock()
        )
        self._queue.wake()
        return self.describe(job)

    def describe(self, job: RenderJob) -> dict[str, Any]:
        """Return a job as the status answer says it, not wrapped in an envelope [P]."""
        answer: dict[str, Any] = {"id": job.id, "status": STATUS_WORDS[job.status], "progress": 0}
        if job.status is JobStatus.RUNNING:
            progress = self._queue.progress(job.id)
            answer |= {"progress": int(progress.percent), "stage": progress.stage}
            if progress.left_s is not None:
                answer["left_s"] = progress.left_s
        if job.status is JobStatus.SUCCEEDED:
            answer |= {"progress": 100, "output": self._result(job)}
        if job.status is JobStatus.FAILED:
            # details are for the log: they may name places on this machine
            answer["error"] = {name: job.error.get(name, "") for name in ("code", "message", "hint")}
        return answer

    def cancel(self, job: RenderJob) -> dict[str, Any]:
        """Cancel a job that is not over yet and return how it stands now."""
        self._queue.cancel(job.id)
        return self.describe(self._store.renders.find(job.id) or job)

    def open(self, job: RenderJob, *, part: str = "") -> Download:
        """Return a finished job's file, or what lies beside it (``part``: ``srt`` or ``vtt``).

        Raises:
            ServiceError: ``not_found``: there is none (yet, or any more).
        """
        ending = part or str(job.output["format"])
        name = next((name for name in job.files if name.endswith(f".{ending}")), "")
        path = self._places.renders(job.session_id) / name
        if job.status is not JobStatus.SUCCEEDED or not path.is_file():
            raise ServiceError(
                "There is no finished file of this render.",
                code="not_found",
                hint="Ask for the render's status; export again when the file is gone.",
            )
        return Download(path, f"{job.id}.{ending}")

    def _result(self, job: RenderJob) -> dict[str, Any]:
        """Return links to the result and to what lies beside it, and the facts; paths of this machine stay here."""
        facts = {name: value for name, value in job.facts.items() if name not in ("path", "sidecars")}
        beside = [name.rpartition(".")[2] for name in job.files[1:]]
        result = {"url": self._link(job), "format": job.output["format"], **facts}
        if beside:
            result["sidecars"] = [{"url": self._link(job, part=part), "format": part} for part in beside]
        return result

    def _link(self, job: RenderJob, *, part: str = "") -> str:
        path = endpoints.RENDER_DOWNLOAD.path(render_id=job.id)
        chosen = f"{PART}={part}&" if part else ""
        return f"{self._url}{path}?{chosen}{self._tickets.query(job.id, now=self._clock())}"

    def _draft(
        self, session: Session, draft: Mapping[str, Any] | None, version: int | None
    ) -> Mapping[str, Any]:
        if version is not None:
            stored = self._store.drafts.find(session.id, version)
            if stored is None:
                raise ArgumentError(
                    f"There is no version {version} of this video.",
                    hint="Look at the history for the versions that there are.",
                )
            draft = stored.draft
        elif draft is None:
            draft = self._drafting.current(session.id).draft
        return draft

    def _check_plan(self, session_id: str, draft: Mapping[str, Any], output: Mapping[str, Any]) -> None:
        """Refuse now what the renderer would refuse later, by the same plan.

        Raises:
            ArgumentError: ``bad_output``, ``bad_draft`` or ``nothing_to_render``.
            RenderError: ``nothing_to_render`` in this format.
        """
        timeline = self._check_draft(session_id, draft)
        if not -timeline.duration <= int(output.get("at", 0)) < timeline.duration:
            raise _beyond("instant", timeline)
        if output.get("format") in constants.CAPTION_FORMATS:
            if not plans.compile_cues(timeline):
                raise no_captions()
            return
        media = {
            asset.id: MediaInfo.from_dict(asset.info) for asset in self._store.sessions.assets(session_id)
        }
        plan = plans.compile(timeline, media, choose_profile(output, plans.choose_canvas(timeline, media)))
        if output.get("format") in constants.STILL_FORMATS and not any(lane.layers for lane in plan.lanes):
            raise plans.no_picture()

    def _check_draft(self, session_id: str, draft: Mapping[str, Any]) -> Timeline:
        """Read a draft and refuse what can't be rendered.

        Raises:
            ArgumentError: ``nothing_to_render`` or ``bad_draft``.
            ServiceError: ``bad_draft``.
        """
        timeline = drafts.decode(draft)
        problems = [one for one in check(timeline, self._drafting.references(session_id)) if one.fatal]
        if any(one.code == "empty" for one in problems):
            raise ArgumentError(
                "There is no picture and no sound left to render.",
                code="nothing_to_render",
                hint="Upload footage, or undo the edit that removed it.",
            )
        if problems:
            raise ArgumentError(
                f"The draft can't be rendered: {problems[0].message}",
                code="bad_draft",
                hint="Ask for the state again and export that, or undo the last edit.",
                details={"problems": [one.message for one in problems[:20]]},
            )
        return timeline


def _part(timeline: Timeline, start: int, end: int) -> Timeline:
    """Return a part of the timeline; a start below 0 counts from the end."""
    end = min(end, timeline.duration)
    start = max(0, timeline.duration + start) if start < 0 else start
    if start >= end:
        raise _beyond("part", timeline)
    return excerpt(timeline, TimeRange.between(start, end))


def _beyond(what: str, timeline: Timeline) -> ArgumentError:
    return ArgumentError(
        f"The {what} lies behind the video's end: it lasts {timeline.duration / 1000:g} seconds.",
        code="bad_output",
        hint="Name one within the video.",
    )


def known_output(output: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of ``output`` that are known and of the right type; unknown ones are left out.

    Raises:
        ArgumentError: ``bad_output``: a value of another type.
    """
    wanted: dict[str, Any] = {"format": "mp4"}
    for name, fits in _OUTPUT.items():
        value = output.get(name)
        if value is None:
            continue
        if not fits(value):
            raise ArgumentError(
                f"The output's {name} can't be used.",
                code="bad_output",
                hint="Leave it out to keep the video's own.",
            )
        wanted[name] = value
    return wanted


def no_such_render() -> ServiceError:
    """Return the answer to an id that nobody knows."""
    return ServiceError(
        "There is no such render.", code="not_found", hint="Start the export again; nothing else is lost."
    )
