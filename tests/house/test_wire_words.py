"""The wire is spelled out in one room."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable
from typing import Any

import pytest

from mango_skill.protocol import bodies, constants, endpoints

READERS = ("_either", "_find")
DRAFT_KEYS = {"tt", "sg"}
"""The draft's short keys that can't be mistaken for anything else."""
OUR_OWN_WORDS = {
    "bind",
    "draft",
    "id",
    "language",
    "output",
    "parts",
    "session_id",
    "task_id",
    "text",
    "urls",
}
"""Keys of bodies that are plain words, which other rooms use for things of their own."""
STATUS_CODE = re.compile(constants.STATUS_CODE.format(r"\d{3}"))


def words_of_the_wire(modules: Iterable[Any]) -> list[str]:
    """Paths, headers, draft keys, body keys and codes that another room spells out."""
    words = _paths() | _headers() | DRAFT_KEYS | _body_keys() | _codes()
    words |= {constants.APP_NAME, constants.DEFAULT_API_URL}
    return [
        f"{module.place}:{line} {text!r}"
        for module in modules
        if module.room != "protocol"
        for text, line in module.strings()
        if text in words or STATUS_CODE.fullmatch(text)
    ]


def test_no_other_room_spells_out_a_word_of_the_wire(modules: Any) -> None:
    assert words_of_the_wire(modules) == []


@pytest.mark.parametrize(
    "word",
    [
        'path = "/run_sse"',
        'headers["X-Skill-Source"]',
        'track["sg"]',
        'body = {"new_message": {}}',
        'body.get("sessionId")',
        'Error(code="4001")',
        'problem.code == "http_404"',
        'app = "nemo_agent"',
    ],
)
def test_a_spelled_out_word_is_seen(word: str, parsed: Any) -> None:
    assert words_of_the_wire([parsed(word, place="mango_skill/client/new.py")]) != []
    assert words_of_the_wire([parsed(word, place="mango_skill/protocol/new.py")]) == []


def _paths() -> set[str]:
    known = [one for one in vars(endpoints).values() if isinstance(one, endpoints.Endpoint)]
    templates = {one.template for one in known}
    return templates | {template.split("{")[0] for template in templates}


def _headers() -> set[str]:
    named = {value for name, value in vars(constants).items() if name.endswith("_HEADER")}
    return {*named, constants.RETRY_AFTER, constants.EVENT_STREAM}


def _body_keys() -> set[str]:
    """Every key that the room of the wire writes into a body or looks up in one."""
    keys = set()
    for node in ast.walk(ast.parse(inspect.getsource(bodies))):
        if isinstance(node, ast.Dict):
            keys |= {one.value for one in node.keys if isinstance(one, ast.Constant)}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in READERS:
            keys |= {one.value for one in node.args if isinstance(one, ast.Constant)}
    assert {"new_message", "newMessage", "sessionId", "task_name"} <= keys
    return {key for key in keys if isinstance(key, str)} - OUR_OWN_WORDS


def _codes() -> set[str]:
    numbers = (
        constants.TOKEN_INVALID,
        constants.SESSION_NOT_FOUND,
        constants.OUT_OF_CREDITS,
        constants.UNSUPPORTED_MEDIA,
        constants.TOO_LARGE,
        constants.PLAN_BLOCKED,
    )
    return {str(number) for number in numbers}
