"""From a job as it stands to what a tool answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from mango_skill.tools.failure import ToldFailure, revive
from mango_skill.tools.spec import Doc

if TYPE_CHECKING:
    from mango_skill.client.jobs import JobView

NEXT_WAIT = "Call wait_for_job with this job_id; the work goes on meanwhile."


@dataclass(frozen=True)
class EditResult:
    """What became of a message to the editor."""

    state: Annotated[str, Doc("done, or running: then call wait_for_job with the job_id.")]
    project: Annotated[str, Doc("The project that was edited.")]
    job_id: Annotated[str | None, Doc("Names the running edit.")] = None
    outcome: Annotated[str | None, Doc("answered, silent, failed, interrupted or timed_out.")] = None
    reply: Annotated[str | None, Doc("What to show the user.")] = None
    summary: Annotated[str | None, Doc("After a failure: the timeline now; else the reply says it.")] = None
    changed: Annotated[bool | None, Doc("Whether the timeline differs from before.")] = None
    changes: Annotated[tuple[dict[str, Any], ...] | None, Doc("What changed, as facts; times in ms.")] = None
    version: Annotated[int | None, Doc("Number of this state of the timeline in the project's history.")] = (
        None
    )
    notes: Annotated[tuple[str, ...] | None, Doc("What the user should know besides.")] = None
    percent: Annotated[float | None, Doc("How far a running edit is.")] = None
    next: Annotated[str | None, Doc("What to do next.")] = None


@dataclass(frozen=True)
class ExportResult:
    """What became of an export."""

    state: Annotated[str, Doc("done, or running: then call wait_for_job with the job_id.")]
    project: Annotated[str, Doc("The project that was exported.")]
    job_id: Annotated[str | None, Doc("Names the running export.")] = None
    path: Annotated[str | None, Doc("The finished file.")] = None
    format: Annotated[str | None, Doc("Its container.")] = None
    size: Annotated[int | None, Doc("Its size in bytes.")] = None
    duration_ms: Annotated[int | None, Doc("Its length in milliseconds.")] = None
    width: Annotated[int | None, Doc("Width in pixels.")] = None
    height: Annotated[int | None, Doc("Height in pixels.")] = None
    version: Annotated[int | None, Doc("The state of the timeline that was exported.")] = None
    captions: Annotated[tuple[str, ...] | None, Doc("Caption files beside it.")] = None
    claim_link: Annotated[str | None, Doc("Where the user can take the cloud project over.")] = None
    reply: Annotated[str | None, Doc("What to show the user.")] = None
    percent: Annotated[float | None, Doc("How far a running export is.")] = None
    left_s: Annotated[int | None, Doc("Seconds that it will still take, once known.")] = None
    next: Annotated[str | None, Doc("What to do next.")] = None


def edit_result(job: JobView) -> EditResult:
    """Return what a turn led to so far.

    Raises:
        ToldFailure: It failed or was interrupted; its outcome and reply go along.
    """
    if not job.finished:
        return EditResult(
            state="running", project=job.project, job_id=job.id, percent=job.percent, next=NEXT_WAIT
        )
    result = dict(job.result or {})
    raise_failure(job, facts=_facts(result, ("outcome", "reply", "summary", "notes")))
    return EditResult(
        state="done",
        project=job.project,
        outcome=result.get("outcome"),
        reply=result.get("reply") or None,
        changed=result.get("changed"),
        changes=tuple(result.get("changes") or ()) or None,
        version=result.get("version"),
        notes=tuple(result.get("notes") or ()) or None,
    )


def export_result(job: JobView) -> ExportResult:
    """Return what an export led to so far.

    Raises:
        ToldFailure: It failed or was cancelled.
    """
    if not job.finished:
        return ExportResult(
            state="running",
            project=job.project,
            job_id=job.id,
            percent=job.percent,
            left_s=job.left_s,
            next=NEXT_WAIT,
        )
    raise_failure(job, facts={})
    facts = _facts(
        dict(job.result or {}),
        ("path", "format", "size", "duration_ms", "width", "height", "version", "claim_link"),
    )
    captions = tuple((job.result or {}).get("captions") or ()) or None
    return ExportResult(state="done", project=job.project, **facts, captions=captions)


def raise_failure(job: JobView, *, facts: Mapping[str, Any]) -> None:
    """Raise what stopped a finished job, if anything did.

    Raises:
        ToldFailure: It failed or was cancelled; the facts go along.
    """
    if job.error is not None:
        raise ToldFailure(revive(job.error), facts)
    if job.state in ("failed", "cancelled"):
        cancelled = job.state == "cancelled"
        raise ToldFailure(
            revive(
                {
                    "kind": "UserError" if cancelled else "InternalError",
                    "code": "cancelled" if cancelled else "internal",
                    "message": "The job was cancelled." if cancelled else "The job failed.",
                    "hint": "Start it again when you want it.",
                }
            ),
            facts,
        )


def _facts(result: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: result[name] for name in names if result.get(name) not in (None, "", [])}
