"""Captions as they can be read: one after the other, two lines at most, broken where one draws breath. Pure.

After the practice of subtitling (Netflix Timed Text Style Guide; BBC Subtitle Guidelines): at most two lines of 42
letters, of ideographs 16 to 20.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from math import inf
from typing import Final

from mango_skill.engine.media.clusters import (
    LONGEST_TEXT,
    is_emoji,
    is_ideographic,
    join_unbroken,
    may_break,
    split_clusters,
)
from mango_skill.engine.render.parts import Cue

LONGEST_LINE: Final = 42
"""Columns of a line; an ideograph takes two."""
CAPTION_SIZE: Final = 5.5
"""Height of the letters of captions that nobody asked to be of another, in percent of the frame's shorter side."""
# How wide a letter is on average, bold as captions are; and how much of the frame a line may take.
_LETTER_EMS: Final = 0.56
_LINE_SHARE: Final = 0.84
_LEAST_COLUMNS: Final = 10
_IDEOGRAPHIC_LINE: Final = 36
_LINES: Final = 2
_MOST_LINES: Final = 6
# Less can't be read: two cues that begin so close together are shown as one.
_LEAST_TOGETHER_MS: Final = 500
_LEAST_SHOWN_MS: Final = 800
_SENTENCE_ENDS: Final = frozenset(".!?…。！？؟।։។")
_CLAUSE_ENDS: Final = frozenset(",;:，、；：،؛–—")
_SPEAKER_MARKS: Final = frozenset("-–—‐•♪")
_CLOSING: Final = "\"'”’»›)]）」』】》 \n"
_MARK_COST: Final = 1.0
_WORD_COST: Final = 3.0
_INSIDE_COST: Final = 8.0
_PART_COST: Final = 1.5
_UNEVEN_COST: Final = 6.0


