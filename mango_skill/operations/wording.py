"""A message made ready for reading: protected, lower case, corrected, marked, divided."""

from __future__ import annotations

import re

from mango_skill.language.clauses import split_clauses
from mango_skill.language.quotes import read_mentions
from mango_skill.language.spelling import correct
from mango_skill.operations.annotate import annotate
from mango_skill.operations.content import protect_content
from mango_skill.operations.lexicon import command_words, read_data
from mango_skill.operations.marks import Annotated, protect

_TRADITIONAL = str.maketrans(
    "剪輯幕標題轉場音樂視頻頭後長開關線時間幀刪調畫點聲個條張變縮選擇設為與這兩裡顏黃紅藍綠續雙語聽說話講請將來對齊亂轉靜無發現實動態場錄製寫圖層顯示導匯預覽檔換橫豎屏電腦應該給還沒從到過進邊結尾參數單碼號復歸馬賽克濾鏡變慢淡",
    "剪辑幕标题转场音乐视频头后长开关线时间帧删调画点声个条张变缩选择设为与这两里颜黄红蓝绿续双语听说话讲请将来对齐乱转静无发现实动态场录制写图层显示导汇预览档换横竖屏电脑应该给还没从到过进边结尾参数单码号复归马赛克滤镜变慢淡",
)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "，；！？"} | {
    0x3000: 0x20,
    0xFF0C: 0xFF0C,
}
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'"})
_KEPT_SPACE = "\ue010"
_ALSO = "⊕"

