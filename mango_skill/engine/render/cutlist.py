"""What another editor can be told of a plan: clips on tracks, in frames, with what they can't be told as notes. Pure.

The frames are those of the plan, so that a cut stands on the same frame in the exported video and in the editor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.render.grid import FrameSpan, edge, span
from mango_skill.engine.render.parts import Footage, Lane, Layer, Solid, Still
from mango_skill.engine.render.plan import RenderPlan
from mango_skill.timeline import AssetSource, Clip, Effect, GeneratedSource, Role, Timeline, Track, TrackKind
from mango_skill.timeline.effects import EFFECTS, PICTURE

_SAID_OTHERWISE = frozenset({"gain", "mute"})  # by a clip's level, or by its absence


@dataclass(frozen=True)
class Reel:
    """A file that clips are taken from.

    Attributes:
        asset: Its id; empty when no file has it: a colour, or music that was made here.
        name: As the user called it.
        fps: Its own rate; None for sounds and photos.
        frames: Its length in frames of the sequence; 0 for photos.
        has_picture: Whether it is seen.
        has_sound: Whether it is heard.
    """

    asset: str
    name: str
    fps: Fraction | None = None
    frames: int = 0
    has_picture: bool = True
    has_sound: bool = False


@dataclass(frozen=True)
class Shot:
    """A clip on a track.

    Attributes:
        id: The clip's.
        name: What a person calls it.
        span: Where it lies, in frames of the sequence.
        reel: Its file.
        start: Frame of the file shown first, counted at the sequence's rate, before the speed is applied.
        speed: Above 1 is faster, below 0 backwards, 0 a held picture.
        level: Of its sound; 1 is unchanged.
    """

    id: str
    name: str
    span: FrameSpan
    reel: Reel
    start: int = 0
    speed: Fraction = Fraction(1)
    level: float = 1.0


@dataclass(frozen=True)
class Blend:
    """A transition over ``span`` into the shot of this number."""

    span: FrameSpan
    into: int
    kind: str


@dataclass(frozen=True)
class Strip:
    """A track: shots in order; ``sound`` ones are heard, the others seen, bottom to top."""

    name: str
    shots: tuple[Shot, ...]
    blends: tuple[Blend, ...] = ()
    sound: bool = False


@dataclass(frozen=True)
class Mark:
    """Words that stand at a place: a title or a caption, for which other editors have their own tools."""

    span: FrameSpan
    text: str


@dataclass(frozen=True)
class CutList:
    """A sequence for another editor."""

    fps: Fraction
    frames: int
    width: int
    height: int
    strips: tuple[Strip, ...]
    marks: tuple[Mark, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class _Loss:
    """What can't be said there, gathered as it is met."""

    effects: set[str] = field(default_factory=set)
    made: set[str] = field(default_factory=set)
    placed: int = 0


def list_cuts(
    timeline: Timeline, plan: RenderPlan, media: Mapping[str, MediaInfo], names: Mapping[str, str]
) -> CutList:
    """Return what another editor is told.

    Args:
        timeline: What was planned.
        plan: Its plan; its rate is the sequence's.
        media: The facts of the files by asset id.
        names: Their names, as the user knows them.
    """
    fps = plan.profile.fps
    clips = {clip.id: clip for _, clip in timeline.clips()}
    reels = {asset: _reel(asset, info, names, fps) for asset, info in media.items()}
    loss = _Loss()
    pictures = [_picture_strip(lane, n, clips, reels, loss=loss) for n, lane in enumerate(plan.lanes, 1)]
    sounds = [strip for track in timeline.tracks if (strip := _sound_strip(track, reels, fps, loss)).shots]
    loss.effects |= {one.kind for one in timeline.effects} - _SAID_OTHERWISE
    marks = tuple(
        Mark(span(clip.range.start, clip.range.end, fps), clip.text)
        for track in timeline.tracks
        for clip in track.clips
        if track.kind is TrackKind.TEXT and clip.text
    )
    return CutList(
        fps=fps,
        frames=plan.frames,
        width=plan.profile.width,
        height=plan.profile.height,
        strips=(*pictures, *sounds),
        marks=marks,
        notes=tuple(_notes(loss, pictures, marks)),
    )


