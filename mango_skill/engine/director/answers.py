"""An answer to a question that was asked: it fills the hole, and the edit goes on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from mango_skill.engine.director.asked import Asked, Json
from mango_skill.engine.director.carrying import Question
from mango_skill.engine.director.reading import Reading
from mango_skill.operations.described import find_described

Read = Callable[[str], Reading]

FREE_TEXT = frozenset({"text", "name", "find", "replace", "before"})
YES = frozenset(
    [
        "yes",
        "yep",
        "yeah",
        "ok",
        "okay",
        "sure",
        "right",
        "exactly",
        "that one",
        "correct",
        "please do",
        "y",
        "是",
        "是的",
        "对",
        "对的",
        "好",
        "好的",
        "嗯",
        "没错",
        "可以",
    ]
)
NO = frozenset(
    [
        "no",
        "nope",
        "neither",
        "none",
        "never mind",
        "nevermind",
        "cancel",
        "forget it",
        "stop",
        "不",
        "不是",
        "不用",
        "不用了",
        "算了",
        "取消",
        "没有",
    ]
)
_CARRIERS: Mapping[str, Sequence[tuple[str, str, str]]] = {
    # hole -> (sentence around the answer, operation it must give, its parameter)
    "clip": (
        ("delete clip {}", "delete_clip", "clip"),
        ("delete {}", "delete_clip", "clip"),
        ("delete {} clip", "delete_clip", "clip"),
        ("删除{}", "delete_clip", "clip"),
        ("删除第{}段", "delete_clip", "clip"),
    ),
    "seconds": (
        ("trim the first {}", "trim_start", "seconds"),
        ("trim the first {} seconds", "trim_start", "seconds"),
        ("剪掉前{}", "trim_start", "seconds"),
        ("剪掉前{}秒", "trim_start", "seconds"),
    ),
    "at": (
        ("split at {}", "split", "at"),
        ("split {}", "split", "at"),
        ("split at {} seconds", "split", "at"),
        ("在{}分割", "split", "at"),
        ("在{}秒处分割", "split", "at"),
    ),
    "factor": (
        ("{} speed", "speed", "factor"),
        ("speed it up {}", "speed", "factor"),
        ("speed up {}x", "speed", "factor"),
        ("{}倍速", "speed", "factor"),
        ("加速{}", "speed", "factor"),
    ),
    "times": (
        ("loop it {}", "loop", "times"),
        ("loop it {} times", "loop", "times"),
        ("循环{}遍", "loop", "times"),
    ),
    "ratio": (("make it {}", "set_aspect", "ratio"), ("改成{}", "set_aspect", "ratio")),
    "fps": (("{} fps", "set_fps", "fps"), ("set it to {}", "set_fps", "fps"), ("{}帧", "set_fps", "fps")),
    "to": (("move clip 1 to {}", "move_clip", "to"), ("把第一段移到{}", "move_clip", "to")),
    "clips": (("keep only clips {}", "keep_clips", "clips"), ("只保留{}", "keep_clips", "clips")),
    "order": (("reorder the clips to {}", "reorder", "order"), ("顺序改成{}", "reorder", "order")),
    "width": (("make it {}", "set_resolution", "width"), ("分辨率{}", "set_resolution", "width")),
    "start": (
        ("cut out {}", "remove_range", "start"),
        ("cut {}", "remove_range", "start"),
        ("remove {}", "remove_range", "start"),
        ("剪掉{}", "remove_range", "start"),
        ("删掉{}", "remove_range", "start"),
    ),
    "ranges": (("keep {}", "keep_ranges", "ranges"), ("保留{}", "keep_ranges", "ranges")),
}
_UP = re.compile(r"\b(more|up|louder|higher|brighter|warmer|increase|stronger)\b|增加|多|大|高|亮|暖|强")
_DOWN = re.compile(r"\b(less|down|quieter|lower|darker|cooler|decrease|weaker)\b|减|少|小|低|暗|冷|弱")
_ORDINALS = {
    "first": 1, "1st": 1, "one": 1, "second": 2, "2nd": 2, "two": 2, "third": 3, "3rd": 3, "three": 3,
    "fourth": 4, "4th": 4, "four": 4, "fifth": 5, "5th": 5, "five": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8,
    "九": 9, "十": 10,
}  # fmt: skip
_LAST = re.compile(r"\b(last|final)\b|最后|末")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def to_pending(question: Question, reading: Reading, message: str) -> dict[str, Json]:
    """Return what the engine keeps until the answer comes."""
    return {
        "message": message,
        "operations": [one.to_json() for one in reading.operations],
        "recipes": list(reading.recipes),
        "place": question.place,
        "missing": question.missing,
        "options": list(question.options),
    }


def is_no(message: str) -> bool:
    """Whether the question is waved off."""
    return _plain(message) in NO


def continued(pending: Mapping[str, Json], message: str, read: Read) -> Reading | None:
    """Return the message that was open with its hole filled by the answer, or None when it fills none."""
    try:
        waiting = [
            Asked(str(one["op"]), {name: value for name, value in one.items() if name != "op"})
            for one in pending["operations"]
        ]
        place, missing = int(pending["place"]), str(pending["missing"])
        options = [str(one) for one in pending.get("options", ())]
        recipes = tuple(str(one) for one in pending.get("recipes", ()))
    except (KeyError, TypeError, ValueError):
        return None
    if not 0 <= place < len(waiting):
        return None
    if waiting[place].name == "clarify":
        return _said_together(str(pending.get("message", "")), message, missing, read)
    filled = _filled(waiting[place], missing, options, message, read)
    if filled is None:
        return None
    waiting[place] = filled
    return Reading(tuple(waiting), recipes)


def _filled(asked: Asked, missing: str, options: Sequence[str], message: str, read: Read) -> Asked | None:
    holes = [name.strip() for name in missing.split(",") if name.strip()]
    if options:
        chosen = _choice(message, options)
        return None if chosen is None else _with(asked, {holes[0]: chosen})
    if holes and holes[0] in ("a", "b"):
        numbers = [round(float(one)) for one in _NUMBER.findall(message)]
        return _with(asked, {"a": numbers[0], "b": numbers[1]}) if len(numbers) > 1 else None
    if holes and holes[0] == "direction":
        up, down = bool(_UP.search(message.casefold())), bool(_DOWN.search(message.casefold()))
        words = ("warm", "cool") if asked.name == "temperature" else ("up", "down")
        return _with(asked, {"direction": words[0] if up else words[1]}) if up != down else None
    for hole in holes:
        values = _by_carrier(hole, message, read) or _by_itself(hole, message)
        if values:
            return _with(asked, values)
    if holes and holes[0] in FREE_TEXT and message.strip():
        return _with(asked, {holes[0]: _unquoted(message)})
    # "color,size,position": the operation itself, said with the answer, may be understood
    return None


def _by_carrier(hole: str, message: str, read: Read) -> dict[str, Json] | None:
    said = message.strip().rstrip(".!。！")
    if len(said) > 200:
        return None
    for carrier, name, parameter in _CARRIERS.get(hole, ()):
        got = read(carrier.replace("{}", said)).operations
        if len(got) == 1 and got[0].name == name and got[0].has(parameter):
            wanted = (
                ("start", "end")
                if hole == "start"
                else ("width", "height")
                if hole == "width"
                else (parameter,)
            )
            return {key: got[0].value(key) for key in wanted if got[0].has(key)}
    return None


def _by_itself(hole: str, message: str) -> dict[str, Json] | None:
    plain = _plain(message)
    if hole == "clip":
        if _LAST.search(plain):
            return {"clip": "last"}
        number = _ordinal(plain)
        return None if number is None else {"clip": number}
    numbers = _NUMBER.findall(plain)
    if hole in ("seconds", "at", "factor", "times", "fps", "to") and len(numbers) == 1:
        value = float(numbers[0])
        return {hole: int(value) if value.is_integer() else value}
    if hole == "start" and len(numbers) == 2:
        return {"start": float(numbers[0]), "end": float(numbers[1])}
    return None


def _said_together(before: str, answer: str, missing: str, read: Read) -> Reading | None:
    """Say the question's message and the answer in one breath, in the ways in which they may fit."""
    said = answer.strip().rstrip(".!。！")
    base = before.strip().rstrip(".!?。！？")
    clipped = said if re.search(r"clip|段", said) else f"{said} clip"
    named = re.sub(r"\b(?:the|a|one|that|this) clip\b", lambda _: clipped, base, count=1)
    described = base
    for one in reversed(find_described(base)):
        number = (
            f"第{said}段"
            if one.chinese and said.isdecimal()
            else f"clip {said}"
            if said.isdecimal()
            else clipped
        )
        described = described[: one.start] + number + described[one.end :]
    pointing = re.sub(
        r"\b(that part|this part|that bit|that section|that|this|it|there|那段|那一段|这段|那里|这里)\b|那段|这段|那里|这里",
        lambda _: said,
        base,
        count=1,
    )
    for together in (
        described,
        named,
        pointing,
        f"{base} {said}",
        f"{base}: {said}",
        f"{base}，{said}",
        f"{said} {base}",
    ):
        if together != base and len(together) <= 2000:
            found = read(together)
            if found.complete and not found.leftovers:
                return found
    alone = read(answer)
    return alone if alone.complete else None


def _choice(message: str, options: Sequence[str]) -> str | None:
    plain = _plain(message)
    if len(options) == 1 and plain in YES:
        return options[0]
    for option in options:
        key = _plain(option)
        stem = key.rsplit(".", 1)[0]
        if plain == key or (stem and stem in plain) or (len(plain) > 2 and plain in key):
            return option
    if _LAST.search(plain):
        return options[-1]
    number = _ordinal(plain)
    return options[number - 1] if number is not None and 1 <= number <= len(options) else None


def _ordinal(plain: str) -> int | None:
    digits = re.search(r"\d+", plain)
    if digits is not None:
        return int(digits[0])
    words = re.findall(r"[a-z0-9]+|[一二两三四五六七八九十]", plain)
    return next((_ORDINALS[word] for word in words if word in _ORDINALS), None)


def _with(asked: Asked, values: Mapping[str, Json]) -> Asked:
    return replace(asked, parameters={**asked.parameters, **values})


def _unquoted(message: str) -> str:
    said = message.strip()
    inner = re.fullmatch(r"[\"'“‘「『](.+)[\"'”’」』][.。!！]?", said, re.DOTALL)
    return inner[1] if inner else said


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip().strip(".!?。！？,，“”\"'").strip()
