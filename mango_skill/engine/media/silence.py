"""Where nobody speaks: pauses that can be cut so that it still sounds natural.

Every 10 ms the sound is compared, band by band, with what is always there: noise, hum or music beneath the voice.
What rises above it is speech. A pause is longer than a gap between words, its threshold adapts to the recording,
and handles are left at both ends for breaths and for the ends of words.

The part that works on arrays is pure. Child processes only: it imports numpy, and PyAV through ``samples``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mango_skill.engine.media.samples import read_mono

Mono = NDArray[np.float32]
Levels = NDArray[np.float32]
Strength = Literal["less", "normal", "tighter"]

RATE = 16_000
HOP = 160  # 10 ms
_WINDOW = 512
_BANDS = 24
_QUIETEST_DB = -100.0


@dataclass(frozen=True)
class PauseRule:
    """What counts as a pause and what is left of it.

    Attributes:
        min_ms: Shorter pauses stay as they are.
        after_ms: Kept after the last word: its end, the room's echo.
        before_ms: Kept before the next word: the breath.
    """

    min_ms: int
    after_ms: int
    before_ms: int


RULES: dict[str, PauseRule] = {
    "less": PauseRule(min_ms=1_000, after_ms=300, before_ms=300),
    "normal": PauseRule(min_ms=500, after_ms=180, before_ms=150),
    "tighter": PauseRule(min_ms=300, after_ms=90, before_ms=80),
}

# What is cut must be worth a cut.
_SHORTEST_CUT_MS = 120


def find_pauses(
    path: str | os.PathLike[str],
    *,
    strength: Strength = "normal",
    min_ms: int | None = None,
    threshold_db: float | None = None,
    padding_ms: int | None = None,
) -> tuple[tuple[int, int], ...]:
    """Return the stretches of a file to cut: (start, end) in milliseconds on the file's own clock, handles left out.

    Args:
        path: The file.
        strength: How eagerly to cut; sets what the following leave open.
        min_ms: Pauses shorter than this stay.
        threshold_db: Everything quieter than this level (dBFS) is a pause; adaptive when absent.
        padding_ms: Kept at both ends of a pause.

    Raises:
        MediaError: ``no_sound``; ``unreadable``.
    """
    rule = choose_rule(strength, min_ms=min_ms, padding_ms=padding_ms)
    features = extract_features(read_mono(path, rate=RATE))
    speech = loud_frames(features, threshold_db) if threshold_db is not None else speech_frames(features)
    return pauses_between(speech, rule, total_ms=features.total_ms)


def choose_rule(strength: Strength, *, min_ms: int | None = None, padding_ms: int | None = None) -> PauseRule:
    """Return the rule of a strength with the user's own numbers put in."""
    rule = RULES[strength]
    return PauseRule(
        min_ms=rule.min_ms if min_ms is None else min_ms,
        after_ms=rule.after_ms if padding_ms is None else padding_ms,
        before_ms=rule.before_ms if padding_ms is None else padding_ms,
    )


@dataclass(frozen=True)
class Features:
    """What is kept of the sound: for every 10 ms its level, and the level in each band, in dB; and its length."""

    level_db: Levels
    band_db: Levels
    total_ms: int


