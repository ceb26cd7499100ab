"""Whose forms of ideographs a text wants: mainland China's, Taiwan's, Japan's or Korea's. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

Tongue = Literal["zh", "zh-hant", "ja", "ko"]

#: One character of a script decides; of the ideographs alone, the majority does.
_KANA: Final = ((0x3041, 0x3096), (0x309D, 0x309F), (0x30A1, 0x30FA), (0x30FC, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9F))  # fmt: skip
_HANGUL: Final = ((0xAC00, 0xD7A3), (0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F))
# The national character sets tell the forms apart: each has the ideographs of its own orthography only.
_CHARSETS: Final[tuple[tuple[Tongue, str], ...]] = (
    ("zh", "gb2312"),
    ("zh-hant", "big5"),
    ("ja", "shift_jis"),
)


def guess_tongue(texts: Iterable[str]) -> Tongue | None:
    """Return the language whose ideographs are meant; None when nothing in the texts tells.

    Kana mean Japanese, Hangul Korean; otherwise it is the language whose character set has most of the ideographs:
    骨 is in all of them, 门 in that of the mainland alone, 門 in those of Taiwan and Japan, 駅 in that of Japan alone.
    """
    joined = "".join(texts)
    if _has(joined, _KANA):
        return "ja"
    if _has(joined, _HANGUL):
        return "ko"
    ideographs = {one for one in joined if 0x4E00 <= ord(one) <= 0x9FFF}
    found: dict[Tongue, int] = {
        tongue: sum(_is_in(one, charset) for one in ideographs) for tongue, charset in _CHARSETS
    }
    best = max(found.values())
    leaders = [tongue for tongue, _ in _CHARSETS if found[tongue] == best]
    if not best or (leaders[0] == "zh" and len(leaders) > 1):
        return None
    return leaders[0]


def _has(text: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= ord(one) <= last for one in text for first, last in ranges)


def _is_in(character: str, charset: str) -> bool:
    try:
        character.encode(charset)
    except UnicodeEncodeError:
        return False
    return True
