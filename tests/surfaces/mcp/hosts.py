"""Real hosts of both protocol eras, on both transports."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from mcp import StdioServerParameters
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult

ROOT = Path(__file__).parent.parent.parent.parent
LIMIT_S = 90


@dataclass(frozen=True)
class Web:
    """A running ``mango mcp --http``: what its ``mcp.json`` says, and what it said on standard error."""

    url: str
    secret: str
    said: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}


@dataclass(frozen=True)
class Host:
    """A program that connects to the server: over ``stdio`` or ``http``, as ``legacy`` or newest (``auto``)."""

    way: str
    era: str
    home: Path
    web: Callable[[], Web]

    @asynccontextmanager
    async def connect(self, *words: str, query: str = "", **environ: str) -> AsyncIterator[Client]:
        """Yield a connected client."""
        async with AsyncExitStack() as stack:
            target: Any
            if self.way == "stdio":
                target = StdioServerParameters(
                    command=sys.executable,
                    args=["-m", "mango_skill", "mcp", *words],
                    env={"MANGO_HOME": str(self.home), "PYTHONPATH": str(ROOT), **environ},
                )
            else:
                web = self.web()
                line = await stack.enter_async_context(
                    httpx2.AsyncClient(headers=web.headers, timeout=LIMIT_S)
                )
                target = streamable_http_client(f"{web.url}{query}", http_client=line)
            yield await stack.enter_async_context(Client(target, mode=self.era))

    def talk(self, conversation: Callable[[Client], Awaitable[None]], *words: str, **environ: str) -> None:
        """Hold one conversation to its end."""

        async def hold() -> None:
            async with asyncio.timeout(LIMIT_S), self.connect(*words, **environ) as client:
                await conversation(client)

        asyncio.run(hold())


def answer(result: CallToolResult) -> dict[str, Any]:
    """Return the facts of an answer; the text beside them says the same."""
    facts = result.structured_content
    assert isinstance(facts, dict)
    assert json.loads(result.content[0].text) == facts  # type: ignore[union-attr]
    assert result.is_error is not facts["ok"]
    return facts


def start_web(home: Path, *words: str) -> subprocess.Popen[str]:
    """Start the server on HTTP."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("NEMO_", "MANGO_"))}
    return subprocess.Popen(
        [sys.executable, "-m", "mango_skill", "mcp", "--http", *words],
        env={**kept, "MANGO_HOME": str(home), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def await_web(process: subprocess.Popen[str], home: Path) -> Web:
    """Wait until it says where it listens."""
    assert process.stderr is not None
    said = process.stderr.readline()
    record = json.loads((home / "mcp.json").read_text(encoding="utf-8"))
    assert record["url"] in said
    return Web(record["url"], record["secret"], said)


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something holds, for a bounded time."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
