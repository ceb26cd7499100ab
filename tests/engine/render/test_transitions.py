"""What is seen between two clips."""

from __future__ import annotations

import numpy as np
import pytest

from mango_skill.engine.render.joints import DRAW
from mango_skill.timeline import Effect, Role
from mango_skill.timeline.effects import TRANSITIONS
from tests.engine.render.footage import Pixels, Room, clip, into, made, movie, onsets, video_track

DARK, LIGHT = 40, 200


@pytest.fixture(params=TRANSITIONS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def greys(room: Room, kind: str) -> list[Pixels]:
    """From dark grey to light grey: one second each, a transition of 400 ms between (frames 20 to 29)."""
    first = made("color", 0, 1000, {"color": f"#{DARK:02x}{DARK:02x}{DARK:02x}"})
    second = into(made("color", 1000, 1000, {"color": f"#{LIGHT:02x}{LIGHT:02x}{LIGHT:02x}"}), kind, 400)
    return room.render(movie(video_track(first, second))).pictures


def test_every_transition_leads_from_one_clip_to_the_other(room: Room, kind: str) -> None:
    pictures = greys(room, kind)
    means = [float(picture.mean()) for picture in pictures]
    assert len(pictures) == 50
    assert all(abs(mean - DARK) < 4 for mean in means[:20])
    assert all(abs(mean - LIGHT) < 4 for mean in means[30:])
    inside = pictures[20:30]
    plain = [
        picture for picture in inside if abs(picture.mean() - DARK) < 3 or abs(picture.mean() - LIGHT) < 3
    ]
    assert len(plain) < 7, "hardly anything happens between the clips"


def test_every_named_transition_can_be_drawn() -> None:
    assert set(DRAW) == set(TRANSITIONS)


def test_a_crossfade_mixes_both_clips_evenly(room: Room) -> None:
    means = [picture.mean() for picture in greys(room, "crossfade")]
    wanted = [DARK + (LIGHT - DARK) * (step + 0.5) / 10 for step in range(10)]
    assert np.allclose(means[20:30], wanted, atol=4)


def test_a_fade_through_black_passes_through_black(room: Room) -> None:
    means = [picture.mean() for picture in greys(room, "fade_black")]
    assert min(means[24:26]) < 12
    assert max(greys(room, "fade_white")[25].mean(), greys(room, "fade_white")[24].mean()) > 220


def test_wipes_and_slides_go_the_way_they_are_named(room: Room) -> None:
    left = greys(room, "wipe_left")[25]
    assert left[:, 140:].mean() > 170
    assert left[:, :20].mean() < 70
    down = greys(room, "slide_down")[25]
    assert down[:20].mean() > 170
    assert down[70:].mean() < 70
    pushed = greys(room, "push_right")[25]
    assert pushed[:, :20].mean() > 170


def test_a_transition_shows_the_film_beyond_the_cut(room: Room) -> None:
    """The old clip goes on and the new one begins early: the numbers of both are seen in the mix."""
    clips = (clip("film", 0, 1000, 1000), into(clip("film", 1000, 1000, 5000), "wipe_left", 400))
    numbers = room.render(movie(video_track(*clips))).numbers
    assert numbers[:20] == [*range(25, 45)]
    assert numbers[30:] == [*range(130, 150)]


def test_where_there_is_no_film_beyond_the_cut_its_edge_is_held(room: Room) -> None:
    clips = (clip("film", 0, 1000, 7000), into(clip("film", 1000, 1000, 0), "dissolve", 400))
    cut = room.render(movie(video_track(*clips)))
    assert len(cut.pictures) == 50
    assert cut.numbers[:20] == [*range(175, 195)]
    assert cut.numbers[30:] == [*range(5, 25)]


def test_a_transition_does_not_change_the_length_nor_move_the_sound(room: Room) -> None:
    clips = (clip("film", 0, 1000, 1000), into(clip("film", 1000, 1000, 5000), "crossfade", 400))
    cut = room.render(movie(video_track(*clips)))
    assert len(cut.pictures) == 50
    assert np.allclose(onsets(cut.sound), [0.0, 0.5, 1.0, 1.5], atol=0.012)


def test_transitions_of_a_short_clip_never_meet(room: Room) -> None:
    clips = (
        clip("film", 0, 1000, 0),
        into(clip("film", 1000, 160, 2000), "crossfade", 1000),
        into(clip("film", 1160, 1000, 4000), "crossfade", 1000),
    )
    plan = room.plan(movie(video_track(*clips)))
    first, second = plan.lanes[0].joints
    assert first.span.end <= second.span.first
    assert room.render(movie(video_track(*clips))).result.facts.frames == 54


def test_an_unknown_transition_is_drawn_as_a_crossfade_and_said_so(room: Room) -> None:
    clips = (clip("plain", 0, 400), into(clip("film", 400, 400), "flying_cows", 200))
    cut = room.render(movie(video_track(*clips)))
    assert cut.result.notes == ("the transition 'flying_cows' was drawn as a crossfade",)


def test_a_transition_into_the_first_clip_is_left_out_and_said_so(room: Room) -> None:
    cut = room.render(movie(video_track(into(clip("film", 0, 400), "crossfade", 200))))
    assert "no clip before it" in cut.result.notes[0]
    assert cut.numbers == [*range(10)]


def test_an_overlay_comes_and_goes_over_the_film_below(room: Room) -> None:
    place = (Effect("place", {"left_percent": 0, "top_percent": 50, "width_percent": 25}),)
    overlay = video_track(
        made("color", 0, 400, {"color": "white"}, effects=place),
        into(made("color", 400, 400, {"color": "black"}, effects=place), "crossfade", 400),
        role=Role.OVERLAY,
    )
    cut = room.render(movie(video_track(clip("film", 0, 800)), overlay))
    values = [float(picture[50:60, 8:32].mean()) for picture in cut.pictures]
    assert values[2] > 230
    assert values[17] < 20
    assert 20 < values[10] < 200
    assert cut.numbers == [*range(20)]
