"""How fast: speed of all, of a clip, of a part, ramps, and a length to reach by speed."""

from __future__ import annotations

from typing import Any

from mango_skill.operations.clause import Clause, make, spread
from mango_skill.operations.model import Operation


def read_speed(clause: Clause) -> list[Operation]:
    """Understand what a clause asks of the speed."""
    fitted = _stretch(clause) or _as_long(clause)
    if fitted:
        return fitted
    if (clause.has("pitch", "music", "audio") and not clause.has("speed", "silence")) or (
        clause.has("zoom", "credits") and not clause.all("x")
    ):
        return []
    if clause.has("zoom", "pan", "transition", "fade", "animate", "kenburns") and not clause.says(
        r"(?<![a-z])speed|slow motion|slow-mo|slo-mo|速|慢动作|慢放|<x"
    ):
        return []
    speaking = clause.has("speed") or clause.all("x")
    if not speaking or (clause.has("loop") and clause.says(r"(?<![a-z])(?:loop|repeat)|循环")):
        return []
    if clause.has("zoom") and clause.all("x") and not clause.says(r"(?<![a-z])speed|faster|slow|速|慢"):
        return []
    for read in (_silence, _ramp, _fit, _change):
        found = read(clause)
        if found:
            return found
    return []


def read_factor(clause: Clause) -> Any:
    """Return the factor that a clause states, None when it states none."""
    slower = clause.has("slower") and not clause.says(r"too slow|太慢")
    faster = clause.has("faster")
    times = clause.one("x")
    if times is not None:
        if clause.says(r"快一?<x\d+>|快了?<x") and times == 1:
            return 2
        if slower and not faster and times >= 1 and not clause.says(r"(?:to|到|成|at|为) ?<x"):
            return 0.5 if times == 1 else round(1 / times, 6)
        return times
    percent = clause.one("p")
    if percent is not None:
        to = clause.says(
            r"(?<![a-z])(?:to|at|run at|of|play at)(?: about)? <p|[到为至成以用] ?<p|<p\d+>(?: of)?(?: (?:the|its))?(?: \w+)? (?:speed|速)|<p\d+>的?速度|speed:? <p"
        )
        if to and not clause.says(r"<p\d+> (?:faster|slower|quicker)"):
            return round(percent / 100, 6) if percent > 0 else None
        if slower and not (faster and not clause.says(r"slower|slow|慢")):
            return round(1 - abs(percent) / 100, 6) if abs(percent) < 100 else None
        if faster or clause.says(r"提高|增加|调高|提升|by"):
            return round(1 + percent / 100, 6)
        return round(percent / 100, 6) if percent > 0 else None
    number = clause.says(
        r"(?:speed|速度|倍速|factor)(?: of| to| at| it up| up| by|:|调到|设为|改成|改为|调成|变成|到|为|的)* ?<n(\d+)>(?! ?(?:clip|sec))|<n(\d+)> (?:times )?(?:speed|faster|quicker)|(?:at|by) (?:a factor of )?<n(\d+)>(?: times)?$|factor of <n(\d+)>"
    )
    if number:
        value = clause.message.value("n" + next(group for group in number.groups() if group))
        if slower and value > 1 and not faster:
            return round(1 / value, 6)
        return value if 0 < value <= 100 else None
    if clause.says(
        r"(?<![a-z])(?:by|to|at|down to) (?:a )?half(?![a-z])|half(?:-| )?(?:the )?(?:speed|pace|fast)|halve|慢一半|一半|减半|放慢一倍|慢一倍"
    ):
        return 2 if faster and not slower and not clause.says(r"speed.*(?:to|at) half") else 0.5
    part = clause.says(r"(?<![a-z])by (?:a |one )?(quarter|third)(?![a-z])")
    if part and (slower or faster):
        share = 0.25 if part[1] == "quarter" else 0.333333
        return round(1 - share if slower else 1 + share, 6)
    if clause.says(r"(?<![a-z])(?:to|by|at) (?:a )?quarter|四分之一"):
        return 0.25
    if clause.says(r"(?<![a-z])(?:double|doubled|twice)(?![a-z])|翻倍|快一倍|加倍"):
        return 2
    if clause.says(r"(?<![a-z])(?:triple)(?![a-z])"):
        return 3
    if clause.says(
        r"(?<![a-z])(?:normal|original|regular|real)(?:-| )?(?:speed|time|pace)|正常速度|原速|常速|正常倍速"
    ):
        return 1
    if clause.has("slowmo"):
        return 0.5
    return None


def _silence(clause: Clause) -> list[Operation]:
    if (
        clause.has("silence")
        and (clause.has("faster", "speed") or clause.all("x"))
        and not clause.has("remove")
    ):
        return [make("speed_silence", factor=read_factor(clause))]
    return []


