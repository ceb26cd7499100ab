"""Texts: there when they should be, where they should be, and moving as they should."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from mango_skill.timeline import Effect, Role, TimeRange
from tests.engine.render.footage import Pixels, Room, clip, movie, text, text_track, video_track

LAYOUTS = ("plain", "lower_third", "credits", "word_by_word", "karaoke")
ANIMATIONS = [
    "none",
    "fade",
    "slide_left",
    "slide_right",
    "slide_up",
    "slide_down",
    "pop",
    "typewriter",
    "scroll_up",
    "bounce",
    "zoom",
]


def shown(room: Room, words: str, *, frames: int = 25, **style: Any) -> list[Pixels]:
    timeline = movie(
        video_track(clip("plain", 0, frames * 40)), text_track(text(words, 0, frames * 40, **style))
    )
    return room.render(timeline).pictures


def ink(picture: Pixels) -> Any:
    """Where the picture is not the grey of the plain film."""
    return np.abs(picture.astype(int) - 128).max(axis=2) > 40


def place(picture: Pixels) -> tuple[float, float]:
    """The middle of the text, as shares of width and height."""
    rows, columns = np.nonzero(ink(picture))
    return float(columns.mean()) / picture.shape[1], float(rows.mean()) / picture.shape[0]


def test_a_text_is_seen_exactly_while_it_lasts(room: Room) -> None:
    timeline = movie(video_track(clip("plain", 0, 1000)), text_track(text("HELLO", 200, 400)))
    counts = [int(ink(picture).sum()) for picture in room.render(timeline).pictures]
    assert max(counts[:5] + counts[15:]) == 0
    assert min(counts[5:15]) > 50


@pytest.mark.parametrize("words", ["Hello", "你好，世界", "🎉🚀", "Mix 混合 🎬"])
def test_latin_chinese_and_emoji_are_drawn(room: Room, words: str) -> None:
    assert ink(shown(room, words, frames=3, size_percent=20)[1]).sum() > 120


@pytest.mark.parametrize(
    ("position", "x", "y"),
    [
        ("top", 0.5, 0.15),
        ("center", 0.5, 0.5),
        ("bottom", 0.5, 0.85),
        ("top_left", 0.2, 0.15),
        ("bottom_right", 0.8, 0.85),
        ("left", 0.2, 0.5),
    ],
)
def test_a_text_stands_where_it_was_asked_to(room: Room, position: str, x: float, y: float) -> None:
    found = place(shown(room, "WORD", frames=3, position=position)[1])
    assert abs(found[0] - x) < 0.12
    assert abs(found[1] - y) < 0.12


def test_a_text_can_be_placed_by_percent(room: Room) -> None:
    found = place(shown(room, "WORD", frames=3, x_percent=30, y_percent=70)[1])
    assert abs(found[0] - 0.3) < 0.05
    assert abs(found[1] - 0.7) < 0.05


def test_size_colour_opacity_and_box_are_as_asked(room: Room) -> None:
    small, large = (int(ink(shown(room, "WORD", frames=2, size_percent=size)[1]).sum()) for size in (12, 24))
    assert large > 2 * small
    red = shown(room, "MMM", frames=2, color="red", size_percent=30)[1]
    assert (red[..., 0].astype(int) - red[..., 1]).max() > 120
    faint = shown(room, "MMM", frames=2, opacity_percent=40, size_percent=30)[1]
    full = shown(room, "MMM", frames=2, size_percent=30)[1]
    assert full.max() > 235
    assert faint.max() < 205
    boxed = shown(room, "MMM", frames=2, background="#0000ff", size_percent=20)[1]
    assert ((boxed[..., 2].astype(int) - boxed[..., 0]) > 40).sum() > 400


@pytest.mark.parametrize("animation", ANIMATIONS)
def test_every_animation_ends_up_at_the_whole_text(room: Room, animation: str) -> None:
    pictures = shown(room, "MOVING WORDS", frames=50, animation=animation, size_percent=14)
    counts = [int(ink(picture).sum()) for picture in pictures]
    assert counts[25 if animation != "typewriter" else 40] > 200
    if animation == "none":
        assert max(counts) - min(counts) < 40
    else:
        first = ink(pictures[0])
        late = ink(pictures[40 if animation == "typewriter" else 25])
        assert (first != late).sum() > 100


def test_slides_and_scrolls_go_the_way_they_are_named(room: Room) -> None:
    left = [place(picture)[0] for picture in shown(room, "GO", frames=50, animation="slide_left")[4:10]]
    assert left[0] > left[-1]
    up = [place(picture)[1] for picture in shown(room, "A\nB\nC", frames=50, animation="scroll_up")[10:40:10]]
    assert up[0] > up[1] > up[2]


def test_a_typed_text_grows_letter_by_letter(room: Room) -> None:
    counts = [
        int(ink(p).sum())
        for p in shown(room, "TYPEWRITER", frames=50, animation="typewriter", size_percent=14)
    ]
    assert counts[2] < 0.4 * counts[40]
    assert all(later >= earlier - 15 for earlier, later in pairwise(counts[:36]))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_drawn(room: Room, layout: str) -> None:
    pictures = shown(room, "Ada Lovelace\nMathematician", frames=50, layout=layout)
    assert int(ink(pictures[25]).sum()) > 100


def test_word_by_word_shows_one_word_after_the_other(room: Room) -> None:
    pictures = shown(room, "one extraordinarily two", frames=50, layout="word_by_word", size_percent=10)
    widths = [np.ptp(np.nonzero(ink(picture))[1]) for picture in pictures]
    assert widths[25] > 1.8 * widths[2]
    assert widths[25] > 1.8 * widths[48]


def test_karaoke_lights_the_words_that_were_sung(room: Room) -> None:
    pictures = shown(room, "aaaa bbbb cccc", frames=50, layout="karaoke", size_percent=14)
    yellow = [int(((p[..., 0].astype(int) - p[..., 2]) > 90).sum()) for p in pictures]
    assert yellow[2] < yellow[25] < yellow[48]


def test_upper_case_is_a_matter_of_style(room: Room) -> None:
    upper, same = (
        shown(room, words, frames=2, case=case)[1] for words, case in (("word", "upper"), ("WORD", "as_is"))
    )
    assert np.abs(upper.astype(int) - same).mean() < 0.5


def test_a_title_fades_by_its_own_effects(room: Room) -> None:
    title = text("WORDS", 0, 1000, size_percent=20)
    fading = type(title)(**{**title.__dict__, "effects": (Effect("fade_in", {"duration": 400}),)})
    pictures = room.render(movie(video_track(clip("plain", 0, 1000)), text_track(fading))).pictures
    assert pictures[0].max() < 150
    assert pictures[12].max() > 235


def test_captions_are_burned_in_at_the_bottom(room: Room) -> None:
    captions = text_track(text("first", 0, 400), text("second", 400, 400), role=Role.CAPTIONS)
    cut = room.render(movie(video_track(clip("plain", 0, 800)), captions))
    assert place(cut.pictures[2])[1] > 0.75
    assert ink(cut.pictures[15]).sum() > 50
    assert cut.result.sidecar is None


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        ("srt", "1\n00:00:00,000 --> 00:00:00,400\nhello\n"),
        ("vtt", "WEBVTT\n\n00:00:00.000 --> 00:00:00.400\nhello\n"),
    ],
)
def test_captions_can_be_a_file_beside_the_video(room: Room, kind: str, first: str) -> None:
    captions = text_track(
        text("hello", 0, 400), text("a <b> & c\n\nsecond line", 400, 400), role=Role.CAPTIONS
    )
    cut = room.render(movie(video_track(clip("plain", 0, 800)), captions), captions=kind)
    assert ink(cut.pictures[2]).sum() == 0
    assert cut.result.sidecar is not None
    written = cut.result.sidecar.read_text(encoding="utf-8")
    assert written.startswith(first)
    assert "second line" in written
    assert cut.result.sidecar.name == f"{cut.path.stem}.{kind}"


def test_a_text_beyond_the_end_of_the_film_does_not_make_it_longer(room: Room) -> None:
    timeline = movie(video_track(clip("plain", 0, 400)), text_track(text("late", 200, 4000)))
    assert len(room.render(timeline).pictures) == 10


def test_a_countdown_made_of_texts_shows_each_in_turn(room: Room) -> None:
    numbers = text_track(*(text(str(3 - index), index * 200, 200, size_percent=60) for index in range(3)))
    pictures = room.render(movie(video_track(clip("plain", 0, 600)), numbers)).pictures
    shapes = [ink(pictures[frame]) for frame in (2, 7, 12)]
    assert (shapes[0] != shapes[1]).sum() > 100
    assert (shapes[1] != shapes[2]).sum() > 100


def test_effects_with_ranges_and_texts_meet_on_the_same_frame(room: Room) -> None:
    timeline = movie(
        video_track(clip("plain", 0, 400)),
        text_track(text("WORD", 200, 200, size_percent=30)),
        effects=(Effect("brightness", {"percent": -60}, TimeRange(200, 200)),),
    )
    pictures = room.render(timeline).pictures
    assert abs(pictures[4].mean() - 128) < 3
    assert pictures[6][:20].mean() < 100
    assert pictures[6].max() > 225


def test_texts_that_are_seen_at_once_do_not_cover_each_other(room: Room) -> None:
    def rows(*shown: Any) -> Any:
        timeline = movie(video_track(clip("plain", 0, 400)), *shown)
        return np.nonzero(ink(room.render(timeline).pictures[5]).any(axis=1))[0]

    title = text("TITLE", 0, 400, position="bottom", size_percent=10)
    caption = text("CAPTION", 0, 400, size_percent=10)
    alone = (rows(text_track(title)), rows(text_track(caption, role=Role.CAPTIONS)))
    both = rows(text_track(title), text_track(caption, role=Role.CAPTIONS))
    assert set(alone[0]) & set(alone[1])
    assert len(both) >= 0.9 * (len(alone[0]) + len(alone[1]))
    assert both.max() <= max(alone[0].max(), alone[1].max())


def captioned(*tracks: Any, **style: Any) -> Any:
    """Two lines of captions for a second over grey, with what lies above them."""
    caption = text("CAPTION OF THE\nWHOLE WIDTH", 0, 1000, size_percent=10, **style)
    return movie(video_track(clip("plain", 0, 1000)), *tracks, text_track(caption, role=Role.CAPTIONS))


def small(name: str, at: int, length: int, **percent: float) -> Any:
    """A track with a small picture."""
    return video_track(
        clip(
            name,
            at,
            length,
            effects=(Effect("place", {f"{edge}_percent": on for edge, on in percent.items()}),),
        ),
        role=Role.OVERLAY,
    )


def letters(picture: Pixels) -> Any:
    """The rows in which letters stand: white on the grey of the film."""
    return np.nonzero((picture.min(axis=2) > 215).sum(axis=1) > 2)[0]


@pytest.mark.parametrize("place", [{"left": 4, "width": 30, "top": 66}, {"left": 70, "width": 26, "top": 70}])
def test_captions_stand_above_a_small_picture_at_the_bottom(room: Room, place: dict[str, float]) -> None:
    inset = small("plain", 0, 1000, **place)
    alone = room.render(captioned()).pictures[12]
    both = room.render(captioned(inset)).pictures[12]
    top = int(place["top"] / 100 * both.shape[0])
    assert letters(alone).max() > top
    assert letters(both).min() > 0
    assert letters(both).max() < top
    assert len(letters(both)) == len(letters(alone))


def test_captions_go_back_when_the_small_picture_is_gone_and_stay_where_they_were_put(room: Room) -> None:
    inset = small("plain", 400, 600, left=4, width=30, top=66)
    first, second = (text("CAPTION OF THE\nWHOLE WIDTH", at, 400, size_percent=10) for at in (0, 400))
    timeline = movie(video_track(clip("plain", 0, 800)), inset, text_track(first, second, role=Role.CAPTIONS))
    pictures = room.render(timeline).pictures
    assert letters(pictures[5]).min() > letters(pictures[15]).max()
    put = room.render(captioned(small("plain", 0, 1000, left=4, width=30, top=66), y_percent=80)).pictures[12]
    assert letters(put).max() > 0.75 * put.shape[0]


def test_captions_stay_where_a_small_picture_leaves_them_room(room: Room) -> None:
    alone = room.render(captioned()).pictures[12]
    for place in ({"left": 4, "width": 20, "top": 5}, {"left": 0, "width": 100, "top": 0}):
        both = room.render(captioned(small("plain", 0, 1000, **place))).pictures[12]
        assert letters(both).tolist() == letters(alone).tolist()


def test_letters_in_the_colour_of_their_outline_or_box_are_seen(room: Room) -> None:
    dark = shown(room, "MMM", frames=2, size_percent=30, color="black", outline="black")[1]
    assert dark.max() > 200
    boxed = shown(room, "MMM", frames=2, size_percent=30, background="white", outline="none")[1]
    assert boxed.min() < 60


def test_letters_that_no_font_has_are_told(room: Room) -> None:
    timeline = movie(video_track(clip("plain", 0, 200)), text_track(text("A\u0378", 0, 200)))
    assert any("U+0378" in note for note in room.render(timeline).result.notes)
