"""The child process that hostile media may crash."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mango_skill.engine import children
from mango_skill.engine.media.worker import Limits, analyse, examine, run_isolated
from mango_skill.errors import EngineError, MediaError

ANALYSIS = "mango_skill.engine.media.analysis"


def test_several_questions_about_a_file_cost_one_process(interview: Path) -> None:
    found = analyse(interview, "pauses", "loudness")
    assert found.info.kind == "video"
    assert found.pauses_ms
    assert found.loudness is not None
    assert found.tempo is None


def test_errors_come_back_as_they_were_raised(tmp_path: Path) -> None:
    with pytest.raises(MediaError) as caught:
        examine(tmp_path / "nothing.mp4")
    assert (caught.value.code, caught.value.hint) == ("missing_file", "Check the path.")


def test_a_child_that_needs_too_long_is_stopped(tmp_path: Path) -> None:
    bed = {"path": str(tmp_path / "bed.wav"), "mood": "calm", "duration_ms": 7_200_000}
    with pytest.raises(MediaError) as caught:
        run_isolated(f"{ANALYSIS}:write_bed", bed, limits=Limits(wall_s=0.8, written_bytes=1 << 40))
    assert caught.value.code == "took_too_long"


def test_a_child_that_uses_too_much_processor_time_is_stopped(tmp_path: Path) -> None:
    bed = {"path": str(tmp_path / "bed.wav"), "mood": "calm", "duration_ms": 7_200_000}
    with pytest.raises(MediaError) as caught:
        run_isolated(f"{ANALYSIS}:write_bed", bed, limits=Limits(cpu_s=1, written_bytes=1 << 40))
    assert caught.value.code == "crashed"


def test_a_child_that_needs_too_much_memory_fails_alone(interview: Path) -> None:
    with pytest.raises((MediaError, EngineError)) as caught:
        analyse(interview, "cuts", limits=Limits(memory_bytes=24 * 1024**2))
    # where even the libraries do not fit, it is they that can't be loaded
    assert caught.value.code in {"crashed", "too_large", "unreadable", "engine_missing"}


def test_a_child_that_only_reads_may_write_no_file(tmp_path: Path) -> None:
    target = tmp_path / "bed.wav"
    with pytest.raises(MediaError):
        run_isolated(f"{ANALYSIS}:write_bed", {"path": str(target), "mood": "calm", "duration_ms": 2_000})
    assert not target.exists() or target.stat().st_size == 0


def test_a_cancelled_child_is_killed(interview: Path) -> None:
    with pytest.raises(EngineError) as caught:
        analyse(interview, "cuts", is_cancelled=lambda: True)
    assert caught.value.code == "cancelled"


def test_a_child_sees_no_secret_of_the_parent(interview: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked at through the environment that is handed over, because no door of a child tells it."""
    monkeypatch.setenv("NEMO_TOKEN", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@proxy")
    assert "secret" not in str(children.environment())
    assert examine(interview).kind == "video"


def test_packages_of_the_user_s_own_folder_are_found(tmp_path: Path) -> None:
    """Where ``pip install`` put them there; not in an environment of its own, which does without them."""
    outside = Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    environ = {**children.environment(), "PYTHONUSERBASE": str(tmp_path)}
    ask = [str(outside), "-c", "import site; print(site.getusersitepackages())"]
    folder = Path(subprocess.run(ask, env=environ, capture_output=True, text=True, check=True).stdout.strip())
    folder.mkdir(parents=True)
    (folder / "of_the_user.py").write_text("print('found')")
    code = (
        "import subprocess; from mango_skill.engine import children;"
        "subprocess.run(children.command('of_the_user'), env=children.environment(), check=True)"
    )
    ran = subprocess.run([str(outside), "-c", code], env=environ, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "found\n"), ran.stderr
    assert "-s" in children.command("x")


def test_a_package_that_can_t_be_loaded_is_not_the_file_s_fault(
    interview: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "av.py").write_text("raise ImportError('libavcodec is not there', name='av')")
    usual = children.environment()
    path = os.pathsep.join([str(tmp_path), usual["PYTHONPATH"]])
    monkeypatch.setattr(children, "environment", lambda: {**usual, "PYTHONPATH": path})
    with pytest.raises(EngineError) as caught:
        examine(interview)
    assert caught.value.code == "engine_missing"
    job = tmp_path / "job.json"
    job.write_text(
        json.dumps({"draft": {"t": []}, "assets": {}, "output": {"path": str(tmp_path / "x.mp4")}})
    )
    command = children.command("mango_skill.engine.render.worker", str(job))
    said = subprocess.run(command, env=children.environment(), capture_output=True, text=True, check=False)
    assert json.loads(said.stdout.splitlines()[-1])["error"]["code"] == "engine_missing"


def test_only_functions_of_the_engine_can_be_called() -> None:
    with pytest.raises(MediaError) as caught:
        run_isolated("os:getcwd", {})
    assert caught.value.code == "crashed"


@pytest.mark.parametrize("seed", range(10))
def test_damaged_files_give_facts_or_a_clear_error_and_never_anything_else(darkroom: Any, seed: int) -> None:
    dice = random.Random(seed)
    sources = [
        darkroom.video("h264.mp4"), darkroom.video("vp9.webm", codec="libvpx-vp9", sound="libopus"),
        darkroom.sound("a.mp3", "libmp3lame", seconds=1.5, rate=44_100, layout="mono"),
        darkroom.animation("dance.gif", durations=[100, 200, 100]), darkroom.photo("whole.png"),
    ]  # fmt: skip
    data = bytearray(sources[seed % len(sources)].read_bytes())
    for _ in range(1 + len(data) // 400):
        data[dice.randrange(len(data))] = dice.randrange(256)
    path = darkroom.data(f"damaged{seed}", bytes(data))
    with suppress_media_error() as told:
        assert analyse(path, "pauses", "cuts", limits=Limits(wall_s=60)).info.kind
    for problem in told:
        assert problem.message.endswith(".")
        assert problem.hint


@contextmanager
def suppress_media_error() -> Iterator[list[MediaError]]:
    """Gather the one error that a damaged file may give."""
    told: list[MediaError] = []
    try:
        yield told
    except MediaError as problem:
        told.append(problem)
