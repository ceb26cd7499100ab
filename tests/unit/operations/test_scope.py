"""An edit is never turned round or done to more than was said."""

from __future__ import annotations

import pytest

from mango_skill.operations import parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mute everything except the first 2 seconds", [{"op": "mute", "target": "all", "start": 2}]),
        ("除了前2秒全部静音", [{"op": "mute", "target": "all", "start": 2}]),
        ("blur everything but the first 3 seconds", [{"op": "blur", "target": "frame", "start": 3}]),
        ("mute the red clip", [{"op": "clarify", "missing": "clip"}]),
        ("把绿色那段静音", [{"op": "clarify", "missing": "clip"}]),
        ("keep only the green clip", [{"op": "clarify", "missing": "clip"}]),
        ("把logo放右上角", [{"op": "watermark", "source": "logo", "position": "top_right"}]),
        ("use the recording as voice over", [{"op": "replace_audio", "source": "recording"}]),
        ("照片只显示两秒", [{"op": "slideshow", "seconds_each": 2}]),
    ],
)
def test_what_is_left_alone_or_named_decides_where_the_edit_goes(text: str, expected: list[object]) -> None:
    assert [one.to_json() for one in parse(text).operations] == expected


@pytest.mark.parametrize(
    "text",
    [
        "speed up everything but the last 3 seconds",
        "cut everything between 2 and 4 except the title",
        "make it black and white except the red clip",
        "add music only to the second clip",
        "crossfade 2 seconds between all clips except the last",
        "mute all clips but not the first",
        "除了最后3秒，全部加速",
        "把第二段静音，除了第一秒",
        "给第二段加音乐",
    ],
)
def test_a_scope_that_no_parameter_can_say_leaves_the_clause_over(text: str) -> None:
    understood = parse(text)

    assert not understood.operations
    assert understood.leftovers


def test_a_sound_that_should_not_follow_the_speed_is_told_back() -> None:
    understood = parse("slow down the second half but don't change the sound")

    assert understood.leftovers == ("don't change the sound",)
