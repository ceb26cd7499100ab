"""The wire is spelled out in one room."""

from __future__ import annotations

from typing import Any

from mango_skill.protocol import constants, endpoints

DRAFT_KEYS = {"tt", "sg"}
"""The draft's short keys that can't be mistaken for anything else."""


def test_no_other_room_spells_out_a_path_a_header_or_a_draft_key(modules: Any) -> None:
    words = _paths() | _headers() | DRAFT_KEYS | {constants.APP_NAME, constants.DEFAULT_API_URL}
    wrong = [
        f"{module.place}:{line} {text!r}"
        for module in modules
        if module.room != "protocol"
        for text, line in module.strings()
        if text in words
    ]
    assert wrong == []


def _paths() -> set[str]:
    known = [one for one in vars(endpoints).values() if isinstance(one, endpoints.Endpoint)]
    templates = {one.template for one in known}
    return templates | {template.split("{")[0] for template in templates}


def _headers() -> set[str]:
    named = {value for name, value in vars(constants).items() if name.endswith("_HEADER")}
    return {*named, constants.RETRY_AFTER, constants.EVENT_STREAM}
