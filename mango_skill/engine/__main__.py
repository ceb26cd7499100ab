"""``python -m mango_skill.engine --home DIR [--foreground] [--idle-minutes 30]``: be the engine."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from mango_skill import settings as settings_file
from mango_skill.engine import logs
from mango_skill.engine.places import Places
from mango_skill.errors import MangoError
from mango_skill.folders import Folders

EXIT_FAILED: Final = 1
EXIT_ALREADY_RUNNING: Final = 3


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Run the engine; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        folders = Folders.locate(environ)
        home = Path(options.home).expanduser().absolute() if options.home else folders.engine
        settings = settings_file.load(folders)
        logs.start(home.parent / "logs", foreground=options.foreground)
        minutes = settings.idle_minutes if options.idle_minutes is None else options.idle_minutes

        # imported late: what is wrong with the settings is said without the server's packages
        from mango_skill.engine import process

        process.run(Places(home), settings, idle_s=minutes * 60)
        process.end()
    except MangoError as problem:
        print(f"{problem.message} {problem.hint}".strip(), file=sys.stderr)
        return EXIT_ALREADY_RUNNING if problem.code == "already_running" else EXIT_FAILED
    except OSError as problem:
        print(
            f"The engine's folder can't be used: {problem.strerror}. "
            "Check its permissions and the disk's room, or set MANGO_HOME.",
            file=sys.stderr,
        )
        return EXIT_FAILED
    except KeyboardInterrupt:
        return 0
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m mango_skill.engine", description="Run the editing engine."
    )
    parser.add_argument("--home", help="its folder (default: the data folder's 'engine')")
    parser.add_argument("--foreground", action="store_true", help="say on standard error what is logged")
    parser.add_argument("--idle-minutes", type=float, help="stop after so long without work")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
