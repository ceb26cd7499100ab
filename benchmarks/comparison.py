"""Rounds of paired runs, and the table of what they gave."""

from __future__ import annotations

import argparse
import fcntl
import json
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import machine
import oracle
from edits import FPS, TITLE, Kept, count_frames, keep_ranges
from footage import loop_film, make_bed, make_film, make_title
from sides import GRAPH, INPUTS, Bench, Made, render_ffmpeg, render_moviepy, render_ours

Say = Callable[[str], None]
LONG_S, QUICK_TIMES = 1200, 10
QUICK_S = 20
MOVIEPY_S = 20


@dataclass
class Run:
    """Everything that was measured, by job and side."""

    made: dict[tuple[str, str], list[Made]] = field(default_factory=dict)
    found: dict[tuple[str, str], oracle.Findings] = field(default_factory=dict)
    likeness: dict[tuple[str, str], float] = field(default_factory=dict)
    ways: dict[str, dict[str, float]] = field(default_factory=dict)

    def note(self, job: str, side: str, made: Made, say: Say) -> None:
        self.made.setdefault((job, side), []).append(made)
        took = made.took
        say(
            f"  {job:8} {side:8} {took.wall_s:7.2f} s, {took.cpu_s:7.2f} s processor, {took.pss_mib:6.0f} MiB, "
            f"{made.path.stat().st_size / 1e6:6.1f} MB {copied(made.report) or ''}"
        )

    def ratio(self, job: str, side: str, peer: str, peer_job: str = "") -> float:
        """The median of the paired rounds' peer time through ours."""
        ours, theirs = self.made.get((job, side), []), self.made.get((peer_job or job, peer), [])
        pairs = [two.took.wall_s / one.took.wall_s for one, two in zip(ours, theirs, strict=False)]
        return statistics.median(pairs) if pairs else 0.0

    def rounds(self, job: str, side: str) -> int:
        return len(self.made.get((job, side), []))


