"""The tool that brings footage in: upload_media."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from mango_skill.actions import Action
from mango_skill.errors import ArgumentError, MediaError
from mango_skill.folders import user_path
from mango_skill.timeline.model import MediaReference
from mango_skill.timeline.summary import summarize
from mango_skill.tools import wording
from mango_skill.tools.context import Progress, ToolContext, announce, follow
from mango_skill.tools.outcomes import NEXT_WAIT, raise_failure
from mango_skill.tools.spec import Doc, tool
from mango_skill.tools.words import ProjectName, WaitSeconds

if TYPE_CHECKING:
    from mango_skill.client.jobs import JobView
    from mango_skill.client.project import Project
    from mango_skill.client.upload import UploadProgress


@dataclass(frozen=True)
class UploadResult:
    """What came in."""

    state: Annotated[str, Doc("done, or running: then call wait_for_job with the job_id.")]
    project: Annotated[str, Doc("The project that the footage belongs to.")]
    job_id: Annotated[str | None, Doc("Names the running upload.")] = None
    media: Annotated[
        tuple[dict[str, Any], ...] | None, Doc("The footage of the project, as its backend sees it.")
    ] = None
    summary: Annotated[str | None, Doc("The timeline in one line.")] = None
    reply: Annotated[str | None, Doc("What to show the user.")] = None
    refused: Annotated[
        tuple[dict[str, Any], ...] | None, Doc("Files that could not be used: name, code, message, hint.")
    ] = None
    notes: Annotated[tuple[str, ...] | None, Doc("What the user should know besides.")] = None
    percent: Annotated[float | None, Doc("How far a running upload is.")] = None
    next: Annotated[str | None, Doc("What to do next.")] = None


@tool(
    title="Upload footage",
    action=Action.UPLOAD,
    idempotent=True,
    long_running=True,
    when='sends files or links: "upload", "上传"',
)
def upload_media(
    ctx: ToolContext,
    *,
    files: Annotated[
        Sequence[str],
        Doc(
            "Paths of video, audio, photo or subtitle files on this machine.",
            max_length=100,
            also=("file", "path", "paths", "media", "videos", "clips", "attachments"),
        ),
    ] = (),
    links: Annotated[
        Sequence[str],
        Doc("Web addresses of such files.", max_length=100, also=("link", "url", "urls", "address", "uri")),
    ] = (),
    project: ProjectName | None = None,
    wait_s: WaitSeconds = 45,
) -> UploadResult:
    """Add footage to the project. Repeating it is safe.

    With the local engine it stays on this machine. The cloud gets it: that is said before (as progress) and in 'notes'.
    """
    if not files and not links:
        raise ArgumentError("No file and no link was given.", hint="Pass 'files', 'links' or both.")
    deadline = ctx.clock.monotonic() + wait_s
    paths = [user_path(one, error=MediaError) for one in files]
    notes = announce(ctx, "upload")
    opened = ctx.opener.workspace().open_project(project or ctx.project)
    if not opened.is_soon_there(paths, links):
        # what may take long goes on without its caller
        job = follow(ctx, opened.start_upload(paths, links).id, wait_s=deadline - ctx.clock.monotonic())
        return replace(upload_result(ctx, job), notes=notes or None)

    def tell(told: UploadProgress) -> None:
        ctx.on_progress(Progress("upload", told.percent, told.name))

    sent = opened.upload(paths=paths, links=list(links), on_progress=tell)
    ctx.on_progress(Progress("upload", 100.0, running=False))
    names = [one.name for one in sent.files]
    return replace(_arrived(ctx, opened, names, [one.to_json() for one in sent.refused]), notes=notes or None)


def upload_result(ctx: ToolContext, job: JobView) -> UploadResult:
    """Return what an upload led to so far.

    Raises:
        ToldFailure: It failed or was cancelled.
    """
    if not job.finished:
        return UploadResult(
            state="running", project=job.project, job_id=job.id, percent=job.percent, next=NEXT_WAIT
        )
    raise_failure(job, facts={})
    told = job.result or {}
    names = [str(one.get("name", "")) for one in told.get("files") or ()]
    opened = ctx.opener.workspace().find_project(job.project)
    return _arrived(ctx, opened, names, list(told.get("refused") or ()))


def _arrived(
    ctx: ToolContext, opened: Project, names: Sequence[str], refused: Sequence[Mapping[str, Any]]
) -> UploadResult:
    state = opened.state()
    return UploadResult(
        state="done",
        project=opened.name,
        media=tuple(medium(one) for one in state.media),
        summary=summarize(state.timeline),
        reply=wording.upload_reply(
            names, refused=((str(one["name"]), one) for one in refused), language=ctx.language
        ),
        refused=tuple(dict(one) for one in refused) or None,
    )


def medium(one: MediaReference) -> dict[str, Any]:
    """Return a file of the project as an answer tells it; what its backend does not say is left out."""
    facts = {
        "name": one.name,
        "kind": one.kind.value,
        "duration_ms": one.duration,
        "width": one.width,
        "height": one.height,
    }
    return {key: value for key, value in facts.items() if value}
