"""What a tool is: declared once on a function, read as a record by every surface.

``@tool`` parses the function's signature once into a ``ToolSpec``. JSON Schema files, the command line, MCP,
framework shapes and the tables in the documents are pure functions of that record.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, get_type_hints

from mango_skill.actions import Action
from mango_skill.tools import shapes
from mango_skill.tools.shapes import Doc, Json

__all__ = ["Doc", "Hints", "Parameter", "ToolSpec", "tool"]

LONGEST_NAME: Final = 40


@dataclass(frozen=True)
class Hints:
    """What a host may assume of a tool before it calls it.

    Attributes:
        read_only: Changes nothing.
        destructive: May remove what can't be brought back.
        idempotent: Called twice with the same arguments, it does no more than once.
        open_world: Talks to something beyond this machine (a cloud backend counts).
        long_running: May answer with a ``job_id`` before it has ended.
    """

    read_only: bool
    destructive: bool
    idempotent: bool
    open_world: bool
    long_running: bool


@dataclass(frozen=True)
class Parameter:
    """One argument: its name, its JSON Schema, whether it must be given, else what it is when absent."""

    name: str
    schema: Mapping[str, Json]
    required: bool
    default: object
    build: Callable[[Any], object]
    """Makes the Python value of a valid JSON value."""
    also: tuple[str, ...] = ()
    """Other names that callers guess for it."""


@dataclass(frozen=True)
class ToolSpec:
    """A tool as every surface sees it."""

    name: str
    title: str
    description: str
    action: Action | None
    parameters: tuple[Parameter, ...]
    input_schema: Mapping[str, Json]
    output_schema: Mapping[str, Json]
    hints: Hints
    call: Callable[..., object]
    when: str = ""
    """What a user says or does that calls for it, as the documents' table has it."""


def tool(
    *,
    title: str,
    when: str = "",
    action: Action | None = None,
    read_only: bool = False,
    destructive: bool = False,
    idempotent: bool = False,
    open_world: bool = True,
    long_running: bool = False,
) -> Callable[[Callable[..., object]], ToolSpec]:
    """Declare a tool. The function's first parameter is the context, all others are keyword-only.

    Raises:
        TypeError: A parameter has no ``Doc``, is not keyword-only, or has a type without a JSON shape.
    """
    hints = Hints(
        read_only=read_only,
        destructive=destructive,
        idempotent=idempotent,
        open_world=open_world,
        long_running=long_running,
    )

    def declare(function: Callable[..., object]) -> ToolSpec:
        name = function.__name__
        if len(name) > LONGEST_NAME:
            raise TypeError(f"{name}: hosts cut names longer than {LONGEST_NAME}")
        description = inspect.cleandoc(function.__doc__ or "")
        if not description:
            raise TypeError(f"{name}: a tool needs a docstring, it is what an assistant reads")
        known = get_type_hints(function, include_extras=True)
        parameters = _parameters(function, known)
        return ToolSpec(
            name=name,
            title=title,
            description=description,
            action=action,
            parameters=parameters,
            input_schema=MappingProxyType(_input_schema(parameters)),
            output_schema=MappingProxyType(shapes.result_schema(known["return"])),
            hints=hints,
            call=function,
            when=when,
        )

    return declare


def _parameters(function: Callable[..., object], known: Mapping[str, Any]) -> tuple[Parameter, ...]:
    _, *others = inspect.signature(function).parameters.values()
    return tuple(_parameter(function.__name__, one, known[one.name]) for one in others)


def _parameter(tool_name: str, one: inspect.Parameter, hint: Any) -> Parameter:
    where = f"{tool_name}.{one.name}"
    if one.kind is not inspect.Parameter.KEYWORD_ONLY:
        raise TypeError(f"{where}: parameters of tools are keyword-only")
    shape = shapes.of(hint, where=where)
    schema = dict(shape.schema)
    if "description" not in schema:
        raise TypeError(f"{where}: every argument is described with Doc")
    required = one.default is inspect.Parameter.empty
    default = None if required else one.default
    if not required and default is not None and default != ():
        schema["default"] = shapes.to_json(default)
    return Parameter(one.name, MappingProxyType(schema), required, default, shape.build, shape.also)


def _input_schema(parameters: tuple[Parameter, ...]) -> dict[str, Json]:
    return {
        "type": "object",
        "properties": {one.name: dict(one.schema) for one in parameters},
        "required": [one.name for one in parameters if one.required],
        "additionalProperties": False,
    }
