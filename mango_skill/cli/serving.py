"""``mango mcp``: the MCP server, on standard input and output or on HTTP."""

from __future__ import annotations

import argparse

from mango_skill.cli.console import Console
from mango_skill.cli.logs import open_log
from mango_skill.errors import ArgumentError, ConfigurationError
from mango_skill.folders import Folders


def add_arguments(parser: argparse.ArgumentParser, _: str) -> None:
    """Add how it is reached."""
    parser.add_argument(
        "--http", action="store_true", help="serve streamable HTTP on this machine instead of stdio"
    )
    parser.add_argument(
        "--port", type=int, metavar="N", help="port of --http; absent: the last one, or any free"
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Serve until the host ends it."""
    if options.port is not None and not (options.http and 0 <= options.port <= 65535):
        raise ArgumentError(
            "--port goes with --http and is 0 to 65535.", code="usage", hint="See 'mango mcp --help'."
        )
    folders = Folders.locate()
    open_log(folders, others=True)
    try:
        from mango_skill.hosts.mcp import lines
        from mango_skill.hosts.mcp.conversations import Setting
    except ModuleNotFoundError as problem:
        raise ConfigurationError(
            f"The package {problem.name} is not installed.",
            code="package_missing",
            hint="Run scripts/mango.py mcp, which fetches what is needed, or install mango-skill[mcp].",
        ) from None
    setting = Setting(project=options.project or "", backend=options.backend)
    if options.http:
        from mango_skill.hosts.mcp.web import serve

        serve(setting, folders, port=options.port, say=console.say)
    else:
        lines.serve(setting)
    return 0
