"""A failure that still has something to tell besides its error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mango_skill import errors
from mango_skill.errors import MangoError


class ToldFailure(Exception):  # noqa: N818 - it is an answer that travels as an exception, not an error of ours
    """An error and the facts that the answer carries beside it, such as a turn's ``outcome`` and ``reply``."""

    def __init__(self, error: MangoError, facts: Mapping[str, Any]) -> None:
        super().__init__(error.message)
        self.error = error
        self.facts = dict(facts)


# code -> class, for errors that come out of a journal, where only their words are kept
_CLASSES: dict[str, type[MangoError]] = {
    one.default_code: one
    for one in vars(errors).values()
    if isinstance(one, type) and issubclass(one, MangoError)
}


def revive(stated: Mapping[str, Any]) -> MangoError:
    """Make an error of what ``MangoError.to_dict`` wrote."""
    from mango_skill.protocol import envelope

    code = str(stated.get("code", ""))
    kind = _CLASSES.get(code) or envelope.error_class(code)
    return kind(
        str(stated.get("message", "Something failed.")),
        code=code or None,
        hint=str(stated.get("hint", "")),
        retryable=bool(stated.get("retryable", False)),
        details=stated.get("details") or {},
    )
