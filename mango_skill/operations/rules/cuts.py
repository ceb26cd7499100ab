"""What is cut and what stays: ends, ranges, lengths, silences, words."""

from __future__ import annotations

import re

from mango_skill.operations.clause import Clause, make
from mango_skill.operations.model import Operation
from mango_skill.operations.rules.meaning import (
    _beat,
    _chapters,
    _fillers,
    _highlight,
    _phrase,
    _retakes,
    _scenes,
    _silence,
)
from mango_skill.operations.rules.stills import _boomerang, _freeze


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


def _both_ends(clause: Clause) -> list[Operation]:
    cutting = clause.has("remove", "trim") or clause.says("[剪裁切去砍删]<d")
    if not (clause.has("both") or clause.says("首尾|头尾|两头")) or not cutting or clause.says("fade|淡"):
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
        r"(?<![a-z])(?:keep|keeps|keeping|leave only|leave just|leave me with|retain|save|preserve|only|just|extract|grab|use|(?:trim|cut|crop) (?:\w+ |<c\d+> )*(?:to|down to)(?! (?:the )?<d)|crop to|reduce (?:\w+ )*to|shorten (?:\w+ )*to (?:its |the )?<|pull out|gimme|give me|hand me|all i (?:want|need) is|i (?:just |only )?(?:want|need)|the only (?:part|bit|thing) i (?:want|need) is|take (?:only|just))(?![a-z])|只需要|只想要|保留|只留|留下|只要|截取|留|只取|只用|提取|只剩|取|截出|截下|剪到只剩"
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
    clock = clause.says(
        r"(?:exactly|should be|must be|down to|duration(?: of| to)?|total(?: of)?|时长(?:改成|为|是)?|总长|剪成|剪到|缩短到) ?(<t\d+>)|(<t\d+>) long"
    )
    if seconds is None and clock and clause.clip is None and not clause.all("r"):
        return [make("set_duration", seconds=clause.message.value(clock[1] or clock[2]))]
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
        r"(?<![a-z])(?:under|below|less than|no (?:longer|more) than|at most|max(?:imum)?(?: of)?|up to|not (?:longer|more) than|within|shorter than|not exceed|(?:can't|can not|cannot|shouldn't|mustn't|must not|should not|may not|won't|don't|never|not|nothing)(?: let it| make it| want it)?(?: to)?(?: be| go| run| last| get| take| exceed)* (?:any )?(?:longer|more|over|beyond|past|exceed)(?: than)?|limit(?:ed)?(?: it)? to|max length|cap(?:ped)?(?: it)? at|or less|or under|or shorter|tops|don't exceed)(?![a-z])|以内|以下|之内|不超过|不要超过|别超过|不多于|最多|最长|内$|控制在|少于|小于|不能超过|至多|不到"
    )
    shape = clause.says(
        r"(?<![a-z])(?:cut|trim|shorten|make|get|bring|edit|reduce|condense|tighten|keep|turn|length|duration|long|down to|seconds? version|version|limit|cap|be|want|need|exactly|boil|whittle|compress|squeeze|shrink|under|within|less|total|should|into|max|no longer|run(?:ning)? ?time|fit|a <d\d+> (?:video|clip|edit|cut))(?![a-z])|剪|缩|控制|时长|长度|压|变|做|裁|成|总|整|改|不超过|以内|全片|视频|精简|限制|正好|刚好|恰好"
    )
    if maximum and (shape or len(clause.text) < 40):
        return [make("set_duration", max_seconds=seconds)]
    to = clause.says(
        r"(?:to|into|down to|of|be|exactly|about|around|is|only|total|as|at|it|this|that|video|a|in)(?: a| an| just| only| exactly| about| around| roughly| the| under| total)* <d|<d\d+>(?:[- ](?:long|version|cut|edit|total|video|clip|in length|in total|or so|film|movie|short|ad|spot|piece|summary))|[到成为至在做是] ?(?:大概|大约|一个|一条|一段|正好|只有)*<d|(?:正好|刚好|恰好|整整)(?:是|要)?<d|(?:时长|长度|总长|总时长|全长)(?:是|为|改成|设为|改为|:)?<d|(?<!开头)(?<!结尾)(?<!前面)(?<!后面)剪<d|<d\d+>(?:左右|长|的(?:版本|视频|短片|短视频|成片|片子))|总共<d"
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
    end = not (clause.has("remove", "trim") and clause.says(r"by (?:about )?<d")) and clause.says(
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
            clause.says(r"(?<!各)[剪删切裁]<d\d+>|(?:头|尾|开始|最后|末)[^<]{0,3}[去砍掐]<d\d+>")
            or clause.says(
                r"(?<![a-z])(?:take|knock|get|lop|pull|ditch) (?:\w+ ){0,3}<[he]\d+>|(?:把|将)?<[he]\d+>(?:的?(?:内容|画面|部分|视频))?(?:都|全)?(?:剪|删|去|裁|切|砍)"
            )
            or (
                clause.has("shorter")
                and (
                    head
                    or tail
                    or (clause.edge() and clause.says(r"by (?:about )?<d|<d\d+> off|[短减]了?<d"))
                )
            )
            or (
                clause.says(
                    r"(?<![a-z])(?:from|off|away|gone|go|goes|isn't needed|not needed|useless|unnecessary|boring|bad|skip)(?![a-z])|没用|不需要|多余|不好|废话|没意思|不行"
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
    paired = re.findall(r"<([he])(\d+)>[^<]*?(?:of|from|in|on) (?:the )?<c(\d+)>", clause.text)
    if len(paired) > 1 and len(paired) == len(head) + len(tail):
        # "3 seconds from the start of clip 1 and 2 from the end of clip 3"
        for kind, number, mark in paired:
            name = "trim_start" if kind == "h" else "trim_end"
            for clip in clause.message.value(f"c{mark}"):
                found.append(make(name, seconds=clause.message.value(f"{kind}{number}"), clip=clip))
        return found
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
