"""Stands in for the MCP server while the packages that it needs are being fetched; standard library only.

A host that starts the server for the first time gives up after ten to thirty seconds; fetching takes up to a few
minutes. So what hosts ask first (``schemas/mcp.json``) is answered at once, everything else waits for a while,
and when the packages are there the server itself takes over on the same lines. The packages are fetched by
a process of its own, which goes on when the host gives up all the same.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time

import environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import IO, Any

RECORDING = os.path.join(environment.FOLDER, "schemas", "mcp.json")
PATIENCE_S = 40.0
"""How long a call waits for the packages before it is told to come again; hosts cut calls off after sixty."""
TICK_S = 1.0
VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
CLOSED = object()


def serve(lists: Sequence[str], command: Sequence[str]) -> int:
    """Answer the host until the server can, then let it; return the exit code."""
    return StandIn(lists, command).run()


class StandIn:
    """One connection, from the first line to the server's end."""

    def __init__(self, lists: Sequence[str], command: Sequence[str]) -> None:
        self._lists = list(lists)
        self._command = list(command)
        with open(RECORDING, encoding="utf-8") as recorded:
            self._recorded: Mapping[str, Any] = json.load(recorded)
        self._lines: queue.Queue[Any] = queue.Queue()
        self._held: list[tuple[float, dict[str, Any], str]] = []
        self._opening: dict[str, Any] | None = None
        self._is_open = False
        self._builder: subprocess.Popen[bytes] | None = None
        self._problem = ""

    def run(self) -> int:
        """Serve."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._lines.put(CLOSED))
        threading.Thread(target=self._read, daemon=True).start()
        self._fetch()
        while True:
            with contextlib.suppress(queue.Empty):
                line = self._lines.get(timeout=TICK_S)
                if line is CLOSED:
                    return 0
                self._take(line)
                continue
            self._look()
            python = environment.ready_python(self._lists)
            if python and not self._lines.qsize():
                return self._hand_over(python)

    # While the packages are fetched --------------------------------------------------------------------

    def _read(self) -> None:
        for line in sys.stdin.buffer:
            self._lines.put(line)
        self._lines.put(CLOSED)

    def _fetch(self) -> None:
        self._problem = ""
        self._builder = environment.start_builder(self._lists, stdout=subprocess.DEVNULL)
        sys.stderr.write(
            "mango: First run: fetching the packages that are needed (once, one to three minutes).\n"
        )
        sys.stderr.flush()

    def _look(self) -> None:
        """See how the fetching goes, and tell calls that have waited long enough."""
        if self._builder is not None and self._builder.poll() is not None:
            said = self._builder.stderr.read().decode("utf-8", "replace") if self._builder.stderr else ""
            if self._builder.returncode:
                self._problem = said.strip() or "The packages could not be fetched."
                sys.stderr.write(f"mango: {self._problem}\n")
            self._builder = None
        now = time.monotonic()
        for one in list(self._held):
            if self._problem or now - one[0] >= PATIENCE_S:
                self._held.remove(one)
                self._refuse(one[1])

    def _take(self, line: bytes) -> None:
        try:
            message = json.loads(line)
        except ValueError:
            return  # the server would only tell that it is no message
        if not isinstance(message, dict):
            return
        method, number = message.get("method"), message.get("id")
        if method == "notifications/initialized":
            self._is_open = True
        elif method == "notifications/cancelled":
            cancelled = (message.get("params") or {}).get("requestId")
            self._held = [one for one in self._held if one[1].get("id") != cancelled]
        elif number is None or method is None:
            return
        elif (result := self._known(message)) is not None:
            if method == "initialize":
                self._opening = message
            _answer({"jsonrpc": "2.0", "id": number, "result": result})
        else:
            if self._builder is None:
                self._fetch()  # it had failed: the host asks again, so the network may be back
            self._held.append((time.monotonic(), message, line.decode("utf-8", "replace")))

    def _known(self, message: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return what the server would answer, when that is known without it."""
        stated = message.get("params")
        params: Mapping[str, Any] = stated if isinstance(stated, dict) else {}
        version = (params.get("_meta") or {}).get(VERSION_KEY)
        if version is not None:
            return (
                self._recorded["modern"].get(message["method"])
                if version in self._recorded["modern_versions"]
                else None
            )
        result: dict[str, Any] | None = self._recorded["handshake"].get(message["method"])
        if message["method"] == "initialize" and result is not None:
            wished = params.get("protocolVersion")
            if wished in self._recorded["handshake_versions"]:
                result = {**result, "protocolVersion": wished}
        return result

    def _refuse(self, message: Mapping[str, Any]) -> None:
        """Answer a call that can't be served yet."""
        error = {
            "code": "not_installed" if self._problem else "preparing",
            "message": self._problem or "Mango AI is fetching the packages that it needs; it does so once.",
            "hint": "Correct that, then call again." if self._problem else "Call again in half a minute.",
            "retryable": True,
        }
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": message["id"]}
        if message["method"] == "tools/call":
            facts = {"ok": False, "error": error}
            content = [{"type": "text", "text": json.dumps(facts)}]
            answer["result"] = {
                "content": content,
                "structuredContent": facts,
                "isError": True,
                "resultType": "complete",
            }
        else:
            said = f"{error['message']} {error['hint']}"
            answer["error"] = {"code": -32603, "message": said, "data": error}
        _answer(answer)

    # When they are there -------------------------------------------------------------------------------

    def _hand_over(self, python: str) -> int:
        """Start the server, bring it to where the host is, and carry the lines from then on."""
        server = subprocess.Popen([python, *self._command], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert server.stdin is not None
        assert server.stdout is not None
        if self._opening is not None:
            _send(server.stdin, json.dumps(self._opening) + "\n")
            server.stdout.readline()  # the host has had that answer
            if self._is_open:
                _send(server.stdin, '{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')
        for _, _, line in self._held:
            _send(server.stdin, line)
        back = threading.Thread(target=_carry, args=(server.stdout,), daemon=True)
        back.start()
        while (line := self._lines.get()) is not CLOSED:
            if not _send(server.stdin, line.decode("utf-8", "replace")):
                break
        with contextlib.suppress(OSError):
            server.stdin.close()
        code = server.wait()
        back.join(timeout=5)
        return code


def _answer(message: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _send(stream: IO[bytes], line: str) -> bool:
    try:
        stream.write(line.encode())
        stream.flush()
    except OSError:
        return False
    return True


def _carry(stream: IO[bytes]) -> None:
    for line in stream:
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
    # the server has ended by itself: so do we
    os._exit(0)
