"""Undo, redo, reset and restore over any number of messages; each message is one step."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from mango_skill.timeline import MediaKind, MediaReference, Role

if TYPE_CHECKING:
    from conftest import Project

Footage = Callable[..., MediaReference]

STEPS = [
    {"op": "trim_start", "seconds": 1},
    {"op": "add_music", "mood": "calm"},
    {"op": "add_title", "text": "Hi"},
    {"op": "set_aspect", "ratio": "9:16"},
]


@pytest.fixture
def edited(talk: Project) -> Project:
    """Four messages after the upload: versions 1 (upload) to 5."""
    for step in STEPS:
        talk.do(step, message=str(step["op"]))
    return talk


def test_undo_and_redo_go_step_by_step_and_in_leaps(edited: Project) -> None:
    kept = [version.timeline for version in edited.stored]
    edited.do({"op": "undo"})
    assert edited.timeline == kept[3]
    edited.do({"op": "undo", "steps": 2})
    assert edited.timeline == kept[1]
    edited.do({"op": "redo", "steps": 3})
    assert edited.timeline == kept[4]
    assert len(edited.stored) == 5


def test_undo_beyond_the_first_step_changes_nothing_and_says_how_many_there_are(edited: Project) -> None:
    before = edited.timeline
    direction = edited.do({"op": "undo", "steps": 9})
    assert edited.timeline == before
    assert "4" in direction.text
    assert not edited.do({"op": "redo"}).steps[0].ok


def test_reset_brings_the_footage_back_as_it_came(edited: Project) -> None:
    edited.do({"op": "reset"})
    assert edited.timeline == edited.stored[0].timeline


@pytest.mark.parametrize(
    ("words", "version"), [("the music", 2), ("title", 3), ("the cut", 1), ("音乐", 2), ("竖屏", 4)]
)
def test_restore_finds_the_step_by_what_it_did(edited: Project, words: str, version: int) -> None:
    edited.do({"op": "restore", "before": words})
    assert edited.current == version
    assert edited.timeline == edited.stored[version - 1].timeline


def test_restore_of_something_that_never_was_says_so(edited: Project) -> None:
    direction = edited.do({"op": "restore", "before": "the fireworks"})
    assert not direction.steps[0].ok
    assert "fireworks" in direction.text


def test_an_edit_after_undo_makes_a_branch_and_redo_follows_it(edited: Project) -> None:
    edited.do({"op": "undo", "steps": 2})
    edited.do({"op": "grayscale"})
    assert edited.stored[-1].parent == 3
    edited.do({"op": "undo"})
    edited.do({"op": "redo"})
    assert edited.current == 6


def test_undo_with_another_edit_in_the_same_message_stems_from_the_older_version(edited: Project) -> None:
    edited.do({"op": "undo"}, {"op": "trim_end", "seconds": 2})
    assert edited.stored[-1].parent == 4
    assert edited.timeline.duration == 17_000
    assert edited.timeline.canvas == edited.stored[0].timeline.canvas


def test_a_file_that_was_uploaded_in_between_stays_when_an_edit_is_undone(
    talk: Project, footage: Footage
) -> None:
    talk.do({"op": "trim_start", "seconds": 1})
    talk.upload(footage("more.mp4", 3))
    talk.do({"op": "undo"})
    main = talk.timeline.main
    assert main is not None
    assert [clip.name for clip in main.clips] == ["talk.mp4", "more.mp4"]
    assert main.end == 23_000


def test_uploads_are_no_steps(project: Project, footage: Footage) -> None:
    project.upload(footage("a.mp4", 3))
    project.upload(footage("song.mp3", 9, kind=MediaKind.AUDIO))
    direction = project.do({"op": "undo"})
    assert not direction.steps[0].ok
    assert project.timeline.role(Role.MUSIC)