def _ramp(clause: Clause) -> list[Operation]:
    factors = clause.all("x")
    ramping = clause.says(
        r"(?<![a-z])(?:ramp|ramps|ramping|gradually|progressively|ease|easing|accelerat\w+ from|slowly speed)(?![a-z])|渐变|逐渐|渐渐|慢慢加速|慢慢变快|变速|曲线|由慢到快|由快到慢|越来越"
    )
    if len(factors) >= 2 and (
        ramping or clause.says(r"from <x\d+> (?:up |down |back )?to <x|从<x\d+>.{0,4}[到变]")
    ):
        return [make("speed_ramp", **clause.span(), factor_from=factors[0], factor_to=factors[1])]
    if ramping and clause.says(r"ramp|变速|曲线|逐渐|渐渐|gradually|progressively|由慢到快|由快到慢|越来越"):
        first, last = None, factors[0] if factors else None
        return [make("speed_ramp", **clause.span(), factor_from=first, factor_to=last)]
    return []


def _fit(clause: Clause) -> list[Operation]:
    seconds = clause.one("d")
    if seconds is None or clause.all("x") or clause.one("r") or clause.all("h") or clause.all("e"):
        return []
    if (
        clause.says(
            r"(?<![a-z])(?:fit|fits|so (?:that )?it(?:'s| is| lasts| takes| runs| ends)?|into|to be|to last|to make it|until it(?:'s| is)|down to|to exactly|to) (?:in |into |exactly |only |is |it |lasts? |within |under |about |at |a |to )*<d|to <d|(?:done|over|finished|through) (?:in|within|after) <d|lasts? (?:exactly|about|only|around) <d|[到成为至进在] ?<d|<d\d+>(?:以内|内|的长度|播完|放完)"
        )
        and clause.clip is None
    ):
        return [make("fit_duration", seconds=seconds)]
    return []


def _stretch(clause: Clause) -> list[Operation]:
    """ "stretch it to fill 90 seconds": a length that is reached by speed, though speed is not named."""
    seconds = clause.one("d")
    if (
        seconds is None
        or clause.clip is not None
        or clause.has("music", "captions", "title", "text", "freeze")
    ):
        return []
    if clause.says(
        r"(?<![a-z])stretch(?:ed)?(?: out)?(?: \w+){0,4} (?:to|over|until|for|so|out to)(?: \w+){0,4} <d|(?<![a-z])(?:to|so (?:that )?it) fills? (?:up )?(?:exactly |the |all )*<d"
        r"|(?:拉长|拉伸|放慢|加速|加快|调快|调慢|变速|延长)(?:到|至|成)(?:刚好|正好|大概)?<d|(?:调整?|改变?|用)(?:一下)?(?:播放)?速度?.{0,8}(?:正好|刚好|变成|变为|达到|到|成|控制在|塞进|等于)<d"
    ):
        return [make("fit_duration", seconds=seconds)]
    return []


def _as_long(clause: Clause) -> list[Operation]:
    """ "half as long": all of it stays, in half the time."""
    said = clause.says(
        r"(?:(?P<half>half)|(?P<third>an? third)|(?P<quarter>an? quarter)|<n(?P<times>\d+)> times) (?:as long|(?:of )?(?:its|the) (?:own )?length)(?![a-z])"
        r"|(?:时长|长度)(?:缩短|缩)?(?:(?P<zh_half>减半|一半)|(?P<zh_twice>翻倍|加倍|翻一倍))"
    )
    if not said or clause.has("music", "captions", "title", "text", "freeze", "transition", "fade"):
        return []
    if said["times"]:
        times = clause.message.value(f"n{said['times']}")
        factor = round(1 / times, 6) if 0.01 <= times <= 100 else None
    else:
        factor = next(
            one
            for name, one in (("half", 2), ("zh_half", 2), ("third", 3), ("quarter", 4), ("zh_twice", 0.5))
            if said[name]
        )
    return spread("speed", clause, factor=factor, direction=None) if factor else []


def _change(clause: Clause) -> list[Operation]:
    factor = read_factor(clause)
    faster = clause.has("faster") and not clause.says(r"too fast|太快")
    slower = clause.has("slower") and not clause.says(r"too slow|太慢")
    direction = None
    if factor is None:
        if faster and slower:
            slower = bool(clause.says(r"(?<![a-z])slow(?:er| down| it| the)?(?![a-z])|慢"))
            faster = not slower
        direction = "up" if faster else "down" if slower else None
        if direction is None:
            return []
    if factor is not None and not (0.01 <= factor <= 100):
        return []
    span = clause.span()
    if span and clause.clip is None:
        return [make("speed_range", **span, factor=factor, direction=direction)]
    if span:
        return [make("speed_range", **span, factor=factor, direction=direction)]
    share = clause.one("g")
    if share:
        return [
            make(
                "speed_range",
                start_percent=share[0],
                end_percent=share[1],
                factor=factor,
                direction=direction,
            )
        ]
    return spread("speed", clause, factor=factor, direction=direction)
