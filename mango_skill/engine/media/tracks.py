"""When the packets of a stream are shown: every one is read, hardly one decoded. Child processes only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from typing import Any, Final

import av.error
from av import Packet, VideoFrame
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from mango_skill.engine.media.containers import rewind
from mango_skill.engine.media.order import DecodeClock

# Whose packets FFmpeg times as decoded, when the container tells no more: it does not look into them.
_UNTOLD: Final = frozenset({"h264", "hevc"})
# Containers that never tell when a picture is shown.
_MUTE: Final = frozenset({"avi", "asf"})
_TRIED_PACKETS: Final = 90


@dataclass(frozen=True)
class Track:
    """The instants of one stream's packets, in the stream's time base and in order of display.

    Attributes:
        times: Of each picture, or of each packet of sound.
        last_length: How long the last one goes on.
        base: Seconds of a tick.
        declared_ms: How long the container says the stream is; 0 where it does not say.
        unordered: The container tells when the pictures are decoded; the times are those, moved to the first picture.
    """

    times: Sequence[int]
    last_length: int
    base: Fraction
    declared_ms: float
    unordered: bool = False

    @property
    def start_ms(self) -> float:
        return float(self.times[0] * self.base * 1000) if self.times else 0.0

    @property
    def length_ms(self) -> float:
        if not self.times:
            return 0.0
        return float((self.times[-1] + self.last_length - self.times[0]) * self.base * 1000)


@dataclass
class _Stamps:
    """What the packets of one stream say, as they come."""

    clock: DecodeClock = field(default_factory=DecodeClock)
    shown: list[int] = field(default_factory=list)
    decoded: list[int] = field(default_factory=list)
    untold: int = 0
    backwards: bool = False
    last_length: int = 0
    end: int | None = None

    def add(self, packet: Packet[Any]) -> None:
        decoded = self.clock.read(packet)
        instant = decoded if packet.pts is None else packet.pts
        if instant is None:
            return
        self.decoded.append(instant if decoded is None else decoded)
        self.untold += packet.pts is None
        if self.shown and instant < self.shown[-1]:
            self.backwards = True
        self.shown.append(instant)
        end = instant + (packet.duration or 0)
        if self.end is None or end >= self.end:
            self.end, self.last_length = end, packet.duration or 0


def scan(container: InputContainer, streams: Sequence[Stream]) -> dict[int, Track]:
    """Return the tracks of some streams by their index; the file is read from its beginning to its end."""
    found = {stream.index: _Stamps() for stream in streams}
    rewind(container)
    for packet in container.demux(list(streams)):
        # Neither the empty one at the end nor what is decoded and never shown.
        if packet.size and not packet.is_discard:
            found[packet.stream_index].add(packet)
    return {stream.index: _track(container, stream, found[stream.index]) for stream in streams}


def _track(container: InputContainer, stream: Stream, stamps: _Stamps) -> Track:
    times, unordered = stamps.shown, False
    if isinstance(stream, VideoStream) and times and stream.codec_context.name in _UNTOLD:
        reorders = stream.codec_context.has_b_frames
        mute = reorders and bool(_MUTE & set(container.format.name.split(",")))
        if stamps.untold or mute or (reorders and not stamps.backwards):
            trial = _try(container, stream)
            untold = stamps.untold > 0 and not trial.halves
            unordered = mute or untold or (trial.muddled and not stamps.backwards)
            times = _mended(stamps, trial, unordered)
    times = sorted(times)
    length = stamps.last_length
    if not length and len(times) > 1:
        length = (times[-1] - times[0]) // (len(times) - 1)
    base = Fraction(stream.time_base or Fraction(1, 1000))
    declared = float(stream.duration * base * 1000) if stream.duration else 0.0
    return Track(times, length, base, declared, unordered)


@dataclass(frozen=True)
class _Trial:
    """What decoding a film's beginning shows.

    Attributes:
        muddled: The pictures come out in another order than that of their stamps.
        delay: Ticks from the first packet to the one with which the first picture comes out.
        halves: Two packets make a picture, as in some interlaced films.
    """

    muddled: bool
    delay: int
    halves: bool


def _try(container: InputContainer, stream: VideoStream) -> _Trial:
    rewind(container)
    stream.codec_context.flush_buffers()
    clock, packets, delay = DecodeClock(), list[int](), 0
    shown: list[int] = []
    for packet in islice(container.demux(stream), _TRIED_PACKETS):
        if packet.size:
            packets.append(clock.read(packet) or 0)
        for frame in _decoded(packet):
            delay = delay if shown else packets[-1] - packets[0]
            shown.append(frame.pts if frame.pts is not None else max(shown, default=0))
    stream.codec_context.flush_buffers()
    return _Trial(muddled=shown != sorted(shown), delay=delay, halves=0 < len(shown) * 3 < len(packets) * 2)


def _mended(stamps: _Stamps, trial: _Trial, unordered: bool) -> list[int]:
    """The instants of a film's pictures where its packets do not tell them one by one."""
    if unordered:
        return [one + trial.delay for one in stamps.decoded]
    return sorted(stamps.shown)[::2] if trial.halves else stamps.shown


def _decoded(packet: Packet[VideoStream]) -> Iterator[VideoFrame]:
    try:
        yield from packet.decode()
    except av.error.FFmpegError:
        return
