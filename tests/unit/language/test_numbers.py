"""Numbers in digits and words."""

from __future__ import annotations

import pytest

from mango_skill.language.numbers import find_numbers, read_chinese, read_ordinal


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("twenty-five seconds", [25]),
        ("a hundred and twenty", [120]),
        ("sixty fps", [60]),
        ("1,200 px and 3.5", [1200, 3.5]),
        ("this one and someone", []),
        ("第二十五段", [25]),
        ("一百二十秒", [120]),
        ("三点五秒", [3.5]),
        ("一起加一点音乐", []),
        ("加一段旁白", []),
        ("顺序改成三、一、二", [3, 1, 2]),
    ],
)
def test_numbers_are_found_and_words_that_only_look_like_them_are_not(text: str, values: list[float]) -> None:
    assert [number.value for number in find_numbers(text)] == values


def test_ordinals_are_read() -> None:
    assert [read_ordinal(word) for word in ("first", "3rd", "twelfth", "clip")] == [1, 3, 12, None]


def test_chinese_numerals_with_a_dropped_unit_are_read() -> None:
    assert [read_chinese(word) for word in ("一百二", "两千零五", "十", "二十")] == [120, 2005, 10, 20]
