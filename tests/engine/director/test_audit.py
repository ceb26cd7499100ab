"""The audit sees what the edit got wrong, and a miss is taken back and told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mango_skill.engine.director import carrying
from mango_skill.engine.director.asked import Asked
from mango_skill.engine.director.audit import CHECKS, audit
from mango_skill.engine.director.cases import Case
from mango_skill.operations import CATALOG
from mango_skill.timeline import Timeline, TimeRange, edits

if TYPE_CHECKING:
    from conftest import Project

RIGHT: list[dict[str, Any]] = [
    {"op": "trim_start", "seconds": 3},
    {"op": "trim_end", "seconds": 3},
    {"op": "keep_range", "start": 2, "end": 5},
    {"op": "remove_range", "start": 2, "end": 5},
    {"op": "keep_ranges", "ranges": [[1, 2], [4, 5]]},
    {"op": "set_duration", "seconds": 8},
    {"op": "fit_duration", "seconds": 8},
    {"op": "speed", "factor": 2},
    {"op": "speed_range", "start": 2, "end": 4, "factor": 2},
    {"op": "freeze_frame", "at": 4, "seconds": 2},
    {"op": "loop", "times": 2},
    {"op": "reverse"},
    {"op": "set_aspect", "ratio": "9:16", "fit": "blur"},
    {"op": "set_resolution", "width": 640, "height": 360},
    {"op": "set_fps", "fps": 24},
    {"op": "grayscale"},
    {"op": "fade_in", "seconds": 1},
    {"op": "add_title", "text": "Hi", "start": 2, "end": 4},
    {"op": "add_captions", "cues": [{"start": 1, "end": 2, "text": "x"}]},
    {"op": "add_music", "percent": 30},
    {"op": "mute", "start": 2, "end": 4},
    {"op": "normalize_loudness", "lufs": -16},
    {"op": "set_volume", "percent": 40},
    {"op": "add_sfx", "name": "ding", "at": 2},
]


def _asked(operation: dict[str, Any]) -> Asked:
    return Asked(operation["op"], {name: value for name, value in operation.items() if name != "op"})


@pytest.mark.parametrize("operation", RIGHT, ids=lambda one: str(one["op"]))
def test_an_edit_that_did_nothing_is_seen(talk: Project, operation: dict[str, Any]) -> None:
    assert audit(Case(_asked(operation), talk.timeline, talk.timeline, True)) is not None


@pytest.mark.parametrize("operation", RIGHT, ids=lambda one: str(one["op"]))
def test_an_edit_that_did_what_was_asked_passes(talk: Project, operation: dict[str, Any]) -> None:
    before = talk.timeline
    assert talk.do(operation).steps[0].ok
    assert audit(Case(_asked(operation), before, talk.timeline, True)) is None


@pytest.mark.parametrize(
    ("operation", "wrong"),
    [
        ({"op": "trim_start", "seconds": 3}, TimeRange(17_000, 3000)),
        ({"op": "trim_end", "seconds": 3}, TimeRange(0, 3000)),
        ({"op": "remove_range", "start": 2, "end": 5}, TimeRange(5000, 3000)),
        ({"op": "keep_range", "start": 2, "end": 5}, TimeRange(3000, 17_000)),
    ],
    ids=lambda one: str(one["op"]) if isinstance(one, dict) else "",
)
def test_the_right_length_of_the_wrong_part_is_seen(
    talk: Project, operation: dict[str, Any], wrong: TimeRange
) -> None:
    after = edits.remove_ranges(talk.timeline, [wrong]).timeline
    assert "is shown instead" in str(audit(Case(_asked(operation), talk.timeline, after, True)))


def _with_gap(timeline: Timeline) -> Timeline:
    main = timeline.main
    assert main is not None
    clip = main.clips[0]
    return timeline.with_track(
        replace(main, clips=(replace(clip, range=TimeRange(500, clip.range.duration)),))
    )


def test_a_storyline_with_a_hole_is_seen_whatever_was_asked(talk: Project) -> None:
    assert audit(Case(Asked("grain", {}), talk.timeline, _with_gap(talk.timeline), True)) is not None


def test_a_hole_that_was_there_before_is_not_this_edits_doing(talk: Project) -> None:
    holed = _with_gap(talk.timeline)
    assert audit(Case(Asked("unmute", {}), holed, holed, True)) is None


def test_a_miss_is_taken_back_told_and_the_rest_is_done(
    talk: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(desk: Any, asked: Asked) -> None:
        desk.apply(edits.remove_ranges(desk.timeline, [TimeRange(0, 9000)]))
        desk.did("trimmed_start", amount=3000)

    monkeypatch.setattr(carrying, "HANDLERS", {**carrying.HANDLERS, "trim_start": wrong})
    direction = talk.do({"op": "trim_start", "seconds": 3}, {"op": "grayscale"})
    assert [step.ok for step in direction.steps] == [False, True]
    assert talk.timeline.duration == 20_000
    assert "took it back" in direction.text
    assert "Cut 3 s" not in direction.text


def test_every_plain_operation_of_time_and_presence_has_a_check() -> None:
    unchecked = {name for name, spec in CATALOG.items() if spec.tier.value == "D" and name not in CHECKS}
    # these change the wording or look of what is there, take something away, or have nothing to measure
    assert unchecked <= {
        "unmute", "shift_audio", "isolate", "edit_text", "style_text", "extend_text", "animate_text", "remove_text",
        "add_credits", "countdown", "sticker", "style_captions", "edit_captions", "slideshow", "concat", "keep_clips",
        "replace_clip", "speed_ramp", "speed_silence", "rotate", "flip", "sharpen", "export",
    }  # fmt: skip
