"""Folders and settings: where things are kept, and what a user may change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from mango_skill import settings
from mango_skill.errors import ConfigurationError
from mango_skill.folders import Folders
from mango_skill.settings import Settings


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders.locate({"MANGO_HOME": str(tmp_path)})


def write(folders: Folders, text: str) -> None:
    folders.config.mkdir(parents=True, exist_ok=True)
    folders.settings_file.write_text(text, encoding="utf-8")


def test_mango_home_moves_every_folder(tmp_path: Path) -> None:
    folders = Folders.locate({"MANGO_HOME": str(tmp_path)})
    assert all(path.is_relative_to(tmp_path) for path in vars(folders).values())


def test_without_mango_home_the_client_id_lies_where_the_vendors_other_skills_look() -> None:
    assert Folders.locate({}).shared_config == Path.home() / ".config" / "nemovideo"


def test_without_a_file_the_defaults_hold(folders: Folders) -> None:
    assert settings.load(folders) == Settings()


def test_an_empty_file_changes_nothing(folders: Folders) -> None:
    write(folders, "# nothing yet\n")
    assert settings.load(folders) == Settings()


def test_what_the_file_says_takes_the_place_of_the_defaults(folders: Folders) -> None:
    write(folders, "poll_s: 5\nlinks: false\nquality: small\n")
    loaded = settings.load(folders)
    assert (loaded.poll_s, loaded.links, loaded.quality) == (5.0, False, "small")
    assert loaded.stream_limit_s == Settings().stream_limit_s


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("pol_s: 1\n", 1, "'pol_s' is not a setting"),
        ("links: true\npoll_s: soon\n", 2, "must be a number"),
        ("recovery_tries: 1.5\n", 1, "must be a whole number"),
        ("recovery_tries: 0\n", 1, "at least 1"),
        ("recovery_tries: true\n", 1, "must be a whole number"),
        ("poll_s: .nan\n", 1, "at least"),
        ("quality: lovely\n", 1, "must be one of"),
        ("links: true\nlinks: false\n", 2, "twice"),
        ("links: [\n", 2, "YAML"),
        ("- links\n", 1, "mapping"),
        ("links: !!python/object:os.system x\n", 1, "can't be read"),
    ],
)
def test_a_broken_file_is_an_error_that_names_the_line(
    folders: Folders, text: str, line: int, word: str
) -> None:
    write(folders, text)
    with pytest.raises(ConfigurationError) as caught:
        settings.load(folders)
    assert word in caught.value.message
    assert f"line {line}:" in caught.value.message
    assert caught.value.hint


def test_the_published_schema_accepts_the_defaults_and_refuses_unknown_keys() -> None:
    schema = settings.schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    assert validator.is_valid(json.loads(json.dumps(vars(Settings()))))
    assert not validator.is_valid({"unknown": 1})
