"""How fast a full render is, and how much memory it takes.

    PYTHONPATH=. python benchmarks/render.py [--size 1920x1080] [--fps 30] [--seconds 30] [--workers 2]

Makes footage (a textured picture in motion with a little noise, speech-like sound), then renders it with what a
polished video has: eight cuts, crossfades, a title, a ducked music bed, fades and loudness. Prints one JSON line: times
real time, seconds, processor seconds (they tell more on a busy machine), peak resident memory in MiB. Times real time above 1 is faster than the video plays.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from memory import peak_mib

from mango_skill.engine.media.probe import probe
from mango_skill.engine.render import plan as plans
from mango_skill.engine.render.players import Source
from mango_skill.engine.render.profile import choose_profile
from mango_skill.engine.render.run import run
from mango_skill.timeline import (
    AssetSource,
    Canvas,
    Clip,
    Effect,
    GeneratedSource,
    Role,
    Timeline,
    TimeRange,
    Track,
    TrackKind,
    Transition,
)

RATE = 48_000


def make_footage(path: Path, width: int, height: int, *, fps: int, seconds: int) -> None:
    """Write a moving, slightly noisy film with sound."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[0:height, 0:width]
    texture = 128 + 60 * np.sin(x / 37) + 40 * np.cos(y / 23)
    noise = rng.normal(0, 2.5, (height + 64, width + 64))
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=fps, options={"preset": "veryfast", "crf": "20"})
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        audio = container.add_stream("aac", rate=RATE, layout="stereo")
        for number in range(fps * seconds):
            across, down = rng.integers(0, 64, 2)
            luma = np.roll(texture, number * 5, axis=1) + noise[down : down + height, across : across + width]
            frame = av.VideoFrame(width, height, "yuv420p")
            planes = (luma, np.full((height // 2, width // 2), 110), np.full((height // 2, width // 2), 140))
            for plane, values in zip(frame.planes, planes, strict=True):
                rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
                rows[:, : values.shape[1]] = np.clip(values, 0, 255).astype(np.uint8)
            frame.pts = number
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        time_s = np.arange(RATE * seconds) / RATE
        speech = 0.2 * np.sin(2 * np.pi * 220 * time_s) * (np.sin(2 * np.pi * 0.3 * time_s) > 0)
        for first in range(0, len(speech), RATE):
            block = np.repeat(speech[first : first + RATE], 2).astype(np.float32).reshape(1, -1)
            piece = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="flt", layout="stereo")
            piece.sample_rate, piece.pts = RATE, first
            container.mux(audio.encode(piece))
        container.mux(audio.encode(None))


def polish(duration: int, canvas: Canvas) -> Timeline:
    """Return what "polished" means: cuts, crossfades, title, ducked bed, fades, loudness."""
    count = 9
    kept = duration // count - 250
    film = AssetSource("film")
    clips = tuple(
        Clip(
            f"c{index}",
            "film",
            TimeRange(index * kept, kept),
            film,
            TimeRange(index * (kept + 250) + 100, kept),
            transition=Transition("crossfade", 400) if index else None,
        )
        for index in range(count)
    )
    end = count * kept
    bed = Clip(
        "bed",
        "bed",
        TimeRange(0, end),
        GeneratedSource("music", {"mood": "upbeat"}),
        TimeRange(0, end),
        volume=18,
    )
    title = Clip("title", "title", TimeRange(300, 3000), text="A polished video", style={"animation": "fade"})
    return Timeline(
        canvas,
        (
            Track("v", TrackKind.VIDEO, Role.MAIN, clips=clips),
            Track("m", TrackKind.AUDIO, Role.MUSIC, clips=(bed,), effects=(Effect("duck", {"db": -10}),)),
            Track("t", TrackKind.TEXT, Role.TITLE, clips=(title,)),
        ),
        (
            Effect("loudness", {"lufs": -14}),
            Effect("fade_in", {"duration": 500}),
            Effect("fade_out", {"duration": 700}),
        ),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--fps", type=int, default=30)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--footage", type=Path, help="use this file instead of making one")
    options = parser.parse_args()
    width, height = (int(side) for side in options.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        film = options.footage or Path(folder) / "film.mp4"
        if options.footage is None:
            make_footage(film, width, height, fps=options.fps, seconds=options.seconds)
        made_mb = round(peak_mib())
        info = probe(film)
        canvas = Canvas(width, height, info.fps or Fraction(options.fps))
        timeline = polish(info.duration_ms, canvas)
        plan = plans.compile(timeline, {"film": info}, choose_profile({}, canvas))
        start, worked = time.perf_counter(), time.process_time()
        run(plan, {"film": Source(film, info)}, Path(folder) / "out.mp4", workers=options.workers)
        took, worked = time.perf_counter() - start, time.process_time() - worked
    report = {
        "size": options.size,
        "frames": plan.frames,
        "seconds": round(took, 2),
        "cpu_seconds": round(worked, 2),
        "times_real_time": round(float(plan.duration) / took, 2),
        "peak_mib": round(peak_mib()),
        "peak_before_mib": made_mb,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
