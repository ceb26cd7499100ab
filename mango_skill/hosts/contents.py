"""What a skill folder is made of: the files that every bundle and every installation ships."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from mango_skill import packed
from mango_skill.errors import ConfigurationError
from mango_skill.manifest import FILE_NAME, find_folder

NAME: Final = "mango-ai"
"""The skill's name; its folder bears it."""

MOST_FILES: Final = 256
MOST_BYTES: Final = 8 * 1024 * 1024
"""What a host takes of one skill."""

_PACKAGE: Final = Path(__file__).parent.parent
_BESIDE: Final = (
    FILE_NAME,
    ".clawhubignore",
    "references/*.md",
    "requirements/core.txt",
    "requirements/local.txt",
    "requirements/mcp.txt",
    "schemas/config.schema.json",
    "schemas/mcp.json",
    "schemas/operations.schema.json",
    "scripts/environment.py",
    "scripts/mango.py",
    "scripts/waiting.py",
)
"""What is shipped of the folder that holds SKILL.md, besides the package."""


def skill_files(folder: Path | None = None, *, package: Path = _PACKAGE) -> dict[str, bytes]:
    """Return the skill folder's files: their bytes by their paths inside it, sorted, the same on every call.

    Args:
        folder: Holds SKILL.md; absent: that of the running code.
        package: The folder of the package; its rooms are packed unless they are already.

    Raises:
        ConfigurationError: A part is missing, or the limits of hosts are broken.
    """
    folder = folder or find_folder()
    found = {place: data for pattern in _BESIDE for place, data in _matching(folder, pattern)}
    found |= _code(package)
    files = dict(sorted(found.items()))
    size = sum(map(len, files.values()))
    if len(files) >= MOST_FILES or size > MOST_BYTES:
        raise ConfigurationError(
            f"The skill folder would have {len(files)} files and {size:,} bytes; hosts take fewer than "
            f"{MOST_FILES} and {MOST_BYTES:,}.",
            code="too_many_files",
            hint="This is a fault of the package: install another version.",
        )
    return files


def _matching(folder: Path, pattern: str) -> Iterator[tuple[str, bytes]]:
    paths = sorted(folder.glob(pattern))
    if not paths:
        raise ConfigurationError(
            f"{folder / pattern} is missing.", code="incomplete", hint="Install the skill again."
        )
    for path in paths:
        yield path.relative_to(folder).as_posix(), path.read_bytes()


def _code(package: Path) -> Mapping[str, bytes]:
    """Return the package's files; modules below its rooms are packed, one file a room."""
    files: dict[str, bytes] = {}
    rooms: dict[str, dict[str, str]] = {}
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package)
        if "__pycache__" in inside.parts or path.name.startswith(".") or not path.is_file():
            continue
        ready = len(inside.parts) == 1 or inside.parts[0] == packed.FOLDER
        if path.suffix == ".py" and not ready:
            rooms.setdefault(".".join(inside.parts[:-1]), {})[path.stem] = path.read_text(encoding="utf-8")
        else:
            files[f"{package.name}/{inside.as_posix()}"] = path.read_bytes()
    for room, modules in rooms.items():
        place = f"{package.name}/{packed.FOLDER}/{room}.py"
        files[place] = packed.pack(room, modules).encode("utf-8")
    return files
