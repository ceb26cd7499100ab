"""Small JSON files that are whole or not there, whatever kills the writer."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sys
from pathlib import Path
from typing import Any

from mango_skill.errors import ConfigurationError


def write_json(path: Path, value: Any, *, durable: bool = True) -> None:
    """Put ``value`` in the place of ``path`` at once, readable by its owner only.

    Args:
        path: The file; its folder is made when it is missing.
        value: A JSON value.
        durable: Wait until its place is on the disk too; a progress note may be lost, never what it replaces.

    Raises:
        OSError: The folder can't be written or the disk is full.
    """
    make_folder(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            # Escaped: file names and messages may hold what is no valid text, and must come back as they were.
            json.dump(value, file)
            # A rename may outlive a power cut that the words do not: they go first, always.
            file.flush()
            os.fsync(file.fileno())
        _replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    if durable:
        sync_folder(path.parent)


def read_json(path: Path) -> dict[str, Any] | None:
    """Return the object in ``path``, or None when it is missing, can't be read or is not one."""
    try:
        return read_kept(path)
    except ConfigurationError:
        return None


def read_kept(path: Path) -> dict[str, Any] | None:
    """Return the object in ``path``, or None when it is missing or is not one: then it may be written anew.

    Raises:
        ConfigurationError: Something is there that can't be read now; writing would destroy it.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    except OSError as problem:
        raise ConfigurationError(
            f"{path} can't be read ({problem.strerror or type(problem).__name__}).",
            code="not_readable",
            hint="Correct its permissions; it is not touched until then.",
        ) from None
    return value if isinstance(value, dict) else None


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for their owner only."""
    if folder.is_dir():
        return
    if folder.parent != folder:
        make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)


def close_folder(folder: Path) -> None:
    """Make a folder, and keep others on this machine out of it even when it was there before."""
    make_folder(folder)
    with contextlib.suppress(OSError):
        folder.chmod(0o700)


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` last; where folders can't be synced nothing happens."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _replace(temporary: Path, path: Path) -> None:
    for attempt in range(10):
        try:
            os.replace(temporary, path)
            return
        except PermissionError:
            # Windows refuses while a reader has the file open; readers are quick.
            if os.name != "nt" or attempt == 9:
                raise
