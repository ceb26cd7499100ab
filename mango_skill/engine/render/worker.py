"""The render process: ``python -m mango_skill.engine.render.worker JOBFILE``.

The job file is JSON: ``draft``, ``assets`` ({id: {"path", and the facts of ``MediaInfo``}}), ``output`` ({"path",
"format", "width", "height", "fps", "quality", "crf", "captions"; for a still "at"; for other editors "name" and
"footage": {id: path}}), and optionally ``limits`` ({"memory_mb",
"cpu_s", "wall_s"}). On standard output it writes lines of JSON: ``{"progress", "stage"}`` while it works, then one of
``{"done": {...}}`` and ``{"error": {"code", "message", "hint"}}``. SIGTERM stops it; so does the death of the process
that started it. Nothing half-written is left behind.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from mango_skill.engine import children
from mango_skill.errors import ArgumentError, MangoError, RenderError

if TYPE_CHECKING:
    from mango_skill.engine.media.info import MediaInfo
    from mango_skill.engine.render.plan import RenderPlan
    from mango_skill.engine.render.players import Source
    from mango_skill.timeline import Timeline

EXIT_DONE: Final = 0
EXIT_FAILED: Final = 1
EXIT_CANCELLED: Final = 3

_WATCH_S: Final = 0.5
_GRACE_S: Final = 3.0
_LIMITS: Final = {"memory_mb": 6144, "cpu_s": 4 * 3600, "wall_s": 4 * 3600}


def main(arguments: list[str] | None = None) -> int:
    """Carry a job out and return the exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    if len(words) != 1:
        print("usage: python -m mango_skill.engine.render.worker JOBFILE", file=sys.stderr)
        return 2
    cancel = threading.Event()
    _stop_on_signals(cancel)
    try:
        job = _read_job(Path(words[0]))
        limits = {**_LIMITS, **(job.get("limits") or {})}
        _limit_resources(limits)
        over = _watch(cancel, float(limits["wall_s"]))
        try:
            done = render(job, cancel, _say)
        except RenderError as problem:
            if problem.code == "cancelled" and over.is_set():
                raise RenderError(
                    "The export took longer than is allowed.",
                    code="too_slow",
                    hint="Export a shorter video or a smaller size.",
                ) from problem
            raise
    except MangoError as problem:
        _say({"error": problem.to_dict()})
        return EXIT_CANCELLED if problem.code == "cancelled" else EXIT_FAILED
    except ImportError as problem:
        _say({"error": children.packages_missing(problem).to_dict()})
        return EXIT_FAILED
    except MemoryError:
        hint = "Export at a smaller size, or close other programs."
        _say({"error": RenderError("There is not enough memory.", code="out_of_memory", hint=hint).to_dict()})
        return EXIT_FAILED
    _say({"done": done})
    return EXIT_DONE


def render(job: Mapping[str, Any], cancel: threading.Event, say: Any) -> dict[str, Any]:
    """Carry out a job that was read already.

    Raises:
        MangoError: See ``run.run`` and ``plan.compile``.
    """
    from mango_skill.engine.media.info import MediaInfo
    from mango_skill.engine.render import plan as plans
    from mango_skill.engine.render.players import Source
    from mango_skill.engine.render.profile import choose_profile
    from mango_skill.engine.render.run import run
    from mango_skill.engine.render.sidecar import write_captions
    from mango_skill.protocol import constants
    from mango_skill.protocol.draft import decode

    timeline = decode(job["draft"])
    form = str(job["output"].get("format"))
    if form in constants.CAPTION_FORMATS:
        size = write_captions(plans.compile_cues(timeline), Path(job["output"]["path"]), form=form)
        return {"size": size, "duration": timeline.duration}
    sources = {
        name: Source(Path(facts["path"]), MediaInfo.from_dict(facts)) for name, facts in job["assets"].items()
    }
    media = {name: source.info for name, source in sources.items()}
    profile = choose_profile(job["output"], plans.choose_canvas(timeline, media))
    plan = plans.compile(timeline, media, profile)
    if form in constants.STILL_FORMATS:
        return _render_still(plan, sources, job, cancel)
    if form in constants.PROJECT_FORMATS:
        return _write_project(timeline, plan, job, media)

    def on_progress(percent: float, stage: str) -> None:
        say({"progress": round(percent), "stage": stage})

    on_progress(0, "prepare")
    result = run(plan, sources, Path(job["output"]["path"]), cancel=cancel, on_progress=on_progress)
    return result.to_dict()


