"""The process that carries out one job: ``python -m mango_skill.client.runner PROJECT JOB``.

It outlives its caller, holds the locks, and writes the journal that callers follow. Its command line names a
folder and a job, never a token.
"""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

from mango_skill.client import logs
from mango_skill.client.api import Api
from mango_skill.client.backend import Context
from mango_skill.client.clock import Clock, SystemClock
from mango_skill.client.delivery import Delivery
from mango_skill.client.exports import Export
from mango_skill.client.jobs import FOLDER, JobFile, JobKind, JobState, Phase
from mango_skill.client.journal import close_folder
from mango_skill.client.locks import FileLock
from mango_skill.client.projects import ProjectFolder
from mango_skill.client.turns import CancelLook, Turn
from mango_skill.errors import BusyError, InternalError, MangoError, OutputError

# Somebody may be looking whether a lock is held at the very moment it is wanted.
_LOCK_WAIT_S: Final = 2.0
_RECOVERY_LOCK_WAIT_S: Final = 60.0
_LAST_WORDS_BYTES: Final = 1_000_000
_ROOT: Final = Path(__file__).resolve().parents[2]


def spawn(job: JobFile, *, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a detached runner for a job and return at once."""
    environment = dict(environ)
    given = environment.get("PYTHONPATH")
    environment["PYTHONPATH"] = f"{_ROOT}{os.pathsep}{given}" if given else str(_ROOT)
    options: dict[str, Any] = {}
    if sys.platform == "win32":
        options["creationflags"] = (
            subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW | subprocess.DETACHED_PROCESS
        )
    else:
        options["start_new_session"] = True
    with _last_words(job) as last_words:
        process = subprocess.Popen(
            [sys.executable, "-m", "mango_skill.client.runner", str(job.project_folder), job.id],
            cwd=_ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=last_words,
            close_fds=True,
            **options,
        )
    # Its end has to be noticed by somebody, or it stays behind as a zombie of a long-lived caller.
    threading.Thread(target=process.wait, name="runner-reaper", daemon=True).start()
    return process


def _last_words(job: JobFile) -> BinaryIO:
    """Open where a runner that can't even begin says why; once it has begun, the scrubbed log is used."""
    try:
        path = Path(job.request["context"]["places"]["logs"]) / "runner.log"
        close_folder(path.parent)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        logs.close_file(descriptor)
        file = os.fdopen(descriptor, "ab")
        if file.tell() > _LAST_WORDS_BYTES:
            file.truncate(0)
        return file
    except OSError:
        return open(os.devnull, "wb")


def run(project: Path, job_id: str, *, clock: Clock, environ: Mapping[str, str] | None = None) -> int:
    """Carry a job out in this process; returns 0 when there was something to do and it came to an end.

    Args:
        project: The project's folder.
        job_id: Which of its jobs.
        clock: Time.
        environ: Where the user's token is looked up; the process's own when absent.
    """
    path = project / FOLDER / f"{job_id}.json"
    job = JobFile.read(path, clock=clock)
    if job is None:
        return 2
    with job.lock() as lock:
        if not lock.acquire(wait_s=_LOCK_WAIT_S):
            return 3
        job = JobFile.read(path, clock=clock)
        if job is None or job.view().finished:
            return 0
        folder = ProjectFolder(project, clock=clock)
        context = Context.from_json(job.request["context"])
        log = logs.open_log(context.places.logs)
        log.info("%s: begins at %s", job.id, job.record["phase"])
        try:
            _carry_out(job, folder, context=context, clock=clock, environ=environ)
        except MangoError as problem:
            log.warning("%s: %s", job.id, problem.message)
            _fail(job, problem)
        except OSError as problem:
            log.error("%s: stopped", job.id, exc_info=True)
            _fail(job, _unwritable(problem))
        except Exception:
            log.error("%s: stopped", job.id, exc_info=True)
            _fail(
                job,
                InternalError(
                    "Something went wrong in Mango AI itself.", hint="See the log, then try again."
                ),
            )
        log.info("%s: %s", job.id, job.record["state"])
        _close(log)
    return 0


def _carry_out(
    job: JobFile, folder: ProjectFolder, *, context: Context, clock: Clock, environ: Mapping[str, str] | None
) -> None:
    api = Api(
        context,
        clock=clock,
        environ=environ,
        on_note=lambda note: job.tell(note=note),
        cancelled=CancelLook(job, clock).asked,
    )
    try:
        if JobKind(job.record["kind"]) is JobKind.EXPORT:
            Export(job, folder=folder, api=api, clock=clock).perform()
            return
        if JobKind(job.record["kind"]) is JobKind.UPLOAD:
            Delivery(job, folder=folder, api=api, clock=clock).perform()
            return
        with folder.edit_lock() as lock:
            _take(lock, job)
            Turn(job, folder=folder, api=api, clock=clock).perform()
    finally:
        api.close()


def _take(lock: FileLock, job: JobFile) -> None:
    sent = job.may_have_been_sent()
    note = {"kind": JobKind.TURN.value, "job": job.id}
    if not lock.acquire(wait_s=_RECOVERY_LOCK_WAIT_S if sent else _LOCK_WAIT_S, note=note):
        raise BusyError(
            "Another edit of this project is still running.",
            hint="Wait for it, then say this again; it was not sent.",
        )


def _unwritable(problem: OSError) -> OutputError:
    return OutputError(
        f"The project's folder can't be written ({problem.strerror or type(problem).__name__}).",
        code="not_writable",
        hint="Make room on the disk or correct the folder's permissions, then try again.",
    )


def _fail(job: JobFile, problem: MangoError) -> None:
    """Write that a job failed; a turn whose message may have arrived did not fail, it is only not known how it ended."""
    if job.record["phase"] == Phase.SENDING.value:
        # Left as it stands: whoever waits for it starts a runner that looks at the state.
        return
    if job.record["phase"] == Phase.RECOVERING.value:
        with contextlib.suppress(OSError, MangoError):
            job.finish_in_doubt()
        return
    result: dict[str, Any] | None = None
    if job.record["kind"] == JobKind.EXPORT.value:
        if isinstance(problem, OutputError):
            # The render is kept and can be fetched once the disk takes it.
            job.facts["resumable"] = True
    elif job.record["kind"] == JobKind.TURN.value:
        result = {
            "outcome": "failed",
            "reply": problem.message,
            "code": problem.code,
            "message": problem.message,
            "changed": None,
            "changes": [],
        }
    with contextlib.suppress(OSError, MangoError):
        job.finish(JobState.FAILED, result=result, error=problem.to_dict() | {"kind": type(problem).__name__})


def _close(log: logging.Logger) -> None:
    for handler in list(log.handlers):
        log.removeHandler(handler)
        handler.close()


def main(arguments: list[str]) -> int:
    """Run from the command line."""
    if len(arguments) != 2:
        return 2
    return run(Path(arguments[0]), arguments[1], clock=SystemClock())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
