"""Captions: add, restyle, correct, shift, translate, remove."""

from __future__ import annotations

import re
from typing import Any

from mango_skill.operations.clause import Clause, make
from mango_skill.operations.lexicon import find_position, pattern, table
from mango_skill.operations.model import Operation

_ADDING = (
    r"(?<![a-z])(?:add|adding|include|generate|create|burn|give|insert|want|need|auto|turn on|enable|i'd like|with|throw in|use|make (?:it |me )?(?:some |a )?(?!the |them|it |captions? |subtitles? |my )|put (?!the |them|my )|show (?!the )|have|get|do|produce|write|transcribe|slap)(?![a-z])"
    r"|[加添配]|生成|打上|打字幕|上字幕|做字幕|要字幕|做成字幕|显示字幕|来个|来点|开启|识别|转成字幕|自动字幕|烧录|打出"
)
_CASE = {
    "upper": r"all[- ]caps|upper ?case|upper-case|capitali[sz]ed|capitals|in caps|大写|全大写",
    "lower": r"lower ?case|lower-case|小写",
}


def read_style(clause: Clause, *, moved: bool = True) -> dict[str, Any]:
    """Return color, size, position, weight, font, case and background that a clause names for a text."""
    text = clause.text
    style: dict[str, Any] = {}
    background = pattern(
        r"(?:on|with|over) (?:a |an )?(?:semi-transparent |transparent |solid )?(\w+)(?:[- ]?colou?red)? (?:background|box|bar|backdrop|band)|(\w+) (?:background|box) (?:behind|under)|([白黑红黄蓝绿灰])色?的?(?:背景|底框|底|底色)(?!音)|(?:背景|底色|底框)(?:改成|换成|用|为)?([白黑红黄蓝绿灰])色?"
    ).search(text)
    if background:
        word = next(group for group in background.groups() if group)
        found = table("colors").find(word)
        if found:
            style["background"] = found[0]
            text = text[: background.start()] + " " + text[background.end() :]
    outline = pattern(
        r"(?:with (?:a )?)?(?:(\w+) )?(?:outline|stroke|border)(?! glow)|([白黑红黄蓝绿]色?)(?:的)?描边"
    ).search(text)
    if outline and (outline[1] or outline[2]):
        found = table("colors").find(outline[1] or outline[2])
        if found:
            style["outline"] = found[0]
            text = text[: outline.start()] + " " + text[outline.end() :]
    hexed = pattern(r"#(?:[0-9a-f]{6}|[0-9a-f]{3})(?![0-9a-f])").search(clause.message.spell(text).lower())
    color = table("colors").find(text)
    if hexed:
        style["color"] = hexed.group()
    elif color and not pattern(
        r"black (?:and|&) white|black bars|白平衡|黑白|黑场|红圈|green ?screen|绿幕"
    ).search(text):
        style["color"] = color[0]
    pixels = pattern(
        r"(?:size|字号|font size)(?: of| to|:|为|改成|调到|设为)? ?<n(\d+)>|<z(\d+)>(?: font| high| text)?|<n(\d+)>(?: ?pt| ?points?|号字|号)"
    ).search(text)
    if pixels:
        group = next(number for number in pixels.groups() if number)
        style["size"] = clause.message.value(f"z{group}" if pixels[2] else f"n{group}")
    else:
        text = re.sub(r"too (?:small|tiny)|太小", " larger ", text)
        text = re.sub(r"too (?:big|large|huge)|太大", " smaller ", text)
        size = table("sizes").find(re.sub(r"大写|小写|最大|放大镜|小店|大家", "", text))
        if size:
            style["size"] = size[0]
    style.update(_read_place(text, moved=moved))
    weight, font = table("weights").find(text), table("fonts").find(text)
    if weight:
        style["weight"] = weight[0]
    if (font and "font" in text) or (font and re.search(r"体", font[1].group())):
        style["font"] = font[0]
    for case, words in _CASE.items():
        if pattern(words).search(text):
            style["case"] = case
    return style


