"""Where a tool call may write. The backend is never opened: what is outside is refused before any work."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mango_skill import open_skill
from mango_skill.folders import Folders
from mango_skill.tools.boundary import Boundary
from mango_skill.tools.context import ToolContext
from mango_skill.tools.registry import call


class Opened(Exception):  # noqa: N818 - not an error: the path was let through
    """The call has come as far as the backend."""


def opened() -> Any:
    """Whoever asks for the workspace has passed the boundary."""
    raise Opened


NO_BACKEND: Any = SimpleNamespace(workspace=opened)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user with a home folder; the folder for temporary files, where tests live, lies elsewhere."""
    own = tmp_path / "home"
    for folder in (own / "Videos", own / ".ssh", tmp_path / "work", tmp_path / "elsewhere"):
        folder.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(own))
    monkeypatch.setenv("USERPROFILE", str(own))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.chdir(tmp_path / "work")
    return own


def export(path: str, boundary: Boundary | None = Boundary()) -> str:  # noqa: B008 - it is frozen
    """Return the code that an export to a path ends with; empty when it was let through."""
    answer = call("export_video", {"path": path}, ToolContext(NO_BACKEND, boundary=boundary))
    error = answer["error"]
    return "" if "Opened" in error["message"] else str(error["code"])


@pytest.mark.parametrize("path", ["out.mp4", "~/out.mp4", "~/Videos/out.mp4", "~/Videos", "../work/out.mp4"])
@pytest.mark.usefixtures("home")
def test_a_tool_call_writes_to_the_working_folder_and_to_the_users_own(path: str) -> None:
    assert export(path) == ""


@pytest.mark.parametrize(
    "path",
    [
        "../elsewhere/x.mp4",
        "../../x.mp4",
        "/etc/x.mp4",
        "/x.mp4",
        "/usr/share",
        "~/.ssh/x.mp4",
        "~/.x.mp4",
        "~/.ssh",
        "~/AppData/Local/x.mp4",
        "../home/.ssh/x.mp4",
    ],
)
@pytest.mark.usefixtures("home")
def test_a_tool_call_writes_nowhere_else(path: str) -> None:
    assert export(path) == "output_outside"


def test_a_link_counts_as_the_place_that_it_leads_to(home: Path) -> None:
    os.symlink(home / ".ssh", "secret")
    os.symlink("../elsewhere", "outside")
    os.symlink(home / "Videos", "films")
    assert export("secret/x.mp4") == "output_outside"
    assert export("outside/x.mp4") == "output_outside"
    assert export("outside") == "output_outside"
    assert export("films/x.mp4") == ""


def test_a_working_folder_that_holds_the_home_or_the_system_allows_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home.parent)
    assert export("x.mp4") == "output_outside"
    for folder in ("/", "/usr"):
        monkeypatch.chdir(folder)
        assert export("x.mp4") == "output_outside"


def test_a_hidden_working_folder_is_one_all_the_same(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = home / ".assistant" / "workspace"
    workspace.mkdir(parents=True)
    monkeypatch.chdir(workspace)
    assert export("x.mp4") == ""
    assert export("../x.mp4") == "output_outside"


def test_the_user_allows_a_folder_in_the_settings_and_a_program_when_it_opens_the_skill(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = home.parent / "elsewhere"
    environ = {"MANGO_HOME": str(home.parent / "kept"), "MANGO_BACKEND": "nowhere"}
    arguments = {"path": str(elsewhere / "x.mp4")}

    def code(**stated: Any) -> str:
        answer = open_skill(environ=environ, **stated).call("export_video", arguments)
        return str(answer["error"]["code"])

    refused = open_skill(environ=environ).call("export_video", arguments)["error"]
    settings = Folders.locate(environ).settings_file
    assert refused["code"] == "output_outside"
    assert str(settings) in refused["hint"]
    assert code(output_folders=[elsewhere]) == "backend"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"output_folders: {json.dumps([str(elsewhere)])}\n", encoding="utf-8")
    assert code() == "backend"


@pytest.mark.usefixtures("home")
def test_a_person_at_the_terminal_writes_where_they_like() -> None:
    assert export("../elsewhere/x.mp4", None) == ""


def test_a_tool_call_replaces_only_what_an_export_wrote(home: Path) -> None:
    (home / "wedding.mp4").write_bytes(b"precious")
    arguments = {"path": str(home / "wedding.mp4"), "overwrite": True}

    jobs: list[Any] = []

    class Desk:
        """A workspace that knows jobs and opens nothing."""

        def jobs(self) -> list[Any]:
            return jobs

        def open_project(self, _: str) -> Any:
            raise Opened

    desk: Any = SimpleNamespace(workspace=Desk)
    assert call("export_video", arguments, ToolContext(desk))["error"]["code"] == "output_not_ours"
    jobs.append(SimpleNamespace(result={"path": arguments["path"], "size": 8}))
    assert "Opened" in call("export_video", arguments, ToolContext(desk))["error"]["message"]
    (home / "wedding.mp4").write_bytes(b"changed since")
    assert call("export_video", arguments, ToolContext(desk))["error"]["code"] == "output_not_ours"
