"""Write the tables of README.md and SKILL.md: ``python -m mango_skill.cli.documents [--check]``.

Commands, tools, exit codes and formats are declared in the code; each table stands between two marks in a document
and is written anew from its declaration.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from mango_skill.cli import exits
from mango_skill.cli.commands import COMMANDS
from mango_skill.errors import MangoError
from mango_skill.protocol.constants import CLOUD_FORMATS, ENGINE_EXTRA_FORMATS, EXPORT_FORMATS
from mango_skill.tools import TOOLS

FOLDER: Final = Path(__file__).parent.parent.parent
DOCUMENTS: Final = ("README.md", "SKILL.md")

_BLOCK: Final = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->\n)", re.DOTALL)


def blocks() -> dict[str, str]:
    """Return every generated block by its name."""
    return {
        "commands": _table(("Command", "What it does"), _commands()),
        "tools": _table(("Tool", "What it does"), _tools()),
        "exits": _table(("Exit code", "What it means"), _exits()),
        "formats": _formats(),
    }


def written(text: str) -> str:
    """Return a document with its blocks written anew.

    Raises:
        KeyError: A mark names no block.
    """
    known = blocks()
    return _BLOCK.sub(lambda found: found[1] + known[found[2]] + found[3], text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the documents, or with ``--check`` tell which are not current (exit code 1)."""
    parser = argparse.ArgumentParser(prog="python -m mango_skill.cli.documents")
    parser.add_argument("--check", action="store_true", help="write nothing, fail when one is not current")
    check = parser.parse_args(arguments).check
    stale = 0
    for name in DOCUMENTS:
        path = FOLDER / name
        text = path.read_text(encoding="utf-8")
        wanted = written(text)
        if wanted == text:
            continue
        stale += 1
        if check:
            print(f"not current: {path}", file=sys.stderr)
        else:
            path.write_text(wanted, encoding="utf-8", newline="\n")
    return 1 if check and stale else 0


def _table(head: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    lines = [head, ("---", "---"), *rows]
    return "".join(f"| {left} | {right} |\n" for left, right in lines)


def _commands() -> Iterable[tuple[str, str]]:
    for one in COMMANDS.values():
        yield f"`{' '.join(('mango', one.name, one.words)).strip()}`", one.help


def _tools() -> Iterable[tuple[str, str]]:
    for one in TOOLS.values():
        yield f"`{one.name}`", one.description.splitlines()[0].replace("|", "\\|")


def _exits() -> Iterable[tuple[str, str]]:
    yield str(exits.OK), "Done."
    for kind, code in sorted(exits.EXIT_CODES.items(), key=lambda one: one[1]):
        said = (kind.__doc__ or "").strip().splitlines()[0]
        yield str(code), "Something that has no code of its own." if kind is MangoError else said
    yield str(exits.INTERRUPTED), "Stopped by Ctrl-C; the work goes on."


def _formats() -> str:
    return (
        f"In: {', '.join(CLOUD_FORMATS)};\n"
        f"the local engine also takes {', '.join(ENGINE_EXTRA_FORMATS)}.\n"
        f"Out: mp4 (plays everywhere), {', '.join(EXPORT_FORMATS[1:])}.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
