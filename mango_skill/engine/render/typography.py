"""What a text's style says, in the terms of what draws it; colours that can be read are chosen here. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from mango_skill.engine.media.fonts import POSITIONS, Align, TextStyle, contrast, parse_color
from mango_skill.engine.render.cues import CAPTION_SIZE

_NONE: Final = ("", "none", "no", "transparent", None)
_DEFAULT_SIZES: Final = {"title": 9.0, "caption": CAPTION_SIZE, "lower_third": 5.5, "credits": 5.0}
_WEIGHTS: Final = {"regular": 400, "normal": 400, "light": 300, "bold": 700, "black": 900}
_LIGHT, _DARK = "#FFFFFF", "#000000"
# Below this ratio an outline or a box can't be told from the letters.
_LEAST_CONTRAST: Final = 2.0
# Captions that cover more than this hide the picture.
_CAPTION_HEIGHT_PERCENT: Final = 42.0


def text_style(style: Mapping[str, Any], caption: bool, language: str = "zh") -> TextStyle:
    """Read ``timeline.effects.TEXT_STYLE`` into what the fonts room draws.

    Letters on a box get the colour that can be read on it when none is asked for; an outline in the letters' own
    colour is drawn in the opposite one.
    """
    layout = str(style.get("layout", "plain"))
    kind = "caption" if caption else layout if layout in _DEFAULT_SIZES else "title"
    position = str(style.get("position") or ("bottom" if caption else "center"))
    if layout == "lower_third" and "position" not in style:
        position = "lower_third"
    outline = style.get("outline", "black" if caption else None)
    background = style.get("background")
    box = None if background in _NONE else _color(background, _DARK)
    color = _color(style.get("color"), _opposite(box) if box else _LIGHT)
    return TextStyle(
        size_percent=_number(style, "size_percent") or _DEFAULT_SIZES[kind],
        color=color,
        weight=_WEIGHTS.get(str(style.get("weight", "")).lower(), 600),
        italic=bool(style.get("italic", False)),
        family=str(style["font"]) if style.get("font") else None,
        align=_align(style, position),
        position=position if position in POSITIONS else "center",
        x_percent=_number(style, "x_percent"),
        y_percent=_number(style, "y_percent"),
        outline_percent=0.0 if outline in _NONE else 9.0,
        outline_color=_told_apart(_color(outline, _DARK), color),
        box_color=box,
        max_height_percent=_CAPTION_HEIGHT_PERCENT if kind == "caption" else 100.0,
        language=language,
    )


def _opposite(color: str) -> str:
    return max((_LIGHT, _DARK), key=lambda one: contrast(one, color))


def _told_apart(outline: str, color: str) -> str:
    return outline if contrast(outline, color) >= _LEAST_CONTRAST else _opposite(color)


def _align(style: Mapping[str, Any], position: str) -> Align:
    stated = str(style.get("align") or "")
    if stated in ("left", "center", "right"):
        return cast(Align, stated)
    if position in ("left", "top_left", "bottom_left", "lower_third"):
        return "left"
    return "right" if position in ("right", "top_right", "bottom_right") else "center"


def _number(style: Mapping[str, Any], key: str) -> float | None:
    value = style.get(key)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _color(value: Any, default: str) -> str:
    if not isinstance(value, str) or not value.strip():
        return default
    try:
        parse_color(value)
    except ValueError:
        return default
    return value
