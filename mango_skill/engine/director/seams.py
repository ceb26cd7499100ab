"""What the director needs from the engine, and what it hands back.

The director is pure but for these seams: it never opens a file, never waits, never stores. The engine
implements ``Studio`` over its analysis processes and ``History`` over its store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from mango_skill.timeline import Timeline
from mango_skill.timeline.edits import Loop

Json = Any
Span = tuple[int, int]
"""Start and end in milliseconds of the media, half-open."""


@dataclass(frozen=True)
class Cue:
    """One caption: when, in milliseconds, and what it says."""

    start: int
    end: int
    text: str


class Studio(Protocol):
    """Questions about footage. Times are milliseconds of the media; every answer may come from a cache.

    A method raises ``MangoError`` when the file can't be analysed; the director then answers that one
    operation plainly and carries out the others.
    """

    def pauses(
        self,
        asset: str,
        *,
        min_ms: int | None = None,
        threshold_db: float | None = None,
        padding_ms: int | None = None,
        strength: str = "normal",
    ) -> Sequence[Span]:
        """Return what can be cut out so that speech still sounds natural (handles are already left).

        None means the analysis's own default; ``strength`` is ``less``, ``normal`` or ``tighter``.
        """

    def beats(self, asset: str) -> Sequence[int]:
        """Return the beat times of a music file, ascending."""

    def loop(self, asset: str) -> Loop | None:
        """Return how a music file goes on for longer than it is, None without sound."""

    def bed_beats(self, mood: str, duration_ms: int) -> Sequence[int]:
        """Return the beat times of a synthesised bed, known by its construction."""

    def mood(self, words: str) -> tuple[str, bool]:
        """Return the synthesised mood nearest to the user's words and whether it is exactly what was said."""

    def loudness(self, asset: str) -> float | None:
        """Return the integrated loudness in LUFS, None without sound."""

    def scenes(self, asset: str) -> Sequence[int]:
        """Return where the picture changes to another shot, ascending."""

    def cues(self, asset: str) -> Sequence[Cue]:
        """Return the cues of an uploaded SRT or VTT file."""


@dataclass(frozen=True)
class Version:
    """One stored draft. ``message`` is empty for the placing of an upload, which is not a step of its own.

    ``parent`` is the version that this one was made from; None for the first.
    """

    number: int
    parent: int | None
    message: str
    operations: tuple[Mapping[str, Json], ...]
    timeline: Timeline


class History(Protocol):
    """The stored drafts of a session, for undo, redo, reset and restore."""

    @property
    def current(self) -> int:
        """The number of the version in force; 0 when none is stored yet."""

    def versions(self) -> Sequence[Version]:
        """Return all versions, oldest first, those that were undone included."""


@dataclass(frozen=True)
class Step:
    """One operation and what became of it. ``note`` is one clause in the user's language.

    ``operation`` is its JSON form (``{"op": name, ...}``), as for ``functionCall``; ``facts`` are for
    ``functionResponse`` and for programs.
    """

    operation: Mapping[str, Json]
    ok: bool
    note: str
    facts: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Direction:
    """What a message led to.

    Attributes:
        timeline: The draft from now on; the very same value as before when nothing changed.
        text: The answer to the user, never empty.
        steps: The operations in order, carried out or not.
        report: JSON facts of this edit (pauses cut, seconds removed, music, loudness ...).
        pending: Kept by the engine and passed back with the next message when a question was asked;
            None clears it.
        version_move: A version of the history that this result stems from (undo, redo, reset, restore).
            The engine makes it current; when ``timeline`` differs from that version's, it is stored as
            a new version whose parent it is. None: the current version is the parent.
    """

    timeline: Timeline
    text: str
    steps: tuple[Step, ...] = ()
    report: Mapping[str, Json] = field(default_factory=dict)
    pending: Mapping[str, Json] | None = None
    version_move: int | None = None

    @property
    def asks(self) -> bool:
        """Whether the text is a question and nothing was changed."""
        return self.pending is not None
