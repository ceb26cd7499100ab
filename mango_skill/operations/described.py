"""Clips named by what they show: "the red clip", 绿色那段. Which they are, only the names of the files can tell."""

from __future__ import annotations

import re
from dataclasses import dataclass

_COLORS = {
    "红": "red", "绿": "green", "蓝": "blue", "黄": "yellow", "黑": "black", "白": "white", "橙": "orange",
    "紫": "purple", "粉": "pink", "灰": "gray", "棕": "brown", "紅": "red", "綠": "green", "藍": "blue", "黃": "yellow",
}  # fmt: skip
_NOUN = r"(?:clips?|shots?|scenes?|footage|takes?|segments?)"
_PLAIN = (
    r"(?:first|second|third|fourth|fifth|last|final|next|previous|other|others|whole|entire|full|current|same|video|movie|film"
    r"|original|new|long|short|longer|shorter|longest|shortest|whole|selected|uploaded|main|middle|opening|closing|ending"
    r"|starting|beginning|intro|outro|single|all|each|every|both|two|three|four|raw|source|audio|sound|music|actual|split"
    r"|shaky|dark|boring|bad|good|best|blurry|noisy|quiet|loud|silent|bright|overexposed|underexposed|slow|fast|wobbly"
    r"|title|sped|reversed|vertical|horizontal|landscape|portrait|number|behind|establishing|wide|close|of|and|or|to|in|is|it|retake|duplicate|unused|failed|wrong|better|remaining|following|highlight|green screen|overlay|broll|roll|b-roll|pip|freeze|still|this|that|resulting|finished|talking|speaking)"
)
_ENGLISH = re.compile(
    rf"(?<![a-z<])(?:the|my|that) (?:{_PLAIN} )?(?P<word>(?!(?:{_PLAIN})[ -])(?!black and white)[a-z][a-z'-]{{1,20}})(?: (?:colou?red|tinted))? {_NOUN}(?![a-z])(?! (?:transitions?|changes?|cuts?|detection|boundaries))"
    r"|(?<![a-z<])(?:the|my|that) (?P<color>red|green|blue|yellow|black|white|orange|purple|pink|gr[ae]y|brown) (?:colou?red )?(?:(?:video|part|one)(?![a-z])|<n\d+>)",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    rf"(?P<zh>[{''.join(_COLORS)}])(?:色|颜色)?的?(?:(?:那|这)(?:一)?(?:段|个|条|张)?)?(?:视频片段|片段|镜头|视频|素材|段)"
    rf"|(?P<zh2>[{''.join(_COLORS)}])色的?(?:那|这)(?:一)?(?:段|个|条|张)"
)


@dataclass(frozen=True)
class Described:
    """Where a clip is named by a word, and the words that its file may be called by."""

    start: int
    end: int
    words: tuple[str, ...]
    chinese: bool


def find_described(text: str) -> tuple[Described, ...]:
    """Return the clips that a text names by a word rather than by a number."""
    found: list[Described] = []
    for match in _ENGLISH.finditer(text):
        word = (match["word"] or match["color"]).casefold()
        found.append(Described(*match.span(), (word,), chinese=False))
    for match in _CHINESE.finditer(text):
        word = match["zh"] or match["zh2"]
        found.append(Described(*match.span(), (word, f"{word}色", _COLORS[word]), chinese=True))
    return tuple(found)