_FIXED = re.compile(
    r"(?<![a-z])(top|left|black|teal|orange|start|starts?|beginning|front|head|intro|picture|video|image|sound|audio|back|forwards?|forward|in|up|before|bright|golden|side|salt|chinese|english|spanish|french|german|japanese|korean|first|white|trial|rock|r|light|drum|question|clean|opening|dust|fade in|fade-in|host|guest|ums|uhs|um|uh|ahs|now|again|over|red|half|slow|bigger|louder|each)( (?:and|&) )(the )?(fade out|fade-out|bottom|right|white|orange|teal|end|ending|finish|tail|back|outro|sound|audio|picture|video|forth|backwards?|out|down|after|airy|gold|hour|chinese|english|spanish|french|german|japanese|korean|last|black|roll|b|bass|answer|crisp|closing|scratches|guest|host|ahs?|uhs?|ums?|ers?|then|again|over)(?![a-z])"
)
_SAME = re.compile(
    r"(<([rtdqhefcpn])\d+>)((?:,? and (?:again )?(?:at |from |between |the |in )?|,? or | & |、)(?=<\2\d+>)"
    r"|(?:, ?|，)(?=<\2\d+>)(?<=<q\d>[,，])|(?:, )(?=<\2\d+>)(?<=<q\d>, )"
    r"|(?:, ?(?:at |from )?|，)(?=<\2\d+>(?:\s*(?:$|[,，.。;；、])|,? and|和|都|全)))"
)
# "filler words like um, uh and basically"
_LISTED_WORDS = re.compile(
    r"((?:fillers?|filler words|words)(?:,)? (?:like|such as|including|namely) )([a-z']{1,12}(?: know| mean| of)?(?:(?:,? and |, ?| or )[a-z']{1,12}(?: know| mean| of)?){1,8}(?=$|[,.;!?]| from| and))"
)
_ENDS = re.compile(r"(<[he]\d+>)( and |,? and the | & | plus )(<[he]\d+>)")
_ALL_BUT = re.compile(
    r"(?<![a-z])((?:all|every|everything|each|everywhere)(?: (?:the|of|my|clips?|shots?|scenes?|videos?|other|one)){0,4}) but (?!not|don't|keep|leave|make)"
)
_NOUN_EN = r"(?:background music|end credits|filler words|sound effects?|license plates?|number plates?|film grain|progress bar|black bars|captions?|subtitles?|subs|music|titles?|transitions?|watermark|logo|voice|brightness|contrast|saturation|sharpness|silences?|pauses|fillers|faces|vignette|intro|outro|countdown|text|credits|chapters|exposure|warmth|stickers?|vocals|original audio|original sound|voiceover|soundtrack)"
_NOUN_ZH = r"(?:背景音乐|字幕|音乐|配乐|标题|转场|水印|亮度|对比度|饱和度|停顿|口头禅|语气词|人脸|车牌|暗角|颗粒|片头|片尾|进度条|音效|原声|人声|贴纸|倒计时|锐度|静音片段|空白)"
_ALSO_EN = re.compile(
    rf"(?<![a-z])((?:the |my |all |all the |some |any |a ){{0,2}}{_NOUN_EN})((?:,? (?:and|or|&|plus) |, )(?=(?:the |my |all |all the |some |any |a ){{0,2}}{_NOUN_EN}(?![a-z])))"
)
_ALSO_ZH = re.compile(rf"({_NOUN_ZH})((?:和|跟|与|及|以及|、)(?={_NOUN_ZH}))")
_GROUP = re.compile(
    rf"((?:the |my |all |all the |some |any |a ){{0,2}}(?:{_NOUN_EN}|{_NOUN_ZH}))(?:{_ALSO}(?:the |my |all |all the |some |any |a ){{0,2}}(?:{_NOUN_EN}|{_NOUN_ZH}))+"
)
_WITH = re.compile(
    r"(?<=[a-z>]) with (?=(?:an? |some |the |nice |big |bold |[a-z-]+ ){0,3}?(?:captions?|subtitles?|music|soundtrack|transitions?|crossfades?|sound effects?|subs)(?![a-z]))"
)
_JOINED_WITH = re.compile(
    r"(?<![a-z])(?:join|combine|merge|stitch|string|glue|concat(?:enate)?|connect|put)(?![a-z]).*?(?= (?:with|using) (?:an? |some |nice |smooth |short |quick |soft |simple |<d\d+>[- ]?|[a-z]+ ){0,3}?(?:transitions?|crossfades?|cross[- ]dissolves?|dissolves?|fades?|wipes?)(?![a-z]))"
)
_TITLED = re.compile(
    r" (?:with|and|plus|,) (?=(?:the |a |an )?(?:title|text|heading|headline|words?)(?: that says| saying| reading)? <q)"
)
_ADDS_TEXT = re.compile(
    r"(?<![a-z])(?:add|put|show|title|text|write|lower third|card|sticker|voice\w*|replace|change|watermark|insert|overlay|credits|<q)(?![a-z])"
)
_MADE_WITH = re.compile(
    r"(?<![a-z])(?:highlights?|shorts|reel|reels|slideshow|montage|recap|teaser|trailer|polished|clip|video|version|edit|vlog|vertical|square|landscape|cut)(?![a-z])"
)
_NOT_WITH = re.compile(
    r"(?<![a-z])(?:replace|swap|cover|change|switch|fade|sync|match|start|end|open|close|cut|mute)(?![a-z])"
)


_CAPS = re.compile(r"(?:^|(?<=[,+&] )|(?<=add )|(?<= and ))caps(?=$|,| [+&]| and )")


def prepare(text: str) -> Annotated:
    """Return a message with everything it names marked, in simplified lower-case writing."""
    message = protect(read_mentions(text))
    message.text = message.text.translate(_APOSTROPHES)
    protect_content(message)
    message.cases = {word.lower(): word for word in re.findall(r"[^\W_][\w'-]*", message.text)}
    message.text = _simplify(message.text)
    commands, known = command_words()
    message.text = correct(
        message.text, commands=commands, known=known, slips=read_data("spelling.json")["slips"]
    )
    message.text = _BARE_GO.sub("去掉", message.text)
    message.text = _CAPS.sub("captions", message.text)
    message.text = _ALL_BUT.sub(r"\1 except ", message.text)
    annotate(message)
    return message


