"""The command line: results on standard output, progress on standard error, one exit code per kind of failure."""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; never lets a traceback out."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in ("-h", "--help", "help"):
        from mango_skill.cli.commands import overview

        print(overview())
        return 0
    if words[0] in ("-V", "--version"):
        from mango_skill.version import VERSION

        print(f"mango {VERSION}")
        return 0
    from mango_skill.cli.running import run

    return run(words)
