"""Instants and lengths as they are written with colons or units run together: 1:20, 00:01:05.5, 0m30s, 1分20秒."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Widths to heights that people name; "9:16" is one of these unless a word before it speaks of time.
RATIOS = frozenset(
    [
        "9:16",
        "16:9",
        "1:1",
        "4:3",
        "3:4",
        "4:5",
        "5:4",
        "21:9",
        "9:21",
        "2:3",
        "3:2",
        "2:1",
        "1:2",
        "18:9",
        "1.85:1",
        "2.35:1",
        "2.39:1",
        "2.4:1",
        "2.40:1",
        "16:10",
    ]
)
_CLOCK = re.compile(r"(?<![\d:.])(?:(\d{1,2}):)?(\d{1,3}):(\d{1,2}(?:[.,]\d{1,3})?)(?![\d:])")
_TIME_WORD = re.compile(
    r"(?:\bat|\bfrom|\buntil|\bafter|\bbefore|\btill|\bpast|\bbetween|在|从|第|到了|位于|@)\s*$"
)
_JOINED = re.compile(
    r"(?<![\w.])(?:(\d{1,2})\s?h(?:rs?)?\s?)?(\d{1,3})\s?m(?:in)?\s?(\d{1,2}(?:\.\d{1,3})?)\s?s(?:ec)?(?![a-z])"
    r"|(?<![\d.])(\d{1,3})['′](\d{1,2})(?:\"|″|'')"
)


@dataclass(frozen=True)
class TimecodeMention:
    """An instant in a text, in seconds."""

    start: int
    end: int
    seconds: float


def find_timecodes(text: str) -> list[TimecodeMention]:
    """Find timecodes in a lower-case text in order; what is an aspect ratio is left out."""
    found: list[TimecodeMention] = []
    for match in _CLOCK.finditer(text):
        hours, minutes, seconds = match.groups()
        if hours is None and _is_ratio(text, match):
            continue
        if float(seconds.replace(",", ".")) >= 60 or (hours and int(minutes) >= 60):
            continue
        value = int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))
        found.append(TimecodeMention(match.start(), match.end(), value))
    for match in _JOINED.finditer(text):
        hours, minutes, seconds, feet, inches = match.groups()
        value = int(hours or 0) * 3600 + int(minutes or feet) * 60 + float(seconds or inches)
        found.append(TimecodeMention(match.start(), match.end(), value))
    return sorted(found, key=lambda mention: mention.start)


def _is_ratio(text: str, match: re.Match[str]) -> bool:
    word = match.group()
    if len(match.group(3)) == 1:
        return True
    if word not in RATIOS:
        return False
    after = text[match.end() : match.end() + 12]
    between_times = re.match(r"\s*(?:-|–|to|到|until|and)\s*\d+:\d\d", after)
    return not (_TIME_WORD.search(text[max(0, match.start() - 20) : match.start()]) or between_times)
