"""Whether captions are drawn into the picture or lie in a file beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mango_skill.timeline.model import Role, Timeline

BESIDE: Final[Mapping[str, Any]] = {"inner": {"sidecar": True}}
"""The ``extra`` of a captions track that is meant for a file of its own."""


def lie_beside(timeline: Timeline) -> bool:
    """Whether the timeline's captions are meant for a file beside the video."""
    tracks = timeline.role(Role.CAPTIONS)
    return bool(tracks) and all(track.extra == BESIDE for track in tracks)
