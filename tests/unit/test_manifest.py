"""The manifest: identity from SKILL.md, platform from the install path."""

from __future__ import annotations

from pathlib import Path

import pytest

from mango_skill.errors import ConfigurationError
from mango_skill.manifest import Manifest

GOOD = """---
name: mango-ai
description: Edits video.
metadata:
  version: "1.2.3"
---
# Body
"""


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "SKILL.md").write_text(text, encoding="utf-8")
    return folder


def test_the_three_headers_come_from_the_frontmatter_and_the_path(tmp_path: Path) -> None:
    manifest = Manifest.load(write(tmp_path, GOOD), environ={"HOME": str(tmp_path / "home")})
    assert manifest.headers() == {
        "X-Skill-Source": "mango-ai",
        "X-Skill-Version": "1.2.3",
        "X-Skill-Platform": "unknown",
    }


def test_a_top_level_version_is_read_too(tmp_path: Path) -> None:
    text = GOOD.replace('metadata:\n  version: "1.2.3"', 'version: "0.9.0"')
    assert Manifest.load(write(tmp_path, text), environ={}).version == "0.9.0"


@pytest.mark.parametrize(
    ("below_home", "platform"),
    [
        (".clawhub/skills/mango-ai", "clawhub"),
        (".cursor/skills/mango-ai", "cursor"),
        (".cursor/mango-ai", "unknown"),
        (".cursorx/skills/mango-ai", "unknown"),
        (".openclaw/skills/mango-ai", "unknown"),
        ("work/.clawhub/mango-ai", "unknown"),
    ],
)
def test_the_platform_is_seen_from_the_install_path(tmp_path: Path, below_home: str, platform: str) -> None:
    folder = write(tmp_path / below_home, GOOD)
    assert Manifest.load(folder, environ={"HOME": str(tmp_path)}).platform == platform


def test_a_folder_that_clawhub_installed_counts_as_clawhub_wherever_it_is(tmp_path: Path) -> None:
    folder = write(tmp_path / "anywhere", GOOD)
    (folder / ".clawhub").mkdir()
    (folder / ".clawhub" / "origin.json").write_text("{}", encoding="utf-8")
    assert Manifest.load(folder, environ={"HOME": str(tmp_path / "home")}).platform == "clawhub"


def test_a_linked_skill_folder_is_known_by_the_place_of_the_link(tmp_path: Path) -> None:
    real = write(tmp_path / "code" / "mango", GOOD)
    link = tmp_path / ".cursor" / "skills" / "mango-ai"
    link.parent.mkdir(parents=True)
    link.symlink_to(real)
    assert Manifest.load(link, environ={"HOME": str(tmp_path)}).platform == "cursor"


def test_skill_source_takes_the_place_of_what_the_path_says(tmp_path: Path) -> None:
    folder = write(tmp_path / ".clawhub" / "mango-ai", GOOD)
    environ = {"HOME": str(tmp_path), "SKILL_SOURCE": "my-host"}
    assert Manifest.load(folder, environ=environ).platform == "my-host"


@pytest.mark.parametrize("stated", ["two words", "x\r\nInjected: yes", "a" * 65, "é"])
def test_a_skill_source_that_can_not_stand_in_a_header_is_refused(tmp_path: Path, stated: str) -> None:
    with pytest.raises(ConfigurationError, match="SKILL_SOURCE"):
        Manifest.load(write(tmp_path, GOOD), environ={"SKILL_SOURCE": stated})


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("", 1, "must begin"),
        ("# no frontmatter\n", 1, "must begin"),
        ("---\nname: mango-ai\n", 1, "ends the frontmatter"),
        (GOOD.replace("name: mango-ai", "name: [mango"), 3, "YAML"),
        (GOOD.replace("name: mango-ai\n", ""), 1, "'name' is missing"),
        (GOOD.replace("mango-ai", "Mango AI"), 2, "'name'"),
        (GOOD.replace("description: Edits video.", "description: 7"), 3, "must be text"),
        (GOOD.replace('"1.2.3"', "1.2"), 5, "must be text"),
        (GOOD.replace('"1.2.3"', '"new"'), 5, "not a version"),
        (GOOD.replace("name: mango-ai", "name: mango-ai\nname: other"), 3, "twice"),
        (GOOD.replace("metadata:", 'version: "2.0.0"\nmetadata:'), 6, "differ"),
    ],
)
def test_a_broken_manifest_is_an_error_that_names_the_line(
    tmp_path: Path, text: str, line: int, word: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Manifest.load(write(tmp_path, text), environ={})
    assert word in caught.value.message
    assert f"line {line}:" in caught.value.message


def test_a_missing_manifest_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Manifest.load(tmp_path, environ={})
    assert caught.value.hint
