"""A finished video to its place: resumed when the line breaks, checked, and renamed only when it is whole."""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

import urllib3.exceptions
from requests import Response

from mango_skill.client import containers, journal
from mango_skill.client.api import Api
from mango_skill.client.clock import Clock
from mango_skill.client.stream import CancelledError
from mango_skill.client.transport import read_piece, translate
from mango_skill.errors import (
    InterruptedTurnError,
    MangoError,
    NetworkError,
    OutputError,
    ServiceError,
)
from mango_skill.protocol import envelope

_MOST_REDIRECTS: Final = 5
_LONGEST_START: Final = 120  # bytes of a name that are kept in names beside it
_MOST_FRUITLESS: Final = 4
_PAUSE_S: Final = 0.5
_SHORT_PAUSE_S: Final = 0.1  # after some bytes came
_EXPIRED: Final = (401, 403, 404, 410)
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_RANGE: Final = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


class ExpiredLinkError(Exception):
    """The address no longer gives the file; the backend is to be asked for another."""


@dataclass(frozen=True)
class Target:
    """Where a download goes.

    Attributes:
        path: The final name.
        part: Where it grows until it is whole, in the same folder.
        form: The format that it must have.
        overwrite: Whether a file of that name may be replaced.
        job_id: The job that brings it.
    """

    path: Path
    part: Path
    form: str
    overwrite: bool
    job_id: str = ""

    @classmethod
    def at(cls, path: Path, *, job_id: str, form: str, overwrite: bool) -> Target:
        return cls(path, _beside(path, f"{job_id}.part"), form, overwrite, job_id)


def _beside(path: Path, ending: str) -> Path:
    """Return a hidden name next to a file; names are limited in bytes, and a letter may take four."""
    start = os.fsencode(path.name)[:_LONGEST_START].decode("utf-8", "ignore")
    return path.with_name(f".{start}.{ending}")


def free_name(folder: Path, stem: str, form: str) -> Path:
    """Return a path in a folder that nothing has yet, numbered from 2 when the plain name is taken."""
    path = folder / f"{stem}.{form}"
    number = 2
    while os.path.lexists(path):
        path = folder / f"{stem}-{number}.{form}"
        number += 1
    return path


def check_target(path: Path, *, overwrite: bool) -> None:
    """Check that a file can be put there.

    Raises:
        OutputError: There is one already, or the folder is missing or can't be written.
    """
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError) as problem:
        # A name that is too long, or a folder that may not be entered.
        raise output_error(path, problem if isinstance(problem, OSError) else OSError(str(problem))) from None
    if path.is_dir():
        raise OutputError(f"{path} is a folder.", code="output_folder", hint="Name a file in it.")
    if path.exists() and not overwrite:
        raise OutputError(
            f"{path} exists already.",
            code="output_exists",
            hint="Choose another name, or allow overwriting it.",
        )
    if not path.parent.is_dir():
        raise OutputError(
            f"There is no folder {path.parent}.",
            code="output_folder_missing",
            hint="Make it, or choose another.",
        )
    trial = _beside(path, f"{os.getpid()}.trial")
    try:
        trial.touch(exist_ok=True)
        trial.unlink()
    except OSError as problem:
        raise output_error(path, problem) from None


def output_error(path: Path, problem: OSError, *, job_id: str = "") -> OutputError:
    """Return what a failed write means to the user; ``job_id`` is the job that can be waited for again."""
    if problem.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        job = f"job {job_id}" if job_id else "the job"
        return OutputError(
            f"The disk is full: {path} could not be written.",
            code="disk_full",
            hint=f"Make room, then wait for {job} again; the render is kept.",
        )
    return OutputError(
        f"{path} can't be written ({problem.strerror or type(problem).__name__}).",
        code="output_not_writable",
        hint="Choose another place, or change its permissions.",
    )


def file_identity(path: Path) -> list[int]:
    """Return what a file keeps when it is renamed; nothing when there is none."""
    try:
        found = path.stat()
    except OSError:
        return []
    return [found.st_dev, found.st_ino, found.st_size]


