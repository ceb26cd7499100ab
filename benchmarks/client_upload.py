"""Peak memory of the client while it uploads a large file (limit: 80 MiB resident).

Run: ``python benchmarks/client_upload.py [MEGABYTES]``. A small server in another process swallows the body.
"""

from __future__ import annotations

import json
import multiprocessing
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from memory import peak_mib

LIMIT_MIB = 80


def serve(channel: Any) -> None:
    """Answer everything with what the next step needs; bodies are read and forgotten."""
    listener = socket.create_server(("127.0.0.1", 0))
    channel.send(listener.getsockname()[1])
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=converse, args=(sock,), daemon=True).start()


def converse(sock: socket.socket) -> None:
    with sock, sock.makefile("rb") as file:
        while line := file.readline():
            path = line.decode().split()[1]
            length = 0
            while (header := file.readline()) not in (b"\r\n", b""):
                if header.lower().startswith(b"content-length:"):
                    length = int(header.split(b":")[1])
            while length:
                length -= len(file.read(min(length, 1 << 20)))
            data: dict[str, Any] = {"token": "t" * 20, "session_id": "s", "state": {}, "available": 1}
            body = json.dumps({"code": 0, "data": {} if "upload" in path else data}).encode()
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def main() -> int:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    port = here.recv()
    from mango_skill.client.backend import Backend
    from mango_skill.client.workspace import Workspace
    from mango_skill.folders import Folders
    from mango_skill.manifest import Manifest
    from mango_skill.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mkv"
        with clip.open("wb") as file:
            file.write(b"\x1aE\xdf\xa3")
            for _ in range(megabytes):
                file.write(bytes(1_000_000))
        workspace = Workspace(
            Folders.locate({"MANGO_HOME": f"{folder}/home"}),
            Settings(),
            Manifest("mango-ai", "0.1.0", "", "unknown", Path(folder)),
            Backend("cloud", f"http://127.0.0.1:{port}"),
            environ={},
        )
        began = time.perf_counter()
        workspace.open_project("benchmark").upload([clip])
        took = time.perf_counter() - began
    peak = peak_mib()
    print(f"{megabytes} MB in {took:.1f} s, peak {peak:.0f} MiB resident (limit {LIMIT_MIB})")
    server.terminate()
    return 0 if peak < LIMIT_MIB else 1


if __name__ == "__main__":
    sys.exit(main())
