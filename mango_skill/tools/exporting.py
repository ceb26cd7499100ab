"""The tools about results: export_video and wait_for_job."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from mango_skill.actions import Action
from mango_skill.errors import ArgumentError, OutputError
from mango_skill.folders import user_path
from mango_skill.protocol.constants import (
    EXPORT_FORMATS,
    OUTPUT_ALIASES,
    OUTPUT_FORMATS,
    STILL_FORMATS,
)
from mango_skill.tools import shapes, wording
from mango_skill.tools.boundary import check_replaceable
from mango_skill.tools.context import ToolContext, follow
from mango_skill.tools.outcomes import NEXT_WAIT, EditResult, ExportResult, edit_result, export_result
from mango_skill.tools.spec import Doc, tool
from mango_skill.tools.uploading import UploadResult, upload_result
from mango_skill.tools.words import ProjectName, WaitSeconds

FormatName = Annotated[
    str,
    Doc(
        "File format. Absent: from the path's ending, else mp4, which plays everywhere. jpg, png: one picture. "
        "srt, vtt: the captions. otio, xml: the timeline for Premiere, Final Cut, Resolve.",
        schema={"type": "string", "enum": [*OUTPUT_FORMATS]},
        also=("type", "container", "extension", "codec"),
    ),
]
_NO_END_MS = 86_400_000  # later than any video ends


@dataclass(frozen=True)
class WaitResult:
    """A job as it stands."""

    job_id: Annotated[str, Doc("The job.")]
    kind: Annotated[str, Doc("turn (an edit), export or upload.")]
    state: Annotated[str, Doc("queued, running, done or cancelled.")]
    project: Annotated[str, Doc("The project it belongs to.")]
    percent: Annotated[float | None, Doc("How far it is, 0 to 100.")] = None
    left_s: Annotated[int | None, Doc("Seconds that it will still take, once known.")] = None
    note: Annotated[str | None, Doc("What it is doing.")] = None
    result: Annotated[dict[str, Any] | None, Doc("When it is done: what the call that began it answers.")] = (
        None
    )
    next: Annotated[str | None, Doc("What to do next.")] = None


@tool(
    title="Export the video",
    action=Action.EXPORT,
    long_running=True,
    when='"export", "download", "send me the video", "导出"',
)
def export_video(
    ctx: ToolContext,
    *,
    project: ProjectName | None = None,
    format: FormatName | None = None,  # noqa: A002 - the argument's name is the users' word
    path: Annotated[
        str | None,
        Doc(
            "File to write, or a folder for a new file. Absent: a new file where results go.",
            also=("output", "output_path", "out", "file", "filename", "destination", "target", "save_to"),
        ),
    ] = None,
    name: Annotated[
        str | None,
        Doc("What the user wants the file called, without a folder.", min_length=1, max_length=120),
    ] = None,
    overwrite: Annotated[bool, Doc("Replace the file when it exists; ask the user first.")] = False,
    height: Annotated[
        int | None,
        Doc(
            "Height in pixels, such as 1080. Absent: the timeline's.",
            minimum=16,
            maximum=4320,
            also=("resolution", "size"),
        ),
    ] = None,
    width: Annotated[
        int | None, Doc("Width in pixels. Absent: follows the height.", minimum=16, maximum=7680)
    ] = None,
    fps: Annotated[
        float | None, Doc("Frames a second. Absent: the timeline's.", minimum=1, maximum=120)
    ] = None,
    quality: Annotated[
        Literal["source", "high", "small"] | None,
        Doc(
            "source: untouched pictures are copied: ready soonest, as good and as large as the footage. "
            "high: encoded anew, smaller. small: for sending. Absent: the setting (source)."
        ),
    ] = None,
    compatible: Annotated[
        bool, Doc("Encode all of it anew in H.264, for players that stumble over the quick way or HEVC.")
    ] = False,
    captions: Annotated[
        Literal["burn", "sidecar", "vtt", "none"] | None,
        Doc("burn: drawn into the picture. sidecar, vtt: an SRT or VTT file beside it. Local engine only."),
    ] = None,
    at_s: Annotated[
        float | None,
        Doc(
            "For jpg, png: which instant, in seconds; -1 is one before the end.",
            minimum=-86_400,
            maximum=86_400,
        ),
    ] = None,
    start_s: Annotated[
        float | None,
        Doc("Write only the part from this second on; -5: the last 5.", minimum=-86_400, maximum=86_400),
    ] = None,
    end_s: Annotated[
        float | None, Doc("Write only the part up to this second.", minimum=0, maximum=86_400)
    ] = None,
    version: Annotated[
        int | None,
        Doc("An earlier state, from show_timeline with history.", minimum=0, also=("revision", "state")),
    ] = None,
    wait_s: WaitSeconds = 45,
) -> ExportResult:
    """Render the timeline and save the file on this machine. Costs no credits."""
    deadline = ctx.clock.monotonic() + wait_s
    target = ctx.folder if path is None else _allowed_path(ctx, path, overwrite=overwrite)
    named, ending = _parted(name)
    chosen = format or ending or _format_of(target, default=STILL_FORMATS[0] if at_s is not None else None)
    stated = {
        "width": width,
        "fps": fps,
        "quality": quality,
        "captions": captions,
        "compatible": compatible or None,
        "at": _instant(at_s, chosen),
        "range": _part(start_s, end_s, chosen),
    }
    workspace = ctx.opener.workspace()
    opened = workspace.open_project(ctx.project) if project is None else workspace.find_project(project)
    job = opened.start_export(
        format=chosen,
        height=height,
        version=version,
        path=target,
        name=named,
        overwrite=overwrite,
        output={key: value for key, value in stated.items() if value is not None} or None,
    )
    job = follow(ctx, job.id, wait_s=deadline - ctx.clock.monotonic())
    result = export_result(job)
    return replace(result, reply=wording.export_reply(job, language=ctx.language)) if job.finished else result


@tool(title="Wait for a job", long_running=True, when="asks for something that is still running")
def wait_for_job(
    ctx: ToolContext,
    *,
    job_id: Annotated[
        str,
        Doc(
            "The job_id that an answer with state 'running' gave.",
            also=("id", "job", "task", "task_id", "jobid"),
        ),
    ],
    wait_s: WaitSeconds = 45,
    cancel: Annotated[bool, Doc("Stop the job instead of waiting for it.")] = False,
) -> WaitResult:
    """Wait for a running edit, export or upload and tell how far it is; its result when it is done."""
    job = ctx.opener.workspace().cancel(job_id) if cancel else follow(ctx, job_id, wait_s=wait_s)
    known = WaitResult(
        job_id=job.id,
        kind=job.kind.value,
        state=job.state.value,
        project=job.project,
        percent=job.percent,
        left_s=job.left_s,
        note=job.note or None,
    )
    if not job.finished:
        return replace(known, next=NEXT_WAIT)
    if cancel and job.state == "cancelled":
        return known
    result: EditResult | ExportResult | UploadResult
    if job.kind == "turn":
        language = wording.language_of(job.message)
        said = wording.said_in_turn(job, language=language, allowed=())
        reply = wording.edit_reply(job, said, language=language)
        result = replace(edit_result(job), reply=reply)
    elif job.kind == "upload":
        result = upload_result(ctx, job)
    else:
        reply = wording.export_reply(job, language=ctx.language)
        result = replace(export_result(job), reply=reply)
    return replace(known, result=shapes.to_json(result))


def output_path(path: str, *, overwrite: bool) -> Path:
    """Return the absolute path to write, checked before any work is done; a folder that is there stays one.

    Raises:
        OutputError: It is no path, exists already, or its folder is missing or can't be written.
    """
    from mango_skill.client.download import check_target

    target = user_path(path, error=OutputError)
    if not target.is_dir():
        check_target(target, overwrite=overwrite)
    return target


def _allowed_path(ctx: ToolContext, path: str, *, overwrite: bool) -> Path:
    if ctx.boundary is not None:
        target = user_path(path, error=OutputError)
        ctx.boundary.check(target)
        if overwrite:
            check_replaceable(target, ctx.opener.workspace().jobs())
    return output_path(path, overwrite=overwrite)


def _parted(name: str | None) -> tuple[str | None, str | None]:
    """Return a file's name without its ending, and the format that the ending says."""
    stem, dot, ending = (name or "").strip().rpartition(".")
    form = OUTPUT_ALIASES.get(ending.lower(), ending.lower())
    if dot and stem and form in OUTPUT_FORMATS:
        return stem, form
    return name, None


