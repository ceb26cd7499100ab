"""HEVC footage as phones film it, of which packets are copied; judged by the ffmpeg program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mango_skill.timeline import Effect
from tests.engine.render.footage import (
    Room,
    clip,
    into,
    movie,
    read_number,
    text,
    text_track,
    turn_film,
    video_track,
)
from tests.engine.render.judging import (
    CANVAS,
    FPS,
    HEIGHT,
    SECONDS,
    WIDTH,
    assert_spliced,
    copied,
    cut,
    expected,
    ffmpeg,
    look,
    render,
)

Films = Callable[..., Path]
MakeRoom = Callable[[dict[str, Path]], Room]


def coded(told: str, **options: str | int) -> dict[str, str | int]:
    """How a film is encoded; open groups of pictures are what x265 makes when it is told nothing."""
    params = f"log-level=none:scenecut=0:{told}"
    return {"c:v": "libx265", "preset": "superfast", "tag:v": "hvc1", "x265-params": params, **options}


CLOSED = coded("keyint=25:open-gop=0")
OPEN = coded("keyint=25")

GROUPS: dict[str, dict[str, str | int]] = {
    "open": OPEN,
    "closed": CLOSED,
    "no B-frames": coded("keyint=25:bframes=0"),
    "many B-frames": coded("keyint=20:bframes=5:b-adapt=0:b-pyramid=0"),
    "pictures that lead and can be decoded": coded("keyint=25:open-gop=0:radl=2:b-adapt=0"),
    "temporal layers": coded("keyint=25:temporal-layers=3:b-adapt=0:bframes=3"),
    "slices": coded("keyint=25:slices=2"),
    "sets in the packets": coded("keyint=25:repeat-headers=1:aud=1", **{"tag:v": "hev1"}),
    "full range": coded("keyint=25", pix_fmt="yuvj420p", color_range="pc"),
    "ten bits": coded("keyint=25", pix_fmt="yuv420p10le"),
}


@pytest.mark.parametrize("group", GROUPS)
def test_untouched_pictures_are_copied_bit_by_bit_whatever_their_groups_are_like(
    make_room: MakeRoom, films: Films, group: str
) -> None:
    film = films(**GROUPS[group])
    made = render(make_room({"film": film}), movie(video_track(*cut()), **CANVAS))
    assert_spliced(made, film, expected(), least=0.5)
    assert _codec(made.path) == "hevc"


def _codec(path: Path) -> str:
    """What a player reads of the pictures: the codec, and what MP4 calls it where it must."""
    lines = ffmpeg(
        "-i", path, "-map", "0:v", "-c", "copy", "-f", "framehash", "-hash", "adler32", "-"
    ).decode()
    return next(line for line in lines.splitlines() if line.startswith("#codec_id 0:")).split(":")[1].strip()


@pytest.mark.parametrize("form", ["mp4", "mov", "mkv"])
@pytest.mark.parametrize("name", ["film.mp4", "film.mov", "film.mkv"])
def test_pictures_are_copied_from_every_container_into_every_container(
    make_room: MakeRoom, films: Films, form: str, name: str
) -> None:
    options = {key: value for key, value in OPEN.items() if key != "tag:v" or not name.endswith("mkv")}
    film = films(name, **options)
    made = render(make_room({"film": film}), movie(video_track(*cut()), **CANVAS), format=form)
    assert_spliced(made, film, expected(), least=0.5)
    # The name under which Apple's players take it.
    assert (b"hvc1" in made.path.read_bytes()) is (form != "mkv")


def test_what_was_copied_once_can_be_copied_again(make_room: MakeRoom, films: Films, tmp_path: Path) -> None:
    """Its file has parameter sets of two encoders, and gets those of a third."""
    once = render(make_room({"film": films(**OPEN)}), movie(video_track(*cut()), **CANVAS))
    film = tmp_path / "once.mp4"
    once.path.rename(film)
    kept = ((400, 3400), (4000, 7000))
    made = render(make_room({"film": film}), movie(video_track(*cut(kept=kept)), **CANVAS))
    found, source = look(made.path), look(film)
    places = expected(kept)
    assert found.numbers == [expected()[place] for place in places]
    same = sum(digest == source.digests[places[at]] for at, digest in enumerate(found.digests))
    assert same >= copied(made) >= 0.5 * len(places)


def test_a_player_that_seeks_finds_every_part(make_room: MakeRoom, films: Films) -> None:
    made = render(make_room({"film": films(**CLOSED)}), movie(video_track(*cut()), **CANVAS))
    wanted = expected()
    for frame in range(0, len(wanted) - 1, 9):
        instant = f"{(frame + 0.5) / FPS:.3f}"
        words = ("-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
        raw = np.frombuffer(ffmpeg("-ss", instant, "-i", made.path, *words), np.uint8)
        assert read_number(raw.reshape(HEIGHT, WIDTH, 3)) in wanted[frame : frame + 2]


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv420p10le"])
def test_only_where_something_happens_pictures_are_encoded(
    make_room: MakeRoom, films: Films, pix_fmt: str
) -> None:
    kept = ((0, 4160), (4440, 9240))
    film = films(**coded("keyint=25", pix_fmt=pix_fmt))
    clips = cut(kept=kept)
    clips[1] = into(clips[1], "crossfade", 400)
    title = text_track(text("Hello", 2600, 600))
    video = movie(video_track(*clips), title, effects=(Effect("fade_out", {"duration": 400}),), **CANVAS)
    made = render(make_room({"film": film}), video)
    found, source = look(made.path), look(film)
    wanted = expected(kept)
    assert len(found.digests) == len(wanted)
    same = [digest == source.digests[wanted[place]] for place, digest in enumerate(found.digests)]
    assert sum(same) >= copied(made) >= 0.5 * len(wanted)
    for touched in (range(65, 80), range(100, 108), range(len(wanted) - 8, len(wanted))):
        assert not any(same[place] for place in touched)
    shown, before = (_show(path, (WIDTH, HEIGHT)) for path in (made.path, film))
    for place in set(range(60, len(wanted) - 12)) - set(range(64, 82)) - set(range(97, 112)):
        assert np.abs(shown[place].astype(int) - before[wanted[place]]).mean() < 8


def _show(path: Path, size: tuple[int, int]) -> Any:
    words = ("-map", "0:v", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    return np.frombuffer(ffmpeg("-i", path, *words), np.uint8).reshape(-1, size[1], size[0], 3)


def test_a_portrait_film_keeps_its_turn_and_its_packets(
    make_room: MakeRoom, films: Films, tmp_path: Path
) -> None:
    film = tmp_path / "portrait.mp4"
    film.write_bytes(films(**OPEN).read_bytes())
    turn_film(film, 90)
    made = render(make_room({"film": film}), movie(video_track(*cut()), width=HEIGHT, height=WIDTH))
    assert copied(made) > 0.5 * len(expected())
    shown, upright = (_show(path, (HEIGHT, WIDTH)) for path in (made.path, film))
    for place, number in enumerate(expected()):
        assert np.abs(shown[place].astype(int) - upright[number]).mean() < 8


def test_a_film_that_was_trimmed_without_encoding_is_copied(
    make_room: MakeRoom, films: Films, tmp_path: Path
) -> None:
    """Its first pictures are kept in the file and hidden; those that follow can't be decoded without them."""
    film, kept = tmp_path / "trimmed.mp4", ((0, 1960), (2520, 4160), (4440, 7000))
    ffmpeg("-ss", "1.32", "-i", films(**OPEN), "-c", "copy", "-tag:v", "hvc1", film)
    made = render(make_room({"film": film}), movie(video_track(*cut(kept=kept)), **CANVAS))
    assert_spliced(made, films(**OPEN), [33 + number for number in expected(kept)], least=0.5)


