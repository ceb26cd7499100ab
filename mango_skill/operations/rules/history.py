"""Undo and its kin, generation, exports, and what has to be asked."""

from __future__ import annotations

import re
from typing import Any

from mango_skill.operations.clause import Clause, make
from mango_skill.operations.lexicon import table
from mango_skill.operations.model import Operation

_SUBJECTS = (
    "music",
    "captions",
    "title",
    "transition",
    "watermark",
    "sfx",
    "text",
    "fade",
    "sticker",
    "progress",
    "countdown",
    "credits",
    "lowerthird",
)


def read_history(clause: Clause) -> list[Operation]:
    """Understand undo, redo, reset and restore."""
    if clause.all("f"):
        return []
    for read in (_restore, _reset, _redo, _undo):
        found = read(clause)
        if found:
            return found
    return []


def _restore(clause: Clause) -> list[Operation]:
    match = clause.says(
        r"(?:go back|back|revert|restore|return|rewind|roll back|undo)(?: \w+){0,6} (?:to )?(?:(?:how|what|as|the way|like) (?:it|things|that) (?:was|were|looked)|the (?:version|state|point|cut)|before)(?: \w+)? ?(?:before|prior to)? (?:i |we |you )?(?:added |add |put |did |adding |the |my |any |changed |applied |that )*(?P<en>[a-z][a-z ]{1,40}?)(?: (?:was|were|got) added| went in)?$"
        r"|(?:as|how|like) (?:it|things) (?:was|were|looked) before (?:i |we |you )?(?:added |adding |the |my |put in |did )*(?P<en2>[a-z][a-z ]{1,40})$"
        r"|(?:恢复|回|退|还原|返回|变回)(?:到|成)?(?:加|添加|配|放|改|做|上)?(?P<zh>[\u4e00-\u9fff]{1,10}?)(?:之前|以前|前)(?:的)?(?:样子|版本|状态|那版|的)*$"
    )
    if not match:
        return []
    words = (match["en"] or match["en2"] or match["zh"]).strip()
    if re.match(r"(?:start|begin|original|first|that|this|it$|everything|上一步|一步|刚才)", words):
        return []
    if match["zh"]:
        words = re.sub(r"^(?:加|添加|配|放|改|做|上|剪)", "", words)
        words = {
            "音乐": "music",
            "配乐": "music",
            "背景音乐": "music",
            "字幕": "captions",
            "标题": "title",
            "转场": "transitions",
            "调色": "color grading",
            "水印": "watermark",
            "滤镜": "filter",
            "变速": "speed change",
            "裁剪": "crop",
        }.get(words, words)
    return [make("restore", before=words)]


def _reset(clause: Clause) -> list[Operation]:
    if not clause.has("reset") or (
        clause.has("audio", "original_audio", "unmute", "captions", "music")
        and not clause.says("edits|changes|everything|修改")
    ):
        return []
    if clause.says(r"(?<![a-z])(?:original (?:version|footage|video)|original)(?![a-z])") and not clause.says(
        r"(?<![a-z])(?:back|revert|restore|reset|start|return|again|give me|undo)(?![a-z])"
    ):
        return []
    if (
        clause.says(r"replace|insert|speed|resolution")
        or any(clause.all(kind) for kind in "crtdhe")
        or clause.says(r"还原(?:声|颜色|色彩|真实)|色彩还原")
    ):
        return []
    return [make("reset")]


def _redo(clause: Clause) -> list[Operation]:
    if not clause.has("redo"):
        return []
    if (
        clause.says(r"redo (?:the|my) (?:title|captions|subtitles|music|intro|voice)")
        or clause.has("audio", "original_audio")
        or (clause.has("music") and not clause.says("redo|重做"))
    ):
        return []
    return [make("redo", steps=_steps(clause))]


def _steps(clause: Clause) -> int:
    match = clause.says(
        r"<n(\d+)>(?: (?:steps?|changes?|edits?|times|things|operations?|actions?|more)|步|次|个)|(?:last|previous) <n(\d+)>"
    )
    if match:
        value = clause.message.value("n" + (match[1] or match[2]))
        return int(value) if value >= 1 else 1
    return 2 if clause.says(r"undo (?:it |that )?(?:again and )?twice") else 1


def _undo(clause: Clause) -> list[Operation]:
    if not clause.has("undo"):
        return []
    if clause.says(r"undo the (?:mute|crop|speed|zoom|rotation|filter|fade)") and clause.says("undo"):
        return [make("undo", steps=1)]
    if any(clause.has(name) for name in _SUBJECTS) and not clause.says(
        r"^(?:please )?(?:undo|撤销|撤回)(?: the)?(?: last| previous)? (?:change|edit|step)"
    ):
        return []
    if clause.has("audio", "original_audio", "speed", "volume", "zoom", "voice") and not clause.says(
        r"(?<![a-z])undo|撤"
    ):
        return []
    if clause.says(r"(?<![a-z])reverse that") and clause.before:
        return []
    return [make("undo", steps=_steps(clause))]


