"""The identity that every call carries: the frontmatter of SKILL.md, and where the skill is installed."""

from __future__ import annotations

import os
import re
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mango_skill import document
from mango_skill.document import Document
from mango_skill.errors import ConfigurationError
from mango_skill.protocol.constants import (
    SKILL_PLATFORM_HEADER,
    SKILL_SOURCE_HEADER,
    SKILL_VERSION_HEADER,
)

FILE_NAME: Final = "SKILL.md"
PLATFORM_VARIABLE: Final = "SKILL_SOURCE"
CLAWHUB: Final = "clawhub"
CURSOR: Final = "cursor"
UNKNOWN: Final = "unknown"

_FENCE: Final = "---"
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_VERSION: Final = re.compile(r"\d+\.\d+(\.\d+)*([-.+]?[A-Za-z0-9]+)*")
_PLATFORM: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True)
class Manifest:
    """Who is asking.

    Attributes:
        name: The skill's name, as in its frontmatter.
        version: Its version, as there.
        description: When an assistant should use it.
        platform: What installed it: ``clawhub``, ``cursor``, ``unknown``, or what ``SKILL_SOURCE`` says.
        folder: The folder that holds SKILL.md.
    """

    name: str
    version: str
    description: str
    platform: str
    folder: Path

    def headers(self) -> dict[str, str]:
        """Return the three attribution headers; a call without one of them can't export."""
        return {
            SKILL_SOURCE_HEADER: self.name,
            SKILL_VERSION_HEADER: self.version,
            SKILL_PLATFORM_HEADER: self.platform,
        }

    @classmethod
    def load(cls, folder: Path | None = None, *, environ: Mapping[str, str] = os.environ) -> Manifest:
        """Read SKILL.md in ``folder``, or that of the running code.

        Raises:
            ConfigurationError: It is missing or broken; the line is named.
        """
        path = (folder or find_folder()) / FILE_NAME
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as problem:
            raise ConfigurationError(
                f"{path} can't be read ({type(problem).__name__}).",
                hint="Install the skill again.",
                details={"file": str(path)},
            ) from None
        return parse(text, path=path, environ=environ)


def find_folder() -> Path:
    """Return the folder that holds SKILL.md: beside the package, or where an installed package puts it."""
    beside = Path(__file__).parent.parent
    if (beside / FILE_NAME).is_file():
        return beside
    return Path(sysconfig.get_path("data")) / "share" / "mango-skill"


def parse(text: str, *, path: Path, environ: Mapping[str, str]) -> Manifest:
    """Make a manifest of SKILL.md's text.

    Raises:
        ConfigurationError: The frontmatter is missing or says something that can't be used.
    """
    stated = document.read(_frontmatter(text, path), name=str(path), first_line=2)
    return Manifest(
        name=_matching(stated, key="name", pattern=_NAME),
        version=_version(stated),
        description=_word(stated, "description"),
        platform=detect_platform(path.parent, environ=environ),
        folder=path.parent,
    )


def detect_platform(folder: Path, *, environ: Mapping[str, str]) -> str:
    """Tell from the install path which program installed the skill.

    Raises:
        ConfigurationError: ``SKILL_SOURCE`` is set to something that can't stand in a header.
    """
    stated = environ.get(PLATFORM_VARIABLE, "").strip()
    if stated:
        if not _PLATFORM.fullmatch(stated):
            raise ConfigurationError(
                f"{PLATFORM_VARIABLE} is not one short word.",
                hint=f"Use letters, digits, '.', '_' and '-' in {PLATFORM_VARIABLE}, or unset it.",
            )
        return stated
    home = Path(environ.get("HOME") or Path.home())
    # a skill folder may be a link: the place that the user sees and the place it leads to both count
    places = (folder.absolute(), folder.resolve())
    if any(place.is_relative_to(base) for place in places for base in _both(home / ".clawhub")):
        return CLAWHUB
    if any(place.is_relative_to(base) for place in places for base in _both(home / ".cursor" / "skills")):
        return CURSOR
    return CLAWHUB if (folder / ".clawhub" / "origin.json").is_file() else UNKNOWN


def _both(base: Path) -> tuple[Path, Path]:
    return base, base.resolve()


def _frontmatter(text: str, path: Path) -> str:
    lines = text.splitlines()
    if not lines or lines[0].rstrip() != _FENCE:
        raise Document(str(path), {}, {}).error("", f"must begin with a line '{_FENCE}'")
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() == _FENCE:
            return "\n".join(lines[1:number])
    raise Document(str(path), {}, {}).error("", f"has no line '{_FENCE}' that ends the frontmatter")


def _version(stated: Document) -> str:
    metadata = stated.values.get("metadata")
    if metadata is not None and not isinstance(metadata, Mapping):
        raise stated.error("metadata", "'metadata' must be a mapping")
    below = "version" in (metadata or {})
    if below and "version" in stated.values and stated.values["version"] != (metadata or {})["version"]:
        raise stated.error("metadata.version", "'version' and 'metadata.version' differ")
    return _matching(stated, key="metadata.version" if below else "version", pattern=_VERSION)


def _word(stated: Document, key: str) -> str:
    value: object = stated.values
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if value is None:
        raise stated.error(key, f"'{key}' is missing")
    if not isinstance(value, str):
        raise stated.error(key, f"'{key}' must be text; put it in quotes")
    if not value.strip():
        raise stated.error(key, f"'{key}' is empty")
    return value.strip()


def _matching(stated: Document, *, key: str, pattern: re.Pattern[str]) -> str:
    value = _word(stated, key)
    if not pattern.fullmatch(value):
        raise stated.error(key, f"'{key}' is not a {'version' if 'version' in key else 'plain name'}")
    return value
