"""What has been understood of a message so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from mango_skill.operations.clause import Clause
from mango_skill.operations.marks import Annotated
from mango_skill.operations.model import Operation
from mango_skill.operations.scope import read_scoped
from mango_skill.operations.wording import vary

LONGEST_CLAUSE = 240


MOST_VARIANTS = 8


@dataclass
class Reading:
    """What has been understood so far; each step is a clause with its operations.

    ``is_last``: no clause follows the one that is being read.
    """

    message: Annotated
    steps: list[tuple[str, list[Operation]]] = field(default_factory=list)
    recipes: list[str] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)
    pending: str = ""
    readings: int = 0
    is_last: bool = False
    known: dict[tuple[str, int], list[Operation]] = field(default_factory=dict)

    @property
    def operations(self) -> list[Operation]:
        return [operation for _, operations in self.steps for operation in operations]

    def clause(self, text: str) -> Clause:
        return Clause(text, self.message, tuple(self.operations))

    def read(self, text: str) -> list[Operation]:
        """Read a clause by the rules, once for each noun that it joins."""
        if len(text) > LONGEST_CLAUSE:
            return []
        key = (text, len(self.operations))
        if key not in self.known:
            found: list[Operation] = []
            for variant in vary(text)[:MOST_VARIANTS]:
                self.readings += 1 + len(variant) // 60
                found += [o for o in read_scoped(self.clause(variant)) if o not in found]
            self.known[key] = found
        return list(self.known[key])
