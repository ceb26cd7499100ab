"""Pixels of photos and animations, and the cues of caption files."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

from mango_skill.engine.media.pictures import load_pictures
from mango_skill.engine.media.texts import read_cues
from mango_skill.engine.media.worker import run_isolated
from mango_skill.errors import MediaError


@pytest.mark.parametrize(
    ("orientation", "red_at"), [(1, (0.1, 0.5)), (3, (0.9, 0.5)), (6, (0.5, 0.1)), (8, (0.5, 0.9))]
)
def test_photos_are_the_right_way_up(darkroom: Any, orientation: int, red_at: tuple[float, float]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    (still,) = load_pictures(darkroom.photo(f"way{orientation}.jpg", exif=exif), "jpg")
    at = (int(still.image.width * red_at[0]), int(still.image.height * red_at[1]))
    red, _, blue = still.image.getpixel(at)
    assert red > 150
    assert blue < 80


def test_an_iphone_photo_has_its_pixels(darkroom: Any) -> None:
    (still,) = load_pictures(darkroom.heic("photo.heic"), "heic")
    assert still.image.size == (64, 48)
    assert abs(still.image.getpixel((30, 20))[2] - 160) < 25


@pytest.mark.parametrize("name", ["d.gif", "d.webp"])
def test_animations_give_each_picture_with_its_time(darkroom: Any, name: str) -> None:
    path = darkroom.animation(name, durations=[100, 250, 100])
    stills = list(load_pictures(path, name[2:]))
    assert [still.duration_ms for still in stills] == [100, 250, 100]
    assert all(abs(still.image.getpixel((5, 5))[0] - 60 * number) < 12 for number, still in enumerate(stills))


def test_transparency_is_kept_and_opaque_photos_stay_without_it(darkroom: Any) -> None:
    clear = darkroom.folder / "half.png"
    Image.new("RGBA", (8, 8), (255, 0, 0, 128)).save(clear)
    (still,) = load_pictures(clear, "png")
    (photo,) = load_pictures(darkroom.photo("p.jpg"), "jpg")
    assert still.image.getpixel((1, 1)) == (255, 0, 0, 128)
    assert photo.image.mode == "RGB"


def test_sixteen_bit_grey_is_scaled_and_not_clipped(darkroom: Any) -> None:
    path = darkroom.folder / "deep.png"
    Image.new("I;16", (4, 4), 0x8000).save(path)
    (still,) = load_pictures(path, "png")
    assert still.image.getpixel((1, 1)) == (128, 128, 128)


def test_cues_lose_their_markup_and_keep_their_lines(darkroom: Any) -> None:
    words = "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Hello</i> &amp; bye\r\n{\\an8}second\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\n你好\r\n"
    found = read_cues(darkroom.text("a1.srt", words))
    assert found == ((1_000, 2_500, "Hello & bye\nsecond"), (3_000, 4_000, "你好"))


def test_vtt_cues_may_have_names_settings_and_no_hours(darkroom: Any) -> None:
    words = "WEBVTT\n\nNOTE none of this\n\nintro\n00:01.000 --> 00:02.500 align:left\n<v Bob>Hi there\n\n00:00:03.000 --> 00:00:04.000\nTwo\n"
    path = darkroom.text("a.vtt", words)
    assert read_cues(path) == ((1_000, 2_500, "Hi there"), (3_000, 4_000, "Two"))
    answer = run_isolated("mango_skill.engine.media.analysis:cues", {"path": str(path)})
    assert answer == [[1_000, 2_500, "Hi there"], [3_000, 4_000, "Two"]]


def test_cues_come_in_order_and_impossible_ones_are_left_out(darkroom: Any) -> None:
    words = "1\n00:00:05,000 --> 00:00:06,000\nlater\n\n2\n00:00:01,000 --> 00:00:02,000\nfirst\n\n3\n00:00:09,000 --> 00:00:08,000\nnever\n"
    assert [cue[2] for cue in read_cues(darkroom.text("mixed.srt", words))] == ["first", "later"]


def test_a_text_that_is_no_caption_file_is_refused(darkroom: Any) -> None:
    with pytest.raises(MediaError) as caught:
        read_cues(darkroom.text("novel.srt", "It was a dark and stormy night."))
    assert caught.value.code == "4001"


def test_a_caption_file_of_empty_lines_costs_nothing(darkroom: Any) -> None:
    """Would hang where a pattern looks at the same lines again and again."""
    words = "1\n00:00:01,000 --> 00:00:02,000\nHi\n" + "\n \t" * 300_000 + "<" * 100_000
    assert len(read_cues(darkroom.text("empty.srt", words))) == 1
