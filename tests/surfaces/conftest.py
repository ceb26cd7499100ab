"""What the surface tests share: a home of their own, small real clips, and ``mango`` as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

ROOT = Path(__file__).parent.parent.parent
RATE = 48_000


@dataclass(frozen=True)
class Done:
    """One finished run of the command line."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        """The answer of a run with --json."""
        value: dict[str, Any] = json.loads(self.out)
        return value

    @property
    def sentence(self) -> str:
        """The one line on standard error that tells the failure."""
        lines = [line for line in self.err.splitlines() if line.startswith("mango: ")]
        assert len(lines) == 1, self.err
        return lines[0].removeprefix("mango: ")


@dataclass(frozen=True)
class Mango:
    """Runs ``mango`` in a working folder, with everything kept below ``home``."""

    home: Path
    folder: Path

    def __call__(self, *words: str, expect: int = 0, stdin: str = "", **environ: str) -> Done:
        process = self.start(*words, **environ)
        out, err = process.communicate(stdin, timeout=120)
        assert "Traceback" not in out + err
        done = Done(process.returncode, out, err)
        assert done.code == expect, f"exit code {done.code}\n{out}\n{err}"
        return done

    def start(self, *words: str, **environ: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "mango_skill", *words],
            cwd=self.folder,
            env=self.environment(**environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def environment(self, **more: str) -> dict[str, str]:
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("NEMO_", "MANGO_", "SKILL_"))
        }
        return {**kept, "MANGO_HOME": str(self.home), "PYTHONPATH": str(ROOT), **more}


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home whose engine is shared by the tests of one process and ends with them."""
    folder = tmp_path_factory.mktemp("mango-home")
    yield folder
    Mango(folder, folder)("engine", "stop")


@pytest.fixture
def mango(home: Path, tmp_path: Path) -> Mango:
    """The command line in an empty working folder."""
    return Mango(home, tmp_path)


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of small clips: ``talk.mp4`` (6 s, two pauses), ``silent.mp4``, and broken ones."""
    folder = tmp_path_factory.mktemp("media")
    write_clip(folder / "talk.mp4", seconds=6, sound=True)
    write_clip(folder / "silent.mp4", seconds=2, sound=False)
    (folder / "words.mp4").write_text("These are words, not a video.\n" * 20, encoding="utf-8")
    (folder / "empty.mp4").write_bytes(b"")
    whole = (folder / "talk.mp4").read_bytes()
    (folder / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    return folder


def write_clip(path: Path, *, seconds: int, sound: bool) -> None:
    """Write a small H.264 clip whose brightness grows; its sound has a pause in every third second."""
    with av.open(str(path), "w") as container:
        picture = container.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        picture.width, picture.height, picture.pix_fmt = 320, 180, "yuv420p"
        voice = container.add_stream("aac", rate=RATE, layout="mono") if sound else None
        for number in range(seconds * 25):
            shade = np.full((180, 320, 3), 40 + number, np.uint8)
            frame = av.VideoFrame.from_ndarray(shade, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(picture.encode(frame))
        container.mux(picture.encode())
        if voice is not None:
            for start in range(0, seconds * RATE, 1024):
                block = av.AudioFrame.from_ndarray(_voice(start)[None, :], format="fltp", layout="mono")
                block.sample_rate, block.pts, block.time_base = RATE, start, Fraction(1, RATE)
                container.mux(voice.encode(block))
            container.mux(voice.encode())


def _voice(start: int) -> np.ndarray:
    times = (start + np.arange(1024)) / RATE
    tone = sum(np.sin(2 * np.pi * pitch * times) / number for number, pitch in enumerate((180, 360, 540), 1))
    syllables = 0.5 + 0.5 * np.sin(2 * np.pi * 4 * times)
    speaking = (times % 3) < 2
    return (0.2 * tone * syllables * speaking).astype(np.float32)
