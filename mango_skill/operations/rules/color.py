"""Color, looks, effects, and what is hidden."""

from __future__ import annotations

import re
from typing import Any

from mango_skill.operations.clause import Clause, make, spread
from mango_skill.operations.lexicon import pattern, table
from mango_skill.operations.model import Operation


def _lut(clause: Clause) -> list[Operation]:
    file = clause.one("f")
    if (file and str(file).lower().endswith((".cube", ".3dl"))) or (file and clause.has("lut")):
        return [make("lut", file=file, clip=clause.clip)]
    if clause.has("lut") and clause.has("add") and not clause.name("looks"):
        return [make("clarify", missing="file")]
    return []


def _chroma_key(clause: Clause) -> list[Operation]:
    if not clause.has("chromakey"):
        return []
    if clause.says(r"抠图|抠像") and not clause.says(r"绿|蓝"):
        color = None
    else:
        color = (
            "blue" if clause.says(r"blue|蓝") else "green" if clause.says(r"green|绿|chroma|抠绿") else None
        )
        if color is None:
            found = clause.name("colors")
            color = found
    background: Any = clause.one("f") or clause.one("q")
    if background is None:
        free = clause.says(
            r"(?:with|for|to|behind me|over|by) (?:an? |the |some )?([a-z][a-z ]{2,40}?)(?: background| instead| behind.*)?$|(?:换成|换上|改成|替换成|换为)(?:一个|一片|个)?([\u4e00-\u9fff]{1,12})(?:背景)?$"
        )
        word = (free[1] or free[2]) if free else None
        if word and not re.search(r"screen|key|transparent|background$|背景$", word):
            background = re.sub(r"(?:的)?背景$", "", word.strip())
    return [make("chroma_key", color=color, background=background, clip=clause.clip)]


_ANY_TARGET = r"(?:blur(?:red)?(?: out)?|pixelate|pixelat\w+|censor|obscure|hide|mosaic|defocus|unreadable)(?: out)? (?:all (?:of )?)?(?:the |my |his |her |their |everyone's |any )?([a-z][a-z' -]{2,40}?)(?= (?:from|at|in|on|for|between|during|over|until|with|so)(?![a-z])|$|[,.<])"


_CHINESE_TARGET = r"(?:把|给|将|对)(?:画面(?:里|中|上)?的?)?([\u4e00-\u9fff]{1,8}?)(?:都|全部|全|上|部分|区域|也)*(?:打上|打|加上|加|做|用)?(?:马赛克|打码|模糊|虚化|打糊|糊掉|码)|(?:马赛克|模糊|虚化|打码)(?:掉|一下)?([\u4e00-\u9fff]{1,8})$"


def read_hidden(clause: Clause) -> str | None:
    """Return what is to be blurred or pixelated."""
    if clause.says(
        r"(?<![a-z])(?:everything|whole (?:frame|picture|image|screen|video|thing|clip)|entire (?:frame|picture|image|screen|video|clip)|the (?:frame|picture|image|video)(?! ?in)|full (?:frame|screen)|all of it)(?![a-z])|整个画面|全屏|全画面|整个屏幕|所有画面|画面模糊|模糊画面|画面虚化"
    ) and clause.name("blur_targets") not in ("faces", "plates", "background"):
        return "frame"
    found = clause.name("blur_targets")
    if found:
        return found
    free = clause.says(_ANY_TARGET)
    if free and not re.fullmatch(
        r"(?:it|this|that|clip|video|them|edges? of|a bit|effect|out|everything)", free[1].strip()
    ):
        return free[1].strip()
    zh = clause.says(_CHINESE_TARGET)
    word = (zh[1] or zh[2]) if zh else None
    if word and not re.search(r"画面|视频|片|段|它|这里", word):
        return word
    return None


def _pixelate(clause: Clause) -> list[Operation]:
    if not clause.has("pixelate") or clause.has("transition"):
        return []
    if clause.has("remove") and clause.says(r"马赛克(?:去掉|删|取消)|remove the (?:mosaic|pixel)"):
        return []
    return spread(
        "pixelate", clause, target=read_hidden(clause) or ("frame" if clause.span() or clause.clip else None)
    )


