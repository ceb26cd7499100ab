"""The events of one chat request as they arrive, and what they come to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final

import sseclient
from requests import Response

from mango_skill.client.backend import Patience
from mango_skill.client.outcome import Ending, RunSnapshot, TurnResult, conclude, failed, fold
from mango_skill.client.stream import CancelledError, EventBytes, Pump, Watch, pieces, wait_for_answer
from mango_skill.client.transport import MAX_BODY_BYTES, was_cut_in_headers
from mango_skill.errors import InterruptedTurnError, MangoError, NotDeliveredError, TimedOutError
from mango_skill.protocol import constants, envelope, events
from mango_skill.protocol.events import Event, HeartbeatEvent


@dataclass
class Run:
    """The events of one chat request, and what they come to.

    Iterate it, or call ``until_done``; leaving the block closes the connection.
    """

    pump: Pump
    watch: Watch
    patience: Patience
    retry_after: Callable[[Response], float | None]
    on_event: Callable[[Event], None] | None = None
    snapshot: RunSnapshot = field(default_factory=RunSnapshot)
    refusal: MangoError | None = None
    ending: Ending = Ending.CLEAN

    def __enter__(self) -> Run:
        self.pump.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.pump.stop()

    def until_done(self) -> TurnResult:
        """Take all events and return the result.

        Raises:
            NotDeliveredError: The request surely never arrived.
        """
        for event in self:
            if self.on_event is not None:
                self.on_event(event)
        if self.refusal is not None:
            return failed(self.refusal)
        return conclude(self.snapshot, self.ending)

    def __iter__(self) -> Iterator[Event]:
        try:
            response = wait_for_answer(self.pump, self.watch)
            yield from self._events(response)
        except CancelledError:
            self.ending = Ending.CANCELLED
        except NotDeliveredError:
            raise
        except TimedOutError:
            self.ending = Ending.TIMED_OUT
        except MangoError as problem:
            if isinstance(problem, InterruptedTurnError):
                self.ending = Ending.CUT
            else:
                self.refusal = problem

    def _events(self, response: Response) -> Iterator[Event]:
        body = pieces(self.pump, self.watch)
        status = response.status_code
        if not 200 <= status < 300:
            self.refusal = self._refused(response)
            return
        if status in _WITHOUT_BODY:
            return
        if was_cut_in_headers(response):
            self.ending = Ending.CUT
            return
        if not _is_stream(response):
            head, body = _first_piece(body)
            if not head and not _is_framed(response):
                # Neither a kind nor a length nor a byte: the headers were not all there.
                self.ending = Ending.CUT
                return
            if head.lstrip().startswith(b"<"):
                self.refusal = envelope.unusable(head)
                return
            if not _looks_like_stream(head):
                yield from self._document(response, body)
                return
        yield from self._stream(body)

    def _refused(self, response: Response) -> MangoError:
        # The status is the answer; nobody waits for ever for the rest of it.
        body = pieces(self.pump, self.watch.shortened(self.patience.read_timeout_s))
        wait_s = self.retry_after(response)
        try:
            text = _gathered(body)
        except CancelledError:
            raise
        except MangoError:
            # The status says enough when the rest of the answer was lost.
            text = b""
        try:
            envelope.unwrap(response.status_code, text, retry_after_s=wait_s)
        except MangoError as problem:
            return problem
        return envelope.error_for_status(response.status_code, retry_after_s=wait_s)

    def _document(self, response: Response, body: Iterator[bytes]) -> Iterator[Event]:
        """Read an answer that is no stream."""
        yield from self._whole(_gathered(body), wait_s=self.retry_after(response))

    def _whole(self, text: bytes, *, wait_s: float | None) -> Iterator[Event]:
        if not text.strip():
            return
        try:
            value = envelope.parse(text)
        except ValueError:
            if text.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
                self.ending = Ending.CUT
            else:
                self.refusal = envelope.unusable(text)
            return
        problem = envelope.problem_of(value, retry_after_s=wait_s)
        if problem is not None:
            self.refusal = problem
        elif isinstance(value, list) or (
            isinstance(value, Mapping) and ("content" in value or "type" in value)
        ):
            for event in events.decode(text.decode("utf-8-sig", "replace")):
                yield self._take(event)
        elif not (isinstance(value, Mapping) and ("code" in value or value.get("success") is True)):
            self.refusal = envelope.unusable(text)

    def _stream(self, body: Iterator[bytes]) -> Iterator[Event]:
        reader = EventBytes(watch=self.watch, max_event_bytes=self.patience.max_event_bytes)
        for raw in sseclient.SSEClient(reader.clean(body)).events():
            for event in events.decode(raw.data, name=raw.event or "message"):
                yield self._take(event)
        if self.snapshot.events == 0 and reader.preamble.strip() and not _looks_like_stream(reader.preamble):
            # An envelope or a page that only calls itself an event stream.
            yield from self._whole(reader.preamble, wait_s=None)
        elif _is_fragment(reader.tail):
            self.ending = Ending.CUT

    def _take(self, event: Event) -> Event:
        if not isinstance(event, HeartbeatEvent):
            self.watch.progress()
        self.snapshot = fold(self.snapshot, event)
        return event


_WITHOUT_BODY: Final = (204, 205)
_FIELDS: Final = (b"data", b"event", b"id", b"retry")


def _is_stream(response: Response) -> bool:
    return str(response.headers.get("Content-Type", "")).lower().startswith(constants.EVENT_STREAM)


def _is_framed(response: Response) -> bool:
    return any(name in response.headers for name in ("Content-Length", "Transfer-Encoding", "Content-Type"))


def _looks_like_stream(head: bytes) -> bool:
    """Whether bytes begin as an event stream does, cut anywhere."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if head.startswith(b":") or not head:
        return True
    word = head.split(b"\n", 1)[0].split(b"\r", 1)[0].split(b":", 1)[0]
    return word in _FIELDS or (word == head and any(name.startswith(word) for name in _FIELDS))


def _first_piece(body: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Look at the first bytes without taking them away."""
    head = b""
    for piece in body:
        head += piece
        if head.strip():
            break

    def again() -> Iterator[bytes]:
        if head:
            yield head
        yield from body

    return head, again()


def _gathered(body: Iterator[bytes]) -> bytes:
    found: list[bytes] = []
    size = 0
    for piece in body:
        found.append(piece)
        size += len(piece)
        if size > MAX_BODY_BYTES:
            break
    return b"".join(found)


def _is_fragment(tail: str) -> bool:
    """Whether a body ended in the middle of a line; a data line tells by its own text whether it is whole."""
    last = tail.rsplit("\n", 1)[-1]
    name, colon, _ = last.partition(":")
    return bool(last) and not last.startswith(":") and not (name == "data" and colon)
