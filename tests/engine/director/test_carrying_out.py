"""Every plain operation does what it says on the timeline, and what can't be done is said."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from mango_skill.engine.director import Cue
from mango_skill.operations import CATALOG
from mango_skill.protocol import draft
from mango_skill.timeline import (
    AssetSource,
    Clip,
    Effect,
    GeneratedSource,
    MediaKind,
    MediaReference,
    Role,
    TimeRange,
    TrackKind,
)

if TYPE_CHECKING:
    from conftest import Project

Footage = Callable[..., MediaReference]

Json = Any


def lengths(project: Project) -> list[tuple[str, int]]:
    main = project.timeline.main
    return [(clip.name, clip.range.duration) for clip in main.clips] if main else []


def sources(project: Project) -> list[tuple[int, int]]:
    main = project.timeline.main
    return [(clip.source.start, clip.source.end) for clip in main.clips if clip.source] if main else []


def role(project: Project, which: Role) -> list[Clip]:
    return [clip for track in project.timeline.role(which) for clip in track.clips]


def effects(project: Project, kind: str) -> list[Effect]:
    found = [one for one in project.timeline.effects if one.kind == kind]
    for track in project.timeline.tracks:
        found += [one for one in track.effects if one.kind == kind]
        found += [one for clip in track.clips for one in clip.effects if one.kind == kind]
    return found


def shown_texts(project: Project) -> list[tuple[str | None, int, int]]:
    return [
        (clip.text, clip.range.start, clip.range.end)
        for track, clip in project.timeline.clips()
        if track.kind is TrackKind.TEXT
    ]


CUTS: list[tuple[Mapping[str, Json], list[tuple[int, int]]]] = [
    ({"op": "trim_start", "seconds": 3}, [(3000, 20000)]),
    ({"op": "trim_end", "seconds": 0.5}, [(0, 19500)]),
    ({"op": "trim_start", "seconds": 2, "clip": 1}, [(2000, 20000)]),
    ({"op": "keep_range", "start": 5, "end": 9}, [(5000, 9000)]),
    ({"op": "keep_range", "start": 5}, [(5000, 20000)]),
    ({"op": "keep_range", "start_percent": 25, "end_percent": 75}, [(5000, 15000)]),
    ({"op": "remove_range", "start": 5, "end": 9}, [(0, 5000), (9000, 20000)]),
    ({"op": "remove_range", "end": 4}, [(4000, 20000)]),
    ({"op": "remove_range", "start_frame": 30, "end_frame": 60}, [(0, 1000), (2000, 20000)]),
    ({"op": "remove_range", "start_frame": 25, "end_frame": 50, "fps": 25}, [(0, 1000), (2000, 20000)]),
    ({"op": "keep_ranges", "ranges": [[1, 2], [4, 6.5]]}, [(1000, 2000), (4000, 6500)]),
    ({"op": "keep_ranges", "ranges": [[4, 6], [1, 2]]}, [(4000, 6000), (1000, 2000)]),
    ({"op": "set_duration", "seconds": 8}, [(0, 8000)]),
    ({"op": "set_duration", "max_seconds": 60}, [(0, 20000)]),
    ({"op": "split", "at": 12}, [(0, 12000), (12000, 20000)]),
    ({"op": "split", "at_percent": 50}, [(0, 10000), (10000, 20000)]),
    ({"op": "loop", "times": 2}, [(0, 20000), (0, 20000)]),
    ({"op": "duplicate_clip", "clip": 1}, [(0, 20000), (0, 20000)]),
    ({"op": "boomerang"}, [(0, 20000), (0, 20000)]),
    ({"op": "boomerang", "start_from_end": 2}, [(0, 18000), (18000, 20000), (18000, 20000)]),
]


@pytest.mark.parametrize(
    ("operation", "expected"), CUTS, ids=lambda one: json.dumps(one) if isinstance(one, dict) else ""
)
def test_a_cut_leaves_exactly_the_material_asked_for(
    talk: Project, operation: Mapping[str, Json], expected: list[tuple[int, int]]
) -> None:
    direction = talk.do(operation)
    assert [step.ok for step in direction.steps] == [True]
    assert sources(talk) == expected


@pytest.mark.parametrize(
    ("operation", "order"),
    [
        ({"op": "delete_clip", "clip": 2}, "ac"),
        ({"op": "delete_clip", "clip": "last"}, "ab"),
        ({"op": "keep_clips", "clips": [1, "last"]}, "ac"),
        ({"op": "move_clip", "clip": 1, "to": "last"}, "bca"),
        ({"op": "move_clip", "clip": 3, "to": 1}, "cab"),
        ({"op": "swap_clips", "a": 1, "b": 3}, "cba"),
        ({"op": "reorder", "order": "reversed"}, "cba"),
        ({"op": "reorder", "order": [3, 1, 2]}, "cab"),
        ({"op": "reorder", "order": [2]}, "bac"),
        ({"op": "reorder", "order": "name"}, "abc"),
        ({"op": "concat", "clips": "all"}, "abc"),
        ({"op": "concat", "clips": [3, 1]}, "cab"),
        ({"op": "duplicate_clip", "clip": 2}, "abbc"),
        ({"op": "loop", "times": 2}, "abcabc"),
        ({"op": "loop", "times": 3, "clip": 1}, "aaabc"),
        ({"op": "reverse"}, "cba"),
        ({"op": "reverse", "clip": 2}, "abc"),
    ],
    ids=json.dumps,
)
def test_clips_play_in_the_order_asked_for(three: Project, operation: Mapping[str, Json], order: str) -> None:
    direction = three.do(operation)
    assert [step.ok for step in direction.steps] == [True]
    assert "".join(name[0] for name, _ in lengths(three)) == order


@pytest.mark.parametrize(
    ("operation", "seconds"),
    [
        ({"op": "speed", "factor": 2}, 10),
        ({"op": "speed", "factor": 2, "clip": 1}, 15),
        ({"op": "speed", "factor": 2, "clips_except": [1]}, 15),
        ({"op": "speed", "direction": "up"}, 16),
        ({"op": "speed", "direction": "down"}, 25),
        ({"op": "speed_range", "start": 2, "end": 6, "factor": 0.5}, 24),
        ({"op": "fit_duration", "seconds": 7.5}, 7.5),
        ({"op": "freeze_frame", "at": 7, "seconds": 2}, 22),
        ({"op": "freeze_frame", "at": "end", "seconds": 3}, 23),
        ({"op": "set_duration", "seconds": 9}, 9),
        ({"op": "trim_start", "seconds": 3, "clip": 2}, 17),
        ({"op": "keep_range", "clip": 2, "start": 0, "end": 4}, 18),
        ({"op": "boomerang", "clip": 3}, 24),
    ],
    ids=json.dumps,
)
def test_the_video_gets_exactly_as_long_as_asked(
    three: Project, operation: Mapping[str, Json], seconds: float
) -> None:
    direction = three.do(operation)
    assert [step.ok for step in direction.steps] == [True], direction.text
    assert three.timeline.duration == seconds * 1000
    assert direction.report["duration_s"] == seconds


def test_a_speed_ramp_gets_faster_step_by_step(talk: Project) -> None:
    talk.do({"op": "speed_ramp", "start": 5, "end": 15, "factor_from": 1, "factor_to": 4})
    main = talk.timeline.main
    assert main is not None
    speeds = [clip.speed for clip in main.clips]
    assert speeds == [*sorted(speeds[:-1]), speeds[-1]]
    assert speeds[0] == speeds[-1] == 1
    assert 1 < speeds[1] < speeds[-2] < 4


def test_seconds_are_those_before_the_message(talk: Project) -> None:
    talk.do({"op": "remove_range", "start": 5, "end": 7}, {"op": "remove_range", "start": 10, "end": 12})
    assert sources(talk) == [(0, 5000), (7000, 10000), (12000, 20000)]


def test_clip_numbers_are_those_before_the_message(three: Project) -> None:
    three.do({"op": "delete_clip", "clip": 1}, {"op": "reverse", "clip": 2})
    main = three.timeline.main
    assert main is not None
    assert [(clip.name, clip.reverse) for clip in main.clips] == [("b.mp4", True), ("c.mp4", False)]


def test_after_a_split_the_numbers_are_those_of_the_halves(talk: Project) -> None:
    talk.do({"op": "split", "at": 8}, {"op": "delete_clip", "clip": 1}, {"op": "reverse"})
    assert sources(talk) == [(8000, 20000)]


def test_a_clip_in_pieces_is_still_the_clip_that_was_named(three: Project) -> None:
    three.studio.pause_table["a.mp4"] = [(2000, 3000)]
    three.do({"op": "remove_silence"}, {"op": "grayscale", "clip": 1})
    main = three.timeline.main
    assert main is not None
    assert [clip.effect("grayscale") is not None for clip in main.clips] == [True, True, False, False]


def test_a_title_time_that_the_message_cut_out_is_the_time_of_the_result(talk: Project) -> None:
    talk.do(
        {"op": "keep_range", "start": 10, "end": 20},
        {"op": "add_title", "text": "Hello", "start": 0, "end": 3},
    )
    assert shown_texts(talk) == [("Hello", 0, 3000)]


def test_titles_stand_where_they_are_asked_for(talk: Project) -> None:
    for operation in (
        {"op": "add_title", "text": "plain"},
        {"op": "add_title", "text": "ranged", "start": 4, "end": 6},
        {"op": "add_title", "text": "lasting", "start": 4, "duration": 1},
        {"op": "add_title", "text": "last", "start_from_end": 2},
        {"op": "add_title", "text": "end", "position_time": "end"},
        {"op": "add_title", "text": "clip", "clip": 1},
    ):
        assert talk.do(operation).steps[0].ok
    assert shown_texts(talk) == [
        ("plain", 0, 3000),
        ("clip", 0, 20000),
        ("ranged", 4000, 6000),
        ("lasting", 4000, 5000),
        ("end", 17000, 20000),
        ("last", 18000, 20000),
    ]


def test_titles_are_changed_restyled_and_removed(talk: Project) -> None:
    talk.do({"op": "add_title", "text": "Day One"}, {"op": "lower_third", "name": "Dr. Lee", "role": "Chief"})
    talk.do({"op": "edit_text", "target": "title", "text": "Day Two"})
    talk.do({"op": "style_text", "target": "title", "color": "yellow", "size": "larger", "position": "top"})
    talk.do(
        {"op": "extend_text", "target": "title", "seconds": 2},
        {"op": "animate_text", "target": "title", "animation": "slide_left"},
    )
    (title,) = [clip for clip in role(talk, Role.TITLE) if clip.name == "title"]
    assert (title.text, title.range) == ("Day Two", TimeRange(0, 5000))
    assert title.style["color"] == "yellow"
    assert title.style["size_percent"] > 8
    assert (title.style["position"], title.style["animation"]) == ("top", "slide_left")
    talk.do({"op": "remove_text", "target": "lower_third"})
    assert [clip.name for clip in role(talk, Role.TITLE)] == ["title"]
    talk.do({"op": "remove_text", "target": "title"})
    assert talk.timeline.role(Role.TITLE) == ()


def test_one_of_several_titles_is_asked_for(talk: Project) -> None:
    talk.do({"op": "add_title", "text": "One"}, {"op": "add_title", "text": "Two", "start": 5})
    before = talk.timeline
    direction = talk.do({"op": "edit_text", "target": "title", "text": "New"})
    assert direction.asks
    assert "One" in direction.text
    assert talk.timeline == before


def test_given_captions_are_placed_styled_shifted_and_edited(talk: Project) -> None:
    cues = [{"start": 1, "end": 3, "text": "hello wrold"}, {"start": 8, "end": 9, "text": "bye"}]
    talk.do({"op": "add_captions", "cues": cues, "style": "karaoke", "color": "yellow"})
    assert shown_texts(talk) == [("hello wrold", 1000, 3000), ("bye", 8000, 9000)]
    assert {clip.style["layout"] for clip in role(talk, Role.CAPTIONS)} == {"karaoke"}
    talk.do(
        {"op": "edit_captions", "find": "wrold", "replace": "world"},
        {"op": "shift_captions", "seconds": -0.5},
    )
    assert shown_texts(talk) == [("hello world", 500, 2500), ("bye", 7500, 8500)]
    talk.do({"op": "remove_range", "start": 1, "end": 2})
    assert shown_texts(talk) == [("hello world", 500, 1500), ("bye", 6500, 7500)]
    talk.do({"op": "remove_captions"})
    assert talk.timeline.role(Role.CAPTIONS) == ()


def test_captions_of_a_file_are_found_without_their_name(talk: Project, footage: Footage) -> None:
    talk.upload(footage("talk.srt", 0, kind=MediaKind.CAPTIONS))
    talk.studio.cue_table["talk.srt"] = [Cue(0, 1500, "one two three four"), Cue(30_000, 31_000, "too late")]
    direction = talk.do({"op": "add_captions", "max_words": 2})
    assert direction.steps[0].ok
    assert [text for text, _, _ in shown_texts(talk)] == ["one two", "three four"]
    assert talk.timeline.duration == 20_000


def test_captions_without_words_are_refused_with_what_helps_and_the_rest_is_done(talk: Project) -> None:
    direction = talk.do({"op": "add_captions"}, {"op": "set_aspect", "ratio": "9:16"})
    assert [step.ok for step in direction.steps] == [False, True]
    assert ".srt" in direction.text
    assert talk.timeline.canvas is not None
    assert (talk.timeline.canvas.width, talk.timeline.canvas.height) == (720, 1280)


@pytest.mark.parametrize(
    ("operation", "size"),
    [
        ({"op": "set_aspect", "ratio": "1:1", "fit": "blur"}, (720, 720)),
        ({"op": "set_aspect", "ratio": "4:5"}, (720, 900)),
        ({"op": "set_aspect", "ratio": "2.39:1", "fit": "pad"}, (1720, 720)),
        ({"op": "set_resolution", "width": 1920, "height": 1080}, (1920, 1080)),
        ({"op": "set_resolution", "height": 1080}, (1920, 1080)),
        ({"op": "rotate", "degrees": 90}, (720, 1280)),
        ({"op": "rotate", "degrees": 180}, (1280, 720)),
    ],
    ids=json.dumps,
)
def test_the_frame_gets_the_size_asked_for(
    talk: Project, operation: Mapping[str, Json], size: tuple[int, int]
) -> None:
    assert talk.do(operation).steps[0].ok
    canvas = talk.timeline.canvas
    assert canvas is not None
    assert (canvas.width, canvas.height) == size


def test_television_rates_are_exact_fractions(talk: Project) -> None:
    talk.do({"op": "set_fps", "fps": 29.97})
    assert talk.timeline.canvas is not None
    assert talk.timeline.canvas.fps == Fraction(30000, 1001)


PICTURE_EFFECTS = {
    "grayscale": "grayscale",
    "sepia": "sepia",
    "invert": "invert",
    "auto_color": "auto_color",
    "white_balance": "white_balance",
    "sharpen": "sharpen",
    "denoise_video": "denoise",
    "grain": "grain",
    "vignette": "vignette",
    "stabilize": "stabilize",
}


@pytest.mark.parametrize("name", sorted(PICTURE_EFFECTS))
def test_a_picture_effect_holds_for_all_of_it_or_for_one_clip(three: Project, name: str) -> None:
    assert three.do({"op": name}).steps[0].ok
    assert effects(three, PICTURE_EFFECTS[name])
    three.do({"op": "undo"})
    assert three.do({"op": name, "clip": 2}).steps[0].ok
    main = three.timeline.main
    assert main is not None
    assert [clip.effect(PICTURE_EFFECTS[name]) is not None for clip in main.clips] == [False, True, False]


def test_amounts_add_up_and_directions_have_a_default(talk: Project) -> None:
    direction = talk.do({"op": "brightness", "direction": "up"})
    assert "+10 %" in direction.text
    talk.do({"op": "brightness", "percent": 15})
    assert [one.parameters["percent"] for one in effects(talk, "brightness")] == [25]


def test_a_ranged_effect_follows_the_cut_that_comes_after_it(talk: Project) -> None:
    talk.do({"op": "blur", "target": "frame", "start": 3, "end": 5})
    talk.do({"op": "trim_start", "seconds": 1})
    assert [one.range for one in effects(talk, "blur")] == [TimeRange(2000, 2000)]


def test_faces_need_eyes_but_a_region_does_not(talk: Project) -> None:
    refused = talk.do({"op": "pixelate", "target": "faces"})
    assert not refused.steps[0].ok
    assert "top left" in refused.text
    assert talk.do({"op": "pixelate", "target": "top_left"}).steps[0].ok
    assert effects(talk, "pixelate")[0].parameters["width_percent"] == 33


def test_transitions_fit_their_clips_and_go_again(three: Project) -> None:
    direction = three.do({"op": "transition", "kind": "wipe", "between": "all"})
    main = three.timeline.main
    assert main is not None
    assert [clip.transition.kind if clip.transition else None for clip in main.clips] == [
        None,
        "wipe_left",
        "wipe_left",
    ]
    assert direction.report["transitions"] == 2
    three.do({"op": "remove_transition", "between": [1, 2]})
    assert three.timeline.main is not None
    assert [clip.transition is not None for clip in three.timeline.main.clips] == [False, False, True]


def test_fades_have_the_length_asked_for(talk: Project) -> None:
    talk.do(
        {"op": "fade_in", "seconds": 0.5},
        {"op": "fade_out", "seconds": 2, "target": "video", "color": "white"},
    )
    assert [one.parameters["duration"] for one in effects(talk, "fade_in")] == [500]
    (fade,) = effects(talk, "fade_out")
    assert (fade.parameters["target"], fade.parameters["color"]) == ("video", "white")


def test_music_lies_under_speech_ducked_and_ends_with_the_video(talk: Project) -> None:
    direction = talk.do({"op": "add_music", "mood": "chill"})
    (clip,) = role(talk, Role.MUSIC)
    assert isinstance(clip.media, GeneratedSource)
    assert clip.media.parameters["mood"] == "lofi"
    assert (clip.volume, clip.range) == (18.0, TimeRange(0, 20_000))
    assert effects(talk, "duck")
    assert direction.report["music"] == {"mood": "lofi", "percent": 18.0}
    talk.do({"op": "trim_end", "seconds": 5})
    assert role(talk, Role.MUSIC)[0].range.end == 15_000
    talk.do({"op": "set_volume", "target": "music", "db": 6})
    assert role(talk, Role.MUSIC)[0].volume == pytest.approx(35.9, abs=0.1)
    talk.do({"op": "replace_music", "mood": "epic"})
    (other,) = role(talk, Role.MUSIC)
    assert other.name == "Cinematic bed"
    assert other.volume == pytest.approx(35.9, abs=0.1)
    talk.do({"op": "remove_music"})
    assert talk.timeline.role(Role.MUSIC) == ()


def test_music_of_a_silent_video_is_loud(project: Project, footage: Footage) -> None:
    project.upload(footage("mute.mp4", 8, has_audio=False))
    project.do({"op": "add_music"})
    assert role(project, Role.MUSIC)[0].volume == 80


def test_a_music_file_begins_where_it_is_asked_to(talk: Project, footage: Footage) -> None:
    talk.upload(footage("Song.mp3", 60, kind=MediaKind.AUDIO))
    talk.do({"op": "add_music", "source": "song", "start": 5, "percent": 40})
    (clip,) = role(talk, Role.MUSIC)
    assert (clip.range, clip.volume) == (TimeRange(5000, 15_000), 40)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (
            {"op": "mute", "target": "all", "start": 10, "end": 12},
            Effect("mute", {"target": "all"}, TimeRange(10_000, 2000)),
        ),
        ({"op": "mute", "target": "original_audio"}, Effect("mute", {"target": "original_audio"})),
        ({"op": "normalize_loudness", "lufs": -16}, Effect("loudness", {"lufs": -16})),
        ({"op": "shift_audio", "seconds": -0.2}, Effect("shift_audio", {"duration": -200})),
        ({"op": "bleep", "at": 4}, Effect("bleep", {}, TimeRange(4000, 600))),
        ({"op": "pitch", "direction": "down", "target": "voice"}, Effect("pitch", {"semitones": -3})),
        ({"op": "enhance_voice"}, Effect("enhance_voice")),
        ({"op": "level_speakers"}, Effect("level_speakers")),
        ({"op": "set_volume", "percent": 50}, Effect("gain", {"percent": 50, "target": "all"})),
    ],
    ids=lambda one: json.dumps(one) if isinstance(one, dict) else "",
)
def test_a_sound_operation_puts_the_effect_where_it_belongs(
    talk: Project, operation: Mapping[str, Json], expected: Effect
) -> None:
    assert talk.do(operation).steps[0].ok
    assert expected in effects(talk, expected.kind)


def test_unmuting_a_part_of_a_mute_leaves_the_rest_muted(talk: Project) -> None:
    talk.do({"op": "mute"})
    talk.do({"op": "unmute", "start": 5, "end": 8})
    assert [one.range for one in effects(talk, "mute")] == [TimeRange(0, 5000), TimeRange(8000, 12_000)]
    talk.do({"op": "unmute"})
    assert effects(talk, "mute") == []


def test_all_but_one_clip_are_muted(three: Project) -> None:
    three.do({"op": "mute", "target": "original_audio", "clips_except": ["last"]})
    assert three.timeline.main is not None
    assert [clip.effect("mute") is not None for clip in three.timeline.main.clips] == [True, True, False]


def test_another_recording_takes_the_place_of_the_sound(talk: Project, footage: Footage) -> None:
    talk.upload(footage("voice.wav", 12, kind=MediaKind.AUDIO))
    direction = talk.do({"op": "replace_audio", "source": "voice.wav"})
    assert role(talk, Role.MUSIC) == []
    assert [clip.range for clip in role(talk, Role.VOICE)] == [TimeRange(0, 12_000)]
    assert "12 s" in direction.text


def test_sound_effects_lie_at_their_moment_or_at_every_cut(three: Project) -> None:
    three.do(
        {"op": "add_sfx", "name": "ding", "at": 3}, {"op": "add_sfx", "name": "whoosh", "at": "transitions"}
    )
    assert sorted((clip.name, clip.range.start) for clip in role(three, Role.SFX)) == [
        ("ding", 3000),
        ("whoosh", 9550),
        ("whoosh", 15_550),
    ]


def test_pictures_above_the_storyline_do_not_stay_clips_of_their_own(talk: Project, footage: Footage) -> None:
    talk.upload(
        footage("city.mp4", 8),
        footage("webcam.mp4", 30),
        footage("logo.png", 0, kind=MediaKind.IMAGE, width=400, height=400),
        footage("chart.png", 0, kind=MediaKind.IMAGE),
    )
    assert len(lengths(talk)) == 5
    direction = talk.do(
        {"op": "overlay_clip", "source": "city", "start": 10, "end": 14, "audio": "keep_base"},
        {"op": "pip", "source": "webcam.mp4", "position": "top_right", "scale": 0.25},
        {"op": "watermark", "source": "the logo", "position": "bottom_left", "opacity_percent": 50},
        {"op": "add_image", "source": "chart.png", "start": 5, "end": 7},
    )
    assert [step.ok for step in direction.steps] == [True] * 4, direction.text
    assert lengths(talk) == [("talk.mp4", 20_000)]
    cover, small = role(talk, Role.OVERLAY)
    assert (cover.range, cover.volume) == (TimeRange(10_000, 4000), 0)
    place = small.effect("place")
    assert place is not None
    assert place.parameters["width_percent"] == 25
    assert place.parameters["left_percent"] + 25 < 100
    marks = role(talk, Role.GRAPHICS)
    assert {clip.range.start: clip.range.duration for clip in marks} == {0: 20_000, 5000: 2000}
    assert talk.timeline.duration == 20_000


def test_a_split_screen_holds_the_last_frame_of_the_shorter_clip(three: Project) -> None:
    three.do({"op": "split_screen", "layout": "side_by_side", "clips": [1, 2]})
    assert lengths(three) == [("a.mp4", 10_000), ("c.mp4", 4000)]
    playing, held = role(three, Role.OVERLAY)
    assert (playing.range, held.range) == (TimeRange(0, 6000), TimeRange(6000, 4000))
    assert held.freeze
    place = playing.effect("place")
    assert place is not None
    assert place.parameters["left_percent"] == 50


def test_inserting_and_replacing_take_named_files(three: Project, footage: Footage) -> None:
    three.upload(footage("broll.mp4", 3), footage("retake.mov", 2))
    three.do({"op": "insert_clip", "source": "broll.mp4", "at": 4})
    assert [name[:2] for name, _ in lengths(three)] == ["a.", "br", "a.", "b.", "c.", "re"]
    assert not three.do({"op": "replace_clip", "clip": "last", "source": "retake.mov"}).steps[0].ok
    three.do({"op": "replace_clip", "clip": 2, "source": "retake.mov"})
    assert [name[:2] for name, _ in lengths(three)] == ["a.", "re", "a.", "b.", "c."]


def test_photos_become_a_slideshow_with_the_time_asked_for(project: Project, footage: Footage) -> None:
    project.upload(*(footage(f"p{n}.jpg", 0, kind=MediaKind.IMAGE) for n in (1, 2, 3)))
    assert [length for _, length in lengths(project)] == [4000] * 3
    project.do({"op": "slideshow", "seconds_each": 2.5}, {"op": "ken_burns", "target": "images"})
    assert [length for _, length in lengths(project)] == [2500] * 3
    assert len(effects(project, "zoom")) == 3


def test_credits_roll_over_black_behind_the_end_above_music_that_reaches_on(talk: Project) -> None:
    talk.do({"op": "add_music"})
    talk.do({"op": "add_credits", "lines": ["Ann", "Bob"]})
    assert lengths(talk)[-1] == ("credits", 4000)
    assert shown_texts(talk) == [("Ann\nBob", 20_000, 24_000)]
    assert role(talk, Role.MUSIC)[0].range.end == 24_000


def test_every_cut_falls_on_a_beat(three: Project) -> None:
    three.do({"op": "add_music", "mood": "energetic"})
    assert three.do({"op": "beat_sync"}).steps[0].ok
    (bed,) = role(three, Role.MUSIC)
    assert isinstance(bed.media, GeneratedSource)
    beats = three.studio.bed_beats(str(bed.media.parameters["mood"]), bed.range.duration)
    assert three.timeline.main is not None
    for clip in three.timeline.main.clips[1:]:
        assert min(abs(clip.range.start - beat) for beat in beats) <= 20


def test_scenes_become_clips(talk: Project) -> None:
    talk.studio.scene_table["talk.mp4"] = [4000, 9000]
    talk.do({"op": "split_scenes"})
    assert [length for _, length in lengths(talk)] == [4000, 5000, 11_000]


def test_pauses_are_cut_out_and_counted(talk: Project) -> None:
    direction = talk.do({"op": "remove_silence", "direction": "up", "min_seconds": 0.4})
    assert sources(talk) == [(0, 2000), (3000, 7000), (7600, 12_000), (14_000, 19_000)]
    assert direction.report["pauses_cut"] == 4
    assert direction.report["removed_s"] == 4.6
    assert talk.studio.asked[0]["strength"] == "tighter"
    assert talk.studio.asked[0]["min_ms"] == 400


def test_pauses_under_an_added_voice_stay(talk: Project, footage: Footage) -> None:
    talk.upload(footage("voice.wav", 12, kind=MediaKind.AUDIO))
    talk.do({"op": "replace_audio", "source": "voice.wav"})
    talk.do({"op": "remove_silence"})
    assert sources(talk) == [(0, 12_000), (14_000, 19_000)]


def test_pauses_can_be_played_faster_instead(talk: Project) -> None:
    talk.do({"op": "speed_silence", "factor": 4})
    assert talk.timeline.duration == 20_000 - 4600 + 1150


def test_a_recording_that_is_all_silence_is_not_cut_away(talk: Project) -> None:
    talk.studio.pause_table["talk.mp4"] = [(0, 20_000)]
    direction = talk.do({"op": "remove_silence"})
    assert not direction.steps[0].ok
    assert talk.timeline.duration == 20_000


def test_an_analysis_that_fails_is_told_and_the_rest_is_done(talk: Project) -> None:
    talk.studio.broken = True
    direction = talk.do({"op": "remove_silence"}, {"op": "grayscale"})
    assert [step.ok for step in direction.steps] == [False, True]
    assert "can't be decoded" in direction.text


def test_sound_alone_can_be_edited_too(project: Project, footage: Footage) -> None:
    project.upload(footage("podcast.mp3", 30, kind=MediaKind.AUDIO))
    project.studio.pause_table["podcast.mp3"] = [(5000, 7000)]
    project.do({"op": "remove_silence"}, {"op": "normalize_loudness"})
    main = project.timeline.main
    assert main is not None
    assert (main.kind, main.end, main.role) == (TrackKind.AUDIO, 28_000, Role.MAIN)


UNABLE = [
    name
    for name, spec in CATALOG.items()
    if spec.tier.value in "AVG" and name not in ("add_captions", "split_scenes")
]


@pytest.mark.parametrize("name", UNABLE)
def test_what_needs_ears_eyes_or_a_generator_is_answered_with_what_helps(talk: Project, name: str) -> None:
    before = talk.timeline
    direction = talk.do({"op": name})
    assert not direction.steps[0].ok
    assert talk.timeline == before
    assert "I can" in direction.text
    assert "_" not in direction.text


@pytest.mark.parametrize("name", sorted(CATALOG))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_bare_operation_is_done_refused_or_asked_about_but_never_fails(
    three: Project, name: str, language: str
) -> None:
    three.language = language
    direction = three.do({"op": name}, message="1")
    assert direction.text.strip()
    assert "{" not in direction.text
    assert direction.asks or len(direction.steps) == 1
    assert draft.decode(json.loads(json.dumps(draft.encode(three.timeline)))) == three.timeline
    if direction.asks:
        assert direction.text.rstrip()[-1] in "?？"


HOSTILE: list[Mapping[str, Json]] = [
    {"op": "trim_start", "seconds": 20},
    {"op": "trim_end", "seconds": 86_400},
    {"op": "remove_range", "start": 0, "end": 20},
    {"op": "remove_range", "start": 9, "end": 4},
    {"op": "keep_range", "start": 500, "end": 600},
    {"op": "delete_clip", "clip": 1},
    {"op": "delete_clip", "clip": 7},
    {"op": "speed", "factor": 100},
    {"op": "loop", "times": 1000_000},
    {"op": "fit_duration", "seconds": 0.001},
    {"op": "set_aspect", "ratio": "0:0"},
    {"op": "set_aspect", "ratio": "banana"},
    {"op": "crop", "left_percent": 60, "right_percent": 60},
    {"op": "set_resolution", "width": 2, "height": 2},
    {"op": "insert_clip", "source": "/etc/passwd"},
    {"op": "insert_clip", "source": "../../secret.mp4"},
    {"op": "pip", "source": "https://example.com/x.mp4"},
    {"op": "add_sfx", "name": "rm -rf /"},
    {"op": "lut", "file": "C:\\x.cube"},
    {"op": "normalize_loudness", "lufs": 0},
    {"op": "style_captions", "position": "top"},
    {"op": "transition"},
    {"op": "beat_sync"},
    {"op": "no_such_operation"},
]


@pytest.mark.parametrize("operation", HOSTILE, ids=json.dumps)
def test_what_is_impossible_changes_nothing_and_is_said(talk: Project, operation: Mapping[str, Json]) -> None:
    before = talk.timeline
    direction = talk.do(operation)
    assert talk.timeline == before
    assert direction.asks or not direction.steps[0].ok
    assert "/etc" not in direction.text
    assert ".." not in direction.text


def test_no_picture_and_no_sound_left_keeps_the_video_and_the_rest_of_the_message(three: Project) -> None:
    direction = three.do({"op": "keep_range", "start": 0, "end": 4}, {"op": "delete_clip", "clip": 1})
    assert [step.ok for step in direction.steps] == [True, False]
    assert three.timeline.duration == 4000


def test_a_picture_of_a_file_only_counts_once_it_is_there(project: Project) -> None:
    direction = project.do({"op": "trim_start", "seconds": 1})
    assert "upload" in direction.text
    assert not direction.steps[0].ok


def test_asset_ids_never_come_from_words(talk: Project) -> None:
    talk.do({"op": "add_music", "mood": "calm"}, {"op": "add_title", "text": "asset: talk.mp4"})
    used = {clip.media.asset for _, clip in talk.timeline.clips() if isinstance(clip.media, AssetSource)}
    assert used == {"talk.mp4"}


def test_looks_and_effects_are_those_that_are_drawn() -> None:
    from mango_skill.engine.director import looks
    from mango_skill.engine.render import colour, styles

    assert set(looks.LOOKS) == set(colour.LOOKS)
    assert set(looks.EFFECTS) == set(styles.STYLES)
    assert set(looks._LOOK_WORDS.values()) <= set(looks.LOOKS)
    assert set(looks._EFFECT_WORDS.values()) <= set(looks.EFFECTS)


def test_a_look_nobody_knows_is_said_and_a_near_one_is_named(talk: Project) -> None:
    assert "cinematic" in talk.do({"op": "look", "name": "banana"}).text
    assert talk.timeline.effect("look") is None
    direction = talk.do({"op": "look", "name": "golden_hour"})
    assert "“golden hour” is drawn as golden" in direction.text
    assert not talk.do({"op": "effect", "name": "rain"}).steps[0].ok
    talk.do({"op": "effect", "name": "glitch", "at": 3}, {"op": "effect", "name": "vhs"})
    assert [one.parameters["name"] for one in effects(talk, "stylize")] == ["glitch", "vhs"]


def test_the_first_video_decides_the_frame_even_after_photos(project: Project, footage: Footage) -> None:
    project.upload(footage("logo.png", 0, kind=MediaKind.IMAGE, width=300, height=300))
    project.upload(footage("phone.mp4", 5, width=1080, height=1920, fps=Fraction(30000, 1001)))
    canvas = project.timeline.canvas
    assert canvas is not None
    assert (canvas.width, canvas.height, canvas.fps) == (1080, 1920, Fraction(30000, 1001))


def test_a_huge_or_odd_video_gets_a_frame_that_can_be_encoded(project: Project, footage: Footage) -> None:
    project.upload(footage("huge.mp4", 5, width=7681, height=4321, fps=Fraction(1000)))
    canvas = project.timeline.canvas
    assert canvas is not None
    assert canvas.width <= 3840
    assert canvas.width % 2 == canvas.height % 2 == 0
    assert canvas.fps == 30


def test_less_puts_back_what_the_first_cut_took_too_much(talk: Project) -> None:
    talk.do({"op": "remove_silence"}, {"op": "transition"})
    talk.studio.pause_table["talk.mp4:less"] = [(2300, 2700), (12_300, 13_500)]
    direction = talk.do({"op": "remove_silence", "direction": "down"})
    assert direction.steps[0].ok
    assert "back" in direction.text
    heard = sorted(sources(talk))
    assert sum(end - start for start, end in heard) == talk.timeline.duration
    shown = {at for start, end in heard for at in range(start, end, 100)}
    assert {2100, 2800, 7200, 12_100, 13_600} <= shown
    assert not {2400, 2500, 13_000} & shown


def test_a_logo_is_made_larger_moved_and_removed_like_words(talk: Project, footage: Footage) -> None:
    talk.upload(footage("logo.png", 0, kind=MediaKind.IMAGE, width=200, height=200))
    talk.do({"op": "watermark", "source": "logo.png", "position": "top_left"})
    talk.do({"op": "style_text", "target": "watermark", "size": "larger"})
    talk.do({"op": "style_text", "target": "logo", "position": "bottom_right", "opacity_percent": 40})
    (mark,) = role(talk, Role.GRAPHICS)
    place = mark.effect("place")
    assert place is not None
    assert place.parameters["width_percent"] == pytest.approx(18.2)
    assert place.parameters["opacity_percent"] == 40
    assert place.parameters["left_percent"] > 50
    talk.do({"op": "remove_text", "target": "watermark"})
    assert role(talk, Role.GRAPHICS) == []


def test_at_most_a_minute_ends_where_a_passage_ends(talk: Project) -> None:
    talk.do({"op": "remove_silence"}, {"op": "set_duration", "max_seconds": 11})
    assert talk.timeline.duration == 10_400
    talk.do({"op": "set_duration", "seconds": 9})
    assert talk.timeline.duration == 9000


def test_music_that_came_before_the_video_is_lowered_under_it(project: Project, footage: Footage) -> None:
    project.upload(footage("song.mp3", 60, kind=MediaKind.AUDIO))
    project.upload(footage("talk.mp4", 20))
    (music,) = role(project, Role.MUSIC)
    assert (music.volume, music.range) == (18, TimeRange(0, 20_000))


def test_a_recording_that_was_edited_alone_becomes_the_voice_of_pictures_that_come_later(
    project: Project, footage: Footage
) -> None:
    project.upload(footage("podcast.mp3", 12, kind=MediaKind.AUDIO))
    project.do({"op": "trim_start", "seconds": 2})
    project.upload(footage("broll.mp4", 20))
    main = project.timeline.main
    assert main is not None
    assert (main.kind, main.end) == (TrackKind.VIDEO, 20_000)
    assert [clip.range for clip in role(project, Role.VOICE)] == [TimeRange(0, 10_000)]


def test_thousands_of_captions_over_hundreds_of_cuts_take_moments_not_minutes(
    project: Project, footage: Footage
) -> None:
    project.upload(footage("long.mp4", 3600))
    project.studio.pause_table["long.mp4"] = [(at, at + 700) for at in range(3000, 3_590_000, 6000)]
    cues = [{"start": at, "end": at + 0.9, "text": f"word {at}"} for at in range(3599)]
    before = time.process_time()
    direction = project.do(
        {"op": "remove_silence"}, {"op": "add_captions", "cues": cues}, {"op": "speed", "factor": 1.1}
    )
    assert all(step.ok for step in direction.steps)
    assert time.process_time() - before < 20
