"""A tool's input schema in the dialects that model interfaces take, and a model's arguments back again.

A limit that a dialect has no word for is said in the argument's description; it is checked all the same when the
tool is called.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from mango_skill.tools.shapes import Json

_LIMITS: Final[Mapping[str, str]] = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
}
_LENGTHS: Final = ("minLength", "minItems")
_NOT_EMPTY: Final = "not empty"
_GEMINI: Final = frozenset(
    {"type", "format", "title", "description", "enum", "items", "minItems", "maxItems", "minimum", "maximum"}
    | {"anyOf", "properties", "additionalProperties", "required"}
)
"""What ``parameters_json_schema`` understands, as google-genai documents it."""
_STRICT: Final = frozenset({"type", "description", "enum", "items", "properties", "required", "anyOf"})
"""What OpenAI's strict mode takes with every model, fine-tuned ones included."""


def plain(schema: Mapping[str, Json]) -> dict[str, Json]:
    """Return a schema as it is, in plain dicts and lists that the caller may change."""
    copied: dict[str, Json] = json.loads(json.dumps(dict(schema)))
    return copied


def gemini(schema: Mapping[str, Json]) -> dict[str, Json]:
    """Return a schema in the words that Gemini understands."""
    return _reworded(schema, _GEMINI, gemini)


def strict(schema: Mapping[str, Json]) -> dict[str, Json]:
    """Return a schema as OpenAI's strict mode demands it.

    Every property is required and an optional one may be null; no defaults; nothing beyond what is listed. An object
    whose keys are not listed can't be said: it becomes its JSON text.
    """
    if _is_open(schema):
        said = str(schema.get("description", "")).rstrip(".")
        return {
            "type": "string",
            "description": f"{said}. As JSON text." if said else "A JSON object, as text.",
        }
    written = _reworded(schema, _STRICT, strict)
    if schema.get("type") == "object":
        needed = schema.get("required", ())
        written["properties"] = {
            name: one if name in needed else _nullable(one) for name, one in written["properties"].items()
        }
        written["required"] = list(written["properties"])
        written["additionalProperties"] = False
    return written


def given_back(schema: Mapping[str, Json], value: Any) -> Any:
    """Return a model's value as the tool's own schema means it.

    Nulls of optional arguments are left out, and JSON text becomes the list or object that it stands for; what can't
    be read so stays, for the tool to refuse by name.
    """
    kind = schema.get("type")
    if isinstance(value, str) and kind in ("object", "array"):
        try:
            value = json.loads(value)
        except ValueError:
            return value
    if kind == "array" and isinstance(value, list):
        return [given_back(schema.get("items", {}), one) for one in value]
    if kind == "object" and isinstance(value, Mapping):
        known, needed = schema.get("properties", {}), schema.get("required", ())
        return {
            name: given_back(known.get(name, {}), one)
            for name, one in value.items()
            if one is not None or name in needed or name not in known
        }
    return value


def _reworded(
    schema: Mapping[str, Json], words: frozenset[str], inner: Callable[[Mapping[str, Json]], dict[str, Json]]
) -> dict[str, Json]:
    written = {key: value for key, value in plain(schema).items() if key in words}
    if "items" in written:
        written["items"] = inner(schema["items"])
    if "properties" in written:
        written["properties"] = {name: inner(one) for name, one in schema["properties"].items()}
    limits = {key: schema[key] for key in _LIMITS if key in schema and key not in words}
    told = [
        _NOT_EMPTY if key in _LENGTHS and limit == 1 else _LIMITS[key].format(limit)
        for key, limit in limits.items()
    ]
    if "default" in schema and "default" not in words:
        told.append(f"left out: {json.dumps(schema['default'])}")
    if told:
        said = ", ".join(told)
        before = f"{schema['description']} " if "description" in schema else ""
        written["description"] = f"{before}({said[:1].upper()}{said[1:]}.)"
    return written


def _is_open(schema: Mapping[str, Json]) -> bool:
    return schema.get("type") == "object" and schema.get("additionalProperties") is not False


def _nullable(schema: dict[str, Json]) -> dict[str, Json]:
    written = {**schema, "type": [schema["type"], "null"]}
    if "enum" in schema:
        written["enum"] = [*schema["enum"], None]
    return written
