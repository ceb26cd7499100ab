"""What goes, and when: deleted sessions, those past the retention time or beyond the quota, leftovers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from mango_skill.engine.jobs import RenderQueue
from mango_skill.engine.places import Places
from mango_skill.engine.store import Store
from mango_skill.engine.turns import Turns
from mango_skill.settings import Settings

_DAY_S: Final = 86_400.0
_IN_USE_S: Final = 3600.0
"""What was used so recently is in use, however much it takes."""
_LOG: Final = logging.getLogger(__name__)


class Housekeeping:
    """Removes sessions with all that belongs to them."""

    def __init__(
        self,
        store: Store,
        *,
        places: Places,
        queue: RenderQueue,
        turns: Turns,
        settings: Settings,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._places = places
        self._queue = queue
        self._turns = turns
        self._settings = settings
        self._clock = clock

    def delete(self, session_id: str) -> None:
        """Remove a session's footage, drafts and renders.

        Raises:
            BusyError: A turn on it does not come to its end.
        """
        with self._turns.hold(session_id):
            for job in self._store.renders.of_session(session_id):
                self._queue.cancel(job.id)
            self._store.sessions.delete(session_id)
            self._places.remove(session_id)

    def tidy(self) -> None:
        """Remove sessions that were not used for the retention time, then the oldest beyond the quota.

        Never for the quota alone: the one used last, and those that were in use within the hour.
        """
        sessions = self._store.sessions.oldest_first()
        now = self._clock()
        oldest_kept = now - self._settings.retention_days * _DAY_S
        sizes = {session.id: self._places.size(session.id) for session in sessions}
        total = sum(sizes.values())
        for session in sessions:
            in_use = session is sessions[-1] or session.touched > now - _IN_USE_S
            if session.touched >= oldest_kept and (in_use or total <= self._settings.quota_bytes):
                continue
            if self._turns.is_busy(session.id) or self._has_unfinished(session.id):
                continue
            try:
                self.delete(session.id)
            except Exception:
                # one session that can't go must not keep the others
                _LOG.exception("session %s can't be removed", session.id)
                continue
            total -= sizes[session.id]
            _LOG.info("removed session %s, last used %.0f", session.id, session.touched)

    def sweep(self) -> None:
        """Remove files that nothing refers to: what a killed engine left behind."""
        sessions = [session.id for session in self._store.sessions.oldest_first()]
        kept = set()
        for session_id in sessions:
            media, renders = self._places.media(session_id), self._places.renders(session_id)
            kept |= {media / asset.file for asset in self._store.sessions.assets(session_id)}
            for job in self._store.renders.of_session(session_id):
                kept |= {renders / name for name in job.files}
        self._places.sweep(sessions, frozenset(kept))

    def _has_unfinished(self, session_id: str) -> bool:
        return any(job.finished is None for job in self._store.renders.of_session(session_id))
