"""From an outcome to what a person reads: pure, worded per language, without a word of any screen.

``compose`` words an outcome; ``gui.translate`` takes the interface out of a chat's text.
"""

from __future__ import annotations

from mango_skill.replies.changes import describe_changes
from mango_skill.replies.cleaning import clean
from mango_skill.replies.composing import compose, compose_error
from mango_skill.replies.gui import Translation, has_interface_words, translate
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
from mango_skill.replies.suggestions import suggest

__all__ = [
    "CreditsOutcome",
    "EditOutcome",
    "ExportOutcome",
    "Failure",
    "Greeting",
    "Outcome",
    "Progress",
    "StateOutcome",
    "Translation",
    "UploadOutcome",
    "clean",
    "compose",
    "compose_error",
    "describe_changes",
    "has_interface_words",
    "suggest",
    "translate",
]
