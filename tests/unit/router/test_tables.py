"""The tables are data that a translator can edit: checked by a schema, every rule proven by its cases."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from mango_skill.errors import ArgumentError
from mango_skill.language.script import LANGUAGES
from mango_skill.router import report, route
from mango_skill.router.tables import compile_table, load_table, read_json

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "schemas" / "router.schema.json").read_text(encoding="utf-8")
)
RULES = [rule for language in LANGUAGES for rule in load_table(language).rules]


@pytest.mark.parametrize("language", LANGUAGES)
def test_table_is_valid(language: str) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(read_json(language))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_fires_for_its_own_cases_and_not_for_the_others(rule: object) -> None:
    identity, weak = rule.id, rule.verdict in ("weak", "hold")  # type: ignore[attr-defined]
    assert rule.yes  # type: ignore[attr-defined]
    assert rule.no  # type: ignore[attr-defined]
    for text in rule.yes:  # type: ignore[attr-defined]
        assert identity in route(text).reason, text
    for text in rule.no:  # type: ignore[attr-defined]
        reason = route(text).reason
        assert identity not in (reason if weak else reason.partition("; besides")[0]), text


def test_unknown_word_list_is_named() -> None:
    data = {**read_json("en"), "things": ["<nonsense>"]}
    with pytest.raises(ValueError, match="nonsense"):
        compile_table(data, read_json("shared"))


def test_report_counts_by_kind_and_language_and_lists_what_is_wrong() -> None:
    lines = [
        '{"text": "export", "lang": "en", "action": "export"}',
        '{"text": "导出好了吗", "lang": "zh", "action": "export", "alt": ["state"], "hard": true}',
        '{"text": "add captions and export", "lang": "en", "action": "chat", "then": ["export"]}',
        '{"text": "louder", "lang": "en", "action": "export"}',
        "",
    ]
    said = report(lines)
    assert "all" in said.splitlines()[0]
    assert "3 of 4" in said.splitlines()[0]
    assert "language zh" in said
    assert "'louder'" in said


def test_line_that_is_not_json_is_named_with_its_number() -> None:
    with pytest.raises(ArgumentError, match="Line 2"):
        report(['{"text": "a", "action": "chat"}', "{"])


def test_router_loads_nothing_heavy() -> None:
    code = (
        "import sys; from mango_skill.router import route; route('export');"
        "print([n for n in ('requests', 'jsonschema', 'yaml', 'numpy', 'av', 'rich') if n in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "[]"


def test_first_message_of_a_process_is_as_quick_as_any_other() -> None:
    code = (
        "import time; from mango_skill.router import route\n"
        "for text in ('schick mir die fertige Datei', '导出', 'quel est mon solde', '書き出して', 'more energy'):\n"
        "    begin = time.process_time(); route(text); print(time.process_time() - begin)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    # Processor time with room for a slow machine; compiling one table alone would take longer.
    assert all(float(line) < 0.02 * 2 for line in found.stdout.split())


def test_one_message_alone_compiles_only_what_it_tries() -> None:
    code = (
        "import re, sys; from mango_skill.router.decision import route\n"
        "from mango_skill.router.tables import load_table\n"
        "route('cut the pauses and export as mp4')\n"
        "tried = [rule for rule in load_table('en').rules if rule.head and 'compiled' in vars(rule.head)]\n"
        "print(len(tried) < len(load_table('en').rules) / 2, 'compiled' in vars(load_table('zh').things))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.split() == ["True", "False"]


def test_package_itself_does_not_load_the_router() -> None:
    code = "import sys, mango_skill, mango_skill.tools; print('mango_skill.router' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "False"


def test_words_speak_only_where_no_rule_does() -> None:
    assert "words weighed" not in route("add a sunset").reason
    assert "words weighed" not in route("export").reason
