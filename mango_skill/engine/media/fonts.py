"""Text as a picture: titles, captions, watermarks. Any script that a font can be found for, and emoji.

Child processes only: it imports Pillow. The result covers the text alone, so that it is cheap to overlay.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFilter

from mango_skill.engine.media.clusters import clean_text
from mango_skill.engine.media.layout import Block, Line, Piece, Setting, fit_block
from mango_skill.engine.media.repertoire import read_drawable
from mango_skill.engine.media.tongues import guess_tongue
from mango_skill.engine.media.typefaces import is_line_drawing, load_font

Align = Literal["left", "center", "right"]

#: Where a text stands, as shares of the room that is left over beside and above it (0 left or top, 1 right or bottom).
POSITIONS: dict[str, tuple[float, float]] = {
    "top": (0.5, 0.0),
    "center": (0.5, 0.5),
    "bottom": (0.5, 1.0),
    "left": (0.0, 0.5),
    "right": (1.0, 0.5),
    "top_left": (0.0, 0.0),
    "top_right": (1.0, 0.0),
    "bottom_left": (0.0, 1.0),
    "bottom_right": (1.0, 1.0),
    "lower_third": (0.0, 0.88),
    "upper_third": (0.5, 0.12),
}


@dataclass(frozen=True)
class TextStyle:
    """How a text looks. Percentages of the canvas are of its shorter side, so that a style fits any ratio.

    Attributes:
        size_percent: Height of the letters (their em) as percent of the canvas's shorter side.
        color: ``#RRGGBB``, ``#RRGGBBAA`` or an English colour word.
        weight: 100 (thin) to 900 (black).
        italic: Slanted letters.
        family: A font family of the user's system, by name.
        align: Of the lines among each other.
        position: A key of ``POSITIONS``.
        x_percent: Instead of ``position``: where the middle of the text stands, in percent of the width.
        y_percent: The same of the height.
        margin_percent: What stays free at every edge.
        max_width_percent: The widest a line may be, in percent of the canvas's width.
        line_height: Distance of the baselines, in ems.
        outline_percent: Width of the outline, in percent of an em; 0 for none.
        outline_color: As ``color``.
        shadow_opacity: 0 (none) to 1.
        box_color: A box behind the text; None for none.
        box_opacity: 0 to 1.
        box_padding_percent: Between text and the box's edge, in percent of an em.
        box_radius_percent: Roundness of its corners, in percent of an em.
        max_height_percent: The most that a text may cover of the canvas's height.
        language: Whose forms of ideographs a text gets that doesn't tell by itself: ``zh``, ``zh-hant``, ``ja``, ``ko``.
    """

    size_percent: float = 7.0
    color: str = "#FFFFFF"
    weight: int = 600
    italic: bool = False
    family: str | None = None
    align: Align = "center"
    position: str = "center"
    x_percent: float | None = None
    y_percent: float | None = None
    margin_percent: float = 6.0
    max_width_percent: float = 86.0
    line_height: float = 1.22
    outline_percent: float = 0.0
    outline_color: str = "#000000"
    shadow_opacity: float = 0.45
    box_color: str | None = None
    box_opacity: float = 0.6
    box_padding_percent: float = 35.0
    box_radius_percent: float = 25.0
    max_height_percent: float = 100.0
    language: str = "zh"


@dataclass(frozen=True)
class DrawnText:
    """A picture of the text and where its upper left corner belongs on the canvas.

    Attributes:
        image: RGBA with straight alpha, cropped to what is visible (text, outline, shadow, box).
        left: In pixels of the canvas.
        top: In pixels of the canvas.
        size_px: The em that was used; smaller than asked when the text would not fit.
        lines: The text as it was broken.
        missing: What no font has and is therefore left out.
        cut: There was more text than fits; the last line ends in three points.
    """

    image: Image.Image
    left: int
    top: int
    size_px: int
    lines: tuple[str, ...]
    missing: tuple[str, ...] = ()
    cut: bool = False

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom on the canvas; right and bottom exclusive."""
        return self.left, self.top, self.left + self.image.width, self.top + self.image.height


def draw_text(text: str, style: TextStyle, canvas_size: tuple[int, int]) -> DrawnText:
    """Draw ``text`` for a canvas of ``(width, height)`` pixels.

    Lines are broken where the scripts allow it so that they are about equally long; a text that is too high for the
    canvas is made smaller, at most to two fifths, then cut. Line breaks in the text are kept.

    Control characters are left out, and what goes on beyond ``clusters.LONGEST_TEXT`` letters.

    Raises:
        ConfigurationError: ``no_fonts``.
        ValueError: A colour that is none.
    """
    block = set_text(text, style, canvas_size)
    image, inset_x, inset_y = _paint(block, style)
    left, top = _place(block, style, canvas_size)
    bounds = image.getbbox()
    if bounds:
        image, inset_x, inset_y = image.crop(bounds), inset_x - bounds[0], inset_y - bounds[1]
    return DrawnText(
        image,
        left - inset_x,
        top - inset_y,
        block.size,
        tuple(line.text for line in block.lines),
        find_missing(text, style),
        block.cut,
    )


