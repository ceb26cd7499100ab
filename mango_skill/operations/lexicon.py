"""Words and values of the vocabulary, read from the two tables and made searchable."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_ENDING = "(?:e?s|e?d|ing|[bdgmnprt]ing|[bdgmnprt]ed)?"
_GAP = r"[^,;.!?，。；！？\n]{1,40}?"
_LATIN = re.compile(r"[a-z0-9]")


@dataclass(frozen=True)
class Table:
    """Words that mean values: ``pattern`` finds one, ``meanings`` has one group name for each value."""

    pattern: re.Pattern[str]
    meanings: Mapping[str, str]

    def find(self, text: str, start: int = 0) -> tuple[str, re.Match[str]] | None:
        """Return the first value named in a text, the longest name winning, and where it stands."""
        match = self.pattern.search(text, start)
        return (self._meaning(match), match) if match else None

    def find_all(self, text: str) -> list[str]:
        """Return all values named in a text in order, each once."""
        found: list[str] = []
        for match in self.pattern.finditer(text):
            value = self._meaning(match)
            if value not in found:
                found.append(value)
        return found

    def _meaning(self, match: re.Match[str]) -> str:
        return self.meanings[match.lastgroup or ""]


@cache
def concept(name: str) -> re.Pattern[str]:
    """Return the pattern of a concept of ``words.json``."""
    return _compile_words(read_data("words.json")[name])


@cache
def table(name: str) -> Table:
    """Return a table of ``values.json``."""
    entries = [
        (phrase, value) for value, phrases in read_data("values.json")[name].items() for phrase in phrases
    ]
    entries.sort(key=lambda entry: -len(entry[0]))
    meanings: dict[str, str] = {}
    latin: list[str] = []
    chinese: list[str] = []
    for number, (phrase, value) in enumerate(entries):
        group = f"v{number}"
        meanings[group] = value
        bodies = latin if _LATIN.match(phrase[0].lower()) else chinese
        bodies.append(f"(?P<{group}>{_phrase_body(phrase)})")
    # A word can only begin at the edge of a word, a Chinese one only at a character that is not ASCII.
    parts = [f"(?<![a-z])(?=[a-z0-9])(?:{'|'.join(latin)})(?![a-z])"] if latin else []
    parts += [f"(?=[^\\x00-\\x7f])(?:{'|'.join(chinese)})"] if chinese else []
    return Table(re.compile("|".join(parts)), meanings)


def find_position(text: str) -> str | None:
    """Return the place in the picture that a text names; a corner wins over an edge."""
    found = table("corners").find(text) or table("positions").find(text)
    return found[0] if found else None


@cache
def pattern(source: str) -> re.Pattern[str]:
    """Compile a rule's own pattern once."""
    return re.compile(source)


def phrase_pattern(phrase: str) -> str:
    """Return the expression for a phrase of the tables."""
    body = _phrase_body(phrase)
    return f"(?<![a-z]){body}(?![a-z])" if _LATIN.match(phrase[0].lower()) else body


def _phrase_body(phrase: str) -> str:
    body = re.escape(phrase.lower())
    if not _LATIN.match(phrase[0].lower()):
        return body.replace("…", ".{0,4}")
    return body.replace(r"\*", _ENDING).replace(r"\ …\ ", rf"\ {_GAP}\ ").replace(r"\ ", "[ -]")


def _compile_words(phrases: list[str]) -> re.Pattern[str]:
    ordered = sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase))
    chinese = [p for p in ordered if not _LATIN.match(p[0].lower())]
    latin = [p for p in ordered if _LATIN.match(p[0].lower())]
    parts: list[str] = []
    if latin:
        parts.append(f"(?<![a-z])(?=[a-z0-9])(?:{'|'.join(map(_phrase_body, latin))})(?![a-z])")
    if chinese:
        parts.append(f"(?=[^\\x00-\\x7f])(?:{'|'.join(map(_phrase_body, chinese))})")
    return re.compile("|".join(parts))


@cache
def read_data(name: str) -> Mapping[str, Any]:
    """Read one of this package's tables."""
    text = files("mango_skill.operations").joinpath(name).read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def command_words() -> tuple[Mapping[int, tuple[str, ...]], frozenset[str]]:
    """Return the English words that a slip may have meant, by length, and all words that are no slip."""
    spelling = read_data("spelling.json")
    known: set[str] = set(spelling["known"]) | set(spelling["slips"].values())
    commands: set[str] = set(spelling["commands"])
    for phrases in read_data("words.json").values():
        for phrase in phrases if isinstance(phrases, list) else ():
            for word in re.findall(r"[a-z]+\*?", phrase.lower()):
                stem = word.rstrip("*")
                known.add(stem)
                if word.endswith("*"):
                    known |= {
                        stem + ending
                        for ending in ("s", "es", "d", "ed", "ing", stem[-1] + "ing", stem[-1] + "ed")
                    }
    for values in read_data("values.json").values():
        for phrases in values.values() if isinstance(values, dict) else ():
            for phrase in phrases:
                known |= set(re.findall(r"[a-z]+", phrase.lower()))
    known |= commands
    by_length: dict[int, tuple[str, ...]] = {}
    for word in sorted(commands):
        by_length[len(word)] = (*by_length.get(len(word), ()), word)
    return by_length, frozenset(known)
