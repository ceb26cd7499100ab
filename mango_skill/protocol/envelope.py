"""The envelope ``{"code", "message", "data"}``, and what each code means as an error.

The code can be non-zero on HTTP 200, render answers are not wrapped at all [P], and a bare ADK server
answers ``{"detail": ...}``: ``unwrap`` takes all of them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final

from mango_skill.errors import (
    ArgumentError,
    BusyError,
    ConfigurationError,
    CreditError,
    EngineError,
    MangoError,
    MediaError,
    OutputError,
    PlanError,
    RateLimitError,
    ServiceError,
    UserError,
)
from mango_skill.protocol import constants
from mango_skill.protocol.constants import CLOUD_FORMATS


@dataclass(frozen=True)
class Meaning:
    """What a code says to a person: the class of error, one sentence, and what to do."""

    kind: type[MangoError]
    message: str
    hint: str


MEANINGS: Final[Mapping[int, Meaning]] = {
    constants.TOKEN_INVALID: Meaning(
        ConfigurationError,
        "The access token is invalid or has expired.",
        "Connect again: 'mango connect' gets a new one.",
    ),
    constants.SESSION_NOT_FOUND: Meaning(
        ServiceError,
        "The service no longer knows this project's session.",
        "Upload the footage again; a new session is made for it.",
    ),
    constants.OUT_OF_CREDITS: Meaning(
        CreditError, "There are no credits left.", "Top up the account, or register to get more."
    ),
    constants.UNSUPPORTED_MEDIA: Meaning(
        MediaError,
        "This file type is not supported.",
        f"Use one of: {', '.join(CLOUD_FORMATS)}.",
    ),
    constants.TOO_LARGE: Meaning(
        MediaError,
        "The file is too large.",
        "Compress or trim it: at most 500 MB a file.",
    ),
    constants.CLIENT_ID_MISSING: Meaning(
        ServiceError, "The service did not accept the request.", "Try again; report it if it stays so."
    ),
    constants.PLAN_BLOCKED: Meaning(
        PlanError,
        "The free plan does not allow this export; it is a matter of the plan, not of credits.",
        "Register or choose a plan that includes exports.",
    ),
    constants.RATE_LIMITED: Meaning(
        RateLimitError, "The service was asked too often.", "Wait a little, then try again."
    ),
}

_ENGINE_CLASSES: Final[Mapping[str, type[MangoError]]] = {
    "busy": BusyError,
    "invalid_arguments": ArgumentError,
    "bad_draft": ArgumentError,
    "bad_output": ArgumentError,
    "nothing_to_render": UserError,
    "link_refused": MediaError,
    "link_failed": MediaError,
    "missing_file": MediaError,
    "crashed": MediaError,
    "took_too_long": MediaError,
    "disk_full": OutputError,
    "not_writable": OutputError,
    "not_here": PlanError,
    "stopping": EngineError,
    "internal": EngineError,
}
"""The engine's own words, beside the published numbers [ours]."""

# Their own command line knows other numbers for a bad token [P]; HTTP says the same in its own way.
ALIASES: Final[Mapping[int, int]] = {
    1010: constants.TOKEN_INVALID,
    1011: constants.TOKEN_INVALID,
    401: constants.TOKEN_INVALID,
    413: constants.TOO_LARGE,
    415: constants.UNSUPPORTED_MEDIA,
}
# Codes with a meaning of their own; only these are trusted when HTTP alone says them.
_FROM_STATUS: Final = (401, 402, 413, 415, 429)
_SUCCESSES: Final = (constants.OK, 200)
_LONGEST_SENTENCE: Final = 240
_EXCEPTION_NAME: Final = re.compile(r"^(?:[\w.]+\.)?\w*(?:Error|Exception)\s*:\s*")
_SECRET_LIKE: Final = re.compile(r"(?i)\b(?:nmv|clm)_|\bbearer\s|\beyJ|[A-Za-z0-9_\-]{32,}|://")


def wrap(data: Any, *, message: str = "success") -> dict[str, Any]:
    """Return a success envelope."""
    return {"code": constants.OK, "message": message, "data": data}