def _grain(clause: Clause) -> list[Operation]:
    if clause.has("grain") and not clause.says(
        r"(?<![a-z])(?:remove|reduce|less|denoise|clean|get rid|too)(?![a-z])|去|减|降"
    ):
        return spread("grain", clause)
    return []


def _white_balance(clause: Clause) -> list[Operation]:
    if not clause.has("whitebalance"):
        return []
    for words, mode in (
        (r"auto|自动|智能", "auto"),
        (r"daylight|日光|白天", "daylight"),
        (r"tungsten|incandescent|钨丝|白炽", "tungsten"),
        (r"cloudy|阴天|多云", "cloudy"),
        (r"fluorescent|荧光", "fluorescent"),
        (r"shade|阴影", "shade"),
    ):
        if clause.says(words):
            return [make("white_balance", mode=mode, clip=clause.clip)]
    if clause.says(r"warm|cool|暖|冷"):
        return []
    return [
        make(
            "white_balance",
            mode="auto" if clause.says(r"fix|correct|off|wrong|修|校|调|不准|不对") else None,
            clip=clause.clip,
        )
    ]


_NAMED_BY_COLORS = frozenset(
    {"teal_orange", "black_gold", "bright_airy", "golden_hour", "day_for_night", "noir", "wes_anderson"}
)


def _look_named(clause: Clause) -> list[Operation]:
    """Looks with a name of several words come before the single colors in them."""
    if not clause.says("teal|gold|airy|noir|wes |night|黑金|青橙|橙青|时刻|落日|黑色电影"):
        return []
    name = next((name for name in clause.names("looks") if name in _NAMED_BY_COLORS), None)
    if name and not clause.has("title", "captions", "music"):
        return spread("look", clause, name=name)
    return []


_SIMPLE = (
    ("grayscale", "grayscale"),
    ("sepia", "sepia"),
    ("invert", "invert"),
    ("vignette", "vignette"),
    ("sharpen", "sharpen"),
    ("auto_color", "autocolor"),
)


def _simple(clause: Clause) -> list[Operation]:
    for operation, concept_name in _SIMPLE:
        if not clause.has(concept_name):
            continue
        if operation == "sharpen" and (
            (
                clause.has("captions", "title", "voice", "audio", "blur")
                and not clause.says("sharpen|锐化|blurry|清晰")
            )
            or clause.has("voice", "audio")
        ):
            continue
        if operation == "invert" and clause.has("reorder"):
            continue
        if operation == "sharpen" and clause.says(r"blurry background|blurry (?:bars|sides|fill)|less sharp"):
            continue
        if (
            clause.has("remove", "undo")
            and not clause.says(
                r"(?<![a-z])(?:remove|drain|take out) (?:the |all )*colou?r|去色|add|no colou?r"
            )
            and operation in ("vignette", "sepia", "grayscale", "invert")
            and clause.says(
                rf"(?:remove|undo|delete|get rid of|no|without) (?:the |that )?(?:{concept_name}|black and white|filter|effect)|去掉|取消|不要"
            )
        ):
            return [make("clarify", missing="steps")] if False else []
        return spread(operation, clause)
    return []


_UP = r"(?<![a-z])(?:up|more|increase\w*|rais\w*|boost\w*|higher|add|bump\w*|pump\w*|crank\w*|stronger|punchier|richer|vibrant|vivid|colou?rful|saturate|too flat|flat|too (?:dull|dark|low|little|pale)|washed out|dull|brighter|brighten\w*|lighter|lighten\w*|bright|enhance|strengthen|deepen|contrasty|underexposed|lift|lifted)(?![a-z])|[加增]|提|升|高|鲜|艳|强|亮|浓|大一?[点些]|太暗|太灰|太淡|欠曝|灰"


_DOWN = r"(?<![a-z])(?:down|less|decreas\w*|lower\w*|reduc\w*|drop|desaturat\w*|too (?:bright|saturated|vivid|strong|high|much|harsh|colou?rful)|darker|darken\w*|dim\w*|muted|mute|softer|overexposed|tone down|dial|cut|weaken|duller|dark)(?![a-z])|[减降]|低|弱|淡|暗|太亮|太艳|太强|太高|太浓|太重|过曝|小一?[点些]|压"


