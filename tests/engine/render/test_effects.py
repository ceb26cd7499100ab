"""Every effect on pictures does what it says, on the frames it is meant for."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mango_skill.engine.render.colour import LOOKS, find_look
from mango_skill.engine.render.styles import STYLES, find_style
from mango_skill.timeline import Effect, Role, TimeRange
from mango_skill.timeline.effects import EFFECTS, PICTURE
from tests.engine.render.footage import Pixels, Room, clip, movie, text, text_track, video_track, write_film

MakeRoom = Callable[[dict[str, Path]], Room]

TRIED: dict[str, dict[str, Any]] = {
    "grayscale": {},
    "sepia": {},
    "invert": {},
    "brightness": {"percent": 40},
    "contrast": {"percent": 40},
    "saturation": {"percent": -60},
    "temperature": {"percent": 60},
    "white_balance": {"mode": "tungsten"},
    "auto_color": {},
    "look": {"name": "teal_orange"},
    "lut": {"asset": "table"},
    "sharpen": {"percent": 100},
    "denoise": {"percent": 100},
    "grain": {"percent": 60},
    "vignette": {"percent": 80},
    "blur": {"percent": 60},
    "pixelate": {"percent": 60},
    "stylize": {"name": "mirror"},
    "crop": {"left_percent": 30},
    "rotate": {"degrees": 15},
    "flip": {"axis": "vertical"},
    "fit": {"mode": "crop"},
    "place": {"width_percent": 50},
    "zoom": {"factor_from": 1.5, "factor_to": 2},
    "pan": {"direction": "right", "percent": 20},
    "stabilize": {"percent": 100},
    "chroma_key": {"color": "#c82828", "background": "white"},
    "letterbox": {"ratio": "2.39:1"},
    "progress_bar": {"position": "bottom", "color": "white"},
    "fade_in": {"duration": 400},
    "fade_out": {"duration": 400},
}


@pytest.fixture(scope="module")
def table(shelf: Path) -> Path:
    """A colour table that swaps red and blue."""
    path = shelf / "swap.cube"
    steps = (0.0, 1.0)
    rows = [f"{blue} {green} {red}" for blue in steps for green in steps for red in steps]
    path.write_text("\n".join(["LUT_3D_SIZE 2", *rows]) + "\n")
    return path


@pytest.fixture
def lit(make_room: MakeRoom, film: Path, plain: Path, table: Path) -> Room:
    return make_room({"film": film, "plain": plain, "table": table})


def before_and_after(room: Room, effect: Effect, *, whole: bool = False) -> tuple[list[Pixels], list[Pixels]]:
    def pictures(*effects: Effect) -> list[Pixels]:
        if whole:
            return room.render(
                movie(video_track(clip("film", 0, 400, 1000)), effects=effects), crf=8
            ).pictures
        one = clip("film", 0, 400, 1000, effects=effects)
        return room.render(
            movie(video_track(one), **({"width": 90} if effect.kind == "fit" else {})), crf=8
        ).pictures

    return pictures(), pictures(effect)


def test_every_kind_of_picture_effect_is_tried_here() -> None:
    assert set(TRIED) == {kind for kind, spec in EFFECTS.items() if spec.domain == PICTURE}


@pytest.mark.parametrize("kind", sorted(set(TRIED) - {"stabilize"}))
def test_every_effect_changes_what_is_seen(lit: Room, kind: str) -> None:
    whole = "clip" not in EFFECTS[kind].places
    before, after = before_and_after(lit, Effect(kind, TRIED[kind]), whole=whole)
    change = [np.abs(a.astype(int) - b).mean() for a, b in zip(before, after, strict=True)]
    assert len(after) == 10
    least = 0.15 if kind in ("denoise", "sharpen", "progress_bar") else 1.0
    assert max(change) > least


@pytest.mark.parametrize(
    "kind",
    sorted(k for k, s in EFFECTS.items() if {"clip", "timeline"} <= set(s.places) and s.domain == PICTURE),
)
def test_an_effect_of_the_whole_timeline_is_seen_as_well(lit: Room, kind: str) -> None:
    before, after = before_and_after(lit, Effect(kind, TRIED[kind]), whole=True)
    change = [np.abs(a.astype(int) - b).mean() for a, b in zip(before, after, strict=True)]
    assert max(change) > 0.15


def halves(picture: Pixels) -> tuple[Any, Any]:
    """The average red, green, blue of the left (red) and right (blue) half below the numbers."""
    return picture[40:80, 10:70].mean(axis=(0, 1)), picture[40:80, 90:150].mean(axis=(0, 1))


def one(room: Room, kind: str, **parameters: Any) -> Pixels:
    return before_and_after(room, Effect(kind, parameters))[1][5]


def test_colours_go_where_they_should(lit: Room) -> None:
    gray, _ = halves(one(lit, "grayscale"))
    assert np.ptp(gray) < 6
    assert abs(gray.mean() - (0.2126 * 200 + 0.7152 * 40 + 0.0722 * 40)) < 10
    inverted, _ = halves(one(lit, "invert"))
    assert np.abs(inverted - (55, 215, 215)).max() < 14
    swapped, _ = halves(one(lit, "lut", asset="table"))
    assert np.abs(swapped - (40, 40, 200)).max() < 14
    brighter, _ = halves(one(lit, "brightness", percent=40))
    darker, _ = halves(one(lit, "brightness", percent=-40))
    assert darker.mean() + 10 < 93 < brighter.mean() - 10
    sepia, _ = halves(one(lit, "sepia"))
    assert sepia[0] > sepia[1] > sepia[2]


def test_warmer_is_redder_and_cooler_is_bluer_at_the_same_brightness(lit: Room) -> None:
    room = lit
    timeline = {
        p: movie(video_track(clip("plain", 0, 80, effects=(Effect("temperature", {"percent": p}),))))
        for p in (-60, 60)
    }
    cool, warm = (room.render(timeline[p]).pictures[0].mean(axis=(0, 1)) for p in (-60, 60))
    assert warm[0] > 128 + 8 > 128 - 8 > warm[2]
    assert cool[2] > 128 + 8 > 128 - 8 > cool[0]
    assert abs(warm @ (0.2126, 0.7152, 0.0722) - 128) < 8


def test_colours_that_nobody_touches_stay_as_they_are(lit: Room) -> None:
    """A table that changes nothing, and the way to RGB and back, cost at most two levels."""
    before, after = before_and_after(lit, Effect("contrast", {"percent": 0}))
    assert np.abs(before[3].astype(int) - after[3]).mean() < 2


def test_automatic_colour_takes_a_cast_out_and_stretches_the_levels(make_room: MakeRoom, shelf: Path) -> None:
    """Dull yellowish footage between 60 and 150."""
    ramp = np.linspace(60, 150, 160)[None, :, None] * np.ones((90, 1, 3))
    dull = (ramp * (1.0, 0.95, 0.7)).astype(np.uint8)
    path = write_film(shelf / "dull.mp4", [dull] * 20)
    room = make_room({"a": path})

    def shown(*effects: Effect) -> Pixels:
        return room.render(movie(video_track(clip("a", 0, 400, effects=effects)))).pictures[5]

    plain, better = shown(), shown(Effect("auto_color", {}))
    assert float(np.ptp(better.mean(axis=2))) > float(np.ptp(plain.mean(axis=2))) + 20
    neutral = shown(Effect("white_balance", {"mode": "auto"})).mean(axis=(0, 1))
    assert np.ptp(neutral) < 12 < np.ptp(plain.mean(axis=(0, 1)))


@pytest.mark.parametrize("name", sorted(LOOKS))
def test_every_look_is_its_own(lit: Room, name: str) -> None:
    before, after = before_and_after(lit, Effect("look", {"name": name}))
    assert np.abs(before[3].astype(int) - after[3]).mean() > 1.0


def test_looks_and_styles_are_found_by_a_users_words() -> None:
    assert find_look("Teal & Orange") == "teal_orange"
    assert find_look("black and white film noir") == "noir"
    assert find_look("like a Hollywood blockbuster") in LOOKS
    assert find_look("zzz") is None
    assert find_style("VHS tape") == "vhs"
    assert find_style("camera flash") == "flash"
    assert find_style("something else") == "glow"


@pytest.mark.parametrize("name", sorted(STYLES))
def test_every_style_is_seen(lit: Room, name: str) -> None:
    before, after = before_and_after(lit, Effect("stylize", {"name": name}))
    change = [np.abs(a.astype(int) - b).mean() for a, b in zip(before, after, strict=True)]
    assert max(change) > 0.8


def test_noise_is_less_after_denoising_and_edges_are_harder_after_sharpening(
    make_room: MakeRoom, shelf: Path
) -> None:
    rng = np.random.default_rng(1)
    noisy = [
        np.clip(rng.normal(128, 14, (90, 160, 1)) * np.ones((1, 1, 3)), 0, 255).astype(np.uint8)
        for _ in range(8)
    ]
    room = make_room({"a": write_film(shelf / "noisy.mp4", noisy)})

    def spread(*effects: Effect) -> float:
        cut = room.render(movie(video_track(clip("a", 0, 240, effects=effects))), crf=4)
        return float(cut.pictures[3].std())

    assert (
        spread(Effect("denoise", {"percent": 80}))
        < 0.7 * spread()
        < spread(Effect("sharpen", {"percent": 80}))
    )


def test_a_blurred_region_is_blurred_and_the_rest_is_not(lit: Room) -> None:
    region = {"percent": 100, "left_percent": 0, "top_percent": 0, "width_percent": 50, "height_percent": 20}
    for kind in ("blur", "pixelate"):
        before, after = before_and_after(lit, Effect(kind, region))
        changed = np.abs(before[3].astype(int) - after[3]).mean(axis=2)
        assert changed[2:16, 5:75].mean() > 8
        assert changed[30:, :].mean() < 2.5
        assert changed[:, 90:].mean() < 2.5


def test_an_effect_of_a_clip_range_counts_from_the_clip(lit: Room) -> None:
    invert = Effect("invert", {}, TimeRange(120, 80))
    clips = (
        clip("plain", 0, 400),
        clip("plain", 400, 400, effects=(invert, Effect("brightness", {"percent": 60}))),
    )
    values = [picture.mean() for picture in lit.render(movie(video_track(*clips))).pictures]
    # Brightened throughout the second clip, and inverted first on its frames 3 and 4.
    assert abs(values[5] - 128) < 4
    assert values[11] > 150
    assert abs(values[11] - values[13]) < 16


def test_a_zoom_goes_in_smoothly(lit: Room) -> None:
    effect = Effect(
        "zoom", {"factor_from": 1, "factor_to": 2, "x_percent": 0, "y_percent": 100, "ease": "smooth"}
    )
    _, after = before_and_after(lit, effect)
    shares = [float((picture[60, :, 0] > picture[60, :, 2]).mean()) for picture in after]
    assert abs(shares[0] - 0.5) < 0.03
    assert shares[-1] > 0.95
    assert all(later >= earlier - 0.02 for earlier, later in pairwise(shares))


def test_a_pan_travels_the_way_it_is_named(lit: Room) -> None:
    _, after = before_and_after(lit, Effect("pan", {"direction": "right", "percent": 30}))
    red = [float((picture[60, :, 0] > picture[60, :, 2]).mean()) for picture in after]
    assert red[0] > red[-1] + 0.2


def test_a_shaking_film_is_held_still(make_room: MakeRoom, shelf: Path) -> None:
    rng = np.random.default_rng(2)
    world = np.kron(rng.integers(0, 255, (40, 60, 1)), np.ones((6, 6, 1))).repeat(3, axis=2).astype(np.uint8)
    shakes = rng.integers(-5, 6, (40, 2))
    shots = [world[60 + y : 150 + y, 80 + x : 240 + x] for x, y in shakes]
    room = make_room({"a": write_film(shelf / "shaky.mp4", shots)})

    def restlessness(*effects: Effect) -> float:
        pictures = room.render(movie(video_track(clip("a", 0, 1600, effects=effects)))).pictures
        moved = [
            np.abs(a[20:70, 30:130].astype(int) - b[20:70, 30:130]).mean() for a, b in pairwise(pictures)
        ]
        return float(np.mean(moved[5:-5]))

    assert restlessness(Effect("stabilize", {"percent": 100})) < 0.5 * restlessness()


def test_a_green_screen_lets_the_background_through(make_room: MakeRoom, shelf: Path, film: Path) -> None:
    picture = np.empty((90, 160, 3), dtype=np.uint8)
    picture[:] = (0, 200, 0)
    picture[30:60, 60:100] = (210, 180, 150)
    room = make_room({"film": film, "green": write_film(shelf / "green.mp4", [picture] * 20)})
    key = Effect("chroma_key", {"color": "#00c800", "background": "film"})
    shown = room.render(movie(video_track(clip("green", 0, 200, effects=(key,))))).pictures[2]
    left, right = halves(shown)
    assert left[0] > 150 > left[1] + 60
    assert shown[64:84, 120:150].mean(axis=(0, 1))[2] > 150
    assert np.abs(shown[36:54, 66:94].mean(axis=(0, 1)) - (210, 180, 150)).max() < 30
    below = movie(
        video_track(clip("film", 0, 200)),
        video_track(
            clip("green", 0, 200, effects=(Effect("chroma_key", {"color": "green"}),)), role=Role.OVERLAY
        ),
    )
    assert room.render(below).pictures[2][64:84, 120:150].mean(axis=(0, 1))[2] > 150
    assert right.size == 3


def test_fades_begin_and_end_in_their_colour(lit: Room) -> None:
    effects = (Effect("fade_in", {"duration": 400}), Effect("fade_out", {"duration": 400, "color": "white"}))
    values = [
        picture.mean()
        for picture in lit.render(movie(video_track(clip("plain", 0, 1200)), effects=effects)).pictures
    ]
    assert values[0] < 4
    assert values[-1] > 250
    assert all(abs(value - 128) < 3 for value in values[10:20])
    assert values[2] < values[5] < values[9]


def test_a_fade_of_sound_alone_leaves_the_picture(lit: Room) -> None:
    effects = (Effect("fade_in", {"duration": 400, "target": "audio"}),)
    assert (
        abs(lit.render(movie(video_track(clip("plain", 0, 400)), effects=effects)).pictures[0].mean() - 128)
        < 3
    )


def test_letterbox_and_progress_bar_stand_where_they_should(lit: Room) -> None:
    effects = (
        Effect("letterbox", {"ratio": "2.39:1"}),
        Effect("progress_bar", {"position": "bottom", "color": "#ffffff"}),
    )
    pictures = lit.render(movie(video_track(clip("plain", 0, 800)), effects=effects)).pictures
    assert pictures[3][:10].mean() < 4
    assert abs(pictures[3][20:70].mean() - 128) < 3
    widths = [(picture[89, :, 0] > 180).mean() for picture in pictures]
    assert abs(widths[9] - 0.5) < 0.05
    assert widths[-1] > 0.97


def test_texts_are_not_coloured_by_effects_of_the_picture(lit: Room) -> None:
    timeline = movie(
        video_track(clip("plain", 0, 200)),
        text_track(text("MMM", 0, 200, color="#ff0000", size_percent=30)),
        effects=(Effect("grayscale", {}),),
    )
    picture = lit.render(timeline).pictures[2].astype(int)
    assert (picture[..., 0] - picture[..., 1]).max() > 120


@pytest.mark.parametrize("wall", [(0, 177, 64), (20, 235, 40), (30, 120, 40)])
def test_the_green_of_the_wall_is_found_whatever_green_it_is(
    make_room: MakeRoom, shelf: Path, wall: Any
) -> None:
    picture = np.empty((90, 160, 3), dtype=np.uint8)
    picture[:] = wall
    picture[30:60, 60:100] = (210, 180, 150)
    path = write_film(shelf / f"wall-{wall[1]}.mp4", [picture] * 10)
    key = Effect("chroma_key", {"color": "green", "background": "white"})
    shown = make_room({"a": path}).render(movie(video_track(clip("a", 0, 200, effects=(key,))))).pictures[2]
    assert shown[64:84, 120:150].mean() > 235
    assert np.abs(shown[36:54, 66:94].mean(axis=(0, 1)) - (210, 180, 150)).max() < 30


def test_a_zoom_out_shows_the_whole_picture_smaller(lit: Room) -> None:
    shown = one(lit, "zoom", factor_from=0.5, factor_to=0.5)
    assert shown[:20].mean() < 8
    assert shown[:, :35].mean() < 8
    assert shown[50:64, 45:75, 0].mean() > 150
