"""What can't be done changes nothing, is said plainly, and takes nothing else of the message with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from mango_skill.operations import CATALOG
from mango_skill.protocol import draft
from mango_skill.timeline import AssetSource

if TYPE_CHECKING:
    from conftest import Project

Json = Any


def test_an_analysis_that_fails_is_told_and_the_rest_is_done(talk: Project) -> None:
    talk.studio.broken = True
    direction = talk.do({"op": "remove_silence"}, {"op": "grayscale"})
    assert [step.ok for step in direction.steps] == [False, True]
    assert "can't be decoded" in direction.text


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
