"""Colour, detail, effects, fades and transitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mango_skill.engine.director.asked import Asked, Json
from mango_skill.engine.director.cuts import Handler
from mango_skill.engine.director.desk import Desk
from mango_skill.engine.director.hues import NAMES, read_color
from mango_skill.engine.director.levels import is_alone, sounding
from mango_skill.engine.director.looks import nearest_effect, nearest_look
from mango_skill.engine.director.outcomes import CannotDo, MustAsk
from mango_skill.engine.director.sources import claim, find_source
from mango_skill.timeline import Clip, Effect, MediaKind, TimeRange, Transition, edits
from mango_skill.timeline.effects import TRANSITIONS

DEFAULT_AMOUNTS = {"brightness": 10, "contrast": 15, "saturation": 20, "temperature": 20}
DEFAULT_STRENGTHS = {
    "sharpen": {"percent": 40},
    "denoise_video": {"percent": 50},
    "grain": {"percent": 30},
    "vignette": {"percent": 40},
    "grayscale": {},
    "sepia": {},
    "invert": {},
    "auto_color": {},
}
EFFECT_NAMES = {"denoise_video": "denoise"}
FADE_MS = 1000
TRANSITION_MS = 500
SHORTEST_FADE_MS = 40
FLASH_MS = 1000
BLUR_PERCENT = 50
REGIONS: Mapping[str, tuple[float, float, float, float]] = {
    "top": (0, 0, 100, 33),
    "bottom": (0, 67, 100, 33),
    "left": (0, 0, 33, 100),
    "right": (67, 0, 33, 100),
    "center": (30, 30, 40, 40),
    "top_left": (0, 0, 33, 33),
    "top_right": (67, 0, 33, 33),
    "bottom_left": (0, 67, 33, 33),
    "bottom_right": (67, 67, 33, 33),
}
"""Left, top, width and height in percent of the frame."""
WHOLE = frozenset({"frame", "all", "video", "everything", "picture", "whole", "screen"})
SYNONYMS = {
    "wipe": "wipe_left",
    "slide": "slide_left",
    "push": "push_left",
    "fade": "crossfade",
    "whip_pan": "slide_left",
    "iris": "circle",
    "flash": "fade_white",
    "mosaic": "dissolve",
    "cross_dissolve": "crossfade",
    "dip_to_black": "fade_black",
    "dip_to_white": "fade_white",
}


def adjust(desk: Desk, asked: Asked) -> None:
    """Brightness, contrast, saturation, temperature: by an amount, added to what is there."""
    percent = asked.number("percent")
    if percent is None:
        direction = asked.word("direction")
        if direction is None:
            raise MustAsk("more_or_less", missing="direction", what=asked.name)
        sign = 1 if direction in ("up", "warm") else -1
        percent = float(sign * DEFAULT_AMOUNTS[asked.name])
    elif asked.word("direction") in ("down", "cool"):
        percent = -abs(percent)
    effect = Effect(asked.name, {"percent": max(-100.0, min(100.0, percent))})
    put_effect(desk, asked, effect, adds=True)
    desk.did_there(asked, "adjusted", what=asked.name, percent=f"{percent:+g}")


def plain(desk: Desk, asked: Asked) -> None:
    """An effect that is there or not."""
    kind = EFFECT_NAMES.get(asked.name, asked.name)
    parameters: dict[str, Json] = dict(DEFAULT_STRENGTHS[asked.name])
    if asked.name == "sharpen" and asked.word("direction") == "down":
        desk.timeline = edits.clear(desk.timeline, lambda one: one.kind == "sharpen")
        desk.did("less_sharp")
        return
    put_effect(desk, asked, Effect(kind, parameters))
    desk.did_there(asked, "effect_on", what=asked.name)


def white_balance(desk: Desk, asked: Asked) -> None:
    """Make white look white."""
    mode = asked.word("mode") or "auto"
    put_effect(desk, asked, Effect("white_balance", {"mode": mode}))
    desk.did_there(asked, "white_balance", mode=mode)


def look(desk: Desk, asked: Asked) -> None:
    """A named colour grade; a new one takes the old one's place."""
    name = asked.word("name")
    if name is None:
        raise MustAsk("which_look", missing="name")
    drawn, exact = nearest_look(name)
    if not exact:
        desk.aside("nearest", said=name.replace("_", " ")[:40], name=drawn)
    put_effect(desk, asked, Effect("look", {"name": drawn}))
    desk.did_there(asked, "look", name=drawn.replace("_", " "))


def lut(desk: Desk, asked: Asked) -> None:
    """A colour table from a file."""
    media = find_source(desk, asked.word("file"), kinds=(MediaKind.LUT,), parameter="file")
    put_effect(desk, asked, Effect("lut", {"asset": media.id}))
    desk.did_there(asked, "lut", name=media.name)


