"""What is cut and what stays: ends, ranges, lengths, silences, words."""

from __future__ import annotations

import re
from typing import Any

from mango_skill.operations.clause import Clause, make
from mango_skill.operations.model import Operation


def read_cuts(clause: Clause) -> list[Operation]:
    """Understand what a clause cuts by time or by meaning."""
    for read in (
        _frames,
        _silence,
        _fillers,
        _retakes,
        _phrase,
        _scenes,
        _beat,
        _chapters,
        _highlight,
        _boomerang,
        _freeze,
    ):
        found = read(clause)
        if found:
            return found
    return []


def read_times(clause: Clause) -> list[Operation]:
    """Understand cuts by time; everything else that could have a time has been tried before."""
    if clause.all("f") or (
        clause.has("captions", "title", "music", "text") and not clause.has("remove", "keep")
    ):
        return []
    for read in (_both_ends, _keep, _duration, _boundary, _remove, _shares):
        found = read(clause)
        if found:
            return found
    return []


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
    if clause.says(r"(?<![a-z])(?:tighter|more aggressive\w*|aggressively|harder)(?![a-z])|更紧|狠一点"):
        direction = "up"
    elif clause.says(
        r"(?<![a-z])(?:less aggressive\w*|gently|gentler|looser|not so much)(?![a-z])|宽松|松一点|温和"
    ):
        direction = "down"
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
    ):
        if finding or clause.says(
            r"highlight|best (?:moments|bits|parts|<d)|recap|teaser|集锦|精彩|混剪|精华|回顾|高光"
        ):
            operations = [make("highlight", seconds=seconds if seconds is not None else None)]
            ratio = _ratio(clause)
            if ratio:
                operations.append(make("set_aspect", ratio=ratio))
            return operations
    return []


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
    if not clause.has("freeze") or (
        clause.has("captions", "title", "text") and not clause.says("freeze|定格")
    ):
        return []
    explicit = clause.says(
        r"(?<![a-z])(?:freez\w*|freeze[- ]frame|hold|still frame|pause the picture|pause on|stop the picture)(?![a-z])|定格|冻结|停帧|静帧|定住|停住|定帧|静止|画面停|停留在|暂停画面"
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


def _both_ends(clause: Clause) -> list[Operation]:
    if not clause.has("both") or not clause.has("remove", "trim") or clause.says("fade|淡"):
        return []
    seconds = clause.one("d")
    if seconds is None:
        heads = clause.one("h") if clause.one("h") is not None else clause.one("e")
        seconds = heads
    if seconds is None:
        return []
    return [
        make("trim_start", seconds=seconds, clip=clause.clip),
        make("trim_end", seconds=seconds, clip=clause.clip),
    ]


def _frames(clause: Clause) -> list[Operation]:
    frames = clause.one("m")
    if not frames:
        return []
    name = "keep_range" if clause.has("keep") and not clause.has("remove") else "remove_range"
    if not clause.has("keep", "remove"):
        return []
    return [
        make(
            name, start_frame=int(frames[0]), end_frame=int(frames[1]), fps=clause.one("y"), clip=clause.clip
        )
    ]


def _keep(clause: Clause) -> list[Operation]:
    text = clause.text
    ranges = clause.all("r")
    keeping = clause.says(
        r"(?<![a-z])(?:keep|keeps|keeping|leave only|leave just|leave me with|retain|save|preserve|only|just|extract|grab|use|(?:trim|cut|crop) (?:\w+ |<c\d+> )*(?:to|down to)(?! (?:the )?<d)|crop to|reduce (?:\w+ )*to|shorten (?:\w+ )*to (?:its |the )?<|pull out|take (?:only|just))(?![a-z])|保留|只留|留下|只要|截取|留|只取|只用|提取|只剩|取|截出|截下|剪到只剩"
    )
    dropping = clause.has("remove") and not clause.says(
        r"(?<![a-z])(?:trim|cut) (?:\w+ |<c\d+> )*(?:down )?to(?![a-z])|只要|不要别的|其他.{0,3}[删去不剪]|其余.{0,3}[删去不剪]|剩下.{0,3}[删去不剪]|the rest"
    )
    inverted = (
        clause.has("remove")
        and clause.has("except", "rest")
        and (ranges or clause.one("h") is not None or clause.one("e") is not None)
        and clause.says(
            r"(?<![a-z])(?:everything|all|anything)(?: \w+)? (?:except|but|other|outside|apart)|the rest|everything else|除了|以外|之外|其余|其他|剩下|outside"
        )
    )
    if not (keeping and not dropping) and not inverted:
        return []
    if (
        clause.has("captions", "music", "voice", "audio", "original_audio")
        and not clause.has("video")
        and not ranges
        and clause.one("h") is None
        and clause.one("e") is None
        and clause.one("g") is None
    ):
        return []
    clip = clause.clip
    if len(ranges) > 1:
        pairs = [[start or 0, end] for start, end in ranges if end is not None]
        return [make("keep_ranges", ranges=pairs)]
    if ranges:
        start, end = ranges[0]
        if end is None:
            return [make("trim_start", seconds=start, clip=clip)]
        return [make("keep_range", start=start or 0, end=end, clip=clip)]
    if clause.one("h") is not None:
        return [make("keep_range", start=0, end=clause.one("h"), clip=clip)]
    if clause.one("e") is not None:
        return [make("keep_range", start_from_end=clause.one("e"), clip=clip)]
    share = clause.one("g")
    if share:
        if any(operation.name == "split" for operation in clause.before):
            return [make("keep_clips", clips=[1 if share[0] == 0 else 2])]
        return [make("keep_range", start_percent=share[0], end_percent=share[1], clip=clip)]
    middle = clause.says(r"middle <d(\d+)>|中间<d(\d+)>")
    if middle:
        return []
    del text
    return []


def _duration(clause: Clause) -> list[Operation]:
    seconds = clause.one("d")
    if (
        seconds is None
        or clause.all("x")
        or clause.says(r"(?<![a-z])(?:off|each|clip every|every)(?![a-z])|每|各")
    ):
        return []
    if clause.clip is not None:
        if clause.says(
            r"(?<![a-z])(?:to|down to|only|just)(?![a-z]).*<d|<d\d+> (?:long|only)|[到成留] ?<d|只留<d"
        ) and clause.says(r"(?<![a-z])(?:trim|cut|shorten|reduce|make|keep|limit)(?![a-z])|剪|缩|裁|留"):
            return [make("keep_range", clip=clause.clip, start=0, end=seconds)]
        return []
    maximum = clause.says(
        r"(?<![a-z])(?:under|below|less than|no (?:longer|more) than|at most|max(?:imum)?(?: of)?|up to|not (?:longer|more) than|within|shorter than|not exceed|limit(?:ed)?(?: it)? to|max length|cap(?:ped)?(?: it)? at|or less|or under|or shorter|tops|don't exceed)(?![a-z])|以内|以下|之内|不超过|不要超过|别超过|不多于|最多|最长|内$|控制在|少于|小于|不能超过|至多|不到"
    )
    shape = clause.says(
        r"(?<![a-z])(?:cut|trim|shorten|make|get|bring|edit|reduce|condense|tighten|keep|turn|length|duration|long|down to|seconds? version|version|limit|cap|be|want|boil|whittle|compress|squeeze|shrink|under|within|less|total|should|into|max|no longer|run(?:ning)? ?time|fit|a <d\d+> (?:video|clip|edit|cut))(?![a-z])|剪|缩|控制|时长|长度|压|变|做|裁|成|总|整|改|不超过|以内|全片|视频|精简|限制"
    )
    if maximum and (shape or len(clause.text) < 40):
        return [make("set_duration", max_seconds=seconds)]
    to = clause.says(
        r"(?:to|into|down to|of|be|exactly|about|around|is|only|total|as|at|it|this|that|video|a|in)(?: a| an| just| only| exactly| about| around| roughly| the| under| total)* <d|<d\d+>(?:[- ](?:long|version|cut|edit|total|video|clip|in length|in total|or so|film|movie|short|ad|spot|piece|summary))|[到成为至在做是] ?(?:大概|大约|一个|一条|一段|正好|只有)*<d|(?:时长|长度|总长|总时长|全长)(?:是|为|改成|设为|改为|:)?<d|剪<d|<d\d+>(?:左右|长|的(?:版本|视频|短片|短视频|成片|片子))|总共<d"
    )
    if (to and shape and not clause.has("remove")) or (
        to
        and clause.says(
            r"(?<![a-z])(?:cut|trim|shorten|shrink|bring|edit|condense|reduce|get)(?: \w+){0,4} (?:down )?(?:to|into)(?![a-z])|剪[到成]|缩[短到减]|压缩[到成]|裁[到成]"
        )
    ):
        if clause.says(
            r"(?<![a-z])(?:split|at|from|start|end|begin|after|before|until|fade|transition|show|for|zoom|freeze|loop|move|put|insert|add)(?![a-z]) |在|处|淡|定格|显示"
        ) and not clause.says(r"down to|剪[到成]|long|shorten"):
            return []
        return [make("set_duration", seconds=seconds)]
    return []


def _boundary(clause: Clause) -> list[Operation]:
    """ "start at 0:12", "end it at 1:20"."""
    marks = r"(<[td]\d+>)"
    start = clause.says(
        rf"(?<![a-z])(?:start(?:s|ing)?|begin(?:s|ning)?|open(?:s)?|kick off)(?: the| my| this| it| at| from| with| only| playing| video| clip| film| edit| footage| in| out| should| <c\d+>)* (?:at|from|on)(?: the)?(?: about)? {marks}|从第?{marks}(?:处)?(?:开始|起|开播|播)|开头(?:从|在){marks}|(?:视频|片子)?从{marks}开"
    )
    end = clause.says(
        rf"(?<![a-z])(?:end(?:s|ing)?|stop(?:s|ping)?|finish(?:es)?|close|cut off|cut it off|conclude|wrap up|out)(?: the| my| this| it| at| with| video| clip| film| edit| playing| footage| should| <c\d+>)* (?:at|by|on|after)(?: the)?(?: about)? {marks}|(?:到|在|至)第?{marks}(?:处|的地方)?(?:就)?(?:结束|为止|停|收尾|止|截止|停止|完)|(?:结束|截止)(?:于|在|到){marks}|(?:结尾|结束)(?:在|到){marks}"
    )
    if start and end:
        return [
            make(
                "keep_range",
                start=clause.message.value(next(g for g in start.groups() if g)),
                end=clause.message.value(next(g for g in end.groups() if g)),
                clip=clause.clip,
            )
        ]
    if start:
        return [
            make(
                "trim_start",
                seconds=clause.message.value(next(g for g in start.groups() if g)),
                clip=clause.clip,
            )
        ]
    if end:
        return [
            make(
                "keep_range",
                start=0,
                end=clause.message.value(next(g for g in end.groups() if g)),
                clip=clause.clip,
            )
        ]
    found = clause.one("r")
    if found and found[1] is None and clause.says(r"(?<![a-z])nothing(?![a-z])"):
        return [make("keep_range", start=0, end=found[0])]
    if (
        found
        and found[1] is None
        and clause.says(r"(?<![a-z])(?:start|begin|end|stop|finish)(?![a-z])|开始|结束")
    ):
        if clause.says(r"(?<![a-z])(?:end|stop|finish)(?![a-z])|结束"):
            return [make("keep_range", start=0, end=found[0])]
        return [make("trim_start", seconds=found[0])]
    if found and clause.says(
        r"^(?:make )?(?:it |the video |video )?(?:run|play|go|start)s?(?: only)? ?<r|只?播放<r|run <r"
    ):
        return [make("keep_range", start=found[0] or 0, end=found[1])]
    return []


def _remove(clause: Clause) -> list[Operation]:
    removing = clause.has("remove", "trim")
    head, tail, ranges = clause.all("h"), clause.all("e"), clause.all("r")
    clip = clause.clip
    if not removing:
        if (
            clause.says(
                r"(?<![a-z])(?:take|knock|get|lop|pull|ditch) (?:\w+ ){0,3}<[he]\d+>|(?:把|将)?<[he]\d+>(?:的?(?:内容|画面|部分|视频))?(?:都|全)?(?:剪|删|去|裁|切|砍)"
            )
            or (clause.has("shorter") and (head or tail))
            or (
                clause.says(
                    r"(?<![a-z])(?:from|off|away|gone|go|goes|isn't needed|not needed|useless|unnecessary|boring|bad|skip)(?![a-z])|没用|不需要|多余|不好"
                )
                and (head or tail or ranges)
            )
        ):
            removing = True
        else:
            return []
    found: list[Operation] = []
    for start, end in ranges:
        if end is None:
            found.append(make("keep_range", start=0, end=start, clip=clip))
        elif start is None:
            found.append(make("trim_start", seconds=end, clip=clip))
        else:
            found.append(make("remove_range", start=start, end=end, clip=clip))
    clips = clause.clips or [None]
    for seconds in head:
        found += [make("trim_start", seconds=seconds, clip=each) for each in clips]
    for seconds in tail:
        found += [make("trim_end", seconds=seconds, clip=each) for each in clips]
    if found:
        return found
    seconds = clause.one("d")
    if seconds is not None:
        edge = clause.edge() or (
            "start" if clause.says("前面|前头|头上") else "end" if clause.says("后面|后头|尾巴") else None
        )
        if edge == "start" and not clause.says(r"<d\d+>.*(?:到|to) the end"):
            return [make("trim_start", seconds=seconds, clip=each) for each in clips]
        if edge == "end":
            return [make("trim_end", seconds=seconds, clip=each) for each in clips]
        instant = clause.says(r"(?:at|在|the) <[td]\d+>")
        if instant:
            return []
        return [make("clarify", missing="position")] if clause.clip is None else []
    return []


def _shares(clause: Clause) -> list[Operation]:
    share = clause.one("g")
    if not share:
        return []
    if clause.has("remove"):
        return [make("remove_range", start_percent=share[0], end_percent=share[1], clip=clause.clip)]
    return []
