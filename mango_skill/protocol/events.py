"""What a chat stream says: one ``data:`` text into events.

Two dialects: ADK's ``Event`` in camelCase or snake_case, and the plain ``{"type": "text", "content": ...}``
[P]. Thoughts, tool calls, tool results and the user's own words are told apart here, so that nothing above
can show them by mistake. What is not known becomes an ``UnknownEvent``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mango_skill.errors import MangoError
from mango_skill.protocol import envelope


@dataclass(frozen=True)
class TextEvent:
    """Words for the user. ``partial`` ones are followed by one that says the whole text again.

    ``plain`` marks the other dialect, whose pieces may be whole messages or parts of one.
    """

    text: str
    id: str = ""
    partial: bool = False
    author: str = ""
    stamp: str = ""
    plain: bool = False


@dataclass(frozen=True)
class ToolCallEvent:
    """The service uses a tool: never shown."""

    name: str
    id: str = ""


@dataclass(frozen=True)
class ToolResultEvent:
    """A tool answered: never shown."""

    name: str
    id: str = ""


@dataclass(frozen=True)
class HeartbeatEvent:
    """Still there; no progress."""


@dataclass(frozen=True)
class ErrorEvent:
    """The turn failed."""

    error: MangoError


@dataclass(frozen=True)
class MalformedEvent:
    """A data text that is no JSON: cut off when it is the last one."""

    data: str


@dataclass(frozen=True)
class UnknownEvent:
    """Something else happened: progress, but nothing to show."""

    kind: str = ""


Event = (
    TextEvent | ToolCallEvent | ToolResultEvent | HeartbeatEvent | ErrorEvent | MalformedEvent | UnknownEvent
)

HEARTBEAT_NAMES: Final = frozenset({"heartbeat", "ping", "keepalive", "keep-alive", "keep_alive"})
_DONE: Final = "[DONE]"  # other servers end so
# ADK 1.18 builds its error frame without escaping; what is left of it still begins like this.
_ERROR_FRAME: Final = re.compile(
    r"""^\s*\{\s*["']error(?:Code|_code|Message|_message|_details)?["']\s*:\s*(.*)$""", re.S
)
_USER: Final = "user"


def decode(data: str, *, name: str = "message") -> tuple[Event, ...]:
    """Return what one ``data:`` text says.

    Args:
        data: The text after ``data:``.
        name: The event's name on the wire, ``message`` when it had none.
    """
    stripped = data.strip().lstrip("\ufeff")
    if name.lower() in HEARTBEAT_NAMES or not stripped or stripped.lower().strip('"') in HEARTBEAT_NAMES:
        return (HeartbeatEvent(),)
    if stripped == _DONE:
        return (UnknownEvent("done"),)
    try:
        value = json.loads(stripped)
    except (ValueError, RecursionError):
        broken = _ERROR_FRAME.match(stripped)
        if broken is not None:
            return (ErrorEvent(_failed(_remains(broken.group(1)))),)
        if name.lower() == "error":
            return (ErrorEvent(_failed(stripped)),)
        return (MalformedEvent(stripped),)
    return tuple(_of(value, name=name.lower()))


def _of(value: Any, *, name: str = "message") -> Iterator[Event]:
    if isinstance(value, list):
        for one in value:
            yield from _of(one, name=name)
        return
    if not isinstance(value, Mapping):
        yield UnknownEvent(type(value).__name__) if value is not None else HeartbeatEvent()
        return
    if not value:
        yield HeartbeatEvent()
        return
    kind = value.get("type")
    reader = EVENT_TYPES.get(kind.lower()) if isinstance(kind, str) else None
    if reader is None and name == "error":
        reader = _plain_error
    if reader is not None and not _is_adk(value):
        yield from reader(value)
    else:
        yield from _adk(value)


def _is_adk(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("content"), Mapping) and "parts" in value["content"]


def _adk(value: Mapping[str, Any]) -> Iterator[Event]:
    identity = _text(value.get("id"))
    author = _text(value.get("author"))
    content = value.get("content")
    content = content if isinstance(content, Mapping) else {}
    parts = content.get("parts")
    words: list[str] = []
    tools: list[Event] = []
    for part in parts if isinstance(parts, list) else []:
        if not isinstance(part, Mapping):
            continue
        call = _either(part, "functionCall", "function_call")
        answer = _either(part, "functionResponse", "function_response")
        if isinstance(call, Mapping):
            tools.append(ToolCallEvent(_text(call.get("name")), _text(call.get("id"))))
        elif isinstance(answer, Mapping):
            tools.append(ToolResultEvent(_text(answer.get("name")), _text(answer.get("id"))))
        elif isinstance(part.get("text"), str) and not part.get("thought"):
            words.append(part["text"])
    echoed = author == _USER or content.get("role") == _USER
    text = "" if echoed else "".join(words)
    if text:
        yield TextEvent(
            text,
            id=identity,
            partial=value.get("partial") is True,
            author=f"{author}/{_text(value.get('branch'))}",
            stamp=_text(value.get("timestamp")),
        )
    yield from tools
    problem = _problem(value)
    if problem is not None:
        yield ErrorEvent(problem)
    elif not text and not tools:
        # An envelope around an event, as a gateway may put it.
        inner = value.get("data")
        if "code" in value and isinstance(inner, Mapping) and ("type" in inner or "content" in inner):
            yield from _of(inner)
        else:
            yield UnknownEvent(_text(value.get("type")))


def _problem(value: Mapping[str, Any]) -> MangoError | None:
    code = _either(value, "errorCode", "error_code")
    said = _either(value, "errorMessage", "error_message")
    if code or said:
        own = envelope.own_words(value.get("reason"), message=said, hint=value.get("hint"))
        return own or _failed(said, code=code or "service")
    if value.get("error"):
        inner = value["error"]
        if isinstance(inner, Mapping):
            return _failed(inner.get("message") or inner.get("detail"), code=inner.get("code") or "service")
        return _failed(inner)
    if "author" in value or "content" in value or "invocationId" in value:
        return None
    return envelope.problem_of(value)


def _failed(said: Any, *, code: Any = "service") -> MangoError:
    return envelope.error_for(code, said=said)


def _remains(broken: str) -> str:
    return broken.strip().strip("{}").strip().strip("\"'")


def _plain_text(value: Mapping[str, Any]) -> Iterator[Event]:
    if str(value.get("role", "")).lower() == _USER or value.get("thought") is True:
        yield UnknownEvent("text")
        return
    words = _words(_either(value, "content", "text", "delta", "data", "message"))
    yield TextEvent(
        words,
        id=_text(value.get("id")),
        partial=value.get("partial") is True,
        stamp=_text(value.get("timestamp")),
        plain=True,
    )


def _words(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(_words(one) for one in content)
    if isinstance(content, Mapping) and not content.get("thought"):
        return _words(_either(content, "text", "content", "parts"))
    return ""


def _plain_call(value: Mapping[str, Any]) -> Iterator[Event]:
    yield ToolCallEvent(_tool_name(value), _text(value.get("id")))


def _plain_result(value: Mapping[str, Any]) -> Iterator[Event]:
    yield ToolResultEvent(_tool_name(value), _text(value.get("id")))


def _tool_name(value: Mapping[str, Any]) -> str:
    inner = _either(value, "name", "tool", "tool_name", "content", "data")
    return _text(inner.get("name")) if isinstance(inner, Mapping) else _text(inner)[:80]


def _plain_error(value: Mapping[str, Any]) -> Iterator[Event]:
    inner = value.get("error")
    if isinstance(inner, Mapping):
        value = {**value, **inner}
    said = _either(value, "message", "content", "errorMessage", "error_message", "detail", "error", "text")
    code = _either(value, "code", "errorCode", "error_code")
    yield ErrorEvent(_failed(said, code="service" if code is None else code))


def _plain_heartbeat(value: Mapping[str, Any]) -> Iterator[Event]:
    yield HeartbeatEvent()


def _plain_hidden(value: Mapping[str, Any]) -> Iterator[Event]:
    yield UnknownEvent(_text(value.get("type")))


EVENT_TYPES: Final[Mapping[str, Callable[[Mapping[str, Any]], Iterator[Event]]]] = {
    "text": _plain_text,
    "message": _plain_text,
    "tool_call": _plain_call,
    "tool_use": _plain_call,
    "function_call": _plain_call,
    "tool_result": _plain_result,
    "tool_response": _plain_result,
    "function_response": _plain_result,
    "error": _plain_error,
    **dict.fromkeys(HEARTBEAT_NAMES, _plain_heartbeat),
    "thought": _plain_hidden,
    "thinking": _plain_hidden,
    "reasoning": _plain_hidden,
    "status": _plain_hidden,
    "progress": _plain_hidden,
    "done": _plain_hidden,
    "end": _plain_hidden,
}
"""The plain dialect: what each ``type`` means. Others are read as ADK events."""


def _either(value: Mapping[str, Any], *names: str) -> Any:
    for name in names:
        found = value.get(name)
        if found is not None:
            return found
    return None


def _text(value: Any) -> str:
    return "" if value is None else str(value)
