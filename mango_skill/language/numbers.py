"""Numbers in digits and in words, English and Chinese."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONES = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
} | {"fourty": 40}
_ORDINALS = {
    word: value
    for value, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
        ],
        start=1,
    )
}
_CHINESE_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    "两": 2,
    "兩": 2,
    "〇": 0,
    "壹": 1,
    "俩": 2,
}
_CHINESE_UNITS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}

_ONE = "|".join(sorted(_ONES, key=len, reverse=True))
_TEN = "|".join(sorted(_TENS, key=len, reverse=True))
_BELOW_HUNDRED = rf"(?:(?:{_TEN})(?:[- ]?(?:{_ONE})(?![a-z]))?|(?:{_ONE}))"
_ENGLISH = (
    rf"(?<![a-z])(?:{_BELOW_HUNDRED}|a)(?= ?hundred)[- ]?hundred(?:(?: and)? {_BELOW_HUNDRED})?(?![a-z])"
    rf"|(?<![a-z]){_BELOW_HUNDRED}(?: point (?:{_ONE})(?![a-z]))?(?![a-z])"
)
_CHINESE = "[零〇一二两兩三四五六七八九十百千万壹]+(?:点[零一二三四五六七八九]{1,6})?"
_DIGITS = r"\d{1,3}(?:,\d{3})+(?![\d])(?:\.\d+)?|\d{1,12}(?:\.\d{1,6})?|(?<!\d)\.\d{1,6}"
_NUMBER = re.compile(f"(?P<digits>{_DIGITS})|(?P<english>{_ENGLISH})|(?P<chinese>{_CHINESE})")

# A Chinese numeral counts only beside one of these: "一起", "一点" and "万一" are words.
_CHINESE_AFTER = re.compile(
    r"\s?(?:秒|分(?!之)|小时|钟头|倍|段|个|条|张|次|帧|遍|度|步|字|行|格|成|路|部|号|屏|画|支|首|句|处|、第?[零一二两三四五六七八九十]"
    r"|[和与跟]第?[零一二两三四五六七八九十]|到|至|比|百分|%|毫秒|赫兹|分贝|像素|星期|位|只|点[零一二三四五六七八九]|档|轮|格|者|头)"
)
_CHINESE_BEFORE = (
    "第",
    "百分之",
    "至",
    "到",
    "片段",
    "镜头",
    "前",
    "后",
    "调",
    "成",
    "为",
    "比",
    "、",
    "和",
    "跟",
    "与",
    "点",
    "加",
    "减",
    "高",
    "低",
    "升",
    "降",
)
# "一段旁白" is an article, "第一段" is not.
_ARTICLE = re.compile(r"一(?=[个段条张首句支只位部处种些点起下样直致])")


@dataclass(frozen=True)
class NumberMention:
    """A number in a text: ``value`` and where it stands."""

    start: int
    end: int
    value: float


def find_numbers(text: str) -> list[NumberMention]:
    """Find the numbers of a lower-case text in order.

    Number words count; words that merely contain one ("someone", "一起", "this one") do not.
    """
    found: list[NumberMention] = []
    for match in _NUMBER.finditer(text):
        value = _value_of(match, text)
        if value is not None:
            found.append(NumberMention(match.start(), match.end(), value))
    return found


def read_ordinal(word: str) -> int | None:
    """Return 3 for "third" and "3rd", None for anything that is no ordinal."""
    if word in _ORDINALS:
        return _ORDINALS[word]
    match = re.fullmatch(r"(\d{1,4})(?:st|nd|rd|th)", word)
    return int(match.group(1)) if match else None


def read_chinese(word: str) -> float | None:
    """Return the value of a Chinese numeral such as 二十五, 一百二 or 三点五."""
    whole, _, decimals = word.partition("点")
    if not any(char in _CHINESE_UNITS for char in whole):
        digits = "".join(str(_CHINESE_DIGITS.get(char, "")) for char in whole)
        total: float = float(digits) if digits else 0
    else:
        total = _read_units(whole)
    if decimals:
        total += float("0." + "".join(str(_CHINESE_DIGITS.get(char, 0)) for char in decimals))
    return total


def _read_units(whole: str) -> float:
    total, current, last_unit = 0, 0, 1
    pending = False
    for char in whole:
        if char in _CHINESE_UNITS:
            unit = _CHINESE_UNITS[char]
            if unit == 10_000:
                total, current = (total + current) * unit, 0
            else:
                total, current = total + (current if pending else 1) * unit, 0
            last_unit, pending = unit, False
        else:
            current, pending = _CHINESE_DIGITS[char], True
            if char in "零〇":
                last_unit = 10
    if pending and last_unit >= 100 and "零" not in whole:
        return total + current * last_unit // 10
    return total + current


def _value_of(match: re.Match[str], text: str) -> float | None:
    word = match.group()
    if match.group("digits"):
        return float(word.replace(",", ""))
    if match.group("english"):
        return _read_english(word, text, match.start(), match.end())
    return _read_beside(word, text, match.start(), match.end())


def _read_english(word: str, text: str, start: int, end: int) -> float | None:
    if word == "one":
        before = text[:start].rstrip()[-12:]
        if re.search(
            r"(?:this|that|the|other|which|no|each|every|another|last|first|second|third|any|only)$", before
        ):
            return None
    whole, _, decimals = word.partition(" point ")
    total = 0
    for part in re.split(r"[- ]", whole):
        if part == "hundred":
            total = (total or 1) * 100
        else:
            total += _ONES.get(part, _TENS.get(part, 1 if part == "a" else 0)) if part != "and" else 0
    if not re.search("[- ]", whole) and whole not in _ONES and whole not in _TENS:
        total = _read_joined(whole) or total
    return total + (_ONES[decimals] / 10 if decimals else 0)


def _read_joined(word: str) -> int | None:
    for ten, value in _TENS.items():
        if word.startswith(ten) and word[len(ten) :] in _ONES:
            return value + _ONES[word[len(ten) :]]
    return None


def _read_beside(word: str, text: str, start: int, end: int) -> float | None:
    before, after = text[:start], text[end : end + 6]
    if not (_CHINESE_AFTER.match(after) or before.endswith(_CHINESE_BEFORE)):
        return None
    if (
        word == "一"
        and _ARTICLE.match(text, start)
        and not before.endswith(("第", "前", "后", "头", "片段", "镜头"))
    ):
        return None
    if word in ("千", "万", "百") or (
        word == "十" and after.startswith("分") and not after.startswith("分钟")
    ):
        return None
    if word == "一" and after.startswith(("部分", "半", "定", "切", "分为")):
        return None
    return read_chinese(word)
