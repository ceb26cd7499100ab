"""Bits of HEVC that are written anew. Lower than the renderer: no encoder makes every kind of set, slice and number."""

from __future__ import annotations

import random

import pytest

from mango_skill.engine.render.hevc_sets import (
    free_ids,
    is_simple,
    look_at,
    read_record,
    read_sequence,
    read_units,
    renumber,
    renumber_slices,
    stand_alone,
    write_record,
)
from mango_skill.engine.render.parameter_sets import Bits, ParameterSets, UnreadableError, merge

# from x265, 320x240: profile Main, everything numbered 0
VPS = bytes.fromhex("40010c01ffff01600000030090000003000003003c959409")
SPS = bytes.fromhex(
    "42010101600000030090000003000003003ca00a080f16595952930b9a808080820000030002000003003c10"
)
PPS = bytes.fromhex("4401c073c089")
OWN = ParameterSets((SPS,), (PPS,), 4, (VPS,))


def stretch(*units: bytes) -> bytes:
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)


def unescaped(unit: bytes) -> bytes:
    """The other way than the code's: byte by byte."""
    plain, zeros = bytearray(), 0
    for byte in unit:
        if zeros >= 2 and byte == 3:
            zeros = 0
            continue
        zeros = zeros + 1 if byte == 0 else 0
        plain.append(byte)
    return bytes(plain)


def bits_of(unit: bytes) -> str:
    return "".join(f"{byte:08b}" for byte in unescaped(unit))


@pytest.mark.parametrize("number", range(1, 16))
def test_sets_under_another_number_say_the_same_otherwise(number: int) -> None:
    other = renumber(OWN, number)
    vps, sps, pps = other.vps[0], other.sps[0], other.pps[0]
    assert vps[2] >> 4 == sps[2] >> 4 == number
    assert read_sequence(sps).id == number
    picture = Bits(pps[2:])
    assert (picture.golomb(), picture.golomb()) == (number + 14, number)
    same = (vps, VPS), (sps, SPS), (pps, PPS)
    # What follows the numbers, up to the bit 1 that ends a set.
    for (one, two), skipped in zip(same, (20, 121, 18), strict=True):
        rest = bits_of(two).rstrip("0")[skipped:]
        assert bits_of(one).rstrip("0").endswith(rest)
    for unit in (vps, sps, pps):
        assert not any(unit[at : at + 2] == b"\0\0" and unit[at + 2] < 3 for at in range(len(unit) - 2))
    assert read_record(write_record(merge(OWN, other))) == merge(OWN, other)


@pytest.mark.parametrize("seed", range(40))
def test_slices_that_name_another_set_hold_the_same_behind_it(seed: int) -> None:
    """Bytes that would look like the start of another unit arise and vanish when bits move."""
    dice = random.Random(seed)
    kind = dice.choice([0, 1, 8, 9, 16, 19, 20, 21])
    flags = 2 if kind >= 16 else 1
    body = bytearray(dice.choices([0, 0, 0, 1, 2, 3, 4, 255], k=dice.randint(8, 60)))
    body[0] |= 0x80 >> flags
    if flags == 2:
        body[0] &= 0xBF
    plain = bytes([kind << 1, 1]) + bytes(body) + b"\x80"
    unit, zeros = bytearray(), 0
    for byte in plain:
        if zeros >= 2 and byte <= 3:
            unit.append(3)
            zeros = 0
        zeros = zeros + 1 if byte == 0 else 0
        unit.append(byte)
    number, sei = dice.randint(1, 15), b"\x4e\x01\x05\x01\x00\x80"
    changed = renumber_slices(memoryview(stretch(sei, bytes(unit))), number)
    assert changed.startswith(stretch(sei))
    renamed = changed[len(stretch(sei)) + 4 :]
    assert renamed[:2] == plain[:2]
    before, after = bits_of(bytes(unit)), bits_of(renamed)
    assert len(after) == len(before) + 8
    assert after[16 : 16 + flags] == before[16 : 16 + flags]
    assert Bits(bytes([int(after[16 + flags :][:8], 2), int(after[24 + flags :][:8], 2)])).golomb() == (
        number + 14
    )
    assert after[16 + flags + 9 :] == before[16 + flags + 1 :]
    assert not any(renamed[at : at + 2] == b"\0\0" and renamed[at + 2] < 3 for at in range(len(renamed) - 2))


