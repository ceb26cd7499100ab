"""Fresh ids for tracks and clips."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mango_skill.timeline.model import Timeline

_NUMBERED = re.compile(r"[a-z]+(\d+)")


def fresh_ids(*timelines: Timeline) -> Iterator[str]:
    """Yield clip ids that none of the timelines uses: ``c1``, ``c2`` ..."""
    number = 1 + max((_number(identity) for one in timelines for identity in _identities(one)), default=0)
    while True:
        yield f"c{number}"
        number += 1


def fresh_track_id(timeline: Timeline, stem: str) -> str:
    """Return ``stem``, or ``stem2``, ``stem3`` ... when it is taken."""
    taken = set(_identities(timeline))
    number = 1
    while (candidate := stem if number == 1 else f"{stem}{number}") in taken:
        number += 1
    return candidate


def _identities(timeline: Timeline) -> Iterator[str]:
    for track in timeline.tracks:
        yield track.id
        yield from (clip.id for clip in track.clips)


def _number(identity: str) -> int:
    found = _NUMBERED.fullmatch(identity)
    return int(found[1]) if found else 0
