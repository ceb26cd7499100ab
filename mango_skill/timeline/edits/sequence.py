"""Edits of the storyline in time. Times are old timeline milliseconds; each returns what ``arrange`` returns."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from mango_skill.timeline.edits.arrangement import Arranged, Fresh, Keep, Piece, arrange, storyline
from mango_skill.timeline.edits.blends import blend_at
from mango_skill.timeline.edits.mapping import join
from mango_skill.timeline.edits.pieces import source_part
from mango_skill.timeline.model import Clip, Timeline, TimeRange

FRAME_MS = 40
"""How far before its end a clip's last frame is looked for."""

RAMP_STEP_MS = 200
MOST_RAMP_STEPS = 24


def cut_at(timeline: Timeline, instants: Iterable[int]) -> list[Keep]:
    """Return the storyline in pieces, cut at the instants."""
    ordered = sorted(set(instants))
    pieces: list[Keep] = []
    for clip in storyline(timeline):
        inner = [at for at in ordered if clip.range.start < at < clip.range.end]
        edges = [clip.range.start, *inner, clip.range.end]
        pieces += [Keep(clip, start, end) for start, end in pairwise(edges)]
    return pieces


def remove_ranges(timeline: Timeline, ranges: Iterable[TimeRange]) -> Arranged:
    """Cut ranges out; what follows moves up."""
    gone = join(ranges)
    pieces = cut_at(timeline, (edge for one in gone for edge in (one.start, one.end)))
    return arrange(timeline, [piece for piece in pieces if not _within(piece, gone)])


def keep_ranges(timeline: Timeline, ranges: Sequence[TimeRange]) -> Arranged:
    """Keep only these ranges, in the order in which they are given."""
    pieces = cut_at(timeline, (edge for one in ranges for edge in (one.start, one.end)))
    return arrange(timeline, [piece for one in ranges for piece in pieces if _within(piece, (one,))])


def split(timeline: Timeline, instants: Iterable[int]) -> Arranged:
    """Make two clips of one at each instant that lies within a clip."""
    return arrange(timeline, cut_at(timeline, instants))


def change_speed(timeline: Timeline, ranges: Iterable[tuple[TimeRange, Fraction]]) -> Arranged:
    """Play ranges faster (factor above 1) or slower; the ranges don't overlap."""
    wanted = sorted(ranges, key=lambda one: one[0].start)
    pieces = cut_at(timeline, (edge for one, _ in wanted for edge in (one.start, one.end)))
    return arrange(timeline, [_sped(piece, wanted) for piece in pieces])