def effect(desk: Desk, asked: Asked) -> None:
    """A named picture effect: from when to when, at a moment, or throughout."""
    name = asked.word("name")
    if name is None:
        raise MustAsk("which_effect", missing="name")
    if name.casefold() in ("pixelate", "blur"):
        blur(desk, Asked(name.casefold(), asked.parameters))
        return
    drawn, exact = nearest_effect(name)
    if not exact:
        desk.aside("nearest", said=name.replace("_", " ")[:40], name=drawn)
    made = Effect("stylize", {"name": drawn})
    at = asked.value("at")
    if at is not None and not asked.has("start", "end", "clip"):
        desk.need_clips()
        start = max(0, desk.end - FLASH_MS) if at == "end" else desk.place_of(asked.ms("at") or 0)
        held = TimeRange.between(start, min(start + FLASH_MS, desk.end))
        if held.duration <= 0:
            raise CannotDo("beyond_end", at=asked.ms("at"), length=desk.old_end)
        desk.timeline = edits.treat(desk.timeline, replace(made, range=held))
    else:
        put_effect(desk, asked, made)
    desk.did_there(asked, "stylized", name=drawn.replace("_", " "))


def fade(desk: Desk, asked: Asked) -> None:
    """Come from, or go to, nothing."""
    desk.need_clips()
    stated = asked.ms("seconds")
    if stated == 0:
        desk.timeline = edits.clear(desk.timeline, lambda one: one.kind == asked.name)
        desk.did(f"no_{asked.name}")
        return
    target = asked.word("target") or "both"
    if target == "music" and is_alone(desk):
        target = "audio"
    chosen = _music_edge(desk, asked.name) if target == "music" else desk.chosen(asked)
    length = desk.end if chosen is None else sum(clip.range.duration for clip in chosen)
    duration = min(stated or FADE_MS, length)
    if stated is None:
        duration = min(duration, length // 2)
    if duration < SHORTEST_FADE_MS:
        raise CannotDo("too_short_for_fade", length=length)
    color = read_color(asked.word("color") or "black")
    heard = "audio" if target == "music" else target
    made = Effect(asked.name, {"duration": duration, "target": heard, "color": color})
    if chosen is None:
        others = edits.without_kind(desk.timeline.effects, asked.name)
        kept = tuple(
            one
            for one in desk.timeline.effects
            if one.kind == asked.name and not _same_target(one, made) and one.range is None
        )
        desk.timeline = replace(desk.timeline, effects=(*others, *kept, made))
    else:
        edge = chosen[0] if asked.name == "fade_in" else chosen[-1]
        cleared = edits.clear_clips(desk.timeline, {edge.id}, asked.name)
        made = replace(made, parameters={**made.parameters, "duration": min(duration, edge.range.duration)})
        desk.timeline = edits.treat_clips(cleared, {edge.id}, made)
    desk.did(f"{asked.name}_{target}" if heard == "audio" else asked.name, length=duration, color=color)


def _music_edge(desk: Desk, kind: str) -> list[Clip]:
    """Return the clip of the music that begins or ends it: a fade of music alone leaves the picture as it is."""
    clips = sorted(sounding(desk, "music"), key=lambda clip: clip.range.start)
    if not clips:
        raise CannotDo("no_such_track", target="music")
    return [clips[0] if kind == "fade_in" else clips[-1]]


def transition(desk: Desk, asked: Asked) -> None:
    """Blend from clip to clip, as long as both have room for it."""
    desk.need_clips()
    said = (asked.word("kind") or "crossfade").strip().casefold().replace(" ", "_")
    if said in ("cut", "hard_cut", "none"):
        remove_transition(desk, asked)
        return
    kind = SYNONYMS.get(said, said)
    if kind not in TRANSITIONS:
        desk.aside("unknown_transition", kind=said.replace("_", " ")[:40])
        kind = "crossfade"
    elif kind != said:
        desk.aside("nearest_transition", said=said.replace("_", " "), kind=kind.replace("_", " "))
    stated = asked.ms("seconds")
    duration = stated or TRANSITION_MS
    places = _boundaries(desk, asked.value("between"))
    if not places:
        if asked.value("between") in (None, "all") and len(desk.clips) == 1:
            raise CannotDo("one_clip_no_transitions")
        raise CannotDo("not_neighbours")
    desk.timeline = edits.blend_at(desk.timeline, places, Transition(kind, duration))
    made = [
        clip.transition.duration
        for place, clip in enumerate(desk.clips)
        if place in places and clip.transition is not None
    ]
    if not made:
        raise CannotDo("clips_too_short")
    if min(made) < duration:
        desk.aside("transitions_shortened", shortest=min(made))
    desk.facts["transitions"] = desk.facts.get("transitions", 0) + len(made)
    desk.facts["transition"] = kind
    desk.did(
        "crossfades" if kind == "crossfade" else "transitions", count=len(made), kind=kind, length=duration
    )


def remove_transition(desk: Desk, asked: Asked) -> None:
    """Plain cuts again."""
    desk.need_clips()
    between = asked.value("between")
    places = set(range(1, len(desk.clips))) if between in (None, "all") else _boundaries(desk, between)
    there = [n for n, clip in enumerate(desk.clips) if n in places and clip.transition is not None]
    desk.timeline = edits.blend_at(desk.timeline, places, None)
    desk.did("transitions_removed" if there else "no_transitions", count=len(there))


def blur(desk: Desk, asked: Asked) -> None:
    """Blur or pixelate the frame or a region of it; things in the picture need eyes."""
    desk.need_clips()
    target = (asked.word("target") or "").strip().casefold().replace(" ", "_")
    position = (asked.word("position") or "").strip().casefold().replace(" ", "_")
    region = REGIONS.get(position) or REGIONS.get(target)
    if region is None and target and target not in WHOLE:
        raise CannotDo("needs_eyes_region", what=asked.name, target=target.replace("_", " ")[:40])
    parameters: dict[str, Json] = {"percent": BLUR_PERCENT}
    if region is not None:
        keys = ("left_percent", "top_percent", "width_percent", "height_percent")
        parameters |= dict(zip(keys, region, strict=True))
    put_effect(desk, asked, Effect(asked.name, parameters))
    where = position or (target if region is not None else "")
    desk.did_there(asked, f"{asked.name}_region" if where else asked.name, where=where.replace("_", " "))


def chroma_key(desk: Desk, asked: Asked) -> None:
    """Put another background in place of a colour."""
    chosen = desk.chosen(asked)
    clips = list(desk.need_clips()) if chosen is None else chosen
    parameters: dict[str, Json] = {"color": read_color(asked.word("color") or "green")}
    wanted = asked.word("background")
    if wanted is not None and wanted.casefold() in NAMES | {"transparent"}:
        if wanted.casefold() != "transparent":
            parameters["background"] = wanted.casefold()
    elif wanted is not None:
        kept = {clip.id for clip in clips}
        media = find_source(desk, wanted, kinds=(MediaKind.IMAGE, MediaKind.VIDEO), parameter="background")
        claim(desk, media)
        clips = [clip for clip in desk.clips if clip.id in kept]
        if not clips:
            raise CannotDo("clips_gone")
        parameters["background"] = media.id
        wanted = media.name
    else:
        desk.aside("key_over_black")
    ids = {clip.id for clip in clips}
    desk.timeline = edits.treat_clips(
        edits.clear_clips(desk.timeline, ids, "chroma_key"), ids, Effect("chroma_key", parameters)
    )
    desk.did("keyed", color=parameters["color"], background=wanted or "black")


def put_effect(desk: Desk, asked: Asked, made: Effect, *, adds: bool = False) -> None:
    """Put an effect where an operation says: on clips, on a range of time, or on all of it."""
    desk.need_clips()
    chosen = desk.chosen(asked)
    ranged = asked.has("start", "end", "start_percent", "end_percent")
    if ranged:
        part = desk.old_range(asked)
        assert part is not None
        runs = desk.runs(part) or (desk.stretch(part.start, part.end),)
        for run in runs:
            desk.timeline = edits.treat(desk.timeline, replace(made, range=run))
    elif chosen is not None:
        for clip in chosen:
            fresh = _added(clip.effects, made) if adds else made
            desk.timeline = edits.treat_clips(desk.timeline, {clip.id}, fresh)
    else:
        fresh = _added(desk.timeline.effects, made) if adds else made
        desk.timeline = edits.treat(desk.timeline, fresh)


def _added(effects: tuple[Effect, ...], made: Effect) -> Effect:
    old = next((one for one in effects if one.kind == made.kind and one.range is None), None)
    if old is None:
        return made
    total = float(old.parameters.get("percent", 0)) + float(made.parameters["percent"])
    return replace(made, parameters={**made.parameters, "percent": max(-100.0, min(100.0, total))})


def _same_target(one: Effect, other: Effect) -> bool:
    first, second = one.parameters.get("target", "both"), other.parameters.get("target", "both")
    return first == second or "both" in (first, second)


def _boundaries(desk: Desk, between: Json) -> set[int]:
    """Return the places in the storyline into which a transition leads."""
    inner = range(1, len(desk.clips))
    if between in (None, "all"):
        if desk.passages and desk.recipes:
            starts = {clip.range.start: place for place, clip in enumerate(desk.clips)}
            passages = {starts[at] for at in desk.passages if starts.get(at)}
            origins = [desk.origins.get(clip.id) for clip in desk.clips]
            return passages | {place for place in inner if origins[place] != origins[place - 1]}
        return set(inner)
    first, second = desk.numbers_to_ids(between)
    return {
        place
        for place in inner
        if {desk.origins.get(desk.clips[place - 1].id), desk.origins.get(desk.clips[place].id)}
        == {first, second}
    }


COLOURS: Mapping[str, Handler] = {
    **dict.fromkeys(DEFAULT_AMOUNTS, adjust),
    **dict.fromkeys(DEFAULT_STRENGTHS, plain),
    "white_balance": white_balance,
    "look": look,
    "lut": lut,
    "effect": effect,
    "fade_in": fade,
    "fade_out": fade,
    "transition": transition,
    "remove_transition": remove_transition,
    "blur": blur,
    "pixelate": blur,
    "chroma_key": chroma_key,
}