def _read_place(text: str, *, moved: bool) -> dict[str, Any]:
    if moved:
        if pattern(
            r"(?:mov\w*|shift|rais\w*|bring|nudge|push|slide|put)(?: \w+){0,4} (?:up|higher)(?![a-z])(?! to)|(?<![a-z])higher|raise (?:the|them)|[往向]上[移挪调一点]|[往向]上$|上移|移上去|高一点|高一些|抬高|移高|靠上一点"
        ).search(text):
            return {"position": "higher"}
        if pattern(
            r"(?:mov\w*|shift|bring|nudge|push|slide|put)(?: \w+){0,4} (?:down|lower)(?![a-z])(?! to| left| right| third| corner|[- ]third)|(?<![a-z])lower(?! third|[- ]?(?:left|right|case))(?: down| on| in|$|,| a)|^lower (?:the|my) (?:captions|subtitles|subs|title)|[往向]下[移挪调一点]|[往向]下$|下移|低一点|低一些|移低|靠下一点"
        ).search(text):
            return {"position": "lower"}
    cleaned = re.sub(
        r"(?:in|on|over) the (?:top|left) of|left out|right (?:now|away)|from the (?:left|right|top|bottom)|from below|slide \w+|从[左右上下]边?|字幕上|标题上|画面上|屏幕上|视频上|加上|打上|写上|放上|配上|贴上|上面写|右边缘|上字|上下|all right|left alone|一下",
        "",
        text,
    )
    found = find_position(cleaned)
    return {"position": found} if found else {}


def read_captions(clause: Clause) -> list[Operation]:
    """Understand what a clause asks of the captions."""
    file = str(clause.one("f") or "").lower()
    if file.endswith((".srt", ".vtt", ".ass")) and not clause.has("captions", "remove", "replace", "export"):
        return [make("add_captions", source=clause.one("f"))]
    if (
        not clause.has("captions")
        or clause.has("credits", "lowerthird")
        or clause.says(
            r"^(?:in|on|for|within|inside) (?:all )?(?:the |my )?(?:captions?|subtitles?|subs)$|^字幕[里中]面?$"
        )
    ):
        return []
    if clause.has("voiceover") and clause.has("dub") and not clause.has("translate"):
        return []
    for read in (_translate, _shift, _edit, _remove, _style, _add):
        found = read(clause)
        if found:
            return found
    return [make("add_captions", **_wishes(clause))] if not clause.all("q") else []


def _languages(clause: Clause) -> list[str]:
    text = clause.text
    if clause.says(r"中英(?:文)?(?:双语|双字幕|字幕|文)?|双语.{0,4}中英"):
        return ["zh", "en"]
    for pair, codes in (
        ("中日", ["zh", "ja"]),
        ("中韩", ["zh", "ko"]),
        ("英中", ["en", "zh"]),
        ("中法", ["zh", "fr"]),
    ):
        if pair in text:
            return codes
    return list(_named_languages(text))


def _named_languages(text: str) -> list[str]:
    # A single character such as 英 is a language only in front of 字幕 and the like.
    cleaned = re.sub(
        r"(?<=[中英日韩法德])(?![文语字])|中间|其中|中央|居中|画面中|视频中|片中|英雄|日常|日期|德国|法国|韩国|字幕中|当中",
        " ",
        text,
    )
    found = table("languages").find_all(cleaned)
    short = {"中": "zh", "英": "en", "日": "ja", "韩": "ko", "法": "fr", "德": "de"}
    for match in pattern(r"([中英日韩法德])(?=字幕|版字幕)").finditer(text):
        if short[match[1]] not in found:
            found.append(short[match[1]])
    return found


def language_of(clause: Clause) -> str | None:
    """Return the language that a clause names, the target where there are two."""
    target = clause.says(
        r"(?:(?<![a-z])(?:in|into|to)|成|为|用)\s?((?:simplified |traditional |brazilian )?[a-z]+|\S{1,5})"
    )
    if target:
        named = _named_languages(target[1] + " ")
        if named:
            return named[0]
    named = _named_languages(clause.text)
    return named[0] if named else None


def _wishes(clause: Clause) -> dict[str, Any]:
    style = read_style(clause)
    found: dict[str, Any] = {}
    languages = _languages(clause)
    if len(languages) == 1:
        found["language"] = languages[0]
    elif languages:
        found["languages"] = languages
    named = _named_style(clause)
    if named:
        found["style"] = named
        if named == "bold":
            style.pop("weight", None)
    words = clause.says(
        r"(?:max(?:imum)?(?: of)?|at most|up to|no more than|limit(?:ed)? to|only)? ?<n(\d+)> words?(?: max(?:imum)?| per line| a line| at a time| each| at once| per caption| per screen)?|(?:每行|每屏|每条|每次|一行|一次)?(?:字幕)?(?:最多|不超过|至多|显示)?<n(\d+)>个?(?:字|词|单词)"
    )
    if words:
        count = clause.message.value("n" + (words[1] or words[2]))
        if count == 1:
            found["style"] = "word_by_word"
        else:
            found["max_words"] = count
    if clause.says(
        r"(?<![a-z])(?:don't|do not|not|without) burn|not burned|separate file|sidecar|as a file|as an? srt|soft subtitles|closed captions? file|toggleable|外挂|不要烧|不烧|单独的?字幕文件|软字幕"
    ):
        found["burn"] = False
    elif clause.says(
        r"(?<![a-z])burn(?:ed|t)?(?:[- ]in)?(?![a-z])|hard-?coded|hard subtitles|open captions|烧录|烧进|压进|硬字幕|内嵌|嵌入画面|压制"
    ):
        found["burn"] = True
    file = clause.one("f")
    if file:
        found["source"] = file
    return {**style, **found}


