"""Changes between two timelines, one line each: what, where, before and after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mango_skill.replies.cleaning import clean_name
from mango_skill.replies.values import (
    format_canvas,
    format_delta,
    format_number,
    format_percent,
    format_span,
    format_time,
)
from mango_skill.replies.wording import has, say
from mango_skill.timeline.difference import Difference

Facts = Mapping[str, Any]

_MOST_LINES = 14
_MOST_NAMES = 24
# Names of files inside an effect are ids of the project: not for reading.
_HIDDEN = frozenset({"asset", "id", "source", "lut", "ease"})


def describe_changes(changes: Difference | Sequence[Facts], *, language: str) -> list[str]:
    """Return one line for each change; where there are many, one for each kind on each track.

    Args:
        changes: A difference, or its JSON form (``Difference.to_json``).
        language: The reader's language.
    """
    facts = changes.to_json() if isinstance(changes, Difference) else list(changes)
    if len(facts) <= _MOST_LINES:
        return list(dict.fromkeys(describe_change(one, language=language) for one in facts))
    groups: dict[tuple[str, str, str], list[Facts]] = defaultdict(list)
    for one in facts:
        groups[str(one.get("kind", "")), str(one.get("track", "")), _matter(one)].append(one)
    lines: list[str] = []
    for group in groups.values():
        lines += (
            _describe_group(group, language)
            if len(group) > 2
            else [describe_change(one, language=language) for one in group]
        )
    return list(dict.fromkeys(lines))


def _matter(change: Facts) -> str:
    """Return what kind of effect or transition a change is about: only like goes with like."""
    if not str(change.get("kind", "")).startswith(("effect", "transition")):
        return ""
    either = change.get("after") or change.get("before")
    return str(either.get("kind", "")) if isinstance(either, Mapping) else str(either)


def _describe_group(group: Sequence[Facts], language: str) -> list[str]:
    first = describe_change(group[0], language=language)
    names = list(dict.fromkeys(clean_name(str(one["name"])) for one in group[1:] if one.get("name")))
    more = say(language, "more", count=len(group) - 1)
    listed = say(language, "list").join(names[:_MOST_NAMES]) + (" …" if len(names) > _MOST_NAMES else "")
    return [f"{first}; {more}" + (f" ({listed})" if listed else "")]


def describe_change(change: Facts, *, language: str) -> str:
    """Return one change as a line; a kind that is not known is still named."""
    kind = str(change.get("kind", "other"))
    key, values = _WORDED.get(kind, _word_plain)(change, language)
    values = {
        "track": _name_track(change, language),
        "name": clean_name(str(change.get("name") or _name_track(change, language))),
        "where": _name_place(change, language),
        **values,
    }
    if not has(language, key):
        return say(language, "change.other")
    return say(language, key, **values)


def _name_track(change: Facts, language: str) -> str:
    label = str(change.get("track") or "")
    if not label:
        return say(language, "whole")
    return say(language, f"track.{label}") if has(language, f"track.{label}") else clean_name(label)


def _name_place(change: Facts, language: str) -> str:
    parts = [_name_track(change, language)]
    if change.get("name"):
        parts.append(clean_name(str(change["name"])))
    return " ".join(parts) + "：" if language in ("zh", "ja") else ", ".join(parts) + ": "


def _word_plain(change: Facts, language: str) -> tuple[str, dict[str, str]]:
    kind = str(change.get("kind", "other"))
    return f"change.{kind}", {
        "before": clean_name(str(change.get("before", say(language, "none")))),
        "after": clean_name(str(change.get("after", say(language, "none")))),
    }


def _formatted(formatter: Callable[[Any, str], str]) -> Callable[[Facts, str], tuple[str, dict[str, str]]]:
    def word(change: Facts, language: str) -> tuple[str, dict[str, str]]:
        none = say(language, "none")
        return f"change.{change['kind']}", {
            side: formatter(change[side], language) if change.get(side) is not None else none
            for side in ("before", "after")
        }

    return word


def _word_duration(change: Facts, language: str) -> tuple[str, dict[str, str]]:
    before, after = change.get("before") or 0, change.get("after") or 0
    return "change.duration", {
        "before": format_time(before, language),
        "after": format_time(after, language),
        "delta": format_delta(after - before, language),
    }


def _word_canvas(change: Facts, language: str) -> tuple[str, dict[str, str]]:
    return "change.canvas", {side: format_canvas(change.get(side), language) for side in ("before", "after")}


def _word_track(change: Facts, language: str) -> tuple[str, dict[str, str]]:
    names = clean_name(str(change.get("name") or "")).strip("…")
    return f"change.{change['kind']}" + ("" if names else ".empty"), {"names": names}


def _word_reverse(change: Facts, language: str) -> tuple[str, dict[str, str]]:
    return f"change.reverse.{'on' if change.get('after') else 'off'}", {}


def _word_changed(change: Facts, language: str) -> tuple[str, dict[str, str]]:
    before, after = change.get("before"), change.get("after")
    if before and after and before != after:
        return "change.clip_renamed", {"before": clean_name(str(before)), "after": clean_name(str(after))}
    return "change.clip_changed", {}


def _word_text(change: Facts, language: str) -> tuple[str, dict[str, str]]:
    return "change.text", {
        side: f"“{clean_name(str(change.get(side) or ''))}”" for side in ("before", "after")
    }


def _word_style(change: Facts, language: str) -> tuple[str, dict[str, str]]:
    before, after = change.get("before") or {}, change.get("after") or {}
    facts = [
        f"{_name_kind(key, language)} {_write(key, before.get(key), language)} → {_write(key, after.get(key), language)}"
        for key in dict.fromkeys([*before, *after])
    ]
    return "change.style", {"facts": say(language, "list").join(facts)}


def _word_effect(change: Facts, language: str) -> tuple[str, dict[str, str]]:
    return f"change.{change['kind']}", {
        side: _describe_effect(change.get(side), language) for side in ("before", "after")
    }


def _word_transition(change: Facts, language: str) -> tuple[str, dict[str, str]]:
    none = say(language, "none")
    return f"change.{change['kind']}", {
        side: _name_kind(str(change[side]), language) if change.get(side) else none
        for side in ("before", "after")
    }


def _describe_effect(effect: Any, language: str) -> str:
    """Write an effect: "brightness +10 % (2-5 s)"."""
    if not isinstance(effect, Mapping):
        return say(language, "none")
    facts = [_name_kind(str(effect.get("kind", "")), language)]
    for key, value in (effect.get("parameters") or {}).items():
        if key not in _HIDDEN and isinstance(value, str | int | float | bool) and (key, value) not in _USUAL:
            written = _word_value(str(effect.get("kind", "")), value, language) or _write(
                key, value, language
            )
            if key == "percent" and effect.get("kind") in _SIGNED and not written.startswith("-"):
                written = f"+{written}"
            facts.append(written if key in _PLAIN_KEYS else f"{_name_kind(key, language)} {written}")
    if effect.get("range"):
        facts.append(f"({format_span(effect['range'], language)})")
    return " ".join(facts)


_SIGNED = frozenset({"brightness", "contrast", "saturation", "temperature"})
# Values that go without saying.
_USUAL = frozenset(
    {("target", "both"), ("target", "all"), ("color", "black"), ("x_percent", 50), ("y_percent", 50)}
)
_PLAIN_KEYS = frozenset(
    {"percent", "name", "mode", "degrees", "duration", "lufs", "db", "ratio", "kind", "direction"}
    | {"target", "axis", "position"}
)


def _write(key: str, value: Any, language: str) -> str:
    if value is None:
        return say(language, "none")
    if isinstance(value, bool):
        return "+" if value else "-"
    if isinstance(value, int | float):
        if "percent" in key:
            return format_percent(value)
        units = {"duration": "", "db": " dB", "lufs": " LUFS", "degrees": "°"}
        return (
            format_time(value, language) if key == "duration" else format_number(value) + units.get(key, "")
        )
    return _word_value("", value, language) or clean_name(str(value).replace("_", " "))


def _word_value(kind: str, value: Any, language: str) -> str:
    """Return the words of a value that people don't write so; the same word may mean another thing for a kind."""
    for key in (f"{kind}.{value}", f"value.{value}"):
        if isinstance(value, str) and has(language, key):
            return say(language, key)
    return ""


def _name_kind(kind: str, language: str) -> str:
    key = f"kind.{kind}"
    return (
        say(language, key)
        if has(language, key)
        else clean_name(kind.removesuffix("_percent").replace("_", " "))
    )


_WORDED: dict[str, Callable[[Facts, str], tuple[str, dict[str, str]]]] = {
    "duration": _word_duration,
    "canvas": _word_canvas,
    "track_added": _word_track,
    "track_removed": _word_track,
    "clip_added": _formatted(format_span),
    "clip_removed": _formatted(format_span),
    "clip_moved": _formatted(format_span),
    "clip_trimmed": _formatted(format_span),
    "clip_changed": _word_changed,
    "speed": _formatted(format_number),
    "reverse": _word_reverse,
    "volume": _formatted(format_percent),
    "text": _word_text,
    "style": _word_style,
    "transition_added": _word_transition,
    "transition_removed": _word_transition,
    "transition_changed": _word_transition,
    "effect_added": _word_effect,
    "effect_removed": _word_effect,
    "effect_changed": _word_effect,
}
