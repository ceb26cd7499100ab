"""Titles, texts and graphics on the picture."""

from __future__ import annotations

import re
from typing import Any

from mango_skill.operations.clause import Clause, make
from mango_skill.operations.lexicon import pattern, table
from mango_skill.operations.marks import tidy
from mango_skill.operations.model import Operation
from mango_skill.operations.rules.captions import read_style

_WRITING = r"(?<![a-z])(?:write|writes|writing|text|texts|title|titles|titled|title card|heading|headline|caption|captions|subtitle|label|label(?:led|ed)|word|words|wording|say|says|saying|reads?|reading|type|display|flash|called|name it|call it|call to action|cta|banner|message|print|on[- ]screen|on the screen|overlay|lettering|card|intro text|slide)(?![a-z])|写|标题|文字|文本|字幕|打上|打出|打字|显示|字样|叫|片名|文案|字|标语|口号|花字|弹出|加上<q|加<q|打<q|弹<q"
_TEXTS = {
    "title": "title",
    "watermark": "watermark",
    "lowerthird": "lower_third",
    "progress": "progress_bar",
    "countdown": "countdown",
    "sticker": "sticker",
    "credits": "credits",
}


def read_target(clause: Clause) -> str | None:
    """Return which text a clause speaks of: title, watermark, lower_third, text ..."""
    for concept_name, target in _TEXTS.items():
        if clause.has(concept_name):
            return target
    if clause.says(r"all (?:of )?(?:the |my )?(?:on-screen )?text|所有文字|全部文字|所有的文字"):
        return "all"
    if clause.has("text"):
        return "text"
    return None


def read_times(clause: Clause) -> dict[str, Any]:
    """Return when something is shown: start and end, duration, the last seconds, or beginning or end."""
    span = clause.span()
    length = clause.says(
        r"(?:(?<![a-z])(?:for|lasting|lasts|stays?(?: on screen)? for|shown for|duration(?: of)?)|持续|显示|停留|保持|时长|停)\s?(?:about |around |the )?(?P<d><d\d+>)|(?P<e><d\d+>)(?: long|-long| title| text)"
    )
    edge = clause.edge()
    if span:
        return span
    duration = clause.message.value(length["d"] or length["e"]) if length else None
    instant = clause.at()
    if instant is not None and not (
        length and instant == duration and len(clause.all("d")) + len(clause.all("t")) == 1
    ):
        if duration is None:
            others = [value for value in clause.all("d") if value != instant]
            duration = others[0] if len(others) == 1 else None
        return {"start": instant, **({"end": tidy(instant + duration)} if duration is not None else {})}
    if edge and not clause.says(r"(?:credits|until the end|throughout|whole|全程|一直|entire)"):
        return {"position_time": edge, **({"duration": duration} if duration is not None else {})}
    if duration is None and len(clause.all("d")) == 1 and not edge:
        duration = clause.one("d")
    return {"duration": duration} if duration is not None else {}


def read_graphics(clause: Clause) -> list[Operation]:
    """Understand what a clause asks of texts, marks and other graphics."""
    for read in (
        _lower_third,
        _credits,
        _countdown,
        _progress,
        _slideshow,
        _watermark,
        _annotation,
        _sticker,
        _remove,
        _extend,
        _edit,
        _animate,
        _add_title,
        _style,
        _ask_title,
    ):
        found = read(clause)
        if found:
            return found
    return []


def _lower_third(clause: Clause) -> list[Operation]:
    if not clause.has("lowerthird") or (clause.has("remove") and not clause.all("q")):
        return []
    parts: list[str] = []
    for quote in clause.all("q"):
        parts += [
            piece.strip()
            for piece in re.split(r"\s*[,，、|/;；]\s*|\s+[-–—]\s+|\n", quote, maxsplit=1)
            if piece.strip()
        ]
    if not parts:
        return [make("clarify", missing="name")]
    return [
        make("lower_third", name=parts[0], role=parts[1] if len(parts) > 1 else None, **_interval(clause))
    ]


