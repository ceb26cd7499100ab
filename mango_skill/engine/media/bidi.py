"""The order in which letters of both directions stand on a line (Unicode Standard Annex 9). Pure.

Works on clusters, so that a mark never leaves its letter. Explicit embeddings are not known here: ``clean_text``
takes them out; the marks LRM, RLM and ALM count.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

#: They turn the neutral characters beside them and are not drawn.
DIRECTION_MARKS: Final = frozenset("\u200e\u200f\u061c")

# BidiBrackets.txt, the pairs that occur in writing.
_PAIRS: Final = (
    "()[]{}⁅⁆⁽⁾₍₎⌈⌉⌊⌋❨❩❪❫❬❭❮❯❰❱❲❳❴❵⟦⟧⟨⟩⟪⟫⟬⟭⟮⟯⦃⦄⦅⦆⸢⸣⸤⸥⸨⸩〈〉《》「」『』【】〔〕〖〗〘〙〚〛（）［］｛｝｟｠｢｣"
)
_CLOSING: Final = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
_CLOSERS: Final = frozenset(_CLOSING.values())
_MOST_OPEN: Final = 63


@dataclass(frozen=True)
class Run:
    """Neighbouring clusters that go in one direction."""

    text: str
    right_to_left: bool


def is_right_to_left(text: str) -> bool:
    """Return the direction of a paragraph: that of its first letter (UAX 9, P2)."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in {"L", "R", "AL"}:
            return kind != "L"
    return False


def visual_runs(clusters: Sequence[str], right_to_left: bool) -> list[Run]:
    """Return the runs of a line in the order in which they stand from left to right.

    Args:
        clusters: Of the line, in reading order.
        right_to_left: The direction of the line's paragraph.
    """
    levels = resolve_levels(clusters, right_to_left)
    runs: list[tuple[int, str]] = []
    for level, group in groupby(zip(levels, clusters, strict=True), key=lambda pair: pair[0]):
        runs.append((level, "".join(cluster for _, cluster in group)))
    return [Run(text, bool(level % 2)) for level, text in _turned(runs)]


def _turned(runs: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Turn around whatever goes against its surroundings, the innermost first (L2)."""
    highest = max((level for level, _ in runs), default=0)
    for level in range(highest, 0, -1):
        turned: list[tuple[int, str]] = []
        for inside, group in groupby(runs, key=lambda run: run[0] >= level):
            members = list(group)
            turned += members[::-1] if inside else members
        runs = turned
    return runs


def resolve_levels(clusters: Sequence[str], right_to_left: bool) -> list[int]:
    """Return the embedding level of every cluster of a line: even from left to right, odd from right to left."""
    base = int(right_to_left)
    original = [_kind(cluster) for cluster in clusters]
    kinds = _resolve_weak(list(original), sot="R" if right_to_left else "L")
    _resolve_brackets(clusters, kinds, outer="R" if right_to_left else "L")
    _resolve_neutral(kinds, outer="R" if right_to_left else "L")
    levels = [base + _RISE[base][kind] for kind in kinds]
    # L1: what separates, and spaces before it or at the end of the line, lie as the paragraph does.
    trailing = True
    for index in range(len(levels) - 1, -1, -1):
        if original[index] in {"B", "S"}:
            trailing = True
        elif original[index] not in {"WS", "BN"}:
            trailing = False
        if trailing:
            levels[index] = base
    return levels


_RISE: Final = ({"L": 0, "R": 1, "AN": 2, "EN": 2}, {"L": 1, "R": 0, "AN": 1, "EN": 1})


def _kind(cluster: str) -> str:
    # A digit in its keycap is a picture.
    if "\u20e3" in cluster or "\ufe0f" in cluster:
        return "ON"
    kind = unicodedata.bidirectional(cluster[0])
    # Unassigned characters and marks without a letter take part as neutrals do.
    return "ON" if kind in {"", "NSM"} else kind


def _resolve_weak(kinds: list[str], *, sot: str) -> list[str]:
    """W2 to W7: what numbers and their punctuation count as."""
    strong = sot
    for index, kind in enumerate(kinds):
        if kind in {"L", "R", "AL"}:
            strong = kind
        elif kind == "EN" and strong == "AL":
            kinds[index] = "AN"
    kinds = ["R" if kind == "AL" else kind for kind in kinds]
    for index in range(1, len(kinds) - 1):
        before, kind, after = kinds[index - 1 : index + 2]
        if before == after and (
            (kind == "ES" and before == "EN") or (kind == "CS" and before in {"EN", "AN"})
        ):
            kinds[index] = before
    for steps in (range(1, len(kinds)), range(len(kinds) - 2, -1, -1)):
        for index in steps:
            if kinds[index] == "ET" and kinds[index - steps.step] == "EN":
                kinds[index] = "EN"
    strong = sot
    for index, kind in enumerate(kinds):
        if kind in {"L", "R"}:
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[index] = "L"
        elif kind not in {"EN", "AN"}:
            kinds[index] = "ON"
    return kinds


def _resolve_brackets(clusters: Sequence[str], kinds: list[str], *, outer: str) -> None:
    """N0: both brackets of a pair go the way of what they hold."""
    for opening, closing in _bracket_pairs(clusters, kinds):
        inside = {_strong(kind) for kind in kinds[opening + 1 : closing]} - {None}
        if not inside:
            continue
        chosen = outer
        if outer not in inside:
            before = next((strong for kind in reversed(kinds[:opening]) if (strong := _strong(kind))), outer)
            # What is inside goes against the paragraph: the brackets do too when what is before them does.
            chosen = before if before in inside else outer
        kinds[opening] = kinds[closing] = chosen


def _bracket_pairs(clusters: Sequence[str], kinds: Sequence[str]) -> list[tuple[int, int]]:
    open_ones: list[tuple[str, int]] = []
    pairs: list[tuple[int, int]] = []
    for index, cluster in enumerate(clusters):
        mark = cluster[0]
        if kinds[index] != "ON":
            continue
        if mark in _CLOSING:
            if len(open_ones) == _MOST_OPEN:
                break
            open_ones.append((_CLOSING[mark], index))
        elif mark in _CLOSERS:
            for place in range(len(open_ones) - 1, -1, -1):
                if open_ones[place][0] == mark:
                    pairs.append((open_ones[place][1], index))
                    del open_ones[place:]
                    break
    return sorted(pairs)


def _strong(kind: str) -> str | None:
    return {"L": "L", "R": "R", "EN": "R", "AN": "R"}.get(kind)


def _resolve_neutral(kinds: list[str], *, outer: str) -> None:
    """N1 and N2: neutrals between two of one direction take it, all others that of the paragraph."""
    index = 0
    while index < len(kinds):
        if _strong(kinds[index]):
            index += 1
            continue
        end = index
        while end < len(kinds) and not _strong(kinds[end]):
            end += 1
        before = _strong(kinds[index - 1]) if index else outer
        after = _strong(kinds[end]) if end < len(kinds) else outer
        kinds[index:end] = [before if before == after and before else outer] * (end - index)
        index = end
