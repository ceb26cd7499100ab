"""What a backend sends: envelopes, chat events in the ADK form, and their frames. Plain JSON values, no I/O.

The shapes are those of google-adk 2.13's ``/run_sse``: camelCase, absent instead of null, one event a
``data:`` line. Heartbeats are the gateway's addition that the vendor's documents tell of.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mango_skill.errors import MangoError, MediaError
from mango_skill.protocol import constants

HEARTBEAT: Final = b": heartbeat\n\ndata:\n\n"
"""A comment, which keeps the line open, and an empty ``data:``, which tells the client to keep waiting [S]."""

BAD_BODY: Final = 422
BUSY: Final = 409
FORBIDDEN: Final = 403
NOT_FOUND: Final = 404
NOT_ALLOWED: Final = 405
INTERNAL: Final = 500
NOT_HERE: Final = 501
STOPPING: Final = 503
DISK_FULL: Final = 507

_NUMBERS: Final[Mapping[str, int]] = {
    "invalid_arguments": BAD_BODY,
    "bad_draft": BAD_BODY,
    "bad_output": BAD_BODY,
    "newer_draft": BAD_BODY,
    "nothing_to_render": BAD_BODY,
    "link_refused": BAD_BODY,
    "link_failed": BAD_BODY,
    "busy": BUSY,
    "link_expired": FORBIDDEN,
    "refused": FORBIDDEN,
    "not_found": NOT_FOUND,
    "not_allowed": NOT_ALLOWED,
    "not_here": NOT_HERE,
    "stopping": STOPPING,
    "disk_full": DISK_FULL,
    "too_large": constants.TOO_LARGE,
    "rate_limited": constants.RATE_LIMITED,
    "plan": constants.PLAN_BLOCKED,
}
"""Our words to the envelope's number; the published numbers [S] stand for themselves."""

_STATUSES: Final[Mapping[int, int]] = {
    constants.TOKEN_INVALID: 401,
    constants.SESSION_NOT_FOUND: 404,
    constants.OUT_OF_CREDITS: 402,
    constants.UNSUPPORTED_MEDIA: 415,
    constants.TOO_LARGE: 413,
}
"""The envelope's number to the HTTP status, where they differ."""


def success(data: Mapping[str, Any]) -> dict[str, Any]:
    """Wrap an answer."""
    return {"code": constants.OK, "message": "success", "data": dict(data)}


def failure(error: MangoError) -> dict[str, Any]:
    """Wrap an error: the number, a sentence, and as our additions what to do and our own word for it."""
    answer: dict[str, Any] = {"code": number(error), "message": error.message, "data": None}
    if error.hint:
        answer["hint"] = error.hint
    answer["reason"] = error.code
    return answer


def number(error: MangoError) -> int:
    """Return the envelope's number of an error."""
    if error.code.isascii() and error.code.isdigit():
        return int(error.code)
    if error.code in _NUMBERS:
        return _NUMBERS[error.code]
    return constants.UNSUPPORTED_MEDIA if isinstance(error, MediaError) else INTERNAL


def http_status(code: int) -> int:
    """Return the HTTP status that goes with an envelope's number."""
    return _STATUSES.get(code, code if 400 <= code < 600 else INTERNAL)


@dataclass(frozen=True)
class Invocation:
    """One turn of the chat; all its events carry its id."""

    id: str
    author: str = constants.APP_NAME

    def event(
        self,
        event_id: str,
        timestamp: float,
        *,
        content: Mapping[str, Any] | None = None,
        state_delta: Mapping[str, Any] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return one event; ``timestamp`` is in seconds since 1970."""
        event: dict[str, Any] = {}
        if content is not None:
            event["content"] = dict(content)
        event |= dict(more or {})
        event |= {
            "invocationId": self.id,
            "author": self.author,
            "actions": {
                "stateDelta": dict(state_delta or {}),
                "artifactDelta": {},
                "requestedAuthConfigs": {},
                "requestedToolConfirmations": {},
            },
            "id": event_id,
            "timestamp": timestamp,
        }
        return event


def text_content(text: str) -> dict[str, Any]:
    """Return the content of an event in which the model speaks."""
    return {"parts": [{"text": text}], "role": "model"}


def call_content(call_id: str, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of an event in which the model calls a tool."""
    return {
        "parts": [{"functionCall": {"id": call_id, "args": dict(arguments), "name": name}}],
        "role": "model",
    }


def response_content(call_id: str, name: str, response: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of an event that carries a tool's result; its role is the user's, as in ADK."""
    return {
        "parts": [{"functionResponse": {"id": call_id, "name": name, "response": dict(response)}}],
        "role": "user",
    }


FINISHED: Final[Mapping[str, Any]] = {"finishReason": "STOP"}


def error_fields(error: MangoError) -> dict[str, Any]:
    """Return the fields of an error event, with our additions as in ``failure``; the HTTP status stays 200."""
    fields = {"errorCode": error.code.upper(), "errorMessage": error.message, "reason": error.code}
    return {**fields, "hint": error.hint} if error.hint else fields


def frame(event: Mapping[str, Any]) -> bytes:
    """Return an event as it goes over the line: compact JSON, raw UTF-8, one ``data:`` line."""
    text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    # a lone surrogate, which JSON can say and UTF-8 can't, must not end the stream
    return b"data: " + text.encode("utf-8", "replace") + b"\n\n"


def media_info(
    *,
    asset_id: str,
    name: str,
    facts: Mapping[str, Any],
) -> dict[str, Any]:
    """Return a file as the state and the upload's answer show it; times in milliseconds, sizes in bytes."""
    return {
        "id": asset_id,
        "name": name,
        "kind": facts["kind"],
        "duration": facts["duration_ms"],
        "width": facts["width"],
        "height": facts["height"],
        "fps": fraction(facts.get("fps_num") or 0, facts.get("fps_den") or 1),
        "has_audio": facts.get("audio_codec") is not None,
        "has_video": facts["kind"] == "video",
        "size": facts["size_bytes"],
        "format": facts["format"],
    }


def fraction(numerator: int, denominator: int) -> list[int] | None:
    """Return a rate as the wire says it; None where nothing moves."""
    return [numerator, denominator] if numerator else None


def history(headlines: Sequence[tuple[int, str, str, float]]) -> list[dict[str, Any]]:
    """Return the stored versions as the state shows them; ``time`` is in seconds since 1970."""
    return [
        {"version": version, "kind": kind, "message": message, "time": time}
        for version, kind, message, time in headlines
    ]
