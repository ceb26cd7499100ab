"""What a chat may do to its client, byte by byte, and the one outcome each case must have.

The turns run in the test's own process (``runner.run``): a process for each of so many cases would cost
minutes and shows nothing more.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import pytest

ANSWERED, SILENT, FAILED = "answered", "silent", "failed"
INTERRUPTED, TIMED_OUT = "interrupted", "timed_out"
TEMPORARY = "I encountered a temporary issue. Please try again."
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"

Script = Callable[[Any, Any], None]


@dataclass(frozen=True)
class Case:
    """A scripted answer and how the turn must end."""

    name: str
    script: Script
    outcome: str
    reply: str | None = None  # the whole reply
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    code: str | None = None
    chats: int = 1


def adk(text: str, **more: Any) -> dict[str, Any]:
    return {"content": {"parts": [{"text": text}], "role": "model"}, "author": "nemo_agent", **more}


def data(*events: Any) -> bytes:
    return b"".join(
        b"data: "
        + (one if isinstance(one, bytes) else json.dumps(one, ensure_ascii=False).encode())
        + b"\n\n"
        for one in events
    )


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n", headers: bytes = b"") -> Script:
    """Send pieces as HTTP chunks; another ``end`` cuts the body."""

    def script(wire: Any, request: Any) -> None:
        wire.send(HEAD + headers + b"Transfer-Encoding: chunked\r\n\r\n")
        for piece in pieces:
            if piece:
                wire.chunk(piece)
        wire.send(end)
        wire.keep = False

    return script


def closing(*pieces: bytes, headers: bytes = b"", head: bytes = HEAD) -> Script:
    """Send a body that ends with the connection."""

    def script(wire: Any, request: Any) -> None:
        wire.send(head + headers + b"Connection: close\r\n\r\n", *pieces)
        wire.keep = False

    return script


def sized(body: bytes, *, length: int | None = None, headers: bytes = b"", head: bytes = HEAD) -> Script:
    """Send a body with a length, perhaps a wrong one."""

    def script(wire: Any, request: Any) -> None:
        said = len(body) if length is None else length
        wire.send(head + headers + b"Content-Length: %d\r\n\r\n" % said + body)
        wire.keep = False

    return script


def resetting(*pieces: bytes) -> Script:
    def script(wire: Any, request: Any) -> None:
        wire.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        for piece in pieces:
            wire.chunk(piece)
        wire.reset()

    return script


def holding(*pieces: bytes) -> Script:
    def script(wire: Any, request: Any) -> None:
        wire.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        for piece in pieces:
            wire.chunk(piece)
        wire.hold()
        wire.keep = False

    return script


def status(code: int, body: bytes = b"", *headers: str, kind: str = "application/json") -> Script:
    def script(wire: Any, request: Any) -> None:
        wire.answer(code, body, *headers, kind=kind)

    return script


def envelope(code: Any, message: str = "said", http: int = 200, *headers: str) -> Script:
    return status(http, json.dumps({"code": code, "message": message, "data": None}).encode(), *headers)


def raw(*pieces: bytes) -> Script:
    def script(wire: Any, request: Any) -> None:
        wire.send(*pieces)
        wire.keep = False

    return script


def split(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


HELLO = data(adk("Hel", partial=True, id="1"), adk("lo.", partial=True, id="2"), adk("Hello.", id="3"))
ONE = data(adk("Done.", id="1"))
CALL = {"content": {"parts": [{"functionCall": {"id": "c", "name": "cut", "args": {"text": "SECRET ARG"}}}]}}
RESULT = {"content": {"parts": [{"functionResponse": {"id": "c", "name": "cut", "response": {"text": "R"}}}]}}
SNAKE_CALL = {"content": {"parts": [{"function_call": {"id": "c", "name": "cut", "args": {"text": "ARG"}}}]}}
SNAKE_RESULT = {"content": {"parts": [{"function_response": {"name": "cut", "response": {"text": "R"}}}]}}
THOUGHT = {"content": {"parts": [{"text": "hidden thought", "thought": True}], "role": "model"}}
JUNK = "\u2028 \u2029 \u0085 \ufeff 中文 🎬"


def framing() -> Iterable[Case]:
    """The same good streams in every frame and line-end there is."""
    yield Case("chunked", chunked(HELLO), ANSWERED, "Hello.")
    yield Case("chunk for each byte", chunked(*split(HELLO, 1)), ANSWERED, "Hello.")
    yield Case("length", sized(HELLO), ANSWERED, "Hello.")
    yield Case("close-delimited", closing(HELLO), ANSWERED, "Hello.")
    yield Case("no content type", closing(HELLO, head=b"HTTP/1.1 200 OK\r\n"), ANSWERED, "Hello.")
    yield Case(
        "text/plain",
        closing(HELLO, head=b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"),
        ANSWERED,
        "Hello.",
    )
    yield Case(
        "http 1.0",
        raw(b"HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + ONE),
        ANSWERED,
        "Done.",
    )
    yield Case(
        "bare LF headers",
        raw(b"HTTP/1.1 200 OK\nContent-Type: text/event-stream\n\n" + ONE),
        ANSWERED,
        "Done.",
    )
    for name, end in (("CRLF", b"\r\n"), ("CR", b"\r")):
        body = HELLO.replace(b"\n", end)
        yield Case(f"{name} line ends", chunked(body), ANSWERED, "Hello.")
        yield Case(f"{name} line ends, byte by byte", chunked(*split(body, 1)), ANSWERED, "Hello.")
    mixed = b"data: " + json.dumps(adk("One.", id="1")).encode() + b"\n\r\n"
    mixed += b"data: " + json.dumps(adk("Two.", id="2")).encode() + b"\r\n\n"
    yield Case("mixed line ends", chunked(mixed), ANSWERED, says=("One.", "Two."))
    yield Case("mixed line ends, byte by byte", chunked(*split(mixed, 1)), ANSWERED, says=("One.", "Two."))
    yield Case("mark", chunked(b"\xef\xbb\xbf" + ONE), ANSWERED, "Done.")
    yield Case("mark in pieces", chunked(b"\xef", b"\xbb", b"\xbf" + ONE), ANSWERED, "Done.")
    yield Case("byte that is not UTF-8 in a comment", chunked(b": \xff\n\n" + ONE), ANSWERED, "Done.")
    bad = b'data: {"content":{"parts":[{"text":"caf\xe9 ok"}]},"id":"1"}\n\n'
    yield Case("byte that is not UTF-8 in a text", chunked(bad + ONE), ANSWERED, says=("ok",))
    yield Case("UTF-8 cut anywhere", chunked(*split(data(adk(JUNK, id="1")), 1)), ANSWERED, says=("中文 🎬",))
    yield Case(
        "separators of U+2028", chunked(data(adk(f"a{JUNK}b", id="1"))), ANSWERED, says=("\u2028", "b")
    )
    lines = b'data: {"content":\ndata: {"parts":\ndata: [{"text": "Done."}]}}\n\n'
    yield Case("data over lines", chunked(lines), ANSWERED, "Done.")
    many = b"".join(
        b"data: " + line + b"\n" for line in split(json.dumps(adk("Done.")).encode(), 1) if line != b" "
    )
    spread = (
        b'data: {"content": {"parts": [{"text": "Done."}' + b'\ndata: ,{"x": 1}' * 3000 + b"\ndata: ]}}\n\n"
    )
    yield Case("data over thousands of lines", chunked(spread), ANSWERED, "Done.")
    del many
    yield Case("no space after the colon", chunked(ONE.replace(b"data: ", b"data:")), ANSWERED, "Done.")
    yield Case(
        "other fields", chunked(b"event: message\nid: 7\nretry: 5\nfoo: bar\n" + ONE), ANSWERED, "Done."
    )
    yield Case("no blank line at the end", chunked(ONE.rstrip(b"\n")), ANSWERED, "Done.")
    yield Case("no blank line, close-delimited", closing(ONE.rstrip(b"\n")), ANSWERED, "Done.")
    yield Case("blank lines before", chunked(b"\n\n\n" + ONE), ANSWERED, "Done.")
    yield Case("DONE at the end", chunked(ONE + b"data: [DONE]\n\n"), ANSWERED, "Done.")
    packed = gzip.compress(HELLO)
    yield Case("gzip", chunked(packed, headers=b"Content-Encoding: gzip\r\n"), ANSWERED, "Hello.")
    yield Case(
        "gzip, byte by byte",
        chunked(*split(packed, 1), headers=b"Content-Encoding: gzip\r\n"),
        ANSWERED,
        "Hello.",
    )
    packer = zlib.compressobj(wbits=31)
    flushed = [
        packer.compress(one + b"\n\n") + packer.flush(zlib.Z_SYNC_FLUSH) for one in HELLO.split(b"\n\n")
    ]
    flushed.append(packer.flush())
    yield Case("gzip, flushed", chunked(*flushed, headers=b"Content-Encoding: gzip\r\n"), ANSWERED, "Hello.")
    big = data(adk("x" * 10_000_000, id="1"))
    yield Case("event of 10 MB", chunked(*split(big, 65536)), ANSWERED, says=("xxx",))
    yield Case("event of 1 MB in small pieces", chunked(*split(data(adk("x" * 1_000_000)), 100)), ANSWERED)
    yield Case(
        "early hints",
        raw(b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + b"Connection: close\r\n\r\n" + ONE),
        ANSWERED,
        "Done.",
    )
    yield Case("comments between", chunked(b": hb\n\n" + ONE + b": hb\n\n"), ANSWERED, "Done.")
    yield Case(
        "comment within an event",
        chunked(b": hb\ndata: " + json.dumps(adk("Done.")).encode() + b"\n: hb\n\n"),
        ANSWERED,
        "Done.",
    )


def meaning() -> Iterable[Case]:
    """What is shown, and what never is."""
    yield Case("whole only", chunked(ONE), ANSWERED, "Done.")
    yield Case(
        "partial without a whole",
        chunked(data(adk("Hel", partial=True), adk("lo", partial=True))),
        ANSWERED,
        "Hello",
    )
    two = HELLO + data(CALL, RESULT) + data(adk("Mo", partial=True, id="5"), adk("More.", id="6"))
    yield Case("two texts in a turn", chunked(two), ANSWERED, "Hello.\n\nMore.")
    yield Case(
        "equal texts, other ids",
        chunked(data(adk("Ok.", id="1"), adk("Ok.", id="2"))),
        ANSWERED,
        "Ok.\n\nOk.",
    )
    yield Case("same id thrice", chunked(ONE * 3), ANSWERED, "Done.")
    yield Case(
        "partial sent twice",
        chunked(
            data(*[adk("Hel", partial=True, id="1", timestamp=1.5)] * 2, adk("lo", partial=True, id="2"))
        ),
        ANSWERED,
        "Hello",
    )
    yield Case("partial false", chunked(data(adk("Done.", partial=False))), ANSWERED, "Done.")
    yield Case(
        "many parts",
        chunked(data({"content": {"parts": [{"text": "A "}, {"inlineData": {"data": "x"}}, {"text": "B"}]}})),
        ANSWERED,
        "A B",
    )
    both = {"content": {"parts": [{"text": "Look."}, CALL["content"]["parts"][0]]}}
    yield Case("text and call in one", chunked(data(both)), ANSWERED, "Look.", never=("SECRET",))
    yield Case(
        "thought and text in one",
        chunked(data({"content": {"parts": [{"text": "hidden", "thought": True}, {"text": "Seen."}]}})),
        ANSWERED,
        "Seen.",
    )
    yield Case("thought only", chunked(data(THOUGHT)), SILENT, never=("hidden",))
    yield Case(
        "partial thought", chunked(data({**THOUGHT, "partial": True}, adk("Seen."))), ANSWERED, "Seen."
    )
    yield Case("tools only", chunked(data(CALL, RESULT)), SILENT, never=("SECRET", '"R"'))
    yield Case("tools in snake case", chunked(data(SNAKE_CALL, SNAKE_RESULT)), SILENT, never=("ARG",))
    yield Case(
        "user echo by author",
        chunked(data(adk("my own words", author="user") | {"author": "user"}, adk("Done."))),
        ANSWERED,
        "Done.",
        never=("my own",),
    )
    echo = {"author": "nemo_agent", "content": {"role": "user", "parts": [{"text": "my own words"}]}}
    yield Case("user echo by role", chunked(data(echo)), SILENT, never=("my own",))
    yield Case(
        "other author",
        chunked(data({**adk("By the editor."), "author": "editor", "branch": "a.b"})),
        ANSWERED,
        "By the editor.",
    )
    yield Case("empty text", chunked(data(adk(""))), SILENT)
    yield Case("white text", chunked(data(adk(" \n\t "))), SILENT)
    yield Case(
        "state only",
        chunked(data({"author": "x", "actions": {"stateDelta": {"text": "hidden"}}})),
        SILENT,
        never=("hidden",),
    )
    yield Case("no parts", chunked(data({"content": {"role": "model"}})), SILENT)
    yield Case("parts null", chunked(data({"content": {"parts": None}})), SILENT)
    yield Case("odd parts", chunked(data({"content": {"parts": [None, 5, "x", {"text": 7}]}})), SILENT)
    halves = b'data: {"content": {"parts": [{"text": "\\ud83c\\udfac and \\ud83c"}]}}\n\n'
    yield Case("half a character", chunked(halves), ANSWERED, "🎬 and \ufffd")
    pair = [{"content": {"parts": [{"text": half}]}, "partial": True} for half in ("\ud83c", "\udfac")]
    apart = b"".join(b"data: " + json.dumps(one).encode() + b"\n\n" for one in pair)
    yield Case("a character in two partial texts", chunked(apart), ANSWERED, "🎬")
    yield Case(
        "error with half a character", chunked(b'data: {"error": "oh \\ud800 no"}\n\n'), FAILED, says=("oh",)
    )
    yield Case("no event", chunked(), SILENT)
    yield Case("no event, length 0", sized(b""), SILENT)
    yield Case("no content", raw(b"HTTP/1.1 204 No Content\r\n\r\n"), SILENT)
    yield Case("retry field only", chunked(b"retry: 1000\n\n"), SILENT)
    yield Case("comments only", chunked(b": hb\n\n" * 5), SILENT)
    yield Case("empty data only", chunked(b"data:\n\n" * 5), SILENT)
    yield Case(
        "heartbeats, then text",
        chunked(b"data: heartbeat\n\n" * 3, data({"type": "heartbeat"}), ONE),
        ANSWERED,
        "Done.",
        never=("heartbeat",),
    )
    yield Case("heartbeat by name", chunked(b"event: heartbeat\ndata: {}\n\n" + ONE), ANSWERED, "Done.")
    yield Case(
        "numbers and nulls as data",
        chunked(b"data: 5\n\ndata: null\n\ndata: true\n\n" + ONE),
        ANSWERED,
        "Done.",
    )
    yield Case("plain dialect", chunked(data({"type": "text", "content": "Done."})), ANSWERED, "Done.")
    yield Case(
        "plain dialect in pieces",
        chunked(data({"type": "text", "content": "Do"}, {"type": "text", "content": "ne."})),
        ANSWERED,
        "Done.",
    )
    yield Case(
        "plain dialect, two messages",
        chunked(data({"type": "text", "content": "One."}, {"type": "text", "content": "Two."})),
        ANSWERED,
        "One.\n\nTwo.",
    )
    yield Case(
        "plain tools",
        chunked(
            data(
                {"type": "tool_call", "name": "x", "content": "ARG"}, {"type": "tool_result", "content": "R"}
            )
        ),
        SILENT,
        never=("ARG",),
    )
    yield Case(
        "plain thinking",
        chunked(data({"type": "thinking", "content": "hidden"}, {"type": "text", "content": "Done."})),
        ANSWERED,
        "Done.",
    )
    yield Case(
        "temporary issue after text",
        chunked(ONE + data(adk(TEMPORARY, id="9"))),
        ANSWERED,
        "Done.",
        never=("temporary",),
    )
    yield Case(
        "temporary issue in the same text",
        chunked(data(adk(f"Done. {TEMPORARY}"))),
        ANSWERED,
        "Done.",
        never=("temporary",),
    )
    yield Case("temporary issue alone", chunked(data(adk(TEMPORARY))), FAILED, says=(TEMPORARY,))
    yield Case(
        "temporary issue as a partial",
        chunked(
            data(
                adk("Done.", id="1"),
                adk("I encountered a ", partial=True),
                adk("temporary issue.", partial=True),
            )
        ),
        ANSWERED,
        "Done.",
    )
    yield Case(
        "temporary issue in the middle",
        chunked(data(adk(TEMPORARY, id="1"), adk("Now it is done.", id="2"))),
        ANSWERED,
        says=("Now it is done.",),
    )
    yield Case(
        "temporary issue as a title",
        chunked(data(adk('I added the title "I encountered a temporary issue".'))),
        ANSWERED,
        says=("added the title",),
    )
    yield Case("events as a JSON list", status(200, json.dumps([adk("Done.")]).encode()), ANSWERED, "Done.")
    yield Case("unreadable event, then text", chunked(b"data: {oops\n\n" + ONE), ANSWERED, "Done.")
    artifact = data(adk("Saved.", id="a"), {"id": "a", "actions": {"artifactDelta": {"x": 0}}})
    yield Case("artifact with the same id", chunked(artifact), ANSWERED, "Saved.")
    yield Case(
        "whole of another name",
        chunked(data({**adk("Hel", partial=True), "author": "a"}, {**adk("Hello."), "author": "b"})),
        ANSWERED,
        "Hello.",
    )
    yield Case(
        "finish without a word",
        chunked(data({"author": "x", "turnComplete": True, "finishReason": "STOP"})),
        SILENT,
    )


def failures() -> Iterable[Case]:
    """Errors told in every way there is."""
    half = data(adk("Half an answer, ", partial=True))
    yield Case(
        "error event",
        chunked(data({"errorCode": "SAFETY", "errorMessage": "blocked"})),
        FAILED,
        says=("blocked",),
        never=("{",),
        code="SAFETY",
    )
    yield Case(
        "error event in snake case",
        chunked(data({"error_code": "SAFETY", "error_message": "blocked"})),
        FAILED,
        says=("blocked",),
    )
    yield Case(
        "text, then error event",
        chunked(half + data({"errorCode": "X", "errorMessage": "boom"})),
        FAILED,
        says=("Half an answer", "boom"),
    )
    yield Case(
        "error frame",
        chunked(data({"error": "RuntimeError: boom", "error_details": {"error_type": "E"}})),
        FAILED,
        says=("boom",),
        never=("{", "RuntimeError"),
    )
    yield Case(
        "text, then error frame",
        chunked(half + data({"error": "boom"})),
        FAILED,
        says=("Half an answer", "boom"),
    )
    yield Case(
        "error frame with a quote",
        chunked(half + b'data: {"error": "say "hi" now"}\n\n'),
        FAILED,
        says=("Half an answer",),
        never=("{",),
    )
    yield Case(
        "error frame over two lines",
        chunked(half + b'data: {"error": "first\nsecond line"}\n\n'),
        FAILED,
        says=("first",),
        never=("{",),
    )
    yield Case(
        "error frame cut by a blank line",
        chunked(half + b'data: {"error": "first\n\nmore"}\n\n'),
        FAILED,
        says=("first",),
    )
    yield Case("error frame without an end", closing(half + b'data: {"error": "boo'), FAILED, says=("Half",))
    yield Case("error frame only", chunked(b'data: {"error": "x "y" z"}\n\n'), FAILED)
    yield Case(
        "error, then the line is cut",
        chunked(half + data({"error": "boom"}), end=b""),
        FAILED,
        says=("boom",),
    )
    yield Case("plain error", chunked(data({"type": "error", "message": "boom"})), FAILED, says=("boom",))
    yield Case(
        "plain error with a code",
        chunked(data({"type": "error", "code": 2001, "message": "no"})),
        FAILED,
        code="2001",
        says=("credits",),
    )
    yield Case("error by event name", chunked(b"event: error\ndata: boom\n\n"), FAILED)
    yield Case(
        "error frame with HTML", chunked(data({"error": "<html><b>no</b></html>"})), FAILED, never=("<",)
    )
    yield Case("error frame with JSON", chunked(data({"error": '{"a": 1}'})), FAILED, never=("{",))
    yield Case(
        "envelope in a data line", chunked(data({"code": 2001, "message": "no credits"})), FAILED, code="2001"
    )
    yield Case("envelope without data:", sized(b'{"code": 2001, "message": "no"}'), FAILED, code="2001")
    yield Case(
        "HTML that calls itself a stream",
        sized(b"<!doctype html><html>login</html>"),
        FAILED,
        never=("login", "<"),
    )
    yield Case("text that calls itself a stream", sized(b"Internal Server Error"), FAILED)
    for code in (2001, 4001, 4002, 402, 400, 5000, "2001", "QUOTA"):
        yield Case(f"envelope {code!r}", envelope(code), FAILED, never=("{",), code=str(code))
    for code in (400, 403, 404, 405, 409, 413, 418, 500, 502, 503, 504, 599):
        yield Case(
            f"status {code} with a page",
            status(code, b"<html>page</html>", kind="text/html"),
            FAILED,
            never=("page", "<"),
        )
    yield Case("status 402", status(402), FAILED, code="402", says=("plan",))
    yield Case("status 500 with JSON", status(500, b'{"detail": "stack"}'), FAILED, never=("{",))
    yield Case("status 500 with an envelope", envelope(2001, http=500), FAILED, code="2001")
    yield Case("status 500 cut in its body", sized(b"<ht", length=99, head=b"HTTP/1.1 500 X\r\n"), FAILED)
    yield Case("bare ADK 404", status(404, b'{"detail": "Agent not found: nemo"}'), FAILED)
    echo = b'{"detail": [{"type": "missing", "loc": ["body"], "input": {"text": "my own words"}}]}'
    yield Case("bare ADK 422", status(422, echo), FAILED, never=("my own", "{"))
    yield Case(
        "status 503 event stream",
        raw(b"HTTP/1.1 503 X\r\nContent-Type: text/event-stream\r\nContent-Length: 0\r\n\r\n"),
        FAILED,
    )
    for code in (301, 302, 303, 307, 308):
        yield Case(f"redirect {code}", status(code, b"", "Location: /elsewhere"), FAILED, code="redirect")
    yield Case("redirect to another host", status(302, b"", "Location: https://example.invalid/?a=b"), FAILED)
    yield Case("redirect without a place", status(302), FAILED)
    yield Case(
        "captive portal",
        status(200, b"<html><form>login</form></html>", kind="text/html"),
        FAILED,
        never=("<", "login"),
    )
    yield Case("page as text", status(200, b"please log in", kind="text/plain"), FAILED)
    yield Case("early hints alone", raw(b"HTTP/1.1 103 Early Hints\r\n\r\n"), FAILED)
    yield Case("JSON with code 0", envelope(0), SILENT)
    yield Case("JSON with code 0 as text", envelope("0"), SILENT)
    yield Case("JSON with a word", status(200, b'{"hello": "world"}'), FAILED, never=("world",))
    yield Case("JSON detail on 200", status(200, b'{"detail": "nope"}'), FAILED)
    yield Case("success false", status(200, b'{"success": false, "message": "no"}'), FAILED)
    yield Case(
        "code in data of an error object",
        status(200, b'{"error": {"code": 2001, "message": "no"}}'),
        FAILED,
        code="2001",
    )
    yield Case(
        "token in the error",
        envelope(5000, "bad nmv_usr_secretsecret here"),
        FAILED,
        never=("nmv_usr_secret",),
    )
    yield Case("no HTTP at all", raw(b"hello\r\n\r\n"), INTERRUPTED)


def cuts() -> Iterable[Case]:
    """Lines that break: never sent again, and said."""
    yield Case("cut before the headers", raw(), INTERRUPTED)
    yield Case("cut in the status line", raw(b"HTTP/1.1 2"), INTERRUPTED)
    yield Case("cut in the headers", raw(b"HTTP/1.1 200 OK\r\nContent-Ty"), INTERRUPTED)
    yield Case("cut after the headers", chunked(end=b""), INTERRUPTED)
    yield Case("cut after text", chunked(HELLO, end=b""), INTERRUPTED, says=("Hello.",))
    yield Case("cut in a chunk", chunked(HELLO, end=b"40\r\ndata: {"), INTERRUPTED, says=("Hello.",))
    yield Case("cut in a chunk's size", chunked(HELLO, end=b"4"), INTERRUPTED, says=("Hello.",))
    yield Case("no chunk size", chunked(HELLO, end=b"zz\r\n"), INTERRUPTED, says=("Hello.",))
    yield Case("reset", resetting(HELLO), INTERRUPTED)
    yield Case("reset before a word", resetting(), INTERRUPTED)
    yield Case("short length", sized(HELLO, length=len(HELLO) + 9), INTERRUPTED, says=("Hello.",))
    yield Case("length, nothing came", sized(b"", length=9), INTERRUPTED)
    for at in (9, 30, 60):
        cut = ONE + data(adk("Second message.", id="2"))[:at]
        yield Case(f"cut in mid-JSON at {at}, clean end", chunked(cut), INTERRUPTED, says=("Done.",))
        yield Case(f"cut in mid-JSON at {at}, closed", closing(cut), INTERRUPTED, says=("Done.",))
    yield Case("cut in a field's name", closing(ONE + b"dat"), INTERRUPTED, says=("Done.",))
    yield Case("cut in the first JSON", chunked(ONE[:20]), INTERRUPTED)
    yield Case(
        "broken gzip",
        chunked(
            gzip.compress(HELLO)[:-12] + b"\x00garbage\x00\x01\x02", headers=b"Content-Encoding: gzip\r\n"
        ),
        INTERRUPTED,
    )
    yield Case("no gzip at all", chunked(HELLO, headers=b"Content-Encoding: gzip\r\n"), INTERRUPTED)
    yield Case(
        "JSON cut, closed",
        raw(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{"code": 0, "da'),
        INTERRUPTED,
    )
    yield Case(
        "JSON cut, short length",
        sized(b'{"code": 0', length=50, head=b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"),
        INTERRUPTED,
    )


CASES = [*framing(), *meaning(), *failures(), *cuts()]


def check(case: Case, service: Any, record: dict[str, Any]) -> None:
    result = record["result"]
    assert result["outcome"] == case.outcome, result
    reply = result["reply"]
    assert reply.strip()
    if case.reply is not None:
        assert reply == case.reply
    for words in case.says:
        assert words in reply
    for words in case.never:
        assert words not in reply
    if case.code is not None:
        assert result["code"] == case.code
    assert len(service.chats()) == case.chats
    assert not re.search(r"nmv_|Traceback", json.dumps([result, record.get("error")]))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_turn_ends_as_the_table_of_outcomes_says(case: Case, service: Any, client: Any) -> None:
    service.script("chat", case.script)
    check(case, service, client.turn("make it better"))
    assert service.violations == []


def test_there_are_cases_enough() -> None:
    assert len(CASES) >= 120
    assert len({case.name for case in CASES}) == len(CASES)


IDLE = (
    ("comments for ever", b": hb\n\n"),
    ("comments without a blank line", b": hb\n"),
    ("empty data for ever", b"data:\n\n"),
    ("heartbeats for ever", b"data: heartbeat\n\n"),
    ("heartbeat events for ever", b'data: {"type": "heartbeat"}\n\n'),
    ("an endless line", b"xxxxxxxxxxxx"),
    ("an event without an end", b"data: xxxxx\n"),
)


@pytest.mark.parametrize(("name", "piece"), IDLE, ids=[name for name, _ in IDLE])
def test_a_stream_without_progress_times_out(name: str, piece: bytes, service: Any, impatient: Any) -> None:
    """Bytes come for ever, but nothing that counts: the deadlines live on the bytes."""

    def script(wire: Any, request: Any) -> None:
        wire.start_stream()
        wire.chunk(data(adk("Working on it.")))
        while not wire.stopping.wait(0.02):
            wire.chunk(piece)

    service.script("chat", script)
    record = impatient.turn("make it better")
    assert record["result"]["outcome"] == TIMED_OUT
    assert "Working on it." in record["result"]["reply"]
    assert len(service.chats()) == 1


SILENCE = (
    ("no headers", raw()),
    ("no body", holding()),
    ("nothing after a text", holding(HELLO)),
    ("half an event", holding(ONE[:20])),
)


@pytest.mark.parametrize(("name", "begin"), SILENCE, ids=[name for name, _ in SILENCE])
def test_a_service_that_falls_silent_times_out(
    name: str, begin: Script, service: Any, impatient: Any
) -> None:
    def script(wire: Any, request: Any) -> None:
        begin(wire, request)
        wire.hold()

    service.script("chat", script)
    record = impatient.turn("make it better")
    assert record["result"]["outcome"] == TIMED_OUT
    assert len(service.chats()) == 1


@pytest.mark.parametrize(
    "begin",
    [
        b"HTTP/1.1 500 X\r\nContent-Length: 999\r\n\r\n<html>",
        b"HTTP/1.1 404 X\r\nContent-Type: application/json\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body>log in",
    ],
)
def test_a_refusal_is_told_though_its_body_never_ends(
    begin: bytes, service: Any, make_client: Any, quick: Any
) -> None:
    client = make_client(service.url, settings=replace(quick, read_timeout_s=0.3))

    def script(wire: Any, request: Any) -> None:
        wire.send(begin)
        wire.hold()
        wire.keep = False

    service.script("chat", script)
    assert client.turn("make it better")["result"]["outcome"] == FAILED
    assert len(service.chats()) == 1


def test_headers_that_trickle_time_out(service: Any, impatient: Any) -> None:
    def script(wire: Any, request: Any) -> None:
        wire.send(b"HTTP/1.1 200 OK\r\n")
        while not wire.stopping.wait(0.02):
            wire.send(b"X-A: b\r\n")
            wire.keep = False

    service.script("chat", script)
    assert impatient.turn("make it better")["result"]["outcome"] in (TIMED_OUT, INTERRUPTED)


def test_the_whole_limit_ends_a_stream_that_makes_progress_for_ever(
    service: Any, make_client: Any, quick: Any
) -> None:
    hurried = make_client(service.url, settings=replace(quick, stream_limit_s=0.4))

    def script(wire: Any, request: Any) -> None:
        wire.start_stream()
        number = 0
        while not wire.stopping.wait(0.01):
            number += 1
            wire.chunk(data(adk(f"Step {number}.", id=str(number))))

    service.script("chat", script)
    result = hurried.turn("make it better")["result"]
    assert result["outcome"] == TIMED_OUT
    assert "Step 1." in result["reply"]


def test_an_event_above_the_size_limit_ends_the_turn(service: Any, make_client: Any, quick: Any) -> None:
    small = make_client(service.url, settings=replace(quick, max_event_bytes=100_000))

    def script(wire: Any, request: Any) -> None:
        wire.start_stream()
        wire.chunk(b"data: ")
        while not wire.stopping.is_set():
            wire.chunk(b"x" * 10_000)

    service.script("chat", script)
    assert small.turn("make it better")["result"]["outcome"] == TIMED_OUT


def test_still_working_is_told_while_only_heartbeats_come(service: Any, client: Any) -> None:
    seen: list[str] = []

    def script(wire: Any, request: Any) -> None:
        wire.start_stream()
        for _ in range(200):
            wire.chunk(b": hb\n\n")
            wire.stopping.wait(0.01)
            job = next(iter(client.workspace.jobs()))
            seen.append(job.note)
            if job.note == "Still working...":
                break
        wire.chunk(ONE)
        wire.send(b"0\r\n\r\n")

    service.script("chat", script)
    assert client.turn("make it better")["result"]["outcome"] == ANSWERED
    assert "Still working..." in seen


def test_a_body_without_chunks_is_heard_at_once(service: Any, client: Any) -> None:
    """The second event is sent only when the first one has reached the journal."""
    heard: list[bool] = []

    def script(wire: Any, request: Any) -> None:
        wire.send(HEAD + b"Connection: close\r\n\r\n" + data(CALL))
        for _ in range(500):
            note = next(iter(client.workspace.jobs())).note
            if note == "Editing.":
                heard.append(True)
                break
            wire.stopping.wait(0.01)
        wire.send(ONE)
        wire.keep = False

    service.script("chat", script)
    assert client.turn("make it better")["result"]["reply"] == "Done."
    assert heard == [True]
