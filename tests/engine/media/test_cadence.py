"""How fast a film is, told from when its pictures are stamped."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest

from mango_skill.engine.media.cadence import Cadence, find_cadence

USUAL = [
    Fraction(24_000, 1001),
    Fraction(24),
    Fraction(25),
    Fraction(30_000, 1001),
    Fraction(30),
    Fraction(50),
    Fraction(60_000, 1001),
    Fraction(60),
    Fraction(120),
    Fraction(240),
]


def stamped(seconds: Sequence[float], base: Fraction = Fraction(1, 90_000)) -> Cadence:
    return find_cadence(sorted(round(one / float(base)) for one in seconds), base, None)


def steps(*stretches: tuple[int, float]) -> list[float]:
    """The instants of stretches of pictures, each so many and so far apart."""
    gaps = [gap for count, gap in stretches for _ in range(count)]
    return [0.0, *np.cumsum(gaps).tolist()]


@pytest.mark.parametrize("rate", USUAL)
@pytest.mark.parametrize("base", [Fraction(1, 1000), Fraction(1, 600), Fraction(1, 90_000)])
def test_a_trembling_clock_still_tells_the_usual_rate(rate: Fraction, base: Fraction) -> None:
    """Up to a third of a picture early or late, over a minute."""
    dice = np.random.default_rng(7)
    count = int(60 * rate)
    found = stamped((np.arange(count) + dice.uniform(-0.33, 0.33, count)) / float(rate) + 5, base)
    assert found.rate == rate
    assert not found.varies
    assert abs(found.start - 5) < Fraction(1, 10) / rate


@pytest.mark.parametrize("rate", USUAL)
def test_a_clean_clock_tells_the_rate_of_a_short_film(rate: Fraction) -> None:
    found = stamped([number / float(rate) for number in range(20)])
    assert found == Cadence(rate, False, Fraction(0))


def test_a_clock_of_milliseconds_leaves_it_to_the_name_whether_a_short_film_has_30_or_29_97() -> None:
    times = [round(number * 1001 / 30) for number in range(40)]
    named = find_cadence(times, Fraction(1, 1000), Fraction(30_000, 1001))
    assert (named.rate, named.varies) == (Fraction(30_000, 1001), False)


@pytest.mark.parametrize("rate", [Fraction(18), Fraction(273, 10), Fraction(25, 2)])
def test_an_unusual_rate_that_is_kept_exactly_is_believed(rate: Fraction) -> None:
    found = stamped([number / float(rate) for number in range(300)])
    assert (found.rate, found.varies) == (rate, False)


@pytest.mark.parametrize(
    ("times", "rate"),
    [
        (steps((100, 1 / 30), (150, 1 / 24), (60, 1 / 27)), Fraction(30)),
        (steps(*[(20, 1 / 30), (10, 1 / 15)] * 20), Fraction(30)),
        (steps((100, 1 / 30), (1, 2 / 30), (300, 1 / 30)), Fraction(30)),
        (steps((100, 1001 / 30_000), (1, 2002 / 30_000), (300, 1001 / 30_000)), Fraction(30_000, 1001)),
        (steps((60, 1 / 30), (480, 1 / 240), (60, 1 / 30)), Fraction(60)),
        (steps((20_000, 1 / 29.98)), Fraction(30_000, 1001)),
    ],
    ids=[
        "phone in bad light",
        "long exposures",
        "a picture left out",
        "29.97 too",
        "slow motion",
        "drifts away",
    ],
)
def test_an_uneven_film_stays_uneven_and_gets_a_usual_rate(times: list[float], rate: Fraction) -> None:
    found = stamped(times)
    assert (found.rate, found.varies) == (rate, True)


@pytest.mark.parametrize("times", [[], [5], [5, 5, 5]])
def test_one_picture_has_the_rate_that_is_named(times: list[int]) -> None:
    assert find_cadence(times, Fraction(1, 1000), Fraction(24)).rate == 24
    assert find_cadence(times, Fraction(1, 1000), Fraction(90_000)).rate == 25
