"""A failure that still has something to tell besides its error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mango_skill import errors
from mango_skill.errors import InternalError, MangoError


class ToldFailure(Exception):  # noqa: N818 - it is an answer that travels as an exception, not an error of ours
    """An error and the facts that the answer carries beside it, such as a turn's ``outcome`` and ``reply``."""

    def __init__(self, error: MangoError, facts: Mapping[str, Any]) -> None:
        super().__init__(error.message)
        self.error = error
        self.facts = dict(facts)


def revive(stated: Mapping[str, Any]) -> MangoError:
    """Make an error of what a job's journal kept of it: ``MangoError.to_dict`` and its class's name."""
    kind = getattr(errors, str(stated.get("kind", "")), InternalError)
    if not (isinstance(kind, type) and issubclass(kind, MangoError)):
        kind = InternalError
    return kind(
        str(stated.get("message") or "The job failed."),
        code=str(stated.get("code") or "") or None,
        hint=str(stated.get("hint") or ""),
        retryable=bool(stated.get("retryable", False)),
        details=stated.get("details") or {},
    )
