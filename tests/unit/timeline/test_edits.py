"""Edits in time hold their promises on any timeline: nothing gapes, nothing overlaps, everything follows."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mango_skill.timeline import (
    AssetSource,
    Clip,
    Effect,
    GeneratedSource,
    Role,
    Timeline,
    TimeRange,
    Track,
    TrackKind,
    Transition,
    edits,
)
from mango_skill.timeline.check import check
from mango_skill.timeline.difference import difference
from mango_skill.timeline.edits import Arranged, TimeMap


def video(
    identity: str, start: int, duration: int, *, source: int = 0, speed: Fraction = Fraction(1)
) -> Clip:
    shown = TimeRange(source, round(duration * speed))
    return Clip(identity, identity, TimeRange(start, duration), AssetSource(f"file-{identity}"), shown, speed)


def text(identity: str, start: int, duration: int) -> Clip:
    return Clip(identity, "title", TimeRange(start, duration), text=identity)


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    """A storyline of one to five clips with titles, captions, an overlay, music, and ranged effects."""
    clips: list[Clip] = []
    cursor = 0
    for number in range(draw(st.integers(1, 5))):
        duration = draw(st.integers(200, 9_000))
        speed = draw(st.sampled_from([Fraction(1), Fraction(2), Fraction(1, 2), Fraction(5, 4)]))
        clip = video(f"c{number + 1}", cursor, duration, source=draw(st.integers(0, 3_000)), speed=speed)
        if number and draw(st.booleans()):
            clip = replace(
                clip, transition=Transition("crossfade", min(500, duration, clips[-1].range.duration))
            )
        clips.append(replace(clip, reverse=draw(st.booleans())))
        cursor += duration
    tracks = [Track("main", TrackKind.VIDEO, Role.MAIN, clips=tuple(clips))]
    spans = draw(st.lists(st.tuples(st.integers(0, cursor - 100), st.integers(100, 4_000)), max_size=4))
    words = [text(f"t{n + 1}", at, min(length, cursor - at)) for n, (at, length) in enumerate(sorted(spans))]
    if words:
        tracks.append(Track("titles", TrackKind.TEXT, Role.TITLE, clips=tuple(words)))
    if draw(st.booleans()):
        at = draw(st.integers(0, cursor - 100))
        tracks.append(
            Track("over", TrackKind.VIDEO, Role.OVERLAY, clips=(video("o1", at, min(1_500, cursor - at)),))
        )
    bed = Clip("m1", "bed", TimeRange(0, cursor), GeneratedSource("music"), TimeRange(0, cursor), volume=18)
    tracks.append(Track("music", TrackKind.AUDIO, Role.MUSIC, clips=(bed,)))
    effects = ()
    if draw(st.booleans()):
        at = draw(st.integers(0, cursor - 1))
        effects = (Effect("mute", {"target": "all"}, TimeRange(at, draw(st.integers(1, cursor - at)))),)
    return Timeline(tracks=tuple(tracks), effects=effects)


@st.composite
def arranged(draw: st.DrawFn) -> tuple[Timeline, Arranged]:
    """A timeline and any edit in time of it."""
    timeline = draw(timelines())
    clips = edits.storyline(timeline)
    end = clips[-1].range.end
    start = draw(st.integers(0, end - 1))
    part = TimeRange.between(start, draw(st.integers(start + 1, end)))
    ids = [clip.id for clip in clips]
    name = draw(st.sampled_from(sorted(EDITS)))
    return timeline, EDITS[name](timeline, part, draw(st.permutations(ids)))


EDITS = {
    "remove": lambda t, part, ids: edits.remove_ranges(t, [part]),
    "keep": lambda t, part, ids: edits.keep_ranges(t, [part]),
    "faster": lambda t, part, ids: edits.change_speed(t, [(part, Fraction(3, 2))]),
    "slower": lambda t, part, ids: edits.change_speed(t, [(part, Fraction(1, 3))]),
    "ramp": lambda t, part, ids: edits.ramp_speed(t, part, Fraction(1), Fraction(3)),
    "fit": lambda t, part, ids: edits.fit_speed(t, 7_777),
    "split": lambda t, part, ids: edits.split(t, [part.start, part.end]),
    "order": lambda t, part, ids: edits.order_clips(t, ids),
    "drop": lambda t, part, ids: edits.order_clips(t, ids[:1]),
    "double": lambda t, part, ids: edits.order_clips(t, [*ids, *ids]),
    "insert": lambda t, part, ids: edits.insert_clips(t, [video("new", 0, 1_234)], part.start),
    "replace": lambda t, part, ids: edits.replace_clip(t, ids[0], video("new", 0, 2_000)),
    "reverse": lambda t, part, ids: edits.reverse_range(t, part),
    "reverse_clips": lambda t, part, ids: edits.reverse_clips(t, set(ids[:2])),
    "boomerang": lambda t, part, ids: edits.boomerang(t, part),
    "freeze": lambda t, part, ids: edits.freeze(t, part.start, 1_500),
    "freeze_end": lambda t, part, ids: edits.freeze(t, t.main.end, 1_500),
    "repeat": lambda t, part, ids: edits.repeat(t, 3),
}


@given(arranged())
@settings(max_examples=250, deadline=None)
def test_any_edit_leaves_a_storyline_without_gap_overlap_or_lost_id(made: tuple[Timeline, Arranged]) -> None:
    before, result = made
    after = edits.trim_to_storyline(result.timeline)
    main = after.main
    if main is None or not main.clips:
        assert result.map.new_end == 0
        return
    assert main.clips[0].range.start == 0
    assert all(one.range.end == following.range.start for one, following in pairwise(main.clips))
    assert main.clips[0].transition is None
    assert result.map.new_end == main.end
    assert set(result.lineage) == {clip.id for clip in main.clips}
    assert [problem for problem in check(after) if problem.fatal] == []
    if edits.storyline(before) != main.clips:
        assert difference(before, after)


@given(arranged())
@settings(max_examples=250, deadline=None)
def test_followers_lie_within_the_storyline_and_never_flash(made: tuple[Timeline, Arranged]) -> None:
    before, result = made
    end = result.map.new_end
    old = {clip.id: clip for _, clip in before.clips()}
    for track, clip in result.timeline.clips():
        if track.role in (Role.TITLE, Role.OVERLAY):
            assert 0 <= clip.range.start < clip.range.end <= end + 1
        if track.role is Role.TITLE:
            longest = max((one.range.duration for one in old.values() if one.text == clip.text), default=0)
            assert clip.range.duration >= min(100, longest)
    for effect in result.timeline.effects:
        assert effect.range is None or 0 <= effect.range.start < effect.range.end <= end


@given(arranged())
@settings(max_examples=150, deadline=None)
def test_music_keeps_its_own_time_and_is_fitted_to_the_new_end(made: tuple[Timeline, Arranged]) -> None:
    before, result = made
    assert result.timeline.role(Role.MUSIC) == before.role(Role.MUSIC)
    fitted = edits.fit_music(result.timeline, _unknown, old_end=edits.storyline(before)[-1].range.end)
    if result.map.new_end == 0:
        return
    (music,) = fitted.role(Role.MUSIC)
    assert music.end == result.map.new_end
    assert music.clips[0].range.start == 0
    if music.end != before.role(Role.MUSIC)[0].end:
        assert music.clips[-1].effect("fade_out") is not None


@given(timelines(), st.data())
@settings(max_examples=100, deadline=None)
def test_cutting_a_range_out_and_keeping_it_add_up_to_the_whole(
    timeline: Timeline, data: st.DataObject
) -> None:
    end = edits.storyline(timeline)[-1].range.end
    start = data.draw(st.integers(0, end - 1))
    part = TimeRange.between(start, data.draw(st.integers(start + 1, end)))
    kept = edits.keep_ranges(timeline, [part]).map.new_end
    left = edits.remove_ranges(timeline, [part]).map.new_end
    assert kept + left == end
    assert kept == part.duration


@given(timelines(), st.integers(100, 60_000))
@settings(max_examples=100, deadline=None)
def test_fitting_reaches_the_length_to_the_millisecond(timeline: Timeline, wanted: int) -> None:
    assert edits.fit_speed(timeline, wanted).map.new_end == wanted


@given(arranged(), st.data())
@settings(max_examples=200, deadline=None)
def test_an_instant_that_survives_shows_the_same_material_where_the_map_says(
    made: tuple[Timeline, Arranged], data: st.DataObject
) -> None:
    before, result = made
    spans = [span for span in result.map.spans if span.old.duration > 20 and span.new.duration > 20]
    spans = [span for span in spans if span.new.end <= result.map.new_end]
    if not spans:
        return
    span = data.draw(st.sampled_from(spans))
    at = data.draw(st.integers(span.old.start + 5, span.old.end - 6))
    now = span.forward(at)
    old, new = _shown(before, at), _shown(result.timeline, now)
    if old is not None and new is not None and new[0] != "file-new":
        assert old[0] == new[0]
        assert abs(old[1] - new[1]) <= 8


def _shown(timeline: Timeline, at: int) -> tuple[str, float] | None:
    for clip in edits.storyline(timeline):
        if clip.range.start <= at < clip.range.end and clip.source is not None:
            offset = float((at - clip.range.start) * clip.speed)
            instant = clip.source.end - offset if clip.reverse else clip.source.start + offset
            if clip.freeze:
                instant = clip.source.start
            assert isinstance(clip.media, AssetSource)
            return clip.media.asset, instant
    return None


@given(timelines(), st.data())
@settings(max_examples=60, deadline=None)
def test_two_edits_one_after_the_other_map_time_as_their_composition(
    timeline: Timeline, data: st.DataObject
) -> None:
    end = edits.storyline(timeline)[-1].range.end
    first = edits.remove_ranges(timeline, [TimeRange(end // 4, max(1, end // 5))])
    middle = first.map.new_end
    second = edits.change_speed(first.timeline, [(TimeRange(0, max(1, middle // 2)), Fraction(2))])
    both = first.map.then(second.map)
    assert both.old_end == end
    assert both.new_end == second.map.new_end
    at = data.draw(st.integers(0, end - 1))
    if any(span.old.start + 2 <= at < span.old.end - 2 for span in first.map.spans):
        assert abs(both.point(at) - second.map.point(first.map.point(at))) <= 2


def _one(*, titles: tuple[Clip, ...] = (), effects: tuple[Effect, ...] = ()) -> Timeline:
    main = Track(
        "main", TrackKind.VIDEO, Role.MAIN, clips=(video("c1", 0, 10_000), video("c2", 10_000, 5_000))
    )
    words = Track("titles", TrackKind.TEXT, Role.TITLE, clips=titles)
    return Timeline(tracks=(main, words) if titles else (main,), effects=effects)


def _titles(timeline: Timeline) -> list[tuple[str | None, int, int]]:
    return [
        (clip.text, clip.range.start, clip.range.end) for t in timeline.role(Role.TITLE) for clip in t.clips
    ]


def test_a_title_over_a_cut_gets_shorter_and_stays_one() -> None:
    result = edits.remove_ranges(_one(titles=(text("t1", 2_000, 4_000),)), [TimeRange(3_000, 1_000)])
    assert _titles(result.timeline) == [("t1", 2_000, 5_000)]


def test_a_title_that_falls_out_is_removed_with_its_track() -> None:
    result = edits.remove_ranges(_one(titles=(text("t1", 3_100, 800),)), [TimeRange(3_000, 1_000)])
    assert result.timeline.role(Role.TITLE) == ()


def test_a_title_moves_with_its_clip_and_is_shown_twice_when_the_clip_is() -> None:
    timeline = _one(titles=(text("t1", 11_000, 1_000),))
    assert _titles(edits.order_clips(timeline, ["c2", "c1"]).timeline) == [("t1", 1_000, 2_000)]
    twice = edits.order_clips(timeline, ["c1", "c2", "c2"]).timeline
    assert _titles(twice) == [("t1", 11_000, 12_000), ("t1", 16_000, 17_000)]


def test_a_title_over_a_speed_change_is_shown_as_long_as_its_material() -> None:
    result = edits.change_speed(
        _one(titles=(text("t1", 2_000, 4_000),)), [(TimeRange(0, 10_000), Fraction(2))]
    )
    assert _titles(result.timeline) == [("t1", 1_000, 3_000)]


def test_a_title_over_a_frozen_frame_stays_for_the_whole_hold() -> None:
    result = edits.freeze(_one(titles=(text("t1", 2_000, 4_000),)), 3_000, 2_000)
    assert _titles(result.timeline) == [("t1", 2_000, 8_000)]


def test_what_covers_all_of_it_covers_all_of_the_new_one() -> None:
    timeline = _one(titles=(text("logo", 0, 15_000),))
    assert _titles(edits.insert_clips(timeline, [video("new", 0, 3_000)], 4_000).timeline) == [
        ("logo", 0, 18_000)
    ]


def test_a_ranged_mute_follows_its_material() -> None:
    mute = Effect("mute", {"target": "all"}, TimeRange(4_000, 2_000))
    result = edits.remove_ranges(_one(effects=(mute,)), [TimeRange(0, 1_000)])
    assert [effect.range for effect in result.timeline.effects] == [TimeRange(3_000, 2_000)]


def test_a_music_file_that_is_too_short_is_played_again() -> None:
    song = Clip("m1", "song", TimeRange(0, 15_000), AssetSource("song"), TimeRange(0, 15_000))
    timeline = _one().with_track(Track("music", TrackKind.AUDIO, Role.MUSIC, clips=(song,)))
    longer = edits.repeat(timeline, 3).timeline
    fitted = edits.fit_music(longer, {"song": edits.Loop.whole(20_000)}.get, old_end=15_000)
    clips = fitted.role(Role.MUSIC)[0].clips
    assert [(clip.range.start, clip.range.end) for clip in clips] == [
        (0, 20_000),
        (20_000, 40_000),
        (40_000, 45_000),
    ]
    assert clips[-1].effect("fade_out") is not None
    assert clips[0].effect("fade_out") is None


def _unknown(asset: str) -> edits.Loop | None:
    raise AssertionError(f"{asset} need not be known")


def _under(length: int, song: int, loop: edits.Loop) -> Track:
    """The music track of a storyline so long under which a song lies that reached its old end."""
    clip = Clip("m1", "song", TimeRange(0, song), AssetSource("song"), TimeRange(0, song))
    timeline = _one().with_track(Track("music", TrackKind.AUDIO, Role.MUSIC, clips=(clip,)))
    long = edits.repeat(timeline, 8).timeline
    cut = edits.remove_ranges(long, [TimeRange.between(length, edits.storyline(long)[-1].range.end)]).timeline
    (track,) = edits.fit_music(cut, {"song": loop}.get, old_end=song).role(Role.MUSIC)
    return track


def test_a_song_is_left_and_entered_again_where_its_loop_says_and_never_where_it_fades() -> None:
    loop = edits.Loop(2_000, 18_000, heard=20_500, blend=40, bars=8)
    track = _under(60_000, 22_000, loop)
    assert [(one.source.start, one.source.end) for one in track.clips if one.source] == [
        (0, 18_000),
        (2_000, 18_000),
        (2_000, 18_000),
        (2_000, 12_000),
    ]
    assert track.end == 60_000
    assert [one.transition and one.transition.duration for one in track.clips] == [None, 40, 40, 40]
    assert [one.effect("fade_out") is not None for one in track.clips] == [False, False, False, True]


def test_a_songs_own_ending_is_heard_when_the_video_ends_within_it() -> None:
    track = _under(36_000, 22_000, edits.Loop(2_000, 18_000, heard=20_500, bars=8))
    assert [one.source.end for one in track.clips if one.source] == [18_000, 20_000]


@settings(max_examples=60, deadline=None)
@given(length=st.integers(23_000, 110_000), bars=st.integers(1, 12), blend=st.sampled_from([40, 1500]))
def test_a_seam_keeps_the_bars_and_the_last_part_is_long_enough_to_fade(
    length: int, bars: int, blend: int
) -> None:
    loop = edits.Loop(1_000, 1_000 + bars * 1_600, heard=1_000 + bars * 1_600, blend=blend, bars=bars)
    track = _under(length, 22_000, loop)
    assert track.end == length
    for one, following in pairwise(track.clips):
        assert one.source is not None
        assert following.source is not None
        assert one.range.end == following.range.start
        assert (one.source.end - following.source.start) % 1_600 == 0
    fade = track.clips[-1].effect("fade_out")
    assert fade is not None
    if bars > 3:
        assert fade.parameters["duration"] >= 900


def test_music_that_ended_early_stays_where_it_is() -> None:
    sting = Clip("m1", "sting", TimeRange(0, 4_000), AssetSource("sting"), TimeRange(0, 4_000))
    timeline = _one().with_track(Track("music", TrackKind.AUDIO, Role.MUSIC, clips=(sting,)))
    cut = edits.remove_ranges(timeline, [TimeRange(9_000, 1_000)]).timeline
    fitted = edits.fit_music(cut, _unknown, old_end=15_000)
    assert fitted.role(Role.MUSIC)[0].end == 4_000


def test_a_transition_is_never_longer_than_the_clips_it_joins() -> None:
    timeline = edits.blend_at(_one(), [1], Transition("crossfade", 800))
    short = edits.remove_ranges(timeline, [TimeRange(300, 9_700)]).timeline
    assert [clip.transition for clip in edits.storyline(short)] == [None, Transition("crossfade", 300)]
    gone = edits.remove_ranges(timeline, [TimeRange(20, 9_980)]).timeline
    assert [clip.transition for clip in edits.storyline(gone)] == [None, None]


def test_a_new_order_keeps_the_style_of_transitions_that_all_joints_share() -> None:
    timeline = edits.blend_at(_one(), [1], Transition("wipe_left", 500))
    turned = edits.order_clips(timeline, ["c2", "c1"]).timeline
    assert [clip.transition for clip in edits.storyline(turned)] == [None, Transition("wipe_left", 500)]


def test_a_clip_fade_stays_at_the_end_it_belongs_to() -> None:
    faded = replace(video("c1", 0, 10_000), effects=(Effect("fade_in"), Effect("fade_out")))
    timeline = Timeline(tracks=(Track("main", TrackKind.VIDEO, Role.MAIN, clips=(faded,)),))
    pieces = edits.storyline(edits.split(timeline, [4_000]).timeline)
    assert [[effect.kind for effect in clip.effects] for clip in pieces] == [["fade_in"], ["fade_out"]]


def test_a_zoom_goes_on_over_a_cut_instead_of_starting_again() -> None:
    zoomed = replace(video("c1", 0, 10_000), effects=(Effect("zoom", {"factor_from": 1, "factor_to": 2}),))
    timeline = Timeline(tracks=(Track("main", TrackKind.VIDEO, Role.MAIN, clips=(zoomed,)),))
    pieces = edits.storyline(edits.split(timeline, [4_000]).timeline)
    moves = [
        (one.effects[0].parameters["factor_from"], one.effects[0].parameters["factor_to"]) for one in pieces
    ]
    assert moves == [(1.0, 1.4), (1.4, 2.0)]


@pytest.mark.parametrize("at", [0, 1, 14_999, 15_000])
def test_an_instant_at_the_edges_has_a_place_after_any_cut(at: int) -> None:
    result = edits.remove_ranges(_one(), [TimeRange(0, 100), TimeRange(14_000, 1_000)])
    assert 0 <= result.map.point(at) <= result.map.new_end


def test_the_identity_map_changes_nothing() -> None:
    still = TimeMap.identity(1_000)
    assert still.runs(TimeRange(10, 20)) == (TimeRange(10, 20),)
    assert still.then(still) == still


def test_a_transition_stays_when_the_head_of_its_clip_is_trimmed() -> None:
    timeline = edits.blend_at(_one(), [1], Transition("crossfade", 500))
    cut = edits.remove_ranges(timeline, [TimeRange(9_500, 1_000)]).timeline
    assert [clip.transition for clip in edits.storyline(cut)] == [None, Transition("crossfade", 500)]
    split = edits.split(timeline, [12_000]).timeline
    assert [clip.transition is not None for clip in edits.storyline(split)] == [False, True, False]


@given(timelines(), st.data())
@settings(max_examples=120, deadline=None)
def test_an_excerpt_shows_at_each_instant_what_the_whole_shows_there(
    timeline: Timeline, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, timeline.duration - 2))
    end = data.draw(st.integers(start + 1, timeline.duration))
    part = edits.excerpt(timeline, TimeRange.between(start, end))
    assert not [one for one in check(part) if one.fatal and one.code != "empty"]
    assert part.duration <= end - start
    by_id = {clip.id: clip for _, clip in timeline.clips()}
    for _, clip in part.clips():
        whole = by_id[clip.id]
        assert clip.range.end <= end - start
        assert whole.range.start <= clip.range.start + start
        instant = clip.range.start + clip.range.duration // 2
        if clip.source is not None:
            shown = edits.source_instant(clip, instant)
            assert abs(shown - edits.source_instant(whole, instant + start)) <= 2
    kept = {clip.id for _, clip in part.clips()}
    missing = [clip for _, clip in timeline.clips() if clip.id not in kept]
    assert all(clip.range.end <= start or clip.range.start >= end for clip in missing)


def test_an_excerpt_keeps_a_transition_only_with_the_clip_that_it_comes_from() -> None:
    second = replace(video("b", 1000, 1000), transition=Transition("crossfade", 200))
    timeline = Timeline(
        tracks=(Track("main", TrackKind.VIDEO, Role.MAIN, clips=(video("a", 0, 1000), second)),)
    )
    inside = edits.excerpt(timeline, TimeRange(500, 1000))
    assert [clip.transition is None for _, clip in inside.clips()] == [True, False]
    after = edits.excerpt(timeline, TimeRange(1000, 500))
    assert [clip.transition is None for _, clip in after.clips()] == [True]


def test_an_excerpt_from_the_middle_does_not_fade_in_again() -> None:
    fades = (Effect("fade_in", {"duration": 500}), Effect("fade_out", {"duration": 500}), Effect("sepia"))
    timeline = Timeline(
        tracks=(Track("main", TrackKind.VIDEO, Role.MAIN, clips=(video("a", 0, 4000),)),), effects=fades
    )
    kinds = [one.kind for one in edits.excerpt(timeline, TimeRange(1000, 2000)).effects]
    assert kinds == ["sepia"]
    assert [one.kind for one in edits.excerpt(timeline, TimeRange(0, 2000)).effects] == ["fade_in", "sepia"]
