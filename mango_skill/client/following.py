"""Jobs of all projects: started in runners, followed by their journals, taken up again when a runner died."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from mango_skill.client import jobs, projects, runner
from mango_skill.client.clock import Clock
from mango_skill.client.jobs import JobFile, JobState, JobView, Phase
from mango_skill.errors import BusyError, InternalError

_LOOK_S: Final = 0.05
_START_S: Final = 20.0
_SPAWN_AGAIN_S: Final = 5.0
_MOST_SPAWNS: Final = 3
_RELEASE_S: Final = 2.0


class Follower:
    """Starts and follows jobs."""

    def __init__(self, place: Path, *, clock: Clock, environ: Mapping[str, str]) -> None:
        self._place = place
        self.clock = clock
        self._environ = environ
        self._runners: dict[str, subprocess.Popen[bytes]] = {}
        self._paths: dict[str, Path] = {}

    def jobs(self) -> tuple[JobView, ...]:
        """Return the jobs of all projects, newest first."""
        found = [
            job.view()
            for folder in projects.all_folders(self._place, clock=self.clock)
            for job in folder.jobs()
        ]
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
        seen: tuple[JobFile, object] | None = None
        while True:
            job, seen = self._glance(job_id, seen)
            view = job.view()
            if on_progress is not None and view != told:
                told = view
                on_progress(view)
            if view.finished:
                self._wait_for_release(job)
                return view
            now = self.clock.monotonic()
            # Another process's runner gets a moment to begin; one of our own that has ended will not.
            if (now >= look_again or job.id in self._runners) and not self._is_cared_for(job):
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

    def _wait_for_release(self, job: JobFile) -> None:
        """A runner writes its last word a moment before it lets go; the next message must find the project free."""
        deadline = self.clock.monotonic() + _RELEASE_S
        while job.lock().is_held() and self.clock.monotonic() < deadline:
            self.clock.sleep(_LOOK_S / 5)

    def _spawn(self, job: JobFile) -> None:
        self._runners[job.id] = runner.spawn(job, environ=self._environ)

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
                if job.may_have_been_sent():
                    job.finish_in_doubt()
                elif not job.view().finished:
                    job.finish(JobState.FAILED, error=problem.to_dict() | {"kind": type(problem).__name__})

    def _glance(
        self, job_id: str, seen: tuple[JobFile, object] | None
    ) -> tuple[JobFile, tuple[JobFile, object]]:
        """Return a job as it stands, reading its journal only when that was written again."""
        if seen is not None and _stamp(seen[0].path) == seen[1]:
            return seen[0], seen
        # Stamped before it is read: what is written in between is read again the next time.
        stamp = _stamp(self._paths[job_id]) if job_id in self._paths else None
        job = self._job(job_id)
        return job, (job, stamp)

    def _job(self, job_id: str) -> JobFile:
        known = self._paths.get(job_id)
        job = None if known is None else JobFile.read(known, clock=self.clock)
        if job is None:
            job = jobs.find(self._place, job_id, clock=self.clock)
            self._paths[job_id] = job.path
        return job


def _stamp(path: Path) -> object:
    """Return what differs between two writings of a journal; they are never changed in place."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _is_resumable(job: JobFile) -> bool:
    return job.record["state"] == JobState.FAILED.value and job.facts.get("resumable") is True
