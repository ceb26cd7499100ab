"""Text cut into what is drawn as one, and where a line may end. Pure.

A cluster is a letter with its marks, or a whole emoji sequence (skin tones, joined families, flags, keycaps).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from itertools import pairwise

_JOINER = "\u200d"
_EMOJI_LOOK = "\ufe0f"
_TEXT_LOOK = "\ufe0e"
_KEYCAP = "\u20e3"
_NON_JOINER = "\u200c"
#: Characters that change their neighbours and need no glyph of their own.
INVISIBLE = frozenset(
    {
        *(0x034F, 0x061C, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF),
        *range(0xFE00, 0xFE10),
        *range(0xE0020, 0xE0080),
        *range(0xE0100, 0xE01F0),
    }
)

# Blocks whose characters look like emoji unless told otherwise (Unicode emoji-data, coarsely).
_EMOJI_BLOCKS = ((0x1F000, 0x1F0FF), (0x1F18E, 0x1F1FF), (0x1F200, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F7E0, 0x1F7EB),
                 (0x1F900, 0x1FAFF), (0x231A, 0x231B), (0x23E9, 0x23F3), (0x25FD, 0x25FE), (0x2614, 0x2615),
                 (0x2648, 0x2653), (0x26A1, 0x26A1), (0x26BD, 0x26BE), (0x26C4, 0x26C5), (0x26D4, 0x26D4),
                 (0x2705, 0x2705), (0x270A, 0x270B), (0x2728, 0x2728), (0x274C, 0x274C), (0x2753, 0x2757),
                 (0x2795, 0x2797), (0x27B0, 0x27B0), (0x2B1B, 0x2B1C), (0x2B50, 0x2B50), (0x2B55, 0x2B55))  # fmt: skip

# A line may not begin with these, nor end with those (JIS X 4051, GB/T 15834).
_NO_START = frozenset(
    "，。、；：？！）」』】》〉〕〗〙〛｝］”’…‥—～〜・·‐゠–,.;:?!)]}%％‰℃°»›ー々〻ヽヾゝゞ‼⁇⁈⁉｡､｣ﾞﾟｰ"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
)
_NO_END = frozenset("（「『【《〈〔〖〘〚｛［“‘([{«‹｢￥＄£$¥€#＃")
# Never torn apart between two of the same.
_PAIRED = frozenset("…—‥")
# Vowels written before their consonant: a syllable of Thai or Lao begins with them.
_LEADING_VOWELS = frozenset("เแโใไເແໂໃໄ")
# Spacing vowels that belong to the letter before them although Unicode calls them letters.
_TRAILING_VOWELS = frozenset("ำຳ")
# A word that is wider than the room is broken behind these first: addresses, paths, names of files.
_SOFT_ENDS = frozenset("/?&=._-:@#+,;|~\\")


#: More than this is no title; the rest is left out so that a novel pasted by mistake costs nothing.
LONGEST_TEXT = 2_000


def clean_text(text: str) -> str:
    """Return what can be drawn: composed letters, plain line breaks, no control characters or half surrogates.

    Of the characters that change their neighbours, joiners, break opportunities and direction marks stay.
    """
    plain = text[: 2 * LONGEST_TEXT].replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    plain = re.sub("[\u2028\u2029\x0b\x0c\x85]", "\n", plain)
    kept = (
        one
        for one in unicodedata.normalize("NFC", plain)
        if one in _KEPT_FORMATS or 0xE0020 <= ord(one) < 0xE0080 or unicodedata.category(one) not in _UNDRAWN
    )
    return _TOWER.sub(r"\1", "".join(kept))[:LONGEST_TEXT]


# Towers of marks: no writing has more than four on a letter.
_TOWER = re.compile("([\u0300-\u036f]{4})[\u0300-\u036f]+")


_KEPT_FORMATS = frozenset("\n\u200b\u200c\u200d\u200e\u200f\u061c\u2060")
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
    if before in ("\n", "\u200b"):
        return False
    if character in (_JOINER, _NON_JOINER, _EMOJI_LOOK, _TEXT_LOOK, _KEYCAP) or character in _TRAILING_VOWELS:
        return not before.isspace()
    if before[-1] == _JOINER:
        return _is_drawn_joined(before) or unicodedata.combining(before[-2:-1] or " ") == _VIRAMA
    code = ord(character)
    if 0x1F3FB <= code <= 0x1F3FF or 0xE0020 <= code <= 0xE007F:
        return is_emoji(before)
    if _is_flag_half(before[0]) and _is_flag_half(character):
        return len(before) == 1
    if unicodedata.category(character).startswith("M"):
        return not before.isspace()
    # Consonants that are written as one letter: the first without its vowel, the next below or behind it.
    return unicodedata.combining(before[-1]) == _VIRAMA and unicodedata.category(character) == "Lo"


#: The combining class of the sign that takes a consonant's vowel away (UAX 44, Canonical_Combining_Class).
_VIRAMA = 9


def _is_drawn_joined(before: str) -> bool:
    return is_emoji(before) or unicodedata.category(before[0]) == "So"


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
    """Return whether a line may end between two clusters: at spaces, around ideographs, between syllables of Thai."""
    if before == "\u200b":
        return True
    if before.isspace() and before not in _FIXED_SPACES:
        return not after.isspace()
    if "\u2060" in before or "\u2060" in after or before in _FIXED_SPACES:
        return False
    if after.isspace() or after == "\u200b" or after[0] in _NO_START or before[-1] in _NO_END:
        return False
    if before == after and before in _PAIRED:
        return False
    if before in {"-", "–", "—"} or after[0] in _LEADING_VOWELS:
        return before != "-" or not after[0].isdecimal()
    return is_ideographic(before) or is_ideographic(after)


_FIXED_SPACES = frozenset("\u00a0\u202f")


def join_unbroken(clusters: Sequence[str], may_part: Callable[[str, str], bool]) -> list[str]:
    """Return at least one cluster as chunks that stay together on a line."""
    chunks = [clusters[0]]
    for before, after in pairwise(clusters):
        if may_part(before, after):
            chunks.append(after)
        else:
            chunks[-1] += after
    return chunks


def may_break_inside(before: str, after: str) -> bool:
    """Return whether a word that is too long may be broken here before it is broken anywhere: in addresses."""
    return before[-1] in _SOFT_ENDS and after[0] not in _SOFT_ENDS


def is_ideographic(cluster: str) -> bool:
    """Return whether the cluster is an ideograph, a kana, or a full-width character."""
    code = ord(cluster[0])
    return (
        0x2E80 <= code <= 0xA4CF
        or 0xF900 <= code <= 0xFAFF
        or 0xFF00 <= code <= 0xFFEF
        or 0x20000 <= code <= 0x3FFFF
    )
