"""Frame, color and effects."""

from __future__ import annotations

import re
from typing import Any

from mango_skill.operations.annotate import tidy
from mango_skill.operations.clause import Clause, make, spread
from mango_skill.operations.lexicon import find_position, pattern, table
from mango_skill.operations.model import Operation
from mango_skill.operations.rules.graphics import instant_or_edge

_SOME_FILE = re.compile(r"\.(?:png|jpe?g|webp|heic|bmp|gif|tiff?)$", re.IGNORECASE)


def read_picture(clause: Clause) -> list[Operation]:
    """Understand what a clause asks of the picture."""
    for read in (
        _lut,
        _chroma_key,
        _pip,
        _split_screen,
        _pixelate,
        _grain,
        _stabilize,
        _ken_burns,
        _white_balance,
        _transition,
        _fade,
        _reframe,
        _flip,
        _rotate,
        _shape,
        _resolution,
        _rate,
        _crop,
        _look_named,
        _simple,
        _amounts,
        _zoom,
        _pan,
        _blur,
        _effect,
        _look,
    ):
        found = read(clause)
        if found:
            return found
    return []


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


def _pip(clause: Clause) -> list[Operation]:
    if not clause.has("pip") and not (
        clause.one("f")
        and clause.says(r"(?<![a-z])(?:corner|small)(?![a-z])|角")
        and re.search(r"\.(?:mp4|mov|webm|mkv|avi|m4v)$", str(clause.one("f")).lower())
    ):
        return []
    if clause.has("remove") and not clause.one("f"):
        return []
    place = find_position(clause.text.replace("picture in picture", ""))
    scale = None
    percent = clause.one("p")
    if percent is not None and 0 < percent <= 100:
        scale = round(percent / 100, 6)
    else:
        for words, value in (
            (r"quarter|四分之一", 0.25),
            (r"(?:one )?third|三分之一", 0.333333),
            (r"half|一半|二分之一", 0.5),
            (r"fifth|五分之一", 0.2),
        ):
            if clause.says(rf"(?:{words})(?:[- ](?:of )?(?:the |its )?(?:size|width|screen|scale|frame))?"):
                scale = value
                break
    file = clause.one("f")
    if file is None and not place:
        return [make("clarify", missing="source")]
    return [make("pip", source=file, position=place, scale=scale, **clause.span())]


def _split_screen(clause: Clause) -> list[Operation]:
    if not clause.has("splitscreen") or (
        clause.has("captions", "title", "letterbox", "text") and not clause.says(r"split[- ]?screen|分屏")
    ):
        return []
    if clause.says(r"top and bottom|上下") and not clause.says(
        r"(?<![a-z])(?:stack|split|clips?|<c\d+>|one above|videos)|分屏|分割|对比|同屏|并排|排|<c"
    ):
        return []
    if clause.says(r"(?<![a-z])(?:crop|bars|blur|fill|off)(?![a-z])|裁|黑边|填充") and not clause.says(
        "split[- ]?screen|分屏"
    ):
        return []
    if clause.says(
        r"(?<![a-z])stack(?:ed|ing|s)?(?![a-z])|top and bottom|one above|on top of each other|over each other|vertical(?:ly)? split|上下"
    ):
        layout: str | None = "stacked"
    elif clause.says(r"grid|2x2|<n\d+>x<n|four[- ]way|quad|宫格|田字|四分屏|四格"):
        layout = "grid"
    elif clause.says(
        r"side[- ]by[- ]side|next to each other|left and right|horizontal(?:ly)? split|左右|并排|并列|对比"
    ):
        layout = "side_by_side"
    else:
        layout = None
    clips: Any = clause.clips or None
    count = clause.says(
        r"(?:the |first |both |these |all )?<n(\d+)> (?:clips|videos|shots|angles|takes)|<n(\d+)>(?:个|段|条)(?:片段|视频|镜头|画面)?"
    )
    if clips is None and count:
        number = clause.message.value("n" + (count[1] or count[2]))
        clips = list(range(1, int(number) + 1)) if 2 <= number <= 16 else None
    if clips is None and clause.says(r"both (?:clips|videos|shots|angles)|这两段|两段|两个"):
        clips = [1, 2]
    if clips is None and clause.says(r"all (?:the |of the |my )?clips|所有片段|全部片段"):
        clips = "all"
    return [make("split_screen", layout=layout, clips=clips)]


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
        make("white_balance", mode="auto" if clause.says(r"fix|correct|修|校|调") else None, clip=clause.clip)
    ]