def separate(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """Return cues in their order of time of which each ends where the next begins; such that begin together are one."""
    apart: list[Cue] = []
    for cue in sorted(cues, key=lambda one: one.start):
        last = apart[-1] if apart else None
        if last is None or last.end <= cue.start:
            apart.append(cue)
        elif cue.start - last.start < _LEAST_TOGETHER_MS and last.end - cue.start >= _LEAST_TOGETHER_MS:
            text = last.text if cue.text == last.text else f"{last.text}\n{cue.text}"
            apart[-1] = Cue(last.start, max(last.end, cue.end), text)
        elif cue.start > last.start:
            apart[-1] = replace(last, end=cue.start)
            apart.append(cue)
        else:
            apart[-1] = cue
    return tuple(apart)


def divide(cue: Cue, columns: int = LONGEST_LINE) -> tuple[Cue, ...]:
    """Return a cue in parts of at most two lines, each for its share of the time.

    Parts end with sentences, else with clauses, else with words. Where the time is too short for that many, the
    parts have more lines.

    Args:
        cue: What is said, and when.
        columns: How long a line may be (``LONGEST_LINE``); lines of ideographs are shorter.
    """
    columns = _columns(cue.text, columns)
    if len(cue.text) > LONGEST_TEXT:
        return (cue,)
    for lines in range(_LINES, _MOST_LINES + 1):
        parts = _parts(cue.text, columns, lines)
        if len(parts) == 1 or len(parts) * _LEAST_SHOWN_MS <= cue.end - cue.start:
            break
    weights = [_width(part) + 4 for part in parts]
    length, whole = cue.end - cue.start, sum(weights)
    least = min(_LEAST_SHOWN_MS, length // len(parts))
    spare, spent = length - least * len(parts), 0
    shown, start = [], cue.start
    for number, (part, weight) in enumerate(zip(parts, weights, strict=True), 1):
        spent += weight
        end = cue.start + least * number + spare * spent // whole
        shown.append(Cue(start, end, part))
        start = end
    return tuple(shown)


def find_columns(size: tuple[int, int], size_percent: float) -> int:
    """Return how many letters go into a line of a frame: in portrait fewer than one wants to read.

    Args:
        size: Of the frame, in pixels.
        size_percent: Of the letters, in percent of its shorter side.
    """
    letter = max(1.0, min(size) * size_percent / 100 * _LETTER_EMS)
    return max(_LEAST_COLUMNS, min(LONGEST_LINE, int(size[0] * _LINE_SHARE / letter)))


def broken(text: str) -> str:
    """Return a text with lines that are short enough for a caption file, and about equally long."""
    columns = _columns(text, LONGEST_LINE)
    if all(_width(line) <= columns for line in text.split("\n")):
        return text
    rows = [row for line in text.split("\n") for row in _even(line, columns)]
    if len(rows) > _LINES and not _is_talk(text):
        rows = _even(_flat(text), columns)
    return "\n".join(rows)


def _even(line: str, columns: int) -> list[str]:
    """Break a line into as few as fit, as even as that number of lines allows."""
    chunks = _chunks(line)
    count = len(_fill(chunks, columns))
    narrowest = next((one for one in range(1, columns) if len(_fill(chunks, one)) <= count), columns)
    return _fill(chunks, narrowest)


def _columns(text: str, columns: int) -> int:
    letters = [one for one in text if not one.isspace()]
    wide = sum(is_ideographic(one) for one in letters)
    return min(columns, _IDEOGRAPHIC_LINE) if wide * 2 > len(letters) else columns


@lru_cache(maxsize=4096)
def _width(text: str) -> int:
    return sum(
        2 if is_emoji(one) or unicodedata.east_asian_width(one[0]) in "WF" else 1
        for one in split_clusters(text.strip())
    )


def _chunks(text: str) -> list[str]:
    return join_unbroken(split_clusters(text) or [""], may_break)


def _fill(chunks: Sequence[str], columns: int) -> list[str]:
    rows: list[str] = []
    for chunk in chunks:
        if rows and _width(rows[-1] + chunk) <= columns:
            rows[-1] += chunk
        else:
            rows.append(chunk)
    return [row.strip() for row in rows]


def _fits(text: str, columns: int, lines: int) -> bool:
    given = [line for line in text.split("\n") if line.strip()]
    if len(given) <= lines and all(_width(line) <= columns for line in given):
        return True
    return len(given) < 2 and len(_fill(_chunks(text), columns)) <= lines


def _parts(text: str, columns: int, lines: int) -> list[str]:
    """Return the text as it is when it fits; else its best division."""
    text = text.strip()
    if _fits(text, columns, lines):
        return [text]
    chunks = [chunk for line in text.split("\n") for chunk in _line_chunks(line)]
    target = _width(text) / max(2, -(-_width(text) // (columns * lines)))
    # The cheapest way to every place, and where its last part begins.
    costs, begins = [0.0], [0]
    for end in range(1, len(chunks) + 1):
        best, chosen = inf, end - 1
        for begin in range(end - 1, -1, -1):
            part = _joined(chunks[begin:end], columns, lines)
            if end - begin > 1 and not _fits(part, columns, lines):
                break
            uneven = (_width(part) - target) / (columns * lines)
            cost = costs[begin] + _PART_COST + _UNEVEN_COST * uneven * uneven
            cost += _break_cost(chunks[end - 1]) if end < len(chunks) else 0.0
            if cost < best:
                best, chosen = cost, begin
        costs.append(best)
        begins.append(chosen)
    bounds = [len(chunks)]
    while bounds[-1] > 0:
        bounds.append(begins[bounds[-1]])
    return [_joined(chunks[begin:end], columns, lines) for end, begin in pairwise(bounds)][::-1]


def _line_chunks(line: str) -> list[str]:
    """The chunks of a line, the last of which ends it."""
    chunks = _chunks(line.strip())
    return [*chunks[:-1], chunks[-1] + "\n"] if line.strip() else []


def _joined(chunks: Sequence[str], columns: int, lines: int) -> str:
    """The chunks as one text; line breaks that were given stay where there is room for them."""
    given = "".join(chunks).strip()
    return given if "\n" not in given or _is_talk(given) or _fits(given, columns, lines) else _flat(given)


def _is_talk(text: str) -> bool:
    """Whether each line is another speaker's."""
    return any(line.lstrip()[:1] in _SPEAKER_MARKS for line in text.split("\n")[1:] if line.strip())


def _flat(text: str) -> str:
    rows = [row.strip() for row in text.split("\n") if row.strip()] or [""]
    flat = rows[0]
    for before, row in pairwise(rows):
        apart = not (is_ideographic(before[-1]) and is_ideographic(row[0]))
        flat += (" " if apart else "") + row
    return flat


def _break_cost(chunk: str) -> float:
    last = chunk.rstrip(_CLOSING)[-1:]
    if chunk.endswith("\n") or last in _SENTENCE_ENDS:
        return 0.0
    if last in _CLAUSE_ENDS:
        return _MARK_COST
    # Between ideographs nobody knows where a word ends.
    return _INSIDE_COST if last and is_ideographic(last) else _WORD_COST
