"""What is wrong with a timeline."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from mango_skill.timeline import (
    AssetSource,
    Clip,
    Effect,
    MediaKind,
    MediaReference,
    Role,
    Timeline,
    TimeRange,
    Track,
    TrackKind,
    Transition,
)
from mango_skill.timeline.check import check

CLIP = Clip("a", "beach", TimeRange(0, 1000), media=AssetSource("f"), source=TimeRange(0, 1000))
FILE = {"f": MediaReference("f", "beach.mp4", MediaKind.VIDEO, duration=1000)}


def codes(*clips: Clip, media: dict[str, MediaReference] | None = None) -> list[str]:
    timeline = Timeline(tracks=(Track("v", TrackKind.VIDEO, Role.MAIN, clips=clips),))
    return [problem.code for problem in check(timeline, media)]


def test_a_sound_timeline_has_no_problems() -> None:
    assert codes(CLIP, media=FILE) == []


def test_an_empty_timeline_is_a_problem() -> None:
    assert codes() == ["empty"]


def test_all_problems_are_told_not_the_first() -> None:
    wrong = replace(
        CLIP,
        id="b",
        range=TimeRange(500, 1000),
        volume=-1.0,
        source=TimeRange(0, 400),
        transition=Transition("somersault", 100),
        effects=(Effect("sparkle"), Effect("letterbox")),
    )
    assert codes(CLIP, wrong) == [
        "overlap",
        "volume",
        "source_length",
        "transition",
        "unknown_effect",
        "effect_place",
    ]


def test_a_clip_of_a_file_that_is_gone_is_a_problem() -> None:
    assert codes(CLIP, media={}) == ["missing_media"]


def test_a_clip_beyond_the_end_of_its_file_is_a_problem() -> None:
    late = replace(CLIP, source=TimeRange(600, 1000))
    assert codes(late, media=FILE) == ["beyond_media"]


def test_speed_explains_a_source_of_another_length() -> None:
    assert codes(replace(CLIP, speed=Fraction(2), source=TimeRange(0, 2000))) == []
