"""A log that is rotated and holds no secret."""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Final

from mango_skill.client.journal import close_folder
from mango_skill.scrub import ScrubbingFormatter

NAME: Final = "mango_skill.client"
_MAX_BYTES: Final = 1_000_000
_KEPT: Final = 3


class PrivateFileHandler(logging.handlers.RotatingFileHandler):
    """A rotated log file that its owner alone may read."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        close_file(descriptor)
        return open(descriptor, "a", encoding=self.encoding, errors=self.errors)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Let a line go that can't be written: a full disk is told by what fails on it, not by tracebacks."""


def close_file(descriptor: int) -> None:
    """Keep others on this machine out of an open file, one of an earlier version included."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.fchmod(descriptor, 0o600)


def open_log(folder: Path) -> logging.Logger:
    """Return the client's logger, writing below ``folder`` when that can be written."""
    logger = logging.getLogger(NAME)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        close_folder(folder)
        handler: logging.Handler = PrivateFileHandler(
            folder / "client.log",
            maxBytes=_MAX_BYTES,
            backupCount=_KEPT,
            encoding="utf-8",
            errors="backslashreplace",
            delay=True,
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(ScrubbingFormatter("%(asctime)s %(levelname)s %(process)d %(message)s"))
    for old in list(logger.handlers):
        logger.removeHandler(old)
        old.close()
    logger.addHandler(handler)
    return logger
