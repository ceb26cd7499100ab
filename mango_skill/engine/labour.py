"""A render's worker process as the queue holds it: heard, watched, stopped, and its end explained."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from mango_skill.engine import children
from mango_skill.errors import RenderError

STOP_GRACE_S: Final = 5.0
"""For an orderly end of the engine: the worker clears up behind itself."""

CANCEL_GRACE_S: Final = 0.7
"""When somebody waits for the end: what the worker leaves then, the queue removes."""

_NICENESS: Final = 5  # whoever asks the engine something, and the person at the machine, come first
_LAST_WORDS_BYTES: Final = 4000
_TRACEBACK: Final = "Traceback (most recent call last)"
_CRASHES: Final = ("SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT", "SIGTRAP", "SIGSYS")


class Worker:
    """One worker on one order.

    Args:
        command: Runs it, the order's path last.
        stall_s: It is ended when it says nothing for so long.

    Raises:
        OSError: It can't be started.
    """

    def __init__(self, command: Sequence[str], *, stall_s: float) -> None:
        self._stall_s = stall_s
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=children.environment(),
            start_new_session=True,
        )
        _step_back(self._process.pid)
        self._heard = threading.Event()
        self._over = False
        self._stalled = False
        self._last_words = b""
        self._listener = threading.Thread(target=self._keep_last_words, daemon=True)
        self._listener.start()
        threading.Thread(target=self._watch, daemon=True).start()

    def words(self) -> Iterator[Mapping[str, Any]]:
        """Yield what it says until it has ended."""
        assert self._process.stdout is not None
        try:
            for line in self._process.stdout:
                self._heard.set()
                yield _word(line)
            self._process.wait()
        finally:
            self._over = True
            self._heard.set()

    def close(self) -> None:
        """Make sure that it is gone."""
        if self._process.poll() is None:
            self._kill()
        self._process.wait()
        self._listener.join(timeout=STOP_GRACE_S)
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def stop(self, *, grace_s: float) -> None:
        """Ask it to end, and make sure of it when it has not done so after ``grace_s``."""
        with contextlib.suppress(OSError):
            self._process.terminate()
        timer = threading.Timer(grace_s, self._kill)
        timer.daemon = True
        timer.start()

    def account(self) -> str:
        """Return how it ended, for the log."""
        return f"{self._process.returncode}: {self._said()}"

    def explain(self) -> RenderError:
        """Return what its end without a last word means; ``retryable`` when another try may end otherwise."""
        if _TRACEBACK in self._said():
            return fault()
        code = self._process.returncode or 0
        name = signal.Signals(-code).name if -code in {one.value for one in signal.Signals} else ""
        if self._stalled:
            return RenderError(
                f"The export hung: it gave no sign of life for {self._stall_s:g} seconds and was ended.",
                code="render_hung",
                hint="A broken file on the timeline may be the cause: take out the clip added last, "
                "or convert it to MP4 first, and export again.",
            )
        if name == "SIGXCPU":
            return RenderError(
                "The export took longer than is allowed.",
                code="too_slow",
                hint="Export a shorter video or a smaller size.",
            )
        if name in _CRASHES:
            return RenderError(
                f"The export crashed on this footage ({name}).",
                code="render_crashed",
                hint="A broken file may be the cause: take out the clip added last, "
                "or convert it to MP4 first, and export again.",
                retryable=True,
            )
        return RenderError(
            "The export's process was ended from outside, most likely because memory ran short.",
            code="render_died",
            hint="Close other programs or export at a smaller size, then export again.",
            retryable=True,
        )

    def _said(self) -> str:
        self._listener.join(timeout=STOP_GRACE_S)
        return self._last_words.decode("utf-8", "replace")

    def _kill(self) -> None:
        with contextlib.suppress(OSError):
            if self._process.poll() is None and sys.platform != "win32":
                # it leads a session of its own, and may have begun children
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()

    def _keep_last_words(self) -> None:
        """Read standard error to its end, so that its pipe never fills."""
        assert self._process.stderr is not None
        with contextlib.suppress(ValueError):
            for line in self._process.stderr:
                self._last_words = (self._last_words + line)[-_LAST_WORDS_BYTES:]

    def _watch(self) -> None:
        while not self._over:
            if not self._heard.wait(self._stall_s):
                self._stalled = True
                self._kill()
                return
            self._heard.clear()


def fault() -> RenderError:
    """Return the error of a render that a fault of this program ended: another try would end alike."""
    return RenderError(
        "The render failed inside the engine.", hint="Export again; the engine's log has the details."
    )


def _step_back(pid: int) -> None:
    if hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, _NICENESS)


def _word(line: bytes) -> Mapping[str, Any]:
    try:
        word = json.loads(line)
    except ValueError:
        return {}
    return word if isinstance(word, dict) else {}
