"""``mango make``: the main job, and what bad input gets."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image


def measures(path: Path) -> tuple[float, int, int]:
    """Return seconds, width and height of a video that decodes to its end."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = sum(1 for _ in container.decode(stream))
        assert stream.average_rate is not None
        return frames / float(stream.average_rate), stream.width, stream.height


def test_a_clip_and_a_sentence_become_a_finished_video(mango: Any, media: Path) -> None:
    done = mango(
        "make",
        str(media / "talk.mp4"),
        "turn my footage into a polished short video with music",
        "-o",
        "out.mp4",
    )
    seconds, width, height = measures(mango.folder / "out.mp4")
    assert 3 < seconds < 6
    assert (width, height) == (320, 180)
    assert "Timeline (" in done.out
    assert "out.mp4" in done.out
    assert [stage for stage in ("Upload", "Edit", "Render") if stage not in done.err] == []
    assert [path.name for path in mango.folder.iterdir()] == ["out.mp4"]


def test_a_made_project_can_be_changed_further(mango: Any, media: Path) -> None:
    made = mango("make", str(media / "talk.mp4"), "keep the first 2 seconds", "-o", "a.mp4", "--json").answer
    assert measures(mango.folder / "a.mp4")[0] == pytest.approx(2, abs=0.05)
    mango("edit", "--project", made["project"], "keep the first second")
    mango("export", "--project", made["project"], "-o", "b.mp4")
    assert measures(mango.folder / "b.mp4")[0] == pytest.approx(1, abs=0.05)


def test_words_that_only_name_a_format_change_the_format(mango: Any, media: Path) -> None:
    mango("make", str(media / "silent.mp4"), "export as webm", "-o", "out.webm")
    with av.open(str(mango.folder / "out.webm")) as container:
        assert "webm" in container.format.name


def test_captions_asked_for_as_a_file_lie_beside_the_video(mango: Any, media: Path) -> None:
    words = mango.folder.parent / "words.srt"
    words.write_text("1\n00:00:00,500 --> 00:00:01,500\nHello there\n", encoding="utf-8")
    wish = "use words.srt as captions in a separate file"
    done = mango("make", str(media / "silent.mp4"), str(words), wish, "-o", "out.mp4")
    beside = mango.folder / "out.srt"
    assert "Hello there" in beside.read_text(encoding="utf-8")
    assert str(beside) in done.out


def test_captions_alone_are_exported_as_their_file(mango: Any, media: Path) -> None:
    words = mango.folder.parent / "words.srt"
    words.write_text("1\n00:00:00,500 --> 00:00:01,500\nHello there\n", encoding="utf-8")
    made = mango(
        "make", str(media / "silent.mp4"), str(words), "use words.srt as captions", "-o", "o.mp4", "--json"
    ).answer
    mango("export", "--project", made["project"], "-o", "o.vtt")
    assert (mango.folder / "o.vtt").read_text(encoding="utf-8") == (
        "WEBVTT\n\n00:00:00.500 --> 00:00:01.500\nHello there\n"
    )
    mango("edit", "--project", made["project"], "remove the captions")
    refused = mango("export", "--project", made["project"], "-o", "none.srt", expect=3)
    assert "There are no captions" in refused.err
    assert not (mango.folder / "none.srt").exists()


def test_a_clip_without_sound_is_made_too(mango: Any, media: Path) -> None:
    mango("make", str(media / "silent.mp4"), "cut the first half second", "-o", "out.mp4")
    assert measures(mango.folder / "out.mp4")[0] == pytest.approx(1.5, abs=0.05)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("missing.mp4", "no file"),
        (".", "folder"),
        ("words.mp4", "words.mp4"),
        ("cut.mp4", "ends in the middle"),
        ("empty.mp4", "empty"),
    ],
)
def test_footage_that_can_not_be_used_is_one_sentence(mango: Any, media: Path, name: str, word: str) -> None:
    done = mango("make", str(media / name), "cut the pauses", "-o", "out.mp4", expect=4)
    assert word in done.sentence
    assert done.out == ""
    assert list(mango.folder.iterdir()) == []


