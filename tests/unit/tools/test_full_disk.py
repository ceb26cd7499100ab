"""A disk without room for a note: one plain sentence from the tools, and no traceback from the log."""

from __future__ import annotations

import errno
import io
import logging
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mango_skill.client.logs import PrivateFileHandler
from mango_skill.engine import logs
from mango_skill.tools.registry import call


def full(*_: Any) -> Any:
    """Whatever is written fails as on a full disk."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class FullFile(io.StringIO):
    """A file on a full disk."""

    def write(self, text: str, /) -> int:
        """Fail."""
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def client_log(folder: Path) -> logging.Handler:
    """The client's log file, its disk full."""
    handler = PrivateFileHandler(folder / "x.log", delay=True)
    handler.stream = FullFile()  # type: ignore[assignment]
    return handler


def engine_log(folder: Path) -> logging.Handler:
    """The engine's log file, its disk full."""
    logs.start(folder, foreground=False)
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler, logging.FileHandler)
    handler.stream = FullFile()  # type: ignore[assignment]
    return handler


def test_a_note_that_finds_no_room_is_told_as_a_full_disk() -> None:
    backend: Any = SimpleNamespace(opener=SimpleNamespace(workspace=full))
    answer = call("check_credits", {}, backend)
    assert answer["error"]["code"] == "disk_full"
    assert "Free some space" in answer["error"]["hint"]


@pytest.mark.parametrize("open_log", [client_log, engine_log])
def test_a_log_line_that_finds_no_room_is_let_go_in_silence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], open_log: Callable[[Path], logging.Handler]
) -> None:
    before = list(logging.getLogger().handlers)
    handler = open_log(tmp_path)
    try:
        handler.handle(logging.LogRecord("x", logging.ERROR, "x", 1, "said", None, None))
    finally:
        handler.close()
        logging.getLogger().handlers[:] = before
    assert capsys.readouterr().err == ""
