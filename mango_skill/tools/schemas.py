"""Write the tools' JSON Schema files: ``python -m mango_skill.tools.schemas [--check]``.

The files under ``schemas/`` are outputs; at run time the records are read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mango_skill import settings
from mango_skill.tools.registry import TOOLS
from mango_skill.tools.spec import ToolSpec

SCHEMAS = Path(__file__).parent.parent.parent / "schemas"


def describe(spec: ToolSpec) -> dict[str, Any]:
    """Return a tool as JSON: what MCP and frameworks need of it."""
    hints = spec.hints
    return {
        "name": spec.name,
        "title": spec.title,
        "description": spec.description,
        "inputSchema": dict(spec.input_schema),
        "outputSchema": dict(spec.output_schema),
        "annotations": {
            "readOnlyHint": hints.read_only,
            "destructiveHint": hints.destructive,
            "idempotentHint": hints.idempotent,
            "openWorldHint": hints.open_world,
        },
    }


def files() -> dict[Path, str]:
    """Return every generated file with its text."""
    written = {SCHEMAS / "tools" / f"{name}.json": _text(describe(spec)) for name, spec in TOOLS.items()}
    written[SCHEMAS / "config.schema.json"] = _text(settings.schema())
    return written


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files, or with ``--check`` tell which are not current (exit code 1)."""
    parser = argparse.ArgumentParser(prog="python -m mango_skill.tools.schemas")
    parser.add_argument("--check", action="store_true", help="write nothing, fail when a file is not current")
    check = parser.parse_args(arguments).check
    wanted = files()
    stale = sorted(path for path, text in wanted.items() if _read(path) != text)
    stale += sorted(path for path in (SCHEMAS / "tools").glob("*.json") if path not in wanted)
    for path in stale:
        if check:
            print(f"not current: {path}", file=sys.stderr)
        elif path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8", newline="\n")
        else:
            path.unlink()
    return 1 if check and stale else 0


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
