"""How the pictures of a film follow each other: at a steady rate, on a clock that trembles, or as they come. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

_RATES: Final = tuple(
    Fraction(rate) for rate in (10, 12, 15, 20, 24, 25, 30, 48, 50, 60, 100, 120, 240)
) + tuple(Fraction(rate * 1000, 1001) for rate in (15, 24, 30, 48, 60, 120, 240))  # fmt: skip
# What uneven films are made even at: screens are recorded at up to 60, with pauses between.
_EVEN_RATES: Final = tuple(Fraction(rate) for rate in (10, 12, 15, 20, 24, 25, 30, 50, 60))
_DEFAULT: Final = Fraction(25)
_FASTEST: Final = 240
# A clock that trembles by more than this share of a picture could mean the picture before or after.
_TREMOR: Final = 0.9
# A rate this near is the usual one; a trembling clock of a short film hides as much as the second.
_SAME, _NEAR = 0.0005, 0.01
# And this near it was meant, though the film does not keep to it.
_MEANT: Final = 0.002
# An unusual rate is believed when the pictures come as regularly as this.
_REGULAR: Final = 0.05
_ON_GRID: Final = 0.2
_WINDOW: Final = 8


@dataclass(frozen=True)
class Cadence:
    """What the instants of a film's pictures say.

    Attributes:
        rate: Pictures per second; one that suits the film when ``varies``.
        varies: No steady rate explains the instants.
        start: When the first picture is due, in seconds: with a clock that trembles, not just when it is stamped.
    """

    rate: Fraction
    varies: bool
    start: Fraction


def find_cadence(times: Sequence[int], base: Fraction, named: Fraction | None) -> Cadence:
    """Return the rate that explains the instants of a film's pictures.

    Args:
        times: In ticks, ascending.
        base: Seconds of a tick.
        named: What the container says, if it does.
    """
    kept = np.unique(np.asarray(times, dtype=np.int64))
    named = named if named is not None and 1 <= named <= _FASTEST else None
    start = int(kept[0]) * base if len(kept) else Fraction(0)
    if len(kept) < 2:
        return Cadence(named or _DEFAULT, False, start)
    seconds = (kept - kept[0]).astype(np.float64) * float(base)
    number = np.arange(len(seconds), dtype=np.float64)
    own = float(np.polyfit(number, seconds, 1)[0])
    trembles, tick = _spread(seconds, 1 / own), float(base)
    usual = sorted(_RATES, key=lambda rate: abs(log(float(rate) * own)))
    for rate in [*([named] if named else []), *usual]:
        off, spread = abs(float(rate) * own - 1), _spread(seconds, float(rate))
        if spread > max(_TREMOR / float(rate), 2.5 * tick):
            continue
        explained = spread <= 1.5 * trembles + 2.5 * tick and off <= _NEAR
        if explained or (off < _SAME and rate in _RATES):
            return Cadence(nearest_rate(rate), False, start + _lead(seconds, rate, tick))
    if trembles <= max(2.5 * tick, _REGULAR * own) and abs(float(usual[0]) * own - 1) > _MEANT:
        return Cadence(_simplest(1 / own, tick / (own * len(seconds))), False, start)
    return Cadence(
        _even_rate(seconds, usual[0] if abs(float(usual[0]) * own - 1) < _MEANT else None), True, start
    )


def _spread(seconds: NDArray[np.float64], rate: float) -> float:
    """How far apart a steady rate and the instants get, in seconds, at both sides together."""
    return float(np.ptp(seconds - np.arange(len(seconds)) / rate))


def _lead(seconds: NDArray[np.float64], rate: Fraction, tick: float) -> Fraction:
    """How much later than it is stamped the first picture is due, so that all are as near to theirs as can be."""
    away = seconds - np.arange(len(seconds)) / float(rate)
    if np.ptp(away) <= 2.5 * tick:
        return Fraction(0)
    return Fraction(float(away.max() + away.min()) / 2).limit_denominator(1_000_000)


def _simplest(rate: float, unsure: float) -> Fraction:
    """Return the fraction with the smallest denominator that is as near to a rate as the clock can tell."""
    tries = (Fraction(round(rate * below), below) for below in range(1, 1001))
    exact = Fraction(rate).limit_denominator(1001)
    return next((one for one in tries if abs(float(one) / rate - 1) <= max(unsure, 1e-6)), exact)


def _even_rate(seconds: NDArray[np.float64], meant: Fraction | None) -> Fraction:
    """Return the rate that shows an uneven film well: that of its quick stretches, so that nothing is left out."""
    gaps = np.diff(seconds)
    quick = float(np.quantile(gaps, 0.1))
    multiples = gaps / quick
    if (np.abs(multiples - np.round(multiples)) < _ON_GRID).mean() >= 0.9:
        # One rate, with pictures left out.
        single = gaps[np.round(multiples) == 1]
        rate = len(single) / float(single.sum())
    elif meant is not None:
        return meant
    else:
        wide = min(_WINDOW, len(gaps))
        rate = float(np.quantile(wide / (seconds[wide:] - seconds[:-wide]), 0.9))
    near = nearest_rate(Fraction(rate).limit_denominator(100_000))
    if near in _RATES and near <= _EVEN_RATES[-1]:
        return near
    return min(_EVEN_RATES, key=lambda usual: abs(log(float(usual) / rate)))


def nearest_rate(measured: Fraction) -> Fraction:
    """Return the usual frame rate within 0.05 % of ``measured``, else it with a small denominator."""
    best = min(_RATES, key=lambda rate: abs(rate - measured))
    if abs(best / measured - 1) < _SAME:
        return best
    return measured.limit_denominator(1001)
