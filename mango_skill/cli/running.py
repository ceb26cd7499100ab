"""Run one command: parse, carry out, and turn every way to fail into one sentence and an exit code."""

from __future__ import annotations

import argparse
import contextlib
import difflib
import importlib
import logging
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from mango_skill.cli import exits
from mango_skill.cli.commands import COMMANDS, Command
from mango_skill.cli.console import Console
from mango_skill.errors import ArgumentError, MangoError

_FLAGS = ("--json", "--quiet")
_VALUED = ("--backend", "--project")


class Parser(argparse.ArgumentParser):
    """An argument parser that raises instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        raise ArgumentError(
            f"{message[:1].upper()}{message[1:]}.", code="usage", hint=f"See '{self.prog} --help'."
        )


def run(words: Sequence[str]) -> int:
    """Run the command that ``words`` say."""
    console = Console(json_wanted="--json" in words, quiet="--quiet" in words)
    try:
        return _run(words, console)
    except KeyboardInterrupt:
        return _interrupted(console)
    except BrokenPipeError:
        # the reader of our output has gone: nothing to say, and nobody to say it to
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.OK
    except Exception as problem:
        return _failed(problem, console)
    finally:
        console.close()


def _run(words: Sequence[str], console: Console) -> int:
    from mango_skill.tools.context import BACKEND_CHOICES  # 'mango --help' does without

    words = _command_first(words)
    command = _command(words[0])
    module: Any = importlib.import_module(f"mango_skill.cli.{command.module}")
    parser = Parser(
        prog=f"mango {command.name}", description=f"{command.help[:1].upper()}{command.help[1:]}."
    )
    module.add_arguments(parser, command.name)
    shared = parser.add_argument_group("every command")
    shared.add_argument("--json", action="store_true", help="answer in JSON")
    shared.add_argument("--quiet", action="store_true", help="no progress")
    shared.add_argument("--backend", choices=BACKEND_CHOICES, help="where the work is done")
    if not _has(parser, "--project"):
        shared.add_argument("--project", metavar="NAME", help="project; absent: this folder's own")
    try:
        options = parser.parse_args(list(words[1:]))
    except SystemExit as asked_for_help:
        return int(asked_for_help.code or 0)
    options.command = command.name
    outcome: int = module.run(options, console)
    return outcome


def _command_first(words: Sequence[str]) -> list[str]:
    """Put options that every command takes behind the command, where they may be said before it."""
    rest, ahead = list(words), []
    while rest and rest[0].partition("=")[0] in (*_FLAGS, *_VALUED):
        ahead.append(rest.pop(0))
        if ahead[-1] in _VALUED and rest:
            ahead.append(rest.pop(0))
    return [rest[0], *ahead, *rest[1:]] if rest else list(words)


def _command(word: str) -> Command:
    if word in COMMANDS:
        return COMMANDS[word]
    near = difflib.get_close_matches(word, COMMANDS, n=1)
    hint = f"Did you mean 'mango {near[0]}'?" if near else "See 'mango --help'."
    raise ArgumentError(f"There is no command '{word}'.", code="usage", hint=hint)


def _has(parser: argparse.ArgumentParser, option: str) -> bool:
    return any(option in action.option_strings for action in parser._actions)


def _failed(problem: Exception, console: Console) -> int:
    from mango_skill.cli.logs import open_log
    from mango_skill.folders import Folders
    from mango_skill.tools import registry

    # where there is no folder for a log, the failure is told all the same
    with contextlib.suppress(MangoError, ImportError):
        open_log(Folders.locate())
    error: MangoError = registry.error_of(problem)
    answer = registry.failed(problem)
    console.fail(answer)
    return exits.exit_code(error)


def _interrupted(console: Console) -> int:
    console.stop_progress()
    if console.job_id:
        console.say(
            f"Stopped waiting. The work goes on; ask for it with 'mango wait {console.job_id}', "
            f"or end it with 'mango wait {console.job_id} --cancel'."
        )
    else:
        console.say("Stopped.")
    return exits.INTERRUPTED


# a library's log lines are for the log file, not for the person at the terminal
logging.getLogger("mango_skill").addHandler(logging.NullHandler())
logging.getLogger("mango_skill").propagate = False
