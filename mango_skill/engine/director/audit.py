"""Asked against got: looks at the timeline before and after an operation and says what did not come out.

It shares nothing with the code that makes the edits: it reads the timeline by asking which instant of which
file is shown at a moment, adds durations up by itself, and looks effects up where the renderer will
(``time_checks`` and ``presence_checks`` have one look for each operation).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from mango_skill.engine.director.cases import CLOSE_MS, Case
from mango_skill.engine.director.presence_checks import PRESENCE_CHECKS
from mango_skill.engine.director.time_checks import TIME_CHECKS
from mango_skill.timeline import Timeline, TrackKind
from mango_skill.timeline.check import check

CHECKS = {**TIME_CHECKS, **PRESENCE_CHECKS}


def audit(case: Case) -> str | None:
    """Return what did not come out as asked, as a fact for the log; None when all is well."""
    # What was wrong before (a draft that was given as a whole) is not this edit's doing.
    old = {*_broken(case.before)}
    for miss in _broken(case.after):
        if miss not in old:
            return miss
    special = CHECKS.get(case.asked.name)
    return special(case) if special is not None else None


def _broken(timeline: Timeline) -> Iterator[str]:
    for problem in check(timeline):
        if problem.fatal and not (problem.code == "empty" and not timeline.tracks):
            yield f"{problem.code} {problem.track_id} {problem.clip_id}"
    yield from _integrity(timeline)


def _integrity(after: Timeline) -> Iterator[str]:
    main = after.main
    if main is None or not main.clips:
        return
    if main.clips[0].range.start != 0:
        yield "the storyline does not begin at 0"
    for one, following in pairwise(main.clips):
        if one.range.end != following.range.start:
            yield f"a gap or an overlap at {one.range.end}"
    if main.clips[0].transition is not None:
        yield "the first clip has a transition"
    for track in after.tracks:
        if track.kind is not TrackKind.OTHER and track.end > main.end + CLOSE_MS:
            yield f"the track {track.id} sticks out behind the end"
    for one, following in pairwise(main.clips):
        blend = following.transition
        if blend is not None and blend.duration > min(one.range.duration, following.range.duration):
            yield "a transition is longer than its clips"
