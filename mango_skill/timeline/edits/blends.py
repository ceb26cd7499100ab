"""Transitions between the clips of the storyline."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from mango_skill.timeline.edits.arrangement import settle_transitions
from mango_skill.timeline.model import Timeline, Transition


def blend_at(timeline: Timeline, places: Collection[int], transition: Transition | None) -> Timeline:
    """Set the transition into the clips at these places (0 is the first clip, which can have none).

    It is made shorter where a neighbour is too short for it. None removes what is there.
    """
    main = timeline.main
    if main is None:
        return timeline
    clips = [
        replace(clip, transition=transition) if place in places and place > 0 else clip
        for place, clip in enumerate(main.clips)
    ]
    return timeline.with_track(replace(main, clips=settle_transitions(clips)))
