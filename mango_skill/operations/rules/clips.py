"""Which clips there are and in which order."""

from __future__ import annotations

import re
from typing import Any

from mango_skill.operations.clause import Clause, make
from mango_skill.operations.model import Operation
from mango_skill.operations.rules.graphics import instant_or_edge

_MEDIA = re.compile(
    r"\.(?:mp4|mov|m4v|webm|mkv|avi|mpe?g|mts|m2ts|wmv|flv|3gp|png|jpe?g|gif|webp|heic|bmp)$|^https?://",
    re.IGNORECASE,
)


def read_files(clause: Clause) -> list[Operation]:
    """Understand clauses that put a file somewhere."""
    if not clause.all("f"):
        return []
    for read in (_replace_clip, _overlay, _insert):
        found = read(clause)
        if found:
            return found
    return []


def _replace_clip(clause: Clause) -> list[Operation]:
    if (
        clause.clip is not None
        and (clause.has("replace") or clause.says(r"use <f\d+> (?:for|as) <c|(?:instead|in place) of <c"))
        and not clause.has("music", "audio")
    ):
        return [make("replace_clip", clip=clause.clip, source=clause.one("f"))]
    return []


def _overlay(clause: Clause) -> list[Operation]:
    file = str(clause.one("f"))
    covering = clause.says(
        r"(?<![a-z])(?:cover|covers|overlay|cutaway|cut away|b-?roll(?!\.)|superimpose|on top of|layer|lay|over)(?![a-z])|盖|覆盖|遮住|叠加|空镜|叠在"
    )
    span = clause.span()
    if not covering and not (
        span
        and "end" in span
        and clause.says(r"(?<![a-z])(?:show|display|play|use|put|with)(?![a-z])|[放显用播]")
        and not clause.has("music")
    ):
        return []
    if not re.search(
        r"\.(?:mp4|mov|m4v|webm|mkv|avi|mpe?g|mts|wmv|png|jpe?g|gif|webp|heic)$|^http", file, re.IGNORECASE
    ) or clause.has("pip", "watermark"):
        return []
    if re.search(r"\.(?:png|jpe?g|gif|webp|heic)$", file, re.IGNORECASE) and not clause.says(
        r"(?<![a-z])(?:cover|b-?roll|overlay)(?![a-z])|盖|覆盖|遮住"
    ):
        return []
    audio = None
    if clause.says(
        r"(?<![a-z])(?:keep|keeping|leave|retain|preserve|still hear|under it|continue|continues|continuing|underneath)(?: \w+)* (?:voice|audio|sound|narration|original|talking|speech|commentary)|(?:voice|audio|sound|narration|speech|talking)(?: should| must| can| has to| needs to| is)? (?:continue|continues|carr(?:y|ies)|go(?:es)? on|keep|keeps|stay|stays|remain|remains|running|going|untouched|audible|heard|play(?:s|ing)?|underneath)|(?:保留|留|继续|保持|不变|不动|还是).{0,6}(?:原声|声音|人声|我的|说话)|(?:声音|音频).{0,4}(?:用|要)?(?:原来|原本|原先)|(?:原声|声音|人声)(?:保留|不变|留着|继续|不动|不要动|照旧)"
    ):
        audio = "keep_base"
    elif clause.says(
        r"(?:its|use (?:its|the b-?roll)|with its|replace the) (?:own )?(?:audio|sound)|用它的声音"
    ):
        audio = "replace"
    if not span:
        at, length = clause.at(), clause.length()
        if at is not None:
            span = {"start": at, **({"end": at + length} if length is not None and length != at else {})}
    return [make("overlay_clip", source=clause.one("f"), **span, audio=audio)]


