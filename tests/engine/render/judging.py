"""Films of several codecs, and what the ffmpeg program sees in them: none of our code reads what is compared."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np

from mango_skill.timeline import Timeline
from tests.engine.render.footage import Cut, Room, clip, draw_number, read_number

WIDTH, HEIGHT, FPS, SECONDS = 320, 180, 25, 10
CANVAS: dict[str, Any] = {"width": WIDTH, "height": HEIGHT}
# Edges in the middle of groups of pictures, some a frame or two behind one.
KEPT = ((480, 1960), (2520, 4160), (4440, 5560), (6080, 9240))


def ffmpeg(*words: str | Path) -> bytes:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y", *map(str, words)]
    return subprocess.run(command, check=True, capture_output=True, timeout=120).stdout


@dataclass(frozen=True)
class Seen:
    """What the ffmpeg program decodes: pictures' digests and numbers, and the instants at which they are shown."""

    digests: list[str]
    numbers: list[int]
    instants: list[float]


def look(path: Path, *, turned: bool = False) -> Seen:
    """Decode all pictures, as they are stored and as a player shows them."""
    lines = ffmpeg(
        "-noautorotate", "-i", path, "-map", "0:v", "-fps_mode", "passthrough", "-f", "framemd5", "-"
    )
    rows = [line.split(",") for line in lines.decode().splitlines() if line and not line.startswith("#")]
    base = next(line for line in lines.decode().splitlines() if line.startswith("#tb 0:")).split(":")[1]
    width, height = (HEIGHT, WIDTH) if turned else (WIDTH, HEIGHT)
    raw = ffmpeg(
        "-i", path, "-map", "0:v", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"
    )
    pictures = np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)
    return Seen(
        [row[5].strip() for row in rows],
        [read_number(picture) for picture in pictures],
        [float(int(row[2]) * Fraction(base.strip())) for row in rows],
    )


def make_film(path: Path, *, size: tuple[int, int] = (WIDTH, HEIGHT), **options: str | int) -> Path:
    """Encode numbered pictures with grain, and noise that is different at every sample."""
    dice = np.random.default_rng(5)
    pictures = []
    for number in range(FPS * SECONDS):
        grain = dice.normal(0, 6, (size[1], size[0], 1))
        pictures.append(np.clip(draw_number(number, *size) + grain, 0, 255).astype(np.uint8).tobytes())
    raw, sound = path.with_suffix(".rgb"), path.with_suffix(".f32")
    raw.write_bytes(b"".join(pictures))
    sound.write_bytes((0.2 * dice.standard_normal(48_000 * SECONDS)).astype("<f4").tobytes())
    chosen: dict[str, str | int] = {
        "c:v": "libx264",
        "preset": "fast",
        "crf": 20,
        "pix_fmt": "yuv420p",
        **options,
    }
    words = [word for name, value in chosen.items() for word in (f"-{name}", str(value))]
    grid = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-r", FPS]
    ffmpeg(*map(str, grid), "-i", raw, "-f", "f32le", "-ar", "48000", "-ac", "1", "-i", sound, *words, path)
    raw.unlink()
    return path


def render(room: Room, video: Timeline, **output: Any) -> Cut:
    """Render as whoever says "export" does; the room itself asks for a rate factor."""
    return room.render(video, **{"crf": None, **output})


def cut(asset: str = "film", kept: tuple[tuple[int, int], ...] = KEPT) -> list[Any]:
    at, clips = 0, []
    for start, end in kept:
        clips.append(clip(asset, at, end - start, start))
        at += end - start
    return clips


def expected(kept: tuple[tuple[int, int], ...] = KEPT) -> list[int]:
    return [number for start, end in kept for number in range(start * FPS // 1000, end * FPS // 1000)]


def copied(made: Cut) -> int:
    return int(made.result.to_dict().get("copied", 0))


def assert_spliced(made: Cut, film: Path, wanted: list[int], *, least: float, turned: bool = False) -> None:
    """Every frame in its place on the grid, and as many as are told bit by bit the film's."""
    found, source = look(made.path, turned=turned), look(film, turned=turned)
    assert found.numbers == wanted
    assert np.allclose(found.instants, np.arange(len(wanted)) / FPS, atol=0.0011)
    same = sum(digest == source.digests[wanted[place]] for place, digest in enumerate(found.digests))
    assert same >= copied(made) >= least * len(wanted)
