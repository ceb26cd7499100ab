"""Where a song can be played again so that nobody hears the seam. Child processes only: it imports numpy and PyAV.

From one beat back to an earlier one that sounds alike, a whole number of bars apart; what a song has of silence and
fading at its edges is left out. Music without a pulse gets a slow crossfade.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mango_skill.engine.media.samples import Mono, read_mono
from mango_skill.engine.media.tempo import RATE, Curve, tempo_of
from mango_skill.timeline.edits import Loop

# What is longer is no song, and is not held in memory as a whole.
_LONGEST_S: Final = 900
_STEP: Final = RATE // 50
# The seam lies so much before the beat that the attack is the new one's alone.
_LEAD_S: Final = 0.030
_BLEND_MS: Final = 40
_SLOW_BLEND_MS: Final = 1500
# Below what the song has in the middle: it fades there; it is not heard any more.
_FADING_DB: Final = 3.0
_ENTERING_DB: Final = 6.0
_SILENT_DB: Final = 36.0
_LEAST_BEATS: Final = 8
_CONTEXT: Final = 8
# The finer look: steps of 3 ms, and how far the tracker may have been off.
_FINE: Final = 64
_WINDOW: Final = 512
_REACH_S: Final = 0.045
_ALIKE: Final = 0.8
# Looked around a beat, in those steps; and how much more the sound rises there.
_AROUND: Final = 8
_PULSE: Final = 1.6


def find_loop(path: str | os.PathLike[str]) -> Loop:
    """Return where a file's sound can go on from an earlier place of it; times are on the file's own clock.

    Raises:
        MediaError: ``no_sound``; ``unreadable``.
    """
    return loop_of(read_mono(path, rate=RATE))


def loop_of(chunks: Iterable[Mono]) -> Loop:
    """Return the loop of mono samples at ``tempo.RATE``."""
    song = _gather(chunks)
    body = _find_body(song)
    tempo = tempo_of([song])
    beats = np.array([at for at in tempo.beats_ms if body.start * 1000 - 100 <= at <= body.end * 1000 + 100])
    loop = _on_the_beat(song, beats / 1000, body) if len(beats) >= _LEAST_BEATS else None
    return loop or _slow(body)


def _gather(chunks: Iterable[Mono]) -> Mono:
    parts: list[Mono] = []
    count = 0
    for chunk in chunks:
        parts.append(chunk)
        count += len(chunk)
        if count >= _LONGEST_S * RATE:
            break
    return np.concatenate(parts) if parts else np.zeros(_STEP, dtype=np.float32)


@dataclass(frozen=True)
class _Body:
    """From where to where the song is at its level, and where it was heard last; seconds. ``levels`` in dB."""

    start: float
    end: float
    heard: float
    levels: Curve


def _find_body(song: Mono) -> _Body:
    count = max(1, len(song) // _STEP)
    power = np.square(song[: count * _STEP].astype(np.float64)).reshape(count, -1).mean(axis=1)
    width = min(count, 75)
    even = np.convolve(power, np.ones(width) / width, mode="same")
    levels = 10 * np.log10(even + 1e-12)
    heard = np.flatnonzero(10 * np.log10(power + 1e-12) > levels.max() - _SILENT_DB)
    usual = float(np.median(levels[heard])) if len(heard) else 0.0
    full, entered = (np.flatnonzero(levels >= usual - less) for less in (_FADING_DB, _ENTERING_DB))
    if not len(heard) or not len(full):
        return _Body(0.0, len(song) / RATE, len(song) / RATE, levels)
    step = _STEP / RATE
    last = (int(heard[-1]) + 1) * step
    start = max(int(entered[0]), int(heard[0])) * step
    return _Body(start, min((int(full[-1]) + 1) * step, last), last, levels)


def _slow(body: _Body) -> Loop:
    length = body.end - body.start
    blend = min(_SLOW_BLEND_MS, round(length * 250))
    # The crossfade reaches half its length beyond its middle.
    start = round(body.start * 1000) + blend // 2
    end = max(start + 1, round(body.end * 1000) - blend // 2)
    return Loop(start, end, heard=round(body.heard * 1000), blend=blend)


def _on_the_beat(song: Mono, beats: Curve, body: _Body) -> Loop | None:
    flux = _fine_flux(song)
    if not _has_pulse(flux, beats):
        return None
    likeness = _compare(song, beats)
    bar = _find_bar(likeness)
    pair = _choose(likeness, beats, body, bar=bar, phase=_find_phase(song, beats, likeness, bar))
    if pair is None:
        return None
    first, last = pair
    begin = _attack(flux, beats[first])
    end = _align(song, flux, begin, begin + _distance(beats, first, last))
    return Loop(
        max(0, round((begin - _LEAD_S) * 1000)),
        round((end - _LEAD_S) * 1000),
        heard=round(body.heard * 1000),
        blend=_BLEND_MS,
        bars=(last - first) // bar,
    )


def _has_pulse(flux: Curve, beats: Curve) -> bool:
    """Whether the sound rises on most beats more than where no note is played: the tracker finds beats in anything."""
    steps = np.diff(beats)
    on, off = (
        np.median([_rise(flux, beat + share * step) for beat, step in zip(beats[:-1], steps, strict=True)])
        for share in (0.0, 0.37)
    )
    return bool(on > _PULSE * off)


def _rise(flux: Curve, at: float) -> float:
    middle = max(0, _frame(at))
    return float(flux[max(0, middle - _AROUND) : middle + _AROUND + 1].max(initial=0.0))


def _compare(song: Mono, beats: Curve) -> NDArray[np.float64]:
    """Return how alike the sound is from each beat to its next, for all pairs of beats: 1 is the same."""
    edges = np.append(beats, 2 * beats[-1] - beats[-2])
    shape = np.hanning(4096).astype(np.float32)
    features = []
    for start, end in pairwise(edges):
        first = int(start * RATE)
        room = max(1, int((end - start) * RATE) - len(shape))
        looks = [_cut(song, first + offset, len(shape)) for offset in (0, room // 3, 2 * room // 3, room)]
        spectrum = np.abs(np.fft.rfft(np.stack(looks) * shape, axis=1))
        features.append(np.log1p(100 * _bands(spectrum)).ravel())
    table = np.stack(features)
    table -= table.mean(axis=0)
    table /= np.linalg.norm(table, axis=1, keepdims=True) + 1e-9
    return np.asarray(table @ table.T)


def _cut(song: Mono, first: int, count: int) -> Mono:
    part = song[max(0, first) : max(0, first + count)]
    return part if len(part) == count else np.pad(part, (0, count - len(part)))


def _bands(spectrum: NDArray[np.floating]) -> Curve:
    """A band for every two semitones from 60 Hz on, so that other chords are other sounds."""
    edges = np.unique(np.geomspace(11, spectrum.shape[1] - 1, 44).astype(int))
    return np.asarray(np.add.reduceat(spectrum / len(spectrum[0]), edges, axis=1), dtype=np.float64)


def _find_bar(likeness: NDArray[np.float64]) -> int:
    def again(lags: Iterable[int]) -> float:
        kept = [float(np.diagonal(likeness, lag).mean()) for lag in lags if lag < len(likeness) - 2]
        return sum(kept) / len(kept) if kept else -1.0

    return 3 if again((3, 6, 9, 15)) > again((4, 8, 16, 20)) + 0.02 else 4


def _find_phase(song: Mono, beats: Curve, likeness: NDArray[np.float64], bar: int) -> int:
    """Return which of the beats begin bars: chords change there, and low drums fall there."""
    novelty = 1 - np.concatenate([[1.0], np.diagonal(likeness, 1)])
    size = RATE // 10
    looks = np.stack([_cut(song, int((at - 0.01) * RATE), size) for at in beats])
    low = np.abs(np.fft.rfft(looks * np.hanning(size), axis=1))[:, 3:16].sum(axis=1)
    weight = novelty / (novelty.std() + 1e-9) + low / (low.std() + 1e-9)
    return int(np.argmax([weight[start::bar].mean() for start in range(bar)]))


def _choose(
    likeness: NDArray[np.float64], beats: Curve, body: _Body, *, bar: int, phase: int
) -> tuple[int, int] | None:
    """Return the beats to come back to and to leave from: alike in what is around them, equally loud, far apart."""
    count = len(beats)
    best, found = -np.inf, None
    levels = [_level(body, at) for at in beats]
    for first in range(phase, max(phase + 1, count // 2), bar):
        # The beat that a song breaks off at counts as its last one.
        for last in range(first + bar, count, bar):
            if beats[last] > body.end + 0.05 or last - first < min(_LEAST_BEATS, count // 2):
                continue
            before = range(max(-_CONTEXT, -first), 0)
            after = range(min(_CONTEXT, count - last))
            around = [likeness[first + place, last + place] for place in (*before, *after)]
            if len(around) < bar:
                continue
            alike = float(np.mean(around))
            value = alike + 0.35 * (last - first) / count - 0.04 * abs(levels[first] - levels[last])
            if value > best:
                best, found = value, (first, last)
    return found


def _level(body: _Body, at: float) -> float:
    return float(body.levels[min(len(body.levels) - 1, int(at * RATE / _STEP))])


def _distance(beats: Curve, first: int, last: int) -> float:
    """Return the time between two beats: on the even grid where the song keeps one, else as it was played."""
    places = np.arange(len(beats))
    slope, start = np.polyfit(places, beats, 1)
    off = beats - (slope * places + start)
    played = float(beats[last] - beats[first])
    return float(slope * (last - first)) if off.std() < 0.02 else played


def _fine_flux(song: Mono) -> Curve:
    """How much the spectrum rises, every 3 ms."""
    looks = np.lib.stride_tricks.sliding_window_view(song, _WINDOW)[::_FINE] if len(song) > _WINDOW else None
    if looks is None:
        return np.zeros(1)
    shape = np.hanning(_WINDOW).astype(np.float32)
    rises = [np.zeros(1)]
    before: Curve | None = None
    for start in range(0, len(looks), 8192):
        spectrum = np.abs(np.fft.rfft(looks[start : start + 8192] * shape, axis=1))
        bands = np.log1p(30 * np.add.reduceat(spectrum, np.array([1, 3, 8, 20, 50, 110]), axis=1))
        whole = bands if before is None else np.concatenate([before, bands])
        rises.append(np.maximum(np.diff(whole, axis=0), 0).sum(axis=1))
        before = bands[-1:]
    return np.concatenate(rises)


def _attack(flux: Curve, near: float) -> float:
    """Return when the sound really rises around a beat that was found on a coarser grid."""
    middle = _frame(near)
    reach = round(_REACH_S * RATE / _FINE)
    first = max(0, middle - reach)
    part = flux[first : middle + reach + 1]
    if not len(part):
        return near
    return (first + int(np.argmax(part))) * _FINE / RATE + _WINDOW / 2 / RATE


def _frame(at: float) -> int:
    return round((at * RATE - _WINDOW / 2) / _FINE)


def _align(song: Mono, flux: Curve, begin: float, end: float) -> float:
    """Return the instant near ``end`` around which the sound goes as it does around ``begin``."""
    reach = round(_REACH_S * RATE)
    size = 2 * RATE
    for before in (RATE, size):
        start = round(begin * RATE) - before
        goal = round(end * RATE) - before
        fits = start >= 0 and goal - reach >= 0 and goal + size + reach <= len(song)
        if fits and (exact := _same(song, start, goal, size=size, reach=reach)) is not None:
            return begin + (goal + exact - start) / RATE
    return _align_onsets(flux, begin, end)


def _same(song: Mono, start: int, goal: int, *, size: int, reach: int) -> int | None:
    """Return how far off the same recording is, in samples; None when it is played anew."""
    pattern = song[start : start + size].astype(np.float64)
    around = song[goal - reach : goal + size + reach].astype(np.float64)
    length = 1 << (len(around) + size).bit_length()
    products = np.fft.irfft(np.fft.rfft(around, length) * np.conj(np.fft.rfft(pattern, length)), length)
    products = products[: 2 * reach + 1]
    best = int(np.argmax(products))
    norm = np.linalg.norm(pattern) * np.linalg.norm(around[best : best + size])
    return best - reach if norm > 0 and products[best] / norm >= _ALIKE else None


def _align_onsets(flux: Curve, begin: float, end: float) -> float:
    reach = round(_REACH_S * RATE / _FINE)
    half = round(1.5 * RATE / _FINE)
    one, other = _frame(begin), _frame(end)
    lags = np.arange(-reach, reach + 1)
    values = []
    for lag in lags:
        before = min(half, one, other + int(lag))
        after = min(half, len(flux) - other - int(lag), len(flux) - one)
        if after <= 0:
            values.append(0.0)
            continue
        near, far = flux[one - before : one + after], flux[other + lag - before : other + lag + after]
        values.append(float(near @ far) / (float(np.linalg.norm(near) * np.linalg.norm(far)) + 1e-9))
    best = int(np.argmax(values))
    return begin + (other + int(lags[best]) - one) * _FINE / RATE if max(values) > 0.3 else end
