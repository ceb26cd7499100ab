"""A message read: its operations, the recipes they came from, what was not understood, and its language."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

from mango_skill.engine.director.asked import Asked
from mango_skill.language.script import detect_language
from mango_skill.operations.foreign import is_foreign
from mango_skill.operations.understanding import parse

LANGUAGES = ("en", "zh")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")


@dataclass(frozen=True)
class Reading:
    """What was understood of a message."""

    operations: tuple[Asked, ...]
    recipes: tuple[str, ...] = ()
    leftovers: tuple[str, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether something has to be asked before anything is done."""
        return any(one.name == "clarify" for one in self.operations)

    @property
    def complete(self) -> bool:
        """Whether it says what to do and leaves nothing open."""
        return bool(self.operations) and not self.asks


def read(message: str) -> Reading:
    """Understand a message. Never fails: what is not understood is left over."""
    understood = parse(message)
    return Reading(
        tuple(Asked.of(one) for one in understood.operations),
        tuple(understood.recipes),
        tuple(understood.leftovers),
    )


def with_touches(reading: Reading, message: str) -> Reading:
    """Return the reading with the small touches of its recipes that the message does not speak of itself."""
    extra: list[Asked] = []
    said = message.casefold()
    for name in reading.recipes:
        touch = _touches().get(name)
        if touch is None or any(word in said for word in touch["unless"]):
            continue
        named = {one.name for one in (*reading.operations, *extra)}
        for one in touch["operations"]:
            asked = Asked(one["op"], {key: value for key, value in one.items() if key != "op"})
            if asked.name not in named:
                extra.append(asked)
    return replace(reading, operations=(*reading.operations, *extra)) if extra else reading


@cache
def _touches() -> Mapping[str, Mapping[str, Any]]:
    file = resources.files("mango_skill.engine.director") / "recipe_touches.json"
    table: Mapping[str, Mapping[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return table


def unread_language(message: str, language: str) -> str:
    """Return the language to say in that a message was not understood: its own, where edits in it are not read."""
    return detect_language(message) if is_foreign(message) else language


def answer_language(message: str, session: str) -> str:
    """Return the language to answer in: the message's when it is clear, else the session's; English or Chinese.

    The canonical sentences of operations are English whoever sends them, yet they are words: an assistant
    that speaks another language puts the answer into it by itself.
    """
    said = detect_language(message)
    if said in LANGUAGES and (said != "en" or len(_LATIN_WORD.findall(message)) >= 2):
        return said
    base = session.split("-", maxsplit=1)[0].casefold()
    return base if base in LANGUAGES else "en"
