"""Cuts, order, speed and pauses do exactly what they say; seconds and clip numbers are those before the message."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from mango_skill.timeline import GeneratedSource, MediaKind, MediaReference, Role

if TYPE_CHECKING:
    from conftest import Project

Footage = Callable[..., MediaReference]
Json = Any


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
    assert talk.sources() == expected


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
    assert "".join(name[0] for name, _ in three.lengths()) == order


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
    assert talk.sources() == [(0, 5000), (7000, 10000), (12000, 20000)]


def test_clip_numbers_are_those_before_the_message(three: Project) -> None:
    three.do({"op": "delete_clip", "clip": 1}, {"op": "reverse", "clip": 2})
    main = three.timeline.main
    assert main is not None
    assert [(clip.name, clip.reverse) for clip in main.clips] == [("b.mp4", True), ("c.mp4", False)]


def test_after_a_split_the_numbers_are_those_of_the_halves(talk: Project) -> None:
    talk.do({"op": "split", "at": 8}, {"op": "delete_clip", "clip": 1}, {"op": "reverse"})
    assert talk.sources() == [(8000, 20000)]


def test_a_clip_in_pieces_is_still_the_clip_that_was_named(three: Project) -> None:
    three.studio.pause_table["a.mp4"] = [(2000, 3000)]
    three.do({"op": "remove_silence"}, {"op": "grayscale", "clip": 1})
    main = three.timeline.main
    assert main is not None
    assert [clip.effect("grayscale") is not None for clip in main.clips] == [True, True, False, False]


def test_inserting_and_replacing_take_named_files(three: Project, footage: Footage) -> None:
    three.upload(footage("broll.mp4", 3), footage("retake.mov", 2))
    three.do({"op": "insert_clip", "source": "broll.mp4", "at": 4})
    assert [name[:2] for name, _ in three.lengths()] == ["a.", "br", "a.", "b.", "c.", "re"]
    assert not three.do({"op": "replace_clip", "clip": "last", "source": "retake.mov"}).steps[0].ok
    three.do({"op": "replace_clip", "clip": 2, "source": "retake.mov"})
    assert [name[:2] for name, _ in three.lengths()] == ["a.", "re", "a.", "b.", "c."]


def test_photos_become_a_slideshow_with_the_time_asked_for(project: Project, footage: Footage) -> None:
    project.upload(*(footage(f"p{n}.jpg", 0, kind=MediaKind.IMAGE) for n in (1, 2, 3)))
    assert [length for _, length in project.lengths()] == [4000] * 3
    project.do({"op": "slideshow", "seconds_each": 2.5}, {"op": "ken_burns", "target": "images"})
    assert [length for _, length in project.lengths()] == [2500] * 3
    assert len(project.effects("zoom")) == 3


def test_every_cut_falls_on_a_beat(three: Project) -> None:
    three.do({"op": "add_music", "mood": "energetic"})
    assert three.do({"op": "beat_sync"}).steps[0].ok
    (bed,) = three.clips_of(Role.MUSIC)
    assert isinstance(bed.media, GeneratedSource)
    beats = three.studio.bed_beats(str(bed.media.parameters["mood"]), bed.range.duration)
    assert three.timeline.main is not None
    for clip in three.timeline.main.clips[1:]:
        assert min(abs(clip.range.start - beat) for beat in beats) <= 20


def test_scenes_become_clips(talk: Project) -> None:
    talk.studio.scene_table["talk.mp4"] = [4000, 9000]
    talk.do({"op": "split_scenes"})
    assert [length for _, length in talk.lengths()] == [4000, 5000, 11_000]


def test_pauses_are_cut_out_and_counted(talk: Project) -> None:
    direction = talk.do({"op": "remove_silence", "direction": "up", "min_seconds": 0.4})
    assert talk.sources() == [(0, 2000), (3000, 7000), (7600, 12_000), (14_000, 19_000)]
    assert direction.report["pauses_cut"] == 4
    assert direction.report["removed_s"] == 4.6
    assert talk.studio.asked[0]["strength"] == "tighter"
    assert talk.studio.asked[0]["min_ms"] == 400


def test_pauses_under_an_added_voice_stay(talk: Project, footage: Footage) -> None:
    talk.upload(footage("voice.wav", 12, kind=MediaKind.AUDIO))
    talk.do({"op": "replace_audio", "source": "voice.wav"})
    talk.do({"op": "remove_silence"})
    assert talk.sources() == [(0, 12_000), (14_000, 19_000)]


def test_pauses_can_be_played_faster_instead(talk: Project) -> None:
    talk.do({"op": "speed_silence", "factor": 4})
    assert talk.timeline.duration == 20_000 - 4600 + 1150


def test_a_recording_that_is_all_silence_is_not_cut_away(talk: Project) -> None:
    talk.studio.pause_table["talk.mp4"] = [(0, 20_000)]
    direction = talk.do({"op": "remove_silence"})
    assert not direction.steps[0].ok
    assert talk.timeline.duration == 20_000


def test_less_puts_back_what_the_first_cut_took_too_much(talk: Project) -> None:
    talk.do({"op": "remove_silence"}, {"op": "transition"})
    talk.studio.pause_table["talk.mp4:less"] = [(2300, 2700), (12_300, 13_500)]
    direction = talk.do({"op": "remove_silence", "direction": "down"})
    assert direction.steps[0].ok
    assert "back" in direction.text
    heard = sorted(talk.sources())
    assert sum(end - start for start, end in heard) == talk.timeline.duration
    shown = {at for start, end in heard for at in range(start, end, 100)}
    assert {2100, 2800, 7200, 12_100, 13_600} <= shown
    assert not {2400, 2500, 13_000} & shown


def test_at_most_a_minute_ends_where_a_passage_ends(talk: Project) -> None:
    talk.do({"op": "remove_silence"}, {"op": "set_duration", "max_seconds": 11})
    assert talk.timeline.duration == 10_400
    talk.do({"op": "set_duration", "seconds": 9})
    assert talk.timeline.duration == 9000


def test_after_a_split_a_clip_is_trimmed_at_its_own_end(talk: Project) -> None:
    talk.do({"op": "split", "at": 8}, {"op": "trim_end", "seconds": 2, "clip": 1})
    assert talk.sources() == [(0, 6000), (8000, 20_000)]


def test_a_range_of_a_clip_counts_from_its_start_also_after_other_cuts(three: Project) -> None:
    three.do({"op": "trim_start", "seconds": 4}, {"op": "remove_range", "clip": 2, "start": 1, "end": 2})
    assert three.sources() == [(4000, 10_000), (0, 1000), (2000, 6000), (0, 4000)]


def test_only_the_named_copy_of_a_doubled_clip_is_trimmed(talk: Project) -> None:
    talk.do({"op": "duplicate_clip", "clip": 1}, {"op": "trim_end", "seconds": 5, "clip": 2})
    assert talk.sources() == [(0, 20_000), (0, 15_000)]
