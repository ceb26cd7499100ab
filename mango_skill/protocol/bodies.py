"""What the calls carry: each body is built and read here, by the client and by the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mango_skill.errors import ArgumentError, ServiceError
from mango_skill.protocol import constants

SESSION: Final = "session"
CLAIM: Final = "claim"
LINKS: Final = "links"
RENDER: Final = "render"

_SHAPES: Final[Mapping[str, Mapping[str, tuple[type, bool]]]] = {
    SESSION: {"task_name": (str, False), "language": (str, False)},
    CLAIM: {"task_id": (str, False), "session_id": (str, True)},
    LINKS: {"urls": (list, True), "source_type": (str, False)},
    RENDER: {
        "id": (str, True),
        "sessionId": (str, True),
        "draft": (dict, False),
        "output": (dict, False),
    },
}
"""Per body: each known field's type and whether it must be there. Unknown fields are tolerated."""

_TYPE_WORDS: Final[Mapping[type, str]] = {str: "a text", list: "a list", dict: "an object"}


@dataclass(frozen=True)
class ChatMessage:
    """What the chat body says."""

    session_id: str
    text: str


@dataclass(frozen=True)
class RenderRequest:
    """What the render body says.

    Attributes:
        render_id: The name that the client gave the render.
        session_id: The session whose timeline is rendered.
        draft: The draft to render; None: the session's own.
        output: How the file shall be, as the client asked.
    """

    render_id: str
    session_id: str
    draft: Mapping[str, Any] | None
    output: Mapping[str, Any]


@dataclass(frozen=True)
class MadeSession:
    """What the answer to a new session says; what it does not say is empty."""

    session_id: str
    task_id: str
    bind: str


def session_body(*, name: str, language: str) -> dict[str, Any]:
    """Return the body that makes a session."""
    return {"task_name": name, "language": language}


def claim_body(*, task_id: str, session_id: str) -> dict[str, Any]:
    """Return the body that asks for a claim token."""
    return {"task_id": task_id, "session_id": session_id}


def links_body(links: Sequence[str]) -> dict[str, Any]:
    """Return the body that gives footage by its addresses."""
    return {"urls": list(links), "source_type": constants.URL_SOURCE}


def chat_body(session_id: str, text: str) -> dict[str, Any]:
    """Return the body that says a message."""
    return {
        "app_name": constants.APP_NAME,
        "user_id": constants.USER_ID,
        "session_id": session_id,
        "new_message": {"parts": [{"text": text}]},
    }


def render_body(
    *, render_id: str, session_id: str, draft: Mapping[str, Any], output: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the body that asks for a render."""
    return {"id": render_id, "sessionId": session_id, "draft": draft, "output": output}


def read_made_session(answer: Any) -> MadeSession:
    """Read the answer to a new session, whose shape is not documented."""
    task_id = str(_find(answer, "task_id", "taskId") or "")
    bind = str(_find(answer, "bind_id", "bindId", "bind") or task_id)
    return MadeSession(str(_find(answer, "session_id", "sessionId") or ""), task_id, bind)


def read_claim_token(answer: Any) -> str:
    """Read the answer to a claim; empty when it holds no token."""
    return str(_find(answer, "claim_token", "claimToken") or "")


def checked(body: Mapping[str, Any], shape: str) -> Mapping[str, Any]:
    """Return the body when its known fields are of the right types.

    Raises:
        ArgumentError: A field is missing or of another type.
    """
    for name, (kind, required) in _SHAPES[shape].items():
        value = body.get(name)
        if (value is None and required) or (value is not None and not isinstance(value, kind)):
            raise ArgumentError(
                f"The field {name!r} must be {_TYPE_WORDS[kind]}.", hint="Correct the body and send it again."
            )
    if shape == LINKS and not all(isinstance(link, str) for link in body["urls"]):
        raise ArgumentError("Each of the urls must be a text.", hint='Send {"urls": ["https://..."]}.')
    return {name: value for name, value in body.items() if value is not None}


def read_chat(body: Mapping[str, Any]) -> ChatMessage:
    """Read the chat's body; snake_case and camelCase are both good, as with ADK.

    Raises:
        ArgumentError: A part is missing or of another type.
        ServiceError: ``not_found``: another application or user is named.
    """
    if _either(body, "app_name", "appName") not in (None, constants.APP_NAME):
        raise ServiceError("Agent not found.", code="not_found", hint=f"Use {constants.APP_NAME}.")
    if _either(body, "user_id", "userId") not in (None, constants.USER_ID):
        raise ServiceError("User not found.", code="not_found", hint=f"Use {constants.USER_ID}.")
    session_id = _either(body, "session_id", "sessionId")
    message = _either(body, "new_message", "newMessage")
    parts = message.get("parts") if isinstance(message, dict) else None
    if not isinstance(session_id, str) or not isinstance(parts, list):
        raise ArgumentError(
            "The body needs session_id and new_message.parts.",
            hint='Send {"session_id": "...", "new_message": {"parts": [{"text": "..."}]}}.',
        )
    texts = [part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str)]
    return ChatMessage(session_id, "\n".join(texts))


def read_render(body: Mapping[str, Any]) -> RenderRequest:
    """Read the render's body.

    Raises:
        ArgumentError: A field is missing or of another type.
    """
    said = checked(body, RENDER)
    return RenderRequest(said["id"], said["sessionId"], said.get("draft"), said.get("output") or {})


def _either(body: Mapping[str, Any], snake: str, camel: str) -> Any:
    return body[snake] if snake in body else body.get(camel)


def _find(answer: Any, *names: str) -> Any:
    """Find a field in an answer whose shape is not documented."""
    waiting = [answer]
    while waiting:
        one = waiting.pop(0)
        if not isinstance(one, Mapping):
            continue
        for name in names:
            if isinstance(one.get(name), (str, int)) and not isinstance(one.get(name), bool):
                return one[name]
        waiting += [inner for inner in one.values() if isinstance(inner, Mapping)]
    return None
