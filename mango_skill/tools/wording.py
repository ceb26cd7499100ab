"""What a person reads of a tool's result; the words themselves are made in ``replies``."""

from __future__ import annotations

from mango_skill.language.script import detect_language
from mango_skill.tools.outcomes import EditResult, ExportResult


def language_of(text: str) -> str:
    """Return the language of a message, as a two-letter code."""
    return detect_language(text)


def edit_reply(result: EditResult, *, asked: str) -> str:
    """Return what to show after an edit; never empty."""
    return result.reply or result.summary or "Nothing changed."


def export_reply(result: ExportResult) -> str:
    """Return what to show after an export."""
    return f"Saved: {result.path}"


def greeting() -> str:
    """Return what to say when a conversation begins."""
    return "Ready for your clips, or tell me what you want."
