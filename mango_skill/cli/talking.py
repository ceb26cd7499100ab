"""``mango send`` and ``mango chat``: whole messages."""

from __future__ import annotations

import argparse
import sys

from mango_skill.cli.console import Console
from mango_skill.cli.opening import open_context, perform
from mango_skill.cli.options import add_options, stated_arguments
from mango_skill.errors import MangoError
from mango_skill.tools import TOOLS, ToolContext, registry
from mango_skill.tools.failure import ToldFailure

SEND = TOOLS["send_message"]
ENDINGS = ("bye", "exit", "quit", ":q")


def add_arguments(parser: argparse.ArgumentParser, name: str) -> None:
    """Add the message and its files."""
    if name == "send":
        add_options(parser, SEND)
    else:
        parser.add_argument("files", nargs="*", metavar="FILE", help="footage to begin with")


def run(options: argparse.Namespace, console: Console) -> int:
    """Send one message, or each line that is typed."""
    context = open_context(options, console)
    if options.command == "chat":
        return _chat(options, console, context)
    result = perform(SEND, stated_arguments(options, SEND), context)
    answer = registry.succeeded(result)
    if console.json_wanted:
        console.answer(answer)
    else:
        console.result(answer["reply"])
    return 0


def _chat(options: argparse.Namespace, console: Console, context: ToolContext) -> int:
    if console.is_terminal:
        from mango_skill.tools.wording import greeting

        console.result(greeting(language=context.language))
    files = list(options.files)
    if files:
        _exchange("upload", files, console, context)
    while True:
        if console.is_terminal:
            print("> ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line or line.strip().lower().removeprefix("/") in ENDINGS:
            return 0
        if line.strip():
            _exchange(line.strip(), [], console, context)


def _exchange(text: str, files: list[str], console: Console, context: ToolContext) -> None:
    """Say one line and print the reply; a failure ends the exchange, not the conversation."""
    try:
        answer = registry.succeeded(perform(SEND, {"text": text, "files": files}, context))
    except (MangoError, ToldFailure) as problem:
        console.fail(registry.failed(problem))
        return
    if console.json_wanted:
        console.answer(answer)
    else:
        console.result(answer["reply"])
