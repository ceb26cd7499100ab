"""Captions in the plan: apart in time, and never more at once than can be read."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.render import plan as plans
from mango_skill.engine.render.parts import Cue, Words
from mango_skill.engine.render.profile import choose_profile
from mango_skill.timeline import Canvas, Clip, Role, Timeline
from tests.engine.render.footage import clip, movie, text, text_track, video_track

FILM = MediaInfo("video", "mp4", duration_ms=60_000, width=160, height=90, fps_num=25, video_codec="h264")

ENGLISH = (
    "So what we did last summer, and I still can't quite believe it, was to drive all the way from Lisbon to "
    "Tallinn in a car that was older than both of us together. It broke down twice. The third time, we just "
    "left it there and took the train."
)
CHINESE = "我们去年夏天做了一件到现在都不敢相信的事情，就是开着一辆比我们俩加起来还要老的车，从里斯本一路开到了塔林。路上坏了两次。"
JAPANESE = "去年の夏にやったことは今でも信じられないのですが、二人の年齢を合わせたよりも古い車でリスボンからタリンまで行きました。"


def captioned(*captions: Clip, width: int = 1920, height: int = 1080) -> Timeline:
    return movie(
        video_track(clip("film", 0, 60_000)),
        text_track(*captions, role=Role.CAPTIONS),
        width=width,
        height=height,
    )


def written(*captions: Clip) -> tuple[Cue, ...]:
    """What stands in a caption file."""
    return plans.compile_cues(captioned(*captions))


def burned(*captions: Clip, width: int = 1920, height: int = 1080) -> tuple[Words, ...]:
    """What is drawn into the picture."""
    timeline = captioned(*captions, width=width, height=height)
    profile = choose_profile({"format": "mp4"}, Canvas(width, height, Fraction(25)))
    return plans.compile(timeline, {"film": FILM}, profile).words


def test_a_cue_ends_where_the_next_begins() -> None:
    given = (text("one", 0, 3000), text("two", 2600, 2000), text("three", 4000, 900))
    assert [(cue.start, cue.end, cue.text) for cue in written(*given)] == [
        (0, 2600, "one"),
        (2600, 4000, "two"),
        (4000, 4900, "three"),
    ]
    assert [(one.span.first, one.span.end) for one in burned(*given)] == [(0, 65), (65, 100), (100, 123)]


def test_cues_that_begin_together_are_shown_together() -> None:
    given = (text("Hello", 1000, 2000), text("你好", 1000, 2500))
    assert written(*given) == (Cue(1000, 3500, "Hello\n你好"),)
    assert [one.text for one in burned(*given)] == ["Hello\n你好"]


def test_two_tracks_of_captions_are_two_languages_and_leave_each_other_alone() -> None:
    timeline = captioned(text("Hello", 0, 3000))
    timeline = timeline.with_track(text_track(text("你好", 500, 3000), role=Role.CAPTIONS))
    assert [(cue.start, cue.end) for cue in plans.compile_cues(timeline)] == [(0, 3000), (500, 3500)]


@pytest.mark.parametrize(("said", "columns"), [(ENGLISH, 42), (CHINESE, 18), (JAPANESE, 18)])
def test_a_long_cue_is_told_in_parts_of_two_lines(said: str, columns: int) -> None:
    parts = written(text(said, 2000, 14_000))
    assert len(parts) > 1
    assert (parts[0].start, parts[-1].end) == (2000, 16_000)
    assert all(one.end == following.start for one, following in pairwise(parts))
    lines = [part.text.split("\n") for part in parts]
    assert max(len(one) for one in lines) <= 2
    assert max(len(line) for one in lines for line in one) <= columns
    assert "".join("".join(line.split()) for one in lines for line in one) == "".join(said.split())


def test_parts_end_with_sentences_where_they_can() -> None:
    ends = [part.text[-1] for part in written(text(CHINESE, 0, 14_000))]
    assert all(end in "，。" for end in ends)
    parts = written(text("This is the first thing that I wanted to say. " * 3, 0, 9000))
    assert {part.text[-1] for part in parts} == {"."}


def test_a_part_is_shown_for_its_share_of_the_letters_and_never_for_a_moment_only() -> None:
    parts = written(text(ENGLISH, 0, 12_000))
    speeds = [len(part.text) / (part.end - part.start) for part in parts]
    assert max(speeds) < 1.3 * min(speeds)
    hurried = written(text(ENGLISH + " Yes.", 0, 2000))
    assert min(part.end - part.start for part in hurried) >= 800


def test_lines_of_different_speakers_stay_lines() -> None:
    (only,) = written(text("- Where are you?\n- On the train.", 0, 3000))
    assert only.text == "- Where are you?\n- On the train."
    parts = written(text("- Where are you?\n- On the train.\n- Which one?", 0, 6000))
    assert [line for part in parts for line in part.text.split("\n")] == [
        "- Where are you?",
        "- On the train.",
        "- Which one?",
    ]


def test_short_cues_stay_as_they_were_given() -> None:
    given = (text("Hello", 0, 700), text("two\nlines", 700, 800), text("  ", 1500, 100))
    assert written(*given) == (Cue(0, 700, "Hello"), Cue(700, 1500, "two\nlines"))
    assert [one.text for one in burned(*given)] == ["Hello", "two\nlines"]


def test_a_line_of_a_caption_file_is_broken_evenly() -> None:
    (only,) = written(text("one two three four five six seven eight nine ten eleven twelve", 0, 4000))
    assert [len(line) for line in only.text.split("\n")] == [33, 28]


def test_narrow_frames_show_less_at_once() -> None:
    said = text(ENGLISH, 0, 20_000)
    wide, tall = burned(said), burned(said, width=1080, height=1920)
    assert len(tall) > len(wide) > 1
    assert max(len(one.text) for one in tall) <= 2 * 30
    assert len({one.id for one in tall}) == len(tall)


def test_larger_letters_show_less_at_once() -> None:
    usual = burned(text(ENGLISH, 0, 20_000))
    large = burned(text(ENGLISH, 0, 20_000, size_percent=12))
    assert len(large) > len(usual)


def test_words_that_are_shown_one_by_one_are_not_divided() -> None:
    assert len(burned(text(ENGLISH, 0, 20_000, layout="word_by_word"))) == 1


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 20_000), st.integers(1, 9000), st.text("ab ,.\n好，é🎬-", min_size=1, max_size=160)
        ),
        min_size=1,
        max_size=8,
    )
)
def test_no_two_cues_of_a_track_are_seen_at_once_whatever_is_given(cues: list[tuple[int, int, str]]) -> None:
    made = written(*(text(said, start, length) for start, length, said in cues))
    assert all(cue.start < cue.end and cue.text.strip() for cue in made)
    assert all(one.end <= following.start for one, following in pairwise(made))
    drawn = burned(*(text(said, start, length) for start, length, said in cues))
    assert all(one.span.end <= following.span.first for one, following in pairwise(drawn))
