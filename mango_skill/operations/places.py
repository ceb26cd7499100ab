"""Marks clips, ranges, ends and shares of a video."""

from __future__ import annotations

import re
from typing import Any

from mango_skill.language.numbers import read_ordinal
from mango_skill.operations.marks import Annotated, Match, tidy

_CLIP_NOUN = r"(?:clips?|shots?|scenes?|segments?|sections?|parts?|takes?|videos?|pieces?|photos?|images?|pictures?|slides?|movies?|snippets?)"


_ORDINAL = r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|last|final|\d{1,3}(?:st|nd|rd|th))"


_ORDINAL_CLIPS = re.compile(
    rf"(?<!second to )(?<!second-to-)(?<!third to )(?<!next to )(?<!second to the )(?<![a-z])(?:the |my |our )?(?P<list>{_ORDINAL}(?:(?:,? and |,? & |, | or ){{1}}(?:the )?{_ORDINAL}){{0,8}})(?: video| film)? (?:{_CLIP_NOUN}|ones?)(?![a-z])(?!-)"
)


_OPENING = re.compile(
    r"(?<![a-z])(?:the |my )?(?P<o>opening|starting|beginning|closing|ending) (?:clip|shot|scene|segment|section|part)(?![a-z])"
)


_LIST = r"<n\d+>(?:(?:,? and |,? & |, ?|、| or |/|\+|和|跟|与|及|到|至| ?- ?| to | through | thru )(?:clip |shot |scene |#|第)?<n\d+>(?![x%:.]| ?(?:seconds?|s|sec|秒|times|fps|db|lufs)(?![a-z])| (?:from|off) the (?:very )?(?:start|end|beginning|front|tail|back)(?![a-z]))){0,12}"


_NUMBERED_CLIPS = re.compile(
    rf"(?<![a-z])(?:the )?(?:video )?{_CLIP_NOUN}(?: number| no\.?| nr\.?)? ?#?(?P<list>{_LIST})(?! ?(?:times|x|seconds?|secs?|s|minutes?|mins?|percent|fps)(?![a-z])|%)"
)


_LEADING_CLIPS = re.compile(
    r"(?<![a-z])(?:the |my )?(?P<which>first|opening) <n(?P<n>\d+)> (?:video )?" + _CLIP_NOUN + r"(?![a-z])"
)


_BARE_CLIPS = re.compile(rf"(?:(?<=except )|(?<=except for ))(?:numbers? )?(?P<list>{_LIST})(?=$|[,.;])")


_BARE_ORDINAL = re.compile(
    rf"(?:(?<=except )|(?<=except for )|(?<=except <c\d> and )|(?<=except <c\d>, ))(?:the )?(?P<o>{_ORDINAL})"
    rf"(?! (?:{_CLIP_NOUN}|ones?|half|third|quarter|and {_ORDINAL}|<[dnp]))(?![a-z])"
)


_FIRST_FEW = re.compile(
    r"(?:(?<=except )|(?<=except for )|(?<=but )|(?<=only )|(?<=keep ))(?:the )?first <n(?P<n>\d+)>(?=$|[,.;]| and)"
)


_ZH_NOUN = "(?:个|段|条|张|支|部)?(?:视频片段|片段|视频|镜头|素材|画面|部分|照片|图片|短片|段落|片子)"


_CHINESE_CLIPS = re.compile(rf"(?<!倒数)第(?P<list>{_LIST})(?:{_ZH_NOUN}|个|段|条|张|支|部)(?!半)")


_CHINESE_DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5}
_CHINESE_PAIR = re.compile(
    r"(?:第?<n(?P<a>\d+)>(?:和|跟|与|、|及)第?<n(?P<b>\d+)>(?:这)?(?:两|<n\d+>)|第?(?P<p>[一二三四五])、?(?P<q>[二三四五])(?:这)?(?:两|<n\d+>))(?:个片段|个镜头|段|个|条)"
)


_CHINESE_NUMBERED = re.compile(
    rf"(?:片段|镜头|视频|素材|段落)(?P<list>{_LIST})(?![秒分倍%])|<n(?P<n>\d+)>号(?:片段|镜头|视频|素材)"
)


