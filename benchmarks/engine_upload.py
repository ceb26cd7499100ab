"""How much memory the engine takes while 400 MB arrive, and how fast they do.

    python benchmarks/engine_upload.py [MEGABYTES]

Starts a real engine in a folder of its own, sends one multipart upload from this process, and samples the
engine's resident size (``/proc/PID/statm``, Linux) until the answer is there. The file is of a kind that is
refused at the end, so that nothing but receiving is measured. The bound to hold is 80 MiB.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from mango_skill.protocol import constants, endpoints  # noqa: E402 - the path comes first

BOUNDARY = "benchmark"
BOUND_MIB = 80
PIECE = os.urandom(1024 * 1024)


def main(megabytes: int) -> int:
    """Measure once and print; 1 when the bound is broken."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "engine"
        asked = time.monotonic()
        engine = subprocess.Popen(
            [sys.executable, "-m", "mango_skill.engine", "--home", str(home)],
            env={**os.environ, "MANGO_HOME": folder, "PYTHONPATH": str(ROOT)},
        )
        try:
            record = wait_for_record(home)
            print(f"ready after {time.monotonic() - asked:.2f} s")
            peak, seconds, answer = upload(record, engine.pid, megabytes)
        finally:
            engine.terminate()
            engine.wait()
    print(f"{megabytes} MB in {seconds:.2f} s ({megabytes / seconds:.0f} MB/s), answer code {answer['code']}")
    print(f"engine's peak resident size {peak:.1f} MiB (bound: {BOUND_MIB} MiB)")
    return int(peak > BOUND_MIB)


def wait_for_record(home: Path) -> dict[str, str]:
    """Return ``engine.json`` once it is there."""
    for _ in range(2000):
        if (home / "engine.json").exists():
            record: dict[str, str] = json.loads((home / "engine.json").read_text(encoding="utf-8"))
            return record
        time.sleep(0.005)
    raise SystemExit("the engine did not start")


def upload(record: dict[str, str], pid: int, megabytes: int) -> tuple[float, float, dict[str, object]]:
    """Send one file; return the engine's peak in MiB, the seconds, and the answer."""
    peak = [resident(pid)]
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.005):
            peak[0] = max(peak[0], resident(pid))

    line = http.client.HTTPConnection(urlsplit(record["url"]).netloc)
    headers = {constants.CLIENT_ID_HEADER: record["client_id"]}
    token = ask(line, endpoints.ANONYMOUS_TOKEN, headers)["data"]["token"]
    headers = {constants.AUTHORIZATION: constants.BEARER + token}
    session = ask(line, endpoints.CREATE_SESSION, headers)["data"]["session_id"]
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{constants.UPLOAD_FIELD}"; filename="a.bin"\r\n\r\n'
    ).encode()
    tail = f"\r\n--{BOUNDARY}--\r\n".encode()
    threading.Thread(target=watch, daemon=True).start()
    began = time.monotonic()
    line.putrequest("POST", endpoints.UPLOAD.path(session_id=session))
    for name, value in headers.items():
        line.putheader(name, value)
    line.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
    line.putheader("Content-Length", str(len(head) + megabytes * len(PIECE) + len(tail)))
    line.endheaders(head)
    for _ in range(megabytes):
        line.send(PIECE)
    line.send(tail)
    answer = json.loads(line.getresponse().read())
    seconds = time.monotonic() - began
    over.set()
    return peak[0], seconds, answer


def ask(
    line: http.client.HTTPConnection, endpoint: endpoints.Endpoint, headers: dict[str, str]
) -> dict[str, dict[str, str]]:
    """Make a call without a body."""
    line.request(endpoint.method, endpoint.path(), headers=headers)
    answer: dict[str, dict[str, str]] = json.loads(line.getresponse().read())
    return answer


def resident(pid: int) -> float:
    """Return a process's resident size in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1024**2


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 400))
