"""The client's measures that do not depend on the machine's speed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("megabytes", ["150"])
def test_an_upload_is_streamed_in_bounded_memory(megabytes: str) -> None:
    """The whole 400 MB are uploaded by the benchmark itself; that the memory does not grow shows here already."""
    script = ROOT / "benchmarks" / "client_upload.py"
    done = subprocess.run(
        [sys.executable, str(script), megabytes],
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
