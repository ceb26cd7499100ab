"""One operation with the timeline before and after it, and how a timeline is read from outside."""

from __future__ import annotations

from dataclasses import dataclass

from mango_skill.engine.director.asked import Asked
from mango_skill.timeline import AssetSource, Clip, GeneratedSource, Timeline

CLOSE_MS = 3
"""Rounding of a few pieces to milliseconds."""


@dataclass(frozen=True)
class Case:
    """One operation with the timeline before and after it.

    ``first``: no operation before it in the same message has changed the time, so stated seconds can be
    compared with the timeline before.
    """

    asked: Asked
    before: Timeline
    after: Timeline
    first: bool


def shown(timeline: Timeline, at: int) -> tuple[str, int] | None:
    """Return which file is shown at a moment, and which millisecond of it."""
    for clip in timeline.main.clips if timeline.main else ():
        if clip.range.start <= at < clip.range.end:
            return material_of(clip), _instant(clip, at)
    return None


def material_of(clip: Clip) -> str:
    """Return what a clip is made of: a file, a generator, or its name."""
    if isinstance(clip.media, AssetSource):
        return clip.media.asset
    return clip.media.kind if isinstance(clip.media, GeneratedSource) else clip.name


def _instant(clip: Clip, at: int) -> int:
    if clip.source is None:
        return 0
    if clip.freeze:
        return clip.source.start
    offset = float((at - clip.range.start) * clip.speed)
    return round(clip.source.end - offset if clip.reverse else clip.source.start + offset)


def end_of(timeline: Timeline) -> int:
    """Return where the storyline ends, ms."""
    return timeline.main.end if timeline.main else 0
