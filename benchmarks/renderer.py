"""The renderer against the ffmpeg program and moviepy: speed, memory, size, likeness, frames and samples in place.

    python3 benchmarks/renderer.py [--quick] [--job cut,polish] [--sides ours,ffmpeg] [--rounds 3] [--limit 12]

Builds the environments it needs, makes its own film (kept in the user's cache folder), runs all sides in turns, checks
every result with the ffmpeg program, and writes a table. Ratios are medians of paired rounds. Rounds that would make all
of it last longer than the limit are left out, and the table says how many there were: within twelve minutes two
processors do three of one minute of film (``--seconds 60``), or one or two of two minutes; three of these need
``--limit 20``.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
JOBS = ("cut", "full", "polish", "moviepy", "memory")
SIDES = ("ours", "ffmpeg", "moviepy")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="20 s of film and one round, while developing")
    parser.add_argument("--job", default=",".join(JOBS), help=f"some of {','.join(JOBS)}")
    parser.add_argument("--sides", default=",".join(SIDES), help=f"some of {','.join(SIDES)}")
    parser.add_argument("--rounds", type=int, default=None, help="how often each pair is run (3; quick: 1)")
    parser.add_argument("--seconds", type=int, default=None, help="length of the film (120; quick: 20)")
    parser.add_argument("--limit", type=float, default=12, help="minutes in which all should be done")
    parser.add_argument("--out", type=Path, help="where the table goes (results/renderer.md; quick: nowhere)")
    options = parser.parse_args()
    options.jobs, options.sides = options.job.split(","), options.sides.split(",")
    if unknown := {*options.jobs} - {*JOBS} | {*options.sides} - {*SIDES}:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]
    import environment

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    try:
        if not _has_packages():
            python = environment.ensure(("core", "local"), say=say)
            os.execv(python, [python, *sys.argv])
        options.peers = environment.ensure(("peers",), say=say)
    except environment.NotBuiltError as failure:
        say(str(failure))
        return 1
    options.cache = Path(environment.cache_folder()) / "benchmarks"
    import comparison

    return comparison.run(options, say)


def _has_packages() -> bool:
    from importlib.util import find_spec

    return all(find_spec(name) for name in ("av", "numpy", "PIL", "jsonschema"))


if __name__ == "__main__":
    sys.exit(main())
