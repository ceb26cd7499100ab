"""Cuts by what is said and shown: silences, words, scenes, highlights."""

from __future__ import annotations

import re

from mango_skill.operations.clause import Clause, make
from mango_skill.operations.model import Operation


def _silence(clause: Clause) -> list[Operation]:
    if clause.says(
        r"(?<![a-z])tighten(?: (?:it|this|the (?:edit|pacing|video|cut)|everything|things))?(?: up)?$|(?:剪得|节奏)(?:更)?紧凑"
    ) and not clause.all("d"):
        return [make("remove_silence")]
    if (
        not clause.has("silence")
        or clause.has("captions", "transition")
        or (clause.has("speed") and clause.has("faster") and not clause.has("remove"))
    ):
        return []
    removing = clause.has("remove", "shorter") or clause.says(
        r"(?<![a-z])(?:tighten|clean|trim|jump ?cut|cut|no|out|auto-?cut|close up|collapse|squeeze)(?![a-z])|[去剪删]|缩|不要|紧凑|清"
    )
    if not removing or clause.says(r"pause the|a pause (?:at|of)|add a pause|加.{0,3}停顿"):
        return []
    if clause.clip is not None and clause.says("gap"):
        return []
    minimum = clause.says(
        r"(?:longer|more|over|greater|bigger|lasting|exceed\w*|above|at least|min(?:imum)?|of)(?: than)?(?: or equal to)? (?:about )?<d(\d+)>|(?:超过|大于|长于|多于|高于|长过|达到)<d(\d+)>|<d(\d+)>(?:以上|\+| or (?:longer|more)| plus)|[>≥] ?<d(\d+)>|<r(\d+)>的?(?:停顿|静)"
    )
    seconds = None
    if minimum:
        group = next(g for g in minimum.groups() if g)
        value = clause.message.value(("r" if minimum[5] else "d") + group)
        seconds = value[0] if isinstance(value, tuple) else value
    elif clause.says(r"after|over|past") and clause.one("r") and clause.one("r")[1] is None:
        seconds = clause.one("r")[0]
    padding = clause.says(
        r"(?:leav\w*|keep\w*|with|pad\w*)(?: of| about| a| at least)* <d(\d+)>|<d(\d+)>(?: of)? (?:padding|handles?|breathing room|margin|on (?:each|either|both) sides?|cushion|buffer)|(?:留|保留|前后留|两边留|各留)(?:出)?<d(\d+)>|<d(\d+)>(?:余量|缓冲|留白|间隔)"
    )
    pad = None
    if padding:
        pad = clause.message.value("d" + next(g for g in padding.groups() if g))
        if seconds == pad and not minimum:
            seconds = None
    level = clause.one("b")
    direction = None
    if clause.says(
        r"(?<![a-z])(?:(?:less|not (?:so|too|that|as)) aggressive\w*|gently|gentler|looser|not so much|less|softer|easy)(?![a-z])|宽松|松一点|温和|别太|不要太|太狠|太紧|轻一点|少剪"
    ):
        direction = "down"
    elif clause.says(r"(?<![a-z])(?:tighter|more aggressive\w*|aggressively|harder)(?![a-z])|更紧|狠一点"):
        direction = "up"
    return [
        make(
            "remove_silence",
            min_seconds=seconds,
            threshold_db=-abs(level) if level is not None else None,
            padding_seconds=pad,
            direction=direction,
        )
    ]


