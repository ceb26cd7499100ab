"""What a host may read: the projects, their timelines, and the files that were finished; nothing else."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote, urlsplit

from mcp_types import BlobResourceContents, Resource, ResourceTemplate, TextResourceContents

from mango_skill.errors import ArgumentError, UserError
from mango_skill.hosts.mcp import answers

if TYPE_CHECKING:
    from mango_skill.client.projects import ProjectFolder
    from mango_skill.hosts.mcp.conversations import Conversation

PROJECTS: Final = "mango://projects"
LARGEST_FILE_BYTES: Final = 1_000_000
"""A larger file is told as a path: it would fill the host's conversation."""
MOST_LISTED: Final = 50
_JSON: Final = "application/json"
_TEXTS: Final = (".srt", ".vtt")
_TIMELINE: Final = "timeline"

TEMPLATES: Final = (
    ResourceTemplate(
        uri_template=f"{PROJECTS}/{{project}}/{_TIMELINE}",
        name="project_timeline",
        title="Timeline of a project",
        description="Tracks, clips and footage of any project, also one of another connection.",
        mime_type=_JSON,
    ),
)


def listed(conversation: Conversation) -> list[Resource]:
    """Return the projects, the connection's timeline and its finished files, the newest first."""
    name = conversation.project()
    found = [
        Resource(
            uri=PROJECTS,
            name="projects",
            title="Projects",
            description="Every project on this machine, the one used last first.",
            mime_type=_JSON,
        ),
        Resource(
            uri=timeline_uri(name),
            name=_TIMELINE,
            title="This conversation's timeline",
            description="Tracks, clips and footage.",
            mime_type=_JSON,
        ),
    ]
    own = (one for one in _folders(conversation) if one.name == name)
    files = dict.fromkeys(path for folder in own for path in _finished(folder))
    for path in list(files)[:MOST_LISTED]:
        link = answers.file_link(path)
        found.append(Resource(uri=link.uri, name=link.name, mime_type=link.mime_type, size=link.size))
    return found


def read(conversation: Conversation, uri: str) -> TextResourceContents | BlobResourceContents:
    """Return a resource's contents.

    Raises:
        ArgumentError: There is none at this address.
        MangoError: It can't be read now.
    """
    if uri == PROJECTS:
        known = [_told(one) for one in _folders(conversation)[:MOST_LISTED]]
        return TextResourceContents(uri=uri, mime_type=_JSON, text=_text({"projects": known}))
    if (project := _project_of(uri)) is not None:
        return TextResourceContents(uri=uri, mime_type=_JSON, text=_text(_timeline(conversation, project)))
    if urlsplit(uri).scheme == "file":
        return _file(conversation, uri)
    raise _unknown(uri)


def project_names(conversation: Conversation, beginning: str) -> list[str]:
    """Return the names of projects that begin so, the one used last first."""
    names = (one.name for one in _folders(conversation))
    return [name for name in names if name.lower().startswith(beginning.lower())]


def timeline_uri(project: str) -> str:
    """Return the address of a project's timeline."""
    return f"{PROJECTS}/{quote(project, safe='')}/{_TIMELINE}"


def _project_of(uri: str) -> str | None:
    beginning, end = f"{PROJECTS}/", f"/{_TIMELINE}"
    if not (uri.startswith(beginning) and uri.endswith(end)):
        return None
    name = unquote(uri[len(beginning) : -len(end)])
    return name or None


def _timeline(conversation: Conversation, project: str) -> dict[str, Any]:
    stated = {} if project == conversation.project() else {"project": project}
    answer = conversation.call("show_timeline", stated, lambda _: None)
    if not answer["ok"]:
        error = answer["error"]
        raise UserError(error["message"], code=str(error["code"]), hint=error["hint"])
    del answer["ok"]
    return answers.bounded(answer)


def _file(conversation: Conversation, uri: str) -> TextResourceContents | BlobResourceContents:
    # only what an export of ours wrote: the rest of the machine is none of the host's business
    written = (one for folder in _folders(conversation) for one in _finished(folder))
    path = next((one for one in written if one.absolute().as_uri() == uri), None)
    if path is None:
        raise _unknown(uri)
    size = path.stat().st_size
    if size > LARGEST_FILE_BYTES:
        raise UserError(
            f"The file has {size:,} bytes, too many to send.",
            code="too_large",
            hint=f"It is on this machine: {path}",
        )
    contents = path.read_bytes()
    kind = answers.mime_type(path)
    if path.suffix.lower() in _TEXTS:
        return TextResourceContents(uri=uri, mime_type=kind, text=contents.decode("utf-8", "replace"))
    return BlobResourceContents(uri=uri, mime_type=kind, blob=base64.b64encode(contents).decode("ascii"))


def _folders(conversation: Conversation) -> tuple[ProjectFolder, ...]:
    # read from the disk: a list must not start the engine
    from mango_skill.client import projects
    from mango_skill.client.clock import SystemClock

    return projects.all_folders(conversation.folders().projects, clock=SystemClock())


def _finished(folder: ProjectFolder) -> Iterator[Path]:
    """Yield the files that exports of a project have written and that are still there, the newest first."""
    for job in reversed(folder.jobs()):
        told = job.view().result or {}
        yield from (path for path in answers.finished_files(told) if path.is_file())


def _told(folder: ProjectFolder) -> dict[str, Any]:
    view = folder.view()
    return {
        "project": view.name,
        "backend": view.backend,
        "files": list(view.files)[:MOST_LISTED],
        "used": view.used,
        "running": view.running,
        "timeline": timeline_uri(view.name),
    }


def _text(value: dict[str, Any]) -> str:
    return json.dumps(answers.sendable(value), ensure_ascii=False, indent=1)


def _unknown(uri: str) -> ArgumentError:
    return ArgumentError(
        f"There is no resource {uri[:200]}.", code="unknown_resource", hint="List the resources."
    )
