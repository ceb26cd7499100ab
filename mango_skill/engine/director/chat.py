"""A message in, a Direction out."""

from __future__ import annotations

from collections.abc import Mapping

from mango_skill.engine.director.seams import Direction, History, Json, Studio
from mango_skill.timeline import MediaReference, Timeline


def direct(
    message: str,
    *,
    timeline: Timeline,
    assets: Mapping[str, MediaReference],
    studio: Studio,
    history: History,
    language: str = "en",
    pending: Mapping[str, Json] | None = None,
) -> Direction:
    """Carry out what a message asks for.

    Args:
        message: The user's words, any length and any content.
        timeline: The draft as it is now.
        assets: The files of the session by id, in the order of their upload.
        studio: Answers questions about the footage.
        history: The stored drafts.
        language: The session's language (ISO 639-1); the message's own language wins when it is clear.
        pending: What the last Direction left open.
    """
    return Direction(timeline, "I understood nothing to change yet.")