def _fillers(clause: Clause) -> list[Operation]:
    quotes = clause.all("q")
    if clause.all("h") or clause.all("e") or clause.all("r"):
        # "the first 8 seconds are blabber": a part is meant, not the words.
        return []
    named = clause.has("fillers") or (
        clause.has("remove")
        and not clause.has("title", "captions", "watermark", "text", "retakes")
        and not clause.says(
            r"(?<![a-z])(?:where|when|part|sentence|phrase|line|say)(?![a-z])|说|句|话|画面|屏幕"
        )
        and (
            (len(quotes) > 1 and all(len(quote) <= 12 for quote in quotes))
            or (len(quotes) == 1 and len(quotes[0]) <= 2 and not quotes[0].isascii())
        )
    )
    if not named and not (
        quotes
        and clause.has("remove")
        and (
            clause.says(
                r"words?(?: like)?|every|all (?:the |my )?<q|each time|都[剪删去]|全部[剪删去]|口|这些词|每个<q|所有(?:的)?<q|这(?:几|两|些)个词|语气"
            )
            and not clause.has("title", "captions", "watermark")
            and not clause.says(r"on screen|画面|屏幕|sentence|phrase|the line|那句|这句")
        )
    ):
        return []
    if not (
        clause.has("remove")
        or clause.says(r"(?<![a-z])(?:no|without|clean|fewer|less|edit out|cut)(?![a-z])|[去剪删减]|清")
    ):
        return []
    words = list(quotes)
    if not words:
        listed = clause.says(
            r"(?:like|such as|including|e\.g\.|namely|words:|:) ((?:[a-z']+(?: know| mean| of)?)(?:(?:, | and |,? and | or |/)(?:[a-z']+(?: know| mean| of)?))*)"
        )
        if listed and clause.says("filler|words"):
            words = [word.strip() for word in re.split(r",? and |, | or |/", listed[1]) if word.strip()]
    return [make("remove_fillers", words=words or None)]


def _retakes(clause: Clause) -> list[Operation]:
    if clause.says(r"(?:keep|use|leave).*<c\d+> (?:of|for) (?:each|every)|(?:同一句|好几遍|几遍).*[只留]"):
        return [make("remove_retakes", keep="first" if clause.all("c") == [[1]] else "last")]
    best = clause.says(
        r"(?:keep|use|leave)(?: only| just)?(?: the| my)? (best|final) takes?(?![a-z])|(?:只|仅)?(?:保留|留|用)最(?:好|佳)的?(?:一遍|那遍|一次|那条|一条)"
    )
    if best:
        return [make("remove_retakes", keep="last" if best[1] == "final" else "best")]
    if not clause.has("retakes") or clause.all("f"):
        return []
    if not (
        clause.has("remove", "keep")
        or clause.says(r"(?<![a-z])(?:only|keep|best|last take|clean)(?![a-z])|[去剪删留]|只要")
    ):
        return []
    if clause.says(r"重复播放|重复一遍") or (clause.clip is not None and not clause.says("retake|take")):
        return []
    keep = None
    match = clause.says(
        r"(?:keep|keeping|use|only|leave|leaving|retain)(?: only| just)?(?: the| my)? (last|final|best|first|latest)|(?:保留|留|只要|留下|用)(?:的)?(?:是)?(最后|最好|第一|最佳|首)|(last|best|first|final) (?:take|one|version|attempt)"
    )
    if match:
        word = match[1] or match[2] or match[3]
        keep = {
            "final": "last",
            "latest": "last",
            "最后": "last",
            "最好": "best",
            "最佳": "best",
            "第一": "first",
            "首": "first",
        }.get(word, word)
    elif clause.says(r"(?:留|保留|用|要)(?:下)?(?:最后)?<c\d+>(?!.*[去删])"):
        values = clause.all("c")
        keep = "last" if values and values[0] == ["last"] else "first"
    elif clause.all("c") and clause.says(r"keep|leav|保留|留"):
        keep = "last" if clause.all("c")[0] == ["last"] else "first" if clause.all("c")[0] == [1] else None
    return [make("remove_retakes", keep=keep)]


def _phrase(clause: Clause) -> list[Operation]:
    quote = clause.one("q")
    if quote is None or not clause.has("remove") or clause.has("title", "captions", "watermark"):
        return []
    if clause.says(
        r"(?<![a-z])(?:where|when|say|says|said|saying|phrase|sentence|line|part|bit|quote|talk|talks|mention|mentions|spoken)(?![a-z])|说|讲|那句|这句|句|话|段|提到"
    ):
        return [make("remove_phrase", text=quote)]
    if clause.says(r"(?:text|logo|sign|文字|字样)"):
        return []
    return [make("remove_phrase", text=quote)]


def _scenes(clause: Clause) -> list[Operation]:
    if (
        clause.has("scenes")
        and (
            clause.has("split")
            or clause.says(
                r"(?<![a-z])(?:detect|cut|break|separate|find|chop|divide|scene detection)(?![a-z])|切|分|拆|检测|识别|剪"
            )
        )
        and not clause.has("transition", "sfx")
        and not clause.says("transition|whoosh|title|sound")
    ):
        return [make("split_scenes")]
    return []


