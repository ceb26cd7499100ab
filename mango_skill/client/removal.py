"""Projects that go: removed by their user, or for their age and size."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from mango_skill.client.api import Api
from mango_skill.client.clock import Clock
from mango_skill.client.projects import ProjectFolder, folder_size
from mango_skill.errors import BusyError, MangoError, OutputError, ServiceError
from mango_skill.protocol import constants

_DAY_S: Final = 86_400.0


def delete(folder: ProjectFolder, api: Api | None) -> None:
    """Remove a project, with its session at a backend that can forget one.

    Raises:
        BusyError: Something works on it.
        OutputError: A file could not be removed.
    """
    with folder.start_lock() as starting, folder.edit_lock() as editing:
        if not starting.acquire() or not editing.acquire() or folder.has_jobs_at_work():
            raise BusyError(
                f"Project '{folder.name}' is being worked on.",
                hint="Wait for its job or cancel it, then delete the project.",
            )
        session = folder.known_session()
        if api is not None and session is not None and not api.context.backend.is_cloud:
            try:
                api.delete_session(session.session_id)
            except ServiceError as problem:
                # Already gone there is what was wanted.
                if problem.code not in (str(constants.SESSION_NOT_FOUND), constants.UNKNOWN_HERE):
                    raise
        if os.name != "nt":
            _remove(folder.path)
    if os.name == "nt":
        # There a lock file can't go while it is held.
        _remove(folder.path)


def _remove(path: Path) -> None:
    try:
        shutil.rmtree(path)
    except OSError as problem:
        raise OutputError(
            f"The folder {path} can't be removed ({problem.strerror or type(problem).__name__}).",
            code="not_writable",
            hint="Correct the permissions of what is in it, then delete the project again.",
        ) from None


def prune(
    folders: Iterable[ProjectFolder],
    *,
    retention_days: float,
    quota_bytes: int,
    clock: Clock,
    api: Api | None,
) -> tuple[str, ...]:
    """Delete projects untouched for too long, then the oldest ones above the quota; returns their names.

    Busy projects and the one used last are never deleted.
    """
    ordered = sorted(folders, key=ProjectFolder.used, reverse=True)[1:]
    limit = clock.now() - retention_days * _DAY_S
    total = sum(folder_size(one.path) for one in ordered)
    gone: list[str] = []
    for folder in reversed(ordered):
        size = folder_size(folder.path)
        if folder.used() >= limit and total <= quota_bytes:
            break
        if folder.running():
            continue
        name = folder.name
        try:
            delete(folder, api)
        except (MangoError, OSError):
            # Tried again the next time; housekeeping never stops anybody's work.
            continue
        gone.append(name)
        total -= size
    return tuple(gone)