def _insert(clause: Clause) -> list[Operation]:
    files = [file for file in clause.all("f") if _MEDIA.search(str(file))]
    if (
        not files
        or clause.has("music", "captions", "watermark", "sfx")
        or (clause.has("audio") and not clause.says("clip|片"))
    ):
        return []
    placed = (
        clause.has("insert", "concat", "move")
        or clause.edge()
        or clause.says(r"followed by|then <f|片头|片尾|开头|结尾")
    )
    if not placed:
        return []
    if clause.has("concat") and len(files) > 1 and not clause.says(r"(?:at|after|before|to) "):
        return [make("concat", clips="all")]
    after = clause.clip
    if after is not None:
        place: dict[str, Any] = {}
        if clause.says(r"before (?:the )?<c|<c\d+>(?:的)?(?:之前|前面|前)"):
            place = {"at": 0} if after == 1 else {"after_clip": after - 1} if isinstance(after, int) else {}
        elif clause.says(r"between <c") and len(clause.clips) >= 1:
            place = {"after_clip": after}
        else:
            place = {"at": "end"} if after == "last" else {"after_clip": after}
        return [make("insert_clip", source=files[0], **place)]
    at = instant_or_edge(clause)
    if clause.says(
        r"(?<![a-z])(?:before everything|prepend|open(?:s|ing)? with|start(?:s|ing)? (?:\w+ )?with|begin(?:s|ning)? with|as (?:the|an|my) (?:intro|opener|opening)|in front)(?![a-z])|(?:当|作为|做)(?:片头|开头|开场)|最前面"
    ):
        at = 0
    elif clause.says(
        r"(?<![a-z])(?:append|end(?:s|ing)? (?:\w+ )?with|finish(?:es)? with|close with|tack on|as (?:the|an|my) (?:outro|ending)|after everything|on the end)(?![a-z])|(?:当|作为|做)(?:片尾|结尾)|最后面|接在后面|后面接"
    ):
        at = "end"
    elif at is None and clause.says(r"halfway|in the middle|中间"):
        return [make("clarify", missing="at")]
    return [make("insert_clip", source=file, at=at) for file in files]


def read_clips(clause: Clause) -> list[Operation]:
    """Understand what a clause does with whole clips."""
    if clause.has(
        "captions", "title", "music", "transition", "watermark", "volume", "mute", "fade", "text", "lut"
    ) and not clause.says(r"(?<![a-z])(?:swap|reorder|rearrange)|交换|对调|顺序"):
        return []
    for read in (_split, _swap, _reorder, _move, _duplicate, _loop, _reverse, _keep, _delete, _concat):
        found = read(clause)
        if found:
            return found
    return []


def _split(clause: Clause) -> list[Operation]:
    text = clause.text
    if not clause.has("split") and not (
        clause.says(r"(?<![a-z])cut(?![a-z])|剪一刀|切一刀|来一刀")
        and clause.says(r"(?:at|在) ?<[td]|<[td]\d+>(?:处|的地方|那里|那儿)")
    ):
        return []
    if (
        clause.has("splitscreen")
        or clause.all("r")
        or clause.all("h")
        or clause.all("e")
        or clause.says(r"(?<![a-z])(?:down to|into a|split[- ]screen)|切掉|切除|裁切")
    ):
        return []
    if clause.has("scenes") or clause.says("beat|卡点|踩点"):
        return []
    instants = [*clause.all("t"), *clause.all("d")]
    if instants and clause.says(r"every <d|<d\d+> (?:chunks|pieces|segments|parts|each|long)|每(?:隔)?<d"):
        return []
    explicit = clause.says(
        r"(?<![a-z])(?:split|slice|divide|razor|blade|separate|break|cut|chop|make a cut|add a cut)(?![a-z])|分割|切开|拆|断|剪开|切一刀|剪一刀|来一刀|一分为|分开|分段|切割|剪断|切断|切$|切成|分成|剪成"
    )
    if not explicit:
        return []
    if instants:
        if clause.says(
            r"(?<![a-z])(?:remove|delete|shorten|trim|last|first)(?![a-z])|剪成<|切成<|剪到|长度|以内|短视频"
        ):
            return []
        ordered = [clause.message.value(mark) for mark in re.findall(r"<[td]\d+>", text)]
        return [make("split", at=value) for value in ordered]
    if clause.all("p"):
        return [make("split", at_percent=value) for value in clause.all("p")]
    if clause.says(
        r"(?<![a-z])(?:half|halves|middle|midpoint|halfway|in two|into two|in <n\d+>|into <n\d+>)(?![a-z])|一半|中间|两半|两段|两截|一分为|对半|从中|<n\d+>(?:段|等分|份|部分|截|半)|正中|开头和"
    ):
        number = clause.says(r"(?:in|into) <n(\d+)>|<n(\d+)>(?:段|等分|份|部分|截)")
        count = int(clause.message.value("n" + (number[1] or number[2]))) if number else 2
        if 2 <= count <= 20:
            return [make("split", at_percent=round(100 * part / count, 6)) for part in range(1, count)]
    if clause.clip is None and clause.says(
        r"^(?:please |now )?(?:split|cut|slice)(?: it| the clip| this| the video| here| there| that)*$|^(?:把)?(?:视频|片段|这段|它)?(?:分割|切开|拆分)(?:一下|开)?$"
    ):
        return [make("clarify", missing="at")]
    return []