def _interval(clause: Clause) -> dict[str, Any]:
    times = read_times(clause)
    return {key: value for key, value in times.items() if key in ("start", "end")}


def _credits(clause: Clause) -> list[Operation]:
    if not clause.has("credits") or clause.says(r"credit card|credit score"):
        return []
    if clause.has("remove", "no") and not clause.all("q"):
        return [make("remove_text", target="credits")]
    if clause.says(r"slow|fast|speed|慢|快") or (
        clause.says(r"white on black|color|颜色|bigger|smaller|font") and not clause.has("add")
    ):
        return []
    lines: list[str] = []
    for quote in clause.all("q"):
        lines += [line.strip() for line in re.split(r"\s*[\n;；,，、]\s*", quote) if line.strip()]
    return [make("add_credits", lines=lines or None)]


def _countdown(clause: Clause) -> list[Operation]:
    if not clause.has("countdown") or clause.says("倒数第|倒数<"):
        return []
    if clause.has("remove") and not clause.has("add"):
        return [make("remove_text", target="countdown")]
    count = clause.says(
        r"from <n(\d+)>|<n(\d+)>(?:[- ]to|,|、| ?count)|从<n(\d+)>|<n(\d+)>(?:到|秒|个数)|数<n(\d+)>|<n(\d+)>$|<n(\d+)>"
    )
    at: Any = None
    edge = clause.edge()
    texted = clause.says(r"(?:at|在|第) ?(<[td]\d+>)|(<[td]\d+>)处")
    if texted:
        at = clause.message.value(texted[1] or texted[2])
    elif edge:
        at = 0 if edge == "start" else "end"
    elif clause.one("h") is not None:
        at = 0
    elif clause.one("e") is not None:
        at = "end"
    lengths = [v for v in clause.all("d") if v != at or len(clause.all("d")) > 1]
    seconds: Any = None
    if count and not clause.says(r"from <n\d+> to <n\d+> sec"):
        seconds = clause.message.value("n" + next(g for g in count.groups() if g))
    elif lengths:
        seconds = lengths[0] if lengths[0] != at else lengths[-1]
    elif clause.one("h") is not None or clause.one("e") is not None:
        seconds = clause.one("h") if clause.one("h") is not None else clause.one("e")
    return [make("countdown", seconds=seconds, at=at)]


def _progress(clause: Clause) -> list[Operation]:
    if not clause.has("progress") or clause.says(r"animation of|动画"):
        return []
    if clause.has("remove", "no") and not clause.has("add"):
        return [make("remove_text", target="progress_bar")]
    style = read_style(clause, moved=False)
    return [make("progress_bar", position=style.get("position"), color=style.get("color"))]


def _slideshow(clause: Clause) -> list[Operation]:
    each = clause.says(
        r"(?:each|every|per) (?:photo|picture|image|slide|pic|one)|(?:photos?|pictures?|images?|slides?).{0,24}(?:each|apiece)|<d\d+> each|<d\d+> (?:per|a) (?:photo|picture|image|slide)|每张|每幅|(?:照片|图片|图)(?:都)?(?:只|就)?(?:显示|停留|放|播放|展示)<d\d+>|^(?:show|display|hold|keep) (?:the |all |all the |my )*(?:photos|pictures|images)(?: only| just)? (?:for )?(?:only |just )?<d"
    )
    images = clause.has("image")
    if clause.has("slideshow") or (images and each and clause.seconds() is not None and not clause.all("f")):
        return [make("slideshow", seconds_each=clause.seconds())]
    return []


_LOGO_PLACED = (
    r"^(?:please )?(?:put|place|show|use|add|stick|set|overlay|have|display)(?![a-z])[^<]*(?<![a-z])(?:the|my|our) (?:\w+ )?logo(?![a-z])"
    r"|^(?:the |my |our )?logo (?:in|at|on|to|into|goes|should go|bottom|top|upper|lower)(?![a-z])"
    r"|(?:把|将|用)?(?:我们?的|这个|那个)?(?:logo|标志|台标)(?:放|加|贴|摆|置|显示)(?:到|在|于|上)?|(?:放|加|贴)(?:上|个|一个)?(?:logo|标志)(?:到|在|于)|^在.*(?:放|加|贴)(?:上|个|一个)?(?:logo|标志)"
)


