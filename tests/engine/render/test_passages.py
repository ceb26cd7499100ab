"""What is copied and what is encoded, decided on numbers alone. Lower than the renderer: no file has every structure."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise

import pytest

from mango_skill.engine.render.grid import FrameSpan
from mango_skill.engine.render.packet_map import KEY, LEADING, ODD, SPARE, START, PacketMap
from mango_skill.engine.render.parameter_sets import (
    ParameterSets,
    UnreadableError,
    free_ids,
    look_at,
    merge,
    read_record,
    read_sequence,
    write_record,
)
from mango_skill.engine.render.passages import Plain, count_copied, divide, find_plain, find_takes
from mango_skill.timeline import Effect, TimeRange
from tests.engine.render.footage import Room, clip, into, movie, text, text_track, video_track

FPS = Fraction(25)
TICKS = 12_800


def make_map(dice: random.Random, groups: int) -> PacketMap:
    """A film of groups of any length and any order of decoding, some of them open; now and then one can't be copied."""
    order: list[int] = []
    marks = bytearray()
    for group in range(groups):
        ahead = dice.choice([0, 0, 1, 3]) if group else 0
        first, length = len(order) + ahead, dice.randint(1, 30)
        waiting = list(range(first + 1, first + length))
        order += [first, *range(first - ahead, first)]
        marks += bytes([START | KEY, *[LEADING] * ahead])
        while waiting:
            ahead = min(len(waiting) - 1, dice.randint(0, 3))
            order.append(waiting.pop(ahead))
            marks.append(ODD if dice.random() < 0.01 else 0)
            for _ in range(ahead):
                order.append(waiting.pop(0))
                marks.append(SPARE)
    step = TICKS // FPS
    pts = tuple(number * step + dice.randint(-1, 1) for number in order)
    dts = tuple((place - 4) * step for place in range(len(order)))
    return PacketMap(pts, dts, bytes(marks), Fraction(1, TICKS), 0, ended=True)


@pytest.mark.parametrize("seed", range(60))
def test_every_frame_is_made_once_and_copies_stand_for_themselves(seed: int) -> None:
    dice = random.Random(seed)
    known = make_map(dice, dice.randint(2, 12))
    total = len(known.place)
    plain, at = [], 0
    for _ in range(dice.randint(1, 6)):
        at += dice.choice([0, 0, 7])
        count, start = dice.randint(1, 60), dice.randint(-5, total)
        plain.append(Plain(FrameSpan(at, count), "film", start))
        at += count
    frames = at + dice.choice([0, 3])
    takes = find_takes(plain, {"film": (known,)}, FPS)
    passages = divide(frames, FPS, takes, {"film": (known,)})
    assert passages[0].span.first == 0
    assert passages[-1].span.end == frames
    assert all(one.span.end == two.span.first for one, two in pairwise(passages))
    wanted = {
        one.span.first + i: min(one.first + i, total - 1) for one in plain for i in range(one.span.count)
    }
    for passage in passages:
        for take in (*passage.takes, *([passage.copied] if passage.copied else [])):
            assert [take.first + i for i in range(take.span.count)] == [
                wanted[number] for number in range(take.span.first, take.span.end)
            ]
        if passage.copied is None:
            continue
        first, count = passage.copied.first, passage.span.count
        places = known.places(first, count)
        for place in set(range(places[0], places[-1])) - set(places):
            assert known.marks[place] & LEADING
            assert known.number[place] < first
        assert known.marks[places[0]] & START
        assert sorted(known.number[place] for place in places) == list(range(first, first + count))
        assert not any(known.marks[place] & ODD for place in places)
        delay = known.delay(first, count)
        assert all(at - delay <= known.number[place] - first for at, place in enumerate(places))
    assert count_copied(passages) == sum(one.span.count for one in passages if one.copied)


