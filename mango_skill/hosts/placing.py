"""Folders put in place whole: killed at any moment, the old one or the new one is there, never half of one."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Final

from mango_skill.errors import OutputError

_LEFT: Final = ".{name}.being-put-"
_BEFORE: Final = ".before"
_NOTHING: Final[Mapping[str, Path]] = MappingProxyType({})
_AT_FDCWD: Final = -100
_EXCHANGE: Final = 2  # RENAME_EXCHANGE on Linux and RENAME_SWAP on macOS


def put(target: Path, files: Mapping[str, bytes], *, kept: Mapping[str, Path] = _NOTHING) -> None:
    """Write ``files`` as the folder ``target``; what was there before is gone afterwards, save what is kept.

    Args:
        target: The folder; those above it are made.
        files: Bytes by path inside it, with ``/`` between names.
        kept: Files that are there already, by the paths that they shall have inside it.

    Raises:
        OutputError: It can't be written; what was there before still is.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=_LEFT.format(name=target.name), dir=target.parent))
        try:
            for place, data in files.items():
                _make_room(fresh, place).write_bytes(data)
            for place, there in kept.items():
                _carry(there, _make_room(fresh, place))
            fresh.chmod(0o755)
            _take_the_place(fresh, target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as problem:
        raise OutputError(
            f"{target} can't be written ({problem.strerror or problem}).",
            code="folder",
            hint="Correct its permissions or free some space, and run this again.",
        ) from None


def remove(target: Path) -> None:
    """Remove the folder ``target``: it disappears at once, its files after that.

    Raises:
        OutputError: It can't be removed.
    """
    try:
        aside = Path(tempfile.mkdtemp(prefix=_LEFT.format(name=target.name), dir=target.parent))
        try:
            target.rename(aside / "after")
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as problem:
        raise OutputError(
            f"{target} can't be removed ({problem.strerror or problem}).",
            code="folder",
            hint="Close what uses it, correct its permissions, and run this again.",
        ) from None


def clear_up(target: Path) -> None:
    """Remove what a killed run left beside the target; a folder that it had moved aside comes back first."""
    leftovers = list(target.parent.glob(f"{_LEFT.format(name=target.name)}*"))
    for left in leftovers:
        if (left / _BEFORE).is_dir() and not target.exists():
            with contextlib.suppress(OSError):
                (left / _BEFORE).rename(target)
    for left in leftovers:
        shutil.rmtree(left, ignore_errors=True)


def _make_room(folder: Path, place: str) -> Path:
    """Return the path of a place inside a folder, with the folders above it made."""
    path = folder.joinpath(*PurePosixPath(place).parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _carry(there: Path, place: Path) -> None:
    """Let a file be at another place as well: the same file where the disk can, else a copy; a link stays one."""
    try:
        os.link(there, place, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(there, place, follow_symlinks=False)


def _take_the_place(fresh: Path, target: Path) -> None:
    if not target.exists():
        fresh.rename(target)
    elif not _exchanged(fresh, target):
        # no exchange on this system: for an instant neither is there, and the next run brings the old one back
        aside = Path(tempfile.mkdtemp(prefix=_LEFT.format(name=target.name), dir=target.parent))
        target.rename(aside / _BEFORE)
        try:
            fresh.rename(target)
        except OSError:
            (aside / _BEFORE).rename(target)
            raise
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system or the disk can't."""
    names = os.fsencode(one), os.fsencode(other)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "linux":
            done = library.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _EXCHANGE)
        elif sys.platform == "darwin":
            done = library.renamex_np(names[0], names[1], _EXCHANGE)
        else:
            return False
    except (AttributeError, OSError, TypeError):
        return False
    return bool(done == 0)
