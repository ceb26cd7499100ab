"""Uploads on their way to disk: the multipart body is parsed as it arrives and never held in memory."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from io import FileIO
from pathlib import Path, PureWindowsPath
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from mango_skill.errors import ArgumentError, MangoError, MediaError, OutputError
from mango_skill.protocol import constants

PART_SUFFIX: Final = ".part"
MAX_FILES: Final = 200
_LONGEST_NAME: Final = 200
_DISK_CHECK_BYTES: Final = 64 * 1024 * 1024
# without O_BINARY Windows would turn line ends in footage
_NEW_FILE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_NO_SPACE: Final = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class ReceivedFile:
    """A file that arrived whole. ``path`` has a random name in the session's folder."""

    name: str
    path: Path
    size: int
    sha256: str


class Reserve:
    """How much of the disk a folder may still take, leaving ``reserve_bytes`` free."""

    def __init__(self, folder: Path, *, reserve_bytes: int) -> None:
        self._folder = folder
        self._reserve = reserve_bytes

    def room(self) -> int:
        """Return how many bytes may still be written; negative when the reserve is used up."""
        return shutil.disk_usage(self._folder).free - self._reserve

    def check(self, wanted_bytes: int = 0) -> None:
        """Refuse what does not fit.

        Raises:
            MediaError: ``4002``.
        """
        room = self.room()
        if wanted_bytes > room or room < 0:
            raise MediaError(
                f"The file does not fit on this disk: {_megabytes(max(room, 0))} can still be used.",
                code=str(constants.TOO_LARGE),
                hint="Free some space, or compress or trim the file and send it again.",
            )


class FileSink:
    """One file being written under a random name; ``finish`` hands it over, ``discard`` leaves nothing."""

    def __init__(self, name: str, folder: Path, *, reserve: Reserve, max_bytes: int | None = None) -> None:
        self._name = tidy_name(name)
        self._path = folder / (secrets.token_hex(16) + PART_SUFFIX)
        self._reserve = reserve
        self._max_bytes = max_bytes
        self._hash = hashlib.sha256()
        self._size = 0
        self._check_at = _DISK_CHECK_BYTES
        self._file: FileIO | None = FileIO(os.open(self._path, _NEW_FILE, 0o600), "w")

    def write(self, data: bytes | memoryview) -> None:
        """Append bytes.

        Raises:
            MediaError: ``4002``: larger than allowed, or the disk's reserve is reached.
            OutputError: ``disk_full``.
        """
        assert self._file is not None
        self._size += len(data)
        if self._max_bytes is not None and self._size > self._max_bytes:
            raise MediaError(
                f"The file is larger than the {_megabytes(self._max_bytes)} that are allowed.",
                code=str(constants.TOO_LARGE),
                hint="Compress or trim it and send it again.",
            )
        if self._size >= self._check_at:
            self._check_at = self._size + _DISK_CHECK_BYTES
            self._reserve.check()
        try:
            view = memoryview(data)
            while view:
                view = view[self._file.write(view) :]
        except OSError as problem:
            raise disk_error(problem) from problem
        self._hash.update(data)

    def finish(self) -> ReceivedFile:
        """Close the file, give it its final name and return it."""
        final = self._path.with_suffix("")
        try:
            self._close()
            self._path.replace(final)
        except OSError as problem:
            raise disk_error(problem) from problem
        return ReceivedFile(self._name, final, self._size, self._hash.hexdigest())

    def discard(self) -> None:
        """Remove what was written."""
        self._close()
        self._path.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class MultipartReceiver:
    """Feeds on a multipart body, piece by piece, and writes its files."""

    def __init__(self, content_type: str, open_sink: Callable[[str], FileSink]) -> None:
        """Prepare for a body of this type; ``open_sink`` is given each file's name.

        Raises:
            ArgumentError: The type names no boundary.
        """
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise ArgumentError(
                "The upload is neither a multipart form nor JSON with urls.",
                hint="Send the file as multipart/form-data in the field 'files'.",
            )
        self._open_sink = open_sink
        self._sink: FileSink | None = None
        self._files: list[ReceivedFile] = []
        self._header: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self._disposition = b""
        self._whole = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin_part,
                    "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
                    "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._begin_content,
                    "on_part_data": self._take_content,
                    "on_part_end": self._end_part,
                    "on_end": self._end_body,
                },
            )
        except FormParserError as problem:
            raise _broken_form() from problem

    def feed(self, data: bytes) -> None:
        """Take the next piece of the body.

        Raises:
            ArgumentError: The body is no multipart form.
            MangoError: See ``FileSink.write``.
        """
        try:
            self._parser.write(data)
        except FormParserError as problem:
            raise _broken_form() from problem

    def finish(self) -> list[ReceivedFile]:
        """Return the files of a body that ended.

        Raises:
            ArgumentError: It ended too early, or it holds no file.
        """
        if not self._whole:
            raise _broken_form()
        if not self._files:
            raise ArgumentError(
                "The upload holds no file.", hint="Send the file as multipart/form-data in the field 'files'."
            )
        return list(self._files)

    def discard(self) -> None:
        """Remove everything that was written for this body."""
        if self._sink is not None:
            self._sink.discard()
            self._sink = None
        for file in self._files:
            file.path.unlink(missing_ok=True)
        self._files.clear()

    def _begin_part(self) -> None:
        self._disposition = b""
        if len(self._files) >= MAX_FILES:
            raise ArgumentError(
                f"The upload holds more than {MAX_FILES} files.", hint="Send them in several uploads."
            )

    def _end_header(self) -> None:
        name, value = self._header
        if bytes(name).lower() == b"content-disposition":
            self._disposition = bytes(value)
        self._header = (bytearray(), bytearray())

    def _begin_content(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"filename") or options.get(b"filename*")
        if name is not None:
            self._sink = self._open_sink(name.decode("utf-8", "replace"))

    def _take_content(self, data: bytes, start: int, end: int) -> None:
        # fields that are no files say nothing that is needed here
        if self._sink is not None:
            self._sink.write(memoryview(data)[start:end])

    def _end_part(self) -> None:
        if self._sink is not None:
            self._files.append(self._sink.finish())
            self._sink = None

    def _end_body(self) -> None:
        self._whole = True


def tidy_name(name: str) -> str:
    """Return the last part of a name without control characters; it is shown, never used as a path."""
    last = PureWindowsPath(name.replace("\x00", "")).name
    visible = "".join(letter for letter in last if letter.isprintable()).strip(" .")
    if len(visible) > _LONGEST_NAME:
        stem, dot, ending = visible.rpartition(".")
        visible = (
            f"{stem[: _LONGEST_NAME - 10]}.{ending}" if dot and len(ending) < 8 else visible[:_LONGEST_NAME]
        )
    return visible or "file"


def disk_error(problem: OSError) -> MangoError:
    """Return what a failed write means for the user."""
    if problem.errno in _NO_SPACE:
        return OutputError(
            "The disk is full.", code="disk_full", hint="Free some space and try again; nothing was lost."
        )
    return OutputError(
        f"The engine could not write to its folder: {problem.strerror}.",
        code="not_writable",
        hint="Check the permissions of the engine's folder, or set MANGO_HOME.",
    )


def _broken_form() -> ArgumentError:
    return ArgumentError(
        "The upload's body is not a complete multipart form.", hint="Send the file again from the start."
    )


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.0f} MB"
