"""``schemas/operations.schema.json``, generated from the declarations.

``python -m mango_skill.operations.schema`` writes the file; ``--check`` only compares and exits with 1 where
it differs.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from mango_skill.operations.description import schema

SCHEMA_FILE = Path(__file__).resolve().parents[2] / "schemas" / "operations.schema.json"


def main(arguments: list[str] | None = None) -> int:
    """Write the schema file, or with ``--check`` compare it; return the exit code."""
    parser = argparse.ArgumentParser(description="Write schemas/operations.schema.json.")
    parser.add_argument("--check", action="store_true", help="only say whether the file is up to date")
    options = parser.parse_args(arguments)
    wanted = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    if options.check:
        current = SCHEMA_FILE.read_text(encoding="utf-8") if SCHEMA_FILE.exists() else ""
        if current != wanted:
            sys.stderr.write(
                f"{SCHEMA_FILE.name} is out of date; run python -m mango_skill.operations.schema\n"
            )
            return 1
        return 0
    SCHEMA_FILE.parent.mkdir(parents=True, exist_ok=True)
    SCHEMA_FILE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
