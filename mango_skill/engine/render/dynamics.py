"""Levels over time: ducking under speech, the limiter, loudness. Render process only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import av.error
import av.filter
import numpy as np
from av import AudioFrame
from numpy.typing import NDArray

from mango_skill.engine.render.mixfile import MixFile
from mango_skill.engine.render.parts import Fade, Score
from mango_skill.engine.render.peaks import STEP, Levels, PeakMap
from mango_skill.engine.render.tapes import RATE, Samples

HIGHEST: Final = 10 ** (-1 / 20)
"""The true peak that nothing we write may exceed, as it is decoded: -1 dBTP, as EBU R 128 asks."""

_CEILING: Final = 10 ** (-2.5 / 20)
"""Encoders overshoot a little: what is limited to -2.5 dBTP nearly always stays below -1 when it is decoded."""

_HOLD_STEPS: Final = 35
_ATTACK_STEPS: Final = 12
_RELEASE_STEPS: Final = 45
_LIMIT_REACH: Final = 6
_CURVE_BLOCK: Final = 60_000
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
    gain, peaks = 1.0, PeakMap(mix)
    reached: float | None = None
    if score.lufs is not None:
        gain, reached = _gain_for(mix, score.lufs, peaks, check)
    curve = _limit_curve(peaks.exact(_CEILING / gain, check), _CEILING / gain)
    _write_shaped(mix, gain, curve, check)
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


def _gain_for(
    mix: MixFile, lufs: float, peaks: PeakMap, check: Callable[[], None]
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
        check()
        curve = _limit_curve(peaks.exact(_CEILING / gain, check), _CEILING / gain)
        if curve is None:
            return gain, found + gain_db
        reached = measure_lufs(_shape(first, block, gain, curve) for first, block in mix.blocks())
        if abs(reached - lufs) < _CLOSE_LU or gain_db - (lufs - found) > _MOST_PUSH_DB:
            break
        gain_db = min(_MOST_GAIN_DB, gain_db + (lufs - reached))
    return gain, reached


def _shape(first: int, block: Samples, gain: float, curve: Levels | None) -> Samples:
    """Return a stretch of the mix at a gain and under a curve of 1 ms steps; itself when nothing changes it."""
    if curve is None:
        return block if gain == 1 else block * np.float32(gain)
    begin = max(0, first // STEP - 1)
    near = curve[begin : (first + len(block)) // STEP + 2]
    if gain == 1 and near.min() == 1:
        return block
    times = (np.arange(begin, begin + len(near)) + 0.5) * STEP
    shape = np.interp(np.arange(first, first + len(block)), times, near).astype(np.float32)
    return block * (shape * np.float32(gain))[:, None]


def _write_shaped(mix: MixFile, gain: float, curve: Levels | None, check: Callable[[], None]) -> None:
    for first, block in mix.blocks():
        check()
        shaped = _shape(first, block, gain, curve)
        if shaped is not block:
            mix.write(first, shaped)


def _limit_curve(peaks: Levels, ceiling: float) -> Levels | None:
    """Return the gain of every step after which no peak is above the ceiling; None when none is."""
    if not len(peaks) or peaks.max() <= ceiling:
        return None
    curve = np.ones(len(peaks), dtype=np.float32)
    reach = 2 * _LIMIT_REACH
    for first in range(0, len(peaks), _CURVE_BLOCK):
        end = min(len(peaks), first + _CURVE_BLOCK)
        known = peaks[max(0, first - reach) : end + reach]
        if known.max() <= ceiling:
            continue
        around = np.pad(known, (max(0, reach - first), max(0, end + reach - len(peaks))), mode="edge")
        curve[first:end] = _smoothed_gain(np.asarray(ceiling / np.maximum(around, ceiling), dtype=np.float32))
    return curve


def _smoothed_gain(wanted: Levels) -> NDArray[np.float64]:
    """The lowest of the neighbourhood, then its average: the gain is down before the peak and never jumps."""
    width = 2 * _LIMIT_REACH + 1
    lowest = np.lib.stride_tricks.sliding_window_view(wanted, width).min(axis=1)
    smooth = np.convolve(lowest, np.ones(width) / width, mode="valid")
    # Sums of ones are not always one to the last bit.
    return np.where(smooth > 1 - 1e-6, 1.0, smooth)


def lower_peaks(path: Path, heard: Levels, *, margin_db: float, check: Callable[[], None]) -> bool:
    """Lower a finished mix where it was heard too high after encoding; False when nothing has to be done.

    Args:
        path: Of the mix.
        heard: True peaks as decoded, one a step (``peaks.STEP``).
        margin_db: How much more than what was too much: the encoder overshoots again.
        check: Called at every second of sound; raises when the render is cancelled.
    """
    margin = 10 ** (margin_db / 20)
    curve = _limit_curve(np.where(heard > HIGHEST, heard * margin, 0.0).astype(np.float32), HIGHEST)
    if curve is None:
        return False
    with MixFile(path) as mix:
        steps = -(-len(mix) // STEP)
        curve = np.pad(curve[:steps], (0, max(0, steps - len(curve))), constant_values=1.0)
        _write_shaped(mix, 1.0, curve, check)
    return True


def change_level(path: Path, db: float, check: Callable[[], None]) -> None:
    """Make a finished mix louder or quieter; what would rise too high is limited again."""
    gain = 10 ** (db / 20)
    with MixFile(path) as mix:
        peaks = PeakMap(mix).exact(_CEILING / gain, check)
        _write_shaped(mix, gain, _limit_curve(peaks, _CEILING / gain), check)


def measure_lufs(chunks: Iterable[Samples]) -> float:
    """Return the integrated loudness (EBU R 128) of 48 kHz stereo; -70 for silence."""
    meter = LoudnessMeter()
    for chunk in chunks:
        meter.hear(chunk)
    return meter.finish()


class LoudnessMeter:
    """Measures the integrated loudness (EBU R 128) of 48 kHz stereo that comes piece by piece."""

    def __init__(self) -> None:
        self._graph = av.filter.Graph()
        arguments = f"sample_rate={RATE}:sample_fmt=flt:channel_layout=stereo:time_base=1/{RATE}"
        source = self._graph.add("abuffer", arguments)
        meter = self._graph.add("ebur128", "metadata=1")
        self._graph.link_nodes(source, meter, self._graph.add("abuffersink")).configure()
        self._found, self._position = -70.0, 0

    def hear(self, samples: Samples) -> None:
        """Listen to what comes next."""
        row = np.ascontiguousarray(samples).reshape(1, -1)
        frame = AudioFrame.from_ndarray(row, format="flt", layout="stereo")
        frame.sample_rate, frame.pts = RATE, self._position
        self._position += len(samples)
        self._graph.push(frame)
        self._read()

    def finish(self) -> float:
        """Return the loudness in LUFS; -70 for silence."""
        self._graph.push(None)
        self._read()
        return max(-70.0, self._found)

    def _read(self) -> None:
        while True:
            try:
                reading = self._graph.pull().metadata.get("lavfi.r128.I")
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            if reading is not None:
                self._found = float(reading)