def _transition(clause: Clause) -> list[Operation]:
    between = clause.says(
        r"between (?:all |each |every |the |my |these |those |both )*(?:of (?:the |my )*)?(?:clips?|shots?|scenes?|segments?|cuts?|parts?|videos?|photos?|pictures?|images?|them|one|passages?|takes?|sections?)|between (?:<c\d+>)|between <n|from clip to clip|(?:每个?|各个?|所有|全部|两个?|几个?)?(?:片段|段|镜头|视频|照片|图片)?(?:与|和)?(?:片段|段|镜头|照片)?之间|<c\d+>之间|段间|衔接处|片段间|clip (?:change|join)|at (?:each|every|the) (?:cut|join)|每个切点"
    )
    kind = clause.name("transitions")
    named = clause.has("transition")
    if not named and not (between and kind) and not (between and clause.has("fade")):
        return []
    if clause.has("sfx") or (
        clause.says(r"(?<![a-z])(?:whoosh|swoosh|sound)(?![a-z])") and not clause.says("crossfade|dissolve")
    ):
        return []
    if clause.has("title", "captions", "text") and not between and not clause.says("transition|转场"):
        return []
    if (
        clause.says(r"擦除|闪白|闪黑|wipe|闪光")
        and clause.has("effect")
        and not clause.says("转场|transition|过渡")
        and not between
    ):
        return []
    where: Any = "all"
    clips = clause.clips
    if len(clips) == 2 and (
        between or clause.says(r"(?:from|into|to) <c|<c\d+>(?:和|到|与|and|to|into)|转场")
    ):
        where = [clip for clip in clips if isinstance(clip, int)]
        if len(where) != 2:
            where = "all"
    elif (
        not clips
        and (spoken := clause.one("r"))
        and spoken[1] is not None
        and spoken[0]
        and not clause.seconds()
    ):
        where = [spoken[0], spoken[1]]
    elif (pair := clause.says(r"<n(\d+)> (?:and|to|-) <n(\d+)>")) and between:
        where = [clause.message.value(f"n{pair[1]}"), clause.message.value(f"n{pair[2]}")]
    removing = (
        clause.has("remove", "no")
        and not clause.says(
            r"(?<![a-z])(?:add|put|use|insert|replace|instead)(?![a-z])|[加用换]|hard cut|cut to|to cut between"
        )
    ) or clause.says(
        r"(?:transitions?|crossfades?):? (?:no|off|gone)|(?:hard|straight|plain|clean|just) cuts|(?:转场|过渡).{0,3}(?:去|删|不要|取消|关)"
    )
    if removing:
        return [make("remove_transition", between=where)]
    if clause.says(r"(?<![a-z])fade (?:in|out)(?![a-z])") and not between and not clause.says("transition"):
        return []
    text = clause.text
    if kind == "fade" or kind is None:
        kind = "crossfade"
    if kind == "cut" and not clause.says("hard cut|硬切"):
        kind = "crossfade"
    if not kind or (kind in ("crossfade",) and pattern(r"black").search(text) and clause.says("fade|dip")):
        kind = "fade_black" if clause.says("(?:to|through) black") else kind
    return [make("transition", kind=kind, seconds=clause.seconds(), between=where)]


