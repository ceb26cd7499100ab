"""Held frames and forth-and-back."""

from __future__ import annotations

import re
from typing import Any

from mango_skill.operations.clause import Clause, make
from mango_skill.operations.model import Operation


def _boomerang(clause: Clause) -> list[Operation]:
    if not clause.has("boomerang"):
        return []
    last = clause.one("e")
    return [
        make(
            "boomerang", **({"start_from_end": last} if last is not None else clause.span()), clip=clause.clip
        )
    ]


def _freeze(clause: Clause) -> list[Operation]:
    if not (clause.has("freeze") or clause.says("帧停")) or (
        clause.has("captions", "title", "text") and not clause.says("freeze|定格")
    ):
        return []
    explicit = clause.says(
        r"(?<![a-z])(?:extend the (?:last|first|final) frame|freez\w*|freeze[- ]frame|hold|still frame|pause the picture|pause on|stop the picture)(?![a-z])|定格|冻结|停帧|静帧|定住|停住|定帧|静止|画面停|停留在|暂停画面|帧停|停<d"
    )
    if (
        not explicit
        or clause.says(r"hold (?:off|on,|on a)|household|threshold")
        or (
            clause.clip is not None
            and not clause.says(r"(?:first|last|final) frame|frame of|end of|freez|定格|最后")
        )
    ):
        return []
    at: Any = None
    text = clause.text
    found = clause.one("r")
    lengths = re.findall(r"<[td]\d+>", text)
    values = [clause.message.value(mark) for mark in lengths]
    seconds: Any = None
    if clause.says(
        r"(?:last|final|closing|ending) frame|(?:end|ends|ending|finish|close) (?:on|with)|(?:at|on) (?:the )?(?:very )?end(?![a-z])|(?:the )?end(?:ing)? frame|最后一?帧|最后<n\d+>帧|结尾|末尾|最后(?:画面|一个画面|的画面|定格)|片尾|尾帧"
    ):
        at = "end"
    elif clause.says(
        r"(?:first|opening|starting) frame|(?:at|on) (?:the )?(?:very )?(?:start|beginning)(?![a-z])|第?一帧|首帧|开头|开始|第<n\d+>帧"
    ):
        at = 0
    if found:
        start, end = found
        if at is None:
            at = start
        seconds = round(end - start, 6) if end is not None else None
        if values:
            seconds = values[-1]
    elif values:
        length = clause.says(
            r"(?:for|of|lasting|hold|定格|冻结|停住|停留|停|持续|定住|静止|保持|定)(?:about |for |了|它)? ?(?:another |an extra )?<(d\d+)>|<(d\d+)>(?: freeze| hold| pause| still)|<(d\d+)> (?:long)"
        ) or clause.says(r"<(d\d+)>(?:的?定格|的?静帧|的?静止)$")
        if length:
            seconds = clause.message.value(next(g for g in length.groups() if g))
            others = [
                value
                for mark, value in zip(lengths, values, strict=True)
                if mark[1:-1] != next(g for g in length.groups() if g)
            ]
            if at is None and others:
                at = others[0]
        elif at is None:
            at = values[0]
            seconds = values[1] if len(values) > 1 else None
        else:
            seconds = values[-1]
    if clause.one("e") is not None and at is not None and seconds is None:
        seconds = clause.one("e")
    if clause.one("h") is not None and at is not None and seconds is None:
        seconds = clause.one("h")
    if at is None and seconds is None and clause.says(r"(?<![a-z])hold"):
        return []
    if at is None:
        return [make("clarify", missing="at")]
    return [make("freeze_frame", at=at, seconds=seconds)]
