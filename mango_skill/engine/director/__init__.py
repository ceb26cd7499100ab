"""Words to edits: ``direct`` carries a message out on a timeline and says what was done.

``place_uploads`` puts fresh footage onto the draft so that a state shows it at once. Neither opens files;
what has to be known about footage is asked through ``Studio``.
"""

from __future__ import annotations

from mango_skill.engine.director.chat import direct
from mango_skill.engine.director.seams import Cue, Direction, History, Step, Studio, Version
from mango_skill.engine.director.uploads import place_uploads

__all__ = [
    "Cue",
    "Direction",
    "History",
    "Step",
    "Studio",
    "Version",
    "direct",
    "place_uploads",
]
