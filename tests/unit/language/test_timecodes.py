"""Timecodes and what only looks like one."""

from __future__ import annotations

import pytest

from mango_skill.language.timecodes import find_timecodes


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("from 1:20 to 00:01:25.5", [80, 85.5]),
        ("0m30s to 1h2m3s", [30, 3723]),
        ("make it 9:16", []),
        ("cut at 9:16", [556]),
        ("from 4:30 to 9:16", [270]),
        ("16:9 and 1:1", []),
        ("1:75", []),
    ],
)
def test_instants_are_found_and_ratios_are_not(text: str, seconds: list[float]) -> None:
    assert [mention.seconds for mention in find_timecodes(text)] == seconds
