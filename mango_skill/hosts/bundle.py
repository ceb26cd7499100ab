"""Bundles: the skill staged as a folder that a kind of host takes as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mango_skill.errors import OutputError
from mango_skill.hosts import placing
from mango_skill.hosts.contents import NAME, skill_files
from mango_skill.manifest import FILE_NAME, Manifest
from mango_skill.protocol.constants import DEFAULT_WEB_URL

KINDS: Final = ("clawhub", "plugin", "claude", "cursor")
"""A ClawHub skill folder, an Agent Plugins 1.0.0 folder, a Claude Code plugin, a Cursor plugin."""

_SCHEMAS: Final = "https://agent-plugins.org/schemas/1.0.0"
_SKILL_PLACE: Final = f"skills/{NAME}"
_AUTHOR: Final = {"name": "NemoVideo", "url": DEFAULT_WEB_URL}
_KEYWORDS: Final = ("video", "video editing", "captions", "transitions", "music", "export")
_README: Final = f"""# Mango AI

Say what you want from your footage and get the video: turn raw clips into a finished one, cut the pauses, add
transitions, music, titles or captions, change the format, and export as MP4. The work is done by an engine on your own
machine, where nothing is uploaded, or by the NemoVideo cloud when you choose it.

Say to your assistant: "Turn interview.mp4 into a polished short with transitions and music."

Python 3.11 or newer is all it needs; the first run fetches pinned packages, which takes one to three minutes, once. What
the skill does, what leaves your machine and what is stored stands in `{_SKILL_PLACE}/SKILL.md`; `{_SKILL_PLACE}/references/hosts.md`
tells of hosts and MCP. Licence: MIT-0.
"""
_ROOTS: Final = {"plugin": "PLUGIN_ROOT", "claude": "CLAUDE_PLUGIN_ROOT", "cursor": "CURSOR_PLUGIN_ROOT"}
"""The variable by which a host names the plugin's folder."""


@dataclass(frozen=True)
class Bundle:
    """A staged bundle.

    Attributes:
        kind: One of ``KINDS``.
        path: The folder, named after the skill.
        files: How many files it has.
        size: Bytes of all of them.
    """

    kind: str
    path: Path
    files: int
    size: int


def bundle_files(kind: str, skill: Mapping[str, bytes], manifest: Manifest) -> dict[str, bytes]:
    """Return a bundle's files by their paths inside it.

    Args:
        kind: One of ``KINDS``.
        skill: The skill folder's files.
        manifest: What the plugin's manifest repeats.
    """
    if kind == "clawhub":
        return dict(skill)
    files = {f"{_SKILL_PLACE}/{place}": data for place, data in skill.items()}
    files["README.md"] = _README.encode("utf-8")
    about = _about(manifest)
    servers = {"mcpServers": {NAME: _server(kind)}}
    match kind:
        case "plugin":
            files["plugin.json"] = _json({"$schema": f"{_SCHEMAS}/plugin.schema.json", **about})
            files["mcp.json"] = _json({"$schema": f"{_SCHEMAS}/mcp.schema.json", **servers})
        case "claude":
            files[".claude-plugin/plugin.json"] = _json(about)
            files[".mcp.json"] = _json(servers)
        case "cursor":
            author = {"name": _AUTHOR["name"]}
            files[".cursor-plugin/plugin.json"] = _json(
                {**about, "displayName": "Mango AI", "author": author}
            )
            files["mcp.json"] = _json(servers)
    return dict(sorted(files.items()))


def stage(kind: str, folder: Path, *, overwrite: bool = False) -> Bundle:
    """Write a bundle to ``folder/KIND/mango-ai``; a reader sees all of it or nothing.

    Args:
        kind: One of ``KINDS``.
        folder: Where bundles are wanted; it is made when it is not there.
        overwrite: Replace a bundle that is there already.

    Raises:
        OutputError: Something is there already, or it can't be written.
        ConfigurationError: The running code lacks a part of the bundle.
    """
    target = folder / kind / NAME
    if target.exists() or target.is_symlink():
        if target.is_symlink() or not _is_bundle(target):
            raise OutputError(
                f"{target} is not a bundle of this skill.",
                code="foreign_folder",
                hint="Choose another folder, or remove that one yourself.",
            )
        if not overwrite:
            raise OutputError(
                f"{target} is there already.",
                code="output_exists",
                hint="Say --overwrite to replace it, or choose another folder.",
            )
    files = bundle_files(kind, skill_files(), Manifest.load())
    placing.clear_up(target)
    placing.put(target, files)
    return Bundle(kind, target, len(files), sum(map(len, files.values())))


def _is_bundle(folder: Path) -> bool:
    return any((folder / place / FILE_NAME).is_file() for place in ("", _SKILL_PLACE))


def _about(manifest: Manifest) -> dict[str, Any]:
    return {
        "name": manifest.name,
        "version": manifest.version,
        "description": manifest.description,
        "author": dict(_AUTHOR),
        "homepage": _AUTHOR["url"],
        "license": "MIT-0",
        "keywords": list(_KEYWORDS),
    }


def _server(kind: str) -> dict[str, Any]:
    program = f"${{{_ROOTS[kind]}}}/{_SKILL_PLACE}/scripts/mango.py"
    return {"type": "stdio", "command": "python3", "args": [program, "mcp"]}


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