def _swap(clause: Clause) -> list[Operation]:
    if (
        not clause.has("swap")
        or clause.all("f")
        or clause.says(r"(?<![a-z])(?:swap|switch|exchange) .*(?:for|with) (?:something|another|a )")
    ):
        return []
    clips = clause.clips
    if len(clips) < 2:
        numbers = clause.says(
            r"(?:swap|switch|交换|对调|互换|调换) ?(?:numbers? )?<n(\d+)> ?(?:and|with|&|和|与|跟) ?<n(\d+)>"
        )
        if numbers:
            clips = [clause.message.value(f"n{numbers[1]}"), clause.message.value(f"n{numbers[2]}")]
    if (
        len(clips) < 2
        and clause.says(
            r"(?:the |both |two |<n\d+> )+(?:clips|shots|scenes|videos)|两段|两个片段|前后两段|这两"
        )
        and clause.says(r"swap|switch|exchange|trade|交换|对调|互换|调换")
    ):
        clips = [1, 2]
    if len(clips) >= 2:
        return [make("swap_clips", a=clips[0], b=clips[1])]
    return []


def _reorder(clause: Clause) -> list[Operation]:
    if not clause.has("reorder"):
        return []
    if clause.says(
        r"(?<![a-z])(?:reverse|reversed|backwards?|opposite|inverse)(?: \w+)? (?:order|sequence)|(?:order|sequence)(?: of (?:the )?clips)? (?:reversed|backwards)|(?:flip|invert|reverse) the (?:clip )?order|last to first|倒序|顺序(?:反|倒|颠倒)|反过来排|逆序|反向排|倒过来排|倒着排"
    ):
        return [make("reorder", order="reversed")]
    if clause.says(r"shuffl|random|打乱|随机"):
        return [make("reorder", order="shuffled")]
    if clause.says(r"(?:by|according to) (?:\w+ )?(?:date|time)|chronolog|按(?:拍摄)?(?:时间|日期)"):
        return [make("reorder", order="date")]
    if clause.says(r"(?:by|alphabetical\w*)(?: file)? ?names?|alphabetical|按(?:文件)?名"):
        return [make("reorder", order="name")]
    order: list[Any] = clause.clips
    if len(order) < 2:
        text = re.sub(r"<n\d+>(?= clips)", "", clause.text)
        marks = re.findall(r"<([nc])(\d+)>", text)
        order = []
        for kind, number in marks:
            value = clause.message.value(kind + number)
            order += (
                value
                if isinstance(value, list)
                else [int(value)]
                if value == int(value) and value >= 1
                else []
            )
        if clause.says(r"(?:then|,) (?:the )?last$|、最后"):
            order.append("last")
    if len(order) >= 2:
        return [make("reorder", order=order)]
    return []


