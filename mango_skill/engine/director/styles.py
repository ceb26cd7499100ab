"""How words look: what a user says about size, place, case and style, in the model's terms."""

from __future__ import annotations

from collections.abc import Mapping

from mango_skill.engine.director.asked import Asked, Json
from mango_skill.engine.director.hues import read_color
from mango_skill.engine.director.outcomes import CannotDo
from mango_skill.timeline import Canvas

SIZES = {
    "tiny": 2.5,
    "small": 4.0,
    "smaller": 4.0,
    "medium": 6.0,
    "normal": 6.0,
    "large": 9.0,
    "larger": 8.0,
    "big": 9.0,
    "bigger": 8.0,
    "huge": 13.0,
}
TITLE_SIZE, CAPTION_SIZE = 8.0, 5.0
STEP = 1.3
POSITIONS = frozenset(
    [
        "top",
        "center",
        "bottom",
        "top_left",
        "top_right",
        "bottom_left",
        "bottom_right",
        "lower_third",
        "left",
        "right",
    ]
)
POSITION_WORDS = {
    "centre": "center",
    "middle": "center",
    "lower": "bottom",
    "upper": "top",
    "top_center": "top",
    "bottom_center": "bottom",
}
HIGHER_STEP = 12.0
_BACKDROPS = {
    "box": "black",
    "none": "none",
    "no": "none",
    "transparent": "none",
    "solid": "black",
    "yes": "black",
}
ANIMATIONS = frozenset(
    [
        "none",
        "fade",
        "slide_left",
        "slide_right",
        "slide_up",
        "slide_down",
        "pop",
        "typewriter",
        "scroll_up",
        "bounce",
        "zoom",
    ]
)
ANIMATION_WORDS = {
    "fade_in": "fade",
    "fly_in": "slide_left",
    "slide": "slide_left",
    "slide_in": "slide_left",
    "pop_in": "pop",
    "type": "typewriter",
    "typing": "typewriter",
    "zoom_in": "zoom",
    "scroll": "scroll_up",
    "scale": "zoom",
}
CASES = {"upper": "upper", "lower": "lower", "sentence": "as_is", "title": "as_is", "as_is": "as_is"}
CAPTION_STYLES: Mapping[str, Mapping[str, Json]] = {
    "word_by_word": {"layout": "word_by_word"},
    "karaoke": {"layout": "karaoke"},
    "tiktok": {"layout": "word_by_word", "weight": "bold", "size_percent": 8.0, "position": "center"},
    "bold": {"weight": "bold"},
    "boxed": {"background": "black"},
    "box": {"background": "black"},
    "minimal": {"outline": "none", "size_percent": 4.0},
    "outline": {"outline": "black", "background": "none"},
    "yellow": {"color": "yellow"},
    "big": {"size_percent": 8.0},
    "classic": {"color": "white", "outline": "black"},
}
CENTRES = {"top": 12.0, "center": 50.0, "bottom": 88.0, "lower_third": 78.0}


def read_style(asked: Asked, canvas: Canvas, old: Mapping[str, Json], *, base: float) -> dict[str, Json]:
    """Return the style that an operation states, relative words measured against ``old``.

    ``base`` is the size that a text of this kind has by itself.

    Raises:
        CannotDo: A position or a size that is no position or size.
    """
    style: dict[str, Json] = {}
    for name in ("weight", "font"):
        if (value := asked.word(name)) is not None:
            style[name] = value
    for name in ("color", "background", "outline"):
        if (value := asked.word(name)) is not None:
            plain = _BACKDROPS.get(value.strip().casefold()) if name != "color" else None
            style[name] = plain or read_color(value)
    if style.get("weight") == "light":
        style["weight"] = "regular"
    if (opacity := asked.number("opacity_percent")) is not None:
        style["opacity_percent"] = opacity
    if asked.has("size"):
        style["size_percent"] = _size(asked.value("size"), canvas, float(old.get("size_percent", base)))
    if (position := asked.word("position")) is not None:
        style |= _position(position, old)
    if (case := asked.word("case")) is not None:
        style["case"] = CASES.get(case, "as_is")
    if (animation := asked.word("animation")) is not None:
        style["animation"] = read_animation(animation)
    if (named := asked.word("style")) is not None:
        known = CAPTION_STYLES.get(_key(named))
        if known is None:
            raise CannotDo("no_caption_style", style=named[:40], styles=", ".join(CAPTION_STYLES))
        style = {**known, **style}
    return style


def read_animation(said: str) -> str:
    """Return the animation nearest to what was said.

    Raises:
        CannotDo: There is none like it.
    """
    key = _key(said)
    name = ANIMATION_WORDS.get(key, key)
    if name not in ANIMATIONS:
        raise CannotDo("no_animation", animation=said[:40], animations=", ".join(sorted(ANIMATIONS)))
    return name


def restyled(old: Mapping[str, Json], changes: Mapping[str, Json]) -> dict[str, Json]:
    """Return a style with changes; a named position takes an exact one away."""
    kept = dict(old)
    if "position" in changes:
        kept.pop("x_percent", None)
        kept.pop("y_percent", None)
    return {**kept, **changes}


def _size(value: Json, canvas: Canvas, old: float) -> float:
    if isinstance(value, int | float):
        return round(min(50.0, 100 * float(value) / min(canvas.width, canvas.height)), 2)
    word = _key(str(value))
    if word in ("larger", "bigger"):
        return round(min(50.0, old * STEP), 2)
    if word in ("smaller",):
        return round(max(1.5, old / STEP), 2)
    if word in SIZES:
        return SIZES[word]
    if word.endswith("%") and word[:-1].replace(".", "", 1).isdecimal():
        return min(50.0, float(word[:-1]))
    raise CannotDo("no_size", size=word[:30])


def _position(said: str, old: Mapping[str, Json]) -> dict[str, Json]:
    word = _key(said)
    word = POSITION_WORDS.get(word, word)
    if word in POSITIONS:
        return {"position": word}
    if word in ("higher", "up", "lower_down", "down"):
        now = float(old.get("y_percent", CENTRES.get(str(old.get("position", "bottom")), 88.0)))
        step = -HIGHER_STEP if word in ("higher", "up") else HIGHER_STEP
        return {"y_percent": max(5.0, min(95.0, now + step))}
    raise CannotDo("no_position", position=said[:40])


def _key(said: str) -> str:
    return said.strip().casefold().replace(" ", "_").replace("-", "_")