def read_export(clause: Clause) -> list[Operation]:
    """Understand the wish for a file at the end of a compound message."""
    if not clause.has("export") or clause.all("q"):
        return []
    if clause.says(
        r"(?<![a-z])(?:export (?:button|quality|company)|download (?:now|button|bar)|render the (?:text|title))(?![a-z])|导出按钮|渲染(?:图|一个)|下载按钮"
    ):
        return []
    found = table("formats").find(clause.text)
    size = clause.one("s")
    height = width = None
    if size:
        height = size[1]
        mark = clause.says(r"<s\d+>")
        raw = clause.raw(mark.group()) if mark else ""
        width = size[0] if re.search(r"\d\s?[x×*]\s?\d", raw) else None
    rate = clause.one("y")
    return [make("export", format=found[0] if found else None, height=height, width=width, fps=rate)]


_NOT_GENERATED = (
    "music",
    "captions",
    "title",
    "watermark",
    "sfx",
    "transition",
    "shorts",
    "highlight",
    "slideshow",
    "lowerthird",
    "credits",
    "progress",
    "countdown",
    "sticker",
    "voiceover",
    "fade",
    "pip",
    "splitscreen",
    "chapters",
    "speed",
    "aspect",
    "grain",
    "vignette",
)


def read_generated(clause: Clause) -> list[Operation]:
    """Understand the wish for a clip made from a description."""
    if (
        not clause.has("generate")
        or clause.all("f")
        or (
            any(clause.has(name) for name in _NOT_GENERATED)
            and not clause.says(r"(?<![a-z])(?:generate|ai)(?![a-z])|生成")
        )
    ):
        return []
    match = clause.says(
        r"(?:generate|create|make|produce|ai-generate|imagine|render)(?: me| us)? (?:an? |some |the )?(?:ai |short |new )*(?P<d1><d\d+> ?(?:long )?)?(?P<kind>intro|outro|opening|opener|clip|shot|video|scene|b-?roll|footage|animation|background|ending|sequence|establishing shot|insert)(?: (?P<d2><d\d+>))?(?: clip| shot| video)? (?P<link>of|with|showing|featuring|about|where|that shows|in which) (?:an? |the |some )?(?P<what>[^<]{3,200}?)(?:,? (?:for |lasting )?(?P<d3><d\d+>)(?: long)?)?$"
    )
    if match:
        what = match["what"].strip(" ,.")
        if match["kind"] in ("intro", "outro", "opening", "ending", "opener"):
            what = f"{what} {match['kind']}"
        seconds = next(
            (
                clause.message.value(match[g])
                for g in ("d1", "d2", "d3")
                if match[g] and match[g].strip().endswith(">")
            ),
            None,
        )
        if seconds is None:
            seconds = clause.one("d")
        return [make("generate_clip", prompt=clause.cased(what), seconds=seconds)]
    free = clause.says(
        r"^(?:please )?(?:generate|ai[- ]generate|imagine|synthesi[sz]e)(?: me| us)? (?:an? |some |the )?(?P<what>[^<]{3,200}?)(?:,? (?:for |lasting )?<d\d+>(?: long)?)?$"
    )
    if free and not any(clause.has(name) for name in _NOT_GENERATED):
        return [
            make("generate_clip", prompt=clause.cased(free["what"].strip(" ,.")), seconds=clause.one("d"))
        ]
    zh = clause.says(
        r"(?:生成|ai生成|用ai生成|制作|创建|做|画)(?:一?[个段条]|一)?(?P<d><d\d+>)?(?:长)?(?:的)?(?P<what>[\u4e00-\u9fff][^<,，。]{1,60}?)(?:的)?(?:片段|视频|画面|镜头|空镜|片头|片尾|动画|素材|背景)(?:,?(?P<d2><d\d+>)(?:长)?)?$"
    )
    if zh and clause.says(r"生成|ai|画"):
        mark = zh["d"] or zh["d2"]
        return [
            make(
                "generate_clip",
                prompt=zh["what"],
                seconds=clause.message.value(mark) if mark else clause.one("d"),
            )
        ]
    return []


