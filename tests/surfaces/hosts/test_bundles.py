"""Bundles: what each kind of host takes, and that it runs from wherever it is copied to."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mango_skill import packed
from mango_skill.manifest import Manifest

ROOT = Path(__file__).parent.parent.parent.parent

KINDS = ("clawhub", "plugin", "claude", "cursor")
MANIFESTS = {
    "plugin": ("plugin.json", "mcp.json", "PLUGIN_ROOT"),
    "claude": (".claude-plugin/plugin.json", ".mcp.json", "CLAUDE_PLUGIN_ROOT"),
    "cursor": (".cursor-plugin/plugin.json", "mcp.json", "CURSOR_PLUGIN_ROOT"),
}
PROGRAMS = Path(sys.executable).parent


def skill_of(bundled: Path, kind: str) -> Path:
    return skill_in(bundled / kind / "mango-ai", kind)


def skill_in(folder: Path, kind: str) -> Path:
    return folder if kind == "clawhub" else folder / "skills" / "mango-ai"


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.parametrize("kind", KINDS)
def test_the_reference_validator_takes_the_skill_of_every_bundle(bundled: Path, kind: str) -> None:
    command = [str(PROGRAMS / "agentskills"), "validate", str(skill_of(bundled, kind))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("kind", "seen_as"),
    [
        ("clawhub", "agentskills"),
        ("plugin", "agent-plugin"),
        ("claude", "single-plugin"),
        ("cursor", "cursor-plugin"),
    ],
)
def test_the_linter_knows_each_bundle_and_finds_nothing(bundled: Path, kind: str, seen_as: str) -> None:
    command = [str(PROGRAMS / "skillsaw"), "lint", "--format", "json", "--fail-on", "info"]
    done = subprocess.run(
        [*command, str(bundled / kind / "mango-ai")], capture_output=True, text=True, check=False
    )
    found = json.loads(done.stdout)
    assert seen_as in found["stats"]["repo_types"]
    assert found["violations"] == []
    assert (found["summary"]["errors"], found["summary"]["warnings"], found["summary"]["info"]) == (0, 0, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_bundle_keeps_within_what_hosts_take(bundled: Path, kind: str) -> None:
    files = contents(bundled / kind / "mango-ai")
    assert len(files) < 256
    assert sum(map(len, files.values())) < 8 * 1024 * 1024
    # only texts, so that whoever installs it can read all of it
    for place, data in files.items():
        assert data.decode("utf-8") is not None, place
    shipped = {place.split("/")[0] for place in contents(skill_of(bundled, kind))}
    assert shipped & {"tests", "benchmarks", "examples"} == set()
    assert ".clawhubignore" in shipped


def test_an_installed_package_has_all_that_bundles_are_made_of(bundled: Path) -> None:
    """What pip puts beside the package is what a bundle ships beside it."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    stated = build["tool"]["setuptools"]["data-files"]
    installed = {
        path.relative_to(ROOT).as_posix()
        for patterns in stated.values()
        for pattern in patterns
        for path in ROOT.glob(pattern)
    }
    shipped = contents(bundled / "clawhub" / "mango-ai")
    assert installed == {place for place in shipped if not place.startswith("mango_skill/")}
    for folder, patterns in stated.items():
        inside = folder.removeprefix("share/mango-skill").strip("/")
        assert {str(Path(pattern).parent).strip(".") for pattern in patterns} == {inside}


def test_a_bundle_holds_every_module_and_table_of_the_package_unchanged(bundled: Path) -> None:
    there = contents(bundled / "clawhub" / "mango-ai" / "mango_skill")
    for place in list(there):
        if place.startswith("rooms/"):
            folder = place.removeprefix("rooms/").removesuffix(".py").replace(".", "/")
            modules = packed.unpack(there.pop(place).decode("utf-8"))
            there |= {f"{folder}/{name}.py": text.encode("utf-8") for name, text in modules.items()}
    assert there == contents(ROOT / "mango_skill")


