"""What the project says of itself agrees wherever it is said."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import mango_skill
from mango_skill.cli import documents
from mango_skill.cli.commands import COMMANDS, TOOL_OF_COMMAND
from mango_skill.manifest import Manifest
from mango_skill.tools import TOOLS

PUBLIC_NAMES = ["TOOLS", "MangoError", "MangoSkill", "Reply", "__version__", "open_skill"]
TOOL_NAMES = [
    "connect",
    "upload_media",
    "edit_video",
    "show_timeline",
    "check_credits",
    "export_video",
    "wait_for_job",
    "send_message",
]
SYSTEM_VARIABLES = {"HOME", "PATH", "PYTHONPATH", "XDG_CACHE_HOME"}
"""Variables of the system, which every program reads; the rest is declared in SKILL.md."""


def test_the_public_names_are_these_and_all_of_them_load() -> None:
    assert mango_skill.__all__ == PUBLIC_NAMES
    for name in PUBLIC_NAMES:
        assert getattr(mango_skill, name) is not None


def test_the_tools_are_these_eight_in_this_order() -> None:
    assert list(TOOLS) == TOOL_NAMES


def test_every_tool_has_a_command() -> None:
    assert sorted(TOOL_OF_COMMAND.values()) == sorted(TOOL_NAMES)
    assert set(TOOL_OF_COMMAND) <= set(COMMANDS)


def test_package_skill_and_header_say_the_same_version(root: Path) -> None:
    manifest = Manifest.load(root, environ={})
    assert manifest.name == "mango-ai"
    assert manifest.version == mango_skill.__version__
    assert manifest.headers()["X-Skill-Version"] == mango_skill.__version__
    build = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    assert build["tool"]["setuptools"]["dynamic"]["version"]["attr"] == "mango_skill.version.VERSION"


def generators() -> list[str]:
    """Return the generators as ``scripts/check.py`` names them, the one place that does."""
    source = (Path(__file__).parent.parent.parent / "scripts" / "check.py").read_text(encoding="utf-8")
    stated = next(
        node.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "GENERATORS"
    )
    return list(ast.literal_eval(stated))


@pytest.mark.parametrize("generator", generators())
def test_generated_files_are_current(generator: str, root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", generator, "--check"], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["commands", "tools", "exits"])
def test_a_table_of_the_readme_is_written_from_its_declaration(name: str, root: Path) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    mark = f"<!-- generated: {name} -->\n"
    assert text.count(mark) == 1
    assert documents.blocks()[name] in text
    assert documents.written(text.replace(mark, f"{mark}| something | old |\n")) == text


def test_the_formats_of_the_skill_are_written_from_their_declaration(root: Path) -> None:
    text = (root / "SKILL.md").read_text(encoding="utf-8")
    assert documents.blocks()["formats"] in text
    assert documents.written(text.replace("In: mp4", "In: old")) == text


@pytest.mark.parametrize(("pinned", "extra"), [("core", ""), ("local", "local"), ("dev", "dev")])
def test_the_pinned_lists_hold_every_declared_package(pinned: str, extra: str, root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = project["optional-dependencies"][extra] if extra else project["dependencies"]
    lines = (root / "requirements" / f"{pinned}.txt").read_text(encoding="utf-8").splitlines()
    packages = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in packages if "==" not in line] == []
    assert sorted({_name(one) for one in declared} - {_name(one) for one in packages}) == []


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9_.-]", requirement)[0].lower().replace("_", "-")


def test_every_environment_variable_that_is_read_is_declared(root: Path, modules: Any) -> None:
    pattern = re.compile(r"(MANGO|NEMO|SKILL)_[A-Z_]+")
    read = {text for module in modules for text, _ in module.strings() if pattern.fullmatch(text)}
    declared = {one["name"] for one in _openclaw(root)["envVars"]}
    assert sorted(read - declared) == []
    assert sorted(declared - read - SYSTEM_VARIABLES) == []


def test_no_secret_is_required_of_the_user(root: Path) -> None:
    stated = _openclaw(root)
    assert not any(one.get("required") for one in stated["envVars"])
    assert "env" not in stated.get("requires", {})


def test_the_description_fits_every_host_and_the_body_is_short(root: Path) -> None:
    text = (root / "SKILL.md").read_text(encoding="utf-8")
    _, front, body = text.split("---\n", 2)
    assert set(yaml.safe_load(front)) <= {
        "name",
        "description",
        "license",
        "compatibility",
        "metadata",
        "allowed-tools",
    }
    assert len(yaml.safe_load(front)["description"]) < 500
    assert 100 <= len(body.splitlines()) <= 150
    assert "## What leaves this machine" in body
    assert "{baseDir}/scripts/mango.py" in body


def test_the_readmes_first_screen_has_the_two_commands(root: Path) -> None:
    first_screen = "\n".join((root / "README.md").read_text(encoding="utf-8").splitlines()[:40])
    assert "python3 scripts/mango.py make examples/media/interview.mp4" in first_screen
    assert "python3 scripts/check.py" in first_screen
    assert "scripts/check.py" in (root / ".ci" / "run").read_text(encoding="utf-8")


def test_readme_and_skill_name_every_tool_and_command(root: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    skill = (root / "SKILL.md").read_text(encoding="utf-8")
    assert [name for name in TOOL_NAMES if name not in readme] == []
    assert [name for name in COMMANDS if f"`mango {name}" not in readme] == []
    assert [word for word in ("make", "send", "edit", "export", "wait", "state") if word not in skill] == []


def _openclaw(root: Path) -> dict[str, Any]:
    front = (root / "SKILL.md").read_text(encoding="utf-8").split("---\n")[1]
    stated: dict[str, Any] = yaml.safe_load(front)["metadata"]["openclaw"]
    return stated
