"""The engine's process, from outside: find it, start it, replace it, stop it.

The engine is a program of its own: nothing of it is imported here. Its ``engine.json`` says where it listens;
before anything is sent there it has to prove that it wrote that file.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from mango_skill.client import journal
from mango_skill.client.clock import Clock, SystemClock
from mango_skill.client.locks import FileLock
from mango_skill.errors import ConfigurationError, EngineError, OutputError
from mango_skill.folders import Folders
from mango_skill.protocol import constants, endpoints, proof
from mango_skill.settings import Settings
from mango_skill.version import VERSION

ENGINE_MODULE: Final = "mango_skill.engine"

_START_LIMIT_S: Final = 20.0
_DRAIN_LIMIT_S: Final = 60.0
_POLL_S: Final = 0.02
_LOST_AFTER_S: Final = 3.0
_HELLO_LIMIT_S: Final = 5.0
_LEAST_ROOM_BYTES: Final = 1_000_000
"""With less than this free, a new database and the engine's files find no place."""


@dataclass(frozen=True)
class EngineStatus:
    """A running engine that has proven itself."""

    url: str
    version: str
    pid: int
    code: str

    def is_current(self) -> bool:
        """Whether it is of this version, and the program that it starts its children from is still there."""
        return self.version == VERSION and (Path(self.code) / __package__ / "__init__.py").is_file()


