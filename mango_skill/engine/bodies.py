"""Bodies of calls and answers: JSON, read within bounds and checked before anything else sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from mango_skill.errors import ArgumentError
from mango_skill.protocol import constants

MAX_JSON_BYTES: Final = 32 * 1024 * 1024
_MAX_DEPTH: Final = 64


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


def json_response(document: Mapping[str, Any], *, status: int = 200) -> Response:
    """Return an answer as JSON; escapes keep it valid whatever the texts in it hold."""
    return Response(json.dumps(document), status_code=status, media_type=constants.JSON_TYPE)


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
