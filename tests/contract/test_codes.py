"""Each code of the protocol ends in the one thing that the table names, once."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from mango_skill.errors import (
    ConfigurationError,
    CreditError,
    MediaError,
    PlanError,
    RateLimitError,
    ServiceError,
    TimedOutError,
)

MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"\x00\x00\x00\x10moov\x00\x00\x00\x00abcd"


def envelope(code: int, status: int = 200, *headers: str) -> Any:
    return lambda wire, request: wire.json({"code": code, "message": "said", "data": None}, status, *headers)


def answering(wire: Any, request: Any) -> None:
    wire.events({"content": {"parts": [{"text": "Done."}]}})


@pytest.mark.parametrize(
    "refusal", [envelope(1001), envelope(1010), envelope(1011), envelope(9, 401), envelope(1001, 401)]
)
def test_a_refused_anonymous_token_is_renewed_and_the_message_sent_once_more(
    refusal: Any, service: Any, client: Any
) -> None:
    service.once("chat", refusal)
    record = client.turn("make it better")
    assert record["result"]["outcome"] == "answered"
    first, second = service.chats()
    assert first.headers["authorization"] != second.headers["authorization"]
    assert len(service.of("anonymous-token")) == 2
    ids = {one.headers["x-client-id"] for one in service.of("anonymous-token")}
    assert len(ids) == 1, "renewed with the same client id"


def test_a_token_refused_in_a_data_line_before_anything_else_is_renewed_too(
    service: Any, client: Any
) -> None:
    service.once("chat", lambda wire, request: wire.events({"code": 1001, "message": "expired"}))
    assert client.turn("make it better")["result"]["outcome"] == "answered"
    assert len(service.chats()) == 2


def test_a_second_refusal_fails_the_turn(service: Any, client: Any) -> None:
    service.script("chat", envelope(1001))
    record = client.turn("make it better")
    assert record["result"]["outcome"] == "failed"
    assert record["error"]["code"] == "1001"
    assert len(service.chats()) == 2


def test_a_refusal_after_the_service_began_is_not_answered_with_a_second_message(
    service: Any, client: Any
) -> None:
    service.script(
        "chat",
        lambda wire, request: wire.events({"content": {"parts": [{"text": "Half"}]}}, {"code": 1001}),
    )
    assert client.turn("make it better")["result"]["outcome"] == "failed"
    assert len(service.chats()) == 1


def test_the_users_own_token_is_never_replaced_by_an_anonymous_one(service: Any, make_client: Any) -> None:
    client = make_client(service.url, token="users-own-word")
    with pytest.raises(ConfigurationError) as caught:
        client.workspace.connect()
    assert caught.value.code == "1001"
    assert "NEMO_TOKEN" in caught.value.message
    assert "anonymous" in caught.value.hint
    assert "users-own" not in json.dumps(caught.value.to_dict())
    record = client.turn("make it better")
    assert record["state"] == "failed"
    assert service.of("anonymous-token") == []
    assert "users-own" not in json.dumps(record)


def test_a_lost_session_that_was_empty_is_replaced_and_the_message_sent_again(
    service: Any, client: Any
) -> None:
    service.once("chat", envelope(1002))
    record = client.turn("make a film of waves")
    assert record["result"]["outcome"] == "answered"
    sessions = [one.json["session_id"] for one in service.chats()]
    assert len(sessions) == 2
    assert sessions[0] != sessions[1]


def test_a_bare_adk_404_counts_as_a_lost_session(service: Any, client: Any) -> None:
    service.once("chat", lambda wire, request: wire.json({"detail": "Session not found: s1"}, 404))
    assert client.turn("make a film of waves")["result"]["outcome"] == "answered"
    assert len(service.chats()) == 2


def test_a_lost_session_with_footage_is_said_and_nothing_is_sent_again(
    service: Any, client: Any, tmp_path: Path
) -> None:
    clip = tmp_path / "beach.mp4"
    clip.write_bytes(MP4)
    client.project().upload([clip])
    service.sessions.clear()
    record = client.turn("make it better")
    assert record["result"]["outcome"] == "failed"
    assert record["error"]["code"] == "1002"
    assert "beach.mp4" in record["result"]["reply"]
    assert record["error"]["details"]["upload_again"] == [str(clip)]
    assert service.chats() == []
    again = client.project().upload([clip])
    assert not again.files[0].already
    assert client.turn("make it better")["result"]["outcome"] == "answered"


def test_a_session_that_had_answered_before_is_not_empty(service: Any, client: Any) -> None:
    assert client.turn("make a film of waves")["result"]["outcome"] == "answered"
    service.sessions.clear()
    record = client.turn("now in colour")
    assert record["error"]["code"] == "1002"
    assert len(service.chats()) == 1


def test_no_credits_gives_an_anonymous_user_the_registration_link(service: Any, client: Any) -> None:
    service.script("chat", envelope(2001))
    error = client.turn("make it better")["error"]
    assert error["kind"] == CreditError.__name__
    assert "https://nemovideo.com/?bind=task-s1" in error["hint"]


def test_no_credits_tells_a_registered_user_to_top_up(service: Any, make_client: Any) -> None:
    service.user_tokens.add("users-own-word")
    client = make_client(service.url, token="users-own-word")
    service.script("chat", envelope(2001))
    error = client.turn("make it better")["error"]
    assert "Top up" in error["hint"]
    assert "bind" not in error["hint"]


@pytest.mark.parametrize(("code", "status"), [(4001, 200), (4001, 415), (4002, 200), (4002, 413)])
def test_a_refused_file_is_a_matter_of_the_file(
    code: int, status: int, service: Any, client: Any, tmp_path: Path
) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(MP4)
    service.script("upload", envelope(code, status))
    with pytest.raises(MediaError) as caught:
        client.project().upload([clip])
    assert caught.value.code == str(code)
    assert ("mp4, mov, avi" in caught.value.hint) == (code == 4001)
    assert ("Compress" in caught.value.hint) == (code == 4002)


def test_a_blocked_export_is_a_matter_of_the_plan(service: Any, client: Any, tmp_path: Path) -> None:
    client.turn("make a film of waves")
    service.script("render", envelope(402))
    job = client.project().start_export(path=tmp_path / "out.mp4")
    done = client.workspace.wait(job.id, 20)
    assert done.error is not None
    assert done.error["kind"] == PlanError.__name__
    assert "not of credits" in done.error["message"]
    assert "?bind=" in done.error["hint"]
    assert len(service.of("proxy/lambda")) == 1
    assert list(tmp_path.glob("*out*")) == []


def test_a_rate_limit_is_waited_for_and_the_message_sent_once_more(service: Any, client: Any) -> None:
    service.once("chat", envelope(429, 429, "Retry-After: 0"))
    assert client.turn("make it better")["result"]["outcome"] == "answered"
    assert len(service.chats()) == 2


def test_a_rate_limit_as_a_date_is_understood(service: Any, client: Any) -> None:
    past = formatdate(0, usegmt=True)
    service.once("chat", envelope(429, 429, f"Retry-After: {past}"))
    assert client.turn("make it better")["result"]["outcome"] == "answered"


def test_a_second_rate_limit_fails_the_turn(service: Any, client: Any) -> None:
    service.script("chat", envelope(429, 200))
    record = client.turn("make it better")
    assert record["error"]["kind"] == RateLimitError.__name__
    assert len(service.chats()) == 2


def test_a_rate_limit_longer_than_the_cap_is_not_waited_for(service: Any, client: Any) -> None:
    service.script("chat", envelope(429, 429, "Retry-After: 86400"))
    record = client.turn("make it better")
    assert record["error"]["code"] == "429"
    assert record["error"]["details"]["retry_after_s"] == 86400
    assert len(service.chats()) == 1


def test_a_missing_client_id_gets_a_new_one_once(service: Any, client: Any) -> None:
    service.once("token", envelope(400, 400))
    assert client.workspace.connect().account == "anonymous"
    first, second = (one.headers["x-client-id"] for one in service.of("anonymous-token"))
    assert first != second


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_reading_is_repeated_when_the_service_stumbles(status: int, service: Any, client: Any) -> None:
    client.workspace.connect()
    service.once("credits", lambda wire, request: wire.answer(status, b"<html>", kind="text/html"))
    assert client.workspace.credits().available == 100


def test_a_redirect_is_never_followed_with_the_token(service: Any, client: Any) -> None:
    client.workspace.connect()
    before = len(service.requests)
    service.script("credits", lambda wire, request: wire.answer(302, b"", f"Location: {service.url}/trap"))
    with pytest.raises(ServiceError) as caught:
        client.workspace.credits()
    assert caught.value.code == "redirect"
    assert [one.path for one in service.requests[before:]] == ["/api/credits/balance/simple"]


def test_what_surely_was_not_received_is_said_so(service: Any, make_client: Any, quick: Any) -> None:
    client = make_client(service.url, settings=replace(quick, connect_timeout_s=0.5))
    client.turn("first")
    service.stop()
    record = client.turn("second")
    assert record["result"]["outcome"] == "failed"
    assert record["error"]["code"] == "not_delivered"


def test_a_turn_that_waits_for_a_rate_limit_can_be_cancelled(
    service: Any, make_client: Any, quick: Any
) -> None:
    client = make_client(service.url, settings=replace(quick, rate_limit_cap_s=1000))
    asked = threading.Event()

    def busy(wire: Any, request: Any) -> None:
        wire.json({"code": 429}, 429, "Retry-After: 600")
        asked.set()

    service.script("chat", busy)
    job = client.project().start_turn("make it better")
    assert asked.wait(20)
    assert client.workspace.cancel(job.id).state == "cancelled"
    assert len(service.chats()) == 1


def test_an_answer_that_trickles_for_ever_ends_in_a_time_out(
    service: Any, make_client: Any, quick: Any
) -> None:
    client = make_client(service.url, settings=replace(quick, read_timeout_s=0.2))
    client.workspace.connect()

    def trickle(wire: Any, request: Any) -> None:
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
        wire.keep = False
        while not wire.stopping.wait(0.02):
            wire.send(b" ")

    service.script("credits", trickle)
    asked = len(service.of("credits"))
    with pytest.raises(TimedOutError):
        client.workspace.credits()
    assert len(service.of("credits")) == asked + 1


def test_an_answer_without_an_end_is_not_read_for_ever(service: Any, client: Any) -> None:
    client.workspace.connect()

    def flood(wire: Any, request: Any) -> None:
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        wire.keep = False
        while not wire.stopping.is_set():
            wire.send(b" " * 1_000_000)

    service.script("credits", flood)
    with pytest.raises(ServiceError) as caught:
        client.workspace.credits()
    assert caught.value.code == "too_large_answer"
