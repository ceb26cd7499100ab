"""Jobs on disk: one journal per turn, export or upload, which its runner writes and everybody follows."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from mango_skill.client import journal
from mango_skill.client.clock import Clock
from mango_skill.client.locks import FileLock
from mango_skill.errors import ArgumentError

FOLDER: Final = "jobs"
SCHEMA: Final = "mango.job/1"


class JobKind(StrEnum):
    """What a job does."""

    TURN = "turn"
    EXPORT = "export"
    UPLOAD = "upload"


_ID: Final = re.compile(rf"({'|'.join(JobKind)})-[0-9a-f]{{16}}")


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINISHED: Final = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})

TRANSITIONS: Final[Mapping[JobState, frozenset[JobState]]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.FAILED, JobState.CANCELLED}),
    JobState.RUNNING: frozenset({JobState.RUNNING, JobState.DONE, JobState.FAILED, JobState.CANCELLED}),
    JobState.DONE: frozenset(),
    JobState.FAILED: frozenset(
        {JobState.RUNNING}
    ),  # a resumable export, and only when it is waited for again
    JobState.CANCELLED: frozenset(),
}
"""What may follow what; a finished job stays as it is."""


class Phase(StrEnum):
    """What a running job is at; what may have reached the backend is known from it."""

    PREPARING = "preparing"  # nothing sent that changes anything
    SENDING = "sending"  # from here on the message may have been delivered
    RECOVERING = "recovering"
    SUBMITTING = "submitting"  # from here on the render may have been accepted
    RENDERING = "rendering"
    DOWNLOADING = "downloading"
    FINISHED = "finished"


SPANS: Final[Mapping[Phase, tuple[float, float]]] = {
    Phase.RENDERING: (0.0, 95.0),
    Phase.DOWNLOADING: (95.0, 100.0),
}
"""What part of the whole an export's phases are, in percent."""


