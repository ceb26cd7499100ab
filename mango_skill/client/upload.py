"""Footage to a session: streamed from disk, never the same file twice, safe to repeat."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

from mango_skill.client import media
from mango_skill.client.api import Api
from mango_skill.client.footage import Candidate, Refused
from mango_skill.client.projects import ProjectFolder
from mango_skill.client.transport import PIECE_BYTES
from mango_skill.errors import MangoError, MediaError
from mango_skill.protocol import constants
from mango_skill.timeline.model import MediaReference

_TOLD_EVERY: Final = 4 * PIECE_BYTES


@dataclass(frozen=True)
class UploadProgress:
    """How far an upload is: bytes of file ``number`` of ``count``."""

    name: str
    sent: int
    total: int
    number: int
    count: int

    @property
    def percent(self) -> float:
        """How far all files together are, 0 to 100."""
        done = self.number - 1 + (self.sent / self.total if self.total else 1.0)
        return 100.0 * done / max(self.count, 1)


@dataclass(frozen=True)
class Uploaded:
    """One file or link of an upload. ``already`` when the session had it before."""

    name: str
    size: int
    already: bool = False
    link: str = ""

    def to_json(self) -> dict[str, Any]:
        values = {"name": self.name, "size": self.size, "already": self.already, "link": self.link}
        return {key: value for key, value in values.items() if value not in ("", None)}


@dataclass(frozen=True)
class UploadResult:
    """What was uploaded and what could not be, and the session's media afterwards as its backend describes them."""

    files: tuple[Uploaded, ...]
    media: tuple[MediaReference, ...] = ()
    refused: tuple[Refused, ...] = ()


