"""Where wishes end."""

from __future__ import annotations

from mango_skill.language.clauses import split_clauses, strip_lead


def test_wishes_are_divided_at_stops_and_chaining_words() -> None:
    assert split_clauses("cut <h0>, add captions and then mute <c0>") == [
        "cut <h0>",
        "add captions",
        "mute <c0>",
    ]
    assert split_clauses("先剪掉<h0>，再加字幕，然后导出") == ["先剪掉<h0>", "再加字幕", "然后导出"]


def test_polite_words_in_front_are_taken_off() -> None:
    assert strip_lead("could you please trim it") == "trim it"
    assert strip_lead("请帮我加字幕") == "加字幕"
