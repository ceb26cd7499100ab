"""A private environment of pinned packages in the user's cache folder; standard library only.

``python environment.py LIST...`` builds one as a process of its own, so that a host that gives up on us does not end
it. The environment is named by the hash of its pinned lists, the Python version and the machine, so a changed list
makes a new one. It is built under a lock and its ready mark is written last: what was interrupted is built anew.
"""

from __future__ import annotations

import contextlib
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import IO, Any

APPLICATION = "mango-skill"
READY = "mango-ready"
KEPT_DAYS = 30
"""An environment of another list, Python or machine that nobody used for so long is removed."""
FULL = ("core", "local", "mcp")
"""All that the skill can use; one environment with it serves the command line and every host."""
FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

NO_NETWORK_WORDS = (
    "Temporary failure in name resolution",
    "Name or service not known",
    "nodename nor servname",
    "getaddrinfo failed",
    "Network is unreachable",
    "Connection refused",
    "Failed to establish a new connection",
    "NewConnectionError",
    "Connection reset",
    "Read timed out",
    "timed out",
    "dns error",
    "error sending request",
    "No route to host",
    "Cannot connect to proxy",
)


class NotBuiltError(Exception):
    """The packages could not be installed; the message is one plain sentence and what to do."""


def cache_folder(environ: Mapping[str, str] = os.environ) -> str:
    """Return the folder that environments are kept below."""
    if environ.get("MANGO_HOME"):
        return os.path.join(os.path.abspath(os.path.expanduser(environ["MANGO_HOME"])), "cache")
    if sys.platform == "win32":
        return os.path.join(os.path.expanduser("~"), "AppData", "Local", APPLICATION, "Cache")
    if sys.platform == "darwin":
        return os.path.join(os.path.expanduser("~"), "Library", "Caches", APPLICATION)
    base = environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, APPLICATION)


def pinned_lists(names: Sequence[str]) -> list[str]:
    """Return the paths of the pinned lists with these names."""
    return [os.path.join(FOLDER, "requirements", name + ".txt") for name in names]


def limits(names: Sequence[str]) -> list[str]:
    """Return the lists that only say which version is taken where a package of these lists needs one of theirs.

    An environment without the core (the benchmarks' peers) is bound by its own list alone.
    """
    return pinned_lists([name for name in FULL if name not in names]) if FULL[0] in names else []


def environment_path(names: Sequence[str]) -> str:
    """Return where the environment that holds these lists is, or will be."""
    return os.path.join(cache_folder(), "environments", environment_key(names))


def ready_python(names: Sequence[str]) -> str:
    """Return the interpreter of an environment that holds at least these lists; empty when none is built."""
    for one in dict.fromkeys((tuple(names), FULL)):
        environment = environment_path(one)
        if set(names) <= set(one) and is_ready(environment):
            _note_use(environment)
            return python_of(environment)
    return ""


def environment_key(names: Sequence[str]) -> str:
    """Return the name of the environment that holds these lists."""
    import hashlib

    digest = hashlib.sha256()
    for path in [*pinned_lists(names), *limits(names)]:
        with open(path, "rb") as listed:
            digest.update(listed.read().replace(b"\r\n", b"\n") + b"\0")
    python = "{}-{}.{}".format(sys.implementation.name, *sys.version_info[:2])
    digest.update(f"{python}\0{sys.platform}\0{sys.base_prefix}\0{'+'.join(names)}".encode())
    return f"{python}-{'-'.join(names)}-{digest.hexdigest()[:16]}"


def python_of(environment: str) -> str:
    """Return the interpreter of an environment."""
    if sys.platform == "win32":
        return os.path.join(environment, "Scripts", "python.exe")
    return os.path.join(environment, "bin", "python")


def is_ready(environment: str) -> bool:
    """Whether the environment was built to its end and its interpreter is still there."""
    return os.path.exists(os.path.join(environment, READY)) and os.path.exists(python_of(environment))


def ensure(names: Sequence[str], *, say: Callable[[str], None]) -> str:
    """Return the interpreter of the environment with these pinned lists; build it when it is not there.

    Raises:
        NotBuiltError: Neither uv nor venv and pip could build it, or the cache can't be written.
    """
    if there := ready_python(names):
        return there
    environment = environment_path(names)
    base = os.path.dirname(environment)
    try:
        os.makedirs(base, exist_ok=True)
        with _locked(environment + ".lock", say=say):
            if not is_ready(environment):
                _build(environment, names, say=say)
                _remove_unused(base, besides=environment)
    except OSError as problem:
        raise NotBuiltError(
            f"The packages can't be written to {base} ({problem.strerror}). "
            "Free some space or set MANGO_HOME to a folder that can be written."
        ) from None
    return python_of(environment)


def fetch(names: Sequence[str], *, say: Callable[[str], None]) -> str:
    """Return the interpreter as ``ensure`` does, built by a process that goes on when ours is ended.

    Raises:
        NotBuiltError: As ``ensure``.
    """
    import subprocess

    if there := ready_python(names):
        return there
    builder = start_builder(names, stdout=subprocess.PIPE)
    assert builder.stdout is not None
    for line in builder.stdout:
        say(line.decode("utf-8", "replace").rstrip())
    said = builder.communicate()[1].decode("utf-8", "replace").strip()
    if builder.returncode:
        raise NotBuiltError(said or "The packages could not be fetched; the fetching was ended.")
    return ready_python(names)


