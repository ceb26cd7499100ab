"""Render jobs and the states that they may go through.

::

    queued --claim--> running --finish--> succeeded
      |                 |  |----fail----> failed
      |                 |  `----requeue-> queued     (the engine or the worker died; attempts are counted)
      `----cancel--> cancelled <--cancel-'
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from mango_skill.engine.store.database import Database


class JobStatus(StrEnum):
    """Where a render job is."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobEvent(StrEnum):
    """What may happen to a render job."""

    CLAIM = "claim"
    REQUEUE = "requeue"
    FINISH = "finish"
    FAIL = "fail"
    CANCEL = "cancel"


TRANSITIONS: Final[Mapping[JobStatus, Mapping[JobEvent, JobStatus]]] = {
    JobStatus.QUEUED: {
        JobEvent.CLAIM: JobStatus.RUNNING,
        JobEvent.FAIL: JobStatus.FAILED,
        JobEvent.CANCEL: JobStatus.CANCELLED,
    },
    JobStatus.RUNNING: {
        JobEvent.FINISH: JobStatus.SUCCEEDED,
        JobEvent.FAIL: JobStatus.FAILED,
        JobEvent.REQUEUE: JobStatus.QUEUED,
        JobEvent.CANCEL: JobStatus.CANCELLED,
    },
    JobStatus.SUCCEEDED: {},
    JobStatus.FAILED: {},
    JobStatus.CANCELLED: {},
}
"""Status and event to the next status; a missing event can't happen there."""


@dataclass(frozen=True)
class RenderJob:
    """A render that was asked for.

    Attributes:
        draft: What is rendered, as the wire says it.
        output: How: format, width, height, fps, quality, captions.
        attempts: How often a worker was started for it.
        file: The result's random name in the session's folder; empty until there is one.
        facts: What the worker said of the result.
        error: ``code``, ``message`` and ``hint`` of a failure.
    """

    id: str
    session_id: str
    status: JobStatus
    attempts: int
    draft: Mapping[str, Any]
    output: Mapping[str, Any]
    file: str
    facts: Mapping[str, Any]
    error: Mapping[str, Any]
    created: float
    finished: float | None

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the result and of what lies beside it."""
        return (self.file, *self.facts.get("sidecars", ())) if self.file else ()


class Renders:
    """The table of render jobs. A change names the statuses that it may leave; see ``TRANSITIONS``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        render_id: str,
        *,
        session_id: str,
        draft: Mapping[str, Any],
        output: Mapping[str, Any],
        now: float,
    ) -> RenderJob:
        """Queue a job; asking again with the same id returns the one that is there."""
        with self._database.transaction():
            self._database.change(
                "INSERT OR IGNORE INTO renders (id, session_id, status, draft, output, created)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                render_id,
                session_id,
                JobStatus.QUEUED,
                json.dumps(dict(draft)),
                json.dumps(dict(output)),
                now,
            )
            found = self.find(render_id)
        assert found is not None
        return found

    def find(self, render_id: str) -> RenderJob | None:
        """Return a job by its id."""
        row = self._database.row("SELECT * FROM renders WHERE id = ?", render_id)
        return None if row is None else _job(row)

    def of_session(self, session_id: str) -> list[RenderJob]:
        """Return a session's jobs, oldest first."""
        rows = self._database.rows("SELECT * FROM renders WHERE session_id = ? ORDER BY created", session_id)
        return [_job(row) for row in rows]

    def unfinished(self) -> int:
        """Return how many jobs wait or run."""
        sql = "SELECT COUNT(*) FROM renders WHERE status IN (?, ?)"
        return int(self._database.value(sql, JobStatus.QUEUED, JobStatus.RUNNING))

    def running(self) -> list[RenderJob]:
        """Return the jobs that are marked as running."""
        rows = self._database.rows("SELECT * FROM renders WHERE status = ?", JobStatus.RUNNING)
        return [_job(row) for row in rows]

    def claim_next(self) -> RenderJob | None:
        """Take the job that has waited longest, count the attempt, and return it as running."""
        with self._database.transaction():
            row = self._database.row(
                "SELECT id FROM renders WHERE status = ? ORDER BY created, id LIMIT 1", JobStatus.QUEUED
            )
            if row is None or not self._move(row["id"], JobEvent.CLAIM):
                return None
            self._database.change("UPDATE renders SET attempts = attempts + 1 WHERE id = ?", row["id"])
            return self.find(row["id"])

    def finish(self, render_id: str, *, file: str, facts: Mapping[str, Any], now: float) -> bool:
        """Note the result; False when the job was not running any more."""
        with self._database.transaction():
            return self._move(render_id, JobEvent.FINISH) and self._note(
                render_id, file=file, facts=facts, error={}, finished=now
            )

    def fail(self, render_id: str, *, error: Mapping[str, Any], now: float) -> bool:
        """Note the failure; False when the job was over already."""
        with self._database.transaction():
            return self._move(render_id, JobEvent.FAIL) and self._note(
                render_id, file="", facts={}, error=error, finished=now
            )

    def requeue(self, render_id: str, *, count_attempt: bool = True) -> bool:
        """Put a running job back; an orderly stop of the engine does not count as an attempt."""
        with self._database.transaction():
            if not self._move(render_id, JobEvent.REQUEUE):
                return False
            if not count_attempt:
                self._database.change(
                    "UPDATE renders SET attempts = MAX(attempts - 1, 0) WHERE id = ?", render_id
                )
            return True

    def cancel(self, render_id: str, *, now: float) -> bool:
        """Cancel a job; False when it was over already."""
        with self._database.transaction():
            return self._move(render_id, JobEvent.CANCEL) and self._note(
                render_id, file="", facts={}, error={}, finished=now
            )

    def _move(self, render_id: str, event: JobEvent) -> bool:
        for status, events in TRANSITIONS.items():
            target = events.get(event)
            if target is not None and self._database.change(
                "UPDATE renders SET status = ? WHERE id = ? AND status = ?", target, render_id, status
            ):
                return True
        return False

    def _note(
        self,
        render_id: str,
        *,
        file: str,
        facts: Mapping[str, Any],
        error: Mapping[str, Any],
        finished: float,
    ) -> bool:
        return (
            self._database.change(
                "UPDATE renders SET file = ?, facts = ?, error = ?, finished = ? WHERE id = ?",
                file,
                json.dumps(dict(facts)),
                json.dumps(dict(error)),
                finished,
                render_id,
            )
            > 0
        )


def _job(row: Any) -> RenderJob:
    return RenderJob(
        id=row["id"],
        session_id=row["session_id"],
        status=JobStatus(row["status"]),
        attempts=row["attempts"],
        draft=json.loads(row["draft"]),
        output=json.loads(row["output"]),
        file=row["file"],
        facts=json.loads(row["facts"]),
        error=json.loads(row["error"]),
        created=row["created"],
        finished=row["finished"],
    )
