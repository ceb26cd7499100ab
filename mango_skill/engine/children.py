"""What the engine's child processes are given: a clean environment, and a leash."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

_KEPT: Final = ("SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "HOME", "LANG", "XDG_DATA_HOME", "XDG_DATA_DIRS")


def environment() -> dict[str, str]:
    """Return what a child may know: where this package is, no tokens, no proxies."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
        "OPENBLAS_NUM_THREADS": "1",
    }


def command(module: str, *arguments: str) -> list[str]:
    """Return the command line that runs a module of this package with this interpreter."""
    # -P: the working folder may hold modules of the user; -s: nor their private packages
    return [sys.executable, "-P", "-s", "-m", module, *arguments]
