"""The tool that takes a whole message: send_message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any

from mango_skill.actions import Action
from mango_skill.protocol.constants import STILL_FORMATS
from mango_skill.tools import wording
from mango_skill.tools.balance import check_credits
from mango_skill.tools.context import ToolContext, announce
from mango_skill.tools.editing import carry_out, edit_video, look, show_timeline
from mango_skill.tools.exporting import export_video
from mango_skill.tools.outcomes import NEXT_WAIT
from mango_skill.tools.shapes import to_json
from mango_skill.tools.spec import Doc, tool
from mango_skill.tools.uploading import upload_media
from mango_skill.tools.words import ProjectName, WaitSeconds

if TYPE_CHECKING:
    from mango_skill.router import Route, RouteContext

_EXPORT_ARGUMENTS = (
    "format",
    "height",
    "width",
    "fps",
    "path",
    "name",
    "quality",
    "compatible",
    "captions",
    "at_s",
    "start_s",
    "end_s",
)
_SENDING = frozenset({Action.UPLOAD, Action.CHAT})
"""What makes footage or words go to the backend."""
_FORMAT_OF_KIND = {"audio": "mp3", "captions": "srt", "still": "jpg", "project": "xml"}


@dataclass(frozen=True)
class SendResult:
    """What became of a message."""

    actions: Annotated[
        tuple[str, ...], Doc("What the message asked for: chat, export, credits, state, upload.")
    ]
    state: Annotated[str, Doc("done, or running: then call wait_for_job with the job_id.")]
    project: Annotated[str, Doc("The project.")]
    reply: Annotated[str, Doc("What to show the user.")]
    results: Annotated[
        tuple[dict[str, Any], ...], Doc("What each action led to, in order; their words are in reply.")
    ]
    job_id: Annotated[str | None, Doc("Names the running work.")] = None
    remaining: Annotated[
        tuple[dict[str, Any], ...] | None,
        Doc("Calls still to make, in order, when the job has ended: each with its tool and arguments."),
    ] = None
    next: Annotated[str | None, Doc("What to do next.")] = None


@dataclass
class _Walk:
    """A message being carried out, step by step, within the time that the caller waits."""

    context: ToolContext
    project: str
    deadline: float
    files: tuple[str, ...]
    allowed: frozenset[Action]
    results: list[dict[str, Any]] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)

    def left_s(self) -> int:
        return max(0, int(self.deadline - self.context.clock.monotonic()))

    def take(self, step: Route) -> str | None:
        """Carry out one action; return the job that still runs, if any."""
        match step.action:
            case Action.UPLOAD:
                result = upload_media.call(
                    self.context, project=self.project, wait_s=self.left_s(), **self.uploads(step)
                )
            case Action.EXPORT:
                if (asked := step.arguments.get("asked")) and "format" not in step.arguments:
                    self.replies.append(wording.instead(str(asked), language=self.context.language))
                result = export_video.call(
                    self.context, project=self.project, wait_s=self.left_s(), **export_arguments(step)
                )
            case Action.STATE:
                result = look(self.context, project=self.project, question=step.text)
            case Action.CREDITS:
                result = check_credits.call(self.context)
            case Action.CHAT:
                result = carry_out(
                    self.context,
                    step.text,
                    project=self.project,
                    wait_s=self.left_s(),
                    allowed=self.allowed,
                )
        facts = to_json(result)
        job_id: str | None = facts.get("job_id")
        # the whole answer's reply says it: once is enough
        said = facts.pop("reply", None) or facts.pop("message", None) or facts.get("summary") or ""
        self.results.append({"action": step.action.value, **facts})
        if said:
            self.replies.append(said)
        return job_id

    def uploads(self, step: Route) -> dict[str, Any]:
        """Return the upload tool's arguments; files that came with the message go with the first upload."""
        files = tuple(dict.fromkeys((*self.files, *step.arguments.get("files", ()))))
        self.files = ()
        return {"files": files, "links": tuple(step.arguments.get("links", ()))}

    def later(self, step: Route) -> dict[str, Any]:
        """Return the call that carries an action out once the running job has ended."""
        match step.action:
            case Action.UPLOAD:
                spec, arguments = upload_media, self.uploads(step)
            case Action.EXPORT:
                spec, arguments = export_video, export_arguments(step)
            case Action.STATE:
                spec, arguments = show_timeline, {}
            case Action.CREDITS:
                return {"tool": check_credits.name, "arguments": {}}
            case Action.CHAT:
                spec, arguments = edit_video, {"message": step.text}
        return {"tool": spec.name, "arguments": {"project": self.project, **arguments}}


