"""How the engine answers while it renders: how fast, how fairly, and how soon a render that is cancelled is gone.

    python benchmarks/engine_busy.py [SECONDS_OF_FILM]

Starts a real engine in a folder of its own with a film of sensor noise in 1080p, asks for two full renders at once,
and calls the engine all the while: its hello, the state of the session, the status of a render. Then it cancels one of
the two. Held against: no call over 100 ms in the 99th percentile, both renders under way from the beginning on, the
cancelled one's process gone within one second and no file of it left.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import av  # noqa: E402 - the path comes first
import numpy as np  # noqa: E402
import requests  # noqa: E402

from mango_skill.client import journal  # noqa: E402
from mango_skill.protocol import bodies, constants, endpoints  # noqa: E402

MOST_MS = 100.0
MOST_CANCEL_S = 1.0
LOOKS = 300
PAUSE_S = 0.02


class Caller:
    """A client of one engine with a session of its own."""

    def __init__(self, record: dict[str, Any]) -> None:
        self.url = str(record["url"])
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers.update(dict.fromkeys(constants.ATTRIBUTION_HEADERS, "benchmark"))
        asked = self.call(
            endpoints.ANONYMOUS_TOKEN, headers={constants.CLIENT_ID_HEADER: record["client_id"]}
        )
        self.http.headers[constants.AUTHORIZATION] = f"{constants.BEARER}{asked['data']['token']}"
        made = self.call(endpoints.CREATE_SESSION, json=bodies.session_body(name="busy", language="en"))
        self.session = str(made["data"]["session_id"])

    def call(self, endpoint: endpoints.Endpoint, *, fields: dict[str, str] | None = None, **more: Any) -> Any:
        path = endpoint.path(**{"session_id": getattr(self, "session", ""), **(fields or {})})
        return self.http.request(endpoint.method, self.url + path, timeout=60, **more).json()

    def render(self, name: str) -> None:
        draft = self.call(endpoints.STATE)["data"]["state"]["draft"]
        output = {"format": "mp4", "compatible": True, "height": 1080}
        body = bodies.render_body(render_id=name, session_id=self.session, draft=draft, output=output)
        assert self.call(endpoints.RENDER, json=body)["code"] == 0

    def status(self, name: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.call(endpoints.RENDER_STATUS, fields={"render_id": name})
        return answer


def main(seconds: int) -> int:
    """Measure once and print; 1 when a bound is broken."""
    with tempfile.TemporaryDirectory() as folder:
        film = make_film(Path(folder) / "film.mp4", seconds)
        home = Path(folder) / "engine"
        engine = subprocess.Popen(
            [sys.executable, "-m", "mango_skill.engine", "--home", str(home)],
            env={**os.environ, "MANGO_HOME": folder, "PYTHONPATH": str(ROOT)},
        )
        try:
            return measure(Caller(record_of(home)), film, home)
        finally:
            engine.send_signal(signal.SIGTERM)
            engine.wait()


def measure(caller: Caller, film: Path, home: Path) -> int:
    with film.open("rb") as file:
        assert caller.call(endpoints.UPLOAD, files={constants.UPLOAD_FIELD: (film.name, file)})["code"] == 0
    calls: dict[str, Callable[[], Any]] = {
        "hello": lambda: caller.call(
            endpoints.ENGINE_HELLO, headers={constants.CHALLENGE_HEADER: "benchmark"}
        ),
        "state": lambda: caller.call(endpoints.STATE),
        "status": lambda: caller.status("one"),
    }
    idle = {name: looked(call, LOOKS // 3) for name, call in calls.items()}
    caller.render("one")
    caller.render("two")
    wait(lambda: all(caller.status(name).get("progress", 0) >= 1 for name in ("one", "two")))
    busy = {name: looked(call, LOOKS) for name, call in calls.items()}
    progress = [caller.status(name).get("progress", 0) for name in ("one", "two")]
    print("call      idle median   busy median   busy 99 %   busy worst   (ms)")
    for name in calls:
        print(
            f"{name:<8}{statistics.median(idle[name]):>13.1f}{statistics.median(busy[name]):>14.1f}"
            f"{percentile(busy[name]):>12.1f}{max(busy[name]):>13.1f}"
        )
    print(f"progress of the two renders afterwards: {progress[0]} % and {progress[1]} %")
    took = cancelled(caller, home)
    print(f"cancelled: process and files gone after {took:.2f} s (bound: {MOST_CANCEL_S:g} s)")
    worst = max(percentile(found) for found in busy.values())
    print(f"99th percentile of all calls at most {worst:.1f} ms (bound: {MOST_MS:g} ms)")
    return int(worst > MOST_MS or took > MOST_CANCEL_S or min(progress) == 0)


def looked(call: Callable[[], Any], times: int) -> list[float]:
    """Return the milliseconds of so many calls."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        found.append((time.perf_counter() - began) * 1000)
        time.sleep(PAUSE_S)
    return found


def cancelled(caller: Caller, home: Path) -> float:
    """Cancel the first render; return the seconds until its process and its files are gone."""
    orders = {path.stem for path in home.rglob("*.job")}
    began = time.perf_counter()
    caller.call(endpoints.RENDER_CANCEL, fields={"render_id": "one"})
    # the queue removes an order and all that belongs to it once its worker has ended
    wait(lambda: len({path.stem for path in home.rglob("*.job")} & orders) < len(orders))
    took = time.perf_counter() - began
    (gone,) = orders - {path.stem for path in home.rglob("*.job")}
    assert not list(home.rglob(f"*{gone}*"))
    return took


def percentile(found: list[float]) -> float:
    return statistics.quantiles(found, n=100)[98]


def wait(condition: Callable[[], bool]) -> None:
    for _ in range(60_000):
        if condition():
            return
        time.sleep(0.01)
    raise SystemExit("the engine did not get there")


def record_of(home: Path) -> dict[str, Any]:
    """Return ``engine.json`` once it is there."""
    wait((home / constants.ENGINE_FILE).exists)
    record = journal.read_json(home / constants.ENGINE_FILE)
    assert record is not None
    return record


def make_film(path: Path, seconds: int) -> Path:
    """Write 1080p30 with noise of its own in every picture, one second of it again and again."""
    noise = np.random.default_rng(7)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"preset": "ultrafast", "crf": "23"})
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        pictures = [noise.integers(60, 90, (1080 * 3 // 2, 1920), dtype=np.uint8) for _ in range(30)]
        for number in range(seconds * 30):
            frame = av.VideoFrame.from_ndarray(pictures[number % 30], format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
