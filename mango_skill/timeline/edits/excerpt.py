"""A part of a timeline as a timeline of its own: what is seen and heard then, at the same instants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mango_skill.timeline.edits.pieces import cut_clip
from mango_skill.timeline.model import Clip, Effect, Timeline, TimeRange, Track

_AT_START = "fade_in"
_AT_END = "fade_out"


def excerpt(timeline: Timeline, part: TimeRange) -> Timeline:
    """Return what lies within ``part``, its start at 0. Nothing else moves: sound and texts stay where they were."""
    whole = TimeRange(0, timeline.duration)
    tracks = (_excerpt_of(track, part, whole) for track in timeline.tracks)
    return replace(
        timeline,
        tracks=tuple(track for track in tracks if track.clips),
        effects=tuple(_shifted(timeline.effects, part, whole)),
    )


def _excerpt_of(track: Track, part: TimeRange, whole: TimeRange) -> Track:
    clips: list[Clip] = []
    for clip in track.clips:
        shared = clip.range.intersection(part)
        if shared is None:
            continue
        placed = TimeRange(shared.start - part.start, shared.duration)
        cut = clip if clip.range == placed else cut_clip(clip, shared, placed=placed)
        # a transition needs the clip that it comes from
        clips.append(cut if clips and shared.start == clip.range.start else replace(cut, transition=None))
    return replace(track, clips=tuple(clips), effects=tuple(_shifted(track.effects, part, whole)))


def _shifted(effects: Iterable[Effect], part: TimeRange, whole: TimeRange) -> Iterator[Effect]:
    for effect in effects:
        if effect.range is None:
            beyond = (effect.kind == _AT_START and part.start > whole.start) or (
                effect.kind == _AT_END and part.end < whole.end
            )
            if not beyond:
                yield effect
            continue
        shared = effect.range.intersection(part)
        if shared is not None:
            yield replace(effect, range=TimeRange(shared.start - part.start, shared.duration))
