"""Nothing sticks out behind the end of the storyline."""

from __future__ import annotations

from dataclasses import replace

from mango_skill.timeline.edits.pieces import cut_clip
from mango_skill.timeline.model import Clip, Effect, Role, Timeline, TimeRange, Track, TrackKind


def trim_to_storyline(timeline: Timeline) -> Timeline:
    """Cut titles, captions, overlays, voices, sounds and ranged effects at the storyline's end."""
    main = timeline.main
    if main is None or not main.clips:
        return timeline
    end = main.end
    tracks: list[Track] = []
    for track in timeline.tracks:
        if (
            track.id == main.id
            or track.kind is TrackKind.OTHER
            or track.role is Role.MUSIC
            or track.end <= end
        ):
            tracks.append(track)
            continue
        clips = tuple(cut for clip in track.clips if (cut := _within(clip, end)) is not None)
        if clips:
            tracks.append(replace(track, clips=clips))
    effects = tuple(one for effect in timeline.effects if (one := _effect_within(effect, end)) is not None)
    return replace(timeline, tracks=tuple(tracks), effects=effects)


def _within(clip: Clip, end: int) -> Clip | None:
    if clip.range.end <= end:
        return clip
    if clip.range.start >= end:
        return None
    part = TimeRange.between(clip.range.start, end)
    return cut_clip(clip, part, placed=part)


def _effect_within(effect: Effect, end: int) -> Effect | None:
    held = effect.range
    if held is None or held.end <= end:
        return effect
    return None if held.start >= end else replace(effect, range=TimeRange.between(held.start, end))
