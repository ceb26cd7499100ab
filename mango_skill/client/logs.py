"""A log that is rotated and holds no secret."""

from __future__ import annotations

import logging
import logging.handlers
from pathlib import Path
from typing import Final

from mango_skill.scrub import scrub

NAME: Final = "mango_skill.client"
_MAX_BYTES: Final = 1_000_000
_KEPT: Final = 3


class _Scrubbing(logging.Formatter):
    """Scrubs the finished line, traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        return scrub(super().format(record))


def open_log(folder: Path) -> logging.Logger:
    """Return the client's logger, writing below ``folder`` when that can be written."""
    logger = logging.getLogger(NAME)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = logging.handlers.RotatingFileHandler(
            folder / "client.log",
            maxBytes=_MAX_BYTES,
            backupCount=_KEPT,
            encoding="utf-8",
            errors="backslashreplace",
            delay=True,
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(_Scrubbing("%(asctime)s %(levelname)s %(process)d %(message)s"))
    for old in list(logger.handlers):
        logger.removeHandler(old)
        old.close()
    logger.addHandler(handler)
    return logger
