"""Cutting: what stays and what goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mango_skill.engine.director.asked import Asked
from mango_skill.engine.director.desk import Desk
from mango_skill.engine.director.outcomes import CannotDo, MustAsk
from mango_skill.timeline import TimeRange, edits

Handler = Callable[[Desk, Asked], None]
NEAR_THE_LIMIT = 0.8


def trim_start(desk: Desk, asked: Asked) -> None:
    """Cut time off the beginning of all of it, or of a clip."""
    _trim(desk, asked, at_end=False)


def trim_end(desk: Desk, asked: Asked) -> None:
    """Cut time off the end of all of it, or of a clip."""
    _trim(desk, asked, at_end=True)


def keep_range(desk: Desk, asked: Asked) -> None:
    """Keep one range of all of it, or of a clip."""
    kept = desk.old_range(asked)
    if kept is None:
        raise MustAsk("which_range", missing="start,end")
    if asked.value("clip") is None:
        gone = edits.subtract(TimeRange(0, desk.old_end), [kept])
    else:
        (identity,) = desk.numbers_to_ids([asked.value("clip")])
        whole = desk.old_base(asked)
        gone = edits.subtract(whole, [kept])
        if not desk.pieces_of(identity):
            raise CannotDo("clip_is_gone", number=asked.value("clip"))
    _cut_out(desk, [run for one in gone for run in desk.runs_of(asked, one)])
    desk.did("kept", start=kept.start, end=kept.end)


def remove_range(desk: Desk, asked: Asked) -> None:
    """Cut one range out."""
    gone = desk.old_range(asked)
    if gone is None:
        raise MustAsk("which_range", missing="start,end")
    runs = desk.runs_of(asked, gone)
    if not runs:
        raise CannotDo("already_cut", start=gone.start, end=gone.end)
    removed = _cut_out(desk, runs)
    desk.did("removed", start=gone.start, end=gone.end, length=removed)


def keep_ranges(desk: Desk, asked: Asked) -> None:
    """Keep several ranges, in the order in which they are given."""
    desk.need_clips()
    kept: list[TimeRange] = []
    for pair in asked.items("ranges"):
        start, end = (round(float(value) * 1000) for value in pair)
        if end <= start:
            raise CannotDo("empty_range", start=start, end=end)
        if start >= desk.old_end:
            raise CannotDo("beyond_end", at=start, length=desk.old_end)
        kept.append(TimeRange.between(start, min(end, desk.old_end)))
    if not kept:
        raise MustAsk("which_range", missing="ranges")
    before = desk.end
    desk.apply(edits.keep_ranges(desk.timeline, [run for one in kept for run in desk.runs(one)]))
    _count_removed(desk, before)
    desk.did("kept_ranges", count=len(kept), length=desk.end)


def set_duration(desk: Desk, asked: Asked) -> None:
    """Shorten to a length by cutting the end off. Nothing is made longer by it."""
    desk.need_clips()
    exact, most = asked.ms("seconds"), asked.ms("max_seconds")
    wanted = exact if exact is not None else most
    if not wanted:
        raise MustAsk("how_long", missing="seconds")
    if desk.end <= wanted:
        if exact is None or desk.end == wanted:
            desk.did("short_enough", length=desk.end, wanted=wanted)
            return
        raise CannotDo("too_short", length=desk.end, wanted=wanted)
    if exact is None and desk.passages:
        wanted = _end_of_passage(desk, wanted)
    _cut_out(desk, [TimeRange.between(wanted, desk.end)])
    desk.did("cut_to", length=wanted)
    desk.aside("cut_the_end_off")


def _end_of_passage(desk: Desk, most: int) -> int:
    """Return the last cut before the limit, so that "at most a minute" does not end inside a word."""
    ends = [clip.range.end for clip in desk.clips if most * NEAR_THE_LIMIT <= clip.range.end <= most]
    return max(ends, default=most)


def delete_clip(desk: Desk, asked: Asked) -> None:
    """Take a clip out."""
    gone = desk.one_clip(asked)
    number = asked.value("clip")
    if len(gone) == len(desk.clips):
        raise CannotDo("nothing_left")
    ids = {clip.id for clip in gone}
    before = desk.end
    desk.apply(edits.order_clips(desk.timeline, [clip.id for clip in desk.clips if clip.id not in ids]))
    _count_removed(desk, before)
    desk.did("deleted_clip", number=number if number is not None else 1)


def keep_clips(desk: Desk, asked: Asked) -> None:
    """Take all other clips out."""
    desk.need_clips()
    numbers = asked.items("clips")
    if asked.value("clips") == "all":
        desk.did("kept_all_clips")
        return
    if not numbers:
        raise MustAsk("which_clips", missing="clips", count=len(desk.numbered))
    kept = set(desk.numbers_to_ids(numbers))
    left = [clip.id for clip in desk.clips if desk.origins.get(clip.id) in kept]
    before = desk.end
    if not left:
        raise CannotDo("nothing_left")
    desk.apply(edits.order_clips(desk.timeline, left))
    _count_removed(desk, before)
    desk.did("kept_clips", numbers=list(numbers))


def _trim(desk: Desk, asked: Asked, *, at_end: bool) -> None:
    desk.need_clips()
    amount = asked.ms("seconds")
    if not amount:
        raise MustAsk("how_much", missing="seconds")
    base = desk.old_base(asked)
    if amount >= base.duration:
        raise CannotDo("longer_than_it", amount=amount, length=base.duration)
    gone = TimeRange(base.end - amount, amount) if at_end else TimeRange(base.start, amount)
    runs = desk.runs_of(asked, gone)
    if not runs:
        # Another part of the message cut that already: then the present end is meant.
        if asked.value("clip") is not None:
            raise CannotDo("already_cut", start=gone.start, end=gone.end)
        if amount >= desk.end:
            raise CannotDo("longer_than_it", amount=amount, length=desk.end)
        runs = (TimeRange(desk.end - amount, amount) if at_end else TimeRange(0, amount),)
    _cut_out(desk, runs)
    where = "trimmed_end" if at_end else "trimmed_start"
    number = asked.value("clip")
    if number is None:
        desk.did(where, amount=amount)
    else:
        desk.did(f"{where}_of_clip", amount=amount, number=number)


def _cut_out(desk: Desk, ranges: list[TimeRange] | tuple[TimeRange, ...]) -> int:
    before = desk.end
    desk.need_clips()
    desk.apply(edits.remove_ranges(desk.timeline, ranges))
    return _count_removed(desk, before)


def _count_removed(desk: Desk, before: int) -> int:
    removed = before - desk.end
    desk.facts["removed_ms"] = desk.facts.get("removed_ms", 0) + removed
    return removed


CUTS: Mapping[str, Handler] = {
    "trim_start": trim_start,
    "trim_end": trim_end,
    "keep_range": keep_range,
    "remove_range": remove_range,
    "keep_ranges": keep_ranges,
    "set_duration": set_duration,
    "delete_clip": delete_clip,
    "keep_clips": keep_clips,
}
