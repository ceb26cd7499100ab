"""Titles, captions and credits stand where and when they are asked for, and follow."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from mango_skill.engine.director import Cue
from mango_skill.timeline import MediaKind, MediaReference, Role, TimeRange

if TYPE_CHECKING:
    from conftest import Project

Footage = Callable[..., MediaReference]


def test_a_title_time_that_the_message_cut_out_is_the_time_of_the_result(talk: Project) -> None:
    talk.do(
        {"op": "keep_range", "start": 10, "end": 20},
        {"op": "add_title", "text": "Hello", "start": 0, "end": 3},
    )
    assert talk.texts() == [("Hello", 0, 3000)]


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
    assert talk.texts() == [
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
    (title,) = [clip for clip in talk.clips_of(Role.TITLE) if clip.name == "title"]
    assert (title.text, title.range) == ("Day Two", TimeRange(0, 5000))
    assert title.style["color"] == "yellow"
    assert title.style["size_percent"] > 8
    assert (title.style["position"], title.style["animation"]) == ("top", "slide_left")
    talk.do({"op": "remove_text", "target": "lower_third"})
    assert [clip.name for clip in talk.clips_of(Role.TITLE)] == ["title"]
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
    assert talk.texts() == [("hello wrold", 1000, 3000), ("bye", 8000, 9000)]
    assert {clip.style["layout"] for clip in talk.clips_of(Role.CAPTIONS)} == {"karaoke"}
    talk.do(
        {"op": "edit_captions", "find": "wrold", "replace": "world"},
        {"op": "shift_captions", "seconds": -0.5},
    )
    assert talk.texts() == [("hello world", 500, 2500), ("bye", 7500, 8500)]
    talk.do({"op": "remove_range", "start": 1, "end": 2})
    assert talk.texts() == [("hello world", 500, 1500), ("bye", 6500, 7500)]
    talk.do({"op": "remove_captions"})
    assert talk.timeline.role(Role.CAPTIONS) == ()


def test_captions_of_a_file_are_found_without_their_name(talk: Project, footage: Footage) -> None:
    talk.upload(footage("talk.srt", 0, kind=MediaKind.CAPTIONS))
    talk.studio.cue_table["talk.srt"] = [Cue(0, 1500, "one two three four"), Cue(30_000, 31_000, "too late")]
    direction = talk.do({"op": "add_captions", "max_words": 2})
    assert direction.steps[0].ok
    assert [text for text, _, _ in talk.texts()] == ["one two", "three four"]
    assert talk.timeline.duration == 20_000


def test_captions_without_words_are_refused_with_what_helps_and_the_rest_is_done(talk: Project) -> None:
    direction = talk.do({"op": "add_captions"}, {"op": "set_aspect", "ratio": "9:16"})
    assert [step.ok for step in direction.steps] == [False, True]
    assert ".srt" in direction.text
    assert talk.timeline.canvas is not None
    assert (talk.timeline.canvas.width, talk.timeline.canvas.height) == (720, 1280)


def test_credits_roll_over_black_behind_the_end_above_music_that_reaches_on(talk: Project) -> None:
    talk.do({"op": "add_music"})
    talk.do({"op": "add_credits", "lines": ["Ann", "Bob"]})
    assert talk.lengths()[-1] == ("credits", 4000)
    assert talk.texts() == [("Ann\nBob", 20_000, 24_000)]
    assert talk.clips_of(Role.MUSIC)[0].range.end == 24_000


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


def test_a_color_nobody_can_draw_is_said_instead_of_drawn_as_another(talk: Project) -> None:
    from PIL import ImageColor

    from mango_skill.engine.director.hues import _OTHERS, NAMES, read_color

    assert set(ImageColor.colormap) >= NAMES
    assert all(ImageColor.getrgb(value) for value in _OTHERS.values())
    assert (read_color("Light Blue"), read_color("#FF8800")) == ("lightblue", "#ff8800")
    direction = talk.do({"op": "add_title", "text": "Hi", "color": "sparkly"})
    assert "sparkly" in direction.text
    assert talk.texts() == []


def test_captions_that_are_there_can_go_beside_the_file(talk: Project) -> None:
    talk.do({"op": "add_captions", "cues": [{"start": 0, "end": 1, "text": "hello"}]})
    assert talk.do({"op": "add_captions", "burn": False}).steps[0].ok
    (track,) = talk.timeline.role(Role.CAPTIONS)
    assert track.extra == {"inner": {"sidecar": True}}
    assert "already" in talk.do({"op": "add_captions"}).text


def test_captions_keep_the_times_of_a_video_whose_logo_is_no_clip(project: Project, footage: Footage) -> None:
    project.upload(footage("logo.png", 0, kind=MediaKind.IMAGE), footage("talk.mp4", 20))
    project.assets["talk.srt"] = footage("talk.srt", 0, kind=MediaKind.CAPTIONS)
    project.studio.cue_table["talk.srt"] = [Cue(500, 1500, "one"), Cue(3000, 4000, "two")]
    project.do({"op": "add_captions", "source": "talk.srt"}, {"op": "watermark", "source": "logo.png"})
    assert [(text, start) for text, start, _ in project.texts()] == [("one", 500), ("two", 3000)]


def test_a_title_stands_below_faces_unless_it_is_on_plain_ground_or_asked_elsewhere(talk: Project) -> None:
    talk.do(
        {"op": "add_title", "text": "over people"},
        {"op": "add_title", "text": "asked", "start": 5, "position": "center"},
        {"op": "add_credits", "lines": ["Ann"]},
    )
    talk.do({"op": "add_title", "text": "over black", "start": 21, "end": 23})
    styles = {clip.text: clip.style for clip in talk.clips_of(Role.TITLE)}
    assert 60 < styles["over people"]["y_percent"] < 80
    assert "y_percent" not in styles["asked"]
    assert "y_percent" not in styles["over black"]
    talk.do({"op": "style_text", "target": "over people", "position": "center"})
    styles = {clip.text: clip.style for clip in talk.clips_of(Role.TITLE)}
    assert "y_percent" not in styles["over people"]


def test_a_title_that_goes_with_a_pause_is_told(talk: Project) -> None:
    talk.studio.pause_table["talk.mp4"] = [(4000, 9000)]
    talk.do({"op": "add_title", "text": "Day One", "start": 5, "end": 8})
    direction = talk.do({"op": "remove_silence"})
    assert talk.texts() == []
    assert "Day One" in direction.text


def test_a_logo_gets_the_share_of_the_width_that_is_said(talk: Project, footage: Footage) -> None:
    talk.upload(footage("logo.png", 0, kind=MediaKind.IMAGE))
    talk.do({"op": "watermark", "source": "logo.png", "position": "top_right"})
    talk.do({"op": "style_text", "target": "watermark", "size": "20%"})
    (logo,) = [clip for clip in talk.clips_of(Role.GRAPHICS) if clip.name == "watermark"]
    place = logo.effect("place")
    assert place is not None
    assert place.parameters["width_percent"] == 20
