"""Run one function of the engine in a child process that hostile media may crash without harm.

::

    python -m mango_skill.engine.media.worker      {"function", "arguments", "limits"} on standard input,
                                                   {"result"} or {"error"} on standard output

The child starts with a clean environment (see ``children``), sets its own limits before it imports anything that
parses media, and is killed when the wall time is over or the caller cancels.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mango_skill import errors
from mango_skill.engine import children
from mango_skill.engine.media.info import Examination, MediaInfo
from mango_skill.errors import EngineError, MangoError, MediaError

_MODULE = "mango_skill.engine.media.worker"
_ANALYSIS = "mango_skill.engine.media.analysis"
_ROOM = "mango_skill.engine."
_POLL_S = 0.1


@dataclass(frozen=True)
class Limits:
    """What a child may use.

    Attributes:
        wall_s: Seconds until it is killed.
        cpu_s: Seconds of processor time, all its threads together.
        memory_bytes: Private memory.
        written_bytes: The largest file it may write; 0 for none.
    """

    wall_s: float = 120.0
    cpu_s: int = 240
    memory_bytes: int = 3 * 1024**3
    written_bytes: int = 0


_DEFAULT_LIMITS = Limits()


def examine(path: str | os.PathLike[str], *, limits: Limits = _DEFAULT_LIMITS) -> MediaInfo:
    """Probe a file in a child process.

    Raises:
        MediaError: See ``probe.probe``; also ``crashed`` and ``took_too_long``.
    """
    return analyse(path, limits=limits).info


def analyse(
    path: str | os.PathLike[str],
    *wanted: str,
    limits: Limits = _DEFAULT_LIMITS,
    is_cancelled: Callable[[], bool] = lambda: False,
    **pause_options: Any,
) -> Examination:
    """Probe a file, and analyse it as far as is wanted, in one child process.

    Args:
        path: The file.
        wanted: Any of ``pauses``, ``loudness``, ``tempo``, ``cuts``.
        limits: What the child may use.
        is_cancelled: See ``run_isolated``.
        pause_options: ``strength``, ``min_ms``, ``threshold_db``, ``padding_ms`` of ``silence.find_pauses``.

    Raises:
        MediaError: See ``probe.probe``; also ``crashed`` and ``took_too_long``.
        EngineError: ``cancelled``.
    """
    arguments = {"path": os.fspath(path), "wanted": list(wanted), **pause_options}
    answer = run_isolated(f"{_ANALYSIS}:examine", arguments, limits=limits, is_cancelled=is_cancelled)
    return Examination.from_dict(answer)


def run_isolated(
    function: str,
    arguments: Mapping[str, Any],
    *,
    limits: Limits = Limits(),
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Any:
    """Call ``function(**arguments)`` in a child process and return its JSON result.

    Args:
        function: ``"mango_skill.engine.room.module:name"``.
        arguments: What JSON can say.
        limits: What the child may use.
        is_cancelled: Asked every tenth of a second; when it says yes the child is killed.

    Raises:
        MangoError: What the function raised, of the same class; a ``MediaError`` (``crashed``,
            ``took_too_long``) when the child died; an ``EngineError`` (``cancelled``).
    """
    request = json.dumps({"function": function, "arguments": dict(arguments), "limits": asdict(limits)})
    with subprocess.Popen(
        children.command(_MODULE),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=children.environment(),
        start_new_session=True,
    ) as child:
        out, said = _converse(child, request.encode(), limits=limits, is_cancelled=is_cancelled)
        code = child.returncode
    try:
        answer = json.loads(out)
    except ValueError:
        raise _crashed(code, said) from None
    if "error" in answer:
        raise _revive(answer["error"])
    return answer["result"]


def _converse(
    child: subprocess.Popen[bytes], request: bytes, *, limits: Limits, is_cancelled: Callable[[], bool]
) -> tuple[bytes, bytes]:
    waited = 0.0
    pending: bytes | None = request
    while True:
        try:
            return child.communicate(pending, timeout=_POLL_S)
        except subprocess.TimeoutExpired:
            pending = None
            waited += _POLL_S
        except BaseException:
            child.kill()
            raise
        if is_cancelled():
            child.kill()
            raise EngineError("The work was cancelled.", code="cancelled", hint="Ask again when you want it.")
        if waited > limits.wall_s:
            child.kill()
            raise MediaError(
                f"Reading the file took longer than {limits.wall_s:.0f} seconds and was stopped.",
                code="took_too_long",
                hint="Send a shorter file, or convert it to MP4 first.",
            )


def _crashed(code: int, said: bytes) -> MediaError:
    return MediaError(
        "The file could not be read: the program that opened it stopped.",
        code="crashed",
        hint="The file may be broken; convert it to MP4, JPEG or WAV and send it again.",
        details={"exit": code, "said": said[-400:].decode("utf-8", "replace")},
    )


def _revive(data: Mapping[str, Any]) -> MangoError:
    made = getattr(errors, str(data.get("class", "")), EngineError)
    kind = made if isinstance(made, type) and issubclass(made, MangoError) else EngineError
    return kind(
        str(data["message"]),
        code=data["code"],
        hint=data["hint"],
        retryable=data.get("retryable", False),
        details=data.get("details"),
    )


def main() -> int:
    """Answer the one request on standard input."""
    # Libraries that print must not spoil the answer: they get standard error.
    answer_to = os.dup(1)
    os.dup2(2, 1)
    request = json.loads(sys.stdin.buffer.read())
    _limit(Limits(**request["limits"]))
    answer = _answer(request["function"], request["arguments"])
    with os.fdopen(answer_to, "wb") as pipe:
        pipe.write(json.dumps(answer).encode())
    return 0


def _answer(function: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    module, _, name = function.partition(":")
    if not module.startswith(_ROOM) or name.startswith("_"):
        raise ValueError(f"not a function of the engine: {function}")
    try:
        return {"result": getattr(importlib.import_module(module), name)(**arguments)}
    except MangoError as problem:
        return {"error": {**problem.to_dict(), "class": type(problem).__name__}}
    except ImportError as problem:
        return {"error": {**children.packages_missing(problem).to_dict(), "class": "EngineError"}}
    except MemoryError:
        hint = "Send a smaller or shorter one."
        refusal = MediaError("The file needs more memory than it may use.", code="too_large", hint=hint)
        return {"error": {**refusal.to_dict(), "class": "MediaError"}}


def _limit(limits: Limits) -> None:
    """Take rights away from this process; systems without ``resource`` have the wall time alone."""
    try:
        import resource
    except ImportError:
        return
    for name, value in (
        ("RLIMIT_DATA" if sys.platform == "linux" else "RLIMIT_AS", limits.memory_bytes),
        ("RLIMIT_CPU", limits.cpu_s),
        ("RLIMIT_FSIZE", limits.written_bytes),
        ("RLIMIT_CORE", 0),
    ):
        which = getattr(resource, name)
        _, hard = resource.getrlimit(which)
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(which, (bound, bound))
        except (OSError, ValueError):
            # macOS refuses some of them; the others still hold.
            continue
    # Should the parent die, the child still ends by itself.
    signal.alarm(int(limits.wall_s) + 10)


if __name__ == "__main__":
    raise SystemExit(main())
