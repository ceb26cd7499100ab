"""The door of the room: a message, its files and what stands before it -> Route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mango_skill.actions import Action
from mango_skill.language.quotes import FILE_FILL, LINK_FILL
from mango_skill.language.script import detect_masked
from mango_skill.router.arguments import read_export, read_upload
from mango_skill.router.clauses import Clause, read_clauses
from mango_skill.router.evidence import weigh
from mango_skill.router.model import Route, RouteContext
from mango_skill.router.reading import Reading, mend, read_message
from mango_skill.router.tables import Table, load_table

_LATIN = ("en", "es", "pt", "de", "fr")
_ACTIONS = frozenset(str(action) for action in Action)
_TEXT_EDGES = " \n\t,;:，；：、-–—&+"
_NOTHING = RouteContext()
# How sure the words have to be to speak alone, and against a keyword.
_SURE = 0.45
_SURE_AGAINST_KEYWORD = 0.65


@dataclass(frozen=True)
class _Step:
    """One action and the range of folded text that asks for it."""

    action: Action
    start: int
    end: int
    rule: str
    files: bool = False


def route(text: str, files: Sequence[str] = (), context: RouteContext = _NOTHING) -> Route:
    """Return what a message asks for, first things first.

    Pure and total: any text gets a route, the chat where nothing else is asked for.

    Args:
        text: The message as the user wrote it.
        files: Paths of the files that came with it; they are uploaded first.
        context: What stands before the message.
    """
    reading = read_message(text)
    language = detect_masked(reading.mentions.masked)
    table = load_table(language)
    reading = mend(reading, table.typos, table.slang)
    clauses = read_clauses(reading, _choose_tables(reading.folded, language))
    if (
        language in _LATIN
        and not _is_clear(clauses)
        and (language != "en" or len(reading.folded.split()) <= 5)
    ):
        # A few words may be too few to tell the language by: a clear demand in another one counts.
        for other in _LATIN:
            if other == language:
                continue
            attempt = read_clauses(reading, [load_table(other)])
            sure = [clause for clause in attempt if ".keyword-" not in clause.rule]
            if _is_clear(sure) or any(clause.rule.endswith(".yes") for clause in sure):
                clauses = attempt
                break
    steps = _plan(clauses, reading, context)
    steps = _settle(steps, clauses, context)
    if files and (not steps or steps[0].action is not Action.UPLOAD):
        steps = [_Step(Action.UPLOAD, 0, 0, "file attached", files=True), *_without_upload(steps)]
    if not steps or all(".keyword-" in step.rule for step in steps):
        steps = _weigh_words(steps, clauses, reading)
    return _compose(steps, clauses, reading, files, context)


def _weigh_words(steps: list[_Step], clauses: Sequence[Clause], reading: Reading) -> list[_Step]:
    """Where no rule spoke, or the mere keyword, let all the words speak together."""
    named = _name_rules(clauses)
    end = len(reading.folded)
    if (not named or steps) and any(char.isalpha() for char in reading.folded):
        action, share = weigh(reading.folded)
        if share >= (_SURE_AGAINST_KEYWORD if steps else _SURE) and action != "chat":
            return [_Step(Action(action), 0, end, f"words weighed ({share:.0%})")]
    return steps or [_Step(Action.CHAT, 0, end, named or "nothing else is asked for")]


def _choose_tables(folded: str, language: str) -> list[Table]:
    tables = [load_table(language)]
    if language != "en" and _has_letters(folded):
        tables.append(load_table("en"))
    if language in _LATIN:
        # Mixed messages: one Chinese, Japanese or Korean clause in a Latin text.
        for other, low, high in (
            ("ja", "\u3041", "\u30fa"),
            ("ko", "\uac00", "\ud7af"),
            ("zh", "\u4e00", "\u9fff"),
        ):
            if any(low <= char <= high for char in folded):
                tables.append(load_table(other))
                break
    return tables


def _has_letters(folded: str) -> bool:
    return any("a" <= char <= "z" for char in folded)


def _is_clear(clauses: Sequence[Clause]) -> bool:
    return any(
        clause.verdict in (*_ACTIONS, "hold") and not clause.rule.endswith(".subject") for clause in clauses
    )


def _plan(clauses: Sequence[Clause], reading: Reading, context: RouteContext) -> list[_Step]:
    """Turn verdicts into steps: drop exports that are held, put uploads before what uses them."""
    steps: list[_Step] = []
    sure = [clause for clause in clauses if ".keyword-" not in clause.rule]
    clear = _is_clear(sure) or any(_new_mentions(clause, reading, context) for clause in sure)
    for clause in clauses:
        if clear and ".keyword-" in clause.rule and not _new_mentions(clause, reading, context):
            continue
        if clause.verdict == "hold":
            steps = [step for step in steps if step.action is not Action.EXPORT]
            continue
        names = _new_mentions(clause, reading, context)
        # A mere keyword beside a file says what the file is: "the export from Premiere, final.mov".
        verdict = "weak" if names and ".keyword-" in clause.rule else clause.verdict
        if names and clause.rule.endswith(".convert-file"):
            steps.append(_Step(Action.UPLOAD, clause.start, clause.end, "file or link named", files=True))
        elif names and verdict in ("chat", "weak", "unknown"):
            steps.append(_Step(Action.UPLOAD, clause.start, clause.end, "file or link named", files=True))
            if verdict == "weak" or (verdict == "unknown" and not _has_matter(clause.text)):
                continue
            verdict = "chat"
        if verdict in _ACTIONS:
            steps.append(_Step(Action(verdict), clause.start, clause.end, clause.rule, files=names))
    return _merge(steps)


def _has_matter(clause: str) -> bool:
    """Tell whether a clause says something about the file that it names."""
    rest = clause.replace(FILE_FILL, "").replace(LINK_FILL, "").strip()
    return (
        len(rest.split()) >= 3
        or rest.startswith(("把", "将", "用", "给"))
        or sum(char > "\u3000" for char in rest) >= 6
    )


def _merge(steps: Sequence[_Step]) -> list[_Step]:
    merged: list[_Step] = []
    for step in steps:
        if merged and merged[-1].action is step.action:
            last = merged[-1]
            merged[-1] = replace(
                last, end=step.end, rule=f"{last.rule}, {step.rule}", files=last.files or step.files
            )
            continue
        if step.action is Action.UPLOAD and any(one.action is Action.UPLOAD for one in merged):
            continue
        if merged and step.action is Action.UPLOAD and step.files and merged[-1].action is Action.CHAT:
            # Footage that an edit uses has to be there before the edit.
            merged.insert(len(merged) - 1, step)
            continue
        if (
            len(merged) > 1
            and step.action is Action.CHAT is merged[-2].action
            and merged[-1].action is not Action.EXPORT
        ):
            merged[-2] = replace(merged[-2], end=step.end)
            continue
        merged.append(step)
    return merged


def _new_mentions(clause: Clause, reading: Reading, context: RouteContext) -> bool:
    """Tell whether the clause names a file or a link that the project does not have."""
    raw = reading.folded[clause.start : clause.end]
    if FILE_FILL not in raw and LINK_FILL not in raw:
        return False
    if not context.media_names or LINK_FILL in raw:
        return True
    known = {name.lower() for name in context.media_names}
    names = {file.path.replace("\\", "/").rpartition("/")[2].lower() for file in reading.mentions.files}
    return bool(names - known)


def _settle(steps: list[_Step], clauses: Sequence[Clause], context: RouteContext) -> list[_Step]:
    """Let the context decide what the words leave open."""
    rules = {clause.rule.partition(".")[2] for clause in clauses}
    end = max((clause.end for clause in clauses), default=0)
    if context.pending_question and len(clauses) == 1 and clauses[0].bare:
        return [_Step(Action.CHAT, 0, end, "answers the question asked")]
    if steps:
        return steps
    if context.offered is not None and "yes" in rules:
        return [_Step(context.offered, 0, end, "takes the offer")]
    if context.job_running and rules & {"waiting", "hello", "polite"} and "yes" not in rules:
        return [_Step(Action.STATE, 0, end, "asks while work is running")]
    return steps


def _without_upload(steps: Sequence[_Step]) -> list[_Step]:
    return [step for step in steps if step.action is not Action.UPLOAD]


def _compose(
    steps: Sequence[_Step],
    clauses: Sequence[Clause],
    reading: Reading,
    files: Sequence[str],
    context: RouteContext,
) -> Route:
    held = any(clause.verdict == "hold" for clause in clauses)
    alone = not (held and any(clause.verdict in _ACTIONS for clause in clauses)) and all(
        step.action is Action.CHAT for step in steps
    )
    routes = [
        Route(
            action=step.action,
            arguments=_read_arguments(step, reading, files, context),
            text=reading.original if alone else _cut_text(step, steps, clauses, reading),
            reason=step.rule,
        )
        for step in steps
    ]
    reason = "; then ".join(f"{one.action}: {one.reason}" for one in routes)
    besides = [clause.rule for clause in clauses if clause.rule and clause.rule not in reason]
    reason += f"; besides: {', '.join(dict.fromkeys(besides))}" if besides else ""
    return replace(routes[0], then=tuple(routes[1:]), reason=reason)


def _cut_text(step: _Step, steps: Sequence[_Step], clauses: Sequence[Clause], reading: Reading) -> str:
    """Return the words of one step; a chat keeps the weak clauses beside it, never another's demand."""
    start, end = step.start, step.end
    if step.action is Action.CHAT:
        for clause in clauses:
            if clause.verdict in ("weak", "unknown") and not _belongs(clause, steps, step):
                start, end = _reach(start, end, clause, steps)
    kept: list[str] = []
    for clause in clauses:
        # What is said about not exporting yet would only confuse the chat.
        if clause.verdict == "hold" and start <= clause.start < end:
            kept.append(reading.slice(start, clause.start).strip(_TEXT_EDGES))
            start = clause.end
    kept.append(reading.slice(start, end).strip(_TEXT_EDGES))
    return ", ".join(part for part in kept if part)


def _belongs(clause: Clause, steps: Sequence[_Step], step: _Step) -> bool:
    return any(one is not step and one.start <= clause.start < one.end for one in steps)


def _reach(start: int, end: int, clause: Clause, steps: Sequence[_Step]) -> tuple[int, int]:
    low, high = min(start, clause.start), max(end, clause.end)
    crossed = any(low <= one.start < start or end <= one.start < high for one in steps if one.end > one.start)
    return (start, end) if crossed else (low, high)


def _read_arguments(
    step: _Step, reading: Reading, files: Sequence[str], context: RouteContext
) -> Mapping[str, Any]:
    if step.action is Action.EXPORT:
        return read_export(reading, step.start, step.end)
    if step.action is Action.UPLOAD:
        return read_upload(reading, files, known=context.media_names)
    return {}


def _name_rules(clauses: Sequence[Clause]) -> str:
    return ", ".join(dict.fromkeys(clause.rule for clause in clauses if clause.rule))
