"""Videos of copied and encoded pictures, judged by the ffmpeg program: none of our code reads what is compared."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from mango_skill.engine.render import run as running
from mango_skill.engine.render import verify as verifying
from mango_skill.engine.render.joins import Join
from mango_skill.engine.render.packet_reader import Doubt
from mango_skill.timeline import Effect, Timeline
from tests.engine.render.footage import (
    Room,
    clip,
    into,
    movie,
    text,
    text_track,
    turn_film,
    video_track,
)
from tests.engine.render.judging import (
    CANVAS,
    FPS,
    HEIGHT,
    KEPT,
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

GOPS: dict[str, dict[str, str | int]] = {
    "a second": {"g": 25},
    "no B-frames": {"g": 25, "bf": 0},
    "many B-frames": {"g": 50, "bf": 5, "preset": "medium"},
    "baseline": {"g": 25, "profile:v": "baseline"},
    "long": {"g": 120},
    "slices": {"g": 25, "slices": 4},
    "full range": {"g": 25, "pix_fmt": "yuvj420p", "color_range": "pc"},
    "tagged 601": {
        "g": 25,
        "colorspace": "smpte170m",
        "color_primaries": "smpte170m",
        "color_trc": "smpte170m",
    },
}


@pytest.mark.parametrize("gop", GOPS)
def test_untouched_pictures_are_copied_bit_by_bit_whatever_their_groups_are_like(
    make_room: Callable[[dict[str, Path]], Room], films: Callable[..., Path], gop: str
) -> None:
    film = films(**GOPS[gop])
    made = render(make_room({"film": film}), movie(video_track(*cut()), **CANVAS))
    assert_spliced(made, film, expected(), least=0.05 if gop in ("long", "many B-frames") else 0.5)


@pytest.mark.parametrize("form", ["mp4", "mov", "mkv"])
@pytest.mark.parametrize("name", ["film.mp4", "film.mov", "film.mkv"])
def test_pictures_are_copied_from_every_container_into_every_container(
    make_room: Callable[[dict[str, Path]], Room], films: Callable[..., Path], form: str, name: str
) -> None:
    film = films(name, g=25)
    made = render(make_room({"film": film}), movie(video_track(*cut()), **CANVAS), format=form)
    assert_spliced(made, film, expected(), least=0.5)


def test_sound_of_a_spliced_video_lags_by_no_sample(
    make_room: Callable[[dict[str, Path]], Room], films: Callable[..., Path]
) -> None:
    film = films(g=25)
    made = render(make_room({"film": film}), movie(video_track(*cut()), **CANVAS))
    before, after = (_hear(path) for path in (film, made.path))
    at = 0
    for start, end in KEPT:
        middle = 48 * (end - start) // 2
        sample = before[48 * start + middle - 12_000 : 48 * start + middle + 12_000]
        around = after[48 * at + middle - 12_000 - 500 : 48 * at + middle + 12_000 + 500]
        assert int(np.argmax(np.correlate(around, sample, mode="valid"))) - 500 == 0
        at += end - start


def _hear(path: Path) -> Any:
    words = ("-map", "0:a", "-af", "aresample=48000:async=1:first_pts=0", "-ac", "1", "-f", "f32le", "-")
    return np.frombuffer(ffmpeg("-i", path, *words), np.float32)


def test_only_where_something_happens_pictures_are_encoded(
    make_room: Callable[[dict[str, Path]], Room], films: Callable[..., Path]
) -> None:
    film = films(g=25)
    clips = cut()
    clips[1] = into(clips[1], "crossfade", 400)
    title = text_track(text("Hello", 3600, 800))
    video = movie(video_track(*clips), title, effects=(Effect("fade_out", {"duration": 400}),), **CANVAS)
    made = render(make_room({"film": film}), video)
    found, source = look(made.path), look(film)
    wanted = expected()
    assert len(found.digests) == len(wanted)
    same = [digest == source.digests[wanted[place]] for place, digest in enumerate(found.digests)]
    assert sum(same) >= copied(made) >= 0.3 * len(wanted)
    for touched in (range(32, 42), range(90, 110), range(len(wanted) - 8, len(wanted))):
        assert not any(same[place] for place in touched)


def test_a_portrait_film_keeps_its_turn_and_its_packets(
    make_room: Callable[[dict[str, Path]], Room], films: Callable[..., Path], tmp_path: Path
) -> None:
    film = tmp_path / "portrait.mp4"
    film.write_bytes(films(g=25).read_bytes())
    turn_film(film, 90)
    clips = cut()
    clips[1] = into(clips[1], "crossfade", 400)
    room = make_room({"film": film})
    made = render(room, movie(video_track(*clips), width=HEIGHT, height=WIDTH))
    assert copied(made) > 0.4 * len(expected())
    shown, upright = (_show(path, (HEIGHT, WIDTH)) for path in (made.path, film))
    wanted = expected()
    assert len(shown) == len(wanted)
    outside = [place for place in range(len(wanted)) if not 30 <= place < 44]
    for place in outside:
        assert np.abs(shown[place].astype(int) - upright[wanted[place]]).mean() < 8
    halfway = upright[wanted[36]] / 2.0 + upright[wanted[37]] / 2.0
    assert np.abs(shown[36].astype(int) - halfway).mean() < 25


def _show(path: Path, size: tuple[int, int]) -> Any:
    words = ("-map", "0:v", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    return np.frombuffer(ffmpeg("-i", path, *words), np.uint8).reshape(-1, size[1], size[0], 3)


def test_of_two_cameras_the_one_with_more_pictures_is_copied(
    make_room: Callable[[dict[str, Path]], Room], films: Callable[..., Path]
) -> None:
    film, other = films(g=25), films(g=25, bf=0, refs=3)
    clips = [*cut()[:2], *(clip("other", 3120 + at, 1000, at) for at in (0,))]
    made = render(make_room({"film": film, "other": other}), movie(video_track(*clips), **CANVAS))
    assert_spliced(made, film, [*expected()[:78], *range(25)], least=0.4)


def test_files_of_one_camera_are_copied_into_one_video(
    make_room: Callable[[dict[str, Path]], Room], films: Callable[..., Path], tmp_path: Path
) -> None:
    film, twin = films(g=25), tmp_path / "twin.mp4"
    twin.write_bytes(film.read_bytes())
    clips = [clip("film", 0, 3000, 1000), clip("twin", 3000, 3000, 5000)]
    made = render(make_room({"film": film, "twin": twin}), movie(video_track(*clips), **CANVAS))
    assert_spliced(made, film, [*range(25, 100), *range(125, 200)], least=0.6)


def test_a_film_whose_clock_jitters_by_a_tick_is_copied_all_the_same(
    make_room: Callable[[dict[str, Path]], Room], films: Callable[..., Path], tmp_path: Path
) -> None:
    film = tmp_path / "jitter.mp4"
    ffmpeg("-i", films(g=25), "-c", "copy", "-bsf:v", "setts=pts=PTS+mod(N\\,3):dts=DTS", film)
    made = render(make_room({"film": film}), movie(video_track(*cut()), **CANVAS))
    assert_spliced(made, film, expected(), least=0.5)


def test_a_film_that_was_trimmed_without_encoding_is_copied(
    make_room: Callable[[dict[str, Path]], Room], films: Callable[..., Path], tmp_path: Path
) -> None:
    """Its first pictures are kept in the file and hidden; those that follow can't be decoded without them."""
    film, kept = tmp_path / "trimmed.mp4", ((0, 1960), (2520, 4160), (4440, 7000))
    ffmpeg("-ss", "1.32", "-i", films(g=25), "-c", "copy", film)
    made = render(make_room({"film": film}), movie(video_track(*cut(kept=kept)), **CANVAS))
    assert_spliced(made, films(g=25), [33 + number for number in expected(kept)], least=0.4)


