"""What an edit in time must have done: lengths, order, and which instant is shown when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from mango_skill.engine.director.cases import CLOSE_MS, Case, end_of, material_of, shown
from mango_skill.timeline import Timeline

Check = Callable[[Case], str | None]
SAMPLES = 23


def _same_picture(case: Case, pairs: Iterator[tuple[int, int]], close: int = CLOSE_MS) -> str | None:
    for new, old in pairs:
        got, wanted = shown(case.after, new), shown(case.before, old)
        if got is None or wanted is None or got[0] != wanted[0] or abs(got[1] - wanted[1]) > close:
            return f"at {new} ms {got} is shown instead of {wanted}"
    return None


def _spread(start: int, end: int) -> Iterator[int]:
    length = end - start
    for number in range(SAMPLES if length > 1 else 0):
        yield start + length * (2 * number + 1) // (2 * SAMPLES)


def _length(case: Case, wanted: float, close: int = CLOSE_MS) -> str | None:
    got = end_of(case.after)
    return None if abs(got - wanted) <= close else f"{got} ms long instead of {wanted:.0f}"


def _trim(case: Case) -> str | None:
    amount = case.asked.ms("seconds")
    if amount is None or not case.first or case.asked.has("clip"):
        return _shorter(case)
    shift = amount if case.asked.name == "trim_start" else 0
    end = end_of(case.before) - amount
    return _length(case, end) or _same_picture(case, ((at, at + shift) for at in _spread(0, end)))


def _shorter(case: Case) -> str | None:
    longer = end_of(case.after) > end_of(case.before) + CLOSE_MS
    return "it became longer" if longer else None


def _range(case: Case) -> tuple[int, int] | None:
    asked = case.asked
    if not case.first or asked.has("clip", "start_frame", "end_frame"):
        return None
    whole = end_of(case.before)
    edges: list[int] = []
    for which, default in (("start", 0), ("end", whole)):
        stated, percent = asked.ms(which), asked.number(f"{which}_percent")
        at = stated if stated is not None else default if percent is None else round(whole * percent / 100)
        edges.append(min(at, whole))
    return edges[0], edges[1]


def _keep_range(case: Case) -> str | None:
    part = _range(case)
    if part is None:
        return _shorter(case)
    start, end = part
    return _length(case, end - start) or _same_picture(
        case, ((at, at + start) for at in _spread(0, end - start))
    )


def _remove_range(case: Case) -> str | None:
    part = _range(case)
    if part is None:
        return _shorter(case)
    start, end = part
    gone = end - start
    pairs = ((at, at if at < start else at + gone) for at in _spread(0, end_of(case.before) - gone))
    return _length(case, end_of(case.before) - gone) or _same_picture(case, pairs)


def _keep_ranges(case: Case) -> str | None:
    if not case.first:
        return _shorter(case)
    whole, cursor, pairs = end_of(case.before), 0, []
    for start, end in case.asked.items("ranges"):
        low, high = round(start * 1000), min(round(end * 1000), whole)
        pairs += [(cursor + at - low, at) for at in _spread(low, high)]
        cursor += high - low
    return _length(case, cursor) or _same_picture(case, iter(pairs))


def _set_duration(case: Case) -> str | None:
    wanted = case.asked.ms("seconds") or case.asked.ms("max_seconds") or 0
    return (
        f"{end_of(case.after)} ms is more than {wanted}" if end_of(case.after) > wanted + CLOSE_MS else None
    )


def _fit_duration(case: Case) -> str | None:
    return _length(case, case.asked.ms("seconds") or 0, 1)


def _speed(case: Case) -> str | None:
    factor = case.asked.number("factor")
    if factor is None or case.asked.has("clip", "clips_except"):
        return None
    close = CLOSE_MS + len(case.after.main.clips if case.after.main else ())
    return _length(case, end_of(case.before) / factor, close)


def _speed_range(case: Case) -> str | None:
    factor, part = case.asked.number("factor"), _range(case)
    if factor is None or part is None:
        return None
    length = part[1] - part[0]
    return _length(case, end_of(case.before) - length + length / factor, 10)


def _split(case: Case) -> str | None:
    pairs = ((at, at) for at in _spread(0, end_of(case.after)))
    return _length(case, end_of(case.before), 0) or _same_picture(case, pairs)


def _reverse(case: Case) -> str | None:
    if case.asked.has("clip", "start", "end", "clips_except"):
        return _length(case, end_of(case.before))
    end = end_of(case.before)
    pairs = ((at, end - 1 - at) for at in _spread(0, end))
    return _length(case, end) or _same_picture(case, pairs, 60)


def _freeze(case: Case) -> str | None:
    held = case.asked.ms("seconds")
    return None if held is None else _length(case, end_of(case.before) + held)


def _loop(case: Case) -> str | None:
    times = case.asked.number("times")
    return None if times is None or case.asked.has("clip") else _length(case, end_of(case.before) * times)


def _silence(case: Case) -> str | None:
    """Nothing but cuts: what is left comes in the old order, at the old speed. "Less" may put some back."""
    if case.asked.word("direction") == "down":
        return None
    seen: dict[str, int] = {}
    if any(clip.reverse for clip in case.after.main.clips) if case.after.main else True:
        return _shorter(case)
    repeated = len({material_of(clip) for clip in case.before.main.clips}) if case.before.main else 0
    if case.before.main is None or repeated < len(case.before.main.clips):
        return _shorter(case)
    for clip in case.after.main.clips if case.after.main else ():
        start = clip.source.start if clip.source else 0
        if start < seen.get(material_of(clip), -1):
            return "the order of what is left has changed"
        seen[material_of(clip)] = start
    return _shorter(case)


def _rearranged(case: Case) -> str | None:
    def takes(timeline: Timeline) -> list[tuple[str, int]]:
        clips = timeline.main.clips if timeline.main else ()
        return sorted((material_of(clip), clip.range.duration) for clip in clips)

    return None if takes(case.before) == takes(case.after) else "a clip was lost or changed"


def _fewer(case: Case) -> str | None:
    before, after = case.before.main, case.after.main
    if before is None or after is None:
        return "there is no storyline"
    return None if len(after.clips) < len(before.clips) else "no clip was taken out"


def _inserted(case: Case) -> str | None:
    """A file that stood on the storyline only because it was uploaded is moved, not added."""
    before, after = (timeline.main.clips if timeline.main else () for timeline in (case.before, case.after))
    fresh = [clip for clip in after if clip not in before]
    return None if fresh else "nothing was inserted"


def _more(case: Case) -> str | None:
    longer = end_of(case.after) > end_of(case.before)
    return None if longer else "it did not become longer"


TIME_CHECKS: Mapping[str, Check] = {
    "trim_start": _trim,
    "trim_end": _trim,
    "keep_range": _keep_range,
    "remove_range": _remove_range,
    "keep_ranges": _keep_ranges,
    "set_duration": _set_duration,
    "fit_duration": _fit_duration,
    "speed": _speed,
    "speed_range": _speed_range,
    "split": _split,
    "delete_clip": _fewer,
    "move_clip": _rearranged,
    "swap_clips": _rearranged,
    "reorder": _rearranged,
    "duplicate_clip": _more,
    "insert_clip": _inserted,
    "reverse": _reverse,
    "boomerang": _more,
    "freeze_frame": _freeze,
    "loop": _loop,
    "remove_silence": _silence,
    "beat_sync": _shorter,
}
