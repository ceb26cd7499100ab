"""Write the tables of the documents: ``python -m mango_skill.cli.documents [--check]``.

Commands, tools, errors, formats, settings, operations and hosts are declared in the code; each table stands between
two marks in README.md, SKILL.md or a file of ``references/`` and is written anew from its declaration.
"""

from __future__ import annotations

import argparse
import dataclasses
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from mango_skill.cli import exits, raised
from mango_skill.cli.commands import COMMANDS, TOOL_OF_COMMAND, Command
from mango_skill.errors import MangoError
from mango_skill.hosts.contents import NAME
from mango_skill.hosts.places import HOSTS
from mango_skill.operations.catalog import CATALOG, picture, sound, time, words
from mango_skill.operations.model import OperationSpec, Tier
from mango_skill.protocol import constants
from mango_skill.protocol.envelope import MEANINGS
from mango_skill.settings import Settings
from mango_skill.tools import TOOLS

FOLDER: Final = Path(__file__).parent.parent.parent
DOCUMENTS: Final = (
    "README.md",
    "SKILL.md",
    *(f"references/{name}.md" for name in ("errors", "formats", "hosts", "operations", "settings")),
)

_PLAIN_CUTS: Final = [one for one in time.TIME if one.tier is Tier.PLAIN]
_GROUPS: Final = (
    ("Cut and order", _PLAIN_CUTS[: _PLAIN_CUTS.index(CATALOG["speed"])]),
    ("Speed and time", _PLAIN_CUTS[_PLAIN_CUTS.index(CATALOG["speed"]) :]),
    ("Cut by meaning", [one for one in time.TIME if one.tier is not Tier.PLAIN]),
    ("Frame", picture.FRAME),
    ("Colour and effects", picture.COLOR),
    ("Text and graphics", words.GRAPHICS),
    ("Captions", words.CAPTIONS),
    ("Sound", sound.SOUND),
    ("Everything else", sound.OTHER),
)
"""The catalog's operations by what they are about."""

_BLOCK: Final = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->\n)", re.DOTALL)


def blocks() -> dict[str, str]:
    """Return every generated block by its name."""
    return {
        "commands": _table(("Command", "What it does"), _commands()),
        "decisions": _table(("The user", "Run", "Tool"), _decisions()),
        "tools": _table(("Tool", "What it does"), _tools()),
        "exits": _table(("Exit code", "What it means"), _exits()),
        "formats": _formats(),
        "numbers": _table(("`code`", "What it means", "What to do"), _numbers()),
        "codes": _codes(),
        "operations": _operations(),
        "settings": _settings(),
        "hosts": _table(("Host", "For the user", "With `--project`"), _hosts()),
    }