def _named_style(clause: Clause) -> str | None:
    text = re.sub(r"for (?:tiktok|youtube)", "", clause.text)
    named = table("styles").find(text)
    if named and named[0] in ("bold",) and not pattern("style|风格|样式").search(text):
        return None
    return named[0] if named else None


def _remove(clause: Clause) -> list[Operation]:
    if clause.all("q") and not clause.has("no"):
        return []
    if clause.says(
        r"(?:captions?|subtitles?|subs)(?: text)?:? (?:no|off|gone|out)(?![a-z])|turn off|字幕(?:都|全部|全)?(?:关|删|去|取消|不要|移除|清|拿|撤)|[关删去](?:掉|除|了)?.{0,6}字幕|不要.{0,3}字幕|没有字幕|(?:取消|移除|清除|拿掉|隐藏)(?:所有|全部)?(?:的)?字幕|no (?:more )?(?:captions|subtitles)|without (?:any )?(?:captions|subtitles)"
    ):
        return [make("remove_captions")]
    if (
        clause.has("remove")
        and not clause.says(r"trim|shorten|cut (?:the )?captions? to")
        and not _is_style_removal(clause)
    ):
        return [make("remove_captions")]
    return []


def _is_style_removal(clause: Clause) -> bool:
    return bool(clause.says(r"(?:background|outline|shadow|box|border|背景|描边|阴影|底框)")) or bool(
        clause.says(r"<[rthe]\d+>.*(?:add|加)")
    )


_LATE = r"(?<![a-z])(?:late|behind|lag\w*|delayed|too slow|trail)(?![a-z])|晚了|慢了|延迟了|滞后|落后|偏晚|太晚|晚<|慢<"
_EARLY = r"(?<![a-z])(?:early|ahead|too soon|too fast)(?![a-z])|早了|快了|超前|偏早|太早|早<|提早了|提前了"
_TO_EARLIER = r"(?<![a-z])(?:earlier|sooner|(?<!push the audio )(?<!push the sound )(?<!push the captions )(?<!push the subtitles )(?<!push it )(?<!push them )back(?:wards?)?|advance|pull)(?![a-z])|提前|往前|向前|前移|早一点|早点|早<|前调"
_TO_LATER = r"(?<![a-z])(?:later|delay|forwards?|push|postpone)(?![a-z])|推迟|延后|往后|向后|后移|晚一点|晚点|延迟|推后|后调|晚<"


def shift_seconds(clause: Clause) -> Any:
    """Return by how much something is to come later (above 0) or earlier, or None."""
    seconds = clause.one("d")
    if seconds is None:
        seconds = clause.one("h") if clause.one("h") is not None else clause.one("e")
    if seconds is None:
        return None
    signed = re.search(r"([+\-−])\s?<d\d+>", clause.text)
    if signed and signed[1] != "+":
        return -seconds
    if clause.says(_LATE):
        return -seconds
    if clause.says(_EARLY) and not clause.says(r"提前<|往前|make .* early"):
        return seconds
    if clause.says(_TO_EARLIER):
        return -seconds
    if clause.says(_TO_LATER):
        return seconds
    return seconds if clause.says(r"(?<![a-z])(?:shift|offset|nudge|move)|平移|偏移") else None


def _shift(clause: Clause) -> list[Operation]:
    if clause.one("r") or clause.has("fade") or clause.says(r"add|加上|添加|screen|stay|停留"):
        return []
    seconds = shift_seconds(clause)
    return [make("shift_captions", seconds=seconds)] if seconds is not None else []