def _is_size(clause: Clause) -> bool:
    return bool(
        clause.says(
            r"<p\d+> ?(?:size|scale|width|wide|big|as big|of the (?:screen|frame|width|with|picture))|(?:size|scale|width|sized|scaled)(?: of| to| at)* <p|大小(?:改成|改为|调成|调到|设为|设成|[为是到:：])? ?<p|<p\d+>(?:的)?(?:大小|宽|尺寸)|缩[小放]到<p|占.{0,6}<p"
        )
    )


def _watermark(clause: Clause) -> list[Operation]:
    named = clause.has("watermark")
    file = clause.one("f")
    corner = clause.says(r"corner|角")
    image = bool(file) and bool(re.search(r"\.(?:png|jpe?g|svg|webp|gif|heic|bmp)$", str(file).lower()))
    if not named and image and re.search(r"logo|watermark|brand|标志|水印", str(file).lower()):
        named = True
    if not named and not (image and corner and not clause.has("pip")):
        return []
    if (
        clause.has("remove", "no")
        and not clause.says(r"(?<![a-z])(?:add|put|place|use)(?![a-z])|[加放贴打]")
        and not file
    ):
        return [] if clause.has("blur", "pixelate") else [make("remove_text", target="watermark")]
    if clause.has("blur", "pixelate", "annotation") and not file:
        return []
    if not file and clause.says(r"(?:watermark|logo):? (?:off|no|gone)(?![a-z])"):
        return [make("remove_text", target="watermark")]
    quote = clause.one("q")
    opacity = clause.one("p")
    if opacity is None and clause.says(r"(?:semi|half)[- ]?(?:transparent|opaque)|translucent|半透明"):
        opacity = 50
    if (
        opacity is not None
        and clause.says(r"transparen|透明度")
        and not clause.says(r"opacity|不透明度|(?:semi|half)")
    ):
        opacity = 100 - opacity if clause.says(r"transparen") else opacity
    style = read_style(clause, moved=False)
    if not file and not quote:
        if clause.says(_LOGO_PLACED) and style.get("position") is not None:
            scale = round(opacity / 100, 4) if opacity is not None and _is_size(clause) else None
            rest = None if scale is not None else opacity
            return [
                make(
                    "watermark", source="logo", position=style["position"], opacity_percent=rest, scale=scale
                )
            ]
        if (
            clause.says(
                r"(?<![a-z])(?:the|my) (?:watermark|logo)(?![a-z])|(?:把|将)?水印|logo(?:放|移|换|改)"
            )
            and (opacity is not None or style)
            and not clause.says(r"(?<![a-z])add(?![a-z])|加水印|加个|加上|添加")
        ):
            if opacity is not None and _is_size(clause):
                # "大" of "大小" is no size, and the share is no opacity.
                style, opacity = {**style, "size": f"{opacity:g}%"}, None
            return [make("style_text", target="watermark", **style, opacity_percent=opacity)]
        return [make("clarify", missing="source" if clause.says("logo|标志") else "text")]
    return [
        make(
            "watermark",
            source=file,
            text=None if file else quote,
            position=style.get("position"),
            opacity_percent=None if opacity is not None and file and _is_size(clause) else opacity,
            scale=round(opacity / 100, 4) if opacity is not None and file and _is_size(clause) else None,
        )
    ]


def _annotation(clause: Clause) -> list[Operation]:
    if not clause.has("annotation") or clause.all("q") or clause.has("effect", "sticker", "transition"):
        return []
    if clause.says(r"circle(?:s)? (?:crop|mask|wipe)|arrow sticker") or (
        clause.says(r"arrow|箭头") and clause.has("sticker")
    ):
        return []
    return [make("annotation")]


