"""Reading captions of older programs: which national character set bytes are in that are no UTF-8. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

# Ideographs of everyday use come first in the national standards; bytes read in the wrong one give rare ones.
_LEADS: Final = {"gb18030": (0xB0, 0xD7), "big5": (0xA4, 0xC6), "cp932": (0x88, 0x97)}
_ENOUGH: Final = 0.8
_MOST_LETTERS: Final = 4000


def decode_legacy(data: bytes) -> str:
    """Return the text of bytes in Korea's, China's, Taiwan's, Japan's or Russia's code page, or else Western Europe's.

    The first set is taken in which most letters are everyday ones.
    """
    for codec, is_usual in _SETS:
        # A character cut at the end is forgiven.
        for cut in range(2):
            try:
                text = data[: len(data) - cut].decode(codec)
            except UnicodeDecodeError:
                continue
            letters = [one for one in text if ord(one) > 0x7F][:_MOST_LETTERS]
            plain = sum(one.isascii() and one.isalpha() for one in text[:_MOST_LETTERS])
            # In a Western text the letters with accents are few.
            if len(letters) > plain * (codec == "cp1251") and sum(map(is_usual, letters)) >= _ENOUGH * len(
                letters
            ):
                return text
    return data.decode("cp1252", errors="replace").replace("\ufffd", "")


def _is_mark(character: str) -> bool:
    return character in "“”‘’…—·" or 0x3000 <= ord(character) <= 0x303F or 0xFF00 <= ord(character) <= 0xFFEF


def _is_hangul(character: str) -> bool:
    if not 0xAC00 <= ord(character) <= 0xD7A3:
        return _is_mark(character)
    try:
        return len(character.encode("euc_kr")) == 2
    except UnicodeEncodeError:
        return False


def _is_cyrillic(character: str) -> bool:
    return 0x0400 <= ord(character) <= 0x045F or character in "«»—–…№“”„"


def _ideographs_of(codec: str) -> Callable[[str], bool]:
    low, high = _LEADS[codec]

    def is_usual(character: str) -> bool:
        if _is_mark(character) or (codec == "cp932" and 0x3040 <= ord(character) <= 0x30FF):
            return True
        return 0x4E00 <= ord(character) <= 0x9FFF and low <= character.encode(codec)[0] <= high

    return is_usual


_SETS: Final[tuple[tuple[str, Callable[[str], bool]], ...]] = (
    ("cp949", _is_hangul),
    ("gb18030", _ideographs_of("gb18030")),
    ("big5", _ideographs_of("big5")),
    ("cp932", _ideographs_of("cp932")),
    ("cp1251", _is_cyrillic),
)
