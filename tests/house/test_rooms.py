"""Who may know whom: held on the syntax tree, imports inside functions included."""

from __future__ import annotations

from typing import Any

ORDER = (
    "errors",
    "version",
    "actions",
    "document",
    "folders",
    "scrub",
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

PURE = ("timeline", "language", "operations", "protocol", "router", "replies")
DOING = {
    "asyncio",
    "http",
    "multiprocessing",
    "requests",
    "shutil",
    "socket",
    "sqlite3",
    "subprocess",
    "tempfile",
    "threading",
}
"""Modules of somebody who does something: waits, runs, connects, stores."""


def test_every_room_has_its_place_in_the_order(modules: Any) -> None:
    rooms = {module.room for module in modules} - {"__init__"}
    assert sorted(rooms - set(ORDER)) == []


def test_a_room_imports_only_rooms_below_it(modules: Any) -> None:
    wrong = [
        f"{module.place}:{one.line} imports {one.target}"
        for module in modules
        if module.room != "__init__"
        for one in module.imports()
        if (room := _room(one.target)) and ORDER.index(room) > ORDER.index(module.room)
    ]
    assert wrong == []


def test_client_and_engine_never_meet_but_over_http(modules: Any) -> None:
    sisters = {"client": "engine", "engine": "client"}
    wrong = [
        f"{module.place}:{one.line} imports {one.target}"
        for module in modules
        for one in module.imports()
        if module.room in sisters and _room(one.target) == sisters[module.room]
    ]
    assert wrong == []


def test_nobody_above_the_engine_imports_it(modules: Any) -> None:
    wrong = [
        f"{module.place}:{one.line}"
        for module in modules
        for one in module.imports()
        if module.room != "engine" and _room(one.target) == "engine"
    ]
    assert wrong == []


def test_no_room_reaches_for_the_private_names_of_another(modules: Any) -> None:
    wrong = [
        f"{module.place}:{one.line} {one.target} {name}"
        for module in modules
        for one in module.imports()
        if (room := _room(one.target)) and room != module.room
        for name in (*one.target.split("."), *one.names)
        if name.startswith("_") and not name.startswith("__")
    ]
    assert wrong == []


def test_pure_rooms_do_no_input_or_output(modules: Any) -> None:
    wrong = [
        f"{module.place}:{one.line} imports {one.target}"
        for module in modules
        if module.room in PURE
        for one in module.imports()
        if one.target.split(".")[0] in DOING
    ]
    assert wrong == []


def test_pyav_is_imported_by_the_engine_alone(modules: Any) -> None:
    wrong = [
        f"{module.place}:{one.line}"
        for module in modules
        for one in module.imports()
        if one.target.split(".")[0] == "av" and module.room != "engine"
    ]
    assert wrong == []


def test_no_module_is_called_after_nothing(modules: Any) -> None:
    empty_names = {"utils", "util", "helpers", "common", "misc", "manager"}
    assert [module.place for module in modules if module.path.stem in empty_names] == []


def _room(target: str) -> str | None:
    parts = target.split(".")
    if parts[0] != "mango_skill" or len(parts) < 2:
        return None
    # a name of the package itself, such as its version, is no room
    return parts[1] if parts[1] in ORDER else None
