"""What a parameter may be: small value types that check a JSON value and describe themselves as JSON Schema."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

JsonValue: TypeAlias = Any

LONGEST_TEXT = 5_000
LONGEST_LIST = 1_000


class Kind(Protocol):
    """The type of a parameter."""

    def problem(self, value: JsonValue) -> str | None:
        """Say in a few words what is wrong with the value, or return None."""
        ...

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the values that are right."""
        ...


@dataclass(frozen=True)
class Number:
    """A finite number, or with ``whole`` an integer; bounds are inclusive."""

    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False

    def problem(self, value: JsonValue) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return "must be a number"
        if isinstance(value, float) and not math.isfinite(value):
            return "must be a finite number"
        if self.whole and value != int(value):
            return "must be a whole number"
        if self.minimum is not None and value < self.minimum:
            return f"must be at least {self.minimum:g}"
        if self.maximum is not None and value > self.maximum:
            return f"must be at most {self.maximum:g}"
        return None

    def schema(self) -> dict[str, Any]:
        found: dict[str, Any] = {"type": "integer" if self.whole else "number"}
        if self.minimum is not None:
            found["minimum"] = self.minimum
        if self.maximum is not None:
            found["maximum"] = self.maximum
        return found


@dataclass(frozen=True)
class Text:
    """A string that is not empty."""

    longest: int = LONGEST_TEXT

    def problem(self, value: JsonValue) -> str | None:
        if not isinstance(value, str):
            return "must be a string"
        if not value:
            return "must not be empty"
        if len(value) > self.longest:
            return f"must have at most {self.longest} characters"
        return None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.longest}


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def problem(self, value: JsonValue) -> str | None:
        if isinstance(value, str) and value in self.words:
            return None
        return "must be one of " + ", ".join(self.words)

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.words)}


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    def problem(self, value: JsonValue) -> str | None:
        return None if isinstance(value, bool) else "must be true or false"

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class ListOf:
    """A list whose items are all of one kind."""

    item: Kind
    fewest: int = 1
    most: int = LONGEST_LIST

    def problem(self, value: JsonValue) -> str | None:
        if not isinstance(value, list | tuple):
            return "must be a list"
        if not self.fewest <= len(value) <= self.most:
            return f"must have {self.fewest} to {self.most} items"
        for position, item in enumerate(value, start=1):
            problem = self.item.problem(item)
            if problem:
                return f"item {position} {problem}"
        return None

    def schema(self) -> dict[str, Any]:
        return {
            "type": "array",
            "items": self.item.schema(),
            "minItems": self.fewest,
            "maxItems": self.most,
        }


@dataclass(frozen=True)
class OneOf:
    """A value of any of several kinds."""

    kinds: tuple[Kind, ...]

    def problem(self, value: JsonValue) -> str | None:
        problems = [kind.problem(value) for kind in self.kinds]
        if any(problem is None for problem in problems):
            return None
        return " or ".join(problem for problem in problems if problem)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [kind.schema() for kind in self.kinds]}


@dataclass(frozen=True)
class Record:
    """An object with exactly these fields."""

    fields: Mapping[str, Kind]

    def problem(self, value: JsonValue) -> str | None:
        if not isinstance(value, Mapping) or set(value) != set(self.fields):
            return "must be an object with " + ", ".join(self.fields)
        for name, kind in self.fields.items():
            problem = kind.problem(value[name])
            if problem:
                return f"{name} {problem}"
        return None

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {name: kind.schema() for name, kind in self.fields.items()},
            "required": list(self.fields),
            "additionalProperties": False,
        }
