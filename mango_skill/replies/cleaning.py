"""What must never reach a reader, taken out: tokens, ids, raw JSON, the chat's stray error line."""

from __future__ import annotations

import json
import re

_TOKEN = re.compile(
    r"(?:Bearer\s+\S+|\b(?:nmv|clm|sk|tok|anon)_[A-Za-z0-9_-]{6,}|\beyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]+){0,2})"
)
_UUID = re.compile(r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b")
_HEX = re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{16,64}\b")
_NAMED_ID = re.compile(
    r"\s*[(\[（]?\b(?:session|task|job|render|clip|segment|track|asset|user|media|draft|project)?[ _-]?ids?\b\s*[:=：]\s*"
    r"[\"'`]?[\w:-]{3,}[\"'`]?[)\]）]?",
    re.IGNORECASE,
)
_FENCE = re.compile(r"```[^\n`]*\n.*?(?:```|\Z)", re.DOTALL)
_STRAY = re.compile(r"\s*I encountered a temporary issue[^\n]*$", re.IGNORECASE)
_BLANKS = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    """Return a chat's text without tokens, ids and raw data; words and order stay."""
    text = _FENCE.sub(lambda match: "" if _is_data(match.group().split("\n", 1)[1]) else match.group(), text)
    text = _drop_json(text)
    for pattern in (_TOKEN, _NAMED_ID, _UUID, _HEX):
        text = pattern.sub("", text)
    stripped = _STRAY.sub("", text)
    text = stripped if stripped.strip() else text
    lines = (re.sub(r"[ \t]{2,}", " ", line).rstrip() for line in text.splitlines())
    return _BLANKS.sub("\n\n", "\n".join(lines)).strip()


def clean_name(name: str) -> str:
    """Return a name on one line, without a token or an id in it; "…" where nothing is left."""
    for pattern in (_TOKEN, _UUID, _HEX):
        name = pattern.sub("…", name)
    return " ".join(name.split()) or "…"


def _is_data(text: str) -> bool:
    return text.lstrip()[:1] in ("{", "[")


def _drop_json(text: str) -> str:
    """Remove JSON objects and arrays that stand in the text."""
    decoder = json.JSONDecoder()
    kept: list[str] = []
    position = 0
    for match in list(re.finditer(r"[{\[](?=\s*[\"{\[\d\]}])", text))[:200]:
        if match.start() < position:
            continue
        try:
            value, end = decoder.raw_decode(text, match.start())
        except (json.JSONDecodeError, RecursionError):
            continue
        if isinstance(value, dict) or (
            isinstance(value, list) and any(isinstance(v, dict | list) for v in value)
        ):
            kept.append(text[position : match.start()])
            position = end
    return "".join(kept) + text[position:]
