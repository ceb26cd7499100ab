"""Marks what a message names: times, ranges, clips, amounts, quotations and files become tokens.

``cut 0:05-0:07 from clip 2`` is read as ``cut <r0> from <c0>``; rules look at the tokens and the few words
around them. One letter says what kind a token is:

q quotation, f file or link, n number, t instant, d length, r range, h the first seconds, e the last
seconds, g range in percent, c clips, p percent, b dB, u LUFS, x factor, a aspect ratio, s size,
y frames per second, w degrees, m range of frames, z pixels.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mango_skill.language.numbers import find_numbers, read_ordinal
from mango_skill.language.quotes import Mentions
from mango_skill.language.timecodes import RATIOS, find_timecodes

_TOKEN = re.compile(r"<([a-z])(\d+)>")
Match = re.Match[str]


@dataclass(frozen=True)
class Token:
    """What a mark in the annotated text stands for: its value and what the user wrote."""

    value: Any
    raw: str


@dataclass
class Annotated:
    """A message with its marks; grows while it is being marked, then is only read."""

    text: str = ""
    tokens: dict[str, Token] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)

    def put(self, kind: str, value: Any, raw: str) -> str:
        """Keep a value and return its mark."""
        number = self.counts.get(kind, 0)
        self.counts[kind] = number + 1
        key = f"{kind}{number}"
        self.tokens[key] = Token(value, self.spell(raw))
        return f"<{key}>"

    def value(self, mark: str) -> Any:
        """Return what a mark such as ``<d0>`` stands for."""
        return self.tokens[mark.strip("<> ").partition(">")[0]].value

    def spell(self, text: str) -> str:
        """Return a text with its marks replaced by what the user wrote."""
        return _TOKEN.sub(
            lambda m: self.tokens[m.group()[1:-1]].raw if m.group()[1:-1] in self.tokens else "", text
        )

    def mark(self, pattern: re.Pattern[str], kind: str, read: Callable[[Match], Any]) -> None:
        """Replace each match by a mark; a reading of None leaves the text as it is."""

        def replace(match: Match) -> str:
            value = read(match)
            if value is None:
                return match.group()
            return self.put(kind, value, match.group())

        self.text = pattern.sub(replace, self.text)


def protect(mentions: Mentions) -> Annotated:
    """Put marks in place of quotations, files and links; angle brackets of the user vanish."""
    message = Annotated()
    spans: list[tuple[int, int, str, str]] = []
    named = {(file.start, file.end) for file in mentions.files if file.quoted}
    for link in mentions.links:
        spans.append((link.start, link.end, "f", link.url))
    for file in mentions.files:
        if not file.quoted:
            spans.append((file.start, file.end, "f", file.path))
    for quote in mentions.quotes:
        kind = "f" if (quote.inner_start, quote.inner_end) in named else "q"
        spans.append((quote.start, quote.end, kind, quote.text.strip() or quote.text))
    pieces: list[str] = []
    place = 0
    for start, end, kind, value in sorted(spans):
        if start < place:
            continue
        pieces.append(_plain(mentions.text[place:start]))
        pieces.append(message.put(kind, value, mentions.text[start:end]) if value else " ")
        place = end
    pieces.append(_plain(mentions.text[place:]))
    message.text = "".join(pieces)
    return message


def _plain(text: str) -> str:
    return text.replace("<", " ").replace(">", " ")


def annotate(message: Annotated) -> None:
    """Mark everything that a lower-case message names besides quotations and files."""
    for step in (
        _mark_sizes,
        _mark_ratios,
        _mark_times,
        _mark_numbers,
        _mark_amounts,
        _mark_frames,
        _mark_lengths,
        _mark_clips,
        _mark_ranges,
        _mark_ends,
        _mark_shares,
    ):
        step(message)
    message.text = re.sub(r"[ \t\r\f\v]+", " ", message.text).strip()


_SIZE = re.compile(r"(?<![a-z0-9.])(\d{3,5})\s?[x×*]\s?(\d{3,5})(?![a-z0-9])")
_HEIGHT = re.compile(
    r"(?<![a-z0-9.])(144|240|360|480|540|576|720|1080|1440|2160|4320)\s?[pi](?![a-z])|(?<![a-z0-9.])(8k|4k|2k|uhd|ultra hd|full hd|fullhd|fhd|qhd|hd)(?![a-z0-9])|(超高清|全高清|高清)"
)
_NAMED_HEIGHTS = {
    "8k": 4320,
    "4k": 2160,
    "2k": 1440,
    "uhd": 2160,
    "ultra hd": 2160,
    "full hd": 1080,
    "fullhd": 1080,
    "fhd": 1080,
    "qhd": 1440,
    "hd": 720,
    "超高清": 2160,
    "全高清": 1080,
    "高清": 1080,
}
_WIDTHS = {
    144: 256,
    240: 426,
    360: 640,
    480: 854,
    540: 960,
    576: 1024,
    720: 1280,
    1080: 1920,
    1440: 2560,
    2160: 3840,
    4320: 7680,
}


def _mark_sizes(message: Annotated) -> None:
    message.mark(
        _SIZE,
        "s",
        lambda m: (
            (int(m[1]), int(m[2])) if int(m[1]) <= 16_384 and int(m[2]) <= 16_384 and int(m[1]) else None
        ),
    )

    def read(match: Match) -> tuple[int, int]:
        height = int(match[1]) if match[1] else _NAMED_HEIGHTS[match[2] or match[3]]
        return (_WIDTHS[height], height)

    message.mark(_HEIGHT, "s", read)


_RATIO = re.compile(
    r"(?<![\d:.])(?<!clip )(?<!shot )(?<!scene )(?<!part )(?<!video )(\d{1,2}(?:\.\d{1,2})?)\s?(?::|/|比|x|×|[- ]by[- ]|to)\s?(\d{1,2})(?![\d:]|\.\d|x(?![a-z])|\s?(?:s|sec|秒|minutes|%|px)(?![a-z]))"
)
_WORDED = re.compile(
    r"(?<![a-z])(nine|sixteen|four|five|three|one|two|twenty[- ]one) (?:by|to|colon) (nine|sixteen|four|five|three|one|two|twenty[- ]one)(?![a-z])"
)
_SMALL = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "nine": 9, "sixteen": 16}


def _mark_ratios(message: Annotated) -> None:
    text = message.text
    instants = {mention.start for mention in find_timecodes(text)}

    def read(match: Match) -> str | None:
        ratio = f"{match[1]}:{match[2]}"
        if ratio not in RATIOS or match.start() in instants:
            return None
        if "to" in match.group() and ratio not in ("9:16", "16:9", "4:3", "21:9"):
            return None
        return ratio

    message.mark(_RATIO, "a", read)

    def read_words(match: Match) -> str | None:
        ratio = f"{_SMALL.get(match[1], 21)}:{_SMALL.get(match[2], 21)}"
        return ratio if ratio in ("9:16", "16:9", "4:3", "4:5", "3:4", "21:9") else None

    message.mark(_WORDED, "a", read_words)
    message.mark(
        re.compile(r"(九|十六|四|三|一|五|二十一)(?:比|:)(九|十六|四|三|一|五)"),
        "a",
        lambda m: f"{_CHINESE_RATIO[m[1]]}:{_CHINESE_RATIO[m[2]]}",
    )


_CHINESE_RATIO = {"九": 9, "十六": 16, "四": 4, "三": 3, "一": 1, "五": 5, "二十一": 21}


def _mark_times(message: Annotated) -> None:
    pieces: list[str] = []
    place = 0
    text = message.text
    for mention in find_timecodes(text):
        if mention.start < place:
            continue
        pieces += [
            text[place : mention.start],
            message.put("t", tidy(mention.seconds), text[mention.start : mention.end]),
        ]
        place = mention.end
    message.text = "".join([*pieces, text[place:]])


_TWICE = re.compile(r"(?<![a-z])(twice|thrice)(?![a-z])")
_COUPLE = re.compile(r"(?<![a-z])a (?:couple(?: of)?|pair of)(?= (?:sec|min|clip|shot|frame|more))")
_HALVES = re.compile(r"<n(\d+)>(?:,? and| &) (?:a |one )?(?:(half)|(quarter))(?! (?:a|of) )(?=[ -]|$)")


def _mark_numbers(message: Annotated) -> None:
    message.text = _TWICE.sub(lambda m: "2 times" if m[1] == "twice" else "3 times", message.text)
    message.text = _COUPLE.sub("2", message.text)
    pieces: list[str] = []
    place = 0
    text = message.text
    marks = [(m.start(), m.end()) for m in _TOKEN.finditer(text)]
    inside = 0
    for mention in find_numbers(text):
        while inside < len(marks) and marks[inside][1] <= mention.start:
            inside += 1
        if inside < len(marks) and marks[inside][0] < mention.start:
            continue
        # Part of a name such as "mp4", "v2" or "h264"; an ordinal such as "3rd".
        if re.search(r"[a-wyz_#@]$", text[: mention.start][-1:]) and text[mention.start].isdigit():
            continue
        if re.match(r"(?:st|nd|rd|th)(?![a-z])", text[mention.end : mention.end + 3]):
            continue
        pieces += [
            text[place : mention.start],
            message.put("n", tidy(mention.value), text[mention.start : mention.end]),
        ]
        place = mention.end
    message.text = "".join([*pieces, text[place:]])
    message.mark(_HALVES, "n", lambda m: tidy(message.value(f"n{m[1]}") + (0.5 if m[2] else 0.25)))


def tidy(value: float) -> int | float:
    """Return 3 for 3.0 and numbers without the noise of binary fractions."""
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded


_SIGN = r"(?P<sign>(?<![\d>a-z])[-−–](?: ?)|minus |negative |负)?"


def _signed(message: Annotated, match: Match) -> int | float:
    value = message.value(f"n{match['n']}")
    return tidy(-value) if match["sign"] else value


_AMOUNTS = (
    ("u", re.compile(_SIGN + r"<n(?P<n>\d+)>\s?lufs")),
    ("b", re.compile(_SIGN + r"<n(?P<n>\d+)>\s?-?(?:db|decibels?|分贝)(?![a-z])")),
    (
        "p",
        re.compile(
            _SIGN
            + r"<n(?P<n>\d+)>\s?(?:%|percent(?:age points?)?|per ?cent|pct)|百分之"
            + _SIGN.replace("sign", "sign2")
            + r"<n(?P<m>\d+)>|<n(?P<c>\d+)>成(?=的|$|[,，。]|音量|速)"
        ),
    ),
    ("w", re.compile(_SIGN + r"<n(?P<n>\d+)>\s?-?(?:degrees?|deg|°|度)(?![a-z])")),
    ("z", re.compile(_SIGN + r"<n(?P<n>\d+)>\s?-?(?:px|pixels?|像素|个像素)(?![a-z])")),
)
_FPS = re.compile(
    r"<n(\d+)>\s?-?(?:fps|frames? ?(?:per|a|/|each|every) ?sec(?:ond)?s?|f/s|帧每秒|帧/秒|帧率)|每秒(?:钟)?<n(\d+)>帧|(?:frame ?rate|fps)(?: of| to| at|:)* <n(\d+)>(?: frames)?|帧率(?:改成|改为|设为|设成|设置为|调到|调成|换成|提到|降到|提高到|到|用|:)?<n(\d+)>帧?|(?:(?:改成|改为|设为|设成|调到|调成|转成|变成|用)|(?:^|(?<=[,，、 ])))<n(\d+)>帧(?!到|至)"
)
_FACTORS = re.compile(
    r"<n(?P<n>\d+)>\s?-?[x×](?![a-z0-9])|(?<![a-z0-9])[x×]\s?<n(?P<m>\d+)>"
    r"|<n(?P<k>\d+)>[- ]times (?:(?:the |its )?(?:normal |original |usual |regular |real )?(?:speed|pace)|as (?:fast|quick|quickly|slow|slowly)|faster|quicker|slower|playback)"
    r"|<n(?P<o>\d+)>[- ]?fold"
    r"|<n(?P<z>\d+)>倍速?"
)
_HALF_SPEED = re.compile(
    r"(?<![a-z])(?:(half|double|triple|quadruple|quarter|three[- ]quarters?|one[- ]half)(?:[- ]| of | the | its | of its | of the )+(?:normal |original |usual |regular )?(?:speed|pace|tempo)|(half) as fast)|(半速|一半速度|一半的速度|半倍速)"
)
_NAMED_FACTORS = {
    "half": 0.5,
    "one-half": 0.5,
    "one half": 0.5,
    "double": 2,
    "triple": 3,
    "quadruple": 4,
    "quarter": 0.25,
    "半速": 0.5,
    "一半速度": 0.5,
    "一半的速度": 0.5,
    "半倍速": 0.5,
}


def _mark_amounts(message: Annotated) -> None:
    message.mark(_AMOUNTS[0][1], "u", lambda m: _signed(message, m))
    message.mark(_AMOUNTS[1][1], "b", lambda m: _signed(message, m))

    def read_percent(match: Match) -> int | float:
        if match["n"]:
            return _signed(message, match)
        if match["m"]:
            return tidy(message.value(f"n{match['m']}") * (-1 if match["sign2"] else 1))
        return tidy(message.value(f"n{match['c']}") * 10)

    message.mark(_AMOUNTS[2][1], "p", read_percent)
    for kind, pattern in _AMOUNTS[3:]:
        message.mark(pattern, kind, lambda m: _signed(message, m))
    message.mark(_FPS, "y", lambda m: message.value("n" + next(g for g in m.groups() if g)))

    def read_factor(match: Match) -> int | float:
        value = message.value("n" + next(g for g in match.groups() if g))
        slower = "slow" in match.group()
        return tidy(1 / value) if slower and value > 1 else value

    message.mark(_FACTORS, "x", read_factor)

    def read_named(match: Match) -> int | float:
        word = (match[1] or match[2] or match[3]).replace("-", " ")
        return 0.75 if word.startswith("three") else _NAMED_FACTORS.get(word, 0.5)

    message.mark(_HALF_SPEED, "x", read_named)


_FRAMES = re.compile(
    r"(?:from )?frames?\s(?:number )?<n(\d+)>\s?(?:-|–|to|through|until|till|and)\s?(?:frame )?<n(\d+)>|(?:从)?第?<n(\d+)>帧?(?:到|至|-|~)第?<n(\d+)>帧"
)


def _mark_frames(message: Annotated) -> None:
    def read(match: Match) -> tuple[Any, Any]:
        first, last = (message.value(f"n{g}") for g in match.groups() if g)
        return (first, last)

    message.mark(_FRAMES, "m", read)


_UNIT = r"(?:(?P<h>hours?|hrs?|h(?![a-z])|小时|个小时|钟头)|(?P<m>minutes?|mins?\.?|m(?![a-z])|分钟|分(?!之|贝|屏|割|段|辨|享|成|开|别|离|镜|个))|(?P<ms>milliseconds?|millis|ms(?![a-z])|毫秒)|(?P<s>seconds?|secs?\.?|s(?![a-z])|秒钟|秒))"
_SCALES = {"h": 3600, "m": 60, "ms": 0.001, "s": 1}
_CLIP_NOUN = r"(?:clips?|shots?|scenes?|segments?|sections?|parts?|takes?|videos?|pieces?|photos?|images?|pictures?|slides?|movies?|snippets?)"
_LENGTH = re.compile(
    rf"<n(?P<n>\d+)>(?:\s?-?\s?){_UNIT}(?![a-z])(?P<half>半| and a half(?! (?:second|minute)))?"
)
_PARTIAL = re.compile(
    r"(?<![a-z])(?:(?P<half>half|one half|one-half)(?: a| an| of a|-a)?[- ](?P<hu>second|minute|hour|sec|min)s?"
    r"|(?P<quarter>(?:a )?quarter)(?: of a| of an)?[- ](?P<qu>second|minute|hour|sec|min)s?"
    r"|(?P<three>three[- ]quarters|<n\d+> quarters) of an? (?P<tu>second|minute|hour)"
    rf"|(?P<one>a|an|one|(?<=first )|(?<=last )|(?<=final )|(?<=opening )|(?<=closing )) ?(?P<ou>second|minute|hour|sec|min)(?P<ohalf> and a half)?(?! {_CLIP_NOUN}))(?![a-z])"
)
_CHINESE_PARTIAL = re.compile(r"(?:半(?P<u>秒钟?|分钟|个?小时|个钟头)|一分半钟?|<d(?P<d>\d+)>半钟?)")
_COMPOUND = re.compile(r"<d(\d+)>(?:,? and|,)? ?<d(\d+)>")
_LOOSE_SECONDS = re.compile(
    r"<d(\d+)>(?: and)? ?<n(\d+)>(?![^<]{0,2}(?:%|x|-|to |–))(?=$|[ ,.，。;；、到至的处]|[^a-z<])"
)
_SECOND_NUMBER = re.compile(
    rf"(?<![a-z])(?P<u>seconds?|sec|minutes?|min)(?: number| no\.?)? <n(?P<n>\d+)>(?!\s?{_UNIT}|\s?{_CLIP_NOUN}|[%x])"
)


def _mark_lengths(message: Annotated) -> None:
    def read(match: Match) -> int | float:
        unit = next(name for name in _SCALES if match[name])
        value = message.value(f"n{match['n']}")
        return tidy((value + (0.5 if match["half"] else 0)) * _SCALES[unit])

    message.mark(_LENGTH, "d", read)

    def read_partial(match: Match) -> int | float:
        unit = match["hu"] or match["qu"] or match["tu"] or match["ou"]
        scale = {"s": 1, "m": 60, "h": 3600}[unit[0]]
        share = (
            0.5
            if match["half"]
            else 0.25
            if match["quarter"]
            else 0.75
            if match["three"]
            else 1.5
            if match["ohalf"]
            else 1
        )
        return tidy(scale * share)

    message.mark(_PARTIAL, "d", read_partial)

    def read_chinese(match: Match) -> int | float:
        if match["d"]:
            value = message.value(f"d{match['d']}")
            return tidy(value + (30 if value % 60 == 0 else 0.5))
        return 90 if match["u"] is None else {"秒": 0.5, "分": 30}.get(match["u"][0], 1800)

    message.mark(_CHINESE_PARTIAL, "d", read_chinese)

    def read_compound(match: Match) -> int | float | None:
        long, short = message.value(f"d{match[1]}"), message.value(f"d{match[2]}")
        together = " " in match.group() or match.group().count("><")
        return tidy(long + short) if long >= 60 > short and long % 60 == 0 and together else None

    message.mark(_COMPOUND, "d", read_compound)

    def read_loose(match: Match) -> int | float | None:
        minutes, rest = message.value(f"d{match[1]}"), message.value(f"n{match[2]}")
        return (
            tidy(minutes + rest)
            if minutes >= 60 and minutes % 60 == 0 and rest < 60 and rest == int(rest)
            else None
        )

    message.mark(_LOOSE_SECONDS, "d", read_loose)
    message.mark(
        _SECOND_NUMBER,
        "d",
        lambda m: tidy(message.value(f"n{m['n']}") * (60 if m["u"].startswith("m") else 1)),
    )


_ORDINAL = r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|last|final|\d{1,3}(?:st|nd|rd|th))"
_ORDINAL_CLIPS = re.compile(
    rf"(?<![a-z])(?:the |my |our )?(?P<list>{_ORDINAL}(?:(?:,? and |,? & |, | or ){{1}}(?:the )?{_ORDINAL}){{0,8}})(?: video| film)? (?:{_CLIP_NOUN}|ones?)(?![a-z])(?!-)"
)
_OPENING = re.compile(
    r"(?<![a-z])(?:the |my )?(?P<o>opening|starting|beginning|closing|ending) (?:clip|shot|scene|segment|section|part)(?![a-z])"
)
_LIST = r"<n\d+>(?:(?:,? and |,? & |, ?|、| or |/|\+|和|跟|与|及|到|至| ?- ?| to | through | thru )(?:clip |shot |scene |#|第)?<n\d+>(?![x%:.]| ?(?:seconds?|s|sec|秒|times|fps|db|lufs)(?![a-z]))){0,12}"
_NUMBERED_CLIPS = re.compile(
    rf"(?<![a-z])(?:the )?(?:video )?{_CLIP_NOUN}(?: number| no\.?| nr\.?)? ?#?(?P<list>{_LIST})(?! ?(?:times|x|seconds?|secs?|s|minutes?|mins?|percent|fps)(?![a-z])|%)"
)
_LEADING_CLIPS = re.compile(
    r"(?<![a-z])(?:the |my )?(?P<which>first|opening) <n(?P<n>\d+)> (?:video )?" + _CLIP_NOUN + r"(?![a-z])"
)
_BARE_CLIPS = re.compile(rf"(?:(?<=except )|(?<=except for ))(?:numbers? )?(?P<list>{_LIST})(?=$|[,.;])")
_BARE_ORDINAL = re.compile(
    rf"(?:(?<=except )|(?<=except for ))(?:the )?(?P<o>{_ORDINAL})"
    rf"(?! (?:{_CLIP_NOUN}|ones?|half|third|quarter|and {_ORDINAL}|<[dnp]))(?![a-z])"
)
_FIRST_FEW = re.compile(
    r"(?:(?<=except )|(?<=except for )|(?<=but )|(?<=only )|(?<=keep ))(?:the )?first <n(?P<n>\d+)>(?=$|[,.;]| and)"
)
_ZH_NOUN = "(?:个|段|条|张|支|部)?(?:视频片段|片段|视频|镜头|素材|画面|部分|照片|图片|短片|段落|片子)"
_CHINESE_CLIPS = re.compile(rf"第(?P<list>{_LIST})(?:{_ZH_NOUN}|个|段|条|张|支|部)(?!半)")
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
    r"<c(\d+)>(?:,? and |,? & |, ?|、|和|跟|与|及|以及| or | then )(?:the |my )?<c(\d+)>(?!(?:是|的时候)|'s| is )"
)
_LAST = "last"


def _mark_clips(message: Annotated) -> None:
    message.mark(_LEADING_CLIPS, "c", lambda m: _count_up(message.value(f"n{m['n']}")))
    message.mark(_BARE_CLIPS, "c", lambda m: _read_clip_list(message, m["list"]))
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
    message.mark(_CHINESE_CLIPS, "c", read_list)
    message.mark(_CHINESE_NUMBERED, "c", read_list)
    message.mark(_CHINESE_OPENING, "c", lambda m: [1])
    message.mark(_CHINESE_BOTH, "c", lambda m: [1, _LAST])
    for _ in range(3):
        message.mark(_CLIP_LIST, "c", lambda m: [*message.value(f"c{m[1]}"), *message.value(f"c{m[2]}")])


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


def _mark_ranges(message: Annotated) -> None:
    message.mark(_FROM_START, "r", lambda m: (None, message.value(m["a"] or m["b"])))
    message.mark(_TO_END, "r", lambda m: (message.value(m["a"] or m["b"]), None))

    def read_cut(match: Match) -> tuple[Any, Any]:
        start, length = message.value(match["a"]), message.value(match["b"])
        return (start, tidy(start + length))

    def read_for(match: Match) -> tuple[Any, Any]:
        start, length = message.value(match["a"] or match["c"]), message.value(match["b"] or match["d"])
        return (start, tidy(start + length))

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
    r"|(?P<b><d\d+>)(?: of (?:\w+ )?(?:footage|video))? (?:off|from|of|at|away from|out of) (?:of )?(?:the )?(?:very )?(?:start|beginning|front|head|top)(?![a-z])(?! (?:of the (?:screen|frame)|left|right))"
    r"|(?:前面|开头的?|开始的?|片头的?|最前面的?|最开始的?|一开始的?|头)(?:那|前)?(?P<c><d\d+>)(?!处)"
    r"|(?<![提往向朝之以])前(?:的)?(?P<d><d\d+>)"
    r"|(?P<f>第<d\d+>)"
)
_TAIL = re.compile(
    r"(?<![a-z])(?:the |its |my )?(?:very )?(?:last|final|closing|ending) (?P<a><d\d+>)"
    r"|(?P<b><d\d+>) (?:off|from|of|at|away from|out of) (?:of )?(?:the )?(?:very )?(?:end|tail|back|ending|rear)(?![a-z])"
    r"|(?:最后面?的?|结尾的?|末尾的?|尾部的?|片尾的?|末了的?|最末)(?:那)?(?P<c><d\d+>)"
    r"|(?<![往向之以推延最])后(?:面)?(?P<d><d\d+>)"
)


def _mark_ends(message: Annotated) -> None:
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


def _mark_shares(message: Annotated) -> None:
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
