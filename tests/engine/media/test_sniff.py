"""What a file is, told by its first bytes."""

from __future__ import annotations

import pytest

from mango_skill.engine.media.sniff import sniff
from mango_skill.errors import MediaError
from mango_skill.protocol.constants import ENGINE_FORMATS

HEADS = {
    "mp4": b"\0\0\0\x20ftypisom\0\0\2\0",
    "mov": b"\0\0\0\x14ftypqt  \0\0\0\0",
    "m4a": b"\0\0\0\x20ftypM4A \0\0\0\0",
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0",
    "mkv": b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska",
    "webm": b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm",
    "avi": b"RIFF\x10\0\0\0AVI LIST",
    "wav": b"RIFF\x10\0\0\0WAVEfmt ",
    "webp": b"RIFF\x10\0\0\0WEBPVP8 ",
    "jpg": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "gif": b"GIF89a\x10\0\x10\0",
    "mp3": b"\xff\xfb\x90\x64" + bytes(60),
    "aac": b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(60),
    "flac": b"fLaC\0\0\0\x22",
    "ogg": b"OggS\0\2",
    "ts": (b"G\x40\x11\x10" + bytes(184)) * 4,
    "mpg": b"\0\0\1\xba\x44\0\4\0\4\1",
    "wmv": bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"),
    "flv": b"FLV\1\5\0\0\0\x09",
    "mxf": bytes.fromhex("060e2b34020501010d01020101020400"),
    "srt": b"1\r\n00:00:01,000 --> 00:00:02,000\r\nHello\r\n",
    "vtt": b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n",
    "cube": b'TITLE "warm"\nLUT_3D_SIZE 2\n0 0 0\n',
}


@pytest.mark.parametrize("name", ENGINE_FORMATS)
def test_every_accepted_format_is_known_by_its_content(name: str) -> None:
    assert sniff(HEADS[name], 1_000).format == name


@pytest.mark.parametrize("name", [name for name in HEADS if name not in {"srt", "vtt", "cube"}])
def test_sound_and_moving_pictures_get_a_named_demuxer(name: str) -> None:
    kind = sniff(HEADS[name], 1_000)
    assert bool(kind.demuxer) == (kind.family == "av")


def test_a_camera_puts_a_time_before_every_packet_of_its_stream() -> None:
    assert sniff((bytes(4) + b"G\x40\x11\x10" + bytes(184)) * 4, 1_000).demuxer == "mpegts"


def test_letters_that_look_like_one_packet_are_none() -> None:
    with pytest.raises(MediaError):
        sniff(b"G\0" + bytes(600), 602)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("ffconcat version 1.0\nfile /etc/passwd\n", "list of other files"),
        ("#EXTM3U\n#EXTINF:10,\nhttp://10.0.0.1/a.ts\n", "playlist"),
        ("<?xml version='1.0'?><MPD></MPD>", "XML"),
        ("<!DOCTYPE html><html></html>", "web page"),
        ("<?xml version='1.0'?><html xmlns='x'></html>", "web page"),
        ("just some words", "a text"),
        ("你好，世界" * 20, "a text"),
        ("[Script Info]\nTitle: x\n", "a text"),
    ],
)
def test_texts_that_are_not_captions_are_refused_by_name(words: str, named: str) -> None:
    with pytest.raises(MediaError) as caught:
        sniff(words.encode(), 1_000)
    assert caught.value.code == "4001"
    assert named in caught.value.message
    assert "mp4" in caught.value.hint


def test_a_text_with_a_byte_order_mark_is_still_a_text() -> None:
    with pytest.raises(MediaError, match="a text"):
        sniff("ordinary words".encode("utf-16"), 30)


@pytest.mark.parametrize(
    "data", [b"", bytes(400), b"\x7fELF\2\1\1" + bytes(60), b"PK\3\4" + bytes(60), bytes(range(128, 256))]
)
def test_empty_and_unknown_files_are_refused_with_what_is_accepted(data: bytes) -> None:
    with pytest.raises(MediaError) as caught:
        sniff(data, len(data))
    assert caught.value.code == "4001"
    assert all(name in caught.value.hint for name in ("mp4", "webm", "heic", "srt"))


def test_what_follows_a_tag_decides_between_mp3_and_aac() -> None:
    tag = b"ID3\x04\0\0\0\0\0\x0a" + bytes(10)
    assert sniff(tag + HEADS["mp3"], 1_000).format == "mp3"
    assert sniff(tag + HEADS["aac"], 1_000).format == "aac"
    assert sniff(tag + HEADS["flac"], 1_000).format == "flac"


def test_thousands_of_tags_one_after_the_other_are_no_trap() -> None:
    assert sniff((b"ID3\x04" + bytes(6)) * 6_000 + HEADS["mp3"], 70_000).format == "mp3"


@pytest.mark.parametrize("flood", ["\n", " ", "1\n", "\t\n", "0.1 ", "<", "-->", "00:00:01,000 -->\n"])
def test_a_flood_of_one_thing_is_refused_like_any_text(flood: str) -> None:
    """Would hang where a pattern looks at the same bytes again and again."""
    with pytest.raises(MediaError):
        sniff((flood * 65_536)[:65_536].encode(), 65_536)


def test_captions_in_an_old_code_page_are_still_captions() -> None:
    assert sniff("1\n00:00:01,000 --> 00:00:02,000\nÜber café\n".encode("latin-1"), 60).format == "srt"


def test_a_letter_cut_in_two_at_the_end_of_the_bytes_at_hand_does_no_harm() -> None:
    words = "1\n00:00:01,000 --> 00:00:02,000\n你好".encode()
    assert sniff(words[:-1], 10_000).format == "srt"
