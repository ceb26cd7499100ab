"""Who makes the video: our render worker, the ffmpeg program with two commands each, and moviepy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from edits import BED_PERCENT, DISSOLVE_FRAMES, FPS, TITLE_MS, Kept, make_timeline
from memory import Watched, watch

from mango_skill.engine import children
from mango_skill.engine.media.probe import probe
from mango_skill.protocol.draft import encode
from mango_skill.timeline import Canvas

X264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p"]
AAC = ["-c:a", "aac", "-b:a", "160k", "-ar", "48000", "-movflags", "+faststart"]
GRAPH, INPUTS = "one graph", "input per range"


@dataclass(frozen=True)
class Bench:
    """What all sides work with.

    Attributes:
        film: The source.
        bed: Its music as a file, for the peers.
        title: Its title as a picture, for the peers.
        folder: Where results go.
        ffmpeg: The program of ``imageio-ffmpeg``.
        peers: The interpreter that has moviepy.
        width: Of the film.
        height: Of the film.
    """

    film: Path
    bed: Path
    title: Path
    folder: Path
    ffmpeg: str
    peers: str
    width: int
    height: int


@dataclass(frozen=True)
class Made:
    """A result and what it took; ``report`` is what our worker said at its end."""

    path: Path
    took: Watched
    report: dict[str, object]


def render_ours(
    bench: Bench, name: str, kept: list[Kept], *, polished: bool = False, **output: object
) -> Made:
    """Render as the engine does: a worker process with a job file. Probing was done when the film came."""
    target, job = bench.folder / f"{name}.mp4", bench.folder / f"{name}.json"
    timeline = make_timeline(
        kept, Canvas(bench.width, bench.height, probe(bench.film).fps), polished=polished
    )
    facts = {**probe(bench.film).to_dict(), "name": "film.mp4", "path": str(bench.film)}
    order = {
        "draft": encode(timeline),
        "assets": {"film": facts},
        "output": {"path": str(target), "format": "mp4", **output},
    }
    job.write_text(json.dumps(order), encoding="utf-8")
    took = watch(children.command("mango_skill.engine.render.worker", str(job)), env=children.environment())
    report = json.loads(took.output.splitlines()[-1])["done"]
    return Made(target, took, report)


def render_ffmpeg(bench: Bench, name: str, kept: list[Kept], *, way: str, polished: bool = False) -> Made:
    """Render with the ffmpeg program, its own threads, x264 veryfast at 20 and AAC at 160 kbit/s."""
    target = bench.folder / f"{name}.mp4"
    command = [bench.ffmpeg, "-v", "error", "-y", "-nostdin"]
    if way == GRAPH:
        command += ["-i", str(bench.film)]
        chains = _trim(kept) if polished else _select(kept)
    else:
        for first, end in _with_handles(kept):
            command += ["-ss", _s(first), "-t", _s(end - first), "-i", str(bench.film)]
        chains = []
    places = 1 if way == GRAPH else len(kept)
    if polished:
        command += ["-i", str(bench.title), "-i", str(bench.bed)]
        inputs = [f"p{place}" if way == GRAPH else f"{place}:v" for place in range(len(kept))]
        sounds = [f"s{place}" if way == GRAPH else f"{place}:a" for place in range(len(kept))]
        chains += [*_dissolve(kept, inputs, sounds), *_decorate(places)]
    elif way == INPUTS:
        pairs = "".join(f"[{place}:v][{place}:a]" for place in range(len(kept)))
        chains.append(f"{pairs}concat=n={len(kept)}:v=1:a=1[v][a]")
    command += ["-filter_complex", ";".join(chains), "-map", "[v]", "-map", "[a]", *X264, *AAC]
    # Two to the same rate must not drop or repeat a frame.
    return Made(target, watch([*command, "-fps_mode", "cfr", "-r", str(FPS), str(target)]), {})


def _s(frames: int) -> str:
    return f"{frames / FPS:.6f}"


def _with_handles(kept: list[Kept]) -> list[tuple[int, int]]:
    """Ranges of the film with what a dissolve borrows on either side."""
    half = DISSOLVE_FRAMES // 2
    following = [*(one.dissolved for one in kept[1:]), False]
    return [
        (one.start - half * one.dissolved, one.end + half * leaving)
        for one, leaving in zip(kept, following, strict=True)
    ]


def _select(kept: list[Kept]) -> list[str]:
    # select for pictures; sound by samples, or it would be cut at whole frames of 21 ms
    chosen = "+".join(f"between(n,{one.start},{one.end - 1})" for one in kept)
    return [f"[0:v]select='{chosen}',setpts=N/{FPS}/TB[v]", *_trim_sound(kept, "t"), _concat_sound(len(kept))]


def _concat_sound(count: int) -> str:
    return "".join(f"[t{place}]" for place in range(count)) + f"concat=n={count}:v=0:a=1[a]"


def _trim_sound(kept: list[Kept], name: str) -> list[str]:
    chains = [f"[0:a]asplit={len(kept)}" + "".join(f"[w{place}]" for place in range(len(kept)))]
    for place, (first, end) in enumerate(_with_handles(kept)):
        chains.append(f"[w{place}]atrim=start={_s(first)}:end={_s(end)},asetpts=PTS-STARTPTS[{name}{place}]")
    return chains


def _trim(kept: list[Kept]) -> list[str]:
    chains = [f"[0:v]split={len(kept)}" + "".join(f"[u{place}]" for place in range(len(kept)))]
    for place, (first, end) in enumerate(_with_handles(kept)):
        chains.append(f"[u{place}]trim=start_frame={first}:end_frame={end},setpts=PTS-STARTPTS[p{place}]")
    return [*chains, *_trim_sound(kept, "s")]


def _dissolve(kept: list[Kept], pictures: list[str], sounds: list[str]) -> list[str]:
    """Join ranges: dissolved into groups one after the other, the groups joined at hard cuts."""
    chains, groups = [], []
    length = 0
    picture = sound = ""
    for place, (first, end) in enumerate(_with_handles(kept)):
        if not kept[place].dissolved:
            if picture:
                groups.append((picture, sound))
            picture, sound, length = pictures[place], sounds[place], end - first
            continue
        offset = length - DISSOLVE_FRAMES
        chains.append(
            f"[{picture}][{pictures[place]}]xfade=transition=fade:duration={_s(DISSOLVE_FRAMES)}"
            f":offset={_s(offset)}[x{place}]"
        )
        chains.append(f"[{sound}][{sounds[place]}]acrossfade=d={_s(DISSOLVE_FRAMES)}[y{place}]")
        picture, sound = f"x{place}", f"y{place}"
        length += end - first - DISSOLVE_FRAMES
    groups.append((picture, sound))
    pairs = "".join(f"[{one}][{other}]" for one, other in groups)
    return [*chains, f"{pairs}concat=n={len(groups)}:v=1:a=1[joined][speech]"]


def _decorate(places: int) -> list[str]:
    first, last = (time / 1000 for time in TITLE_MS)
    return [
        f"[joined][{places}:v]overlay=(W-w)/2:800:enable='between(t,{first},{last})'[v]",
        f"[{places + 1}:a]volume={BED_PERCENT / 100}[bed]",
        "[speech][bed]amix=inputs=2:duration=first:normalize=0[a]",
    ]


def render_moviepy(bench: Bench, name: str, kept: list[Kept]) -> Made:
    """Render the polished video with moviepy, encoder settings as ffmpeg's."""
    target, order = bench.folder / f"{name}.mp4", bench.folder / f"{name}.json"
    order.write_text(
        json.dumps(
            {
                "film": str(bench.film),
                "bed": str(bench.bed),
                "title": str(bench.title),
                "output": str(target),
                "fps": FPS,
                "kept": [[one.start / FPS, one.end / FPS, one.dissolved] for one in kept],
                "dissolve_s": DISSOLVE_FRAMES / FPS,
                "title_s": [time / 1000 for time in TITLE_MS],
                "bed_gain": BED_PERCENT / 100,
            }
        ),
        encoding="utf-8",
    )
    script = Path(__file__).with_name("moviepy_polish.py")
    return Made(target, watch([bench.peers, str(script), str(order)]), {})
