"""What a plan decides, before anything is opened."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.render import plan as plans
from mango_skill.engine.render.chunks import divide
from mango_skill.engine.render.grid import FrameSpan, edge, sample, span
from mango_skill.engine.render.parts import Footage
from mango_skill.engine.render.profile import CONTAINERS, Profile, choose_profile
from mango_skill.errors import ArgumentError, MediaError, RenderError
from mango_skill.timeline import (
    AssetSource,
    Canvas,
    Clip,
    Effect,
    GeneratedSource,
    MediaKind,
    Role,
    Timeline,
    TimeRange,
    Track,
    TrackKind,
)
from tests.engine.render.footage import audio_track, clip, into, movie, text, text_track, video_track

FILM = MediaInfo(
    "video", "mp4", "mov", duration_ms=60_000, width=1920, height=1080, fps_num=30, video_codec="h264",
    video_stream=0, audio_codec="aac", audio_stream=1, sample_rate=48000, channels=2,
)  # fmt: skip
MEDIA = {"film": FILM}
RATES = st.sampled_from(
    [Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(60), Fraction(24000, 1001)]
)


def compiled(timeline: Timeline, **output: object) -> plans.RenderPlan:
    profile = choose_profile(output, plans.choose_canvas(timeline, MEDIA))
    return plans.compile(timeline, MEDIA, profile)


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=20), RATES)
def test_clips_that_touch_leave_no_frame_out_and_share_none(lengths: list[int], fps: Fraction) -> None:
    clips, at = [], 0
    for length in (1000, *lengths):
        clips.append(clip("film", at, length))
        at += length
    plan = compiled(movie(video_track(*clips), fps=fps))
    covered = (
        [frame for layer in plan.lanes[0].layers for frame in range(layer.span.first, layer.span.end)]
        if plan.lanes
        else []
    )
    assert covered == list(range(plan.frames))
    assert plan.frames == edge(at, fps)
    assert plan.score is not None
    pieces = sorted(plan.score.pieces, key=lambda piece: piece.first)
    assert sum(piece.count for piece in pieces) == plan.score.count == sample(plan.frames, fps, 48000)


@given(st.integers(0, 10**7), RATES)
def test_an_edge_lies_on_the_nearest_frame(time_ms: int, fps: Fraction) -> None:
    assert abs(edge(time_ms, fps) - Fraction(time_ms) * fps / 1000) <= Fraction(1, 2)
    assert edge(Fraction(1000) / fps * 7, fps) == 7


def test_an_edge_half_way_between_two_frames_lies_on_the_later() -> None:
    assert [edge(time, Fraction(25)) for time in (19, 20, 59, 60, 61)] == [0, 1, 1, 2, 2]
    assert span(20, 60, Fraction(25)) == FrameSpan(1, 1)


def test_a_plan_can_be_printed_and_compared() -> None:
    timeline = movie(
        video_track(clip("film", 0, 1000), into(clip("film", 1000, 1000, 5000), "crossfade", 400))
    )
    assert compiled(timeline) == compiled(timeline)
    assert "crossfade" in repr(compiled(timeline))


def test_a_plan_says_which_frames_are_shown() -> None:
    plan = compiled(movie(video_track(clip("film", 0, 1000, 2000, reverse=True)), fps=Fraction(30)))
    layer = plan.lanes[0].layers[0]
    assert isinstance(layer.material, Footage)
    assert [layer.material.frame(offset) for offset in (0, 1, 29)] == [89, 88, 60]


@pytest.mark.parametrize(
    "timeline", [Timeline(), movie(), movie(video_track()), movie(text_track(text("a", 0, 500)))]
)
def test_nothing_left_is_an_error_of_its_own(timeline: Timeline) -> None:
    with pytest.raises(RenderError) as caught:
        compiled(timeline)
    assert caught.value.code == "nothing_to_render"
    assert caught.value.hint


def test_sound_alone_needs_sound_and_a_gif_needs_a_picture() -> None:
    pictures = movie(video_track(clip("film", 0, 500, volume=0.0)))
    sounds = movie(audio_track(clip("film", 0, 500)))
    for timeline, format_name in ((pictures, "mp3"), (sounds, "gif")):
        with pytest.raises(RenderError) as caught:
            compiled(timeline, format=format_name)
        assert caught.value.code == "nothing_to_render"
    assert compiled(pictures, format="mp4").score is None
    assert compiled(sounds, format="mp4").frames == 13


def test_footage_that_is_not_in_the_project_is_told() -> None:
    with pytest.raises(MediaError) as caught:
        compiled(movie(video_track(clip("lost", 0, 500))))
    assert caught.value.code == "missing_source"


def test_a_clip_without_material_is_left_out_and_said_so() -> None:
    stranger = Clip("x", "from elsewhere", TimeRange(500, 500))
    plan = compiled(movie(video_track(clip("film", 0, 500), stranger)))
    assert plan.notes == ("'from elsewhere' has no footage here and was left out",)
    assert plan.frames == 25


def test_without_a_canvas_the_first_film_gives_size_and_rate() -> None:
    plan = compiled(Timeline(tracks=(video_track(clip("film", 0, 1000)),)))
    assert (plan.profile.width, plan.profile.height, plan.profile.fps) == (1920, 1080, 30)


def test_the_output_may_ask_for_its_own_size_and_rate() -> None:
    canvas = Canvas(1920, 1080, Fraction(30))
    assert choose_profile({"height": 720}, canvas) == Profile("mp4", 1280, 720)
    assert choose_profile({"width": 641}, canvas).width % 2 == 0
    assert choose_profile({"fps": [24000, 1001]}, canvas).fps == Fraction(24000, 1001)
    assert choose_profile({"fps": 24, "format": ".MOV", "quality": "small"}, canvas).format == "mov"
    gif = choose_profile({"format": "gif"}, canvas)
    assert (gif.width, gif.height, gif.fps) == (480, 270, 15)


@pytest.mark.parametrize(
    "output",
    [{"format": "exe"}, {"quality": "best"}, {"width": -4}, {"width": 90_000}, {"fps": 0.2}, {"fps": "fast"}, {"captions": "sung"}, {"height": "tall"}],
)  # fmt: skip
def test_an_output_that_can_not_be_made_is_refused(output: dict[str, object]) -> None:
    with pytest.raises(ArgumentError) as caught:
        choose_profile(output, Canvas())
    assert caught.value.code == "bad_output"
    assert caught.value.hint


def test_every_format_of_the_protocol_can_be_written() -> None:
    from mango_skill.protocol.constants import EXPORT_FORMATS

    assert set(CONTAINERS) == set(EXPORT_FORMATS)


def test_captions_are_burned_in_or_beside_and_never_both() -> None:
    timeline = movie(video_track(clip("film", 0, 2000)), text_track(text("hi", 0, 500), role=Role.CAPTIONS))
    assert (len(compiled(timeline).words), len(compiled(timeline).cues)) == (1, 0)
    beside = compiled(timeline, captions="sidecar")
    assert (len(beside.words), len(beside.cues)) == (0, 1)


def test_effects_stand_on_whole_frames() -> None:
    effect = Effect("blur", {"percent": 50}, TimeRange(1010, 500))
    plan = compiled(movie(video_track(clip("film", 0, 4000)), effects=(effect,)))
    assert plan.finish[0].span == span(1010, 1510, Fraction(25))


def test_the_video_is_divided_at_cuts_and_completely() -> None:
    clips = [clip("film", 1000 * index, 1000) for index in range(58)]
    plan = compiled(movie(video_track(*clips)))
    stretches = divide(plan, 2)
    assert stretches[0].first == 0
    assert all(one.end == other.first for one, other in pairwise(stretches))
    assert stretches[-1].end == plan.frames
    assert len(stretches) % 2 == 0
    assert all(one.first % 25 == 0 for one in stretches)
    assert max(one.count for one in stretches) <= 25 * 60


def test_a_short_video_is_not_divided() -> None:
    assert len(divide(compiled(movie(video_track(clip("film", 0, 2000)))), 2)) == 1


def test_generated_text_and_colour_need_no_file() -> None:
    color = Clip("c", "c", TimeRange(0, 1000), GeneratedSource("color", {"color": "navy"}))
    words = Clip("w", "w", TimeRange(0, 1000), GeneratedSource("text", {"text": "🎉"}))
    track = Track("g", TrackKind.VIDEO, Role.GRAPHICS, clips=(words,))
    plan = plans.compile(
        movie(video_track(color), track), {}, Profile(width=160, height=90, fps=Fraction(25))
    )
    assert [one.text for one in plan.words] == ["🎉"]
    assert plan.score is None


def test_the_same_file_split_in_two_is_heard_without_a_seam() -> None:
    plan = compiled(
        movie(
            video_track(clip("film", 0, 1000), clip("film", 1000, 1000, 1000), clip("film", 2000, 1000, 9000))
        )
    )
    assert plan.score is not None
    assert [(piece.ramp_in > 0, piece.ramp_out > 0) for piece in plan.score.pieces] == [
        (True, False),
        (False, True),
        (True, True),
    ]


def test_a_kind_of_file_that_is_neither_seen_nor_heard_is_no_picture() -> None:
    info = MediaInfo("lut", "cube")
    timeline = movie(video_track(Clip("c", "c", TimeRange(0, 500), AssetSource("t"), TimeRange(0, 500))))
    with pytest.raises(RenderError):
        plans.compile(timeline, {"t": info}, Profile(width=160, height=90))
    assert info.kind == MediaKind.LUT


@pytest.mark.parametrize("value", [None, "x", float("nan"), True, [1]])
def test_parameters_that_are_no_numbers_count_as_absent(value: object) -> None:
    effects = (
        Effect("gain", {"percent": value}),
        Effect("fade_out", {"duration": value}),
        Effect("crop", {"left_percent": value}),
        Effect("rotate", {"degrees": value}),
        Effect("place", {"width_percent": value, "opacity_percent": value}),
    )
    plan = compiled(movie(video_track(clip("film", 0, 2000, effects=effects))))
    assert plan.frames == 50
    assert plan.lanes[0].layers[0].opacity == 1
