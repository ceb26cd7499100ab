"""Whether a result is right: decoded by the ffmpeg program, compared with the film. None of our code reads it."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from edits import FPS, Kept, expect
from footage import CELL_HEIGHT, CELL_WIDTH, CELLS, RATE
from numpy.typing import NDArray

_REACH = 2400
_WINDOW = RATE


@dataclass(frozen=True)
class Decoded:
    """A file's pictures: the number each carries, its decoded bytes' digest, and whether they come on the grid."""

    numbers: list[int]
    digests: list[str]
    on_grid: bool


@dataclass(frozen=True)
class Findings:
    """What was found in a result.

    Attributes:
        frames: How many it has.
        wanted: How many it must have.
        wrong: Frames that show another frame of the film than they must; those in dissolves are not judged.
        identical: Frames whose decoded bytes are the film's.
        lag: Samples by which sound is late, the worst range; None when it can't be told.
        video_bytes: Of the encoded pictures alone.
    """

    frames: int
    wanted: int
    wrong: int
    identical: int
    lag: int | None
    video_bytes: int

    @property
    def in_place(self) -> bool:
        return self.wrong == 0 and self.frames == self.wanted


def decode(ffmpeg: str, path: Path) -> Decoded:
    """Decode all pictures once."""
    strip = path.with_suffix(".gray")
    command = [ffmpeg, "-v", "error", "-y", "-nostdin", "-i", str(path)]
    command += ["-map", "0:v", "-fps_mode", "passthrough", "-f", "framemd5", "-"]
    command += ["-map", "0:v", "-fps_mode", "passthrough"]
    command += ["-vf", f"crop={CELLS * CELL_WIDTH}:{CELL_HEIGHT}:0:0,scale={CELLS}:1:flags=area"]
    command += ["-pix_fmt", "gray", "-f", "rawvideo", str(strip)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    base = re.search(r"#tb 0: (\d+)/(\d+)", said)
    assert base is not None
    lines = [line.split(",") for line in said.splitlines() if line and not line.startswith("#")]
    stamps = [int(line[2]) * int(base[1]) / int(base[2]) for line in lines]
    cells = np.fromfile(strip, np.uint8).reshape(-1, CELLS) > 125
    strip.unlink()
    weights = 1 << np.arange(CELLS - 1, -1, -1)
    on_grid = all(abs(stamp - place / FPS) < 0.001 for place, stamp in enumerate(stamps))
    return Decoded((cells @ weights).tolist(), [line[5].strip() for line in lines], on_grid)


def decode_sound(ffmpeg: str, path: Path) -> NDArray[np.float32]:
    """Return the sound on the file's own clock, mono at 48 kHz: edit lists and leads obeyed."""
    command = [ffmpeg, "-v", "error", "-nostdin", "-i", str(path), "-map", "0:a"]
    command += ["-af", "aresample=48000:async=1:first_pts=0", "-ac", "1", "-f", "f32le", "-"]
    return np.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout, np.float32)


def examine(
    ffmpeg: str, path: Path, kept: list[Kept], *, film: Decoded, film_sound: NDArray[np.float32]
) -> Findings:
    """Compare a result with the film, frame by frame and sample by sample."""
    found, wanted = decode(ffmpeg, path), expect(kept)
    wrong = identical = 0
    for place, frame in enumerate(wanted[: len(found.numbers)]):
        if frame is None:
            continue
        wrong += found.numbers[place] != frame
        identical += found.digests[place] == film.digests[frame]
    wrong += 0 if found.on_grid else len(wanted)
    lag = measure_lag(decode_sound(ffmpeg, path), kept, film_sound)
    return Findings(len(found.numbers), len(wanted), wrong, identical, lag, _picture_bytes(ffmpeg, path))


def measure_lag(sound: NDArray[np.float32], kept: list[Kept], film: NDArray[np.float32]) -> int | None:
    """Return the worst lag of a range's middle behind where it must be, by cross-correlation."""
    worst: int | None = None
    at = 0
    for one in kept:
        middle = RATE * one.count // (2 * FPS)
        source = RATE * one.start // FPS + middle - _WINDOW // 2
        target = RATE * at // FPS + middle - _WINDOW // 2
        at += one.count
        sample = film[source : source + _WINDOW]
        around = sound[target - _REACH : target + _WINDOW + _REACH]
        if len(around) < _WINDOW + 2 * _REACH or not np.abs(sample).max() > 0.01:
            continue
        size = 1 << (len(around) + _WINDOW).bit_length()
        spectrum = np.fft.rfft(around, size) * np.conj(np.fft.rfft(sample, size))
        likeness = np.fft.irfft(spectrum, size)[: 2 * _REACH + 1]
        lag = int(np.argmax(likeness)) - _REACH
        worst = lag if worst is None or abs(lag) > abs(worst) else worst
    return worst


def measure_ssim(ffmpeg: str, path: Path, film: Path, kept: list[Kept]) -> float:
    """Return the mean structural similarity of all frames with the film's, as ffmpeg's filter measures it."""
    chosen = "+".join(f"between(n,{one.start},{one.end - 1})" for one in kept)
    graph = f"[0:v]setpts=N[a];[1:v]select='{chosen}',setpts=N[b];[a][b]ssim"
    command = [ffmpeg, "-nostdin", "-i", str(path), "-i", str(film), "-filter_complex", graph]
    said = subprocess.run(
        [*command, "-fps_mode", "passthrough", "-f", "null", "-"], check=True, capture_output=True, text=True
    ).stderr
    found = re.search(r"SSIM .*All:([0-9.]+)", said)
    assert found is not None
    return float(found[1])


def _picture_bytes(ffmpeg: str, path: Path) -> int:
    command = [ffmpeg, "-v", "error", "-nostdin", "-i", str(path), "-map", "0:v", "-c", "copy"]
    said = subprocess.run(
        [*command, "-f", "framecrc", "-"], check=True, capture_output=True, text=True
    ).stdout
    return sum(int(line.split(",")[4]) for line in said.splitlines() if line and not line.startswith("#"))