_DECADES = (("70s", "seventies"), ("80s", "eighties"), ("90s", "nineties"))


def _simplify(text: str) -> str:
    lowered = "".join(
        char.lower() if len(char.lower()) == 1 else char for char in text.translate(_FULL_WIDTH)
    )
    lowered = "".join(char if char.isprintable() or char == "\n" else " " for char in lowered)
    for digits, word in _DECADES:
        lowered = re.sub(
            rf"(?<![\d.]){digits} (?=look|style|vibe|filter|music|aesthetic|feel|grade|pop|rock|synth)",
            f"{word} ",
            lowered,
        )
    return lowered.translate(_TRADITIONAL)


# "big yellow captions and a progress bar": what is said of the one is not said of the other.
_DESCRIBED = re.compile(
    r"(?<![a-z])(?:yellow|white|red|blue|green|black|orange|pink|big|large|small|tiny|bold|upbeat|happy|sad|epic|chill|calm|english|spanish|french|german|chinese|japanese|burned-in) $"
)
# "去口头禅、去停顿、降噪"
_VERBS_LISTED = re.compile(r"、(?=[去加删剪调改做配静防降换放打插拼旋翻裁])")
_BARE_GO = re.compile(
    r"(?:^|(?<=[，,、。；;\s再并把]))去(?=水印|字幕|停顿|口头禅|语气词|标题|音乐|背景音乐|转场|气口|空白|静音|杂音|文字|贴纸|倒计时|进度条|废话)"
)


def divide(message: Annotated) -> list[str]:
    """Return the clauses of a prepared message."""
    text = _LISTED_WORDS.sub(
        lambda m: m[1] + re.sub(r",? and |, ?| or ", " and ", m[2]).replace(" ", _KEPT_SPACE), message.text
    )
    text = _FIXED.sub(lambda m: m.group().replace(" ", _KEPT_SPACE), text)
    text = _SAME.sub(
        lambda m: m[1] + m[3].replace(" ", _KEPT_SPACE).replace(",", _KEPT_SPACE).replace("，", _KEPT_SPACE),
        text,
    )
    text = _ENDS.sub(lambda m: m[1] + m[2].replace(" ", _KEPT_SPACE).replace(",", _KEPT_SPACE) + m[3], text)
    text = _ALSO_EN.sub(lambda m: m.group() if _DESCRIBED.search(text, 0, m.start()) else m[1] + _ALSO, text)
    text = _VERBS_LISTED.sub("，", text)
    text = _ALSO_ZH.sub(lambda m: m[1] + _ALSO, text)
    clauses: list[str] = []
    for clause in split_clauses(text):
        clauses += _split_with(clause)
    return [clause.replace(_KEPT_SPACE, " ").strip() for clause in clauses]


def _split_with(clause: str) -> list[str]:
    match = _WITH.search(clause)
    if match and _MADE_WITH.search(clause[: match.start()]) and not _NOT_WITH.search(clause[: match.start()]):
        return [clause[: match.start()], clause[match.end() :]]
    joined = _JOINED_WITH.match(clause)
    if joined and re.search(r"clip|shot|scene|video|all|every|them|together|it", joined.group()):
        return [joined.group(), "add" + re.sub(r"^ (?:with|using)", "", clause[joined.end() :])]
    titled = _TITLED.search(clause)
    if titled and not _ADDS_TEXT.search(clause[: titled.start()]):
        return [clause[: titled.start()], "add " + clause[titled.end() :]]
    return [clause]


def vary(clause: str) -> list[str]:
    """Return a clause once for each of the nouns it joins: "remove the music and captions"."""
    match = _GROUP.search(clause)
    if not match:
        return [clause.replace(_ALSO, " and ")]
    return [
        (clause[: match.start()] + noun + clause[match.end() :]).replace(_ALSO, " and ")
        for noun in match.group().split(_ALSO)
    ]
