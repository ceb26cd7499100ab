"""Exit codes: which failure a shell can branch on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mango_skill import errors
from mango_skill.errors import MangoError

OK: Final = 0
INTERRUPTED: Final = 130  # 128 + SIGINT, as shells have it

EXIT_CODES: Final[Mapping[type[MangoError], int]] = {
    MangoError: 1,
    errors.ArgumentError: 2,  # as argparse
    errors.UserError: 3,
    errors.MediaError: 4,
    errors.OutputError: 5,
    errors.CreditError: 6,
    errors.PlanError: 7,
    errors.BusyError: 8,
    errors.ConfigurationError: 9,
    errors.RateLimitError: 10,
    errors.NetworkError: 11,
    errors.NotDeliveredError: 12,
    errors.InterruptedTurnError: 13,
    errors.TimedOutError: 14,
    errors.ServiceError: 15,
    errors.RenderError: 16,
    errors.EngineError: 17,
}


def exit_code(error: MangoError) -> int:
    """Return the exit code of an error: that of its nearest listed class."""
    return next(EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES)
