"""``mango call`` and ``mango tools``: the tools as programs see them."""

from __future__ import annotations

import argparse
import json
import sys

from mango_skill.cli import exits
from mango_skill.cli.console import Console
from mango_skill.cli.opening import open_context, perform
from mango_skill.errors import ArgumentError
from mango_skill.tools import TOOLS, registry
from mango_skill.tools.schemas import describe


def add_arguments(parser: argparse.ArgumentParser, name: str) -> None:
    """Add a tool's name and its arguments."""
    if name == "tools":
        parser.add_argument("name", nargs="?", metavar="TOOL", help="show one tool whole")
        return
    parser.add_argument("name", metavar="TOOL", help=", ".join(TOOLS))
    parser.add_argument(
        "arguments", nargs="?", default="{}", metavar="JSON", help='the arguments; "-" reads standard input'
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """List the tools, or call one and print its answer as JSON."""
    if options.command == "tools":
        return _list(options, console)
    try:
        spec = registry.find(options.name)
        result = perform(
            spec, _arguments(options.arguments), open_context(options, console), to_the_end=False
        )
    except Exception as problem:
        console.answer(registry.failed(problem))
        return exits.exit_code(registry.error_of(problem))
    console.answer(registry.succeeded(result))
    return exits.OK


def _arguments(text: str) -> dict[str, object]:
    try:
        value = json.loads(sys.stdin.read() if text == "-" else text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ArgumentError(
            "The arguments are no JSON object.", hint="""Quote them as one argument: '{"message": "..."}'."""
        )
    return value


def _list(options: argparse.Namespace, console: Console) -> int:
    chosen = [registry.find(options.name)] if options.name else list(TOOLS.values())
    if console.json_wanted or options.name:
        described = [describe(one) for one in chosen]
        console.answer(described[0] if options.name else described)
        return exits.OK
    console.result("\n".join(f"{one.name:<16}{one.description.splitlines()[0]}" for one in chosen))
    return exits.OK
