"""One clause of a message, and what rules ask of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mango_skill.operations.catalog import CATALOG
from mango_skill.operations.lexicon import concept, pattern, table
from mango_skill.operations.marks import Annotated
from mango_skill.operations.model import Operation

Rule = Callable[["Clause"], Sequence[Operation]]

_TIMED = r"(?:<[td]\d+>)"
_AT = (
    rf"(?:(?<![a-z])(?:at|@|around|about|from|starting at|starting from|on)|在|从|第|到|于)\s?(?:the |about |around |exactly )*(?P<a>{_TIMED})"
    rf"|(?P<b>{_TIMED})(?: mark| point| in(?![a-z])| into)|第?(?P<c>{_TIMED})(?:处|的地方|的时候|的位置|时(?!长)|那里|那一刻|开始|起|左右)"
    r"|(?P<t><t\d+>)"
)
_FOR = r"(?:(?<![a-z])(?:for|lasting|lasts?|duration(?: of)?|over|hold|long|length|about|stays?|of|by|take|takes)|持续|显示|停留|停|维持|定格|冻结|时长|保持|放|定住|静止|用时)\s?(?:about |around |at least |for |the |了|它)*(?P<a><d\d+>)|(?P<b><d\d+>)[- ](?:long|each|freeze|fade|crossfade|dissolve|transition|hold|pause|still)|(?P<c><d\d+>)(?:的|长)?(?:定格|淡入|淡出|叠化|转场|时长)"


@dataclass
class Clause:
    """A clause of an annotated message with what was understood before it."""

    text: str
    message: Annotated
    before: tuple[Operation, ...] = ()
    recipes: list[str] = field(default_factory=list)
    _found: dict[str, bool] = field(default_factory=dict)
    _values: dict[str, list[Any]] = field(default_factory=dict)

    def has(self, *names: str) -> bool:
        """Tell whether the clause has any of these concepts."""
        for name in names:
            known = self._found.get(name)
            if known is None:
                known = self._found[name] = concept(name).search(self.text) is not None
            if known:
                return True
        return False

    def says(self, source: str) -> re.Match[str] | None:
        """Search the clause for a pattern of a rule."""
        return pattern(source).search(self.text)

    def name(self, *tables: str) -> str | None:
        """Return the first value of these tables that is named."""
        for one in tables:
            found = table(one).find(self.text)
            if found:
                return found[0]
        return None

    def names(self, one: str) -> list[str]:
        """Return all values of a table that are named."""
        return table(one).find_all(self.text)

    def all(self, kind: str) -> list[Any]:
        """Return the values of all tokens of a kind, in order."""
        known = self._values.get(kind)
        if known is None:
            marks = pattern(f"<{kind}\\d+>").findall(self.text)
            known = self._values[kind] = [self.message.value(mark) for mark in marks]
        return known

    def one(self, kind: str) -> Any:
        """Return the first value of a kind, or None."""
        values = self.all(kind)
        return values[0] if values else None

    def raw(self, mark: str) -> str:
        """Return what the user wrote for a mark."""
        return self.message.tokens[mark.strip("<>")].raw

    def cased(self, text: str) -> str:
        """Return lower-case words of the clause as the user wrote them."""
        spelled = self.message.spell(text)
        return pattern(r"[^\W_][\w'-]*").sub(lambda m: self.message.cases.get(m.group(), m.group()), spelled)

    @property
    def clips(self) -> list[Any]:
        """All clips named, exceptions left out."""
        found: list[Any] = []
        for clips in self.all("c"):
            found += [clip for clip in clips if clip not in found]
        return [clip for clip in found if clip not in self.excepted]

    @property
    def excepted(self) -> list[Any]:
        """The clips that are to be left alone: "all but clip 2"."""
        match = self.says(
            r"(?:except|but|apart from|other than|besides|excluding|aside from|save for|not including|not)(?: for| not| only)? (?:the |my )?(<c\d+>)|除了?(<c\d+>)|(<c\d+>)(?:以外|之外|除外|不[用变动]|别动)"
        )
        if not match:
            return []
        values: list[Any] = self.message.value(next(group for group in match.groups() if group))
        return (
            values
            if re.match("except|apart|other|excl|aside|save|not incl|除|<", match.group())
            or self._is_all_but()
            else []
        )

    def _is_all_but(self) -> bool:
        return bool(
            self.says(
                r"(?:all|every|everything|everywhere|each|clips?|any) (?:\w+ )?(?:but|except|not)|everything but|all but"
            )
        )

    @property
    def clip(self) -> Any:
        """The first clip named, or None."""
        clips = self.clips
        return clips[0] if clips else None

    def where(self) -> dict[str, Any]:
        """Return the part of the video that is named: clip, start and end, or the last seconds."""
        place: dict[str, Any] = {}
        if self.excepted:
            place["clips_except"] = list(self.excepted)
        elif self.clip is not None:
            place["clip"] = self.clip
        place.update(self.span())
        return place

    def span(self) -> dict[str, Any]:
        """Return start and end of the part that is named."""
        found = self.one("r")
        if found:
            start, end = found
            return {"start": start or 0, **({} if end is None else {"end": end})}
        head, tail = self.one("h"), self.one("e")
        if head is not None:
            return {"start": 0, "end": head}
        if tail is not None:
            return {"start_from_end": tail}
        return {}

    def at(self) -> Any:
        """Return the instant that is named in seconds, ``end`` for the end, or None."""
        match = self.says(_AT)
        if match:
            mark = match["a"] or match["b"] or match["c"] or match["t"]
            return self.message.value(mark)
        found = self.one("r")
        if found:
            return found[1] if found[0] is None else found[0]
        return None

    def edge(self) -> str | None:
        """Return ``start`` or ``end`` when the clause speaks of the beginning or the end."""
        text = self.text
        if pattern(
            r"(?<![a-z])(?:at|in|on|for|to|near|onto|over|from)? ?(?:the )?(?:very )?(?:start|beginning|opening|front)(?![a-z])|(?:在|到|于)?(?:视频|片子)?(?:的)?(?:开头|片头|最前面?|开始的?时候|一开始|开场|开始处|起始)|first thing"
        ).search(text):
            return "start"
        if pattern(
            r"(?<![a-z])(?:at|in|on|for|to|near|onto)? ?(?:the )?(?:very )?(?:end|ending|last frame|final frame|close)(?![a-z])|(?:在|到|于)?(?:结尾|末尾|片尾|最后|结束|收尾)"
        ).search(text):
            return "end"
        return None

    def length(self) -> Any:
        """Return the length that is named in seconds ("for 3 seconds"), or None."""
        match = self.says(_FOR)
        if match:
            return self.message.value(match["a"] or match["b"] or match["c"])
        return None

    def seconds(self) -> Any:
        """Return a length wherever it stands: stated, at either end, or alone."""
        for value in (self.length(), self.one("d"), self.one("h"), self.one("e")):
            if value is not None:
                return value
        return None


def make(name: str, /, **parameters: Any) -> Operation:
    """Make an operation of the parameters that are there and that it has."""
    known = CATALOG[name].parameters
    return Operation(
        name, {key: value for key, value in parameters.items() if value is not None and key in known}
    )


def spread(name: str, clause: Clause, /, **parameters: Any) -> list[Operation]:
    """Make an operation for each clip that is named, or one where none or a part is."""
    ranges = clause.all("r")
    if len(ranges) > 1 and "start" in CATALOG[name].parameters:
        place = {key: value for key, value in clause.where().items() if key not in ("start", "end")}
        return [make(name, **parameters, **place, start=start or 0, end=end) for start, end in ranges]
    if clause.excepted or len(clause.clips) < 2:
        return [make(name, **parameters, **clause.where())]
    return [make(name, **parameters, **{**clause.where(), "clip": clip}) for clip in clause.clips]
