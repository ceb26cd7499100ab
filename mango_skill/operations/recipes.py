"""Vague wishes: recipes that stand in ``recipes.json`` as data, each a list of operations and what is said of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from mango_skill.operations.checking import operation_from_json
from mango_skill.operations.clause import Clause, make
from mango_skill.operations.lexicon import phrase_pattern, read_data
from mango_skill.operations.model import Operation
from mango_skill.operations.rules.music import read_mood

# "vertical for TikTok" or "three TikToks" say exactly what is wanted; the platform's name is only the reason.
_EXACT = re.compile(
    r"(?<![a-z])(?:captions?|subtitles?|title|hashtags?|vertical|square|crop|trim|cut (?:it )?down|<n\d+> |shorten|reformat|resize|reframe|highlight|upload|post|publish|music|song)(?![a-z])|字幕|标题|竖屏|横屏|裁|条|<a\d+>|<d\d+>|音乐|配乐"
)
_PLATFORMS = frozenset({"tiktok", "reels", "shorts", "youtube"})


@dataclass(frozen=True)
class Recipe:
    """A vague wish with the operations it stands for; ``says`` tells what was chosen and how to change it."""

    name: str
    phrases: tuple[str, ...]
    operations: tuple[Operation, ...]
    says: str


@cache
def load_recipes() -> tuple[Recipe, ...]:
    """Read the recipes; their operations are checked like any other."""
    entries: Any = read_data("recipes.json")
    return tuple(
        Recipe(
            entry["name"],
            tuple(entry["phrases"]),
            tuple(operation_from_json(operation) for operation in entry["operations"]),
            entry["says"],
        )
        for entry in entries
    )


@cache
def _patterns() -> tuple[tuple[Recipe, re.Pattern[str]], ...]:
    return tuple(
        (
            recipe,
            re.compile("|".join(phrase_pattern(p) for p in sorted(recipe.phrases, key=len, reverse=True))),
        )
        for recipe in load_recipes()
    )


def read_recipe(clause: Clause) -> tuple[Recipe, list[Operation]] | None:
    """Return the recipe that a clause names, with its operations and what the clause adds to them."""
    if clause.all("q") or clause.all("f"):
        return None
    for recipe, words in _patterns():
        match = words.search(clause.text)
        if not match:
            continue
        if recipe.name in _PLATFORMS and _EXACT.search(clause.text.replace(match.group(), " ")):
            continue
        if recipe.name in ("calm", "energetic") and clause.has(
            "music", "voice", "title", "captions", "saturation", "contrast"
        ):
            continue
        if (
            recipe.name == "calm"
            and clause.says(r"节奏慢一?点") is None
            and clause.has("speed")
            and clause.says("慢放|倍速")
        ):
            continue
        if recipe.name == "cinematic" and clause.says(r"look|grade|filter|滤镜|色调"):
            continue
        if recipe.name == "trailer" and clause.says("music"):
            continue
        return recipe, _adapt(recipe, clause)
    return None


def _adapt(recipe: Recipe, clause: Clause) -> list[Operation]:
    operations = list(recipe.operations)
    mood = read_mood(clause) if clause.has("music") else None
    if mood:
        operations = [op.changed(mood=mood) if op.name == "add_music" else op for op in operations]
    names = {operation.name for operation in operations}
    ratio = clause.one("a") or ("9:16" if clause.has("vertical") else "1:1" if clause.has("square") else None)
    if ratio and "set_aspect" not in names:
        operations.append(make("set_aspect", ratio=ratio))
    if clause.has("captions") and "add_captions" not in names:
        operations.append(make("add_captions"))
    size = clause.one("s")
    if size:
        operations.append(make("set_resolution", width=size[0], height=size[1]))
    seconds = clause.one("d")
    if seconds is not None:
        operations = [op for op in operations if op.name != "set_duration"]
        if "highlight" in names:
            operations = [op.changed(seconds=seconds) if op.name == "highlight" else op for op in operations]
        else:
            operations.append(make("set_duration", seconds=seconds))
    return operations
