"""Every draft that the client has seen, with the message that made it: the undo that the cloud lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mango_skill.client import journal
from mango_skill.client.clock import Clock
from mango_skill.client.locks import locked
from mango_skill.errors import ArgumentError, BusyError, MangoError
from mango_skill.protocol import draft as drafts
from mango_skill.timeline.model import Timeline
from mango_skill.timeline.summary import summarize

FOLDER: Final = "drafts"
SCHEMA: Final = "mango.version/1"
_NAME: Final = re.compile(r"\d{6}")
_LOCK_WAIT_S: Final = 10.0
_STAMPS: Final = frozenset(
    {
        "updated_at",
        "updatedAt",
        "update_time",
        "updateTime",
        "last_modified",
        "lastModified",
        "modified_at",
        "timestamp",
        "ts",
        "revision",
        "etag",
    }
)


@dataclass(frozen=True)
class Version:
    """A draft as it stood once.

    Attributes:
        number: Counted from 1 within the project.
        time: When it was first seen, seconds since 1970.
        message: What the user said to get it; empty when it was only found so.
        summary: The timeline in one line.
        duration_ms: Its length.
    """

    number: int
    time: float
    message: str
    summary: str
    duration_ms: int

    def to_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "time": self.time,
            "message": self.message,
            "summary": self.summary,
            "duration_ms": self.duration_ms,
        }


class History:
    """The versions of one project, one file each."""

    def __init__(self, project: Path, *, clock: Clock) -> None:
        self._folder = project / FOLDER
        self._clock = clock

    def record(self, draft: Mapping[str, Any], *, message: str = "") -> int:
        """Keep a draft unless it is the newest one already; returns its number, 0 for an empty one.

        Raises:
            BusyError: Another process keeps the history to itself.
            OSError: The folder can't be written.
        """
        if not drafts.has_material(draft) and not self._paths():
            return 0
        with locked(self._folder / "lock", wait_s=_LOCK_WAIT_S, clock=self._clock) as got:
            if not got:
                raise BusyError(
                    "Another process is writing this project's history.", hint="Try again in a moment."
                )
            paths = self._paths()
            if paths:
                newest = journal.read_json(paths[-1]) or {}
                if essence(newest.get("draft") or {}) == essence(draft):
                    return int(paths[-1].stem)
            number = int(paths[-1].stem) + 1 if paths else 1
            timeline = read_timeline(draft)
            record = {
                "schema": SCHEMA,
                "number": number,
                "time": self._clock.now(),
                "message": message,
                "summary": summarize(timeline),
                "duration_ms": timeline.duration,
                "draft": dict(draft),
            }
            journal.write_json(self._folder / f"{number:06}.json", record)
        return number

    def versions(self) -> tuple[Version, ...]:
        """Return all versions, oldest first."""
        return tuple(self._read())

    def draft(self, number: int) -> dict[str, Any]:
        """Return the draft of a version.

        Raises:
            ArgumentError: There is no such version.
        """
        record = journal.read_json(self._folder / f"{number:06}.json") if 0 < number < 1_000_000 else None
        if record is None or not isinstance(record.get("draft"), dict):
            raise ArgumentError(
                f"There is no version {number} of this project.",
                code="unknown_version",
                hint="See the known ones with 'mango history'.",
            )
        draft: dict[str, Any] = record["draft"]
        return draft

    def newest(self) -> dict[str, Any] | None:
        """Return the newest draft that was seen, or None."""
        paths = self._paths()
        return self.draft(int(paths[-1].stem)) if paths else None

    def _paths(self) -> list[Path]:
        return sorted(path for path in self._folder.glob("*.json") if _NAME.fullmatch(path.stem))

    def _read(self) -> Iterator[Version]:
        for path in self._paths():
            record = journal.read_json(path)
            if record is not None:
                yield Version(
                    number=int(path.stem),
                    time=float(record.get("time", 0)),
                    message=str(record.get("message", "")),
                    summary=str(record.get("summary", "")),
                    duration_ms=int(record.get("duration_ms", 0)),
                )


def essence(draft: Mapping[str, Any]) -> dict[str, Any]:
    """Return a draft without the stamps that a service may renew at each reading: they are no edit."""
    kept = {key: value for key, value in draft.items() if key not in _STAMPS}
    inner = kept.get(drafts.METADATA)
    if isinstance(inner, Mapping):
        kept[drafts.METADATA] = {key: value for key, value in inner.items() if key not in _STAMPS}
    return kept


def read_timeline(draft: Mapping[str, Any]) -> Timeline:
    """Return a draft as a timeline; one that can't be read counts as empty here, it is kept all the same."""
    try:
        return drafts.decode(draft)
    except (MangoError, ValueError, TypeError, KeyError):
        return Timeline()
