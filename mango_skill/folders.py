"""Where things are kept on this machine (platformdirs; ``MANGO_HOME`` moves all of it)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HOME_VARIABLE: Final = "MANGO_HOME"
APPLICATION: Final = "mango-skill"
SHARED_NAME: Final = "nemovideo"


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
            root = Path(home).expanduser().absolute()
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
