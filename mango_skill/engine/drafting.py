"""The stored draft as a timeline: read, changed, and kept as versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mango_skill.engine import director
from mango_skill.engine.director import Direction, History, Studio, Version
from mango_skill.engine.store import Asset, NewDraft, Store
from mango_skill.protocol import draft as drafts
from mango_skill.timeline import MediaKind, MediaReference, Timeline


@dataclass(frozen=True)
class Current:
    """The version in force (0 and an empty timeline when there is none yet)."""

    number: int
    timeline: Timeline
    draft: Mapping[str, Any]


class Drafting:
    """What turns, uploads and exports do with a session's draft."""

    def __init__(
        self, store: Store, *, studio: Callable[[Mapping[str, Asset]], Studio], clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._make_studio = studio
        self._clock = clock

    def current(self, session_id: str) -> Current:
        """Return the version in force."""
        version = self._store.drafts.current(session_id)
        if version is None:
            empty = Timeline()
            return Current(0, empty, drafts.encode(empty))
        return Current(version.version, drafts.decode(version.draft), version.draft)

    def references(self, session_id: str) -> dict[str, MediaReference]:
        """Return the session's files as the timeline refers to them, in the order in which they came."""
        return {asset.id: reference(asset) for asset in self._store.sessions.assets(session_id)}

    def studio(self, session_id: str) -> Studio:
        """Return who answers questions about the session's files."""
        return self._make_studio({asset.id: asset for asset in self._store.sessions.assets(session_id)})

    def history(self, session_id: str) -> History:
        """Return the stored versions, for undo and its kin."""
        return _StoredHistory(self._store, session_id)

    def pending(self, session_id: str) -> Mapping[str, Any] | None:
        """Return the question that waits for an answer."""
        return self._store.sessions.pending(session_id)

    def keep(self, session_id: str, message: str, *, before: Current, direction: Direction) -> int:
        """Store what a message led to, all of it or nothing, and return the version now in force."""
        with self._store.transaction():
            self._store.sessions.keep_turn(session_id, report=direction.report, pending=direction.pending)
            parent = before.number
            same = direction.timeline == before.timeline
            if direction.version_move is not None:
                target = self._store.drafts.find(session_id, direction.version_move)
                parent = target.version if target else 0
                same = direction.timeline == (drafts.decode(target.draft) if target else Timeline())
                self._store.drafts.move(session_id, parent)
            if same:
                return self._store.drafts.current_number(session_id)
            new = NewDraft(
                kind="edit",
                message=message,
                draft=drafts.encode(direction.timeline),
                operations=[step.operation for step in direction.steps if step.ok],
            )
            return self._store.drafts.add(session_id, new, parent=parent, now=self._clock()).version

    def place(self, session_id: str, assets: Sequence[Asset]) -> int:
        """Put fresh files onto the draft and return the version now in force."""
        before = self.current(session_id)
        fresh = {asset.id: reference(asset) for asset in assets}
        after = director.place_uploads(before.timeline, fresh, self.studio(session_id))
        if after == before.timeline:
            return before.number
        new = NewDraft(kind="upload", message="", draft=drafts.encode(after))
        return self._store.drafts.add(session_id, new, parent=before.number, now=self._clock()).version


class _StoredHistory:
    """``director.History`` over the store."""

    def __init__(self, store: Store, session_id: str) -> None:
        self._store = store
        self._session_id = session_id

    @property
    def current(self) -> int:
        """The number of the version in force."""
        return self._store.drafts.current_number(self._session_id)

    def versions(self) -> Sequence[Version]:
        """Return all versions, oldest first."""
        return [
            Version(
                number=one.version,
                parent=one.parent,
                message=one.message,
                operations=one.operations,
                timeline=drafts.decode(one.draft),
            )
            for one in self._store.drafts.all(self._session_id)
        ]


def reference(asset: Asset) -> MediaReference:
    """Return a file as the timeline refers to it."""
    info = asset.info
    numerator, denominator = info.get("fps_num") or 0, info.get("fps_den") or 1
    return MediaReference(
        id=asset.id,
        name=asset.name,
        kind=MediaKind(info["kind"]),
        duration=info["duration_ms"],
        width=info["width"],
        height=info["height"],
        fps=Fraction(numerator, denominator) if numerator else None,
        has_audio=info.get("audio_codec") is not None,
        has_video=info["kind"] == "video",
    )
