"""Content that is written without quotation marks: what a title says, a name and a role, what is spoken.

Such content is marked like a quotation before anything else is read, so that its words instruct nobody.
"""

from __future__ import annotations

import re

from mango_skill.operations.marks import Annotated

# Where unquoted content ends: at a pause, or at words about time, place, color or the next wish.
_STOP = (
    r"(?=\s*[,;\n]|\s+(?:in\s+|at\s+|on\s+)?(?:the\s+)?(?:top|bottom|upper|lower)[ -]?(?:left|right|cent(?:er|re))|\s+(?:at|with)\s+\d+ ?(?:%|percent)|\s+(?:semi|half)[- ]?transparent|\s*[.!?](?:\s|$)|\s+(?:from|at|between|for|after|until|during)\s+(?:the\s+)?(?:<|\d|start|end|beginning|top|bottom|first|last|middle|cent|opening|left|right|one|two|three|four|five|six|ten|half|very|whole|entire)"
    r"|\s+in\s+(?:the\s+)?(?:white|black|red|yellow|blue|green|gold|orange|pink|purple|gr[ae]y|bold|big|large|small|top|bottom|cent|middle|corner|upper|lower|all caps|[a-z]+ (?:letters|font|text|color))"
    r"|\s+on\s+(?:the\s+)?(?:screen|top|bottom|left|right|it|video)|\s+over\s+(?:the\s+)?(?:first|last|whole|end|opening|video|\d)|\s+(?:and|then)\s+(?:then|add|make|put|export|cut|trim|set|mute|remove|delete|fade|speed|use|crop|place|keep)\b|\s+across\s|\s+as\s+(?:a|the)\s|\s*$)"
)
_ARTICLE = r"(?!<q)(?!(?:the|a|an|my|some|this|that|it|something|in|on|at|with|text|title|words|captions?|subtitles?|to|of|for|and)\b(?!\s+[A-Z]))"
_WHOLE = r"(?P<content>[^\n;<]{1,300}?)(?=\s*(?:[\n;]|,?\s+(?:and\s+)?then\s|\.\s|\.?$|$|,\s*(?:export|add|make it|also)\b|\s+(?:from|at|for)\s+(?:the\s+)?(?:<|\d|first|last|start|end|top|bottom)))"