def _sticker(clause: Clause) -> list[Operation]:
    emoji = clause.says(r"[\u2600-\u27bf\U0001f300-\U0001faff]")
    if not clause.has("sticker") and not (emoji and clause.has("add") and not clause.all("q")):
        return []
    if clause.has("remove", "no") and not clause.says(r"(?<![a-z])add|[加贴]"):
        return [make("remove_text", target="sticker")]
    name: Any = emoji.group() if emoji else None
    text = re.sub(r"stickers?|emojis?|贴纸|表情", " ", clause.text)
    if name is None:
        found = table("stickers").find(text)
        name = found[0] if found else clause.one("q")
    if name is None:
        free = clause.says(
            r"(?:an?|some|the) ([a-z][a-z -]{1,30}?) (?:sticker|emoji)|[加贴放](?:上|个|一个|张|一张)*([\u4e00-\u9fff]{1,8}?)(?:的)?(?:贴纸|表情)"
        )
        name = (free[1] or free[2]) if free else None
    if name is None:
        return [make("clarify", missing="name")]
    return [
        make(
            "sticker",
            name=name,
            at=instant_or_edge(clause),
            position=read_style(clause, moved=False).get("position"),
        )
    ]


def instant_or_edge(clause: Clause) -> Any:
    """Return the instant of something that happens once: seconds, 0 for the start, ``end``, or None."""
    found = clause.at()
    if found is not None:
        return found
    span = clause.span()
    if "start" in span:
        return span["start"]
    edge = clause.edge()
    if edge:
        return 0 if edge == "start" else "end"
    if not clause.says(r"(?:for|持续|long)") and clause.one("d") is not None:
        return clause.one("d")
    return None


def _remove(clause: Clause) -> list[Operation]:
    target = read_target(clause)
    if target is None or clause.says(r"倒数第|倒数<|(?<![a-z])(?:blur|background noise)"):
        return []
    if clause.has("reverse", "silence", "fillers", "music", "beat") or (
        target == "text" and clause.says(r"words? like|the words?(?! on)|filler|口")
    ):
        return []
    says_no = clause.says(
        r"(?:titles?|text|watermark|logo|lower third):? (?:no|off|gone|out)(?![a-z])|(?:no|without(?: the| a| any)?|lose the|kill the) (?:\w+ )?(?:title|text|watermark|logo)"
    )
    taking = (
        says_no
        or clause.has("remove", "undo")
        or clause.says(r"(?:标题|文字|水印|字)(?:都|全部|全)?(?:不要|去|删|拿|撤|关)")
    )
    if not taking or clause.says(r"(?<![a-z])(?:add|change|instead)(?![a-z])|改成|换成"):
        return []
    if clause.all("q"):
        described = clause.says(
            r"(?:text|title|words?|label|文字|标题|字样|字)\s?<q\d+>|<q\d+>(?:这|那)?(?:个|几个|行)?(?:text|title|文字|标题|字)|that says|saying|写着"
        )
        return [make("remove_text", target=clause.one("q"))] if described else []
    if clause.one("r") and target == "text":
        return []
    return [make("remove_text", target=target)]


def _extend(clause: Clause) -> list[Operation]:
    target = read_target(clause)
    seconds = clause.one("d")
    if target is None or clause.all("q"):
        return []
    longer = clause.says(
        r"(?<![a-z])(?:longer|extend|extra|more seconds|more <d|another <d)|(?:多|再)(?:显示|停留|停|放|待|留)|延长|(?:显示|停留)(?:时间)?(?:长|久|多)|久一点|长一点"
    )
    shorter = clause.says(r"(?<![a-z])(?:shorter|shorten)|缩短|短一点|少(?:显示|停留)")
    if longer or shorter:
        return [
            make(
                "extend_text",
                target=target,
                seconds=None if seconds is None else (seconds if longer else -seconds),
            )
        ]
    return []


