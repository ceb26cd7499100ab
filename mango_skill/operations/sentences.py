"""The edit language: one exact English sentence for each operation, and the way back.

A sentence is the operation's lead, then a phrase for each parameter, values written as JSON:
``Trim the start by 3 seconds, in clip 2.``  Reading one back needs no guessing, so exact operations
can travel as chat text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from mango_skill.errors import ArgumentError
from mango_skill.operations.catalog import CATALOG
from mango_skill.operations.checking import check_parameters
from mango_skill.operations.kinds import JsonValue
from mango_skill.operations.model import Operation, OperationSpec, Parameter

_DECODER = json.JSONDecoder()
_LEADS = sorted(CATALOG.values(), key=lambda spec: -len(spec.lead))
_BY_INITIALS: dict[str, tuple[OperationSpec, ...]] = {}
for _spec in _LEADS:
    _BY_INITIALS[_spec.lead[:3]] = (*_BY_INITIALS.get(_spec.lead[:3], ()), _spec)
_ZERO_WIDTH_JOINER = "\u200d"
# Characters that a chat, a log or a line splitter might change are written as escapes.
_FRAGILE = re.compile(r"[^\x20-\x7e]")


def sentence(operation: Operation) -> str:
    """Say an operation in its canonical English sentence."""
    spec = CATALOG[operation.name]
    phrases = [
        spec.parameters[name].phrase.replace("{}", _write(value))
        for name, value in operation.parameters.items()
    ]
    return f"{spec.lead} {', '.join(phrases)}." if phrases else f"{spec.lead}."


def sentences(operations: Iterable[Operation]) -> str:
    """Say several operations in one text; ``parse`` gives them back in their order."""
    return " ".join(sentence(operation) for operation in operations)


def read_sentences(text: str) -> tuple[Operation, ...] | None:
    """Read a text that is made of canonical sentences only; None when anything else is in it."""
    found: list[Operation] = []
    place = _skip_space(text, 0)
    while place < len(text):
        step = _read_sentence(text, place)
        if step is None:
            return None
        operation, place = step
        found.append(operation)
        place = _skip_space(text, place)
    return tuple(found) if found else None


def _skip_space(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t\r\n":
        place += 1
    return place


def _read_sentence(text: str, place: int) -> tuple[Operation, int] | None:
    for spec in _BY_INITIALS.get(text[place : place + 3], ()):
        if text.startswith(spec.lead, place):
            step = _read_phrases(spec, text, place + len(spec.lead))
            if step is not None:
                return step
    return None


def _read_phrases(spec: OperationSpec, text: str, place: int) -> tuple[Operation, int] | None:
    parameters: dict[str, JsonValue] = {}
    separator = " "
    while not text.startswith(".", place):
        if not text.startswith(separator, place):
            return None
        step = _read_phrase(spec.parameters, text, place + len(separator))
        if step is None or step[0] in parameters:
            return None
        name, value, place = step
        parameters[name] = value
        separator = ", "
    try:
        check_parameters(spec, parameters)
    except ArgumentError:
        return None
    return Operation(spec.name, parameters), place + 1


def _read_phrase(
    parameters: Mapping[str, Parameter], text: str, place: int
) -> tuple[str, JsonValue, int] | None:
    for parameter in parameters.values():
        before, _, after = parameter.phrase.partition("{}")
        if not text.startswith(before, place):
            continue
        try:
            value, stop = _DECODER.raw_decode(text, place + len(before))
        except (ValueError, RecursionError):
            continue
        if text.startswith(after, stop) and text[stop + len(after) : stop + len(after) + 1] in ",.":
            return parameter.name, value, stop + len(after)
    return None


def _write(value: JsonValue) -> str:
    return _FRAGILE.sub(_keep_or_escape, json.dumps(_plain(value), ensure_ascii=False))


def _plain(value: JsonValue) -> JsonValue:
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _keep_or_escape(match: re.Match[str]) -> str:
    character = match.group()
    if character.isprintable() or character == _ZERO_WIDTH_JOINER:
        return character
    return json.dumps(character)[1:-1]