def extract_features(chunks: Iterable[Mono]) -> Features:
    """Return the features of mono samples at ``RATE``, whatever the size of the chunks."""
    levels: list[Levels] = []
    bands: list[Levels] = []
    rest = np.zeros(_WINDOW // 2, dtype=np.float32)
    heard = 0
    for chunk in chunks:
        heard += len(chunk)
        rest = np.concatenate([rest, chunk])
        count = max(0, (len(rest) - _WINDOW) // HOP + 1)
        if count:
            _measure(rest, count, levels, bands)
            rest = rest[count * HOP :]
    rest = np.concatenate([rest, np.zeros(_WINDOW // 2, dtype=np.float32)])
    _measure(rest, max(0, (len(rest) - _WINDOW) // HOP + 1), levels, bands)
    return Features(np.concatenate(levels), np.concatenate(bands), heard * 1000 // RATE)


def _measure(samples: Mono, count: int, levels: list[Levels], bands: list[Levels]) -> None:
    weights = _band_weights()
    shape = np.hanning(_WINDOW).astype(np.float32)
    for start in range(0, count, 2_000):
        stop = min(count, start + 2_000)
        view = np.lib.stride_tricks.sliding_window_view(
            samples[start * HOP : (stop - 1) * HOP + _WINDOW], _WINDOW
        )
        frames = view[::HOP]
        middle = frames[:, (_WINDOW - HOP) // 2 : (_WINDOW + HOP) // 2]
        levels.append(_decibels((middle.astype(np.float64) ** 2).mean(axis=1)))
        power = np.abs(np.fft.rfft(frames * shape, axis=1)) ** 2 / (_WINDOW * 96)
        bands.append(_decibels(power @ weights))


def _decibels(power: NDArray[np.floating]) -> Levels:
    return np.asarray(10 * np.log10(np.maximum(power, 10 ** (_QUIETEST_DB / 10))), dtype=np.float32)


def _band_weights() -> NDArray[np.float64]:
    """Bands of equal width on the mel scale, 90 to 7,400 Hz, as a matrix (bins, bands)."""
    edges = 700 * (10 ** (np.linspace(_mel(90), _mel(7_400), _BANDS + 1) / 2595) - 1)
    bins = np.fft.rfftfreq(_WINDOW, 1 / RATE)
    inside = (bins[:, None] >= edges[:-1]) & (bins[:, None] < edges[1:])
    return np.asarray(inside / np.maximum(inside.sum(axis=0), 1))


def _mel(hertz: float) -> float:
    return float(2595 * np.log10(1 + hertz / 700))


def loud_frames(features: Features, threshold_db: float) -> NDArray[np.bool_]:
    """Return which frames are at or above a level in dBFS."""
    return np.asarray(features.level_db >= threshold_db)


# Above the floor by so much on average is more than noise does by chance.
_CLEAR_RISE_DB = 3.0
# Next to speech so little is enough: the breath before a word, the last sound of it.
_FAINT_RISE_DB = 2.4
# Loud and quiet stretches must lie so far apart, with so few frames between them, to count as voice and the rest.
_APART_DB = 10.0
# A weak word lies so far below the usual one.
_WEAK_WORDS_DB = 11.0
# The voice's heap is looked for in the loudest part.
_LOUD_PART_DB = 15.0
_VALLEY_DEPTH = 0.25
_VALLEY_SHARE = 0.25
# Where so much of the quiet stretches rises above the floor, there is no steady floor.
_UNSTEADY_SHARE = 0.2
_REACH = 15  # frames: as far as a stop consonant or a gap between syllables is long


def speech_frames(features: Features) -> NDArray[np.bool_]:
    """Return which frames hold speech. Nothing is called a pause where speech and the rest can't be told apart.

    Two signs of a pause, either suffices. Nothing rises above what is always there: so it is with noise and hum.
    Or the whole neighbourhood is far quieter than the voice: so it is with music, which has no steady floor.
    """
    rise = rise_above_floor(features)
    speech = _spread(rise > _CLEAR_RISE_DB, rise > _FAINT_RISE_DB, _REACH)
    envelope = _voice_envelope(features)
    nearby = _highest_nearby(envelope, _REACH)
    limit = _valley(nearby)
    if limit is None:
        return speech
    far_below = nearby < limit
    # With a steady floor the first sign has said it all, and what it keeps there is a breath.
    if far_below.any() and speech[far_below].mean() > _UNSTEADY_SHARE:
        # Given back what the neighbourhood took, but for some frames that a soft consonant may need.
        speech &= ~(_highest_nearby(far_below.astype(np.float32), _REACH - 9) > 0)
    return speech


def _spread(sure: NDArray[np.bool_], possible: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Let what is sure grow into what is possible, frame by frame, at most ``reach`` frames to each side."""
    grown = sure
    for _ in range(reach):
        wider = grown.copy()
        wider[1:] |= grown[:-1]
        wider[:-1] |= grown[1:]
        grown = grown | (wider & possible)
    return grown


def _voice_envelope(features: Features) -> Levels:
    """The level of the bands where vowels are, smoothed over 50 ms."""
    power = 10 ** (features.band_db[:, 3:17] / 10)
    return _smooth(_decibels(power.mean(axis=1))[:, None], 5)[:, 0]


def _highest_nearby(values: Levels, reach: int) -> Levels:
    if not len(values):
        return values
    padded = np.pad(values, reach, mode="edge")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1))


def _valley(levels: Levels) -> float | None:
    """Return a level that parts the voice's heap of the histogram from a quieter one, or None when there are not two.

    It lies in the lower part of the valley, because weak words are in the upper one.
    """
    top = float(np.percentile(levels, 99)) if len(levels) else _QUIETEST_DB
    edges = np.arange(top - 60, top + 2, 1.0)
    counts = np.convolve(np.histogram(levels, edges)[0], np.hanning(7) / np.hanning(7).sum(), mode="same")
    centers = edges[:-1] + 0.5
    voice = int(np.argmax(np.where(centers > top - _LOUD_PART_DB, counts, 0)))
    for upper in range(voice - 1, 3, -1):
        rest = int(np.argmax(counts[:upper]))
        limit = _VALLEY_SHARE * min(counts[rest], counts[voice])
        if counts[upper] >= limit:
            continue
        filled = np.flatnonzero(counts[:upper] >= limit)
        lower = int(filled[-1]) if len(filled) else 0
        place = lower + round(_VALLEY_DEPTH * (upper - lower))
        apart = (
            centers[voice] - centers[rest] >= _APART_DB and centers[voice] - centers[place] >= _WEAK_WORDS_DB
        )
        return float(centers[place]) if apart else None
    return None


def rise_above_floor(features: Features) -> Levels:
    """Return by how many dB each frame rises above what is always there, averaged over the bands."""
    smooth = _smooth(features.band_db, 3)
    floor = _floor(smooth)
    return np.asarray(np.clip(smooth - floor, 0, 25).mean(axis=1))


def _smooth(values: Levels, width: int) -> Levels:
    kernel = np.ones(width) / width
    padded = np.pad(values, ((width // 2, width // 2), (0, 0)), mode="edge")
    return np.stack([np.convolve(column, kernel, mode="valid") for column in padded.T], axis=1).astype(
        np.float32
    )


def _floor(bands: Levels, window_s: float = 15.0, share: float = 10) -> Levels:
    """Return what each band does not fall below, around each instant: a low percentile of some seconds."""
    count = len(bands)
    half, step = int(window_s * 50), 100
    places = np.arange(0, max(count, 1), step)
    lows = np.stack([np.percentile(bands[max(0, at - half) : at + half], share, axis=0) for at in places])
    return np.stack([np.interp(np.arange(count), places, column) for column in lows.T], axis=1).astype(
        np.float32
    )


def pauses_between(
    speech: NDArray[np.bool_], rule: PauseRule, *, total_ms: int | None = None
) -> tuple[tuple[int, int], ...]:
    """Return what may be cut: gaps in the speech of at least ``min_ms``, less the handles.

    At the beginning and the end of the recording there is a word at one side only, and a handle only there.
    """
    total_ms = len(speech) * 10 if total_ms is None else total_ms
    if not speech.any():
        return ()
    changes = np.flatnonzero(np.diff(np.concatenate([[True], speech, [True]]).astype(np.int8)))
    found = []
    for begin, end in zip(changes[::2] * 10, changes[1::2] * 10, strict=True):
        if end - begin < rule.min_ms:
            continue
        start = int(begin) + (rule.after_ms if begin > 0 else 0)
        stop = int(end) - rule.before_ms if end < total_ms else total_ms
        if stop - start >= _SHORTEST_CUT_MS:
            found.append((start, stop))
    return tuple(found)
