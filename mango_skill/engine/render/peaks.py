"""True peaks: how high sound rises between its samples (ITU-R BS.1770-5, annex 2). Render process only; numpy only.

Peaks are kept one for every millisecond. The fine curve between samples is worked out only where samples come near the
level that matters: nothing else can reach it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mango_skill.engine.render.mixfile import BLOCK, MixFile
from mango_skill.engine.render.tapes import RATE, Samples

STEP: Final = RATE // 1000
"""Samples that share a peak."""
REACH: Final = 12
"""Samples on either side that bear on the curve between two."""

_OVERSAMPLING: Final = 4
# Between samples of -5 dB no sound of this world rises above 0 dB.
_NEAR: Final = 0.56

Levels = NDArray[np.float32]


def _interpolator() -> Levels:
    """From the samples of a step and its neighbourhood to the points between them: a windowed sinc."""
    taps = np.arange(STEP + 2 * REACH)[:, None] - REACH
    wanted = (np.arange(STEP)[:, None] + np.arange(1, _OVERSAMPLING) / _OVERSAMPLING).reshape(1, -1)
    apart = taps - wanted
    window = np.where(np.abs(apart) < REACH, np.cos(np.pi * apart / (2 * REACH)) ** 2, 0.0)
    return np.asarray(np.sinc(apart) * window, dtype=np.float32)


_BETWEEN: Final = _interpolator()


def sample_peaks(samples: Samples) -> Levels:
    """Return the highest sample of every step; the last step may be short."""
    steps = -(-len(samples) // STEP)
    highest = np.zeros(steps * STEP, dtype=np.float32)
    np.maximum(np.abs(samples[:, 0]), np.abs(samples[:, 1]), out=highest[: len(samples)])
    return np.asarray(highest.reshape(-1, STEP).max(axis=1))


def raise_to_true(peaks: Levels, samples: Samples, where: NDArray[np.bool_]) -> None:
    """Raise the peaks of some steps to what lies between their samples.

    Args:
        peaks: Of the steps, as ``sample_peaks`` found them; changed in place.
        samples: The same sound with ``REACH`` more samples on both sides.
        where: Of which steps.
    """
    near = np.flatnonzero(where)
    if not len(near):
        return
    padded = np.zeros((len(peaks) * STEP + 2 * REACH, 2), dtype=np.float32)
    padded[: len(samples)] = samples[: len(padded)]
    for side in (0, 1):
        windows = np.lib.stride_tricks.sliding_window_view(padded[:, side], STEP + 2 * REACH)[near * STEP]
        between = np.abs(windows @ _BETWEEN).max(axis=1)
        peaks[near] = np.maximum(peaks[near], between)


class PeakMap:
    """The peaks of a mix, as exact as was asked for so far.

    Args:
        mix: Open for as long as this is used; it must not change.
    """

    def __init__(self, mix: MixFile) -> None:
        self._mix = mix
        found = [sample_peaks(block) for _, block in mix.blocks()]
        self._peaks = np.concatenate(found) if found else np.zeros(0, dtype=np.float32)
        self._exact = np.zeros(len(self._peaks), dtype=bool)

    def exact(self, level: float, check: Callable[[], None]) -> Levels:
        """Return all peaks; those at or above a level are true peaks."""
        steps = BLOCK // STEP
        for place in range(0, len(self._peaks), steps):
            part, known = self._peaks[place : place + steps], self._exact[place : place + steps]
            where = (part > _NEAR * level) & ~known
            if not where.any():
                continue
            check()
            first = place * STEP - REACH
            samples = self._mix.read(max(0, first), BLOCK + 2 * REACH + min(0, first))
            if first < 0:
                samples = np.concatenate([np.zeros((-first, 2), np.float32), samples])
            raise_to_true(part, samples, where)
            known |= where
        return self._peaks


class PeakMeter:
    """True peaks of sound that comes in pieces of any length.

    Args:
        level: What matters, linear: peaks well below are those of the samples alone.
    """

    def __init__(self, level: float) -> None:
        self._level = level
        self._rest = np.zeros((REACH, 2), dtype=np.float32)
        self._found: list[Levels] = []

    def add(self, samples: Samples) -> None:
        """Listen to what comes next."""
        self._rest = np.concatenate([self._rest, samples])
        steps = (len(self._rest) - 2 * REACH) // STEP
        if steps >= BLOCK // STEP:
            self._measure(steps)

    def finish(self) -> Levels:
        """Return the peaks of every step."""
        self._rest = np.concatenate([self._rest, np.zeros((REACH, 2), np.float32)])
        self._measure(-(-(len(self._rest) - 2 * REACH) // STEP))
        return np.concatenate(self._found) if self._found else np.zeros(0, dtype=np.float32)

    def _measure(self, steps: int) -> None:
        if steps <= 0:
            return
        peaks = sample_peaks(self._rest[REACH : REACH + steps * STEP])
        raise_to_true(peaks, self._rest, peaks > _NEAR * self._level)
        self._found.append(peaks)
        self._rest = self._rest[steps * STEP :]
