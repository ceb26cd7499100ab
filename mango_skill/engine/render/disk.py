"""The disk that a render writes to: whether it may, whether there is room, and its errors in words."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import av.error

from mango_skill.engine.render.plan import RenderPlan
from mango_skill.errors import MangoError, OutputError, RenderError

_RESERVE_BYTES: Final = 50_000_000


def existing(folder: Path) -> Path:
    """Return a folder that is there and may be written to.

    Raises:
        OutputError: ``not_writable``.
    """
    if not folder.is_dir():
        raise OutputError(
            "The folder for the result is not there.",
            code="not_writable",
            hint="Make it, or name another one.",
        )
    if not os.access(folder, os.W_OK):
        raise _not_writable()
    return folder


def _not_writable() -> OutputError:
    return OutputError(
        "The result can't be written into that folder.",
        code="not_writable",
        hint="Name a folder that you may write to.",
    )


def require_room(folder: Path, plan: RenderPlan) -> None:
    """Refuse a disk without room for the mix; what the pictures need is told by the disk itself.

    Raises:
        OutputError: ``disk_full``.
    """
    needed = _RESERVE_BYTES + (plan.score.count * 16 if plan.score else 0)
    if shutil.disk_usage(folder).free < needed:
        raise _disk_full()


def _disk_full() -> OutputError:
    return OutputError(
        "The disk is full.",
        code="disk_full",
        hint="Free some space, or export to another disk, and try again.",
    )


@contextmanager
def clear_disk_errors() -> Iterator[None]:
    """Give the system's and the library's errors on writing the words of this house."""
    try:
        yield
    except MangoError:
        raise
    except (OSError, av.error.FFmpegError) as problem:
        number = getattr(problem, "errno", None)
        if number in (errno.ENOSPC, errno.EDQUOT):
            raise _disk_full() from problem
        if number in (errno.EACCES, errno.EROFS, errno.EPERM):
            raise _not_writable() from problem
        raise RenderError(
            "The export failed.",
            hint="Try again; if it fails again, export to another format or undo the last edit.",
            details={"library": f"{type(problem).__name__}: {problem}"[:300]},
        ) from problem