def written(text: str) -> str:
    """Return a document with its blocks written anew.

    Raises:
        KeyError: A mark names no block.
    """
    known = blocks()
    return _BLOCK.sub(lambda found: found[1] + known[found[2]] + found[3], text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the documents, or with ``--check`` tell which are not current (exit code 1)."""
    parser = argparse.ArgumentParser(prog="python -m mango_skill.cli.documents")
    parser.add_argument("--check", action="store_true", help="write nothing, fail when one is not current")
    check = parser.parse_args(arguments).check
    stale = 0
    for name in DOCUMENTS:
        path = FOLDER / name
        text = path.read_text(encoding="utf-8")
        wanted = written(text)
        if wanted == text:
            continue
        stale += 1
        if check:
            print(f"not current: {path}; run python -m mango_skill.cli.documents", file=sys.stderr)
        else:
            path.write_text(wanted, encoding="utf-8", newline="\n")
    return 1 if check and stale else 0


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _commands() -> Iterable[tuple[str, ...]]:
    for one in COMMANDS.values():
        yield _code(_spoken(one)), one.help


def _decisions() -> Iterable[tuple[str, ...]]:
    for one in COMMANDS.values():
        tool = TOOLS.get(TOOL_OF_COMMAND.get(one.name, ""))
        when = tool.when if tool else one.when
        if when:
            yield when, _code(_spoken(one)), _code(tool.name) if tool else ""


def _spoken(one: Command) -> str:
    return " ".join(part for part in ("mango", one.name, one.words) if part)


def _code(text: str) -> str:
    return f"`{text}`"


def _tools() -> Iterable[tuple[str, ...]]:
    for one in TOOLS.values():
        yield f"`{one.name}`", one.description.splitlines()[0].replace("|", "\\|")


def _exits() -> Iterable[tuple[str, ...]]:
    yield str(exits.OK), "Done."
    for kind, code in sorted(exits.EXIT_CODES.items(), key=lambda one: one[1]):
        yield str(code), _meaning(kind)
    yield str(exits.INTERRUPTED), "Stopped by Ctrl-C; the work goes on."


def _meaning(kind: type[MangoError]) -> str:
    if kind is MangoError:
        return "Something that has no code of its own."
    return (kind.__doc__ or "").strip().splitlines()[0]


def _formats() -> str:
    playing = constants.EXPORT_FORMATS[1:]
    return (
        f"In: {', '.join(constants.CLOUD_FORMATS)};\n"
        f"the local engine also takes {', '.join(constants.ENGINE_EXTRA_FORMATS)}.\n"
        f"Out: mp4 (plays everywhere), {', '.join(playing)};\n"
        f"stills {', '.join(constants.STILL_FORMATS)}, captions {', '.join(constants.CAPTION_FORMATS)}, "
        f"timelines for other editors {', '.join(constants.PROJECT_FORMATS)}.\n"
    )


def _numbers() -> Iterable[tuple[str, ...]]:
    for number, meaning in sorted(MEANINGS.items()):
        yield _code(str(number)), _cell(meaning.message), _cell(meaning.hint)


def _codes() -> str:
    """Return one section for each class of error that has codes, in the order of the exit codes."""
    found = raised.codes()
    sections = []
    for kind in sorted(exits.EXIT_CODES, key=lambda one: exits.EXIT_CODES[one]):
        rows = [one for one in found if one.kind == kind.__name__]
        found = [one for one in found if one not in rows]
        sections.append((_meaning(kind), rows))
    sections.append(("Whoever calls decides what kind it is.", found))
    return "\n".join(
        f"### {title.rstrip('.')}\n\n"
        + _table(("`code`", "What is said", "What the hint says"), map(_code_row, rows))
        for title, rows in sections
        if rows
    )


def _code_row(one: raised.Raised) -> tuple[str, ...]:
    return _code(one.code), _cell(one.message), _cell(one.hint)


def _operations() -> str:
    return "\n".join(
        f"## {title}\n\n" + "".join(f"{_operation(spec)}\n" for spec in specs) for title, specs in _GROUPS
    )


def _operation(spec: OperationSpec) -> str:
    return " ".join(f"- `{spec.name}` {_parameters(spec)}: {spec.doc}".replace(" :", ":").split())


def _parameters(spec: OperationSpec) -> str:
    return "{" + ", ".join(spec.parameters) + "}" if spec.parameters else ""


def _settings() -> str:
    keys = dataclasses.fields(Settings)
    sections = (
        ("Waiting", [one for one in keys if one.name.endswith("_s")]),
        ("Limits and tastes", [one for one in keys if not one.name.endswith("_s")]),
    )
    head = ("Key", "Default", "What it does")
    return "\n".join(f"## {title}\n\n{_table(head, map(_setting, ones))}" for title, ones in sections)


def _setting(one: dataclasses.Field[Any]) -> tuple[str, ...]:
    choices = one.metadata["choices"]
    said = f"{one.metadata['doc']} One of: {', '.join(choices)}." if choices else one.metadata["doc"]
    default = "none" if one.default == () else str(one.default).lower()
    return _code(one.name), default, said


def _hosts() -> Iterable[tuple[str, ...]]:
    for one in HOSTS.values():
        user, project = f"~/{one.home}/{NAME}", f"{one.project}/{NAME}"
        yield f"`mango install {one.name}` ({one.title})", _code(user), _code(project)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
