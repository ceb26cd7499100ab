"""Numbers as people read them: times, sizes, shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mango_skill.replies.wording import say
from mango_skill.timeline.summary import percent as percent_of

_KILO = 1000
_SECONDS = {"zh": "秒", "ja": "秒", "ko": "초"}


def format_time(ms: float, language: str = "en") -> str:
    """Write milliseconds: "4.5 s" below a minute, "1:05" or "1:05.2" from there, "1:02:03" from an hour."""
    tenths = round(ms / 100)
    if tenths < 600:
        return f"{_trim(tenths / 10)} {_SECONDS.get(language, 's')}"
    whole, tenth = divmod(tenths, 10)
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{clock}.{tenth}" if tenth else clock


def format_delta(ms: float, language: str = "en") -> str:
    """Write a difference of two lengths with its sign: "-10.7 s"."""
    return ("+" if ms > 0 else "-" if ms < 0 else "±") + format_time(abs(ms), language)


def format_span(span: Any, language: str = "en") -> str:
    """Write a range [start, end] in milliseconds: "0-4.5 s", "0:58-1:10"."""
    if not isinstance(span, list | tuple) or len(span) != 2:
        return str(span)
    start, end = span
    if end < 60_000:
        return f"{_trim(round(start / 100) / 10)}-{format_time(end, language)}"
    return f"{_clock(start)}-{_clock(end)}"


def _clock(ms: float) -> str:
    return format_time(ms) if ms >= 60_000 else f"0:{_pad(round(ms / 100) / 10)}"


def _pad(seconds: float) -> str:
    return ("0" if seconds < 10 else "") + _trim(seconds)


def format_size(count: int) -> str:
    """Write bytes in decimal units: "3.4 MB"."""
    value, unit = float(count), "bytes"
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < _KILO or unit == "GB":
            break
        value /= _KILO
    return f"{count} bytes" if unit == "bytes" else f"{value:.1f} {unit}"


def format_percent(value: Any, language: str = "en") -> str:
    """Write a percentage; what is no number as it is."""
    return percent_of(float(value)) if isinstance(value, int | float) else str(value)


def format_number(value: float, language: str = "en") -> str:
    """Write a number without needless digits."""
    return _trim(round(float(value), 3))


def _trim(value: float) -> str:
    return f"{value:.10g}"


def format_canvas(canvas: Mapping[str, Any] | None, language: str) -> str:
    """Write a canvas: "1080×1920, 30 fps, filled"."""
    if not canvas:
        return say(language, "none")
    facts = [f"{canvas.get('width', '?')}×{canvas.get('height', '?')}"]
    if canvas.get("fps"):
        facts.append(f"{format_number(canvas['fps'])} fps")
    if canvas.get("fit") in ("crop", "pad", "blur"):
        facts.append(say(language, f"fit.{canvas['fit']}"))
    return ", ".join(facts)
