"""A message read: its operations, the recipes they came from, what was not understood, and its language."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mango_skill import operations
from mango_skill.engine.director.asked import Asked
from mango_skill.language.script import detect_language

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
    understood = operations.parse(message)
    return Reading(
        tuple(Asked.of(one) for one in understood.operations),
        tuple(understood.recipes),
        tuple(understood.leftovers),
    )


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
