"""What was measured on."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path


def describe(ffmpeg: str) -> list[str]:
    """Return facts of this machine, one a line."""
    import av

    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    said = subprocess.run([ffmpeg, "-version"], check=True, capture_output=True, text=True).stdout
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return [
        f"{processors} processors ({_processor_name()}), {_memory_gib():.0f} GiB, {platform.platform()}",
        f"Python {platform.python_version()}, PyAV {av.__version__} ({av.ffmpeg_version_info}); "
        f"peer: {said.splitlines()[0].split(' Copyright')[0]}",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load of the last minute before the start {load:.2f}",
    ]


def _processor_name() -> str:
    told = Path("/proc/cpuinfo")
    if told.exists():
        found = re.search(r"model name\s*: (.+)", told.read_text(encoding="utf-8"))
        if found:
            return found[1]
    return platform.processor() or platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
