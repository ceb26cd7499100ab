"""A message cut into clauses, each with the verdict of the rule that fired for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mango_skill.router.reading import Reading
from mango_skill.router.tables import THING_FILL, Rule, Table

_HARD = re.compile(r"[.!?;\n。！？；…]")
_EDGES = " \n\t,.;:!?，。；：！？、…-–—~()[]（）【】"
_MOST_CLAUSES = 14
_MOST_CHARS = 200


@dataclass(frozen=True)
class Clause:
    """A range of the folded text, what it was taken for, and why.

    ``verdict`` is an action word, ``hold``, ``weak`` or ``unknown``; ``rule`` the rule's id.
    """

    start: int
    end: int
    text: str
    verdict: str = "unknown"
    rule: str = ""
    opens: bool = False
    bare: bool = False


def read_clauses(reading: Reading, tables: Sequence[Table]) -> list[Clause]:
    """Cut at punctuation and at joints behind which a new demand begins; judge every clause."""
    masked = mask_things(reading.folded, tables)
    clauses: list[Clause] = []
    for start, end, hard in _cut(masked, tables):
        piece = judge(_make_clause(masked, start, end), tables)
        if not piece.text:
            continue
        if clauses and not hard:
            judged = judge(_make_clause(masked, clauses[-1].start, end), tables)
            # "Put the captions out as srt" is one demand, whatever joint seems to stand in it.
            seam = start == clauses[-1].end and _is_vague(clauses[-1])
            same = seam and judged.verdict == piece.verdict and judged.opens
            if _begins(piece, clauses[-1]) and not same:
                clauses.append(piece)
                continue
            kept = replace(clauses[-1], end=judged.end, text=judged.text)
            if _is_waved_off(piece, clauses[-1], judged):
                clauses[-1] = replace(kept, verdict="weak", rule=piece.rule)
                continue
            vague = judged.verdict in ("unknown", "weak") or (
                _is_vague(judged) and not _is_vague(clauses[-1])
            )
            clauses[-1] = kept if vague else judged
            continue
        clauses.append(piece)
    return clauses


def mask_things(folded: str, tables: Sequence[Table]) -> str:
    """Overwrite the names of things that only sound like a command: end credits, white balance."""
    for table in tables:
        folded = table.things.compiled.sub(lambda match: THING_FILL * len(match.group()), folded)
    return folded


def judge(clause: Clause, tables: Sequence[Table]) -> Clause:
    """Return the clause with the verdict of the first rule that fires, tables in order."""
    weak: Clause | None = None
    for table in tables:
        head = strip_edges(clause.text, table)
        rule = _first_rule(table.rules, clause.text, head)
        if not head and clause.text and rule is None:
            weak = weak or replace(clause, verdict="weak", rule=f"{table.language}.polite")
            continue
        if rule is not None and ".keyword-" in rule.id and table.subject.compiled.search(clause.text):
            rule = None
        if rule is not None and rule.verdict != "weak":
            return replace(clause, verdict=rule.verdict, rule=rule.id, opens=rule.opens, bare=rule.bare)
        if rule is not None and weak is None:
            weak = replace(clause, verdict="weak", rule=rule.id)
        elif table.subject.compiled.search(clause.text) and (weak is None or weak.verdict == "unknown"):
            weak = replace(clause, verdict="chat", rule=f"{table.language}.subject")
    return weak or clause


def strip_edges(text: str, table: Table) -> str:
    """Return a clause without the polite words at its edges ("could you ... please")."""
    match = table.prefix.compiled.match(text)
    head = text[match.end() :] if match else text
    return table.suffix.compiled.sub("", head).strip(_EDGES)


def _first_rule(rules: Sequence[Rule], text: str, head: str) -> Rule | None:
    return next((rule for rule in rules if rule.fires(text, head)), None)


def _begins(piece: Clause, before: Clause) -> bool:
    if piece.verdict in ("unknown", "weak"):
        return False
    if not piece.opens and not _ASKING.match(piece.text):
        if before.verdict in ("upload", "export", "credits"):
            return piece.verdict != before.verdict and bool(_QUESTION.match(piece.text))
        return before.verdict in ("weak", "unknown", "hold")
    # Behind "a tutorial on how to edit", "export videos" is still its matter.
    return not (before.verdict == "chat" and _ABOUT.search(before.text) and not _POINTING.search(piece.text))


def _is_waved_off(piece: Clause, before: Clause, judged: Clause) -> bool:
    """Tell whether the words of a merged clause only look like a matter: "I changed my mind, no music"."""
    return (
        piece.verdict == "weak"
        and not _is_vague(piece)
        and before.verdict in ("weak", "unknown")
        and judged.rule.endswith(".subject")
    )


def _is_vague(clause: Clause) -> bool:
    return not clause.rule or clause.rule.endswith((".subject", ".polite"))


_ABOUT = re.compile(
    r"\b(?:how to|about|explain\w*|tutorial|showing|shows? how|teach\w*|story of|says?|saying|reads?|called|titled)\b"
    r"|关于|教程|教大家|讲|如何|怎么|怎样|的文字|字样|についての|の作り方|方法"
)
_ASKING = re.compile(
    r"(?:and )?(?:then )?(?:i (?:just |only )?want to know|tell|let|show|remind|check|dime|dis-moi|sag|zeig|me diz|me diga|mostra|muestra)\b"
    r"|(?:现在|目前).{0,8}(?:多|几|吗|哪)|告诉我|跟我说|看看|看一下|教え|알려"
)
_QUESTION = re.compile(
    r"(?:how|what|which|where|when|why|is|are|am|did|do|does|has|have|can|could|will)\b|.{0,8}(?:多少|多长|几|吗|什么)"
)
_POINTING = re.compile(
    r"\b(?:it|me|this|the (?:result|file|final)|then|now)\b|发我|给我|发给|最后|然后|导出成|一下|吧"
)


def _cut(masked: str, tables: Sequence[Table]) -> list[tuple[int, int, bool]]:
    """Return candidate pieces: start, end, and whether a full stop stands before them."""
    cuts: dict[int, tuple[int, bool]] = {}
    for table in tables:
        for match in table.joints.compiled.finditer(masked):
            left, right = _left_end(match), match.end()
            if right > left or right not in cuts:
                cuts.setdefault(right, (left, bool(_HARD.search(match.group()))))
    pieces: list[tuple[int, int, bool]] = []
    start, hard = 0, True
    for right in sorted(cuts):
        left, next_hard = cuts[right]
        if left < start:
            continue
        pieces.append((start, left, hard))
        start, hard = right, next_hard
    pieces.append((start, len(masked), hard))
    pieces = [piece for piece in pieces if masked[piece[0] : piece[1]].strip(_EDGES)]
    return pieces[: _MOST_CLAUSES // 2] + pieces[_MOST_CLAUSES // 2 :][-_MOST_CLAUSES // 2 :]


def _left_end(match: re.Match[str]) -> int:
    # A joint may keep its first letters for the left side ("削除して" | "書き出して").
    for name in ("keep", "after"):
        if name in match.re.groupindex and match.group(name):
            return match.end(name)
    return match.start()


def _make_clause(masked: str, start: int, end: int) -> Clause:
    raw = masked[start:end]
    if len(raw) > _MOST_CHARS:
        raw = raw[: _MOST_CHARS * 3 // 4] + " " + raw[-_MOST_CHARS // 4 :]
    text = raw.replace("\n", " ").strip(" ")
    # A question mark stays: it tells a question.
    tail = "?" if text.endswith(("?", "？")) else ""
    return Clause(start, end, text.strip(_EDGES) + tail)
