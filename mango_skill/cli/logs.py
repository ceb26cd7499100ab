"""The log file of the command line: rotated, and scrubbed before a line is written."""

from __future__ import annotations

import contextlib
import logging
from typing import Final

from mango_skill.client.logs import PrivateFileHandler
from mango_skill.folders import Folders
from mango_skill.scrub import ScrubbingFormatter

_LARGEST_BYTES: Final = 1_000_000
_KEPT_FILES: Final = 3


def open_log(folders: Folders, *, others: bool = False) -> None:
    """Write what the package logs to ``mango.log``; where the folder can't be written, nowhere.

    Args:
        folders: Where the log is.
        others: Also what is going on in a program that serves, and what the libraries below it have to say.
    """
    with contextlib.suppress(OSError):
        folders.logs.mkdir(parents=True, exist_ok=True)
        handler = PrivateFileHandler(
            folders.logs / "mango.log",
            maxBytes=_LARGEST_BYTES,
            backupCount=_KEPT_FILES,
            encoding="utf-8",
            delay=True,
        )
        handler.setFormatter(ScrubbingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logging.getLogger("mango_skill").addHandler(handler)
        if others:
            logging.getLogger("mango_skill").setLevel(logging.INFO)
            logging.getLogger().addHandler(handler)
