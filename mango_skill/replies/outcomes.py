"""What a reply is made of: one value per kind of outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mango_skill.errors import MangoError
from mango_skill.replies.gui import Translation
from mango_skill.timeline.difference import Difference
from mango_skill.timeline.model import Timeline


@dataclass(frozen=True)
class EditOutcome:
    """After an edit: what changed, and what the chat said about it (``said`` may be empty).

    ``changes`` is a difference or its JSON form; ``timeline`` or its ``summary`` the video as it is now;
    ``notes`` are defaults that were chosen, one clause each.
    """

    changes: Difference | Sequence[Mapping[str, Any]] = ()
    said: Translation | str = ""
    timeline: Timeline | None = None
    summary: str = ""
    notes: Sequence[str] = ()
    asked: bool = False
    """The chat asked something back: no next steps are proposed."""


@dataclass(frozen=True)
class ExportOutcome:
    """A finished file. ``took_ms`` is the time from the request to the file, ``captions`` lie beside it."""

    path: str
    size: int | None = None
    duration_ms: int | None = None
    width: int | None = None
    height: int | None = None
    took_ms: int | None = None
    format: str | None = None
    claim_link: str | None = None
    captions: Sequence[str] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class StateOutcome:
    """What is in the video, and the footage: names that are used or not. ``question`` is what the user asked of it."""

    timeline: Timeline | None = None
    summary: str = ""
    unplaced: Sequence[str] = ()
    question: str = ""


@dataclass(frozen=True)
class CreditsOutcome:
    """The account. ``free``: the backend charges nothing."""

    available: float | None = None
    frozen: float | None = None
    total: float | None = None
    free: bool = False


@dataclass(frozen=True)
class UploadOutcome:
    """What arrived, and what did not, with its error."""

    received: Sequence[str] = ()
    refused: Sequence[tuple[str, MangoError | Mapping[str, Any]]] = ()


@dataclass(frozen=True)
class Progress:
    """Work under way. ``stage``: upload, edit, render or download; ``percent`` 0 to 100."""

    stage: str | None = None
    percent: float | None = None
    waited_ms: int | None = None


@dataclass(frozen=True)
class Failure:
    """An error, as raised or as told (``code``, ``message``, ``hint``)."""

    error: MangoError | Mapping[str, Any]


@dataclass(frozen=True)
class Greeting:
    """The first words. ``backend`` is local or cloud where it is known already."""

    backend: str | None = None
    available: float | None = None


Outcome = (
    EditOutcome
    | ExportOutcome
    | StateOutcome
    | CreditsOutcome
    | UploadOutcome
    | Progress
    | Failure
    | Greeting
)
