"""``mango bundle``: the skill staged for the hosts that take a folder."""

from __future__ import annotations

import argparse

from mango_skill.cli.console import Console
from mango_skill.folders import user_path
from mango_skill.hosts.bundle import KINDS, stage
from mango_skill.tools.shapes import to_json


def add_arguments(parser: argparse.ArgumentParser, _: str) -> None:
    """Add where to and which kinds."""
    parser.add_argument("folder", metavar="DIR", help="where to; each kind gets DIR/KIND/mango-ai")
    parser.add_argument("--kind", choices=(*KINDS, "all"), default="all", help="absent: all of them")
    parser.add_argument("--overwrite", action="store_true", help="replace bundles that are there already")


def run(options: argparse.Namespace, console: Console) -> int:
    """Stage the bundles."""
    folder = user_path(options.folder)
    kinds = KINDS if options.kind == "all" else (options.kind,)
    staged = [stage(kind, folder, overwrite=options.overwrite) for kind in kinds]
    if console.json_wanted:
        console.answer({"ok": True, "bundles": [{**to_json(one), "path": str(one.path)} for one in staged]})
    else:
        console.result(
            "\n".join(f"{one.path}  ({one.files} files, {one.size / 1e6:.1f} MB)" for one in staged)
        )
    return 0
