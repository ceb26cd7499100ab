"""What servers on loopback are made of: a port that nobody else can have, and an end when a signal asks for it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp

ADDRESS: Final = "127.0.0.1"
_KEEP_ALIVE_S: Final = (
    75  # longer than a client's pause between two calls, so that no call meets a closing line
)
_WAITING_CALLS: Final = 128


def listen(port: int = 0) -> socket.socket:
    """Bind a port and listen on it: from now on nobody else can have it.

    Args:
        port: 0 for any free one.

    Raises:
        OSError: Someone else has it.
        OverflowError: It is no port.
    """
    # the protocol is named because asyncio turns Nagle's delay off only where it is: 40 ms a call
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if port and os.name == "posix":
            # one of ours whose last connections are still closing is free
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((ADDRESS, port))
        listener.listen(_WAITING_CALLS)
    except BaseException:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


def make_server(application: ASGIApp, *, shutdown_s: int) -> uvicorn.Server:
    """Return a server that leaves the signals alone: its own handling ends the process before any clearing up.

    Args:
        application: What answers.
        shutdown_s: Seconds that calls under way get when it ends.
    """
    import uvicorn  # the server on standard input and output does without

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    return Server(
        uvicorn.Config(
            application,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=shutdown_s,
        )
    )


def stop_on_signals(stopping: asyncio.Event) -> None:
    """Set the event when the process is asked to end; only the main thread can hear of it."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopping.set))
