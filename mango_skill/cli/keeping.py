"""``mango projects``, ``delete``, ``jobs`` and ``history``: what is kept between calls."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any, Final

from mango_skill.cli.console import Console
from mango_skill.cli.opening import open_context
from mango_skill.errors import ArgumentError
from mango_skill.tools.shapes import to_json

_PLACES: Final = {"engine": "local", "cloud": "cloud"}
"""A backend's kind in the word by which the user chooses it."""


def add_arguments(parser: argparse.ArgumentParser, name: str) -> None:
    """Add the project to remove."""
    if name == "delete":
        parser.add_argument("name", metavar="PROJECT", help="the project to remove")
        parser.add_argument("--yes", action="store_true", help="do not ask")


def run(options: argparse.Namespace, console: Console) -> int:
    """List or remove."""
    if options.command == "delete":
        return _delete(options, console)
    context = open_context(options, console)
    workspace = context.opener.workspace()
    if options.command == "projects":
        rows = [_json(one) for one in workspace.projects()]
        text = [_project(one) for one in rows]
    elif options.command == "jobs":
        rows = [_json(one) for one in workspace.jobs()]
        text = [_job(one) for one in rows]
    else:
        rows = [_json(one) for one in workspace.open_project(context.project).history()]
        text = [_version(one) for one in rows]
    if console.json_wanted:
        console.answer({"ok": True, options.command: rows})
    else:
        console.result("\n".join(text) or "There is nothing yet.")
    return 0


def _delete(options: argparse.Namespace, console: Console) -> int:
    question = f"Remove the project '{options.name}' with its footage, drafts and renders?"
    if not options.yes:
        if not console.is_terminal:
            raise ArgumentError("Removing can't be undone.", hint="Say --yes when that is meant.")
        if not console.ask(question):
            console.say("Nothing was removed.")
            return 0
    removed = open_context(options, console).opener.workspace().delete(options.name)
    if console.json_wanted:
        console.answer({"ok": True, "deleted": _json(removed)})
    else:
        console.result(f"Removed {options.name}.")
    return 0


def _json(one: Any) -> dict[str, Any]:
    value: dict[str, Any] = one.to_json() if hasattr(one, "to_json") else to_json(one)
    return value


def _project(one: dict[str, Any]) -> str:
    files = ", ".join(one.get("files", ()))
    return f"{one['name']:<32}{_time(one.get('used'))}  {_PLACES.get(one.get('backend', ''), ''):<7}{files}".rstrip()


def _job(one: dict[str, Any]) -> str:
    percent = f"{one['percent']:.0f} %" if one.get("percent") is not None else ""
    head = f"{one['id']:<26}{one['state']:<11}{percent:>6}  {_time(one['created'])}  {one['project']}"
    return f"{head}  {one.get('message', '')}".rstrip()


def _version(one: dict[str, Any]) -> str:
    return f"{one['number']:>4}  {_time(one['time'])}  {one['message'] or '-'}\n      {one['summary']}"


def _time(seconds: float | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")
