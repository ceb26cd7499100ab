"""The tool that brings footage in: upload_media."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from mango_skill.actions import Action
from mango_skill.errors import ArgumentError, MediaError
from mango_skill.folders import user_path
from mango_skill.timeline.model import MediaReference
from mango_skill.timeline.summary import summarize
from mango_skill.tools import wording
from mango_skill.tools.context import Progress, ToolContext, announce
from mango_skill.tools.spec import Doc, tool
from mango_skill.tools.words import ProjectName

if TYPE_CHECKING:
    from mango_skill.client.upload import UploadProgress


@dataclass(frozen=True)
class UploadResult:
    """What came in."""

    project: Annotated[str, Doc("The project that the footage belongs to.")]
    media: Annotated[tuple[dict[str, Any], ...], Doc("The footage of the project, as its backend sees it.")]
    summary: Annotated[str, Doc("The timeline in one line.")]
    reply: Annotated[str, Doc("What to show the user.")]
    notes: Annotated[tuple[str, ...] | None, Doc("What the user should know besides.")] = None


@tool(
    title="Upload footage",
    action=Action.UPLOAD,
    idempotent=True,
    when='sends files or links: "upload", "上传"',
)
def upload_media(
    ctx: ToolContext,
    *,
    files: Annotated[
        Sequence[str], Doc("Paths of video, audio, photo or subtitle files on this machine.", max_length=100)
    ] = (),
    links: Annotated[Sequence[str], Doc("Web addresses of such files.", max_length=100)] = (),
    project: ProjectName | None = None,
) -> UploadResult:
    """Add footage to the project. Repeating it is safe.

    With the local engine it stays on this machine. The cloud gets it: that is said before (as progress) and in 'notes'.
    """
    if not files and not links:
        raise ArgumentError("No file and no link was given.", hint="Pass 'files', 'links' or both.")
    paths = [user_path(one, error=MediaError) for one in files]
    notes = announce(ctx, "upload")
    opened = ctx.opener.workspace().open_project(project or ctx.project)

    def tell(told: UploadProgress) -> None:
        done = told.number - 1 + (told.sent / told.total if told.total else 1.0)
        ctx.on_progress(Progress("upload", 100.0 * done / max(told.count, 1), told.name))

    sent = opened.upload(paths=paths, links=list(links), on_progress=tell)
    ctx.on_progress(Progress("upload", 100.0, running=False))
    state = opened.state()
    return UploadResult(
        project=opened.name,
        media=tuple(medium(one) for one in state.media),
        summary=summarize(state.timeline),
        reply=wording.upload_reply((one.name for one in sent.files), language=ctx.language),
        notes=notes or None,
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
