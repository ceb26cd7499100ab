"""Frame, colour, effects, and pictures above the storyline."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from mango_skill.timeline import MediaKind, MediaReference, Role, TimeRange

if TYPE_CHECKING:
    from conftest import Project

Footage = Callable[..., MediaReference]
Json = Any


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
    assert three.effects(PICTURE_EFFECTS[name])
    three.do({"op": "undo"})
    assert three.do({"op": name, "clip": 2}).steps[0].ok
    main = three.timeline.main
    assert main is not None
    assert [clip.effect(PICTURE_EFFECTS[name]) is not None for clip in main.clips] == [False, True, False]


def test_amounts_add_up_and_directions_have_a_default(talk: Project) -> None:
    direction = talk.do({"op": "brightness", "direction": "up"})
    assert "+10 %" in direction.text
    talk.do({"op": "brightness", "percent": 15})
    assert [one.parameters["percent"] for one in talk.effects("brightness")] == [25]


def test_a_ranged_effect_follows_the_cut_that_comes_after_it(talk: Project) -> None:
    talk.do({"op": "blur", "target": "frame", "start": 3, "end": 5})
    talk.do({"op": "trim_start", "seconds": 1})
    assert [one.range for one in talk.effects("blur")] == [TimeRange(2000, 2000)]


def test_faces_need_eyes_but_a_region_does_not(talk: Project) -> None:
    refused = talk.do({"op": "pixelate", "target": "faces"})
    assert not refused.steps[0].ok
    assert "top left" in refused.text
    assert talk.do({"op": "pixelate", "target": "top_left"}).steps[0].ok
    assert talk.effects("pixelate")[0].parameters["width_percent"] == 33


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
    assert [one.parameters["duration"] for one in talk.effects("fade_in")] == [500]
    (fade,) = talk.effects("fade_out")
    assert (fade.parameters["target"], fade.parameters["color"]) == ("video", "white")


def test_pictures_above_the_storyline_do_not_stay_clips_of_their_own(talk: Project, footage: Footage) -> None:
    talk.upload(
        footage("city.mp4", 8),
        footage("webcam.mp4", 30),
        footage("logo.png", 0, kind=MediaKind.IMAGE, width=400, height=400),
        footage("chart.png", 0, kind=MediaKind.IMAGE),
    )
    assert len(talk.lengths()) == 5
    direction = talk.do(
        {"op": "overlay_clip", "source": "city", "start": 10, "end": 14, "audio": "keep_base"},
        {"op": "pip", "source": "webcam.mp4", "position": "top_right", "scale": 0.25},
        {"op": "watermark", "source": "the logo", "position": "bottom_left", "opacity_percent": 50},
        {"op": "add_image", "source": "chart.png", "start": 5, "end": 7},
    )
    assert [step.ok for step in direction.steps] == [True] * 4, direction.text
    assert talk.lengths() == [("talk.mp4", 20_000)]
    cover, small = talk.clips_of(Role.OVERLAY)
    assert (cover.range, cover.volume) == (TimeRange(10_000, 4000), 0)
    place = small.effect("place")
    assert place is not None
    assert place.parameters["width_percent"] == 25
    assert place.parameters["left_percent"] + 25 < 100
    marks = talk.clips_of(Role.GRAPHICS)
    assert {clip.range.start: clip.range.duration for clip in marks} == {0: 20_000, 5000: 2000}
    assert talk.timeline.duration == 20_000


def test_a_split_screen_holds_the_last_frame_of_the_shorter_clip(three: Project) -> None:
    three.do({"op": "split_screen", "layout": "side_by_side", "clips": [1, 2]})
    assert three.lengths() == [("a.mp4", 10_000), ("c.mp4", 4000)]
    playing, held = three.clips_of(Role.OVERLAY)
    assert (playing.range, held.range) == (TimeRange(0, 6000), TimeRange(6000, 4000))
    assert held.freeze
    place = playing.effect("place")
    assert place is not None
    assert place.parameters["left_percent"] == 50


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
    assert [one.parameters["name"] for one in talk.effects("stylize")] == ["glitch", "vhs"]


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


def test_a_logo_is_made_larger_moved_and_removed_like_words(talk: Project, footage: Footage) -> None:
    talk.upload(footage("logo.png", 0, kind=MediaKind.IMAGE, width=200, height=200))
    talk.do({"op": "watermark", "source": "logo.png", "position": "top_left"})
    talk.do({"op": "style_text", "target": "watermark", "size": "larger"})
    talk.do({"op": "style_text", "target": "logo", "position": "bottom_right", "opacity_percent": 40})
    (mark,) = talk.clips_of(Role.GRAPHICS)
    place = mark.effect("place")
    assert place is not None
    assert place.parameters["width_percent"] == pytest.approx(18.2)
    assert place.parameters["opacity_percent"] == 40
    assert place.parameters["left_percent"] > 50
    talk.do({"op": "remove_text", "target": "watermark"})
    assert talk.clips_of(Role.GRAPHICS) == []


@pytest.mark.parametrize(
    ("answer", "sides"),
    [("cut it off", {"left_percent": 50}), ("keep it", {"right_percent": 50})],
)
def test_a_half_that_may_go_or_stay_is_asked_for(
    three: Project, answer: str, sides: dict[str, float]
) -> None:
    asked = three.say("crop the left half")
    assert "be all that is kept" in asked.text
    three.say(answer)
    assert [one.parameters for one in three.effects("crop")] == [sides] * 3
