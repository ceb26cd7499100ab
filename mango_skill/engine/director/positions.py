"""Where a picture lies above the storyline, and how large it is."""

from __future__ import annotations

from dataclasses import replace

from mango_skill.engine.director.asked import Asked, Json
from mango_skill.engine.director.desk import Desk
from mango_skill.engine.director.outcomes import CannotDo
from mango_skill.timeline import AssetSource, Clip, Effect, MediaKind, MediaReference

MARGIN = 4.0
SMALLEST_WIDTH, LARGEST_WIDTH = 1.0, 100.0
STEP = 1.3
WIDTHS = {"tiny": 6.0, "small": 10.0, "medium": 18.0, "large": 28.0, "big": 28.0, "huge": 45.0}


def placed(
    desk: Desk, media: MediaReference, position: str, width: float, opacity: float | None = None
) -> Effect:
    """Return where a picture of a width (percent of the frame's) lies at a named position."""
    canvas = desk.canvas
    shape = media.height / media.width if media.width and media.height else canvas.height / canvas.width
    height = width * shape * canvas.width / canvas.height
    if height > 100 - 2 * MARGIN:
        width *= (100 - 2 * MARGIN) / height
        height = 100 - 2 * MARGIN
    word = known_position(position)
    left, top = (100 - width) / 2, (100 - height) / 2
    side = MARGIN * canvas.height / canvas.width if canvas.width > canvas.height else MARGIN
    if "left" in word:
        left = side
    elif "right" in word:
        left = 100 - width - side
    if word.startswith("top"):
        top = MARGIN
    elif word.startswith(("bottom", "lower")):
        top = 100 - height - MARGIN
    where = {"left_percent": left, "top_percent": top, "width_percent": width, "height_percent": height}
    parameters: dict[str, Json] = {key: round(value, 2) for key, value in where.items()}
    if opacity is not None:
        parameters["opacity_percent"] = opacity
    return Effect("place", parameters)


def known_position(said: str) -> str:
    """Return a position of the frame.

    Raises:
        CannotDo: It is none.
    """
    word = said.strip().casefold().replace(" ", "_").replace("-", "_")
    word = {"centre": "center", "middle": "center", "corner": "bottom_right"}.get(word, word)
    known = (
        "top", "center", "bottom", "left", "right",
        "top_left", "top_right", "bottom_left", "bottom_right", "lower_third",
    )  # fmt: skip
    if word not in known:
        raise CannotDo("no_position", position=said[:40])
    return word


def restyle_picture(desk: Desk, clip: Clip, asked: Asked) -> Clip | None:
    """Return a picture clip with the size, place and opacity that an operation states; None if it states none."""
    place = clip.effect("place")
    media = desk.assets.get(clip.media.asset) if isinstance(clip.media, AssetSource) else None
    if not asked.has("size", "position", "opacity_percent") or place is None:
        return None
    media = media or MediaReference("", "", MediaKind.IMAGE)
    width = _width(asked, float(place.parameters.get("width_percent", 14)))
    opacity = asked.number("opacity_percent")
    if opacity is None:
        opacity = place.parameters.get("opacity_percent")
    said = asked.word("position")
    fresh = placed(desk, media, said or _position_of(place), width, opacity)
    return replace(clip, effects=tuple(fresh if one is place else one for one in clip.effects))


def _width(asked: Asked, old: float) -> float:
    size = asked.value("size")
    if size is None:
        return old
    if isinstance(size, int | float):
        width = float(size)
    else:
        word = str(size).strip().casefold()
        if word.endswith("%") and word[:-1].replace(".", "", 1).isdecimal():
            return max(SMALLEST_WIDTH, min(LARGEST_WIDTH, float(word[:-1])))
        width = {"larger": old * STEP, "bigger": old * STEP, "smaller": old / STEP}.get(word) or WIDTHS.get(
            word, 0
        )
    if not width:
        raise CannotDo("no_size", size=str(size)[:30])
    return max(SMALLEST_WIDTH, min(LARGEST_WIDTH, width))


def _position_of(place: Effect) -> str:
    """Return the named position nearest to where a picture lies."""
    left = (
        float(place.parameters.get("left_percent", 0)) + float(place.parameters.get("width_percent", 0)) / 2
    )
    top = float(place.parameters.get("top_percent", 0)) + float(place.parameters.get("height_percent", 0)) / 2
    across = "left" if left < 35 else "right" if left > 65 else ""
    along = "top" if top < 35 else "bottom" if top > 65 else ""
    return "_".join(part for part in (along, across) if part) or "center"