def sentence(text: Any) -> str:
    """Return what a service says as one plain line, or nothing: no page, no JSON, nothing like a secret."""
    if not isinstance(text, str):
        return ""
    line = _EXCEPTION_NAME.sub("", " ".join(valid_text(text).split()))
    if not line or line[0] in "{[<" or "</" in line or _SECRET_LIKE.search(line):
        return ""
    return line if len(line) <= _LONGEST_SENTENCE else line[: _LONGEST_SENTENCE - 1] + "…"


def valid_text(text: str) -> str:
    """Return text that can be written anywhere: JSON may carry half of a character, which no file takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        # Through UTF-16, so that two halves that belong together become their character.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def error_for(code: Any, *, said: Any = None, retry_after_s: float | None = None) -> MangoError:
    """Return the error that a wire code means; unknown codes become a ``ServiceError`` that names them.

    Args:
        code: The envelope's code, a number or a word.
        said: The service's own message, repeated when it is a plain sentence.
        retry_after_s: Seconds that the service asked to wait.
    """
    number = _number(code)
    number = ALIASES.get(number, number) if number is not None else None
    details: dict[str, Any] = {}
    said = sentence(said)
    if said:
        details["said"] = said
    if retry_after_s is not None:
        details["retry_after_s"] = round(retry_after_s, 1)
    if number is not None and number in MEANINGS:
        meaning = MEANINGS[number]
        return meaning.kind(meaning.message, code=str(number), hint=meaning.hint, details=details)
    word = str(number) if number is not None else (sentence(code) or "service")
    told = f"The service answered with error {word}" if word != "service" else "The service reported an error"
    return ServiceError(
        f"{told}: {_stop(said)}" if said else f"{told}.",
        code=word,
        hint="Try again later; what was there before is kept.",
        details=details,
    )


def error_class(code: Any) -> type[MangoError]:
    """Return the class of error that a wire code means; ``ServiceError`` for unknown ones."""
    number = _number(code)
    meaning = MEANINGS.get(ALIASES.get(number, number)) if number is not None else None
    return ServiceError if meaning is None else meaning.kind


def error_for_status(status: int, *, said: Any = None, retry_after_s: float | None = None) -> MangoError:
    """Return the error that an HTTP status means when no envelope says more."""
    if status in _FROM_STATUS:
        return error_for(status, said=said, retry_after_s=retry_after_s)
    if status == 404 and isinstance(said, str) and said.lower().startswith("session not found"):
        return error_for(constants.SESSION_NOT_FOUND)
    said = sentence(said)
    details: dict[str, Any] = {"status": status}
    if said:
        details["said"] = said
    if 300 <= status < 400:
        message, hint = (
            "The address answered with a redirect instead of the service.",
            "Check the network: a captive portal or proxy may be in the way.",
        )
        return ServiceError(message, code="redirect", hint=hint, details=details)
    if status >= 500:
        message = f"The service is in trouble (HTTP {status})."
        hint = "Try again in a few minutes; nothing is lost."
        return ServiceError(
            message, code=constants.STATUS_CODE.format(status), hint=hint, retryable=True, details=details
        )
    return ServiceError(
        f"The service refused the request (HTTP {status}).",
        code=constants.STATUS_CODE.format(status),
        hint="Check the arguments, or try again later.",
        details=details,
    )


def parse(body: bytes) -> Any:
    """Return the JSON value of a body.

    Raises:
        ValueError: It is none.
    """
    value = json.loads(body.decode("utf-8-sig", "replace"))
    if b"\\ud" in body or b"\\uD" in body:
        return json.loads(valid_text(json.dumps(value, ensure_ascii=False)))
    return value


def unwrap(status: int, body: bytes, *, retry_after_s: float | None = None) -> Any:
    """Return the data of an answer, whether it was wrapped or not.

    Args:
        status: The HTTP status.
        body: The whole body.
        retry_after_s: Seconds that the service asked to wait.

    Raises:
        MangoError: What the code, the status or the body's shape means.
    """
    try:
        value = parse(body)
    except ValueError:
        if status >= 400 or status < 200 or 300 <= status < 400:
            raise error_for_status(status, retry_after_s=retry_after_s) from None
        if not body.strip():
            return {}
        raise unusable(body) from None
    problem = problem_of(value, retry_after_s=retry_after_s)
    if 200 <= status < 300:
        if problem is not None:
            raise problem
        return data_of(value)
    known = problem is not None and _number(problem.code) in MEANINGS
    if problem is not None and (
        known or (problem.code not in ("service", "detail") and status not in _FROM_STATUS)
    ):
        raise problem
    raise error_for_status(status, said=_said(value), retry_after_s=retry_after_s)


def data_of(value: Any) -> Any:
    """Return what is in the envelope, or the value itself when there is none."""
    if isinstance(value, Mapping) and "data" in value and ("code" in value or "success" in value):
        inner = value["data"]
        if inner is None:
            return {}
        # Facts beside `data` are kept: some answers put their own at the top level.
        if isinstance(inner, Mapping):
            beside = {k: v for k, v in value.items() if k not in ("code", "message", "data", "success")}
            return {**beside, **inner}
        return inner
    return value


def problem_of(value: Any, *, retry_after_s: float | None = None) -> MangoError | None:
    """Return the error that a JSON answer carries, or None when it carries none."""
    if not isinstance(value, Mapping):
        return None
    code = value.get("code")
    if code is not None and _number(code) not in _SUCCESSES:
        own = own_words(value.get("reason"), code=code, message=value.get("message"), hint=value.get("hint"))
        return own or error_for(code, said=_said(value), retry_after_s=retry_after_s)
    if value.get("success") is False:
        return error_for("service", said=_said(value), retry_after_s=retry_after_s)
    inner = value.get("error")
    # A render's status carries its own error; it is read where renders are read.
    if inner and "status" not in value and "data" not in value:
        if isinstance(inner, Mapping):
            return error_for(
                inner.get("code", "service"),
                said=inner.get("message") or inner.get("detail"),
                retry_after_s=retry_after_s,
            )
        return error_for("service", said=inner, retry_after_s=retry_after_s)
    if "detail" in value and len(value) == 1:
        said = value["detail"]
        if isinstance(said, str) and said.lower().startswith("session not found"):
            return error_for(constants.SESSION_NOT_FOUND)
        problem = error_for("service", said=said)
        problem.code = "detail"
        return problem
    return None


def own_words(reason: Any, *, message: Any, hint: Any = None, code: Any = None) -> MangoError | None:
    """Return an error of the engine with its own sentences: it knows its limits and formats best.

    Args:
        reason: The engine's own word for it.
        message: Its sentence.
        hint: What to do.
        code: The envelope's number, where there is one.

    Returns:
        None when these are not the engine's: a reason or a sentence is missing.
    """
    reason, message = sentence(reason), sentence(message)
    if not reason or not message:
        return None
    number = _number(reason if code is None else code)
    published = number in MEANINGS
    kind = error_class(number) if published else _ENGINE_CLASSES.get(reason, ServiceError)
    return kind(message, code=str(number) if published else reason, hint=sentence(hint))


def unusable(body: bytes) -> MangoError:
    """Return the error for an answer that is neither JSON nor a stream; its text is not repeated."""
    head = body[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"<"):
        return ServiceError(
            "A web page came back instead of an answer.",
            code="html_page",
            hint="Check the network: a captive portal or proxy may be in the way.",
        )
    return ServiceError(
        "The service answered in a form that can't be read.",
        code="unreadable",
        hint="Try again later; what was there before is kept.",
    )


def parse_retry_after(value: str | None, *, now: float) -> float | None:
    """Return the seconds of a ``Retry-After``, given in seconds or as a date; None when it says nothing.

    Args:
        value: The header.
        now: Seconds since 1970.
    """
    if value is None or not value.strip():
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - now
        except (TypeError, ValueError, OverflowError):
            return None
    if not math.isfinite(seconds):
        return None
    return max(0.0, seconds)


def _said(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return None
    for key in ("message", "msg", "detail", "error_message", "errorMessage"):
        if isinstance(value.get(key), str):
            return value[key]
    inner = value.get("error")
    if isinstance(inner, Mapping):
        return inner.get("message")
    return inner


def _number(code: Any) -> int | None:
    if isinstance(code, bool):
        return None
    if isinstance(code, int):
        return code
    if isinstance(code, float) and code.is_integer():
        return int(code)
    if isinstance(code, str) and re.fullmatch(r"\s*-?\d{1,9}\s*", code):
        return int(code)
    return None


def _stop(text: str) -> str:
    return text if text[-1:] in ".!?。！？…" else f"{text}."
