"""A message made ready for the tables: folded, masked, its offsets kept."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from mango_skill.language.quotes import Mentions, read_mentions

# What decides stands at the edges of a long message; its middle is material.
_HEAD_CHARS = 700
_TAIL_CHARS = 260


@dataclass(frozen=True)
class Reading:
    """The message as the tables see it; ``offsets[i]`` is where folded character ``i`` stands in it."""

    original: str
    folded: str
    offsets: tuple[int, ...]
    mentions: Mentions

    def slice(self, start: int, end: int) -> str:
        """Return the original words of a range of the folded text."""
        first = self.offsets[start] if start < len(self.offsets) else len(self.original)
        last = self.offsets[end] if end < len(self.offsets) else len(self.original)
        return self.original[first:last]


def read_message(text: str) -> Reading:
    """Fold case, accents, widths and spaces; mask what is quoted or named."""
    edges = [(0, len(text))]
    if len(text) > _HEAD_CHARS + _TAIL_CHARS:
        edges = [(0, _HEAD_CHARS), (len(text) - _TAIL_CHARS, len(text))]
    view = "\n".join(text[start:end] for start, end in edges)
    mentions = read_mentions(view)
    jump = edges[-1][0] - (_HEAD_CHARS + 1) if len(edges) > 1 else 0
    folded: list[str] = []
    offsets: list[int] = []
    for index, char in enumerate(mentions.masked):
        plain = _fold(char)
        if plain == " " and (not folded or folded[-1] in " \n"):
            continue
        if plain:
            folded.append(plain)
            offsets.append(index if index <= _HEAD_CHARS else index + jump)
    return Reading(text, "".join(folded), tuple(offsets), mentions)


def _fold(char: str) -> str:
    """Return one folded character, or nothing for marks that only format."""
    if char.isascii():
        if char.isalnum():
            return char.lower()
        if char in "*_~#<>|\\^`{}=":
            return " "
        return char if char >= " " or char == "\n" else " "
    if "\ue000" <= char <= "\uf8ff":
        return char
    if char in "’‘ʼ＇":
        return "'"
    category = unicodedata.category(char)
    if category[0] in "CZ":
        return "" if category == "Cf" else " "
    if category in ("Mn", "Me"):
        return ""
    if char < "\u0250" or "\uff00" <= char <= "\uff60":
        char = unicodedata.normalize("NFKD", char)[0]
    lower = char.lower()
    return lower if len(lower) == 1 else char


def mend(reading: Reading, words: frozenset[str], slang: Mapping[str, str]) -> Reading:
    """Write slang out and replace typing mistakes of command words: letters swapped, doubled or left out.

    The mended word stands at the slip's offset.
    """
    if not words and not slang:
        return reading
    slips = [
        (start, end, right)
        for start, end in _latin_words(reading.folded)
        if (right := slang.get(reading.folded[start:end]) or mend_word(reading.folded[start:end], words))
    ]
    if not slips:
        return reading
    folded, position = "", 0
    offsets: list[int] = []
    for start, end, right in slips:
        folded += reading.folded[position:start] + right
        offsets += reading.offsets[position:start]
        offsets += [reading.offsets[start]] * len(right)
        position = end
    folded += reading.folded[position:]
    offsets += reading.offsets[position:]
    return Reading(reading.original, folded, tuple(offsets), reading.mentions)


def _latin_words(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    start = -1
    for index, char in enumerate(text + " "):
        if "a" <= char <= "z":
            start = index if start < 0 else start
        elif start >= 0:
            if index - start <= 14:
                spans.append((start, index))
            start = -1
    return spans[:120]


def mend_word(word: str, words: frozenset[str]) -> str | None:
    """Return the command word that ``word`` is a slip of, or None where it is one or is another word."""
    if len(word) < 4 or word in words:
        return None
    for right in words:
        if len(word) >= 7 and right.startswith(word) and len(right) == len(word) + 1:
            return right
        if right[0] == word[0] and right[-1:] == word[-1:] and abs(len(right) - len(word)) <= 1:
            if len(right) == len(word):
                if _is_swap(word, right):
                    return right
            elif _is_gap(*sorted((word, right), key=len)):
                return right
    return None


def _is_swap(word: str, right: str) -> bool:
    at = next((i for i in range(len(word)) if word[i] != right[i]), len(word))
    return word[at + 2 :] == right[at + 2 :] and word[at : at + 2] == right[at : at + 2][::-1]


def _is_gap(short: str, long: str) -> bool:
    at = next((i for i in range(len(short)) if short[i] != long[i]), len(short))
    return short[at:] == long[at + 1 :]