def _instant(at_s: float | None, form: str) -> int | None:
    if at_s is None:
        return None
    if form not in STILL_FORMATS:
        raise ArgumentError(
            f"at_s is the instant of a picture, and {form} is none.",
            code="at_s",
            hint=f"Ask for {' or '.join(STILL_FORMATS)}; for a part of the video use start_s and end_s.",
        )
    return round(at_s * 1000)


def _part(start_s: float | None, end_s: float | None, form: str) -> list[int] | None:
    if start_s is None and end_s is None:
        return None
    if form in STILL_FORMATS:
        raise ArgumentError(
            "A picture shows one instant, not a part.", code="start_s", hint="Name the instant with at_s."
        )
    start = round((start_s or 0.0) * 1000)
    end = _NO_END_MS if end_s is None else round(end_s * 1000)
    if 0 <= start >= end:
        raise ArgumentError(
            "The part ends before it begins.", code="end_s", hint="Let end_s be later than start_s."
        )
    return [start, end]


def _format_of(target: Path | None, *, default: str | None) -> str:
    ending = "" if target is None or target.is_dir() else target.suffix.lower().lstrip(".")
    ending = OUTPUT_ALIASES.get(ending, ending)
    if not ending:
        return default or EXPORT_FORMATS[0]
    if ending not in OUTPUT_FORMATS:
        raise ArgumentError(
            f"'.{ending}' is no format that can be written.",
            code="output_format",
            hint=f"End the name in one of {', '.join(OUTPUT_FORMATS)}, or state the format.",
        )
    return ending
