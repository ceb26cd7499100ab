"""Parameters of effects and styles, read whatever they are: a draft may come from anywhere. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any


def number(parameters: Mapping[str, Any], key: str, default: float) -> float:
    """Return a parameter as a number; ``default`` when it is absent or none."""
    value = parameters.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        return default
    return float(value)


def milliseconds(parameters: Mapping[str, Any], key: str, default: int = 0) -> int:
    """Return a parameter as whole milliseconds."""
    return round(number(parameters, key, default))
