"""What is wrong with a call's arguments, named one by one, so that the caller can correct them at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from mango_skill.errors import ArgumentError
from mango_skill.tools.spec import Parameter

_MOST_TOLD: Final = 5
_LONGEST_TOLD: Final = 300


def misfit(name: str, problems: Iterable[Any], known: Sequence[Parameter]) -> ArgumentError:
    """Return the error that names every argument that does not fit.

    Args:
        name: The tool.
        problems: ``jsonschema`` errors, at least one.
        known: The tool's parameters; the nearest one is proposed for an argument that it does not have.
    """
    problems = list(problems)
    told = [line for one in problems for line in _lines(one, known)]
    shown, hidden = told[:_MOST_TOLD], len(told) - _MOST_TOLD
    more = [f"{hidden} more do not fit"] if hidden > 0 else []
    # who knows the names and errs in a value is not told them again
    takes = f"; it takes: {', '.join(one.name for one in known) or 'none'}"
    is_named = any(one.validator in ("additionalProperties", "required") for one in problems)
    return ArgumentError(
        "; ".join([*shown, *more]) + ".",
        hint=f"Correct the arguments of {name} and call it again{takes if is_named else ''}.",
    )


def _lines(problem: Any, known: Sequence[Parameter]) -> list[str]:
    stated: object = problem.instance
    if problem.validator == "additionalProperties" and isinstance(stated, Mapping):
        there = problem.schema.get("properties", {})
        where = _place(problem)
        names = dict.fromkeys(there, ()) if where else {one.name: one.also for one in known}
        return [
            _unknown(f"{where}.{one}" if where else str(one), names) for one in stated if one not in there
        ]
    if problem.validator == "required" and isinstance(stated, Mapping):
        missing = [one for one in problem.validator_value if one not in stated]
        where = f" of '{_place(problem)}'" if problem.path else ""
        # jsonschema tells each missing one by itself
        return [f"Argument '{one}'{where} is missing" for one in missing if f"'{one}'" in problem.message]
    said = str(problem.message)
    if len(said) > _LONGEST_TOLD:
        said = f"the value does not fit '{problem.validator}'"
    where = _place(problem)
    return [f"Argument '{where}': {said}" if where else f"The arguments do not fit: {said}"]


def _unknown(name: str, known: Mapping[str, tuple[str, ...]]) -> str:
    word = name.rpartition(".")[2].lower().replace("-", "_")
    meant = [one for one, also in known.items() if word in also]
    near = meant or difflib.get_close_matches(word, known, n=1)
    return f"There is no argument '{name}'" + (f" (did you mean '{near[0]}'?)" if near else "")


def _place(problem: Any) -> str:
    return ".".join(str(part) for part in problem.path)
