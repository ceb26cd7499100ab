"""The same client against the real engine: two sisters who know each other over HTTP alone."""

from __future__ import annotations

import os
import signal
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mango_skill.client.workspace import Workspace
from mango_skill.folders import Folders
from mango_skill.launch import Launcher
from mango_skill.settings import Settings


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("NEMO_", "MANGO_"))}
    environ["MANGO_HOME"] = str(tmp_path / "mango")
    made = Launcher(folders=Folders.locate(environ), settings=Settings(), environ=environ, stated="local")
    yield made
    from mango_skill.engine_process import EngineProcess

    EngineProcess(made.folders, made.settings, environ=environ).stop()


@pytest.fixture
def workspace(launcher: Launcher) -> Iterator[Workspace]:
    opened = launcher.workspace()
    yield opened
    opened.close()


@pytest.fixture
def footage(tmp_path: Path) -> list[Path]:
    picture, sound = tmp_path / "beach.png", tmp_path / "voice.wav"
    Image.fromarray(np.full((90, 160, 3), 120, np.uint8)).save(picture)
    with wave.open(str(sound), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        tone = np.sin(np.arange(96_000) * 2 * np.pi * 220 / 48_000) * 8000
        file.writeframes(tone.astype("<i2").tobytes())
    return [picture, sound]


def finish(workspace: Workspace, job: Any) -> Any:
    return workspace.wait(job.id, 60)


def test_the_whole_conversation_with_the_engine(
    workspace: Workspace, footage: list[Path], tmp_path: Path
) -> None:
    connection = workspace.connect()
    assert (connection.kind, connection.account) == ("engine", "local")
    assert workspace.credits().free
    project = workspace.open_project("film")
    uploaded = project.upload(footage)
    assert {one.name for one in uploaded.media} == {"beach.png", "voice.wav"}
    assert all(one.already for one in project.upload(footage).files)

    turn = finish(workspace, project.start_turn('Add the title "Urban Dreams" for 2 seconds.'))
    assert turn.result["outcome"] == "answered", turn
    assert turn.result["changed"] is True
    assert "Urban Dreams" in turn.result["summary"]
    view = project.state()
    assert view.version == turn.result["version"]
    assert view.timeline.duration > 0
    assert [one.message for one in project.history()][-1].startswith("Add the title")

    export = finish(workspace, project.start_export(path=tmp_path / "film.mp4", height=90))
    assert export.state == "done", export.error
    assert (tmp_path / "film.mp4").read_bytes()[4:8] == b"ftyp"
    assert export.result["size"] == (tmp_path / "film.mp4").stat().st_size
    assert export.result["duration_ms"] > 0

    workspace.delete("film")
    assert workspace.projects() == ()
    gone = workspace.open_project("film")
    assert gone.state().draft == {}


def test_an_engine_killed_in_mid_render_loses_nothing(
    launcher: Launcher, workspace: Workspace, footage: list[Path], tmp_path: Path
) -> None:
    project = workspace.open_project("film")
    project.upload(footage)
    assert finish(workspace, project.start_turn("Slow motion at 50 %.")).finished
    job = project.start_export(path=tmp_path / "film.mp4", height=90)
    record = workspace.context.backend.engine_record()
    os.kill(record["pid"], signal.SIGKILL)
    view = finish(workspace, job)
    assert view.finished
    if view.state != "done":
        assert view.error is not None
        assert "engine" in view.error["message"].lower()
        assert not (tmp_path / "film.mp4").exists()
    launcher.tend()
    view = finish(workspace, job)
    assert view.state == "done", view.error
    assert (tmp_path / "film.mp4").read_bytes()[4:8] == b"ftyp"