_CHINESE_FIRST = re.compile(r"(?:前面?|头|开头)<n(?P<n>\d+)>(?:个|段|条|张)(?:片段|视频|镜头|素材|画面)?")


_CHINESE_LAST = re.compile(
    rf"(?:最后|末尾)(?:一|<n\d+>)?(?:{_ZH_NOUN}|个|段|条|张)(?!半|话)|末段|尾段|倒数第<n\d+>(?:{_ZH_NOUN}|个|段)|最后的(?:片段|镜头|视频)"
)


_CHINESE_OPENING = re.compile(
    r"首段|(?:最前面|最开头|开头)的?(?:那一?段|那个片段|一段|片段|镜头)|首个(?:片段|镜头|视频)"
)


_CHINESE_BOTH = re.compile(r"首尾(?:两|<n\d+>)(?:段|个片段)")


_CLIP_LIST = re.compile(
    r"(?<!not )(?<!不是)(?<!并非)<c(\d+)>(?:,? and |,? & |, ?|、|和|跟|与|及|以及| or | then )(?:the |my )?<c(\d+)>(?!(?:是|的时候)|'s| is )"
)


_CLIP_SPAN = re.compile(r"<c(\d+)>(?:到|至|-|～|~| through (?:clip )?| thru )<c(\d+)>(?!之间|的?转场)")


_LAST = "last"


def mark_clips(message: Annotated) -> None:
    message.mark(_LEADING_CLIPS, "c", lambda m: _count_up(message.value(f"n{m['n']}")))
    message.mark(_BARE_CLIPS, "c", lambda m: _read_clip_list(message, m["list"]))
    for _ in range(2):
        message.mark(
            _BARE_ORDINAL, "c", lambda m: [_LAST if m["o"] in ("last", "final") else read_ordinal(m["o"])]
        )
    message.mark(_FIRST_FEW, "c", lambda m: _count_up(message.value(f"n{m['n']}")))
    message.mark(_ORDINAL_CLIPS, "c", _read_ordinals)
    message.mark(_OPENING, "c", lambda m: [1] if m["o"] in ("opening", "starting", "beginning") else [_LAST])

    def read_list(match: Match) -> list[Any] | None:
        return (
            _read_clip_list(message, match["list"])
            if match["list"]
            else _whole([message.value(f"n{match['n']}")])
        )

    message.mark(_NUMBERED_CLIPS, "c", read_list)
    message.mark(_CHINESE_FIRST, "c", lambda m: _count_up(message.value(f"n{m['n']}")))

    def read_last(match: Match) -> list[Any] | None:
        number = re.search(r"<n(\d+)>", match.group())
        return None if number and message.value(f"n{number[1]}") != 1 else [_LAST]

    message.mark(_CHINESE_LAST, "c", read_last)
    message.mark(
        _CHINESE_PAIR,
        "c",
        lambda m: (
            [_CHINESE_DIGITS[m["p"]], _CHINESE_DIGITS[m["q"]]]
            if m["p"]
            else _whole([message.value(f"n{m['a']}"), message.value(f"n{m['b']}")])
        ),
    )
    message.mark(_CHINESE_CLIPS, "c", read_list)
    message.mark(_CHINESE_NUMBERED, "c", read_list)
    message.mark(_CHINESE_OPENING, "c", lambda m: [1])
    message.mark(_CHINESE_BOTH, "c", lambda m: [1, _LAST])
    message.mark(
        _CLIP_SPAN, "c", lambda m: _span_of_clips(message.value(f"c{m[1]}"), message.value(f"c{m[2]}"))
    )
    for _ in range(3):
        message.mark(_CLIP_LIST, "c", lambda m: [*message.value(f"c{m[1]}"), *message.value(f"c{m[2]}")])


def _span_of_clips(first: list[Any], last: list[Any]) -> list[Any] | None:
    start, end = first[-1], last[0]
    if len(first) != 1 or len(last) != 1 or not isinstance(start, int) or not isinstance(end, int):
        return None
    return list(range(start, end + 1)) if start < end <= start + 200 else None


