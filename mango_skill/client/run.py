"""One turn of the chat: events folded into a snapshot, the snapshot into exactly one outcome.

``fold`` and ``conclude`` are pure; ``Run`` brings them the events of one request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import TracebackType
from typing import Any, Final

import sseclient
from requests import Response

from mango_skill.client.backend import Patience
from mango_skill.client.stream import CancelledError, EventBytes, Pump, Watch, pieces, wait_for_answer
from mango_skill.client.transport import MAX_BODY_BYTES, was_cut_in_headers
from mango_skill.errors import (
    InterruptedTurnError,
    MangoError,
    NotDeliveredError,
    ServiceError,
    TimedOutError,
)
from mango_skill.protocol import constants, envelope, events
from mango_skill.protocol.events import (
    ErrorEvent,
    Event,
    HeartbeatEvent,
    MalformedEvent,
    TextEvent,
    ToolCallEvent,
    UnknownEvent,
)


class Outcome(StrEnum):
    """How a turn ended; exactly one of these."""

    ANSWERED = "answered"
    SILENT = "silent"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"


class Ending(StrEnum):
    """How the stream ended."""

    CLEAN = "clean"
    CUT = "cut"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"


# Pieces of a text that is still growing, newest first: adding one costs the same however many there are.
Growing = tuple[Any, str] | None


@dataclass(frozen=True)
class Piece:
    """Words of one speaker; ``growing`` holds what came of them as long as the whole is not there."""

    author: str
    text: str = ""
    growing: Growing = None
    plain: bool = False

    def whole(self) -> str:
        words: list[str] = []
        rest = self.growing
        while rest is not None:
            rest, word = rest
            words.append(word)
        return self.text + "".join(reversed(words))


@dataclass(frozen=True)
class RunSnapshot:
    """What is known of a turn so far.

    Attributes:
        pieces: What was said, in order.
        shown: Ids of whole texts that were taken.
        last_partial: The newest partial text, to know it again when it is sent twice.
        error: The first error that the stream told.
        tools: Names of the tools the service used.
        malformed: Whether the newest event was no JSON.
        begun: Whether anything but heartbeats came before an error: it can't be sent again then.
        events: How many events came, heartbeats included.
    """

    pieces: tuple[Piece, ...] = ()
    shown: frozenset[str] = frozenset()
    last_partial: tuple[str, str, str] = ("", "", "")
    error: MangoError | None = None
    tools: tuple[str, ...] = ()
    malformed: bool = False
    begun: bool = False
    events: int = 0

    def words(self) -> str:
        """Return what was said so far."""
        return _joined(self.pieces)


@dataclass(frozen=True)
class TurnResult:
    """What came of a turn.

    Attributes:
        outcome: One of ``Outcome``.
        reply: What the user sees of it; for a silent turn nothing yet.
        code: The error's code, when it failed.
        error: What failed.
        tools: Names of the tools the service used.
        begun: Whether the service had begun to work before an error.
    """

    outcome: Outcome
    reply: str = ""
    code: str = ""
    error: MangoError | None = None
    tools: tuple[str, ...] = ()
    begun: bool = True


def fold(snapshot: RunSnapshot, event: Event) -> RunSnapshot:
    """Return the snapshot with one more event; the argument stays as it is."""
    count = snapshot.events + 1
    if isinstance(event, HeartbeatEvent):
        return replace(snapshot, events=count)
    if isinstance(event, ErrorEvent):
        return replace(snapshot, error=snapshot.error or event.error, malformed=False, events=count)
    if isinstance(event, MalformedEvent):
        return replace(snapshot, malformed=True, begun=True, events=count)
    if isinstance(event, ToolCallEvent):
        tools = (*snapshot.tools, event.name) if event.name else snapshot.tools
        return replace(snapshot, tools=tools, malformed=False, begun=True, events=count)
    if isinstance(event, TextEvent):
        taken = _take_partial(snapshot, event) if event.partial else _take_whole(snapshot, event)
        return replace(taken, malformed=False, begun=True, events=count)
    begun = snapshot.begun or not (isinstance(event, UnknownEvent) and event.kind == "done")
    return replace(snapshot, malformed=False, begun=begun, events=count)


def _take_partial(snapshot: RunSnapshot, event: TextEvent) -> RunSnapshot:
    key = (event.id, event.stamp, event.text)
    if event.id and key == snapshot.last_partial:
        return snapshot
    open_at = _open_piece(snapshot.pieces, event.author)
    if open_at is None:
        piece = Piece(event.author, growing=(None, event.text), plain=event.plain)
        return replace(snapshot, pieces=(*snapshot.pieces, piece), last_partial=key)
    grown = replace(snapshot.pieces[open_at], growing=(snapshot.pieces[open_at].growing, event.text))
    return replace(snapshot, pieces=_put(snapshot.pieces, open_at, grown), last_partial=key)


def _take_whole(snapshot: RunSnapshot, event: TextEvent) -> RunSnapshot:
    if event.id and event.id in snapshot.shown:
        return snapshot
    shown = snapshot.shown | {event.id} if event.id else snapshot.shown
    if not event.text.strip() and not event.plain:
        return replace(snapshot, shown=shown)
    piece = Piece(event.author, event.text, plain=event.plain)
    open_at = _open_piece(snapshot.pieces, event.author)
    if open_at is None:
        open_at = _begun_by(snapshot.pieces, event.text)
    if open_at is None:
        return replace(snapshot, pieces=(*snapshot.pieces, piece), shown=shown)
    return replace(snapshot, pieces=_put(snapshot.pieces, open_at, piece), shown=shown)


def _open_piece(pieces_: tuple[Piece, ...], author: str) -> int | None:
    for at in range(len(pieces_) - 1, -1, -1):
        if pieces_[at].author == author and pieces_[at].growing is not None:
            return at
    return None


def _begun_by(pieces_: tuple[Piece, ...], text: str) -> int | None:
    """Find the growing piece that ``text`` is the whole of, though another name stands on it."""
    for at, piece in enumerate(pieces_):
        if piece.growing is not None and text.strip().startswith(piece.whole().strip()):
            return at
    return None


def _put(pieces_: tuple[Piece, ...], at: int, piece: Piece) -> tuple[Piece, ...]:
    return (*pieces_[:at], piece, *pieces_[at + 1 :])


def _joined(pieces_: tuple[Piece, ...]) -> str:
    text = ""
    before: Piece | None = None
    for piece in pieces_:
        words = piece.whole()
        if not words.strip() and not piece.plain:
            continue
        if before is None or not text:
            text = words
        elif before.plain and piece.plain and _continues(text, words):
            text += words
        else:
            text = f"{text.rstrip()}\n\n{words.lstrip()}"
        before = piece
    return text.strip()


def _continues(text: str, words: str) -> bool:
    """Whether a piece of the plain dialect goes on in mid-sentence instead of being a message of its own."""
    return not words or text[-1:].isspace() or words[:1].isspace() or text[-1:] not in '.!?:。！？…"”)'


# The tail [P]: a sentence of its own at the end of what was said.
_TEMPORARY: Final = re.compile(rf"(?i)(?:^|(?<=[.!?。！？…\n])\s*){re.escape(constants.TEMPORARY_ISSUE)}")
_LONGEST_TAIL: Final = 300


def without_temporary_issue(words: str) -> tuple[str, bool]:
    """Drop the service's "temporary issue" from the end; tells whether that was all there was."""
    found = None
    for found in _TEMPORARY.finditer(words):  # noqa: B007 - the last one is wanted
        pass
    if (
        found is None
        or len(words) - found.start() > _LONGEST_TAIL
        or "\n\n" in words[found.start() :].strip()
    ):
        return words, False
    before = words[: found.start()].strip()
    while before:
        # The same tail may have been said twice.
        again = None
        for again in _TEMPORARY.finditer(before):  # noqa: B007
            pass
        if again is None or len(before) - again.start() > _LONGEST_TAIL:
            break
        before = before[: again.start()].strip()
    return (before, False) if before else (words, True)