def _amounts(clause: Clause) -> list[Operation]:
    if (
        clause.has("captions", "title", "text", "watermark", "music", "audio") and not clause.has("video")
    ) or clause.has("whitebalance"):
        return []
    found: list[Operation] = []
    for name in ("brightness", "contrast", "saturation", "temperature"):
        if clause.has(name) and not _is_other(clause, name):
            found += _amount(clause, name)
    # "提高亮度和对比度": one amount for both; "brighter and warmer": one direction each.
    return found


def _is_other(clause: Clause, name: str) -> bool:
    if name == "brightness":
        if clause.has("contrast", "saturation") and not clause.says(
            r"bright|dark(?!er shadows)|exposure|亮|暗|曝光"
        ):
            return True
        return bool(
            clause.says(
                r"暗角|dark corners|暗黑|dark(?:er)? (?:look|mood|theme|music|corners|edges)|light leak|亮点|bright (?:look|music|and airy)|dark blue|light blue|darken the (?:corners|edges)"
            )
        ) and not clause.says("brightness|亮度|亮点[,，。]?$|调亮|暗一")
    if name == "contrast":
        return bool(clause.says(r"对比(?:视频|画面|图)|左右对比|上下对比|前后对比"))
    if name == "saturation":
        return bool(clause.says(r"vibrant look|vivid look|vibrant music"))
    return bool(
        clause.says(
            r"(?:warm|cool|cold|暖|冷)(?:色调| look| style| filter| music| grade| vibe)|cool (?:effect|intro|title|transition|video|down|font)|冷场|temperature of"
        )
        or clause.says(r"(?<![a-z])(?:a |something |look )cool|looks cool|make (?:it|this) cool(?! ?er)")
    )


def _amount(clause: Clause, name: str) -> list[Operation]:
    percent = clause.one("p")
    if percent is None:
        number = clause.says(
            r"(?:by|to|加|减|降|提高|增加|降低|调高|调低|到|[+\-−]|提升|减少)了? ?(?:by )?([+\-−]?) ?<n(\d+)>(?![个段秒条]| (?:clips|seconds|stops?))"
        )
        if number:
            percent = clause.message.value(f"n{number[2]}") * (
                -1 if number[1] in ("-", "−") or re.match(r"[\-−]", number[0]) else 1
            )
    if name == "temperature":
        cool, warm = clause.has("cool"), clause.has("warm")
        if cool and warm:
            warm = not clause.says(r"(?:too (?:warm|orange|yellow)|太暖|偏黄)|降低|(?<![a-z])cooler")
            cool = not warm
        if not warm and not cool:
            return []
        direction = "warm" if warm else "cool"
        if percent is not None:
            return spread(name, clause, percent=percent if warm else -abs(percent))
        return spread(name, clause, direction=direction)
    down, up = clause.says(_DOWN), clause.says(_UP)
    if down and up:
        if clause.says(r"too (?:dark|flat|dull|low|pale)|太暗|太灰|太淡|欠曝|underexposed|washed out"):
            down = None
        elif clause.says(
            r"too (?:bright|saturated|vivid|strong|high|much|harsh)|太亮|太艳|过曝|overexposed|太强|太高|太浓|太重|desaturat"
        ):
            up = None
        elif name == "brightness":
            up = (
                clause.says(r"bright|light|亮|提高|提升|increase|raise|boost")
                if not clause.says(r"darker|darken|dim|暗|降低|lower|reduce|decrease|less|down|减")
                else None
            )
            down = None if up else down
        elif clause.says(
            r"(?<![a-z])(?:less|lower|reduce|decrease|down|desaturat\w*)(?![a-z])|[减降]|低|弱|淡"
        ):
            up = None
        else:
            down = None
    if percent is not None:
        if percent < 0 or (down and not up):
            return spread(name, clause, percent=-abs(percent))
        return spread(name, clause, percent=percent)
    if not up and not down:
        return (
            [make("clarify", missing="direction")]
            if clause.says(r"(?<![a-z])(?:adjust|change|tweak|fix)(?![a-z])|调整|调一下|调节")
            and name != "brightness"
            else spread(name, clause, direction="up")
            if clause.says(r"鲜|vivid|vibrant")
            else []
        )
    return spread(name, clause, direction="down" if down and not up else "up")


