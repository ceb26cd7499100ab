"""Where the pictures of a stretch of a file lie: numbers alone, never the pictures. Pure.

Pictures have two orders: *places* count packets as they are stored and decoded, *numbers* count pictures as they are
shown. Both begin at 0 with the stretch.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from typing import Final

START: Final = 1
"""Decoding may start here, and nothing that follows looks back, what is ``LEADING`` excepted."""
KEY: Final = 2
"""Decoding may start here for this picture and those shown after it."""
SPARE: Final = 4
"""No other picture refers to it."""
ODD: Final = 8
"""It can't be copied: broken, hidden, or with other parameter sets."""
LEADING: Final = 16
"""It is shown before the full picture that it is stored behind, and left out where a copy starts at that."""


@dataclass(frozen=True)
class PacketMap:
    """The packets of a stretch in decoding order.

    Attributes:
        pts: When each is shown, in ticks.
        dts: When each is decoded, in ticks, as far as told.
        marks: ``START``, ``KEY``, ``SPARE``, ``ODD`` and ``LEADING`` of each.
        base: Seconds of a tick.
        zero: The tick at which the film's first picture is shown.
        hidden: Places of packets that are decoded and never shown.
        ended: The file ends with this stretch.
    """

    pts: tuple[int, ...]
    dts: tuple[int | None, ...]
    marks: bytes
    base: Fraction
    zero: int
    hidden: frozenset[int] = frozenset()
    ended: bool = False
    place: tuple[int, ...] = field(init=False, repr=False)
    """The place of each number."""
    number: tuple[int, ...] = field(init=False, repr=False)
    """The number at each place; -1 for what is never shown."""
    _shown: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        seen = (place for place in range(len(self.pts)) if place not in self.hidden)
        order = sorted(seen, key=lambda place: self.pts[place])
        numbers = [-1] * len(self.pts)
        for number, place in enumerate(order):
            numbers[place] = number
        object.__setattr__(self, "place", tuple(order))
        object.__setattr__(self, "number", tuple(numbers))
        object.__setattr__(self, "_shown", tuple(self.pts[place] for place in order))

    def shown_at(self, frame: int, fps: Fraction) -> int:
        """Return the number of the picture that is seen on a frame of the film's even grid; -1 before the first.

        It is the last one that is shown before the middle of the frame, as everywhere in the renderer.
        """
        below = 2 * fps.numerator * self.base.numerator
        above = (2 * frame + 1) * fps.denominator * self.base.denominator + self.zero * below
        return bisect_left(self._shown, -(-above // below)) - 1

    def entry(self, number: int) -> int:
        """Return the place at which decoding has to start for a picture; -1 when there is none before it.

        It may be a hidden one: a film that was trimmed without encoding keeps all that its first picture needs.
        """
        for place in range(self.place[number], -1, -1):
            if self.marks[place] & KEY and self.pts[place] <= self._shown[number]:
                return place
        return -1

    def copyable(self, first: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield stretches of pictures, as number and count, whose packets stand for themselves.

        Each starts where decoding may and ends where the packets so far are shown without a gap.

        Args:
            first: The first picture that may be in one.
            end: The picture after the last.
        """
        at = first
        while at < end:
            if not self.marks[self.place[at]] & START:
                at += 1
                continue
            count = self._complete(at, end)
            if count:
                yield at, count
            at += max(1, count)

    def _complete(self, first: int, end: int) -> int:
        """How many pictures from a start on are shown without a gap, none of them at ``end`` or later."""
        highest, whole = first, 0
        for count, place in enumerate(self._places(first), 1):
            number = self.number[place]
            if self.marks[place] & ODD or not first <= number < end:
                break
            highest = max(highest, number)
            if highest - first + 1 == count:
                whole = count
        return whole

    def _places(self, first: int) -> Iterator[int]:
        """Yield the places from a start on, without what is shown before it and left out."""
        for place in range(self.place[first], len(self.pts)):
            if not self.marks[place] & LEADING or self.number[place] >= first:
                yield place

    def places(self, first: int, count: int) -> tuple[int, ...]:
        """Return the places of a copyable stretch in their order; what lies between them is left out."""
        return tuple(islice(self._places(first), count))

    def delay(self, first: int, count: int) -> int:
        """Return by how many pictures decoding must be ahead of showing in a copyable stretch."""
        places = self.places(first, count)
        return max(offset - (self.number[place] - first) for offset, place in enumerate(places))
