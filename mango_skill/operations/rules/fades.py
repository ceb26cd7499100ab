"""Fades and transitions."""

from __future__ import annotations

from typing import Any

from mango_skill.operations.clause import Clause, make
from mango_skill.operations.lexicon import pattern
from mango_skill.operations.model import Operation


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
        between
        or clause.says(
            r"(?:from|into|to) <c|(?:crossfade|cross[- ]dissolve|dissolve|blend|transition|fade) <c|<c\d+>(?:和|到|与|and|to|into)|转场"
        )
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
            r"(?<![a-z])(?:fad\w*[- ]out|fade (?:the |my |it |this |everything )?(?:\w+ ){0,3}(?:out|away|down)(?![a-z])|fad\w* (?:to|into|away|down)|and out|out to)(?![a-z])|淡出|渐出|渐隐|渐弱|渐黑|渐白|变黑|变白|渐变[到成为]|黑场"
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
