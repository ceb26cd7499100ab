"""The vocabulary as JSON Schema."""

from __future__ import annotations

from typing import Any

from mango_skill.operations.catalog import CATALOG
from mango_skill.operations.checking import MOST_OPERATIONS
from mango_skill.operations.model import OperationSpec


def schema() -> dict[str, Any]:
    """Return the JSON Schema of an array of operations."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Edit operations",
        "description": "Edits in the order in which they are made; a parameter that is not stated is absent.",
        "type": "array",
        "maxItems": MOST_OPERATIONS,
        "items": {"oneOf": [_operation_schema(spec) for spec in CATALOG.values()]},
    }


def _operation_schema(spec: OperationSpec) -> dict[str, Any]:
    properties: dict[str, Any] = {"op": {"const": spec.name}}
    for parameter in spec.parameters.values():
        described = {**parameter.kind.schema(), "description": parameter.doc}
        if parameter.default is not None:
            described["default"] = parameter.default
        properties[parameter.name] = described
    return {
        "title": spec.title,
        "description": f"{spec.doc} Tier {'/'.join(spec.tiers)}.",
        "type": "object",
        "properties": properties,
        "required": ["op"],
        "additionalProperties": False,
    }