def _beat(clause: Clause) -> list[Operation]:
    if (
        clause.has("beat")
        and clause.says(
            r"(?<![a-z])(?:cut|cuts|sync|synced|match|edit|clips?|beat-?sync|align|snap|switch|timed|time|change|rhythm|transitions?)(?![a-z])|卡点|踩点|剪|切|对|合|配合|跟"
        )
        and not clause.says(r"(?:add|加).{0,12}(?:beat music|beats?$)|节拍器|deadbeat|heartbeat")
    ):
        return [make("beat_sync")]
    return []


def _chapters(clause: Clause) -> list[Operation]:
    if clause.has("chapters") and not clause.has("remove"):
        return [make("chapters")]
    return []


_VERTICAL = r"(?<![a-z])(?:vertical|portrait|9:16)(?![a-z])|竖"


def _ratio(clause: Clause) -> str | None:
    ratio = clause.one("a")
    if ratio:
        return str(ratio)
    if clause.says(_VERTICAL):
        return "9:16"
    if clause.has("square"):
        return "1:1"
    return "16:9" if clause.has("horizontal") else None


def _highlight(clause: Clause) -> list[Operation]:
    count = clause.says(
        r"<n(\d+)> (?!times)(?:\w+ |<d\d+>-? |<a\d+> |[\w-]+ ){0,4}?(?:shorts|clips?|reels|tiktoks?|videos|moments|highlights|snippets|bits|teasers|parts)(?![a-z])|<n(\d+)>(?:个|条|段|支)(?:<d\d+>的?)?|<d\d+> (?:\w+ )*<n(\d+)>"
    )
    shorts = clause.has("shorts") and not clause.says(r"(?<![a-z])a (?:\w+ )*short video|polished")
    finding = clause.text.startswith("<n") or clause.says(
        r"(?<![a-z])(?:find|make|create|cut|extract|pull|turn|get|generate|give|produce|split|chop|slice|repurpose|make me|want|need|clip|break)(?![a-z])|切|剪|做|生成|拆|找|提取|出|来|截|挑"
    )
    number = clause.message.value("n" + next(g for g in count.groups() if g)) if count else None
    seconds = clause.one("d")
    if (
        shorts
        and finding
        and (
            (number is not None and number == int(number))
            or clause.says(
                r"(?<![a-z])(?:shorts|reels|tiktoks|short videos|short clips|clips for|snippets|viral clips|social clips)(?![a-z])|切片|短视频|小视频"
            )
        )
    ):
        if number is None and clause.says(
            r"^(?:[^<]*)(?:一个|一条|个|条)?<d\d+>的?(?:短视频|短片|小视频)$|polish|精致|精美|剪(?:一个|成|一条)"
        ):
            return []
        if clause.clip is None or number is not None:
            return [
                make(
                    "make_shorts",
                    count=int(number) if number else None,
                    seconds=seconds,
                    ratio=_ratio(clause),
                )
            ]
    if (
        number is not None
        and number > 1
        and clause.has("highlight")
        and clause.says(
            r"(?:best|top|most|key|精彩|高光) (?:\w+ )*(?:moments|clips|parts|bits)|<n\d+>(?:个|条|段).*(?:精彩|高光|亮点)"
        )
        and (
            clause.says(r"(?:for|as|into) (?:\w+ )*(?:shorts|reels|tiktok|social)")
            or clause.says(r"<n\d+> (?:\w+ )?(?:vertical )?(?:highlight )?clips|条")
        )
    ):
        return [make("make_shorts", count=int(number), seconds=seconds, ratio=_ratio(clause))]
    if (
        clause.has("highlight")
        and not clause.has("title", "text", "captions", "annotation")
        and not clause.says(
            r"highlights? (?:the|in the (?:picture|image)|and shadows|button)|recover|blown|高光(?:太|过|压|调|降|提)|highlighted|highlight (?:the|my|this|key|important) (?:word|text|button|name|line)"
        )
        and (
            finding
            or clause.says(
                r"highlight|best (?:moments|bits|parts|<d)|recap|teaser|集锦|精彩|混剪|精华|回顾|高光"
            )
        )
    ):
        operations = [make("highlight", seconds=seconds)]
        ratio = _ratio(clause)
        if ratio:
            operations.append(make("set_aspect", ratio=ratio))
        return operations
    return []
