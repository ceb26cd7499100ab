"""Levels over time: ducking under speech, the limiter, loudness. Render process only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import av.error
import av.filter
import numpy as np
from av import AudioFrame
from numpy.typing import NDArray

from mango_skill.engine.render.mixfile import MixFile
from mango_skill.engine.render.parts import Fade, Score
from mango_skill.engine.render.tapes import RATE, Samples

_CEILING: Final = 10 ** (-1.2 / 20)
"""Encoders overshoot a little: what is limited at -1.2 dBFS stays below full scale when it is decoded."""

_HOLD_STEPS: Final = 35
_ATTACK_STEPS: Final = 12
_RELEASE_STEPS: Final = 45
_LIMIT_STEP: Final = RATE // 1000
_LIMIT_REACH: Final = 6
_TRIES: Final = 5
_CLOSE_LU: Final = 0.15
_MOST_GAIN_DB: Final = 40.0
_MOST_PUSH_DB: Final = 9.0
"""How far into the limiter sound is driven at most; beyond that it is squashed for nothing."""
_SILENT_LUFS: Final = -69.0


def duck_curve(powers: NDArray[np.float32], db: float) -> NDArray[np.float32]:
    """Return the gain of what lies under speech, one for every 10 ms.

    Speech is what comes within 24 dB of the loudest parts (and above -52 dBFS); pauses of a third of a second are
    bridged, and the music is down before the first syllable.

    Args:
        powers: Mean square of the speech, one for every 10 ms.
        db: How much lower; negative.
    """
    if not len(powers) or db >= 0:
        return np.ones(len(powers), dtype=np.float32)
    smooth = np.convolve(powers, np.ones(5) / 5, mode="same")
    level = 10 * np.log10(np.maximum(smooth, 1e-10))
    threshold = max(-52.0, float(np.percentile(level, 97)) - 24)
    active = level > threshold
    # A single click is not speech.
    active &= np.convolve(active.astype(np.float32), np.ones(11), mode="same") >= 5
    reach = np.ones(_HOLD_STEPS + _ATTACK_STEPS + 1)
    spread = np.convolve(active.astype(np.float32), reach)
    # Shifted so that it begins before the speech by the attack and ends after it by the hold.
    held = spread[_ATTACK_STEPS : _ATTACK_STEPS + len(active)] > 0.5
    return _smoothed(np.where(held, db, 0.0))


def _smoothed(target: NDArray[np.float64]) -> NDArray[np.float32]:
    """Follow a curve of decibels, down faster than up."""
    down, up = 1 / _ATTACK_STEPS, 1 / _RELEASE_STEPS
    depth = max(1e-6, -float(target.min()))
    value, followed = float(target[0]), np.empty(len(target), dtype=np.float32)
    for index, wanted in enumerate(target):
        step = wanted - value
        value += max(step, -depth * down) if step < 0 else min(step, depth * up)
        followed[index] = value
    return np.asarray(10 ** (followed / 20), dtype=np.float32)


def master(path: Path, score: Score, check: Callable[[], None]) -> float | None:
    """Give a mix its fades, its silences, its loudness and a limit, in place.

    Returns:
        The loudness that was reached; None when none was asked for, or when nothing is heard.
    """
    with MixFile(path) as mix:
        return _master(mix, score, check)


def _master(mix: MixFile, score: Score, check: Callable[[], None]) -> float | None:
    _fade(mix, score.fades)
    gain, loudest = 1.0, _peak(mix)
    reached: float | None = None
    if score.lufs is not None:
        gain, reached = _gain_for(mix, score.lufs, loudest, check)
    for first, block in _limited(mix, gain, loudest):
        check()
        mix.write(first, block)
    for start, end in score.silences:
        for first, block in mix.blocks(start, end):
            mix.write(first, np.zeros_like(block))
    return reached


def _fade(mix: MixFile, fades: tuple[Fade, ...]) -> None:
    for fade in fades:
        for first, block in mix.blocks(fade.first, fade.end):
            at = np.arange(first, first + len(block))
            part = (at - fade.first) / max(1, fade.end - fade.first)
            risen = np.sin(part * np.pi / 2) ** 2
            mix.write(first, block * (risen if fade.rising else 1 - risen).astype(np.float32)[:, None])


def _peak(mix: MixFile) -> float:
    return max((float(np.abs(block).max()) for _, block in mix.blocks()), default=0.0)


def _gain_for(
    mix: MixFile, lufs: float, loudest: float, check: Callable[[], None]
) -> tuple[float, float | None]:
    """Return the gain after which the limited mix is as loud as asked, and how loud it is then.

    Some sound (a click now and then) can't be as loud as asked without being torn: it stays below.
    """
    found = measure_lufs(block for _, block in mix.blocks())
    if found < _SILENT_LUFS:
        return 1.0, None
    gain_db = min(_MOST_GAIN_DB, lufs - found)
    for _ in range(_TRIES):
        gain = 10 ** (gain_db / 20)
        if loudest * gain <= _CEILING:
            return gain, found + gain_db
        check()
        reached = measure_lufs(block for _, block in _limited(mix, gain, loudest))
        if abs(reached - lufs) < _CLOSE_LU or gain_db - (lufs - found) > _MOST_PUSH_DB:
            break
        gain_db = min(_MOST_GAIN_DB, gain_db + (lufs - reached))
    return gain, reached


def _limited(mix: MixFile, gain: float, loudest: float) -> Iterator[tuple[int, Samples]]:
    """Yield the mix at a gain, nothing above the ceiling: gains of 1 ms, lowered before a peak and after it."""
    if loudest * gain <= _CEILING:
        for first, block in mix.blocks():
            yield first, block * np.float32(gain)
        return
    curve = _limit_curve(mix, gain)
    times = (np.arange(len(curve)) + 0.5) * _LIMIT_STEP
    for first, block in mix.blocks():
        shape = np.interp(np.arange(first, first + len(block)), times, curve).astype(np.float32)
        yield first, np.clip(block * (shape * np.float32(gain))[:, None], -_CEILING, _CEILING)


def _limit_curve(mix: MixFile, gain: float) -> NDArray[np.float64]:
    steps = -(-len(mix) // _LIMIT_STEP)
    peaks = np.zeros(steps)
    for first, block in mix.blocks():
        padded = np.zeros(-(-len(block) // _LIMIT_STEP) * _LIMIT_STEP, dtype=np.float32)
        padded[: len(block)] = np.abs(block).max(axis=1)
        found = padded.reshape(-1, _LIMIT_STEP).max(axis=1)
        peaks[first // _LIMIT_STEP : first // _LIMIT_STEP + len(found)] = found
    wanted = np.minimum(1.0, _CEILING / np.maximum(peaks * gain, 1e-9))
    # The lowest of the neighbourhood, then its average: the gain is down before the peak and never jumps.
    padded_wanted = np.pad(wanted, 2 * _LIMIT_REACH, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded_wanted, 2 * _LIMIT_REACH + 1)
    lowest = windows.min(axis=1)
    kernel = np.ones(2 * _LIMIT_REACH + 1) / (2 * _LIMIT_REACH + 1)
    return np.convolve(lowest, kernel, mode="valid")


def measure_lufs(chunks: Iterator[Samples]) -> float:
    """Return the integrated loudness (EBU R 128) of 48 kHz stereo; -70 for silence."""
    graph = av.filter.Graph()
    source = graph.add(
        "abuffer", f"sample_rate={RATE}:sample_fmt=flt:channel_layout=stereo:time_base=1/{RATE}"
    )
    graph.link_nodes(source, graph.add("ebur128", "metadata=1"), graph.add("abuffersink")).configure()
    found, position = -70.0, 0
    for chunk in chunks:
        frame = AudioFrame.from_ndarray(
            np.ascontiguousarray(chunk).reshape(1, -1), format="flt", layout="stereo"
        )
        frame.sample_rate, frame.pts = RATE, position
        position += len(chunk)
        graph.push(frame)
        found = _last_reading(graph, found)
    graph.push(None)
    return max(-70.0, _last_reading(graph, found))


def _last_reading(graph: av.filter.Graph, found: float) -> float:
    while True:
        try:
            reading = graph.pull().metadata.get("lavfi.r128.I")
        except (av.error.BlockingIOError, av.error.EOFError):
            return found
        if reading is not None:
            found = float(reading)
