"""Who may know whom: held on the syntax tree, imports inside functions included.

Each rule is a function that returns what breaks it; below, each is shown a source that breaks it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

import mango_skill

ORDER = (
    "packed",
    "errors",
    "version",
    "actions",
    "document",
    "folders",
    "scrub",
    "loopback",
    "timeline",
    "language",
    "operations",
    "protocol",
    "settings",
    "manifest",
    "client",
    "engine",
    "router",
    "replies",
    "tools",
    "skill",
    "engine_process",
    "launch",
    "hosts",
    "cli",
    "__main__",
)
"""The rooms, lowest first. The package's own file names doors of several rooms and loads none by itself."""

STARTED = {("engine_process", "mango_skill.engine")}
"""Who starts another room as a program and so names it."""

PURE = ("timeline", "language", "operations", "protocol", "router", "replies")
GENERATORS = {"mango_skill/operations/schema.py"}
"""Programs that write files of the project; nothing else imports them."""
LOOKING_INWARD = {
    "__future__",
    "bisect",
    "collections",
    "dataclasses",
    "difflib",
    "email.utils",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "hmac",
    "importlib",
    "importlib.resources",
    "itertools",
    "json",
    "math",
    "re",
    "types",
    "typing",
    "unicodedata",
    "urllib.parse",
}
"""What a pure room may import of the standard library: values and text, no clock, no chance, no files, no line."""
DOING = {
    "__import__",
    "breakpoint",
    "eval",
    "exec",
    "input",
    "open",
    "print",
    "write_bytes",
    "write_text",
}
"""Calls that reach outside without an import. Tables of the room itself are read with ``importlib.resources``."""
LONGEST_LINES = 400
LONG_ONES = {
    "mango_skill/language/quotes.py",
    "mango_skill/operations/amounts.py",
    "mango_skill/operations/rules/clips.py",
    "mango_skill/operations/rules/graphics.py",
}
"""Modules that are longer as yet; a name goes when its module is cut, none comes."""

Rule = Callable[[Iterable[Any]], list[str]]


def imports_upward(modules: Iterable[Any]) -> list[str]:
    """Imports of a room above."""
    return [
        f"{module.place}:{one.line} imports {one.target}"
        for module in modules
        if module.room != "__init__"
        for one in module.imports()
        if (room := room_of(one.target)) and ORDER.index(room) > ORDER.index(module.room)
    ]


def imports_of_the_sister(modules: Iterable[Any]) -> list[str]:
    """Imports between client and engine."""
    sisters = {"client": "engine", "engine": "client"}
    return [
        f"{module.place}:{one.line} imports {one.target}"
        for module in modules
        for one in module.imports()
        if module.room in sisters and room_of(one.target) == sisters[module.room]
    ]


def imports_of_the_engine(modules: Iterable[Any]) -> list[str]:
    """Imports of the engine by others; it is started, not imported."""
    return [
        f"{module.place}:{one.line} imports {one.target}"
        for module in modules
        for one in module.imports()
        if module.room not in ("engine", "__init__")
        and room_of(one.target) == "engine"
        and (module.room, one.target) not in STARTED
    ]


def imports_of_the_whole_package(modules: Iterable[Any]) -> list[str]:
    """``import mango_skill``, which opens every room by an attribute."""
    return [
        f"{module.place}:{one.line}"
        for module in modules
        for one in module.stated_imports()
        if one.target == "mango_skill" and (not one.names or "*" in one.names)
    ]


def private_names(modules: Iterable[Any]) -> list[str]:
    """Private names of another room."""
    return [
        f"{module.place}:{one.line} {one.target} {name}"
        for module in modules
        for one in module.imports()
        if (room := room_of(one.target)) and room != module.room
        for name in (*one.target.split("."), *one.names)
        if name.startswith("_") and not name.startswith("__")
    ]


def input_and_output(modules: Iterable[Any]) -> list[str]:
    """What a pure room does besides thinking."""
    pure = [module for module in modules if module.room in PURE and module.place not in GENERATORS]
    imported = [
        f"{module.place}:{one.line} imports {one.target}"
        for module in pure
        for one in module.imports()
        if not one.target.startswith("mango_skill") and not _looks_inward(one)
    ]
    done = [
        f"{module.place}:{line} {name}()" for module in pure for name, line in module.calls() if name in DOING
    ]
    return imported + done