@pytest.mark.parametrize("kind", sorted(MANIFESTS))
def test_a_plugin_says_what_the_skill_says_and_starts_its_own_server(bundled: Path, kind: str) -> None:
    folder = bundled / kind / "mango-ai"
    about, servers, root = MANIFESTS[kind]
    stated: dict[str, Any] = json.loads((folder / about).read_text(encoding="utf-8"))
    skill = Manifest.load(skill_of(bundled, kind), environ={})
    assert (stated["name"], stated["version"], stated["description"]) == (
        skill.name,
        skill.version,
        skill.description,
    )
    (server,) = json.loads((folder / servers).read_text(encoding="utf-8"))["mcpServers"].values()
    program, verb = server["args"]
    assert verb == "mcp"
    assert Path(program.replace(f"${{{root}}}", str(folder))).is_file()


def test_the_portable_plugin_holds_no_key_beyond_its_schema(bundled: Path) -> None:
    stated = json.loads((bundled / "plugin" / "mango-ai" / "plugin.json").read_text(encoding="utf-8"))
    allowed = {
        "$schema",
        "name",
        "version",
        "description",
        "author",
        "homepage",
        "repository",
        "license",
        "keywords",
    }
    assert set(stated) <= allowed
    assert stated["$schema"] == "https://agent-plugins.org/schemas/1.0.0/plugin.schema.json"


def test_the_same_source_makes_the_same_bytes(
    bundled: Path, bundle: Callable[..., None], tmp_path: Path
) -> None:
    bundle(tmp_path, "--kind", "all")
    for kind in KINDS:
        assert contents(tmp_path / kind) == contents(bundled / kind)


def test_a_bundle_makes_the_same_bundle(bundled: Path, newcomer: Any, tmp_path: Path) -> None:
    skill = skill_of(bundled, "clawhub")
    newcomer.mango(skill, "bundle", str(tmp_path), "--kind", "cursor")
    assert contents(tmp_path / "cursor") == contents(bundled / "cursor")


def test_a_bundle_is_not_replaced_unasked_and_other_folders_never(
    bundle: Callable[..., None], mango: Any
) -> None:
    target = mango.folder / "clawhub" / "mango-ai"
    target.mkdir(parents=True)
    (target / "mine.txt").write_text("mine", encoding="utf-8")
    done = mango("bundle", ".", "--kind", "clawhub", "--overwrite", "--json", expect=5)
    assert done.answer["error"]["code"] == "foreign_folder"
    assert contents(target) == {"mine.txt": b"mine"}
    (target / "mine.txt").unlink()
    target.rmdir()
    mango("bundle", ".", "--kind", "clawhub")
    (target / "SKILL.md").write_text("changed", encoding="utf-8")
    assert mango("bundle", ".", "--kind", "clawhub", "--json", expect=5).answer["error"]["code"] == (
        "output_exists"
    )
    mango("bundle", ".", "--kind", "clawhub", "--overwrite")
    assert (target / "SKILL.md").read_text(encoding="utf-8") != "changed"
    assert [path.name for path in target.parent.iterdir()] == ["mango-ai"]


@pytest.mark.parametrize("kind", ["clawhub", "claude"])
def test_a_copied_bundle_makes_a_video_with_nothing_but_python(
    bundled: Path, newcomer: Any, media: Path, tmp_path: Path, kind: str
) -> None:
    place = tmp_path / "ein Ordner mit Leerzeichen & Ümläuten 视频"
    shutil.copytree(bundled / kind / "mango-ai", place / "mango-ai")
    skill = skill_in(place / "mango-ai", kind)
    assert newcomer.mango(skill, "--help").startswith("usage: mango")
    made = newcomer.answer(
        skill, "make", str(media / "silent.mp4"), "keep the first second", "-o", "out.mp4", folder=tmp_path
    )
    assert Path(made["path"]) == tmp_path / "out.mp4"
    assert made["size"] == (tmp_path / "out.mp4").stat().st_size
