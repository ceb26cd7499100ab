"""Where every instant of a timeline went: a piecewise map from old time to new time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from mango_skill.timeline.model import TimeRange


@dataclass(frozen=True)
class Span:
    """One stretch of old time and where it lies now, stretched evenly.

    An old stretch of no length is an instant that is held (a freeze frame). ``backwards`` runs from the old
    end to the old start.
    """

    old: TimeRange
    new: TimeRange
    backwards: bool = False

    def forward(self, instant: int) -> int:
        """Return where an old instant within the span lies now."""
        if not self.old.duration:
            return self.new.start
        offset = _scale(instant - self.old.start, self.new.duration, self.old.duration)
        return self.new.end - offset if self.backwards else self.new.start + offset

    def back(self, instant: int) -> int:
        """Return which old instant a new instant within the span shows."""
        if not self.new.duration:
            return self.old.start
        offset = _scale(instant - self.new.start, self.old.duration, self.new.duration)
        return self.old.end - offset if self.backwards else self.old.start + offset

    def part(self, old: TimeRange) -> Span | None:
        """Return the part of the span that lies within an old range, or None."""
        if not self.old.duration:
            held = old.start <= self.old.start < old.end
            return self if held else None
        shared = self.old.intersection(old)
        if shared is None:
            return None
        ends = sorted((self.forward(shared.start), self.forward(shared.end)))
        return Span(shared, TimeRange.between(ends[0], ends[1]), self.backwards)


@dataclass(frozen=True)
class TimeMap:
    """Spans in the order of new time. Old time in no span was removed; in several, it is there several times.

    ``old_end`` and ``new_end`` are the lengths of the storyline before and after.
    """

    spans: tuple[Span, ...]
    old_end: int
    new_end: int

    @classmethod
    def identity(cls, end: int) -> TimeMap:
        """Return the map that changes nothing."""
        whole = TimeRange(0, end)
        return cls((Span(whole, whole),) if end else (), end, end)

    def images(self, old: TimeRange) -> tuple[Span, ...]:
        """Return what became of an old range, in the order of new time."""
        starts, spans, longest = self._by_old
        low, high = bisect_left(starts, old.start - longest), bisect_right(starts, old.end)
        parts = (span.part(old) for span in spans[low:high])
        found = [part for part in parts if part is not None]
        if old.end == self.old_end and old.duration:
            # An instant held at the very end belongs to what was shown last.
            found += [span for span in self.spans if not span.old.duration and span.old.start == old.end]
        return tuple(sorted(found, key=lambda span: span.new.start))

    @cached_property
    def _by_old(self) -> tuple[list[int], list[Span], int]:
        """The spans in the order of old time, to find the few that a range touches."""
        spans = sorted(self.spans, key=lambda span: span.old.start)
        return (
            [span.old.start for span in spans],
            spans,
            max((span.old.duration for span in spans), default=0),
        )

    def runs(self, old: TimeRange) -> tuple[TimeRange, ...]:
        """Return the new ranges an old range occupies, those that touch joined into one."""
        return join(span.new for span in self.images(old))

    def point(self, instant: int) -> int:
        """Return where an old instant lies now; of one that was removed, where the next surviving one lies."""
        inside = [span for span in self.spans if span.old.start <= instant < span.old.end]
        if inside:
            return inside[0].forward(instant)
        later = [span for span in self.spans if span.old.start >= instant and span.old.duration]
        if later:
            following = min(later, key=lambda span: span.old.start)
            return following.forward(following.old.start)
        before = [span for span in self.spans if span.old.end <= instant]
        if not before:
            return self.new_end
        last = max(before, key=lambda span: (span.old.end, span.new.end))
        return last.new.end

    def then(self, later: TimeMap) -> TimeMap:
        """Return the map that does this one first and ``later`` on its result."""
        spans: list[Span] = []
        for span in self.spans:
            for image in later.images(span.new) if span.new.duration else ():
                if not span.old.duration or not image.old.duration:
                    held = span.back(image.old.start) if span.old.duration else span.old.start
                    spans.append(Span(TimeRange(held, 0), image.new))
                    continue
                ends = sorted((span.back(image.old.start), span.back(image.old.end)))
                old = TimeRange.between(ends[0], ends[1])
                spans.append(Span(old, image.new, span.backwards != image.backwards))
        unique = dict.fromkeys(spans)
        ordered = tuple(sorted(unique, key=lambda span: span.new.start))
        return TimeMap(ordered, self.old_end, later.new_end)


def join(ranges: Iterable[TimeRange]) -> tuple[TimeRange, ...]:
    """Return ranges in order, those that touch or overlap joined into one."""
    joined: list[TimeRange] = []
    for one in sorted(ranges, key=lambda one: (one.start, one.end)):
        if joined and one.start <= joined[-1].end:
            joined[-1] = TimeRange.between(joined[-1].start, max(joined[-1].end, one.end))
        else:
            joined.append(one)
    return tuple(joined)


def subtract(whole: TimeRange, ranges: Iterable[TimeRange]) -> tuple[TimeRange, ...]:
    """Return what is left of ``whole`` without the ranges."""
    left: list[TimeRange] = []
    cursor = whole.start
    for one in join(ranges):
        if one.end <= cursor or one.start >= whole.end:
            continue
        if one.start > cursor:
            left.append(TimeRange.between(cursor, one.start))
        cursor = max(cursor, one.end)
    if cursor < whole.end:
        left.append(TimeRange.between(cursor, whole.end))
    return tuple(left)


def _scale(value: int, numerator: int, denominator: int) -> int:
    return (2 * value * numerator + denominator) // (2 * denominator)