def _read_ordinals(match: Match) -> list[Any] | None:
    words = re.findall(_ORDINAL, match["list"])
    return [_LAST if word in ("last", "final") else read_ordinal(word) for word in words]


def _read_clip_list(message: Annotated, words: str) -> list[Any] | None:
    numbers = [message.value(f"n{n}") for n in re.findall(r"<n(\d+)>", words)]
    if len(numbers) == 2 and re.search(r"-|to|thr|到|至", re.sub(r"<n\d+>", "", words)):
        if numbers[0] > numbers[1] or numbers[1] - numbers[0] > 200:
            return None
        return _whole(range(int(numbers[0]), int(numbers[1]) + 1))
    return _whole(numbers)


def _whole(numbers: Any) -> list[Any] | None:
    listed = list(numbers)
    return [int(n) for n in listed] if all(n == int(n) and 1 <= n <= 10_000 for n in listed) else None


def _count_up(number: float) -> list[Any] | None:
    return list(range(1, int(number) + 1)) if number == int(number) and 1 <= number <= 100 else None


_EDGE = r"<[tdn]\d+>"


_JOIN = r"\s?(?:-|–|—|~|～|to|till?|until|through|thru|up to|到了?|至|and the end at|and)\s?(?:the )?(?:第|about |around )?"


_MARK_WORD = r"(?: mark| point|秒处|处|的地方|那里|开始|左右)?"


_RANGE = re.compile(
    rf"(?P<lead>(?:(?<![a-z])(?:from|between|starting (?:at|from)|seconds?|at|the)\s?|从|在|第|自){{0,4}})(?P<a>{_EDGE}){_MARK_WORD}(?P<join>{_JOIN})(?P<b>{_EDGE})(?![x×%]|[a-z])(?: (?:mark|in the video|into the video))?(?:这一?段|那一?段|之间的?|的?(?:片段|部分|内容)|间)?"
)


# "cut 10 to 12": bare numbers after a word for cutting are seconds.
_BARE_RANGE = re.compile(
    r"(?:(?<=^cut )|(?<= cut )|(?<=cut out )|(?<=remove )|(?<=delete )|(?<=erase )|(?<=chop out )|(?<=trim out ))<n(?P<a>\d+)> ?(?:to|-|–|through|until) ?<n(?P<b>\d+)>(?=$|[,.;!\n]| (?:and|then|please)(?![a-z]))"
)


_FROM_FOR = re.compile(
    r"(?<![a-z])(?:from|at|starting at|starting from|beginning at) (?P<a><[td]\d+>)(?: mark)? (?:for|lasting) (?P<b><d\d+>)|从第?(?P<c><[td]\d+>)(?:处|开始)?(?:起)?(?:,|，)?(?:持续|显示|停留)(?P<d><d\d+>)"
)


_CUT_FROM = re.compile(
    r"(?<=cut |ove |ete |rim |hop |nip |ake |rop |out )(?P<b><d\d+>)(?: out| off)?,? (?:starting|beginning) (?:at|from) (?:the )?(?P<a><[td]\d+>)"
)


_CHINESE_CUT_FROM = re.compile(
    r"从第?(?P<a><[td]\d+>)(?:处)?(?:开始|起|往后)*(?P<verb>[剪删去切](?:掉|除)?)(?P<b><d\d+>)"
)


_TO_END = re.compile(
    r"(?<![a-z])(?:from |starting at |beginning at )?(?P<a><[td]\d+>)(?: mark)? ?(?:to|till|until|through|-|–) ?(?:the )?(?:very )?end(?: of (?:the|my) (?:video|clip))?(?![a-z])|从?第?(?P<b><[td]\d+>)(?:开始)?一?直?(?:到|至)(?:最后|结尾|末尾|结束|片尾)(?!<)"
)


