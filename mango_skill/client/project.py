"""One project: footage in, turns, exports, state, history."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from mango_skill.client import media, projects, turns
from mango_skill.client.api import Api, Session
from mango_skill.client.clock import Clock
from mango_skill.client.delivery import busy, deliver
from mango_skill.client.download import check_target, free_name
from mango_skill.client.following import Follower
from mango_skill.client.footage import Candidate, Refused, check_links, part_files
from mango_skill.client.history import Version, read_timeline
from mango_skill.client.jobs import JobFile, JobKind, JobState, JobView, Phase
from mango_skill.client.journal import make_folder
from mango_skill.client.naming import result_stem
from mango_skill.client.projects import ProjectFolder, ProjectView
from mango_skill.client.upload import UploadProgress, UploadResult
from mango_skill.errors import ArgumentError, BusyError, InternalError, MangoError, OutputError, UserError
from mango_skill.folders import file_stem, user_path
from mango_skill.protocol import constants
from mango_skill.protocol import draft as drafts
from mango_skill.timeline.check import check
from mango_skill.timeline.model import MediaReference, Timeline
from mango_skill.timeline.summary import summarize

_SOON_BYTES: Final = 64 * 1024 * 1024
_START_WAIT_S: Final = 30.0


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


class Project:
    """One project."""

    def __init__(self, folder: ProjectFolder, *, api: Api, follower: Follower, clock: Clock) -> None:
        self._folder = folder
        self._api = api
        self._follower = follower
        self._clock = clock

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
        """Bring footage into the project. All is checked before the first byte is sent; what can't be used is told.

        Raises:
            MediaError: Every file is missing, broken, too large or of another kind.
            ArgumentError: A link is none.
            BusyError: An edit is running.
            MangoError: The backend can't be reached or refuses; repeating sends nothing twice.
        """
        files, unfit, addresses = self._to_upload(paths, links)
        sent = deliver(
            self._folder, self._api, files, addresses, clock=self._clock, note={}, on_progress=on_progress
        )
        return replace(sent, refused=(*unfit, *sent.refused))

    def start_upload(
        self, paths: Sequence[str | os.PathLike[str]] = (), links: Sequence[str] = ()
    ) -> JobView:
        """Bring footage into the project, in a process of its own; returns when that has begun.

        Raises:
            MediaError: Every file is missing, broken, too large or of another kind.
            ArgumentError: A link is none, or nothing was named.
        """
        files, unfit, addresses = self._to_upload(paths, links)
        return self._start(
            JobKind.UPLOAD,
            {
                "paths": [str(one.path.absolute()) for one in files],
                "links": list(addresses),
                "refused": [one.to_json() for one in unfit],
            },
            message=f"upload {', '.join([*(one.name for one in files), *addresses])}",
        )

    def is_soon_there(self, paths: Sequence[str | os.PathLike[str]], links: Sequence[str]) -> bool:
        """Whether footage is so small and near that bringing it takes no time worth waiting for."""
        if links or self._api.context.backend.is_cloud or self._folder.edit_lock().is_held():
            return False
        # what is not there is told at once
        return sum(os.path.getsize(path) for path in paths if os.path.exists(path)) <= _SOON_BYTES

    def start_turn(self, message: str) -> JobView:
        """Send a message to the editor, in a process of its own; returns when that has begun.

        Raises:
            ArgumentError: The message is empty.
            BusyError: Another edit or an upload is running; this message was not sent.
        """
        if not message.strip():
            raise ArgumentError("The message is empty.", code="empty_message", hint="Say what to do.")
        # Until its runner holds the project, a turn that begins looks like one that died.
        with self._folder.start_lock() as starting:
            if not starting.acquire(wait_s=_START_WAIT_S):
                raise busy(self._folder)
            self._settle_dead_turns()
            if self._folder.edited_by() is not None:
                raise busy(self._folder)
            return self._start(JobKind.TURN, {"message": message}, message=message)

    def start_export(
        self,
        *,
        format: str = "mp4",  # noqa: A002 - the wire's word, and the user's
        height: int | None = None,
        version: int | None = None,
        path: str | os.PathLike[str] | None = None,
        name: str | None = None,
        overwrite: bool = False,
        output: Mapping[str, Any] | None = None,
    ) -> JobView:
        """Render a version of the timeline (the newest when none is named) and fetch the file.

        Args:
            format: One of ``OUTPUT_FORMATS``; the cloud writes ``CLOUD_EXPORT_FORMATS``.
            height: Height in pixels.
            version: A number of the project's history.
            path: Where the file goes; within the project when absent.
            name: What the file is called where ``path`` does not say it; numbered when there is one already.
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
        self._check_wishes(output or {})
        self._check_free_for_export(version)
        session, number, draft = self._to_export(version)
        _check_exportable(draft)
        target = self._target(path, form, draft, name=name)
        check_target(target, overwrite=overwrite)
        wire = self._wishes(session, target.stem, {**(output or {}), "format": form, "height": height})
        return self._start(
            JobKind.EXPORT,
            {
                "session": session.session_id,
                "task_id": session.task_id,
                "bind": session.bind,
                "version": number,
                "output": wire,
                "path": str(target),
                "overwrite": overwrite,
            },
            message=f"export {target.name}",
        )

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

    def _start(self, kind: JobKind, request: Mapping[str, Any], *, message: str) -> JobView:
        """Begin a job in a process of its own; the message is what it is listed by."""
        self._folder.touch()
        job = JobFile.create(
            self._folder.path,
            kind=kind,
            request={**request, "context": self._api.context.to_json()},
            name=self.name,
            message=message,
            clock=self._clock,
        )
        return self._follower.start(job)

    def _to_upload(
        self, paths: Sequence[str | os.PathLike[str]], links: Sequence[str]
    ) -> tuple[tuple[Candidate, ...], tuple[Refused, ...], tuple[str, ...]]:
        """Return the files that can be sent, those that can't, and the links; all of it checked."""
        files, unfit = part_files(paths, is_cloud=self._api.context.backend.is_cloud)
        addresses = check_links(links)
        if not files and not addresses:
            raise ArgumentError("There is nothing to upload.", code="nothing", hint="Name files or links.")
        return files, unfit, addresses

    def _settle_dead_turns(self) -> None:
        """See to turns whose process died: one that may be delivered is looked after before another is sent."""
        for job in self._folder.jobs():
            if job.record["kind"] != JobKind.TURN.value or job.view().finished or job.lock().is_held():
                continue
            if job.record["phase"] != Phase.PREPARING.value:
                self._follower.start(job)
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
            return self._api.state(session.session_id)
        except MangoError as problem:
            if problem.code != str(constants.SESSION_NOT_FOUND):
                raise
        self._folder.recover_session(self._api, session)
        return {}

    def _checked_format(self, form: str, height: int | None) -> str:
        form = form.lower().lstrip(".")
        form = constants.OUTPUT_ALIASES.get(form, form)
        is_cloud = self._api.context.backend.is_cloud
        known = constants.CLOUD_EXPORT_FORMATS if is_cloud else constants.OUTPUT_FORMATS
        if is_cloud and form in constants.OUTPUT_FORMATS and form not in known:
            raise ArgumentError(
                f"The cloud does not write {form} files.",
                code="format",
                hint=f"Use one of: {', '.join(known)}; or edit on this machine (--backend local).",
            )
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

    def _check_wishes(self, output: Mapping[str, Any]) -> None:
        if self._api.context.backend.is_cloud and "range" in output:
            raise ArgumentError(
                "The cloud exports the whole video, not a part of it.",
                code="range",
                hint='Say what to keep first ("keep the first 3 seconds"), or edit on this machine (--backend local).',
            )

    def _wishes(self, session: Session, name: str, stated: Mapping[str, Any]) -> dict[str, Any]:
        """Return the wire's ``output``: what is stated of it, and what the format needs besides."""
        said = {key: value for key, value in stated.items() if value is not None}
        wire = {"quality": self._api.context.quality, **said}
        if wire["format"] in constants.PROJECT_FORMATS:
            wire |= {"name": name, "footage": self._footage_places(session)}
        return wire

    def _footage_places(self, session: Session) -> dict[str, str]:
        """Return where the user keeps the session's files, by the backend's ids: for editors on this machine."""
        places = {
            (one.get("name"), one.get("size")): str(one["path"])
            for one in self._folder.uploads()
            if one.get("session") == session.session_id and one.get("path")
        }
        told = media.records(self._state(session))
        found = {str(one.get("id")): places.get((one.get("name"), one.get("size"))) for one in told}
        return {asset: place for asset, place in found.items() if place is not None}

    def _check_free_for_export(self, version: int | None) -> None:
        holder = self._folder.edited_by() if version is None else None
        if holder is not None and holder.get("kind") == JobKind.TURN.value:
            raise busy(self._folder)

    def _to_export(self, version: int | None) -> tuple[Session, int, Mapping[str, Any]]:
        if version is not None:
            draft = self._folder.history.draft(version)
            return self._folder.session(self._api), version, draft
        session = self._folder.known_session()
        if session is None:
            raise _nothing_to_export()
        view = self.state()
        if not drafts.has_material(view.draft):
            raise _nothing_to_export()
        return session, view.version, view.draft

    def _target(
        self, path: str | os.PathLike[str] | None, form: str, draft: Mapping[str, Any], *, name: str | None
    ) -> Path:
        project = projects.folder_name(self.name).rsplit("-", 1)[0]
        stem = file_stem(name or "") or result_stem(draft, otherwise=project)
        if path is None:
            make_folder(self._folder.renders)
            return free_name(self._folder.renders, stem, form)
        target = user_path(os.fspath(path), error=OutputError)
        if os.path.isdir(target):
            return free_name(target, stem, form)
        suffix = target.suffix.lower().lstrip(".")
        if not suffix:
            return target.with_name(f"{target.name}.{form}")
        if form not in (suffix, constants.FORMAT_ALIASES.get(suffix), constants.OUTPUT_ALIASES.get(suffix)):
            raise ArgumentError(
                f"{target.name} does not end like a {form} file.",
                code="format",
                hint=f"Name it .{form}, or ask for the format of its ending.",
            )
        return target


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
