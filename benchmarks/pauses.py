"""How well pauses in speech are found, and whether words are hurt: recall, precision, lost speech.

    python benchmarks/pauses.py [--tracks 6]

Speaks sentences with espeak-ng in several voices, at levels that differ by up to 6 dB, with pauses of known length;
lays hiss, hum, traffic or one of our music beds beneath at several distances; and compares what is found with what
is known, in frames of 10 ms. Truth is the clean speech's own level, gaps below 120 ms counted as speech.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import tempfile
import wave
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mango_skill.engine.media import music
from mango_skill.engine.media.silence import RULES, extract_features, pauses_between, speech_frames

RATE = 16_000
HOP = 160
VOICES = ("en-us+m3", "en-us+f4", "en-gb+m1", "en-us+f2", "de", "en-us+m7")
SENTENCES = (
    "Hi, I am Rosa, and I grow mangoes on a small farm.", "The weather was lovely that day.", "She sells sea shells.",
    "Nobody believed it could work, but it did.", "Just one!", "Yes.", "Thank you.",
    "We still argue about who ate the last piece of cake.", "What happens if the battery runs out?",
    "It is simple: put the files in the folder, and press start.", "Fifty six thousand people came to the stadium.",
)  # fmt: skip
BENEATH = (
    ("none", 99), ("hiss", 30), ("hiss", 20), ("hiss", 10), ("hiss", 5), ("hum", 20), ("hum", 10), ("hum", 0),
    ("traffic", 15), ("traffic", 5), *itertools.product(("upbeat", "calm", "energetic", "lofi", "tense"), (20, 12, 6)),
)  # fmt: skip

Signal = NDArray[np.float64]


def speak(words: str, voice: str, folder: Path) -> Signal:
    """Return a sentence at ``RATE``, cut to its first and last sound."""
    target = folder / "sentence.wav"
    subprocess.run(["espeak-ng", "-v", voice, "-s", "165", "-w", str(target), words], check=True, timeout=30)
    with wave.open(str(target), "rb") as file:
        rate = file.getframerate()
        raw = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32_768
    loud = np.flatnonzero(np.abs(raw) > 0.003)
    raw = raw[loud[0] : loud[-1] + 1]
    return np.interp(np.arange(int(len(raw) * RATE / rate)) * rate / RATE, np.arange(len(raw)), raw)


def make_track(number: int, folder: Path) -> Signal:
    """Return about a minute of speech with pauses of 0.1 to 2.4 s."""
    dice = np.random.default_rng(number)
    pieces = [np.zeros(RATE // 2)]
    while sum(map(len, pieces)) < 60 * RATE:
        sentence = speak(SENTENCES[int(dice.integers(len(SENTENCES)))], VOICES[number % len(VOICES)], folder)
        gap = float(dice.choice([0.12, 0.25, 0.45, 0.7, 1, 1.5, 2.2])) * dice.uniform(0.9, 1.1)
        pieces += [sentence * 10 ** (-dice.uniform(0, 6) / 20), np.zeros(int(gap * RATE))]
    return np.concatenate(pieces)


@lru_cache(maxsize=32)
def make_noise(kind: str, count: int) -> Signal:
    """Return what lies beneath, of standard deviation 1."""
    dice, time = np.random.default_rng(5), np.arange(count) / RATE
    if kind == "none":
        return np.zeros(count)
    if kind == "hiss":
        made = dice.standard_normal(count)
    elif kind == "hum":
        made = sum(np.sin(2 * np.pi * 50 * order * time) / order for order in range(1, 12)) + np.zeros(count)
    elif kind == "traffic":
        spectrum = np.fft.rfft(dice.standard_normal(count))
        made = np.fft.irfft(spectrum / np.maximum(np.fft.rfftfreq(count, 1 / RATE), 30), count)
        made *= 1 + 0.7 * np.sin(2 * np.pi * time / 9)
    else:
        made = np.resize(np.concatenate(list(music.render_bed(kind, 70_000))).mean(axis=1)[::3], count)
    return np.asarray(made / made.std())


def true_speech(track: Signal) -> NDArray[np.bool_]:
    """Return which frames of the clean track hold speech."""
    power = (track[: len(track) // HOP * HOP].reshape(-1, HOP) ** 2).mean(axis=1)
    speech = power > 1e-6
    for before, after in itertools.pairwise(np.flatnonzero(speech)):
        if after - before <= 12:
            speech[before:after] = True
    return np.asarray(speech)


def long_gaps(speech: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the frames of gaps of half a second or more."""
    changes = np.flatnonzero(np.diff(np.concatenate([[True], speech, [True]]).astype(np.int8)))
    marked = np.zeros(len(speech), dtype=bool)
    for start, end in zip(changes[::2], changes[1::2], strict=True):
        marked[start:end] = end - start >= 50
    return marked


def measure(tracks: list[Signal], kind: str, below_db: int) -> Iterator[tuple[int, int, int, int, int, int]]:
    """Yield per track: pause frames found, pause frames there, right ones, called ones, cuts, lost speech frames."""
    for track in tracks:
        speech = true_speech(track)
        voice = np.sqrt((track[: len(speech) * HOP].reshape(-1, HOP)[speech] ** 2).mean())
        mixed = track + make_noise(kind, len(track)) * voice * 10 ** (-below_db / 20)
        heard = speech_frames(extract_features([(mixed / np.abs(mixed).max() * 0.9).astype(np.float32)]))[
            : len(speech)
        ]
        there, called = (
            long_gaps(speech),
            long_gaps(heard) if heard.any() else np.zeros(len(speech), dtype=bool),
        )
        cuts = pauses_between(heard, RULES["normal"])
        lost = sum(int(speech[start // 10 : end // 10].sum()) for start, end in cuts)
        right = int((called & ~speech).sum())
        yield int((there & called).sum()), int(there.sum()), right, int(called.sum()), len(cuts), lost


def main() -> int:
    """Print one line per condition."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tracks", type=int, default=6)
    count = parser.parse_args().tracks
    with tempfile.TemporaryDirectory() as folder:
        tracks = [make_track(number, Path(folder)) for number in range(count)]
    print("beneath     dB down  recall  precision  cuts  lost speech")
    for kind, below_db in BENEATH:
        found, there, right, called, cuts, lost = (
            sum(column) for column in zip(*measure(tracks, kind, below_db), strict=True)
        )
        recall, precision = found / max(1, there), right / called if called else 1.0
        print(f"{kind:12}{below_db:7}{recall:8.3f}{precision:11.3f}{cuts:6}{lost * 10:10} ms")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
