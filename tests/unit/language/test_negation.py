"""What forbids, and what only sounds like it."""

from __future__ import annotations

import pytest

from mango_skill.language.negation import is_negated


@pytest.mark.parametrize(
    "clause",
    [
        "don't touch the music",
        "please do not add captions",
        "leave the audio alone",
        "别动音乐",
        "不要加字幕",
        "先别导出",
    ],
)
def test_prohibitions_are_negated(clause: str) -> None:
    assert is_negated(clause)


@pytest.mark.parametrize(
    "clause",
    ["i don't want the music", "no music", "不要音乐了", "最后一段不要了", "cut the first 3 seconds"],
)
def test_a_wish_for_less_is_still_a_wish(clause: str) -> None:
    assert not is_negated(clause)
