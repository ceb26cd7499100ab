"""What routing takes besides the words, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mango_skill.actions import Action


@dataclass(frozen=True)
class RouteContext:
    """What stands before the message; it settles only what the words leave open.

    Attributes:
        job_running: A turn, an upload or an export is under way.
        pending_question: The last reply asked something; a bare noun is its answer.
        offered: The action that the last reply offered; "yes" takes it.
        media_names: File names that the project has already: naming one of them uploads nothing.
    """

    job_running: bool = False
    pending_question: bool = False
    offered: Action | None = None
    media_names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Route:
    """Where a message goes.

    Attributes:
        action: What has to happen first.
        arguments: What the words say about it. export: ``format``, ``height``, ``width``, ``fps``,
            ``codec``, ``what`` (video, audio, captions, project, still), ``asked`` (a project
            format that is not made), ``path``, ``destination``,
            ``max_megabytes``, and the wishes of ``wishes.read_wishes``; upload: ``files`` and ``links``.
        text: The words that belong to this action. For the chat: what is sent, the other actions'
            clauses cut off.
        then: What follows, in order; each with its own arguments and text and no ``then``.
        reason: Which rules decided, for a reader.
    """

    action: Action
    arguments: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    then: tuple[Route, ...] = ()
    reason: str = ""


def to_json(route: Route) -> dict[str, Any]:
    """Return the route in the corpus' form: ``action``, ``then`` (action words), ``arguments``, ``reason``."""
    return {
        "action": str(route.action),
        "then": [str(step.action) for step in route.then],
        "arguments": dict(route.arguments),
        "reason": route.reason,
    }
