"""A host starts the server from a fresh skill folder: it is answered at once, and loses nothing by it.

No package is fetched: the tests hold the lock of the environment, and put one in its place that leads to their own.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mcp import StdioServerParameters
from mcp.client.client import Client

from tests.surfaces.mcp.hosts import ROOT, answer, wait_for

# the interpreter below the tests' own environment, as a newcomer has it
PYTHON = getattr(sys, "_base_executable", sys.executable)
NAME_OF_ENVIRONMENT = "import sys, environment; print(environment.environment_path(sys.argv[1:]))"


@dataclass(frozen=True)
class Fresh:
    """A skill folder that was just copied, and a home without an environment."""

    folder: Path
    home: Path

    @property
    def command(self) -> list[str]:
        return [PYTHON, str(self.folder / "scripts" / "mango.py"), "mcp"]

    @property
    def environ(self) -> dict[str, str]:
        return {"MANGO_HOME": str(self.home), "PATH": os.environ["PATH"]}

    def environment(self, *lists: str) -> Path:
        asked = [PYTHON, "-c", NAME_OF_ENVIRONMENT, *(lists or ("core", "local", "mcp"))]
        where = {**self.environ, "PYTHONPATH": str(self.folder / "scripts")}
        done = subprocess.run(asked, env=where, capture_output=True, text=True, check=True)
        return Path(done.stdout.strip())

    @contextmanager
    def held(self, environment: Path) -> Iterator[None]:
        """Keep an environment from being built."""
        environment.parent.mkdir(parents=True, exist_ok=True)
        with open(f"{environment}.lock", "a+b") as lock:
            fcntl.flock(lock.fileno(), fcntl.LOCK_EX)
            yield

    def build(self) -> None:
        """Put an environment in place that leads to the tests' own packages and code."""
        environment = self.environment()
        (environment / "bin").mkdir(parents=True)
        python = environment / "bin" / "python"
        words = f'#!/bin/sh\nshift\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m mango_skill "$@"\n'
        python.write_text(words, encoding="utf-8")
        python.chmod(0o755)
        (environment / "mango-ready").write_text("ready\n", encoding="utf-8")


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Fresh]:
    folder = tmp_path / "skills" / "mango-ai"
    shutil.copytree(ROOT / "scripts", folder / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "schemas", folder / "schemas")
    (folder / "requirements").mkdir()
    for name in ("core", "local", "mcp"):
        (folder / "requirements" / f"{name}.txt").write_text("# nothing\n", encoding="utf-8")
    one = Fresh(folder, tmp_path / "home")
    yield one
    subprocess.run(
        [sys.executable, "-m", "mango_skill", "engine", "stop"],
        env={**one.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("era", ["legacy", "auto"])
def test_a_host_sees_the_tools_at_once_and_its_first_call_waits_for_the_packages(
    era: str, fresh: Fresh
) -> None:
    async def talk() -> None:
        program, *words = fresh.command
        server = StdioServerParameters(command=program, args=words, env=fresh.environ)
        async with asyncio.timeout(60):
            with fresh.held(fresh.environment()):
                async with Client(server, mode=era) as client:
                    before = [one.model_dump() for one in (await client.list_tools()).tools]
                    assert (await client.list_resources()).resources == []
                    calling = asyncio.create_task(client.call_tool("connect", {}))
                    named = await client.list_prompts()
                    assert not calling.done()
                    fresh.build()
                    assert answer(await calling)["backend"] == "local"
                    # from now on it is the server itself that answers, and it says the same
                    after = (await client.list_tools(cache_mode="bypass")).tools
                    assert [one.model_dump() for one in after] == before
                    assert (await client.list_prompts(cache_mode="bypass")).prompts == named.prompts
                    assert (await client.list_resources(cache_mode="bypass")).resources != []

    asyncio.run(talk())


def test_fetching_goes_on_when_the_host_gives_up_and_fetches_no_engine_for_the_cloud(fresh: Fresh) -> None:
    small, whole = fresh.environment("core", "mcp"), fresh.environment()
    with fresh.held(small):
        process = start(fresh, MANGO_BACKEND="cloud")
        ask(process, 1, "initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo={})
        assert read(process)["result"]["protocolVersion"] == "2025-11-25"
        process.kill()
        process.communicate(timeout=30)
    # the lock is free now; nobody but the process that was left behind builds
    wait_for((small / "mango-ready").exists)
    assert not whole.exists()


def test_packages_that_can_not_be_fetched_are_told_in_the_answer(fresh: Fresh) -> None:
    wanted = fresh.folder / "requirements" / "core.txt"
    wanted.write_text("requests==2.34.2\n", encoding="utf-8")
    process = start(
        fresh, PIP_INDEX_URL="http://127.0.0.1:9/simple", UV_INDEX_URL="http://127.0.0.1:9/simple"
    )
    ask(process, 1, "initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo={})
    assert read(process)["result"]["serverInfo"]["name"] == "mango-ai"
    ask(process, 2, "tools/call", name="connect", arguments={})
    told = read(process)["result"]
    assert told["isError"] is True
    assert told["structuredContent"]["error"]["code"] == "not_installed"
    assert "network" in told["structuredContent"]["error"]["message"]
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "")
    assert "Traceback" not in err


def test_an_environment_of_any_earlier_use_serves_at_once(fresh: Fresh) -> None:
    fresh.build()
    for backend in ("auto", "cloud"):
        process = start(fresh, MANGO_BACKEND=backend)
        ask(
            process,
            1,
            "initialize",
            protocolVersion="2025-11-25",
            capabilities={},
            clientInfo={"name": "n", "version": "1"},
        )
        assert read(process)["id"] == 1
        _, err = process.communicate(timeout=30)
        assert "First run" not in err


def start(fresh: Fresh, **environ: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        fresh.command,
        env={
            **fresh.environ,
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_RETRIES": "1",
            "PIP_NO_CACHE_DIR": "1",
            "UV_NO_CACHE": "1",
            **environ,
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ask(process: subprocess.Popen[str], number: int, method: str, **params: Any) -> None:
    assert process.stdin is not None
    process.stdin.write(
        json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\n"
    )
    process.stdin.flush()


def read(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    message: dict[str, Any] = json.loads(process.stdout.readline())
    return message
