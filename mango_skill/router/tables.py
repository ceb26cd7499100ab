"""The rule tables: one JSON file per language, for translators; a pattern is compiled when it is first tried.

A pattern is a regular expression over folded text (lower case, accents off, one space). ``<name>``
stands for a word list of the table or of ``shared.json``; word boundaries are put around each pattern
of a language that writes spaces. Form: ``schemas/router.schema.json``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Any

from mango_skill.language.quotes import FILE_FILL, LINK_FILL, QUOTE_FILL

THING_FILL = "\ue004"
SPACELESS = frozenset({"zh", "ja", "ko"})
_MACRO = re.compile(r"(?<!\?P)<([a-zA-Z_]+)>")
_BUILT_IN = {
    "QUOTE": f"{QUOTE_FILL}+",
    "FILE": f"{FILE_FILL}+",
    "LINK": f"{LINK_FILL}+",
    "THING": f"{THING_FILL}+",
    "num": r"\d+(?:[.,]\d+)?",
}


class Pattern:
    """A regular expression, compiled when it is first tried: most rules are not tried for most messages."""

    def __init__(self, source: str) -> None:
        self._source = source

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The expression itself."""
        return re.compile(self._source)


@dataclass(frozen=True)
class Rule:
    """One reason to take a clause for something.

    ``verdict`` is an action, or: hold (an export is forbidden or put off), weak (nothing is asked by
    these words alone), chat. ``opens``: may begin a clause of its own inside a sentence. ``needs``: one of these
    pieces of text has to stand in the clause for the patterns to be worth trying.
    """

    id: str
    verdict: str
    head: Pattern | None
    anywhere: Pattern | None
    unless: tuple[Pattern, ...]
    needs: tuple[str, ...]
    opens: bool
    bare: bool
    why: str
    yes: tuple[str, ...]
    no: tuple[str, ...]

    def compile(self) -> None:
        """Compile every pattern now."""
        for pattern in (self.head, self.anywhere, *self.unless):
            if pattern is not None:
                _ = pattern.compiled

    def fires(self, clause: str, head: str) -> bool:
        """Tell whether the rule holds for a clause, given whole and without its polite edges."""
        if self.needs and not any(word in clause for word in self.needs):
            return False
        if not (
            (self.head is not None and self.head.compiled.match(head))
            or (self.anywhere is not None and self.anywhere.compiled.search(clause))
        ):
            return False
        return not any(
            pattern.compiled.search(clause) or pattern.compiled.search(head) for pattern in self.unless
        )


@dataclass(frozen=True)
class Table:
    """The rules of one language, in the order in which they are tried."""

    language: str
    prefix: Pattern
    suffix: Pattern
    joints: Pattern
    things: Pattern
    subject: Pattern
    rules: tuple[Rule, ...]
    typos: frozenset[str]
    slang: Mapping[str, str]

    def compile(self) -> None:
        """Compile every pattern now."""
        for pattern in (self.prefix, self.suffix, self.joints, self.things, self.subject):
            _ = pattern.compiled
        for rule in self.rules:
            rule.compile()


@cache
def load_table(language: str) -> Table:
    """Read and compile the table of a language (a code of ``language.script.LANGUAGES``)."""
    return compile_table(read_json(language), read_json("shared"))


def read_json(name: str) -> dict[str, Any]:
    """Return the raw data of ``tables/<name>.json``."""
    path = resources.files(__package__) / "tables" / f"{name}.json"
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def compile_table(data: Mapping[str, Any], shared: Mapping[str, Any]) -> Table:
    """Turn table data into patterns; raises ``ValueError`` naming what is wrong in it."""
    language = data["language"]
    base: Mapping[str, Any] = read_json(data["extends"]) if "extends" in data else {"words": {}, "rules": []}
    words = {**shared["words"], **base["words"], **data["words"]}
    cases = data.get("cases", {})
    spaced = language not in SPACELESS

    def source(patterns: list[str]) -> str:
        bounded = (
            _bound(_expand(pattern, words)) if spaced else _expand(pattern, words) for pattern in patterns
        )
        return "(?:" + ("|".join(bounded) or "(?!)") + ")"

    def build(patterns: list[str], template: str) -> Pattern:
        return Pattern(template.replace("@", source(patterns)))

    def optional(patterns: list[str] | None) -> Pattern | None:
        return Pattern(source(patterns)) if patterns else None

    rules = tuple(
        Rule(
            id=f"{language}.{item['id']}",
            verdict=item["verdict"],
            head=optional(item.get("head")),
            anywhere=optional(item.get("anywhere")),
            # One by one: many rules share an exception, and it is compiled once.
            unless=tuple(_shared(source([pattern])) for pattern in item.get("unless", ())),
            needs=tuple(item.get("needs", ())),
            opens=item.get("opens", "head" in item and item["verdict"] != "weak"),
            bare=item.get("bare", False),
            why=item["why"],
            yes=tuple(cases.get(item["id"], item).get("yes", ())),
            no=tuple(cases.get(item["id"], item).get("no", ())),
        )
        for item in (*data["rules"], *base["rules"])
    )
    return Table(
        language=language,
        prefix=build(sorted(data["prefix"], key=len, reverse=True), r"(?:@[\s,，、]*)+"),
        suffix=build(sorted(data["suffix"], key=len, reverse=True), r"(?:[\s,，]*@)+$"),
        joints=Pattern("|".join(f"(?:{_expand(joint, words)})" for joint in data["joints"])),
        things=build(data["things"], "@"),
        subject=build(data["subject"], "@"),
        rules=rules,
        typos=frozenset(data.get("typos", ())),
        slang=dict(data.get("slang", {})),
    )


@cache
def _shared(source: str) -> Pattern:
    return Pattern(source)


def _bound(pattern: str) -> str:
    """Put word boundaries around a pattern; one that ends in a space or an end needs none there.

    Chinese, Japanese and Korean characters bound a Latin word as spaces do.
    """
    right = "" if pattern.endswith((" ", "$", ".*")) else r"(?![a-z0-9])"
    return rf"(?<![a-z0-9])(?:{pattern}){right}"


def _expand(pattern: str, words: Mapping[str, Any], depth: int = 0) -> str:
    def replace(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in _BUILT_IN:
            return _BUILT_IN[name]
        if name not in words or depth > 8:
            raise ValueError(f"the word list <{name}> is not known (in {pattern!r})")
        return "(?:" + "|".join(_expand(word, words, depth + 1) for word in words[name]) + ")"

    return _MACRO.sub(replace, pattern)
