"""The one way the storyline changes: a new sequence of pieces, and everything else follows.

Every edit in time (cut, move, speed, insert, loop ...) says which pieces of the old storyline follow one
another from now on; ``arrange`` lays them out without gaps, tells where each instant went, and takes titles,
captions, overlays, added voices, sounds and ranged effects along. Music keeps its own time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from mango_skill.timeline.edits.followers import carry_along
from mango_skill.timeline.edits.identity import fresh_ids, fresh_track_id
from mango_skill.timeline.edits.mapping import Span, TimeMap
from mango_skill.timeline.edits.pieces import cut_clip
from mango_skill.timeline.model import Clip, Role, Timeline, TimeRange, Track, TrackKind, Transition

SHORTEST_TRANSITION_MS = 80
"""A blend shorter than two or three frames can't be seen; it is dropped."""


@dataclass(frozen=True)
class Keep:
    """A part of a clip of the old storyline: ``start`` to ``end`` in old timeline milliseconds."""

    clip: Clip
    start: int
    end: int
    factor: Fraction = Fraction(1)
    reverse: bool = False

    @classmethod
    def whole(cls, clip: Clip) -> Keep:
        """Keep all of a clip."""
        return cls(clip, clip.range.start, clip.range.end)


@dataclass(frozen=True)
class Fresh:
    """New material; only the duration of the clip's range counts, its id is given anew.

    ``holds`` is the old instant that a freeze frame shows; ``covers`` the old range that it takes the place
    of, for what stood over it; ``origin`` the clip that it stems from.
    """

    clip: Clip
    holds: int | None = None
    covers: TimeRange | None = None
    origin: str | None = None


Piece = Keep | Fresh


@dataclass(frozen=True)
class Arranged:
    """A new timeline, where old time went, and from which old clip each clip of the storyline stems."""

    timeline: Timeline
    map: TimeMap
    lineage: Mapping[str, str]


def storyline(timeline: Timeline) -> tuple[Clip, ...]:
    """Return the clips of the storyline in order; none when there is no storyline yet."""
    return timeline.main.clips if timeline.main is not None else ()


def arrange(timeline: Timeline, pieces: Iterable[Piece]) -> Arranged:
    """Lay pieces out as the new storyline and take along what follows it.

    The first piece of a clip keeps the clip's id and the transition into it. A transition that has no
    clip before it any more, or not enough room, is dropped or shortened.
    """
    track = timeline.main or Track(fresh_track_id(timeline, "main"), TrackKind.VIDEO, Role.MAIN)
    old_end = track.end
    ids = fresh_ids(timeline)
    clips: list[Clip] = []
    spans: list[Span] = []
    lineage: dict[str, str] = {}
    taken: set[str] = set()
    exact = Fraction(0)
    for piece in pieces:
        length = Fraction(piece.end - piece.start) / piece.factor if isinstance(piece, Keep) else None
        start = _whole(exact)
        exact += piece.clip.range.duration if length is None else length
        placed = TimeRange.between(start, _whole(exact))
        if placed.duration <= 0:
            continue
        if isinstance(piece, Keep):
            part = TimeRange.between(piece.start, piece.end)
            clip = cut_clip(piece.clip, part, placed=placed, factor=piece.factor, reverse=piece.reverse)
            if piece.start != piece.clip.range.start and clip.id in taken:
                clip = replace(clip, transition=None)
            spans.append(Span(part, placed, piece.reverse))
            origin: str | None = piece.clip.id
        else:
            clip, origin = replace(piece.clip, range=placed), piece.origin
            if piece.holds is not None:
                spans.append(Span(TimeRange(piece.holds, 0), placed))
            elif piece.covers is not None:
                shared = min(piece.covers.duration, placed.duration)
                spans.append(Span(TimeRange(piece.covers.start, shared), TimeRange(start, shared)))
        if isinstance(piece, Fresh) or clip.id in taken:
            clip = replace(clip, id=next(ids))
        taken.add(clip.id)
        lineage[clip.id] = origin or clip.id
        clips.append(clip)
    changed = TimeMap(tuple(spans), old_end, clips[-1].range.end if clips else 0)
    followed = carry_along(timeline, changed, without=track.id, ids=ids)
    return Arranged(followed.with_track(replace(track, clips=settle_transitions(clips))), changed, lineage)


def settle_transitions(clips: Sequence[Clip]) -> tuple[Clip, ...]:
    """Return the clips with every transition short enough for both of its neighbours, or dropped.

    A transition reaches half its length to either side, so one that is as long as the shorter neighbour
    leaves room for another at the neighbour's other end.
    """
    settled: list[Clip] = []
    for clip in clips:
        before = settled[-1] if settled else None
        settled.append(replace(clip, transition=_fitting(clip, before)))
    return tuple(settled)


def _whole(value: Fraction) -> int:
    return int(value + Fraction(1, 2))


def _fitting(clip: Clip, before: Clip | None) -> Transition | None:
    wanted = clip.transition
    if wanted is None or before is None or before.range.end != clip.range.start:
        return None
    duration = min(wanted.duration, before.range.duration, clip.range.duration)
    return Transition(wanted.kind, duration) if duration >= SHORTEST_TRANSITION_MS else None


def sound_storyline(timeline: Timeline, clips: Iterable[Clip]) -> Timeline:
    """Return the timeline with a storyline of sound alone, for a project without any picture."""
    bare = replace(timeline, tracks=tuple(track for track in timeline.tracks if track.role is not Role.MAIN))
    track = Track(fresh_track_id(bare, "main"), TrackKind.AUDIO, Role.MAIN)
    pieces = (Fresh(replace(clip, effects=(), volume=100.0, extra={})) for clip in clips)
    return arrange(replace(bare, tracks=(track, *bare.tracks)), pieces).timeline
