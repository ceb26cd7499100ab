"""From a tool's answer to what goes over the wire: the facts, the same as text, and links to finished files."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from mcp_types import CallToolResult, ContentBlock, ResourceLink, TextContent

LARGEST_CHARACTERS: Final = 40_000
"""What is longer has its lists cut: a host that gets more drops all of it."""
_MOST_ITEMS: Final = 50
_MIME_TYPES: Final = {
    ".srt": "application/x-subrip",
    ".vtt": "text/vtt",
    ".m4a": "audio/mp4",
    ".mkv": "video/x-matroska",
}


def tool_result(answer: Mapping[str, Any]) -> CallToolResult:
    """Return a tool's answer as the protocol's result; an error arrives whole, its code and hint with it."""
    facts = bounded(sendable(dict(answer)))
    content: list[ContentBlock] = [TextContent(text=_compact(facts))]
    content += [file_link(path) for path in finished_files(facts) if path.is_file()]
    return CallToolResult(content=content, structured_content=facts, is_error=not answer["ok"])


def finished_files(answer: Mapping[str, Any]) -> Iterator[Path]:
    """Yield the finished files that an answer tells of, those within other results included."""
    path = answer.get("path")
    if isinstance(path, str) and path:
        yield Path(path)
        yield from (Path(one) for one in answer.get("captions") or () if isinstance(one, str))
    inner = answer.get("result")
    if isinstance(inner, Mapping):
        yield from finished_files(inner)
    for one in answer.get("results") or ():
        if isinstance(one, Mapping):
            yield from finished_files(one)


def file_link(path: Path) -> ResourceLink:
    """Return the link to a file: never its contents, which would fill the conversation."""
    return ResourceLink(
        uri=path.absolute().as_uri(), name=path.name, mime_type=mime_type(path), size=path.stat().st_size
    )


def mime_type(path: Path) -> str:
    """Return the media type that a file's name says."""
    known = _MIME_TYPES.get(path.suffix.lower())
    return known or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def bounded(facts: dict[str, Any]) -> dict[str, Any]:
    """Return facts of a bearable length: of long lists the beginning, and how many more there are."""
    if len(_compact(facts)) <= LARGEST_CHARACTERS:
        return facts
    shortened: dict[str, Any] = _shortened(facts)
    return shortened


def sendable(value: Any) -> Any:
    """Return a JSON value without half characters, which file names may hold and no message can carry."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {sendable(key): sendable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [sendable(one) for one in value]
    return value


def _compact(facts: Mapping[str, Any]) -> str:
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shortened(one) for key, one in value.items()}
    if not isinstance(value, list):
        return value
    kept = [_shortened(one) for one in value[:_MOST_ITEMS]]
    if len(value) > _MOST_ITEMS and isinstance(value[0], dict):
        kept.append({"more": len(value) - _MOST_ITEMS})
    return kept
