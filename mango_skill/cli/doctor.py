"""``mango doctor``: is everything in place?"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mango_skill import launch, settings
from mango_skill.cli.console import Console
from mango_skill.engine_process import EngineProcess
from mango_skill.errors import MangoError
from mango_skill.folders import Folders
from mango_skill.hosts.health import examine_hosts
from mango_skill.manifest import Manifest
from mango_skill.scrub import scrub
from mango_skill.tools import registry
from mango_skill.tools.shapes import to_json
from mango_skill.version import VERSION

READY_MARK = "mango-ready"
"""The file by which scripts/mango.py knows an environment that it made."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    ok: bool
    text: str


def add_arguments(_: argparse.ArgumentParser, __: str) -> None:
    """Doctor takes no arguments of its own."""


def run(options: argparse.Namespace, console: Console) -> int:
    """Look at everything; the exit code is 9 when something is wrong."""
    findings = examine(options.backend)
    healthy = all(one.ok for one in findings)
    if console.json_wanted:
        console.answer({"ok": healthy, "findings": to_json(findings)})
    else:
        console.result(
            "\n".join(f"{'ok ' if one.ok else 'BAD'}  {one.name:<13} {one.text}" for one in findings)
        )
    return 0 if healthy else 9


def examine(stated: str | None) -> list[Finding]:
    """Return what was found, the simplest things first."""
    checks: list[tuple[str, Callable[[], str]]] = [
        ("version", lambda: f"{VERSION} on Python {platform.python_version()}, {platform.system()}"),
        ("manifest", _manifest),
        ("settings", lambda: _settings(Folders.locate())),
        ("folders", lambda: _folders(Folders.locate())),
        ("packages", _packages),
        ("environment", _environment),
        ("engine", lambda: _engine(Folders.locate())),
        ("cloud", lambda: _cloud(Folders.locate(), stated)),
        ("backend", lambda: _backend(Folders.locate(), stated)),
    ]
    hosts = [Finding(f"host {one.host}", one.ok, one.text) for one in examine_hosts(Path.cwd())]
    return [*(_checked(name, check) for name, check in checks), *hosts]


def _checked(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, check())
    except Exception as problem:  # whatever is wrong, the other things are still looked at
        error = registry.error_of(problem)
        return Finding(name, False, scrub(f"{error.message} {error.hint}"))


def _manifest() -> str:
    found = Manifest.load()
    return f"{found.name} {found.version}, installed by: {found.platform}"


def _settings(folders: Folders) -> str:
    settings.load(folders)
    there = folders.settings_file.is_file()
    return f"{folders.settings_file}{'' if there else ' (not there: defaults)'}"


def _folders(folders: Folders) -> str:
    there = folders.data
    while not there.exists():
        there = there.parent
    if not os.access(there, os.W_OK):
        raise MangoError(f"{there} can't be written.", hint="Set MANGO_HOME to another folder.")
    free = shutil.disk_usage(there).free / 1e9
    return f"data in {folders.data}, logs in {folders.logs}, {free:.1f} GB free"


def _packages() -> str:
    core = ["requests", "sseclient-py", "jsonschema", "PyYAML"]
    known = [f"{name} {importlib.metadata.version(name)}" for name in core]
    engine = "with the engine's" if launch.engine_is_there() else "without the engine's"
    return f"{', '.join(known)}; {engine}"


def _environment() -> str:
    own = (Path(sys.prefix) / READY_MARK).exists()
    return f"{'the private one' if own else 'your own'}: {sys.prefix}"


def _engine(folders: Folders) -> str:
    if not launch.engine_is_there():
        return "not installed; scripts/mango.py fetches it, the cloud works without"
    status = EngineProcess(folders, settings.load(folders)).status()
    return "installed; it starts when it is needed" if status is None else f"running, process {status.pid}"


def _cloud(folders: Folders, stated: str | None) -> str:
    launcher = launch.Launcher(folders=folders, settings=settings.load(folders), stated=stated)
    if launcher.choice() != "cloud":
        return "not chosen, nothing is sent there; 'mango connect --backend cloud' chooses it"
    return f"chosen, at {launcher.backend().url}; footage is sent there"


def _backend(folders: Folders, stated: str | None) -> str:
    launcher = launch.Launcher(folders=folders, settings=settings.load(folders), stated=stated)
    if launcher.choice() == "cloud":
        backend = launcher.backend()
        return f"the cloud at {backend.url}"
    status = EngineProcess(folders, launcher.settings).ensure()
    return f"the engine at {status.url}, version {status.version}, process {status.pid}"
