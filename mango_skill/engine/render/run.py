"""Running a plan: the only place where pictures and sound are really made. Render process only."""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock
from time import monotonic
from typing import Any, Final

import av.error
from av import VideoFrame

from mango_skill.engine.render.chunks import divide
from mango_skill.engine.render.composer import Composer
from mango_skill.engine.render.disk import clear_disk_errors, existing, require_room
from mango_skill.engine.render.encoder import (
    Writer,
    encode_stretch,
    in_full_colour,
    make_encoder,
    with_palette,
)
from mango_skill.engine.render.grid import FrameSpan
from mango_skill.engine.render.losses import find_losses
from mango_skill.engine.render.mixer import Mix, mix
from mango_skill.engine.render.packet_reader import Doubt
from mango_skill.engine.render.plan import RenderPlan
from mango_skill.engine.render.players import Prepared, Source
from mango_skill.engine.render.scratch import Scratch
from mango_skill.engine.render.sidecar import write_captions
from mango_skill.engine.render.splice import Refusal, Splice, plan_splice
from mango_skill.engine.render.splicing import Splicer
from mango_skill.engine.render.survey import survey
from mango_skill.engine.render.verify import Facts, Spliced, verify
from mango_skill.errors import MangoError, RenderError
from mango_skill.protocol import constants

Progress = Callable[[float, str], None]
_MOST_WORKERS: Final = 4
# Of everything that is told as progress, the share of making; the rest is finishing and looking at it.
_MADE_SHARE: Final = 96.0
_SIGN_OF_LIFE_S: Final = 5.0
_LOUDNESS_TOLD_LU: Final = 0.5
_LOG: Final = logging.getLogger(__name__)


class Cancelled(RenderError):  # noqa: N818 - it is what happened, not a fault
    """Someone asked the render to stop."""

    default_code = "cancelled"
    default_hint = "Export again when you want to."


