"""The engine's log: rotated, and free of tokens, signatures and the queries of links."""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Final

from mango_skill.scrub import ScrubbingFormatter

LOG_NAME: Final = "engine.log"
_MAX_BYTES: Final = 1_000_000
_KEPT: Final = 3


def start(folder: Path, *, foreground: bool) -> None:
    """Send all logging to ``folder/engine.log``, and to standard error too in the foreground."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # whoever made them: what was done with whose files is for the user alone
    with contextlib.suppress(OSError):
        folder.chmod(0o700)
        for old in folder.glob(f"{LOG_NAME}*"):
            old.chmod(0o600)
    handlers: list[logging.Handler] = [
        _PrivateFile(folder / LOG_NAME, maxBytes=_MAX_BYTES, backupCount=_KEPT, encoding="utf-8", delay=True)
    ]
    if foreground:
        handlers.append(logging.StreamHandler(sys.stderr))
    for handler in handlers:
        handler.setFormatter(ScrubbingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=handlers, force=True)


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """A rotated log that its owner alone may read, from its first byte."""

    def _open(self) -> TextIOWrapper:
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return open(handle, self.mode, encoding=self.encoding)  # type: ignore[return-value]

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Let a line go that can't be written: a full disk is told by what fails on it, not by tracebacks."""
