"""What the words of an export say beyond its format: an instant, a part, a name, how good, how compatible."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from mango_skill.language.numbers import read_chinese
from mango_skill.language.quotes import QUOTE_FILL
from mango_skill.router.reading import Reading
from mango_skill.router.tables import read_json

STILL: Final = "still"
LAST_FRAME_S: Final = -0.001  # counted from the end
_LONGEST_NAME: Final = 60
_CLOCK: Final = r"(?:\d{1,2}:)?\d{1,3}:[0-5]\d(?:[.,]\d{1,3})?"
_NUMBER: Final = r"\d{1,5}(?:[.,]\d{1,3})?"
_CHINESE: Final = re.compile(r"[零一二两三四五六七八九十百]{1,5}(?=(?:秒|分))")
_EDGES: Final = " \n\t,.;:!?，。；：！？、\"'“”「」《》"
# Behind a name begins the next wish, or the next sentence.
_NAME_ENDS: Final = re.compile(
    r"[,.;!?\n，。；！？、](?:\s|$|(?=[^\x00-\x7f]))"
    r"|\s(?:as|in|and|please|with|to|at|for|als|in|und|bitte|como|en|y|por favor|em|e|en|et|s'il)\s|$"
)


@cache
def _words() -> dict[str, Any]:
    return read_json("wishes")


def _any(patterns: Iterable[str]) -> str:
    """Return one pattern for any of these; Latin words stand alone, other scripts anywhere."""
    return (
        "(?:"
        + "|".join(
            rf"(?<![a-z0-9]){one}(?![a-z])" if one[:1].isascii() and one[:1] not in "-~[" else one
            for one in patterns
        )
        + ")"
    )


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    words = _words()
    second, minute = "|".join(words["second"]), "|".join(words["minute"])
    unit = rf"(?:{second}|{minute})(?![a-z])"
    length = (
        rf"(?:{_CLOCK}|{_NUMBER} ?(?:{minute})(?![a-z]) ?{_NUMBER} ?(?:{second})(?![a-z])|{_NUMBER} ?{unit})"
    )
    place = rf"(?:(?:the |the )?(?:seconds? |第|segundo |sekunde |la seconde |o segundo )?{length}|(?:第)?{_NUMBER}(?![\d.:px%])(?! ?(?:p|fps|k|x)(?![a-z])))"
    first, last = _any(words["first"]), _any(words["last"])
    few = rf"(?P<length>{length}|{unit})"
    late_unit = rf"(?P<number>{_NUMBER}) (?:first|last|{'|'.join(words['first'])}|{'|'.join(words['last'])}) (?P<unit>{unit})"
    of = r"(?:en |des? |de los |la |le |les |los |o |os |der |die |das )?"
    return {
        "time": re.compile(rf"(?<![\d:.])(?:{length})|(?<![a-z])(?:{second}|{minute}) {_NUMBER}(?![\d:])"),
        "first": re.compile(rf"{first} ?{of}{few}"),
        "last": re.compile(rf"{last} ?{of}{few}"),
        "between": re.compile(
            rf"(?<![\d:.])(?P<unit>(?<![a-z])(?:{second}|{minute}) )?(?P<a>{place}) ?(?:の?間?)?{_any(words['to'])} ?(?:the |al? |a la |au |zur |o )?(?P<b>{place})(?P<tail> ?(?:{unit}))?"
        ),
        "from": re.compile(
            rf"{_any(words['from'])} (?:the |el |la |o |le )?(?P<a>{length})|(?:从|自)(?:第)?(?P<b>{length})"
        ),
        "onwards": re.compile(rf"(?P<a>{length}) ?{_any(words['onwards'])}"),
        "until": re.compile(rf"{_any(words['until'])} ?(?:the |el |la |o |le |第)?(?P<a>{length})"),
        "upto": re.compile(rf"(?P<a>{length}) ?{_any(words['upto'])}"),
        "late": re.compile(late_unit),
        "still": re.compile(_any(words["still"])),
        "called": re.compile(_any(words["called"]) + r"\s*"),
        "calledafter": re.compile(_any(words["calledafter"])),
        "compatible": re.compile(_any(words["compatible"])),
        "nocaptions": re.compile(_any(words["nocaptions"])),
        "beside": re.compile(_any(words["beside"])),
        "minute": re.compile(rf"(?:{minute})(?![a-z])"),
        "firstframe": re.compile(_any(words["firstframe"])),
        "lastframe": re.compile(_any(words["lastframe"])),
        "lastword": re.compile(last),
        **{f"quality.{name}": re.compile(_any(few)) for name, few in words["quality"].items()},
    }


@cache
def _number_words() -> tuple[re.Pattern[str], Mapping[str, str]]:
    values = {word: number for number, words in _words()["numbers"].items() for word in words}
    unit = "|".join((*_words()["second"], *_words()["minute"]))
    words = "|".join(sorted(values, key=len, reverse=True))
    first_last = "|".join((*_words()["first"], *_words()["last"]))
    return re.compile(
        rf"(?<![a-z])(?:{words})(?= ?(?:{first_last})? ?(?:{unit})(?![a-z]))|(?<![a-z])(?:{words})(?= (?:to|and|bis|a|y|et|e) )"
    ), values


def read_wishes(reading: Reading, start: int, end: int, *, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a range of the folded text wishes: ``at_s``, ``start_s``, ``end_s``, ``name``, ``quality``,
    ``compatible``, ``captions``, and ``what`` where a picture is asked for.

    Args:
        reading: The message.
        start: Where the words about the export begin in its folded text.
        end: Where they end.
        known: What was read of the format already.
    """
    words = _with_digits(reading.folded[start:end])
    find = _patterns()
    wishes: dict[str, Any] = {}
    for name in ("small", "source", "high"):
        if find[f"quality.{name}"].search(words):
            wishes["quality"] = name
            break
    if find["compatible"].search(words):
        wishes["compatible"] = True
    if find["nocaptions"].search(words):
        wishes["captions"] = "none"
    elif find["beside"].search(words):
        wishes["captions"] = "sidecar"
    still = known.get("what") == STILL or (not known.get("format") and bool(find["still"].search(words)))
    if still:
        wishes |= {"what": STILL, **_read_instant(words)}
    else:
        wishes |= _read_part(words)
    name_found = _read_name(reading, start, len(reading.folded))
    return wishes | ({"name": name_found} if name_found else {})