def _fade(clause: Clause) -> list[Operation]:
    if not clause.has("fade") or (
        clause.has("animate") and clause.has("title", "text", "captions") and not clause.says("黑场")
    ):
        return []
    text = clause.text
    if clause.has("title", "captions", "watermark") or (clause.has("look") and clause.says("faded")):
        return []
    going_in = bool(
        pattern(
            r"(?<![a-z])(?:fad\w*[- ]in|fade (?:the |my |it |this |everything )?(?:\w+ ){0,3}in(?![a-z]| the| <)|fades? (?:up|from)|fade up|in and out)(?![a-z])|淡入|渐入|渐显|渐强"
        ).search(text)
    )
    going_out = bool(
        pattern(
            r"(?<![a-z])(?:fad\w*[- ]out|fade (?:the |my |it |this |everything )?(?:\w+ ){0,3}(?:out|away|down)(?![a-z])|fad\w* (?:to|into|away|down)|and out|out to)(?![a-z])|淡出|渐出|渐隐|渐弱|渐黑|渐白|变黑|黑场"
        ).search(text)
    )
    edge = clause.edge()
    if clause.has("both") and not (going_in and going_out):
        going_in = going_out = True
    if not going_in and not going_out:
        going_in = edge == "start" or clause.one("h") is not None
        going_out = edge == "end" or clause.one("e") is not None
        if not going_in and not going_out:
            return (
                [make("clarify", missing="position")]
                if clause.says(r"^(?:add|apply|put|加)")
                else [make("fade_out", target=_fade_target(clause, None), seconds=clause.seconds())]
                if clause.has("music")
                else []
            )
    if pattern(r"from black|from white|从黑").search(text) and not pattern(
        r"(?:fade|and) out|to black"
    ).search(text):
        going_out = False
    color = None
    match = pattern(
        r"(?:to|from|into|through|out to|成|到|为|渐|变|从)\s?(?:a |全)?(black|white|黑|白|red|blue|红|蓝)"
    ).search(text)
    if match:
        color = {"黑": "black", "白": "white", "红": "red", "蓝": "blue"}.get(match[1], match[1])
    elif "黑场" in text:
        color = "black"
    target = _fade_target(clause, color)
    seconds = clause.seconds()
    lengths = [*clause.all("d")]
    found: list[Operation] = []
    if going_in:
        found.append(
            make(
                "fade_in",
                seconds=clause.one("h") if clause.one("h") is not None else seconds,
                target=target,
                color=color if not (going_out and pattern("to (?:black|white)").search(text)) else None,
                clip=clause.clip,
            )
        )
    if going_out:
        tail = clause.one("e")
        last = lengths[-1] if going_in and len(lengths) > 1 else seconds
        found.append(
            make(
                "fade_out",
                seconds=tail if tail is not None else last,
                target=target,
                color=color
                if not (
                    going_in
                    and pattern("from (?:black|white)").search(text)
                    and not pattern("to (?:black|white)").search(text)
                )
                else None,
                clip=clause.clip,
            )
        )
    return found


def _fade_target(clause: Clause, color: str | None) -> str:
    sound = clause.has("audio", "original_audio")
    picture = clause.says(
        r"(?<![a-z])(?:picture|image|visuals?|video only|only the video|just the video|the video track)(?![a-z])|画面|图像|picture"
    )
    if clause.has("music"):
        return "music"
    if clause.has("voice") and not picture:
        return "voice"
    if sound and (
        picture
        or clause.says(r"(?:video|视频)[ ]?(?:and|&|和|与|、)|(?:and|&|和|与) ?(?:the )?(?:video|视频)|both")
    ):
        return "both"
    if sound:
        return "audio"
    if color or picture:
        return "video"
    return "both"


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


def read_fit(clause: Clause) -> str | None:
    """Return how a clause wants the picture to fill a new shape."""
    if clause.has("blurfill"):
        return "blur"
    if clause.has("pad"):
        return "pad"
    if clause.has("crop") or clause.says(r"fill the (?:frame|screen)|zoom to fill|铺满|填满"):
        return "crop"
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


def _flip(clause: Clause) -> list[Operation]:
    if (
        not clause.has("flip")
        or (clause.has("animate", "transition") and clause.has("title", "text"))
        or clause.says(r"flip the order|flip clips|mirror effect|页")
    ):
        return []
    if clause.has("swap", "reorder") and not clause.says(r"flip|mirror|镜像|翻转"):
        return []
    vertical = clause.says(
        r"(?<![a-z])(?:vertical(?:ly)?|upside[- ]down|top to bottom|up and down|up-down|head over)(?![a-z])|上下|垂直|竖直|纵向|颠倒"
    )
    horizontal = clause.says(
        r"(?<![a-z])(?:horizontal(?:ly)?|left to right|left and right|left-right|sideways|mirror\w*)(?![a-z])|左右|水平|镜像|横向"
    )
    axis = "vertical" if vertical and not (horizontal and not vertical) else "horizontal"
    return spread("flip", clause, axis=axis)