def conclude(snapshot: RunSnapshot, ending: Ending) -> TurnResult:
    """Return the one outcome that a snapshot and the stream's ending make."""
    words = snapshot.words()
    if ending is Ending.CANCELLED:
        return TurnResult(Outcome.CANCELLED, words, tools=snapshot.tools)
    if snapshot.error is not None:
        return failed(snapshot.error, words=words, tools=snapshot.tools, begun=snapshot.begun)
    if ending is Ending.TIMED_OUT:
        return TurnResult(Outcome.TIMED_OUT, words, code="timed_out", tools=snapshot.tools)
    if ending is Ending.CUT or snapshot.malformed:
        return TurnResult(Outcome.INTERRUPTED, words, code="interrupted", tools=snapshot.tools)
    if not words:
        return TurnResult(Outcome.SILENT, tools=snapshot.tools)
    words, alone = without_temporary_issue(words)
    if alone:
        problem = ServiceError(
            words, code="temporary_issue", hint="Look at the state, then try again.", retryable=True
        )
        return TurnResult(Outcome.FAILED, words, code=problem.code, error=problem, tools=snapshot.tools)
    return TurnResult(Outcome.ANSWERED, words, tools=snapshot.tools)


def failed(
    problem: MangoError, *, words: str = "", tools: tuple[str, ...] = (), begun: bool = False
) -> TurnResult:
    """Return a failed turn: the text so far, then the error in a sentence."""
    words, _ = without_temporary_issue(words)
    reply = f"{words}\n\n{problem.message}" if words else problem.message
    return TurnResult(Outcome.FAILED, reply, problem.code, problem, tools, begun)


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
            self.refusal = self._refused(response, body)
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
            if not _looks_like_stream(head):
                yield from self._document(response, body)
                return
        yield from self._stream(body)

    def _refused(self, response: Response, body: Iterator[bytes]) -> MangoError:
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