@dataclass(frozen=True)
class Result:
    """What a render made.

    Attributes:
        path: The file.
        facts: What was found in it.
        sidecar: The captions beside it, or None.
        notes: What was done otherwise than the timeline says, and what was copied.
        copied: Frames that are the footage's own, bit by bit.
    """

    path: Path
    facts: Facts
    sidecar: Path | None
    notes: tuple[str, ...]
    copied: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON."""
        answer = {**self.facts.to_dict(), "path": str(self.path), "notes": list(self.notes)}
        if self.copied:
            answer["copied"] = self.copied
        if self.sidecar is not None:
            answer["sidecars"] = [self.sidecar.name]
        return answer


def run(
    plan: RenderPlan,
    sources: Mapping[str, Source],
    output: Path,
    *,
    cancel: Event | None = None,
    on_progress: Progress | None = None,
    workers: int | None = None,
) -> Result:
    """Make the file that a plan describes. Under its final name it is whole and verified, or not there at all.

    Args:
        plan: From ``plan.compile``.
        sources: The files by asset id.
        output: Where the file goes; its folder must be there.
        cancel: Set it to stop.
        on_progress: Told percent and what is being done.
        workers: Encoders at once; by the number of processors when None.

    Raises:
        Cancelled: ``cancel`` was set.
        MediaError: A source is gone or can't be read.
        OutputError: ``disk_full``, ``not_writable``.
        RenderError: The result is not what was planned.
    """
    job = _Job(
        plan,
        sources,
        cancel or Event(),
        on_progress or _ignore,
        workers or min(_MOST_WORKERS, _count_processors()),
    )
    # Named after the output: what a killed render left behind is taken over by the next.
    partial = existing(output.parent) / f".{output.name}.part"
    scratch = Scratch(partial)
    try:
        with clear_disk_errors():
            scratch.clear()
            require_room(output.parent, plan)
            facts = job.make(partial, scratch)
            sidecar = _write_sidecar(plan, output)
            os.replace(partial, output)
            job.tell(100.0, "done")
            losses = find_losses(plan.words, (plan.profile.width, plan.profile.height))
            notes = (*plan.notes, *losses, *_loudness_note(plan, facts), *job.notes)
            return Result(output, facts, sidecar, notes, job.copied)
    finally:
        scratch.clear()


def _loudness_note(plan: RenderPlan, facts: Facts) -> tuple[str, ...]:
    wanted = plan.score.lufs if plan.score else None
    if wanted is None or facts.lufs is None or abs(facts.lufs - wanted) <= _LOUDNESS_TOLD_LU:
        return ()
    return (f"the sound reached {facts.lufs:.1f} LUFS instead of {wanted:g}: more would have torn it",)


def _copied_note(copied: int, frames: int) -> str:
    if copied == frames:
        return f"copied all {frames:,} frames from the footage as they are"
    return f"copied {copied:,} of {frames:,} frames from the footage as they are, and encoded the others to match"


def _ignore(percent: float, stage: str) -> None:
    return None


def _count_processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


class _Job:
    """One run of one plan."""

    def __init__(
        self,
        plan: RenderPlan,
        sources: Mapping[str, Source],
        cancel: Event,
        on_progress: Progress,
        workers: int,
    ) -> None:
        self._plan = plan
        self._sources = sources
        self._cancel = cancel
        self._abort = Event()
        self._on_progress = on_progress
        self._workers = workers
        self._lock = Lock()
        self._done = 0.0
        self._told = -1
        self._told_at = monotonic()
        self._stage = "prepare"
        self.stretches: tuple[FrameSpan, ...] = ()
        self.lufs: float | None = None
        self.copied = 0
        self.notes: tuple[str, ...] = ()
        self._prepared: Prepared | None = None

    def tell(self, percent: float, stage: str) -> None:
        with self._lock:
            now = monotonic()
            # Work that begins anew, and long work for one percent: whoever waits wants to know that it goes on.
            reached = max(int(percent), self._told)
            if reached > self._told or now - self._told_at > _SIGN_OF_LIFE_S:
                self._told, self._told_at, self._stage = reached, now, stage
                self._on_progress(max(percent, reached), stage)

    def check(self) -> None:
        """Stop when somebody wants it; else say that work goes on, however long a part of it takes."""
        if self._cancel.is_set() or self._abort.is_set():
            raise Cancelled("The export was stopped.")
        self.tell(0.0, self._stage)

    def make(self, path: Path, scratch: Scratch) -> Facts:
        """Write the file and look at it: with packets of the footage where that is possible, else encoded as a whole."""
        plan = self._plan
        if plan.has_picture and not plan.profile.container.is_animation:
            self.stretches = divide(plan, self._workers)
        with ThreadPoolExecutor(1, thread_name_prefix="sound") as sounds:
            try:
                mixed = sounds.submit(self._mix, scratch) if plan.score is not None else None
                waited = mixed.result if mixed is not None else None
                if plan.has_picture:
                    self._prepared = survey(plan, self._sources, scratch, self.check)
                    facts = self._spliced(path, waited)
                    if facts is not None:
                        return facts
                return self._encoded(path, waited)
            except BaseException:
                # The threads must not go on for a file that nobody wants.
                self._abort.set()
                raise

    def _spliced(self, path: Path, mixed: Callable[[], Mix] | None) -> Facts | None:
        """Make the file with copied packets; None when it can't be done, or is not beyond doubt."""
        splice = plan_splice(self._plan, self._sources, self.check)
        if isinstance(splice, Refusal):
            if splice.why:
                self.notes = (f"every frame was encoded anew, because {splice.why}",)
            return None
        try:
            facts = self._splice(path, splice, mixed)
        except (Doubt, av.error.InvalidDataError, av.error.ArgumentError) as doubt:
            _LOG.info("not spliced: %s", doubt.to_dict() if isinstance(doubt, MangoError) else doubt)
        except RenderError as problem:
            if problem.code != "not_as_planned":
                raise
            _LOG.info("not spliced: %s", problem.to_dict())
        else:
            self.copied = splice.copied
            told = (_copied_note(splice.copied, self._plan.frames), splice.look.coding.note)
            self.notes = tuple(note for note in told if note)
            return facts
        self._done = 0.0
        self.notes = (
            "every frame was encoded anew, because a copy of the footage's own did not pass the checks",
        )
        return None

    def _splice(self, path: Path, splice: Splice, mixed: Callable[[], Mix] | None) -> Facts:
        assert self._prepared is not None
        splicer = Splicer(
            self._plan,
            self._sources,
            splice,
            prepared=self._prepared,
            step=self._step,
            workers=self._workers,
        )
        with closing(splicer):
            with closing(Writer(path, self._plan, mixed, template=splicer.template)) as writer:
                splicer.write(writer)
                writer.write_sound(self.check)
            self.tell(_MADE_SHARE, "verify")
            spliced = Spliced(tuple(splicer.joins), splice.look.rotation)
            return verify(path, self._plan, lufs=self.lufs, spliced=spliced, check=self.check)

    def _encoded(self, path: Path, mixed: Callable[[], Mix] | None) -> Facts:
        with closing(Writer(path, self._plan, mixed)) as writer:
            self._write(writer)
            writer.write_sound(self.check)
        self.tell(_MADE_SHARE, "verify")
        joins = tuple(span.first for span in self.stretches)
        with self.composing() as compose:
            return verify(path, self._plan, joins=joins, lufs=self.lufs, compose=compose, check=self.check)

    @contextmanager
    def composing(self) -> Iterator[Callable[[int], VideoFrame] | None]:
        """Give what makes an output frame anew; None when there are no pictures."""
        if self._prepared is None:
            yield None
            return
        composer = Composer(self._plan, self._prepared, threads=0)
        try:
            yield composer.frame
        finally:
            composer.close()

    def _mix(self, scratch: Scratch) -> Mix:
        score = self._plan.score
        assert score is not None

        def check() -> None:
            self.check()
            if not self._plan.has_picture:
                self._count(_BLOCK_SHARE * self._plan.frames / max(1, score.count))

        made = mix(score, self._sources, scratch, check, kind=self._plan.profile.container)
        self.lufs = made.lufs
        return made

    def _write(self, writer: Writer) -> None:
        plan, prepared = self._plan, self._prepared
        if prepared is None:
            return
        if plan.profile.container.is_animation:
            with self.composing() as compose:
                assert compose is not None
                chosen = with_palette if plan.profile.format == "gif" else in_full_colour
                writer.write_frames(chosen(compose, plan.frames, plan.profile.fps, self._step))
            return
        with ThreadPoolExecutor(self._workers, thread_name_prefix="picture") as pool:
            try:
                for packets in self._in_order(pool, prepared):
                    writer.write_stretch(packets)
            except BaseException:
                self._abort.set()
                raise

    def _in_order(self, pool: ThreadPoolExecutor, prepared: Prepared) -> Iterator[list[Any]]:
        """Encode stretches at once, hand them on in order, and never let many wait."""
        waiting: deque[Future[list[Any]]] = deque()
        for span in self.stretches:
            waiting.append(pool.submit(self._encode, span, prepared))
            while len(waiting) > self._workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _encode(self, span: FrameSpan, prepared: Prepared) -> list[Any]:
        # With as many stretches as processors one thread each: two encoders of one thread beat one of two.
        threads = (
            max(1, _count_processors() // self._workers) if len(self.stretches) >= self._workers > 1 else 0
        )
        composer = Composer(self._plan, prepared, threads=threads)
        try:
            pictures = map(composer.frame, range(span.first, span.end))
            context = make_encoder(self._plan.profile, threads)
            return encode_stretch(span, pictures, context=context, check=self._step)
        finally:
            composer.close()

    def _step(self) -> None:
        self.check()
        self._count(1)

    def _count(self, frames: float) -> None:
        with self._lock:
            self._done += frames
            percent = min(1.0, self._done / max(1, self._plan.frames)) * (_MADE_SHARE - 1)
        self.tell(percent, "render")


_BLOCK_SHARE: Final = 48_000


def _write_sidecar(plan: RenderPlan, output: Path) -> Path | None:
    if plan.profile.captions not in constants.CAPTION_FORMATS or not plan.cues:
        return None
    path = output.with_suffix(f".{plan.profile.captions}")
    write_captions(plan.cues, path, form=plan.profile.captions)
    return path
