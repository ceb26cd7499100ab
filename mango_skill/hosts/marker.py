"""The note that an installation leaves in its folder: which files it wrote, so that no other is ever touched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

MARKER: Final = ".mango-install.json"
_FORMAT: Final = "mango.install/1"


@dataclass(frozen=True)
class Marker:
    """What an installation wrote.

    Attributes:
        version: The skill's version.
        hosts: For which hosts it was installed; two may share a folder.
        files: SHA-256 of every file by its path inside the folder.
        made: How many folders above the skill's the installation made.
    """

    version: str
    hosts: tuple[str, ...]
    files: Mapping[str, str]
    made: int = 0

    def to_bytes(self) -> bytes:
        """Return the note as it is stored."""
        value = {
            "schema": _FORMAT,
            "version": self.version,
            "hosts": list(self.hosts),
            "made": self.made,
            "files": dict(sorted(self.files.items())),
        }
        return (json.dumps(value, indent=1) + "\n").encode("utf-8")

    def without(self, host: str) -> Marker:
        """Return the note without one of its hosts."""
        return replace(self, hosts=tuple(one for one in self.hosts if one != host))


@dataclass(frozen=True)
class Found:
    """What stands in an installed folder, compared with its note.

    Attributes:
        changed: Files that were written by the installation and are different now.
        missing: Files that were written and are gone.
        foreign: Files that the installation did not write.
    """

    changed: tuple[str, ...]
    missing: tuple[str, ...]
    foreign: tuple[str, ...]


def read(folder: Path) -> Marker | None:
    """Return the note in a folder; None when there is none that can be used."""
    try:
        value: Any = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        if value["schema"] != _FORMAT:
            return None
        return Marker(
            version=str(value["version"]),
            hosts=tuple(map(str, value["hosts"])),
            files={str(place): str(digest) for place, digest in value["files"].items()},
            made=int(value["made"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def compare(folder: Path, marker: Marker) -> Found:
    """Look what became of the files that an installation wrote."""
    there = {path.relative_to(folder).as_posix(): path for path in _own_files(folder)}
    ours = {place: path for place, path in there.items() if place in marker.files}
    changed = {
        place
        for place, path in ours.items()
        if path.is_symlink() or digest_of(path.read_bytes()) != marker.files[place]
    }
    return Found(
        changed=tuple(sorted(changed)),
        missing=tuple(sorted(marker.files.keys() - there.keys())),
        foreign=tuple(sorted(there.keys() - marker.files.keys())),
    )


def digest_of(data: bytes) -> str:
    """Return the digest by which a file is known again."""
    return hashlib.sha256(data).hexdigest()


def _own_files(folder: Path) -> list[Path]:
    """Return every file but the note itself and the bytecode that Python keeps."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if (path.is_file() or path.is_symlink())
        and path.name != MARKER
        and not (path.parent.name == "__pycache__" and path.suffix == ".pyc")
    ]
