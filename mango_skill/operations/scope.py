"""The part that a clause speaks of: exceptions and named clips are carried over or the clause is not understood.

An edit is never turned round or widened: what no parameter can say is left over rather than done to more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mango_skill.operations.catalog import CATALOG
from mango_skill.operations.clause import Clause, make
from mango_skill.operations.described import find_described
from mango_skill.operations.lexicon import pattern
from mango_skill.operations.model import Operation
from mango_skill.operations.rules import read_clause

_EXCEPT = (
    r"(?<![a-z])(?:with the exception of|except(?:ing)?(?: for| in| on| at| during)?|excluding|other than|apart from|aside from"
    r"|besides|save for|but not(?: in| on| during| for)?|not including)(?![a-z]) ?(?:the |my )?(?P<out>.+)$"
    r"|除了?(?P<zh>.+?)(?:以外|之外|外|(?=[,，都全其别他]))[,，的]?|(?P<mark><[chegr]\d+>)(?:以外|之外|除外)"
)
_ADDS = r"除.*(?:还|也|再)|besides (?:that|this)"
_KEPT = frozenset({"keep_range", "keep_ranges", "keep_clips", "isolate"})
_PLACED = frozenset(
    {
        "clip",
        "clips",
        "clips_except",
        "between",
        "a",
        "b",
        "order",
        "to",
        "after_clip",
        "at",
        "start",
        "end",
        "source",
    }
)
# What holds for all of the video, so a clip that is named with it would be lost.
_WHOLE = frozenset(
    {
        "add_music", "replace_music", "remove_music", "add_captions", "remove_captions", "normalize_loudness",
        "remove_silence", "speed_silence", "watermark", "progress_bar", "level_speakers", "duck",
    }
)  # fmt: skip
_SOUND = r"^(?:in |on |for )?(?:the |my )?(?:background )?(?:music|soundtrack|song)$|^(?:背景)?(?:音乐|配乐)$"


def read_scoped(clause: Clause) -> Sequence[Operation]:
    """Return the operations of a clause, none when they would be done to more than it says."""
    found = read_clause(clause)
    if not found:
        return _ask_for_clip(clause, found)
    exception = None if clause.says(_ADDS) else clause.says(_EXCEPT)
    if exception is not None:
        return _read_exception(clause, exception, found)
    if clause.all("c") and all(one.name in _WHOLE and not _PLACED & set(one.parameters) for one in found):
        return ()
    return _ask_for_clip(clause, found)


def _read_exception(
    clause: Clause, exception: re.Match[str], found: Sequence[Operation]
) -> Sequence[Operation]:
    if all(one.name in _KEPT for one in found) and not find_described(clause.text):
        return found
    out = (exception["out"] or exception["zh"] or exception["mark"]).strip()
    if clause.excepted:
        return found if all("clips_except" in one.parameters for one in found) else ()
    rest = f"{clause.text[: exception.start()]} {clause.text[exception.end() :]}".strip()
    base = read_clause(Clause(rest, clause.message, clause.before))
    if pattern(_SOUND).search(out):
        only = len(base) == 1 and base[0].name == "mute" and base[0].parameters.get("target") == "all"
        return [make("isolate", target="music")] if only else ()
    bounds = _bounds(Clause(out, clause.message))
    if bounds is None or not base:
        return ()
    return [part for one in base for part in _complement(one, *bounds)] if _all_fit(base) else ()


def _bounds(out: Clause) -> tuple[float, float | None] | None:
    """Return start and end of what is left alone; None when no parameter can say it."""
    if not pattern(
        r"(?:(?:in|on|from|during|between|for|the) )*<[hr]\d+>(?: of (?:it|the video|the clip))?"
    ).fullmatch(out.text):
        return None
    head, span = out.one("h"), out.one("r")
    if head is not None:
        return 0, head
    return (span[0] or 0, span[1]) if span else None


def _all_fit(base: Sequence[Operation]) -> bool:
    return all(
        one.name in ("speed", "speed_range")
        or (
            "start" in CATALOG[one.name].parameters
            and not CATALOG[one.name].parameters.keys() & {"text", "source"}
        )
        for one in base
    ) and not any({"start", "end", "start_from_end", "start_percent"} & set(one.parameters) for one in base)


def _complement(one: Operation, start: float, end: float | None) -> list[Operation]:
    name = "speed_range" if one.name == "speed" else one.name
    if set(one.parameters) - set(CATALOG[name].parameters):
        return []
    parts = [make(name, **one.parameters, start=0, end=start)] if start else []
    if end is not None:
        parts.append(make(name, **one.parameters, start=end))
    return parts


def _ask_for_clip(clause: Clause, found: Sequence[Operation]) -> Sequence[Operation]:
    """ "mute the red clip": which clip that is cannot be read from the words, and all of them is not meant."""
    if clause.all("c") or clause.all("q") or clause.all("f") or not find_described(clause.text):
        return found
    wanted = found or pattern(
        r"^(?:please )?(?:mute|unmute|remove|delete|cut|drop|keep|put|move|speed|slow|trim|reverse|stabili[sz]e|rotate|flip|duplicate|make|turn)(?![a-z])"
        r"|删|剪|去掉|静音|保留|移|放|加速|减速|放慢|倒放|旋转|复制|变|调"
    ).search(clause.text)
    touched = {one.name for one in found}
    about_clip = not found or all(
        {"clip", "clips"} & CATALOG[name].parameters.keys() or name in _WHOLE for name in touched
    )
    return [make("clarify", missing="clip")] if wanted and about_clip else found
