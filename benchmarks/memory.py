"""How much memory programs have used at most."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_LEAST_PAUSE_S = 0.05
_COST_SHARE = 25
"""Looking takes time and holds the watched program's memory map: between two looks pass this many times as long."""


def peak_mib() -> float:
    """Return the peak resident size of this program in MiB.

    On Linux from ``/proc/self/status``: ``ru_maxrss`` outlives exec there and would count the size of the
    process that started this one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / ((1 << 20) if sys.platform == "darwin" else 1024)


@dataclass(frozen=True)
class Watched:
    """What a program took, all its processes together.

    Attributes:
        wall_s: From its start to its end.
        cpu_s: Processor time, user and system, of all that it waited for.
        pss_mib: Highest sum of the proportional set sizes (shared pages are counted once); Linux.
        output: What it wrote to standard output.
    """

    wall_s: float
    cpu_s: float
    pss_mib: float
    output: str


def watch(command: Sequence[str], *, env: Mapping[str, str] | None = None) -> Watched:
    """Run a program to its end and watch what it takes.

    Raises:
        RuntimeError: It failed; with the end of what it said.
    """
    began = time.perf_counter()
    with subprocess.Popen(
        list(command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, stdin=subprocess.DEVNULL
    ) as program:
        said: dict[str, bytes] = {}
        readers = [
            threading.Thread(target=lambda name=name, pipe=pipe: said.update({name: pipe.read()}))
            for name, pipe in (("out", program.stdout), ("err", program.stderr))
        ]
        peak = [0.0]
        over = threading.Event()
        looker = threading.Thread(target=_look, args=(program.pid, over, peak))
        for thread in (*readers, looker):
            thread.start()
        _, status, usage = os.wait4(program.pid, 0)
        wall = time.perf_counter() - began
        program.returncode = os.waitstatus_to_exitcode(status)
        over.set()
        for thread in (*readers, looker):
            thread.join()
    if program.returncode:
        raise RuntimeError(
            f"{command[0]} ended with {program.returncode}:\n{said['err'].decode(errors='replace')[-2000:]}\n"
            f"{said['out'].decode(errors='replace')[-1000:]}"
        )
    return Watched(wall, usage.ru_utime + usage.ru_stime, peak[0], said["out"].decode(errors="replace"))


def _look(pid: int, over: threading.Event, peak: list[float]) -> None:
    pause = 0.0
    while not over.wait(pause):
        began = time.perf_counter()
        peak[0] = max(peak[0], pss_mib(pid))
        pause = max(_LEAST_PAUSE_S, _COST_SHARE * (time.perf_counter() - began))


def pss_mib(pid: int) -> float:
    """Return the proportional set size of a process and its descendants in MiB; 0 when it is gone."""
    total, waiting = 0.0, [pid]
    while waiting:
        one = waiting.pop()
        with contextlib.suppress(OSError, ValueError):
            for line in Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii").splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) / 1024
                    break
        with contextlib.suppress(OSError, ValueError):
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting.extend(int(word) for word in (task / "children").read_text(encoding="ascii").split())
    return total