class Download:
    """Brings one address to one target."""

    def __init__(
        self,
        api: Api,
        target: Target,
        *,
        clock: Clock,
        on_progress: Callable[[float | None], None],
        on_placing: Callable[[list[int]], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self._api = api
        self._target = target
        self._clock = clock
        self._on_progress = on_progress
        self._on_placing = on_placing
        self._cancelled = cancelled
        self._tag = ""
        self._total: int | None = None

    def fetch(self, url: str, *, size: int | None = None) -> int:
        """Bring the file and return its size.

        Args:
            url: Where it is.
            size: How large it must be, when the backend says so.

        Raises:
            ExpiredLinkError: The address gives nothing (any more).
            OutputError: It can't be written.
            NetworkError: The line fails again and again.
            ServiceError: What comes is not the file.
            CancelledError: Nobody wants it any more.
        """
        self._total = size
        fruitless = 0
        while True:
            have = self._have()
            if self._total is not None and have == self._total and have:
                break
            try:
                self._more(url, have)
                break
            except NetworkError:
                fruitless = 0 if self._have() > have else fruitless + 1
                if fruitless >= _MOST_FRUITLESS:
                    raise
                self._clock.sleep(_PAUSE_S * (2**fruitless - 1) or _SHORT_PAUSE_S)
        return self._put_in_place(size)

    def _have(self) -> int:
        try:
            return self._target.part.stat().st_size
        except OSError:
            return 0

    def _more(self, url: str, have: int) -> None:
        response = self._open(url, have)
        try:
            start = self._start(response, have)
            self._write(response, start)
        finally:
            response.close()

    def _open(self, url: str, have: int) -> Response:
        headers = {}
        if have:
            headers["Range"] = f"bytes={have}-"
            if self._tag:
                headers["If-Range"] = self._tag
        for _ in range(_MOST_REDIRECTS + 1):
            response = self._api.download(self._api.absolute(url), headers=headers)
            if response.status_code not in _REDIRECTS:
                return response
            place = response.headers.get("Location", "")
            response.close()
            if not place:
                break
            url = urljoin(url if "://" in url else self._api.absolute(url), place)
        raise ServiceError(
            "The download leads in circles.", code="redirect", hint="Export again; the timeline is kept."
        )

    def _start(self, response: Response, have: int) -> int:
        """Return where this answer's first byte belongs."""
        status = response.status_code
        if status in _EXPIRED:
            raise ExpiredLinkError
        if status == 416:
            # More is there than the server has: begin anew.
            self._drop()
            raise InterruptedTurnError("The download has to begin anew.")
        if status == 206:
            found = _RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
            if found is None or int(found.group(1)) != have:
                self._drop()
                raise InterruptedTurnError("The download has to begin anew.")
            if found.group(3) != "*":
                self._expect(int(found.group(3)))
            return have
        if status != 200:
            if status >= 500 or status == 429:
                raise InterruptedTurnError(f"The download was refused for now (HTTP {status}).")
            raise envelope.error_for_status(status)
        kind = response.headers.get("Content-Type", "").lower()
        if kind.startswith(("text/html", "application/json")):
            # An error page with a friendly status.
            raise ExpiredLinkError
        length = response.headers.get("Content-Length", "")
        if length.isdigit() and not response.headers.get("Content-Encoding"):
            self._expect(int(length))
        self._tag = response.headers.get("ETag", "")
        if self._tag.startswith("W/"):
            self._tag = ""
        return 0

    def _expect(self, total: int) -> None:
        if self._total is not None and self._total != total:
            # The backend's word may be an estimate; what the file's server says is what can arrive.
            self._drop_if_larger(total)
        self._total = total

    def _drop_if_larger(self, total: int) -> None:
        if self._have() > total:
            self._drop()

    def _write(self, response: Response, start: int) -> None:
        try:
            with self._target.part.open("r+b" if start else "wb") as file:
                file.seek(start)
                done = start
                while piece := self._read(response):
                    file.write(piece)
                    done += len(piece)
                    if self._cancelled():
                        raise CancelledError
                    self._on_progress(100.0 * done / self._total if self._total else None)
                file.flush()
                os.fsync(file.fileno())
        except OSError as problem:
            told = output_error(self._target.path, problem, job_id=self._target.job_id)
            if told.code == "disk_full":
                # half a file is of no use to a person who looks for room
                self._drop()
            raise told from None
        if self._total is not None and done < self._total:
            raise InterruptedTurnError(
                "The download was cut off.", hint="Wait for the job again to resume it."
            )

    def _read(self, response: Response) -> bytes:
        try:
            return read_piece(response)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as problem:
            raise translate(problem) from None

    def _put_in_place(self, size: int | None) -> int:
        part, path = self._target.part, self._target.path
        found = part.stat().st_size
        problem = self._fault(found)
        if problem is not None:
            self._drop()
            raise problem
        if path.exists() and not self._target.overwrite:
            raise OutputError(
                f"{path} exists by now.",
                code="output_exists",
                hint="Move it away, then wait for the job again; the download is kept.",
            )
        # Written down first: a process that finds the file under its name must know that it is this one.
        self._on_placing(file_identity(part))
        try:
            os.replace(part, path)
        except OSError as problem_:
            raise output_error(path, problem_, job_id=self._target.job_id) from None
        journal.sync_folder(path.parent)
        return found

    def _fault(self, found: int) -> MangoError | None:
        with self._target.part.open("rb") as file:
            head = file.read(containers.HEAD_BYTES)
        whole = self._total is None or found == self._total
        if found and whole and containers.fits(head, self._target.form):
            lacks = containers.missing_part(self._target.part)
            if not lacks:
                return None
        else:
            lacks = "it is no such file" if found and whole else "its size is wrong"
        return ServiceError(
            f"What was downloaded is not a whole {self._target.form} file: {lacks}.",
            code="bad_download",
            hint="Wait for the job again to fetch it anew.",
            retryable=True,
        )

    def _drop(self) -> None:
        with contextlib.suppress(OSError):
            self._target.part.unlink()
