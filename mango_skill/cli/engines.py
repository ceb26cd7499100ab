"""``mango engine start|stop|status|run``."""

from __future__ import annotations

import argparse

from mango_skill.cli.console import Console
from mango_skill.cli.opening import open_launcher
from mango_skill.engine_process import EngineProcess, EngineStatus


def add_arguments(parser: argparse.ArgumentParser, _: str) -> None:
    """Add what is to be done."""
    parser.add_argument(
        "verb",
        choices=("start", "stop", "status", "run"),
        help="run stays in the foreground; stop lets a running job end first",
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Start, stop, show or run the engine."""
    launcher = open_launcher(options)
    engine = EngineProcess(launcher.folders, launcher.settings)
    match options.verb:
        case "run":
            return engine.run()
        case "stop":
            stopped = engine.stop()
            return _tell(console, None, "The engine has stopped." if stopped else "No engine was running.")
        case "start":
            return _tell(console, engine.ensure(), "")
    return _tell(console, engine.status(), "No engine is running; it starts by itself when it is needed.")


def _tell(console: Console, status: EngineStatus | None, otherwise: str) -> int:
    if console.json_wanted:
        facts = {} if status is None else {"url": status.url, "version": status.version, "pid": status.pid}
        console.answer({"ok": True, "running": status is not None, **facts})
    elif status is None:
        console.result(otherwise)
    else:
        console.result(
            f"The engine (version {status.version}) is running at {status.url}, process {status.pid}."
        )
    return 0
