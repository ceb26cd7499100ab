"""What a handler may end in besides an edit: an operation that can't be done, or a question."""

from __future__ import annotations

from collections.abc import Mapping

from mango_skill.engine.director.asked import Json
from mango_skill.errors import UserError


class CannotDo(UserError):  # noqa: N818 - it is an answer, not an accident
    """This operation can't be carried out; ``key`` and ``facts`` are put in the user's words."""

    default_code = "cannot_do"

    def __init__(self, key: str, **facts: Json) -> None:
        super().__init__(key, details=facts)
        self.key = key
        self.facts: Mapping[str, Json] = facts


class MustAsk(UserError):  # noqa: N818
    """This can't be decided without the user; nothing of the message is carried out.

    Args:
        key: The question in ``words``.
        missing: The parameter that the answer fills.
        options: What may be answered, as the user would say it.
        facts: Values for the question.
    """

    default_code = "must_ask"

    def __init__(self, key: str, *, missing: str, options: tuple[str, ...] = (), **facts: Json) -> None:
        super().__init__(key, details=facts)
        self.key = key
        self.missing = missing
        self.options = options
        self.facts: Mapping[str, Json] = facts
