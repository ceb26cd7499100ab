"""Operations that come from outside: read from JSON, checked against the declarations, normalized."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from mango_skill.errors import ArgumentError
from mango_skill.operations.catalog import CATALOG
from mango_skill.operations.kinds import JsonValue
from mango_skill.operations.model import Operation, OperationSpec

# What an operation means when its target is left out (operations.md, "Defaults").
_TARGETS_OF_CLIP = {"mute": "original_audio", "set_volume": "original_audio"}
_TARGETS_OF_ALL = {"mute": "all", "set_volume": "all"}
MOST_OPERATIONS = 500


def operation_from_json(mapping: Mapping[str, Any]) -> Operation:
    """Read ``{"op": name, parameter: value, ...}``.

    Raises:
        ArgumentError: the name is unknown, or a parameter is unknown or wrong; it names the parameter.
    """
    if not isinstance(mapping, Mapping):
        raise ArgumentError(
            "An operation must be an object.", hint='Write it as {"op": "trim_start", "seconds": 3}.'
        )
    name = mapping.get("op")
    spec = CATALOG.get(name) if isinstance(name, str) else None
    if spec is None:
        near = difflib.get_close_matches(_shown(name), CATALOG, n=1)
        asked = f"Did you mean '{near[0]}'? " if near else ""
        raise ArgumentError(
            f"There is no operation called {_shown(name)}.",
            hint=f"{asked}references/operations.md names them all.",
            details={"parameter": "op"},
        )
    parameters = {key: value for key, value in mapping.items() if key != "op"}
    check_parameters(spec, parameters)
    return Operation(spec.name, parameters)


def operations_from_json(items: Iterable[Mapping[str, Any]]) -> tuple[Operation, ...]:
    """Read a list of operations.

    Raises:
        ArgumentError: one of them is wrong, or there are too many.
    """
    listed = list(items)
    if len(listed) > MOST_OPERATIONS:
        raise ArgumentError(
            f"{len(listed)} operations are too many for one message.",
            hint=f"Send at most {MOST_OPERATIONS} at a time.",
        )
    return tuple(operation_from_json(item) for item in listed)


def check_parameters(spec: OperationSpec, parameters: Mapping[str, JsonValue]) -> None:
    """Check the parameters of an operation.

    Raises:
        ArgumentError: one is unknown or has a wrong value; ``details`` has its name.
    """
    for key, value in parameters.items():
        parameter = spec.parameters.get(key)
        if parameter is None:
            known = ", ".join(spec.parameters) or "none"
            raise ArgumentError(
                f"{spec.name} has no parameter called {_shown(key)}.",
                hint=f"Its parameters are: {known}.",
                details={"operation": spec.name, "parameter": str(key)[:80]},
            )
        problem = parameter.kind.problem(value)
        if problem:
            raise ArgumentError(
                f"The parameter {key} of {spec.name} {problem}.",
                hint=f"{parameter.doc}",
                details={"operation": spec.name, "parameter": key},
            )


def normalize(operation: Operation) -> Operation:
    """Remove the parameters that say what leaving them out says, so that two forms compare equal.

    ``parse`` emits defaults the way people's words imply them (``undo`` has ``steps`` 1, a transition has
    ``kind`` and ``between``); normalized operations have none of these.
    """
    spec = CATALOG[operation.name]
    defaults = {name: parameter.default for name, parameter in spec.parameters.items()}
    if operation.name in _TARGETS_OF_ALL:
        whole = _TARGETS_OF_ALL if _names_no_clip(operation) else _TARGETS_OF_CLIP
        defaults["target"] = whole[operation.name]
    return Operation(
        operation.name,
        {
            name: value
            for name, value in operation.parameters.items()
            if defaults.get(name) is None or value != defaults[name]
        },
    )


def _names_no_clip(operation: Operation) -> bool:
    return "clip" not in operation.parameters and "clips_except" not in operation.parameters


def _shown(value: object) -> str:
    return repr(value)[:60]
