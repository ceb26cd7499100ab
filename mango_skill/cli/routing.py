"""``mango route``: which action a message asks for, and why. No backend is needed."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from mango_skill import router
from mango_skill.cli.console import Console
from mango_skill.cli.lines import answer_lines
from mango_skill.errors import ArgumentError, MediaError
from mango_skill.router.decision import route


def add_arguments(parser: argparse.ArgumentParser, _: str) -> None:
    """Add a message, lines of them, or a report."""
    parser.add_argument("text", nargs="?", metavar="TEXT", help="the message")
    parser.add_argument("--files", nargs="+", default=[], metavar="FILE", help="files that came with it")
    parser.add_argument(
        "--jsonl",
        nargs="?",
        const="-",
        metavar="FILE",
        help='route each line {"text": ..., "files": [...]} of a file or of standard input',
    )
    parser.add_argument("--report", metavar="FILE", help="measure labelled lines, by kind and language")


def run(options: argparse.Namespace, console: Console) -> int:
    """Print the route of one message, of each line, or how often labelled lines are right."""
    if options.report:
        try:
            lines = Path(options.report).read_text(encoding="utf-8-sig").splitlines()
        except OSError as problem:
            raise MediaError(
                f"{options.report} can't be read ({problem.strerror}).", code="file", hint="Check the path."
            ) from None
        console.result(router.report(lines))
        return 0
    if options.jsonl:
        return answer_lines(options.jsonl, _answer)
    if options.text is None:
        raise ArgumentError("There is nothing to route.", hint='Say it: mango route "export as mp4".')
    decided = router.to_json(route(options.text, options.files))
    if console.json_wanted:
        console.answer({"ok": True, **decided})
        return 0
    console.result(describe(decided))
    return 0


def describe(decided: dict[str, Any]) -> str:
    """Return a route as a person reads it."""
    lines = [" then ".join([decided["action"], *decided["then"]])]
    lines += [f"  {key}: {value}" for key, value in decided["arguments"].items()]
    return "\n".join([*lines, f"because {decided['reason']}"])


def _answer(line: dict[str, Any]) -> dict[str, Any]:
    files = [str(one) for one in line.get("files") or ()]
    return router.to_json(route(line["text"], files))
