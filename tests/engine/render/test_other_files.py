"""What is taken from a video besides the video: a picture of an instant, and the timeline for other editors."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import opentimelineio as otio
import pytest
from PIL import Image

from mango_skill.engine.render.cutlist import CutList, list_cuts
from mango_skill.engine.render.interchange import write_project
from mango_skill.engine.render.stills import narrow, save_still
from mango_skill.errors import RenderError
from mango_skill.timeline import Effect, Role, Timeline
from tests.engine.render.footage import (
    Room,
    audio_track,
    clip,
    into,
    made,
    movie,
    read_number,
    text,
    text_track,
    video_track,
)
from tests.engine.render.test_worker import finish, start, write_job


def go_on() -> None:
    return None


def sample() -> Timeline:
    return movie(
        video_track(clip("film", 0, 1000, 1200), into(clip("film", 1000, 1000, 4200), "crossfade", 200))
    )


def still_of(room: Room, timeline: Timeline, *, form: str = "png", at_ms: int | None = None) -> Any:
    path = room.folder / f"still.{form}"
    facts = save_still(room.plan(timeline), room.sources, path, at_ms=at_ms, form=form, check=go_on)
    return np.asarray(Image.open(path).convert("RGB")), facts


@pytest.mark.parametrize(
    ("at_ms", "number"), [(0, 30), (39, 30), (40, 31), (799, 49), (1999, 129), (-1, 129), (-1960, 31)]
)
def test_a_still_is_the_frame_that_a_viewer_sees_at_that_instant(room: Room, at_ms: int, number: int) -> None:
    picture, facts = still_of(room, sample(), at_ms=at_ms)
    assert read_number(picture) == number
    assert picture.shape[:2] == (90, 160)
    assert (facts["width"], facts["height"]) == (160, 90)


@pytest.mark.parametrize("form", ["jpg", "png"])
def test_a_still_without_an_instant_is_the_middle_and_says_so(room: Room, form: str) -> None:
    timeline = movie(video_track(clip("film", 0, 2000, 1000)))
    picture, facts = still_of(room, timeline, form=form)
    assert read_number(picture) == 50
    assert any("middle" in note for note in facts["notes"])
    assert not list(room.folder.glob(".*"))


def test_a_still_has_the_words_and_the_colours_of_the_video(room: Room) -> None:
    words = text_track(text("HELLO", 0, 2000, size_percent=30))
    plain, _ = still_of(room, sample(), at_ms=500)
    titled, _ = still_of(room, movie(sample().tracks[0], words), at_ms=500)
    assert np.abs(plain[40:80, 10:70].mean(axis=(0, 1)) - (200, 40, 40)).max() < 10
    assert (np.abs(titled.astype(int) - plain.astype(int)).max(axis=2) > 60).mean() > 0.02


def test_a_still_shows_captions_where_the_video_does_and_tells_what_no_font_has(room: Room) -> None:
    inset = clip(
        "plain",
        600,
        200,
        effects=(Effect("place", {"left_percent": 4, "width_percent": 30, "top_percent": 66}),),
    )
    caption = text("CAPTION \U0001fbff\U000f1234 OF\nALL", 0, 800, size_percent=12)
    timeline = movie(
        video_track(clip("plain", 0, 800)),
        video_track(inset, role=Role.OVERLAY),
        text_track(caption, role=Role.CAPTIONS),
    )
    picture, facts = still_of(room, timeline, at_ms=200)
    assert np.abs(picture.astype(int) - room.render(timeline).pictures[5]).mean() < 2
    assert any("no font here has" in note for note in facts["notes"])


def test_a_still_of_a_sound_is_refused(room: Room) -> None:
    timeline = movie(audio_track(clip("film", 0, 1000), role=Role.VOICE))
    with pytest.raises(RenderError, match="no picture"):
        still_of(room, timeline)


def test_only_the_footage_that_a_still_shows_is_looked_at(room: Room) -> None:
    plan = room.plan(sample())
    assert [len(narrow(plan, frame).lanes[0].layers) for frame in (5, 25, 45)] == [1, 2, 1]


# Other editors -----------------------------------------------------------------------------------------


def project() -> Timeline:
    """A cut, a dissolve, a gap, twice the speed, a photo-like hold, music that was made, a title, a caption."""
    main = video_track(
        clip("film", 0, 1000, 1200),
        into(clip("film", 1000, 1000, 4200), "crossfade", 200),
        clip("film", 2000, 500, 1000, speed=Fraction(2)),
        clip("film", 3000, 480, 2000, freeze=True),
    )
    bed = audio_track(made("music", 0, 3480, {"mood": "upbeat"}))
    return movie(
        main,
        bed,
        text_track(text("Hello there", 200, 800)),
        text_track(text("a caption", 1000, 400), role=Role.CAPTIONS),
        effects=(Effect("look", {"name": "noir"}),),
    )


Written = Callable[..., tuple[CutList, Any]]


@pytest.fixture
def written(room: Room) -> Written:
    """Writes a project and reads it again with OpenTimelineIO."""

    def write(form: str, timeline: Timeline, places: dict[str, str] | None = None) -> tuple[CutList, Any]:
        path = room.folder / f"out.{form}"
        names = {name: f"{name}.mp4" for name in room.sources}
        cuts = list_cuts(timeline, room.plan(timeline), room.media, names)
        size = write_project(cuts, path, form=form, name="holiday", places=places or {})
        assert size == path.stat().st_size
        adapter = "fcp_xml" if form == "xml" else "otio_json"
        return cuts, otio.adapters.read_from_file(str(path), adapter)

    return write


def items(track: Any) -> list[tuple[str, int]]:
    return [(type(one).__name__, round(one.duration().value)) for one in track]


@pytest.mark.parametrize("form", ["otio", "xml"])
def test_every_cut_stands_on_the_frame_on_which_the_export_cuts(
    written: Written, room: Room, form: str
) -> None:
    timeline = project()
    _, read = written(form, timeline)
    pictures = next(track for track in read.tracks if track.kind == otio.schema.TrackKind.Video)
    rendered = room.plan(timeline)
    assert items(pictures) == [
        ("Clip", 25),
        ("Transition", 5),
        ("Clip", 25),
        ("Clip", 13),
        ("Gap", 12),
        ("Clip", 12),
    ]
    assert round(read.duration().value) == rendered.frames
    spans = [layer.span for layer in rendered.lanes[0].layers]
    told = [pictures.trimmed_range_of_child(one) for one in pictures if isinstance(one, otio.schema.Clip)]
    assert [(round(one.start_time.value), round(one.duration.value)) for one in told] == [
        (one.first, one.count) for one in spans
    ]
    joint = rendered.lanes[0].joints[0].span
    blend = next(one for one in pictures if isinstance(one, otio.schema.Transition))
    assert (round(blend.in_offset.value), round(blend.out_offset.value)) == (
        25 - joint.first,
        joint.end - 25,
    )


def test_clips_begin_on_the_frame_of_their_file_that_the_export_shows(written: Written) -> None:
    _, read = written("otio", project())
    clips = [one for one in read.tracks[0] if isinstance(one, otio.schema.Clip)]
    assert [round(one.source_range.start_time.value) for one in clips] == [30, 105, 26, 50]
    assert clips[2].effects[0].time_scalar == 2.0
    assert isinstance(clips[3].effects[0], otio.schema.FreezeFrame)


def test_footage_is_named_as_the_user_knows_it_and_never_as_we_store_it(written: Written, room: Room) -> None:
    _, read = written("otio", project(), {"film": "/home/ann/My Films/film.mp4"})
    first = next(iter(read.tracks[0]))
    assert first.media_reference.target_url == "file:///home/ann/My%20Films/film.mp4"
    for form in ("otio", "xml"):
        written(form, project())
        told = (room.folder / f"out.{form}").read_text(encoding="utf-8")
        assert "film.mp4" in told
        assert str(room.sources["film"].path.parent) not in told


def test_what_does_not_carry_over_is_told_and_texts_are_markers(written: Written) -> None:
    cuts, read = written("otio", project())
    assert [marker.name for marker in read.tracks.markers] == ["Hello there", "a caption"]
    said = " ".join(cuts.notes)
    assert "2 texts" in said
    assert "look" in said
    assert "music" in said
    assert list(read.metadata["mango"]["notes"]) == list(cuts.notes)


def test_final_cut_is_told_speeds_and_levels_in_its_own_words(written: Written, room: Room) -> None:
    quiet = clip("film", 1000, 1000, 1000, volume=50.0)
    written("xml", movie(video_track(clip("film", 0, 500, 1000, speed=Fraction(2)), quiet)))
    tree = ET.parse(room.folder / "out.xml")
    effects = {
        effect.findtext("effectid"): {
            one.findtext("parameterid"): one.findtext("value") for one in effect.iter("parameter")
        }
        for effect in tree.iter("effect")
    }
    assert effects["timeremap"]["speed"] == "200"
    assert effects["audiolevels"]["level"] == "0.5"
    assert tree.find(".//pathurl") is not None


def test_an_order_for_other_editors_brings_the_captions_beside_it(tmp_path: Path, film: Path) -> None:
    timeline = movie(video_track(clip("film", 0, 1000)), text_track(text("hi", 0, 500), role=Role.CAPTIONS))
    job = write_job(tmp_path, timeline, film, path=str(tmp_path / "out.otio"), format="otio")
    status, said, _ = finish(start(job))
    assert status == 0
    assert said[-1]["done"]["sidecars"] == ["out.srt"]
    assert "hi" in (tmp_path / "out.srt").read_text(encoding="utf-8")


def test_an_order_for_a_still_is_carried_out_at_the_height_that_is_asked_for(
    tmp_path: Path, film: Path
) -> None:
    order = {"path": str(tmp_path / "out.jpg"), "format": "jpg", "height": 40, "at": 1000}
    status, said, _ = finish(start(write_job(tmp_path, sample(), film, **order)))
    assert status == 0
    with Image.open(tmp_path / "out.jpg") as image:
        assert image.format == "JPEG"
        assert image.height == 40
    assert said[-1]["done"]["height"] == 40