def _move(clause: Clause) -> list[Operation]:
    text = clause.text
    clips = clause.clips
    if not clips or not (
        clause.has("move")
        or clause.says(
            r"(?:should|must) (?:be|come|go)|(?:put|play|place|move|show) <c\d+> (?:first|last)(?![a-z])|make <c\d+> (?:the )?(?:first|last|<c)|start with <c|play <c\d+> (?:before|after)|open with <c|end with <c|begin with <c|first, then|lead with <c|finish with <c|close with <c"
        )
    ):
        return []
    if (
        clause.all("f")
        or clause.has("speed", "reverse")
        or clause.says(
            r"(?<![a-z])(?:remove|delete|drop|grayscale|black and white|together)(?![a-z])|倒放|播放|[删去剪]掉|画面|调[亮暗整色高低大小]"
        )
    ):
        return []
    clip = clips[0]
    to_start = clause.says(
        r"(?:to|at|in|for) (?:the )?(?:very )?(?:front|start|beginning|top|opening|first)(?! <)|(?:go|goes|come|comes|be|put|move|play|place|show) (?:it |<c\d+> )?first(?![a-z])|first in (?:the )?(?:order|sequence|line)|(?:start|open|begin|lead) with|the (?:opener|intro|opening)|(?:到|在|成|去)?(?:视频)?(?:的)?(?:最前面?|最开头|开头|片头|第一位|首位|最开始)|to number one"
    )
    to_end = clause.says(
        r"(?:to|at|in) (?:the )?(?:very )?(?:end|back|last|bottom)(?! <)|(?:go|goes|come|comes|be|put|move|play|place|show) (?:it |<c\d+> )?last(?![a-z])|(?:end|finish|close) with|(?:到|在|成|去)?(?:视频)?(?:的)?(?:最后面?|末尾|结尾|片尾|最末)(?!一?[段个]|<)"
    )
    if len(clips) == 3 and clause.says(r"between (?:the )?<c|<c\d+>之间"):
        low = min(number for number in clips[1:] if isinstance(number, int)) if clips[1:] != ["last"] else 1
        return [make("move_clip", clip=clip, to=low if isinstance(clip, int) and clip <= low else low + 1)]
    if len(clips) >= 2:
        target = clips[1]
        if clause.says(
            r"<c\d+> .*(?:before|in front of|ahead of) (?:the )?<c|<c\d+>.*<c\d+>(?:的)?(?:前|之前|前面)"
        ):
            if target == "last" or not isinstance(target, int):
                return []
            to: Any = target - 1 if isinstance(clip, int) and clip < target else target
            return [make("move_clip", clip=clip, to=max(1, to))]
        if clause.says(
            r"<c\d+> .*(?:after|behind|following) (?:the )?<c|<c\d+>.*<c\d+>(?:的)?(?:后|之后|后面)"
        ):
            if target == "last":
                return [make("move_clip", clip=clip, to="last")]
            return [
                make(
                    "move_clip",
                    clip=clip,
                    to=target if isinstance(clip, int) and clip < target else target + 1,
                )
            ]
        if clause.says(
            r"(?:make|move|put|turn) <c\d+> (?:to |the |into |in |as )*<c|<c\d+>(?:移|挪|放|调|换|变|提)(?:到|成|为|在)?<c"
        ):
            return [make("move_clip", clip=clip, to=target)]
        return []
    spot = clause.says(
        r"(?:to|in|at|as)(?: the)? (?:position|place|spot|slot|number|index)(?: number)? <n(\d+)>|(?:position|place|spot) <n(\d+)>|(?:到|在|成)第?<n(\d+)>(?:位|个?位置|号位)?|(?:to|in) (?:the )?(second|third|fourth|fifth|sixth) (?:position|place|spot|slot)|(?:be|go|come|comes|goes) (second|third|fourth|fifth)"
    )
    if spot:
        number = spot[1] or spot[2] or spot[3]
        words = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6}
        return [
            make(
                "move_clip",
                clip=clip,
                to=int(clause.message.value(f"n{number}")) if number else words[spot[4] or spot[5]],
            )
        ]
    if to_end and not (to_start and re.search(r"to the (?:front|start|beginning)|最前", text)):
        return [make("move_clip", clip=clip, to="last")]
    if to_start:
        return [make("move_clip", clip=clip, to=1)]
    return []


def _named_clip(clause: Clause) -> Any:
    if clause.clip is not None:
        return clause.clip
    if clause.has("intro") and clause.says(r"(?<![a-z])(?:intro|opening|opener)(?![a-z])|片头|开场"):
        return 1
    if clause.says(r"(?<![a-z])(?:outro|ending)(?![a-z])|片尾"):
        return "last"
    return None


def _duplicate(clause: Clause) -> list[Operation]:
    clip = _named_clip(clause)
    if clause.says(r"duplicate take|copy of the"):
        return []
    explicit = clause.says(r"(?<![a-z])(?:duplicat\w*|copy|copies|clone|double up)(?![a-z])|复制|拷贝")
    if clip is None:
        if explicit and clause.says(
            r"^(?:please )?(?:duplicate|copy|clone)(?: it| the clip| this)?|复制一?[份下]?$"
        ):
            return [make("clarify", missing="clip")] if not clause.says("video|whole") else []
        return []
    times = clause.says(r"<n(\d+)> times|<n(\d+)>[遍次]")
    if explicit:
        return [make("duplicate_clip", clip=each) for each in (clause.clips or [clip])]
    repeated = clause.says(r"(?<![a-z])(?:repeat|again|play|show|run)(?![a-z])|重复|再放|再来|播放|[放播]")
    if (
        repeated
        and times
        and clause.message.value("n" + (times[1] or times[2])) == 2
        and not clause.has("loop")
    ) or (
        repeated
        and times
        and clause.message.value("n" + (times[1] or times[2])) == 2
        and not clause.says("loop|循环")
    ):
        return [make("duplicate_clip", clip=clip)]
    if (
        clause.says(r"再[放播来]<n\d+>[遍次]")
        and times
        and clause.message.value("n" + (times[1] or times[2])) == 1
    ):
        return [make("duplicate_clip", clip=clip)]
    if (
        clause.says(r"(?<![a-z])repeat(?![a-z])|again(?![a-z])|重复(?:一遍|一次)?|再放一遍|再来一遍|重放")
        and not times
        and not clause.has("loop")
    ) or (
        clause.says(r"(?<![a-z])repeat <c|再放一[遍次]|再来一[遍次]|重复一[遍次]|play <c\d+> again")
        and not times
    ):
        return [make("duplicate_clip", clip=clip)]
    return []