def test_another_encoders_numbers_are_not_written_over() -> None:
    other = renumber(OWN, 3)
    with pytest.raises(UnreadableError):
        renumber(other, 4)
    with pytest.raises(UnreadableError):
        renumber(merge(OWN, other), 4)
    with pytest.raises(UnreadableError):
        renumber_slices(memoryview(stretch(b"\x02\x01\x80\x99\x80")), 4)


def test_numbers_that_the_footage_uses_are_left_alone() -> None:
    assert free_ids(OWN, 2) == (1, 2)
    assert free_ids(merge(OWN, renumber(OWN, 1)), 1) == (2,)
    # A picture set number 16 would meet that of our number 2.
    foreign = ParameterSets((SPS,), (PPS, renumber(OWN, 2).pps[0]), 4, (VPS,))
    assert free_ids(foreign, 2) == (1, 3)
    full = OWN
    for number in range(1, 16):
        full = merge(full, renumber(OWN, number))
    with pytest.raises(UnreadableError):
        free_ids(full, 1)


def test_only_pictures_of_main_profiles_mix() -> None:
    assert is_simple(OWN)
    for profile, simple in ((2, True), (3, False), (4, False)):
        other = bytes([*SPS[:3], profile, *SPS[4:]])
        assert is_simple(ParameterSets((other,), (PPS,), 4, (VPS,))) is simple


def test_a_copy_begins_anew_and_brings_no_sets() -> None:
    cra, trail = b"\x2a\x01\xac\x10", b"\x02\x01\xd0\x10"
    whole = stand_alone(memoryview(stretch(VPS, SPS, PPS, cra)), first=True)
    # A BLA picture without leading ones, the rest of it as it was.
    assert whole == stretch(b"\x24\x01\xac\x10")
    assert stand_alone(memoryview(stretch(SPS, cra)), first=False) == stretch(cra)
    assert stand_alone(memoryview(stretch(cra)), first=False) is None
    assert stand_alone(memoryview(stretch(trail)), first=True) is None


def test_packets_are_known_by_their_units() -> None:
    def told(*units: bytes) -> tuple[bool, bool, bool, bool]:
        content = look_at(memoryview(stretch(*units)), OWN)
        return content.idr, content.spare, content.pictures, content.leading

    sei, dolby = b"\x4e\x01\x05", b"\x7c\x01\x19"
    assert told(sei, b"\x28\x01\xac") == (True, False, True, False)
    assert told(b"\x2a\x01\xac") == (True, False, True, False)
    # What came before it would not be shown.
    assert told(b"\x28\x01\xec") == (False, False, True, False)
    assert told(b"\x02\x01\xd0") == (False, False, True, False)
    assert told(b"\x00\x01\xd0") == (False, True, True, False)
    assert told(b"\x10\x01\xd0") == (False, True, True, True)
    assert told(b"\x12\x01\xd0") == (False, False, True, True)
    assert told(sei) == (False, False, False, False)
    assert told(b"\x28\x01\xac", dolby) == (False, False, False, False)
    # Another view of the same instant.
    assert told(b"\x28\x09\xac") == (False, False, False, False)
    assert look_at(memoryview(stretch(SPS, b"\x28\x01\xac")), OWN).sets == (SPS,)
    # Of three temporal layers only pictures of the highest are spare for sure.
    layered = ParameterSets((bytes([*SPS[:2], SPS[2] | 4, *SPS[3:]]),), (PPS,), 4, (VPS,))
    assert not look_at(memoryview(stretch(b"\x00\x01\xd0")), layered).spare
    assert look_at(memoryview(stretch(b"\x00\x03\xd0")), layered).spare
    for broken in (b"\x00\x00\x00\x09\x28", stretch(b"\x28\x01")):
        with pytest.raises(UnreadableError):
            look_at(memoryview(broken), OWN)


RECORD = write_record(OWN)


@pytest.mark.parametrize(
    "record", [b"", RECORD[:22], RECORD[:-1], RECORD[:40], b"\0" + RECORD[1:], RECORD[:22] + b"\x00"]
)
def test_what_is_no_record_of_parameter_sets_is_refused(record: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_record(record)


def test_sets_of_an_encoder_are_read_with_its_remarks_left_out() -> None:
    assert read_units(stretch(VPS, SPS, PPS, b"\x4e\x01\x05")) == OWN
    for lacking in ((VPS, SPS), (VPS, PPS), (SPS, PPS), (VPS, SPS, PPS, b"\x02\x01\xd0")):
        with pytest.raises(UnreadableError):
            read_units(stretch(*lacking))