def set_text(text: str, style: TextStyle, canvas_size: tuple[int, int]) -> Block:
    """Return ``text`` broken into lines as ``draw_text`` draws it, without drawing it.

    Raises:
        ConfigurationError: ``no_fonts``.
    """
    width, height = canvas_size
    short = min(width, height)
    margin = _margin(style, canvas_size)
    size = max(_LEAST_PX, round(short * style.size_percent / 100))
    padding = round(size * style.box_padding_percent / 100) if style.box_color else 0
    wide = max(16, min(round(width * style.max_width_percent / 100), width - 2 * margin - 2 * padding))
    high = max(16, min(round(height * style.max_height_percent / 100), height - 2 * margin - 2 * padding))
    said = clean_text(text).strip("\n") or " "
    setting = Setting(
        size,
        min(size, max(_LEAST_PX, round(size * _SMALLEST_SHARE))),
        style.weight,
        style.italic,
        style.family,
        guess_tongue([said]) or style.language,
        style.line_height,
    )
    return fit_block(said, setting, room=(wide, high))


def find_missing(text: str, style: TextStyle) -> tuple[str, ...]:
    """Return the clusters of ``text`` that no font has."""
    said = clean_text(text)
    language = guess_tongue([said]) or style.language
    return read_drawable(said, family=style.family, language=language).missing


# Below these a text can't be read: better cut than that.
_LEAST_PX = 9
_SMALLEST_SHARE = 0.4


def _margin(style: TextStyle, canvas_size: tuple[int, int]) -> int:
    return round(min(canvas_size) * style.margin_percent / 100)


def _place(block: Block, style: TextStyle, canvas_size: tuple[int, int]) -> tuple[int, int]:
    """Return where the block's upper left corner lies: as asked, and within the margins."""
    width, height = canvas_size
    # A box's padding belongs to the text when it is kept from the edges.
    margin = _margin(style, canvas_size)
    if style.box_color:
        margin += round(block.size * style.box_padding_percent / 100)
    across, down = POSITIONS.get(style.position, POSITIONS["center"])
    spare = (width - 2 * margin - block.width, height - 2 * margin - block.height)
    left, top = margin + spare[0] * across, margin + spare[1] * down
    if style.x_percent is not None:
        left = width * style.x_percent / 100 - block.width / 2
    if style.y_percent is not None:
        top = height * style.y_percent / 100 - block.height / 2
    return (
        round(min(max(left, margin), margin + max(0, spare[0]))),
        round(min(max(top, margin), margin + max(0, spare[1]))),
    )