def _loop(clause: Clause) -> list[Operation]:
    if clause.says(r"(?<![a-z])(?:loop|loops|looped|looping|on repeat)(?![a-z])|循环"):
        pass
    elif not (
        clause.says(r"<n\d+> times(?! (?:the|as|speed|faster|slower))|<n\d+>[遍次]")
        and clause.says(r"(?<![a-z])(?:repeat|play|run|show|replay)(?![a-z])|重复|播放|[放播]")
    ):
        return []
    if clause.has("boomerang"):
        return []
    times = clause.says(r"<n(\d+)> times|<n(\d+)>[遍次]|<x(\d+)>|<n(\d+)>$")
    value = None
    if times:
        value = clause.message.value(
            f"x{times[3]}" if times[3] else "n" + next(g for g in (times[1], times[2], times[4]) if g)
        )
    return [make("loop", times=int(value) if value is not None and value >= 1 else None, clip=clause.clip)]


def _reverse(clause: Clause) -> list[Operation]:
    if not clause.has("reverse") or clause.says(
        r"reverse (?:that|the last)(?: (?:change|edit|step))?$|reverse(?:d)? order|reverse (?:my|all) (?:changes|edits)"
    ):
        return []
    part = clause.where()
    clips = clause.clips
    if len(clips) > 1:
        return [make("reverse", clip=clip) for clip in clips]
    return [make("reverse", **part)]


def _keep(clause: Clause) -> list[Operation]:
    if clause.excepted and clause.has("remove"):
        return [make("keep_clips", clips=list(clause.excepted))]
    clips = clause.clips
    if not clips or not clause.says(
        r"(?<![a-z])(?:keep|leave|retain|save|only|just|use only|preserve|all i (?:want|need) is|the only (?:clip|one) i (?:want|need) is)(?![a-z])|只需要|只想要|保留|只留|留下|只要|留|只用|只剩"
    ):
        return []
    if (
        clause.one("r")
        or clause.one("h")
        or clause.one("e")
        or clause.one("g")
        or clause.one("d")
        or clause.has(
            "speed",
            "grayscale",
            "mute",
            "brightness",
            "blur",
            "zoom",
            "sepia",
            "reverse",
            "contrast",
            "saturation",
            "stabilize",
            "look",
            "rotate",
        )
    ):
        return []
    if clause.says(r"(?<![a-z])(?:except|but|not)(?![a-z])") and clause.excepted:
        return []
    return [make("keep_clips", clips=clips)]


def _delete(clause: Clause) -> list[Operation]:
    going = clause.says(
        r"<c\d+> (?:can|should|must|has to|have to|needs to) go(?![a-z])"
        r"|<c\d+> (?:is not|isn't|are not|aren't) needed|<c\d+>(?:没用|不需要|多余)"
    )
    if (
        not (clause.has("remove") or going)
        or clause.one("r")
        or clause.one("h") is not None
        or clause.one("e") is not None
        or clause.one("d") is not None
        or clause.one("t") is not None
    ):
        return []
    if (
        clause.has("silence", "fillers", "noise", "retakes", "reverse", "speed", "effect", "grayscale")
        or clause.all("f")
        or clause.all("p")
    ):
        return []
    after_split = any(operation.name == "split" for operation in clause.before)
    share = clause.one("g")
    if share and after_split:
        start, end = share
        return [make("delete_clip", clip=1 if start == 0 and end <= 50 else 2 if start >= 50 else 1)]
    if clause.clips:
        return [make("delete_clip", clip=clip) for clip in clause.clips]
    if after_split and (
        part := clause.says(
            r"(?:the )?(first|second|last|former|latter) (?:part|piece|half|bit|one)|(前|后)(?:面)?(?:那|一)?(?:段|半|部分|截)"
        )
    ):
        return [make("delete_clip", clip=1 if part[1] in ("first", "former") or part[2] == "前" else 2)]
    if clause.says(
        r"(?<![a-z])(?:the |my |that )?(?:intro|introduction|opener)(?![a-z])|片头|开场"
    ) and not clause.has("title", "text"):
        return [make("delete_clip", clip=1)]
    if clause.says(r"(?<![a-z])(?:outro)(?![a-z])|片尾"):
        return [make("delete_clip", clip="last")]
    return []


def _concat(clause: Clause) -> list[Operation]:
    if not clause.has("concat") or clause.has("speed", "splitscreen"):
        return []
    clips = clause.clips
    return [make("concat", clips=clips if len(clips) > 1 else "all")]
