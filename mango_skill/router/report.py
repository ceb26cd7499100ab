"""How well labelled messages are routed, by kind and by language. Pure."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mango_skill.errors import ArgumentError
from mango_skill.router.decision import route
from mango_skill.router.model import to_json

_MOST_ERRORS = 200


@dataclass(frozen=True)
class Verdict:
    """One labelled message and what it was routed to; ``then_right`` is None where none was expected."""

    text: str
    language: str
    hard: bool
    expected: str
    got: str
    right: bool
    then_right: bool | None
    reason: str


def read_rows(lines: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    """Read labelled lines (JSON objects with ``text`` and ``action``); raises ArgumentError with the line."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise ArgumentError(f"Line {number} is not JSON.", hint="Give one JSON object a line.") from error
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise ArgumentError(f'Line {number} has no "text".', hint='Write {"text": ..., "action": ...}.')
        yield row


def measure(rows: Iterable[Mapping[str, Any]]) -> list[Verdict]:
    """Route every row and compare it with its label; ``alt`` counts as right."""
    verdicts = []
    for row in rows:
        answer = to_json(route(row["text"], tuple(row.get("files", ()))))
        expected = [row.get("action", "chat"), *row.get("alt", ())]
        then = row.get("then")
        then_right = None if not then else answer["then"] == list(then) and answer["action"] == expected[0]
        verdicts.append(
            Verdict(
                text=row["text"],
                language=row.get("lang", "?"),
                hard=bool(row.get("hard")),
                expected=expected[0] + "".join(f" > {step}" for step in then or ()),
                got=" > ".join([answer["action"], *answer["then"]]),
                right=answer["action"] in expected,
                then_right=then_right,
                reason=answer["reason"],
            )
        )
    return verdicts


def report(lines: Iterable[str]) -> str:
    """Return a text report on labelled JSON lines: shares right by kind and language, and every error."""
    verdicts = measure(read_rows(lines))
    groups: dict[str, list[bool]] = defaultdict(list)
    for one in verdicts:
        for name in ("all", "hard" if one.hard else "plain", f"language {one.language}"):
            groups[name].append(one.right)
        groups[f"action {one.expected.partition(' ')[0]}"].append(one.right)
        if one.then_right is not None:
            groups["follow-up"].append(one.then_right)
    table = [
        f"{name:<16}{sum(marks):>5} of {len(marks):<5}{_share(marks):>7}" for name, marks in _order(groups)
    ]
    return "\n".join([*table, *_list_errors(verdicts)])


def _share(marks: Sequence[bool]) -> str:
    return f"{100 * sum(marks) / len(marks):.1f} %"


def _order(groups: Mapping[str, list[bool]]) -> list[tuple[str, list[bool]]]:
    first = ["all", "plain", "hard", "follow-up"]
    return sorted(groups.items(), key=lambda item: (first.index(item[0]) if item[0] in first else 9, item[0]))


def _list_errors(verdicts: Sequence[Verdict]) -> list[str]:
    wrong = [one for one in verdicts if not one.right or one.then_right is False]
    lines = [
        f"  {one.language}{'!' if one.hard else ' '} {one.expected} <- {one.got}: {one.text[:160]!r} ({one.reason[:120]})"
        for one in wrong[:_MOST_ERRORS]
    ]
    return ["", f"{len(wrong)} wrong:", *lines] if wrong else []
