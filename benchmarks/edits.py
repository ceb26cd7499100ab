"""What is done to the film: the pauses cut out, or the video polished; and which frame must be where."""

from __future__ import annotations

from dataclasses import dataclass

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
    Transition,
)

FPS = 30
RANGES_A_MINUTE = 9
DISSOLVE_FRAMES = 12
TITLE = "A polished video"
TITLE_MS = (1000, 4000)
BED_PERCENT = 18
_FRAME_STEP = 3  # a hundred milliseconds: edges are exact in both


@dataclass(frozen=True)
class Kept:
    """A range of the film that stays; frames, ``end`` exclusive. ``dissolved``: it is dissolved into."""

    start: int
    end: int
    dissolved: bool = False

    @property
    def count(self) -> int:
        return self.end - self.start


def keep_ranges(seconds: int, *, dissolves: bool = False, a_minute: float = RANGES_A_MINUTE) -> list[Kept]:
    """Return what stays of a film: about four fifths, nine ranges a minute, edges anywhere in a GOP."""
    count = max(2, round(seconds * a_minute / 60))
    slot = seconds * FPS / count
    kept = []
    for place in range(count):
        start = int(place * slot + 12 + place * 7 % 5 * 3)
        length = int(min(slot, 60 * FPS / RANGES_A_MINUTE) * 0.82 - place * 5 % 4 * 3)
        start, length = start // _FRAME_STEP * _FRAME_STEP, length // _FRAME_STEP * _FRAME_STEP
        kept.append(Kept(start, start + length, dissolves and place > 0 and place % 9 in (1, 3, 5, 6, 8)))
    return kept


def count_frames(kept: list[Kept]) -> int:
    return sum(one.count for one in kept)


def expect(kept: list[Kept]) -> list[int | None]:
    """Return the film's frame for every frame of the result; None where two are mixed."""
    frames: list[int | None] = []
    half = DISSOLVE_FRAMES // 2
    mixed: set[int] = set()
    for one in kept:
        if one.dissolved:
            mixed.update(range(len(frames) - half, len(frames) + half))
        frames.extend(range(one.start, one.end))
    return [None if place in mixed else frame for place, frame in enumerate(frames)]


def make_timeline(kept: list[Kept], canvas: Canvas, *, polished: bool) -> Timeline:
    """Return the edit as our own timeline; a polished one also ducks its music and is levelled to -14 LUFS."""
    film = AssetSource("film")
    clips, at = [], 0
    for place, one in enumerate(kept):
        start, length = _ms(one.start), _ms(one.count)
        mixed = Transition("crossfade", _ms(DISSOLVE_FRAMES)) if one.dissolved else None
        clips.append(
            Clip(
                f"c{place}",
                "film",
                TimeRange(at, length),
                film,
                TimeRange(start, length),
                transition=mixed,
            )
        )
        at += length
    tracks = [Track("v", TrackKind.VIDEO, Role.MAIN, clips=tuple(clips))]
    if not polished:
        return Timeline(canvas, tuple(tracks))
    whole = TimeRange(0, at)
    bed = GeneratedSource("music", {"mood": "upbeat"})
    music = Clip("bed", "bed", whole, bed, whole, volume=BED_PERCENT)
    title = Clip("title", "title", TimeRange(TITLE_MS[0], TITLE_MS[1] - TITLE_MS[0]), text=TITLE)
    tracks.append(
        Track("m", TrackKind.AUDIO, Role.MUSIC, clips=(music,), effects=(Effect("duck", {"db": -10}),))
    )
    tracks.append(Track("t", TrackKind.TEXT, Role.TITLE, clips=(title,)))
    return Timeline(canvas, tuple(tracks), (Effect("loudness", {"lufs": -14}),))


def _ms(frames: int) -> int:
    return frames * 1000 // FPS
