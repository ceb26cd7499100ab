"""What is wrong with a call's arguments, named one by one, so that the caller can correct them at once."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from mango_skill.errors import ArgumentError

_MOST_TOLD: Final = 5
_LONGEST_TOLD: Final = 300
_OTHER_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "message": ("prompt", "instruction", "instructions", "text", "query", "request", "edit"),
    "text": ("message", "prompt", "instruction", "query", "content"),
    "files": ("file", "path", "paths", "media", "videos", "clips", "attachments"),
    "links": ("link", "url", "urls", "address", "uri"),
    "path": ("output", "output_path", "out", "file", "filename", "destination", "target", "save_to"),
    "format": ("type", "container", "extension", "codec"),
    "height": ("resolution", "size"),
    "job_id": ("id", "job", "task", "task_id", "jobid"),
    "wait_s": ("wait", "timeout", "timeout_s", "seconds"),
    "project": ("name", "session", "session_id", "project_id", "timeline"),
    "version": ("revision", "state"),
    "backend": ("engine", "where", "mode", "provider"),
}
"""What callers write for a parameter whose name they guess."""


def misfit(name: str, problems: Iterable[Any], known: Collection[str]) -> ArgumentError:
    """Return the error that names every argument that does not fit.

    Args:
        name: The tool.
        problems: ``jsonschema`` errors, at least one.
        known: The tool's parameters; the nearest one is proposed for an argument that it does not have.
    """
    told = [line for one in problems for line in _lines(one, known)]
    shown, hidden = told[:_MOST_TOLD], len(told) - _MOST_TOLD
    more = [f"{hidden} more do not fit"] if hidden > 0 else []
    return ArgumentError(
        "; ".join([*shown, *more]) + ".",
        hint=f"Correct the arguments of {name} and call it again; it takes: {', '.join(known) or 'none'}.",
        details={"problems": told[:10]},
    )


def _lines(problem: Any, known: Collection[str]) -> list[str]:
    stated: object = problem.instance
    if problem.validator == "additionalProperties" and isinstance(stated, Mapping):
        there = problem.schema.get("properties", {})
        where = _place(problem)
        names = known if not where else there
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


def _unknown(name: str, known: Collection[str]) -> str:
    word = name.rpartition(".")[2].lower().replace("-", "_")
    meant = [one for one in known if word in _OTHER_WORDS.get(one, ())]
    near = meant or difflib.get_close_matches(word, known, n=1)
    return f"There is no argument '{name}'" + (f" (did you mean '{near[0]}'?)" if near else "")


def _place(problem: Any) -> str:
    return ".".join(str(part) for part in problem.path)
