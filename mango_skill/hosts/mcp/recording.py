"""Write what hosts ask first, as the server answers it: ``python -m mango_skill.hosts.mcp.recording [--check]``.

``schemas/mcp.json`` is an output: ``scripts/waiting.py`` gives these answers while the server's packages are
fetched for the first time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from mcp.server.lowlevel import Server
from mcp.shared.memory import create_client_server_memory_streams
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCRequest, JSONRPCResponse
from mcp_types.version import (
    HANDSHAKE_PROTOCOL_VERSIONS,
    LATEST_HANDSHAKE_VERSION,
    LATEST_MODERN_VERSION,
    MODERN_PROTOCOL_VERSIONS,
)

from mango_skill.hosts.mcp.conversations import Conversation, Setting
from mango_skill.hosts.mcp.server import make_server

FILE: Final = Path(__file__).parents[3] / "schemas" / "mcp.json"
_LISTS: Final = ("tools/list", "prompts/list", "resources/templates/list")
_CLIENT: Final = {"name": "recording", "version": "1"}
_HANDSHAKE: Final = {
    "initialize": {"protocolVersion": LATEST_HANDSHAKE_VERSION, "capabilities": {}, "clientInfo": _CLIENT},
    "ping": {},
}
_ENVELOPE: Final = {
    "io.modelcontextprotocol/protocolVersion": LATEST_MODERN_VERSION,
    "io.modelcontextprotocol/clientInfo": _CLIENT,
    "io.modelcontextprotocol/clientCapabilities": {},
}


def recording() -> dict[str, Any]:
    """Return the answers by era and method."""
    handshake = {**_HANDSHAKE, **{name: {} for name in _LISTS}}
    modern = {name: {"_meta": _ENVELOPE} for name in ("server/discover", *_LISTS)}
    return {
        "handshake_versions": list(HANDSHAKE_PROTOCOL_VERSIONS),
        "modern_versions": list(MODERN_PROTOCOL_VERSIONS),
        "handshake": _with_no_files(asyncio.run(_asked(handshake))),
        "modern": _with_no_files(asyncio.run(_asked(modern))),
    }


async def _asked(questions: dict[str, dict[str, Any]]) -> dict[str, Any]:
    conversation = Conversation(Setting())
    server: Server[Any] = make_server(lambda _: conversation)
    answers: dict[str, Any] = {}
    async with create_client_server_memory_streams() as ((reading, writing), (inside, outside)):
        serving = asyncio.create_task(server.run(inside, outside, server.create_initialization_options()))
        for number, (method, params) in enumerate(questions.items()):
            request = JSONRPCRequest(jsonrpc="2.0", id=number, method=method, params=params)
            await writing.send(SessionMessage(request))
            answer = await reading.receive()
            assert isinstance(answer, SessionMessage)
            assert isinstance(answer.message, JSONRPCResponse)
            answers[method] = answer.message.result
        await writing.aclose()
        await serving
    return answers


def _with_no_files(answers: dict[str, Any]) -> dict[str, Any]:
    """Before the server runs there is nothing to read."""
    like = {
        key: value for key, value in answers["resources/templates/list"].items() if key != "resourceTemplates"
    }
    return {
        **answers,
        "resources/list": {**like, **({"ttlMs": 0} if "ttlMs" in like else {}), "resources": []},
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file, or with ``--check`` tell when it is not current (exit code 1)."""
    parser = argparse.ArgumentParser(prog="python -m mango_skill.hosts.mcp.recording")
    parser.add_argument(
        "--check", action="store_true", help="write nothing, fail when the file is not current"
    )
    check = parser.parse_args(arguments).check
    text = json.dumps(recording(), ensure_ascii=False, indent=1) + "\n"
    if FILE.is_file() and FILE.read_text(encoding="utf-8") == text:
        return 0
    if check:
        print(f"not current: {FILE}", file=sys.stderr)
        return 1
    FILE.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