def test_words_that_mean_no_edit_are_said_and_nothing_is_written(mango: Any, media: Path) -> None:
    done = mango("make", str(media / "silent.mp4"), "blorb the frobnicator", "-o", "out.mp4", expect=3)
    assert "--project" in done.sentence
    assert list(mango.folder.iterdir()) == []


def test_an_output_that_exists_stays_unless_overwriting_was_said(mango: Any, media: Path) -> None:
    output = mango.folder / "out.mp4"
    output.write_text("mine", encoding="utf-8")
    words = ("make", str(media / "silent.mp4"), "keep the first second", "-o", "out.mp4")
    done = mango(*words, expect=5)
    assert "exists already" in done.sentence
    assert output.read_text(encoding="utf-8") == "mine"
    mango(*words, "--overwrite")
    assert measures(output)[0] == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(("output", "word"), [("nowhere/out.mp4", "folder"), ("/proc/out.mp4", "written")])
def test_an_output_that_can_not_be_written_is_said_before_any_work(
    mango: Any, media: Path, output: str, word: str
) -> None:
    done = mango("make", str(media / "silent.mp4"), "keep the first second", "-o", output, expect=5)
    assert word in done.sentence
    assert "Edit" not in done.err


def test_a_folder_as_output_gets_a_file_named_after_the_footage(mango: Any, media: Path) -> None:
    mango("make", str(media / "silent.mp4"), "export as mp4", "-o", ".")
    assert [path.name for path in mango.folder.iterdir()] == ["silent-edited.mp4"]


def test_an_unknown_ending_is_refused_with_the_known_ones(mango: Any, media: Path) -> None:
    done = mango("make", str(media / "silent.mp4"), "keep the first second", "-o", "out.xyz", expect=2)
    assert "mp4" in done.sentence


@pytest.mark.parametrize("words", [["clip.mp4"], [], ["clip.mp4", ""]])
def test_missing_words_are_asked_for(mango: Any, words: list[str]) -> None:
    assert mango("make", *words, expect=2).sentence


def test_a_home_that_can_not_be_written_is_one_sentence(mango: Any, media: Path) -> None:
    (mango.folder / "file").write_text("in the way", encoding="utf-8")
    done = mango(
        "make",
        str(media / "silent.mp4"),
        "keep the first second",
        "-o",
        "out.mp4",
        expect=9,
        MANGO_HOME=str(mango.folder / "file" / "home"),
    )
    assert "MANGO_HOME" in done.sentence


def test_ctrl_c_ends_cleanly_and_says_how_to_go_on(mango: Any, media: Path) -> None:
    process = mango.start("make", str(media / "talk.mp4"), "polished, with music", "-o", "out.mp4")
    for line in process.stderr:
        if line.startswith("Edit"):
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "Stopped" in err
    assert out == ""
    assert not (mango.folder / "out.mp4").exists()


def test_a_name_whose_ending_is_not_what_the_words_ask_for_is_refused_before_any_work(
    mango: Any, media: Path
) -> None:
    wish = "export the first second as a gif"
    done = mango("make", str(media / "talk.mp4"), wish, "-o", "out.mp4", expect=2)
    assert "gif" in done.sentence
    assert "Upload" not in done.err
    assert not list(mango.folder.iterdir())


def test_a_part_in_another_format_under_a_name_is_made_from_one_sentence(mango: Any, media: Path) -> None:
    mango("make", str(media / "talk.mp4"), "export the first second as a gif and call it wave")
    with Image.open(mango.folder / "wave.gif") as image:
        assert 10 <= getattr(image, "n_frames", 1) <= 16


def test_pictures_and_projects_are_exported_by_their_names(mango: Any, media: Path) -> None:
    mango("upload", str(media / "talk.mp4"))
    mango("export", "-o", "cover.jpg", "--at-s", "1")
    with Image.open(mango.folder / "cover.jpg") as image:
        assert image.size == (320, 180)
    mango("send", "export as otio and call it my cut")
    (project,) = mango.folder.parent.rglob("my cut.otio")
    told = project.read_text(encoding="utf-8")
    assert (media / "talk.mp4").as_uri() in told
    assert str(mango.home / "engine") not in told


def test_what_every_command_takes_may_stand_before_the_command(mango: Any) -> None:
    assert isinstance(mango("--json", "--backend", "local", "projects").answer, dict | list)
