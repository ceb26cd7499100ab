"""Clips named by a word of their file's name, and messages that ask for no edit."""

from __future__ import annotations

import pytest

from mango_skill.engine.director.naming import number_clips
from mango_skill.engine.director.talk import small_talk
from mango_skill.engine.director.uploads import place_uploads
from mango_skill.timeline import MediaKind, MediaReference, Timeline


def _assets(*names: str) -> dict[str, MediaReference]:
    return {
        name: MediaReference(name, name, MediaKind.VIDEO, duration=4000, width=640, height=360)
        for name in names
    }


@pytest.mark.parametrize(
    ("message", "numbered"),
    [
        ("mute the red clip", "mute clip 1"),
        ("put the green clip first", "put clip 2 first"),
        ("把绿色那段静音", "把第2段静音"),
        ("mute the blue clip", "mute the blue clip"),
        ("write 'the red clip' on screen", "write 'the red clip' on screen"),
    ],
)
def test_a_clip_is_found_by_a_word_of_its_files_name_only(message: str, numbered: str) -> None:
    assets = _assets("red.mp4", "green_2.mp4")

    assert number_clips(message, place_uploads(Timeline(), assets), assets) == numbered


def test_a_word_that_two_files_have_names_neither() -> None:
    assets = _assets("red_a.mp4", "red_b.mp4")

    assert number_clips("mute the red clip", place_uploads(Timeline(), assets), assets) == "mute the red clip"


@pytest.mark.parametrize(
    ("message", "key"),
    [("thanks!", "welcome"), ("谢谢", "welcome"), ("how long is it?", "length_is"), ("现在多长？", "length_is"),
     ("hello", "hello")],
)  # fmt: skip
def test_small_talk_is_answered_as_such(message: str, key: str) -> None:
    told = small_talk(message, 4000)

    assert told is not None
    assert told[0] == key


def test_a_wish_is_no_small_talk() -> None:
    assert small_talk("frobnicate the wibble", 4000) is None
