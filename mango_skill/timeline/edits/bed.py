"""Music under the storyline: it keeps its own time and ends where the storyline ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mango_skill.timeline.edits.identity import fresh_ids
from mango_skill.timeline.edits.pieces import cut_clip
from mango_skill.timeline.edits.treatment import with_effect, without_kind
from mango_skill.timeline.model import (
    AssetSource,
    Clip,
    Effect,
    GeneratedSource,
    Role,
    Timeline,
    TimeRange,
    Track,
)

FADE_MS = 1500
REACHES_MS = 1000
"""Music that ends this close to the end was meant to last to the end."""


def fit_music(timeline: Timeline, lengths: Mapping[str, int], *, old_end: int) -> Timeline:
    """Fit music to the end of the storyline, with a fade out.

    Music that reached the old end reaches the new one: a synthesised bed is made longer, a file is played
    on, and again from its start when it is too short. Music that ended before is only cut where it sticks out.

    Args:
        timeline: The timeline after the edit.
        lengths: Durations of the music files by asset id, ms.
        old_end: Where the storyline ended when the music was fitted last.
    """
    main = timeline.main
    if main is None or not main.clips:
        return timeline
    end = main.end
    for track in timeline.role(Role.MUSIC):
        if track is main or not track.clips or (track.end == end and _faded(track)):
            continue
        reaches = track.end >= old_end - REACHES_MS
        fitted = _cut_off(track, end)
        if reaches and fitted.clips and fitted.end < end:
            fitted = _extended(timeline, fitted, end, lengths)
        timeline = timeline.with_track(_fade(fitted)) if fitted.clips else timeline.without_track(track.id)
    return timeline


def _faded(track: Track) -> bool:
    return track.clips[-1].effect("fade_out") is not None


def _cut_off(track: Track, end: int) -> Track:
    clips: list[Clip] = []
    for clip in track.clips:
        if clip.range.end <= end:
            clips.append(clip)
        elif clip.range.start < end:
            part = TimeRange.between(clip.range.start, end)
            clips.append(cut_clip(clip, part, placed=part))
    return replace(track, clips=tuple(clips))


def _extended(timeline: Timeline, track: Track, end: int, lengths: Mapping[str, int]) -> Track:
    last = track.clips[-1]
    if isinstance(last.media, GeneratedSource) or not isinstance(last.media, AssetSource):
        return replace(track, clips=(*track.clips[:-1], _longer(last, end - last.range.end)))
    length = lengths.get(last.media.asset, 0)
    if last.source is None or length <= 0 or last.speed != 1:
        return track
    more = max(0, min(end - last.range.end, length - last.source.end))
    clips = [*track.clips[:-1], _longer(last, more)]
    ids = fresh_ids(timeline)
    while clips[-1].range.end < end:
        missing = min(end - clips[-1].range.end, length)
        bare = replace(last, id=next(ids), effects=without_kind(last.effects, "fade_in", "fade_out"))
        clips.append(
            replace(bare, range=TimeRange(clips[-1].range.end, missing), source=TimeRange(0, missing))
        )
    return replace(track, clips=tuple(clips))


def _longer(clip: Clip, more: int) -> Clip:
    if more <= 0:
        return clip
    extent = TimeRange(clip.range.start, clip.range.duration + more)
    source = clip.source and TimeRange(clip.source.start, clip.source.duration + more)
    return replace(clip, range=extent, source=source)


def _fade(track: Track) -> Track:
    """Only the last clip fades out, and never for more than a third of it."""
    *before, last = track.clips
    duration = min(FADE_MS, last.range.duration // 3)
    fade = Effect("fade_out", {"duration": duration, "target": "audio"})
    faded = replace(last, effects=with_effect(without_kind(last.effects, "fade_out"), fade))
    bare = (replace(clip, effects=without_kind(clip.effects, "fade_out")) for clip in before)
    return replace(track, clips=(*bare, faded))
