"""What a decoder of HEVC must know before the first picture, and what a packet holds, read from their bits. Pure.

Sources: ITU-T H.265, 7.3 and 7.4 (syntax; 7.4.2.2 the kinds of units); ISO/IEC 14496-15, 8.3.3 (the ``hvcC`` record).

A copy may begin at any picture with which decoding may begin (IRAP). Where that is a CRA picture it is named BLA: the
rest of its bits is the same, and a decoder then forgets what came before and shows all of it first (8.1.3, C.5.2.2;
after a CRA picture it would not be shown). The pictures that are stored behind it and shown before it (leading) are
left out: none of those shown after it refer to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from mango_skill.engine.render.parameter_sets import (
    Bits,
    Content,
    ParameterSets,
    SequenceFacts,
    UnreadableError,
    units,
)

VPS: Final = 32
SPS: Final = 33
PPS: Final = 34
_SETS: Final = (VPS, SPS, PPS)
_SEI: Final = frozenset({39, 40})
_TRAILING: Final = frozenset({0, 1, 2, 3, 4, 5})
_LEADING: Final = frozenset({6, 7, 8, 9})
_STARTS: Final = frozenset({16, 17, 18, 19, 20, 21})
_PICTURES: Final = _TRAILING | _LEADING | _STARTS
_CRA: Final = 21
_BLA_ALONE: Final = 18
# Ends of sequences, and what the standard leaves to others (Dolby Vision among them).
_STRANGE: Final = frozenset({36, 37, *range(41, 64)})
# The profiles Main and Main 10, by the most bits that a sample has there.
_DEPTHS: Final = {1: 8, 2: 10}
_MOST_IDS: Final = 16
# Picture sets 15 to 30 have numbers of nine bits, a byte more than 0 has: what follows in a slice keeps its alignment.
_NINE_BITS: Final = 14
# In the first byte of a slice of a picture with which decoding may begin: what came before is not to be shown.
_NOT_PRIOR: Final = 0x40


def read_record(record: bytes) -> ParameterSets:
    """Read an ``hvcC``.

    Raises:
        UnreadableError: It is none, or holds what is not known.
    """
    if len(record) < 23 or record[0] != 1:
        raise UnreadableError("not an hvcC record")
    found = []
    at = 23
    for _ in range(record[22]):
        if len(record) < at + 3:
            raise UnreadableError("the record is cut off")
        count = int.from_bytes(record[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            size = int.from_bytes(record[at : at + 2], "big")
            unit = record[at + 2 : at + 2 + size]
            if size < 3 or len(unit) < size:
                raise UnreadableError("a set is cut off")
            at += 2 + size
            found.append(unit)
    return _gathered(found, (record[21] & 3) + 1)


def read_units(stretch: bytes) -> ParameterSets:
    """Read sets that follow one another, each after four bytes of length, as an encoder hands them out.

    Raises:
        UnreadableError: They are none.
    """
    return _gathered([bytes(unit) for unit in units(memoryview(stretch), 4)], 4)


def _gathered(found: Iterable[bytes], length_size: int) -> ParameterSets:
    groups: dict[int, list[bytes]] = {kind: [] for kind in _SETS}
    for unit in found:
        kind = unit[0] >> 1 & 63
        if kind in groups:
            groups[kind].append(unit)
        elif kind not in _SEI:
            raise UnreadableError("a unit has no business there")
    if not all(groups.values()):
        raise UnreadableError("a set is missing")
    return ParameterSets(tuple(groups[SPS]), tuple(groups[PPS]), length_size, tuple(groups[VPS]))


def write_record(sets: ParameterSets) -> bytes:
    """Return an ``hvcC`` that declares the most that any of its sets needs."""
    facts = [read_sequence(unit) for unit in sets.sps]
    told = [_unescaped(unit)[3:15] for unit in sets.sps]
    # Profile with its tier, what it is compatible with and what it promises, level.
    shared = int.from_bytes(told[0][1:11], "big")
    for one in told:
        shared &= int.from_bytes(one[1:11], "big")
    tier, profile = max(one[0] & 0x20 for one in told), max(one[0] & 31 for one in told)
    parts = [bytes([1, tier | profile]), shared.to_bytes(10, "big")]
    depth = 0xF8 | max(one.depth for one in facts) - 8
    # No word on parallel decoding, on the rate, and on layers.
    parts.append(
        bytes([max(one.level for one in facts), 0xF0, 0, 0xFC, 0xFC | facts[0].chroma, depth, depth])
    )
    parts.append(bytes([0, 0, sets.length_size - 1, len(_SETS)]))
    for kind, group in zip(_SETS, (sets.vps, sets.sps, sets.pps), strict=True):
        parts.append(bytes([0x80 | kind]) + len(group).to_bytes(2, "big"))
        parts += [len(unit).to_bytes(2, "big") + unit for unit in group]
    return b"".join(parts)


def read_sequence(unit: bytes) -> SequenceFacts:
    """Read the beginning of an SPS; its level is thirty times the level.

    Raises:
        UnreadableError: It is none.
    """
    if len(unit) < 16 or unit[0] >> 1 & 63 != SPS:
        raise UnreadableError("not a sequence parameter set")
    at = _number_at(unit)
    plain = _unescaped(unit)
    bits = Bits(unit)
    bits.take(at)
    number, chroma = bits.golomb(), bits.golomb()
    if chroma == 3:
        bits.take(1)
    bits.golomb()
    bits.golomb()
    if bits.take(1):
        for _ in range(4):
            bits.golomb()
    depth = 8 + max(bits.golomb(), bits.golomb())
    progressive = not plain[8] & 0x40
    return SequenceFacts(
        number, plain[3] & 31, plain[14], chroma, depth, progressive, layers=(plain[2] >> 1 & 7) + 1
    )


def _number_at(unit: bytes) -> int:
    """The bit of an SPS at which its number begins: behind the profiles of all layers (7.3.3)."""
    bits = Bits(unit)
    bits.take(20)
    above = bits.take(3)
    bits.take(1 + 96)
    at = 16 + 8 + 96
    if above:
        told = [(bits.take(1), bits.take(1)) for _ in range(8)][:above]
        at += 16 + sum(88 * profile + 8 * level for profile, level in told)
    return at


def is_simple(sets: ParameterSets) -> bool:
    """Whether pictures are whole frames in 4:2:0 of Main or Main 10.

    Raises:
        UnreadableError: A set can't be read.
    """
    facts = [read_sequence(unit) for unit in sets.sps]
    return all(
        one.progressive and one.chroma == 1 and one.depth <= _DEPTHS.get(one.profile, 0) for one in facts
    )


def free_ids(sets: ParameterSets, count: int) -> tuple[int, ...]:
    """Return numbers under which none of the sets would meet renumbered ones.

    Raises:
        UnreadableError: A set can't be read, or no numbers are left.
    """
    taken = {unit[2] >> 4 for unit in sets.vps} | {read_sequence(unit).id for unit in sets.sps}
    taken |= {Bits(unit[2:]).golomb() - _NINE_BITS for unit in sets.pps}
    free = [number for number in range(1, _MOST_IDS) if number not in taken]
    if len(free) < count:
        raise UnreadableError("no number is left for another set")
    return tuple(free[:count])


def renumber(sets: ParameterSets, number: int) -> ParameterSets:
    """Return an encoder's sets, all of them numbered 0, under another number.

    Raises:
        UnreadableError: They are not numbered 0, or there are more than one of a kind.
    """
    if len(sets.all) != len(_SETS):
        raise UnreadableError("an encoder has one set of each kind")
    own = _golomb(number)
    return ParameterSets(
        (_edited(sets.sps[0], [(_number_at(sets.sps[0]), "1", own), (16, "0000", f"{number:04b}")]),),
        (_edited(sets.pps[0], [(17, "1", own), (16, "1", _golomb(number + _NINE_BITS))]),),
        sets.length_size,
        (_edited(sets.vps[0], [(16, "0000", f"{number:04b}")]),),
    )


def _edited(unit: bytes, changes: Sequence[tuple[int, str, str]]) -> bytes:
    """Put other bits in the place of known ones; the last change first."""
    text = "".join(f"{byte:08b}" for byte in _unescaped(unit)).rstrip("0")
    for at, old, new in changes:
        if not text.startswith(old, at):
            raise UnreadableError("an encoder's set has another number than 0")
        text = text[:at] + new + text[at + len(old) :]
    # The last bit 1 ends it, and zeros fill the byte.
    text += "0" * (-len(text) % 8)
    return _escaped(int(text, 2).to_bytes(len(text) // 8, "big"))


def renumber_slices(packet: memoryview, number: int) -> bytes:
    """Let the slices of an encoder's packet name ``renumber``'s picture set instead of 0.

    Raises:
        UnreadableError: They name another one, or the lengths don't add up.
    """
    return _joined(_renumbered(bytes(unit), number) for unit in units(packet, 4))


def _renumbered(unit: bytes, number: int) -> bytes:
    kind = unit[0] >> 1 & 63
    if kind >= VPS:
        return unit
    plain = _unescaped(unit)
    # A flag, in pictures with which decoding may begin another, then the number: 0 is the single bit 1 (7.3.6.1).
    flags = 2 if kind in _STARTS else 1
    bits = f"{plain[2]:08b}"
    if bits[flags] != "1":
        raise UnreadableError("an encoder's slice names another set than 0")
    longer = int(bits[:flags] + _golomb(number + _NINE_BITS) + bits[flags + 1 :], 2)
    return _escaped(plain[:2] + longer.to_bytes(2, "big") + plain[3:])


def stand_alone(packet: memoryview, *, first: bool) -> bytes | None:
    """Return what has to be written instead of a copied packet; None where it can stay as it is.

    Args:
        packet: Units, each after four bytes of length.
        first: The copy begins with it.

    Raises:
        UnreadableError: The lengths don't add up.
    """
    changed, kept = False, []
    for unit in units(packet, 4):
        kind = unit[0] >> 1 & 63
        if kind in _SETS:  # the container carries them
            changed = True
        elif first and kind == _CRA:
            changed = True
            kept.append(bytes([unit[0] & 0x81 | _BLA_ALONE << 1]) + bytes(unit[1:]))
        else:
            kept.append(bytes(unit))
    return _joined(kept) if changed else None


def look_at(packet: memoryview, sets: ParameterSets) -> Content:
    """Return what a packet holds.

    Args:
        packet: The packet.
        sets: Of its stream.

    Raises:
        UnreadableError: The lengths don't add up.
    """
    begins, spare, pictures, leading = False, True, False, False
    highest = max((unit[2] >> 1 & 7) + 1 for unit in sets.sps)
    came = []
    for unit in units(packet, sets.length_size):
        if len(unit) < 3:
            raise UnreadableError("a unit is too short")
        kind, other_view, layer = unit[0] >> 1 & 63, unit[0] & 1 or unit[1] >> 3, unit[1] & 7
        if other_view or kind in _STRANGE or (kind < VPS and kind not in _PICTURES):
            return Content(False, False, (), False)
        if kind in _SETS:
            came.append(bytes(unit))
        elif kind < VPS:
            pictures = True
            leading |= kind in _LEADING
            begins |= kind in _STARTS and not unit[2] & _NOT_PRIOR
            # Even numbers: no picture of the same temporal layer refers to it, those of higher ones may.
            spare &= kind not in _STARTS and not kind & 1 and layer == highest
    return Content(begins, spare and pictures, tuple(came), pictures, leading)


def _joined(some: Iterable[bytes]) -> bytes:
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in some)


def _unescaped(unit: bytes) -> bytes:
    return unit.replace(b"\x00\x00\x03", b"\x00\x00")


def _escaped(plain: bytes) -> bytes:
    """Put bytes in that keep start codes from appearing (7.4.2)."""
    escaped = re.sub(rb"\x00\x00(?=[\x00-\x03])", b"\x00\x00\x03", plain)
    return escaped + b"\x03" if escaped.endswith(b"\x00") else escaped


def _golomb(value: int) -> str:
    digits = f"{value + 1:b}"
    return "0" * (len(digits) - 1) + digits
