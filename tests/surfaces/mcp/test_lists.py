"""What a host reads before it calls anything: small, complete, and there at once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from mcp.client.client import Client

from mango_skill.tools import TOOLS
from mango_skill.tools.schemas import describe

ROOT = Path(__file__).parent.parent.parent.parent
MOST_BYTES = 14_000
CHARACTERS_A_TOKEN = 4

FIRST_LIST = """
import asyncio, json, sys
from mcp.client.client import Client
from mango_skill.cli import serving
from mango_skill.hosts.mcp import lines
from mango_skill.hosts.mcp.conversations import Conversation, Setting
from mango_skill.hosts.mcp.server import make_server

async def ask():
    conversation = Conversation(Setting())
    async with Client(make_server(lambda _: conversation), mode="legacy") as client:
        return len((await client.list_tools()).tools)

assert asyncio.run(ask()) == 8
heavy = ("requests", "jsonschema", "yaml", "rich", "numpy", "av", "mango_skill.engine", "mango_skill.router")
print(json.dumps([name for name in heavy if name in sys.modules]))
"""


def test_every_host_sees_the_eight_tools_as_they_are_declared(host: Any) -> None:
    async def look(client: Client) -> None:
        listed = (await client.list_tools()).tools
        shown = [one.model_dump(by_alias=True, mode="json", exclude_none=True) for one in listed]
        assert shown == [json.loads(json.dumps(describe(spec))) for spec in TOOLS.values()]

    host.talk(look)


def test_every_tool_says_what_a_host_may_assume_of_it(desk: Any) -> None:
    async def look(client: Client) -> None:
        for one in (await client.list_tools()).tools:
            hints = one.annotations
            assert hints is not None
            said = (
                hints.read_only_hint,
                hints.destructive_hint,
                hints.idempotent_hint,
                hints.open_world_hint,
            )
            assert None not in said
            assert one.output_schema is not None
            assert one.input_schema["additionalProperties"] is False
            assert not {"oneOf", "anyOf", "allOf", "$ref"} & set(one.input_schema)
            assert all(part.get("description") for part in one.input_schema["properties"].values())

    desk.talk(look)


def test_the_whole_list_stays_within_what_hosts_give_a_server(desk: Any) -> None:
    async def look(client: Client) -> None:
        listed = await client.list_tools()
        text = json.dumps(
            [one.model_dump(by_alias=True, mode="json", exclude_none=True) for one in listed.tools],
            separators=(",", ":"),
        )
        said = text + (client.instructions or "")
        assert len(said.encode()) <= MOST_BYTES
        assert len(said) / CHARACTERS_A_TOKEN < 3500

    desk.talk(look)


def test_the_first_list_needs_no_network_no_schemas_and_no_engine() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST_LIST], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_a_host_is_told_how_to_work_with_the_tools(host: Any) -> None:
    async def look(client: Client) -> None:
        said = client.instructions or ""
        assert [word for word in ("wait_for_job", "job_id", "project", "reply") if word not in said] == []

    host.talk(look)


def test_three_ways_of_working_are_offered_as_prompts(host: Any) -> None:
    async def look(client: Client) -> None:
        names = [one.name for one in (await client.list_prompts()).prompts]
        assert names == ["quick_edit", "batch_edit", "iterative_edit"]
        for name in names:
            filled = await client.get_prompt(name, {"files": "/clips/{a}.mp4"})
            text = filled.messages[0].content.text  # type: ignore[union-attr]
            assert "/clips/{a}.mp4" in text
            assert "edit_video" in text

    host.talk(look)
