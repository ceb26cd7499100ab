"""What a result is called when nobody said it: after the footage that it shows first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from mango_skill.client.history import read_timeline
from mango_skill.folders import file_stem
from mango_skill.timeline.model import AssetSource, Role, Timeline, TrackKind


def result_stem(draft: Mapping[str, Any], *, otherwise: str) -> str:
    """Return a file's name without its ending, such as "beach-edited".

    Args:
        draft: The timeline on the wire.
        otherwise: What names it when no footage does.
    """
    shown = _first_footage(read_timeline(draft))
    return f"{file_stem(PurePath(shown).stem) or otherwise}-edited"


def _first_footage(timeline: Timeline) -> str:
    """Return the name of the file that the storyline begins with; else of the first picture, then of any sound."""
    tracks = sorted(
        timeline.tracks, key=lambda one: (one.role is not Role.MAIN, one.kind is not TrackKind.VIDEO)
    )
    names = (clip.name for one in tracks for clip in one.clips if isinstance(clip.media, AssetSource))
    return next((name for name in names if name), "")
