"""Reading a file's packets: where they lie, to copy them, or to decode a few of them. Render process only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final, cast

import av.error
from av import Packet, VideoFrame
from av.codec.context import ThreadType
from av.stream import Discard
from av.video.stream import VideoStream

from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.render.codings import CODINGS
from mango_skill.engine.render.packet_map import KEY, LEADING, ODD, SPARE, START, PacketMap
from mango_skill.engine.render.parameter_sets import ParameterSets, UnreadableError
from mango_skill.engine.render.reels import first_instant, open_source
from mango_skill.errors import RenderError

_RETREATS_S: Final = (Fraction(0), Fraction(2), Fraction(15))
_CHECK_EVERY: Final = 256

Check = Callable[[], None]


class Doubt(RenderError):  # noqa: N818 - it is a reason to take the longer way, not a failure of the export
    """Packets are not what was expected of them; the whole video is encoded instead."""

    default_code = "not_spliced"
    default_hint = "Nothing is to be done: the video is encoded as a whole."


@dataclass(frozen=True)
class Tags:
    """What a stream says of its colours, in FFmpeg's numbers; 2 (0 for the range) is unspecified."""

    range: int
    matrix: int
    primaries: int
    curve: int


class PacketReader:
    """The pictures of one file as packets. Not for two threads at once.

    Args:
        path: The file.
        info: Its facts.

    Raises:
        Doubt: Its packets can't be read one by one.
        MediaError: The file is gone.
    """

    def __init__(self, path: Path, info: MediaInfo) -> None:
        self.coding = CODINGS[info.video_codec or ""]
        self._container = open_source(path, info)
        self.stream = cast(VideoStream, self._container.streams[info.video_stream])
        for other in self._container.streams:
            if other.index != info.video_stream:
                other.discard = Discard.all
        context = self.stream.codec_context
        context.thread_count, context.thread_type = 1, ThreadType.NONE
        self.tags = Tags(context.color_range, context.colorspace, context.color_primaries, context.color_trc)
        self._base = Fraction(self.stream.time_base or Fraction(1, 1000))
        self._zero = round(first_instant(self.stream, info.video_start_ms) / self._base)
        try:
            self.sets: ParameterSets = self.coding.read_record(context.extradata or b"")
        except UnreadableError as problem:
            raise Doubt(
                "The footage is packed in a way that can't be copied.", details={"sets": str(problem)}
            ) from None
        self._packets: Iterator[Packet[VideoStream]] = iter(())
        self._follows: tuple[int, int] | None = None

    def close(self) -> None:
        self._packets = iter(())
        self._container.close()

    def map(self, start: Fraction, end: Fraction, check: Check) -> PacketMap:
        """Find out where the pictures lie that are shown between two instants (seconds from the film's first).

        Raises:
            Doubt: The packets have no time stamps.
        """
        for retreat in _RETREATS_S:
            found = self._map_from(start - retreat, end, check)
            number = found.shown_at(0, 1 / (2 * start)) if start > 0 else 0
            if found.place and number >= 0 and found.entry(min(number, len(found.place) - 1)) >= 0:
                break
        return found

    def _map_from(self, start: Fraction, end: Fraction, check: Check) -> PacketMap:
        pts: list[int] = []
        dts: list[int | None] = []
        marks, hidden = bytearray(), set()
        limit = self._zero + int(end / self._base) + 1
        self._seek(self._zero + int(start / self._base) if start > 0 else None)
        ended = True
        for packet in self._packets:
            if not len(pts) % _CHECK_EVERY:
                check()
            if packet.pts is None:
                raise Doubt("The footage's pictures have no time stamps.")
            if packet.dts is not None and packet.dts > limit:
                ended = False
                break
            if packet.is_discard:
                hidden.add(len(pts))
            pts.append(packet.pts)
            dts.append(packet.dts)
            marks.append(self._mark(packet))
        if len(set(pts)) != len(pts):
            raise Doubt("Two of the footage's pictures are shown at the same time.")
        return PacketMap(
            tuple(pts), tuple(dts), bytes(marks), self._base, self._zero, frozenset(hidden), ended
        )

    def _mark(self, packet: Packet[VideoStream]) -> int:
        try:
            content = self.coding.look_at(memoryview(packet), self.sets)
        except UnreadableError:
            return ODD
        mark = SPARE if content.spare else 0
        if packet.is_keyframe:
            mark |= KEY
        if content.idr:
            mark |= START | KEY
        if content.leading:
            mark |= LEADING
        odd = not content.pictures or packet.is_discard or packet.is_corrupt
        return mark | ODD if odd or not self.sets.all.issuperset(content.sets) else mark

    def _seek(self, ticks: int | None) -> None:
        self._follows = None
        try:
            if ticks is None:
                self._container.seek(0)
            else:
                self._container.seek(max(0, ticks), stream=self.stream)
        except av.error.FFmpegError:
            self._container.seek(0)
        self._packets = (one for one in self._container.demux(self.stream) if one.size)

    def packets(self, known: PacketMap, place: int, count: int) -> Iterator[Packet[VideoStream]]:
        """Yield packets from a place on, each checked to be the one that was mapped.

        Raises:
            Doubt: The file gives others.
        """
        first = self._at(known, place)
        for offset in range(place, place + count):
            packet = first if first is not None else next(self._packets, None)
            first = None
            if packet is None or packet.pts != known.pts[offset] or packet.size == 0:
                raise Doubt("The footage gave other packets than before.")
            self._follows = (id(known), offset + 1)
            yield packet

    def alone(self, packet: Packet[VideoStream]) -> VideoFrame:
        """Decode a packet that needs no other.

        Raises:
            Doubt: It does not decode.
        """
        context = self.stream.codec_context
        try:
            frames = [*context.decode(packet), *context.decode(None)]
        except av.error.FFmpegError:
            frames = []
        context.flush_buffers()
        if len(frames) != 1:
            raise Doubt("A picture of the footage could not be decoded.")
        return frames[0]

    def _at(self, known: PacketMap, place: int) -> Packet[VideoStream] | None:
        """Go to a place; the packet there when it had to be looked for."""
        if self._follows == (id(known), place):
            return None
        stamp = known.dts[place]
        wanted = known.pts[place] if stamp is None else stamp
        for retreat in _RETREATS_S:
            self._seek(wanted - int(retreat / self._base))
            for packet in self._packets:
                if packet.pts == known.pts[place]:
                    return packet
                if packet.dts is not None and packet.dts > wanted + int(1 / self._base):
                    break
        raise Doubt("A place in the footage was not found again.")

    def pictures(self, known: PacketMap, number: int, count: int) -> Iterator[VideoFrame]:
        """Decode pictures in the order in which they are shown; no more than they need is decoded.

        Raises:
            Doubt: Other pictures came out.
        """
        first = known.entry(number)
        if first < 0:
            raise Doubt("A picture can't be decoded on its own.")
        last = max(known.place[one] for one in range(number, number + count))
        waited, end = number, number + count
        for place, packet in enumerate(self.packets(known, first, last - first + 1), first):
            if known.marks[place] & SPARE and not number <= known.number[place] < end:
                continue
            for frame in packet.decode():
                if frame.pts is not None and waited < end and frame.pts == known.pts[known.place[waited]]:
                    waited += 1
                    yield frame
        for frame in self.stream.codec_context.decode(None):
            if waited < end and frame.pts == known.pts[known.place[waited]]:
                waited += 1
                yield frame
        self.stream.codec_context.flush_buffers()
        self._follows = None
        if waited < end:
            raise Doubt("A picture of the footage could not be decoded.")
