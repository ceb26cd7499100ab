"""Where each host looks for skills, and how it is told of an MCP server."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mango_skill.errors import ArgumentError
from mango_skill.hosts.contents import NAME


@dataclass(frozen=True)
class Host:
    """A program that loads skills.

    Attributes:
        name: The word by which it is chosen.
        title: Its name as people say it.
        home: Its skills below the user's home folder.
        project: Its skills below a project's folder.
        signs: What is there below the home folder when the host is in use.
        server_file: The file below the home folder in which it keeps its MCP servers; empty when it has none.
        server_keys: Below which keys that file keeps them.
        server_command: Its own command that adds one, up to the server's command line; empty when it has none.
    """

    name: str
    title: str
    home: str
    project: str
    signs: tuple[str, ...]
    server_file: str = ""
    server_keys: tuple[str, ...] = ("mcpServers",)
    server_command: str = ""

    def skill_folder(self, *, project: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
        """Return the skill's folder: in a project, or in the user's home."""
        base = home_folder(environ) / self.home if project is None else project.absolute() / self.project
        return base / NAME

    def is_there(self, environ: Mapping[str, str] = os.environ) -> bool:
        """Whether the user's home folder shows that the host is in use."""
        home = home_folder(environ)
        return any((home / sign).exists() for sign in self.signs)

    def server_text(self, skill: Path) -> str:
        """Return what makes the host start the skill's MCP server: a command, or JSON for its file."""
        line = [PYTHON, str(skill / "scripts" / "mango.py"), "mcp"]
        if self.server_command:
            return f"{self.server_command} {shlex.join(line)}"
        if not self.server_file:
            return ""
        servers: object = {NAME: {"command": line[0], "args": line[1:]}}
        for key in reversed(self.server_keys):
            servers = {key: servers}
        return json.dumps(servers, indent=2, ensure_ascii=False)


PYTHON: Final = "python" if os.name == "nt" else "python3"

HOSTS: Final[Mapping[str, Host]] = {
    one.name: one
    for one in (
        Host(
            "openclaw",
            "OpenClaw",
            ".openclaw/skills",
            "skills",
            (".openclaw",),
            server_file=".openclaw/openclaw.json",
            server_keys=("mcp", "servers"),
        ),
        Host("clawhub", "ClawHub", ".clawhub/skills", "skills", (".clawhub",)),
        Host(
            "cursor",
            "Cursor",
            ".cursor/skills",
            ".cursor/skills",
            (".cursor",),
            server_file=".cursor/mcp.json",
        ),
        Host(
            "claude",
            "Claude Code",
            ".claude/skills",
            ".claude/skills",
            (".claude", ".claude.json"),
            server_command=f"claude mcp add {NAME} --",
        ),
        Host(
            "codex",
            "Codex",
            ".agents/skills",
            ".agents/skills",
            (".codex",),
            server_command=f"codex mcp add {NAME} --",
        ),
        Host(
            "agents",
            "every assistant that reads .agents/skills",
            ".agents/skills",
            ".agents/skills",
            (".agents",),
        ),
    )
}
"""Every host by its name."""


def find(name: str) -> Host:
    """Return the host of this name.

    Raises:
        ArgumentError: There is none.
    """
    if name not in HOSTS:
        raise ArgumentError(
            f"There is no host '{name}'.", code="unknown_host", hint=f"Use one of: {', '.join(HOSTS)}."
        )
    return HOSTS[name]


def home_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the user's home folder."""
    return Path(environ.get("HOME") or Path.home()).absolute()
