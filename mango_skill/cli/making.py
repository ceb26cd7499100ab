"""``mango make``: clip and words in, finished video out."""

from __future__ import annotations

import argparse
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mango_skill.actions import Action
from mango_skill.cli.console import Console
from mango_skill.cli.opening import open_context, perform
from mango_skill.cli.steps import may_replace
from mango_skill.errors import ArgumentError, MediaError, OutputError, UserError
from mango_skill.folders import file_stem, user_path
from mango_skill.protocol.constants import EXPORT_FORMATS, OUTPUT_ALIASES, OUTPUT_FORMATS
from mango_skill.router import Route
from mango_skill.router.decision import route
from mango_skill.tools import TOOLS, ToolContext, registry
from mango_skill.tools.exporting import output_path
from mango_skill.tools.sending import export_arguments
from mango_skill.tools.shapes import to_json
from mango_skill.tools.wording import language_of

_EXPORT_OPTIONS = ("format", "height", "width", "fps", "quality", "captions")


@dataclass(frozen=True)
class Order:
    """What is to be made.

    Attributes:
        files: The footage.
        message: What the editor is told; empty when the file is only written in another form.
        output: Where the result goes.
        overwrite: Whether the user said that a file there may be replaced.
        export: Arguments of the export tool besides.
    """

    files: tuple[Path, ...]
    message: str
    output: Path
    overwrite: bool
    export: dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser, _: str) -> None:
    """Add the footage, the words and the result."""
    parser.usage = "mango make FILE ... TEXT [-o PATH] [options]"
    parser.add_argument(
        "words", nargs="+", metavar="FILE ... TEXT", help="footage, then in quotes what to do with it"
    )
    parser.add_argument("-o", "--output", metavar="PATH", help="file to write; its ending is its format")
    parser.add_argument("--overwrite", action="store_true", help="replace the output when it exists")
    export = TOOLS["export_video"]
    for one in export.parameters:
        if one.name in _EXPORT_OPTIONS:
            kind = {"integer": int, "number": float}.get(one.schema["type"], str)
            parser.add_argument(
                f"--{one.name}",
                type=kind,
                choices=one.schema.get("enum"),
                help=str(one.schema["description"]),
                metavar=None if "enum" in one.schema else one.name.upper(),
            )


def run(options: argparse.Namespace, console: Console) -> int:
    """Upload, edit, render, download; then tell what was done."""
    order = read_order(options, console)
    context = open_context(options, console)
    project = options.project or f"{_slug(order.files[0])}-{secrets.token_hex(2)}"
    context = replace(context, project=project, language=language_of(options.words[-1]))
    upload = TOOLS["upload_media"]
    uploaded = to_json(perform(upload, {"files": [str(path) for path in order.files]}, context))
    for refused in uploaded.get("refused") or ():
        # all of the footage was meant: a video without some of it is not what was asked for
        raise MediaError(refused["message"], code=refused["code"], hint=refused.get("hint", ""))
    edited = _edit(order, context, console) if order.message else {}
    arguments = {**order.export, "path": str(order.output), "overwrite": order.overwrite}
    exported = to_json(perform(TOOLS["export_video"], arguments, context))
    state = to_json(perform(TOOLS["show_timeline"], {}, context))
    if console.json_wanted:
        console.answer({**registry.succeeded(exported), "edit": edited, "summary": state["reply"]})
        return 0
    lines = [exported["reply"], state["reply"], _first_paragraph(edited)]
    lines.append(
        f'Change it further: mango edit --project {project} "..."; then mango export --project {project}'
    )
    console.result("\n".join(line for line in lines if line))
    return 0


