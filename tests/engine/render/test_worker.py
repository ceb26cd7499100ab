"""The render process, as the engine starts it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mango_skill.engine.media.probe import probe
from mango_skill.protocol.draft import encode
from mango_skill.timeline import Role, Timeline
from tests.engine.render.footage import (
    clip,
    decode_pictures,
    movie,
    read_number,
    text,
    text_track,
    video_track,
)

LIMIT_S = 60


def write_job(folder: Path, timeline: Timeline, film: Path, **output: Any) -> Path:
    job = {
        "draft": encode(timeline),
        "assets": {"film": {**probe(film).to_dict(), "name": "film.mp4", "path": str(film)}},
        "output": {"path": str(folder / "out.mp4"), "format": "mp4", **output},
    }
    path = folder / "job.json"
    path.write_text(json.dumps(job), encoding="utf-8")
    return path


def start(job: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mango_skill.engine.render.worker", str(job)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def finish(worker: subprocess.Popen[str]) -> tuple[int, list[dict[str, Any]], str]:
    out, err = worker.communicate(timeout=LIMIT_S)
    return worker.returncode, [json.loads(line) for line in out.splitlines()], err


def test_a_job_is_carried_out_and_told_line_by_line(tmp_path: Path, film: Path) -> None:
    captions = text_track(text("hello", 0, 500), role=Role.CAPTIONS)
    job = write_job(
        tmp_path, movie(video_track(clip("film", 0, 1000, 2000)), captions), film, captions="sidecar"
    )
    status, lines, err = finish(start(job))
    assert (status, err) == (0, "")
    assert lines[0] == {"progress": 0, "stage": "prepare"}
    done = lines[-1]["done"]
    assert (done["duration"], done["width"], done["height"], done["frames"]) == (1000, 160, 90, 25)
    assert done["sidecars"] == ["out.srt"]
    assert done["format"] == "mp4"
    assert done["size"] == (tmp_path / "out.mp4").stat().st_size
    assert [read_number(picture) for picture in decode_pictures(tmp_path / "out.mp4")] == [*range(50, 75)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["job.json", "out.mp4", "out.srt"]


def test_nothing_left_is_told_in_one_sentence_without_a_traceback(tmp_path: Path, film: Path) -> None:
    status, lines, err = finish(start(write_job(tmp_path, movie(), film)))
    assert (status, err) == (1, "")
    assert lines[-1]["error"]["code"] == "nothing_to_render"
    assert lines[-1]["error"]["hint"]


def test_a_source_that_is_gone_is_told(tmp_path: Path, film: Path) -> None:
    job = write_job(tmp_path, movie(video_track(clip("film", 0, 1000))), film)
    changed = json.loads(job.read_text(encoding="utf-8"))
    changed["assets"]["film"]["path"] = str(tmp_path / "gone.mp4")
    job.write_text(json.dumps(changed), encoding="utf-8")
    status, lines, err = finish(start(job))
    assert (status, err) == (1, "")
    assert lines[-1]["error"]["code"] == "source_vanished"
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"draft": {}, "assets": {}, "output": {}}'])
def test_a_job_that_makes_no_sense_is_told(tmp_path: Path, content: str) -> None:
    job = tmp_path / "job.json"
    job.write_text(content, encoding="utf-8")
    status, lines, err = finish(start(job))
    assert (status, err) == (1, "")
    assert lines[-1]["error"]["code"] == "bad_job"


def test_a_worker_that_is_asked_to_stop_leaves_nothing_half_written(tmp_path: Path, film: Path) -> None:
    clips = [clip("film", 8000 * index, 8000) for index in range(12)]
    job = write_job(tmp_path, movie(video_track(*clips)), film, width=640, height=360)
    worker = start(job)
    assert worker.stdout is not None
    while json.loads(worker.stdout.readline())["progress"] < 3:
        pass
    worker.send_signal(signal.SIGTERM)
    status, lines, err = finish(worker)
    assert (status, err) == (3, "")
    assert lines[-1]["error"]["code"] == "cancelled"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["job.json"]
