"""Every failure that leaves a room, sorted by who can act on it.

::

    MangoError
     ├─ UserError            the person whose footage it is
     │   ├─ CreditError          out of credits
     │   ├─ PlanError            blocked by the plan, not by credits
     │   ├─ MediaError           a file that can't be used
     │   └─ OutputError          a result that can't be written where it was asked for
     ├─ ArgumentError        the caller: the arguments are wrong
     ├─ ConfigurationError   the operator: settings, credentials, packages, manifest
     ├─ BusyError            time: something else is running on the project
     ├─ RateLimitError       time: asked too often
     ├─ NetworkError         the network
     │   ├─ NotDeliveredError    surely not received, safe to send again
     │   ├─ InterruptedTurnError perhaps acted on, never sent again
     │   └─ TimedOutError        waited as long as allowed
     ├─ ServiceError         the backend answered something that can't be used
     └─ InternalError        us
         ├─ RenderError
         └─ EngineError
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class MangoError(Exception):
    """Root of all errors.

    Args:
        message: One sentence on what happened.
        code: A short stable word (or the protocol's number) to branch on.
        hint: One sentence on what to do next.
        retryable: Whether the same call may succeed later without a change.
        details: Facts for a log or a programmer; never a token.
    """

    default_code: ClassVar[str] = "error"
    default_hint: ClassVar[str] = ""
    default_retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str | None = None,
        retryable: bool | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = self.default_code if code is None else code
        self.hint = self.default_hint if hint is None else hint
        self.retryable = self.default_retryable if retryable is None else retryable
        self.details = dict(details or {})

    def to_dict(self) -> dict[str, Any]:
        """Return what tools answer: ``code``, ``message``, ``hint`` and, when there are any, ``details``."""
        answer: dict[str, Any] = {"code": self.code, "message": self.message, "hint": self.hint}
        if self.retryable:
            answer["retryable"] = True
        if self.details:
            answer["details"] = self.details
        return answer


class UserError(MangoError):
    """The person whose footage it is can act."""

    default_code = "user"


class CreditError(UserError):
    """The account has no credits left."""

    default_code = "out_of_credits"


class PlanError(UserError):
    """The plan does not allow this; credits do not help."""

    default_code = "plan"


class MediaError(UserError):
    """A file that can't be used: missing, of another kind, broken or too large."""

    default_code = "media"


class OutputError(UserError):
    """A result can't be written where it was asked for."""

    default_code = "output"


class ArgumentError(MangoError):
    """The caller's arguments are wrong; a corrected call works."""

    default_code = "invalid_arguments"


class ConfigurationError(MangoError):
    """Settings, credentials, packages or the manifest need the operator."""

    default_code = "configuration"


class BusyError(MangoError):
    """Something else is running on the same project."""

    default_code = "busy"
    default_retryable = True


class RateLimitError(MangoError):
    """Asked too often; only time helps."""

    default_code = "rate_limited"
    default_retryable = True


class NetworkError(MangoError):
    """The line failed."""

    default_code = "network"


class NotDeliveredError(NetworkError):
    """Surely not received by the backend; safe to send again."""

    default_code = "not_delivered"
    default_retryable = True


class InterruptedTurnError(NetworkError):
    """Cut off after the request left; it may have been acted on and is never sent again."""

    default_code = "interrupted"


class TimedOutError(NetworkError):
    """Waited as long as allowed."""

    default_code = "timed_out"


class ServiceError(MangoError):
    """The backend answered something that can't be used."""

    default_code = "service"


class InternalError(MangoError):
    """Our own fault."""

    default_code = "internal"


class RenderError(InternalError):
    """A render failed."""

    default_code = "render_failed"


class EngineError(InternalError):
    """The engine can't start, or stopped."""

    default_code = "engine"
