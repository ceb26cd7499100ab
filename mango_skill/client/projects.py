"""Projects on disk: one folder each, with its session, its uploads, its jobs and its history."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from mango_skill.client import jobs, journal
from mango_skill.client.api import Api, Session
from mango_skill.client.backend import Backend
from mango_skill.client.clock import Clock
from mango_skill.client.history import History
from mango_skill.client.jobs import JobFile
from mango_skill.client.locks import FileLock
from mango_skill.errors import (
    ArgumentError,
    BusyError,
    ConfigurationError,
    ServiceError,
)
from mango_skill.folders import LONGEST_PROJECT_NAME
from mango_skill.protocol import constants

SCHEMA: Final = "mango.project/1"
_FILE: Final = "project.json"
_SESSION: Final = "session.json"
_UPLOADS: Final = "uploads.json"
_RENDERS: Final = "renders"
_SESSION_WAIT_S: Final = 60.0
# How long a runner whose job has ended may take to go, and how often that is looked at.
_CLOSING_S: Final = 5.0
_CLOSING_LOOK_S: Final = 0.02


@dataclass(frozen=True)
class ProjectView:
    """A project as it is listed. ``used`` and ``created`` are seconds since 1970."""

    name: str
    backend: str
    created: float
    used: float
    size: int
    files: tuple[str, ...]
    versions: int
    running: bool

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"files": list(self.files)}


class ProjectFolder:
    """One project's folder."""

    def __init__(self, path: Path, *, clock: Clock) -> None:
        self.path = path
        self.clock = clock
        self.history = History(path, clock=clock)

    # What it is ----------------------------------------------------------------------------------------

    @property
    def record(self) -> dict[str, Any]:
        return journal.read_kept(self.path / _FILE) or {}

    @property
    def name(self) -> str:
        return str(self.record.get("name") or self.path.name)

    @property
    def language(self) -> str:
        return str(self.record.get("language") or "en")

    @property
    def renders(self) -> Path:
        """Where results go when nobody says where."""
        return self.path / _RENDERS

    def touch(self) -> None:
        """Note that it is used now."""
        os.utime(self.path / _FILE, (self.clock.now(), self.clock.now()))

    def used(self) -> float:
        """When it was used last, seconds since 1970."""
        newest = [
            path.stat().st_mtime for path in (self.path / _FILE, self.path / jobs.FOLDER) if path.exists()
        ]
        return max(newest, default=0.0)

    def edit_lock(self) -> FileLock:
        """The lock of whoever may change the timeline: a turn or an upload."""
        return FileLock(self.path / "edit.lock", clock=self.clock)

    def start_lock(self) -> FileLock:
        """The lock of whoever begins a turn: until its runner holds the project, it looks like one that died."""
        return FileLock(self.path / "start.lock", clock=self.clock)

    def edited_by(self) -> Mapping[str, Any] | None:
        """Return the note of whoever may change the timeline now, None when nobody does.

        A runner that has written its job's end and is about to exit counts as nobody once it is gone.
        """
        lock = self.edit_lock()
        deadline = self.clock.monotonic() + _CLOSING_S
        while lock.is_held():
            holder = lock.holder()
            if not self._is_closing(holder) or self.clock.monotonic() >= deadline:
                return holder
            self.clock.sleep(_CLOSING_LOOK_S)
        return None

    def _is_closing(self, holder: Mapping[str, Any]) -> bool:
        return any(job.id == holder.get("job") and job.view().finished for job in self.jobs())

    def jobs(self) -> tuple[JobFile, ...]:
        """Return its jobs, oldest first."""
        return tuple(jobs.files(self.path, clock=self.clock))

    def running(self) -> bool:
        """Whether anything works on it now."""
        return self.edit_lock().is_held() or any(
            not job.view().finished and job.lock().is_held() for job in self.jobs()
        )

    def has_jobs_at_work(self) -> bool:
        """Whether a process works on one of its jobs now."""
        return any(job.lock().is_held() for job in self.jobs())

    def view(self) -> ProjectView:
        """Return it as it is listed."""
        record = self.record
        return ProjectView(
            name=self.name,
            backend=str(_mapping(record.get("backend")).get("kind", "")),
            created=float(record.get("created", 0.0)),
            used=self.used(),
            size=folder_size(self.path),
            files=tuple(dict.fromkeys(str(one.get("name", "")) for one in self.uploads())),
            versions=len(self.history.versions()),
            running=self.running(),
        )

    # Its session ---------------------------------------------------------------------------------------

    def known_session(self) -> Session | None:
        """Return the session without asking for one."""
        record = journal.read_kept(self.path / _SESSION)
        if record is None or not record.get("session_id"):
            return None
        return Session(
            str(record["session_id"]), str(record.get("task_id") or ""), str(record.get("bind") or "")
        )

    def session(self, api: Api) -> Session:
        """Return the project's session, made when there is none.

        Raises:
            MangoError: None could be made.
        """
        with FileLock(self.path / "session.lock", clock=self.clock) as lock:
            if not lock.acquire(wait_s=_SESSION_WAIT_S):
                raise BusyError(
                    "Another process is making this project's session.", hint="Try again in a moment."
                )
            return self.known_session() or self._make_session(api)

    def replace_session(self, api: Api, lost: Session) -> Session:
        """Return another session than the one that the backend lost."""
        with FileLock(self.path / "session.lock", clock=self.clock) as lock:
            if not lock.acquire(wait_s=_SESSION_WAIT_S):
                raise BusyError(
                    "Another process is making this project's session.", hint="Try again in a moment."
                )
            known = self.known_session()
            if known is not None and known.session_id != lost.session_id:
                return known
            return self._make_session(api)

    def _make_session(self, api: Api) -> Session:
        made = api.create_session(language=self.language)
        journal.write_json(self.path / _SESSION, asdict(made) | {"created": self.clock.now()})
        return made

    def was_empty(self, session: Session) -> bool:
        """Whether nothing had been put into a session: losing it loses nothing."""
        if any(one.get("session") == session.session_id for one in self.uploads()):
            return False
        told = [job for job in self.jobs() if job.facts.get("session") == session.session_id]
        return not any(job.facts.get("heard") for job in told)

    def recover_session(self, api: Api, lost: Session) -> Session:
        """Make a new session in place of one that the backend lost, when nothing was in it.

        Raises:
            ServiceError: Something was in it: what, and how to go on.
        """
        empty = self.was_empty(lost)
        files = [str(one["name"]) for one in self.uploads() if one.get("session") == lost.session_id]
        paths = [
            str(one["path"])
            for one in self.uploads()
            if one.get("session") == lost.session_id and one.get("path")
        ]
        fresh = self.replace_session(api, lost)
        if empty:
            return fresh
        listed = ", ".join(dict.fromkeys(files))
        what = f"its footage ({listed}) and the edits made there" if files else "the edits made there"
        raise ServiceError(
            f"The service no longer knows this project's session: {what} are gone on its side.",
            code=str(constants.SESSION_NOT_FOUND),
            hint=(
                "A new session is ready: upload the footage again, then repeat the instruction. "
                "Drafts seen before stay in 'mango history'."
            ),
            details={"lost_files": list(dict.fromkeys(files)), "upload_again": list(dict.fromkeys(paths))},
        )

    # Its uploads ---------------------------------------------------------------------------------------

    def uploads(self) -> list[dict[str, Any]]:
        """Return what was uploaded, one record for each file and session."""
        found = (journal.read_kept(self.path / _UPLOADS) or {}).get("uploads")
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    def note_upload(self, record: Mapping[str, Any]) -> None:
        """Keep one upload's record; it replaces the one with its session and digest."""
        key = (record.get("session"), record.get("digest"))
        kept = [one for one in self.uploads() if (one.get("session"), one.get("digest")) != key]
        journal.write_json(self.path / _UPLOADS, {"uploads": [*kept, dict(record)]})

    def forget_upload(self, session_id: str, digest: str) -> None:
        """Drop one upload's record."""
        kept = [
            one for one in self.uploads() if (one.get("session"), one.get("digest")) != (session_id, digest)
        ]
        journal.write_json(self.path / _UPLOADS, {"uploads": kept})


