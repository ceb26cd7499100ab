"""``schemas/operations.schema.json``, generated from the declarations.

``python -m mango_skill.operations.schema`` writes the file; ``--check`` only compares and exits with 1 where
it differs.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from mango_skill.operations.catalog import CATALOG
from mango_skill.operations.checking import MOST_OPERATIONS
from mango_skill.operations.model import OperationSpec

SCHEMA_FILE = Path(__file__).resolve().parents[2] / "schemas" / "operations.schema.json"


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


def main(arguments: list[str] | None = None) -> int:
    """Write the schema file, or with ``--check`` compare it; return the exit code."""
    parser = argparse.ArgumentParser(description="Write schemas/operations.schema.json.")
    parser.add_argument("--check", action="store_true", help="only say whether the file is up to date")
    options = parser.parse_args(arguments)
    wanted = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    if options.check:
        current = SCHEMA_FILE.read_text(encoding="utf-8") if SCHEMA_FILE.exists() else ""
        if current != wanted:
            sys.stderr.write(f"{SCHEMA_FILE.name} is out of date; run python -m mango_skill.operations.schema\n")
            return 1
        return 0
    SCHEMA_FILE.parent.mkdir(parents=True, exist_ok=True)
    SCHEMA_FILE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