def start_builder(names: Sequence[str], *, stdout: int) -> subprocess.Popen[bytes]:
    """Start building an environment, out of reach of whoever ends us: progress on its output, errors on its errors."""
    import subprocess

    options: dict[str, Any] = {}
    if sys.platform == "win32":
        options["creationflags"] = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
    else:
        options["start_new_session"] = True  # a host ends our group; what is half fetched goes on
    return subprocess.Popen(
        [sys.executable, os.path.abspath(__file__), *names],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        **options,
    )


def _note_use(environment: str) -> None:
    """The ready mark's time is when the environment was used last."""
    with contextlib.suppress(OSError):
        os.utime(os.path.join(environment, READY))


def _remove_unused(base: str, *, besides: str) -> None:
    """Remove environments that were not used for ``KEPT_DAYS``."""
    import shutil
    import time

    oldest = time.time() - KEPT_DAYS * 24 * 3600
    for name in os.listdir(base):
        environment = os.path.join(base, name)
        mark = os.path.join(environment, READY)
        if environment == besides or not os.path.isdir(environment):
            continue
        with contextlib.suppress(OSError):
            if os.path.getmtime(mark if os.path.exists(mark) else environment) >= oldest:
                continue
            with open(environment + ".lock", "a+b") as held:
                if _take(held.fileno(), wait=False):  # nobody is building it
                    with contextlib.suppress(FileNotFoundError):
                        os.remove(mark)  # first: half an environment must not look whole
                    shutil.rmtree(environment, ignore_errors=True)


def _build(environment: str, names: Sequence[str], *, say: Callable[[str], None]) -> None:
    import shutil

    chosen = [part for path in pinned_lists(names) for part in ("-r", path)]
    chosen += [part for path in limits(names) for part in ("-c", path)]

    say(f"First run: installing the packages this needs into {environment} (once, one to three minutes).")
    log = environment + ".log"
    tools = [tool for tool in (shutil.which("uv"), "venv") if tool]
    for tool in tools:
        shutil.rmtree(environment, ignore_errors=True)
        steps = _venv_steps(environment, chosen) if tool == "venv" else _uv_steps(tool, environment, chosen)
        if all(_succeeds(step, log) for step in steps):
            with open(os.path.join(environment, READY), "w", encoding="utf-8") as mark:
                mark.write("ready\n")
            with contextlib.suppress(OSError):
                os.remove(log)
            return
    shutil.rmtree(environment, ignore_errors=True)
    raise NotBuiltError(_reason(log))


def _uv_steps(uv: str, environment: str, chosen: Sequence[str]) -> list[list[str]]:
    return [
        [uv, "venv", "--quiet", "--no-project", "--python", sys.executable, environment],
        [
            uv,
            "pip",
            "install",
            "--quiet",
            "--only-binary",
            ":all:",
            "--python",
            python_of(environment),
            *chosen,
        ],
    ]


def _venv_steps(environment: str, chosen: Sequence[str]) -> list[list[str]]:
    options = ["--disable-pip-version-check", "--no-input", "--quiet", "--only-binary", ":all:"]
    return [
        [sys.executable, "-I", "-m", "venv", environment],
        [python_of(environment), "-I", "-m", "pip", "install", *options, *chosen],
    ]


def _succeeds(command: Sequence[str], log: str) -> bool:
    import subprocess

    with open(log, "a", encoding="utf-8", errors="replace") as written:
        written.write(" ".join(command) + "\n")
        written.flush()
        try:
            # output goes to the log: what a person needs of it is said in one sentence
            return subprocess.run(command, stdout=written, stderr=written, check=False).returncode == 0
        except OSError as problem:
            written.write(f"{problem}\n")
            return False


def _reason(log: str) -> str:
    with open(log, encoding="utf-8", errors="replace") as written:
        said = written.read()
    if any(word in said for word in NO_NETWORK_WORDS):
        return (
            "The packages could not be fetched: the package index can't be reached. "
            f"Connect to the network (or set a proxy) and run this again. Details: {log}"
        )
    if "No space left on device" in said:
        return f"The packages could not be installed: the disk is full. Free about 500 MB. Details: {log}"
    if "ensurepip" in said or "No module named venv" in said:
        return (
            "This Python can't make environments (its venv part is missing). "
            f"Install uv, or your system's python3-venv package, and run this again. Details: {log}"
        )
    if "No matching distribution" in said or "no wheels" in said:
        return (
            "Some packages are not available for this Python or machine. "
            f"Try another Python (3.11 to 3.14). Details: {log}"
        )
    return f"The packages could not be installed with uv or pip. Details: {log}"


@contextlib.contextmanager
def _locked(path: str, *, say: Callable[[str], None]) -> Iterator[None]:
    """Hold an operating-system lock; it goes with the process, however that ends."""
    with open(path, "a+b") as held:
        if not _take(held.fileno(), wait=False):
            say("Another run is installing the packages; waiting for it.")
            while not _take(held.fileno(), wait=True):
                pass
        yield


def _take(descriptor: int, *, wait: bool) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, 0, os.SEEK_SET)
            # LK_LOCK itself gives up after ten seconds: the caller asks again
            msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True


def main(names: Sequence[str]) -> int:
    """Build the environment with these lists; what stops that is said on standard error."""
    try:
        ensure(names, say=lambda line: _tell(sys.stdout, line))
    except NotBuiltError as failure:
        _tell(sys.stderr, str(failure))
        return 1
    return 0


def _tell(stream: IO[str], line: str) -> None:
    """Write a line to whoever started us; they may have gone by now."""
    with contextlib.suppress(OSError, ValueError):
        stream.write(line + "\n")
        stream.flush()


if __name__ == "__main__":
    code = main(sys.argv[1:])
    # nobody may be listening any more: what is left in the buffers is no reason to fail
    os._exit(code)
