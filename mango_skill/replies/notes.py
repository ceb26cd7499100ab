"""What a backend notes beside a finished file, in the reader's language: its English is known again by its wording."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from mango_skill.replies.wording import has, load_wording, say

_NOTE: Final = "note."
_REASON: Final = "why."
_REASON_BLANK: Final = "why"
_BLANK: Final = re.compile(r"\\{(\w+)\\}")


def translate_note(note: str, *, language: str) -> str:
    """Return a note in a language; one that is not known stays as it is.

    A reason that is not known is left out: half a sentence in another language helps nobody.
    """
    if language == "en" or (found := _find(note, _NOTE)) is None:
        return note
    key, values = found
    if _REASON_BLANK in values:
        reason = _find(values[_REASON_BLANK], _REASON)
        if reason is None:
            plain = f"{key}.plain"
            return say(language, plain) if has(language, plain) else note
        values = {**values, _REASON_BLANK: say(language, reason[0], **reason[1])}
    return say(language, key, **values)


def _find(text: str, kind: str) -> tuple[str, Mapping[str, str]] | None:
    """Return the sentence of a kind that a text was made of, and what was filled in."""
    fits = ((key, pattern.fullmatch(text)) for key, pattern in _patterns(kind).items())
    return next(((key, match.groupdict()) for key, match in fits if match), None)


@cache
def _patterns(kind: str) -> Mapping[str, re.Pattern[str]]:
    """Return what each English sentence of a kind looks like with its blanks filled, the most definite first."""
    sentences = {key: words for key, words in load_wording("en").items() if key.startswith(kind)}
    return {
        key: re.compile(_BLANK.sub(r"(?P<\1>.+)", re.escape(words)), re.DOTALL)
        for key, words in sorted(sentences.items(), key=lambda one: -len(_BLANK.sub("", re.escape(one[1]))))
    }
