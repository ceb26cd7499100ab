"""Caption files as they are found: of every program, in every encoding."""

from __future__ import annotations

from pathlib import Path

import pytest

from mango_skill.engine.media.texts import read_cues

LINES = {
    "gb18030": "你好，世界。今天天气很好，我们去看“城市”",
    "big5": "今天天氣很好，我們去看電影，好嗎？",
    "cp932": "こんにちは、今日は天気がいいですね",
    "cp949": "안녕하세요 여러분, 오늘은 날씨가 좋네요",
    "cp1251": "Привет, как дела? Всё хорошо",
    "cp1252": "Crème brûlée à la façon — déjà vu",
    "utf-8-sig": "Grüße, 你好",
    "utf-16": "Grüße, 你好",
}


def read(folder: Path, text: str | bytes, name: str = "words.srt") -> list[tuple[int, int, str]]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_cues(path))


@pytest.mark.parametrize("codec", LINES)
def test_captions_are_read_in_the_encoding_they_are_in(tmp_path: Path, codec: str) -> None:
    words = f"1\r\n00:00:01,000 --> 00:00:02,500\r\n{LINES[codec]}\r\n\r\n"
    assert read(tmp_path, words.encode(codec)) == [(1000, 2500, LINES[codec])]


def test_an_empty_line_inside_a_subrip_cue_does_not_end_it(tmp_path: Path) -> None:
    words = (
        "1\n00:00:01,000 --> 00:00:02,000\nfirst\n\nsecond\n\n2\n00:00:03 --> 00:00:04\nthird\n\n\nfourth\n"
    )
    assert read(tmp_path, words) == [(1000, 2000, "first\nsecond"), (3000, 4000, "third\nfourth")]


def test_webvtt_settings_names_notes_and_markup_are_no_words(tmp_path: Path) -> None:
    words = (
        "WEBVTT - talk\n\nSTYLE\n::cue { color: red }\n\nintro\n"
        "00:01.000 --> 00:02.000 line:0 position:20%\n"
        "<v Ann>Hi <c.yellow>you</c> &amp; me <00:01.500>5 < 6 > 2\n\n"
        "NOTE between\nthe cues\n\n00:03.000 --> 00:04.000\n{\\an8}top\n\nNOTE the end\n"
    )
    found = read(tmp_path, words, "words.vtt")
    assert found == [(1000, 2000, "Hi you & me 5 < 6 > 2"), (3000, 4000, "top")]
