"""Declarations for the chat interfaces of OpenAI, Anthropic and Gemini, and answers to their models' tool calls.

Responses are taken as the SDKs give them or as their JSON; what is returned is JSON that the SDKs take, so that none
of them is imported here. Only calls are answered: a response without any gives nothing to send back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mango_skill.errors import ArgumentError
from mango_skill.hosts.frameworks import dialects
from mango_skill.skill import MangoSkill
from mango_skill.tools import TOOLS, registry


def answer(skill: MangoSkill, name: str, arguments: Any) -> dict[str, Any]:
    """Return what a tool answers to a model's call; never raises.

    Args:
        skill: The conversation.
        name: The tool that the model named, whether it exists or not.
        arguments: An object, or the JSON text of one, in any of the dialects.
    """
    if isinstance(arguments, str | bytes):
        try:
            arguments = json.loads(arguments or "{}")
        except ValueError:
            return registry.failed(
                ArgumentError("The arguments are not JSON.", hint=f"Call {name} again with a JSON object.")
            )
    if name in TOOLS:
        arguments = dialects.given_back(TOOLS[name].input_schema, arguments)
    return skill.call(name, arguments)


def openai_tools(*, strict: bool = False) -> list[dict[str, Any]]:
    """Return the tools for OpenAI's chat completions; ``strict`` makes models keep to the schema."""
    return [{"type": "function", "function": one} for one in _openai_functions(strict=strict)]


def openai_answers(skill: MangoSkill, response: object) -> list[dict[str, Any]]:
    """Return the messages that answer the tool calls of a chat completion, or of its message."""
    messages = [_part(one, "message") for one in _parts(response, "choices")] or [response]
    calls = (call for message in messages for call in _parts(message, "tool_calls"))
    return [
        {
            "role": "tool",
            "tool_call_id": _part(call, "id"),
            "content": _text(_called(skill, _part(call, "function"))),
        }
        for call in calls
        if _part(call, "type") == "function"
    ]


def responses_tools(*, strict: bool = False) -> list[dict[str, Any]]:
    """Return the tools for OpenAI's responses; ``strict`` makes models keep to the schema."""
    return [{"type": "function", **one} for one in _openai_functions(strict=strict)]


def responses_answers(skill: MangoSkill, response: object) -> list[dict[str, Any]]:
    """Return the input items that answer the function calls of a response."""
    return [
        {
            "type": "function_call_output",
            "call_id": _part(item, "call_id"),
            "output": _text(_called(skill, item)),
        }
        for item in _parts(response, "output")
        if _part(item, "type") == "function_call"
    ]


def anthropic_tools() -> list[dict[str, Any]]:
    """Return the tools for Anthropic's messages."""
    return [
        {
            "name": one.name,
            "description": one.description,
            "input_schema": dialects.plain(one.input_schema),
        }
        for one in TOOLS.values()
    ]


def anthropic_answers(skill: MangoSkill, message: object) -> list[dict[str, Any]]:
    """Return the user message that answers the tool uses of a message; nothing when it has none."""
    results = []
    for block in _parts(message, "content"):
        if _part(block, "type") != "tool_use":
            continue
        said = answer(skill, _part(block, "name"), _part(block, "input"))
        results.append(
            {
                "type": "tool_result",
                "tool_use_id": _part(block, "id"),
                "content": _text(said),
                "is_error": not said["ok"],
            }
        )
    return [{"role": "user", "content": results}] if results else []


def gemini_tools() -> list[dict[str, Any]]:
    """Return the tools for Gemini's ``GenerateContentConfig``."""
    declared = [
        {
            "name": one.name,
            "description": one.description,
            "parameters_json_schema": dialects.gemini(one.input_schema),
        }
        for one in TOOLS.values()
    ]
    return [{"function_declarations": declared}]


def gemini_answers(skill: MangoSkill, response: object) -> list[dict[str, Any]]:
    """Return the content that answers the function calls of a response; nothing when it has none."""
    calls = [
        call
        for candidate in _parts(response, "candidates")
        for part in _parts(_part(candidate, "content"), "parts")
        if (call := _part(part, "function_call"))
    ]
    answered = [
        {
            "function_response": {
                "name": name,
                "response": answer(skill, name, _part(call, "args") or {}),
                **({"id": _part(call, "id")} if _part(call, "id") else {}),
            }
        }
        for call in calls
        for name in [str(_part(call, "name"))]
    ]
    return [{"role": "user", "parts": answered}] if answered else []


def _openai_functions(*, strict: bool) -> Iterator[dict[str, Any]]:
    dialect = dialects.strict if strict else dialects.plain
    for one in TOOLS.values():
        # said in so many words: the responses take a function without it as strict
        yield {
            "name": one.name,
            "description": one.description,
            "parameters": dialect(one.input_schema),
            "strict": strict,
        }


def _called(skill: MangoSkill, function: object) -> dict[str, Any]:
    return answer(skill, str(_part(function, "name")), _part(function, "arguments"))


def _text(said: Mapping[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False)


def _part(value: object, name: str) -> Any:
    """Return a field of an SDK's object, or of its JSON; None when it has none."""
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)


def _parts(value: object, name: str) -> Iterable[Any]:
    parts = _part(value, name)
    return parts if isinstance(parts, list | tuple) else ()