def open_folder(
    projects: Path, *, name: str | None, backend: Backend, language: str, clock: Clock
) -> ProjectFolder:
    """Open the project of that name, made when there is none; without a name a new one.

    Raises:
        ArgumentError: The name is empty or too long.
        ConfigurationError: The project lives at the other backend, or the folder can't be written.
    """
    if name is None:
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(clock.now()))
        name = f"project-{stamp}-{secrets.token_hex(2)}"
    if not name.strip() or len(name) > LONGEST_PROJECT_NAME:
        raise ArgumentError(
            "That can't be a project's name.",
            code="project_name",
            hint=f"Use 1 to {LONGEST_PROJECT_NAME} characters.",
        )
    folder = ProjectFolder(projects / folder_name(name), clock=clock)
    record = folder.record
    if record.get("schema") == SCHEMA:
        if not _lives_at(record, backend):
            if folder.known_session() is not None:
                raise _other_backend(name, record, backend)
            # Nothing of it is anywhere yet: the backend that it is opened with becomes its own.
            journal.write_json(folder.path / _FILE, {**record, "backend": _backend_record(backend)})
        folder.touch()
        return folder
    try:
        journal.write_json(
            folder.path / _FILE,
            {
                "schema": SCHEMA,
                "name": name,
                "created": clock.now(),
                "language": language,
                "backend": _backend_record(backend),
            },
        )
    except OSError as problem:
        raise ConfigurationError(
            f"The folder {projects} can't be written ({problem.strerror}).",
            code="not_writable",
            hint="Make it writable, or set MANGO_HOME to a folder that is.",
        ) from None
    return folder