def read_order(options: argparse.Namespace, console: Console) -> Order:
    """Return what is to be made; everything that can be checked without work is checked here.

    Raises:
        ArgumentError: Footage or words are missing; ``output_format``: the name of the result and the words ask
            for different formats.
        MediaError: A file of the footage can't be used.
        OutputError: The result can't be written where it was asked for.
    """
    *names, text = options.words
    if not names:
        missing = "what to do with it" if os.path.exists(text) else "the footage"
        raise ArgumentError(
            f"Something is missing: {missing}.",
            hint='Say it like: mango make clip.mp4 "cut the pauses and add music" -o out.mp4.',
        )
    # not Path.is_file: that takes a long sentence for a broken path and raises
    if os.path.isfile(text):
        raise ArgumentError(
            "The words that say what to do are missing.", hint="Put them last, in quotes, after the files."
        )
    if not text.strip():
        raise ArgumentError("The words that say what to do are empty.", hint="Say what to do, in quotes.")
    files = tuple(check_footage(name) for name in names)
    message, export = _understood(text)
    export |= {key: getattr(options, key) for key in _EXPORT_OPTIONS if getattr(options, key) is not None}
    called = export.pop("name", None)
    stem = file_stem(called or "") or f"{files[0].stem}-edited"
    plain = f"{stem}.{export.get('format', EXPORT_FORMATS[0])}"
    output = options.output or export.pop("path", None) or plain
    export.pop("path", None)
    if user_path(output, error=OutputError).is_dir():
        output = str(Path(output) / plain)
    _check_agreement(output, export.get("format"))
    overwrite = bool(options.overwrite)
    try:
        target = output_path(output, overwrite=overwrite)
    except OutputError as problem:
        if not may_replace(problem, console):
            raise
        overwrite = True
        target = output_path(output, overwrite=True)
    if any(target.exists() and path.samefile(target) for path in files):
        raise OutputError(
            "The output is the footage itself.", code="output_is_input", hint="Choose another name."
        )
    return Order(files, message, target, overwrite, export)


def _check_agreement(output: str, form: str | None) -> None:
    ending = Path(output).suffix.lower().lstrip(".")
    meant = OUTPUT_ALIASES.get(ending, ending)
    if form is not None and meant in OUTPUT_FORMATS and meant != form:
        raise ArgumentError(
            f"{Path(output).name} does not end like the {form} file that is asked for.",
            code="output_format",
            hint=f"Name it .{form}, or say nothing of {form}; nothing was uploaded.",
        )


def check_footage(name: str) -> Path:
    """Return a file of the footage.

    Raises:
        MediaError: It is no path, missing, a folder, or empty.
    """
    path = user_path(name, error=MediaError)
    if path.is_dir():
        raise MediaError(f"{name} is a folder.", code="is_folder", hint="Name the files in it.")
    if not path.is_file():
        raise MediaError(f"There is no file {name}.", code="missing_file", hint="Check the path.")
    if path.stat().st_size == 0:
        raise MediaError(f"{name} is empty.", code="empty_file", hint="Check that it was copied whole.")
    return path


def _understood(text: str) -> tuple[str, dict[str, Any]]:
    """Part a message into what the editor is told and how the file is written."""
    decided = route(text)
    steps: Sequence[Route] = [decided, *decided.then]
    export = next((export_arguments(step) for step in steps if step.action is Action.EXPORT), {})
    edits = [step.text for step in steps if step.action is Action.CHAT]
    if edits:
        return " ".join(edits), export
    return ("", export) if decided.action is Action.EXPORT else (text, export)


def _edit(order: Order, context: ToolContext, console: Console) -> dict[str, Any]:
    edited: dict[str, Any] = to_json(perform(TOOLS["edit_video"], {"message": order.message}, context))
    if edited.get("changed") is False:
        raise UserError(
            f"Nothing was made: {_first_paragraph(edited) or 'the words changed nothing.'}",
            code="nothing_changed",
            hint=f'Say it otherwise: mango edit --project {context.project} "..."',
        )
    return edited


def _first_paragraph(edited: dict[str, Any]) -> str:
    """Return what the editor said, or what changed when it said nothing; the rest proposes what is under way."""
    return str(edited.get("reply", "")).partition("\n\n")[0]


def _slug(path: Path) -> str:
    kept = "".join(char if char.isalnum() else "-" for char in path.stem.lower())
    return "-".join(part for part in kept.split("-") if part)[:40] or "clip"
