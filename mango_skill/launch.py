"""Which backend does the work, and the workspace that asks it; the engine is started when it is the one."""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from mango_skill.client import journal
from mango_skill.client.backend import CLOUD, ENGINE, Backend
from mango_skill.client.clock import Clock, SystemClock
from mango_skill.engine_process import EngineProcess
from mango_skill.errors import ConfigurationError
from mango_skill.folders import Folders, user_path
from mango_skill.protocol import constants
from mango_skill.settings import Settings, load
from mango_skill.skill import MangoSkill
from mango_skill.tools.boundary import Boundary
from mango_skill.tools.context import BACKEND_CHOICES, BackendChoice, Progress, ToolContext
from mango_skill.tools.wording import cloud_notice

if TYPE_CHECKING:
    from mango_skill.client.workspace import Workspace

BACKEND_VARIABLE: Final = "MANGO_BACKEND"
TOKEN_VARIABLE: Final = "NEMO_TOKEN"  # the variable's name, not a token
API_URL_VARIABLE: Final = "NEMO_API_URL"
WEB_URL_VARIABLE: Final = "NEMO_WEB_URL"
ENGINE_PACKAGES: Final = ("av", "numpy", "PIL", "starlette", "uvicorn", "python_multipart")


def choose_backend(
    stated: str, *, environ: Mapping[str, str], remembered: str | None, engine_there: bool
) -> Literal["local", "cloud"]:
    """Decide where the work is done (architecture, decision 2).

    Args:
        stated: ``auto``, ``local`` or ``cloud``, as the caller said or ``MANGO_BACKEND`` does.
        environ: Looked at for a token or an address of the cloud.
        remembered: What the user chose earlier, if anything.
        engine_there: Whether the engine's packages can be imported.

    Raises:
        ConfigurationError: Nothing was chosen and the engine is not there (``needs_choice``), or the choice
            is none.
    """
    if stated not in BACKEND_CHOICES:
        raise ConfigurationError(
            f"'{stated}' is no backend.", code="backend", hint=f"Use one of: {', '.join(BACKEND_CHOICES)}."
        )
    if stated == "cloud":
        return "cloud"
    if stated == "local" or (remembered == "local" and engine_there):
        if not engine_there:
            raise ConfigurationError(
                "The engine's packages are not installed.",
                code="engine_missing",
                hint="Run scripts/mango.py, which fetches them, or install mango-skill[local].",
            )
        return "local"
    if environ.get(TOKEN_VARIABLE) or environ.get(API_URL_VARIABLE) or remembered == "cloud":
        return "cloud"
    if engine_there:
        return "local"
    raise ConfigurationError(
        "Nothing is set up to edit with.",
        code="needs_choice",
        hint="Run 'mango connect --backend cloud' to use the NemoVideo cloud (footage is sent there), "
        "or scripts/mango.py, which fetches the engine for this machine.",
    )


def engine_is_there() -> bool:
    """Whether the engine's packages can be imported."""
    return all(importlib.util.find_spec(name) is not None for name in ENGINE_PACKAGES)


def project_for_folder(folder: Path) -> str:
    """Return the name of the project that belongs to a working folder."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-")[:40] or "folder"
    return f"{name}-{sha256(str(folder).encode()).hexdigest()[:8]}"


def open_skill(
    *,
    project: str | None = None,
    backend: str | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    output_folders: Sequence[str | os.PathLike[str]] = (),
    environ: Mapping[str, str] = os.environ,
) -> MangoSkill:
    """Return the skill, ready to be talked to; the backend is opened with the first message.

    Args:
        project: The project's name; absent: that of the working folder.
        backend: ``auto``, ``local`` or ``cloud``; absent: ``MANGO_BACKEND``, else ``auto``.
        on_progress: Hears how far things are.
        output_folders: Where results may be saved besides the folders that ``tools.boundary`` names.
        environ: The environment to go by.

    Raises:
        ConfigurationError: ``config.yaml`` is broken.
    """
    folders = Folders.locate(environ)
    launcher = Launcher(folders=folders, settings=load(folders), environ=environ, stated=backend)
    context = ToolContext(
        launcher,
        project=project or project_for_folder(Path.cwd()),
        boundary=launcher.boundary(output_folders),
    )
    return MangoSkill(context if on_progress is None else replace(context, on_progress=on_progress))


class Launcher:
    """Opens the backend's workspace, once; the ``Opener`` that tools are given."""

    def __init__(
        self,
        *,
        folders: Folders,
        settings: Settings,
        environ: Mapping[str, str] = os.environ,
        stated: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.folders = folders
        self.settings = settings
        self._environ = environ
        self._stated = stated or environ.get(BACKEND_VARIABLE) or "auto"
        self._clock: Clock = SystemClock() if clock is None else clock
        self._noticed = stated == "cloud"
        self._workspace: Workspace | None = None

    def workspace(self) -> Workspace:
        """Return the workspace; starts the engine when it is chosen and not running."""
        if self._workspace is None:
            from mango_skill.client.workspace import Workspace
            from mango_skill.manifest import Manifest

            manifest = Manifest.load(environ=self._environ)
            self._workspace = Workspace(
                self.folders, self.settings, manifest, self.backend(), environ=self._environ
            )
        return self._workspace

    def backend(self) -> Backend:
        """Return the chosen backend as a value; the engine is running then."""
        if self.choice() == "local":
            running = EngineProcess(
                self.folders, self.settings, environ=self._environ, clock=self._clock
            ).ensure()
            return Backend(ENGINE, running.url, engine_file=self.folders.engine / constants.ENGINE_FILE)
        return Backend(
            CLOUD,
            self._environ.get(API_URL_VARIABLE) or constants.DEFAULT_API_URL,
            web_url=self._environ.get(WEB_URL_VARIABLE) or constants.DEFAULT_WEB_URL,
        )

    def choice(self) -> Literal["local", "cloud"]:
        """Return which backend it would be, without starting anything."""
        return choose_backend(
            self._stated,
            environ=self._environ,
            remembered=self.remembered(),
            engine_there=engine_is_there(),
        )

    def choose(self, choice: BackendChoice) -> None:
        """Use a backend from now on, also in later processes; ``auto`` forgets."""
        self._stated, self._workspace = choice, None
        self._noticed = choice == "cloud"
        path = self._choice_file()
        if choice == "auto":
            path.unlink(missing_ok=True)
            return
        self.choice()  # what can't be used is not remembered
        journal.write_json(path, {"backend": choice})

    def boundary(self, added: Sequence[str | os.PathLike[str]] = ()) -> Boundary:
        """Return the folders that tool calls may write to: the usual ones, the settings' and those added here."""
        named = (*self.settings.output_folders, *(os.fspath(one) for one in added))
        return Boundary(
            tuple(user_path(one, error=ConfigurationError) for one in named), self.folders.settings_file
        )

    def notice(self, language: str = "en") -> str:
        """Return that footage will go to the cloud, once, unless this process has chosen it in so many words."""
        if self._noticed or self.choice() != "cloud":
            return ""
        self._noticed = True
        return cloud_notice(language)

    def tend(self) -> bool:
        """Start the engine again when it is the backend and has died; whether it is one that we can start."""
        if self.choice() != "local":
            return False
        EngineProcess(self.folders, self.settings, environ=self._environ, clock=self._clock).ensure()
        return True

    def remembered(self) -> str | None:
        """Return what the user chose earlier, if anything."""
        stated = (journal.read_json(self._choice_file()) or {}).get("backend")
        return stated if stated in BACKEND_CHOICES else None

    def _choice_file(self) -> Path:
        return self.folders.config / "backend.json"