_AFTER = re.compile(
    r"(?<![a-z])(?:(?:after|past|beyond) (?:the )?(?P<a><[td]\d+>)(?: mark| point)?|from (?P<b><[td]\d+>)(?: mark)? (?:on|onwards?|forward)(?![a-z])|(?P<c><[td]\d+>) onwards?)|第?(?P<d><[td]\d+>)(?:处)?(?:之后|以后|往后|后面|开始往后|过后|后(?=的|全|都|[剪删切]))"
)


_BEFORE = re.compile(
    r"(?<![a-z])(?:before|prior to|up to|up until|until) (?:the )?(?P<a><[td]\d+>)(?: mark| point)?(?![a-z])|(?<!最)第?(?P<b><[td]\d+>)(?:处)?(?:之前|以前|前面|前(?=的|全|都|[剪删切]))"
)


_FROM_START = re.compile(
    r"(?<![a-z])(?:from )?(?:the )?(?:very )?(?:start|beginning) (?:to|till|until|through|up to) (?:the )?(?P<a><[td]\d+>)(?: mark)?|从?(?:一?开头|一?开始|片头|最开始)(?:到|至)第?(?P<b><[td]\d+>)"
)


def mark_ranges(message: Annotated) -> None:
    message.mark(_FROM_START, "r", lambda m: (None, message.value(m["a"] or m["b"])))
    message.mark(_TO_END, "r", lambda m: (message.value(m["a"] or m["b"]), None))

    def read_cut(match: Match) -> tuple[Any, Any]:
        start, length = message.value(match["a"]), message.value(match["b"])
        return (start, tidy(start + length))

    def read_for(match: Match) -> tuple[Any, Any]:
        start, length = message.value(match["a"] or match["c"]), message.value(match["b"] or match["d"])
        return (start, tidy(start + length))

    def read_bare(match: Match) -> tuple[Any, Any] | None:
        start, end = message.value(f"n{match['a']}"), message.value(f"n{match['b']}")
        return (start, end) if start < end else None

    message.mark(_BARE_RANGE, "r", read_bare)
    message.mark(_FROM_FOR, "r", read_for)
    message.mark(_CUT_FROM, "r", read_cut)
    message.text = _CHINESE_CUT_FROM.sub(
        lambda m: m["verb"] + message.put("r", read_cut(m), m.group()), message.text
    )
    message.mark(_RANGE, "r", lambda m: _read_range(message, m))
    message.mark(_AFTER, "r", lambda m: (message.value(next(g for g in m.groups() if g)), None))
    message.mark(_BEFORE, "r", lambda m: (None, message.value(m["a"] or m["b"])))


def _read_range(message: Annotated, match: Match) -> tuple[Any, Any] | None:
    first, last = match["a"], match["b"]
    timed = first[1] != "n" or last[1] != "n"
    spoken = bool(re.search(r"from|between|seconds?|从", match["lead"]))
    if not timed and not spoken:
        return None
    if "and" in match["join"] and "between" not in match["lead"]:
        return None
    if re.match(r"\s?(?:times|clips?|段|个)", match.string[match.end() : match.end() + 7]):
        return None
    start, end = message.value(first), message.value(last)
    if first[1] == "n" and last[1] == "d":
        raw = message.tokens[last[1:-1]].raw
        start = tidy(start * (60 if re.search(r"\d\s?m(?!s)|minute|分钟|分$", raw) and end % 60 == 0 else 1))
    if last[1] == "n" and first[1] == "t":
        return None
    return (start, end) if start < end else None


_HEAD = re.compile(
    r"(?<![a-z])(?:the |its |my )?(?:very )?(?:first|opening|initial|starting|beginning) (?P<a><d\d+>)"
    r"|(?P<b><d\d+>)(?: of (?:\w+ )?(?:footage|video))? (?:off|from|of|at|away from|out of) (?:of )?(?:the |its )?(?:very )?(?:start|beginning|front|head|top)(?![a-z])(?! (?:of the (?:screen|frame)|left|right))"
    r"|(?:前面|开头的?|开始的?|片头的?|最前面的?|最开始的?|一开始的?|头)(?:那|前)?(?P<c><d\d+>)(?!处)"
    r"|(?<![提往向朝之以])前(?:的)?(?P<d><d\d+>)"
    r"|(?P<f>第<d\d+>)"
)


