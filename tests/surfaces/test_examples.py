"""The examples run, and do what they say."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from mango_skill.tools import TOOLS

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "examples"
PLACEHOLDER = "/path/to/mango-ai"
SERVERS = {
    "claude_desktop_config.json": ("mcpServers",),
    "claude_code.mcp.json": ("mcpServers",),
    "cursor.mcp.json": ("mcpServers",),
    "codex.config.toml": ("mcp_servers",),
    "openclaw.json": ("mcp", "servers"),
    "vscode.mcp.json": ("servers",),
}
"""Below which keys each host looks for servers."""


def run(mango: Any, name: str, *arguments: str, expect: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *arguments],
        cwd=mango.folder,
        env=mango.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout


def test_a_conversation_goes_from_the_raw_clip_to_the_file(mango: Any, media: Path) -> None:
    said = run(mango, "conversation.py", str(media / "talk.mp4"), str(mango.folder / "out.mp4"))
    assert said.count("> ") == 6
    assert '"Hello"' in said
    assert "Calm" in said
    assert (mango.folder / "out.mp4").is_file()


def test_a_batch_makes_each_clip_and_one_that_fails_stops_no_other(mango: Any, media: Path) -> None:
    orders = [
        f"{media / 'silent.mp4'}=keep the first second",
        f"{media / 'words.mp4'}=mute it",
        f"{media / 'talk.mp4'}=mute it",
    ]
    lines = run(mango, "batch.py", str(mango.folder), *orders, expect=1).splitlines()
    assert lines[1].startswith("words.mp4: ")
    saved = [line.partition(": saved as ")[2] for line in (lines[0], lines[2])]
    assert sorted(map(str, mango.folder.glob("*.mp4"))) == sorted(saved)
    # called after the footage, not after an inner name
    assert [Path(one).name for one in saved] == ["silent-edited.mp4", "talk-edited.mp4"]


def test_an_iteration_keeps_every_state_and_saves_two_of_them(mango: Any, media: Path) -> None:
    said = run(mango, "iterative.py", str(media / "talk.mp4"), str(mango.folder / "out.mp4"))
    assert [line.partition(": ")[2] for line in said.splitlines() if line.startswith("  ")][1:] == [
        "cut the pauses",
        "warm colours",
        "black and white",
        "undo",
        "fade out at the end",
    ]
    refined, rough = (mango.folder / name for name in ("out.mp4", "out-rough.mp4"))
    assert refined.read_bytes() != rough.read_bytes()


@pytest.mark.parametrize("name", SERVERS)
def test_a_hosts_configuration_starts_the_server_with_all_tools(name: str, mango: Any) -> None:
    text = (EXAMPLES / "mcp" / name).read_text(encoding="utf-8")
    configured: Any = tomllib.loads(text) if name.endswith(".toml") else json.loads(text)
    for key in SERVERS[name]:
        configured = configured[key]
    (server,) = configured.values()
    assert server["command"] == "python3"
    program, *rest = server["args"]
    assert (ROOT / Path(program).relative_to(PLACEHOLDER)).is_file()
    # the interpreter of the tests has the packages that the script would fetch
    started = StdioServerParameters(
        command=sys.executable, args=["-m", "mango_skill", *rest], env=mango.environment(), cwd=mango.folder
    )

    async def names() -> list[str]:
        async with Client(started) as client:
            return [one.name for one in (await client.list_tools()).tools]

    assert asyncio.run(asyncio.wait_for(names(), 60)) == list(TOOLS)


def test_the_list_of_examples_names_each_and_nothing_else() -> None:
    listed = set(re.findall(r"\]\(([\w./]+)\)", (EXAMPLES / "README.md").read_text(encoding="utf-8")))
    there = {
        str(path.relative_to(EXAMPLES))
        for path in (*EXAMPLES.glob("*.py"), *EXAMPLES.glob("frameworks/*.py"), *EXAMPLES.glob("mcp/*"))
    }
    assert listed == {*there, "media"}
