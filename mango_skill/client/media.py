"""The session's media as its backend describes them, in whatever shape that comes."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from mango_skill.timeline.model import MediaKind, MediaReference

_KINDS: Final = {one.value: one for one in MediaKind} | {"photo": MediaKind.IMAGE, "music": MediaKind.AUDIO}


def records(state: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Return what a state says about the session's media, as it says it."""
    found = state.get("video_infos")
    if isinstance(found, Mapping):
        found = [{"id": key, **value} for key, value in found.items() if isinstance(value, Mapping)]
    return tuple(one for one in found if isinstance(one, Mapping)) if isinstance(found, list) else ()


def references(state: Mapping[str, Any]) -> tuple[MediaReference, ...]:
    """Return the session's media as the model names them; what is not told stays at its default."""
    return tuple(_reference(one) for one in records(state))


def _reference(one: Mapping[str, Any]) -> MediaReference:
    name = next(
        (str(one[key]) for key in ("name", "file_name", "filename", "title", "id") if one.get(key)), "media"
    )
    kind = _KINDS.get(str(one.get("kind", "")).lower(), MediaKind.VIDEO)
    return MediaReference(
        id=str(one.get("id") or name),
        name=name,
        kind=kind,
        duration=_whole(one.get("duration")),
        width=_whole(one.get("width")),
        height=_whole(one.get("height")),
        fps=_rate(one.get("fps")),
        has_audio=one.get("has_audio") is True,
        has_video=one.get("has_video", kind is MediaKind.VIDEO) is True,
    )


def _whole(value: Any) -> int:
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0 else 0


def _rate(value: Any) -> Fraction | None:
    try:
        if isinstance(value, list) and len(value) == 2:
            rate = Fraction(int(value[0]), int(value[1]))
        elif isinstance(value, (int, float, str)) and not isinstance(value, bool):
            rate = Fraction(value).limit_denominator(1001)
        else:
            return None
    except (ValueError, TypeError, ZeroDivisionError, OverflowError):
        return None
    return rate if rate > 0 else None