_TAIL = re.compile(
    r"(?<![a-z])(?:the |its |my )?(?:very )?(?:last|final|closing|ending) (?P<a><d\d+>)"
    r"|(?P<b><d\d+>) (?:off|from|of|at|away from|out of) (?:of )?(?:the |its )?(?:very )?(?:end|tail|back|ending|rear)(?![a-z])"
    r"|(?:最后面?的?|结尾的?|末尾的?|尾部的?|片尾的?|末了的?|最末)(?:那)?(?P<c><d\d+>)"
    r"|(?<![往向之以推延最])后(?:面)?(?P<d><d\d+>)"
)


def mark_ends(message: Annotated) -> None:
    def read_head(match: Match) -> Any:
        if match["f"]:
            # "第一分钟" is a minute, "第5秒" an instant.
            mark = match["f"][1:]
            return message.value(mark) if message.tokens[mark[1:-1]].raw in ("一分钟", "1分钟") else None
        return message.value(next(g for g in match.groups() if g))

    message.mark(_HEAD, "h", read_head)
    message.mark(_TAIL, "e", lambda m: message.value(next(g for g in m.groups() if g)))


_THIRD = 100 / 3


_SHARE_WORDS = {"half": 50.0, "third": _THIRD, "quarter": 25.0, "fifth": 20.0}


_SHARES = re.compile(
    r"(?<![a-z])(?:the |its )?(?P<where>first|opening|last|final|second|middle) (?P<share>half|third|quarter|fifth|<p\d+>)(?![a-z])(?: of (?:it|the (?:video|clip|footage|film)|my (?:video|clip|footage)))?"
)


_SHARE_RANGE = re.compile(
    r"(?:from |between |从)?<p(\d+)>\s?(?:-|–|to|until|through|and|到|至)\s?<p(\d+)>(?: of (?:it|the video))?(?= |$|[,.，。]|[的处这])"
)


_PARTS = {"二": 2, "四": 4, "五": 5, "六": 6, "八": 8, "十": 10}


_CHINESE_SHARES = re.compile(
    r"(?P<where>前|后|中间|最后|开头)(?:的)?(?:(?P<half>一半|半段|半部分|半截|半)|(?P<third>三分之一|[二四五六八十]分之一)|(?P<quarter>四分之一)|(?P<p><p\d+>))(?:部分|的内容|内容|视频)?"
)


def mark_shares(message: Annotated) -> None:
    def bounds(where: str, share: float) -> tuple[Any, Any] | None:
        if where in ("first", "opening", "前", "开头"):
            return (0, tidy(share))
        if where in ("middle", "中间"):
            return (tidy(50 - share / 2), tidy(50 + share / 2))
        if where == "second" and share not in (50, _THIRD):
            return (tidy(share), tidy(2 * share))
        if where == "second" and share == _THIRD:
            return (tidy(share), tidy(2 * share))
        return (tidy(100 - share), 100)

    def read(match: Match) -> tuple[Any, Any] | None:
        word = match["share"]
        share = _SHARE_WORDS.get(word) or float(message.value(word))
        return bounds(match["where"], share) if share <= 100 else None

    message.mark(_SHARES, "g", read)

    def read_pair(match: Match) -> tuple[Any, Any] | None:
        first, last = message.value(f"p{match[1]}"), message.value(f"p{match[2]}")
        zooming = re.search(r"zoom|volume|音量|缩放|放大|推", match.string)
        return (first, last) if 0 <= first < last <= 100 and not zooming else None

    message.mark(_SHARE_RANGE, "g", read_pair)

    def read_chinese(match: Match) -> tuple[Any, Any] | None:
        if match["p"]:
            share = float(message.value(match["p"]))
        elif match["third"] and match["third"][0] in _PARTS:
            share = 100 / _PARTS[match["third"][0]]
        else:
            share = 50.0 if match["half"] else _THIRD if match["third"] else 25.0
        return bounds(match["where"], share) if 0 < share <= 100 else None

    message.mark(_CHINESE_SHARES, "g", read_chinese)
