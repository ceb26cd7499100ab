"""Paths that can be none, and a house without its packages: one plain sentence, never our own fault."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mango_skill.errors import ArgumentError, OutputError
from mango_skill.folders import user_path

NOBODY = "~nobody-of-this-name/x.mp4"
WALL = """
import importlib.metadata, sys
for name in {blocked!r}:
    sys.modules[name] = None
known = importlib.metadata.version
def version(name):
    if name == "requests":
        raise importlib.metadata.PackageNotFoundError(name)
    return known(name)
importlib.metadata.version = version
from mango_skill.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("stated", [NOBODY, "a\0b.mp4", "half\ud800.mp4", "x" * 5000])
def test_a_name_that_no_file_can_have_is_the_callers_mistake(stated: str) -> None:
    with pytest.raises(ArgumentError) as told:
        user_path(stated)
    assert told.value.code == "bad_path"
    with pytest.raises(OutputError):
        user_path(stated, error=OutputError)


def test_a_path_is_made_absolute_and_need_not_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    assert user_path("new.mp4") == tmp_path / "new.mp4"
    assert user_path("~/new.mp4") == tmp_path / "me" / "new.mp4"


def test_nobodys_home_is_told_as_footage_and_as_output(mango: Any, media: Path) -> None:
    assert (
        "no home folder" in mango("make", str(media / "talk.mp4"), "mute it", "-o", NOBODY, expect=5).sentence
    )
    assert "no home folder" in mango("make", NOBODY, "mute it", expect=4).sentence
    assert "no home folder" in mango("upload", NOBODY, expect=4).sentence
    assert "no home folder" in mango("projects", expect=9, MANGO_HOME="~nobody-of-this-name").sentence


def test_a_path_with_a_nul_is_told_by_the_tools(mango: Any) -> None:
    for tool, arguments, code in (
        ("export_video", {"path": "a\0b.mp4"}, 5),
        ("upload_media", {"files": ["a\0b.mp4"]}, 4),
    ):
        answer = mango("call", tool, json.dumps(arguments), expect=code).answer
        assert answer["error"]["code"] == "bad_path"


def test_long_words_are_not_taken_for_a_file(mango: Any, media: Path) -> None:
    words = "please " * 700 + "mute it"
    assert "folder" in mango("make", str(media / "talk.mp4"), words, "-o", "no/where.mp4", expect=5).sentence


def test_doctor_tells_what_is_missing_and_looks_at_the_rest() -> None:
    code = WALL.format(blocked=["platformdirs", "yaml"])
    asked = [sys.executable, "-c", code, "doctor", "--backend", "cloud"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 9, done.stderr
    assert done.stderr == ""
    bad = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("BAD")]
    assert {"settings", "folders", "packages"} <= set(bad)
    assert "The package requests is not installed." in done.stdout
    assert "went wrong inside" not in done.stdout


def test_a_command_without_a_package_says_which() -> None:
    asked = [sys.executable, "-c", WALL.format(blocked=["platformdirs"]), "projects"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin"})
    assert done.returncode == 9
    assert done.stderr.startswith("mango: The package platformdirs is not installed.")
