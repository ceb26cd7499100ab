"""Quotations, file names and links are found in every style, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mango_skill.language.quotes import (
    find_links,
    find_quotes,
    mask,
    mask_mentions,
    read_mentions,
)


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ('write "Download now" here', ["Download now"]),
        ("write 'speed up 2x' on screen", ["speed up 2x"]),
        ("标题写“积分兑换指南”", ["积分兑换指南"]),
        ("タイトルは「春」と『夏』", ["春", "夏"]),
        ("「外「内」外」を入れて", ["外「内」外"]),
        ("schreib „Hallo Welt“ darüber", ["Hallo Welt"]),
        ("écris « Salut » à la fin", [" Salut "]),
        ("it’s ‘late’ now", ["late"]),
        ("say `export` softly", ["export"]),
        ("title: 《流浪地球》", ["流浪地球"]),
        (r'say "a \"b\" c" now', [r"a \"b\" c"]),
        (r'use "C:\films\" and "x"', ["C:\\films\\", "x"]),
        ('put "Export now', ["Export now"]),
    ],
)
def test_quotation_is_found_in_every_style(text: str, inner: list[str]) -> None:
    assert [quote.text for quote in find_quotes(text)] == inner


@pytest.mark.parametrize(
    "text",
    [
        "don't touch the dogs' bed, it's fine",
        "rock 'n' roll from the '90s",
        'a 5" screen',
        "l'export d'aujourd'hui",
        "she said it’s the dogs’ day",
    ],
)
def test_apostrophe_and_inch_mark_quote_nothing(text: str) -> None:
    assert find_quotes(text) == ()


def test_newer_opening_apostrophe_wins_over_a_stray_one() -> None:
    assert [quote.text for quote in find_quotes("the 'cause of 'Retro' and don't")] == ["Retro"]


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (r"here is C:\Users\kim\Videos\take2.mkv", [r"C:\Users\kim\Videos\take2.mkv"]),
        ("ingest everything in ~/shoot/day1.", ["~/shoot/day1"]),
        ("把 /data/口播.mp4 的停顿剪掉", ["/data/口播.mp4"]),
        ("用歌.mp3当背景音乐", ["歌.mp3"]),
        ("(file: my clip one.mp4)", ["my clip one.mp4"]),
        ("[附件: 采访.mov、b.mp4]", ["采访.mov", "b.mp4"]),
        ("use 'my clip.mp4' please", ["my clip.mp4"]),
        ("a.jpg, b.jpg and c.jpg", ["a.jpg", "b.jpg", "c.jpg"]),
        ("/home/eva/mi boda.mp4", ["/home/eva/mi boda.mp4"]),
        ("this is the clip -> IMG_2041.MOV", ["IMG_2041.MOV"]),
        ("upload the photos in ./vacation", ["./vacation"]),
        ("make it 9/16 and/or /export", []),
        ("as .mp4, e.g. version 1.2", []),
        ("see https://example.com/a.mp4", []),
        ('write "watch intro.mp4 today" on it', []),
    ],
)
def test_file_names_are_found_and_look_alikes_are_not(text: str, paths: list[str]) -> None:
    assert [mention.path for mention in read_mentions(text).files] == paths


def test_kind_follows_the_ending() -> None:
    kinds = [file.kind for file in read_mentions("a.mov b.wav c.png d.srt e.cube ./folder").files]
    assert kinds == ["video", "audio", "image", "captions", "other", "folder"]


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("see https://x.com/a.mp4, ok", ["https://x.com/a.mp4"]),
        ("视频链接：https://cdn.example.com/a.mp4帮我加字幕", ["https://cdn.example.com/a.mp4"]),
        ("youtu.be/abc123 please", ["youtu.be/abc123"]),
        ("(https://x.com/a_b).", ["https://x.com/a_b"]),
        ("visit mysite.com today", []),
    ],
)
def test_links_end_where_the_sentence_goes_on(text: str, urls: list[str]) -> None:
    assert [link.url for link in find_links(text)] == urls


def test_masks_keep_every_offset() -> None:
    text = 'cut "a b" from raw.mp4 at https://x.com/1 now'
    masked = mask_mentions(text)
    assert len(masked) == len(text)
    assert masked.endswith(" now")
    assert not {"a b", "raw", "x.com"} & set(masked.split())
    assert mask("abcd", [(1, 3), (2, 3)], fill="_") == "a__d"


@settings(max_examples=150, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("ab .\\/'\"“”「」『』《》«»`:;,mp4\n\x00中のé<>()[]-_~"), max_size=120)
)
def test_any_text_is_read_without_failing_and_spans_are_exact(text: str) -> None:
    mentions = read_mentions(text)
    assert len(mentions.masked) == len(text)
    for quote in mentions.quotes:
        assert text[quote.inner_start : quote.inner_end] == quote.text
    for file in mentions.files:
        assert text[file.start : file.end] == file.path
    for link in mentions.links:
        assert text[link.start : link.end] == link.url
