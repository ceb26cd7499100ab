"""The engine's process as the client meets it: started, replaced, killed, impersonated."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mango_skill.engine_process import EngineProcess
from mango_skill.errors import EngineError, OutputError
from mango_skill.folders import Folders
from mango_skill.settings import Settings

ROOT = Path(__file__).parent.parent.parent
OLDER = """
import runpy
import mango_skill.version
mango_skill.version.VERSION = "0.0.9"
runpy.run_module("mango_skill.engine", run_name="__main__", alter_sys=True)
"""


OTHER_BUILD = """
import runpy
import mango_skill.protocol.proof as proof
proof._HELLO = "as it was said once:"
runpy.run_module("mango_skill.engine", run_name="__main__")
"""


@pytest.fixture
def own(mango: Any, tmp_path: Path) -> Iterator[Any]:
    """The command line with an engine of its own."""
    alone = type(mango)(tmp_path / "home", tmp_path)
    yield alone
    alone("engine", "stop")


def test_the_engine_starts_when_it_is_needed_and_stops_when_told(own: Any) -> None:
    assert own("engine", "status", "--json").answer == {"ok": True, "running": False}
    own("connect")
    running = own("engine", "status", "--json").answer
    assert running["running"] is True
    assert own("engine", "start", "--json").answer["pid"] == running["pid"]
    own("engine", "stop")
    assert own("engine", "status", "--json").answer["running"] is False
    assert not (own.home / "engine" / "engine.json").exists()


def test_an_engine_that_finds_no_room_is_told_as_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk is not filled at test time: the program ends as the engine does then, and the room is told."""
    folders = Folders.locate({"MANGO_HOME": str(tmp_path)})
    engine = EngineProcess(folders, Settings())
    monkeypatch.setattr(engine, "command", lambda: [sys.executable, "-c", "raise SystemExit(1)"])
    with pytest.raises(EngineError) as ended:
        engine.ensure()
    assert ended.value.code == "engine_start"
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    with pytest.raises(OutputError) as full:
        engine.ensure()
    assert full.value.code == "disk_full"


def test_an_engine_in_the_foreground_ends_with_its_signal(own: Any) -> None:
    process = own.start("engine", "run")
    record = own.home / "engine" / "engine.json"
    deadline = time.monotonic() + 30
    while not record.exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert own("engine", "status", "--json").answer["pid"] == process.pid
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert "Traceback" not in err
    assert not record.exists()


def test_several_commands_at_once_start_one_engine(own: Any) -> None:
    runs = [own.start("engine", "start", "--json") for _ in range(4)]
    answers = [json.loads(run.communicate(timeout=60)[0]) for run in runs]
    assert len({one["pid"] for one in answers}) == 1


def test_a_killed_engine_loses_nothing_and_is_started_again(own: Any, media: Path) -> None:
    own("upload", str(media / "silent.mp4"))
    own("edit", "keep the first second")
    os.kill(own("engine", "status", "--json").answer["pid"], signal.SIGKILL)
    assert own("state", "--json").answer["duration_ms"] == 1000


def test_an_engine_that_dies_in_mid_render_is_started_again_and_the_render_ends(
    own: Any, media: Path
) -> None:
    own("upload", str(media / "talk.mp4"))
    pid = own("engine", "status", "--json").answer["pid"]
    process = own.start("export", "-o", "out.mp4", "--height", "720", "--json")
    wait_for_job(own.home, phase="rendering")
    os.kill(pid, signal.SIGKILL)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, out + err
    assert json.loads(out)["path"] == str(own.folder / "out.mp4")
    assert (own.folder / "out.mp4").stat().st_size == json.loads(out)["size"]


def wait_for_job(home: Path, *, phase: str) -> None:
    """Wait, within bounds, until the journal of a job says that it is at ``phase``."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for path in (home / "projects").glob("*/jobs/*.json"):
            if json.loads(path.read_text(encoding="utf-8"))["phase"] == phase:
                return
        time.sleep(0.01)
    raise AssertionError(f"no job is {phase}")


def test_an_older_engine_is_replaced(own: Any) -> None:
    home = own.home / "engine"
    home.mkdir(parents=True)
    older = subprocess.Popen(
        [sys.executable, "-c", OLDER, "--home", str(home), "--foreground"],
        cwd=ROOT,
        env=own.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not (home / "engine.json").exists():
        assert older.poll() is None
    assert own("engine", "status", "--json").answer["version"] == "0.0.9"
    fresh = own("engine", "start", "--json").answer
    assert fresh["version"] != "0.0.9"
    assert older.wait(timeout=30) == 0


@pytest.mark.parametrize("command", ["start", "stop"])
def test_an_engine_of_another_build_that_speaks_otherwise_is_ended(own: Any, command: str) -> None:
    home = own.home / "engine"
    home.mkdir(parents=True)
    other = subprocess.Popen(
        [sys.executable, "-c", OTHER_BUILD, "--home", str(home), "--foreground"],
        cwd=ROOT,
        env=own.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not (home / "engine.json").exists():
        assert other.poll() is None
    own("engine", command)
    assert other.wait(timeout=30) == 0
    running = "pid" in own("engine", "status", "--json").answer
    assert running is (command == "start")


class Stranger(http.server.BaseHTTPRequestHandler):
    """Somebody who took over the engine's port."""

    heard: list[dict[str, str]] = []  # noqa: RUF012 - one server, one list

    def do_GET(self) -> None:
        type(self).heard.append({key.lower(): value for key, value in self.headers.items()})
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.send_header("X-Mango-Proof", "0" * 64)
        self.end_headers()
        self.wfile.write(b"{}")

    do_POST = do_GET  # noqa: N815 - the name that the library calls

    def log_message(self, *_: object) -> None:
        return None


def test_a_stranger_on_the_engines_port_gets_no_token_and_a_new_engine_is_started(own: Any) -> None:
    own("connect")
    pid = own("engine", "status", "--json").answer["pid"]
    os.kill(pid, signal.SIGKILL)
    record = own.home / "engine" / "engine.json"
    left = json.loads(record.read_text(encoding="utf-8"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        record.write_text(
            json.dumps({**left, "url": f"http://127.0.0.1:{server.server_port}"}), encoding="utf-8"
        )
        own("credits")
    finally:
        server.shutdown()
        server.server_close()
    assert Stranger.heard
    assert not any("authorization" in headers for headers in Stranger.heard)
    assert own("engine", "status", "--json").answer["url"] != f"http://127.0.0.1:{server.server_port}"