def _edit(clause: Clause) -> list[Operation]:
    quotes = clause.all("q")
    target = read_target(clause)
    if not quotes or not clause.has("change") or clause.has("music", "sfx", "voiceover"):
        return []
    if len(quotes) >= 2 and target != "lower_third":
        return [
            make("edit_text", target=target if target not in (None, "text") else quotes[0], text=quotes[1])
        ]
    if target is None:
        return []
    if clause.says(
        r"(?<![a-z])(?:change|edit|update|rewrite|replace|correct|rename|reword|should (?:say|read|be)|swap|instead|fix|make (?:the|my) (?:title|text|watermark|heading|headline)(?: text)? (?:say|read))|(?:the|my) (?:title|text) to <q|set the (?:title|text)(?: text)? to|[改换]|应该[是写]|更正"
    ) and not clause.says(r"(?<![a-z])(?:add|put an?|write)(?![a-z])|改为居中"):
        return [make("edit_text", target=target, text=quotes[0])]
    return []


def _animate(clause: Clause) -> list[Operation]:
    target = read_target(clause)
    if (
        target is None
        or clause.all("q")
        or not clause.has("animate")
        or clause.says(r"(?<![a-z])(?:add|create|make) an? (?:\w+ )?animation of")
    ):
        return []
    found = clause.name("animations")
    if found is None and not clause.says(r"animat|动画|动起来|动效"):
        return []
    return [make("animate_text", target=target, animation=found)]


def _add_title(clause: Clause) -> list[Operation]:
    quote = clause.one("q")
    if quote is None:
        return []
    if clause.has("voiceover", "fillers", "sfx", "lut") or clause.says(
        r"(?<![a-z])(?:where i say|when i say|every time|the phrase|the sentence|the line|bleep)"
    ):
        return []
    if not (
        pattern(_WRITING).search(clause.text)
        or clause.says(r"(?<![a-z])(?:add|put|place|show|insert|with|drop|pop|superimpose)(?![a-z])|[加放]")
        or clause.text.strip().startswith("<q")
    ):
        return []
    style = read_style(clause, moved=False)
    style.pop("outline", None)
    style.pop("case", None)
    animation = (
        clause.name("animations")
        if clause.says(
            r"animat|动画|typewriter|slid|fly|flies|bounc|pop(?:s|ping)? (?:in|up)|打字机|滑入|飞入|弹|fad(?:e|es|ing) in|淡入|逐字"
        )
        else None
    )
    text = quote
    # Captions below a title are the same title's second line only where two quotations stand together.
    if (
        len(clause.all("q")) > 1
        and clause.says(r"<q\d+>(?: and |、|和|与|, )?<q\d+>")
        and clause.says(r"titles|texts|分别")
    ):
        return [make("add_title", text=each, **read_times(clause), **style) for each in clause.all("q")]
    return [
        make("add_title", text=text, **read_times(clause), **style, animation=animation, clip=clause.clip)
    ]


def _style(clause: Clause) -> list[Operation]:
    target = read_target(clause)
    if (
        target is None
        or clause.all("q")
        or clause.has("music", "audio")
        or clause.has("blur", "pixelate", "transition")
    ):
        return []
    style = read_style(clause)
    opacity = clause.one("p") if clause.says("opacity|transparent|透明") else None
    if not style and opacity is None:
        return []
    if clause.says(r"(?<![a-z])(?:add|insert|create) (?:an?|some)(?![a-z])") and not clause.says(
        r"to (?:the|my) (?:title|text)"
    ):
        return [make("clarify", missing="text")]
    return [make("style_text", target=target, **style, opacity_percent=opacity)]


def _ask_title(clause: Clause) -> list[Operation]:
    if clause.all("q") or clause.all("f") or clause.has("captions", "music", "translate", "voiceover", "sfx"):
        return []
    if (
        clause.has("title")
        or clause.says(r"(?<![a-z])(?:some |on-screen |on screen )?text(?: overlay)?(?![a-z-])|文字|字$|花字")
    ) and clause.says(
        r"(?<![a-z])(?:add|put|insert|write|give|want|need|create|title|include)(?![a-z])|[加写打放来做配]"
    ):
        return [make("clarify", missing="text")]
    return []
