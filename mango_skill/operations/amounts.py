"""Marks sizes, ratios, instants, numbers, amounts and lengths."""

from __future__ import annotations

import re
from typing import Any

from mango_skill.language.numbers import find_numbers
from mango_skill.language.timecodes import RATIOS, find_timecodes
from mango_skill.operations.marks import _TOKEN, Annotated, Match, tidy
from mango_skill.operations.places import _CLIP_NOUN

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


def mark_sizes(message: Annotated) -> None:
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


def mark_ratios(message: Annotated) -> None:
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


def mark_times(message: Annotated) -> None:
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


# More numbers than this in one message are noise.
MOST_NUMBERS = 150
_TWICE = re.compile(r"(?<![a-z])(twice|thrice)(?![a-z])")


_COUPLE = re.compile(r"(?<![a-z])a (?:couple(?: of)?|pair of)(?= (?:sec|min|clip|shot|frame|more))")


_HALVES = re.compile(r"<n(\d+)>(?:,? and| &) (?:a |one )?(?:(half)|(quarter))(?! (?:a|of) )(?=[ -]|$)")


def mark_numbers(message: Annotated) -> None:
    message.text = _TWICE.sub(lambda m: "2 times" if m[1] == "twice" else "3 times", message.text)
    message.text = _COUPLE.sub("2", message.text)
    pieces: list[str] = []
    place = 0
    text = message.text
    marks = [(m.start(), m.end()) for m in _TOKEN.finditer(text)]
    inside = 0
    for mention in find_numbers(text)[:MOST_NUMBERS]:
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
    r"|<n(?P<k>\d+)>[- ]times (?:more (?:fast|quick|slow)(?:ly)?|(?:the |its )?(?:normal |original |usual |regular |real )?(?:speed|pace)|as (?:fast|quick|quickly|slow|slowly)|faster|quicker|slower|playback)"
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


def mark_amounts(message: Annotated) -> None:
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
    message.text = _BARE_DEGREES.sub(
        lambda m: (
            m["verb"] + message.put("w", message.value(f"n{m['n']}"), f"<n{m['n']}>")
            if message.value(f"n{m['n']}") in (45, 90, 135, 180, 270, 360)
            else m.group()
        ),
        message.text,
    )
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


# "rotate by 180": a bare number of degrees.
_BARE_DEGREES = re.compile(
    r"(?P<verb>(?<![a-z])(?:rotat(?:e|ed|ing)|turn|spin)(?![a-z])[^<\n,.;]{0,24}? |旋转了?|转动?|转个)<n(?P<n>\d+)>(?=$|[,.;，。]|\s(?:and|then|clockwise|counter|anti|left|right|to the)(?![a-z]))"
)


_FRAMES = re.compile(
    r"(?:from )?frames?\s(?:number )?<n(\d+)>\s?(?:-|–|to|through|until|till|and)\s?(?:frame )?<n(\d+)>|(?:从)?第?<n(\d+)>帧?(?:到|至|-|~)第?<n(\d+)>帧"
)


def mark_frames(message: Annotated) -> None:
    def read(match: Match) -> tuple[Any, Any]:
        first, last = (message.value(f"n{g}") for g in match.groups() if g)
        return (first, last)

    message.mark(_FRAMES, "m", read)


_UNIT = r"(?:(?P<h>hours?|hrs?|h(?![a-z])|小时|个小时|钟头)|(?P<m>minutes?|mins?\.?|m(?![a-z])|分钟|分(?!之|贝|屏|割|段|辨|享|成|开|别|离|镜|个))|(?P<ms>milliseconds?|millis|ms(?![a-z])|毫秒)|(?P<s>seconds?|secs?\.?|s(?![a-z])|秒钟|秒))"


_SCALES = {"h": 3600, "m": 60, "ms": 0.001, "s": 1}


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


# "from a minute ten to a minute forty"
_MINUTE_AND = re.compile(
    r"(?:(?<=from )|(?<=between )|(?<=to )|(?<=and )|(?<=at ))<d(\d+)> <n(\d+)>(?= (?:to|and|until|till)(?![a-z])|$|[,.;])"
)


_SECOND_NUMBER = re.compile(
    rf"(?<![a-z])(?P<u>seconds?|sec|minutes?|min)(?: number| no\.?)? <n(?P<n>\d+)>(?!\s?{_UNIT}|\s?{_CLIP_NOUN}|[%x])"
)


# "1.5 more seconds", "two dead seconds": what stands between a number and its unit goes before both.
_WORD_BETWEEN = re.compile(
    r"(?P<n><n\d+>) (?P<word>more|extra|additional|full|whole|entire|solid|dead|boring|empty|awkward|silent|useless|shaky|blank|other) (?=(?:seconds?|secs?|minutes?|mins?)(?![a-z]))"
)
# "two seconds from the start and one from the end": the unit is the one before.
_UNIT_BEFORE = re.compile(
    r"(?P<d><d\d+>)(?P<gap>(?:[^<\n]|<n\d+>){3,50}?(?:and|,|&) (?:the last |the first |last |first )?)(?:<n(?P<n>\d+)>|(?P<one>one))(?= (?:from|off|at|more from|of) (?:of )?(?:the |its )?(?:very )?(?:start|beginning|front|head|end|tail|back)(?![a-z]))"
)
# "the first 2 and the last 3 seconds": the unit is the one behind.
_UNIT_AFTER = re.compile(
    r"((?<![a-z])(?:first|last|opening|final) )<n(\d+)>(?= ?(?:and|&|,) (?:the )?(?:last|first|final|opening|closing) <d)"
)
# "split at 5": a bare number is an instant where something happens once.
_BARE_INSTANT = re.compile(
    r"(?<![a-z])(?P<verb>split|slice|cut|chop|divide|razor|blade|freeze|bleep|ding|whoosh|sticker|emoji)(?P<gap>[^<\n,.;]{0,30}? (?:at|on|@) )(?P<a><n\d+>)(?P<more>(?:(?:, | and |, and | & )<n\d+>)*)(?=$|[,.;!?\n]| (?:and|then|for|please)(?![a-z]))"
)


def mark_lengths(message: Annotated) -> None:
    message.text = _WORD_BETWEEN.sub(r"\g<word> \g<n> ", message.text)

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

    def read_unit_before(match: Match) -> str:
        raw = message.tokens[match["d"][1:-1]].raw
        scale = 60 if re.search(r"\d ?m(?![a-z])|min", raw) else 1
        value = 1 if match["one"] else message.value(f"n{match['n']}")
        written = match["one"] or f"<n{match['n']}>"
        return match["d"] + match["gap"] + message.put("d", tidy(value * scale), written)

    message.text = _UNIT_AFTER.sub(
        lambda m: m[1] + message.put("d", message.value(f"n{m[2]}"), f"<n{m[2]}>"), message.text
    )
    message.text = _UNIT_BEFORE.sub(read_unit_before, message.text)
    message.text = _BARE_INSTANT.sub(
        lambda m: (
            m["verb"]
            + m["gap"]
            + re.sub(
                r"<n(\d+)>",
                lambda n: message.put("d", message.value(f"n{n[1]}"), n.group()),
                m["a"] + m["more"],
            )
        ),
        message.text,
    )

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
    message.mark(_MINUTE_AND, "d", read_loose)
    message.mark(
        _SECOND_NUMBER,
        "d",
        lambda m: tidy(message.value(f"n{m['n']}") * (60 if m["u"].startswith("m") else 1)),
    )
