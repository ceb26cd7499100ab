"""When pictures are shown whose packets tell only when they are decoded, as in AVI and in old Windows Media files.

Child processes only: it handles PyAV's packets and frames.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from av import Packet, VideoFrame
from av.video.stream import VideoStream

# What is decoded before it is shown waits for at most so many others (H.264, A.3.1: 16 frames are kept).
_DEEPEST: Final = 17


class Decoder(Protocol):
    """Turns packets into the pictures in them."""

    def __call__(self, packet: Packet[VideoStream]) -> Iterable[VideoFrame]: ...


class DecodeClock:
    """When each packet of a stream is decoded, in ticks: as told, or else right after the one before it."""

    def __init__(self) -> None:
        self._next: int | None = None

    def read(self, packet: Packet[VideoStream]) -> int | None:
        """Return the instant of the packet that comes next; None as long as none was told."""
        told = self._next if packet.dts is None else packet.dts
        if told is not None:
            self._next = told + (packet.duration or 1)
        return told


def decode_in_order(packets: Iterable[Packet[VideoStream]], decode: Decoder) -> Iterator[VideoFrame]:
    """Decode from a full picture on and give each picture the instant at which it is shown.

    A decoder lets pictures out in the order in which they are shown, and every packet is one picture: the first
    picture belongs to the earliest instant of a packet, and so on. Pictures that lean on what came before the full
    picture are not let out, nor are broken ones: how many they are shows as soon as a stretch is complete.

    Args:
        packets: From a full picture on.
        decode: Decodes one of them; it may give none for a broken one.

    Yields:
        Pictures whose ``pts`` tells on the clock of decoding when their turn is: the film's first one is shown when
        its first packet is decoded.
    """
    clock, instants = DecodeClock(), list[int]()
    waiting, lacking = deque[VideoFrame](), deque[int](maxlen=_DEEPEST)
    latest, count, shown = 0, 0, 0
    for packet in packets:
        if packet.size:
            instant = clock.read(packet)
            if instant is None:
                # In the middle of a file a packet without an instant does not begin a full picture.
                continue
            instants.append(instant)
            # A decoder hands this through: it tells which packet a picture came from.
            packet.pts = len(instants) - 1
        for frame in decode(packet):
            latest, count = max(latest, frame.pts or 0), count + 1
            if count > 1:
                # After the full picture alone those that lean backwards could not be missed yet.
                lacking.append(max(0, latest + 1 - count))
            waiting.append(frame)
        complete = shown or min(lacking, default=1) == 0 or len(lacking) == _DEEPEST
        while waiting and (complete or not packet.size):
            frame = waiting.popleft()
            frame.pts = instants[min(min(lacking, default=0) + shown, len(instants) - 1)]
            shown += 1
            yield frame
