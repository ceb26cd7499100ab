"""The file that comes out: every format, whole or not there at all, and looked at before it is handed over."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from threading import Event
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from mango_skill.engine.render import disk
from mango_skill.engine.render.encoder import Writer
from mango_skill.engine.render.planes import solid
from mango_skill.engine.render.run import run
from mango_skill.engine.render.verify import verify
from mango_skill.errors import MediaError, OutputError, RenderError
from mango_skill.timeline import Effect, TimeRange
from tests.engine.render.footage import (
    Room,
    clip,
    decode_pictures,
    into,
    movie,
    onsets,
    read_number,
    text,
    text_track,
    video_track,
)

PICTURES = {"mp4": "h264", "mov": "h264", "mkv": "h264", "webm": "vp9", "avi": "mpeg4"}
SOUNDS = {"mp3": "mp3", "wav": "pcm_s16le", "m4a": "aac", "aac": "aac"}


def sample() -> Any:
    return movie(
        video_track(clip("film", 0, 1000, 1200), into(clip("film", 1000, 1000, 4200), "crossfade", 200))
    )


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_every_video_format_holds_all_frames_and_the_sound_in_time(room: Room, name: str) -> None:
    cut = room.render(sample(), format=name, crf=None if name == "avi" else 12)
    assert len(cut.pictures) == 50
    assert cut.numbers[:20] == [*range(30, 50)]
    assert cut.numbers[30:] == [*range(110, 130)]
    assert np.allclose(onsets(cut.sound), [0.3, 0.8, 1.3, 1.8], atol=0.012)
    with av.open(str(cut.path)) as container:
        assert container.streams.video[0].codec_context.name.startswith(PICTURES[name])
        assert container.streams.video[0].average_rate == 25
    assert cut.result.facts.size == cut.path.stat().st_size


@pytest.mark.parametrize("name", sorted(SOUNDS))
def test_every_sound_format_holds_the_sound_in_time(room: Room, name: str) -> None:
    cut = room.render(sample(), format=name)
    assert not cut.pictures
    assert np.allclose(onsets(cut.sound), [0.3, 0.8, 1.3, 1.8], atol=0.03)
    with av.open(str(cut.path)) as container:
        assert container.streams.audio[0].codec_context.name.startswith(SOUNDS[name][:3])


def test_a_gif_has_the_colours_and_the_length_of_the_video(room: Room) -> None:
    cut = room.render(sample(), format="gif")
    with Image.open(cut.path) as image:
        assert image.size == (160, 90)
        frames = getattr(image, "n_frames", 1)
        lasts = sum(_duration(image, index) for index in range(frames))
    assert abs(lasts - 2000) < 80
    assert cut.numbers[0] == 30
    assert np.abs(cut.pictures[3][40:80, 10:70].mean(axis=(0, 1)) - (200, 40, 40)).max() < 30


def test_a_moving_webp_has_the_pictures_the_colours_and_the_length_of_the_video(room: Room) -> None:
    result = run(room.plan(sample(), format="webp"), room.sources, room.folder / "cut.webp")
    with Image.open(result.path) as image:
        assert image.size == (160, 90)
        lasts = [_duration(image, index) for index in range(getattr(image, "n_frames", 1))]
        image.seek(3)
        shown = np.asarray(image.convert("RGB"))
    assert abs(sum(lasts) - 2000) < 80
    assert read_number(shown) in (33, 34)
    assert np.abs(shown[40:80, 10:70].mean(axis=(0, 1)) - (200, 40, 40)).max() < 20


def _duration(image: Image.Image, index: int) -> int:
    image.seek(index)
    image.load()
    return int(image.info["duration"])


def test_an_mp4_can_be_played_before_it_has_all_arrived(room: Room) -> None:
    data = room.render(sample()).path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_the_picture_says_which_colours_it_means(room: Room) -> None:
    with av.open(str(room.render(sample()).path)) as container:
        context = container.streams.video[0].codec_context
        assert (context.pix_fmt, context.colorspace, context.color_range) == ("yuv420p", 1, 1)


def test_quality_decides_the_size_of_the_file(room: Room) -> None:
    small, high, source = (
        room.render(sample(), quality=quality, crf=None).result.facts.size
        for quality in ("small", "high", "source")
    )
    assert small < high < source


def test_another_size_and_rate_than_the_canvas(room: Room) -> None:
    cut = room.render(sample(), width=320, height=180, fps=50)
    assert cut.pictures[0].shape == (180, 320, 3)
    assert len(cut.pictures) == 100
    assert cut.numbers[0] == 30


def test_progress_only_grows_and_ends_at_a_hundred(room: Room) -> None:
    told: list[float] = []
    run(
        room.plan(sample()),
        room.sources,
        room.folder / "a.mp4",
        on_progress=lambda percent, stage: told.append(percent),
    )
    assert told == sorted(told)
    assert told[-1] == 100
    assert len(told) > 10


def folder_of(room: Room) -> list[str]:
    return sorted(path.name for path in room.folder.iterdir())


def test_a_cancelled_render_leaves_nothing(room: Room) -> None:
    cancel = Event()
    with pytest.raises(RenderError) as caught:
        run(
            room.plan(sample()),
            room.sources,
            room.folder / "a.mp4",
            cancel=cancel,
            on_progress=lambda percent, stage: cancel.set() if percent > 20 else None,
        )
    assert caught.value.code == "cancelled"
    assert folder_of(room) == []


@pytest.mark.parametrize(
    ("name", "quality"), [("mp4", "source"), ("mp4", "high"), ("webp", "high"), ("wav", "high")]
)
def test_a_render_that_is_cancelled_while_it_is_looked_at_leaves_nothing(
    room: Room, name: str, quality: str
) -> None:
    cancel = Event()
    with pytest.raises(RenderError) as caught:
        run(
            room.plan(sample(), format=name, quality=quality),
            room.sources,
            room.folder / f"a.{name}",
            cancel=cancel,
            on_progress=lambda percent, stage: cancel.set() if stage == "verify" else None,
        )
    assert caught.value.code == "cancelled"
    assert folder_of(room) == []


def test_a_source_that_is_gone_is_told_and_nothing_is_left(room: Room) -> None:
    plan = room.plan(sample())
    gone = {**room.sources, "film": replace(room.sources["film"], path=room.folder / "gone.mp4")}
    with pytest.raises(MediaError) as caught:
        run(plan, gone, room.folder / "a.mp4")
    assert caught.value.code == "source_vanished"
    assert folder_of(room) == []


def test_a_full_disk_is_told_and_nothing_is_left(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Writer, packets: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Writer, "write_stretch", full)
    with pytest.raises(OutputError) as caught:
        run(room.plan(sample()), room.sources, room.folder / "a.mp4")
    assert caught.value.code == "disk_full"
    assert folder_of(room) == []


def test_a_disk_that_has_no_room_for_the_mix_is_told_before_anything_is_written(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "_RESERVE_BYTES", 1 << 60)
    with pytest.raises(OutputError) as caught:
        run(room.plan(sample()), room.sources, room.folder / "a.mp4")
    assert caught.value.code == "disk_full"


def test_a_folder_that_is_not_there_is_told(room: Room) -> None:
    with pytest.raises(OutputError) as caught:
        run(room.plan(sample()), room.sources, room.folder / "nowhere" / "a.mp4")
    assert caught.value.code == "not_writable"


def test_an_older_file_of_the_name_stays_until_the_new_one_is_whole(room: Room) -> None:
    target = room.folder / "a.mp4"
    target.write_bytes(b"old")
    with pytest.raises(MediaError):
        run(
            room.plan(sample()),
            {**room.sources, "film": replace(room.sources["film"], path=Path("gone"))},
            target,
        )
    assert target.read_bytes() == b"old"
    run(room.plan(sample()), room.sources, target)
    assert len(decode_pictures(target)) == 50


def test_what_a_killed_render_left_behind_is_cleared_by_the_next(room: Room) -> None:
    (room.folder / ".a.mp4.part").write_bytes(b"half")
    (room.folder / ".a.mp4.part-mix").write_bytes(b"half")
    run(room.plan(sample()), room.sources, room.folder / "a.mp4")
    assert folder_of(room) == ["a.mp4"]


def refused(room: Room, path: Path, timeline: Any, **output: Any) -> str:
    with pytest.raises(RenderError) as caught:
        verify(path, room.plan(timeline, **output))
    assert caught.value.code == "not_as_planned"
    return caught.value.message


def test_a_result_that_is_not_as_planned_is_never_a_success(room: Room) -> None:
    path = room.render(sample()).path
    longer = movie(video_track(clip("film", 0, 2040)))
    assert "pictures are missing" in refused(room, path, longer)
    assert "size" in refused(room, path, sample(), width=320, height=180)
    assert "sound is missing" in refused(room, path, movie(video_track(clip("film", 0, 2000, volume=0.0))))
    assert "silent" in refused(
        room,
        path,
        movie(video_track(clip("film", 0, 2000)), effects=(Effect("mute", {}, TimeRange(0, 1000)),)),
    )
    assert "loudness" in refused(
        room, path, movie(video_track(clip("film", 0, 2000)), effects=(Effect("loudness", {"lufs": -40}),))
    )
    cut_short = room.folder / "short.mp4"
    cut_short.write_bytes(path.read_bytes()[:-3000])
    assert refused(room, cut_short, sample())


def test_a_file_with_other_pictures_than_those_composed_is_refused(room: Room) -> None:
    path = room.render(sample()).path
    grey = solid(160, 90, "#808080")
    with pytest.raises(RenderError) as caught:
        verify(path, room.plan(sample()), compose=lambda number: grey)
    assert "not the one that was planned" in caught.value.message


def test_a_file_that_ends_in_the_middle_is_refused(room: Room) -> None:
    empty = room.folder / "empty.mp4"
    empty.write_bytes(b"")
    assert "can't be read" in refused(room, empty, sample())


def test_an_odd_size_becomes_even(room: Room) -> None:
    picture = room.render(sample(), width=161, height=91).pictures[0]
    assert picture.shape[0] % 2 == picture.shape[1] % 2 == 0


def test_a_rate_of_ntsc_stays_exact(room: Room) -> None:
    cut = room.render(sample(), fps=[30000, 1001])
    with av.open(str(cut.path)) as container:
        assert container.streams.video[0].average_rate == Fraction(30000, 1001)
    assert len(cut.pictures) == 60


def test_a_video_with_everything_at_once(room: Room) -> None:
    timeline = movie(
        video_track(clip("film", 0, 1000, 1000), into(clip("humming", 1000, 1000), "circle", 400)),
        text_track(text("Hello 世界", 200, 1200, animation="pop", layout="lower_third")),
        effects=(
            Effect("look", {"name": "cinematic"}),
            Effect("vignette", {"percent": 40}),
            Effect("fade_out", {"duration": 400}),
            Effect("loudness", {"lufs": -16}),
            Effect("progress_bar", {}),
        ),
    )
    cut = room.render(timeline, workers=2, width=320, height=180)
    assert len(cut.pictures) == 50
    assert cut.pictures[-1].mean() < 12
