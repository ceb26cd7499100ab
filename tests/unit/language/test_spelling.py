"""Slips in command words."""

from __future__ import annotations

from mango_skill.language.spelling import correct, edit_distance

COMMANDS = {4: ("trim", "clip"), 6: ("remove",), 8: ("captions",)}


def test_slips_are_corrected_and_other_words_left_alone() -> None:
    fixed = correct(
        "remvoe the cilp frm captoins in potato.mp4", commands=COMMANDS, known={"the"}, slips={"frm": "from"}
    )
    assert fixed == "remove the clip from captions in potato.mp4"


def test_inflected_known_words_are_no_slips() -> None:
    assert correct("the trims", commands=COMMANDS, known={"the", "trim"}, slips={}) == "the trims"


def test_a_swap_of_neighbours_is_one_slip() -> None:
    assert edit_distance("remvoe", "remove", most=2) == 1
    assert edit_distance("abcdef", "uvwxyz", most=2) == 3
