"""Breaking a text into lines of pieces that one face each can draw.

Child processes only: it imports Pillow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from mango_skill.engine.media.bidi import DIRECTION_MARKS, is_right_to_left, visual_runs
from mango_skill.engine.media.clusters import (
    is_emoji,
    is_ideographic,
    join_unbroken,
    may_break,
    may_break_inside,
    split_clusters,
)
from mango_skill.engine.media.repertoire import read_drawable
from mango_skill.engine.media.typefaces import Face, find_face, is_line_drawing, load_font

_SHRINK: Final = 0.92
# What letters take above and below the baseline, in ems.
_ABOVE, _BELOW = 0.95, 0.27
_ELLIPSIS: Final = "…"
# Both Latin and ideographic texts use these; each in its own width.
_SHARED_MARKS: Final = frozenset("“”‘’…—·")
_UNDRAWN: Final = DIRECTION_MARKS | frozenset("\u200b\u2060")
_LOOKS: Final = str.maketrans("", "", "\ufe0e\ufe0f")


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
    """One line: its pieces from left to right, its width, and the baseline below the block's top, in pixels."""

    text: str
    pieces: tuple[Piece, ...]
    width: float
    baseline: int
    right_to_left: bool = False


@dataclass(frozen=True)
class Block:
    """All lines. The height runs from the first line's ascent to the last line's descent, in pixels.

    ``cut`` tells that there was more text than fits.
    """

    lines: tuple[Line, ...]
    width: int
    height: int
    size: int
    cut: bool = False


@dataclass(frozen=True)
class Setting:
    """What letters a text is set in; ``size`` is the em in pixels.

    Attributes:
        size: As large as asked.
        smallest: As small as it may get when there is too much text.
        weight: 100 to 900.
        italic: Slanted.
        family: A family by name, or None.
        language: Whose forms of ideographs.
        line_height: Distance of the baselines, in ems.
        right_to_left: The direction of the paragraph that is being set.
    """

    size: int
    smallest: int
    weight: int = 400
    italic: bool = False
    family: str | None = None
    language: str = "zh"
    line_height: float = 1.22
    right_to_left: bool = False


def fit_block(text: str, setting: Setting, *, room: tuple[int, int]) -> Block:
    """Break ``text`` for a room of ``(width, height)`` pixels.

    Letters get smaller when it is too high or a word too wide; what even the smallest leave over is cut off with
    three points. What no font has is left out.
    """
    said = read_drawable(text, family=setting.family, language=setting.language).text.strip("\n") or " "
    size = setting.size
    while True:
        chosen = replace(setting, size=size)
        block, whole = _set_block(said, chosen, wide=room[0])
        if whole and block.height <= room[1]:
            return block
        if size <= setting.smallest:
            return block if block.height <= room[1] else _cut(block, chosen, room)
        size = max(setting.smallest, int(size * _SHRINK))


def _set_block(said: str, setting: Setting, *, wide: int) -> tuple[Block, bool]:
    """Return the block, and whether every word of it stayed whole."""
    rows: list[tuple[str, bool]] = []
    whole = True
    for paragraph in said.split("\n"):
        own = replace(setting, right_to_left=is_right_to_left(paragraph))
        chunks = _chunks(paragraph.strip(), own, wide)
        whole = whole and max(_measure(chunk.rstrip(), own) for chunk in chunks) <= wide
        rows += [(row, own.right_to_left) for row in _wrap(chunks, own, wide)]
    return _stack(rows, setting), whole


def _stack(rows: list[tuple[str, bool]], setting: Setting, *, cut: bool = False) -> Block:
    step = round(setting.size * setting.line_height)
    lines: list[Line] = []
    baseline = below = 0
    for row, right_to_left in rows:
        pieces, width, (high, deep) = _set_line(row, replace(setting, right_to_left=right_to_left))
        # Stacked letters need more room than the usual distance of the lines.
        baseline = max(baseline + step, baseline + below + high) if lines else high
        below = deep
        lines.append(Line(row, pieces, width, baseline, right_to_left))
    widest = max(1, round(max(line.width for line in lines)))
    return Block(tuple(lines), widest, baseline + below, setting.size, cut)


