"""The frame grid: where milliseconds become frames and frames become samples, once.

An edge at ``t`` lies on output frame ``floor(t * fps + 1/2)``. The slots between edges decide how many frames
a clip has, never its duration. Sound is cut at exactly the instants of those frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

HALF = Fraction(1, 2)
_BUCKET = 64


@dataclass(frozen=True)
class FrameSpan:
    """Frames ``first`` to ``first + count - 1``."""

    first: int
    count: int

    @property
    def end(self) -> int:
        """The frame after the last."""
        return self.first + self.count

    def __contains__(self, frame: object) -> bool:
        return isinstance(frame, int) and self.first <= frame < self.end

    def clipped(self, other: FrameSpan) -> FrameSpan:
        """Return what both share; empty (count 0) when they share nothing."""
        first, end = max(self.first, other.first), min(self.end, other.end)
        return FrameSpan(first, max(0, end - first))


class SpanIndex:
    """Which of many spans hold a frame, without asking them all: a talk has hundreds of cuts."""

    def __init__(self, spans: Sequence[FrameSpan]) -> None:
        self._spans = tuple(spans)
        self._buckets: dict[int, list[int]] = {}
        for number, one in enumerate(self._spans):
            for bucket in range(one.first // _BUCKET, (one.end - 1) // _BUCKET + 1):
                self._buckets.setdefault(bucket, []).append(number)

    def at(self, frame: int) -> list[int]:
        """Return the numbers of the spans that hold a frame, in their order."""
        return [number for number in self._buckets.get(frame // _BUCKET, ()) if frame in self._spans[number]]


def edge(time_ms: int | Fraction, fps: Fraction) -> int:
    """Return the frame on which an edge at ``time_ms`` lies."""
    return floor(Fraction(time_ms) * fps / 1000 + HALF)


def span(start_ms: int, end_ms: int, fps: Fraction) -> FrameSpan:
    """Return the slot between two edges; empty when both fall on one frame."""
    first = edge(start_ms, fps)
    return FrameSpan(first, max(0, edge(end_ms, fps) - first))


def sample(frame: int, fps: Fraction, rate: int) -> int:
    """Return the sample at which ``frame`` begins."""
    return floor(Fraction(frame) / fps * rate + HALF)


def instant(frame: int, fps: Fraction) -> Fraction:
    """Return when ``frame`` begins, in seconds."""
    return Fraction(frame) / fps
