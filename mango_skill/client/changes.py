"""What a turn did to the timeline, in facts and in a sentence, for turns that say nothing themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mango_skill.client.history import essence, read_timeline
from mango_skill.timeline.difference import Change, ChangeKind, difference
from mango_skill.timeline.summary import seconds, summarize

_MOST_TOLD: Final = 4
_WORDS: Final[Mapping[ChangeKind, str]] = {
    ChangeKind.TRACK_ADDED: "added {track} ({name})",
    ChangeKind.TRACK_REMOVED: "removed {track} ({name})",
    ChangeKind.CLIP_ADDED: "added {name} to {track}",
    ChangeKind.CLIP_REMOVED: "removed {name} from {track}",
    ChangeKind.CLIP_SPLIT: "cut {name} into {after} pieces",
    ChangeKind.CLIP_JOINED: "joined {before} pieces of {name}",
    ChangeKind.CLIP_MOVED: "moved {name}",
    ChangeKind.CLIP_TRIMMED: "trimmed {name}",
    ChangeKind.CLIP_REORDERED: "moved {name} to place {after}",
    ChangeKind.SPEED: "speed of {name} now {after:g}x",
    ChangeKind.REVERSE: "{name} is played backwards",
    ChangeKind.VOLUME: "volume of {name} now {after:g}%",
    ChangeKind.TEXT: "text now {name}",
    ChangeKind.TRANSITION_ADDED: "added a transition ({after}) into {name}",
    ChangeKind.TRANSITION_REMOVED: "removed the transition into {name}",
}


@dataclass(frozen=True)
class Comparison:
    """Two drafts compared.

    Attributes:
        changed: Whether the second differs from the first at all, keys unknown here included; None when the
            first is not known.
        facts: The differences as JSON.
        words: The same in short English clauses.
        summary: The second timeline in one line.
    """

    changed: bool | None
    facts: tuple[Mapping[str, Any], ...]
    words: str
    summary: str


def compare(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> Comparison:
    """Compare the draft before a turn with the one after it; ``before`` is None when nobody knows it."""
    after = essence(after)
    new = read_timeline(after)
    if before is None:
        return Comparison(None, (), "", summarize(new))
    before = essence(before)
    old = read_timeline(before)
    found = difference(old, new)
    told = [words for change in found.changes if (words := _say(change))]
    told = list(dict.fromkeys(told))
    words = ", ".join(told[:_MOST_TOLD])
    if len(told) > _MOST_TOLD:
        words += f" and {len(told) - _MOST_TOLD} more"
    changed = bool(found) or before != after
    return Comparison(changed, tuple(found.to_json()), words, summarize(new))


def _say(change: Change) -> str:
    if change.kind is ChangeKind.DURATION:
        return f"{seconds(change.before)} s became {seconds(change.after)} s"
    form = _WORDS.get(change.kind)
    if form is None:
        return ""
    try:
        return form.format(track=change.track, name=change.name or "a clip", after=change.after)
    except (ValueError, TypeError):
        return ""
