"""Tokens that stand for what a message names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mango_skill.language.quotes import Mentions

_TOKEN = re.compile(r"<([a-z])(\d+)>")


Match = re.Match[str]


@dataclass(frozen=True)
class Token:
    """What a mark in the annotated text stands for: its value and what the user wrote."""

    value: Any
    raw: str


@dataclass
class Annotated:
    """A message with its marks; grows while it is being marked, then is only read."""

    text: str = ""
    tokens: dict[str, Token] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)

    def put(self, kind: str, value: Any, raw: str) -> str:
        """Keep a value and return its mark."""
        number = self.counts.get(kind, 0)
        self.counts[kind] = number + 1
        key = f"{kind}{number}"
        self.tokens[key] = Token(value, self.spell(raw))
        return f"<{key}>"

    def value(self, mark: str) -> Any:
        """Return what a mark such as ``<d0>`` stands for."""
        return self.tokens[mark.strip("<> ").partition(">")[0]].value

    def spell(self, text: str) -> str:
        """Return a text with its marks replaced by what the user wrote."""
        return _TOKEN.sub(
            lambda m: self.tokens[m.group()[1:-1]].raw if m.group()[1:-1] in self.tokens else "", text
        )

    def mark(self, pattern: re.Pattern[str], kind: str, read: Callable[[Match], Any]) -> None:
        """Replace each match by a mark; a reading of None leaves the text as it is."""

        def replace(match: Match) -> str:
            value = read(match)
            if value is None:
                return match.group()
            return self.put(kind, value, match.group())

        self.text = pattern.sub(replace, self.text)


def protect(mentions: Mentions) -> Annotated:
    """Put marks in place of quotations, files and links; angle brackets of the user vanish."""
    message = Annotated()
    spans: list[tuple[int, int, str, str]] = []
    named = {(file.start, file.end) for file in mentions.files if file.quoted}
    for link in mentions.links:
        spans.append((link.start, link.end, "f", link.url))
    for file in mentions.files:
        if not file.quoted:
            spans.append((file.start, file.end, "f", file.path))
    for quote in mentions.quotes:
        kind = "f" if (quote.inner_start, quote.inner_end) in named else "q"
        spans.append((quote.start, quote.end, kind, quote.text.strip() or quote.text))
    pieces: list[str] = []
    place = 0
    for start, end, kind, value in sorted(spans):
        if start < place:
            continue
        pieces.append(_plain(mentions.text[place:start]))
        pieces.append(message.put(kind, value, mentions.text[start:end]) if value else " ")
        place = end
    pieces.append(_plain(mentions.text[place:]))
    message.text = "".join(pieces)
    return message


def _plain(text: str) -> str:
    return text.replace("<", " ").replace(">", " ")


def tidy(value: float) -> int | float:
    """Return 3 for 3.0 and numbers without the noise of binary fractions."""
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded
