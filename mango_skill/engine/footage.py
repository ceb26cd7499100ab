"""Files of a session: received or fetched, looked at in a child process, kept, and put onto the draft."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from mango_skill.engine.drafting import Drafting
from mango_skill.engine.links import Fetcher, LinkLimits, host_of
from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.places import Places
from mango_skill.engine.receiving import FileSink, ReceivedFile, Reserve
from mango_skill.engine.store import Asset, Session, Store
from mango_skill.engine.turns import Turns
from mango_skill.errors import ArgumentError, MangoError, MediaError, ServiceError
from mango_skill.protocol import constants, emission
from mango_skill.settings import Settings

MAX_LINKS: Final = 50

Refusal = tuple[str, MangoError]
"""The name of what was not kept, and why."""


class Footage:
    """What can be done with files."""

    def __init__(
        self,
        store: Store,
        *,
        places: Places,
        drafting: Drafting,
        turns: Turns,
        settings: Settings,
        clock: Callable[[], float],
        examine: Callable[[str], MediaInfo],
        fetcher: Fetcher | None = None,
    ) -> None:
        self._store = store
        self._places = places
        self._drafting = drafting
        self._turns = turns
        self._settings = settings
        self._clock = clock
        self._examine = examine
        self._fetcher = fetcher or Fetcher(
            LinkLimits(settings.link_max_bytes, settings.link_limit_s), time.monotonic
        )

    def expect(self, session: Session, size: int | None) -> None:
        """Refuse an upload that would not fit, before its first byte.

        Raises:
            MediaError: Code 4002: the disk's reserve or the quota would be used up.
        """
        self._reserve(session.id).check(size or 0)
        if (size or 0) > self._room(session.id):
            raise MediaError(
                f"This project would take more than the {self._settings.quota_bytes / 1e9:,.1f} GB"
                " that the engine may keep.",
                code=str(constants.TOO_LARGE),
                hint="Send smaller files, start another project, or raise 'quota_bytes' in config.yaml.",
            )

    def open_sink(self, session: Session, name: str) -> FileSink:
        """Return where a file that is on its way may be written."""
        return FileSink(
            name,
            self._places.media(session.id),
            reserve=self._reserve(session.id),
            max_bytes=self._room(session.id),
        )

    def take(self, session: Session, files: Sequence[ReceivedFile]) -> dict[str, Any]:
        """Look at files that arrived, keep the good ones and put them onto the draft.

        Raises:
            MangoError: Why the first one can't be used, when none can.
            ServiceError: Code 1002: the session was deleted meanwhile.
            BusyError: A turn does not come to its end; the files are kept, sending them again places them.
        """
        return self._keep(session, files, ())

    def _keep(
        self, session: Session, files: Sequence[ReceivedFile], before: Sequence[Refusal]
    ) -> dict[str, Any]:
        """Take files; ``before``: what was refused before it became a file."""
        taken: list[Asset] = []
        refused = list(before)
        for file in files:
            try:
                taken.append(self._take(session.id, file))
            except MediaError as problem:
                refused.append((file.name, _named(problem, file.name)))
            except MangoError as problem:
                refused.append((file.name, problem))
            finally:
                self._discard_unused(session.id, file)
        if self._store.sessions.find(session.id) is None:
            raise no_such_session()
        if not taken:
            raise refused[0][1]
        with self._turns.hold(session.id):
            version = self._drafting.place(session.id, taken)
        answer: dict[str, Any] = {"files": [describe(asset) for asset in taken], "draft_version": version}
        if refused:
            answer["refused"] = [{"name": name, **emission.failure(problem)} for name, problem in refused]
        return answer

    def fetch(self, session: Session, links: Sequence[str]) -> dict[str, Any]:
        """Fetch files behind links, then treat them as if they had been sent.

        Raises:
            ArgumentError: Links are turned off, or none was given.
            MangoError: Why the first one was refused or can't be used, when none can.
        """
        if not self._settings.links:
            raise ArgumentError(
                "Fetching links is turned off.",
                code="link_refused",
                hint="Download the file and upload it, or set 'links: true' in config.yaml.",
            )
        if not 0 < len(links) <= MAX_LINKS:
            raise ArgumentError(f"Give 1 to {MAX_LINKS} links.", hint='Send {"urls": ["https://..."]}.')
        files: list[ReceivedFile] = []
        refused: list[Refusal] = []
        try:
            for link in links:
                try:
                    files.append(self._fetcher.fetch(link, lambda name: self.open_sink(session, name)))
                except MangoError as problem:
                    # the host alone: paths and queries of links may hold keys
                    refused.append((host_of(link), problem))
        except BaseException:
            for file in files:
                file.path.unlink(missing_ok=True)
            raise
        return self._keep(session, files, refused)

    def _room(self, session_id: str) -> int:
        """Return how many bytes this session may still take of the quota, were it the only one."""
        return max(0, self._settings.quota_bytes - self._places.size(session_id))

    def _reserve(self, session_id: str) -> Reserve:
        return Reserve(self._places.media(session_id), reserve_bytes=self._settings.free_disk_reserve_bytes)

    def _take(self, session_id: str, file: ReceivedFile) -> Asset:
        known = self._store.sessions.same_content(session_id, file.sha256)
        if known is not None:
            return known
        info = self._examine(str(file.path))
        with self._store.transaction():
            if self._store.sessions.find(session_id) is None:
                raise no_such_session()
            return self._store.sessions.add_asset(
                session_id,
                name=file.name,
                sha256=file.sha256,
                file=file.path.name,
                info=info.to_dict(),
                now=self._clock(),
            )

    def _discard_unused(self, session_id: str, file: ReceivedFile) -> None:
        asset = self._store.sessions.same_content(session_id, file.sha256)
        if asset is None or asset.file != file.path.name:
            file.path.unlink(missing_ok=True)


def _named(problem: MediaError, name: str) -> MediaError:
    """Return the same error with the file's name in front: it is seldom the only one that was sent."""
    return type(problem)(
        f"{name}: {problem.message}",
        code=problem.code,
        hint=problem.hint,
        retryable=problem.retryable,
        details=problem.details,
    )


def no_such_session() -> ServiceError:
    """Return the answer to a session that nobody knows, or that is someone else's."""
    return ServiceError(
        "There is no such session.",
        code=str(constants.SESSION_NOT_FOUND),
        hint="Make a new one and upload the footage again.",
    )


def describe(asset: Asset) -> Mapping[str, Any]:
    """Return a file as the wire shows it."""
    return emission.media_info(asset_id=asset.id, name=asset.name, facts=asset.info)
