"""The nouns of a video: timeline, track, clip, transition, effect, and the media they refer to.

All values are frozen. Times are integer milliseconds; ranges are half-open. A clip's ``source`` lies in its
media, its ``range`` on the timeline. A transition borrows from both neighbours around the cut and does not
change the track's length (after OpenTimelineIO's structure). Video tracks paint bottom to top, audio adds,
a gap is transparent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

Json = Any
"""A JSON value: None, bool, int, float, str, or lists and objects of these."""


class TrackKind(StrEnum):
    """What a track carries. OTHER keeps track types that this version does not know."""

    VIDEO = "video"
    AUDIO = "audio"
    TEXT = "text"
    OTHER = "other"


class Role(StrEnum):
    """What a track is for.

    MAIN is the storyline: its clips follow one another and everything else follows it. The pictures of
    OVERLAY and GRAPHICS lie above it; VOICE is speech that was added, MUSIC and SFX explain themselves.
    """

    MAIN = "main"
    OVERLAY = "overlay"
    GRAPHICS = "graphics"
    MUSIC = "music"
    VOICE = "voice"
    SFX = "sfx"
    TITLE = "title"
    CAPTIONS = "captions"


class MediaKind(StrEnum):
    """What a file is."""

    VIDEO = "video"
    AUDIO = "audio"
    IMAGE = "image"
    CAPTIONS = "captions"
    LUT = "lut"


@dataclass(frozen=True)
class TimeRange:
    """A half-open range in milliseconds: ``start`` belongs to it, ``end`` does not."""

    start: int
    duration: int

    @property
    def end(self) -> int:
        return self.start + self.duration

    @classmethod
    def between(cls, start: int, end: int) -> TimeRange:
        """Make the range from ``start`` to ``end``."""
        return cls(start, end - start)

    def overlaps(self, other: TimeRange) -> bool:
        """Whether the two share at least one instant."""
        return self.start < other.end and other.start < self.end

    def intersection(self, other: TimeRange) -> TimeRange | None:
        """Return what both share, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return TimeRange.between(start, end) if start < end else None


@dataclass(frozen=True)
class MediaReference:
    """A file of the project, as its backend describes it. The model never opens it.

    ``duration`` is in milliseconds (0 for a still), ``width`` and ``height`` are as seen, after rotation.
    """

    id: str
    name: str
    kind: MediaKind
    duration: int = 0
    width: int = 0
    height: int = 0
    fps: Fraction | None = None
    has_audio: bool = False
    has_video: bool = False


@dataclass(frozen=True)
class AssetSource:
    """A clip's material is a file of the project."""

    asset: str


@dataclass(frozen=True)
class GeneratedSource:
    """A clip's material is made by the renderer: ``kind`` is music, sfx, tone, color or text."""

    kind: str
    parameters: Mapping[str, Json] = field(default_factory=dict)


Source = AssetSource | GeneratedSource


@dataclass(frozen=True)
class Effect:
    """One change of picture or sound; kinds and parameters stand in ``timeline.effects``.

    On a clip without ``range`` it holds for the clip. On the timeline, ``range`` is in timeline time;
    on a clip, it counts from the clip's start.
    """

    kind: str
    parameters: Mapping[str, Json] = field(default_factory=dict)
    range: TimeRange | None = None


@dataclass(frozen=True)
class Transition:
    """From the clip before into the one that carries it, centred on their cut, ``duration`` ms in all."""

    kind: str
    duration: int


@dataclass(frozen=True)
class Clip:
    """A piece of material on a track.

    Attributes:
        id: Stable within its timeline.
        name: What a person calls it.
        range: Where it lies on the timeline.
        media: Its material; None for text and for what an unknown draft does not tell.
        source: The part of the material that is shown; its duration is ``range.duration * speed``.
        speed: Above 1 is faster.
        reverse: Played backwards.
        freeze: The frame at ``source.start`` is held.
        volume: Percent of the material's own level; 100 is unchanged.
        text: What a text clip says; lines are separated by a newline.
        style: Of a text clip: see ``timeline.effects.TEXT_STYLE``.
        transition: Into this clip from the one that touches it before.
        effects: Applied in order.
        extra: Keys of the draft that this version does not know; written back.
    """

    id: str
    name: str
    range: TimeRange
    media: Source | None = None
    source: TimeRange | None = None
    speed: Fraction = Fraction(1)
    reverse: bool = False
    freeze: bool = False
    volume: float = 100.0
    text: str | None = None
    style: Mapping[str, Json] = field(default_factory=dict)
    transition: Transition | None = None
    effects: tuple[Effect, ...] = ()
    extra: Mapping[str, Json] = field(default_factory=dict)

    def effect(self, kind: str) -> Effect | None:
        """Return the last effect of this kind, or None."""
        return next((one for one in reversed(self.effects) if one.kind == kind), None)


@dataclass(frozen=True)
class Track:
    """Clips of one kind in the order of their start; between them may be gaps."""

    id: str
    kind: TrackKind
    role: Role | None = None
    name: str = ""
    clips: tuple[Clip, ...] = ()
    effects: tuple[Effect, ...] = ()
    wire_type: int | None = None
    """The draft's own type number when ``kind`` is OTHER."""
    extra: Mapping[str, Json] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """Where the last clip ends, in milliseconds."""
        return max((clip.range.end for clip in self.clips), default=0)


@dataclass(frozen=True)
class Canvas:
    """The frame: size in pixels, rate in frames a second, and how a picture of another shape is fitted.

    ``fit`` is crop (fill, cut off what sticks out), pad (whole picture, bars) or blur (whole picture over
    a blurred copy of itself).
    """

    width: int = 1920
    height: int = 1080
    fps: Fraction = Fraction(30)
    fit: str = "pad"
    background: str = "black"


@dataclass(frozen=True)
class Timeline:
    """A video: the single truth that client and engine share."""

    canvas: Canvas | None = None
    tracks: tuple[Track, ...] = ()
    effects: tuple[Effect, ...] = ()
    extra: Mapping[str, Json] = field(default_factory=dict)

    @property
    def duration(self) -> int:
        """Where the last clip of any track ends, in milliseconds."""
        return max((track.end for track in self.tracks), default=0)

    @property
    def main(self) -> Track | None:
        """The storyline: the first track with role MAIN, else the first video track that has clips."""
        for track in self.tracks:
            if track.role is Role.MAIN:
                return track
        return next((t for t in self.tracks if t.kind is TrackKind.VIDEO and t.clips), None)

    def role(self, role: Role) -> tuple[Track, ...]:
        """Return the tracks of a role, lowest first."""
        return tuple(track for track in self.tracks if track.role is role)

    def clips(self) -> Iterator[tuple[Track, Clip]]:
        """Yield every clip with its track, tracks lowest first."""
        for track in self.tracks:
            for clip in track.clips:
                yield track, clip

    def effect(self, kind: str) -> Effect | None:
        """Return the timeline's last effect of this kind, or None."""
        return next((one for one in reversed(self.effects) if one.kind == kind), None)

    def with_track(self, track: Track) -> Timeline:
        """Return a copy in which ``track`` takes the place of the track with its id, or lies on top."""
        if any(old.id == track.id for old in self.tracks):
            return replace(self, tracks=tuple(track if old.id == track.id else old for old in self.tracks))
        return replace(self, tracks=(*self.tracks, track))

    def without_track(self, track_id: str) -> Timeline:
        """Return a copy without the track of this id."""
        return replace(self, tracks=tuple(track for track in self.tracks if track.id != track_id))
