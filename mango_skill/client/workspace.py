"""The client's face: projects, turns, exports, and the jobs of all projects."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mango_skill.client import exports, jobs, media, projects, runner, turns
from mango_skill.client.api import Api, Session
from mango_skill.client.backend import Backend, Context, Patience, Places
from mango_skill.client.clock import Clock, SystemClock
from mango_skill.client.history import Version, read_timeline
from mango_skill.client.jobs import JobFile, JobKind, JobState, JobView, Phase
from mango_skill.client.projects import ProjectFolder, ProjectView
from mango_skill.client.upload import UploadProgress, UploadResult, check_files, check_links
from mango_skill.client.upload import upload as upload_all
from mango_skill.errors import ArgumentError, BusyError, InternalError, MangoError, UserError
from mango_skill.folders import Folders
from mango_skill.manifest import Manifest
from mango_skill.protocol import constants
from mango_skill.protocol import draft as drafts
from mango_skill.settings import Settings
from mango_skill.timeline.check import check
from mango_skill.timeline.model import MediaReference, Timeline
from mango_skill.timeline.summary import summarize

_LOOK_S: Final = 0.05
_START_S: Final = 20.0
_SPAWN_AGAIN_S: Final = 5.0
_MOST_SPAWNS: Final = 3
_UPLOAD_WAIT_S: Final = 600.0
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


@dataclass(frozen=True)
class StateView:
    """A project's timeline and media as its backend has them now; ``version`` is its number in the history."""

    draft: Mapping[str, Any]
    timeline: Timeline
    summary: str
    media: tuple[MediaReference, ...]
    canvas: Mapping[str, Any]
    version: int
    raw: Mapping[str, Any]


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
    ) -> None:
        self.clock: Clock = SystemClock() if clock is None else clock
        self.environ = os.environ if environ is None else environ
        self.context = Context(
            backend=backend,
            places=Places.of(folders),
            patience=Patience.of(settings, backend.kind),
            headers=manifest.headers(),
            retention_days=settings.retention_days,
            quota_bytes=settings.quota_bytes,
            quality=settings.quality,
        )
        self.api = Api(self.context, clock=self.clock, environ=self.environ)
        self._runners: dict[str, subprocess.Popen[bytes]] = {}

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
        backend = self.context.backend
        if token is not None:
            if not backend.is_cloud:
                raise ArgumentError(
                    "The engine on this machine needs no token.", code="token", hint="Leave the token away."
                )
            self.api.identity.remember(token)
        try:
            used = self.api.token()
            self.api.credits()
        except MangoError as problem:
            if token is not None and problem.code == str(constants.TOKEN_INVALID):
                self.api.identity.forget()
            raise
        # A refused anonymous token has been renewed by the call above.
        used = self.api.identity.known_token() or used
        note = self.api.identity.expiry_note(used) if backend.is_cloud else ""
        account = ("user" if used.is_users else "anonymous") if backend.is_cloud else "local"
        return Connection(
            backend.kind,
            self.api.address(),
            account,
            used.expires if backend.is_cloud else None,
            (note,) if note else (),
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
        self._prune_daily()
        return Project(self, folder)

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
        projects.delete(folder, self.api if lives_here else None)
        return view

    def prune(self) -> tuple[str, ...]:
        """Remove projects untouched for longer than the retention, and the oldest above the quota."""
        mine = [one for one in self._folders() if _backend_of(one) == self.context.backend.kind]
        return projects.prune(
            mine,
            retention_days=self.context.retention_days,
            quota_bytes=self.context.quota_bytes,
            clock=self.clock,
            api=self.api,
        )

    # Jobs ----------------------------------------------------------------------------------------------

    def jobs(self) -> tuple[JobView, ...]:
        """Return the jobs of all projects, newest first."""
        found = [job.view() for folder in self._folders() for job in folder.jobs()]
        return tuple(sorted(found, key=lambda one: one.created, reverse=True))

    def job(self, job_id: str) -> JobView:
        """Return a job as it stands.

        Raises:
            ArgumentError: There is no such job.
        """
        return self._job(job_id).view()

    def wait(
        self, job_id: str, wait_s: float, on_progress: Callable[[JobView], None] | None = None
    ) -> JobView:
        """Follow a job until it ends or ``wait_s`` have passed, and return it as it stands then.

        A job whose process died is taken up again. An export that failed for the line, the engine or the disk
        goes on where it stopped.

        Raises:
            ArgumentError: There is no such job.
        """
        job = self._job(job_id)
        if _is_resumable(job):
            self._resume(job)
        deadline = self.clock.monotonic() + wait_s
        told: JobView | None = None
        look_again = spawns = 0.0
        while True:
            job = self._job(job_id)
            view = job.view()
            if on_progress is not None and view != told:
                told = view
                on_progress(view)
            if view.finished:
                return view
            now = self.clock.monotonic()
            if now >= look_again and not self._is_cared_for(job):
                if spawns >= _MOST_SPAWNS:
                    self._give_up(job)
                    continue
                self._spawn(job)
                spawns, look_again = spawns + 1, now + _SPAWN_AGAIN_S
            if now >= deadline:
                return view
            self.clock.sleep(min(_LOOK_S, max(0.0, deadline - now)))

    def cancel(self, job_id: str) -> JobView:
        """Ask a job to end. The cloud knows no cancel: there it is only no longer watched.

        Raises:
            ArgumentError: There is no such job.
        """
        job = self._job(job_id)
        if job.view().finished:
            return job.view()
        job.cancel_mark.touch()
        with job.lock() as lock:
            if not self._is_cared_for(job) and lock.acquire():
                job = self._job(job_id)
                if not job.view().finished and job.record["phase"] == Phase.PREPARING.value:
                    job.finish(JobState.CANCELLED, note="Cancelled before it was sent.")
                    return job.view()
        return self.wait(job_id, _START_S)

    # Within the room -----------------------------------------------------------------------------------

    def start(self, job: JobFile) -> JobView:
        """Start a job's runner and return when it has begun, or could not."""
        self._spawn(job)
        deadline = self.clock.monotonic() + _START_S
        while self.clock.monotonic() < deadline:
            job = self._job(job.id)
            if job.view().state is not JobState.QUEUED:
                break
            process = self._runners.get(job.id)
            if process is not None and process.poll() is not None and not job.lock().is_held():
                break
            self.clock.sleep(_LOOK_S / 2)
        view = self._job(job.id).view()
        if view.error is not None and view.error.get("kind") == BusyError.__name__:
            raise BusyError(str(view.error["message"]), hint=str(view.error["hint"]))
        return view

    def _spawn(self, job: JobFile) -> None:
        self._runners[job.id] = runner.spawn(job, environ=self.environ)

    def _is_cared_for(self, job: JobFile) -> bool:
        process = self._runners.get(job.id)
        return (process is not None and process.poll() is None) or job.lock().is_held()

    def _resume(self, job: JobFile) -> None:
        with job.lock() as lock:
            if lock.acquire():
                job = self._job(job.id)
                if _is_resumable(job):
                    job.reopen()

    def _give_up(self, job: JobFile) -> None:
        with job.lock() as lock:
            if lock.acquire(wait_s=1.0) and not self._job(job.id).view().finished:
                problem = InternalError(
                    "The process that carries the job out does not start.",
                    hint="See the log, then try again.",
                )
                job = self._job(job.id)
                if (
                    job.record["state"] == JobState.QUEUED.value
                    or job.record["state"] == JobState.RUNNING.value
                ):
                    job.finish(JobState.FAILED, error=problem.to_dict() | {"kind": type(problem).__name__})

    def _job(self, job_id: str) -> JobFile:
        return jobs.find(self.context.places.projects, job_id, clock=self.clock)

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


class Project:
    """One project of a workspace."""

    def __init__(self, workspace: Workspace, folder: ProjectFolder) -> None:
        self._workspace = workspace
        self._folder = folder

    @property
    def name(self) -> str:
        return self._folder.name

    @property
    def path(self) -> Path:
        """Where it is kept."""
        return self._folder.path

    def view(self) -> ProjectView:
        """Return it as it is listed."""
        return self._folder.view()

    def upload(
        self,
        paths: Sequence[str | os.PathLike[str]] = (),
        links: Sequence[str] = (),
        on_progress: Callable[[UploadProgress], None] | None = None,
    ) -> UploadResult:
        """Bring footage into the project. All is checked before the first byte is sent.

        Raises:
            MediaError: A file is missing, broken, too large or of another kind.
            ArgumentError: A link is none.
            BusyError: An edit is running.
            MangoError: The backend can't be reached or refuses; repeating sends nothing twice.
        """
        files = check_files(paths, is_cloud=self._workspace.context.backend.is_cloud)
        addresses = check_links(links)
        if not files and not addresses:
            raise ArgumentError("There is nothing to upload.", code="nothing", hint="Name files or links.")
        clock = self._workspace.clock
        deadline = clock.monotonic() + _UPLOAD_WAIT_S
        with self._folder.edit_lock() as lock:
            while not lock.acquire(note={"kind": "upload"}):
                if lock.holder().get("kind") == JobKind.TURN.value or clock.monotonic() >= deadline:
                    raise self._busy()
                clock.sleep(_LOOK_S)
            self._folder.touch()
            result = upload_all(
                self._folder, self._workspace.api, files=files, links=addresses, on_progress=on_progress
            )
        return result

    def start_turn(self, message: str) -> JobView:
        """Send a message to the editor, in a process of its own; returns when that has begun.

        Raises:
            ArgumentError: The message is empty.
            BusyError: Another edit or an upload is running; this message was not sent.
        """
        if not message.strip():
            raise ArgumentError("The message is empty.", code="empty_message", hint="Say what to do.")
        self._settle_dead_turns()
        if self._folder.edit_lock().is_held():
            raise self._busy()
        self._folder.touch()
        job = JobFile.create(
            self._folder.path,
            kind=JobKind.TURN,
            request={"message": message, "context": self._workspace.context.to_json()},
            name=self.name,
            message=message,
            clock=self._workspace.clock,
        )
        return self._workspace.start(job)

    def start_export(
        self,
        *,
        format: str = "mp4",  # noqa: A002 - the wire's word, and the user's
        height: int | None = None,
        version: int | None = None,
        path: str | os.PathLike[str] | None = None,
        overwrite: bool = False,
        output: Mapping[str, Any] | None = None,
    ) -> JobView:
        """Render a version of the timeline (the newest when none is named) and fetch the file.

        Args:
            format: One of ``EXPORT_FORMATS``; the engine writes srt and vtt too.
            height: Height in pixels.
            version: A number of the project's history.
            path: Where the file goes; within the project when absent.
            overwrite: Replace a file that is there.
            output: Further keys of the wire's ``output``, such as quality or fps.

        Raises:
            ArgumentError: A format, height or version that does not exist.
            UserError: The timeline is empty.
            OutputError: The file can't be put there.
            BusyError: An edit is running, so that nobody can say what would be exported.
            MangoError: The backend can't be reached.
        """
        form = self._checked_format(format, height)
        self._check_free_for_export(version)
        session, number, draft = self._to_export(version)
        _check_exportable(draft)
        target = self._target(path, form, number)
        exports.prepare_target(target, overwrite=overwrite)
        wire: dict[str, Any] = {"format": form, "quality": self._workspace.context.quality, **(output or {})}
        if height is not None:
            wire["height"] = height
        self._folder.touch()
        job = JobFile.create(
            self._folder.path,
            kind=JobKind.EXPORT,
            request={
                "session": session.session_id,
                "task_id": session.task_id,
                "bind": session.bind,
                "version": number,
                "output": wire,
                "path": str(target),
                "overwrite": overwrite,
                "context": self._workspace.context.to_json(),
            },
            name=self.name,
            message=f"export {target.name}",
            clock=self._workspace.clock,
        )
        return self._workspace.start(job)

    def state(self) -> StateView:
        """Return the timeline and the media as the backend has them; the draft is kept in the history.

        Raises:
            MangoError: They can't be read.
        """
        session = self._folder.known_session()
        raw = {} if session is None else self._state(session)
        draft = turns.draft_of(raw)
        timeline = read_timeline(draft)
        canvas = raw.get("canvas_config")
        return StateView(
            draft=draft,
            timeline=timeline,
            summary=summarize(timeline),
            media=media.references(raw),
            canvas=canvas if isinstance(canvas, Mapping) else {},
            version=self._folder.history.record(draft),
            raw=raw,
        )

    def history(self) -> tuple[Version, ...]:
        """Return every draft that was seen, oldest first, with the message that made it."""
        return self._folder.history.versions()

    # Below ---------------------------------------------------------------------------------------------

    def _busy(self) -> BusyError:
        holder = self._folder.edit_lock().holder()
        if holder.get("kind") == "upload":
            return BusyError(
                "Footage is being uploaded to this project.",
                hint="Wait until that is done, then say it again.",
            )
        job = str(holder.get("job", ""))
        return BusyError(
            "Another edit of this project is still running.",
            hint=f"Wait for job {job}, then say this again; it was not sent."
            if job
            else "Try again in a moment.",
            details={"job_id": job} if job else {},
        )

    def _settle_dead_turns(self) -> None:
        """See to turns whose process died: one that may be delivered is looked after before another is sent."""
        for job in self._folder.jobs():
            if job.record["kind"] != JobKind.TURN.value or job.view().finished or job.lock().is_held():
                continue
            if job.record["phase"] != Phase.PREPARING.value:
                self._workspace.start(job)
                raise BusyError(
                    "The last edit of this project was cut off and is being looked after.",
                    hint=f"Wait for job {job.id}, then say this again; it was not sent.",
                    details={"job_id": job.id},
                )
            with job.lock() as lock:
                if lock.acquire():
                    problem = InternalError(
                        "The message was never sent.", hint="Say it again.", code="not_sent"
                    )
                    job.finish(JobState.FAILED, error=problem.to_dict() | {"kind": type(problem).__name__})

    def _state(self, session: Session) -> dict[str, Any]:
        try:
            return self._workspace.api.state(session.session_id)
        except MangoError as problem:
            if problem.code != str(constants.SESSION_NOT_FOUND):
                raise
        self._folder.recover_session(self._workspace.api, session)
        return {}

    def _checked_format(self, form: str, height: int | None) -> str:
        form = form.lower().lstrip(".")
        is_cloud = self._workspace.context.backend.is_cloud
        known = constants.EXPORT_FORMATS + (() if is_cloud else constants.CAPTION_FORMATS)
        if form not in known:
            raise ArgumentError(
                f"'{form}' is no format to export to.", code="format", hint=f"Use one of: {', '.join(known)}."
            )
        if height is not None and (height <= 0 or (is_cloud and height > 1920)):
            raise ArgumentError(
                f"A height of {height} pixels can't be rendered.",
                code="height",
                hint="The cloud renders up to 1080x1920." if is_cloud else "Use a positive height.",
            )
        return form

    def _check_free_for_export(self, version: int | None) -> None:
        lock = self._folder.edit_lock()
        if version is None and lock.is_held() and lock.holder().get("kind") == JobKind.TURN.value:
            raise self._busy()

    def _to_export(self, version: int | None) -> tuple[Session, int, Mapping[str, Any]]:
        if version is not None:
            draft = self._folder.history.draft(version)
            return self._folder.session(self._workspace.api), version, draft
        session = self._folder.known_session()
        if session is None:
            raise _nothing_to_export()
        view = self.state()
        if not drafts.has_material(view.draft):
            raise _nothing_to_export()
        return session, view.version, view.draft

    def _target(self, path: str | os.PathLike[str] | None, form: str, version: int) -> Path:
        stem = projects.folder_name(self.name).rsplit("-", 1)[0]
        if path is None:
            self._folder.renders.mkdir(parents=True, exist_ok=True)
            return _free_name(self._folder.renders, f"{stem}-v{version}", form)
        target = Path(path).expanduser().absolute()
        if target.is_dir():
            return _free_name(target, f"{stem}-v{version}", form)
        suffix = target.suffix.lower().lstrip(".")
        if not suffix:
            return target.with_name(f"{target.name}.{form}")
        if suffix != form and constants.FORMAT_ALIASES.get(suffix, suffix) != form:
            raise ArgumentError(
                f"{target.name} does not end like a {form} file.",
                code="format",
                hint=f"Name it .{form}, or ask for the format of its ending.",
            )
        return target


def _free_name(folder: Path, stem: str, form: str) -> Path:
    path = folder / f"{stem}.{form}"
    number = 2
    while path.exists():
        path = folder / f"{stem}-{number}.{form}"
        number += 1
    return path


def _nothing_to_export() -> MangoError:
    return UserError(
        "There is nothing on the timeline to export.",
        code="empty_timeline",
        hint="Upload footage and say what to make of it, then export.",
    )


def _check_exportable(draft: Mapping[str, Any]) -> None:
    if not drafts.has_material(draft):
        raise _nothing_to_export()
    if not drafts.is_ours(draft):
        return
    fatal = [one for one in check(drafts.decode(draft)) if one.fatal]
    if any(one.code == "empty" for one in fatal):
        raise _nothing_to_export()
    if fatal:
        raise UserError(
            f"The timeline can't be rendered: {' '.join(one.message for one in fatal[:3])}",
            code="bad_timeline",
            hint="Change the edit, or export an earlier version from 'mango history'.",
            details={"problems": [one.message for one in fatal]},
        )


def _is_resumable(job: JobFile) -> bool:
    return job.record["state"] == JobState.FAILED.value and job.facts.get("resumable") is True


def _backend_of(folder: ProjectFolder) -> str:
    backend = folder.record.get("backend")
    return str(backend.get("kind", "")) if isinstance(backend, Mapping) else ""


def _amount(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
