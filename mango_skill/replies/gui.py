"""The chat believes in a screen; its text reaches a user who has none.

What describes the content stays word for word. What describes the interface goes, and what it would have
done is either carried out (when this message asked for it) or offered in words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from mango_skill.actions import Action
from mango_skill.language.quotes import mask_mentions
from mango_skill.replies.wording import say

_SENTENCE = re.compile(r"(?<=[.!?])(?=[\s*_\"')\]]|$)\s*|(?<=[。！？])\s*")
_JOINT = re.compile(
    r"(?:\s*[,;，；]\s*(?:and\s+then|and|then|or|but|so)?(?=\W|\b)\s*|\s+[—–-]+\s+|\s*——\s*|:\s+|：\s*"
    r"|\s+(?:and\s+then|then)\s+|\s+(?:and|or)\s+(?=<imperative>)|(?<=[\u4e00-\u9fff])(?:然后|并且|并|再|即可|后)(?=<chinese>))",
    re.IGNORECASE,
)
_MARKER = re.compile(r"\s*(?:[-*•·]|\d{1,2}[.)、]|#{1,6}|>)\s+")
_ARROW_PATH = re.compile(
    r"[\"“「'*_]*(?:[A-Z][\w&]*(?: [A-Z]?[\w&]+){0,2}|[\u4e00-\u9fff]{2,8})[\"”」'*_]*"
    r"(?:\s*(?:->|→|»|>|›|＞|➜|➡️?)\s*[\"“「'*_]*(?:[A-Z0-9][\w&.]*(?: [\w&]+){0,2}|[\u4e00-\u9fff]{2,8}|\w{2,6})[\"”」'*_]*)+"
)
_SPACES = re.compile(r"[ \t]{2,}")


@dataclass(frozen=True)
class Translation:
    """The chat's words for a user without a screen.

    Attributes:
        text: What to show: the content, then what is offered. May be empty.
        actions: What the interface talk asked for and this message allows: to be carried out.
        offers: What it asked for and the message did not: offered in ``text``, never carried out.
        edits: For a drag that may be carried out, the instruction to send back.
    """

    text: str
    actions: tuple[Action, ...] = ()
    offers: tuple[Action, ...] = ()
    edits: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Words:
    hard: re.Pattern[str]
    soft: re.Pattern[str]
    noun: re.Pattern[str]
    content: re.Pattern[str]
    told: re.Pattern[str]
    report: re.Pattern[str]
    lead: re.Pattern[str]
    tail: re.Pattern[str]
    joint: re.Pattern[str]
    place: re.Pattern[str]
    by_doing: re.Pattern[str]
    actions: tuple[tuple[Action, re.Pattern[str]], ...]


def translate(text: str, *, language: str, allowed: Collection[Action]) -> Translation:
    """Take the interface out of a chat's text.

    Args:
        text: What the chat said.
        language: The user's language: offers are worded in it.
        allowed: The actions of this message's route, its follow-ups included; only these are carried out.
    """
    gone: list[str] = []
    lines = [_clean_line(line, gone) for line in text.splitlines()]
    kept = "\n".join(
        line for line, old in zip(lines, text.splitlines(), strict=True) if line or not old.strip()
    )
    kept = re.sub(r"\n{3,}", "\n\n", kept).strip()
    wanted = list(dict.fromkeys(action for piece in gone for action in _read_actions(piece)))
    offers = tuple(action for action in wanted if action not in allowed)
    edits = tuple(
        edit for piece in gone if Action.CHAT in _read_actions(piece) and (edit := _say_as_edit(piece))
    )
    # A drag to no place is nothing to carry out.
    actions = tuple(one for one in wanted if one in allowed and (edits or one is not Action.CHAT))
    offered = " ".join(say(language, f"offer.{action}") for action in offers)
    return Translation(
        text="\n\n".join(part for part in (kept, offered) if part),
        actions=actions,
        offers=offers,
        edits=edits if Action.CHAT in allowed else (),
    )


def has_interface_words(text: str) -> bool:
    """Tell whether a text still tells someone to work a screen."""
    gone: list[str] = []
    for line in text.splitlines():
        _clean_line(line, gone)
    return bool(gone)


def _clean_line(line: str, gone: list[str]) -> str:
    marker = _MARKER.match(line)
    prefix = marker.group() if marker else ""
    body = line[len(prefix) :]
    if not body.strip():
        return line
    if body.strip().startswith("|"):
        return line
    sentences = [one for one in _SENTENCE.split(body) if one and one.strip()]
    before = len(gone)
    kept = [cleaned for one in sentences if (cleaned := _clean_sentence(one, gone))]
    if len(gone) == before and kept == sentences:
        return line
    joined = _join_sentences(kept)
    return prefix + joined if joined.strip(" *_:：") else ""


def _join_sentences(sentences: Sequence[str]) -> str:
    joined = ""
    for one in sentences:
        joined += ("" if not joined or joined.endswith(("。", "！", "？")) else " ") + one.strip()
    return joined


def _clean_sentence(sentence: str, gone: list[str]) -> str:
    words = _load_words()
    masked = _mask(sentence)
    pieces = _cut(sentence, masked, words.joint)
    marks = _mark_pieces(pieces, words)
    if not any(marks):
        rest = _clean_phrases(sentence, gone, words)
        return sentence if rest == sentence else _finish(rest, sentence)
    kept: list[str] = []
    for piece, mark in zip(pieces, marks, strict=True):
        if mark:
            gone.append(piece.text.strip())
        else:
            kept.append((piece.joint if kept else "") + piece.text)
    rest = _clean_phrases("".join(kept), gone, words)
    return "" if _LABEL.fullmatch(_mask(rest)) else _finish(rest, sentence)


@dataclass(frozen=True)
class _Piece:
    joint: str
    text: str
    masked: str


def _mask(text: str) -> str:
    """Mask what is quoted, so that a title "Click here" is content; keep the offsets."""
    return mask_mentions(text).replace("*", " ").replace("_", " ")


def _cut(sentence: str, masked: str, joint: re.Pattern[str]) -> list[_Piece]:
    pieces: list[_Piece] = []
    start, before = 0, ""
    for match in joint.finditer(masked):
        if match.start() < start or (match.end() == match.start()):
            continue
        pieces.append(_Piece(before, sentence[start : match.start()], masked[start : match.start()]))
        before, start = sentence[match.start() : match.end()], match.end()
    pieces.append(_Piece(before, sentence[start:], masked[start:]))
    return [piece for piece in pieces if piece.text.strip()]


def _mark_pieces(pieces: Sequence[_Piece], words: _Words) -> list[bool]:
    """Mark what speaks of the interface: its own pieces, what leads to them and what trails them."""
    marks = [_is_interface(piece.masked, words) for piece in pieces]
    for index in range(1, len(pieces)):
        if marks[index - 1] and not marks[index]:
            text = pieces[index].masked
            marks[index] = bool(words.tail.match(text)) and not words.report.search(text)
    for index in range(len(pieces) - 2, -1, -1):
        if marks[index + 1] and not marks[index]:
            text = pieces[index].masked
            marks[index] = bool(words.lead.match(text)) and not words.report.search(text)
    return marks


def _is_interface(masked: str, words: _Words) -> bool:
    plain = words.content.sub(lambda match: "\ue010" * len(match.group()), masked)
    hard = words.hard.search(plain)
    if words.report.search(plain) and not words.by_doing.search(plain):
        # "I highlighted the export button": what was done to the picture.
        return bool(hard) and bool(_SECOND_PERSON.search(plain))
    if hard or words.told.match(plain):
        return True
    if _ARROW_PATH.search(masked) and not words.report.search(plain):
        return True
    noun = words.noun.search(plain)
    return bool(noun) and (bool(words.soft.search(plain)) or bool(_SUBJECT.match(plain)) or _is_short(plain))


_SECOND_PERSON = re.compile(
    r"\b(?:you can|you may|you could|you'll|you need|please|just)\b|请|您?可以|只需|即可", re.IGNORECASE
)
# Words of the interface that are as often things in a picture: inside content they stay.
_ALSO_CONTENT = frozenset(
    {"windows?", "icons?", "page", "web ?page", "settings", "browser", "buttons?", "menus?", "interface"}
    | {"设置", "窗口", "界面", "页面", "图标", "按钮", "网页"}
)
_LABEL = re.compile(
    r"\W*(?:\d+|tips?|note|hint|提示|注意|小贴士|export|download|preview|settings|upload|导出|下载|预览|设置|上传)\W*",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"\W*(?:(?:the|your|an?)\b|[\"“\ue001]|[\u4e00-\u9fff])", re.IGNORECASE)


def _is_short(text: str) -> bool:
    return len(text.split()) <= 4 and len(text) <= 40


def _clean_phrases(text: str, gone: list[str], words: _Words) -> str:
    """Cut interface talk inside a piece of content: "by clicking ...", "in the assets panel", "(tap Export)"."""
    result = text
    for pattern in (words.by_doing, words.place):
        masked = words.content.sub(lambda match: "\ue010" * len(match.group()), _mask(result))
        spans = [match.span() for match in pattern.finditer(masked)]
        for start, end in reversed(spans):
            phrase = result[start:end]
            if pattern is words.by_doing:
                gone.append(phrase)
            result = result[:start] + _name_timeline(phrase) + result[end:]
    for match in reversed(list(re.finditer(r"\s*[(（]([^()（）]{1,120})[)）]", result))):
        if _is_interface(_mask(match.group(1)), words):
            gone.append(match.group(1))
            result = result[: match.start()] + result[match.end() :]
    return result


def _name_timeline(phrase: str) -> str:
    """Keep the one place of the interface that is also a thing of the video."""
    if "timeline" in phrase.lower():
        return " on the timeline"
    return "时间线上" if "时间线" in phrase or "时间轴" in phrase else ""


def _finish(text: str, sentence: str) -> str:
    """Close what is left of a sentence as the sentence was closed."""
    body = _SPACES.sub(" ", text).strip().rstrip(",;:，；：—–- ")
    if not re.search(r"[\w\u4e00-\u9fff\ud55c]", body):
        return ""
    if body.count("**") % 2:
        body += "**"
    if body[-1] in ".!?。！？…":
        return body
    end = sentence.rstrip(" *_\"')")[-1:]
    if end in ".!?。！？":
        return body + end
    return body + ("。" if re.search(r"[\u4e00-\u9fff]$", body) else ".") if len(body) > 12 else body


def _read_actions(piece: str) -> tuple[Action, ...]:
    """Return what a piece of interface talk would have done: the most telling word decides."""
    for action, pattern in _load_words().actions:
        if pattern.search(piece):
            return (action,)
    return ()


def _say_as_edit(piece: str) -> str:
    """Word a drag as an instruction: "drag the clip to the end" -> "move the clip to the end"."""
    text = re.sub(r"\bdrag(?:ging)?(?: and drop)?\b", "move", piece, flags=re.IGNORECASE)
    text = re.sub(r"\bdrop(?:ping)?\b", "put", text, flags=re.IGNORECASE)
    text = re.sub(r"拖拽|拖动|拖放|拖曳|拖(?=[到入进])", "移动", text)
    text = re.sub(
        r"^\W*(?:(?:you can|please|simply|just|then|now|and|请|您?可以|然后|直接)\s*)+",
        "",
        text,
        flags=re.IGNORECASE,
    )
    text = (
        _load_words().place.sub("", text).strip(" *_.,;:。，；").removesuffix("即可").removesuffix("就可以了")
    )
    # Without a place to go to there is nothing to carry out.
    return text if re.search(r"\b(?:to|onto|into|before|after|between|over)\b|到|前|后|上", text) else ""


@cache
def _load_words() -> _Words:
    path = resources.files(__package__) / "gui.json"
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))

    latin = _bound

    def either(first: str, second: Iterable[str]) -> re.Pattern[str]:
        return re.compile(f"{first}|(?:{'|'.join(second)})", re.IGNORECASE)

    hard = latin(data["verbs"]) + r"(?! (?:sound|noise|track|effect|shadow|in(?:to)? the beat))"
    noun = latin(data["nouns"])
    soft = latin(data["soft_verbs"])
    lead = "|".join(f"{one}\\W*" for one in [*data["lead"], *data["zh_lead"]])
    told = "|".join(one.replace("<lead>", lead) for one in [*data["told"], *data["told_zh"]])
    imperative = latin([*data["verbs"], *data["soft_verbs"]])
    chinese = "|".join([*data["zh_verbs"], *data["zh_soft"]])
    return _Words(
        hard=either(hard, [*data["zh_verbs"], *data["other_words"]]),
        soft=either(soft, data["zh_soft"]),
        noun=either(noun, data["zh_nouns"]),
        content=either(latin(data["content"]), data["zh_content"]),
        told=re.compile(r"\W*(?:" + told + ")", re.IGNORECASE),
        report=re.compile("|".join([*data["report"], *data["report_zh"]]), re.IGNORECASE),
        lead=re.compile(r"\W*(?:" + "|".join([*data["lead"], *data["zh_lead"]]) + ")", re.IGNORECASE),
        tail=re.compile(r"\W*(?:" + "|".join([*data["tail"], *data["zh_tail"]]) + ")", re.IGNORECASE),
        joint=re.compile(
            _JOINT.pattern.replace("<imperative>", imperative).replace("<chinese>", chinese), re.IGNORECASE
        ),
        place=_compile_place(data),
        by_doing=re.compile(
            r"\s*(?:,?\s*(?:which|that) (?:you|one) can [\w ]{1,30}? )?\b(?:simply |just )?(?:by|when|after|before|while) "
            + latin([word for word in data["verbs"] if "ing" in word])
            + r"[^,.;!?，。；！？]*|,?\s*(?:which|that) you can (?:\w+ ){1,6}(?:by|in|from|under|on|with) [^,.;!?]*"
            + noun
            + r"[^,.;!?]*",
            re.IGNORECASE,
        ),
        actions=tuple(
            (
                Action(name),
                either(latin([i for i in items if i.isascii()]), [i for i in items if not i.isascii()]),
            )
            for name, items in data["actions"].items()
        ),
    )


def _bound(items: Iterable[str]) -> str:
    return r"(?<![A-Za-z'-])(?:" + "|".join(items) + r")(?![A-Za-z])"


def _compile_place(data: dict[str, Any]) -> re.Pattern[str]:
    """Return what matches a place of the interface inside content: "in the assets panel", "在素材面板中"."""
    rooms = _bound(word for word in data["nouns"] if word not in _ALSO_CONTENT)
    chinese_rooms = "|".join(word for word in data["zh_nouns"] if word not in _ALSO_CONTENT)
    return re.compile(
        r"\s*\b(?:in|on|from|under|inside|at|via|using|through|near|within)\s+(?:the\s+|your\s+|our\s+)?"
        rf"(?:[\w\ue001-\ue00f'-]+\s+){{0,3}}?{rooms}"
        rf"(?:\s+(?:on|at|in|to)\s+(?:the|your)\s+(?:{_bound(data['places'])}|(?:left|right|top|bottom)\b))?"
        r"|(?:在|从|到)?(?:右侧|左侧|上方|下方|顶部|底部|时间线|时间轴|素材|媒体|资源|属性|预览|导出)?(?:的)?"
        rf"(?:{chinese_rooms})(?:中|里|上|内)",
        re.IGNORECASE,
    )
