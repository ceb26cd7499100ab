"""The streams of a real ADK server, byte for byte, in every cut, and what a person may see of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

EXPECTED: dict[str, tuple[str, str]] = {
    "hello": ("answered", "Hello, this is Nemo."),
    "camelcase_body": ("answered", "Hello, this is Nemo."),
    "plain": ("answered", "plain answer to: plain"),
    "tools": ("answered", "I added the title 'Paradise Found'."),
    "silent": ("silent", ""),
    "silence": ("answered", "Working on it.\n\nDone after the silence."),
    "empty": ("silent", ""),
    "nocontent": ("silent", ""),
    "noparts": ("silent", ""),
    "errorevent": ("failed", "model produced an invalid tool call"),
    "errorpartial": ("failed", "Half an ans"),
    "raise": ("failed", "scripted failure: 中文 🎬 before any event"),
    "raisemid": ("failed", "Half an answer, "),
    "thought": ("answered", "Here is your title."),
    "multipart": ("answered", "First part. Second part. Third part."),
    "twostage": ("answered", "Raw video is ready.\n\nBGM and title were added."),
    "tempissue": ("answered", "Your video is ready."),
    "mixed": ("answered", "Let me look at the timeline.\n\nThere is one track."),
    "longrunning": ("silent", ""),
    "transfer": ("answered", "Handled by the editor."),
    "artifact": ("answered", "Thumbnail saved."),
    "userecho": ("answered", "userecho x"),
    "gui": ("answered", "点击导出按钮"),
    "tricky": ("answered", "line one"),
    "run_not_sse": ("answered", "Hello, this is Nemo."),
}
WHOLE = (
    "hello",
    "plain",
    "tools",
    "silence",
    "thought",
    "multipart",
    "twostage",
    "tempissue",
    "mixed",
    "artifact",
)
CAPTURES = sorted((Path(__file__).parents[1] / "data" / "captures").glob("*.txt"), key=lambda path: path.name)


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.name)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_captured_stream_ends_as_it_should(capture: Path, size: int, service: Any, client: Any) -> None:
    name = capture.name.split(".")[2]
    body = capture.read_bytes()
    kind = "application/json" if name == "run_not_sse" else "text/event-stream; charset=utf-8"

    def script(wire: Any, request: Any) -> None:
        wire.send(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        for at in range(0, len(body), size):
            wire.chunk(body[at : at + size])
        wire.send(b"0\r\n\r\n")

    service.script("chat", script)
    result = client.turn("make it better")["result"]
    outcome, words = EXPECTED[name]
    assert result["outcome"] == outcome
    assert words.strip() in result["reply"]
    if name in WHOLE:
        assert result["reply"] == words
    for hidden in ("The user wants a title", "temporary issue", "adk-call", '{"error'):
        assert hidden not in result["reply"]
    assert len(service.chats()) == 1


def test_the_text_of_the_tricky_capture_arrives_unchanged(service: Any, client: Any) -> None:
    body = (CAPTURES[0].parent / "adk-2.13.tricky.stream.txt").read_bytes()
    last = json.loads(body.decode().rsplit("\n\ndata: ", 1)[1])
    service.script(
        "chat", lambda wire, request: wire.events(*body.replace(b"\n\n", b"\n\n\0").split(b"\0")[:-1])
    )
    result = client.turn("make it better")["result"]
    assert result["reply"] == last["content"]["parts"][0]["text"].strip()


def test_every_capture_has_its_expectation() -> None:
    assert {path.name.split(".")[2] for path in CAPTURES} == set(EXPECTED)