def _render_still(
    plan: RenderPlan, sources: Mapping[str, Source], job: Mapping[str, Any], cancel: threading.Event
) -> dict[str, Any]:
    from mango_skill.engine.render.disk import clear_disk_errors
    from mango_skill.engine.render.run import Cancelled
    from mango_skill.engine.render.stills import save_still

    def check() -> None:
        if cancel.is_set():
            raise Cancelled("The export was stopped.")

    asked = job["output"]
    with clear_disk_errors():
        return save_still(
            plan, sources, Path(asked["path"]), at_ms=asked.get("at"), form=asked["format"], check=check
        )


def _write_project(
    timeline: Timeline, plan: RenderPlan, job: Mapping[str, Any], media: Mapping[str, MediaInfo]
) -> dict[str, Any]:
    from mango_skill.engine.render.cutlist import list_cuts
    from mango_skill.engine.render.disk import clear_disk_errors
    from mango_skill.engine.render.interchange import write_project
    from mango_skill.engine.render.plan import compile_cues
    from mango_skill.engine.render.sidecar import write_captions

    asked = job["output"]
    names = {asset: str(facts.get("name") or "") for asset, facts in job["assets"].items()}
    cuts = list_cuts(timeline, plan, media, names)
    places = {str(asset): str(place) for asset, place in (asked.get("footage") or {}).items()}
    name = str(asked.get("name") or "Mango")
    with clear_disk_errors():
        path = Path(asked["path"])
        size = write_project(cuts, path, form=asked["format"], name=name, places=places)
        done = {"size": size, "duration": timeline.duration, "notes": list(cuts.notes)}
        if cues := compile_cues(timeline):
            # every editor reads them as captions; markers alone would have to be typed again
            write_captions(cues, path.with_suffix(".srt"), form="srt")
            done["sidecars"] = [path.with_suffix(".srt").name]
    return done


def _read_job(path: Path) -> dict[str, Any]:
    try:
        job = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise ArgumentError(
            "The render job can't be read.", code="bad_job", hint="Start the export again."
        ) from problem
    if not isinstance(job, dict) or not all(
        isinstance(job.get(key), dict) for key in ("draft", "assets", "output")
    ):
        raise ArgumentError("The render job is incomplete.", code="bad_job", hint="Start the export again.")
    if not job["output"].get("path"):
        raise ArgumentError("The render job names no output.", code="bad_job", hint="Start the export again.")
    return job


def _say(line: Mapping[str, Any]) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)


def _stop_on_signals(cancel: threading.Event) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        cancel.set()

    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)


def _watch(cancel: threading.Event, wall_s: float) -> threading.Event:
    """Stop when the process that started this one is gone, or when it takes too long."""
    parent, over = os.getppid(), threading.Event()

    def look() -> None:
        waited = 0.0
        while not cancel.wait(_WATCH_S):
            waited += _WATCH_S
            if os.getppid() != parent:
                cancel.set()
            elif waited > wall_s:
                over.set()
                cancel.set()
        threading.Event().wait(_GRACE_S)
        if os.getppid() != parent:
            # nobody is left who would end it; what it leaves, the next engine removes
            os._exit(EXIT_CANCELLED)

    threading.Thread(target=look, name="watch", daemon=True).start()
    return over


def _limit_resources(limits: Mapping[str, Any]) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the wall time holds there too
        return
    memory = int(limits["memory_mb"]) * 1024 * 1024
    for kind, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, int(limits["cpu_s"]))):
        _, hard = resource.getrlimit(kind)
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (allowed, hard))


if __name__ == "__main__":
    raise SystemExit(main())
