"""Caption files that belong beside an exported video."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mango_skill.client.api import Api
from mango_skill.client.clock import Clock
from mango_skill.client.download import Download, ExpiredLinkError, Target, file_identity, free_name
from mango_skill.client.jobs import JobFile
from mango_skill.client.status import RenderStatus, read_status
from mango_skill.errors import NetworkError, ServiceError


class Sidecars:
    """Fetches the caption files of one export."""

    def __init__(self, job: JobFile, *, api: Api, clock: Clock, cancelled: Callable[[], bool]) -> None:
        self._job = job
        self._api = api
        self._clock = clock
        self._cancelled = cancelled

    def fetch(self, target: Target, status: RenderStatus, *, resumed: bool) -> dict[str, Any]:
        """Fetch them under the video's name, or one that is free; a file that is there is never replaced.

        Args:
            target: Where the video is.
            status: What the backend said of the render; its addresses are used.
            resumed: Whether another process was told so, some time ago.

        Raises:
            MangoError: One can't be fetched.
        """
        links = dict((status.facts or {}).get("sidecars") or {})
        if links and resumed:
            # Addresses that a killed process wrote down may have expired, or be those of an engine that has gone.
            links = self._fresh_links() or links
        paths = []
        for form, url in links.items():
            path = self._placed(form)
            if path is None:
                path = free_name(target.path.parent, target.path.stem, form)
                try:
                    self._fetch_one(path, form, url)
                except (ExpiredLinkError, NetworkError):
                    self._fetch_again(path, form)
            paths.append(str(path))
        return {"captions": paths} if paths else {}

    def _fresh_links(self) -> dict[str, str]:
        status = read_status(self._api.render_status(str(self._job.facts.get("render_id") or "")))
        return dict((status.facts or {}).get("sidecars") or {})

    def _fetch_again(self, path: Path, form: str) -> None:
        try:
            url = self._fresh_links().get(form)
            if url:
                self._fetch_one(path, form, url)
                return
        except ExpiredLinkError:
            pass
        raise ServiceError(
            f"The video is at {self._job.request['path']}, but its captions can't be fetched any more.",
            code="expired_link",
            hint="Export again under another name; the timeline is kept.",
        )

    def _fetch_one(self, path: Path, form: str, url: str) -> None:
        placed = dict(self._job.facts.get("beside") or {})
        Download(
            self._api,
            Target.at(path, job_id=self._job.id, form=form, overwrite=False),
            clock=self._clock,
            on_progress=lambda _: None,
            on_placing=lambda identity: self._job.remember(beside={**placed, form: [str(path), identity]}),
            cancelled=self._cancelled,
        ).fetch(url)

    def _placed(self, form: str) -> Path | None:
        """Find the caption file that a killed process had already put under its name."""
        found = (self._job.facts.get("beside") or {}).get(form)
        return Path(found[0]) if found and file_identity(Path(found[0])) == found[1] else None
