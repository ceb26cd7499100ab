"""Which errors the program tells, read from where they are raised: the words are written once, in the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).parent.parent
_TELLING: Final = ("client", "cli", "tools", "hosts", "replies", "operations")
"""Rooms whose errors reach the user as they are, besides the package's own modules; an engine's come from there."""
_BLANK: Final = "…"


@dataclass(frozen=True)
class Raised:
    """An error as it is told: its class, code, sentence and hint; what is known only later is a "…"."""

    kind: str
    code: str
    message: str
    hint: str


def codes(package: Path = _PACKAGE) -> list[Raised]:
    """Return the errors that have a code of their own, by code; of several with the same code the fullest."""
    found: dict[str, Raised] = {}
    for path in sorted(package.rglob("*.py")):
        inside = path.relative_to(package).parts
        if len(inside) > 1 and inside[0] not in _TELLING:
            continue
        for one in _raised(ast.parse(path.read_text(encoding="utf-8"))):
            there = found.get(one.code)
            if there is None or (bool(one.hint), len(one.message)) > (bool(there.hint), len(there.message)):
                found[one.code] = one
    return [found[code] for code in sorted(found)]


def _raised(tree: ast.Module) -> Iterator[Raised]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        stated = {one.arg: _text(one.value) for one in node.keywords}
        message = _text(node.args[0])
        # "error" is the parameter by which a function is told which class to raise
        if (
            _name(node.func).endswith(("Error", "error"))
            and stated.get("code")
            and message
            and _BLANK not in stated["code"]
        ):
            yield Raised(_name(node.func), stated["code"], message, stated.get("hint", ""))


def _name(function: ast.expr) -> str:
    return str(getattr(function, "id", getattr(function, "attr", "")))


def _text(value: ast.expr) -> str:
    """Return a text as it stands in the code, with a blank for each value that is put in."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    if isinstance(value, ast.JoinedStr):
        parts = [_text(one) if isinstance(one, ast.Constant) else _BLANK for one in value.values]
        return "".join(parts)
    return ""
