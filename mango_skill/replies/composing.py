"""The door of the room: an outcome and a language -> what a person reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, assert_never

from mango_skill.errors import MangoError
from mango_skill.protocol import constants
from mango_skill.replies.changes import describe_changes
from mango_skill.replies.cleaning import clean, clean_name
from mango_skill.replies.gui import Translation, translate
from mango_skill.replies.notes import translate_note
from mango_skill.replies.outcomes import (
    CreditsOutcome,
    EditOutcome,
    ExportOutcome,
    Failure,
    Greeting,
    Outcome,
    Progress,
    StateOutcome,
    UploadOutcome,
)
from mango_skill.replies.questions import answer_question
from mango_skill.replies.suggestions import suggest
from mango_skill.replies.values import format_number, format_size, format_time
from mango_skill.replies.wording import has, say
from mango_skill.timeline.summary import summarize

_SAVED: Final = {
    **dict.fromkeys(constants.STILL_FORMATS, "export.saved.still"),
    **dict.fromkeys(constants.SOUND_FORMATS, "export.saved.sound"),
    **dict.fromkeys(constants.CAPTION_FORMATS, "export.saved.captions"),
    **dict.fromkeys(constants.PROJECT_FORMATS, "export.saved.project"),
}
"""What is said of a file that is no video, by its format."""


def compose(outcome: Outcome, *, language: str = "en") -> str:
    """Return the reply to show; never empty, never with a token, an id or raw data in it."""
    match outcome:
        case EditOutcome():
            return _compose_edit(outcome, language)
        case ExportOutcome():
            return _compose_export(outcome, language)
        case StateOutcome():
            return _compose_state(outcome, language)
        case CreditsOutcome():
            return _compose_credits(outcome, language)
        case UploadOutcome():
            return _compose_upload(outcome, language)
        case Progress():
            return _compose_progress(outcome, language)
        case Failure():
            return compose_error(outcome.error, language=language)
        case Greeting():
            return _compose_greeting(outcome, language)
        case _:
            assert_never(outcome)


def _compose_edit(outcome: EditOutcome, language: str) -> str:
    said = outcome.said
    if not isinstance(said, Translation):
        said = translate(clean(said), language=language, allowed=())
    spoken = clean(said.text)
    lines = describe_changes(outcome.changes, language=language)
    parts = [spoken]
    if lines:
        head = (
            say(language, "edit.changed")
            if spoken
            else say(language, "edit.silent") + " " + say(language, "edit.changed")
        )
        parts.append("\n".join([head, *(f"- {line}" for line in lines)]))
    elif not spoken:
        parts.append(say(language, "edit.nothing"))
    notes = [clean(note) for note in outcome.notes if clean(note)]
    if notes:
        parts.append(say(language, "edit.notes", notes="; ".join(notes)))
    summary = outcome.summary or (summarize(outcome.timeline) if outcome.timeline is not None else "")
    if lines and summary:
        parts.append(say(language, "edit.now", summary=summary))
    if lines and not outcome.asked:
        steps = suggest(outcome.timeline, summary=summary, language=language)
        offered = {
            say(language, f"next.{action}") for action in said.offers if has(language, f"next.{action}")
        }
        fresh = [step for step in steps if step not in offered]
        parts.append(
            "\n".join([say(language, "edit.next"), *(f"- {step}" for step in fresh)]) if fresh else ""
        )
    return "\n\n".join(part for part in parts if part)


def _compose_export(outcome: ExportOutcome, language: str) -> str:
    facts = []
    if outcome.duration_ms is not None:
        facts.append(format_time(outcome.duration_ms, language))
    if outcome.width and outcome.height:
        facts.append(f"{outcome.width}×{outcome.height}")
    if outcome.size is not None:
        facts.append(format_size(outcome.size))
    if outcome.took_ms is not None:
        facts.append(say(language, "export.took", time=format_time(outcome.took_ms, language)))
    saved = _SAVED.get(outcome.format or "", "export.saved")
    lines = [say(language, saved, path=outcome.path), say(language, "list").join(facts)]
    if outcome.captions:
        lines.append(say(language, "export.captions", paths=say(language, "list").join(outcome.captions)))
    lines += [clean(translate_note(note, language=language)) for note in outcome.notes]
    if outcome.claim_link:
        lines.append(say(language, "export.link", link=outcome.claim_link))
    return "\n".join(line for line in lines if line)


def _compose_state(outcome: StateOutcome, language: str) -> str:
    summary = outcome.summary or (summarize(outcome.timeline) if outcome.timeline is not None else "")
    empty = not summary or "(0 tracks)" in summary
    lines = [say(language, "state.empty") if empty else summary]
    if outcome.question and outcome.timeline is not None and not empty:
        answer = answer_question(outcome.question, outcome.timeline, language=language)
        lines = [*([answer] if answer else ()), *lines]
    if outcome.unplaced:
        names = say(language, "list").join(clean_name(name) for name in outcome.unplaced)
        lines.append(say(language, "state.unplaced", names=names))
    return "\n".join(lines)


def _compose_credits(outcome: CreditsOutcome, language: str) -> str:
    if outcome.free or outcome.available is None:
        return say(language, "credits.free")
    lines = [say(language, "credits.left", available=format_number(outcome.available))]
    if outcome.frozen:
        lines.append(say(language, "credits.frozen", frozen=format_number(outcome.frozen)))
    lines.append(say(language, "credits.export"))
    return " ".join(lines)


def _compose_upload(outcome: UploadOutcome, language: str) -> str:
    lines = []
    if outcome.received:
        names = say(language, "list").join(clean_name(name) for name in outcome.received)
        lines.append(say(language, "upload.done", names=names))
    for name, error in outcome.refused:
        what = say(language, "upload.failed", names=clean_name(name))
        lines.append(f"{what}. {compose_error(error, language=language)}")
    if not lines:
        return say(language, "upload.none")
    return "\n".join([*lines, say(language, "upload.next")] if outcome.received else lines)


def _compose_progress(outcome: Progress, language: str) -> str:
    stage = f"stage.{outcome.stage}"
    if outcome.percent is not None:
        percent = format_number(max(0, min(100, int(outcome.percent))))
        if outcome.stage and has(language, stage):
            return say(language, "progress.stage", stage=say(language, stage), percent=percent)
        return say(language, "progress.percent", percent=percent)
    if outcome.waited_ms:
        return say(language, "progress.waited", time=format_time(outcome.waited_ms, language))
    return say(language, "progress.working")


def compose_error(error: MangoError | Mapping[str, Any], *, language: str) -> str:
    """Return what happened and what to do; in the reader's language where the code is known there."""
    facts = error.to_dict() if isinstance(error, MangoError) else error
    code, message = str(facts.get("code", "")), clean(str(facts.get("message") or ""))
    hint = clean(str(facts.get("hint") or ""))
    key = f"error.{code}"
    if language != "en" and has(language, key):
        return say(language, key)
    said = " ".join(part for part in (message, hint) if part)
    return said or say(language, "error.unknown")


def _compose_greeting(outcome: Greeting, language: str) -> str:
    lines = []
    if outcome.backend == "local":
        lines.append(say(language, "connect.local"))
    elif outcome.backend == "cloud" and outcome.available is not None:
        lines.append(say(language, "connect.cloud", available=format_number(outcome.available)))
    lines += [say(language, "greeting.ready"), say(language, "greeting.try")]
    lines += [f"- {say(language, f'greeting.{number}')}" for number in ("one", "two", "three")]
    return "\n".join(lines)
