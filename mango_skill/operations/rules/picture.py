"""Frame, color and effects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mango_skill.operations.clause import Clause, make, spread
from mango_skill.operations.lexicon import find_position, pattern
from mango_skill.operations.marks import tidy
from mango_skill.operations.model import Operation
from mango_skill.operations.rules.color import (
    _amounts,
    _blur,
    _chroma_key,
    _effect,
    _grain,
    _look,
    _look_named,
    _lut,
    _pixelate,
    _simple,
    _white_balance,
)
from mango_skill.operations.rules.fades import _fade, _transition
from mango_skill.operations.rules.graphics import instant_or_edge
from mango_skill.operations.rules.movement import _ken_burns, _pan, _ratio, _reframe, _stabilize, _zoom

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
        _crop_part,
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
        r"(?<![a-z])stack(?:ed|ing|s)?(?![a-z])|top and bottom|one above|on (?:the )?top .*(?:on|at) (?:the )?bottom|on top of each other|over each other|vertical(?:ly)? split|上下"
    ):
        layout: str | None = "stacked"
    elif clause.says(r"grid|2x2|<n\d+>x<n|four[- ]way|quad|宫格|田字|四分屏|四格"):
        layout = "grid"
    elif clause.says(
        r"side[- ]by[- ]side|next to each other|left and right|on the left .*on the right|left .*<c\d+>.* right|horizontal(?:ly)? split|左右|并排|并列|对比"
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


def read_fit(clause: Clause) -> str | None:
    """Return how a clause wants the picture to fill a new shape."""
    if clause.has("blurfill"):
        return "blur"
    if clause.has("pad"):
        return "pad"
    if clause.has("crop") or clause.says(r"fill the (?:frame|screen)|zoom to fill|铺满|填满"):
        return "crop"
    return None


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
    wide = clause.one("a") in ("2.39:1", "2.35:1", "2.4:1", "2.40:1", "1.85:1")
    if wide and clause.says(r"(?<![a-z])bars(?![a-z])|黑边|遮幅"):
        return [make("letterbox", ratio=clause.one("a"))]
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


_SHARES: Mapping[str, float] = {"half": 50, "third": 33.333, "quarter": 25}
_OPPOSITE: Mapping[str, str] = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}
_PART = r"(?P<side>left|right|top|bottom)(?:-hand)?(?: most)? (?P<share>half|third|quarter)(?: of (?:the |its )?(?:picture|frame|image|screen|shot|video))?"
_PART_ZH = r"(?P<zh>[左右上下])(?:面的?|边的?|侧的?)?(?:一半|半边|半部分|半幅|半(?:个)?画面)"


def _crop_part(clause: Clause) -> list[Operation]:
    """ "crop out the left half": the part goes; "crop to the left half": it is what stays."""
    part = clause.says(rf"(?<![a-z]){_PART}(?![a-z])") or clause.says(_PART_ZH)
    if not part or clause.has("title", "text", "captions", "overlay", "volume", "zoom", "blur", "pixelate"):
        return []
    named = part.groupdict()
    side = named.get("side") or {"左": "left", "右": "right", "上": "top", "下": "bottom"}[named["zh"]]
    share = _SHARES[named.get("share") or "half"]
    keeps = clause.says(
        r"(?<![a-z])(?:crop|cut|trim)(?: it| this| the (?:picture|video|frame|image|shot)| <c\d+>)?(?: down| in)? to (?:only |just )?(?:the |its )?(?:left|right|top|bottom)|(?<![a-z])(?:only )?(?:keep|show)(?: only| just)?(?: the| its)? (?:left|right|top|bottom)|(?<![a-z])keep(?: only| just)? (?:it|that|this)(?![a-z])|保留|[只仅](?:留|要|显示)|裁[切剪]?[到成]"
    )
    takes = clause.says(
        r"(?<![a-z])(?:crop|cut|trim|chop|remove|take)(?: it| that| this)?(?: part)?(?: out| off| away)(?![a-z])|(?<![a-z])(?:remove|chop|crop away|get rid of|lose)(?![a-z])|[裁剪切去][掉去除]|去掉|删掉"
    )
    if keeps:
        return [make("crop", **{f"{_OPPOSITE[side]}_percent": 100 - share}, clip=clause.clip)]
    if takes:
        return [make("crop", **{f"{side}_percent": share}, clip=clause.clip)]
    return [make("clarify", missing="part")] if clause.says(r"(?<![a-z])crop|裁") else []


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
    if len(chosen) > 1:
        chosen.sort(
            key=lambda side: min((found.start() for found in pattern(words[side]).finditer(text)), default=0)
        )
    amounts = clause.all("p") if percent is not None else clause.all("z")
    for number, side in enumerate(chosen):
        paired = amounts[number] if len(amounts) == len(chosen) > 1 else amount
        sides[f"{side}_{suffix}"] = paired
    return [make("crop", **sides, clip=clause.clip)] if sides else []


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