def _rotate(clause: Clause) -> list[Operation]:
    if (
        clause.says("upside[- ]down")
        and clause.has("rotate", "make")
        and not clause.has("flip", "title", "text")
    ):
        return spread("rotate", clause, degrees=180)
    if not clause.has("rotate") or (
        clause.has(
            "transition", "title", "text", "reverse", "animate", "volume", "captions", "sticker", "reorder"
        )
        and not clause.all("w")
    ):
        return []
    degrees = clause.one("w")
    text = clause.text
    if degrees is not None and clause.says(r"色温|hue"):
        return []
    left = pattern(
        r"counter-?clockwise|anti-?clockwise|ccw|(?:rotat\w+|turn|turned|spin|tilt)[^,]{0,40} (?:to the )?left|逆时针|向左|往左|左转|左旋"
    ).search(text)
    if degrees is not None:
        return spread("rotate", clause, degrees=-degrees if left and degrees > 0 else degrees)
    if pattern(
        r"upside[- ]down|wrong way up|on its head|倒过来|倒了|颠倒|上下颠倒|头朝下|倒着的|是倒的|画面倒"
    ).search(text) and not clause.has("flip"):
        return spread("rotate", clause, degrees=180)
    if left:
        return spread("rotate", clause, degrees=-90)
    if pattern(
        r"(?:rotat\w+|turn|turned|spin|tilt)[^,]{0,40} (?:to the )?right|(?<!counter)(?<!counter-)(?<!anti)(?<!anti-)clockwise|(?<![a-z])cw(?![a-z])|顺时针|向右|往右|右转|右旋"
    ).search(text):
        return spread("rotate", clause, degrees=90)
    if pattern(r"quarter turn|(?:sideways|on its side)(?!.*<a)|横过来|转正").search(text):
        return spread("rotate", clause, degrees=90)
    if pattern(r"half turn|halfway round|转半圈").search(text):
        return spread("rotate", clause, degrees=180)
    if pattern(r"^(?:please )?(?:rotate|旋转)").search(text):
        return [make("clarify", missing="degrees")]
    return []


def _shape(clause: Clause) -> list[Operation]:
    ratio = _ratio(clause)
    if clause.has("letterbox") and not (ratio in ("9:16", "1:1", "4:5") or clause.has("vertical", "square")):
        if clause.has("remove", "no") and not clause.says("add|加"):
            return []
        if not (
            clause.says(r"(?<![a-z])(?:pad|fit|with black bars|use black bars)(?![a-z])|填充") and ratio
        ) or clause.says("letterbox"):
            return [make("letterbox", ratio=clause.one("a") or ("21:9" if clause.says("21:9") else None))]
    if ratio is None or (
        clause.has("flip", "shorts", "highlight") and not clause.says("short videos?") and not clause.one("a")
    ):
        return []
    if clause.has("flip", "pan", "splitscreen", "transition") or (
        clause.has("captions", "title") and not clause.says("video|视频|画面")
    ):
        return []
    operations = [make("set_aspect", ratio=ratio, fit=read_fit(clause))]
    size = clause.one("s")
    if size:
        operations.append(_size_operation(size, ratio))
    rate = clause.one("y")
    if rate:
        operations.append(make("set_fps", fps=rate))
    return operations


def _size_operation(size: tuple[int, int], ratio: str | None) -> Operation:
    width, height = size
    if ratio in ("9:16", "3:4", "4:5", "2:3") and width > height:
        width, height = (
            height,
            width if ratio == "9:16" else round(height * (int(ratio[2:]) / int(ratio[0])) / 2) * 2,
        )
    elif ratio == "1:1" and width > height:
        width = height
    return make("set_resolution", width=width, height=height)


def _resolution(clause: Clause) -> list[Operation]:
    size = clause.one("s")
    if not size or clause.has("export"):
        return []
    operations = [_size_operation(size, None)]
    rate = clause.one("y")
    if rate:
        operations.append(make("set_fps", fps=rate))
    return operations


def _rate(clause: Clause) -> list[Operation]:
    rate = clause.one("y")
    return [make("set_fps", fps=rate)] if rate and 1 <= rate <= 240 else []


