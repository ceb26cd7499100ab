"""Where things are kept on this machine (platformdirs; ``MANGO_HOME`` moves all of it)."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mango_skill.errors import ArgumentError, ConfigurationError, MangoError

HOME_VARIABLE: Final = "MANGO_HOME"
APPLICATION: Final = "mango-skill"
SHARED_NAME: Final = "nemovideo"
LONGEST_PROJECT_NAME: Final = 120
"""Characters; with what is added to it, a name must fit into a folder's."""
_NOT_IN_NAMES: Final = frozenset('<>:"/\\|?*')
_DEVICES: Final = frozenset(
    {"CON", "PRN", "AUX", "NUL", *(f"{one}{n}" for one in ("COM", "LPT") for n in range(1, 10))}
)
_LONGEST_STEM: Final = 120  # bytes; names beside it need room for their endings


@dataclass(frozen=True)
class Folders:
    """The folders of one user. None of them need exist yet.

    Attributes:
        config: ``config.yaml`` and the remembered backend.
        data: Everything that must survive: it holds ``engine``, ``projects`` and ``logs``.
        cache: What can be made again.
        engine: The engine's database, media, renders and ``engine.json``; its ``--home``.
        projects: The client's projects, histories, journals.
        logs: Rotated and scrubbed.
        shared_config: Holds the cloud's client id alone; shared with the vendor's other skills.
    """

    config: Path
    data: Path
    cache: Path
    engine: Path
    projects: Path
    logs: Path
    shared_config: Path

    @property
    def settings_file(self) -> Path:
        """The user's ``config.yaml``."""
        return self.config / "config.yaml"

    @classmethod
    def locate(cls, environ: Mapping[str, str] = os.environ) -> Folders:
        """Find the folders: below ``MANGO_HOME`` when it is set, else where this system keeps such things."""
        home = environ.get(HOME_VARIABLE)
        if home:
            root = user_path(home, error=ConfigurationError)
            return cls._in(
                config=root / "config", data=root, cache=root / "cache", shared=root / "config" / SHARED_NAME
            )
        import platformdirs

        # roaming=False: footage and databases do not belong into a roaming Windows profile
        system = platformdirs.PlatformDirs(APPLICATION, appauthor=False, roaming=False)
        return cls._in(
            config=system.user_config_path,
            data=system.user_data_path,
            cache=system.user_cache_path,
            shared=Path.home() / ".config" / SHARED_NAME,
        )

    @classmethod
    def _in(cls, *, config: Path, data: Path, cache: Path, shared: Path) -> Folders:
        return cls(
            config=config,
            data=data,
            cache=cache,
            engine=data / "engine",
            projects=data / "projects",
            logs=data / "logs",
            shared_config=shared,
        )


def user_path(stated: str, *, error: type[MangoError] = ArgumentError) -> Path:
    """Return the absolute path that a person's words name; a ``~`` at the start is a home folder.

    Raises:
        MangoError: Of the class ``error``: the home is nobody's, or no file can have such a name.
    """
    try:
        path = Path(stated).expanduser().absolute()
        # the system tells what it takes no name of: a NUL, half a character, too many letters
        path.lstat()
    except RuntimeError:
        raise error(
            f"There is no home folder for {stated.split('/', maxsplit=1)[0]}.",
            code="bad_path",
            hint="Write the path out, without the '~'.",
        ) from None
    except ValueError:
        raise error(
            "The path holds a character that no file name can have.",
            code="bad_path",
            hint="Choose another name.",
        ) from None
    except OSError as problem:
        if problem.errno == errno.ENAMETOOLONG:
            raise error(
                "The path is too long for this system.", code="bad_path", hint="Choose a shorter name."
            ) from None
    return path


def file_stem(words: str) -> str:
    """Return words of a user as a file's name without ending, on any system; empty when nothing of them is left."""
    kept = "".join(" " if letter in _NOT_IN_NAMES or not letter.isprintable() else letter for letter in words)
    stem = " ".join(kept.split()).strip(". ")
    if stem.upper() in _DEVICES:
        stem = f"{stem}_"
    return os.fsencode(stem)[:_LONGEST_STEM].decode("utf-8", "ignore").rstrip(". ")
