"""Between Python types and JSON: schema of a hint, value of a JSON value, JSON of a result."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from pathlib import PurePath
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

Json = Any
"""A JSON value: None, bool, int, float, str, or lists and objects of these."""

_PLAIN: Mapping[object, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}


@dataclass(frozen=True, eq=False)
class Doc:
    """What an argument or a result means; goes beside its type in ``Annotated``.

    Compared by identity: ``typing`` wants its notes hashable, and a schema is not.

    Attributes:
        text: The meaning, with its unit.
        minimum: Smallest number allowed.
        maximum: Largest number allowed.
        min_length: Of a text: fewest characters; of a list: fewest items.
        max_length: Most of them.
        schema: Takes the place of the schema that the type gives.
        also: Other names that callers guess for an argument; they are told the real one.
    """

    text: str
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    schema: Mapping[str, Json] | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shape:
    """A type's JSON Schema, how a value of it is made of JSON, and what else callers call it."""

    schema: Mapping[str, Json]
    build: Callable[[Any], object]
    also: tuple[str, ...] = ()


def of(hint: Any, *, where: str) -> Shape:
    """Return the shape of a type hint.

    Raises:
        TypeError: The type has no JSON shape; ``where`` is named.
    """
    if get_origin(hint) is Annotated:
        inner, *notes = get_args(hint)
        shape = of(inner, where=where)
        doc = next((note for note in notes if isinstance(note, Doc)), None)
        return shape if doc is None else Shape(_documented(shape.schema, doc), shape.build, doc.also)
    if hint in _PLAIN:
        return Shape({"type": _PLAIN[hint]}, hint if hint in (int, float) else _same)
    if hint is Any:
        return Shape({}, _same)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return Shape({"type": "string", "enum": [one.value for one in hint]}, hint)
    if is_dataclass(hint):
        return Shape(_object_schema(hint, where=where), _same)
    return _composed(hint, where=where)


def _composed(hint: Any, *, where: str) -> Shape:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return Shape({"type": "string", "enum": list(arguments)}, _same)
    if origin in (Union, types.UnionType):
        (inner,) = (one for one in arguments if one is not type(None))
        return of(inner, where=where)
    if origin in (tuple, list, Sequence, typing.Sequence):
        item = of(arguments[0], where=where)
        return Shape(
            {"type": "array", "items": dict(item.schema)},
            lambda values: tuple(item.build(value) for value in values),
        )
    if origin in (dict, Mapping, typing.Mapping):
        return Shape({"type": "object"}, _same)
    raise TypeError(f"{where}: {hint!r} has no JSON shape")


_ERROR: Final[Mapping[str, Json]] = {
    "type": "object",
    "properties": {one: {"type": "string"} for one in ("code", "message", "hint")},
}


def result_schema(hint: Any) -> dict[str, Json]:
    """Return the schema of a tool's answer: ``ok``, the fields of its result, or ``error``.

    Failures fit it as well, so only ``ok`` is required and more may be said: hosts hold every answer against it,
    and would show the misfit instead of the error. The fields' descriptions stay with the declarations: a host
    gives every assistant the whole list before the first word, and an answer explains itself when it comes.
    """
    properties = _object_schema(hint, where="result")["properties"]
    for one in properties.values():
        one.pop("description", None)
    return {
        "type": "object",
        "properties": {"ok": {"type": "boolean"}, **properties, "error": dict(_ERROR)},
        "required": ["ok"],
    }


def to_json(value: Any) -> Json:
    """Return a value as JSON; what a result leaves open (None) is omitted, not null."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        stated = ((one.name, getattr(value, one.name)) for one in fields(value))
        return {name: to_json(item) for name, item in stated if item is not None}
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    return value


def _documented(schema: Mapping[str, Json], doc: Doc) -> dict[str, Json]:
    written = dict(schema if doc.schema is None else doc.schema)
    written["description"] = doc.text
    is_list = written.get("type") == "array"
    bounds = {
        "minimum": doc.minimum,
        "maximum": doc.maximum,
        "minItems" if is_list else "minLength": doc.min_length,
        "maxItems" if is_list else "maxLength": doc.max_length,
    }
    written.update({key: bound for key, bound in bounds.items() if bound is not None})
    return written


def _object_schema(kind: Any, *, where: str) -> dict[str, Json]:
    known = get_type_hints(kind, include_extras=True)
    properties, required = {}, []
    for one in fields(kind):
        properties[one.name] = dict(of(known[one.name], where=f"{where}.{one.name}").schema)
        if not _optional(known[one.name]):
            required.append(one.name)
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _optional(hint: Any) -> bool:
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    return get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint)


def _same(value: Any) -> Any:
    return value