def imports_of_pyav(modules: Iterable[Any]) -> list[str]:
    """PyAV outside of the engine."""
    return [
        f"{module.place}:{one.line}"
        for module in modules
        for one in module.imports()
        if one.target.split(".")[0] == "av" and module.room != "engine"
    ]


@pytest.mark.parametrize(
    "rule",
    [
        imports_upward,
        imports_of_the_sister,
        imports_of_the_engine,
        imports_of_the_whole_package,
        private_names,
        input_and_output,
        imports_of_pyav,
    ],
)
def test_the_house_breaks_no_rule(rule: Rule, modules: Any) -> None:
    assert rule(modules) == []


@pytest.mark.parametrize(
    ("rule", "place", "text"),
    [
        (imports_upward, "router/new.py", "from mango_skill import MangoSkill"),
        (imports_upward, "client/new.py", "def f():\n    from mango_skill.tools import call"),
        (imports_upward, "timeline/new.py", "from ..protocol import draft"),
        (imports_upward, "client/new.py", 'importlib.import_module("mango_skill.tools.registry")'),
        (imports_of_the_sister, "client/new.py", 'importlib.import_module("mango_skill.engine.service")'),
        (imports_of_the_sister, "engine/new.py", "import mango_skill.client.api"),
        (imports_of_the_engine, "cli/new.py", '__import__(f"mango_skill.engine.{name}")'),
        (imports_of_the_engine, "launch.py", "from mango_skill.engine import service"),
        (imports_of_the_whole_package, "client/new.py", "import mango_skill"),
        (private_names, "cli/new.py", "from mango_skill.tools.sending import _Walk"),
        (input_and_output, "router/new.py", "import os"),
        (input_and_output, "router/new.py", "import urllib.request"),
        (input_and_output, "router/new.py", "from urllib import request"),
        (input_and_output, "replies/new.py", "import time"),
        (input_and_output, "operations/new.py", "from random import choice"),
        (input_and_output, "protocol/new.py", "from datetime import datetime"),
        (input_and_output, "language/new.py", "open('table.json')"),
        (input_and_output, "timeline/new.py", "import requests"),
        (input_and_output, "timeline/new.py", "path.write_text('')"),
        (imports_of_pyav, "client/new.py", "import av.container"),
    ],
)
def test_each_rule_sees_what_breaks_it(rule: Rule, place: str, text: str, parsed: Any) -> None:
    assert rule([parsed(text, place=f"mango_skill/{place}")]) != []


def test_every_room_has_its_place_in_the_order(modules: Any) -> None:
    rooms = {module.room for module in modules} - {"__init__"}
    assert sorted(rooms - set(ORDER)) == []


def test_no_module_is_called_after_nothing(modules: Any) -> None:
    empty_names = {"utils", "util", "helpers", "common", "misc", "manager"}
    assert [module.place for module in modules if module.path.stem in empty_names] == []


def test_modules_stay_short(modules: Any) -> None:
    long = {
        module.place
        for module in modules
        if len(module.path.read_text(encoding="utf-8").splitlines()) > LONGEST_LINES
    }
    assert sorted(long) == sorted(LONG_ONES)


def room_of(target: str) -> str | None:
    """Return the room that an import reaches; a name of the package itself leads to the room it comes from."""
    parts = target.split(".")
    if parts[0] != "mango_skill" or len(parts) < 2:
        return None
    if parts[1] in ORDER:
        return parts[1]
    if parts[1] in mango_skill.__all__ and parts[1] != "__version__":
        return (
            str(getattr(mango_skill, parts[1]).__module__.split(".")[1]) if parts[1] != "TOOLS" else "tools"
        )
    return None


def _looks_inward(one: Any) -> bool:
    """Whether an import of the standard library is of values and text only, as a whole or name by name."""
    known = any(
        one.target == name or (one.target.startswith(f"{name}.") and name == "collections")
        for name in LOOKING_INWARD
    )
    return known or (bool(one.names) and all(f"{one.target}.{name}" in LOOKING_INWARD for name in one.names))
