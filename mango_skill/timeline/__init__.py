"""What a video is: nouns, pure edits, checks, difference and summary. Nothing here opens a file."""

from __future__ import annotations

from mango_skill.timeline.model import (
    AssetSource,
    Canvas,
    Clip,
    Effect,
    GeneratedSource,
    MediaKind,
    MediaReference,
    Role,
    Timeline,
    TimeRange,
    Track,
    TrackKind,
    Transition,
)

__all__ = [
    "AssetSource",
    "Canvas",
    "Clip",
    "Effect",
    "GeneratedSource",
    "MediaKind",
    "MediaReference",
    "Role",
    "TimeRange",
    "Timeline",
    "Track",
    "TrackKind",
    "Transition",
]