def _read_instant(words: str) -> dict[str, float]:
    find = _patterns()
    if (at := find["time"].search(words)) is not None:
        return {"at_s": _seconds(at.group())}
    if find["firstframe"].search(words):
        return {"at_s": 0.0}
    return {"at_s": LAST_FRAME_S} if find["lastframe"].search(words) else {}


def _read_part(words: str) -> dict[str, float]:
    find = _patterns()
    if match := find["late"].search(words):
        length = _seconds(f"{match['number']} {match['unit']}")
        return {"start_s": -length} if find["lastword"].search(match.group()) else {"end_s": length}
    if match := find["between"].search(words):
        unit = match["tail"] or ""
        second = _seconds(match["b"] + unit)
        shared = unit or ("min" if find["minute"].search(match["b"]) else "")
        first = _seconds(match["a"] + ("" if re.search(r"[^\d第., ]", match["a"]) else shared))
        timed = bool(match["unit"]) or ":" in match.group() or bool(find["time"].search(match.group()))
        if timed and second > first:
            return {"start_s": first, "end_s": second}
    if match := find["last"].search(words):
        return {"start_s": -_seconds(match["length"])}
    if match := find["first"].search(words):
        return {"end_s": _seconds(match["length"])}
    for name in ("from", "onwards"):
        if match := find[name].search(words):
            found = match.groupdict()
            return {"start_s": _seconds(found.get("a") or found.get("b") or "")}
    for name in ("until", "upto"):
        if match := find[name].search(words):
            return {"end_s": _seconds(match["a"])}
    return {}


def _with_digits(words: str) -> str:
    """Write the number words before a unit as digits."""
    pattern, values = _number_words()
    words = pattern.sub(lambda match: values[match.group()], words)
    return _CHINESE.sub(lambda match: f"{read_chinese(match.group()) or 0:g}", words)


def _seconds(words: str) -> float:
    if clock := re.search(_CLOCK, words):
        parts = [float(one.replace(",", ".")) for one in clock.group().split(":")]
        total = 0.0
        for one in parts:
            total = total * 60 + one
        return round(total, 3)
    numbers = [float(one.replace(",", ".")) for one in re.findall(_NUMBER, words)]
    if not numbers:
        # "the first second", "the last minute"
        numbers = [1.0]
    if _patterns()["minute"].search(words):
        return round(numbers[0] * 60 + (numbers[1] if len(numbers) > 1 else 0.0), 3)
    return numbers[0]


def _read_name(reading: Reading, start: int, end: int) -> str:
    """Return what the file is to be called, as the user wrote it: quoted, or up to the next wish."""
    words = reading.folded[start:end]
    if match := _patterns()["called"].search(words):
        rest = words[match.end() :]
        quoted = re.match(rf"\s*{QUOTE_FILL}+", rest)
        stop = quoted.end() if quoted else _end_of_name(rest)
        return _cleaned(reading.slice(start + match.end(), start + match.end() + stop))
    if match := _patterns()["calledafter"].search(words):
        before = words[: match.start()]
        quoted = re.search(rf"{QUOTE_FILL}+\s*$", before)
        begin = quoted.start() if quoted else max(before.rfind(" "), before.rfind("を")) + 1
        return _cleaned(reading.slice(start + begin, start + match.start()))
    if match := re.search(rf"(?:as|como|als|为|成|sous) ?(?P<name>{QUOTE_FILL}+)", words):
        return _cleaned(reading.slice(start + match.start("name"), start + match.end("name")))
    return ""


def _end_of_name(rest: str) -> int:
    found = _NAME_ENDS.search(rest)
    return min(len(rest) if found is None else found.start(), _LONGEST_NAME)


def _cleaned(name: str) -> str:
    return name.strip(_EDGES).strip()
