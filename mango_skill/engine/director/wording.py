"""Facts into the user's words. The words stand in ``words_*.json``, where a translator can edit them."""

from __future__ import annotations

import json
import string
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from mango_skill.engine.director.asked import Json

FALLBACK = "en"
LONGEST_VALUE = 80
LONGEST_LIST = 400


@cache
def words(language: str) -> Mapping[str, Any]:
    """Return the table of a language; one whose edits are not read has English with a few sentences of its own."""
    name = language.split("-", maxsplit=1)[0].casefold()
    if name in ("en", "zh"):
        return _table(name)
    english = _table(FALLBACK)
    return {**english, "frame": {**english["frame"], **_table("elsewhere").get(name, {})}}


def _table(name: str) -> Mapping[str, Any]:
    file = resources.files("mango_skill.engine.director") / f"words_{name}.json"
    table: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return table


def say(language: str, section: str, key: str, facts: Mapping[str, Json] | None = None) -> str:
    """Return a clause or sentence with its facts filled in.

    In a template ``{x:s}`` writes milliseconds as seconds, ``{n:#pause|pauses}`` a number with the right
    form, ``{w:w}`` a word of the vocabulary in the user's language, ``{o:or}`` a list of choices.
    """
    table = words(language)
    template = table[section].get(key) or words(FALLBACK)[section].get(key) or key.replace("_", " ")
    return _Filler(table).vformat(template, (), facts or {})


def say_clause(language: str, key: str, facts: Mapping[str, Json]) -> str:
    """Return a clause on what was done, with the clip or range it was done to."""
    clause = say(language, "done", key, facts)
    there = facts.get("there")
    if isinstance(there, Mapping):
        clause += say(language, "frame", "in_clip" if "clip" in there else "in_range", there)
    return clause


def seconds(ms: int) -> str:
    """Write milliseconds as seconds, with as many decimals as they have, at most two."""
    return f"{ms / 1000:.2f}".rstrip("0").rstrip(".")


def shorten(text: str, longest: int = LONGEST_VALUE) -> str:
    """Return a text on one line, no longer than ``longest``."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


class _Filler(string.Formatter):
    def __init__(self, table: Mapping[str, Any]) -> None:
        self._table = table

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return kwargs.get(str(key), "")

    def format_field(self, value: Any, format_spec: str) -> Any:
        if format_spec == "s" and isinstance(value, int | float):
            return f"{seconds(round(value))}{self._table['unit_s']}"
        if format_spec.startswith("#"):
            one, _, many = format_spec[1:].partition("|")
            return f"{value} {one if value == 1 else many or one}".strip()
        if format_spec == "w":
            term = str(value).replace(" ", "_")
            return shorten(str(self._table["terms"].get(term, term.replace("_", " "))))
        if format_spec == "or":
            return self._choices(value)
        if isinstance(value, float):
            return f"{value:g}"
        if isinstance(value, list | tuple):
            return self._table["comma"].join(shorten(str(one)) for one in value)
        return shorten(str(value), LONGEST_LIST if ", " in str(value) else LONGEST_VALUE)

    def _choices(self, value: Any) -> str:
        said = [f"“{shorten(str(one), 40)}”" for one in list(value)[:6]]
        if len(said) < 2:
            return "".join(said)
        return f"{self._table['comma'].join(said[:-1])}{self._table['or']}{said[-1]}"
