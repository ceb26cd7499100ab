"""A call with wrong arguments is answered with their names."""

from __future__ import annotations

from typing import Any

import pytest

from mango_skill.errors import ArgumentError
from mango_skill.tools import registry


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("export_video", {"formt": "mp4"}, ["There is no argument 'formt' (did you mean 'format'?)"]),
        ("edit_video", {"prompt": "x"}, ["There is no argument 'prompt' (did you mean 'message'?)"]),
        ("upload_media", {"paths": ["a"]}, ["(did you mean 'files'?)"]),
        ("check_credits", {"project": "x"}, ["There is no argument 'project'"]),
        ("wait_for_job", {"job_id": "x", "wait_s": "3"}, ["Argument 'wait_s': '3' is not of type 'integer'"]),
        ("wait_for_job", {}, ["Argument 'job_id' is missing"]),
        ("wait_for_job", {"job_id": None}, ["Argument 'job_id'"]),
        ("send_message", {"message": "x"}, ["'text' is missing", "'message' (did you mean 'text'?)"]),
        ("edit_video", {"operations": [{}]}, ["Argument 'op' of 'operations.0' is missing"]),
        ("connect", {"backend": "mars"}, ["Argument 'backend': 'mars' is not one of"]),
    ],
)
def test_every_argument_that_does_not_fit_is_named(
    tool: str, arguments: dict[str, Any], said: list[str]
) -> None:
    with pytest.raises(ArgumentError) as caught:
        registry.prepare(registry.find(tool), arguments)
    assert [one for one in said if one not in caught.value.message] == []
    known = [one.name for one in registry.find(tool).parameters]
    names_are_wrong = any(word in said[0] for word in ("There is no", "did you mean", "missing"))
    assert ((", ".join(known) or "none") in caught.value.hint) is names_are_wrong


def test_many_wrong_arguments_stay_one_short_sentence() -> None:
    with pytest.raises(ArgumentError) as caught:
        registry.prepare(registry.find("connect"), {f"wrong{number}": "x" * 1000 for number in range(50)})
    assert "45 more do not fit" in caught.value.message
    assert len(caught.value.message) < 400


def test_a_mistyped_tool_is_told_the_nearest_one() -> None:
    with pytest.raises(ArgumentError, match="Did you mean 'edit_video'"):
        registry.find("edit_vidoe")
