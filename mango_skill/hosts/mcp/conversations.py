"""One connection of a host: the project that its calls mean, and the backend that it has chosen."""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from mango_skill.errors import MangoError
from mango_skill.tools import registry
from mango_skill.tools.context import BackendChoice, Progress, ToolContext

if TYPE_CHECKING:
    from mango_skill.client.workspace import Workspace
    from mango_skill.folders import Folders
    from mango_skill.launch import Launcher

_MOST_KEPT: Final = 1000
_CLOUD: Final = "cloud"
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class Setting:
    """What the command line says for every connection.

    Attributes:
        project: The project that all of them work on; empty: each has its own.
        backend: ``auto``, ``local`` or ``cloud``; None: as ``MANGO_BACKEND`` and the user's choice say.
        environ: The environment to go by.
    """

    project: str = ""
    backend: str | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)


class Conversation:
    """One connection. Its calls may run at the same time, each in a thread of its own."""

    def __init__(self, setting: Setting, *, name: str = "") -> None:
        """Make it; nothing is started or read before the first call.

        Args:
            setting: What holds for every connection.
            name: Of its project, when the host says one or it can be told again from an earlier connection.
        """
        self._setting = setting
        self._stated = setting.project or name
        self._own = f"chat-{secrets.token_hex(5)}"
        self._lock = threading.Lock()
        self._launcher: Launcher | None = None

    def call(self, name: str, arguments: Mapping[str, Any] | None, heard: Callable[[Progress], None]) -> Any:
        """Call a tool and return its answer as JSON; never raises."""
        begun = time.monotonic()
        try:
            context = ToolContext(
                _Opener(self),
                project=self.project(),
                on_progress=heard,
                boundary=self.launcher().boundary(),
            )
        except MangoError as problem:
            return registry.failed(problem)
        answer = registry.call(name, arguments, context)
        outcome = "ok" if answer["ok"] else answer["error"]["code"]
        _LOG.info("%s: %s in %.2f s", name, outcome, time.monotonic() - begun)
        return answer

    def project(self) -> str:
        """Return the name of the project that a call without one means.

        A project lives at one backend, so a connection that goes on in the cloud goes on in another one.

        Raises:
            ConfigurationError: ``config.yaml`` is broken.
        """
        if self._stated:
            return self._stated
        try:
            elsewhere = self.launcher().choice() == _CLOUD
        except MangoError as problem:
            if problem.code not in ("needs_choice", "engine_missing", "backend"):
                raise
            elsewhere = False  # the call itself says what to choose
        return f"{self._own}-{_CLOUD}" if elsewhere else self._own

    def folders(self) -> Folders:
        """Return where things are kept."""
        return self.launcher().folders

    def launcher(self) -> Launcher:
        """Return the connection's launcher, made with the first call."""
        from mango_skill import settings
        from mango_skill.folders import Folders
        from mango_skill.launch import Launcher

        with self._lock:
            if self._launcher is None:
                folders = Folders.locate(self._setting.environ)
                self._launcher = Launcher(
                    folders=folders,
                    settings=settings.load(folders),
                    environ=self._setting.environ,
                    stated=self._setting.backend,
                )
            return self._launcher

    def workspace(self, *, tended: bool) -> Workspace:
        """Return the backend's workspace; calls at the same time start the engine once."""
        launcher = self.launcher()
        with self._lock:
            if not tended:
                launcher.tend()  # a server lives for days, an engine without work for half an hour
            return launcher.workspace()


class Conversations:
    """Those that are open at the same time, told apart by a key of their transport."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._kept: OrderedDict[tuple[str, str], Conversation] = OrderedDict()

    def find(self, key: str, *, project: str = "") -> Conversation:
        """Return the conversation with this key, made when there is none.

        Its project follows from the key: the same connection finds it again after a restart of the server.

        Args:
            key: Known to this connection alone.
            project: A project that the connection names for all its calls.
        """
        name = project or f"chat-{hashlib.sha256(key.encode()).hexdigest()[:10]}"
        found = self._kept.pop((key, project), None)
        if found is None:
            found = Conversation(self._setting, name=name)
        self._kept[(key, project)] = found
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return found


class _Opener:
    """What one call is given: the connection's backend, looked after once."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._tended = False

    def workspace(self) -> Workspace:
        found = self._conversation.workspace(tended=self._tended)
        self._tended = True
        return found

    def choose(self, choice: BackendChoice) -> None:
        self._conversation.launcher().choose(choice)
        self._tended = False

    def notice(self, language: str = "en") -> str:
        return self._conversation.launcher().notice(language)

    def tend(self) -> bool:
        return self._conversation.launcher().tend()
