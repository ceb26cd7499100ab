"""Music under the storyline: it keeps its own time and ends where the storyline ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import ceil

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
    Transition,
)

FADE_MS = 1500
REACHES_MS = 1000
"""Music that ends this close to the end was meant to last to the end."""
_LEAST_LOOP_MS = 250


@dataclass(frozen=True)
class Loop:
    """How a song goes on for longer than it is: from ``end`` back to ``start``. All in milliseconds of the file.

    Attributes:
        start: Where it is entered again.
        end: Where it is left; a whole number of bars later.
        heard: Where its last sound is: what comes after is silence.
        blend: How long the two are heard together, around the seam.
        bars: Whole bars between the two; 0 for music without a pulse.
    """

    start: int
    end: int
    heard: int
    blend: int = 40
    bars: int = 0

    @classmethod
    def whole(cls, length: int) -> Loop:
        """Return the loop of a song that nothing is known of but its length."""
        return cls(0, length, heard=length, blend=0)


def fit_music(timeline: Timeline, loops: Callable[[str], Loop | None], *, old_end: int) -> Timeline:
    """Fit music to the end of the storyline, with a fade out.

    Music that reached the old end reaches the new one: a synthesised bed is made longer; a file is played on and,
    when it is too short, once more by its loop. Music that ended before is only cut where it sticks out.

    Args:
        timeline: The timeline after the edit.
        loops: Returns how the music file of an id is played again, or None where it can't be; asked only when
            a file has to become longer.
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
            fitted = _extended(timeline, fitted, end, loops)
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


def _extended(timeline: Timeline, track: Track, end: int, loops: Callable[[str], Loop | None]) -> Track:
    *before, last = track.clips
    if isinstance(last.media, GeneratedSource) or not isinstance(last.media, AssetSource):
        return replace(track, clips=(*before, _reaching(last, end)))
    loop = loops(last.media.asset) if last.source is not None and last.speed == 1 else None
    if loop is None or loop.end - loop.start < _LEAST_LOOP_MS:
        return track
    return replace(track, clips=(*before, *_looped(last, end, loop, fresh_ids(timeline))))


def _looped(clip: Clip, end: int, loop: Loop, ids: Iterator[str]) -> Iterator[Clip]:
    """Yield the clip and its repetitions up to ``end`` of the timeline."""
    bare = replace(clip, effects=without_kind(clip.effects, "fade_in", "fade_out"))
    while clip.source is not None:
        missing = end - clip.range.start
        # The song's own ending may be heard where the video ends.
        if clip.source.start + missing <= max(loop.end, loop.heard):
            yield _reaching(clip, end)
            return
        leave = loop.end if clip.source.start < loop.end else loop.heard
        leave -= _earlier(loop, missing - (leave - clip.source.start), leave - clip.source.start)
        if leave <= clip.source.start:
            yield clip
            return
        played = _reaching(clip, clip.range.start + leave - clip.source.start)
        yield played
        entry = TimeRange(loop.start, 1)
        seam = Transition("crossfade", loop.blend) if loop.blend else None
        start = TimeRange(played.range.end, 1)
        clip = replace(bare, id=next(ids), range=start, source=entry, transition=seam)


def _earlier(loop: Loop, rest: int, played: int) -> int:
    """How much earlier the song is left, in whole bars, so that what comes last is long enough to fade out."""
    short = 2 * FADE_MS - rest
    if short <= 0:
        return 0
    bar = (loop.end - loop.start) / loop.bars if loop.bars else float(short)
    earlier = round(ceil(short / bar) * bar)
    return earlier if earlier <= played // 2 else 0


def _reaching(clip: Clip, end: int) -> Clip:
    extent = TimeRange.between(clip.range.start, end)
    source = clip.source and TimeRange(clip.source.start, extent.duration)
    return replace(clip, range=extent, source=source)


def _fade(track: Track) -> Track:
    """Only the last clip fades out, and never for more than a third of it."""
    *before, last = track.clips
    duration = min(FADE_MS, last.range.duration // 3)
    fade = Effect("fade_out", {"duration": duration, "target": "audio"})
    faded = replace(last, effects=with_effect(without_kind(last.effects, "fade_out"), fade))
    bare = (replace(clip, effects=without_kind(clip.effects, "fade_out")) for clip in before)
    return replace(track, clips=(*bare, faded))