def _cut(block: Block, setting: Setting, room: tuple[int, int]) -> Block:
    """Keep the lines that fit, the last one ending in three points."""
    below = round(setting.size * _BELOW)
    count = max(1, sum(line.baseline + below <= room[1] for line in block.lines))
    kept = [(line.text, line.right_to_left) for line in block.lines[:count]]
    last, right_to_left = kept[-1]
    own = replace(setting, right_to_left=right_to_left)
    clusters = split_clusters(last.rstrip(" .,;:，。、；："))
    while len(clusters) > 1 and _measure("".join(clusters) + _ELLIPSIS, own) > room[0]:
        clusters.pop()
    kept[-1] = ("".join(clusters).rstrip() + _ELLIPSIS, right_to_left)
    return _stack(kept, setting, cut=True)


def _wrap(chunks: list[str], setting: Setting, wide: int) -> list[str]:
    """Break into as few lines as fit, then make them as even as that number allows."""
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


def _chunks(paragraph: str, setting: Setting, wide: int) -> list[str]:
    """Return what stays together on a line; an address that is too wide may be broken within."""
    chunks: list[str] = []
    for chunk in join_unbroken(split_clusters(paragraph) or [""], may_break):
        if _measure(chunk.rstrip(), setting) <= wide:
            chunks.append(chunk)
        else:
            chunks += join_unbroken(split_clusters(chunk), may_break_inside)
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


def _split_long(row: str, setting: Setting, wide: int) -> list[str]:
    """Break a word that is wider than the room between its letters."""
    if _measure(row, setting) <= wide:
        return [row]
    rows = [""]
    for cluster in split_clusters(row):
        if rows[-1] and _measure(rows[-1] + cluster, setting) > wide:
            rows.append("")
        rows[-1] += cluster
    return rows


def _measure(text: str, setting: Setting) -> float:
    return _set_line(text, setting)[1] if text else 0.0


@lru_cache(maxsize=4096)
def _set_line(text: str, setting: Setting) -> tuple[tuple[Piece, ...], float, tuple[int, int]]:
    """Return the pieces, the line's width, and what it takes above and below its baseline."""
    pieces: list[Piece] = []
    left = 0.0
    high, deep = round(setting.size * _ABOVE), round(setting.size * _BELOW)
    for run in visual_runs(split_clusters(text), setting.right_to_left):
        parts = _by_face(run.text, setting)
        for part, face in reversed(parts) if run.right_to_left else parts:
            picture = _color_picture(part, face, setting.size) if face.color else None
            if picture is not None:
                width = float(picture.width)
            else:
                font = load_font(face, setting.size, setting.weight)
                direction = "rtl" if run.right_to_left else "ltr"
                width = font.getlength(part, direction=direction)
                if _is_stacked(part):
                    _, top, _, bottom = font.getbbox(part, direction=direction, anchor="ls")
                    high, deep = max(high, round(-top)), max(deep, round(bottom))
            pieces.append(Piece(part, face, run.right_to_left, left, width, picture))
            left += width
    return tuple(pieces), left, (high, deep)


def _is_stacked(text: str) -> bool:
    """Whether letters may stand above and below each other: marks, and the scripts from Syriac to Khmer."""
    return any(0x0300 <= ord(one) < 0x0370 or 0x0590 <= ord(one) < 0x1AB0 for one in text)


def _by_face(text: str, setting: Setting) -> list[tuple[str, Face]]:
    """Split where the face changes; a space stays with what is before it."""
    parts: list[tuple[str, Face]] = []
    clusters = [cluster for cluster in split_clusters(text) if cluster not in _UNDRAWN]
    for index, cluster in enumerate(clusters):
        if parts and cluster.isspace() and not (is_emoji(parts[-1][0]) or is_line_drawing(parts[-1][1])):
            face: Face | None = parts[-1][1]
        else:
            face = find_face(
                cluster,
                family=setting.family,
                italic=setting.italic,
                language=setting.language,
                full_width=cluster in _SHARED_MARKS and _among_ideographs(clusters, index),
            )
        if face is None:
            continue
        drawn = cluster if face.color or is_line_drawing(face) else cluster.translate(_LOOKS)
        if parts and parts[-1][1] == face and not face.color:
            parts[-1] = (parts[-1][0] + drawn, face)
        else:
            parts.append((drawn, face))
    return parts


def _among_ideographs(clusters: list[str], index: int) -> bool:
    """Whether the nearest neighbour that is no shared mark itself, before or else after, is an ideograph."""
    for steps in (range(index - 1, -1, -1), range(index + 1, len(clusters))):
        for place in steps:
            if clusters[place] not in _SHARED_MARKS:
                if is_ideographic(clusters[place]):
                    return True
                break
    return False


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
