"""What the engine's child processes are given: a clean environment, and a leash."""

from __future__ import annotations

import os
import site
import sys
from pathlib import Path
from typing import Final

from mango_skill.errors import EngineError

CODE_FOLDER: Final = Path(__file__).resolve().parents[2]
"""The folder that holds this package: children run the same code."""

_KEPT: Final = (
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "TMPDIR",
    "HOME",
    "LANG",
    "XDG_DATA_HOME",
    "XDG_DATA_DIRS",
    # where the user's own packages are
    "PYTHONUSERBASE",
    "APPDATA",
)


def environment() -> dict[str, str]:
    """Return what a child may know: where this package is, no tokens, no proxies."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(CODE_FOLDER),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
        "OPENBLAS_NUM_THREADS": "1",
        # glibc keeps what threads free apart for each: with two, a render needs a fifth less and is as fast.
        "MALLOC_ARENA_MAX": "2",
    }


def command(module: str, *arguments: str) -> list[str]:
    """Return the command line that runs a module of this package with this interpreter."""
    # -P: the working folder may hold modules of the user
    options = ["-P"]
    if not site.ENABLE_USER_SITE:
        # this process does without the user's own packages; where it does not, the engine's may be among them
        options.append("-s")
    return [sys.executable, *options, "-m", module, *arguments]


def packages_missing(problem: ImportError) -> EngineError:
    """Return what a child says that finds not all packages of the engine.

    Raises:
        ImportError: It is a module of this program that is not there: a fault, not an installation.
    """
    if (problem.name or "").partition(".")[0] == __name__.partition(".")[0]:
        raise problem
    return EngineError(
        f"A package of the engine can't be loaded{f' ({problem.name})' if problem.name else ''}.",
        code="engine_missing",
        hint="Run scripts/mango.py, which fetches them, or install mango-skill[local] again.",
        details={"said": str(problem)[:400]},
    )
