"""Command-line options out of a tool's declared parameters."""

from __future__ import annotations

import argparse
import json
from collections.abc import Collection, Mapping
from typing import Any, Final

from mango_skill.errors import ArgumentError
from mango_skill.tools.spec import Parameter, ToolSpec

POSITIONAL: Final = {
    "upload_media": ("files",),
    "edit_video": ("message",),
    "wait_for_job": ("job_id",),
    "send_message": ("text", "files"),
}
"""What is said without an option's name."""

_SHORT: Final = {"path": ("-o", "--output")}
_TYPES: Final[Mapping[str, Any]] = {"integer": int, "number": float, "string": str}


def add_options(parser: argparse.ArgumentParser, spec: ToolSpec, *, without: Collection[str] = ()) -> None:
    """Give the parser one option for each of the tool's parameters."""
    for one in spec.parameters:
        if one.name in without:
            continue
        if one.name in POSITIONAL.get(spec.name, ()):
            _add_positional(parser, one)
        else:
            _add_option(parser, one)


def stated_arguments(options: argparse.Namespace, spec: ToolSpec) -> dict[str, Any]:
    """Return the tool's JSON arguments that the command line stated.

    Raises:
        ArgumentError: An option that takes JSON holds none.
    """
    arguments: dict[str, Any] = {}
    for one in spec.parameters:
        value = getattr(options, one.name, None)
        if value is None or value == []:
            continue
        arguments[one.name] = _from_json(one.name, value) if _takes_json(one) else value
    return arguments


def _add_positional(parser: argparse.ArgumentParser, one: Parameter) -> None:
    is_list = one.schema.get("type") == "array"
    nargs = "*" if is_list else None if one.required else "?"
    parser.add_argument(one.name, nargs=nargs, metavar=one.name.upper(), help=_help(one))


def _add_option(parser: argparse.ArgumentParser, one: Parameter) -> None:
    names = _SHORT.get(one.name, ("--" + one.name.replace("_", "-"),))
    described: dict[str, Any] = {"dest": one.name, "default": None, "help": _help(one)}
    kind = one.schema.get("type")
    if kind == "boolean":
        parser.add_argument(*names, action="store_const", const=True, **described)
    elif _takes_json(one):
        parser.add_argument(*names, metavar="JSON", **described)
    elif kind == "array":
        parser.add_argument(*names, nargs="+", metavar="ITEM", **described)
    elif "enum" in one.schema:
        parser.add_argument(*names, choices=one.schema["enum"], **described)
    else:
        parser.add_argument(*names, type=_TYPES[kind or "string"], metavar=one.name.upper(), **described)


def _takes_json(one: Parameter) -> bool:
    kind = one.schema.get("type")
    return kind == "object" or (kind == "array" and one.schema.get("items", {}).get("type") == "object")


def _from_json(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise ArgumentError(
            f"--{name.replace('_', '-')} is not JSON.", hint="Quote the JSON as one argument."
        ) from None


def _help(one: Parameter) -> str:
    return str(one.schema["description"]).replace("%", "%%")
