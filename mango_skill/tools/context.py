"""What a tool is given besides its arguments: who opens the backend, which project, who hears of progress."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Protocol, get_args

from mango_skill.client.clock import Clock, SystemClock
from mango_skill.tools.boundary import Boundary

if TYPE_CHECKING:
    from mango_skill.client.jobs import JobView
    from mango_skill.client.workspace import Workspace

BackendChoice = Literal["auto", "local", "cloud"]
BACKEND_CHOICES: Final[tuple[BackendChoice, ...]] = get_args(BackendChoice)
Stage = Literal["upload", "edit", "render", "download"]

DEFAULT_PROJECT: Final = "default"
_ENGINE_STOPPED: Final = "engine_stopped"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """How far something is.

    Attributes:
        stage: What is being done.
        percent: 0 to 100, or None when nobody can tell.
        note: One short clause for a person.
        running: False when the stage has ended.
        job_id: The job whose progress it is, if any.
        left_s: Seconds that the whole will still take, once they are known.
    """

    stage: Stage
    percent: float | None = None
    note: str = ""
    running: bool = True
    job_id: str = ""
    left_s: int | None = None


class Opener(Protocol):
    """Opens the backend's workspace; launch puts one in."""

    def workspace(self) -> Workspace:
        """Return the workspace of the chosen backend, started when it has to be.

        Raises:
            ConfigurationError: Nothing is chosen and nothing can be used as it is; code ``needs_choice``.
            EngineError: The engine does not start.
        """
        ...

    def choose(self, choice: BackendChoice) -> None:
        """Use this backend from now on, also in later processes; ``auto`` forgets the choice."""
        ...

    def notice(self, language: str = "en") -> str:
        """Return what is to be said before footage or words leave this machine; empty when all is said."""
        ...

    def tend(self) -> bool:
        """Start the engine again when it is the backend and has died; whether it is one that we can start.

        Raises:
            EngineError: It does not start.
        """
        ...


def _nobody(_: Progress) -> None:
    return None


@dataclass(frozen=True)
class ToolContext:
    """The surroundings of a call.

    Attributes:
        opener: Opens the backend.
        project: The project that a call without ``project`` means.
        on_progress: Hears how far things are; called from the calling thread.
        folder: Where results go when no path was said; None: the project's own folder.
        language: The language to answer in where no message of the user shows it, as a two-letter code.
        boundary: The folders that a path in a call may name; None: the person types it and writes anywhere.
        clock: What the time that a caller waits is measured with.
    """

    opener: Opener
    project: str = DEFAULT_PROJECT
    on_progress: Callable[[Progress], None] = _nobody
    folder: Path | None = None
    language: str = "en"
    boundary: Boundary | None = field(default_factory=Boundary)
    clock: Clock = field(default_factory=SystemClock)


def announce(context: ToolContext, stage: Stage) -> tuple[str, ...]:
    """Say where footage and words go, before the first of them leaves; return what the answer's notes repeat."""
    notice = context.opener.notice(context.language)
    if not notice:
        return ()
    if context.on_progress is _nobody:
        logger.warning(notice)  # a program that listens to nothing still hears it
    context.on_progress(Progress(stage, note=notice))
    return (notice,)


def follow(context: ToolContext, job_id: str, *, wait_s: float) -> JobView:
    """Wait for a job as ``Workspace.wait`` does; a render whose engine died under it goes on in a new one."""
    workspace = context.opener.workspace()
    deadline = context.clock.monotonic() + wait_s

    def tell(view: JobView) -> None:
        if view.error is None:
            context.on_progress(progress_of(view))

    job = workspace.wait(job_id, max(0.0, wait_s), tell)
    # once: an engine that dies again and again must come to light
    if job.error is not None and job.error.get("code") == _ENGINE_STOPPED and context.opener.tend():
        job = workspace.wait(job_id, max(0.0, deadline - context.clock.monotonic()), tell)
    return job


def progress_of(job: JobView) -> Progress:
    """Return what a job's view says of its progress."""
    stage: Stage = "edit"
    if job.kind == "export":
        stage = "download" if job.phase in ("downloading", "finished") else "render"
    elif job.kind == "upload":
        stage = "upload"
    return Progress(
        stage, job.phase_percent, job.note or "", running=not job.finished, job_id=job.id, left_s=job.left_s
    )
