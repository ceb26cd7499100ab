"""Installation: the skill folder put where a host looks for skills, and taken away again.

Only what an installation wrote is ever replaced or removed; its marker tells which files those are.
"""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from mango_skill.client.locks import locked
from mango_skill.errors import BusyError, OutputError
from mango_skill.folders import Folders
from mango_skill.hosts import marker, placing
from mango_skill.hosts.contents import NAME, skill_files
from mango_skill.hosts.marker import MARKER, Marker
from mango_skill.hosts.places import Host
from mango_skill.manifest import Manifest

Deed = Literal["install", "replace", "nothing", "remove"]

_LOCK_WAIT_S: Final = 30.0
_YOURS: Final = ".yours"


@dataclass(frozen=True)
class Plan:
    """What an installation or a removal will do.

    Attributes:
        deed: ``nothing`` when everything is as wanted already.
        host: For which host.
        path: The skill's folder there.
        version: The version that will be there; empty after a removal.
        before: The version that is there now; empty when there is none.
        files: What will be written, by path inside the folder.
        kept: The user's own files there and where they will be: those that are not ours stay where they are,
            and those of ours that the user changed get a name of their own when a new one takes the place.
        removed: Paths of files that will be gone.
        made: How many folders above the skill's are made, or go with it.
    """

    deed: Deed
    host: Host
    path: Path
    version: str = ""
    before: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    made: int = 0


def is_prepared(folder: Path) -> bool:
    """Whether the packages of a skill folder are there, so that its host's first call need not wait for them."""
    place = importlib.util.spec_from_file_location("environment", folder / "scripts" / "environment.py")
    if place is None or place.loader is None:
        return False
    environment = importlib.util.module_from_spec(place)
    place.loader.exec_module(environment)
    return bool(environment.ready_python(environment.FULL))


def plan_installation(host: Host, *, project: Path | None = None) -> Plan:
    """Say what installing the running skill for a host will do.

    Args:
        host: For which host.
        project: Into this project's folder; absent: for the user.

    Raises:
        OutputError: Something that we did not write is in the place.
        ConfigurationError: The running code lacks a part of the skill.
    """
    target = host.skill_folder(project=project)
    version = Manifest.load().version
    files = skill_files()
    note = _note(target)
    if note is None:
        wanted = Marker(version, (host.name,), _digests(files), _missing_above(target))
        return Plan("install", host, target, version, files=_with(wanted, files), made=wanted.made)
    found = marker.compare(target, note)
    hosts = tuple(dict.fromkeys((*note.hosts, host.name)))
    wanted = Marker(version, hosts, _digests(files), note.made)
    if wanted == note and not found.changed and not found.missing:
        return Plan("nothing", host, target, version, before=version)
    kept = {place: place for place in found.foreign if place not in files}
    for place in (*found.changed, *(one for one in found.foreign if one in files)):
        if place not in files:
            kept[place] = place
        elif (target / place).is_symlink() or (target / place).read_bytes() != files[place]:
            kept[place] = _own_name(place, taken={*files, *found.foreign, *kept.values()})
    return Plan(
        "replace",
        host,
        target,
        version,
        before=note.version,
        files=_with(wanted, files),
        kept=kept,
        removed=tuple(sorted(note.files.keys() - files.keys() - {*found.changed, *found.missing})),
    )


def plan_removal(host: Host, *, project: Path | None = None) -> Plan:
    """Say what removing the skill from a host will do.

    Raises:
        OutputError: The folder that is there was not written by an installation.
    """
    target = host.skill_folder(project=project)
    note = _note(target)
    if note is None or host.name not in note.hosts:
        return Plan("nothing", host, target)
    rest = note.without(host.name)
    if rest.hosts:
        return Plan(
            "remove", host, target, note.version, before=note.version, files={MARKER: rest.to_bytes()}
        )
    found = marker.compare(target, note)
    gone = note.files.keys() - set(found.changed) - set(found.missing)
    return Plan(
        "remove",
        host,
        target,
        before=note.version,
        kept={place: place for place in (*found.changed, *found.foreign)},
        removed=tuple(sorted(gone)),
        made=note.made,
    )


def install(host: Host, *, project: Path | None = None) -> Plan:
    """Install the running skill for a host; killed at any moment, the old or the new folder is there.

    Returns:
        What was done.

    Raises:
        OutputError: The place can't be written, or something that we did not write is in it.
        BusyError: Another installation is going on.
        ConfigurationError: The running code lacks a part of the skill.
    """
    with _alone():
        placing.clear_up(host.skill_folder(project=project))
        plan = plan_installation(host, project=project)
        if plan.deed != "nothing":
            placing.put(plan.path, plan.files, kept=_carried(plan))
    return plan


def uninstall(host: Host, *, project: Path | None = None) -> Plan:
    """Take the skill away from a host; what the user has there stays.

    Returns:
        What was done.

    Raises:
        OutputError: The place can't be written, or something that we did not write is in it.
        BusyError: Another installation is going on.
    """
    with _alone():
        placing.clear_up(host.skill_folder(project=project))
        plan = plan_removal(host, project=project)
        if plan.version:  # another host still uses the folder: only the note changes
            placing.put(plan.path, plan.files, kept=_all_but_the_note(plan.path))
        elif plan.kept:
            placing.put(plan.path, {}, kept=_carried(plan))
        elif plan.deed != "nothing":
            placing.remove(plan.path)
            _remove_made(plan)
    return plan


def _carried(plan: Plan) -> dict[str, Path]:
    return {to: plan.path / place for place, to in plan.kept.items()}


def _note(target: Path) -> Marker | None:
    """Return the note of the folder that is there; None when there is no folder.

    Raises:
        OutputError: What is there is not an installation of ours.
    """
    if not target.exists() and not target.is_symlink():
        return None
    note = None if target.is_symlink() else marker.read(target)
    if note is not None:
        return note
    if (target / ".clawhub" / "origin.json").is_file():
        hint = f"ClawHub installed it: 'clawhub update {NAME}' brings it up to date."
    else:
        hint = "Rename or remove it yourself, then run this again; it is never touched."
    raise OutputError(
        f"{target} is there already and was not put there by 'mango install'.",
        code="foreign_folder",
        hint=hint,
    )


def _with(note: Marker, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {**files, MARKER: note.to_bytes()}


def _digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {place: marker.digest_of(data) for place, data in files.items()}


def _own_name(place: str, *, taken: set[str]) -> str:
    names = (f"{place}{_YOURS}{number or ''}" for number in range(len(taken) + 1))
    return next(name for name in names if name not in taken)


def _missing_above(target: Path) -> int:
    return sum(not folder.exists() for folder in target.parents)


def _remove_made(plan: Plan) -> None:
    for folder in plan.path.parents[: plan.made]:
        try:
            folder.rmdir()
        except OSError:
            return  # something else is in it by now


def _all_but_the_note(folder: Path) -> dict[str, Path]:
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if (path.is_file() or path.is_symlink()) and path.name != MARKER
    }


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Hold the lock of installations: another one's half-written folder is not taken for a leftover."""
    with locked(Folders.locate().data / "install.lock", wait_s=_LOCK_WAIT_S) as held:
        if not held:
            raise BusyError(
                "Another installation is going on.", hint="Wait for it to end, then run this again."
            )
        yield
