"""Two operations that are one: said twice, or first made and then described."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mango_skill.operations.catalog import CATALOG
from mango_skill.operations.kinds import JsonValue
from mango_skill.operations.model import Operation

# What may be done twice on purpose.
_REPEATABLE = frozenset(
    {
        "duplicate_clip",
        "undo",
        "redo",
        "split",
        "trim_start",
        "trim_end",
        "remove_range",
        "add_sfx",
        "insert_clip",
        "delete_clip",
        "add_title",
    }
)
_ABOUT_TITLE = frozenset({"title", "text"})


def merge(first: Operation, second: Operation) -> Operation | None:
    """Return one operation that says both, or None when they are two."""
    if first.name == second.name:
        return _merge_same(first, second)
    if first.name == "add_captions" and second.name == "style_captions":
        return _united(first, second.parameters)
    if (
        first.name == "add_title"
        and second.name in ("style_text", "animate_text")
        and second.parameters.get("target") in _ABOUT_TITLE
    ):
        return _united(first, {key: value for key, value in second.parameters.items() if key != "target"})
    if (
        first.name == "watermark"
        and second.name == "style_text"
        and second.parameters.get("target") == "watermark"
    ):
        return _united(first, {key: value for key, value in second.parameters.items() if key != "target"})
    if (
        first.name == "add_music"
        and second.name == "set_volume"
        and set(second.parameters) == {"target", "percent"}
        and second.parameters["target"] == "music"
    ):
        return _united(first, {"percent": second.parameters["percent"]})
    return None


def _merge_same(first: Operation, second: Operation) -> Operation | None:
    if first.parameters == second.parameters:
        return None if first.name in _REPEATABLE else first
    if first.name in _REPEATABLE:
        return None
    if "direction" in first.parameters and {"percent", "db"} & set(second.parameters):
        # "it's too dark, brighten it by 30 %": the number says how much.
        rest = {key: value for key, value in first.parameters.items() if key != "direction"}
        stated = {key: value for key, value in second.parameters.items() if key not in ("percent", "db")}
        return second if rest == stated else None
    if first.name in (
        "style_text",
        "style_captions",
        "add_captions",
        "add_music",
        "set_aspect",
        "progress_bar",
        "pip",
        "speed_ramp",
        "split_screen",
        "crop",
        "highlight",
        "transition",
        "set_resolution",
    ):
        same_target = first.parameters.get("target") == second.parameters.get("target")
        return _united(first, second.parameters) if same_target else None
    if (
        set(first.parameters.items() if _plain(first) else ())
        <= set(second.parameters.items() if _plain(second) else ())
        and _plain(first)
        and _plain(second)
    ):
        return (
            second
            if first.parameters
            or first.name in ("stabilize", "normalize_loudness", "remove_silence", "denoise_audio")
            else None
        )
    if _plain(first) and _plain(second) and set(second.parameters.items()) < set(first.parameters.items()):
        return (
            first
            if second.parameters
            or first.name in ("stabilize", "normalize_loudness", "remove_silence", "denoise_audio")
            else None
        )
    return None


def _plain(operation: Operation) -> bool:
    return all(isinstance(value, str | int | float) for value in operation.parameters.values())


def _united(first: Operation, more: Mapping[str, JsonValue]) -> Operation | None:
    known = CATALOG[first.name].parameters
    for key, value in more.items():
        if key not in known or first.parameters.get(key, value) != value:
            return None
    return first.changed(**more)


def absorbs(larger: Sequence[Operation], smaller: Sequence[Operation]) -> bool:
    """Tell whether a new reading says the same edits as an old one, or these and more."""
    names = [operation.name for operation in smaller]
    if [operation.name for operation in larger[: len(names)]] != names:
        return False
    for new, old in zip(larger, smaller, strict=False):
        lost = [
            key
            for key in old.parameters
            if key not in new.parameters and key not in ("direction", "target", "missing", "kind")
        ]
        if lost:
            return False
    return True
