"""Which backend does the work."""

from __future__ import annotations

from pathlib import Path

import pytest

from mango_skill.cli.exits import EXIT_CODES, exit_code
from mango_skill.errors import ConfigurationError, MangoError, MediaError
from mango_skill.folders import Folders
from mango_skill.launch import Launcher, choose_backend, open_skill, project_for_folder
from mango_skill.settings import Settings


@pytest.mark.parametrize(
    ("stated", "environ", "remembered", "engine_there", "chosen"),
    [
        ("auto", {}, None, True, "local"),
        ("auto", {"NEMO_TOKEN": "x"}, None, True, "cloud"),
        ("auto", {"NEMO_API_URL": "https://example.com"}, None, True, "cloud"),
        ("auto", {}, "cloud", True, "cloud"),
        ("auto", {}, "local", True, "local"),
        ("auto", {"NEMO_TOKEN": "x"}, "local", True, "local"),
        ("auto", {"NEMO_TOKEN": ""}, None, True, "local"),
        ("local", {"NEMO_TOKEN": "x"}, "cloud", True, "local"),
        ("cloud", {}, "local", True, "cloud"),
        ("cloud", {}, None, False, "cloud"),
        ("auto", {"NEMO_TOKEN": "x"}, "local", False, "cloud"),
    ],
)
def test_the_backend_follows_word_environment_memory_and_packages_in_this_order(
    stated: str, environ: dict[str, str], remembered: str | None, engine_there: bool, chosen: str
) -> None:
    assert choose_backend(stated, environ=environ, remembered=remembered, engine_there=engine_there) == chosen


def test_with_nothing_set_up_both_commands_are_named() -> None:
    with pytest.raises(ConfigurationError) as caught:
        choose_backend("auto", environ={}, remembered=None, engine_there=False)
    assert caught.value.code == "needs_choice"
    assert "connect --backend cloud" in caught.value.hint
    assert "scripts/mango.py" in caught.value.hint


@pytest.mark.parametrize("stated", ["local", "remote"])
def test_a_choice_that_can_not_be_used_is_said(stated: str) -> None:
    with pytest.raises(ConfigurationError):
        choose_backend(stated, environ={}, remembered=None, engine_there=False)


def test_a_choice_is_remembered_by_later_processes_until_it_is_forgotten(tmp_path: Path) -> None:
    folders = Folders.locate({"MANGO_HOME": str(tmp_path)})

    def fresh() -> Launcher:
        return Launcher(folders=folders, settings=Settings(), environ={})

    fresh().choose("cloud")
    assert fresh().choice() == "cloud"
    fresh().choose("local")
    assert fresh().choice() == "local"
    launcher = fresh()
    launcher.choose("auto")
    assert fresh().remembered() is None


def test_two_folders_of_one_name_have_two_projects() -> None:
    first, second = project_for_folder(Path("/a/My Films")), project_for_folder(Path("/b/My Films"))
    assert first.startswith("my-films-")
    assert first != second
    assert project_for_folder(Path("/a/My Films")) == first


def test_a_failure_of_the_skill_is_a_reply_not_an_exception(tmp_path: Path) -> None:
    environ = {"MANGO_HOME": str(tmp_path), "NEMO_API_URL": "http://example.com"}
    reply = open_skill(project="p", environ=environ).handle("export as mp4")
    assert reply.ok is False
    assert "encrypted" in reply.text


def test_every_kind_of_failure_has_an_exit_code_of_its_own() -> None:
    assert len(set(EXIT_CODES.values())) == len(EXIT_CODES)
    assert 0 not in EXIT_CODES.values()

    class CodecError(MediaError):
        pass

    assert exit_code(CodecError("x")) == EXIT_CODES[MediaError]
    assert exit_code(MangoError("x")) == 1
