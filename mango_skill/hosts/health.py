"""How the skill fares in each host: where it is installed, which version, and whether it works there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mango_skill.errors import MangoError
from mango_skill.hosts import marker
from mango_skill.hosts.places import HOSTS, Host
from mango_skill.manifest import FILE_NAME, Manifest

_LIMIT_S: Final = 30


@dataclass(frozen=True)
class Health:
    """One host's finding.

    Attributes:
        host: The host's name.
        ok: Whether nothing is wrong; a host without the skill is well.
        text: What was found and, when something is wrong, what to do.
    """

    host: str
    ok: bool
    text: str


def examine_hosts(project: Path) -> list[Health]:
    """Look at every host that is found: in the user's home folder, and in a project's folder.

    Args:
        project: The project's folder.
    """
    return list(_findings(project))


def _findings(project: Path) -> Iterator[Health]:
    seen: set[Path] = set()
    for host in HOSTS.values():
        for folder in (host.skill_folder(), host.skill_folder(project=project)):
            if folder in seen or not (folder.exists() or folder.is_symlink()):
                continue
            seen.add(folder)
            try:
                yield _examine(host, folder)
            except OSError as problem:
                yield Health(
                    host.name, False, f"{folder} can't be read ({problem.strerror}); correct its permissions"
                )
        if host.is_there() and not host.skill_folder().exists():
            yield Health(host.name, True, f"not installed; 'mango install {host.name}' does it")


def _examine(host: Host, folder: Path) -> Health:
    if not (folder / FILE_NAME).is_file():
        return Health(host.name, False, f"{folder} holds no {FILE_NAME}; remove it and install again")
    try:
        manifest = Manifest.load(folder)
    except MangoError as error:
        return Health(host.name, False, f"{error.message} {error.hint}")
    said = f"{manifest.version} in {folder}, platform {manifest.platform}"
    note = marker.read(folder)
    if note is None:
        said += ", not by 'mango install'"
    else:
        found = marker.compare(folder, note)
        again = f"run 'mango install {note.hosts[0] if note.hosts else host.name}' again"
        if found.missing:
            return Health(host.name, False, f"{said}: {_names(found.missing)} missing; {again}")
        if found.changed:
            said += f", changed by you: {_names(found.changed)}"
    wrong = _why_not(folder, manifest.version)
    if wrong:
        return Health(host.name, False, f"{said}: {wrong}")
    return Health(host.name, True, f"{said}, works")


def _why_not(folder: Path, version: str) -> str:
    """Return why the code of a skill folder does not run with this Python; empty when it does."""
    if not (folder / "scripts" / "mango.py").is_file():
        return "scripts/mango.py is missing; install it again"
    environ = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "mango_skill", "--version"],
            env=environ,
            capture_output=True,
            text=True,
            timeout=_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        return f"it does not start ({type(problem).__name__})"
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        return f"it does not start: {last[:200]}"
    if done.stdout.split()[-1:] != [version]:
        return f"its code is of another version ({done.stdout.strip()[:40]}); install it again"
    return ""


def _names(places: tuple[str, ...]) -> str:
    shown = ", ".join(places[:3])
    return shown if len(places) <= 3 else f"{shown} and {len(places) - 3} more"
