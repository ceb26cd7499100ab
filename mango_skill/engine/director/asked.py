"""The parameters of one operation, read with the types that a handler wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Json = Any


class OperationLike(Protocol):
    """What ``mango_skill.operations.Operation`` is."""

    @property
    def name(self) -> str: ...

    @property
    def parameters(self) -> Mapping[str, Json]: ...


@dataclass(frozen=True)
class Asked:
    """One operation as it was asked for."""

    name: str
    parameters: Mapping[str, Json]

    @classmethod
    def of(cls, operation: OperationLike) -> Asked:
        """Read an operation."""
        return cls(operation.name, dict(operation.parameters))

    def to_json(self) -> dict[str, Json]:
        """Return ``{"op": name, ...}``."""
        return {"op": self.name, **self.parameters}

    def has(self, *names: str) -> bool:
        """Whether at least one of these was stated."""
        return any(self.parameters.get(name) is not None for name in names)

    def value(self, name: str) -> Json:
        """Return a parameter as it is, None when it was not stated."""
        return self.parameters.get(name)

    def number(self, name: str) -> float | None:
        """Return a number, None when it was not stated or is none."""
        value = self.parameters.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value)

    def ms(self, name: str) -> int | None:
        """Return seconds as milliseconds."""
        value = self.number(name)
        return None if value is None else round(value * 1000)

    def word(self, name: str) -> str | None:
        """Return a word or text."""
        value = self.parameters.get(name)
        return value if isinstance(value, str) and value else None

    def items(self, name: str) -> Sequence[Json]:
        """Return a list, empty when it was not stated."""
        value = self.parameters.get(name)
        return value if isinstance(value, list | tuple) else ()
