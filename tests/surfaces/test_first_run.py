"""``scripts/mango.py`` on a machine where nothing of ours is installed.

A small skill folder with empty pinned lists stands in for the real one, so that no test fetches packages.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
COMMAND_LINE = """
import os, sys
def main():
    import mango_skill
    print(os.path.dirname(os.path.dirname(mango_skill.__file__)))
    print(sys.argv[1:])
    return 7
"""


@pytest.fixture(scope="module")
def skill_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("skills") / "mango-ai"
    shutil.copytree(ROOT / "scripts", folder / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "requirements").mkdir()
    for name in ("core", "local", "mcp"):
        (folder / "requirements" / f"{name}.txt").write_text("# nothing\n", encoding="utf-8")
    (folder / "mango_skill").mkdir()
    (folder / "mango_skill" / "__init__.py").write_text("", encoding="utf-8")
    (folder / "mango_skill" / "cli.py").write_text(COMMAND_LINE, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def start(folder: Path, home: Path, **environ: str) -> subprocess.Popen[str]:
    # the interpreter below the tests' own environment, as a newcomer has it
    python = getattr(sys, "_base_executable", sys.executable)
    return subprocess.Popen(
        [python, str(folder / "scripts" / "mango.py"), "make", "a b"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "MANGO_HOME": str(home), **environ},
    )


def test_the_first_run_prepares_itself_says_so_once_and_later_runs_start_at_once(
    skill_folder: Path, home: Path
) -> None:
    runs = [start(skill_folder, home), start(skill_folder, home)]
    said = [run.communicate(timeout=120) for run in runs]
    assert [run.returncode for run in runs] == [7, 7]
    # the code ran from its own folder, with the arguments as they were
    assert {out for out, _ in said} == {f"{skill_folder}\n['make', 'a b']\n"}
    # one of two runs at the same time installs, the other waits for it
    assert sum("First run" in err for _, err in said) == 1

    later = start(skill_folder, home)
    out, err = later.communicate(timeout=60)
    assert (later.returncode, err) == (7, "")
    assert out.startswith(str(skill_folder))


def test_what_was_interrupted_is_built_anew(skill_folder: Path, home: Path) -> None:
    start(skill_folder, home).communicate(timeout=120)
    (environment,) = (path for path in (home / "cache" / "environments").iterdir() if path.is_dir())
    (environment / "mango-ready").unlink()
    run = start(skill_folder, home)
    _, err = run.communicate(timeout=120)
    assert run.returncode == 7
    assert "First run" in err


def test_a_host_that_ends_the_first_run_does_not_end_the_fetching(skill_folder: Path, tmp_path: Path) -> None:
    """Hosts end a command after some seconds, with everything of its group; the next one must get further."""
    python = getattr(sys, "_base_executable", sys.executable)
    run = subprocess.Popen(
        [python, str(skill_folder / "scripts" / "mango.py"), "make"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "MANGO_HOME": str(tmp_path)},
        start_new_session=True,
    )
    assert run.stderr is not None
    assert "First run" in run.stderr.readline()
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate(timeout=60)
    (begun,) = (path for path in (tmp_path / "cache" / "environments").iterdir() if path.suffix == ".lock")
    later = start(skill_folder, tmp_path)
    _, err = later.communicate(timeout=120)
    assert later.returncode == 7
    # it waited for what had been begun, or found it ready: nothing began anew
    assert "First run" not in err
    assert (begun.with_suffix("") / "mango-ready").exists()


def test_another_pinned_list_makes_another_environment(
    skill_folder: Path, home: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(skill_folder, changed)
    (changed / "requirements" / "core.txt").write_text("# something else\n", encoding="utf-8")
    run = start(changed, home)
    _, err = run.communicate(timeout=120)
    assert run.returncode == 7
    assert "First run" in err


def test_environments_that_nobody_used_for_a_month_go_when_another_is_made(
    skill_folder: Path, tmp_path: Path
) -> None:
    environments = tmp_path / "home" / "cache" / "environments"
    now = time.time()
    for name, days in (("unused", 31), ("used", 29), ("broken", 31)):
        (environments / name).mkdir(parents=True)
        mark = environments / name / "mango-ready"
        mark.write_text("ready\n", encoding="utf-8")
        os.utime(mark, (now - days * 86400, now - days * 86400))
    (environments / "broken" / "mango-ready").unlink()
    os.utime(environments / "broken", (now - 31 * 86400, now - 31 * 86400))
    start(skill_folder, tmp_path / "home").communicate(timeout=120)
    kept = {path.name for path in environments.iterdir() if path.is_dir()}
    assert "used" in kept
    assert {"unused", "broken"} & kept == set()
    assert len(kept) == 2


def test_a_run_notes_that_its_environment_is_used(skill_folder: Path, home: Path) -> None:
    start(skill_folder, home).communicate(timeout=120)
    marks = list((home / "cache" / "environments").glob("*/mango-ready"))
    for mark in marks:
        os.utime(mark, (1_000_000_000, 1_000_000_000))
    start(skill_folder, home).communicate(timeout=60)
    assert max(mark.stat().st_mtime for mark in marks) > 1_000_000_000


def test_without_a_network_a_plain_word_says_what_to_do(skill_folder: Path, tmp_path: Path) -> None:
    wanting = tmp_path / "wanting"
    shutil.copytree(skill_folder, wanting)
    (wanting / "requirements" / "core.txt").write_text("requests==2.34.2\n", encoding="utf-8")
    nowhere = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "0",
        "PIP_FIND_LINKS": "",
        "PIP_NO_CACHE_DIR": "1",
        "UV_INDEX_URL": "http://127.0.0.1:9/simple",
        "UV_NO_CACHE": "1",
    }
    run = start(wanting, tmp_path / "home", **nowhere)
    out, err = run.communicate(timeout=120)
    assert run.returncode == 9
    assert out == ""
    assert "network" in err
    assert "Traceback" not in err


def test_a_cache_that_can_not_be_written_is_said_plainly(skill_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    run = start(skill_folder, tmp_path / "file")
    _, err = run.communicate(timeout=60)
    assert run.returncode == 9
    assert "MANGO_HOME" in err
    assert "Traceback" not in err