def _crop(clause: Clause) -> list[Operation]:
    text = clause.text
    percent, pixels = clause.one("p"), clause.one("z")
    amount, suffix = (percent, "percent") if percent is not None else (pixels, "px")
    if amount is None:
        amount_match = clause.says(r"<n(\d+)>(?= (?:off|from)|$)")
        if not amount_match or not clause.says("crop|裁"):
            if clause.has("crop") and clause.says(
                r"^(?:please )?(?:crop|裁剪|裁切)(?: it| this| the video| a bit| the picture)?$|裁剪一下|裁一下"
            ):
                return [make("clarify", missing="sides")]
            return []
        return []
    taking = clause.has("crop") or clause.says(
        r"(?<![a-z])(?:cut|trim|shave|remove|take|chop)(?![a-z]).*(?:off|from) (?:the |each |both |all |every )*(?:top|bottom|left|right|sides?|edges?|borders?)|[裁切剪去].{0,12}(?:边|侧|上|下|左|右)|[上下左右].{0,6}[裁切]"
    )
    if not taking or clause.has("volume", "zoom"):
        return []
    sides: dict[str, Any] = {}
    words = {"left": r"left|左", "right": r"right|右", "top": r"top|上(?!面的)|顶", "bottom": r"bottom|下|底"}
    if pattern(
        r"(?:all|every|four) (?:the )?(?:four )?(?:sides?|edges?|borders?|around|round|way)|on all sides|all (?:the way )?(?:a)?round|四边|四周|每条边|四个边|各边|上下左右"
    ).search(text):
        chosen = list(words)
    elif pattern(r"top and (?:the )?bottom|上下").search(text):
        chosen = ["top", "bottom"]
    elif pattern(
        r"left and (?:the )?right|(?:each|both|either) sides?|the sides|two sides|左右|两边|两侧"
    ).search(text):
        chosen = ["left", "right"]
    else:
        chosen = [
            side
            for side, word in words.items()
            if pattern(rf"(?<![a-z])(?:{word})(?![a-z])").search(re.sub("剪下|裁下|切下|一下", "", text))
        ]
    amounts = clause.all("p") if percent is not None else clause.all("z")
    for number, side in enumerate(chosen):
        paired = amounts[number] if len(amounts) == len(chosen) > 1 else amount
        sides[f"{side}_{suffix}"] = paired
    return [make("crop", **sides, clip=clause.clip)] if sides else []


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


_AMOUNT_WORDS = {
    "contrast": ("brighter", "darker"),
    "saturation": ("brighter", "darker"),
    "brightness": ("brighter", "darker"),
}
_UP = r"(?<![a-z])(?:up|more|increase\w*|rais\w*|boost\w*|higher|add|bump\w*|pump\w*|crank\w*|stronger|punchier|richer|vibrant|vivid|colou?rful|saturate|too flat|flat|too (?:dull|dark|low|little|pale)|washed out|dull|brighter|brighten\w*|lighter|lighten\w*|bright|enhance|strengthen|deepen|contrasty|underexposed|lift|lifted)(?![a-z])|[加增]|提|升|高|鲜|艳|强|亮|浓|大一?[点些]|太暗|太灰|太淡|欠曝|灰"
_DOWN = r"(?<![a-z])(?:down|less|decreas\w*|lower\w*|reduc\w*|drop|desaturat\w*|too (?:bright|saturated|vivid|strong|high|much|harsh|colou?rful)|darker|darken\w*|dim\w*|muted|mute|softer|overexposed|tone down|dial|cut|weaken|duller|dark)(?![a-z])|[减降]|低|弱|淡|暗|太亮|太艳|太强|太高|太浓|太重|过曝|小一?[点些]|压"
_TO_AMOUNT = r"(?:by |up |down )"


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
        if punch:
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


def read_image(clause: Clause) -> list[Operation]:
    """Understand the wish to show a picture file."""
    file = clause.one("f")
    if not file or not _SOME_FILE.search(str(file)) or (clause.has("replace") and clause.clip is not None):
        return []
    position = find_position(clause.text)
    times: dict[str, Any] = {**clause.span()}
    length = clause.length()
    if not times:
        instant = instant_or_edge(clause)
        if instant is not None and instant not in ("end", length):
            times = {"start": instant}
    if length is None and "start" in times:
        others = [value for value in clause.all("d") if value != times["start"]]
        length = others[0] if len(others) == 1 else None
    if length is not None and "end" not in times:
        if "start" in times:
            times["end"] = tidy(times["start"] + length)
        else:
            times["duration"] = length
    return [make("add_image", source=file, **times, position=position)]