_PATTERNS: tuple[re.Pattern[str], ...] = (
    # lower third: Dr. Lee, Chief Scientist
    re.compile(
        r"(?:lower[- ]third|name ?tag|name bar|chyron|name plate)s?[^:\n<]{0,40}:\s*(?!<q)(?P<content>[^\n;<]{1,300}?)(?=\s*(?:[\n;]|,?\s+(?:and\s+)?then\s|\.?$|,\s*(?:export|add|make)\b|,?\s+(?:from|at|for)\s+(?:the\s+)?(?:<|\d)))",
        re.I,
    ),
    re.compile(
        r"(?:lower[- ]third|name ?tag|name bar|chyron|name plate)s?\s+(?:for|with|saying|reading|that says|showing)\s+(?!<q|the\b|a\b|an\b|my\b)(?P<content>[^\n;<]{1,200}?)(?=\s*(?:[\n;]|,?\s+(?:and\s+)?then\s|\.?$|,?\s+(?:from|at|for|between)\s+(?:the\s+)?(?:<|\d|first|last)|\s+(?:and|,)\s+(?:add|cut|trim|mute|fade|make|export)\b))",
        re.I,
    ),
    # end credits: Directed by Ann, Music by Bo
    re.compile(
        r"(?:credits|credit roll)[^:\n<]{0,40}:\s*(?!<q)(?P<content>[^\n<]{1,400}?)(?=\s*(?:\n|,?\s+then\s|$|\.$))",
        re.I,
    ),
    re.compile(
        r"(?:voice-?over|voice over|narration|narrator|narrate|read aloud)[^:\n<]{0,40}:\s*(?!<q)(?P<content>[^\n<]{1,500}?)(?=\s*(?:\n|;|,?\s+then\s|$))",
        re.I,
    ),
    re.compile(
        r"\b(?:title|titles|text|heading|headline|caption|watermark|card|words|write|banner|label)\b[^:\n<,]{0,40}:\s*(?!<q)(?!\d)"
        + _WHOLE,
        re.I,
    ),
    re.compile(
        r"\b(?:saying|that says|that reads|that say|which says|which reads|reading|with the words?|with the text|with the title|to say|to read|should say|should read|labelled|labeled|narrator says?|says)\s+(?!<q|the\b|a\b(?! [A-Z])|an\b|what\b|something\b|it\b)(?P<content>[^\n,;<]{1,200}?)"
        + _STOP,
        re.I,
    ),
    re.compile(
        r"\b(?:[Tt]itle|[Cc]all|[Nn]ame|[Ll]abel|[Cc]aption) it\s+(?!<q)(?P<content>[^\n,;<]{1,200}?)" + _STOP
    ),
    re.compile(r"\b(?:titled|entitled|called|named)\s+(?!<q)(?P<content>[A-Z0-9][^\n,;<]{0,200}?)" + _STOP),
    re.compile(
        r"\b(?:[Ww]rite|[Tt]ype|[Ss]pell out)\s+" + _ARTICLE + r"(?P<content>[^\n,;<]{1,200}?)" + _STOP
    ),
    re.compile(
        r"\b(?:the|a|an|add|text|title) (?:[Tt]itle|[Tt]ext|[Hh]eading|[Hh]eadline|[Ww]ords?|[Cc]aption|[Ll]abel|[Tt]agline|[Pp]hrase|[Mm]essage) (?!<q)(?P<content>(?!BGM|LUT)[A-Z][^\n,;<]{0,200}?)"
        + _STOP
    ),
    re.compile(
        r"\b(?:[Cc]hange|[Uu]pdate|[Ee]dit|[Ss]et|[Rr]ename) (?:the |my )?(?:title|heading|headline|text)(?: text)? to (?!<q)(?P<content>[A-Z][^\n,;<]{0,200}?)"
        + _STOP
    ),
    re.compile(
        r"\b[Ww]atermark(?: it| this| the video)? with (?!<q|<f|the\b|my\b|a\b|an\b|our\b)(?P<content>[^\n,;<]{1,100}?)"
        + _STOP
    ),
    re.compile(
        r"\b(?:[Pp]ut|[Ss]how|[Aa]dd|[Dd]isplay|[Ff]lash|[Pp]op|[Ss]uperimpose)\s+(?:up\s+|the words?\s+|the text\s+)?(?P<content>(?!(?:BGM|LUT|HD|CC|PIP|SFX|VHS|RGB|GIF|MP4|SRT|LUFS|FPS|TV|AI|TTS|HDR|WB|VO|UHD|B&W|BW|FX|CTA|MP3|USB|ASMR|EDM|OST|CRT|HUD)\b)[A-Z][A-Z0-9!?&'%-]+(?:\s+[A-Z0-9][A-Z0-9!?&'%-]*)*)(?=[\s,.]|$)"
    ),
    re.compile(r"(?<![a-zA-Z0-9.@])(?P<content>@\w[\w.]{1,40}\w)"),
    # Chinese
    re.compile(
        r"(?:名字|人名条|姓名条|名条|名字条|人名|姓名|介绍条|身份条|下三分之一)[^：:\n<，,]{0,10}[：:]\s*(?P<content>[^\n；。<]{1,120}?)(?=[\n；。]|[，,](?:然后|再|并|接着)|$)"
    ),
    re.compile(
        r"(?:演职员表|片尾字幕|片尾名单|职员表|鸣谢|滚动字幕|演职人员|片尾)[^：:\n<，,]{0,10}[：:]\s*(?P<content>[^\n。<]{1,300}?)(?=[\n。]|[，,](?:然后|再|并且)|$)"
    ),
    re.compile(
        r"(?:旁白|配音|解说|画外音|口播|朗读|念|读|说)[^：:\n<，,]{0,10}[：:]\s*(?P<content>[^\n<；]{1,500}?)(?=[\n；]|[，,](?:然后|再|并且|接着)|$)"
    ),
    re.compile(
        r"(?:写上?|写着|打上|打出|显示|加上|添加|标题|文字|字幕条|水印|内容|文案|字|片名|标语|花字)[^：:\n<，,]{0,6}[：:]\s*(?P<content>[^\n；。，,<]{1,200}?)(?=[\n；。，,]|$)"
    ),
    re.compile(
        r"(?:加上|加个|加一行|加|打上|打出|写上|写|显示|放上|(?<![左右])上)(?P<content>[^\n；。，,<：:“”]{1,30}?)(?:[一二两三四五六七八九十\d]{1,2}个?(?:大)?字(?!幕)|字样|这(?:几|[一二两三四五六七八九十])?个字|这句话|这行字|几个(?:大)?字|的字样|的字(?!幕)|的标题|的文字)"
    ),
    re.compile(
        r"(?:标题|片名|文字|字幕条|水印)(?:写成|写上|写着|写|叫做|叫|名为|为|是)(?P<content>(?!黄|红|白|黑|蓝|绿|大|小|粗|什么|<)[^\n；。，,<]{1,40}?)(?=[\n；。，,]|$)"
    ),
    re.compile(
        r"(?:标题|片名)(?:改成|改为|换成|改叫)(?P<content>(?![^\n；。，,<]{0,8}(?:色|大|小|粗|体|号|动画|居中|顶|底|上|下|左|右|位|金|效果|字))[^\n；。，,<]{2,40}?)(?=[\n；。，,]|$)"
    ),
    re.compile(
        r"(?:画面|屏幕|中间|中央|上面|下面|上方|下方|顶部|底部|左上角|右上角|左下角|右下角|开头|结尾|片头|片尾|视频上|秒|处|上|里|时)写(?:上|着|个|一行|一句|一个)?(?P<content>[^\n；。，,<]{1,60}?)(?=[\n；。，,]|$)"
    ),
    re.compile(
        r"^(?:请|帮我)?写(?:上|个|一行|一句)?(?P<content>(?!字幕|标题|文字)[^\n；。，,<]{1,60}?)(?=[\n；。，,]|$|在)"
    ),
)
_READ_AT_MOST = 2_000


def protect_content(message: Annotated) -> None:
    """Mark unquoted content in a message whose letters still have their case."""
    text = message.text
    if len(text) > _READ_AT_MOST:
        return
    for pattern in _PATTERNS:
        match = pattern.search(text)
        turns = 0
        while match and turns < 4:
            content = match["content"].strip(" \t,.，。")
            if not content or content.startswith("<"):
                break
            start, end = match.span("content")
            mark = message.put("q", message.spell(content), text[start:end])
            text = (
                f"{text[:start]} {mark} {text[end:]}"
                if text[start - 1 : start].isascii()
                else f"{text[:start]}{mark}{text[end:]}"
            )
            match = pattern.search(text)
            turns += 1
    message.text = text
