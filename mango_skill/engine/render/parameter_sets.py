"""What a decoder of H.264 must know before the first picture, and what a packet holds, read from their bits. Pure.

Sources: ITU-T H.264, 7.3 and 7.4 (syntax); ISO/IEC 14496-15, 5.3.3 (the ``avcC`` record that containers carry).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

IDR: Final = 5
SPS: Final = 7
PPS: Final = 8
MOST_IDS: Final = 32
"""An SPS is numbered 0 to 31."""

_PICTURES: Final = frozenset({1, IDR})
# These profiles say more about their pictures, in the set and in the record (7.3.2.1.1 and 5.3.3.1.2).
_HIGH: Final = frozenset({44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244})
_HIGH_RECORD: Final = frozenset({100, 110, 122, 144, 244})
# Baseline, main and high. What other profiles allow (pictures without loss among it) decoders do not always forget when
# they change to a set of these.
_SIMPLE: Final = frozenset({66, 77, 100})


class UnreadableError(ValueError):
    """Bits that are not what the standard says."""


class Bits:
    """Reads the bits of a NAL unit, without the bytes that keep start codes from appearing in it."""

    def __init__(self, unit: bytes) -> None:
        self._value = int.from_bytes(unit.replace(b"\x00\x00\x03", b"\x00\x00"), "big")
        self._left = 8 * len(unit.replace(b"\x00\x00\x03", b"\x00\x00"))

    def take(self, count: int) -> int:
        """Return the next bits as a number.

        Raises:
            UnreadableError: There are no more.
        """
        if count > self._left:
            raise UnreadableError("the unit ends too early")
        self._left -= count
        return self._value >> self._left & ((1 << count) - 1)

    def golomb(self) -> int:
        """Return the next number in the exponential code ``ue(v)``.

        Raises:
            UnreadableError: There is none.
        """
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 31:
                raise UnreadableError("no number is that long")
        return (1 << zeros) - 1 + self.take(zeros)


@dataclass(frozen=True)
class SequenceFacts:
    """What an SPS says that matters for joining: its number, and how pictures are sampled.

    Attributes:
        id: Its number.
        profile: The profile's number: 66 baseline, 77 main, 100 high.
        level: Ten times the level.
        chroma: 1 for 4:2:0.
        depth: Bits of a luma sample.
        progressive: Whole frames only.
        layers: How many temporal layers pictures may lie in.
    """

    id: int
    profile: int
    level: int
    chroma: int = 1
    depth: int = 8
    progressive: bool = True
    layers: int = 1


@dataclass(frozen=True)
class ParameterSets:
    """The sets of a stream in their order, and how many bytes say a NAL unit's length; HEVC alone has a ``vps``."""

    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]
    length_size: int = 4
    vps: tuple[bytes, ...] = ()

    @cached_property
    def all(self) -> frozenset[bytes]:
        """Every one of them."""
        return frozenset((*self.vps, *self.sps, *self.pps))


@dataclass(frozen=True)
class Content:
    """What a packet holds.

    Attributes:
        idr: A picture at which everything before is forgotten, or can be.
        spare: No other picture refers to it.
        sets: Parameter sets that came along.
        pictures: Whether there is any part of a picture, and nothing odd.
        leading: Shown before the full picture that it is stored behind; none that are shown after that refer to it.
    """

    idr: bool
    spare: bool
    sets: tuple[bytes, ...]
    pictures: bool
    leading: bool = False


def read_record(record: bytes) -> ParameterSets:
    """Read an ``avcC``.

    Raises:
        UnreadableError: It is none.
    """
    if len(record) < 7 or record[0] != 1:
        raise UnreadableError("not an avcC record")
    at, groups = 6, []
    count = record[5] & 31
    for _ in range(2):
        group = []
        for _ in range(count):
            size = int.from_bytes(record[at : at + 2], "big")
            unit = record[at + 2 : at + 2 + size]
            if not size or len(unit) < size:
                raise UnreadableError("a set is cut off")
            group.append(unit)
            at += 2 + size
        groups.append(tuple(group))
        count = record[at] if len(groups) == 1 and at < len(record) else 0
        at += 1
    if not all(groups):
        raise UnreadableError("a set is missing")
    return ParameterSets(groups[0], groups[1], (record[4] & 3) + 1)


