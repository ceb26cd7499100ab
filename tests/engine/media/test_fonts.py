"""Text as a picture, in every script, where it belongs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from mango_skill.engine.media.bidi import is_right_to_left, visual_runs
from mango_skill.engine.media.clusters import split_clusters
from mango_skill.engine.media.coverage import read_coverage
from mango_skill.engine.media.fonts import (
    POSITIONS,
    DrawnText,
    TextStyle,
    draw_text,
    parse_color,
    set_text,
)
from mango_skill.engine.media.tongues import guess_tongue
from mango_skill.engine.media.typefaces import find_face

CANVAS = (640, 360)
PLAIN = TextStyle(shadow_opacity=0.0)
CAPTION_STYLE = TextStyle(
    size_percent=5.2, weight=700, position="bottom", margin_percent=8.0, max_width_percent=80.0,
    outline_percent=7.0, shadow_opacity=0.35,
)  # fmt: skip
LOWER_THIRD_STYLE = TextStyle(
    size_percent=5.0, weight=600, position="lower_third", align="left", box_color="#101418",
    box_opacity=0.72, shadow_opacity=0.0,
)  # fmt: skip

SCRIPTS = {
    "Latin": "Crème brûlée", "Greek": "Ελληνικά", "Cyrillic": "Привет", "Chinese": "你好世界", "Traditional": "臺灣電視",
    "Japanese": "こんにちは", "Korean": "안녕하세요", "Arabic": "مرحبا", "Hebrew": "שלום", "Hindi": "नमस्ते", "Thai": "สวัสดี",
    "Bengali": "নমস্কার", "Tamil": "வணக்கம்", "emoji": "🎉🥭", "flag": "🇨🇳", "family": "👨‍👩‍👧", "keycap": "1️⃣", "symbols": "★→♫✓",
}  # fmt: skip


def ink(drawn: DrawnText) -> np.ndarray:
    return np.asarray(drawn.image.getchannel("A"))


def differ(one: DrawnText, other: DrawnText) -> bool:
    return ink(one).shape != ink(other).shape or not np.array_equal(ink(one), ink(other))


@pytest.mark.parametrize("words", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_every_script_has_its_letters_and_no_empty_boxes(words: str) -> None:
    assert draw_text(words, PLAIN, CANVAS).missing == ()
    for cluster in split_clusters(words.replace(" ", "")):
        face = find_face(cluster)
        assert face is not None
        assert read_coverage(face.path, face.index).has_all(
            ord(one) for one in cluster if ord(one) not in {0x200D, 0xFE0F}
        )
        assert differ(draw_text(cluster, PLAIN, CANVAS), draw_text("\U000e1234", PLAIN, CANVAS))


def test_one_line_may_mix_scripts_and_keeps_all_of_them() -> None:
    parts = ("Mango ", "测试", " 🥭 ", "тест")
    widths = [draw_text(part.strip(), PLAIN, (2_000, 360)).image.width for part in parts]
    whole = draw_text("".join(parts), PLAIN, (2_000, 360))
    assert whole.lines == ("Mango 测试 🥭 тест",)
    assert sum(widths) < whole.image.width < sum(widths) * 1.3


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("canvas", [(640, 360), (360, 640), (320, 320)])
def test_text_stays_within_the_safe_margin_everywhere(position: str, canvas: tuple[int, int]) -> None:
    words = "The quick brown fox jumps over the lazy dog 你好世界"
    left, top, right, bottom = draw_text(words, replace(PLAIN, position=position), canvas).box
    slack = 0.04 * min(canvas)
    assert left >= slack
    assert top >= slack
    assert right <= canvas[0] - slack
    assert bottom <= canvas[1] - slack


def test_positions_are_where_their_names_say() -> None:
    boxes = {name: draw_text("Hi", replace(PLAIN, position=name), CANVAS).box for name in POSITIONS}
    assert boxes["top"][3] < 180 < boxes["bottom"][1]
    assert boxes["left"][2] < 320 < boxes["right"][0]
    assert abs((boxes["center"][0] + boxes["center"][2]) / 2 - 320) < 3
    assert boxes["lower_third"][2] < 320
    assert boxes["lower_third"][1] > 180


def test_a_place_in_percent_is_the_middle_of_the_text() -> None:
    left, top, right, bottom = draw_text("xxx", replace(PLAIN, x_percent=25, y_percent=75), CANVAS).box
    assert abs((left + right) / 2 - 160) < 4
    assert abs((top + bottom) / 2 - 270) < 14


def test_lines_break_at_words_and_are_about_equally_long() -> None:
    words = "In this video we will see how a mango grows from a seed to a tree"
    drawn = draw_text(words, replace(CAPTION_STYLE, max_width_percent=50), CANVAS)
    assert " ".join(drawn.lines) == words
    assert len(drawn.lines) > 1
    assert min(map(len, drawn.lines)) > 0.6 * max(map(len, drawn.lines))


def test_chinese_breaks_between_letters_but_never_before_a_comma() -> None:
    words = "在这个视频里，我们会看到城市的夜晚，霓虹灯下的街道，和来来往往的人群，非常漂亮。" * 2
    drawn = draw_text(words, CAPTION_STYLE, (360, 640))
    assert "".join(drawn.lines) == words
    assert len(drawn.lines) > 3
    assert not any(line[0] in "，。" for line in drawn.lines)


def test_given_line_breaks_are_kept() -> None:
    assert draw_text("one\ntwo\n\nfour", PLAIN, CANVAS).lines == ("one", "two", "", "four")


def test_a_long_word_is_made_smaller_before_it_is_broken() -> None:
    word = "Donaudampfschifffahrtsgesellschaft"
    drawn = draw_text(word, replace(PLAIN, size_percent=12), CANVAS)
    assert drawn.lines == (word,)
    assert drawn.size_px < 43
    endless = draw_text("m" * 400, PLAIN, CANVAS)
    assert "".join(endless.lines) == "m" * 400
    assert endless.box[2] <= 640


def test_much_text_is_made_smaller_until_it_fits() -> None:
    drawn = draw_text("some words that go on and on " * 12, replace(PLAIN, size_percent=10), CANVAS)
    assert drawn.size_px < 36
    assert drawn.box[3] - drawn.box[1] <= 340


def test_arabic_runs_from_right_to_left_around_numbers_and_latin() -> None:
    assert is_right_to_left("مرحبا Mango")
    runs = visual_runs(split_clusters("مرحبا Mango 12"), True)
    assert [run.right_to_left for run in runs] == [False, True]
    assert runs[0].text == "Mango 12"
    mixed = visual_runs(split_clusters("say שלום now"), False)
    assert [run.text for run in mixed] == ["say ", "שלום", " now"]


def test_arabic_letters_are_joined() -> None:
    apart = sum(draw_text(letter, PLAIN, CANVAS).image.width for letter in "مرحبا")
    assert draw_text("مرحبا", PLAIN, CANVAS).image.width < 0.9 * apart


def test_colours_are_exact_and_soft_edges_are_not_darkened() -> None:
    drawn = np.asarray(draw_text("MMM", replace(PLAIN, color="#FFD000", size_percent=20), CANVAS).image)
    seen = drawn[drawn[..., 3] > 0]
    assert (seen[:, :3] == (255, 208, 0)).all()
    assert ((seen[:, 3] > 20) & (seen[:, 3] < 235)).any()


def test_outline_and_box_and_shadow_add_what_they_promise() -> None:
    plain = draw_text("Hello", PLAIN, CANVAS)
    outlined = draw_text("Hello", replace(PLAIN, outline_percent=10, outline_color="red"), CANVAS)
    boxed = draw_text("Hello", replace(PLAIN, box_color="black", box_opacity=0.5), CANVAS)
    shadowed = draw_text("Hello", replace(PLAIN, shadow_opacity=0.5), CANVAS)
    assert outlined.image.width > plain.image.width
    assert (np.asarray(outlined.image)[..., 0] > 200).any()
    assert abs(int(np.asarray(boxed.image)[boxed.image.height // 2, 4, 3]) - 128) < 3
    assert shadowed.image.height > plain.image.height


def test_weight_and_slant_change_the_letters() -> None:
    def darkness(style: TextStyle) -> float:
        return float(ink(draw_text("Hello 你好", style, CANVAS)).sum())

    assert darkness(replace(PLAIN, weight=800)) > 1.3 * darkness(replace(PLAIN, weight=300))
    assert differ(draw_text("Hello", replace(PLAIN, italic=True), CANVAS), draw_text("Hello", PLAIN, CANVAS))


def test_size_follows_the_shorter_side_of_the_canvas() -> None:
    wide, tall = draw_text("Hi", PLAIN, (1920, 1080)), draw_text("Hi", PLAIN, (1080, 1920))
    assert wide.size_px == tall.size_px == round(10.80 * PLAIN.size_percent)


def test_a_family_that_is_not_there_falls_back_to_one_that_is() -> None:
    assert not differ(
        draw_text("Hello", replace(PLAIN, family="No Such Font"), CANVAS), draw_text("Hello", PLAIN, CANVAS)
    )


def test_a_lower_third_stands_at_the_left_on_its_box() -> None:
    drawn = draw_text("Dr. Ada Lovelace\n首席工程师", LOWER_THIRD_STYLE, CANVAS)
    assert drawn.box[0] < 40
    assert drawn.box[1] > 200
    assert ink(drawn).min() >= 0
    assert (ink(drawn) > 150).mean() > 0.9


@pytest.mark.parametrize("color", ["white", "#ff0000", "#FF000080", " Yellow "])
def test_colours_are_words_or_numbers(color: str) -> None:
    assert len(parse_color(color)) == 4


def test_control_characters_are_not_drawn_and_a_novel_ends_somewhere() -> None:
    assert draw_text("a\x00b\x1bc\u202e\ufeff\r\nd", PLAIN, CANVAS).lines == ("abc", "d")
    endless = draw_text("word " * 20_000, PLAIN, CANVAS)
    assert sum(map(len, endless.lines)) <= 2_000


@given(st.text(max_size=60))
@settings(max_examples=40, deadline=None)
def test_any_text_can_be_drawn(words: str) -> None:
    drawn = draw_text(words, replace(PLAIN, size_percent=5), (320, 180))
    assert drawn.image.width > 0
    assert "".join(split_clusters(words)) == words


def test_brackets_and_numbers_stand_as_the_standard_has_them() -> None:
    shown = {
        "סרטון Mango (2026) חדש!": "!שדח Mango (2026) ןוטרס",
        "מחיר: 12.50 ₪, טוב": "בוט ,₪ 12.50 :ריחמ",
        "say (שלום 12) now": "say (12 םולש) now",
        "رقم ١٢٫٥ (a)": "(a) ١٢٫٥ مقر",
    }
    for said, wanted in shown.items():
        runs = visual_runs(split_clusters(said), is_right_to_left(said))
        mirrored = str.maketrans("()", ")(")
        seen = "".join(run.text[::-1].translate(mirrored) if run.right_to_left else run.text for run in runs)
        assert seen == wanted


def test_a_line_that_begins_with_latin_keeps_the_direction_of_its_paragraph() -> None:
    words = "مرحبا بكم في هذه القناة الجديدة من Mango للفيديو والموسيقى"
    drawn = set_text(words, replace(PLAIN, max_width_percent=30), CANVAS)
    assert len(drawn.lines) > 2
    assert all(line.right_to_left for line in drawn.lines)


@pytest.mark.parametrize(
    ("words", "tongue"),
    [
        ("这个视频", "zh"),
        ("臺灣電視", "zh-hant"),
        ("東京駅", "ja"),
        ("骨とラーメン", "ja"),
        ("안녕", "ko"),
        ("骨", None),
        ("Mango", None),
    ],
)
def test_whose_forms_are_meant_is_read_from_the_characters(words: str, tongue: str | None) -> None:
    assert guess_tongue([words]) == tongue


def test_an_ideograph_looks_as_its_language_writes_it() -> None:
    alike = "直"
    forms = {
        name: draw_text(alike, replace(PLAIN, language=name), CANVAS) for name in ("zh", "ja", "zh-hant")
    }
    assert differ(forms["zh"], forms["ja"])
    # The language of a text that tells by itself counts more than the style's.
    assert not differ(
        draw_text("直接です", replace(PLAIN, language="zh"), CANVAS),
        draw_text("直接です", replace(PLAIN, language="ja"), CANVAS),
    )


def test_what_no_font_has_is_left_out_and_told() -> None:
    drawn = draw_text("A \U000e1234 B \u0378\ue000C", PLAIN, CANVAS)
    assert drawn.lines == ("A B C",)
    assert set(drawn.missing) == {"\U000e1234", "\u0378", "\ue000"}
    assert draw_text("👩\u200d\U0001fbff🚀", PLAIN, CANVAS).lines == ("👩🚀",)


@pytest.mark.parametrize("words", ["👨‍👩‍👧", "👍🏽", "🇨🇳", "1️⃣", "🏳️‍🌈"])
def test_a_sequence_of_emoji_is_one_picture(words: str) -> None:
    one = draw_text("👍", PLAIN, CANVAS).image.width
    assert draw_text(words, PLAIN, CANVAS).image.width < 1.6 * one


def test_an_address_is_broken_at_its_parts_before_it_gets_small() -> None:
    words = "https://www.example.com/watch/very/long/path?query=123456789&more=abcdef"
    drawn = draw_text(words, replace(PLAIN, size_percent=8), CANVAS)
    assert drawn.size_px == 29
    assert "".join(drawn.lines) == words
    assert all(line[-1] in "/?&=." for line in drawn.lines[:-1])


def test_more_than_fits_ends_in_three_points() -> None:
    drawn = draw_text("word " * 300, replace(CAPTION_STYLE, max_height_percent=40), CANVAS)
    assert drawn.cut
    assert drawn.lines[-1].endswith("…")
    assert drawn.box[3] - drawn.box[1] <= 0.45 * CANVAS[1]


@pytest.mark.parametrize("ground", ["white", "black", "noise"])
@pytest.mark.parametrize("look", [{"outline_percent": 9.0}, {}, {"box_color": "black"}, {"color": "#111111"}])
def test_letters_can_be_told_from_any_ground(ground: str, look: dict[str, object]) -> None:
    style = replace(TextStyle(size_percent=9, shadow_opacity=0.45), **look)
    drawn = draw_text("Mango 你好", style, CANVAS)
    noise = np.random.default_rng(3).integers(0, 256, (drawn.image.height, drawn.image.width), dtype=np.uint8)
    under = {"white": np.full_like(noise, 255), "black": np.zeros_like(noise), "noise": noise}[ground]
    picture = Image.fromarray(under).convert("RGBA")
    picture.alpha_composite(drawn.image)
    seen = np.asarray(picture.convert("L")).astype(float) / 255
    plain = replace(style, shadow_opacity=0.0, outline_percent=0.0, box_color=None)
    alone = draw_text("Mango 你好", plain, CANVAS)
    letters = np.zeros(seen.shape, dtype=bool)
    left, top = alone.left - drawn.left, alone.top - drawn.top
    letters[top : top + alone.image.height, left : left + alone.image.width] = ink(alone) > 250
    near = np.asarray(Image.fromarray(letters).convert("L").filter(ImageFilter.MaxFilter(5))) > 0
    soft = np.asarray(Image.fromarray(letters).convert("L").filter(ImageFilter.MaxFilter(3))) > 0
    low, high = sorted((np.median(seen[letters]) ** 2.2, np.median(seen[near & ~soft]) ** 2.2))
    assert (high + 0.05) / (low + 0.05) >= 3


@given(st.text(max_size=80), st.sampled_from([(320, 180), (180, 320), (240, 240)]))
@settings(max_examples=40, deadline=None)
def test_no_text_leaves_the_safe_area(words: str, canvas: tuple[int, int]) -> None:
    drawn = draw_text(words, replace(CAPTION_STYLE, shadow_opacity=0.0), canvas)
    if not ink(drawn).any():
        return
    left, top, right, bottom = drawn.box
    assert left >= 2
    assert top >= 2
    assert right <= canvas[0] - 2
    assert bottom <= canvas[1] - 2
