"""Values of a document that anybody may have written: read without trust, or taken for absent."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from mango_skill.timeline.model import TimeRange


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping, an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def items(value: Any) -> list[Any]:
    """Return a list, an empty one for anything else."""
    return value if isinstance(value, list) else []


def finite(value: Any) -> bool:
    """Whether a value is a number that can be calculated with."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def real(value: Any, default: float) -> float:
    """Return a number."""
    return float(value) if finite(value) else default


def milliseconds(value: Any, default: int) -> int:
    """Return a time that is not negative, in whole milliseconds."""
    return max(0, round(value)) if finite(value) else default


def time_range(value: Any) -> TimeRange | None:
    """Read ``[start, duration]`` in milliseconds."""
    if isinstance(value, list) and len(value) == 2 and all(finite(one) for one in value):
        return TimeRange(round(value[0]), max(0, round(value[1])))
    return None


def fraction(value: Any, default: Fraction) -> Fraction:
    """Read ``[numerator, denominator]`` or a plain number above zero."""
    if (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(one, int) for one in value)
        and value[1]
    ):
        one = Fraction(value[0], value[1])
    elif finite(value):
        one = Fraction(value).limit_denominator(1001)
    else:
        return default
    return one if one > 0 else default


def pair(value: Fraction) -> list[int]:
    """Write a fraction as ``[numerator, denominator]``."""
    return [value.numerator, value.denominator]
