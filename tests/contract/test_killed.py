"""A runner killed (``kill -9``) while each single call is on its way: everything is found again, nothing sent twice."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest


class Killer:
    """Kills the runner of the newest job when a call arrives for the n-th time, then answers as always."""

    def __init__(self, service: Any, client: Any, name: str, *, nth: int = 1) -> None:
        self._service = service
        self._client = client
        self._name = name
        self._left = nth
        self.killed: list[int] = []
        service.script(name, self)

    def __call__(self, wire: Any, request: Any) -> None:
        self._left -= 1
        if self._left == 0:
            del self._service.scripts[self._name]
            pid = self._runner()
            os.kill(pid, signal.SIGKILL)
            self.killed.append(pid)
        getattr(self._service, f"do_{self._name}")(wire, request)

    def _runner(self) -> int:
        """Find the runner in the process table: the caller may not have noted it yet."""
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            root = str(self._client.workspace.context.places.projects).encode()
            if b"mango_skill.client.runner" in words and any(one.startswith(root) for one in words):
                return int(folder.name)
        raise AssertionError("no runner is there")


@pytest.mark.parametrize(
    ("call", "nth"), [("session", 1), ("state", 1), ("credits", 1), ("chat", 1), ("state", 2), ("credits", 2)]
)
def test_a_turn_killed_at_any_call_is_found_again_and_said_at_most_once(
    call: str, nth: int, service: Any, client: Any
) -> None:
    client.workspace.connect()
    service.requests.clear()
    killer = Killer(service, client, call, nth=nth)
    job = client.project().start_turn("make a film of waves")
    done = client.workspace.wait(job.id, 30)
    assert killer.killed
    assert done.state == "done", done.error
    assert done.result is not None
    assert done.result["changed"] is True
    assert done.result["outcome"] in ("answered", "interrupted")
    assert len(service.chats()) == 1
    assert len(service.sessions) <= 2
    assert service.violations == []


@pytest.mark.parametrize(
    ("call", "nth"), [("render", 1), ("status", 1), ("status", 2), ("file", 1), ("claim", 1)]
)
def test_an_export_killed_at_any_call_is_found_again_and_rendered_once(
    call: str, nth: int, service: Any, client: Any, tmp_path: Path
) -> None:
    client.turn("make a film of waves")
    killer = Killer(service, client, call, nth=nth)
    job = client.project().start_export(path=tmp_path / "out.mp4")
    done = client.workspace.wait(job.id, 30)
    assert killer.killed
    assert done.state == "done", done.error
    assert (tmp_path / "out.mp4").read_bytes() == service.video
    assert len(service.renders) == 1
    assert [one.name for one in tmp_path.glob(".*part")] == []
    assert service.violations == []
