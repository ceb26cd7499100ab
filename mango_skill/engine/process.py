"""The engine's life: lock the home, listen, publish ``engine.json``, serve, and stop when asked or idle."""

from __future__ import annotations

import asyncio
import functools
import logging
import os
import secrets
import socket
import sys
import time
from dataclasses import dataclass
from typing import Final, NoReturn

import anyio.to_thread

from mango_skill import loopback
from mango_skill.engine import children
from mango_skill.engine.http import HEARTBEAT_S, Front, Guard
from mango_skill.engine.instance import HomeLock, Instance
from mango_skill.engine.places import Places
from mango_skill.engine.service import NO_SEAMS, Seams, Service
from mango_skill.settings import Settings
from mango_skill.version import VERSION

DRAIN_S: Final = 30.0
_WATCH_S: Final = 1.0
SETTLE_S: Final = 60.0
"""Before the first look at what may go: the call that started the engine says first which session it uses."""
TIDY_S: Final = 3600.0
_LOG: Final = logging.getLogger(__name__)


@dataclass
class Activity:
    """How many calls are under way and when the last one ended. Touched by the event loop alone."""

    under_way: int = 0
    last: float = 0.0

    def enter(self) -> None:
        """A call begins."""
        self.under_way += 1

    def leave(self) -> None:
        """A call ended."""
        self.under_way -= 1
        self.last = time.monotonic()


def run(
    places: Places,
    settings: Settings,
    *,
    idle_s: float,
    seams: Seams = NO_SEAMS,
    heartbeat_s: float = HEARTBEAT_S,
) -> None:
    """Be the engine of this home until stopped.

    Args:
        places: Its folders.
        settings: Of the user.
        idle_s: Stop after so long without work.
        seams: What a test may replace.
        heartbeat_s: Between two heartbeats of a silent chat stream.

    Raises:
        EngineError: Another engine runs here, or the folder or its database can't be used.
    """
    lock = HomeLock(places.home)
    lock.acquire()
    try:
        listener = loopback.listen()
        url = f"http://{loopback.ADDRESS}:{listener.getsockname()[1]}"
        service = Service(places, settings, url=url, seams=seams)
        instance = Instance(
            url=url,
            version=VERSION,
            pid=os.getpid(),
            secret=secrets.token_hex(32),
            client_id=service.client_id,
            started=time.time(),
            code=str(children.CODE_FOLDER),
        )
        try:
            service.start()
            front = Front(
                service, secret=instance.secret, version=VERSION, pid=instance.pid, heartbeat_s=heartbeat_s
            )
            asyncio.run(_serve(service, front, instance, places, listener=listener, idle_s=idle_s))
        finally:
            instance.withdraw(places.home)
            service.stop(wait_s=DRAIN_S)
            _LOG.info("stopped")
    finally:
        lock.release()


async def _serve(
    service: Service,
    front: Front,
    instance: Instance,
    places: Places,
    *,
    listener: socket.socket,
    idle_s: float,
) -> None:
    activity = Activity(last=time.monotonic())
    stopping = asyncio.Event()
    application = front.application(
        stop=stopping.set,
        guard=functools.partial(
            Guard,
            host=instance.url.removeprefix("http://"),
            entered=activity.enter,
            left=activity.leave,
        ),
    )
    loopback.stop_on_signals(stopping)
    server = loopback.make_server(application, shutdown_s=int(DRAIN_S))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.005)
    if not serving.done():
        instance.publish(places.home)
        _LOG.info("version %s listens at %s", instance.version, instance.url)
        tidying = asyncio.create_task(_tidy(service))
        await _until_over(service, activity, stopping, serving, idle_s=idle_s)
        tidying.cancel()
        instance.withdraw(places.home)
        server.should_exit = True
    await serving


async def _until_over(
    service: Service,
    activity: Activity,
    stopping: asyncio.Event,
    serving: asyncio.Task[None],
    *,
    idle_s: float,
) -> None:
    """Wait until somebody stops the engine, a signal ends the server, or nothing happened for long enough."""
    while not stopping.is_set() and not serving.done():
        try:
            async with asyncio.timeout(_WATCH_S):
                await stopping.wait()
        except TimeoutError:
            if activity.under_way or await anyio.to_thread.run_sync(service.is_working):
                activity.last = time.monotonic()
            elif time.monotonic() - activity.last >= idle_s:
                _LOG.info("idle for %.0f minutes", idle_s / 60)
                return


async def _tidy(service: Service) -> None:
    await asyncio.sleep(SETTLE_S)
    while True:
        try:
            await anyio.to_thread.run_sync(service.tidy)
        except Exception:
            # the next round may succeed: the disk was full, or the database was locked
            _LOG.exception("tidying failed")
        await asyncio.sleep(TIDY_S)


def end() -> NoReturn:
    """End the process now: a thread that still waits for a link or a file must not keep it."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)
