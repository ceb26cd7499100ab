"""``mango edit --plan``: what would be done, without doing it. No backend is needed."""

from __future__ import annotations

import argparse
from typing import Any

from mango_skill.cli.console import Console
from mango_skill.cli.lines import answer_lines
from mango_skill.errors import ArgumentError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what turns an edit into a plan."""
    parser.add_argument("--plan", action="store_true", help="show the operations and do nothing")
    parser.add_argument(
        "--jsonl",
        nargs="?",
        const="-",
        metavar="FILE",
        help='plan each line {"text": ...} of a file or of standard input; writes {"ops": ...} lines',
    )


def is_wanted(options: argparse.Namespace) -> bool:
    """Whether a plan was asked for."""
    return bool(options.plan or options.jsonl)


def run(options: argparse.Namespace, console: Console) -> int:
    """Print the operations of one message, or of each line."""
    if options.jsonl:
        return answer_lines(options.jsonl, lambda line: plan(str(line["text"])))
    if not options.message:
        raise ArgumentError("There is nothing to plan.", hint='Say it: mango edit --plan "cut the pauses".')
    planned = plan(options.message)
    if console.json_wanted:
        console.answer({"ok": True, **planned})
        return 0
    console.result(describe(planned, options.message))
    return 0


def plan(text: str) -> dict[str, Any]:
    """Return what a message was understood to ask: ``ops``, and ``recipes`` and ``leftovers`` when there are any."""
    from mango_skill.operations import parse

    understood = parse(text)
    planned: dict[str, Any] = {"ops": [one.to_json() for one in understood.operations]}
    if understood.recipes:
        planned["recipes"] = list(understood.recipes)
    if understood.leftovers:
        planned["leftovers"] = list(understood.leftovers)
    return planned


def describe(planned: dict[str, Any], text: str) -> str:
    """Return a plan as a person reads it: the operations as JSON, one a line, then what is beside them."""
    import json

    lines = [json.dumps(one, ensure_ascii=False) for one in planned["ops"]]
    if planned.get("recipes"):
        lines.append("Recipe: " + ", ".join(planned["recipes"]))
    lines += [f'Not understood: "{one}"' for one in planned.get("leftovers", ())]
    return "\n".join(lines) or f'Not understood: "{text}"'
