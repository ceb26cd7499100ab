"""Footage on this machine, checked before anything of it is sent."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from mango_skill.client import containers
from mango_skill.errors import ArgumentError, MediaError
from mango_skill.protocol import constants

_UNFIT: Final = ("text", "html")
_TEXT_FORMATS: Final = ("srt", "vtt", "cube")


@dataclass(frozen=True)
class Candidate:
    """A file that may be uploaded: checked, and named as it is sent."""

    path: Path
    name: str
    size: int


@dataclass(frozen=True)
class Refused:
    """A file that can't be used, and why."""

    name: str
    error: MediaError

    def to_json(self) -> dict[str, Any]:
        """Return its name and the error."""
        return {"name": self.name, **self.error.to_dict()}


def part_files(
    paths: Sequence[str | os.PathLike[str]], *, is_cloud: bool
) -> tuple[tuple[Candidate, ...], tuple[Refused, ...]]:
    """Check all files before anything is sent, and part those that can be used from those that can't.

    One that can is there, of an accepted type, not too large, not obviously broken.

    Raises:
        MediaError: None can be used; the first one's fault.
    """
    good: list[Candidate] = []
    refused: list[Refused] = []
    for path in map(Path, paths):
        try:
            good.append(_check(path, is_cloud=is_cloud))
        except MediaError as problem:
            refused.append(Refused(path.name or str(path), problem))
    if refused and not good:
        raise refused[0].error
    return tuple(good), tuple(refused)


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
