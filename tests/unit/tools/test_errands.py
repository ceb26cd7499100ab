"""A caller of tools is never sent to a command line that it has not got."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mango_skill.cli import raised
from mango_skill.cli.commands import TOOL_OF_COMMAND
from mango_skill.errors import ConfigurationError
from mango_skill.tools import call
from mango_skill.tools.context import ToolContext
from mango_skill.tools.errands import reword


@pytest.mark.parametrize("told", [one for one in raised.codes() if "mango" in one.hint or "--" in one.hint])
def test_no_hint_names_a_command_that_a_tool_carries_out(told: raised.Raised) -> None:
    hint = reword(told.hint)
    commands = re.findall(r"'mango (\w+)", hint)
    from_the_command_line = ("usage", "nothing_changed", "busy_project", "port")
    if told.code not in from_the_command_line and not told.code.startswith("host"):
        assert [one for one in commands if one in TOOL_OF_COMMAND] == [], hint
        assert not commands or "user" in hint


@pytest.mark.parametrize(
    ("hint", "told"),
    [
        (
            "See the known ones with 'mango history'.",
            'See the known ones with show_timeline with {"history": true}.',
        ),
        (
            "Run 'mango doctor'; the log tells more.",
            "Ask the user to run 'mango doctor'; the log tells more.",
        ),
        (
            "Stop it with 'mango engine stop'.",
            "Stop it with 'mango engine stop'. Only the user can run that, in a terminal.",
        ),
        ("Name them otherwise.", "Name them otherwise."),
    ],
)
def test_a_hint_names_the_call_or_an_errand_for_the_user(hint: str, told: str) -> None:
    assert reword(hint) == told


def test_a_failed_call_is_answered_with_the_call_that_mends_it() -> None:
    class Undecided:
        """Nothing is set up to edit with."""

        def workspace(self) -> Any:
            raise ConfigurationError(
                "Nothing is set up.",
                code="needs_choice",
                hint="Run 'mango connect --backend cloud' to begin.",
            )

    undecided: Any = Undecided()
    answer = call("connect", {}, ToolContext(undecided))
    assert answer["error"]["hint"] == 'Call connect with {"backend": "cloud"} to begin.'
