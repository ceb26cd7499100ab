"""Probing the texts that count as media: captions and colour look-up tables. Pure but for reading the file."""

from __future__ import annotations

import html
import re
from itertools import takewhile
from pathlib import Path

from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.media.sniff import SNIFF_BYTES, Kind, decode_text, sniff
from mango_skill.errors import MediaError

# A film's captions are 0.2 MB and a 65-point cube is 8 MB.
_LARGEST_BYTES = 32 * 1024 * 1024

_CUE = re.compile(
    r"^[ \t]*(?:(\d{1,3}):)?(\d\d):(\d\d)(?:[,.](\d{1,3}))?[ \t]*-->[ \t]*(?:(\d{1,3}):)?(\d\d):(\d\d)(?:[,.](\d{1,3}))?",
    re.MULTILINE,
)
_SIZE = re.compile(r"^[ \t]*LUT_([13])D_SIZE[ \t]+(\d+)", re.MULTILINE)
_ROW = re.compile(
    r"^[ \t]*[-+]?[\d.]+(?:[eE][-+]?\d+)?(?:[ \t]+[-+]?[\d.]+(?:[eE][-+]?\d+)?){2}[ \t\r]*$", re.MULTILINE
)


def probe_text(path: Path, kind: Kind) -> MediaInfo:
    """Return the facts of a caption file or a LUT.

    Raises:
        MediaError: ``unreadable`` when there is no cue in it, or a LUT has another number of rows than it says.
    """
    text = _read(path)
    return _probe_lut(text, kind) if kind.family == "lut" else _probe_captions(text, kind)


def _read(path: Path) -> str:
    if path.stat().st_size > _LARGEST_BYTES:
        raise MediaError(
            "The text is too long to be captions or a LUT.", code="unreadable", hint="Send a smaller one."
        )
    text = decode_text(path.read_bytes())
    if text is None:
        raise MediaError("The text is broken.", code="unreadable", hint="Save it again as UTF-8.")
    return text


def _probe_captions(text: str, kind: Kind) -> MediaInfo:
    cues = _cues(text)
    if not cues:
        raise MediaError(
            "There is no caption in the file.", code="unreadable", hint="Each cue needs START --> END."
        )
    return MediaInfo(
        kind="captions", format=kind.format, duration_ms=max(end for _, end, _ in cues), cue_count=len(cues)
    )


def read_cues(path: Path) -> tuple[tuple[int, int, str], ...]:
    """Return the cues of an SRT or VTT file as (start, end, text) in milliseconds, in order of time.

    Markup is taken off, lines of a cue stay lines, a cue that ends before it begins is left out.

    Raises:
        MediaError: ``unreadable``; ``4001`` when it is no caption file.
    """
    text = _read(path)
    sniff(text.encode()[:SNIFF_BYTES], max(1, len(text)))
    return _cues(text)


_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,80}>|<[\d:.]{5,12}>|\{\\[^{}\n]{0,80}\}")


def _cues(text: str) -> tuple[tuple[int, int, str], ...]:
    found = []
    subrip = not text.lstrip("\ufeff").startswith("WEBVTT")
    matches = list(_CUE.finditer(text))
    for match, following in zip(matches, [*matches[1:], None], strict=True):
        body = text[match.end() : following.start() if following else len(text)]
        said = _said(body, subrip=subrip, last=following is None)
        start, end = _milliseconds(match.groups()[:4]), _milliseconds(match.groups()[4:])
        if end > start:
            found.append((start, end, html.unescape(_TAG.sub("", said)).strip()))
    return tuple(sorted(found, key=lambda cue: cue[0]))


def _said(body: str, *, subrip: bool, last: bool) -> str:
    """Return the words of a cue: ``body`` runs from its times to the next cue's, whose number or name is in it."""
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")[1:]
    first = [line.strip() for line in takewhile(lambda line: line.strip(), lines)]
    rest = [line.strip() for line in lines[len(first) :] if line.strip()]
    # An empty line ends a cue; in SubRip people put them into a cue all the same.
    if subrip and rest and not last and rest[-1].isdecimal():
        rest.pop()
    elif not subrip or not last:
        rest = []
    return "\n".join([*first, *rest])


def _milliseconds(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(fraction.ljust(3, "0"))


def _probe_lut(text: str, kind: Kind) -> MediaInfo:
    match = _SIZE.search(text)
    size = int(match[2]) if match else 0
    expected = size**3 if match and match[1] == "3" else size
    rows = len(_ROW.findall(text))
    if not 2 <= size <= 65_536 or rows != expected:
        raise MediaError(
            f"The LUT says it has {expected} rows and has {rows}.",
            code="unreadable",
            hint="Export the LUT again.",
        )
    return MediaInfo(kind="lut", format=kind.format)
