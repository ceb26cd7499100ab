"""A newcomer's machine: an empty home, Python, and packages that the first run would fetch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent.parent
PYTHON = getattr(sys, "_base_executable", sys.executable)
WHERE = """
import os, sys
sys.path.insert(0, sys.argv[1])
import environment, mango
print(os.path.join(environment.cache_folder(), "environments"))
print(environment.environment_key(mango.wanted_lists(os.environ)))
"""


@dataclass(frozen=True)
class Newcomer:
    """Somebody with a home folder and Python; nothing of ours is installed."""

    home: Path

    def environment(self, **more: str) -> dict[str, str]:
        return {"HOME": str(self.home), "PATH": os.environ["PATH"], **more}

    def prepare(self, skill: Path) -> None:
        """Stand in for the first run's download: the packages of the tests serve as the private environment."""
        asked = subprocess.run(
            [PYTHON, "-c", WHERE, str(skill / "scripts")],
            env=self.environment(PYTHONDONTWRITEBYTECODE="1"),
            capture_output=True,
            text=True,
            check=True,
        )
        base, key = asked.stdout.splitlines()
        place = Path(base) / key
        if (place / "mango-ready").exists():
            return
        subprocess.run([PYTHON, "-m", "venv", "--without-pip", str(place)], check=True)
        (packages,) = place.glob("[Ll]ib/**/site-packages")
        (packages / "tests.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
        (place / "mango-ready").write_text("ready\n", encoding="utf-8")

    def mango(self, skill: Path, *words: str, folder: Path | None = None, expect: int = 0) -> str:
        """Run ``mango`` from a skill folder as its SKILL.md says."""
        done = subprocess.run(
            [PYTHON, str(skill / "scripts" / "mango.py"), *words],
            cwd=folder or self.home,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stdout + done.stderr
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout

    def answer(self, skill: Path, *words: str, folder: Path | None = None) -> dict[str, Any]:
        """Return the answer of a run with ``--json``."""
        value: dict[str, Any] = json.loads(self.mango(skill, *words, "--json", folder=folder))
        return value


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that ``mango bundle`` staged all kinds in."""
    folder = tmp_path_factory.mktemp("bundled")
    _bundle(folder)
    return folder


@pytest.fixture(scope="session")
def bundle() -> Callable[..., None]:
    """Runs ``mango bundle`` of the source."""
    return _bundle


def _bundle(folder: Path, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "mango_skill", "bundle", str(folder), *words],
        cwd=ROOT,
        env={**os.environ, "MANGO_HOME": str(folder.parent / "bundling-home")},
        stdout=subprocess.DEVNULL,
        check=True,
    )


@pytest.fixture(scope="session")
def newcomer(tmp_path_factory: pytest.TempPathFactory, bundled: Path) -> Iterator[Newcomer]:
    """A newcomer whose engine ends with the tests."""
    person = Newcomer(tmp_path_factory.mktemp("ünser heim"))
    skill = bundled / "clawhub" / "mango-ai"
    person.prepare(skill)
    yield person
    person.mango(skill, "engine", "stop")


@pytest.fixture
def stranger(tmp_path: Path) -> Newcomer:
    """A newcomer of one test."""
    (tmp_path / "home").mkdir()
    return Newcomer(tmp_path / "home")
