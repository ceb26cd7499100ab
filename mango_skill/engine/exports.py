"""Render jobs as the service offers them: asked for, watched, cancelled, fetched."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mango_skill.engine.drafting import Drafting
from mango_skill.engine.jobs import RenderQueue
from mango_skill.engine.places import Places
from mango_skill.engine.store import JobStatus, RenderJob, Session, Store
from mango_skill.engine.tickets import PART, Tickets
from mango_skill.errors import ArgumentError, ServiceError
from mango_skill.protocol import constants, endpoints
from mango_skill.protocol import draft as drafts
from mango_skill.timeline import Timeline
from mango_skill.timeline.check import check

STATUS_WORDS: Final[Mapping[JobStatus, str]] = {
    JobStatus.QUEUED: constants.PENDING,
    JobStatus.RUNNING: constants.PROCESSING,
    JobStatus.SUCCEEDED: constants.COMPLETED,
    JobStatus.FAILED: constants.FAILED,
    JobStatus.CANCELLED: constants.CANCELLED,
}

_ID: Final = re.compile(r"[A-Za-z0-9._~-]{1,100}")
_MAX_SIDE: Final = 8192
_NUMBERS: Final[Mapping[str, tuple[float, float]]] = {
    "width": (16, _MAX_SIDE),
    "height": (16, _MAX_SIDE),
    "fps": (1, 240),
    "crf": (0, 51),
}
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "quality": ("source", "high", "medium", "small"),
    "captions": ("burn", "sidecar"),
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
        wanted = checked_output(output)
        chosen = self._draft(session, draft, wanted.pop("version", None))
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
        if job.status is JobStatus.SUCCEEDED:
            answer |= {"progress": 100, "output": self._result(job)}
        if job.status is JobStatus.FAILED:
            answer["error"] = dict(job.error)
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
        self.check_draft(session.id, draft)
        return draft

    def check_draft(self, session_id: str, draft: Mapping[str, Any]) -> Timeline:
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


def checked_output(output: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of ``output`` that are known, each checked; the rest is left out.

    Raises:
        ArgumentError: A value can't be used.
    """
    wanted: dict[str, Any] = {"format": str(output.get("format") or "mp4").lower()}
    if wanted["format"] not in constants.EXPORT_FORMATS:
        raise ArgumentError(
            f"The format {wanted['format'][:20]!r} can't be written.",
            hint=f"Use one of: {', '.join(constants.EXPORT_FORMATS)}.",
        )
    for name, (least, most) in _NUMBERS.items():
        value = output.get(name)
        if value is None:
            continue
        rate = value[0] / value[1] if name == "fps" and _is_fraction(value) else value
        if isinstance(rate, bool) or not isinstance(rate, int | float) or not least <= rate <= most:
            raise ArgumentError(
                f"The output's {name} can't be used.", hint=f"Use a number from {least:g} to {most:g}."
            )
        wanted[name] = value if name == "fps" else int(rate)
    for name, words in _WORDS.items():
        value = output.get(name)
        if value is None:
            continue
        if value not in words:
            raise ArgumentError(f"The output's {name} can't be used.", hint=f"Use {' or '.join(words)}.")
        wanted[name] = value
    version = output.get("version")
    if isinstance(version, int) and not isinstance(version, bool):
        wanted["version"] = version
    return wanted


def no_such_render() -> ServiceError:
    """Return the answer to an id that nobody knows."""
    return ServiceError(
        "There is no such render.", code="not_found", hint="Start the export again; nothing else is lost."
    )


def _is_fraction(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(part, int) and part > 0 for part in value)
    )
