"""What changed between two timelines."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from mango_skill.timeline import (
    AssetSource,
    Clip,
    Effect,
    Role,
    Timeline,
    TimeRange,
    Track,
    TrackKind,
    Transition,
)
from mango_skill.timeline.difference import ChangeKind, difference


def clip(identity: str, start: int, duration: int, *, name: str | None = None, source: int = 0) -> Clip:
    return Clip(
        identity,
        name or identity,
        TimeRange(start, duration),
        media=AssetSource(name or identity),
        source=TimeRange(source, duration),
    )


def video(*clips: Clip) -> Timeline:
    return Timeline(tracks=(Track("v", TrackKind.VIDEO, Role.MAIN, clips=clips),))


def kinds(before: Timeline, after: Timeline) -> list[ChangeKind]:
    return [change.kind for change in difference(before, after).changes]


def test_equal_timelines_differ_in_nothing() -> None:
    assert not difference(video(clip("a", 0, 10)), video(clip("a", 0, 10)))


def test_a_shorter_clip_is_a_trim_and_a_new_length() -> None:
    assert kinds(video(clip("a", 0, 10)), video(clip("a", 0, 7))) == [
        ChangeKind.DURATION,
        ChangeKind.CLIP_TRIMMED,
    ]


def test_swapped_clips_are_reordered_not_removed() -> None:
    before = video(clip("a", 0, 10), clip("b", 10, 10))
    after = video(clip("b", 0, 10), clip("a", 10, 10))
    assert kinds(before, after) == [ChangeKind.CLIP_REORDERED, ChangeKind.CLIP_REORDERED]


def test_the_pieces_of_a_cut_up_clip_are_told_as_one_split() -> None:
    before = video(clip("a", 0, 100))
    after = video(
        clip("a", 0, 30), clip("a2", 30, 30, name="a", source=40), clip("a3", 60, 20, name="a", source=80)
    )
    changes = difference(before, after)
    (split,) = changes.of(ChangeKind.CLIP_SPLIT)
    assert (split.before, split.after) == (1, 3)
    assert not changes.of(ChangeKind.CLIP_ADDED)


def test_pieces_that_became_whole_again_are_told_as_one_join() -> None:
    whole = video(clip("a", 0, 100))
    cut = video(clip("a", 0, 30), clip("a2", 30, 30, name="a", source=40))
    changes = difference(cut, whole)
    (joined,) = changes.of(ChangeKind.CLIP_JOINED)
    assert (joined.before, joined.after) == (2, 1)
    assert not changes.of(ChangeKind.CLIP_REMOVED)


def test_what_distinguishes_a_piece_from_the_whole_is_told() -> None:
    piece = replace(
        clip("a2", 30, 30, name="a", source=40), transition=Transition("crossfade", 10), volume=50.0
    )
    changes = difference(video(clip("a", 0, 100)), video(clip("a", 0, 30), piece))
    assert changes.of(ChangeKind.TRANSITION_ADDED)
    assert changes.of(ChangeKind.VOLUME)


def test_renumbered_segments_of_a_service_are_recognised_by_their_material() -> None:
    before = video(clip("x1", 0, 10, name="beach.mp4"))
    after = video(clip("y7", 0, 8, name="beach.mp4"))
    assert ChangeKind.CLIP_REMOVED not in kinds(before, after)


def test_every_property_of_a_clip_is_told() -> None:
    one = clip("a", 0, 10)
    changes = {
        ChangeKind.SPEED: replace(one, speed=Fraction(2)),
        ChangeKind.REVERSE: replace(one, reverse=True),
        ChangeKind.VOLUME: replace(one, volume=50.0),
        ChangeKind.TRANSITION_ADDED: replace(one, transition=Transition("crossfade", 5)),
        ChangeKind.EFFECT_ADDED: replace(one, effects=(Effect("sepia"),)),
        ChangeKind.CLIP_CHANGED: replace(one, extra={"inner": {"new": 1}}),
    }
    for kind, changed in changes.items():
        assert kinds(video(one), video(changed)) == [kind]


def test_a_new_music_track_is_told_with_what_it_holds() -> None:
    music = Track(
        "m", TrackKind.AUDIO, Role.MUSIC, clips=(Clip("bed", "Upbeat bed", TimeRange(0, 10), volume=18.0),)
    )
    before = video(clip("a", 0, 10))
    (change,) = difference(before, before.with_track(music)).changes
    assert (change.kind, change.track, change.name) == (ChangeKind.TRACK_ADDED, "BGM", "Upbeat bed")