def ramp_speed(timeline: Timeline, part: TimeRange, first: Fraction, last: Fraction) -> Arranged:
    """Go from one speed to another in small even steps."""
    count = max(2, min(MOST_RAMP_STEPS, part.duration // RAMP_STEP_MS))
    edges = [part.start + part.duration * number // count for number in range(count + 1)]
    factors = [first + (last - first) * Fraction(2 * number + 1, 2 * count) for number in range(count)]
    steps = [TimeRange.between(start, end) for start, end in pairwise(edges)]
    return change_speed(timeline, zip(steps, factors, strict=True))


def fit_speed(timeline: Timeline, duration: int) -> Arranged:
    """Change the speed of all of it so that it lasts exactly ``duration``."""
    main = timeline.main
    end = main.end if main is not None else 0
    return change_speed(timeline, [(TimeRange(0, end), Fraction(end, duration))])


def order_clips(timeline: Timeline, ids: Sequence[str]) -> Arranged:
    """Let these clips be the storyline, in this order. One that is named twice is there twice."""
    by_id = {clip.id: clip for clip in storyline(timeline)}
    blend = _uniform_transition(timeline)
    pieces: list[Piece] = [Keep.whole(by_id[one]) for one in ids if one in by_id]
    arranged = arrange(timeline, pieces)
    if blend is None or arranged.timeline.main is None:
        return arranged
    return replace(arranged, timeline=_blended(timeline, ids, arranged))


def insert_clips(timeline: Timeline, clips: Sequence[Clip], at: int) -> Arranged:
    """Put clips into the storyline; one that plays at that instant is cut in two."""
    pieces: list[Piece] = list(cut_at(timeline, (at,)))
    place = next(
        (n for n, one in enumerate(pieces) if isinstance(one, Keep) and one.start >= at), len(pieces)
    )
    return arrange(timeline, [*pieces[:place], *(Fresh(clip) for clip in clips), *pieces[place:]])


def replace_clip(timeline: Timeline, clip_id: str, fresh: Clip) -> Arranged:
    """Put a clip in another's place; what stood over the old one stays over the new one as far as it reaches."""
    pieces: list[Piece] = []
    for clip in storyline(timeline):
        pieces.append(
            Fresh(replace(fresh, transition=clip.transition), origin=clip.id, covers=clip.range)
            if clip.id == clip_id
            else Keep.whole(clip)
        )
    return arrange(timeline, pieces)


def reverse_clips(timeline: Timeline, ids: Collection[str]) -> Arranged:
    """Play clips backwards where they stand."""
    return arrange(
        timeline, [replace(Keep.whole(clip), reverse=clip.id in ids) for clip in storyline(timeline)]
    )


def reverse_range(timeline: Timeline, part: TimeRange) -> Arranged:
    """Play a range backwards, the order of its clips too."""
    pieces = cut_at(timeline, (part.start, part.end))
    inside = [replace(piece, reverse=True) for piece in pieces if _within(piece, (part,))]
    before = [piece for piece in pieces if piece.end <= part.start]
    after = [piece for piece in pieces if piece.start >= part.end]
    return arrange(timeline, [*before, *reversed(inside), *after])


def boomerang(timeline: Timeline, part: TimeRange) -> Arranged:
    """Play a range forwards and then backwards."""
    pieces = cut_at(timeline, (part.start, part.end))
    inside = [piece for piece in pieces if _within(piece, (part,))]
    before = [piece for piece in pieces if piece.end <= part.start]
    after = [piece for piece in pieces if piece.start >= part.end]
    back = [replace(piece, reverse=True) for piece in reversed(inside)]
    return arrange(timeline, [*before, *inside, *back, *after])


def freeze(timeline: Timeline, at: int, duration: int) -> Arranged:
    """Hold the picture at an instant; at the end, the last frame is held. The sound pauses meanwhile."""
    pieces: list[Piece] = list(cut_at(timeline, (at,)))
    clips = storyline(timeline)
    shown = next((clip for clip in clips if clip.range.start <= at < clip.range.end), clips[-1])
    place = next(
        (n for n, one in enumerate(pieces) if isinstance(one, Keep) and one.start >= at), len(pieces)
    )
    held = Fresh(_still(shown, at, duration), holds=at, origin=shown.id)
    return arrange(timeline, [*pieces[:place], held, *pieces[place:]])


def repeat(timeline: Timeline, times: int, *, only: str | None = None) -> Arranged:
    """Play all of it, or one clip, several times in a row."""
    clips = storyline(timeline)
    if only is None:
        return arrange(timeline, [Keep.whole(clip) for _ in range(times) for clip in clips])
    return arrange(
        timeline, [Keep.whole(clip) for clip in clips for _ in range(times if clip.id == only else 1)]
    )


def source_instant(clip: Clip, at: int) -> int:
    """Return which instant of its material a clip shows at ``at`` of the timeline."""
    at = max(clip.range.start, min(at, clip.range.end - 1))
    shown = source_part(clip, TimeRange(at, 1))
    return 0 if shown is None else shown.start


def _still(shown: Clip, at: int, duration: int) -> Clip:
    extent = TimeRange(0, duration)
    effects = tuple(one for one in shown.effects if one.range is None and not one.kind.startswith("fade"))
    still = replace(shown, range=extent, effects=effects, transition=None, freeze=True, reverse=False)
    if shown.source is None:
        return replace(still, freeze=False)
    if shown.freeze:
        return still
    last = max(shown.range.start, shown.range.end - math.ceil(FRAME_MS / shown.speed))
    instant = source_instant(shown, min(at, last))
    return replace(still, source=TimeRange(instant, FRAME_MS), speed=Fraction(1))


def _sped(piece: Keep, wanted: Iterable[tuple[TimeRange, Fraction]]) -> Keep:
    for part, factor in wanted:
        if part.start <= piece.start and piece.end <= part.end:
            return replace(piece, factor=factor)
    return piece


def _within(piece: Keep, ranges: Iterable[TimeRange]) -> bool:
    return any(one.start <= piece.start and piece.end <= one.end for one in ranges)


def _uniform_transition(timeline: Timeline) -> Clip | None:
    """Return a clip whose transition all boundaries share, so that a new order keeps the style."""
    inner = storyline(timeline)[1:]
    kinds = {clip.transition.kind if clip.transition else None for clip in inner}
    return inner[0] if inner and len(kinds) == 1 and None not in kinds else None


def _blended(before: Timeline, ids: Sequence[str], arranged: Arranged) -> Timeline:
    model = _uniform_transition(before)
    main = arranged.timeline.main
    if model is None or model.transition is None or main is None or len(ids) < 2:
        return arranged.timeline
    places = [n for n, clip in enumerate(main.clips) if n and clip.transition is None]
    return blend_at(arranged.timeline, places, model.transition)