def _paint(block: Block, style: TextStyle) -> tuple[Image.Image, int, int]:
    """Return the picture and where in it the block's upper left corner is."""
    outline = max(1, round(block.size * style.outline_percent / 100)) if style.outline_percent > 0 else 0
    shadow = max(2, round(block.size * 0.06)) if style.shadow_opacity > 0 else 0
    # Nothing else keeps the letters apart from a picture of their own colour.
    alone = bool(shadow and not outline and not style.box_color)
    padding = round(block.size * style.box_padding_percent / 100) if style.box_color else 0
    inset = outline + 4 * shadow + padding + round(block.size * 0.35)
    size = (block.width + 2 * inset, block.height + 2 * inset)
    image = Image.new("RGBA", size, (0, 0, 0, 0))
    if style.box_color:
        image.alpha_composite(_box_layer(size, inset - padding, style, block.size))
    rim = max(1, shadow // 2) if alone else outline
    fill, edge = _masks(block, style, inset=inset, size=size, outline=rim)
    if shadow:
        image.alpha_composite(*_shadow(edge, style, shadow, alone=alone))
    if outline:
        image.alpha_composite(_tint(edge, parse_color(style.outline_color)))
    image.alpha_composite(_tint(fill, parse_color(style.color)))
    _paste_color_glyphs(image, block, style, inset)
    return image, inset, inset


def _shadow(
    edge: Image.Image, style: TextStyle, radius: int, *, alone: bool
) -> tuple[Image.Image, tuple[int, int]]:
    """Return a soft shadow, and how far it is moved; around letters that have nothing else, a halo."""
    strength = 2.6 * style.shadow_opacity if alone else style.shadow_opacity
    soft = edge.filter(ImageFilter.GaussianBlur(radius / 1.5 if alone else radius))
    soft = soft.point(lambda value: min(255, int(value * strength)))
    dark = luminance(style.color) > _MIDDLE
    moved = 0 if alone else radius // 2 + 1
    return _tint(soft, (0, 0, 0, 255) if dark else (255, 255, 255, 255)), (0, moved)


#: Of the colours from black to white the one that is equally far from both (WCAG 2.2, contrast ratio).
_MIDDLE = 0.18


def luminance(color: str) -> float:
    """Return the relative luminance of a colour, 0 to 1 (WCAG 2.2).

    Raises:
        ValueError: A colour that is none.
    """
    parts = [value / 255 for value in parse_color(color)[:3]]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2); text wants 4.5, large text 3."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _masks(
    block: Block, style: TextStyle, *, inset: int, size: tuple[int, int], outline: int
) -> tuple[Image.Image, Image.Image]:
    """Return the letters, and the letters with their outline, as masks.

    Drawn as masks and coloured afterwards, because drawing into a transparent picture darkens soft edges.
    """
    fill, edge = Image.new("L", size, 0), Image.new("L", size, 0)
    for line in block.lines:
        left = inset + _line_left(block, line, style.align)
        for piece in line.pieces:
            if piece.face.color:
                continue
            font = load_font(piece.face, block.size, style.weight)
            direction = "rtl" if piece.right_to_left else "ltr"
            at = (left + piece.left, inset + line.baseline)
            ImageDraw.Draw(fill).text(at, piece.text, fill=255, font=font, anchor="ls", direction=direction)
            ImageDraw.Draw(edge).text(
                at, piece.text, fill=255, font=font, anchor="ls", direction=direction, stroke_width=outline
            )
            if is_line_drawing(piece.face):
                _fill_drawing(edge, at, piece, block.size)
    return fill, edge


def _fill_drawing(edge: Image.Image, at: tuple[float, float], piece: Piece, em: int) -> None:
    """Fill what a picture's lines enclose, so that they stand on one ground whatever is behind them."""
    area = (int(at[0]), max(0, int(at[1] - em)), int(at[0] + piece.width) + 1, int(at[1] + em * 0.3))
    ink = np.asarray(edge.crop(area))
    inside = ink.copy()
    for axis in (0, 1):
        from_one = np.maximum.accumulate(ink, axis=axis)
        from_other = np.flip(np.maximum.accumulate(np.flip(ink, axis), axis=axis), axis)
        reached = np.minimum(from_one, from_other)
        inside = reached if axis == 0 else np.minimum(inside, reached)
    edge.paste(Image.fromarray(np.maximum(ink, inside)), area[:2])


def _line_left(block: Block, line: Line, align: Align) -> float:
    return (block.width - line.width) * {"left": 0.0, "center": 0.5, "right": 1.0}[align]


def _paste_color_glyphs(image: Image.Image, block: Block, style: TextStyle, inset: int) -> None:
    for line in block.lines:
        left = inset + _line_left(block, line, style.align)
        for piece in line.pieces:
            if piece.picture is not None:
                top = inset + line.baseline - round(piece.picture.height * 0.82)
                image.alpha_composite(piece.picture, (max(0, round(left + piece.left)), max(0, top)))


def _tint(mask: Image.Image, color: tuple[int, int, int, int]) -> Image.Image:
    layer = Image.new("RGBA", mask.size, (*color[:3], 255))
    layer.putalpha(mask if color[3] == 255 else mask.point(lambda value: value * color[3] // 255))
    return layer


def _box_layer(size: tuple[int, int], edge: int, style: TextStyle, em: int) -> Image.Image:
    scale = 3  # drawn larger and reduced: Pillow's round corners are jagged
    mask = Image.new("L", (size[0] * scale, size[1] * scale), 0)
    corners = (edge * scale, edge * scale, (size[0] - edge) * scale - 1, (size[1] - edge) * scale - 1)
    ImageDraw.Draw(mask).rounded_rectangle(
        corners, radius=em * style.box_radius_percent / 100 * scale, fill=255
    )
    red, green, blue, alpha = parse_color(style.box_color or "black")
    return _tint(
        mask.resize(size, Image.Resampling.BOX), (red, green, blue, round(alpha * style.box_opacity))
    )


@lru_cache(maxsize=128)
def parse_color(color: str) -> tuple[int, int, int, int]:
    """Return red, green, blue and alpha (0 to 255) of ``#RRGGBB``, ``#RRGGBBAA`` or a colour word."""
    red, green, blue, *alpha = ImageColor.getrgb(color.strip().lower())
    return red, green, blue, alpha[0] if alpha else 255
