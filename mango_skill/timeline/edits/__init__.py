"""Pure edits: a timeline in, a timeline out. Nothing here knows who asked, or opens a file.

The storyline changes in one way only: ``arrange`` lays a new sequence of pieces and takes along what follows
them (``arrangement``, ``followers``); ``sequence`` says the edits in time as such sequences. Beside it:
``placement`` (clips on other tracks), ``treatment`` (effects), ``blends`` (transitions), ``bed`` (music
fitted to the end), ``ending`` (nothing sticks out) and ``excerpt`` (a part as a timeline of its own).
"""

from __future__ import annotations

from mango_skill.timeline.edits.arrangement import (
    Arranged,
    Fresh,
    Keep,
    arrange,
    sound_storyline,
    storyline,
)
from mango_skill.timeline.edits.bed import Loop, fit_music
from mango_skill.timeline.edits.blends import blend_at
from mango_skill.timeline.edits.ending import trim_to_storyline
from mango_skill.timeline.edits.excerpt import excerpt
from mango_skill.timeline.edits.mapping import Span, TimeMap, join, subtract
from mango_skill.timeline.edits.placement import change_clips, place, remove_clips, remove_role
from mango_skill.timeline.edits.sequence import (
    boomerang,
    change_speed,
    cut_at,
    fit_speed,
    freeze,
    insert_clips,
    keep_ranges,
    order_clips,
    ramp_speed,
    remove_ranges,
    repeat,
    replace_clip,
    reverse_clips,
    reverse_range,
    source_instant,
    split,
)
from mango_skill.timeline.edits.treatment import (
    clear,
    clear_clips,
    treat,
    treat_clips,
    treat_tracks,
    with_effect,
    without_kind,
)

__all__ = [
    "Arranged",
    "Fresh",
    "Keep",
    "Loop",
    "Span",
    "TimeMap",
    "arrange",
    "blend_at",
    "boomerang",
    "change_clips",
    "change_speed",
    "clear",
    "clear_clips",
    "cut_at",
    "excerpt",
    "fit_music",
    "fit_speed",
    "freeze",
    "insert_clips",
    "join",
    "keep_ranges",
    "order_clips",
    "place",
    "ramp_speed",
    "remove_clips",
    "remove_ranges",
    "remove_role",
    "repeat",
    "replace_clip",
    "reverse_clips",
    "reverse_range",
    "sound_storyline",
    "source_instant",
    "split",
    "storyline",
    "subtract",
    "treat",
    "treat_clips",
    "treat_tracks",
    "trim_to_storyline",
    "with_effect",
    "without_kind",
]