@dataclass(frozen=True)
class JobView:
    """A job as it stood when it was looked at.

    Attributes:
        id: Names it in every project.
        kind: ``turn``, ``export`` or ``upload``.
        project: The project's name.
        state: queued, running, done, failed or cancelled.
        phase: What it is at.
        percent: 0 to 100 of the whole, never less than before; None when that is not known.
        left_s: Seconds that it will still take, once they are known.
        note: The last thing worth telling while one waits.
        message: What the user said, or what is exported.
        result: What came of it, when it is finished.
        error: ``MangoError.to_dict()`` of what stopped it.
        created: Seconds since 1970.
        updated: Seconds since 1970.
    """

    id: str
    kind: JobKind
    project: str
    state: JobState
    phase: Phase
    percent: float | None
    note: str
    message: str
    result: Mapping[str, Any] | None
    error: Mapping[str, Any] | None
    created: float
    updated: float
    left_s: int | None = None

    @property
    def finished(self) -> bool:
        return self.state in FINISHED

    @property
    def phase_percent(self) -> float | None:
        """How far the phase is that it is at, 0 to 100."""
        if self.percent is None or self.phase not in SPANS:
            return self.percent
        first, last = SPANS[self.phase]
        return max(0.0, min(100.0, (self.percent - first) * 100.0 / (last - first)))

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON, what is absent left out."""
        values: dict[str, Any] = {
            "id": self.id,
            "kind": self.kind.value,
            "project": self.project,
            "state": self.state.value,
            "phase": self.phase.value,
            "percent": self.percent,
            "left_s": self.left_s,
            "note": self.note,
            "message": self.message,
            "result": None if self.result is None else dict(self.result),
            "error": None if self.error is None else dict(self.error),
            "created": self.created,
            "updated": self.updated,
        }
        return {key: value for key, value in values.items() if value not in (None, "")}


class JobFile:
    """The journal of one job. Only the process that holds its lock, or made it, writes it."""

    def __init__(self, path: Path, record: dict[str, Any], *, clock: Clock) -> None:
        self.path = path
        self.record = record
        self._clock = clock

    @classmethod
    def create(
        cls,
        project: Path,
        *,
        kind: JobKind,
        request: Mapping[str, Any],
        name: str,
        message: str,
        clock: Clock,
    ) -> JobFile:
        """Write a new job down, queued; nothing has been sent."""
        identity = f"{kind.value}-{secrets.token_hex(8)}"
        now = clock.now()
        record: dict[str, Any] = {
            "schema": SCHEMA,
            "id": identity,
            "kind": kind.value,
            "project": name,
            "state": JobState.QUEUED.value,
            "phase": Phase.PREPARING.value,
            "percent": None,
            "note": "",
            "message": message,
            "request": dict(request),
            "facts": {},
            "result": None,
            "error": None,
            "created": now,
            "updated": now,
        }
        one = cls(project / FOLDER / f"{identity}.json", record, clock=clock)
        one._write(durable=True)
        return one

    @classmethod
    def read(cls, path: Path, *, clock: Clock) -> JobFile | None:
        """Read a job's journal; None when it is no journal."""
        record = journal.read_json(path)
        if record is None or record.get("schema") != SCHEMA:
            return None
        return cls(path, record, clock=clock)

    @property
    def id(self) -> str:
        return str(self.record["id"])

    @property
    def project_folder(self) -> Path:
        return self.path.parent.parent

    @property
    def request(self) -> dict[str, Any]:
        value = self.record["request"]
        return value if isinstance(value, dict) else {}

    @property
    def facts(self) -> dict[str, Any]:
        """What the runner has to find again after it was killed."""
        value = self.record.setdefault("facts", {})
        return value if isinstance(value, dict) else {}

    def lock(self) -> FileLock:
        """The lock that a runner holds as long as it works on this job."""
        return FileLock(self.path.with_suffix(".lock"), clock=self._clock)

    @property
    def cancel_mark(self) -> Path:
        return self.path.with_suffix(".cancel")

    def cancel_asked(self) -> bool:
        return self.cancel_mark.exists()

    def view(self) -> JobView:
        record = self.record
        return JobView(
            id=self.id,
            kind=JobKind(record["kind"]),
            project=str(record["project"]),
            state=JobState(record["state"]),
            phase=Phase(record["phase"]),
            percent=record.get("percent"),
            left_s=record.get("left_s"),
            note=str(record.get("note") or ""),
            message=str(record.get("message") or ""),
            result=record.get("result"),
            error=record.get("error"),
            created=float(record["created"]),
            updated=float(record["updated"]),
        )

    def enter(self, phase: Phase, *, note: str = "", percent: float | None = None, **facts: Any) -> None:
        """Write durably that the job is running and what it is at, before it does that; ``percent`` is of the phase."""
        self._move(JobState.RUNNING)
        self.facts.update(facts)
        self.record.update(phase=phase.value, note=note, left_s=None)
        self._reach(percent)
        self._write(durable=True)

    def remember(self, **facts: Any) -> None:
        """Write facts down durably."""
        self.facts.update(facts)
        self._write(durable=True)

    def tell(
        self, *, percent: float | None = None, left_s: int | None = None, note: str | None = None
    ) -> None:
        """Write progress; it may be lost in a crash. ``percent`` is of the phase, ``left_s`` of the whole."""
        if percent is not None:
            self._reach(percent)
            self.record["left_s"] = left_s
        if note is not None:
            self.record["note"] = note
        self._write(durable=False)

    def finish(
        self,
        state: JobState,
        *,
        result: Mapping[str, Any] | None = None,
        error: Mapping[str, Any] | None = None,
        note: str = "",
    ) -> None:
        """Write how it ended."""
        self._move(state)
        self.record.update(
            phase=Phase.FINISHED.value,
            result=None if result is None else dict(result),
            error=None if error is None else dict(error),
            note=note,
            left_s=None,
        )
        if state is JobState.DONE:
            self.record["percent"] = 100.0
        self._write(durable=True)

    def may_have_been_sent(self) -> bool:
        """Whether its message may have reached the backend, so that nobody may say that it failed."""
        return self.record["phase"] in (Phase.SENDING.value, Phase.RECOVERING.value)

    def finish_in_doubt(self) -> None:
        """Write that a message was sent and that nobody here can tell what came of it."""
        reply = (
            "This was sent, but following it was not possible on this machine: it may have been carried out. "
            "Look at the timeline before saying it again."
        )
        result: dict[str, Any] = {
            "outcome": "interrupted",
            "reply": reply,
            "code": "interrupted",
            "message": "",
            "changed": None,
            "changes": [],
        }
        self.finish(JobState.DONE, result=result)

    def reopen(self) -> None:
        """Let a failed export go on where it stopped."""
        self._move(JobState.RUNNING)
        self.facts.pop("resumable", None)
        self.record.update(phase=Phase.RENDERING.value, error=None, note="Going on.")
        self._write(durable=True)

    def _reach(self, percent: float | None) -> None:
        """Note how far the phase is, as part of the whole; a phase that begins anew takes nothing back."""
        if percent is not None:
            first, last = SPANS.get(Phase(self.record["phase"]), (0.0, 100.0))
            whole = round(first + (last - first) * percent / 100.0, 1)
            self.record["percent"] = max(whole, self.record.get("percent") or 0.0)

    def _move(self, state: JobState) -> None:
        now = JobState(self.record["state"])
        if state not in TRANSITIONS[now]:
            raise ArgumentError(
                f"Job {self.id} is {now.value} and can't become {state.value}.",
                code="job_finished",
                hint="Start a new job.",
            )
        self.record["state"] = state.value

    def _write(self, *, durable: bool) -> None:
        self.record["updated"] = self._clock.now()
        journal.write_json(self.path, self.record, durable=durable)


def files(project: Path, *, clock: Clock) -> Iterator[JobFile]:
    """Yield the jobs of one project, oldest first."""
    found = [
        one
        for path in (project / FOLDER).glob("*.json")
        if _ID.fullmatch(path.stem) and (one := JobFile.read(path, clock=clock)) is not None
    ]
    yield from sorted(found, key=lambda one: float(one.record["created"]))


def find(projects: Path, job_id: str, *, clock: Clock) -> JobFile:
    """Find a job in whatever project it is.

    Raises:
        ArgumentError: There is no such job.
    """
    if _ID.fullmatch(job_id):
        for path in projects.glob(f"*/{FOLDER}/{job_id}.json"):
            one = JobFile.read(path, clock=clock)
            if one is not None:
                return one
    raise ArgumentError(
        f"There is no job {job_id}." if _ID.fullmatch(job_id) else "That is no job id.",
        code="unknown_job",
        hint="See the known ones with 'mango jobs'.",
    )
