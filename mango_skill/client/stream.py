"""The bytes of a chat: read as they arrive, made safe for the event parser, with the deadlines on them.

The parser (sseclient-py) loses events on a byte-order mark or mixed line ends, dies of a byte that is not
UTF-8, is quadratic in long lines and never surfaces comments; so it is fed whole, clean events from here.
"""

from __future__ import annotations

import codecs
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import urllib3.exceptions
from requests import Response

from mango_skill.client.backend import Patience
from mango_skill.client.clock import Clock
from mango_skill.client.transport import cut_off, read_piece, translate
from mango_skill.errors import MangoError, TimedOutError

_TICK_S: Final = 0.25
_WAITING_PIECES: Final = 64
_MANY_LINES: Final = 256
_PREAMBLE_BYTES: Final = 65536
_END: Final = object()


class CancelledError(Exception):
    """The user no longer waits for this turn."""


class Pump(threading.Thread):
    """Sends one request and hands its answer and bytes on, so that a deadline never waits for a socket."""

    def __init__(self, send: Callable[[], Response]) -> None:
        super().__init__(name="chat-reader", daemon=True)
        self._send = send
        self._items: queue.Queue[Any] = queue.Queue(_WAITING_PIECES)
        self._stopped = threading.Event()
        self._response: Response | None = None

    def run(self) -> None:
        try:
            response = self._response = self._send()
            try:
                self._put(response)
                while not self._stopped.is_set() and (piece := read_piece(response)):
                    self._put(piece)
            finally:
                response.close()
        except MangoError as problem:
            self._put(problem)
        except (urllib3.exceptions.HTTPError, OSError, ValueError, AttributeError) as problem:
            # AttributeError: http.client's own, when the answer is closed under its reader.
            self._put(translate(problem))
        else:
            self._put(_END)

    def take(self, timeout_s: float) -> Any:
        """Return the answer, a piece of its body, an error, or None when nothing came in time."""
        try:
            return self._items.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def stop(self) -> None:
        """End the reading; the server sees the connection close."""
        self._stopped.set()
        if self._response is not None:
            cut_off(self._response)

    def _put(self, item: Any) -> None:
        while not self._stopped.is_set():
            try:
                self._items.put(item, timeout=_TICK_S)
            except queue.Full:
                continue
            return


