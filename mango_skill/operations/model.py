"""One operation, and how operations are declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from mango_skill.operations.kinds import JsonValue, Kind


class Tier(StrEnum):
    """What an operation needs to be carried out."""

    PLAIN = "D"
    SPEECH = "A"
    VISION = "V"
    GENERATION = "G"
    HISTORY = "H"
    QUESTION = "Q"


@dataclass(frozen=True)
class Parameter:
    """A named value of an operation.

    ``phrase`` says it in the canonical sentence, ``{}`` standing for the value as JSON;
    ``default`` is the value that means the same as leaving it out.
    """

    name: str
    kind: Kind
    phrase: str
    doc: str
    default: JsonValue = None


@dataclass(frozen=True)
class OperationSpec:
    """The declaration of an operation: everything else about it is a function of this."""

    name: str
    tiers: tuple[Tier, ...]
    lead: str
    doc: str
    parameters: Mapping[str, Parameter]

    @property
    def tier(self) -> Tier:
        """The least that the operation may need."""
        return self.tiers[0]

    @property
    def title(self) -> str:
        """A short name for tables."""
        return self.name.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Operation:
    """One edit with exactly the parameters that were stated."""

    name: str
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))

    def __hash__(self) -> int:
        return hash((self.name, tuple(sorted(self.parameters))))

    def __reduce__(self) -> tuple[type[Operation], tuple[str, dict[str, JsonValue]]]:
        return (Operation, (self.name, dict(self.parameters)))

    @classmethod
    def from_json(cls, mapping: Mapping[str, Any]) -> Operation:
        """Read ``{"op": name, parameter: value, ...}`` and check it against the declaration.

        Raises:
            ArgumentError: the name is unknown, or a parameter is unknown or wrong; it names the parameter.
        """
        # The check knows the catalog, and the catalog this module.
        from mango_skill.operations.checking import operation_from_json

        return operation_from_json(mapping)

    def to_json(self) -> dict[str, Any]:
        """Return the operation as it is written: ``{"op": name, parameter: value, ...}``."""
        return {"op": self.name, **self.parameters}

    def changed(self, **changes: JsonValue) -> Operation:
        """Return a copy with parameters set; a value of None takes the parameter away."""
        merged = {**self.parameters, **changes}
        return Operation(self.name, {name: value for name, value in merged.items() if value is not None})