def _reel(asset: str, info: MediaInfo, names: Mapping[str, str], fps: Fraction) -> Reel:
    moves = info.kind == "video" or info.animated
    return Reel(
        asset,
        names.get(asset) or asset,
        fps=info.fps if moves and info.fps else None,
        frames=edge(info.duration_ms or info.audio_duration_ms, fps),
        has_picture=info.kind in ("video", "image"),
        has_sound=info.audio_codec is not None,
    )


def _picture_strip(
    lane: Lane, number: int, clips: Mapping[str, Clip], reels: Mapping[str, Reel], *, loss: _Loss
) -> Strip:
    shots = tuple(_picture_shot(layer, clips[layer.id], reels, loss) for layer in lane.layers)
    blends = tuple(Blend(joint.span, joint.after, joint.kind) for joint in lane.joints)
    if not lane.main:
        loss.placed += len(shots)
    return Strip(f"V{number}", shots, blends)


def _picture_shot(layer: Layer, clip: Clip, reels: Mapping[str, Reel], loss: _Loss) -> Shot:
    loss.effects |= _picture_kinds(clip.effects)
    match layer.material:
        case Footage(asset=asset, start=start, speed=speed):
            pace = Fraction(0) if layer.material.freeze else -speed if layer.material.reverse else speed
            return Shot(clip.id, clip.name, layer.span, reels[asset], round(start * speed), pace)
        case Still(asset=asset):
            return Shot(clip.id, clip.name, layer.span, reels[asset])
        case Solid(color=color):
            loss.made.add(color)
            return Shot(clip.id, clip.name or color, layer.span, Reel("", color))


def _sound_strip(track: Track, reels: Mapping[str, Reel], fps: Fraction, loss: _Loss) -> Strip:
    shots: list[Shot] = []
    for clip in track.clips:
        reel = _sound_reel(track, clip, reels, loss)
        slot = span(clip.range.start, clip.range.end, fps)
        if reel is None or clip.freeze or not slot.count or _is_mute(track.effects) or _is_mute(clip.effects):
            continue
        loss.effects |= {
            one.kind for one in (*clip.effects, *track.effects) if one.kind in EFFECTS
        } - _SAID_OTHERWISE
        start = edge(clip.source.start, fps) if clip.source else 0
        pace = -clip.speed if clip.reverse else clip.speed
        shots.append(Shot(f"{clip.id}-sound", clip.name, slot, reel, start, pace, clip.volume / 100))
    role = track.role.value if track.role not in (None, Role.MAIN) and track.role else "sound"
    return Strip(role, tuple(shots), sound=True)


def _sound_reel(track: Track, clip: Clip, reels: Mapping[str, Reel], loss: _Loss) -> Reel | None:
    if isinstance(clip.media, AssetSource):
        reel = reels.get(clip.media.asset)
        return reel if reel is not None and reel.has_sound else None
    if isinstance(clip.media, GeneratedSource) and track.kind is TrackKind.AUDIO:
        loss.made.add(clip.media.kind)
        return Reel("", clip.name or clip.media.kind, has_picture=False, has_sound=True)
    return None


def _is_mute(effects: Iterable[Effect]) -> bool:
    return any(one.kind == "mute" and one.range is None for one in effects)


def _picture_kinds(effects: Iterable[Effect]) -> set[str]:
    return {one.kind for one in effects if one.kind in EFFECTS and EFFECTS[one.kind].domain == PICTURE}


def _notes(loss: _Loss, pictures: Iterable[Strip], marks: tuple[Mark, ...]) -> Iterable[str]:
    if marks:
        texts = "one text" if len(marks) == 1 else f"{len(marks)} texts"
        yield f"{texts} became markers with their words"
    if kinds := sorted({blend.kind for strip in pictures for blend in strip.blends} - {"crossfade"}):
        yield f"other transitions became cross dissolves: {_listed(kinds)}"
    if loss.placed:
        yield "overlays fill the frame there: their places were not carried over"
    if loss.made:
        yield f"made here and in no file, so left empty there: {_listed(sorted(loss.made))}"
    if loss.effects:
        yield f"not carried over: {_listed(sorted(loss.effects))}"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(word.replace("_", " ") for word in words)
