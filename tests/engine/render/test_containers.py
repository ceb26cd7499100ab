"""Footage of camcorders, discs, receivers and old programs: each container with its own idea of time."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from mango_skill.engine.media import analysis
from mango_skill.engine.media.probe import probe
from mango_skill.errors import MediaError
from tests.engine.render.footage import (
    Room,
    beeps,
    clip,
    draw_number,
    hum,
    movie,
    onsets,
    video_track,
    write_film,
)

MakeRoom = Callable[[dict[str, Path]], Room]

_LEANING = {"preset": "veryfast", "bf": "3", "b-adapt": "0"}
_OPEN = {**_LEANING, "x264-params": "open-gop=1"}
_MPEG2 = {"b": "4000000", "bf": "2"}
# Name, codec of the pictures, of the sound, options of the first.
KINDS: dict[str, tuple[str, str | None, dict[str, str]]] = {
    "camcorder.mts": ("libx264", "ac3", _LEANING),
    "disc.m2ts": ("libx264", "ac3", _LEANING),
    "receiver.ts": ("mpeg2video", "mp2", _MPEG2),
    "disc.mpg": ("mpeg2video", "mp2", _MPEG2),
    "disc.vob": ("mpeg2video", "ac3", _MPEG2),
    "stream.flv": ("libx264", "aac", _LEANING),
    "old.flv": ("flv", "mp3", {"b": "4000000"}),
    "old.wmv": ("wmv2", "wmav2", {"b": "4000000"}),
    "studio.mxf": ("mpeg2video", "pcm_s16le", _MPEG2),
    "phone.3gp": ("libx264", "aac", _LEANING),
    "vfw.avi": ("libx264", None, _LEANING),
    "open.avi": ("libx264", None, _OPEN),
    "pyramid.avi": ("libx264", None, {**_LEANING, "bf": "8", "x264-params": "b-pyramid=normal:ref=8"}),
    "h264.asf": ("libx264", "wmav2", _LEANING),
}


@pytest.fixture(params=KINDS)
def recording(request: pytest.FixtureRequest, shelf: Path) -> Path:
    path = shelf / str(request.param)
    codec, sound, options = KINDS[path.name]
    if not path.exists():
        write_film(
            path,
            [draw_number(number) for number in range(100)],
            codec=codec,
            sound=beeps(4) if sound else None,
            audio_codec=sound or "aac",
            options=options,
            muxing={"strict": "unofficial"},
        )
    return path


def test_every_container_shows_the_pictures_that_were_asked_for(make_room: MakeRoom, recording: Path) -> None:
    """From the middle, back to before it, and played backwards."""
    room = make_room({"a": recording})
    info = room.media["a"]
    assert (info.fps, info.vfr, info.frame_count, info.duration_ms) == (Fraction(25), False, 100, 4000)
    there = [clip("a", 0, 1000, 2480), clip("a", 1000, 1000, 360), clip("a", 2000, 600, 3400)]
    back = clip("a", 2600, 1200, 600, reverse=True)
    cut = room.render(movie(video_track(*there, back)))
    assert cut.numbers == [*range(62, 87), *range(9, 34), *range(85, 100), *range(44, 14, -1)]


def test_sound_keeps_to_the_pictures_of_every_container(make_room: MakeRoom, recording: Path) -> None:
    room = make_room({"a": recording})
    if not room.media["a"].has_audio:
        assert KINDS[recording.name][1] is None
        return
    cut = room.render(movie(video_track(clip("a", 0, 1000, 2240), clip("a", 1000, 1000, 800))))
    # The beeps of 2.5, 3, 1 and 1.5 seconds; lossy coders smear their beginnings.
    wanted = [0.26, 0.76, 1.2, 1.7]
    found = onsets(cut.sound, 0.12)
    assert len(found) == len(wanted)
    assert max(abs(a - b) for a, b in zip(found, wanted, strict=True)) < 0.006


@pytest.mark.parametrize("name", ["late.ts", "late.mpg", "wrapping.ts", "wrapping.m2ts", "wrapping.mpg"])
def test_a_clock_that_begins_hours_late_or_wraps_around_changes_nothing(
    make_room: MakeRoom, shelf: Path, name: str
) -> None:
    """Transport and program streams count 90,000 a second in 33 bits: 26.5 hours."""
    start = 36_000 if name.startswith("late") else 2**33 / 90_000 - 3.4
    mpeg2 = name.endswith("mpg")
    path = write_film(
        shelf / name,
        [draw_number(number) for number in range(100)],
        codec="mpeg2video" if mpeg2 else "libx264",
        audio_codec="mp2" if mpeg2 else "aac",
        sound=beeps(4),
        options=_MPEG2 if mpeg2 else _LEANING,
        muxing={"output_ts_offset": str(start)},
    )
    room = make_room({"a": path})
    info = room.media["a"]
    assert (info.fps, info.vfr, info.frame_count, info.duration_ms) == (Fraction(25), False, 100, 4000)
    cut = room.render(movie(video_track(clip("a", 0, 1000, 2480), clip("a", 1000, 1000, 360))))
    assert cut.numbers == [*range(62, 87), *range(9, 34)]
    assert [round(one, 2) for one in onsets(cut.sound)] == [0.02, 0.52, 1.14, 1.64]


@pytest.mark.parametrize("start", [0, 36_000, 2**33 / 90_000 - 3.4])
def test_pauses_lie_where_the_pictures_are_whatever_the_clock_says(shelf: Path, start: float) -> None:
    sound = hum(6)
    sound[2 * 48_000 : 4 * 48_000] = 0
    path = write_film(
        shelf / f"pause-{start:.0f}.ts",
        [draw_number(number) for number in range(150)],
        sound=sound,
        muxing={"output_ts_offset": str(start)},
    )
    ((begin, end),) = analysis.pauses(str(path))
    assert 2000 <= begin <= 2400
    assert 3600 <= end <= 4000


def test_footage_whose_order_is_not_told_is_encoded_and_says_why(make_room: MakeRoom, shelf: Path) -> None:
    path = write_film(shelf / "vfw-2.avi", [draw_number(number) for number in range(100)], options=_LEANING)
    cut = make_room({"a": path}).render(
        movie(video_track(clip("a", 0, 2000, 400))), quality="source", crf=None
    )
    assert cut.numbers == [*range(10, 60)]
    assert any("when its pictures are shown" in note for note in cut.result.notes)


@pytest.mark.parametrize("quality", ["source", "high"])
def test_a_trembling_clock_is_cut_like_a_steady_one(make_room: MakeRoom, shelf: Path, quality: str) -> None:
    late = [(7 * number % 25 - 12) for number in range(150)]
    path = write_film(
        shelf / f"tremble-{quality}.mp4",
        [draw_number(number) for number in range(150)],
        times_ms=[100 + 40 * number + more for number, more in enumerate(late)],
    )
    room = make_room({"a": path})
    assert (room.media["a"].fps, room.media["a"].vfr) == (Fraction(25), False)
    timeline = movie(video_track(clip("a", 0, 2000, 440), clip("a", 2000, 2000, 3120)))
    cut = room.render(timeline, quality=quality, crf=None)
    assert cut.numbers == [*range(11, 61), *range(78, 128)]


def test_a_scrambled_transmission_is_called_encrypted(shelf: Path) -> None:
    path = write_film(shelf / "plain.ts", [draw_number(number) for number in range(50)])
    data = bytearray(path.read_bytes())
    for at in range(0, len(data), 188):
        data[at + 3] |= 0x80
    (shelf / "scrambled.ts").write_bytes(bytes(data))
    with pytest.raises(MediaError) as caught:
        probe(shelf / "scrambled.ts")
    assert caught.value.code == "encrypted"


def test_windows_media_tells_protection_and_what_is_missing(shelf: Path) -> None:
    path = write_film(
        shelf / "whole.wmv", [draw_number(number) for number in range(50)], codec="wmv2", options={"b": "4M"}
    )
    data = path.read_bytes()
    cut, locked = shelf / "cut.wmv", shelf / "locked.wmv"
    cut.write_bytes(data[: len(data) // 2])
    # The name of the object that says how long the file is becomes that of one which says how it is encrypted.
    properties = bytes.fromhex("b503bf5f2ea9cf118ee300c00c205365")
    assert properties in data
    locked.write_bytes(data.replace(properties, bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e"), 1))
    codes: list[Any] = []
    for broken in (cut, locked):
        with pytest.raises(MediaError) as caught:
            probe(broken)
        codes.append(caught.value.code)
    assert codes == ["truncated", "encrypted"]
