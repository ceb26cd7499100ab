"""What a backend says of a render, in whatever of its forms it comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mango_skill.errors import MangoError, RenderError, ServiceError
from mango_skill.protocol import constants, envelope

_FACTS: Final = ("size", "duration", "width", "height", "format", "notes")

_SYNONYMS: Final[Mapping[str, str]] = {
    "pending": constants.PENDING,
    "queued": constants.PENDING,
    "submitted": constants.PENDING,
    "created": constants.PENDING,
    "waiting": constants.PENDING,
    "processing": constants.PROCESSING,
    "rendering": constants.PROCESSING,
    "running": constants.PROCESSING,
    "in_progress": constants.PROCESSING,
    "started": constants.PROCESSING,
    "completed": constants.COMPLETED,
    "complete": constants.COMPLETED,
    "done": constants.COMPLETED,
    "success": constants.COMPLETED,
    "succeeded": constants.COMPLETED,
    "finished": constants.COMPLETED,
    "failed": constants.FAILED,
    "failure": constants.FAILED,
    "error": constants.FAILED,
    "timeout": constants.FAILED,
    "cancelled": constants.CANCELLED,
    "canceled": constants.CANCELLED,
}


@dataclass(frozen=True)
class RenderStatus:
    """A status answer, in whatever of its forms it came.

    Attributes:
        status: One of ``RENDER_STATUSES``; empty when it was not told.
        percent: 0 to 100 when told.
        url: Where the result is, when it is there.
        error: What failed.
        left_s: Seconds that it will still take, when told.
        facts: size, duration, width, height, format, notes as far as told; the duration in ms. ``sidecars``
            are caption files beside the video: a mapping of their format to their address.
    """

    status: str
    percent: float | None = None
    url: str = ""
    error: MangoError | None = None
    facts: Mapping[str, Any] | None = None
    left_s: int | None = None


def read_status(data: Any) -> RenderStatus:
    """Read a status answer: wrapped or not, camelCase or not, an address as text or object."""
    if not isinstance(data, Mapping):
        return RenderStatus("")
    inner = data.get("data")
    if isinstance(inner, Mapping) and "status" not in data:
        return read_status(inner)
    word = str(_either(data, "status", "state") or "").strip().lower()
    status = _SYNONYMS.get(word, word if word in constants.RENDER_STATUSES else "")
    output = _either(data, "output", "result")
    url = _url(output) or _url(_either(data, "outputUrl", "output_url", "url", "video_url", "videoUrl"))
    facts = output if isinstance(output, Mapping) else {}
    if not status and url:
        status = constants.COMPLETED
    if not status and data.get("error"):
        status = constants.FAILED
    known = {name: facts[name] for name in _FACTS if name in facts}
    if beside := _sidecars(facts):
        known["sidecars"] = beside
    left_s = data.get("left_s")
    return RenderStatus(
        status,
        _percent(data),
        url,
        _error(data, status),
        known,
        left_s if isinstance(left_s, int) and not isinstance(left_s, bool) and left_s > 0 else None,
    )


def _sidecars(facts: Mapping[str, Any]) -> dict[str, str]:
    told = facts.get("sidecars")
    each = (one for one in told if isinstance(one, Mapping)) if isinstance(told, list) else ()
    return {
        str(one.get("format")): _url(one) for one in each if one.get("format") in constants.CAPTION_FORMATS
    }


def _url(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping):
        return _url(_either(value, "url", "outputUrl", "output_url", "href", "video_url"))
    return ""


def _percent(data: Mapping[str, Any]) -> float | None:
    found = _either(data, "progress", "percent", "percentage")
    if isinstance(found, str):
        try:
            found = float(found.strip().rstrip("%"))
        except ValueError:
            return None
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        return None
    # A float up to 1 is a share of the whole; the whole number 1 is one percent.
    share = found * 100.0 if isinstance(found, float) and found <= 1.0 else float(found)
    return min(100.0, max(0.0, share))


def _error(data: Mapping[str, Any], status: str) -> MangoError | None:
    if status != constants.FAILED:
        return None
    inner = data.get("error")
    own = _own_error(inner)
    if own is not None:
        return own
    told = inner.get("message") if isinstance(inner, Mapping) else inner
    said = envelope.sentence(told or _either(data, "errorMessage", "error_message", "message"))
    code = inner.get("code") if isinstance(inner, Mapping) else None
    return RenderError(
        f"The render failed: {said.rstrip('.')}." if said else "The render failed.",
        code=str(code) if isinstance(code, str) and code else "render_failed",
        hint="Change the timeline or try again; nothing on it was lost.",
    )


def _own_error(inner: Any) -> MangoError | None:
    """Return the engine's error with its own sentences; the cloud's has no hint."""
    if not isinstance(inner, Mapping) or not inner.get("hint"):
        return None
    found = envelope.own_words(inner.get("code"), message=inner.get("message"), hint=inner["hint"])
    if found is None or not isinstance(found, ServiceError):
        return found
    return RenderError(found.message, code=found.code, hint=found.hint)


def name_in(answer: Any) -> str:
    """Return the name that the answer to a submitted render gives it; empty when it gives none."""
    return str(_either(answer, "id", "render_id", "renderId") or "") if isinstance(answer, Mapping) else ""


def _either(value: Mapping[str, Any], *names: str) -> Any:
    for name in names:
        found = value.get(name)
        if found is not None:
            return found
    return None
