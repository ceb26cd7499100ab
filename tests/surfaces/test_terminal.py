"""What a person at a terminal sees that a pipe does not: bars and questions."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.fail("pseudo-terminals are POSIX; leave this file out with --ignore", pytrace=False)

import pty


def at_terminal(mango: Any, *words: str, answer: str = "") -> tuple[int, str]:
    """Run ``mango`` at a pseudo-terminal; return its exit code and all that was shown."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "mango_skill", *words],
        cwd=mango.folder,
        env=mango.environment(TERM="xterm", COLUMNS="100"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        close_fds=True,
    )
    os.close(theirs)
    os.write(ours, answer.encode())
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # how Linux says that the other side has closed
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    return process.wait(timeout=60), shown.decode(errors="replace")


def test_each_stage_has_a_bar(mango: Any, media: Path) -> None:
    code, shown = at_terminal(
        mango, "make", str(media / "silent.mp4"), "keep the first second", "-o", "out.mp4"
    )
    assert code == 0, shown
    assert [stage for stage in ("Upload", "Edit", "Render", "Download") if stage not in shown] == []
    assert "100%" in shown


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 5), ("\n", 5)])
def test_an_output_that_exists_is_asked_about(mango: Any, media: Path, answer: str, code: int) -> None:
    output = mango.folder / "out.mp4"
    output.write_text("mine", encoding="utf-8")
    got, shown = at_terminal(
        mango, "make", str(media / "silent.mp4"), "keep the first second", "-o", "out.mp4", answer=answer
    )
    assert got == code, shown
    assert "Replace it?" in shown
    assert (output.read_bytes() == b"mine") is (code != 0)