def test_uneven_film_is_not_taken_for_even() -> None:
    step = TICKS // 25
    pts = tuple(number * step if number < 20 else number * step + step // 2 + 40 for number in range(60))
    known = PacketMap(pts, pts, bytes([START | KEY] + [0] * 59), Fraction(1, TICKS), 0, ended=True)
    takes = find_takes([Plain(FrameSpan(0, 50), "film", 0)], {"film": (known,)}, FPS)
    assert [(one.span.first, one.first) for one in takes[:2]] == [(0, 0), (21, 20)]


def test_a_picture_shown_on_the_last_frames_of_a_stretch_is_only_sure_at_the_end_of_the_file() -> None:
    pts = tuple(number * (TICKS // 25) for number in range(10))
    marks = bytes([START | KEY] + [0] * 9)
    ends, goes_on = (
        PacketMap(pts, pts, marks, Fraction(1, TICKS), 0, ended=ended) for ended in (True, False)
    )
    asked = [Plain(FrameSpan(0, 10), "film", 0)]
    assert find_takes(asked, {"film": (ends,)}, FPS)[0].span.count == 10
    assert find_takes(asked, {"film": (goes_on,)}, FPS)[0].span.count == 9


def test_only_frames_that_show_nothing_but_the_film_are_plain(room: Room) -> None:
    clips = [
        clip("film", 0, 2000, 1000, effects=(Effect("brightness", {"percent": 20}, TimeRange(0, 400)),)),
        into(clip("film", 2000, 2000, 4000), "crossfade", 400),
        clip("film", 4000, 1000, 2000, speed=Fraction(2)),
        clip("film", 5000, 1000, 1000, effects=(Effect("zoom", {"factor_to": 1.2}, TimeRange(0, 200)),)),
    ]
    video = movie(video_track(*clips), text_track(text("Hello", 3000, 400)))
    plain = find_plain(room.plan(video), {"film"})
    assert [(one.span.first, one.span.end, one.first) for one in plain] == [
        (10, 45, 35),
        (55, 75, 105),
        (85, 100, 135),
    ]


def test_other_sets_get_numbers_that_the_footage_does_not_use() -> None:
    # from a file of x264: an SPS and a PPS, both number 0
    sps = bytes.fromhex("6764000dacd941419f9e10000003001000000303c0f14299")[:-1] + b"\x99\x60"
    pps = bytes.fromhex("68ebe08cb22c")
    sets = ParameterSets((sps,), (pps,))
    assert read_sequence(sps).id == 0
    assert read_sequence(sps).progressive
    assert free_ids(sets, 2) == (1, 2)
    other = ParameterSets(
        (bytes.fromhex("6764000d4b36505067e784000003000400000300f03c50a658"),), (b"\x68\x4a\xf8\x23\xcb",)
    )
    assert read_sequence(other.sps[0]).id == 1
    both = merge(sets, other)
    assert read_record(write_record(both)) == both
    assert free_ids(both, 1) == (2,)


@pytest.mark.parametrize(
    "record", [b"", b"\x01", b"\x00\x00\x00\x01\x67", b"\x01\x64\x00\x0d\xff\xe1\xff\xff\x67"]
)
def test_what_is_no_record_of_parameter_sets_is_refused(record: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_record(record)


def test_packets_are_known_by_their_units() -> None:
    def packet(*units: bytes) -> memoryview:
        return memoryview(b"".join(len(unit).to_bytes(4, "big") + unit for unit in units))

    sets = ParameterSets((b"\x67",), (b"\x68",))
    assert look_at(packet(b"\x06\x05", b"\x65\x88"), sets).idr
    spare = look_at(packet(b"\x01\x99"), sets)
    assert spare.spare
    assert not spare.idr
    assert not look_at(packet(b"\x41\x99"), sets).spare
    assert look_at(packet(b"\x67\x01", b"\x65\x88"), sets).sets == (b"\x67\x01",)
    assert not look_at(packet(b"\x06\x05"), sets).pictures
    with pytest.raises(UnreadableError):
        look_at(memoryview(b"\x00\x00\x00\x09\x65"), sets)
