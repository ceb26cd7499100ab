"""Texts that are seen at once keep out of each other's way. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mango_skill.engine.render.grid import FrameSpan
from mango_skill.engine.render.parts import Lane, Words

_GAP_SHARE: Final = 0.012
_EDGE_SHARE: Final = 0.03
_INSET_SHARE: Final = 0.35


@dataclass(frozen=True)
class Box:
    """What a text covers, in pixels of the frame."""

    left: int
    top: int
    width: int
    height: int

    def moved(self, down: int) -> Box:
        """Return the box so many pixels further down."""
        return replace(self, top=self.top + down)

    def meets(self, other: Box, gap: int) -> bool:
        """Return whether less than ``gap`` pixels lie between the two."""
        return (
            self.left < other.left + other.width
            and other.left < self.left + self.width
            and self.top < other.top + other.height + gap
            and other.top < self.top + self.height + gap
        )


@dataclass(frozen=True)
class Inset:
    """A small picture over the others, a logo or a picture in picture, and when it is seen."""

    span: FrameSpan
    box: Box


def find_insets(lanes: Sequence[Lane], size: tuple[int, int]) -> tuple[Inset, ...]:
    """Return the small pictures of a video; what covers more of the frame is its picture, and texts may lie on it."""
    found = []
    for layer in (layer for lane in lanes if not lane.main for layer in lane.layers):
        placed = layer.geometry.box
        left, top = max(0, placed.left), max(0, placed.top)
        width = min(size[0], placed.left + placed.width) - left
        height = min(size[1], placed.top + placed.height) - top
        if min(width, height) > 0 and width * height <= _INSET_SHARE * size[0] * size[1]:
            found.append(Inset(layer.span, Box(left, top, width, height)))
    return tuple(found)


def find_neighbours(words: Sequence[Words]) -> Mapping[str, tuple[Words, ...]]:
    """Return for each text those that are seen at the same time and stay where they are.

    Captions give way to all others, and all others to lower thirds; else what is shown for longer stays, or what
    comes first.
    """
    ranks = {one.id: rank for rank, one in enumerate(sorted(words, key=_rank))}
    found: dict[str, list[Words]] = {}
    seen: list[Words] = []
    for one in sorted(words, key=lambda one: one.span.first):
        seen = [other for other in seen if other.span.end > one.span.first]
        for other in seen:
            low, high = sorted((one, other), key=lambda pair: ranks[pair.id], reverse=True)
            found.setdefault(low.id, []).append(high)
        seen.append(one)
    return {name: tuple(sorted(others, key=lambda one: ranks[one.id])) for name, others in found.items()}


def _rank(words: Words) -> tuple[bool, bool, int, int]:
    # A lower third lies on its place; titles and captions can be read elsewhere too.
    return (
        words.caption,
        words.style.get("layout") != "lower_third",
        -words.span.count,
        words.span.first,
    )


def clear_shift(box: Box, taken: Sequence[Box], size: tuple[int, int]) -> int:
    """Return the shortest way down (up when negative) to where a box meets none of those that are there.

    0 when it meets none, or when the frame has no room left for it.
    """
    gap = round(min(size) * _GAP_SHARE)
    edge = round(min(size) * _EDGE_SHARE)
    ways = [
        way
        for way in (_way(box, taken, gap, -1), _way(box, taken, gap, 1))
        if _is_within(box, way, size, edge)
    ]
    return min(ways, key=abs, default=0)


def _way(box: Box, taken: Sequence[Box], gap: int, direction: int) -> int:
    way = 0
    # Each round clears one of them for good, because it goes one way only.
    for _ in taken:
        hit = next((other for other in taken if box.moved(way).meets(other, gap)), None)
        if hit is None:
            break
        until = hit.top - gap - box.height if direction < 0 else hit.top + hit.height + gap
        way = until - box.top
    return way


def _is_within(box: Box, way: int, size: tuple[int, int], edge: int) -> bool:
    return way == 0 or (box.top + way >= edge and box.top + way + box.height <= size[1] - edge)