def read_unclear(clause: Clause) -> list[Operation]:
    """Ask for what is missing in a clause that clearly asks for something."""
    text = re.sub(
        r"(?<![a-z])(?:please|can you|could you|just|now|for me|a bit|a little|ok|okay|i want to|i'd like to|hey)(?![a-z])|请|帮我|一下|吧",
        "",
        clause.text,
    ).strip(" ,.!?，。！？")
    entities = re.search(r"<[a-z]\d+>", text)
    if re.search(
        r"(?<![a-z])(?:move|put|place|shift|send)(?: the)? (?:it|that|this|them|thing)(?: thing| one)?(?: over| to)?(?: there| here| somewhere(?: else)?| elsewhere| a bit)?$|把?(?:它|这个|那个)?(?:移|放|挪)(?:到)?(?:那边|那里|那儿|旁边|一下|过去)",
        text,
    ):
        return [make("clarify", missing="target,position")]
    if not entities and re.search(
        r"^(?:make|do)(?: \w+){0,2} (?:it|this|that|video|everything|something)?\s?(?:look )?(?:much |way |a lot |even |more )?(?:better|nicer|nice|good|great|awesome|amazing|cooler|cool|fun|interesting|professional|beautiful|pretty|perfect|best|pop|epic|special|different)?(?: with it| fun with it)?$|^(?:improve|enhance|fix|edit|beautify|spice up|jazz up|do something with|work your magic on|do your thing)(?: \w+){0,3}$|(?:弄|做|搞|变|改|剪|调)?(?:得)?(?:更)?好看(?:一?点|一些|些)?$|(?:更|变)好(?:一?点)?$|^(?:优化|改进|完善|美化|处理|剪辑|编辑|剪|修|修改)(?:视频|它|这个|画面|片子)?$|不(?:太)?好看|换个风格|高级一?点|精彩一?点|好玩一?点|有意思一?点|try a different style|弄好(?:看)?一?点|有冲击力|有感觉",
        text,
    ):
        return [make("clarify", missing="goal")]
    if (
        re.search(
            r"(?<![a-z])(?:cut|remove|delete|trim|get rid of|drop|take out|lose|chop|shorten)(?: out)? (?:that|this|the|those|some|a|it|out|boring|bad|unnecessary|other|useless|slow|weird|middle|bad|good)*\s?(?:part|bit|section|segment|piece|thing|one|parts|bits|stuff|scene|moment|portion|it|clip|some|boring|middle)?s?(?: there| out| off| away)?$|^(?:cut|trim|crop out|remove|delete|cut out)$|(?:那|这|某)(?:一)?(?:段|部分|块|些)?(?:内容)?(?:剪|删|去|切|不要)[掉除了]?|[剪删去切](?:掉|除)?(?:那|这|一)(?:一)?(?:段|部分|块|些)?$|^[剪删](?:掉|除|一下|一段|短)?$|(?:无聊|没用|多余|不好|废话)的?(?:部分|地方|片段|内容|段落|那段)?(?:都)?[剪删去][掉除]?|[剪删去](?:掉|除)?(?:无聊|没用|多余|不好)的?(?:部分|地方|片段|内容)?|(?:那段|这段)(?:不要|太长)",
            text,
        )
        and not entities
    ):
        return [make("clarify", missing="range")]
    if re.search(
        r"^(?:replace|swap|change)(?: out)? (?:it|that|this|them|that one|this one)?(?: with (?:something else|another|the other one|that))?$|^(?:把)?(?:这个|那个|它)?(?:换|替换)(?:掉|一下|一个)?$",
        text,
    ):
        return [make("clarify", missing="target,source")]
    if not entities and clause.has("shorter") and not clause.has("captions", "title"):
        return [make("clarify", missing="seconds")]
    if not entities and clause.has("longer") and not clause.has("captions", "title"):
        return [make("clarify", missing="seconds")]
    if re.search(
        r"^(?:add|insert|put in|include|use|attach)(?: in)? (?:a|an|the|another|my|that|this|some|one more)? ?(?:clip|video|image|picture|photo|file|b-?roll|logo|footage)$|^(?:加|插入|放|添加)(?:上|入|个|一个|一段|一张|张|段)*(?:片段|视频|图片|照片|素材|空镜|文件)$",
        text,
    ):
        return [make("clarify", missing="source")]
    if re.search(
        r"^(?:no,? )?(?:the other (?:one|clip|side|way)|that one|this one|not that one|the other)$|^(?:另一个|那个|不是这个)$",
        text,
    ):
        return [make("clarify", missing="target")]
    if re.search(
        r"^(?:change|adjust|set|modify|tweak) (?:the )?(?:colou?rs?)$|^(?:换|改|调)(?:个|一下)?颜色$|颜色换一下|改颜色",
        text,
    ):
        return [make("clarify", missing="color")]
    if re.search(
        r"^(?:add|apply|use|put)(?: a| an| some| the)?(?: cool| nice| special)? (?:filter|look|effects?)s?$|^(?:加|来|套|用)(?:个|一个|点|上|些)?(?:滤镜|特效|效果)$",
        text,
    ):
        return [make("clarify", missing="name")]
    if re.search(
        r"^(?:make|turn|change|set) (?:it|this|that)(?: over there| like that| the other way| like this)?$|^(?:改|换|调)(?:一下|成那样|成这样)?$",
        text,
    ):
        return [make("clarify", missing="goal")]
    if (
        re.search(
            r"^(?:highlight|emphasi[sz]e|fix|blur|hide|rotate|flip|mute|reverse) (?:that|this|it)(?: part| bit)?$",
            text,
        )
        and not clause.before
    ):
        return [make("clarify", missing="target")]
    return []


def ask(missing: str) -> Any:
    """Make the question for what is missing."""
    return make("clarify", missing=missing)
