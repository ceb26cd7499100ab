"""The pictures of a plan: layers, transitions, texts and finishing, from the clips of a timeline. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.render.cues import CAPTION_SIZE, divide, find_columns, separate
from mango_skill.engine.render.framing import frame_clip, whole_frame
from mango_skill.engine.render.grid import FrameSpan, edge, span
from mango_skill.engine.render.parts import (
    Cue,
    Footage,
    Geometry,
    Joint,
    Lane,
    Layer,
    Material,
    Solid,
    Stage,
    Still,
    Words,
)
from mango_skill.engine.render.profile import Profile
from mango_skill.engine.render.readings import milliseconds, number
from mango_skill.errors import MediaError
from mango_skill.timeline import (
    AssetSource,
    Canvas,
    Clip,
    Effect,
    GeneratedSource,
    Role,
    Timeline,
    TimeRange,
    Track,
    TrackKind,
)
from mango_skill.timeline.effects import EFFECTS, PICTURE, TRANSITIONS

# They say where the picture stands; framing has read them already.
_GEOMETRY = frozenset({"crop", "rotate", "flip", "fit", "place"})
# They move the picture within its box and come after everything else.
_MOVEMENT = frozenset({"zoom", "pan", "stabilize"})
# They need a look at the footage, so they are done clip by clip even when the whole timeline asks for them.
_MEASURED = frozenset({"auto_color", "white_balance", "stabilize"})
_FADES = frozenset({"fade_in", "fade_out"})
_MOVING_KINDS = frozenset({"video", "image"})


@dataclass(frozen=True)
class _Board:
    """What every clip of a track is laid out by."""

    media: Mapping[str, MediaInfo]
    profile: Profile
    canvas: Canvas
    shared: tuple[Effect, ...]
    main: bool
    notes: list[str]

    @property
    def fps(self) -> Fraction:
        return self.profile.fps

    @property
    def frame(self) -> tuple[int, int]:
        return self.profile.width, self.profile.height


def compile_lanes(
    timeline: Timeline,
    media: Mapping[str, MediaInfo],
    *,
    profile: Profile,
    canvas: Canvas,
    notes: list[str],
) -> tuple[Lane, ...]:
    """Return the tracks of pictures, bottom to top; tracks that show nothing are left out."""
    main = timeline.main
    lanes = []
    for track in timeline.tracks:
        if track.kind is not TrackKind.VIDEO:
            continue
        base = main is not None and track.id == main.id
        shared = tuple(effect for effect in timeline.effects if effect.kind in _MEASURED) if base else ()
        lane = _compile_lane(track, _Board(media, profile, canvas, shared, base, notes))
        if lane.layers:
            lanes.append(lane)
    return tuple(lanes)


def _compile_lane(track: Track, board: _Board) -> Lane:
    layers: list[Layer] = []
    clips: list[Clip] = []
    for clip in track.clips:
        layer = _compile_layer(clip, board)
        if layer is not None:
            layers.append(layer)
            clips.append(clip)
    return Lane(tuple(layers), _compile_joints(clips, layers, board.fps, board.notes), board.main)


def _compile_layer(clip: Clip, board: _Board) -> Layer | None:
    slot = span(clip.range.start, clip.range.end, board.fps)
    material = _material(clip, slot.count, board) if slot.count else None
    if material is None:
        return None
    info = board.media.get(getattr(material, "asset", ""))
    size = (info.width, info.height) if info and info.width and info.height else board.frame
    geometry = frame_clip(clip, size, board.frame, fit=board.canvas.fit, main=board.main)
    timeline_wide = tuple(_as_clip_effect(effect, clip) for effect in board.shared)
    stages = _stages((*timeline_wide, *clip.effects), clip, slot, board.fps)
    place = clip.effect("place")
    opacity = number(place.parameters, "opacity_percent", 100) / 100 if place else 1.0
    key = clip.effect("chroma_key")
    return Layer(
        id=clip.id,
        span=slot,
        material=material,
        geometry=geometry,
        stages=stages,
        opacity=max(0.0, min(1.0, opacity)),
        backing=_backing(key, slot, board) if key else None,
    )


def _material(clip: Clip, count: int, board: _Board) -> Material | None:
    if isinstance(clip.media, GeneratedSource):
        if clip.media.kind == "color":
            return Solid(str(clip.media.parameters.get("color", "black")))
        return None
    if not isinstance(clip.media, AssetSource):
        board.notes.append(f"'{clip.name}' has no footage here and was left out")
        return None
    info = board.media.get(clip.media.asset)
    if info is None:
        raise MediaError(
            f"The footage of '{clip.name}' is not in this project any more.",
            code="missing_source",
            hint="Upload the file again, or delete the clip.",
        )
    if info.kind not in _MOVING_KINDS:
        return None
    if info.kind == "image" and not info.animated:
        return Still(clip.media.asset)
    start = clip.source.start if clip.source else 0
    first = edge(Fraction(start) / clip.speed, board.fps)
    return Footage(clip.media.asset, first, count, clip.speed, clip.reverse, clip.freeze)


def _as_clip_effect(effect: Effect, clip: Clip) -> Effect:
    """The timeline's range, seen from the clip's start."""
    if effect.range is None:
        return effect
    return replace(effect, range=replace(effect.range, start=effect.range.start - clip.range.start))


def _stages(effects: tuple[Effect, ...], clip: Clip, slot: FrameSpan, fps: Fraction) -> tuple[Stage, ...]:
    found: list[Stage] = []
    for effect in effects:
        spec = EFFECTS.get(effect.kind)
        if spec is None or spec.domain != PICTURE or effect.kind in _GEOMETRY:
            continue
        stage = _fade_stage(effect, slot, fps) if effect.kind in _FADES else None
        if stage is None and effect.kind in _FADES:
            continue
        if stage is None:
            where = slot
            if effect.range is not None:
                first = clip.range.start + effect.range.start
                where = span(first, first + effect.range.duration, fps).clipped(slot)
            stage = Stage(effect.kind, dict(effect.parameters), where)
        if stage.span.count > 0:
            found.append(stage)
    moves = [stage for stage in found if stage.kind in _MOVEMENT]
    fades = [stage for stage in found if stage.kind in _FADES]
    rest = [stage for stage in found if stage not in moves and stage not in fades]
    return (*rest, *moves, *fades)


def _fade_stage(effect: Effect, whole: FrameSpan, fps: Fraction) -> Stage | None:
    if effect.parameters.get("target", "both") == "audio":
        return None
    count = min(whole.count, edge(milliseconds(effect.parameters, "duration", 1000), fps))
    first = whole.first if effect.kind == "fade_in" else whole.end - count
    return Stage(effect.kind, dict(effect.parameters), FrameSpan(first, count))


def _backing(key: Effect, slot: FrameSpan, board: _Board) -> Layer | None:
    named = str(key.parameters.get("background") or "")
    if not named:
        return None
    frame = board.frame
    info = board.media.get(named)
    if info is None:
        return Layer(f"{named}-behind", slot, Solid(named), Geometry(whole_frame(frame)))
    still = info.kind == "image" and not info.animated
    material: Material = Still(named) if still else Footage(named, 0, slot.count)
    shape = frame_clip(None, (info.width, info.height), frame, fit="crop", main=True)
    return Layer(f"{named}-behind", slot, material, shape)


def _compile_joints(
    clips: list[Clip], layers: list[Layer], fps: Fraction, notes: list[str]
) -> tuple[Joint, ...]:
    joints: list[Joint] = []
    for index, clip in enumerate(clips):
        if clip.transition is None or clip.transition.duration <= 0:
            continue
        if index == 0 or layers[index - 1].span.end != layers[index].span.first:
            notes.append(f"the transition into '{clip.name}' has no clip before it and was left out")
            continue
        kind = clip.transition.kind
        if kind not in TRANSITIONS:
            notes.append(f"the transition '{kind}' was drawn as a crossfade")
            kind = "crossfade"
        cut = layers[index].span.first
        half = Fraction(clip.transition.duration, 2)
        first = cut - (cut - edge(clip.range.start - half, fps))
        end = edge(clip.range.start + half, fps)
        before, after = layers[index - 1].span, layers[index].span
        # No two transitions meet within one clip: each may use half of it when there is another.
        has_earlier = bool(joints) and joints[-1].after == index - 1
        has_later = index + 1 < len(clips) and clips[index + 1].transition is not None
        first = max(first, before.first + (before.count + 1) // 2 if has_earlier else before.first)
        end = min(end, after.first + (after.count // 2 if has_later else after.count))
        if end > first:
            joints.append(Joint(FrameSpan(first, end - first), kind, index - 1, index))
    return tuple(joints)


def compile_words(timeline: Timeline, profile: Profile, frames: int, burn: bool) -> tuple[Words, ...]:
    """Return the texts in the order of painting; captions only when they are burned in."""
    whole = FrameSpan(0, frames)
    words = []
    for track, clip in _texts(timeline, profile):
        caption = track.role is Role.CAPTIONS
        if caption and not burn:
            continue
        text, style = clip.text, clip.style
        if isinstance(clip.media, GeneratedSource) and clip.media.kind == "text":
            text = text if text is not None else str(clip.media.parameters.get("text", ""))
            style = {**dict(clip.media.parameters.get("style") or {}), **style}
        elif track.kind is not TrackKind.TEXT:
            continue
        slot = span(clip.range.start, clip.range.end, profile.fps).clipped(whole)
        if text and text.strip() and slot.count:
            stages = _stages(clip.effects, clip, slot, profile.fps)
            words.append(Words(clip.id, slot, text, dict(style), caption, stages))
    return tuple(words)


def _texts(timeline: Timeline, profile: Profile) -> Iterator[tuple[Track, Clip]]:
    """Yield all clips, those of captions in parts that can be read, one after the other."""
    for track in timeline.tracks:
        if track.role is not Role.CAPTIONS or track.kind is not TrackKind.TEXT:
            yield from ((track, clip) for clip in track.clips)
            continue
        # What a cue is made of may be several clips; it looks like the first of them.
        by_start = {clip.range.start: clip for clip in reversed(track.clips)}
        given = [Cue(one.range.start, one.range.end, one.text) for one in track.clips if one.text]
        for cue in separate(given):
            clip = by_start[cue.start]
            size = number(clip.style, "size_percent", CAPTION_SIZE)
            columns = find_columns((profile.width, profile.height), size)
            parts = (cue,) if clip.style.get("layout") == "word_by_word" else divide(cue, columns)
            for place, part in enumerate(parts):
                extent = TimeRange.between(part.start, part.end)
                name = f"{clip.id}-{place + 1}" if place else clip.id
                yield track, replace(clip, id=name, range=extent, text=part.text)


def compile_finish(timeline: Timeline, profile: Profile, frames: int) -> tuple[Stage, ...]:
    """Return the changes of the composed picture in their order."""
    whole = FrameSpan(0, frames)
    stages = []
    for effect in timeline.effects:
        spec = EFFECTS.get(effect.kind)
        if spec is None or spec.domain != PICTURE or effect.kind in _MEASURED:
            continue
        if effect.kind in _FADES:
            stage = _fade_stage(effect, whole, profile.fps)
        else:
            where = whole
            if effect.range is not None:
                where = span(effect.range.start, effect.range.end, profile.fps).clipped(whole)
            stage = Stage(effect.kind, dict(effect.parameters), where)
        if stage is not None and stage.span.count:
            stages.append(stage)
    return tuple(stages)
