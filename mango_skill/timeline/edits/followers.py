"""What follows the storyline: titles, captions, overlays, added voices, sounds, and effects with a range."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from mango_skill.timeline.edits.mapping import Span, TimeMap
from mango_skill.timeline.edits.pieces import cut_clip
from mango_skill.timeline.model import Clip, Effect, Role, Timeline, TimeRange, Track, TrackKind

SHORTEST_TEXT_MS = 100
"""What is left of a text after a cut and is shorter than this only flashes; it is removed."""


def carry_along(timeline: Timeline, changed: TimeMap, *, without: str, ids: Iterator[str]) -> Timeline:
    """Return the timeline with all followers moved as ``changed`` says; the track ``without`` stays.
    ``ids`` gives ids to copies.

    What falls out is removed, what is there twice follows twice, and what covered the whole storyline
    covers the whole of the new one. Music and tracks of unknown kinds keep their own time.
    """
    tracks: list[Track] = []
    for track in timeline.tracks:
        if track.id == without or track.role is Role.MUSIC or track.kind is TrackKind.OTHER:
            tracks.append(track)
            continue
        if track.role is None and track.kind is TrackKind.AUDIO:
            tracks.append(track)  # a foreign draft's sound is its music more often than not
            continue
        effects = tuple(one for effect in track.effects for one in map_effect(effect, changed))
        clips: list[Clip] = []
        for clip in track.clips:
            for number, copy in enumerate(_follow(clip, track.role, changed)):
                clips.append(copy if number == 0 else replace(copy, id=next(ids)))
        if clips:
            ordered = sorted(clips, key=lambda clip: clip.range.start)
            tracks.append(replace(track, clips=tuple(_apart(ordered, track.kind)), effects=effects))
    effects = tuple(one for effect in timeline.effects for one in map_effect(effect, changed))
    return replace(timeline, tracks=tuple(tracks), effects=effects)


def map_effect(effect: Effect, changed: TimeMap) -> Iterator[Effect]:
    """Yield what an effect on timeline time becomes; one without a range holds for all of it."""
    if effect.range is None:
        yield effect
        return
    for run in _places(effect.range, changed):
        if run.duration:
            yield replace(effect, range=run)


def _places(old: TimeRange, changed: TimeMap) -> tuple[TimeRange, ...]:
    if _covers(old, changed):
        return (TimeRange(0, changed.new_end),)
    return changed.runs(old)


def _covers(old: TimeRange, changed: TimeMap) -> bool:
    return changed.old_end > 0 and old.start <= 0 and old.end >= changed.old_end


def _follow(clip: Clip, role: Role | None, changed: TimeMap) -> Iterator[Clip]:
    if not changed.old_end:
        yield clip  # there was no storyline to follow
    elif clip.range.start >= changed.old_end:
        shift = changed.new_end - changed.old_end  # it lay behind the storyline and stays behind it
        yield replace(clip, range=TimeRange(clip.range.start + shift, clip.range.duration))
    elif role is Role.SFX:
        for span in changed.images(TimeRange(clip.range.start, 1)):
            yield replace(clip, range=TimeRange(span.new.start, clip.range.duration))
    elif clip.source is None or clip.freeze:
        yield from _stretch(clip, changed)
    else:
        yield from _cut(clip, changed)


def _stretch(clip: Clip, changed: TimeMap) -> Iterator[Clip]:
    for run in _places(clip.range, changed):
        if run.duration >= min(SHORTEST_TEXT_MS, clip.range.duration):
            yield replace(clip, range=run, effects=_scaled(clip, run))


def _scaled(clip: Clip, run: TimeRange) -> tuple[Effect, ...]:
    if run.duration == clip.range.duration:
        return clip.effects
    return tuple(
        effect
        if effect.range is None
        else replace(effect, range=TimeRange(effect.range.start, min(effect.range.duration, run.duration)))
        for effect in clip.effects
        if effect.range is None or effect.range.start < run.duration
    )


def _cut(clip: Clip, changed: TimeMap) -> Iterator[Clip]:
    """Material with a time of its own: every stretch takes along the part that lay over it."""
    merged: list[Span] = []
    for span in changed.images(clip.range):
        last = merged[-1] if merged else None
        if last is not None and _continues(last, span):
            whole_old = TimeRange.between(last.old.start, span.old.end)
            merged[-1] = Span(whole_old, TimeRange.between(last.new.start, span.new.end))
        elif span.old.duration:
            merged.append(span)
    tail = max(0, clip.range.end - changed.old_end)
    for span in merged:
        part, placed = span.old, span.new
        if tail and part.end == changed.old_end and placed.end == changed.new_end:
            part = TimeRange.between(part.start, clip.range.end)
            placed = TimeRange(placed.start, placed.duration + tail)
        if placed.duration:
            yield cut_clip(clip, part, placed=placed, factor=Fraction(part.duration, placed.duration))


def _continues(last: Span, span: Span) -> bool:
    touching = last.new.end == span.new.start and last.old.end == span.old.start
    even = last.old.duration * span.new.duration == span.old.duration * last.new.duration
    return touching and even and not last.backwards and not span.backwards


def _apart(clips: list[Clip], kind: TrackKind) -> Iterator[Clip]:
    """Pictures of one track never overlap: a later one ends the one before."""
    for clip, following in zip(clips, [*clips[1:], None], strict=True):
        over = following is not None and clip.range.end > following.range.start
        if kind is TrackKind.VIDEO and over and following is not None:
            part = TimeRange.between(clip.range.start, following.range.start)
            if part.duration > 0:
                yield cut_clip(clip, part, placed=part)
        else:
            yield clip
