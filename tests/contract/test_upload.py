"""Footage on its way up: checked first, streamed, never twice."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from mango_skill.client.footage import part_files
from mango_skill.errors import ArgumentError, MangoError, MediaError

MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"\x00\x00\x00\x10moov\x00\x00\x00\x00abcd"


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / 'my "best" clip 你好.mp4'
    path.write_bytes(
        MP4 + b"\x00\x00\x10\x00free" + bytes(4088) + b"\x00\x04\x00\x08mdat" + os.urandom(262_144)
    )
    return path


def test_a_file_arrives_whole_with_its_name_and_tells_its_progress(
    service: Any, client: Any, clip: Path
) -> None:
    seen: list[Any] = []
    result = client.project().upload([clip], on_progress=seen.append)
    sent = service.of("upload-video")[0]
    assert clip.read_bytes() in sent.body
    assert b'filename="my %22best%22 clip ' + "你好".encode() in sent.body
    assert int(sent.headers["content-length"]) == len(sent.body)
    assert [one.sent for one in seen] == sorted(one.sent for one in seen)
    assert seen[-1].sent == seen[-1].total == clip.stat().st_size
    assert result.files[0].size == clip.stat().st_size
    assert service.violations == []


def test_several_files_and_links_go_to_one_session(
    service: Any, client: Any, clip: Path, tmp_path: Path
) -> None:
    song = tmp_path / "song.mp3"
    song.write_bytes(b"ID3" + bytes(100))
    result = client.project().upload([clip, song], ["https://example.com/a/b.mp4?x=1"])
    assert [one.name for one in result.files] == [clip.name, "song.mp3", "b.mp4"]
    assert len(service.sessions) == 1
    assert service.of("upload-video")[2].json == {
        "urls": ["https://example.com/a/b.mp4?x=1"],
        "source_type": "url",
    }
    assert len(result.media) == 3


def test_a_link_that_fails_is_named_and_keeps_no_other_out(service: Any, client: Any) -> None:
    def broken(wire: Any, request: Any) -> None:
        failure = {"code": 4003, "message": "The link broke off.", "data": None, "reason": "link_failed"}
        wire.json(failure, 502)

    service.once("upload", service.do_upload, broken)
    links = [f"https://example.com/{name}.mp4?key=1" for name in ("a", "b", "c")]
    result = client.project().upload([], links)
    assert [one.name for one in result.files] == ["a.mp4", "c.mp4"]
    assert [(one.name, one.error.message) for one in result.refused] == [("b.mp4", "The link broke off.")]
    assert [one.already for one in client.project().upload([], links).files] == [True, False, True]


def test_when_every_link_fails_the_first_reason_is_raised(service: Any, client: Any) -> None:
    failure = {"code": 4003, "message": "The link broke off.", "data": None, "reason": "link_failed"}
    service.once("upload", lambda wire, request: wire.json(failure, 502))
    with pytest.raises(MediaError) as caught:
        client.project().upload([], ["https://example.com/a.mp4"])
    assert caught.value.message == "The link broke off."


def test_a_file_is_sent_again_when_nobody_knows_what_was_there_before_it(
    service: Any, client: Any, clip: Path
) -> None:
    client.project().upload([clip])
    (session,) = service.sessions.values()
    path = client.project().path / "uploads.json"
    path.unlink()
    service.once("state", lambda w, r: w.answer(502, b""))
    service.once("upload", lambda w, r: w.reset())
    with pytest.raises(MangoError):
        client.project().upload([clip])
    client.project().upload([clip])
    assert len(session.media) == 2


def test_the_same_file_is_not_uploaded_twice_to_one_session(
    service: Any, client: Any, clip: Path, tmp_path: Path
) -> None:
    client.project().upload([clip])
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(clip.read_bytes())
    assert client.project().upload([clip]).files[0].already
    assert client.project().upload([copy]).files[0].already
    assert len(service.of("upload-video")) == 1
    assert not client.project("other").upload([clip]).files[0].already
    link = "https://example.com/b.mp4"
    assert not client.project().upload([], [link]).files[0].already
    assert client.project().upload([], [link]).files[0].already


def test_a_failed_upload_is_safe_to_repeat(service: Any, client: Any, clip: Path) -> None:
    service.once("upload", lambda wire, request: wire.reset())
    with pytest.raises(MangoError) as caught:
        client.project().upload([clip])
    assert caught.value.code == "interrupted"
    assert not client.project().upload([clip]).files[0].already
    assert len(only_media(service)) == 1


def test_an_upload_whose_answer_was_lost_is_not_sent_again(service: Any, client: Any, clip: Path) -> None:
    def script(wire: Any, request: Any) -> None:
        class Deaf:
            def json(self, value: Any) -> None:
                wire.reset()

        service.do_upload(Deaf(), request)

    service.once("upload", script)
    with pytest.raises(MangoError):
        client.project().upload([clip])
    assert client.project().upload([clip]).files[0].already
    assert len(only_media(service)) == 1


def only_media(service: Any) -> list[Any]:
    (session,) = service.sessions.values()
    media: list[Any] = session.media
    return media


def test_a_refusal_before_the_body_was_read_is_heard(service: Any, client: Any, tmp_path: Path) -> None:
    """The service answers from the length alone; the client still says why."""
    big = tmp_path / "big.mp4"
    with big.open("wb") as file:
        file.write(MP4 + (300_000_000 - len(MP4)).to_bytes(4, "big") + b"free")
        file.truncate(300_000_000)
    heard = threading.Event()

    def early(wire: Any, request: Any) -> None:
        wire.json({"code": 4002, "message": "too large"}, 413)
        heard.set()

    service.early_upload = early
    with pytest.raises(MangoError) as caught:
        client.project().upload([big])
    assert heard.is_set()
    assert caught.value.code == "4002"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("notes.txt", b"hello", "4001"),
        ("film.mp4", b"this is a text, not a film\n" * 50, "not_media"),
        ("page.mp4", b"<!doctype html><html></html>", "not_media"),
        ("empty.mov", b"", "empty"),
        ("cut.mp4", MP4[:24] + b"\x00\x10\x00\x00mdat" + bytes(100), "broken"),
        ("no-index.mp4", MP4[:24] + b"\x00\x00\x00\x6cmdat" + bytes(100), "broken"),
        ("lyrics.srt", b"1\n00:00:00,000 --> 00:00:01,000\nHi\n", "4001"),
        ("none", b"\x01\x02\x03", "4001"),
    ],
)
def test_a_file_that_can_not_be_used_is_refused_before_the_first_byte(
    *, name: str, content: bytes, code: str, service: Any, client: Any, tmp_path: Path, clip: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(MediaError) as caught:
        client.project().upload([path])
    assert caught.value.code == code
    assert path.name in caught.value.message
    assert caught.value.hint
    assert service.requests == []
    sent = client.project().upload([clip, path])
    assert [one.name for one in sent.files] == [clip.name]
    assert [(one.name, one.error.code) for one in sent.refused] == [(path.name, code)]
    assert len(service.of("upload-video")) == 1


def test_a_file_that_the_backend_can_not_use_does_not_keep_the_others_out(
    service: Any, client: Any, clip: Path, tmp_path: Path
) -> None:
    odd = tmp_path / "odd.mp4"
    odd.write_bytes(MP4 + b"odd")
    service.once("upload", lambda w, r: w.json({"code": 4001, "message": "unsupported"}))
    sent = client.project().upload([odd, clip])
    assert [one.name for one in sent.files] == [clip.name]
    assert [one.name for one in sent.refused] == ["odd.mp4"]
    assert [one.name for one in client.project().upload([odd]).files] == ["odd.mp4"]


def test_missing_files_and_folders_are_named(client: Any, tmp_path: Path) -> None:
    for path, code in ((tmp_path / "nowhere.mp4", "missing"), (tmp_path, "folder")):
        with pytest.raises(MediaError) as caught:
            client.project().upload([path])
        assert caught.value.code == code
    fifo = tmp_path / "pipe.mp4"
    os.mkfifo(fifo)
    with pytest.raises(MediaError):
        client.project().upload([fifo])


def test_a_file_without_an_ending_is_named_by_its_content(service: Any, client: Any, tmp_path: Path) -> None:
    path = tmp_path / "clip"
    path.write_bytes(MP4)
    assert client.project().upload([path]).files[0].name == "clip.mp4"


def test_the_clouds_size_limit_holds_for_the_cloud_alone(tmp_path: Path) -> None:
    big = tmp_path / "big.mkv"
    with big.open("wb") as file:
        file.write(b"\x1aE\xdf\xa3")
        file.truncate(500_000_001)
    with pytest.raises(MediaError) as caught:
        part_files([big], is_cloud=True)
    assert caught.value.code == "4002"
    (candidate,), refused = part_files([big], is_cloud=False)
    assert (candidate.path, refused) == (big, ())


@pytest.mark.parametrize("link", ["ftp://example.com/a.mp4", "file:///etc/passwd", "clip.mp4", "https://"])
def test_what_is_no_link_is_refused(link: str, service: Any, client: Any) -> None:
    with pytest.raises(ArgumentError):
        client.project().upload([], [link])
    assert service.requests == []


def test_a_name_that_is_no_valid_text_is_uploaded_all_the_same(
    service: Any, client: Any, tmp_path: Path
) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.mp4"))
    path.write_bytes(MP4)
    client.project().upload([path])
    assert client.project().upload([path]).files[0].already
    assert client.turn("say caf\udce9")["state"] == "done"
