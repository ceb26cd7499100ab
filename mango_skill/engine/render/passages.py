"""Which output frames are copied and which are encoded. Pure.

A frame may be copied when the composer would show nothing but one picture of a file, as it is. Copied runs are made of
whole packets, so the frames around them are encoded although they could be copied.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final

from mango_skill.engine.render.grid import FrameSpan
from mango_skill.engine.render.packet_map import PacketMap
from mango_skill.engine.render.parts import Box, Footage, Geometry, Lane, Layer
from mango_skill.engine.render.plan import RenderPlan

# They shift or scale the picture, some of them beyond the frames they are meant for.
_MOVEMENT: Final = frozenset({"zoom", "pan", "stabilize"})
# Under this a copied run saves less than its two joins cost.
_SHORTEST_COPY: Final = 6
_LONGEST_ENCODED_S: Final = 8


@dataclass(frozen=True)
class Plain:
    """Output frames that show pictures of one file as they are, one after the other.

    Attributes:
        span: The output frames.
        asset: The file.
        first: Conformed frame of the file at the span's start.
    """

    span: FrameSpan
    asset: str
    first: int


@dataclass(frozen=True)
class Take:
    """Output frames that show the pictures ``first``, ``first + 1`` ... of one stretch of a file."""

    span: FrameSpan
    asset: str
    stretch: int
    first: int

    def clipped(self, span: FrameSpan) -> Take:
        """Return the part of it that lies in a span."""
        common = self.span.clipped(span)
        return Take(common, self.asset, self.stretch, self.first + common.first - self.span.first)


@dataclass(frozen=True)
class Passage:
    """Output frames that are made in one way.

    Attributes:
        span: The frames.
        copied: What their packets are copied from; None when they are encoded.
        takes: Of encoded frames those that need no composing.
    """

    span: FrameSpan
    copied: Take | None = None
    takes: tuple[Take, ...] = ()


def find_plain(plan: RenderPlan, eligible: Collection[str]) -> tuple[Plain, ...]:
    """Return what of a plan shows files as they are, in order.

    Args:
        plan: The plan.
        eligible: Files whose pictures are as large as the frame and need no change.
    """
    found = []
    busy = [one.span for one in plan.words]
    busy += [_reach(one.kind, one.span, FrameSpan(0, plan.frames)) for one in plan.finish]
    main = next((lane for lane in plan.lanes if lane.main), None)
    for lane in plan.lanes:
        busy += [one.span for one in lane.joints]
        busy += [one.span for one in lane.layers if lane is not main]
    busy.sort(key=lambda span: span.first)
    for layer in main.layers if main else ():
        if not _is_plain(layer, plan, eligible):
            continue
        assert isinstance(layer.material, Footage)
        own = [_reach(one.kind, one.span, layer.span) for one in layer.stages]
        covered = [span for span in (*busy, *own, *_neighbours(main, layer)) if span.count]
        whole = layer.span.clipped(FrameSpan(0, plan.frames))
        for span in _without(whole, sorted(covered, key=lambda span: span.first)):
            start = layer.material.start + span.first - layer.span.first
            found.append(Plain(span, layer.material.asset, start))
    return tuple(sorted(found, key=lambda one: one.span.first))


def _reach(kind: str, span: FrameSpan, whole: FrameSpan) -> FrameSpan:
    return whole if kind in _MOVEMENT else span


def _neighbours(lane: Lane | None, layer: Layer) -> Iterator[FrameSpan]:
    """Other clips of the storyline on the same frames."""
    for other in lane.layers if lane else ():
        if other is not layer and other.span.clipped(layer.span).count:
            yield other.span


def _is_plain(layer: Layer, plan: RenderPlan, eligible: Collection[str]) -> bool:
    footage = layer.material
    whole = Geometry(Box(0, 0, plan.profile.width, plan.profile.height))
    return (
        isinstance(footage, Footage)
        and footage.asset in eligible
        and footage.speed == 1
        and not footage.reverse
        and not footage.freeze
        and layer.geometry == whole
        and layer.opacity == 1
        and layer.backing is None
    )


def _without(span: FrameSpan, covered: Iterable[FrameSpan]) -> Iterator[FrameSpan]:
    at = span.first
    for one in covered:
        if one.first > at:
            free = FrameSpan(at, one.first - at).clipped(span)
            if free.count:
                yield free
        at = max(at, one.end)
    if at < span.end:
        yield FrameSpan(at, span.end - at)


def find_takes(
    plain: Iterable[Plain], maps: Mapping[str, Sequence[PacketMap]], fps: Fraction
) -> tuple[Take, ...]:
    """Return where the plain frames show one picture after the other, by the files' own time stamps.

    Where a picture is shown twice or left out (other rates, uneven ones) a new take begins.
    """
    takes: list[Take] = []
    for one in plain:
        before = -1
        for offset in range(one.span.count):
            number, stretch = _shown(maps[one.asset], one.first + offset, fps)
            frame = one.span.first + offset
            last = takes[-1] if takes else None
            # Holding a picture is the composer's: here each time it would be looked for anew.
            held, before = number == before, number
            if number < 0 or held:
                continue
            if (
                last is not None
                and (last.asset, last.stretch, last.span.end) == (one.asset, stretch, frame)
                and last.first + last.span.count == number
            ):
                grown = FrameSpan(last.span.first, last.span.count + 1)
                takes[-1] = Take(grown, last.asset, stretch, last.first)
            else:
                takes.append(Take(FrameSpan(frame, 1), one.asset, stretch, number))
    return tuple(takes)


def _shown(maps: Sequence[PacketMap], frame: int, fps: Fraction) -> tuple[int, int]:
    """The number of a picture and the stretch that has it; -1 when none has it for sure."""
    for stretch, known in enumerate(maps):
        number = known.shown_at(frame, fps)
        # The last of a stretch may hide one that was not read.
        if 0 <= number < len(known.place) - 1 or (number >= 0 and known.ended):
            return number, stretch
    return -1, 0


def divide(
    frames: int, fps: Fraction, takes: Sequence[Take], maps: Mapping[str, Sequence[PacketMap]]
) -> tuple[Passage, ...]:
    """Return all output frames as passages, in order and without a gap.

    Args:
        frames: Output frames in all.
        fps: Of the output.
        takes: From ``find_takes``, of files that may stand in one stream.
        maps: Of those files.
    """
    copies = [
        take.clipped(FrameSpan(take.span.first + first - take.first, count))
        for take in takes
        for first, count in maps[take.asset][take.stretch].copyable(take.first, take.first + take.span.count)
        if count >= _SHORTEST_COPY
    ]
    passages: list[Passage] = []
    at = 0
    for copy in copies:
        passages += _encoded(at, copy.span.first, fps, takes)
        passages.append(Passage(copy.span, copied=copy))
        at = copy.span.end
    passages += _encoded(at, frames, fps, takes)
    return tuple(passages)


def _encoded(first: int, end: int, fps: Fraction, takes: Sequence[Take]) -> Iterator[Passage]:
    """Frames between two copies; long ones in parts, so that several can be made at once."""
    if end <= first:
        return
    parts = max(1, round((end - first) / float(fps * _LONGEST_ENCODED_S)))
    edges = [first + (end - first) * part // parts for part in range(parts + 1)]
    for begin, stop in pairwise(edges):
        span = FrameSpan(begin, stop - begin)
        inside = (take.clipped(span) for take in takes)
        yield Passage(span, takes=tuple(take for take in inside if take.span.count))


def count_copied(passages: Iterable[Passage]) -> int:
    """Return how many frames are copied."""
    return sum(one.span.count for one in passages if one.copied is not None)
