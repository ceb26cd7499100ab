"""A part of a clip: the same material, shorter, faster or backwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from mango_skill.timeline.model import Clip, Effect, TimeRange


def cut_clip(
    clip: Clip,
    part: TimeRange,
    *,
    placed: TimeRange,
    factor: Fraction = Fraction(1),
    reverse: bool = False,
) -> Clip:
    """Return what ``part`` (timeline time, within the clip) of a clip becomes at ``placed``.

    Its own effects come along as far as they lie in the part: a fade only at the end it belongs to, a move
    of the picture as the stretch of the move that the part shows. The transition is left as it is.
    """
    changed = replace(clip, range=placed, effects=tuple(_effects(clip, part, placed, reverse)))
    if clip.source is None or clip.freeze:
        return replace(changed, reverse=clip.reverse != reverse)
    return replace(
        changed,
        source=source_part(clip, part),
        speed=(clip.speed * factor).limit_denominator(1_000_000),
        reverse=clip.reverse != reverse,
    )


def source_part(clip: Clip, part: TimeRange) -> TimeRange | None:
    """Return which range of its material a clip shows during ``part`` of the timeline."""
    source, extent = clip.source, clip.range
    if source is None or clip.freeze or not extent.duration:
        return source
    lead = _share(part.start - extent.start, source.duration, extent.duration)
    tail = _share(part.end - extent.start, source.duration, extent.duration)
    if clip.reverse:
        return TimeRange.between(source.end - tail, source.end - lead)
    return TimeRange.between(source.start + lead, source.start + tail)


def _effects(clip: Clip, part: TimeRange, placed: TimeRange, reverse: bool) -> Iterator[Effect]:
    extent = clip.range
    inner = TimeRange(part.start - extent.start, part.duration)
    for effect in clip.effects:
        if effect.kind == "fade_in" and effect.range is None:
            if inner.start == 0:
                yield effect
        elif effect.kind == "fade_out" and effect.range is None:
            if part.end == extent.end:
                yield effect
        elif effect.range is not None:
            yield from _ranged(effect, effect.range, inner, placed)
        elif effect.kind == "zoom" and inner.duration != extent.duration and extent.duration:
            yield _moved(effect, inner, extent.duration)
        else:
            yield effect


def _ranged(effect: Effect, held: TimeRange, inner: TimeRange, placed: TimeRange) -> Iterator[Effect]:
    shared = held.intersection(inner)
    if shared is None or not inner.duration:
        return
    start = _share(shared.start - inner.start, placed.duration, inner.duration)
    end = _share(shared.end - inner.start, placed.duration, inner.duration)
    if end > start:
        yield replace(effect, range=TimeRange.between(start, end))


def _moved(effect: Effect, inner: TimeRange, whole: int) -> Effect:
    first = float(effect.parameters.get("factor_from", 1))
    last = float(effect.parameters.get("factor_to", first))
    at = [round(first + (last - first) * instant / whole, 6) for instant in (inner.start, inner.end)]
    return replace(effect, parameters={**effect.parameters, "factor_from": at[0], "factor_to": at[1]})


def _share(value: int, numerator: int, denominator: int) -> int:
    return (2 * value * numerator + denominator) // (2 * denominator)
