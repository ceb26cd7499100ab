"""When the beats of a music file fall. Child processes only: it imports numpy, and PyAV through ``samples``.

Onsets are where the spectrum rises; the tempo is the distance at which they repeat; the beats are the path
through the onsets that keeps that distance best (dynamic programming, after D. Ellis, "Beat Tracking by
Dynamic Programming", 2007).
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from mango_skill.engine.media.info import Tempo
from mango_skill.engine.media.samples import read_mono

Curve = NDArray[np.float64]

RATE = 22_050
_HOP = 256
_WINDOW = 1024
_FRAMES_PER_S = RATE / _HOP
_SLOWEST_BPM, _FASTEST_BPM, _USUAL_BPM = 50, 200, 110
# How strictly a beat keeps its distance to the one before.
_TIGHTNESS = 400.0


def find_tempo(path: str | os.PathLike[str]) -> Tempo:
    """Return the tempo and the beats of a file's sound.

    Raises:
        MediaError: ``no_sound``; ``unreadable``.
    """
    return tempo_of(read_mono(path, rate=RATE))


def tempo_of(chunks: Iterable[NDArray[np.float32]]) -> Tempo:
    """Return the tempo and the beats of mono samples at ``RATE``."""
    onsets = _onsets(chunks)
    if len(onsets) < 4 * _FRAMES_PER_S or onsets.std() < 1e-6:
        return Tempo(0.0, ())
    period = _period(onsets)
    beats = _track(onsets, period)
    if len(beats) < 4:
        return Tempo(0.0, ())
    # The mean over all beats is finer than a frame.
    steps = np.diff(beats)
    fine = float(np.mean(steps[np.abs(steps - np.median(steps)) <= 2])) if len(steps) else period
    instants = (beats * _HOP + _WINDOW / 2) / RATE * 1000
    return Tempo(round(60 * _FRAMES_PER_S / fine, 1), tuple(round(float(instant)) for instant in instants))


def _onsets(chunks: Iterable[NDArray[np.float32]]) -> Curve:
    """How much the spectrum rises at each frame, in bands, compressed; without its slow part."""
    shape = np.hanning(_WINDOW).astype(np.float32)
    flux: list[Curve] = []
    rest = np.zeros(0, dtype=np.float32)
    before = None
    for chunk in chunks:
        rest = np.concatenate([rest, chunk])
        count = (len(rest) - _WINDOW) // _HOP + 1
        if count < 64:
            continue
        view = np.lib.stride_tricks.sliding_window_view(rest, _WINDOW)[::_HOP][:count]
        bands = np.log1p(1_000 * _bands(np.abs(np.fft.rfft(view * shape, axis=1))))
        start = bands[:1] if before is None else before
        flux.append(np.maximum(np.diff(np.concatenate([start, bands]), axis=0), 0).mean(axis=1))
        before = bands[-1:]
        rest = rest[count * _HOP :]
    if not flux:
        return np.zeros(0)
    curve = np.concatenate(flux)
    width = int(_FRAMES_PER_S)
    if len(curve) <= width:
        return np.zeros(0)
    slow = np.convolve(curve, np.ones(width) / width, mode="same")
    return np.maximum(curve - slow, 0)


def _bands(magnitudes: NDArray[np.floating]) -> Curve:
    edges = np.unique(np.geomspace(2, magnitudes.shape[1] - 1, 30).astype(int))
    return np.asarray(np.add.reduceat(magnitudes / _WINDOW, edges, axis=1), dtype=np.float64)


def _period(onsets: Curve) -> float:
    """The distance in frames at which the onsets repeat best, usual tempos preferred."""
    # Blurred a little: a period that is no whole number of frames must not lose to twice of it, which may be one.
    centered = np.convolve(onsets - onsets.mean(), np.hanning(9), mode="same")
    size = 1 << (2 * len(centered)).bit_length()
    likeness = np.fft.irfft(np.abs(np.fft.rfft(centered, size)) ** 2, size)[: len(centered)]
    likeness *= len(centered) / (len(centered) - np.arange(len(centered)))
    lags = np.arange(int(60 * _FRAMES_PER_S / _FASTEST_BPM), int(60 * _FRAMES_PER_S / _SLOWEST_BPM) + 1)
    usual = np.exp(-0.5 * (np.log2(60 * _FRAMES_PER_S / lags / _USUAL_BPM) / 0.7) ** 2)
    # Bars of four: a beat comes again after two and four of them, and less so after three.
    again = 0.5 * (_at(likeness, 2 * lags) - _at(likeness, 3 * lags) + _at(likeness, 4 * lags))
    strength = np.maximum(likeness[lags] + again, 0)
    best = int(np.argmax(strength * usual))
    return _refine(likeness, int(lags[best]))


def _at(curve: Curve, places: NDArray[np.intp]) -> Curve:
    return np.asarray(np.where(places < len(curve), curve[np.minimum(places, len(curve) - 1)], 0.0))


def _refine(likeness: Curve, lag: int) -> float:
    """The true top lies between frames; eight periods on it is eight times as exact."""
    for multiple in (8, 4, 2, 1):
        around = np.arange(lag * multiple - multiple, lag * multiple + multiple + 1)
        if around[0] > 0 and around[-1] < len(likeness) // 2:
            return float(around[int(np.argmax(likeness[around]))]) / multiple
    return float(lag)


def _track(onsets: Curve, period: float) -> NDArray[np.intp]:
    """Choose beats so that they fall on onsets and keep the period."""
    smooth = np.convolve(onsets / onsets.std(), np.hanning(7) / np.hanning(7).sum(), mode="same")
    steps = np.arange(round(-2 * period), -round(period / 2) + 1)
    cost = -_TIGHTNESS * np.log(-steps / period) ** 2
    score = smooth.copy()
    came_from = np.full(len(score), -1)
    for place in range(-int(steps[0]), len(score)):
        options = score[place + steps] + cost
        best = int(np.argmax(options))
        if options[best] > 0:
            score[place] += options[best]
            came_from[place] = place + steps[best]
    place = int(len(score) - period + np.argmax(score[int(len(score) - period) :]))
    beats = []
    while place >= 0:
        beats.append(place)
        place = int(came_from[place])
    return np.array(beats[::-1])
