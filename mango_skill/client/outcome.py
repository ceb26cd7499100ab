"""Events folded into a snapshot, and the snapshot into exactly one outcome: pure, each function for itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from mango_skill.errors import MangoError, ServiceError
from mango_skill.protocol import constants, envelope
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
        return envelope.valid_text(_joined(self.pieces))


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
