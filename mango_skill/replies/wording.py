"""The sentences of replies, per language, as data: ``wording/<language>.json``; English where one is missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources

from mango_skill.language.script import LANGUAGES


@cache
def load_wording(language: str) -> Mapping[str, str]:
    """Return the sentences of a language, English behind them; unknown languages are English."""
    english = _read("en")
    return english if language == "en" or language not in LANGUAGES else {**english, **_read(language)}


def say(language: str, key: str, **values: object) -> str:
    """Return one sentence with its values filled in."""
    return load_wording(language)[key].format(**values)


def has(language: str, key: str) -> bool:
    """Tell whether a sentence exists."""
    return key in load_wording(language)


def _read(name: str) -> dict[str, str]:
    path = resources.files(__package__) / "wording" / f"{name}.json"
    data: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return data