@tool(
    title="Send a message", long_running=True, when="says several things at once, or sends files with words"
)
def send_message(
    ctx: ToolContext,
    *,
    text: Annotated[
        str,
        Doc(
            "The user's whole message, as it was said.",
            also=("message", "prompt", "instruction", "query", "content"),
        ),
    ],
    files: Annotated[Sequence[str], Doc("Paths of files that came with it.", max_length=100)] = (),
    project: ProjectName | None = None,
    wait_s: WaitSeconds = 45,
) -> SendResult:
    """Do what a message asks for: upload, edit, export, show the timeline or the credits, several in order.

    Use it when the user's words can be passed on whole; use the other tools for exact steps.
    """
    # The router reads its tables when imported; the other tools need not wait for it.
    from mango_skill.router import Route
    from mango_skill.router.decision import route

    name = project or ctx.project
    ctx = replace(ctx, language=wording.language_of(text))
    decided = route(text, tuple(files), _situation(ctx, name))
    steps = [decided, *decided.then]
    if files and not any(step.action is Action.UPLOAD for step in steps):
        steps.insert(0, Route(Action.UPLOAD))
    deadline = ctx.clock.monotonic() + wait_s
    walk = _Walk(ctx, name, deadline, tuple(files), frozenset(step.action for step in steps))
    if _SENDING & walk.allowed:
        walk.replies += announce(ctx, "upload")
    actions = tuple(step.action.value for step in steps)
    for number, step in enumerate(steps):
        job_id = walk.take(step)
        if job_id is not None:
            return _running(walk, actions, job_id, steps[number + 1 :])
    return SendResult(
        actions=actions,
        state="done",
        project=name,
        reply="\n\n".join(walk.replies) or "Done.",
        results=tuple(walk.results),
    )


def export_arguments(step: Route) -> dict[str, Any]:
    """Return the export tool's arguments for what the words of a message say about the file."""
    said = step.arguments
    arguments = {key: said[key] for key in _EXPORT_ARGUMENTS if said.get(key) is not None}
    kind = _FORMAT_OF_KIND.get(str(said.get("what")))
    if kind is not None and "format" not in arguments and "path" not in arguments:
        arguments["format"] = kind
    if arguments.get("format") not in STILL_FORMATS:
        arguments.pop("at_s", None)
    return arguments


def _running(walk: _Walk, actions: tuple[str, ...], job_id: str, rest: Sequence[Route]) -> SendResult:
    remaining = tuple(walk.later(step) for step in rest)
    after = " When it is done, make the calls that 'remaining' lists, in order." if remaining else ""
    return SendResult(
        actions=actions,
        state="running",
        project=walk.project,
        reply="\n\n".join([*walk.replies, "Still working on it."]),
        results=tuple(walk.results),
        job_id=job_id,
        remaining=remaining or None,
        next=NEXT_WAIT + after,
    )


def _situation(ctx: ToolContext, project: str) -> RouteContext:
    """What is known on this machine without asking the backend."""
    from mango_skill.router import RouteContext

    jobs = ctx.opener.workspace().jobs()
    return RouteContext(job_running=any(job.project == project and not job.finished for job in jobs))
