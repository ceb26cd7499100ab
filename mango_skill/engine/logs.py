"""The engine's log: rotated, and free of tokens, signatures and the queries of links."""

from __future__ import annotations

import logging
import logging.handlers
import sys
from pathlib import Path
from typing import Final

from mango_skill.scrub import scrub

LOG_NAME: Final = "engine.log"
_MAX_BYTES: Final = 1_000_000
_KEPT: Final = 3


def start(folder: Path, *, foreground: bool) -> None:
    """Send all logging to ``folder/engine.log``, and to standard error too in the foreground."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handlers: list[logging.Handler] = [
        logging.handlers.RotatingFileHandler(
            folder / LOG_NAME, maxBytes=_MAX_BYTES, backupCount=_KEPT, encoding="utf-8", delay=True
        )
    ]
    if foreground:
        handlers.append(logging.StreamHandler(sys.stderr))
    for handler in handlers:
        handler.setFormatter(_Scrubbed("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=handlers, force=True)


class _Scrubbed(logging.Formatter):
    """Formats a record, its traceback included, and scrubs the whole."""

    def format(self, record: logging.LogRecord) -> str:
        return scrub(super().format(record))
