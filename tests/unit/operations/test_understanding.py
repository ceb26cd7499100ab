"""Instructions in English and Chinese become operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mango_skill.operations import Operation, parse

Read = Callable[[str], list[dict[str, Any]]]


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("dev_en.jsonl", 0.99),
        ("dev_zh.jsonl", 0.99),
        ("more_en.jsonl", 0.97),
        ("more_zh.jsonl", 0.97),
        ("late_en.jsonl", 0.92),
        ("late_zh.jsonl", 0.92),
        ("last_en.jsonl", 0.92),
        ("last_zh.jsonl", 0.92),
        ("final_en.jsonl", 0.95),
        ("final_zh.jsonl", 0.95),
        ("viewpoints_one_en.jsonl", 0.95),
        ("viewpoints_one_zh.jsonl", 0.95),
        ("viewpoints_two_en.jsonl", 0.95),
        ("viewpoints_two_zh.jsonl", 0.95),
        ("viewpoints_three_en.jsonl", 0.95),
        ("viewpoints_three_zh.jsonl", 0.95),
        ("viewpoints_four_en.jsonl", 0.95),
        ("viewpoints_four_zh.jsonl", 0.95),
        ("viewpoints_five_en.jsonl", 0.95),
        ("viewpoints_five_zh.jsonl", 0.95),
    ],
)
def test_instructions_of_all_kinds_are_understood(
    name: str, share: float, misses: Callable[[str], list[str]], load: Callable[[str], list[dict[str, Any]]]
) -> None:
    missed = misses(name)
    assert len(missed) <= (1 - share) * len(load(name)), missed


def test_quoted_words_are_content_and_instruct_nobody(read: Read) -> None:
    assert read('write "delete clip 2 and mute everything" on screen') == [
        {"op": "add_title", "text": "delete clip 2 and mute everything"}
    ]
    assert read("屏幕上写“把音乐删掉”") == [{"op": "add_title", "text": "把音乐删掉"}]


@pytest.mark.parametrize(
    "text", ["don't touch the music", "do not add captions", "别动音乐", "不要加字幕", "no need to crop it"]
)
def test_a_prohibition_alone_changes_nothing(text: str, read: Read) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        ("make the second clip half as long", {"op": "speed", "clip": 2, "factor": 2}),
        ("make clip 2 twice as long", {"op": "speed", "clip": 2, "factor": 0.5}),
        ("make it a third as long", {"op": "speed", "factor": 3}),
        ("把第二段时长减半", {"op": "speed", "clip": 2, "factor": 2}),
        ("crop to the left half", {"op": "crop", "right_percent": 50}),
        ("keep only the top third of the picture", {"op": "crop", "bottom_percent": 66.667}),
        ("crop out the right half", {"op": "crop", "right_percent": 50}),
        ("裁掉左半边", {"op": "crop", "left_percent": 50}),
        ("只保留左半边", {"op": "crop", "right_percent": 50}),
        ("crop the left half", {"op": "clarify", "missing": "part"}),
        ("mute everything except the music", {"op": "isolate", "target": "music"}),
        ("除音乐外全部静音", {"op": "isolate", "target": "music"}),
    ],
)
def test_shares_of_a_length_and_of_the_picture_are_understood_or_asked_for(
    text: str, operation: dict[str, object]
) -> None:
    understood = parse(text)
    assert [one.to_json() for one in understood.operations] == [operation]
    assert understood.leftovers == ()


def test_what_nobody_understands_is_left_over_and_not_dropped() -> None:
    understood = parse("trim the first 3 seconds and frobnicate the wibble")
    assert understood.operations == (Operation("trim_start", {"seconds": 3}),)
    assert understood.leftovers == ("frobnicate the wibble",)


@pytest.mark.parametrize(
    "text",
    ["remove the fade out", "stop the ducking", "remove the picture in picture", "take off the vignette", "no more slow motion", "turn off stabilization", "取消画中画", "把淡出去掉", "去掉滤镜"],
)  # fmt: skip
def test_what_cannot_be_taken_away_is_left_over_and_never_added(text: str) -> None:
    assert (parse(text).operations, parse(text).leftovers) == ((), (text,))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("trim 2s from the start, then make it pop", "make it pop"),
        ("剪掉前两秒，然后变魔术", "变魔术"),
        ("speed it up 2x and remove the zoom", "remove the zoom"),
        ("add captions and give it that certain something", "give it that certain something"),
    ],
)
def test_a_wish_beside_an_edit_is_never_dropped(text: str, left: str) -> None:
    understood = parse(text)
    assert len(understood.operations) == 1
    assert understood.leftovers == (left,)


@pytest.mark.parametrize(
    "text",
    ["schneide die ersten 5 Sekunden ab", "quita la música", "ajoute des sous-titres en français", "remova a música e adicione legendas", "字幕を追加してください", "자막을 추가해 주세요"],
)  # fmt: skip
def test_a_message_in_another_language_is_left_over_as_a_whole(text: str) -> None:
    assert (parse(text).operations, parse(text).leftovers) == ((), (text,))


def test_politeness_is_no_leftover() -> None:
    understood = parse("Hi there! Could you please cut the first 3 seconds? Thank you so much!")
    assert understood.operations == (Operation("trim_start", {"seconds": 3}),)
    assert understood.leftovers == ()


def test_the_polish_wish_is_a_recipe_without_doubles() -> None:
    understood = parse("turn my footage into a polished short video with transitions and music")
    assert understood.recipes == ("polished",)
    names = [operation.name for operation in understood.operations]
    assert names == ["remove_silence", "transition", "add_music", "normalize_loudness"]


def test_what_is_missing_is_asked() -> None:
    assert parse("move it over there").questions == ("target,position",)


def test_an_export_alone_is_no_edit_but_follows_one(read: Read) -> None:
    assert read("export it as mp4") == []
    assert read("add captions and export it as mp4")[-1] == {"op": "export", "format": "mp4"}


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_no_text_makes_it_fail(text: str) -> None:
    parse(text)


WORDS = st.sampled_from(
    [
        "cut",
        "the",
        "first",
        "3",
        "seconds",
        "and",
        ",",
        "then",
        "clip",
        "2",
        '"',
        "'",
        "0:10",
        "-",
        "0:20",
        "把",
        "第二段",
        "剪掉",
        "字幕",
        "“",
        "”",
        "music",
        "at",
        "50%",
        "x",
        "2x",
        "all",
        "but",
        "last",
        "add",
        "title",
        ":",
        "of",
        "to",
        "from",
        "speed",
        "9:16",
        "<d0>",
        "<q0>",
        "⊕",
        "\x00",
        "\ue010",
        "end",
        "一",
        "半",
        "no",
        "don't",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=40))
def test_no_salad_of_command_words_makes_it_fail(words: list[str]) -> None:
    for operation in parse(" ".join(words)).operations:
        Operation.from_json(operation.to_json())


@pytest.mark.parametrize(
    "text",
    [
        "cut 3s, " * 1250, "the " * 2500, "first and " * 1000, "1-" * 5000, "'a " * 3300, "剪掉前五秒" * 2000, "<d0>" * 2500,
        "take " + "a " * 4990, "Keep several parts " + "[" * 9900, "all but " * 1250, "".join(map(chr, range(32))) * 300,
    ],
    ids=lambda text: text[:12].strip() or "control characters",
)  # fmt: skip
def test_ten_thousand_hostile_characters_are_read_to_a_bound(text: str) -> None:
    understood = parse(text)
    assert len(understood.operations) <= 120
    assert parse("") == parse("   ")


@pytest.mark.parametrize(
    "said",
    [
        "把logo放在右上角，大小20%",
        "put my logo in the top right corner, size 20%",
        "水印大小改成20%",
        "make the watermark 20% of the width",
    ],
)
def test_a_share_beside_a_size_is_no_opacity(said: str) -> None:
    operations = parse(said).operations
    assert operations[-1].parameters["size"] == "20%"
    assert all("opacity_percent" not in one.parameters for one in operations)