def write_record(sets: ParameterSets) -> bytes:
    """Return an ``avcC`` that declares the most that any of its sets needs."""
    facts = [read_sequence(unit) for unit in sets.sps]
    profile, level = max(one.profile for one in facts), max(one.level for one in facts)
    kept = 0xFF
    for unit in sets.sps:
        kept &= unit[2]
    parts = [bytes([1, profile, kept, level, 0xFC | sets.length_size - 1, 0xE0 | len(sets.sps)])]
    parts += [len(unit).to_bytes(2, "big") + unit for unit in sets.sps]
    parts.append(bytes([len(sets.pps)]))
    parts += [len(unit).to_bytes(2, "big") + unit for unit in sets.pps]
    if profile in _HIGH_RECORD:
        chroma, depth = max(one.chroma for one in facts), max(one.depth for one in facts) - 8
        parts.append(bytes([0xFC | chroma, 0xF8 | depth, 0xF8 | depth, 0]))
    return b"".join(parts)


def read_sequence(unit: bytes) -> SequenceFacts:
    """Read the beginning of an SPS.

    Raises:
        UnreadableError: It is none.
    """
    if len(unit) < 5 or unit[0] & 31 != SPS:
        raise UnreadableError("not a sequence parameter set")
    bits = Bits(unit[4:])
    number, profile, chroma, depth = bits.golomb(), unit[1], 1, 8
    if profile in _HIGH:
        chroma = bits.golomb()
        if chroma == 3:
            bits.take(1)
        depth = 8 + max(bits.golomb(), bits.golomb())
        bits.take(1)
        if bits.take(1):
            raise UnreadableError("scaling matrices are not read")
    bits.golomb()
    order = bits.golomb()
    if order == 0:
        bits.golomb()
    elif order == 1:
        bits.take(1)
        for _ in range(2):
            bits.golomb()
        for _ in range(min(255, bits.golomb())):
            bits.golomb()
    bits.golomb()
    bits.take(1)
    for _ in range(2):
        bits.golomb()
    return SequenceFacts(number, profile, unit[3], chroma, depth, bool(bits.take(1)))


def is_simple(sets: ParameterSets) -> bool:
    """Whether pictures are whole frames of 8 bits in 4:2:0, of a profile that mixes with others.

    Raises:
        UnreadableError: A set can't be read.
    """
    facts = [read_sequence(unit) for unit in sets.sps]
    return all(
        one.progressive and one.chroma == 1 and one.depth == 8 and one.profile in _SIMPLE for one in facts
    )


def picture_set_ids(unit: bytes) -> tuple[int, int]:
    """Return a PPS's own number and that of its SPS.

    Raises:
        UnreadableError: It is none.
    """
    if len(unit) < 2 or unit[0] & 31 != PPS:
        raise UnreadableError("not a picture parameter set")
    bits = Bits(unit[1:])
    return bits.golomb(), bits.golomb()


def free_ids(sets: ParameterSets, count: int) -> tuple[int, ...]:
    """Return numbers that none of the sets has, neither SPS nor PPS.

    Raises:
        UnreadableError: A set can't be read, or no numbers are left.
    """
    taken = {read_sequence(unit).id for unit in sets.sps} | {picture_set_ids(unit)[0] for unit in sets.pps}
    free = [number for number in range(1, MOST_IDS) if number not in taken]
    if len(free) < count:
        raise UnreadableError("no number is left for another set")
    return tuple(free[:count])


def merge(one: ParameterSets, other: ParameterSets) -> ParameterSets:
    """Return the sets of both."""
    return ParameterSets(
        tuple(dict.fromkeys((*one.sps, *other.sps))),
        tuple(dict.fromkeys((*one.pps, *other.pps))),
        one.length_size,
        tuple(dict.fromkeys((*one.vps, *other.vps))),
    )


def units(packet: memoryview, length_size: int) -> Iterator[memoryview]:
    """Yield a packet's NAL units.

    Raises:
        UnreadableError: The lengths don't add up.
    """
    at, size = 0, len(packet)
    while at < size:
        length = int.from_bytes(packet[at : at + length_size], "big")
        at += length_size
        if not 0 < length <= size - at:
            raise UnreadableError("a unit is longer than its packet")
        yield packet[at : at + length]
        at += length


def look_at(packet: memoryview, sets: ParameterSets) -> Content:
    """Return what a packet holds.

    Args:
        packet: The packet.
        sets: Of its stream.

    Raises:
        UnreadableError: The lengths don't add up.
    """
    idr, spare, pictures, came = False, True, False, []
    for unit in units(packet, sets.length_size):
        kind = unit[0] & 31
        if kind in _PICTURES:
            pictures = True
            idr |= kind == IDR
            spare &= not unit[0] >> 5 & 3
        elif kind in (SPS, PPS):
            came.append(bytes(unit))
        elif kind in (2, 3, 4):
            return Content(False, False, (), False)
    return Content(idr, spare and pictures, tuple(came), pictures)