class Watch:
    """The deadlines of one turn, and what is told while it lasts."""

    def __init__(
        self,
        *,
        patience: Patience,
        clock: Clock,
        on_still_working: Callable[[float], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self._patience = patience
        self._clock = clock
        self._on_still_working = on_still_working
        self._cancelled = cancelled
        self._started = self._progressed = clock.monotonic()
        self._told = 0
        self.heartbeats = 0

    def shortened(self, limit_s: float) -> Watch:
        """Return a watch that begins now and allows no more than ``limit_s``."""
        patience = replace(self._patience, stream_limit_s=limit_s, heartbeat_limit_s=limit_s)
        return Watch(patience=patience, clock=self._clock, cancelled=self._cancelled)

    def progress(self) -> None:
        """Something other than a heartbeat came."""
        self._progressed = self._clock.monotonic()

    def check(self) -> None:
        """Tell that it still works when it is time to.

        Raises:
            TimedOutError: A deadline has passed.
            CancelledError: The user no longer waits.
        """
        if self._cancelled is not None and self._cancelled():
            raise CancelledError
        now = self._clock.monotonic()
        if now - self._started >= self._patience.stream_limit_s:
            raise TimedOutError(
                "The turn took longer than allowed.", hint="Look at the state, then try again."
            )
        if now - self._progressed >= self._patience.heartbeat_limit_s:
            raise TimedOutError(
                "Nothing but heartbeats came for too long.", hint="Look at the state, then try again."
            )
        due = int((now - self._started) / self._patience.still_working_s)
        if due > self._told:
            self._told = due
            if self._on_still_working is not None:
                self._on_still_working(now - self._started)

    def next_s(self) -> float:
        """Return how long one may wait before the next check."""
        now = self._clock.monotonic()
        return max(
            0.001,
            min(
                _TICK_S,
                self._started + self._patience.stream_limit_s - now,
                self._progressed + self._patience.heartbeat_limit_s - now,
                self._started + self._patience.still_working_s * (self._told + 1) - now,
            ),
        )


def wait_for_answer(pump: Pump, watch: Watch) -> Response:
    """Return the answer's head.

    Raises:
        MangoError: The request failed.
        TimedOutError: A deadline passed before it came.
    """
    while True:
        watch.check()
        item = pump.take(watch.next_s())
        if item is None:
            continue
        if isinstance(item, MangoError):
            raise item
        assert isinstance(item, Response)
        return item


def pieces(pump: Pump, watch: Watch) -> Iterator[bytes]:
    """Yield the body's pieces until its clean end.

    Raises:
        MangoError: The line was cut, or a deadline passed.
    """
    while True:
        watch.check()
        item = pump.take(watch.next_s())
        if item is None:
            continue
        if item is _END:
            return
        if isinstance(item, MangoError):
            raise item
        yield item


class EventBytes:
    """Turns pieces of a body into whole events: LF line ends, valid UTF-8, no mark, no comments.

    Attributes:
        preamble: The first bytes of a body that has brought no event yet.
        tail: What came after the last blank line when the body ended.
    """

    def __init__(self, *, watch: Watch, max_event_bytes: int) -> None:
        self._watch = watch
        self._limit = max_event_bytes
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._after_cr = False
        self._begun = False
        self._held: list[str] = []
        self._held_size = 0
        self._seen_event = False
        self.preamble = b""
        self.tail = ""

    def clean(self, source: Iterator[bytes]) -> Iterator[bytes]:
        """Yield one whole event at a time, and at the end what was left of one."""
        for piece in source:
            if not self._seen_event and len(self.preamble) < _PREAMBLE_BYTES:
                self.preamble += piece
            yield from self._feed(self._text(piece))
        yield from self._feed(self._text(b"", final=True))
        self.tail = "".join(self._held)
        if rest := _without_comments(self.tail):
            yield _shortened(rest).encode()

    def _text(self, piece: bytes, *, final: bool = False) -> str:
        text = self._decoder.decode(piece, final)
        if text and not self._begun:
            self._begun = True
            text = text.removeprefix("\ufeff")
        if self._after_cr and text:
            # The CR was passed on as a line end at once; its LF must not count as a second one.
            text = text.removeprefix("\n")
            self._after_cr = False
        if text.endswith("\r"):
            self._after_cr = True
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text

    def _feed(self, text: str) -> Iterator[bytes]:
        if not text:
            return
        joins = bool(self._held) and self._held[-1].endswith("\n") and text.startswith("\n")
        if "\n\n" not in text and not joins:
            self._hold(text)
            return
        *events, rest = ("".join(self._held) + text).split("\n\n")
        self._held, self._held_size = [], 0
        for event in events:
            kept = _without_comments(event)
            if kept:
                self._seen_event = True
                yield f"{_shortened(kept)}\n\n".encode()
        rest = rest.lstrip("\n")
        if rest:
            self._hold(rest)

    def _hold(self, text: str) -> None:
        at_line_start = not self._held or self._held[-1].endswith("\n")
        if at_line_start and text.endswith("\n") and "\n:" in f"\n{text}":
            # Comments of an event that never ends would otherwise fill the memory.
            text = "".join(f"{line}\n" for line in text[:-1].split("\n") if not line.startswith(":"))
        if not text:
            return
        self._held.append(text)
        self._held_size += len(text)
        if self._held_size > self._limit:
            raise TimedOutError(
                "The service sent an event without an end.",
                code="endless_event",
                hint="Look at the state, then try again.",
            )


def _without_comments(event: str) -> str:
    if not event.startswith(":") and "\n:" not in event:
        return event.strip("\n")
    return "\n".join(line for line in event.split("\n") if line and not line.startswith(":"))


def _shortened(event: str) -> str:
    """Join the data lines of an event that has very many: the parser would take for ever."""
    if event.count("\n") < _MANY_LINES:
        return event
    data: list[str] = []
    names: list[str] = []
    for line in event.split("\n"):
        field, _, value = line.partition(":")
        if field == "data":
            data.append(value.removeprefix(" "))
        elif field == "event":
            names.append(line)
    # Between JSON's words a line end is as good as a space; within a string it can't stand.
    return "\n".join([*names[-1:], f"data: {' '.join(data)}"] if data else names[-1:])
