"""Text cut into what is drawn as one: clusters, and runs of one direction. Pure.

A cluster is a letter with its marks, or a whole emoji sequence (skin tones, joined families, flags, keycaps).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import groupby

_JOINER = "\u200d"
_EMOJI_LOOK = "\ufe0f"
_TEXT_LOOK = "\ufe0e"
_KEYCAP = "\u20e3"
#: Characters that change their neighbours and need no glyph of their own.
INVISIBLE = frozenset(
    {0x200B, 0x200C, 0x200D, 0x2060, 0xFE0E, 0xFE0F, 0x200E, 0x200F, 0xFEFF, *range(0xE0020, 0xE0080)}
)

# Blocks whose characters look like emoji unless told otherwise (Unicode emoji-data, coarsely).
_EMOJI_BLOCKS = ((0x1F000, 0x1F0FF), (0x1F18E, 0x1F1FF), (0x1F200, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F7E0, 0x1F7EB),
                 (0x1F900, 0x1FAFF), (0x231A, 0x231B), (0x23E9, 0x23F3), (0x25FD, 0x25FE), (0x2614, 0x2615),
                 (0x2648, 0x2653), (0x26A1, 0x26A1), (0x26BD, 0x26BE), (0x26C4, 0x26C5), (0x26D4, 0x26D4),
                 (0x2705, 0x2705), (0x270A, 0x270B), (0x2728, 0x2728), (0x274C, 0x274C), (0x2753, 0x2757),
                 (0x2795, 0x2797), (0x27B0, 0x27B0), (0x2B1B, 0x2B1C), (0x2B50, 0x2B50), (0x2B55, 0x2B55))  # fmt: skip

# A line may not begin with these, nor end with those (JIS X 4051, GB/T 15834; the common ones).
_NO_START = frozenset("，。、；：？！）」』】》〉〕”’…—～·,.;:?!)]}%ーぁぃぅぇぉっゃゅょァィゥェォッャュョ")
_NO_END = frozenset("（「『【《〈〔“‘([{")


@dataclass(frozen=True)
class Run:
    """Neighbouring clusters that go in one direction."""

    text: str
    right_to_left: bool


#: More than this is no title; the rest is left out so that a novel pasted by mistake costs nothing.
LONGEST_TEXT = 2_000


def clean_text(text: str) -> str:
    """Return what can be drawn: composed letters, plain line breaks, no control characters or half surrogates."""
    plain = text[: 2 * LONGEST_TEXT].replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    plain = re.sub("[\u2028\u2029\x0b\x0c\x85]", "\n", plain)
    kept = (
        one
        for one in unicodedata.normalize("NFC", plain)
        if one in {"\n", "\u200c", "\u200d"}
        or 0xE0020 <= ord(one) < 0xE0080
        or unicodedata.category(one) not in _UNDRAWN
    )
    return "".join(kept)[:LONGEST_TEXT]


# Controls, format characters (explicit directions among them) and surrogates.
_UNDRAWN = frozenset({"Cc", "Cf", "Cs"})


def split_clusters(text: str) -> list[str]:
    """Return the clusters of ``text``; joined they are ``text`` again."""
    clusters: list[str] = []
    for character in text:
        if clusters and _belongs(clusters[-1], character):
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters


def _belongs(before: str, character: str) -> bool:
    if before[-1] == _JOINER or character in (_JOINER, _EMOJI_LOOK, _TEXT_LOOK, _KEYCAP):
        return True
    code = ord(character)
    if 0x1F3FB <= code <= 0x1F3FF or 0xE0020 <= code <= 0xE007F:
        return is_emoji(before)
    if _is_flag_half(before[0]) and _is_flag_half(character):
        return len(before) == 1
    return unicodedata.category(character).startswith("M") and not before.isspace()


def _is_flag_half(character: str) -> bool:
    return 0x1F1E6 <= ord(character) <= 0x1F1FF


def is_emoji(cluster: str) -> bool:
    """Return whether the cluster asks to be shown as a picture."""
    if _TEXT_LOOK in cluster:
        return False
    if _EMOJI_LOOK in cluster or _KEYCAP in cluster:
        return True
    code = ord(cluster[0])
    return any(first <= code <= last for first, last in _EMOJI_BLOCKS)


def visible_code_points(cluster: str) -> list[int]:
    """Return the code points that a font must have for the cluster."""
    return [code for code in map(ord, cluster) if code not in INVISIBLE]


def may_break(before: str, after: str) -> bool:
    """Return whether a line may end between two clusters: at spaces, and around ideographs."""
    if before.isspace() and before != "\u00a0":
        return not after.isspace()
    if after.isspace() or after[0] in _NO_START or before[-1] in _NO_END:
        return False
    if before in {"-", "–", "—", "\u200b"}:
        return True
    return _is_ideographic(before) or _is_ideographic(after)


def _is_ideographic(cluster: str) -> bool:
    code = ord(cluster[0])
    return (
        0x2E80 <= code <= 0xA4CF
        or 0xF900 <= code <= 0xFAFF
        or 0xFF00 <= code <= 0xFFEF
        or 0x20000 <= code <= 0x3FFFF
    )


def is_right_to_left(text: str) -> bool:
    """Return the direction of a paragraph: that of its first letter (UAX 9, P2)."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in {"L", "R", "AL"}:
            return kind != "L"
    return False


def visual_runs(clusters: list[str], right_to_left: bool) -> list[Run]:
    """Return runs in the order in which they stand from left to right (UAX 9 without explicit embeddings)."""
    levels = _levels(clusters, right_to_left)
    runs = [
        Run("".join(cluster for cluster, _ in group), backwards)
        for backwards, group in groupby(zip(clusters, levels, strict=True), key=lambda pair: pair[1])
    ]
    # With one level of nesting, reordering means to turn the sequence of runs around.
    return runs[::-1] if right_to_left else runs


def _levels(clusters: list[str], right_to_left: bool) -> list[bool]:
    known: list[bool | None] = []
    for cluster in clusters:
        kind = unicodedata.bidirectional(cluster[0])
        known.append(True if kind in {"R", "AL"} else False if kind in {"L", "EN", "AN"} else None)
    levels: list[bool] = []
    for index, own in enumerate(known):
        if own is not None:
            levels.append(own)
            continue
        before = next((level for level in reversed(known[:index]) if level is not None), right_to_left)
        after = next((level for level in known[index:] if level is not None), right_to_left)
        levels.append(before if before == after else right_to_left)
    return levels
