"""One command per tool: connect, upload, edit, state, credits, export, wait."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from mango_skill.cli import planning
from mango_skill.cli.commands import TOOL_OF_COMMAND
from mango_skill.cli.console import Console
from mango_skill.cli.opening import open_context, perform
from mango_skill.cli.options import add_options, stated_arguments
from mango_skill.errors import ArgumentError, OutputError
from mango_skill.tools import TOOLS, ToolContext, registry
from mango_skill.tools.shapes import to_json


def add_arguments(parser: argparse.ArgumentParser, name: str) -> None:
    """Take the options from the tool's declaration."""
    # --backend is every command's option; for connect it is also what is remembered
    add_options(parser, TOOLS[TOOL_OF_COMMAND[name]], without=("backend",))
    if name == "edit":
        planning.add_arguments(parser)
    if name == "connect":
        parser.add_argument(
            "--token-stdin",
            action="store_true",
            help="read the token of a cloud account from standard input and keep it",
        )


def run(options: argparse.Namespace, console: Console) -> int:
    """Carry the tool out and print what it answers."""
    if options.command == "edit" and planning.is_wanted(options):
        return planning.run(options, console)
    spec = TOOLS[TOOL_OF_COMMAND[options.command]]
    arguments = stated_arguments(options, spec)
    if options.command == "upload":
        _sort_links(arguments)
    context = open_context(options, console)
    if options.command == "connect" and options.token_stdin:
        _keep_token(options, context)
    try:
        result = perform(spec, arguments, context)
    except OutputError as problem:
        if not may_replace(problem, console):
            raise
        result = perform(spec, {**arguments, "overwrite": True}, context)
    if console.json_wanted:
        console.answer(registry.succeeded(result))
    else:
        console.result(describe(options.command, to_json(result)))
    return 0


def _keep_token(options: argparse.Namespace, context: ToolContext) -> None:
    """A token comes by standard input: a command line is seen by others, and kept in a history."""
    token = sys.stdin.readline().strip()
    if not token or options.backend != "cloud":
        raise ArgumentError(
            "A token is for the cloud.",
            hint="Pass it like: mango connect --backend cloud --token-stdin < FILE.",
        )
    context.opener.choose("cloud")
    context.opener.workspace().connect(token=token)


def may_replace(problem: OutputError, console: Console) -> bool:
    """Whether the output exists and the person at the terminal says that it may go."""
    if problem.code != "output_exists" or not console.is_terminal:
        return False
    return console.ask(f"{problem.message} Replace it?")


def describe(command: str, result: dict[str, Any]) -> str:
    """Return a result as a person reads it."""
    if "result" in result:
        result = result["result"]
    if command == "state":
        return _state_text(result)
    lines = [result.get("reply") or result.get("message") or result.get("note") or ""]
    lines += [note for note in result.get("notes", []) if note not in lines[0]]
    if result.get("state") == "running":
        lines.append(f"Still working. Ask for it with: mango wait {result['job_id']}")
    if result.get("state") == "cancelled":
        lines.append("Cancelled.")
    return "\n".join(line for line in lines if line) or "Done."


def _state_text(result: dict[str, Any]) -> str:
    lines = [result["reply"]]
    if result.get("canvas"):
        canvas = result["canvas"]
        lines.append(f"Frame: {canvas['width']}x{canvas['height']}, {canvas['fps']:g} fps")
    if result.get("media"):
        lines.append("Footage: " + ", ".join(one["name"] for one in result["media"]))
    lines += [f"  {one['number']}: {one['message'] or '-'}" for one in result.get("history", ())]
    return "\n".join(lines)


def _sort_links(arguments: dict[str, Any]) -> None:
    stated = arguments.get("files", [])
    links = [one for one in stated if one.startswith(("http://", "https://"))]
    arguments["files"] = [one for one in stated if one not in links]
    arguments["links"] = [*arguments.get("links", []), *links]
