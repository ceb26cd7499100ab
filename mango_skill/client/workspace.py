"""The client's face: the account, the projects, and the jobs of all projects."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mango_skill.client import journal, projects, removal
from mango_skill.client.api import Api
from mango_skill.client.backend import Backend, Context, Patience, Places
from mango_skill.client.clock import Clock, SystemClock
from mango_skill.client.following import Follower
from mango_skill.client.identity import Token
from mango_skill.client.jobs import JobView
from mango_skill.client.project import Project
from mango_skill.client.projects import ProjectFolder, ProjectView
from mango_skill.errors import ArgumentError, MangoError
from mango_skill.folders import Folders
from mango_skill.manifest import Manifest
from mango_skill.settings import Settings

_PRUNE_EVERY_S: Final = 86_400.0


@dataclass(frozen=True)
class Connection:
    """Who is connected to what. ``account`` is user, anonymous or local; ``expires_at`` seconds since 1970."""

    kind: str
    url: str
    account: str
    expires_at: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Credits:
    """The balance; ``frozen`` is held for work in progress. ``free`` when the backend never charges."""

    available: float | None
    frozen: float | None
    total: float | None
    free: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict)


class Workspace:
    """All that can be asked of one backend."""

    def __init__(
        self,
        folders: Folders,
        settings: Settings,
        manifest: Manifest,
        backend: Backend,
        *,
        clock: Clock | None = None,
        environ: Mapping[str, str] | None = None,
        on_note: Callable[[str], None] | None = None,
    ) -> None:
        self.clock: Clock = SystemClock() if clock is None else clock
        self.environ = os.environ if environ is None else environ
        self.context = Context(
            backend=backend,
            places=Places.of(folders),
            patience=Patience.of(settings, backend),
            headers=manifest.headers(),
            retention_days=settings.retention_days,
            quota_bytes=settings.quota_bytes,
            quality=settings.quality,
        )
        self.api = Api(self.context, clock=self.clock, environ=self.environ, on_note=on_note)
        self.follower = Follower(self.context.places.projects, clock=self.clock, environ=self.environ)

    def close(self) -> None:
        """Give connections back; runners go on."""
        self.api.close()

    # The account ---------------------------------------------------------------------------------------

    def connect(self, *, token: str | None = None) -> Connection:
        """Reach the backend and make sure there is a token that it takes.

        Args:
            token: The user's own, kept for later processes when the backend takes it.

        Raises:
            MangoError: The backend can't be reached or refuses the token.
        """
        if token is not None:
            return self._connect_with(token)
        used = self.api.token()
        self.api.credits()
        # A refused anonymous token has been renewed by the call above.
        return self._connection(self.api.identity.known_token() or used)

    def _connect_with(self, token: str) -> Connection:
        """Try a token first and keep it only when it is taken; a mistyped one destroys nothing."""
        if not self.context.backend.is_cloud:
            raise ArgumentError(
                "The engine on this machine needs no token.", code="token", hint="Leave the token away."
            )
        self.api.check_token(token)
        kept = self.api.identity.remember(token)
        used = self.api.identity.known_token()
        if used is not None and used.value != kept.value:
            return self._connection(
                kept, "The token is kept, but NEMO_TOKEN is set and is used as long as it is."
            )
        return self._connection(kept)

    def _connection(self, used: Token, *notes: str) -> Connection:
        backend = self.context.backend
        note = self.api.identity.expiry_note(used) if backend.is_cloud else ""
        account = ("user" if used.is_users else "anonymous") if backend.is_cloud else "local"
        return Connection(
            backend.kind,
            self.api.address(),
            account,
            used.expires if backend.is_cloud else None,
            tuple(one for one in (note, *notes) if one),
        )

    def forget_token(self) -> None:
        """Forget the tokens that are kept for this backend; the client id stays."""
        self.api.identity.forget()

    def credits(self) -> Credits:
        """Return the balance.

        Raises:
            MangoError: It can't be read.
        """
        raw = self.api.credits()
        return Credits(
            _amount(raw.get("available")),
            _amount(raw.get("frozen")),
            _amount(raw.get("total")),
            free=not self.context.backend.is_cloud or raw.get("free") is True,
            raw=raw,
        )

    # Projects ------------------------------------------------------------------------------------------

    def open_project(self, name: str | None = None, *, language: str = "en", new: bool = False) -> Project:
        """Open a project, made when there is none of that name; without a name a new one.

        Args:
            name: What the user calls it.
            language: The language that the backend answers in, for a new one.
            new: Refuse a name that is taken.

        Raises:
            ArgumentError: The name is taken or can't be one.
            ConfigurationError: It lives at the other backend, or the folder can't be written.
        """
        place = self.context.places.projects
        if new and name is not None and (place / projects.folder_name(name)).exists():
            raise ArgumentError(
                f"There is a project '{name}' already.", code="project_exists", hint="Choose another name."
            )
        folder = projects.open_folder(
            place, name=name, backend=self.context.backend, language=language, clock=self.clock
        )
        journal.close_folder(place)
        self._prune_daily()
        return Project(folder, api=self.api, follower=self.follower, clock=self.clock)

    def find_project(self, name: str) -> Project:
        """Open a project that must be there: looking at a mistyped name makes none.

        Raises:
            ArgumentError: There is none of that name.
            ConfigurationError: It lives at the other backend.
        """
        projects.find_folder(self.context.places.projects, name, clock=self.clock)
        return self.open_project(name)

    def projects(self) -> tuple[ProjectView, ...]:
        """Return all projects, the one used last first."""
        return tuple(one.view() for one in self._folders())

    def delete(self, project: str) -> ProjectView:
        """Remove a project: its footage here and at the engine, its drafts, its renders.

        Raises:
            ArgumentError: There is none of that name.
            BusyError: Something works on it.
        """
        folder = projects.find_folder(self.context.places.projects, project, clock=self.clock)
        view = folder.view()
        lives_here = view.backend == self.context.backend.kind
        removal.delete(folder, self.api if lives_here else None)
        return view

    def prune(self) -> tuple[str, ...]:
        """Remove projects untouched for longer than the retention, and the oldest above the quota."""
        mine = [one for one in self._folders() if _backend_of(one) == self.context.backend.kind]
        return removal.prune(
            mine,
            retention_days=self.context.retention_days,
            quota_bytes=self.context.quota_bytes,
            clock=self.clock,
            api=self.api,
        )

    # Jobs ----------------------------------------------------------------------------------------------

    def jobs(self) -> tuple[JobView, ...]:
        """Return the jobs of all projects, newest first."""
        return self.follower.jobs()

    def job(self, job_id: str) -> JobView:
        """Return a job as it stands.

        Raises:
            ArgumentError: There is no such job.
        """
        return self.follower.job(job_id)

    def wait(
        self, job_id: str, wait_s: float, on_progress: Callable[[JobView], None] | None = None
    ) -> JobView:
        """Follow a job until it ends or ``wait_s`` have passed; see ``Follower.wait``."""
        return self.follower.wait(job_id, wait_s, on_progress)

    def cancel(self, job_id: str) -> JobView:
        """Ask a job to end; see ``Follower.cancel``."""
        return self.follower.cancel(job_id)

    # Below ---------------------------------------------------------------------------------------------

    def _folders(self) -> tuple[ProjectFolder, ...]:
        return projects.all_folders(self.context.places.projects, clock=self.clock)

    def _prune_daily(self) -> None:
        mark = self.context.places.projects / ".pruned"
        try:
            if mark.exists() and self.clock.now() - mark.stat().st_mtime < _PRUNE_EVERY_S:
                return
            mark.touch()
            os.utime(mark, (self.clock.now(), self.clock.now()))
            self.prune()
        except (OSError, MangoError):
            # Housekeeping never stops anybody's work.
            return


def _backend_of(folder: ProjectFolder) -> str:
    backend = folder.record.get("backend")
    return str(backend.get("kind", "")) if isinstance(backend, Mapping) else ""


def _amount(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