def test_a_whole_film_is_copied_to_the_last_frame(make_room: MakeRoom, films: Films) -> None:
    film = films(**OPEN)
    made = render(make_room({"film": film}), movie(video_track(clip("film", 0, SECONDS * 1000, 0)), **CANVAS))
    assert_spliced(made, film, list(range(FPS * SECONDS)), least=1.0)


def test_it_is_told_that_the_video_stays_hevc_and_how_to_get_another(
    make_room: MakeRoom, films: Films
) -> None:
    made = render(make_room({"film": films(**OPEN)}), movie(video_track(*cut()), **CANVAS))
    assert any("stays HEVC" in note and "compatible" in note for note in made.result.notes)


HDR = "keyint=25:colorprim=bt2020:colormatrix=bt2020nc:transfer="

IN_FULL: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "compatible": (OPEN, {"compatible": True}, "most compatible"),
    "another size": (OPEN, {"height": 90}, "another size"),
    "long groups": (coded("keyint=250"), {}, "full pictures"),
    "few of them whole": (coded("keyint=60:open-gop=0"), {}, "takes longer"),
    "HLG": (coded(f"{HDR}arib-std-b67", pix_fmt="yuv420p10le"), {}, "HDR"),
    "PQ": (coded(f"{HDR}smpte2084", pix_fmt="yuv420p10le"), {}, "HDR"),
    "more colour": (coded("keyint=25", pix_fmt="yuv422p10le"), {}, "more colours"),
}


@pytest.mark.parametrize("case", IN_FULL)
def test_where_copying_does_not_serve_all_is_encoded_in_h264(
    make_room: MakeRoom, films: Films, case: str
) -> None:
    options, output, why = IN_FULL[case]
    made = render(make_room({"film": films(**options)}), movie(video_track(*cut()), **CANVAS), **output)
    assert made.numbers == expected()
    assert not copied(made)
    assert _codec(made.path) == "h264"
    assert any("encoded anew, because" in note and why in note for note in made.result.notes)
