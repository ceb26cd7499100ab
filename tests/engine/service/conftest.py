"""A real engine on a loopback port, run by the test's own process unless a test needs to kill it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mango_skill.engine import process
from mango_skill.engine.places import Places
from mango_skill.engine.service import Seams
from mango_skill.settings import Settings
from tests.engine.service.driving import (
    Caller,
    RunningEngine,
    Start,
    examine_by_name,
    read_record,
    wait_until,
    write_sound,
)


def start_thread(
    places: Places, *, settings: Settings | None, seams: Seams | None, heartbeat_s: float
) -> RunningEngine:
    thread = threading.Thread(
        target=process.run,
        args=(places, settings or Settings(free_disk_reserve_bytes=0)),
        kwargs={"idle_s": 3600, "seams": seams or Seams(examine=examine_by_name), "heartbeat_s": heartbeat_s},
    )
    thread.start()
    record = wait_until(lambda: read_record(places.home), "engine.json")
    return RunningEngine(places, record, thread)


@pytest.fixture
def start_engine(tmp_path: Path) -> Iterator[Start]:
    """Starts engines in this process, all on the same home. They are stopped at the end."""
    running: list[RunningEngine] = []

    def start(
        *, settings: Settings | None = None, seams: Seams | None = None, heartbeat_s: float = 5.0
    ) -> RunningEngine:
        places = Places(tmp_path / "data" / "engine")
        running.append(start_thread(places, settings=settings, seams=seams, heartbeat_s=heartbeat_s))
        return running[-1]

    yield start
    for engine in running:
        if engine.thread.is_alive():
            engine.stop()


@pytest.fixture(scope="module")
def start_shared_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts engines that live as long as the module, each on a home of its own."""
    running: list[RunningEngine] = []

    def start(*, seams: Seams | None = None, heartbeat_s: float = 5.0) -> RunningEngine:
        places = Places(tmp_path_factory.mktemp("shared") / "engine")
        running.append(start_thread(places, settings=None, seams=seams, heartbeat_s=heartbeat_s))
        return running[-1]

    yield start
    for engine in running:
        engine.stop()


@pytest.fixture(scope="module")
def engine(start_shared_engine: Start) -> RunningEngine:
    """An engine for the whole module, whose look at files is a quick one (see ``examine_by_name``)."""
    return start_shared_engine()


@pytest.fixture
def caller(engine: RunningEngine) -> Caller:
    """A client with a token and a session of its own."""
    return engine.caller()


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A real WAV file: one second of silence."""
    return write_sound(tmp_path / "voice.wav")


@pytest.fixture
def worker(tmp_path: Path) -> Callable[[str], list[str]]:
    """Makes a render worker of a few lines of Python; ``job`` and ``say`` are there for them."""

    def make(body: str) -> list[str]:
        script = tmp_path / "worker.py"
        script.write_text(
            "import json, os, signal, sys, time\n"
            "from pathlib import Path\n"
            "job = json.loads(Path(sys.argv[1]).read_text())\n"
            "output = Path(job['output']['path'])\n"
            "home = Path(__file__).parent\n"
            "def say(**word): print(json.dumps(word), flush=True)\n" + body,
            encoding="utf-8",
        )
        return [sys.executable, "-S", "-E", str(script)]

    return make
