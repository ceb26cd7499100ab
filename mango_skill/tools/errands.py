"""What a hint says to do, for who has tools instead of a command line: the tool's call, or an errand for the user."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_CALLS: Final[Mapping[str, str]] = {
    "'mango connect --backend cloud'": 'connect with {"backend": "cloud"}',
    "'mango connect'": "connect",
    "'mango history'": 'show_timeline with {"history": true}',
    "'mango jobs'": "show_timeline",
    "(--backend local)": '(connect with {"backend": "local"})',
    "(--backend)": '(connect with "backend")',
}
"""What a hint names for the command line, and the call that does the same."""
_RUN: Final = re.compile(r"\bRun (?='mango |scripts/mango\.py)")
_COMMAND: Final = re.compile(r"'mango [a-z]|scripts/mango\.py|mango engine ")
_ERRAND: Final = " Only the user can run that, in a terminal."


def for_tools(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tool's answer with its hints, those of refused files included, said for a caller of tools."""
    return {key: _reworded(value) if key in ("error", "refused") else value for key, value in answer.items()}


def reword(hint: str) -> str:
    """Return a hint with calls of tools for commands; what no tool does is told to be the user's to run."""
    for command, call in _CALLS.items():
        hint = hint.replace(f"Run {command}", f"Call {call}").replace(command, call)
    hint = _RUN.sub("Ask the user to run ", hint)
    if _COMMAND.search(hint) and "Ask the user to run" not in hint:
        hint += _ERRAND
    return hint


def _reworded(value: Any) -> Any:
    if isinstance(value, list):
        return [_reworded(one) for one in value]
    if isinstance(value, Mapping) and isinstance(value.get("hint"), str):
        return {**value, "hint": reword(value["hint"])}
    return value
