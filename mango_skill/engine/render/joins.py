"""A look at a video that was put together from copied and encoded pictures. Render process only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, cast
from zlib import crc32

import av.error
import numpy as np
from av import CodecContext, Packet, VideoFrame
from av.codec.context import ThreadType
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream
from numpy.typing import NDArray

from mango_skill.engine.render.packet_reader import Doubt

_SLACK: Final = 6.0
"""Of 256: what an encoder may change of a picture seen from afar."""

Coarse = NDArray[np.int16]


@dataclass(frozen=True)
class Join:
    """The first frame of a passage, and how it is known again.

    Attributes:
        frame: The output frame.
        coarse: What it looks like, small; None for a copied one that is not looked at.
        digest: Checksum of a copied packet; 0 for an encoded one.
    """

    frame: int
    coarse: Coarse | None = None
    digest: int = 0


def coarse(picture: VideoFrame) -> Coarse:
    """Return what a picture looks like from afar: the middles of small areas of its brightness."""
    small = picture.reformat(width=64, height=36, format="gray", interpolation="AREA")
    return np.asarray(small.to_ndarray(), dtype=np.int16)


def digest(packet: Packet[VideoStream]) -> int:
    """Return the checksum of a packet."""
    return crc32(memoryview(packet))


def check_joins(
    container: InputContainer,
    joins: Iterable[Join],
    *,
    frames: int,
    fps: Fraction,
    check: Callable[[], None] = lambda: None,
) -> None:
    """Read a file through once: every frame in its place, the first of each passage what it should be.

    One decoder gets the first pictures of all passages one after the other, so that it has to change between the
    parameter sets as often as a player.

    Args:
        container: The file.
        joins: The passages.
        frames: How many frames there should be.
        fps: Frames a second.
        check: Called again and again; what it raises ends the look.

    Raises:
        Doubt: Something is not as it should be.
    """
    stream = container.streams.video[0]
    base = Fraction(stream.time_base or Fraction(1, 1000))
    wanted = {join.frame: join for join in joins}
    seen = bytearray(frames)
    found: dict[int, Packet[VideoStream]] = {}
    for packet in container.demux(stream):
        check()
        if packet.pts is None:
            continue
        exact = packet.pts * base * fps
        frame = round(exact)
        # Matroska counts milliseconds.
        if not 0 <= frame < frames or seen[frame] or abs(exact - frame) > Fraction(1, 8):
            raise Doubt("A frame is out of its place.", details={"frame": float(exact)})
        seen[frame] = 1
        if frame in wanted:
            found[frame] = packet
    if not all(seen):
        raise Doubt("A frame is missing.", details={"frame": seen.index(0)})
    for frame, join in wanted.items():
        if join.digest and digest(found[frame]) != join.digest:
            raise Doubt("A copied packet is not the footage's.", details={"frame": frame})
    _check_pictures(stream, [(join, found[frame]) for frame, join in sorted(wanted.items())], check)


def _check_pictures(
    stream: VideoStream, passages: list[tuple[Join, Packet[VideoStream]]], check: Callable[[], None]
) -> None:
    context = cast(VideoCodecContext, CodecContext.create(stream.codec_context.name, "r"))
    context.extradata = stream.codec_context.extradata
    context.thread_count, context.thread_type = 1, ThreadType.NONE
    left = [join for join, _ in passages]

    def take(pictures: list[VideoFrame]) -> None:
        for picture in pictures:
            join = left.pop(0) if left else None
            if join is None:
                raise Doubt("More pictures came out than went in.")
            if join.coarse is not None and np.abs(coarse(picture) - join.coarse).mean() > _SLACK:
                raise Doubt("A picture does not look as it should.", details={"frame": join.frame})

    try:
        for _, packet in passages:
            check()
            take(context.decode(packet))
        take(context.decode(None))
    except av.error.FFmpegError as problem:
        raise Doubt("A passage does not decode.", details={"library": str(problem)[:200]}) from problem
    if left:
        raise Doubt("A passage does not decode.", details={"frame": left[0].frame})
