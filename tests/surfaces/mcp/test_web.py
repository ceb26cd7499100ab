"""The server on HTTP lets in programs of its own user, and no web page."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.surfaces.mcp.hosts import Web, answer, await_web, start_web

HELLO = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


@pytest.mark.parametrize(
    ("status", "change"),
    [
        (401, {"Authorization": ""}),
        (401, {"Authorization": "Bearer wrong"}),
        (403, {"Host": "mango.example"}),
        (403, {"Host": "localhost"}),
        (403, {"Origin": "http://mango.example"}),
        (403, {"Origin": "null"}),
    ],
)
def test_who_is_not_the_users_program_is_turned_away(
    status: int, change: dict[str, str], web: Callable[[], Web]
) -> None:
    running = web()
    answered = httpx2.post(running.url, json=HELLO, headers={**running.headers, **change})
    assert answered.status_code == status
    assert answered.json()["error"]["hint"]
    assert running.secret not in answered.text


def test_the_token_stands_in_a_file_for_its_owner_alone_and_is_said_nowhere(
    web: Callable[[], Web], home: Path
) -> None:
    running = web()
    assert running.url.startswith("http://127.0.0.1:")
    if os.name == "posix":
        assert (home / "mcp.json").stat().st_mode & 0o777 == 0o600
    assert running.secret not in running.said
    assert running.secret not in (home / "logs" / "mango.log").read_text(encoding="utf-8")


def test_a_second_server_names_the_one_that_runs(web: Callable[[], Web], home: Path) -> None:
    running = web()
    second = start_web(home)
    _, err = second.communicate(timeout=60)
    assert second.returncode == 8
    assert running.url in err


def test_address_and_token_stay_the_same_from_run_to_run(tmp_path: Path) -> None:
    seen = []
    for _ in range(2):
        process = start_web(tmp_path)
        seen.append(await_web(process, tmp_path))
        process.terminate()
        process.communicate(timeout=30)
        assert process.returncode == 0
    assert seen[0] == seen[1]


def test_a_port_that_is_taken_is_said_in_one_sentence(web: Callable[[], Web], tmp_path: Path) -> None:
    port = web().url.rpartition(":")[2].partition("/")[0]
    process = start_web(tmp_path, "--port", port)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 9
    assert f"Port {port} can't be used" in err


def test_a_host_without_a_memory_names_its_project_in_the_address(host: Any, media: Path) -> None:
    if host.way == "stdio":
        words, query = ("--project", "named"), ""
    else:
        words, query = (), "?project=named"

    async def both() -> None:
        async with asyncio.timeout(60):
            async with host.connect(*words, query=query) as client:
                first = answer(await client.call_tool("upload_media", {"files": [str(media / "silent.mp4")]}))
            async with host.connect(*words, query=query) as client:
                second = answer(await client.call_tool("show_timeline", {}))
        assert first["project"] == second["project"] == "named"
        assert "silent.mp4" in [one["name"] for one in second["media"]]

    asyncio.run(both())


def test_the_newest_protocol_goes_on_in_its_project_when_the_server_was_started_again(
    own_home: Path,
) -> None:
    async def talk(web: Web, jar: httpx2.Cookies, tool: str, **arguments: Any) -> dict[str, Any]:
        async with httpx2.AsyncClient(headers=web.headers, cookies=jar, timeout=60) as line:
            async with Client(streamable_http_client(web.url, http_client=line), mode="auto") as client:
                facts = answer(await client.call_tool(tool, arguments))
            jar.update(line.cookies)
            return facts

    jar = httpx2.Cookies()
    projects = []
    for tool in ("check_credits", "show_timeline", "show_timeline"):
        process = start_web(own_home)
        facts = asyncio.run(talk(await_web(process, own_home), jar, tool))
        projects.append(facts.get("project"))
        process.terminate()
        process.communicate(timeout=30)
    assert projects[1] == projects[2] is not None
