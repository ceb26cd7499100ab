"""The frame: shape, size, rate, and how pictures lie and move in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from mango_skill.engine.director.asked import Asked
from mango_skill.engine.director.cuts import Handler
from mango_skill.engine.director.desk import Desk
from mango_skill.engine.director.outcomes import CannotDo, MustAsk
from mango_skill.engine.director.uploads import even
from mango_skill.timeline import AssetSource, Clip, Effect, MediaKind, TimeRange, edits

RATIOS = {
    "square": Fraction(1),
    "vertical": Fraction(9, 16),
    "portrait": Fraction(9, 16),
    "horizontal": Fraction(16, 9),
    "landscape": Fraction(16, 9),
    "widescreen": Fraction(16, 9),
    "cinemascope": Fraction(239, 100),
    "cinematic": Fraction(239, 100),
    "anamorphic": Fraction(239, 100),
}
LETTERBOX = "2.39:1"
NTSC = {
    23.976: Fraction(24000, 1001),
    23.98: Fraction(24000, 1001),
    29.97: Fraction(30000, 1001),
    59.94: Fraction(60000, 1001),
    119.88: Fraction(120000, 1001),
}
SMALLEST, LARGEST = 16, 7680
SLOW_ZOOM, PUNCH_ZOOM, KEN_BURNS = 1.15, 1.3, 1.15
PUNCH_MS = 2000
PAN_PERCENT = 10
STABILIZE_PERCENT = 60
_PAIR = re.compile(r"(\d+(?:\.\d+)?)\s*(?::|：|/|x|×|by|比)\s*(\d+(?:\.\d+)?)", re.IGNORECASE)
_SIDES = ("left", "right", "top", "bottom")


def read_ratio(text: str) -> Fraction:
    """Read "9:16", "2.39:1", "16x9", "square".

    Raises:
        CannotDo: It is no shape of a picture.
    """
    word = text.strip().casefold()
    if word in RATIOS:
        return RATIOS[word]
    pair = _PAIR.fullmatch(word)
    if pair is not None:
        width, height = Fraction(pair[1]), Fraction(pair[2])
        if width and height and Fraction(1, 10) <= width / height <= 10:
            return width / height
    elif re.fullmatch(r"\d+(\.\d+)?", word) and Fraction(1, 10) <= Fraction(word) <= 10:
        return Fraction(word)
    raise CannotDo("no_ratio", ratio=word[:20])


def set_aspect(desk: Desk, asked: Asked) -> None:
    """Change the shape of the picture; the shorter side keeps its length."""
    stated = asked.word("ratio")
    fit = asked.word("fit")
    canvas = desk.canvas
    if stated is None and fit is None:
        raise MustAsk("which_ratio", missing="ratio")
    ratio = read_ratio(stated) if stated is not None else Fraction(canvas.width, canvas.height)
    short = min(canvas.width, canvas.height)
    width, height = (short, short / ratio) if ratio < 1 else (short * ratio, short)
    chosen = fit or "crop"
    fresh = replace(canvas, width=even(float(width)), height=even(float(height)), fit=chosen)
    desk.timeline = replace(desk.timeline, canvas=fresh)
    if fit is None:
        desk.aside("default_fit")
    desk.facts["canvas"] = {"width": fresh.width, "height": fresh.height}
    desk.did("aspect", ratio=stated or f"{canvas.width}:{canvas.height}", fit=chosen)


def letterbox(desk: Desk, asked: Asked) -> None:
    """Bars as in the cinema; the frame keeps its size."""
    stated = asked.word("ratio") or LETTERBOX
    read_ratio(stated)
    desk.timeline = edits.treat(
        replace(desk.timeline, effects=edits.without_kind(desk.timeline.effects, "letterbox")),
        Effect("letterbox", {"ratio": stated}),
    )
    desk.did("letterbox", ratio=stated)


def crop(desk: Desk, asked: Asked) -> None:
    """Cut edges of the picture off."""
    clips = _clips(desk, asked)
    canvas = desk.canvas
    sides: dict[str, float] = {}
    for side in _SIDES:
        percent = asked.number(f"{side}_percent")
        pixels = asked.number(f"{side}_px")
        if pixels is not None:
            percent = 100 * pixels / (canvas.width if side in ("left", "right") else canvas.height)
        if percent:
            sides[f"{side}_percent"] = round(percent, 3)
    if not sides:
        raise MustAsk("crop_how_much", missing="left_percent,right_percent,top_percent,bottom_percent")
    if sum(sides.get(f"{s}_percent", 0) for s in ("left", "right")) >= 95:
        raise CannotDo("crop_too_much")
    if sum(sides.get(f"{s}_percent", 0) for s in ("top", "bottom")) >= 95:
        raise CannotDo("crop_too_much")
    _treat(desk, clips, Effect("crop", sides))
    desk.did_there(
        asked, "cropped", sides=", ".join(f"{key.split('_')[0]} {value:g} %" for key, value in sides.items())
    )


def set_resolution(desk: Desk, asked: Asked) -> None:
    """Set the size of the frame in pixels."""
    canvas = desk.canvas
    width, height = asked.number("width"), asked.number("height")
    if width is None and height is None:
        raise MustAsk("which_size", missing="width,height")
    width = width if width is not None else canvas.width * (height or 0) / canvas.height
    height = height if height is not None else canvas.height * width / canvas.width
    upright = canvas.height > canvas.width and width > height
    if (
        upright
        and re.search(r"\d{3,4}\s*[pP]|\b[248][kK]\b", desk.message)
        and "x" not in desk.message.lower()
    ):
        width, height = height, width  # "1080p" of an upright video is 1080 wide
    fresh = replace(canvas, width=even(width), height=even(height))
    if not (SMALLEST <= fresh.width <= LARGEST and SMALLEST <= fresh.height <= LARGEST):
        raise CannotDo("size_out_of_reach", smallest=SMALLEST, largest=LARGEST)
    desk.timeline = replace(desk.timeline, canvas=fresh)
    desk.facts["canvas"] = {"width": fresh.width, "height": fresh.height}
    desk.did("resolution", width=fresh.width, height=fresh.height)


def set_fps(desk: Desk, asked: Asked) -> None:
    """Set the frames per second."""
    stated = asked.number("fps")
    if stated is None:
        raise MustAsk("which_fps", missing="fps")
    fps = NTSC.get(round(stated, 3)) or Fraction(str(stated)).limit_denominator(1001)
    if not 1 <= fps <= 120:
        raise CannotDo("fps_out_of_reach")
    desk.timeline = replace(desk.timeline, canvas=replace(desk.canvas, fps=fps))
    desk.facts["fps"] = round(float(fps), 3)
    desk.did("fps", fps=f"{stated:g}")


def rotate(desk: Desk, asked: Asked) -> None:
    """Turn the picture clockwise; turning all of it by a quarter turns the frame too."""
    degrees = asked.number("degrees")
    if degrees is None:
        degrees = 90.0
    clips = _clips(desk, asked)
    for clip in clips:
        old = clip.effect("rotate")
        total = (float(old.parameters.get("degrees", 0)) if old else 0) + degrees
        turned = edits.clear_clips(desk.timeline, {clip.id}, "rotate")
        whole = round(total % 360, 3)
        desk.timeline = (
            edits.treat_clips(turned, {clip.id}, Effect("rotate", {"degrees": _tidy(whole)}))
            if whole
            else turned
        )
    if degrees % 180 == 90 and len(clips) == len(desk.clips):
        canvas = desk.canvas
        desk.timeline = replace(
            desk.timeline, canvas=replace(canvas, width=canvas.height, height=canvas.width)
        )
        desk.facts["canvas"] = {"width": canvas.height, "height": canvas.width}
    desk.did_there(asked, "rotated", degrees=f"{degrees:g}")


def flip(desk: Desk, asked: Asked) -> None:
    """Mirror the picture; mirrored twice it is as it was."""
    axis = asked.word("axis") or "horizontal"
    fresh = Effect("flip", {"axis": axis})
    for clip in _clips(desk, asked):
        if fresh in clip.effects:
            changed = replace(clip, effects=tuple(one for one in clip.effects if one != fresh))
        else:
            changed = replace(clip, effects=(*clip.effects, fresh))
        desk.change_clips([clip.id], effects=changed.effects)
    desk.did_there(asked, f"flipped_{axis}")


def zoom(desk: Desk, asked: Asked) -> None:
    """Enlarge the picture, slowly or at once."""
    desk.need_clips()
    kind = asked.word("kind") or ""
    stated = asked.number("factor")
    if stated is not None and not 0.1 <= stated <= 20:
        raise CannotDo("zoom_out_of_reach")
    slow = "slow" in kind or ("punch" not in kind and stated is None and kind in ("in", "out", ""))
    factor = stated if stated is not None else (SLOW_ZOOM if slow else PUNCH_ZOOM)
    first, last = (1.0, factor) if slow else (factor, factor)
    if "out" in kind and slow:
        first, last = factor, 1.0
    effect = Effect(
        "zoom",
        {
            "factor_from": first,
            "factor_to": last,
            "x_percent": 50,
            "y_percent": 50,
            "ease": "smooth" if slow else "linear",
        },
    )
    _move(desk, asked, effect)
    if asked.word("target") not in (None, "center", "centre", "middle", "video", "picture", "frame"):
        desk.aside("zoom_centred")
    desk.did_there(asked, "zoomed_out" if "out" in kind else "zoomed_in", factor=f"{factor:g}")


def pan(desk: Desk, asked: Asked) -> None:
    """Move over the picture."""
    desk.need_clips()
    direction = asked.word("direction") or "right"
    _move(desk, asked, Effect("pan", {"direction": direction, "percent": PAN_PERCENT}))
    desk.did_there(asked, "panned", direction=direction)


def ken_burns(desk: Desk, asked: Asked) -> None:
    """Slow zoom over stills, or over all clips when there are no stills; in and out by turns."""
    chosen = desk.chosen(asked)
    clips = list(desk.need_clips()) if chosen is None else chosen
    stills = [clip for clip in clips if _is_still(desk, clip)]
    wanted = stills if stills and chosen is None else clips
    if not stills and (asked.word("target") or "").startswith(("image", "photo", "picture")):
        raise CannotDo("no_file_of_kind", kind="image")
    for number, clip in enumerate(wanted):
        first, last = (1.0, KEN_BURNS) if number % 2 == 0 else (KEN_BURNS, 1.0)
        x = (42, 58)[number // 2 % 2]
        move = {"factor_from": first, "factor_to": last, "x_percent": x, "y_percent": 50, "ease": "smooth"}
        desk.timeline = edits.treat_clips(desk.timeline, {clip.id}, Effect("zoom", move))
    desk.did("ken_burns", count=len(wanted))


def stabilize(desk: Desk, asked: Asked) -> None:
    """Take camera shake out."""
    _treat(desk, _clips(desk, asked), Effect("stabilize", {"percent": STABILIZE_PERCENT}))
    desk.did_there(asked, "stabilized")


def _move(desk: Desk, asked: Asked, effect: Effect) -> None:
    """Put a movement on clips, on a range, on a moment, or on all of it."""
    chosen = desk.chosen(asked)
    part = desk.old_range(without_clip(asked))
    at = asked.value("at")
    if chosen is not None:
        _treat(desk, chosen, effect)
    elif part is not None:
        desk.timeline = edits.treat(desk.timeline, replace(effect, range=desk.stretch(part.start, part.end)))
    elif at is not None:
        start = max(0, desk.end - PUNCH_MS) if at == "end" else desk.place_of(asked.ms("at") or 0)
        if start >= desk.end:
            raise CannotDo("beyond_end", at=asked.ms("at"), length=desk.old_end)
        held = TimeRange.between(start, min(start + PUNCH_MS, desk.end))
        desk.timeline = edits.treat(desk.timeline, replace(effect, range=held))
    else:
        desk.timeline = edits.treat(desk.timeline, effect)


def without_clip(asked: Asked) -> Asked:
    """Return the operation without its clip, for a range on the timeline."""
    return Asked(asked.name, {key: value for key, value in asked.parameters.items() if key != "clip"})


def _clips(desk: Desk, asked: Asked) -> list[Clip]:
    chosen = desk.chosen(asked)
    return list(desk.need_clips()) if chosen is None else chosen


def _treat(desk: Desk, clips: list[Clip], effect: Effect) -> None:
    desk.timeline = edits.treat_clips(desk.timeline, {clip.id for clip in clips}, effect)


def _is_still(desk: Desk, clip: Clip) -> bool:
    media = desk.assets.get(clip.media.asset) if isinstance(clip.media, AssetSource) else None
    return media is not None and media.kind is MediaKind.IMAGE


def _tidy(value: float) -> float | int:
    return int(value) if value == int(value) else value


FRAMES: Mapping[str, Handler] = {
    "set_aspect": set_aspect,
    "letterbox": letterbox,
    "crop": crop,
    "set_resolution": set_resolution,
    "set_fps": set_fps,
    "rotate": rotate,
    "flip": flip,
    "zoom": zoom,
    "pan": pan,
    "ken_burns": ken_burns,
    "stabilize": stabilize,
}
