"""How the picture moves: zoom, pan, stabilization, following a subject."""

from __future__ import annotations

from mango_skill.operations.clause import Clause, make, spread
from mango_skill.operations.lexicon import pattern, table
from mango_skill.operations.model import Operation


def _stabilize(clause: Clause) -> list[Operation]:
    if (
        not clause.has("stabilize")
        or (clause.has("effect", "animate") and not clause.says("stabil|shaky|防抖|稳定"))
        or clause.says(
            r"camera shake effect|shake effect|add (?:a |some )?(?:camera )?shake|抖动(?:效果|特效)|加.{0,4}抖"
        )
    ):
        return []
    if clause.has("title", "text", "captions"):
        return []
    return spread("stabilize", clause)


def _ken_burns(clause: Clause) -> list[Operation]:
    if not clause.has("kenburns"):
        return []
    target = (
        "images"
        if (clause.has("image") and not clause.says(r"the picture(?!s)"))
        or clause.says(r"photos?|pictures|images|stills|图|照片")
        else None
    )
    return [make("ken_burns", target=target, clip=clause.clip)]


def _ratio(clause: Clause) -> str | None:
    ratio = clause.one("a")
    if ratio:
        return str(ratio)
    if clause.says(r"ultra-?wide|cinemascope|anamorphic|超宽"):
        return "21:9"
    if clause.has("vertical") and not clause.says(r"vertical(?:ly)? (?:flip|mirror|axis)|flip"):
        return "9:16"
    if clause.has("square"):
        return "1:1"
    if clause.has("horizontal") and not clause.says(r"flip|mirror|翻转|镜像"):
        return "16:9"
    return None


def _reframe(clause: Clause) -> list[Operation]:
    if (
        not clause.has("reframe")
        or clause.has("captions", "title", "watermark", "music", "beat")
        or clause.says(r"(?<![a-z])follow(?:ed|ing)? by|audio track|music track|track <n|soundtrack")
    ):
        return []
    subject = clause.name("subjects")
    if clause.says(r"(?:speaker|talking|speaking|说话的?人|讲话)"):
        subject = "speaker"
    if subject is None:
        free = clause.says(
            r"(?:crop to|crop in on|follow|track|center on|centre on|focus on|reframe (?:on|around|to)|keep)(?:ing|s)? (?:on )?(?:the |my |a |our )?([a-z][a-z ]{1,30}?)(?= (?:when|while|in|as|and|with|centered|at|around|so)(?![a-z])|$|,)|(?:跟踪|跟随|追踪|跟着|跟拍|对准|锁定|裁到)(?:那个|那只|画面里的|画面中的)?([\u4e00-\u9fff]{1,8}?)(?:走|跑|动|移动|裁|的时候|$|,)"
        )
        subject = (free[1] or free[2]).strip() if free else None
        if subject in ("it", "frame", "whole picture", "everything", "this", "the"):
            subject = None
    if subject is None and not clause.says("reframe"):
        return []
    operations = [make("reframe", subject=subject)]
    ratio = _ratio(clause)
    if ratio:
        operations.insert(0, make("set_aspect", ratio=ratio, fit="crop"))
    return operations


def _zoom(clause: Clause) -> list[Operation]:
    if not clause.has("zoom") or clause.has(
        "transition", "captions", "title", "text", "music", "audio", "watermark", "sticker", "silence"
    ):
        return []
    text = clause.text
    if pattern(
        r"close[- ]?ups? (?:of|shot)|scale up|closer together|推(?:荐|进器|迟|移|后)|特写镜头删"
    ).search(text) and not pattern("zoom|push").search(text):
        return []
    if (
        clause.clip is not None
        and pattern(r"enlarge|closer|放大|缩小").search(text)
        and clause.has("move")
        and not pattern("zoom|放大|缩小").search(text)
    ):
        return []
    factor = clause.one("x")
    if factor is None and clause.one("p") is not None:
        percents = clause.all("p")
        percent = percents[-1] if pattern(r"from <p\d+> to").search(text) else percents[0]
        by = pattern(r"by <p|放大了?<p|推近<p").search(text) and percent < 100
        factor = round((100 + percent if by else percent) / 100, 6) if percent > 0 else None
        if factor is not None and percent < 50 and not by:
            factor = round(1 + percent / 100, 6)
    slow = pattern(
        r"(?<![a-z])(?:slow|slowly|gradual|gradually|gentle|gently|subtle|creeping|creep|smooth|smoothly)(?![a-z])|慢|缓|渐|徐徐|轻轻"
    ).search(text)
    out = pattern(
        r"(?<![a-z])(?:zoom\w*|pull\w*|dolly|push\w*)(?: \w+){0,3} (?:back )?out|pull[- ]?back|wider|zoom out|zoom-out|拉远|拉镜|缩小|推远|拉出"
    ).search(text)
    inward = pattern(
        r"(?<![a-z])(?:zoom\w*|push\w*|punch\w*|dolly|move|creep\w*)(?: \w+){0,3} in(?:to)?(?![a-z])|closer|close-?up|推近|推进|拉近|放大|推镜|特写|推上|推到|推"
    ).search(text)
    punch = pattern(r"punch[- ]?in|jump zoom|snap zoom|crash zoom|猛推|突然放大|急推").search(text)
    kind: str | None = None
    if factor is None:
        if punch and not slow:
            kind = "punch_in"
        elif slow:
            kind = "slow_out" if out else "slow_in"
        elif (out and not inward) or (out and pattern("zoom out|拉远").search(text)):
            kind = "out"
        elif inward or pattern(r"zoom").search(text):
            kind = "in"
    elif slow:
        kind = "slow_out" if out else "slow_in"
    if factor is None and kind is None:
        return []
    span = clause.span()
    at = None if span else clause.at()
    target = table("subjects").find(text)
    if clause.says(r"whole|entire|整个|全片"):
        target = None
    return spread(
        "zoom",
        clause,
        factor=factor,
        kind=kind,
        at=at,
        **({"target": target[0]} if target and not clause.says(r"me a|show me") else {}),
    )


def _pan(clause: Clause) -> list[Operation]:
    if (
        not clause.has("pan")
        or clause.has("captions", "title", "watermark", "sticker")
        or clause.says(r"whip pan")
    ):
        return []
    text = clause.text
    direction = None
    if pattern(
        r"left to right|to the right|rightwards?|(?<![a-z])right(?![a-z])|从左[往到向至]右|[向往]右|右移"
    ).search(text):
        direction = "right"
    if pattern(r"right to left|to the left|leftwards?|从右[往到向至]左|[向往]左|左移").search(text) or (
        direction is None and pattern(r"(?<![a-z])left(?![a-z])").search(text)
    ):
        direction = "left"
    if direction is None and pattern(
        r"top to bottom|(?<![a-z])down(?:wards?)?(?![a-z])|从上[往到]下|[向往]下|下移"
    ).search(text):
        direction = "down"
    if direction is None and pattern(
        r"bottom to top|(?<![a-z])up(?:wards?)?(?![a-z])|从下[往到]上|[向往]上|上移"
    ).search(text):
        direction = "up"
    return spread("pan", clause, direction=direction)