def _backend_record(backend: Backend) -> dict[str, Any]:
    return {"kind": backend.kind, "url": backend.url}


def _lives_at(record: Mapping[str, Any], backend: Backend) -> bool:
    lives = _mapping(record.get("backend"))
    if lives.get("kind") != backend.kind:
        return False
    # The engine's port changes whenever it starts; it is the same engine.
    return not backend.is_cloud or str(lives.get("url", "")).rstrip("/") == backend.url.rstrip("/")


def _other_backend(name: str, record: Mapping[str, Any], backend: Backend) -> ConfigurationError:
    lives = _mapping(record.get("backend"))
    if lives.get("kind") == backend.kind:
        return ConfigurationError(
            f"Project '{name}' lives at {lives.get('url')}, not at {backend.url}.",
            code="other_backend",
            hint="Use another project, or set NEMO_API_URL to the address that it lives at.",
        )
    here = {"cloud": "in the cloud", "engine": "on this machine"}
    kind = str(lives.get("kind", ""))
    return ConfigurationError(
        f"Project '{name}' lives {here.get(kind, kind)}, not {here[backend.kind]}.",
        code="other_backend",
        hint="Use another project, or the backend that it lives at (--backend).",
    )


def find_folder(projects: Path, name: str, *, clock: Clock) -> ProjectFolder:
    """Return the project of that name.

    Raises:
        ArgumentError: There is none.
    """
    folder = ProjectFolder(projects / folder_name(name), clock=clock)
    if folder.record.get("schema") != SCHEMA:
        raise ArgumentError(
            f"There is no project '{name}'.",
            code="unknown_project",
            hint="See the known ones with 'mango projects'.",
        )
    return folder


def all_folders(projects: Path, *, clock: Clock) -> tuple[ProjectFolder, ...]:
    """Return all projects, the one used last first."""
    found = [ProjectFolder(path.parent, clock=clock) for path in projects.glob(f"*/{_FILE}")]
    return tuple(sorted(found, key=ProjectFolder.used, reverse=True))


def folder_name(name: str) -> str:
    """Return the folder of a project's name: readable, and different for every name."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "project"
    return f"{slug}-{hashlib.sha256(name.encode()).hexdigest()[:10]}"


def folder_size(path: Path) -> int:
    """Return how many bytes a folder holds."""
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                total += os.lstat(os.path.join(folder, name)).st_size
            except OSError:
                # Gone in between: it takes no room.
                continue
    return total


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