def test_what_is_copied_into_matroska_can_be_copied_out_of_it(
    make_room: Callable[[dict[str, Path]], Room], films: Callable[..., Path], tmp_path: Path
) -> None:
    """It says when pictures are shown and not when they are decoded."""
    made = render(make_room({"film": films(g=25)}), movie(video_track(*cut()), **CANVAS), format="mkv")
    copy = tmp_path / "copy.mp4"
    ffmpeg("-xerror", "-i", made.path, "-c", "copy", copy)
    assert look(copy).numbers == expected()
    assert np.allclose(look(copy).instants, np.arange(len(expected())) / FPS, atol=0.0011)


def test_pictures_without_loss_are_encoded_anew(
    make_room: Callable[[dict[str, Path]], Room], films: Callable[..., Path]
) -> None:
    """A decoder that showed other pictures before shows theirs wrongly, without a word."""
    made = render(make_room({"film": films(g=25, crf=0)}), movie(video_track(*cut()), **CANVAS))
    assert made.numbers == expected()
    assert not copied(made)
    assert any("packed in a way" in note for note in made.result.notes)


def test_a_copy_that_decodes_to_another_picture_is_thrown_away(
    make_room: Callable[[dict[str, Path]], Room], films: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What decodes otherwise among others can't be made on purpose, so the footage's own picture is made black."""

    def black(*_: Any) -> av.VideoFrame:
        return av.VideoFrame.from_ndarray(np.zeros((HEIGHT, WIDTH, 3), np.uint8), format="rgb24")

    monkeypatch.setattr("mango_skill.engine.render.packet_reader.PacketReader.alone", black)
    made = render(make_room({"film": films(g=25)}), movie(video_track(*cut()), **CANVAS))
    assert made.numbers == expected()
    assert not copied(made)
    assert any("did not pass the checks" in note for note in made.result.notes)


# Only the first picture of such a film is an IDR picture.
OPEN = "open-gop=1:scenecut=0"

REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "high": ({"g": 25}, {"quality": "high"}),
    "compatible": ({"g": 25}, {"compatible": True}),
    "another size": ({"g": 25}, {"height": 90}),
    "another codec": ({"g": 25, "c:v": "mpeg4"}, {}),
    "open groups": ({"g": 25, "x264-params": OPEN}, {}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_can_not_be_copied_is_encoded_as_a_whole(
    make_room: Callable[[dict[str, Path]], Room], films: Callable[..., Path], case: str
) -> None:
    options, output = REFUSED[case]
    made = render(make_room({"film": films(**options)}), movie(video_track(*cut()), **CANVAS), **output)
    assert made.numbers == expected()
    assert not copied(made)
    told = any("encoded anew, because" in note for note in made.result.notes)
    assert told is (case != "high")


def test_what_was_copied_is_told_in_a_sentence(
    make_room: Callable[[dict[str, Path]], Room], films: Callable[..., Path]
) -> None:
    made = render(make_room({"film": films(g=25)}), movie(video_track(*cut()), **CANVAS))
    assert any(f"copied {copied(made)} of {len(expected())} frames" in note for note in made.result.notes)


def test_a_splice_that_does_not_pass_its_checks_is_encoded_as_a_whole(
    make_room: Callable[[dict[str, Path]], Room],
    films: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A file that decodes wrongly can't be made on purpose, so the check is told another checksum."""
    right = verifying.Spliced

    def wrong(joins: tuple[Join, ...], rotation: int) -> Any:
        return right(tuple(Join(one.frame, one.coarse, one.digest + 1) for one in joins), rotation)

    monkeypatch.setattr(running, "Spliced", wrong)
    made = render(make_room({"film": films(g=25)}), movie(video_track(*cut()), **CANVAS))
    assert made.numbers == expected()
    assert not copied(made)
    assert any("did not pass the checks" in note for note in made.result.notes)


def test_a_file_that_gives_other_packets_than_it_was_mapped_with_is_encoded_as_a_whole(
    make_room: Callable[[dict[str, Path]], Room],
    films: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Files don't change under a reader at will, so the reader doubts by itself."""

    def doubtful(*_: Any) -> Any:
        raise Doubt("The footage gave other packets than before.")

    monkeypatch.setattr("mango_skill.engine.render.packet_reader.PacketReader.packets", doubtful)
    made = render(make_room({"film": films(g=25)}), movie(video_track(*cut()), **CANVAS))
    assert made.numbers == expected()
    assert not copied(made)


def test_open_groups_are_copied_from_the_first_on(
    make_room: Callable[[dict[str, Path]], Room], films: Callable[..., Path]
) -> None:
    film, kept = films(**{"g": 25, "x264-params": OPEN}), ((0, 4160), (4440, 5560))
    made = render(make_room({"film": film}), movie(video_track(*cut(kept=kept)), **CANVAS))
    assert_spliced(made, film, expected(kept), least=0.7)


def test_why_open_groups_are_encoded_anew_is_told(
    make_room: Callable[[dict[str, Path]], Room], films: Callable[..., Path]
) -> None:
    made = render(
        make_room({"film": films(**{"g": 25, "x264-params": OPEN})}), movie(video_track(*cut()), **CANVAS)
    )
    assert any("open groups" in note for note in made.result.notes)


def test_a_whole_film_is_copied_to_the_last_frame(
    make_room: Callable[[dict[str, Path]], Room], films: Callable[..., Path]
) -> None:
    film = films(g=25)
    video: Timeline = movie(video_track(clip("film", 0, SECONDS * 1000, 0)), **CANVAS)
    made = render(make_room({"film": film}), video)
    assert_spliced(made, film, list(range(FPS * SECONDS)), least=1.0)
    assert any("copied all 250 frames" in note for note in made.result.notes)
