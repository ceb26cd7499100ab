"""Slips of the keyboard in command words: one or two letters wrong, missing, doubled or swapped."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

_WORD = re.compile(r"(?<![a-z<0-9_@#.'’-])[a-z]{3,14}(?![a-z>0-9_@.'’-])")
MOST_CORRECTIONS = 40


def correct(
    text: str, *, commands: Mapping[int, Collection[str]], known: Collection[str], slips: Mapping[str, str]
) -> str:
    """Replace misspelt command words of a lower-case text.

    ``commands`` has the words that may be meant, by length; ``known`` words are left alone; ``slips`` are
    fixed corrections. Only the first forty unknown words are looked at.
    """
    budget = MOST_CORRECTIONS

    def replace(match: re.Match[str]) -> str:
        nonlocal budget
        word = match.group()
        if word in known:
            return word
        if word in slips:
            return slips[word]
        if _stem_known(word, known):
            return word
        if len(word) < 4 or budget <= 0:
            return word
        budget -= 1
        return _closest(word, commands) or word

    return _WORD.sub(replace, text)


def _stem_known(word: str, known: Collection[str]) -> bool:
    for ending in ("s", "es", "ed", "d", "ing", "er", "ly", "r", "est"):
        stem = word.removesuffix(ending)
        if stem != word and (stem in known or (ending == "ing" and stem + "e" in known)):
            return True
    return False


def _closest(word: str, commands: Mapping[int, Collection[str]]) -> str | None:
    allowed = 2 if len(word) >= 8 else 1
    best: str | None = None
    best_distance = allowed + 1
    for length in range(len(word) - allowed, len(word) + allowed + 1):
        for candidate in commands.get(length, ()):
            if candidate[0] != word[0] and (len(word) < 5 or sorted(candidate) != sorted(word)):
                continue
            if len(word) == 4 and not (len(candidate) == 4 and sorted(candidate) == sorted(word)):
                continue
            distance = edit_distance(word, candidate, most=best_distance - 1)
            if distance < best_distance:
                best, best_distance = candidate, distance
    return best


def edit_distance(one: str, other: str, *, most: int) -> int:
    """Count the letters to insert, delete, change or swap with a neighbour; ``most`` + 1 means more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        oldest, before, row = before, row, [i]
        for j, b in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, oldest[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
