"""Footage as cameras, phones, screens and shops make it: clocks, colours, stances, transparency, protection."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image, ImageCms

from mango_skill.engine.media.pictures import load_pictures
from mango_skill.engine.media.probe import probe
from mango_skill.errors import MediaError
from mango_skill.timeline import Role
from tests.engine.render.footage import (
    HEIGHT,
    WIDTH,
    Pixels,
    Room,
    beeps,
    clip,
    draw_number,
    movie,
    save_image,
    video_track,
    write_film,
)

MakeRoom = Callable[[dict[str, Path]], Room]


def write_codes(
    path: Path,
    codes: Sequence[tuple[int, int, int]],
    *,
    pix_fmt: str,
    tags: tuple[int, int, int],
    codec: str = "libx264",
) -> Path:
    """A film of columns, each one colour given as its Y, U and V; ``tags``: primaries, transfer, matrix (H.273)."""
    wide = 16 * len(codes)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = wide, 64, pix_fmt
        stream.options = {"crf": "4", "x265-params": "log-level=none"}
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace = tags
        context.color_range = 1
        for number in range(5):
            frame = av.VideoFrame(wide, 64, pix_fmt)
            deep = "10" in pix_fmt
            for index, plane in enumerate(frame.planes):
                memory: Any = plane
                rows: Any = np.frombuffer(memory, np.uint16 if deep else np.uint8).reshape(plane.height, -1)
                for place, code in enumerate(codes):
                    step = 16 if index == 0 else 8
                    rows[:, place * step : (place + 1) * step] = code[index]
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def columns(picture: Pixels, count: int) -> list[tuple[int, ...]]:
    """The colours in the middles of the columns."""
    return [
        tuple(round(v) for v in picture[24:40, 16 * k + 6 : 16 * k + 10].reshape(-1, 3).mean(axis=0))
        for k in range(count)
    ]


def shown(make_room: MakeRoom, path: Path) -> Pixels:
    room = make_room({"a": path})
    info = room.media["a"]
    size: dict[str, Any] = {"width": info.width, "height": info.height}
    return room.render(movie(video_track(clip("a", 0, 160)), **size), crf=4).pictures[2]


def put_matrix(path: Path, *factors: int) -> None:
    """Write a display matrix (two rows of two factors) into an MP4's track header."""
    data = bytearray(path.read_bytes())
    a, b, c, d = (factor << 16 for factor in factors)
    struct.pack_into(">9i", data, data.index(b"tkhd") + 44, a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("rate", [Fraction(60), Fraction(60_000, 1001)])
def test_milliseconds_of_a_container_do_not_make_motion_uneven(
    make_room: MakeRoom, shelf: Path, rate: Fraction
) -> None:
    """Every second picture of a film of 60 a second lies exactly between two frames of 30."""
    path = write_film(
        shelf / f"rounded-{rate.denominator}.mkv", [draw_number(n) for n in range(120)], fps=rate
    )
    room = make_room({"a": path})
    cut = room.render(movie(video_track(clip("a", 0, 1900)), fps=rate / 2))
    assert cut.numbers == [*range(0, 2 * len(cut.numbers), 2)]


def test_an_avi_with_reordered_pictures_begins_with_its_first(make_room: MakeRoom, shelf: Path) -> None:
    path = shelf / "reordered.avi"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = WIDTH, HEIGHT, "yuv420p", 4_000_000
        stream.codec_context.max_b_frames = 2
        for number in range(50):
            frame = av.VideoFrame.from_ndarray(draw_number(number), format="rgb24").reformat(format="yuv420p")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    cut = make_room({"a": path}).render(movie(video_track(clip("a", 0, 400), clip("a", 400, 400, 1000))))
    assert cut.numbers == [*range(10), *range(25, 35)]


def test_three_hundred_cuts_show_the_frames_that_were_asked_for(make_room: MakeRoom, shelf: Path) -> None:
    rate = Fraction(30_000, 1001)
    path = write_film(shelf / "many.mp4", [draw_number(n) for n in range(400)], fps=rate, gop=60)
    dice = np.random.default_rng(4)
    lengths = [int(length) for length in dice.integers(70, 130, 300)]
    starts = [int(start) for start in dice.integers(0, 13_000, 300)]
    begins = np.concatenate([[0], np.cumsum(lengths)]).tolist()
    clips = [clip("a", at, length, start) for at, length, start in zip(begins, lengths, starts, strict=False)]
    grid = [int(Fraction(at) * rate / 1000 + Fraction(1, 2)) for at in begins]
    wanted = [
        int(Fraction(start) * rate / 1000 + Fraction(1, 2)) + number
        for start, first, end in zip(starts, grid, grid[1:], strict=False)
        for number in range(end - first)
    ]
    assert make_room({"a": path}).render(movie(video_track(*clips), fps=rate), workers=2).numbers == wanted


def test_uneven_films_get_a_usual_rate(shelf: Path) -> None:
    """A recorded screen: 60 pictures a second while something moves, none while nothing does."""
    times = [round(n * 1000 / 60) for n in range(40)] + [3000 + round(n * 1000 / 60) for n in range(40)]
    path = write_film(shelf / "screen.mp4", [draw_number(n) for n in range(80)], times_ms=times)
    info = probe(path)
    assert (info.vfr, info.fps) == (True, Fraction(60))


def test_a_recording_whose_clock_begins_late_is_whole(shelf: Path) -> None:
    times = [20_000 + 40 * n for n in range(25)]
    info = probe(write_film(shelf / "late.mkv", [draw_number(n) for n in range(25)], times_ms=times))
    assert (info.duration_ms, info.frame_count) == (1000, 25)


def test_a_lecture_with_one_picture_is_as_long_as_it_is_heard(make_room: MakeRoom, shelf: Path) -> None:
    path = write_film(shelf / "lecture.mkv", [draw_number(7)], sound=beeps(6))
    room = make_room({"a": path})
    assert abs(room.media["a"].duration_ms - 6000) < 60
    cut = room.render(movie(video_track(clip("a", 0, 1000, 4000))))
    assert set(cut.numbers) == {7}
    assert cut.level(0, 0.06) > 0.05


def test_colours_of_standard_definition_come_out_to_the_code(make_room: MakeRoom, shelf: Path) -> None:
    """BT.601 without a word on it: black, grey, white, red."""
    codes = [(16, 128, 128), (126, 128, 128), (235, 128, 128), (81, 90, 240)]
    path = write_codes(shelf / "sd.mp4", codes, pix_fmt="yuv420p", tags=(2, 2, 2))
    found = columns(shown(make_room, path), 4)
    wanted = [(0, 0, 0), (128, 128, 128), (255, 255, 255), (254, 0, 0)]
    assert np.abs(np.array(found) - np.array(wanted)).max() <= 3


def test_wide_colours_are_brought_to_usual_ones(make_room: MakeRoom, shelf: Path) -> None:
    """BT.2020's codes of BT.709's pure green (ITU-R BT.2087: 0.329, 0.920, 0.088 of its light)."""
    red, green, blue = (light ** (1 / 2.4) for light in (0.3293, 0.9195, 0.0880))
    luma = 0.2627 * red + 0.6780 * green + 0.0593 * blue
    code = (
        round(64 + 876 * luma),
        round(512 + 896 * (blue - luma) / 1.8814),
        round(512 + 896 * (red - luma) / 1.4746),
    )
    path = write_codes(
        shelf / "wide.mp4", [code] * 4, pix_fmt="yuv420p10le", tags=(9, 14, 9), codec="libx265"
    )
    found = columns(shown(make_room, path), 4)[1]
    assert found[1] > 245
    assert max(found[0], found[2]) < 60


@pytest.mark.parametrize(("transfer", "codes"), [(16, (573, 635, 698)), (18, (721, 810, 900))])
def test_lights_brighter_than_paper_stay_apart(
    make_room: MakeRoom, shelf: Path, transfer: int, codes: tuple[int, ...]
) -> None:
    """Paper, and two lights two and four times as bright, of PQ and HLG."""
    path = write_codes(
        shelf / f"lights-{transfer}.mp4",
        [(64, 512, 512), *((code, 512, 512) for code in codes)],
        pix_fmt="yuv420p10le",
        tags=(9, transfer, 9),
        codec="libx265",
    )
    levels = [column[1] for column in columns(shown(make_room, path), 4)]
    assert levels[0] < 3
    assert 235 < levels[1] < levels[2] < levels[3] <= 255


@pytest.mark.parametrize("matrix", [(-1, 0, 0, 1), (1, 0, 0, -1), (0, 1, 1, 0), (0, -1, -1, 0)])
def test_a_mirrored_film_stands_as_players_show_it(
    make_room: MakeRoom, shelf: Path, matrix: tuple[int, ...]
) -> None:
    quarters = np.zeros((96, 160, 3), dtype=np.uint8)
    quarters[:48, :80], quarters[:48, 80:], quarters[48:, :80] = (220, 30, 30), (30, 200, 30), (30, 30, 220)
    path = write_film(shelf / f"mirrored{'_'.join(map(str, matrix))}.mp4", [quarters] * 5)
    put_matrix(path, *matrix)
    wanted = quarters.transpose(1, 0, 2) if matrix[1] else quarters
    # Each factor that points back turns its axis over.
    wanted = wanted[:, ::-1] if min(matrix[0], matrix[2]) < 0 else wanted
    wanted = wanted[::-1] if min(matrix[1], matrix[3]) < 0 else wanted
    assert np.abs(shown(make_room, path).astype(int) - wanted).mean() < 6


@pytest.mark.parametrize("codec", ["libvpx-vp9", "libvpx"])
def test_transparency_of_webm_lets_the_film_through(make_room: MakeRoom, shelf: Path, codec: str) -> None:
    path = shelf / f"clear-{codec}.webm"
    pixels = np.full((HEIGHT, WIDTH, 4), (200, 0, 0, 255), dtype=np.uint8)
    pixels[:, 80:, 3] = 0
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(
            codec, rate=25, options={"auto-alt-ref": "0", "crf": "10", "b": "1M"}
        )
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuva420p"
        stream.metadata["alpha_mode"] = "1"
        for number in range(5):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgba").reformat(format="yuva420p")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    blue = write_film(shelf / "below.mp4", [np.full((HEIGHT, WIDTH, 3), (30, 30, 200), np.uint8)] * 10)
    room = make_room({"a": path, "b": blue})
    assert room.media["a"].has_alpha
    over = video_track(clip("a", 0, 160), role=Role.OVERLAY)
    picture = room.render(movie(video_track(clip("b", 0, 200)), over)).pictures[2]
    assert picture[45, 40, 0] > 150 > picture[45, 40, 2]
    assert picture[45, 120, 2] > 150 > picture[45, 120, 0]


def test_a_photo_in_other_colours_than_the_screens_is_converted(shelf: Path) -> None:
    """A profile whose red and green are exchanged makes a red photo green."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = save_image(shelf / "tagged.png", np.full((8, 8, 3), (200, 60, 30), np.uint8), icc_profile=profile)
    assert next(load_pictures(path, "png")).image.getpixel((4, 4)) == (200, 60, 30)
    swapped = bytearray(profile)
    red, green = swapped.index(b"rXYZ"), swapped.index(b"gXYZ")
    swapped[red : red + 4], swapped[green : green + 4] = b"gXYZ", b"rXYZ"
    save_image(path, np.full((8, 8, 3), (220, 0, 0), np.uint8), icc_profile=bytes(swapped))
    found = next(load_pictures(path, "png")).image.getpixel((4, 4))
    assert isinstance(found, tuple)
    assert found[1] > 180 > found[0]


def test_a_broken_colour_profile_is_as_good_as_none(shelf: Path) -> None:
    path = save_image(shelf / "junk.jpg", np.full((8, 8, 3), 120, np.uint8), icc_profile=b"junk" * 50)
    assert next(load_pictures(path, "jpg")).image.getpixel((4, 4)) == (120, 120, 120)


@pytest.mark.parametrize("name", ["large.jpg", "large.png"])
def test_a_photo_is_read_no_larger_than_needed(shelf: Path, name: str) -> None:
    path = save_image(shelf / name, np.zeros((1200, 1600, 3), np.uint8), exif=_turned())
    image = next(load_pictures(path, name[-3:], room=(300, 300))).image
    assert image.width * 4 == image.height * 3
    assert 300 <= image.width <= 600


def _turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x112] = 6
    return exif


def test_a_protected_film_is_told_as_such(shelf: Path) -> None:
    path = write_film(shelf / "bought.mp4", [draw_number(n) for n in range(5)])
    data = path.read_bytes()
    place = data.index(b"avc1", data.index(b"stsd"))
    path.write_bytes(data[:place] + b"encv" + data[place + 4 :])
    with pytest.raises(MediaError, match="encrypted") as caught:
        probe(path)
    assert caught.value.code == "encrypted"


def test_an_endless_animation_is_refused_before_it_is_unpacked(shelf: Path) -> None:
    path = shelf / "endless.gif"
    picture = b"!\xf9\x04\x04\x01\0\0\0," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    head = b"GIF89a" + struct.pack("<HHBBB", 3000, 3000, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    path.write_bytes(head + picture * 1000 + b";")
    with pytest.raises(MediaError, match="1,000 pictures of 3000x3000"):
        probe(path)


@pytest.mark.parametrize(
    ("start", "named"),
    [(b"PK\x03\x04", "ZIP"), (b"%PDF-1.7", "PDF"), (b"\x7fELF", "program"), (b"MThd", "MIDI")],
)
def test_what_is_no_footage_is_called_by_its_name(shelf: Path, start: bytes, named: str) -> None:
    path = shelf / "holiday.mp4"
    path.write_bytes(start + bytes(400))
    with pytest.raises(MediaError, match=named):
        probe(path)


def test_a_pipe_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(MediaError, match="pipe") as caught:
        probe(tmp_path / "pipe.mp4")
    assert caught.value.code == "not_a_file"
