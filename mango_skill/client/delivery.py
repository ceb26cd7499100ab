"""Footage on its way into a project: one delivery at a time, alone with the timeline.

What is quick is delivered by whoever asks for it; what takes long by a runner, and then a job tells how far it
is. A delivery that was cut off is begun again: what has arrived is known by its contents and not sent twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from mango_skill.client.api import Api
from mango_skill.client.clock import Clock
from mango_skill.client.footage import Candidate, check_links, part_files
from mango_skill.client.jobs import JobFile, JobKind, JobState, Phase
from mango_skill.client.projects import ProjectFolder
from mango_skill.client.stream import CancelledError
from mango_skill.client.turns import CANCELLED_NOTE, CancelLook
from mango_skill.client.upload import Uploader, UploadProgress, UploadResult
from mango_skill.errors import BusyError

_LOOK_S: Final = 0.05
_WAIT_S: Final = 600.0
_TOLD_EVERY_PERCENT: Final = 1.0


def deliver(
    folder: ProjectFolder,
    api: Api,
    files: Sequence[Candidate],
    links: Sequence[str],
    *,
    clock: Clock,
    note: Mapping[str, Any],
    on_progress: Callable[[UploadProgress], None] | None = None,
) -> UploadResult:
    """Bring checked files and links into the project when no other delivery does.

    Args:
        folder: The project.
        api: Its backend.
        files: Checked files.
        links: Checked links.
        clock: Time.
        note: What others read of who delivers.
        on_progress: Hears of it.

    Raises:
        BusyError: An edit is running.
        MangoError: The backend can't be reached or refuses; repeating sends nothing twice.
    """
    deadline = clock.monotonic() + _WAIT_S
    with folder.edit_lock() as lock:
        while not lock.acquire(note={**note, "kind": JobKind.UPLOAD.value}):
            holder = folder.edited_by() or {}
            if holder.get("kind") == JobKind.TURN.value or clock.monotonic() >= deadline:
                raise busy(folder)
            clock.sleep(_LOOK_S)
        folder.touch()
        return Uploader(folder, api).upload(files, links, on_progress=on_progress)


def busy(folder: ProjectFolder) -> BusyError:
    """Return the error that tells what works on the project, and what to wait for."""
    holder = folder.edit_lock().holder()
    job = str(holder.get("job", ""))
    details = {"job_id": job} if job else {}
    if holder.get("kind") == JobKind.UPLOAD.value:
        return BusyError(
            "Footage is being uploaded to this project.",
            hint=f"Wait for job {job}, then say it again."
            if job
            else "Wait until that is done, then say it again.",
            details=details,
        )
    return BusyError(
        "Another edit of this project is still running.",
        hint=f"Wait for job {job}, then say this again; it was not sent."
        if job
        else "Try again in a moment.",
        details=details,
    )


class Delivery:
    """A delivery carried out by a runner."""

    def __init__(self, job: JobFile, *, folder: ProjectFolder, api: Api, clock: Clock) -> None:
        self._job = job
        self._folder = folder
        self._api = api
        self._clock = clock
        self._cancel = CancelLook(job, clock)
        self._told = -100.0

    def perform(self) -> None:
        """Deliver, and write down what came of it."""
        request = self._job.request
        self._job.enter(Phase.PREPARING, note="Uploading.", percent=0.0)
        try:
            files, unfit = part_files(request["paths"], is_cloud=self._api.context.backend.is_cloud)
            sent = deliver(
                self._folder,
                self._api,
                files,
                check_links(request["links"]),
                clock=self._clock,
                note={"job": self._job.id},
                on_progress=self._tell,
            )
        except CancelledError:
            self._job.finish(JobState.CANCELLED, note=CANCELLED_NOTE)
            return
        refused = [one.to_json() for one in (*unfit, *sent.refused)]
        result = {
            "files": [one.to_json() for one in sent.files],
            "refused": [*request["refused"], *refused],
        }
        self._job.finish(JobState.DONE, result=result)

    def _tell(self, told: UploadProgress) -> None:
        if self._cancel.asked():
            raise CancelledError
        percent = told.percent
        if percent - self._told >= _TOLD_EVERY_PERCENT:
            self._told = percent
            self._job.tell(percent=percent, note=told.name)
