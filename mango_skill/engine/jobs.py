"""The queue of renders: each runs in a worker process, survives the engine, and can be cancelled.

A worker is started as ``python -m mango_skill.engine.render.worker JOBFILE``; it says ``{"progress", "stage"}``
lines on standard output, then ``{"done": facts}`` or ``{"error": {...}}``. SIGTERM cancels it.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from mango_skill.engine import children
from mango_skill.engine.labour import CANCEL_GRACE_S, STOP_GRACE_S, Worker, fault
from mango_skill.engine.pace import Pace
from mango_skill.engine.places import Places
from mango_skill.engine.receiving import Reserve, disk_error
from mango_skill.engine.store import JobStatus, RenderJob, Store
from mango_skill.errors import MangoError, OutputError, RenderError

MAX_ATTEMPTS: Final = 5
"""Worker starts for one job, restarts of the engine included."""

_MAX_CRASHES: Final = 2
_PAUSE_S: Final = 2.0
_LEAST_AT_ONCE: Final = 2  # a short export need not wait for a long one
_WORKER: Final = "mango_skill.engine.render.worker"
_LOG: Final = logging.getLogger(__name__)

Written = TypeVar("Written")


@dataclass(frozen=True)
class Progress:
    """How far a running render is: percent, what it does, and the seconds that are left once they are known."""

    percent: float = 0.0
    stage: str = ""
    left_s: int | None = None


class RenderQueue:
    """Takes jobs from the store, oldest first, and runs them a few at a time."""

    def __init__(
        self,
        store: Store,
        places: Places,
        *,
        clock: Callable[[], float],
        reserve_bytes: int = 0,
        at_once: int = 0,
        command: Sequence[str] | None = None,
        stall_s: float = 300.0,
    ) -> None:
        """Prepare the queue; ``start`` sets it going.

        Args:
            store: Where the jobs are.
            places: Where footage and results lie.
            clock: Epoch seconds.
            reserve_bytes: Of the disk, left free.
            at_once: Renders at the same time; 0 is one for every two processor cores, and at least two.
            command: Runs a worker; the job file's path is appended.
            stall_s: A worker that says nothing for so long is stopped.
        """
        self._store = store
        self._places = places
        self._clock = clock
        self._reserve_bytes = reserve_bytes
        self._at_once = at_once or max(_LEAST_AT_ONCE, (os.cpu_count() or 2) // 2)
        self._command = tuple(command or children.command(_WORKER))
        self._stall_s = stall_s
        self._wake = threading.Condition()
        self._stopping = False
        self._paces: dict[str, Pace] = {}
        self._stages: dict[str, str] = {}
        self._workers: dict[str, Worker] = {}
        self._crashes: dict[str, int] = {}
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Take up what the engine before left unfinished, and begin to work."""
        for job in self._store.renders.running():
            if job.attempts >= MAX_ATTEMPTS:
                self._store.renders.fail(job.id, error=_given_up(), now=self._clock())
            else:
                self._store.renders.requeue(job.id)
        for number in range(self._at_once):
            thread = threading.Thread(target=self._work, name=f"render-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def wake(self) -> None:
        """Say that a job was added."""
        with self._wake:
            self._wake.notify_all()

    def progress(self, render_id: str) -> Progress:
        """Return how far a running job is."""
        with self._wake:
            pace = self._paces.get(render_id)
            if pace is None:
                return Progress()
            return Progress(pace.percent, self._stages.get(render_id, ""), pace.left_s())

    def cancel(self, render_id: str) -> bool:
        """Cancel a job, its worker included; False when it was over already."""
        with self._wake:
            cancelled = self._store.renders.cancel(render_id, now=self._clock())
            worker = self._workers.get(render_id)
            if cancelled and worker is not None:
                worker.stop(grace_s=CANCEL_GRACE_S)
        return cancelled

    def stop(self) -> None:
        """Stop the workers; their jobs go back to the queue and start again with the next engine."""
        with self._wake:
            self._stopping = True
            for worker in self._workers.values():
                worker.stop(grace_s=STOP_GRACE_S)
            self._wake.notify_all()
        for thread in self._threads:
            thread.join(timeout=2 * STOP_GRACE_S)

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                self._render(job)
            except MangoError as problem:
                self._note_failure(job, problem.to_dict())
            except Exception:
                _LOG.exception("render %s failed", job.id)
                self._note_failure(job, fault().to_dict())
            finally:
                self._forget(job.id)

    def _forget(self, render_id: str) -> None:
        found = self._store.renders.find(render_id)
        with self._wake:
            if found is None or found.status is not JobStatus.QUEUED:
                # a render that is tried again goes on from where it was seen
                self._paces.pop(render_id, None)
                self._crashes.pop(render_id, None)
            self._stages.pop(render_id, None)

    def _next(self) -> RenderJob | None:
        while True:
            with self._wake:
                # looked at under the lock: a job that is added now wakes the wait below
                job = None if self._stopping else self._surely(self._store.renders.claim_next)
                if job is not None or self._stopping:
                    return job
                self._wake.wait()

    def _surely(self, change: Callable[[], Written]) -> Written | None:
        """Write to the store, again and again while the disk is full; None when the engine stops meanwhile."""
        while True:
            try:
                return change()
            except OutputError as problem:
                _LOG.warning("%s Renders wait.", problem.message)
                with self._wake:
                    self._wake.wait(_PAUSE_S)
                    if self._stopping:
                        return None

    def _render(self, job: RenderJob) -> None:
        folder = self._places.renders(job.session_id)
        if Reserve(folder, reserve_bytes=self._reserve_bytes).room() <= 0:
            raise OutputError(
                "The disk is too full to render.", code="disk_full", hint="Free some space and export again."
            )
        token = secrets.token_hex(16)
        output = folder / f"{token}.{job.output['format']}"
        job_file = folder / f"{token}.job"
        try:
            self._write_order(job, output, job_file)
            last = self._run_worker(job, job_file)
            self._settle(job, last, output)
        finally:
            job_file.unlink(missing_ok=True)
            _remove_leftovers(folder, token, kept=self._store.renders.find(job.id))

    def _write_order(self, job: RenderJob, output: Path, job_file: Path) -> None:
        media = self._places.media(job.session_id)
        order = {
            "draft": dict(job.draft),
            "assets": {
                asset.id: {**asset.info, "name": asset.name, "path": str(media / asset.file)}
                for asset in self._store.sessions.assets(job.session_id)
            },
            "output": {**job.output, "path": str(output)},
        }
        try:
            job_file.write_text(json.dumps(order), encoding="utf-8")
        except OSError as problem:
            raise disk_error(problem) from problem

    def _run_worker(self, job: RenderJob, job_file: Path) -> Mapping[str, Any] | None:
        """Run one worker to its end and return its last word; None when it is to be tried again."""
        worker = Worker([*self._command, str(job_file)], stall_s=self._stall_s)
        try:
            with self._wake:
                self._workers[job.id] = worker
                self._paces.setdefault(job.id, Pace(time.monotonic))
                found = self._store.renders.find(job.id)
                if self._stopping or found is None or found.status is not JobStatus.RUNNING:
                    worker.stop(grace_s=CANCEL_GRACE_S)
            last = self._listen(job, worker)
        finally:
            with self._wake:
                self._workers.pop(job.id, None)
            worker.close()
        return self._explained(job, worker) if last is None else last

    def _listen(self, job: RenderJob, worker: Worker) -> Mapping[str, Any] | None:
        last: Mapping[str, Any] | None = None
        for word in worker.words():
            if "progress" in word:
                with self._wake:
                    self._paces[job.id].note(float(word["progress"]))
                    self._stages[job.id] = str(word.get("stage", ""))
            elif "done" in word or "error" in word:
                last = word
        return last

    def _explained(self, job: RenderJob, worker: Worker) -> Mapping[str, Any] | None:
        found = self._store.renders.find(job.id)
        if self._stopping or found is None or found.status is not JobStatus.RUNNING:
            return None
        problem = worker.explain()
        _LOG.warning("the worker of render %s ended with %s", job.id, worker.account())
        crashes = self._crashes[job.id] = self._crashes.get(job.id, 0) + 1
        again = problem.retryable and crashes < _MAX_CRASHES and job.attempts < MAX_ATTEMPTS
        return None if again else {"error": problem.to_dict()}

    def _settle(self, job: RenderJob, last: Mapping[str, Any] | None, output: Path) -> None:
        if last is not None and "done" in last and output.is_file():
            facts = {**last["done"], "size": output.stat().st_size}
            self._surely(
                lambda: self._store.renders.finish(job.id, file=output.name, facts=facts, now=self._clock())
            )
            _LOG.info("render %s finished: %d bytes", job.id, facts["size"])
        elif self._stopping:
            self._store.renders.requeue(job.id, count_attempt=False)
        elif last is None:
            self._surely(lambda: self._store.renders.requeue(job.id))
        else:
            self._note_failure(job, last.get("error") or fault().to_dict())

    def _note_failure(self, job: RenderJob, error: Mapping[str, Any]) -> None:
        self._surely(lambda: self._store.renders.fail(job.id, error=error, now=self._clock()))
        _LOG.warning("render %s failed: %s", job.id, error.get("code"))


def _remove_leftovers(folder: Path, token: str, *, kept: RenderJob | None) -> None:
    for path in folder.glob(f"*{token}*"):
        if kept is None or path.name not in kept.files:
            path.unlink(missing_ok=True)


def _given_up() -> dict[str, Any]:
    return RenderError(
        "The render stopped before it was finished, again and again.",
        code="render_died",
        hint="Export again with a smaller size; close other programs if memory is short.",
    ).to_dict()
