"""From a clause to operations: rules in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Sequence

from mango_skill.operations.clause import Clause, Rule
from mango_skill.operations.model import Operation
from mango_skill.operations.rules.captions import read_captions
from mango_skill.operations.rules.clips import read_clips, read_files
from mango_skill.operations.rules.cuts import read_cuts, read_times
from mango_skill.operations.rules.graphics import read_graphics
from mango_skill.operations.rules.history import read_export, read_generated, read_history, read_unclear
from mango_skill.operations.rules.picture import read_image, read_picture
from mango_skill.operations.rules.sound import read_sound
from mango_skill.operations.rules.speed import read_speed

RULES: tuple[Rule, ...] = (
    read_history,
    read_export,
    read_captions,
    read_cuts,
    read_graphics,
    read_sound,
    read_speed,
    read_picture,
    read_files,
    read_image,
    read_generated,
    read_clips,
    read_times,
)


def read_clause(clause: Clause) -> Sequence[Operation]:
    """Return the operations of the first rule that understands the clause."""
    for rule in RULES:
        found = rule(clause)
        if found:
            return found
    return ()


__all__ = ["RULES", "read_clause", "read_unclear"]
