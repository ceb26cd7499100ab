"""The server on standard input and output: one line, one message; whoever closes the input ends it."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from typing import Final, NoReturn

from mcp.server.stdio import stdio_server

from mango_skill.hosts.mcp.conversations import Conversation, Setting
from mango_skill.hosts.mcp.server import make_server
from mango_skill.loopback import stop_on_signals

_LOG: Final = logging.getLogger(__name__)


def serve(setting: Setting) -> None:
    """Answer the host until it closes the input or a signal comes.

    While it serves, what anything prints goes to standard error: standard output carries the protocol alone.
    """
    asyncio.run(_serve(setting))


async def _serve(setting: Setting) -> None:
    conversation = Conversation(setting)
    server = make_server(lambda _: conversation)
    stopping = asyncio.Event()
    stop_on_signals(stopping)
    _LOG.info("serving on standard input and output, process %d", os.getpid())
    async with stdio_server() as (reading, writing):
        serving = asyncio.create_task(server.run(reading, writing, server.create_initialization_options()))
        stopped = asyncio.create_task(stopping.wait())
        await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
        _LOG.info("ending: %s", "a signal came" if stopping.is_set() else "the host has closed the input")
        if not serving.done():
            # a thread still waits for a line of the host, and would keep us: nothing of ours is lost
            end()
        stopped.cancel()
        await serving
    end()


def end() -> NoReturn:
    """End the process now: a thread that follows a job must not keep it; the job has a process of its own."""
    logging.shutdown()
    sys.stderr.flush()
    os._exit(0)
