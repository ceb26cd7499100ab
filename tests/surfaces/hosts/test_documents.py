"""What assistants read agrees with the program: every command, tool, error and file that is named is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mango_skill import errors
from mango_skill.cli import documents, raised
from mango_skill.cli.commands import COMMANDS, TOOL_OF_COMMAND
from mango_skill.protocol.envelope import MEANINGS
from mango_skill.tools import TOOLS

ROOT = Path(__file__).parent.parent.parent.parent
SKILL = (ROOT / "SKILL.md").read_text(encoding="utf-8")
BODY = SKILL.split("---\n", 2)[2]
REFERENCES = sorted((ROOT / "references").glob("*.md"))
READ = [ROOT / "SKILL.md", ROOT / "README.md", *REFERENCES]


def test_the_skill_opens_with_the_table_of_what_to_run_written_from_the_tools() -> None:
    opening = [line for line in BODY.splitlines() if line][:3]
    assert opening == [
        "# Mango AI: raw footage in, finished clip out",
        "## What to run",
        "<!-- generated: decisions -->",
    ]
    assert documents.blocks()["decisions"] in BODY
    rows = [line for line in BODY.splitlines() if line.startswith("| ") and "`mango " in line]
    for name, tool in TOOLS.items():
        assert tool.when, f"{name} does not say when it is called for"
        (row,) = [row for row in rows if f"| `{name}` |" in row]
        assert tool.when in row


def test_a_changed_tool_makes_the_table_stale() -> None:
    assert documents.written(SKILL) == SKILL
    old = SKILL.replace(TOOLS["export_video"].when, "says please")
    assert documents.written(old) == SKILL


@pytest.mark.parametrize("path", READ, ids=lambda path: path.name)
def test_every_command_that_is_shown_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"(?:`|^    |'|; )mango ([a-z]+)", text, re.MULTILINE)
    assert sorted(set(named) - set(COMMANDS)) == []


def test_every_reference_is_linked_from_the_skill_and_every_link_leads_somewhere() -> None:
    linked = set(re.findall(r"\]\((references/[a-z]+\.md)\)", BODY))
    assert linked == {f"references/{path.name}" for path in REFERENCES}
    for path in READ:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / link).exists(), f"{path.name} links {link}"


def test_every_error_that_the_skill_speaks_of_can_happen() -> None:
    kinds = {value.default_code for value in vars(errors).values() if _is_error(value)}
    known = {one.code for one in raised.codes()} | {str(number) for number in MEANINGS} | kinds
    table = BODY[BODY.index("| `error.code` |") :].split("\n\n")[0]
    spoken = {code for row in table.splitlines()[2:] for code in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert len(spoken) >= 14
    assert sorted(spoken - known) == []


def test_the_service_s_own_errors_all_have_an_answer_in_the_skill() -> None:
    # 400 says that the program itself made a mistake, which it mends without a word
    assert [number for number in MEANINGS if number != 400 and f"`{number}`" not in BODY] == []


def _is_error(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, errors.MangoError)


def test_the_references_hold_every_error_operation_and_setting() -> None:
    for name, block in (
        ("errors", "codes"),
        ("errors", "numbers"),
        ("errors", "exits"),
        ("formats", "formats"),
        ("operations", "operations"),
        ("settings", "settings"),
        ("hosts", "hosts"),
    ):
        text = (ROOT / "references" / f"{name}.md").read_text(encoding="utf-8")
        assert documents.blocks()[block] in text, f"{block} in {name}.md"


def test_no_document_tells_to_put_a_token_on_a_command_line() -> None:
    for path in READ:
        assert re.findall(r"--token[ =]\S", path.read_text(encoding="utf-8")) == []


def test_what_the_user_is_told_of_privacy_and_greeting_stands_in_the_skill() -> None:
    for heading in ("## First contact", "## What leaves this machine", "## What this stores"):
        assert heading in BODY
    offered = re.search(r"## First contact\n(.*?)\n## ", BODY, re.DOTALL)
    assert offered
    assert len(re.findall(r'^- ".+"$', offered[1], re.MULTILINE)) == 3


def test_every_tool_is_reached_by_a_command_of_the_table() -> None:
    assert set(TOOL_OF_COMMAND.values()) == set(TOOLS)