class FormBody:
    """A multipart body with one file: a length, and a ``read`` that streams from disk.

    ``requests`` sends an object with both in pieces and says its length beforehand.
    """

    def __init__(self, candidate: Candidate, *, boundary: str, on_sent: Callable[[int], None] | None) -> None:
        quoted = candidate.name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        self._head = (
            f"--{boundary}\r\n"
            f'Content-Disposition: form-data; name="{constants.UPLOAD_FIELD}"; filename="{quoted}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode(errors="replace")
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self._candidate = candidate
        self._on_sent = on_sent
        self._file: BinaryIO | None = None
        self._left = candidate.size
        self._at_head = True
        self._done = False

    def __len__(self) -> int:
        return len(self._head) + self._candidate.size + len(self._tail)

    def read(self, size: int = -1) -> bytes:
        """Return the next piece, at most 64 KiB whatever is asked for."""
        if self._done:
            return b""
        if self._at_head:
            self._at_head = False
            return self._head
        if self._left:
            if self._file is None:
                self._file = self._candidate.path.open("rb")
            piece = self._file.read(min(PIECE_BYTES, self._left))
            if not piece:
                self.close()
                raise MediaError(
                    f"{self._candidate.name} became shorter while it was uploaded.",
                    code="changed_file",
                    hint="Upload it again when nothing writes to it any more.",
                )
            self._left -= len(piece)
            if self._on_sent is not None:
                self._on_sent(self._candidate.size - self._left)
            return piece
        self._done = True
        self.close()
        return self._tail

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


class Uploader:
    """Brings footage into one project's session; whoever uses it holds the project's edit lock."""

    def __init__(self, folder: ProjectFolder, api: Api) -> None:
        self._folder = folder
        self._api = api
        self._session = folder.session(api)

    def upload(
        self,
        files: Sequence[Candidate],
        links: Sequence[str],
        *,
        on_progress: Callable[[UploadProgress], None] | None = None,
    ) -> UploadResult:
        """Bring files and links into the session; a file that the backend can't use does not keep the others out.

        Raises:
            MediaError: None of the files and links can be used.
            MangoError: Something could not be uploaded; what was uploaded before is not sent again.
        """
        done: list[Uploaded] = []
        refused: list[Refused] = []
        for number, candidate in enumerate(files, 1):
            tell = _teller(candidate, number=number, count=len(files), on_progress=on_progress)
            try:
                done.append(self._send(candidate, tell))
            except MediaError as problem:
                refused.append(Refused(candidate.name, problem))
        for link in links:
            try:
                done.append(self._send_link(link))
            except MediaError as problem:
                refused.append(Refused(_link_name(link), problem))
        if refused and not done:
            raise refused[0].error
        return UploadResult(tuple(done), media.references(self._state()), tuple(refused))

    def _send(self, candidate: Candidate, tell: Callable[[int], None]) -> Uploaded:
        digest = _digest(candidate)
        known = self._known(digest)
        if known is not None and (known.get("done") or self._arrived(known)):
            self._note(candidate, digest, done=True)
            tell(candidate.size)
            return Uploaded(candidate.name, candidate.size, already=True)
        if known is None:
            state = self._known_state()
            before = None if state is None else [_identity(one) for one in media.records(state)]
            # Written down before it is sent: when the answer is lost, the session's media tell whether it came.
            self._note(candidate, digest, done=False, before=before)
        try:
            self._post(candidate, tell)
        except MangoError as problem:
            if isinstance(problem, MediaError):
                self._folder.forget_upload(self._session.session_id, digest)
            if problem.code != str(constants.SESSION_NOT_FOUND):
                raise
            # Nothing of it is in that session, which counts as empty again if nothing else was.
            self._folder.forget_upload(self._session.session_id, digest)
            self._session = self._folder.recover_session(self._api, self._session)
            self._note(candidate, digest, done=False)
            self._post(candidate, tell)
        self._note(candidate, digest, done=True)
        return Uploaded(candidate.name, candidate.size)

    def _post(self, candidate: Candidate, tell: Callable[[int], None]) -> None:
        boundary = f"mango-{secrets.token_hex(16)}"
        bodies: list[FormBody] = []

        def body() -> FormBody:
            bodies.append(FormBody(candidate, boundary=boundary, on_sent=tell))
            return bodies[-1]

        try:
            self._api.send_file(
                self._session.session_id, body, content_type=f"multipart/form-data; boundary={boundary}"
            )
        finally:
            for one in bodies:
                one.close()

    def _send_link(self, link: str) -> Uploaded:
        # A call for each: one that fails keeps no other out, and what came is not fetched again.
        if (self._known(link) or {}).get("done"):
            return Uploaded(_link_name(link), 0, already=True, link=link)
        try:
            self._api.add_links(self._session.session_id, [link])
        except MangoError as problem:
            if problem.code != str(constants.SESSION_NOT_FOUND):
                raise
            self._session = self._folder.recover_session(self._api, self._session)
            self._api.add_links(self._session.session_id, [link])
        record = {"session": self._session.session_id, "digest": link, "name": _link_name(link)}
        self._folder.note_upload({**record, "done": True})
        return Uploaded(_link_name(link), 0, link=link)

    def _known(self, digest: str) -> dict[str, Any] | None:
        wanted = (self._session.session_id, digest)
        found = self._folder.uploads()
        return next((one for one in found if (one.get("session"), one.get("digest")) == wanted), None)

    def _note(
        self, candidate: Candidate, digest: str, *, done: bool, before: Sequence[str] | None = ()
    ) -> None:
        self._folder.note_upload(
            {
                "session": self._session.session_id,
                "digest": digest,
                "name": candidate.name,
                "path": str(candidate.path.absolute()),
                "size": candidate.size,
                "before": None if before is None else list(before),
                "done": done,
            }
        )

    def _arrived(self, known: Mapping[str, Any]) -> bool:
        """Whether an upload whose answer was lost is in the session all the same."""
        if known.get("before") is None:
            # What was there before nobody knows, so a file of that size may be another one.
            return False
        before = set(known["before"])
        for one in media.records(self._state()):
            if _identity(one) in before:
                continue
            size = one.get("size")
            if size == known.get("size") or (size is None and one.get("name") == known.get("name")):
                return True
        return False

    def _state(self) -> Mapping[str, Any]:
        # The footage is what was asked for; a description of it is a courtesy.
        return self._known_state() or {}

    def _known_state(self) -> Mapping[str, Any] | None:
        try:
            return self._api.state(self._session.session_id, patient=False)
        except MangoError:
            return None


def _identity(one: Mapping[str, Any]) -> str:
    return str(one.get("id") or one.get("name") or one)


def _digest(candidate: Candidate) -> str:
    with candidate.path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _link_name(link: str) -> str:
    parts = urlsplit(link)
    return parts.path.rsplit("/", 1)[-1] or (parts.hostname or "link")


def _teller(
    candidate: Candidate, *, number: int, count: int, on_progress: Callable[[UploadProgress], None] | None
) -> Callable[[int], None]:
    told = -_TOLD_EVERY

    def tell(sent: int) -> None:
        nonlocal told
        if on_progress is not None and (sent - told >= _TOLD_EVERY or sent == candidate.size or sent < told):
            told = sent
            on_progress(UploadProgress(candidate.name, sent, candidate.size, number, count))

    return tell