def _blur(clause: Clause) -> list[Operation]:
    if not clause.has("blur") or (
        clause.has("transition", "captions") and not clause.says("blur the|blur out")
    ):
        return []
    if clause.says(r"motion blur|动态模糊|运动模糊|blurry") and not clause.says(
        r"blur (?:the|out|my|every|all)"
    ):
        return []
    if clause.says(r"(?<![a-z])fill(?![a-z])|填充") and not clause.all("r"):
        return []
    target = read_hidden(clause)
    part = clause.where()
    if target is None and part:
        target = "frame"
    if target is None:
        target = "background" if clause.says("bokeh|背景") else None
    return spread("blur", clause, target=target) if target else [make("clarify", missing="target")]


def _effect(clause: Clause) -> list[Operation]:
    text = clause.text
    if clause.has(
        "sfx", "music", "title", "captions", "transition", "sticker", "text", "audio", "generate"
    ) and not clause.has("effect"):
        return []
    if clause.has("sfx", "captions", "music") or (clause.has("look") and not clause.has("effect")):
        return []
    found = table("effects").find(text)
    if not found:
        if (
            clause.has("effect")
            and clause.has("add")
            and not clause.name("looks")
            and not clause.has("remove")
        ):
            free = pattern(
                r"(?:add|apply|use|put) (?:an?|the|some) ([a-z][a-z -]{2,30}?) (?:effect|filter|fx)s?(?![a-z])|加(?:上|个|一个|点)*([\u4e00-\u9fff]{1,8}?)(?:的)?(?:特效|效果)"
            ).search(text)
            name = (free[1] or free[2]) if free else None
            if name and name not in ("special", "cool", "nice", "visual", "video", "一些", "点", "些", "个"):
                return spread("effect", clause, name=name.replace(" ", "_"))
            return [make("clarify", missing="name")]
        return []
    strong = clause.has("effect") or found[0] in (
        "glitch",
        "vhs",
        "light_leak",
        "lens_flare",
        "old_film",
        "kaleidoscope",
        "confetti",
        "rgb_split",
        "fisheye",
        "tilt_shift",
        "strobe",
        "motion_blur",
        "scanlines",
        "night_vision",
        "posterize",
        "solarize",
        "film_burn",
        "soft_focus",
        "tv_static",
        "emboss",
        "oil_painting",
        "sketch",
    )
    adding = clause.says(
        r"(?<![a-z])(?:add|apply|put|use|give|overlay|insert|with|throw|make it look)(?![a-z])|[加放用套]|来"
    )
    if strong or adding:
        at = None if clause.span() else clause.at() if clause.at() is not None else None
        return spread("effect", clause, name=found[0], at=at)
    return []


def _look(clause: Clause) -> list[Operation]:
    if clause.has("title", "captions", "music", "voice", "audio", "transition", "text"):
        return []
    name = clause.name("looks")
    graded = clause.has("look") or clause.says(
        r"(?<![a-z])(?:make (?:it|this|everything|the video|the whole thing|<c\d+>) (?:look |feel |more )?|look like|like an? )"
    )
    if name and graded:
        return spread("look", clause, name=name)
    if clause.says(r"(?<![a-z])(?:look|grade|filter|color grade|colour grade)(?![a-z])|滤镜|色调|调色|风格"):
        free = clause.says(
            r"(?:give (?:it|this|the video|<c\d+>)|apply|add|use|with|want|make it) (?:an? |the )?([a-z][a-z0-9 -]{2,30}?) (?:look|grade|filter|color grade|style|vibe|aesthetic|tones?)(?![a-z])|(?:加|用|套|换成|改成|调成|来个|做成)(?:上|个|一个)?([\u4e00-\u9fff]{1,8}?)(?:的)?(?:滤镜|色调|调色|风格|质感)"
        )
        word = (free[1] or free[2]) if free else None
        if word and word not in (
            "different",
            "new",
            "nice",
            "cool",
            "better",
            "good",
            "other",
            "bit of a",
            "一种",
            "别的",
            "不同",
            "新",
        ):
            return spread("look", clause, name=word.strip().replace(" ", "_").replace("-", "_"))
    return []