_UNQUOTED_EDIT = r"(?:change|replace|correct|fix|swap|edit)(?: the word| the name)? (?P<a>[\w'-]+(?: [\w'-]+)?) (?:to|with|into|by|for|->) (?P<b>[\w'-]+(?: [\w'-]+)?) (?:in|on|throughout|everywhere in) (?:all )?(?:the |my )?(?:captions?|subtitles?|subs)|(?:in the (?:captions?|subtitles?),? )(?:change|replace|correct) (?P<c>[\w'-]+) (?:to|with) (?P<d>[\w'-]+)|字幕(?:里面?|中|上)?(?:的|把|将|,把)*(?P<e>[^<>,，的把]{1,12}?)(?:都|全部|全)?(?:改成|改为|换成|替换成|替换为|应该是|应为)(?P<f>[^<>,，。]{1,12})"
_STYLE_WORD = r"色|大|小|粗|体|顶|底|上|下|居中|语|文$|风格|样式|style"


def _edit(clause: Clause) -> list[Operation]:
    quotes = clause.all("q")
    if len(quotes) >= 2 and clause.has("change"):
        first, last = quotes[0], quotes[1]
        if clause.says(
            r"<q\d+>,? (?:instead of|not|rather than) <q|(?:with|to|be|say|read) <q\d+>.{0,24}(?:instead of|not|rather than|where it says|replacing) |而不是<q"
        ):
            first, last = last, first
        return [make("edit_captions", find=first, replace=last)]
    if quotes:
        return []
    match = clause.says(_UNQUOTED_EDIT)
    if not match:
        return []
    find, replace = (match["a"] or match["c"] or match["e"]), (match["b"] or match["d"] or match["f"])
    if pattern(_STYLE_WORD).search(replace) or table("colors").find(replace):
        return []
    return [make("edit_captions", find=clause.cased(find.strip()), replace=clause.cased(replace.strip()))]


def _translate(clause: Clause) -> list[Operation]:
    if not clause.has("translate"):
        return []
    languages = _languages(clause)
    if not languages or (clause.says(r"(?<![a-z])add|生成|加上|双语") and len(languages) > 1):
        return []
    return [make("translate_captions", language=language_of(clause))]


def _style(clause: Clause) -> list[Operation]:
    text = clause.text
    if clause.all("f") or clause.all("q") or clause.has("translate"):
        return []
    wishes = _wishes(clause)
    wishes.pop("burn", None)
    if clause.says(
        r"^(?:captions?|subtitles?|subs) (?:in |at most|max|with|up to|no more|of |using )"
    ) and not any(operation.name.endswith("_captions") for operation in clause.before):
        return []
    language = wishes.pop("language", None) or wishes.pop("languages", None)
    if not wishes or language:
        return []
    adding = pattern(_ADDING).search(re.sub(r"加[粗大](?![体号字])|配色|添色|增加|用(?=.{0,6}色)", "", text))
    if clause.says(
        r"(?<![a-z])(?:make|turn|set|change|move|put|use|switch) (?:the|my|all|all the|these|those|captions|subtitles)|(?<![a-z])(?:for|of) the (?:captions?|subtitles?|subs)|the (?:captions?|subtitles?|subs)(?! with)|(?:captions?|subtitles?|subs) (?:should|need|must|in|at|to|are|bigger|smaller|larger|bold|higher|lower|yellow|white|red|green|blue|black|all caps|uppercase)"
    ) and not clause.says(r"(?<![a-z])(?:add|adding|generate|create|include|insert)(?![a-z])"):
        return [make("style_captions", **wishes)]
    if adding:
        return []
    if pattern(r"[\u4e00-\u9fff]").search(text):
        # "黄色字幕" is a wish for captions, "字幕黄色" one for their color.
        if pattern(
            r"^(?:要|给我)?(?:黄|白|红|绿|蓝|黑|大|粗|双|逐|底部|顶部|居中|卡拉|抖音)[^,，]{0,10}字幕$"
        ).search(text):
            return []
        return [make("style_captions", **wishes)]
    if pattern(r"(?:captions?|subtitles?|subs)\.?$").search(text) and not clause.says(
        r"(?<![a-z])(?:make|bigger|larger|smaller|move|change|restyle|enlarge|shrink|raise|lower|recolou?r|bold)(?![a-z])"
    ):
        return []
    return [make("style_captions", **wishes)]


def _add(clause: Clause) -> list[Operation]:
    if len(clause.all("q")) >= 1 or clause.says(
        r"^(?:in|on|for|within|inside) (?:all )?(?:the |my )?(?:captions?|subtitles?|subs)$|^字幕[里中]面?$"
    ):
        return []
    if clause.says(r"(?<![a-z])(?:rename|typo|spell|misspel|wrong)|错别字|错字") and not clause.all("f"):
        return [make("clarify", missing="find,replace")]
    return [make("add_captions", **_wishes(clause))]
