"""What the tests of the MCP server share: each kind of host, and one server on HTTP."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.surfaces.conftest import Mango
from tests.surfaces.mcp.hosts import Host, Web, await_web, start_web


@pytest.fixture(scope="session")
def web(home: Path) -> Iterator[Callable[[], Web]]:
    """Starts the server on HTTP when it is first asked for."""
    started: list[tuple[subprocess.Popen[str], Web]] = []

    def start() -> Web:
        if not started:
            process = start_web(home)
            started.append((process, await_web(process, home)))
        return started[0][1]

    yield start
    for process, _ in started:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture(
    params=[("stdio", "legacy"), ("stdio", "auto"), ("http", "legacy"), ("http", "auto")],
    ids="-".join,
)
def host(request: pytest.FixtureRequest, home: Path, web: Callable[[], Web]) -> Host:
    """Every kind of host in turn."""
    way, era = request.param
    return Host(way, era, home, web)


@pytest.fixture(params=[("stdio", "legacy"), ("http", "auto")], ids="-".join)
def either(request: pytest.FixtureRequest, home: Path, web: Callable[[], Web]) -> Host:
    """Two hosts that differ in everything, where four would only take longer."""
    way, era = request.param
    return Host(way, era, home, web)


@pytest.fixture
def own_home(tmp_path: Path) -> Iterator[Path]:
    """A home for one test, whose engine ends with it."""
    yield tmp_path
    Mango(tmp_path, tmp_path)("engine", "stop")


@pytest.fixture
def desk(home: Path, web: Callable[[], Web]) -> Host:
    """The most frequent kind: over standard input and output, with the older handshake."""
    return Host("stdio", "legacy", home, web)
