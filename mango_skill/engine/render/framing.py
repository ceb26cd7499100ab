"""Where a picture stands in the frame: crop, turn, flip, fit and place, as numbers. Pure."""

from __future__ import annotations

from math import cos, inf, isfinite, radians, sin

from mango_skill.engine.render.parts import Box, Geometry
from mango_skill.engine.render.readings import number
from mango_skill.timeline import Clip

Size = tuple[int, int]
Part = tuple[float, float, float, float]

WHOLE: Part = (0.0, 0.0, 1.0, 1.0)


def whole_frame(frame: Size) -> Box:
    """Return the box that is the whole output frame."""
    return Box(0, 0, frame[0], frame[1])


def frame_clip(clip: Clip | None, size: Size, frame: Size, *, fit: str, main: bool) -> Geometry:
    """Decide how a picture gets into the frame.

    Args:
        clip: With its crop, rotate, flip, fit and place effects; None for a picture that has none.
        size: Of the source as seen: upright, square pixels.
        frame: Of the output.
        fit: crop, pad or blur where the clip does not say.
        main: Whether it belongs to the storyline; an overlay never paints bars or a backdrop.
    """
    keep = _kept(clip)
    degrees, mirror, upend = _turn(clip)
    shape = _turned_shape(size[0] * keep[2], size[1] * keep[3], degrees)
    own_fit = clip.effect("fit") if clip else None
    mode = str(own_fit.parameters.get("mode", fit)) if own_fit else fit
    area, forced = _area(clip, shape, frame)
    if forced and own_fit is None:
        mode = "crop"
    fill, box = WHOLE, area
    if mode == "crop" or (forced and mode != "pad"):
        fill = _fill(shape, (area.width, area.height))
    else:
        box = _fitted(shape, area)
    backdrop = mode == "blur" and main and box != area
    return Geometry(box, keep, degrees, mirror, upend, fill, backdrop)


def _kept(clip: Clip | None) -> Part:
    crop = clip.effect("crop") if clip else None
    if crop is None:
        return WHOLE
    left, right, top, bottom = (
        max(0.0, number(crop.parameters, f"{side}_percent", 0)) / 100
        for side in ("left", "right", "top", "bottom")
    )
    # At least a twentieth of the picture stays, whatever is asked.
    return (
        min(left, 0.95),
        min(top, 0.95),
        max(0.05, 1 - min(left, 0.95) - right),
        max(0.05, 1 - min(top, 0.95) - bottom),
    )


def _turn(clip: Clip | None) -> tuple[float, bool, bool]:
    degrees, mirror, upend = 0.0, False, False
    for effect in clip.effects if clip else ():
        if effect.kind == "rotate":
            degrees += number(effect.parameters, "degrees", 90)
        elif effect.kind == "flip":
            vertical = effect.parameters.get("axis", "horizontal") == "vertical"
            mirror, upend = mirror ^ (not vertical), upend ^ vertical
    return degrees % 360, mirror, upend


def _turned_shape(width: float, height: float, degrees: float) -> tuple[float, float]:
    angle = radians(degrees)
    across, along = abs(cos(angle)), abs(sin(angle))
    return width * across + height * along, width * along + height * across


def _area(clip: Clip | None, shape: tuple[float, float], frame: Size) -> tuple[Box, bool]:
    """The area a picture may use, and whether its shape is forced on the picture."""
    place = clip.effect("place") if clip else None
    if place is None:
        return whole_frame(frame), False
    names = ("left_percent", "top_percent", "width_percent", "height_percent")
    values = {name: found for name in names if isfinite(found := number(place.parameters, name, inf))}
    width = frame[0] * max(0.0, values.get("width_percent", 0.0)) / 100
    height = frame[1] * max(0.0, values.get("height_percent", 0.0)) / 100
    forced = width > 0 and height > 0
    if not width and not height:
        box = _fitted(shape, whole_frame(frame))
        width, height = box.width, box.height
    elif not height:
        height = width * shape[1] / shape[0]
    elif not width:
        width = height * shape[0] / shape[1]
    left = frame[0] * values["left_percent"] / 100 if "left_percent" in values else (frame[0] - width) / 2
    top = frame[1] * values["top_percent"] / 100 if "top_percent" in values else (frame[1] - height) / 2
    return Box(_even(left), _even(top), max(2, _even(width)), max(2, _even(height))), forced


def _fill(shape: tuple[float, float], area: Size) -> Part:
    """The middle part of a picture that has the area's shape."""
    picture, wanted = shape[0] / shape[1], area[0] / area[1]
    if abs(picture / wanted - 1) < 0.005:
        return WHOLE
    if picture > wanted:
        part = wanted / picture
        return ((1 - part) / 2, 0.0, part, 1.0)
    part = picture / wanted
    return (0.0, (1 - part) / 2, 1.0, part)


def _fitted(shape: tuple[float, float], area: Box) -> Box:
    """The largest box of the picture's shape in the middle of the area; a hair's breadth is given away."""
    scale = min(area.width / shape[0], area.height / shape[1])
    width, height = shape[0] * scale, shape[1] * scale
    if area.width - width < area.width * 0.005 and area.height - height < area.height * 0.005:
        return area
    wide, high = max(2, min(area.width, _even(width))), max(2, min(area.height, _even(height)))
    return Box(
        area.left + _even((area.width - wide) / 2), area.top + _even((area.height - high) / 2), wide, high
    )


def _even(value: float) -> int:
    return 2 * round(value / 2)
