"""From a command's options to the backend: folders, settings, launcher, and the context that tools are given."""

from __future__ import annotations

import argparse
import locale
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from mango_skill import settings
from mango_skill.cli.console import Console
from mango_skill.folders import Folders
from mango_skill.launch import Launcher, project_for_folder
from mango_skill.tools import registry
from mango_skill.tools.context import ToolContext
from mango_skill.tools.spec import ToolSpec
from mango_skill.tools.wording import cloud_notice

AS_LONG_AS_IT_TAKES_S: Final = 7 * 24 * 3600


def open_launcher(options: argparse.Namespace) -> Launcher:
    """Return the launcher that the options and the settings say."""
    folders = Folders.locate()
    return Launcher(folders=folders, settings=settings.load(folders), stated=options.backend)


def open_context(options: argparse.Namespace, console: Console) -> ToolContext:
    """Return the context of this command; nothing is started yet."""
    launcher = open_launcher(options)
    here = Path.cwd()
    return ToolContext(
        _Announcing(launcher, console),
        project=options.project or project_for_folder(here),
        on_progress=console.show,
        folder=here,
        language=_own_language(),
        boundary=None,
    )


def perform(
    spec: ToolSpec, arguments: Mapping[str, Any], context: ToolContext, *, to_the_end: bool = True
) -> Any:
    """Carry a tool out; a terminal waits as long as it takes, where a host would get a job id."""
    values = registry.prepare(spec, arguments)
    if to_the_end and "wait_s" in values and "wait_s" not in arguments:
        values["wait_s"] = AS_LONG_AS_IT_TAKES_S
    return spec.call(context, **values)


def _own_language() -> str:
    """Return the language of the person's system, as a two-letter code."""
    name = locale.getlocale()[0] or ""
    return name[:2].lower() if name[2:3] == "_" else "en"


class _Announcing:
    """An opener that says where footage goes before the first byte leaves this machine."""

    def __init__(self, launcher: Launcher, console: Console) -> None:
        self._launcher = launcher
        self._console = console
        self._said = False

    def workspace(self) -> Any:
        if not self._said and self._launcher.choice() == "cloud":
            self._console.say(cloud_notice(_own_language()))
        self._said = True
        return self._launcher.workspace()

    def choose(self, choice: Any) -> None:
        self._said = False
        self._launcher.choose(choice)

    def notice(self, language: str = "en") -> str:
        # said when the workspace was opened: nothing leaves before
        return ""

    def tend(self) -> bool:
        return self._launcher.tend()