class EngineProcess:
    """The engine's process, from outside."""

    def __init__(
        self,
        folders: Folders,
        settings: Settings,
        *,
        environ: Mapping[str, str] = os.environ,
        clock: Clock | None = None,
    ) -> None:
        self._folders = folders
        self._settings = settings
        self._environ = environ
        self._clock: Clock = SystemClock() if clock is None else clock

    def ensure(self) -> EngineStatus:
        """Return the running engine of this version; start it, or replace one that is another or lost its code.

        Raises:
            EngineError: It does not start, or an older one does not end.
        """
        running = self.status()
        if running is not None and running.is_current():
            return running
        self._make_folders()
        with FileLock(self._folders.engine / "launch.lock", clock=self._clock) as lock:
            if not lock.acquire(wait_s=_START_LIMIT_S + _DRAIN_LIMIT_S):
                raise EngineError(
                    "Another process is starting the engine and does not finish.",
                    code="engine_start",
                    hint="Run 'mango engine stop' and try again.",
                )
            running = self.status()
            if running is not None and running.is_current():
                return running
            self.stop()
            return self._start()

    def status(self) -> EngineStatus | None:
        """Return the running engine, or None; one that can't prove itself does not count."""
        record = self._record()
        if record is None:
            return None
        nonce = secrets.token_hex(16)
        try:
            answer, headers = self._ask(record, endpoints.ENGINE_HELLO, {constants.CHALLENGE_HEADER: nonce})
        except (OSError, http.client.HTTPException, ValueError):
            return None
        stated = headers.get(constants.PROOF_HEADER.lower(), "")
        if not proof.is_hello_proven(str(record["secret"]), nonce, stated):
            return None
        said = answer.get("data", answer)
        version, pid = str(said.get("version", "")), int(said.get("pid", 0))
        return EngineStatus(str(record["url"]), version, pid, str(record.get("code", "")))

    def stop(self) -> bool:
        """Let the engine finish what it is doing and end; whether one was running.

        Raises:
            EngineError: It is still busy after a minute.
        """
        lost = self._is_lost()
        record, running = self._record(), self.status()
        if record is None:
            return False
        if running is None:
            return lost and self._end_lost(record)
        allowed = {constants.PROOF_HEADER: proof.prove_stop(str(record["secret"]))}
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            self._ask(record, endpoints.ENGINE_STOP, allowed)
        self._await_end(f"The engine (version {running.version})")
        return True

    def _is_lost(self) -> bool:
        """Whether an engine holds the folder that can't prove itself, because other code started it.

        One that is only starting gets the time to say where it listens.
        """
        deadline = self._clock.monotonic() + _LOST_AFTER_S
        while self._home_lock().is_held():
            if self.status() is not None:
                return False
            if self._clock.monotonic() >= deadline:
                return True
            self._clock.sleep(_POLL_S)
        return False

    def _end_lost(self, record: Mapping[str, Any]) -> bool:
        """Ask an engine that does not understand us to end, by the signal that every version obeys.

        Its lock on our folder says that the process of ``engine.json`` is the engine and nothing else.
        """
        number = record.get("pid")
        if not isinstance(number, int) or number <= 0 or not self._home_lock().is_held():
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGTERM)
        self._await_end(f"An engine of another build (process {number})")
        return True

    def _await_end(self, name: str) -> None:
        deadline = self._clock.monotonic() + _DRAIN_LIMIT_S
        while self.status() is not None or self._home_lock().is_held():
            if self._clock.monotonic() >= deadline:
                raise EngineError(
                    f"{name} is still working and does not end yet.",
                    code="engine_busy",
                    hint="Wait for its render to end ('mango jobs'), then try again.",
                    retryable=True,
                )
            self._clock.sleep(_POLL_S)

    def command(self, *, foreground: bool = False) -> list[str]:
        """Return the command line that runs the engine."""
        command = [sys.executable, "-m", ENGINE_MODULE, "--home", str(self._folders.engine)]
        command += ["--idle-minutes", f"{self._settings.idle_minutes:g}"]
        return [*command, "--foreground"] if foreground else command

    def environment(self) -> dict[str, str]:
        """Return the engine's environment: the code's folder is found, the cloud's token is not there."""
        kept = {key: value for key, value in self._environ.items() if not key.startswith("NEMO_")}
        others = [one for one in (kept.get("PYTHONPATH", ""),) if one]
        return {**kept, "PYTHONPATH": os.pathsep.join([str(code_folder()), *others])}

    def run(self) -> int:
        """Be the engine, in the foreground, until it ends; where a process can't be replaced, run it as a child."""
        self._make_folders()
        command = self.command(foreground=True)
        if sys.platform == "win32":
            return subprocess.run(command, cwd=code_folder(), env=self.environment(), check=False).returncode
        # signals then reach the engine itself, which finishes what it is doing
        os.chdir(code_folder())
        os.execve(command[0], command, self.environment())

    def _start(self) -> EngineStatus:
        log = self._folders.logs / "engine-start.log"
        with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
            process = subprocess.Popen(
                self.command(),
                cwd=code_folder(),
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                close_fds=True,
                **_detached(),
            )
        deadline = self._clock.monotonic() + _START_LIMIT_S
        while self._clock.monotonic() < deadline:
            running = self.status()
            if running is not None and running.version == VERSION:
                process.returncode = 0  # it lives on by itself: no warning when this object goes
                return running
            if process.poll() is not None:
                break
            self._clock.sleep(_POLL_S)
        ended = process.poll()
        if ended is None:
            process.kill()
            process.wait()
        if shutil.disk_usage(self._folders.engine).free < _LEAST_ROOM_BYTES:
            # its own words found no room either
            raise OutputError(
                f"The engine does not start: the disk that holds {self._folders.engine} is full.",
                code="disk_full",
                hint="Free some space there, or set MANGO_HOME to a folder on another disk.",
            )
        raise EngineError(
            "The engine does not start."
            if ended is None
            else f"The engine ended at once (exit code {ended}).",
            code="engine_start",
            hint=f"Run 'mango doctor'; the engine's own words are in {log}.",
            details={"log": _tail(log)},
        )

    def _home_lock(self) -> FileLock:
        """The lock that a running engine holds to its very end; an engine beside it can't start."""
        return FileLock(self._folders.engine / constants.ENGINE_LOCK, clock=self._clock)

    def _record(self) -> dict[str, Any] | None:
        record = journal.read_json(self._folders.engine / constants.ENGINE_FILE)
        if record is None or not isinstance(record.get("url"), str) or not record.get("secret"):
            return None
        return record

    def _make_folders(self) -> None:
        for folder in (self._folders.engine, self._folders.logs):
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                with contextlib.suppress(OSError):
                    folder.chmod(0o700)
            except OSError as problem:
                raise ConfigurationError(
                    f"The folder {folder} can't be made ({problem.strerror}).",
                    code="folder",
                    hint="Free some space, or set MANGO_HOME to a folder that you may write to.",
                ) from None
            if not os.access(folder, os.W_OK):
                raise ConfigurationError(
                    f"The folder {folder} can't be written.",
                    code="folder",
                    hint="Correct its permissions, or set MANGO_HOME to another folder.",
                )

    def _ask(
        self, record: Mapping[str, Any], endpoint: endpoints.Endpoint, headers: Mapping[str, str]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Ask over a bare loopback connection: no proxy, no netrc, no redirects."""
        address = urlsplit(str(record["url"]))
        connection = http.client.HTTPConnection(
            address.hostname or "", address.port or 80, timeout=_HELLO_LIMIT_S
        )
        try:
            connection.request(endpoint.method, endpoint.path(), headers=dict(headers))
            answer = connection.getresponse()
            body = json.loads(answer.read(65536) or b"{}")
            return (
                body if isinstance(body, dict) else {},
                {key.lower(): value for key, value in answer.getheaders()},
            )
        finally:
            connection.close()


def code_folder() -> Path:
    """Return the folder that holds the package."""
    return Path(__file__).parent.parent


def _detached() -> dict[str, Any]:
    if sys.platform == "win32":
        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
        return {"creationflags": flags}
    return {"start_new_session": True}


def _tail(path: Path) -> str:
    from mango_skill.scrub import scrub

    with contextlib.suppress(OSError):
        return scrub(path.read_text(encoding="utf-8", errors="replace")[-2000:])
    return ""
