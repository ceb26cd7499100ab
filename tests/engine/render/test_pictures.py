"""Which picture is seen on which frame, and where it stands in the frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from mango_skill.engine.render.players import Source
from mango_skill.timeline import Effect, Role, TimeRange
from tests.engine.render.footage import (
    BLUE,
    HEIGHT,
    RED,
    WIDTH,
    Pixels,
    Room,
    audio_track,
    clip,
    draw_number,
    hum,
    into,
    made,
    movie,
    read_number,
    save_image,
    turn_film,
    video_track,
    write_film,
)

MakeRoom = Callable[[dict[str, Path]], Room]


def close(found: Pixels, wanted: tuple[int, int, int], slack: int = 28) -> bool:
    return bool(np.abs(found.astype(int).mean(axis=(0, 1)) - wanted).max() < slack)


def test_cuts_show_exactly_the_frames_that_were_asked_for(room: Room) -> None:
    timeline = movie(
        video_track(clip("film", 0, 400, 1000), clip("film", 400, 600, 4000), clip("film", 1000, 200, 0))
    )
    cut = room.render(timeline)
    assert cut.numbers == [*range(25, 35), *range(100, 115), *range(0, 5)]


def test_the_slot_between_the_edges_decides_how_many_frames_a_clip_has(room: Room) -> None:
    """101 ms at 25 fps is 2.5 frames: the edges fall on 0, 3 (2.525), 5 (5.05), 8 (7.575)."""
    clips = [clip("film", 101 * index, 101, 1000 * index) for index in range(3)]
    cut = room.render(movie(video_track(*clips)))
    assert cut.numbers == [0, 1, 2, 25, 26, 50, 51, 52]


def test_a_clip_at_double_speed_shows_every_second_frame(room: Room) -> None:
    cut = room.render(movie(video_track(clip("film", 0, 800, 1000, speed=Fraction(2)))))
    assert cut.numbers[0] in (25, 26)
    assert set(np.diff(cut.numbers)) == {2}
    assert len(cut.numbers) == 20


def test_a_clip_at_half_speed_shows_every_frame_twice(room: Room) -> None:
    cut = room.render(movie(video_track(clip("film", 0, 800, 1000, speed=Fraction(1, 2)))))
    assert cut.numbers[:6] == [25, 25, 26, 26, 27, 27] or cut.numbers[:6] == [25, 26, 26, 27, 27, 28]
    assert len(cut.numbers) == 20


def test_a_reversed_clip_shows_its_frames_from_the_last_to_the_first(room: Room) -> None:
    cut = room.render(movie(video_track(clip("film", 0, 2000, 2000, reverse=True))))
    assert cut.numbers == [*range(99, 49, -1)]


def test_reversed_clips_one_after_the_other_each_show_their_own_frames(room: Room) -> None:
    clips = (clip("film", 0, 400, 1000, reverse=True), clip("film", 400, 400, 6000, reverse=True))
    cut = room.render(movie(video_track(*clips)))
    assert cut.numbers == [*range(34, 24, -1), *range(159, 149, -1)]
    again = room.render(movie(video_track(*clips)), format="gif", fps=25)
    assert again.numbers == cut.numbers


def test_a_frozen_clip_holds_one_frame(room: Room) -> None:
    cut = room.render(
        movie(video_track(clip("film", 0, 400, 1000), clip("film", 400, 400, 1400, freeze=True)))
    )
    assert cut.numbers == [*range(25, 35), *[35] * 10]


def test_the_last_frame_is_held_when_a_clip_asks_for_more_than_there_is(room: Room) -> None:
    cut = room.render(movie(video_track(clip("film", 0, 400, 7800))))
    assert cut.numbers == [195, 196, 197, 198, 199, 199, 199, 199, 199, 199]


@pytest.mark.parametrize(("fps", "step"), [(Fraction(50), 2), (Fraction(25), 1), (Fraction(25, 2), 0.5)])
def test_other_rates_are_conformed_to_the_output_rate(
    make_room: MakeRoom, shelf: Path, fps: Fraction, step: float
) -> None:
    path = shelf / f"rate-{fps.numerator}-{fps.denominator}.mp4"
    write_film(path, [draw_number(number) for number in range(int(fps * 2))], fps=fps)
    cut = make_room({"a": path}).render(movie(video_track(clip("a", 0, 1000, 400))))
    wanted = [int(10 * step) + number * step for number in range(25)]
    assert all(abs(found - one) <= 1 for found, one in zip(cut.numbers, wanted, strict=True))


def test_an_ntsc_film_keeps_every_frame_at_its_own_rate(make_room: MakeRoom, shelf: Path) -> None:
    rate = Fraction(30000, 1001)
    path = write_film(shelf / "ntsc.mp4", [draw_number(number) for number in range(90)], fps=rate)
    cut = make_room({"a": path}).render(movie(video_track(clip("a", 0, 2000, 500)), fps=rate))
    assert cut.numbers == [*range(15, 75)]


def test_uneven_pictures_are_shown_at_the_instants_they_were_taken(make_room: MakeRoom, shelf: Path) -> None:
    times = [0, 40, 80, 400, 440, 1000, 1500, 1540, 1900]
    path = shelf / "uneven.mkv"
    write_film(path, [draw_number(number) for number in range(len(times))], times_ms=times)
    cut = make_room({"a": path}).render(movie(video_track(clip("a", 0, 2000))))
    wanted = [max(n for n, time in enumerate(times) if time <= frame * 40) for frame in range(50)]
    assert cut.numbers[:48] == wanted[:48]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_phone_film_is_turned_upright(make_room: MakeRoom, shelf: Path, degrees: int) -> None:
    """Turning clockwise by 90 degrees brings what was left (red) to the top."""
    path = write_film(shelf / f"turned-{degrees}.mp4", [draw_number(5)] * 5)
    turn_film(path, degrees)
    room = make_room({"a": path})
    size = (HEIGHT, WIDTH) if degrees != 180 else (WIDTH, HEIGHT)
    assert (room.media["a"].width, room.media["a"].height) == size
    picture = room.render(movie(video_track(clip("a", 0, 200)), width=size[0], height=size[1])).pictures[0]
    wide = picture.shape[1]
    if degrees == 90:
        assert close(picture[20:60, 10:40], RED)
        assert close(picture[100:140, 10:40], BLUE)
    elif degrees == 270:
        assert close(picture[100:140, 50:80], RED)
        assert close(picture[20:60, 50:80], BLUE)
    else:
        assert close(picture[10:60, wide - 40 : wide - 10], RED)


def test_pixels_that_are_not_square_are_shown_in_their_true_shape(make_room: MakeRoom, shelf: Path) -> None:
    path = write_film(shelf / "wide-pixels.mp4", [draw_number(5, 80, 90)] * 5, aspect=Fraction(2))
    room = make_room({"a": path})
    assert room.media["a"].width == WIDTH
    assert read_number(room.render(movie(video_track(clip("a", 0, 200)))).pictures[0]) == 5


@pytest.mark.parametrize(
    "kind",
    [
        ("ten-bit.mov", "prores_ks", "yuv422p10le", None),
        ("tape.avi", "mpeg4", "yuv420p", "libmp3lame"),
        ("web.webm", "libvpx-vp9", "yuv420p", "libopus"),
        ("phone.mp4", "libx265", "yuv420p10le", "aac"),
        ("full-range.mp4", "libx264", "yuvj420p", None),
        ("fine.mkv", "libx264", "yuv444p", None),
    ],
)
def test_every_kind_of_film_is_conformed(
    make_room: MakeRoom, shelf: Path, kind: tuple[str, str, str, str | None]
) -> None:
    name, codec, pix_fmt, sound = kind
    path = shelf / name
    write_film(
        path,
        [draw_number(number) for number in range(25)],
        codec=codec,
        pix_fmt=pix_fmt,
        sound=hum(1) if sound else None,
        audio_codec=sound or "aac",
        audio_rate=44100 if sound == "libmp3lame" else 48000,
        layout="mono",
    )
    cut = make_room({"a": path}).render(movie(video_track(clip("a", 0, 600, 200))))
    assert cut.numbers == [*range(5, 20)]
    assert close(cut.pictures[3][40:80, 10:70], RED, 40)
    assert close(cut.pictures[3][40:80, 90:150], BLUE, 40)
    if sound:
        assert 0.1 < cut.level(0.1, 0.5) < 0.22


def test_a_wider_picture_is_padded_cropped_or_blurred_as_the_canvas_says(room: Room) -> None:
    """16:9 footage on a square canvas."""
    timeline = {
        fit: movie(video_track(clip("film", 0, 80, 200)), width=96, height=96, fit=fit)
        for fit in ("pad", "crop", "blur")
    }
    padded = room.render(timeline["pad"]).pictures[0]
    assert padded[:18].mean() < 8
    assert close(padded[48:70, 10:40], RED)
    cropped = room.render(timeline["crop"]).pictures[0]
    assert close(cropped[40:90, 5:40], RED)
    assert close(cropped[40:90, 56:90], BLUE)
    blurred = room.render(timeline["blur"]).pictures[0]
    assert close(blurred[48:70, 10:40], RED)
    assert blurred[84:, 5:40].mean() > 15


def test_a_clip_is_cropped_turned_flipped_and_placed(room: Room) -> None:
    def shown(*effects: Effect, **canvas: int) -> Pixels:
        one = clip("film", 0, 80, 200, effects=effects)
        return room.render(movie(video_track(one), **canvas)).pictures[0]

    right_half = shown(Effect("crop", {"left_percent": 50}), width=80, height=90)
    assert close(right_half[30:80, 10:70], BLUE)
    assert close(shown(Effect("flip", {"axis": "horizontal"}))[40:80, 10:70], BLUE)
    assert close(shown(Effect("rotate", {"degrees": 180}))[10:50, 10:70], BLUE)
    upright = shown(Effect("rotate", {"degrees": 90}), width=90, height=160)
    assert close(upright[10:70, 10:50], RED)
    assert close(upright[90:150, 10:50], BLUE)
    placed = shown(Effect("place", {"left_percent": 50, "top_percent": 50, "width_percent": 50}))
    assert placed[:40, :70].mean() < 8
    assert close(placed[60:88, 84:116], RED)
    assert close(placed[60:88, 124:156], BLUE)


def test_an_overlay_lies_on_the_storyline_only_while_it_lasts(room: Room) -> None:
    small = clip(
        "plain",
        400,
        400,
        effects=(Effect("place", {"left_percent": 60, "top_percent": 60, "width_percent": 30}),),
    )
    cut = room.render(movie(video_track(clip("film", 0, 1200)), video_track(small, role=Role.OVERLAY)))
    assert cut.numbers == [*range(30)]
    corner = [picture[60:78, 100:140] for picture in cut.pictures]
    assert close(corner[5], BLUE)
    assert close(corner[12], (128, 128, 128), 10)
    assert close(corner[25], BLUE)


def test_a_half_transparent_overlay_mixes_with_what_lies_below(room: Room) -> None:
    sheer = clip("plain", 0, 200, effects=(Effect("place", {"width_percent": 100, "opacity_percent": 50}),))
    picture = room.render(
        movie(video_track(clip("film", 0, 200)), video_track(sheer, role=Role.OVERLAY))
    ).pictures[2]
    assert close(picture[40:80, 10:70], (164, 84, 84), 14)


def test_a_logo_with_transparency_lets_the_film_through(make_room: MakeRoom, shelf: Path, film: Path) -> None:
    pixels = np.zeros((40, 40, 4), dtype=np.uint8)
    pixels[10:30, 10:30] = (0, 255, 0, 255)
    logo = save_image(shelf / "logo.png", pixels)
    place = Effect("place", {"left_percent": 0, "top_percent": 50, "width_percent": 25})
    room = make_room({"film": film, "logo": logo})
    timeline = movie(
        video_track(clip("film", 0, 200)),
        video_track(clip("logo", 0, 200, effects=(place,)), role=Role.GRAPHICS),
    )
    picture = room.render(timeline).pictures[1]
    assert close(picture[57:72, 13:27], (0, 255, 0), 40)
    assert close(picture[47:52, 2:36], RED, 35)


def test_a_photo_stands_upright_and_still(make_room: MakeRoom, shelf: Path) -> None:
    pixels = draw_number(77)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by 90 degrees
    turned = np.ascontiguousarray(np.rot90(pixels))  # counter-clockwise, as the camera held it
    path = save_image(shelf / "photo.jpg", turned, quality=95, exif=exif)
    cut = make_room({"a": path}).render(movie(video_track(clip("a", 0, 400))))
    assert cut.numbers == [77] * 10


def test_an_animation_plays_and_begins_anew(make_room: MakeRoom, shelf: Path) -> None:
    path = shelf / "moving.gif"
    frames = [Image.fromarray(draw_number(number)) for number in (1, 2, 3)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=80, loop=0)
    cut = make_room({"a": path}).render(movie(video_track(clip("a", 0, 480))))
    assert cut.numbers == [1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3]


def test_a_gap_shows_the_background(room: Room) -> None:
    cut = room.render(movie(video_track(clip("film", 0, 200), clip("film", 400, 200)), background="#ffffff"))
    assert cut.pictures[7].mean() > 240
    assert len(cut.pictures) == 15


def test_sound_longer_than_the_pictures_goes_on_over_the_background(room: Room) -> None:
    timeline = movie(video_track(clip("film", 0, 400)), audio_track(clip("humming", 0, 1000)))
    cut = room.render(timeline)
    assert len(cut.pictures) == 25
    assert cut.pictures[20].mean() < 4
    assert cut.level(0.6, 0.9) > 0.1


def test_a_colour_made_by_the_renderer_fills_the_frame(room: Room) -> None:
    cut = room.render(
        movie(video_track(made("color", 0, 200, {"color": "#ff8000"}), into(clip("film", 200, 200), "x", 0)))
    )
    assert close(cut.pictures[2], (255, 128, 0), 12)


def test_many_stretches_give_the_same_frames_as_one(room: Room) -> None:
    clips = [clip("film", index * 1000, 1000, 700 * index) for index in range(8)]
    timeline = movie(video_track(*clips))
    assert room.render(timeline, workers=2).numbers == room.render(timeline, workers=1).numbers


def test_an_interlaced_film_is_smoothed_and_keeps_its_frames(make_room: MakeRoom, shelf: Path) -> None:
    path = shelf / "fields.avi"
    write_film(path, [draw_number(number) for number in range(20)], codec="mpeg4")
    room = make_room({"a": path})
    info = room.media["a"]
    room.sources["a"] = Source(path, replace(info, interlaced=True))
    assert room.render(movie(video_track(clip("a", 0, 400, 200)))).numbers == [*range(5, 15)]


def test_a_timeline_range_of_an_effect_touches_only_its_frames(room: Room) -> None:
    effect = Effect("grayscale", {}, TimeRange(200, 200))
    cut = room.render(movie(video_track(clip("film", 0, 600)), effects=(effect,)))
    colour = [float(np.ptp(picture[40:80, 10:70].mean(axis=(0, 1)))) for picture in cut.pictures]
    assert all(value > 60 for value in (*colour[:5], *colour[10:]))
    assert all(value < 12 for value in colour[5:10])


def test_a_phones_hdr_film_is_shown_as_bright_as_it_was(make_room: MakeRoom, shelf: Path) -> None:
    """BT.2408: 75 % of an HLG signal is the white of a standard picture; taken at its word it would be a grey."""
    path = shelf / "hdr.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx265", rate=25, options={"x265-params": "log-level=none"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p10le"
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace, context.color_range = 9, 18, 9, 1
        for number in range(5):
            frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p10le")
            for plane, value in zip(frame.planes, (721, 512, 512), strict=True):
                np.frombuffer(plane, np.uint16)[:] = value
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert make_room({"a": path}).render(movie(video_track(clip("a", 0, 200)))).pictures[2].mean() > 240


def test_a_photo_that_is_zoomed_into_stays_sharp(make_room: MakeRoom, shelf: Path) -> None:
    """Fine stripes that only the photo's own pixels can hold."""
    stripes = np.zeros((540, 960, 3), dtype=np.uint8)
    stripes[:, (np.arange(960) // 4) % 2 == 0] = 255
    path = save_image(shelf / "stripes.png", stripes)
    zoom = Effect("zoom", {"factor_from": 2.5, "factor_to": 2.5})
    picture = (
        make_room({"a": path}).render(movie(video_track(clip("a", 0, 120, effects=(zoom,))))).pictures[1]
    )
    assert np.ptp(picture[45, 40:120].astype(int).mean(axis=1)) > 60
