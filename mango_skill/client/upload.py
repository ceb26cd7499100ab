"""Footage to a session: checked before the first byte, streamed from disk, never the same file twice."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

from mango_skill.client import containers, media
from mango_skill.client.api import Api, Session
from mango_skill.client.projects import ProjectFolder
from mango_skill.client.transport import PIECE_BYTES
from mango_skill.errors import ArgumentError, MangoError, MediaError
from mango_skill.protocol import constants
from mango_skill.timeline.model import MediaReference

_UNFIT: Final = ("text", "html")
_TEXT_FORMATS: Final = ("srt", "vtt", "cube")
_TOLD_EVERY: Final = 4 * PIECE_BYTES


@dataclass(frozen=True)
class UploadProgress:
    """How far an upload is: bytes of file ``number`` of ``count``."""

    name: str
    sent: int
    total: int
    number: int
    count: int


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
    """What was uploaded, and the session's media afterwards as its backend describes them."""

    files: tuple[Uploaded, ...]
    media: tuple[MediaReference, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """A file that may be uploaded: checked, and named as it is sent."""

    path: Path
    name: str
    size: int


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


def check_files(paths: Sequence[str | os.PathLike[str]], *, is_cloud: bool) -> tuple[Candidate, ...]:
    """Check all files before anything is sent: there, of an accepted type, not too large, not obviously broken.

    Raises:
        MediaError: The first file that can't be used, and why.
    """
    return tuple(_check(Path(path), is_cloud=is_cloud) for path in paths)


def _check(path: Path, *, is_cloud: bool) -> Candidate:
    name = path.name or str(path)
    try:
        if path.is_dir():
            raise MediaError(f"{name} is a folder.", code="folder", hint="Name the files in it.")
        if not path.exists():
            raise MediaError(f"There is no file {path}.", code="missing", hint="Check the path.")
        if not path.is_file():
            raise MediaError(f"{name} is no ordinary file.", code="not_a_file", hint="Name a media file.")
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(containers.HEAD_BYTES)
    except OSError as problem:
        raise MediaError(
            f"{name} can't be read ({problem.strerror}).", code="unreadable", hint="Check its permissions."
        ) from None
    formats = constants.CLOUD_FORMATS + (() if is_cloud else constants.ENGINE_EXTRA_FORMATS)
    suffix = path.suffix.lower().lstrip(".")
    suffix = constants.FORMAT_ALIASES.get(suffix, suffix)
    if not suffix and (found := containers.suffix_of(head)):
        suffix, name = found, f"{name}.{found}"
    if suffix not in formats:
        raise MediaError(
            f"{name} is of a type that is not supported.",
            code=str(constants.UNSUPPORTED_MEDIA),
            hint=f"Use one of: {', '.join(formats)}.",
        )
    if not size:
        raise MediaError(f"{name} is empty.", code="empty", hint="Record or copy it again.")
    if is_cloud and size > constants.CLOUD_MAX_BYTES:
        raise MediaError(
            f"{name} is too large: {size / 1e6:.0f} MB of at most {constants.CLOUD_MAX_BYTES / 1e6:.0f} MB.",
            code=str(constants.TOO_LARGE),
            hint="Compress or trim it first, or edit it on this machine (--backend local).",
        )
    if suffix not in _TEXT_FORMATS and containers.sniff(head) in _UNFIT:
        raise MediaError(
            f"{name} is a text, not a {suffix} file.", code="not_media", hint="Name the media file itself."
        )
    if is_cloud and (lacks := containers.missing_part(path)):
        raise MediaError(
            f"{name} is broken: {lacks}.", code="broken", hint="Copy or record it again; it seems cut off."
        )
    return Candidate(path, name, size)


def check_links(links: Iterable[str]) -> tuple[str, ...]:
    """Check that links can be fetched at all.

    Raises:
        ArgumentError: One is no http(s) address.
    """
    found = tuple(dict.fromkeys(links))
    for link in found:
        parts = urlsplit(link)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ArgumentError(
                "A link must be an http or https address.", code="link", hint="Give the file's own address."
            )
    return found


def upload(
    folder: ProjectFolder,
    api: Api,
    *,
    files: Sequence[Candidate],
    links: Sequence[str],
    on_progress: Callable[[UploadProgress], None] | None = None,
) -> UploadResult:
    """Bring files and links into the project's session; the project's edit lock is held.

    Raises:
        MangoError: Something could not be uploaded; what was uploaded before is not sent again.
    """
    session = folder.session(api)
    done: list[Uploaded] = []
    for number, candidate in enumerate(files, 1):
        tell = _teller(candidate, number, len(files), on_progress)
        session, one = _send(folder, api, session, candidate, tell)
        done.append(one)
    if links:
        session = _send_links(folder, api, session, links, done)
    return UploadResult(tuple(done), media.references(_state(api, session)))


def _send(
    folder: ProjectFolder,
    api: Api,
    session: Session,
    candidate: Candidate,
    tell: Callable[[int], None],
) -> tuple[Session, Uploaded]:
    digest = _digest(candidate)
    known = _known(folder, session, digest)
    if known is not None and (known.get("done") or _arrived(api, session, known)):
        _note(folder, session, candidate, digest, done=True)
        tell(candidate.size)
        return session, Uploaded(candidate.name, candidate.size, already=True)
    before = (
        [_identity(one) for one in media.records(_state(api, session))] if known is None else known["before"]
    )
    _note(folder, session, candidate, digest, done=False, before=before)
    try:
        _post(api, session, candidate, tell)
    except MangoError as problem:
        if problem.code != str(constants.SESSION_NOT_FOUND):
            raise
        _drop(folder, session, digest)
        session = folder.recover_session(api, session)
        _note(folder, session, candidate, digest, done=False, before=[])
        _post(api, session, candidate, tell)
    _note(folder, session, candidate, digest, done=True)
    return session, Uploaded(candidate.name, candidate.size)


def _post(api: Api, session: Session, candidate: Candidate, tell: Callable[[int], None]) -> None:
    boundary = f"mango-{secrets.token_hex(16)}"
    bodies: list[FormBody] = []

    def body() -> FormBody:
        bodies.append(FormBody(candidate, boundary=boundary, on_sent=tell))
        return bodies[-1]

    try:
        api.send_file(session.session_id, body, content_type=f"multipart/form-data; boundary={boundary}")
    finally:
        for one in bodies:
            one.close()


def _send_links(
    folder: ProjectFolder, api: Api, session: Session, links: Sequence[str], done: list[Uploaded]
) -> Session:
    fresh = [link for link in links if not (_known(folder, session, link) or {}).get("done")]
    if fresh:
        try:
            api.add_links(session.session_id, fresh)
        except MangoError as problem:
            if problem.code != str(constants.SESSION_NOT_FOUND):
                raise
            session = folder.recover_session(api, session)
            api.add_links(session.session_id, fresh)
        for link in fresh:
            folder.note_upload(
                {"session": session.session_id, "digest": link, "name": _link_name(link), "done": True}
            )
    done += [Uploaded(_link_name(link), 0, already=link not in fresh, link=link) for link in links]
    return session


def _known(folder: ProjectFolder, session: Session, digest: str) -> dict[str, Any] | None:
    wanted = (session.session_id, digest)
    return next((one for one in folder.uploads() if (one.get("session"), one.get("digest")) == wanted), None)


def _note(
    folder: ProjectFolder,
    session: Session,
    candidate: Candidate,
    digest: str,
    *,
    done: bool,
    before: Sequence[str] = (),
) -> None:
    folder.note_upload(
        {
            "session": session.session_id,
            "digest": digest,
            "name": candidate.name,
            "path": str(candidate.path.absolute()),
            "size": candidate.size,
            "before": list(before),
            "done": done,
        }
    )


def _drop(folder: ProjectFolder, session: Session, digest: str) -> None:
    # Nothing of it is in that session: the session counts as empty again if nothing else was.
    folder.forget_upload(session.session_id, digest)


def _arrived(api: Api, session: Session, known: Mapping[str, Any]) -> bool:
    """Whether an upload whose answer was lost is in the session all the same."""
    before = set(known.get("before") or ())
    for one in media.records(_state(api, session)):
        if _identity(one) in before:
            continue
        size = one.get("size")
        if size == known.get("size") or (size is None and one.get("name") == known.get("name")):
            return True
    return False


def _identity(media: Mapping[str, Any]) -> str:
    return str(media.get("id") or media.get("name") or media)


def _state(api: Api, session: Session) -> Mapping[str, Any]:
    try:
        return api.state(session.session_id, patient=False)
    except MangoError:
        # The footage is what was asked for; a description of it is a courtesy.
        return {}


def _digest(candidate: Candidate) -> str:
    with candidate.path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _link_name(link: str) -> str:
    parts = urlsplit(link)
    return parts.path.rsplit("/", 1)[-1] or (parts.hostname or "link")


def _teller(
    candidate: Candidate, number: int, count: int, on_progress: Callable[[UploadProgress], None] | None
) -> Callable[[int], None]:
    told = -_TOLD_EVERY

    def tell(sent: int) -> None:
        nonlocal told
        if on_progress is not None and (sent - told >= _TOLD_EVERY or sent == candidate.size or sent < told):
            told = sent
            on_progress(UploadProgress(candidate.name, sent, candidate.size, number, count))

    return tell
