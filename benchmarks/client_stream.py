"""Processor time of one turn of 3,000 partial events (limit: 0.3 s), and the time for one event of 10 MB.

Run: ``python benchmarks/client_stream.py``. The server is another process, so that only the client is counted.
"""

from __future__ import annotations

import json
import multiprocessing
import socket
import sys
import time
from typing import Any

EVENTS = 3000
LIMIT_S = 0.3
BIG_BYTES = 10_000_000


def event(text: str, **more: Any) -> bytes:
    body = {
        "content": {"parts": [{"text": text}], "role": "model"},
        "author": "nemo_agent",
        "id": "x",
        **more,
    }
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def serve(channel: Any) -> None:
    """Answer the first request with many partial events, the second with one big event, as ADK frames them."""
    listener = socket.create_server(("127.0.0.1", 0))
    channel.send(listener.getsockname()[1])
    many = [event(f"word {n} ", partial=True, timestamp=n) for n in range(EVENTS)]
    many.append(event("".join(f"word {n} " for n in range(EVENTS))))
    big = event("x" * BIG_BYTES)
    for pieces in (many, [big[at : at + 16384] for at in range(0, len(big), 16384)]):
        sock, _ = listener.accept()
        with sock:
            asked = b""
            # Headers and the body "{}" may arrive apart; what is left unread would reset the connection.
            while not asked.endswith(b"\r\n\r\n{}"):
                asked += sock.recv(65536)
            sock.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            for piece in pieces:
                sock.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            sock.sendall(b"0\r\n\r\n")


def main() -> int:
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{here.recv()}/run_sse"
    from mango_skill.client.backend import Patience
    from mango_skill.client.clock import SystemClock
    from mango_skill.client.run import Run
    from mango_skill.client.stream import Pump, Watch
    from mango_skill.client.transport import Call, Transport

    clock, patience = SystemClock(), Patience()
    transport = Transport(headers={}, patience=patience, clock=clock)

    def turn() -> tuple[float, float, Any]:
        pump = Pump(lambda: transport.open(Call("POST", url, json={}), own_connection=True))
        watch = Watch(patience=patience, clock=clock)
        cpu, wall = time.process_time(), time.perf_counter()
        with Run(pump, watch, patience, retry_after=transport.retry_after_s) as run:
            result = run.until_done()
        return time.process_time() - cpu, time.perf_counter() - wall, result

    cpu, wall, result = turn()
    assert result.outcome == "answered"
    assert result.reply.endswith(f"word {EVENTS - 1}")
    print(f"{EVENTS} partial events: {cpu:.3f} s processor, {wall:.3f} s wall (limit {LIMIT_S} s processor)")
    big_cpu, big_wall, result = turn()
    assert len(result.reply) == BIG_BYTES
    print(f"one event of {BIG_BYTES / 1e6:.0f} MB: {big_cpu:.3f} s processor, {big_wall:.3f} s wall")
    return 0 if cpu < LIMIT_S else 1


if __name__ == "__main__":
    sys.exit(main())
