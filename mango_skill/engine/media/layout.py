"""Breaking a text into lines of pieces that one face each can draw.

Child processes only: it imports Pillow.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont

from mango_skill.engine.media.clusters import (
    is_emoji,
    is_right_to_left,
    may_break,
    split_clusters,
    visual_runs,
)
from mango_skill.engine.media.typefaces import Face, find_face, load_font

# Below two fifths of the asked size a text is too small to be what was wanted; then it runs over the margin.
_SMALLEST_SHARE = 0.4
_SHRINK = 0.92


@dataclass(frozen=True)
class Piece:
    """Letters that one face draws in one go; ``left`` is relative to the line's beginning, in pixels."""

    text: str
    face: Face
    right_to_left: bool
    left: float
    width: float
    picture: Image.Image | None = None


@dataclass(frozen=True)
class Line:
    """One line: its pieces from left to right, its width, and the baseline below the block's top."""

    text: str
    pieces: tuple[Piece, ...]
    width: float
    baseline: int


@dataclass(frozen=True)
class Block:
    """All lines. The height runs from the first line's ascent to the last line's descent, in pixels."""

    lines: tuple[Line, ...]
    width: int
    height: int
    size: int


@dataclass(frozen=True)
class _Setting:
    size: int
    weight: int
    italic: bool
    family: str | None
    language: str


def fit_block(
    text: str,
    *,
    size: int,
    weight: int,
    italic: bool,
    family: str | None,
    language: str,
    room: tuple[int, int],
    line_height: float,
) -> Block:
    """Break ``text`` for a room of ``(width, height)`` pixels, with smaller letters when it is too high or wide."""
    smallest = max(6, round(size * _SMALLEST_SHARE))
    while True:
        setting = _Setting(size, weight, italic, family, language)
        block = _set_block(text, setting, wide=room[0], line_height=line_height)
        widest = max(
            _measure(chunk.rstrip(), setting) for row in text.split("\n") for chunk in _chunks(row.strip())
        )
        fits = block.height <= room[1] and widest <= room[0]
        if fits or size <= smallest:
            return block
        size = max(smallest, int(size * _SHRINK))


def _set_block(text: str, setting: _Setting, *, wide: int, line_height: float) -> Block:
    rows = [row for paragraph in text.split("\n") for row in _wrap(paragraph.strip(), setting, wide)]
    step = round(setting.size * line_height)
    ascent, descent = round(setting.size * 0.95), round(setting.size * 0.27)
    lines = []
    for index, row in enumerate(rows):
        pieces, width = _set_line(row, setting)
        lines.append(Line(row, pieces, width, ascent + index * step))
    height = ascent + descent + step * (len(rows) - 1)
    return Block(tuple(lines), max(1, round(max(line.width for line in lines))), height, setting.size)


def _wrap(paragraph: str, setting: _Setting, wide: int) -> list[str]:
    """Break into as few lines as fit, then make them as even as that number allows."""
    chunks = _chunks(paragraph)
    widths = [_measure(chunk.rstrip(), setting) for chunk in chunks]
    spaces = [_measure(chunk, setting) for chunk in chunks]
    rows = _fill(chunks, widths, spaces, wide)
    if len(rows) > 1 and max(widths) <= wide:
        low, high = max(widths), float(wide)
        while high - low > setting.size / 4:
            middle = (low + high) / 2
            low, high = (
                (low, middle) if len(_fill(chunks, widths, spaces, middle)) <= len(rows) else (middle, high)
            )
        rows = _fill(chunks, widths, spaces, high)
    return [piece for row in rows for piece in _split_long(row, setting, wide)]


def _chunks(paragraph: str) -> list[str]:
    clusters = split_clusters(paragraph) or [""]
    chunks = [clusters[0]]
    for before, after in pairwise(clusters):
        if may_break(before, after):
            chunks.append(after)
        else:
            chunks[-1] += after
    return chunks


def _fill(chunks: list[str], widths: list[float], spaces: list[float], wide: float) -> list[str]:
    rows: list[str] = []
    used = 0.0
    for chunk, width, advance in zip(chunks, widths, spaces, strict=True):
        if rows and used + width <= wide:
            rows[-1] += chunk
        else:
            rows.append(chunk)
            used = 0.0
        used += advance
    return [row.rstrip() for row in rows]


def _split_long(row: str, setting: _Setting, wide: int) -> list[str]:
    """Break a word that is wider than the room between its letters."""
    if _measure(row, setting) <= wide:
        return [row]
    rows = [""]
    for cluster in split_clusters(row):
        if rows[-1] and _measure(rows[-1] + cluster, setting) > wide:
            rows.append("")
        rows[-1] += cluster
    return rows


def _measure(text: str, setting: _Setting) -> float:
    return _set_line(text, setting)[1] if text else 0.0


@lru_cache(maxsize=4096)
def _set_line(text: str, setting: _Setting) -> tuple[tuple[Piece, ...], float]:
    pieces: list[Piece] = []
    left = 0.0
    for run in visual_runs(split_clusters(text), is_right_to_left(text)):
        parts = _by_face(run.text, setting)
        for part, face in reversed(parts) if run.right_to_left else parts:
            picture = _color_picture(part, face, setting.size) if face.color else None
            if picture is not None:
                width = float(picture.width)
            else:
                font = load_font(face, setting.size, setting.weight)
                width = font.getlength(part, direction="rtl" if run.right_to_left else "ltr")
            pieces.append(Piece(part, face, run.right_to_left, left, width, picture))
            left += width
    return tuple(pieces), left


def _by_face(text: str, setting: _Setting) -> list[tuple[str, Face]]:
    """Split where the face changes; a space stays with what is before it."""
    parts: list[tuple[str, Face]] = []
    for cluster in split_clusters(text):
        if parts and cluster.isspace() and not is_emoji(parts[-1][0]):
            face = parts[-1][1]
        else:
            face = find_face(cluster, family=setting.family, italic=setting.italic, language=setting.language)
        if parts and parts[-1][1] == face and not face.color:
            parts[-1] = (parts[-1][0] + cluster, face)
        else:
            parts.append((cluster, face))
    return parts


def _color_picture(cluster: str, face: Face, size: int) -> Image.Image | None:
    """Draw a colour glyph; bitmap fonts have one size only, which is then scaled."""
    for strike in (size, 109, 136, 160, 128, 96, 72):
        try:
            font = ImageFont.truetype(str(face.path), strike, layout_engine=ImageFont.Layout.RAQM)
            wide, high = max(1, round(font.getlength(cluster))), round(strike * 1.3)
        except OSError:
            continue
        glyph = Image.new("RGBA", (wide + strike // 4, high), (0, 0, 0, 0))
        ImageDraw.Draw(glyph).text(
            (0, round(strike * 1.0)), cluster, font=font, anchor="ls", embedded_color=True
        )
        bounds = glyph.getbbox()
        if bounds:
            glyph = glyph.crop(bounds)
            high = max(1, round(size * 1.02))
            return glyph.resize(
                (max(1, round(glyph.width * high / glyph.height)), high), Image.Resampling.LANCZOS
            )
    return None
