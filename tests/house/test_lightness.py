"""What is not needed is not loaded, and each process knows only its own side."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

HEAVY = ("requests", "jsonschema", "rich", "numpy", "av", "yaml", "platformdirs", "starlette")

BLOCKED_ENGINE = """
import importlib.abc, runpy, sys

class Wall(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.startswith(tuple(BLOCKED)):
            raise ImportError(f"{name} is blocked")
        return None

BLOCKED = sys.argv.pop(1).split(",")
sys.meta_path.insert(0, Wall())
runpy.run_module("mango_skill.engine", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize(
    "code",
    [
        "import mango_skill",
        "from mango_skill.cli import main; main(['--help'])",
        "from mango_skill.cli import main; main(['--version'])",
        "import mango_skill.tools",
    ],
)
def test_importing_and_help_load_no_heavy_package(code: str, root: Path) -> None:
    asked = f"{code}\nimport sys, json; print(json.dumps([n for n in {HEAVY!r} if n in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", asked], cwd=root, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_routing_and_planning_load_no_network_and_no_media(root: Path) -> None:
    code = "from mango_skill.cli import main; main(['route', 'export as mp4']); main(['edit', '--plan', 'mute it'])"
    asked = f"{code}\nimport sys, json; print(json.dumps([n for n in {HEAVY!r} if n in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", asked], cwd=root, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == []


@pytest.mark.parametrize(
    "blocked",
    [
        [
            f"mango_skill.{room}"
            for room in ("client", "router", "replies", "tools", "skill", "launch", "cli")
        ],
        ["av", "numpy", "PIL"],
    ],
    ids=["the client's rooms", "media packages"],
)
def test_the_engine_starts_without(blocked: list[str], root: Path, tmp_path: Path) -> None:
    home = tmp_path / "engine"
    home.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", BLOCKED_ENGINE, ",".join(blocked), "--home", str(home), "--foreground"],
        cwd=root,
        env={**os.environ, "MANGO_HOME": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 30
        while not (home / "engine.json").exists():
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        process.terminate()
        process.communicate(timeout=30)
