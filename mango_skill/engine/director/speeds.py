"""Faster, slower, backwards, held and repeated."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from mango_skill.engine.director.asked import Asked
from mango_skill.engine.director.cuts import Handler
from mango_skill.engine.director.desk import Desk
from mango_skill.engine.director.outcomes import CannotDo, MustAsk
from mango_skill.timeline import TimeRange, edits

FASTER, SLOWER = Fraction(5, 4), Fraction(4, 5)
SLOWEST, FASTEST = Fraction(1, 20), Fraction(60)
FREEZE_MS = 2000
LONGEST_MS = 6 * 3600 * 1000
"""A result longer than this is a slip of the tongue, not a wish."""


def speed(desk: Desk, asked: Asked) -> None:
    """Change the speed of all of it or of clips."""
    factor = _factor(desk, asked)
    chosen = desk.chosen(asked)
    clips = desk.need_clips() if chosen is None else chosen
    _check_length(desk, sum(clip.range.duration for clip in clips), 1 / factor)
    desk.apply(edits.change_speed(desk.timeline, [(clip.range, factor) for clip in clips]))
    if asked.value("clip") is None:
        desk.did("speed", factor=float(factor))
    else:
        desk.did("speed_of_clip", factor=float(factor), number=asked.value("clip"))


def speed_range(desk: Desk, asked: Asked) -> None:
    """Change the speed of a range."""
    part = desk.old_range(asked)
    if part is None:
        raise MustAsk("which_range", missing="start,end")
    factor = _factor(desk, asked)
    runs = _present(desk, part)
    _check_length(desk, sum(run.duration for run in runs), 1 / factor)
    desk.apply(edits.change_speed(desk.timeline, [(run, factor) for run in runs]))
    desk.did("speed_of_range", factor=float(factor), start=part.start, end=part.end)


def speed_ramp(desk: Desk, asked: Asked) -> None:
    """Go from one speed to another."""
    desk.need_clips()
    part = desk.old_range(asked) or TimeRange(0, desk.old_end)
    first = _fraction(asked.number("factor_from") or 1)
    last = _fraction(asked.number("factor_to") or (2 if not asked.has("factor_from") else 1))
    runs = _present(desk, part)
    whole = TimeRange.between(runs[0].start, runs[-1].end)
    _check_length(desk, whole.duration, 1 / min(first, last))
    desk.apply(edits.ramp_speed(desk.timeline, whole, first, last))
    desk.did("speed_ramp", first=float(first), last=float(last), start=part.start, end=part.end)


def fit_duration(desk: Desk, asked: Asked) -> None:
    """Change the speed so that it lasts exactly so long."""
    desk.need_clips()
    wanted = asked.ms("seconds")
    if not wanted:
        raise MustAsk("how_long", missing="seconds")
    factor = Fraction(desk.end, wanted)
    if not SLOWEST <= factor <= FASTEST:
        raise CannotDo("speed_out_of_reach", factor=round(float(factor), 2))
    desk.apply(edits.fit_speed(desk.timeline, wanted))
    desk.did("fitted", length=wanted, factor=round(float(factor), 2))


def reverse(desk: Desk, asked: Asked) -> None:
    """Play backwards: all of it, a clip where it stands, or a range."""
    desk.need_clips()
    chosen = desk.chosen(asked)
    if chosen is not None:
        desk.apply(edits.reverse_clips(desk.timeline, {clip.id for clip in chosen}))
        desk.did("reversed_clip", number=asked.value("clip"))
        return
    part = desk.old_range(asked)
    if part is None:
        desk.apply(edits.reverse_range(desk.timeline, TimeRange(0, desk.end)))
        desk.did("reversed")
        return
    for run in _present(desk, part):
        desk.apply(edits.reverse_range(desk.timeline, run))
    desk.did("reversed_range", start=part.start, end=part.end)


def boomerang(desk: Desk, asked: Asked) -> None:
    """Play forwards and then backwards."""
    desk.need_clips()
    last = asked.ms("start_from_end")
    chosen = desk.chosen(asked)
    part = desk.old_range(asked)
    if last:
        whole = TimeRange.between(max(0, desk.end - last), desk.end)
    elif part is not None:
        runs = _present(desk, part)
        whole = TimeRange.between(runs[0].start, runs[-1].end)
    elif chosen:
        whole = TimeRange.between(chosen[0].range.start, chosen[-1].range.end)
    else:
        whole = TimeRange(0, desk.end)
    desk.apply(edits.boomerang(desk.timeline, whole))
    desk.did("boomerang", start=whole.start, end=whole.end)


def freeze_frame(desk: Desk, asked: Asked) -> None:
    """Hold a frame."""
    desk.need_clips()
    at = asked.value("at")
    stated = asked.ms("seconds")
    if stated == 0:
        raise MustAsk("how_long", missing="seconds")
    held = stated or FREEZE_MS
    moment = desk.old_end if at is None or at == "end" else asked.ms("at")
    if moment is None:
        raise MustAsk("when", missing="at")
    if moment > desk.old_end:
        raise CannotDo("beyond_end", at=moment, length=desk.old_end)
    _check_length(desk, 0, 1, more=held)
    desk.apply(edits.freeze(desk.timeline, desk.place_of(moment), held))
    desk.did("froze", at=min(moment, desk.old_end), length=held)


def loop(desk: Desk, asked: Asked) -> None:
    """Play all of it, or a clip, several times."""
    desk.need_clips()
    times = int(asked.number("times") or 2)
    chosen = desk.chosen(asked)
    if times < 1:
        raise MustAsk("how_often", missing="times")
    if chosen is not None and len(chosen) == 1:
        _check_length(desk, chosen[0].range.duration, times)
        desk.apply(edits.repeat(desk.timeline, times, only=chosen[0].id))
        desk.did("looped_clip", times=times, number=asked.value("clip"))
        return
    _check_length(desk, desk.end, times)
    desk.apply(edits.repeat(desk.timeline, times))
    desk.did("looped", times=times)


def _factor(desk: Desk, asked: Asked) -> Fraction:
    stated = asked.number("factor")
    if stated is None:
        if not asked.has("direction"):
            raise MustAsk("how_fast", missing="factor")
        factor = FASTER if asked.word("direction") == "up" else SLOWER
        return factor
    factor = _fraction(stated)
    if not SLOWEST <= factor <= FASTEST:
        raise CannotDo("speed_out_of_reach", factor=stated)
    return factor


def _fraction(value: float) -> Fraction:
    return Fraction(str(value)).limit_denominator(10_000)


def _present(desk: Desk, part: TimeRange) -> tuple[TimeRange, ...]:
    runs = desk.runs(part)
    if not runs:
        raise CannotDo("already_cut", start=part.start, end=part.end)
    return runs


def _check_length(desk: Desk, part: int, times: Fraction | int, *, more: int = 0) -> None:
    if desk.end - part + part * times + more > LONGEST_MS:
        raise CannotDo("too_long", hours=LONGEST_MS // 3_600_000)


SPEEDS: Mapping[str, Handler] = {
    "speed": speed,
    "speed_range": speed_range,
    "speed_ramp": speed_ramp,
    "fit_duration": fit_duration,
    "reverse": reverse,
    "boomerang": boomerang,
    "freeze_frame": freeze_frame,
    "loop": loop,
}
