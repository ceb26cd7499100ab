"""Bodies of calls and answers: JSON, read within bounds and checked before anything else sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from mango_skill.errors import ArgumentError, ServiceError
from mango_skill.protocol import constants

MAX_JSON_BYTES: Final = 32 * 1024 * 1024
_MAX_DEPTH: Final = 64

_SHAPES: Final[Mapping[str, Mapping[str, tuple[type, bool]]]] = {
    "session": {"task_name": (str, False), "language": (str, False)},
    "claim": {"task_id": (str, False), "session_id": (str, True)},
    "links": {"urls": (list, True), "source_type": (str, False)},
    "render": {
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


def is_json(request: Request) -> bool:
    """Whether a body is announced as JSON."""
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower() == constants.JSON_TYPE


def length(request: Request) -> int | None:
    """Return the announced size of a body in bytes."""
    announced = request.headers.get("Content-Length", "")
    return int(announced) if announced.isdigit() else None


async def read_json(request: Request) -> dict[str, Any]:
    """Return a body as an object; an empty body is an empty one.

    Raises:
        ArgumentError: It is no JSON object, or too large.
    """
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_JSON_BYTES:
            raise ArgumentError("The request is too large.", hint="Send less at once.")
    if not body.strip():
        return {}
    try:
        document = _tidy(json.loads(body), _MAX_DEPTH)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise ArgumentError("The body is not a JSON object.", hint="Send JSON in UTF-8.")
    return document


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
    if shape == "links" and not all(isinstance(link, str) for link in body["urls"]):
        raise ArgumentError("Each of the urls must be a text.", hint='Send {"urls": ["https://..."]}.')
    return {name: value for name, value in body.items() if value is not None}


def chat_message(body: Mapping[str, Any]) -> ChatMessage:
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


def json_response(document: Mapping[str, Any], *, status: int = 200) -> Response:
    """Return an answer as JSON; escapes keep it valid whatever the texts in it hold."""
    return Response(json.dumps(document), status_code=status, media_type=constants.JSON_TYPE)


def _either(body: Mapping[str, Any], snake: str, camel: str) -> Any:
    return body[snake] if snake in body else body.get(camel)


def _tidy(value: Any, depth: int) -> Any:
    """Replace lone surrogates, which neither UTF-8 nor the database can hold, and bound the depth."""
    if depth == 0:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_tidy(one, depth - 1) for one in value]
    if isinstance(value, dict):
        return {_tidy(name, depth - 1): _tidy(one, depth - 1) for name, one in value.items()}
    return value