class Comparison:
    """One call of the command."""

    def __init__(self, options: argparse.Namespace, say: Say, folder: Path) -> None:
        self.options, self.say, self.folder = options, say, folder
        self.seconds = options.seconds or (QUICK_S if options.quick else 120)
        self.rounds = options.rounds or (1 if options.quick else 3)
        asked = "import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())"
        self.ffmpeg = subprocess.run(
            [options.peers, "-c", asked], check=True, capture_output=True, text=True
        ).stdout.strip()
        self.bench = self._bench(self.seconds)
        self.began = time.monotonic()
        self.cut = keep_ranges(self.seconds)
        self.polish = keep_ranges(self.seconds, dissolves=True)
        self.run = Run()

    def _bench(self, seconds: int) -> Bench:
        cache: Path = self.options.cache
        cache.mkdir(parents=True, exist_ok=True)
        film, bed, title = cache / f"film-{seconds}s.mp4", cache / f"bed-{seconds}s.wav", cache / "title.png"
        if not film.exists():
            self.say(f"Making {seconds} s of film ({film}); this is done once.")
            make_film(film, seconds=seconds)
        if not bed.exists():
            make_bed(bed, seconds=seconds)
        if not title.exists():
            make_title(title, TITLE)
        return Bench(film, bed, title, self.folder, self.ffmpeg, self.options.peers, 1920, 1080)

    def wants(self, job: str, side: str) -> bool:
        return job in self.options.jobs and side in self.options.sides

    def elapsed(self) -> float:
        return time.monotonic() - self.began

    def measure(self) -> None:
        """Run rounds while they fit into the limit, then what is run once."""
        took: dict[str, float] = {}
        for number in range(self.rounds):
            self.say(f"Round {number + 1} of {self.rounds}, after {self.elapsed():.0f} s")
            for name, steps in self._groups().items():
                if self._left(took) < took.get(name, 0.0):
                    self.say(f"  another {name} would not end within {self.options.limit:g} minutes")
                    continue
                began = self.elapsed()
                # Turned around every time: what warms up or slows down meets all sides.
                for step in steps if number % 2 == 0 else reversed(steps):
                    step()
                took[name] = self.elapsed() - began
        if "moviepy" in self.options.jobs:
            self._moviepy()
        if "memory" in self.options.jobs and "ours" in self.options.sides:
            self._memory()

    def _left(self, took: dict[str, float]) -> float:
        """Seconds for another round, when those that come after the rounds take as long as they usually do."""
        after = (
            0.25 * ("moviepy" in self.options.jobs) + 0.65 * ("memory" in self.options.jobs) + 0.45
        ) * sum(took.values())
        return float(self.options.limit * 60 - self.elapsed() - after)

    def _groups(self) -> dict[str, list[Callable[[], None]]]:
        """Runs that are compared with each other, one after the other."""
        cut: list[Callable[[], None]] = []
        if {"cut", "full"} & {*self.options.jobs}:
            cut.append(self._cut_peer)
            if self.wants("cut", "ours"):
                cut.append(lambda: self._ours("cut", self.cut))
            if self.wants("full", "ours"):
                # the same encoder settings as the peers', so that size and likeness can be compared
                cut.append(lambda: self._ours("full", self.cut, quality="high", crf=20))
        polish: list[Callable[[], None]] = []
        if "polish" in self.options.jobs:
            polish.append(self._polish_peer)
            if self.wants("polish", "ours"):
                polish.append(lambda: self._ours("polish", self.polish, polished=True))
        return {name: steps for name, steps in (("cut", cut), ("polish", polish)) if steps}

    def _ours(self, job: str, kept: list[Kept], *, polished: bool = False, **output: object) -> None:
        output = {"quality": "source", **output}
        self.run.note(
            job, "ours", render_ours(self.bench, f"{job}-ours", kept, polished=polished, **output), self.say
        )

    def _cut_peer(self) -> None:
        self._peer("cut", self.cut, polished=False)

    def _polish_peer(self) -> None:
        self._peer("polish", self.polish, polished=True)

    def _peer(self, job: str, kept: list[Kept], *, polished: bool) -> None:
        if "ffmpeg" not in self.options.sides:
            return
        way = self._faster_way(job, polished=polished)
        made = render_ffmpeg(self.bench, f"{job}-ffmpeg", kept, way=way, polished=polished)
        self.run.note(job, "ffmpeg", made, self.say)

    def _faster_way(self, job: str, *, polished: bool) -> str:
        """Try both commands on a short film; what is slower there is slower on a long one."""
        if job not in self.run.ways:
            bench = self._bench(QUICK_S)
            kept = keep_ranges(QUICK_S, dissolves=polished)
            found = {}
            for way in (GRAPH, INPUTS):
                took = render_ffmpeg(bench, "way", kept, way=way, polished=polished).took
                found[way] = took.wall_s
                self.say(f"  ffmpeg, {way}, {QUICK_S} s of film: {took.wall_s:.2f} s, {took.pss_mib:.0f} MiB")
            self.run.ways[job] = found
        ways = self.run.ways[job]
        return min(ways, key=lambda way: ways[way])

    def _moviepy(self) -> None:
        """On a short film, once: it is some twenty times slower."""
        bench, kept = self._bench(MOVIEPY_S), keep_ranges(MOVIEPY_S, dissolves=True)
        if "ours" in self.options.sides:
            made = render_ours(bench, "moviepy-ours", kept, polished=True, quality="source")
            self.run.note("moviepy", "ours", made, self.say)
        if "moviepy" in self.options.sides:
            self.run.note("moviepy", "moviepy", render_moviepy(bench, "moviepy-moviepy", kept), self.say)

    def _memory(self) -> None:
        """Twenty minutes of film: the cut as ever; in full as many ranges as before, spread over all of it."""
        cache: Path = self.options.cache
        times = QUICK_TIMES if self.options.quick else max(2, LONG_S // self.seconds)
        film = cache / f"film-{self.seconds}s-{times}x.mp4"
        if not film.exists():
            loop_film(self.bench.film, film, times=times)
        bench = Bench(**{**self.bench.__dict__, "film": film})
        length = self.seconds * times
        cut = keep_ranges(length)
        self.run.note("memory", "smart", render_ours(bench, "long-smart", cut, quality="source"), self.say)
        spread = keep_ranges(length, a_minute=9 / times)
        made = render_ours(bench, "long-full", spread, quality="high", crf=20)
        self.run.note("memory", "full", made, self.say)

    def examine(self) -> None:
        """Check the last result of every side."""
        films: dict[int, tuple[oracle.Decoded, object]] = {}
        for (job, side), results in self.run.made.items():
            if job == "memory":
                continue
            seconds = MOVIEPY_S if job == "moviepy" else self.seconds
            film = self._bench(seconds).film
            if seconds not in films:
                films[seconds] = (oracle.decode(self.ffmpeg, film), oracle.decode_sound(self.ffmpeg, film))
            kept = keep_ranges(seconds, dissolves=job in ("polish", "moviepy"))
            decoded, sound = films[seconds]
            found = oracle.examine(self.ffmpeg, results[-1].path, kept, film=decoded, film_sound=sound)
            self.run.found[job, side] = found
            self.say(f"  {job} {side}: {found}")
            if job == "full" or (job == "cut" and side == "ffmpeg" and "full" in self.options.jobs):
                self.run.likeness[job, side] = oracle.measure_ssim(self.ffmpeg, results[-1].path, film, kept)


def copied(report: object) -> str:
    """Return what our worker said about copied frames, as it said it."""
    found = re.search(r"copied [\d,]+ of [\d,]+ frames", json.dumps(report))
    return found[0] if found else ""


def table(comparison: Comparison) -> str:
    """Return the table as Markdown."""
    run, lines = comparison.run, []
    lines += ["| job | side | rounds | wall (s, median) | processor (s) | peak PSS (MiB) | file (MB) |"]
    lines += ["|---|---|---|---|---|---|---|"]
    for (job, side), results in run.made.items():
        took = [one.took for one in results]
        size = results[-1].path.stat().st_size / 1e6
        lines.append(
            f"| {job} | {side} | {len(took)} | {statistics.median(one.wall_s for one in took):.2f} "
            f"| {statistics.median(one.cpu_s for one in took):.1f} | {max(one.pss_mib for one in took):.0f} "
            f"| {size:.1f} |"
        )
    lines += ["", "| what | goal | found |", "|---|---|---|", *_goals(run)]
    for job, ways in run.ways.items():
        told = ", ".join(f"{way} {took:.2f} s" for way, took in ways.items())
        lines += [
            "",
            f"ffmpeg's commands for {job} on {QUICK_S} s of film: {told}; the faster one was compared.",
        ]
    lines += ["", "| job | side | frames | in place | bit-identical | told | sound lag (samples) |"]
    lines += ["|---|---|---|---|---|---|---|"]
    for (job, side), found in run.found.items():
        told = copied(run.made[job, side][-1].report) or "-"
        place = "all" if found.in_place else f"{found.wrong} wrong"
        lines.append(
            f"| {job} | {side} | {found.frames} of {found.wanted} | {place} | {found.identical} | {told} | {found.lag} |"
        )
    return "\n".join(lines)


def _goals(run: Run) -> Iterator[str]:
    if ratio := run.ratio("cut", "ours", "ffmpeg"):
        yield f"| cut against ffmpeg | 6 times as fast, aim 8 | {ratio:.2f} |"
    if ratio := run.ratio("polish", "ours", "ffmpeg"):
        theirs = max(one.took.pss_mib for one in run.made["polish", "ffmpeg"])
        ours = max(one.took.pss_mib for one in run.made["polish", "ours"])
        yield f"| polish against ffmpeg | 5 times as fast, aim 7 | {ratio:.2f} |"
        yield f"| polish's memory, through ffmpeg's | 1/15 | 1/{theirs / ours:.1f} |"
    if ratio := run.ratio("moviepy", "ours", "moviepy"):
        yield f"| polish against moviepy ({MOVIEPY_S} s of film) | 20 times as fast | {ratio:.1f} |"
    if ratio := run.ratio("full", "ours", "ffmpeg", "cut"):
        yield f"| full re-encode of the cut against ffmpeg | 1.2 times as fast | {ratio:.2f} |"
    if ("full", "ours") in run.likeness and ("cut", "ffmpeg") in run.likeness:
        ours, theirs = run.found["full", "ours"].video_bytes, run.found["cut", "ffmpeg"].video_bytes
        like, other = run.likeness["full", "ours"], run.likeness["cut", "ffmpeg"]
        yield f"| its pictures' bytes against ffmpeg's | within 2 % | {100 * (ours / theirs - 1):+.2f} % |"
        yield f"| its SSIM against ffmpeg's | within 0.001 | {like:.5f} and {other:.5f} ({like - other:+.5f}) |"
    smart = [*run.made.get(("cut", "ours"), []), *run.made.get(("polish", "ours"), [])]
    for name, results, most in (
        ("smart, as long as the film", smart, 400),
        ("smart, twenty minutes of film", run.made.get(("memory", "smart"), []), 400),
        ("full, as long as the film", run.made.get(("full", "ours"), []), 650),
        ("full, twenty minutes of film", run.made.get(("memory", "full"), []), 650),
    ):
        if results:
            peak = max(one.took.pss_mib for one in results)
            yield f"| peak memory, {name} | {most} MiB | {peak:.0f} MiB |"


def run(options: argparse.Namespace, say: Say) -> int:
    """Measure, check, print, write; 1 when a result of ours has a frame or a sample out of place."""
    with locked(options.cache, say), tempfile.TemporaryDirectory(prefix="mango-benchmark-") as folder:
        comparison = Comparison(options, say, Path(folder))
        facts = machine.describe(comparison.ffmpeg)
        comparison.measure()
        comparison.examine()
        head = [f"{comparison.seconds} s of 1080p{FPS} film, {len(comparison.cut)} kept ranges,"]
        head += [f"{count_frames(comparison.cut)} frames after the cut.", ""]
        text = "\n".join([*(f"- {fact}" for fact in facts), "", *head, table(comparison), ""])
        print(text)
        target = options.out or (None if options.quick else Path(__file__).parent / "results" / "renderer.md")
        if target:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(f"# The renderer, measured\n\n{text}", encoding="utf-8")
            say(f"Written to {target} after {comparison.elapsed():.0f} s.")
        ours = [found for (_, side), found in comparison.run.found.items() if side == "ours"]
    return int(not all(found.in_place and found.lag == 0 for found in ours))


@contextmanager
def locked(cache: Path, say: Say) -> Iterator[None]:
    """Two measurements at once would measure each other."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Another measurement runs; waiting for it.")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield
