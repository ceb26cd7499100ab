"""The tools about the timeline: edit_video and show_timeline."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from mango_skill.actions import Action
from mango_skill.errors import ArgumentError
from mango_skill.tools import wording
from mango_skill.tools.context import ToolContext, announce, follow
from mango_skill.tools.outcomes import EditResult, edit_result
from mango_skill.tools.spec import Doc, tool
from mango_skill.tools.uploading import medium
from mango_skill.tools.words import ProjectName, WaitSeconds

if TYPE_CHECKING:
    from mango_skill.client.jobs import JobView


@dataclass(frozen=True)
class TimelineResult:
    """What the project holds."""

    project: Annotated[str, Doc("The project.")]
    reply: Annotated[str, Doc("What to show the user: the timeline in one line, and what lies unused.")]
    duration_ms: Annotated[int, Doc("Its length in milliseconds.")]
    tracks: Annotated[tuple[dict[str, Any], ...], Doc("Tracks with their clips; times in milliseconds.")]
    media: Annotated[tuple[dict[str, Any], ...], Doc("The footage that was uploaded.")]
    canvas: Annotated[dict[str, Any] | None, Doc("Frame size in pixels and rate.")] = None
    version: Annotated[int | None, Doc("Number of this state in the project's history.")] = None
    history: Annotated[tuple[dict[str, Any], ...] | None, Doc("Earlier states, newest first.")] = None
    jobs: Annotated[
        tuple[dict[str, Any], ...] | None, Doc("Running work, and the newest that ended, with its file.")
    ] = None


@tool(
    title="Edit the video",
    action=Action.CHAT,
    long_running=True,
    when='wants something made or changed: "cut the pauses", "add calm music"; also "undo"',
)
def edit_video(
    ctx: ToolContext,
    *,
    message: Annotated[
        str | None,
        Doc(
            "What to do with the video, in the user's words; name times, texts, moods.",
            min_length=1,
            also=("prompt", "instruction", "instructions", "text", "query", "request", "edit"),
        ),
    ] = None,
    operations: Annotated[
        Sequence[Mapping[str, Any]] | None,
        Doc(
            'Instead of a message: exact edits in order, each {"op": name, ...}, as in '
            "schemas/operations.schema.json.",
            min_length=1,
            schema={
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"op": {"type": "string"}},
                    "required": ["op"],
                },
            },
        ),
    ] = None,
    project: ProjectName | None = None,
    wait_s: WaitSeconds = 45,
) -> EditResult:
    """Change the timeline: cut, arrange, colour, title, caption, score, generate.

    Never send a message again because no answer came: it may have been carried out. Look with show_timeline.
    """
    return carry_out(ctx, _message(message, operations), project=project, wait_s=wait_s)


def carry_out(
    ctx: ToolContext,
    text: str,
    *,
    project: str | None,
    wait_s: float,
    allowed: Collection[Action] = (Action.CHAT,),
) -> EditResult:
    """Send a message to the editor and return what came of it within ``wait_s`` seconds.

    Args:
        ctx: The surroundings of the call.
        text: The message.
        project: The project; None is the context's own.
        wait_s: How long to wait for the end.
        allowed: The actions that the user's message asked for; the chat's talk of others is only offered.
    """
    deadline = ctx.clock.monotonic() + wait_s
    language = wording.language_of(text)
    notes = announce(replace(ctx, language=language), "edit")
    opened = ctx.opener.workspace().open_project(project or ctx.project, language=language)
    turn = opened.start_turn(text)
    job = follow(ctx, turn.id, wait_s=deadline - ctx.clock.monotonic())
    if not job.finished or job.error is not None:
        return _with_notes(edit_result(job), notes)
    said = wording.said_in_turn(job, language=language, allowed=allowed)
    if said.edits:
        # the chat told the user to drag something: that goes back as an edit, once
        job = follow(
            ctx, opened.start_turn("\n".join(said.edits)).id, wait_s=deadline - ctx.clock.monotonic()
        )
        if not job.finished or job.error is not None:
            return _with_notes(edit_result(job), notes)
        said = wording.said_in_turn(job, language=language, allowed=())
    reply = wording.edit_reply(job, said, language=language)
    return _with_notes(replace(edit_result(job), reply=reply), notes)


def _with_notes(result: EditResult, notes: tuple[str, ...]) -> EditResult:
    return replace(result, notes=(*notes, *(result.notes or ())) or None)


@tool(
    title="Show the timeline",
    action=Action.STATE,
    read_only=True,
    idempotent=True,
    when='"status", "show tracks", "状态"',
)
def show_timeline(
    ctx: ToolContext,
    *,
    project: ProjectName | None = None,
    history: Annotated[bool, Doc("Also list earlier states with the messages that made them.")] = False,
) -> TimelineResult:
    """Tell what is on the timeline and which footage the project has."""
    return look(ctx, project=project, history=history)


def look(
    ctx: ToolContext, *, project: str | None, history: bool = False, question: str = ""
) -> TimelineResult:
    """Return what ``show_timeline`` does; a question of the user is answered first."""
    workspace = ctx.opener.workspace()
    opened = workspace.open_project(ctx.project) if project is None else workspace.find_project(project)
    state = opened.state()
    canvas = state.timeline.canvas
    return TimelineResult(
        project=opened.name,
        reply=wording.state_reply(state, language=ctx.language, question=question),
        duration_ms=state.timeline.duration,
        tracks=tuple(_tracks(state.timeline)),
        media=tuple(medium(one) for one in state.media),
        canvas=None
        if canvas is None
        else {"width": canvas.width, "height": canvas.height, "fps": round(float(canvas.fps), 3)},
        version=state.version,
        history=tuple(one.to_json() for one in reversed(opened.history())) if history else None,
        jobs=tuple(_jobs(one for one in workspace.jobs() if one.project == opened.name)) or None,
    )


def _message(message: str | None, operations: Sequence[Mapping[str, Any]] | None) -> str:
    if (message is None) == (operations is None):
        raise ArgumentError(
            "Give either a message or operations.", hint="Pass exactly one of 'message' and 'operations'."
        )
    if message is not None:
        if not message.strip():
            raise ArgumentError("The message is empty.", hint="Say what to do with the video.")
        return message
    from mango_skill.operations import operations_from_json, sentences

    return sentences(operations_from_json(operations or ()))


def _jobs(jobs: Iterable[JobView]) -> Iterator[dict[str, Any]]:
    """Yield what runs and the newest that ended: a caller that was cut off finds its work again here."""
    ended = False
    for job in jobs:
        if job.finished and ended:
            continue
        ended = ended or job.finished
        facts = {
            "job_id": job.id,
            "kind": job.kind.value,
            "state": job.state.value,
            "percent": job.percent,
            "path": (job.result or {}).get("path"),
        }
        yield {key: value for key, value in facts.items() if value is not None}


def _tracks(timeline: Any) -> list[dict[str, Any]]:
    return [
        {
            "kind": track.kind.value,
            **({"role": track.role.value} if track.role else {}),
            "clips": [
                {
                    "name": clip.text if clip.text is not None else clip.name,
                    "start": clip.range.start,
                    "end": clip.range.end,
                    **({"volume": clip.volume} if clip.volume != 100 else {}),
                    **({"speed": float(clip.speed)} if clip.speed != 1 else {}),
                }
                for clip in track.clips
            ],
        }
        for track in timeline.tracks
    ]
