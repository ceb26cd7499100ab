"""The time that is left: told once it is known, near the truth, and counted down in between."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mango_skill.engine.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_nothing_is_told_before_it_can_be_known() -> None:
    clock = Clock()
    pace = Pace(clock)
    clock.now = 1.0
    pace.note(50)
    assert pace.left_s() is None
    slow = Pace(clock)
    clock.now = 60.0
    slow.note(1)
    assert slow.left_s() is None


def test_a_steady_pace_is_told_as_it_is() -> None:
    clock = Clock()
    pace = Pace(clock)
    for second in range(1, 41):
        clock.now = float(second)
        pace.note(second)
    assert abs((pace.left_s() or 0) - 60) <= 1


def test_between_two_steps_it_is_counted_down_and_never_to_nothing() -> None:
    clock = Clock()
    pace = Pace(clock)
    for second in range(1, 51):
        clock.now = float(second)
        pace.note(second * 2 - 2)
    before = pace.left_s()
    assert before is not None
    clock.now += 1
    assert pace.left_s() in (max(1, before - 1), before)
    clock.now += 1000
    assert pace.left_s() == 1


def test_one_slow_step_does_not_throw_the_estimate_about() -> None:
    clock = Clock()
    pace = Pace(clock)
    for second in range(1, 31):
        clock.now = float(second)
        pace.note(second)
    steady = pace.left_s() or 0
    clock.now += 6
    pace.note(31)
    assert abs((pace.left_s() or 0) - steady) < 25


@given(st.lists(st.tuples(st.floats(0, 30), st.floats(-10, 110)), max_size=40))
def test_progress_never_runs_backwards_whatever_is_noted(steps: list[tuple[float, float]]) -> None:
    clock = Clock()
    pace = Pace(clock)
    seen = 0.0
    for wait, percent in steps:
        clock.now += wait
        pace.note(percent)
        assert seen <= pace.percent <= 100
        assert (pace.left_s() or 1) >= 1
        seen = pace.percent
