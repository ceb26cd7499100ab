"""Who may ask the engine what."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.service import Seams
from mango_skill.protocol import constants, endpoints, proof
from tests.engine.service.driving import Caller, RunningEngine, Start, examine_by_name


def ask(engine: RunningEngine, endpoint: endpoints.Endpoint, **headers: str) -> requests.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.request(endpoint.method, engine.url + endpoint.path(), headers=named, timeout=10)


def test_hello_proves_the_secret_of_engine_json_without_a_token(engine: RunningEngine) -> None:
    answer = ask(engine, endpoints.ENGINE_HELLO, X_Mango_Challenge="a nonce")
    assert answer.json()["version"] == engine.record["version"]
    assert answer.json()["pid"] == os.getpid()
    assert proof.is_hello_proven(engine.record["secret"], "a nonce", answer.headers[constants.PROOF_HEADER])
    assert not proof.is_hello_proven("another secret", "a nonce", answer.headers[constants.PROOF_HEADER])


@pytest.mark.parametrize("challenge", ["", "x" * 300])
def test_hello_without_a_sensible_challenge_is_refused(engine: RunningEngine, challenge: str) -> None:
    answer = ask(engine, endpoints.ENGINE_HELLO, X_Mango_Challenge=challenge)
    assert answer.status_code == 422
    assert constants.PROOF_HEADER not in answer.headers


def test_stop_needs_the_proof(engine: RunningEngine) -> None:
    assert ask(engine, endpoints.ENGINE_STOP).status_code == 403
    assert ask(engine, endpoints.ENGINE_STOP, X_Mango_Proof="0" * 64).status_code == 403
    assert ask(engine, endpoints.ENGINE_HELLO, X_Mango_Challenge="x").status_code == 200


@pytest.mark.parametrize("word", ["stop", "stop:", "hello:", ":"])
def test_no_answer_to_a_hello_stops_the_engine(engine: RunningEngine, word: str) -> None:
    """Anybody on this machine may ask for a hello; only who read ``engine.json`` may stop."""
    said = ask(engine, endpoints.ENGINE_HELLO, X_Mango_Challenge=word).headers[constants.PROOF_HEADER]
    assert ask(engine, endpoints.ENGINE_STOP, X_Mango_Proof=said).status_code == 403
    assert said != proof.prove_stop(engine.record["secret"])


def test_engine_json_is_for_its_owner_alone_and_goes_with_the_engine(start_engine: Start) -> None:
    engine = start_engine()
    path = engine.places.home / "engine.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert engine.places.home.stat().st_mode & 0o077 == 0
    assert set(json.loads(path.read_text())) == {
        "url",
        "version",
        "pid",
        "secret",
        "client_id",
        "started",
        "code",
    }
    engine.stop()
    assert not path.exists()


def raw_request(engine: RunningEngine, *lines: str) -> str:
    host, port = urlsplit(engine.url).hostname, urlsplit(engine.url).port
    with socket.create_connection((host, port), timeout=10) as line:
        line.sendall("\r\n".join((*lines, "Connection: close", "", "")).encode())
        return b"".join(iter(lambda: line.recv(65536), b"")).decode()


@pytest.mark.parametrize("host", ["localhost:{port}", "127.0.0.1", "evil.example", "127.0.0.1:1"])
def test_a_host_other_than_the_exact_one_is_refused(engine: RunningEngine, host: str) -> None:
    """DNS rebinding: a web page's name that resolves to this machine must not get through."""
    named = host.format(port=urlsplit(engine.url).port)
    answer = raw_request(engine, "GET /engine/hello HTTP/1.1", f"Host: {named}", "X-Mango-Challenge: x")
    assert answer.startswith("HTTP/1.1 403")
    assert "x-mango-proof" not in answer.lower()


def test_the_exact_host_is_served(engine: RunningEngine) -> None:
    host = engine.url.removeprefix("http://")
    answer = raw_request(engine, "GET /engine/hello HTTP/1.1", f"Host: {host}", "X-Mango-Challenge: x")
    assert answer.startswith("HTTP/1.1 200")


@pytest.mark.parametrize("origin", ["null", "https://nemovideo.com", "same"])
def test_any_origin_is_refused(engine: RunningEngine, caller: Caller, origin: str) -> None:
    value = engine.url if origin == "same" else origin
    assert caller.call(endpoints.CREDITS, headers={"Origin": value}).status_code == 403


@pytest.mark.parametrize("client_id", [None, "", "0c5bb44c-0000-4000-8000-000000000000", "é"])
def test_a_token_is_given_to_the_id_in_engine_json_alone(
    engine: RunningEngine, caller: Caller, client_id: str | None
) -> None:
    sent = None if client_id is None else client_id.encode()
    answer = caller.call(endpoints.ANONYMOUS_TOKEN, headers={"X-Client-Id": sent})
    assert answer.json()["code"] == 400
    assert answer.json()["data"] is None


def test_a_token_brings_free_credits_that_say_so(caller: Caller) -> None:
    balance = caller.call(endpoints.CREDITS).json()["data"]
    assert balance["available"] == balance["total"] == 100
    assert balance["frozen"] == 0
    assert "free" in balance["note"]


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Basic xyz", "", "Bearer "])
@pytest.mark.parametrize(
    "endpoint",
    [
        endpoints.CREDITS,
        endpoints.CREATE_SESSION,
        endpoints.CHAT,
        endpoints.STATE,
        endpoints.UPLOAD,
        endpoints.RENDER,
        endpoints.CLAIM_TOKEN,
        endpoints.DELETE_SESSION,
    ],
    ids=lambda endpoint: endpoint.template if hasattr(endpoint, "template") else None,
)
def test_a_call_without_a_good_token_is_1001(
    caller: Caller, endpoint: endpoints.Endpoint, authorization: str | None
) -> None:
    answer = caller.call(endpoint, headers={"Authorization": authorization}, json={})
    assert (answer.status_code, answer.json()["code"]) == (401, 1001)


def test_render_calls_without_a_good_token_are_1001(caller: Caller) -> None:
    for endpoint in (endpoints.RENDER_STATUS, endpoints.RENDER_CANCEL, endpoints.RENDER_DOWNLOAD):
        answer = caller.call(endpoint, fields={"render_id": "r1"}, headers={"Authorization": "Bearer x"})
        assert answer.json()["code"] == 1001


def test_an_expired_token_is_1001_and_a_new_one_opens_the_same_sessions(start_engine: Start) -> None:
    now = [1_000_000.0]
    engine = start_engine(seams=Seams(clock=lambda: now[0], examine=examine_by_name))
    caller = engine.caller()
    now[0] += 7 * 86_400 + 1
    assert caller.call(endpoints.STATE).json()["code"] == 1001
    renewed = engine.caller()
    renewed.session_id = caller.session_id
    assert renewed.call(endpoints.STATE).json()["code"] == 0


def test_tokens_are_stored_as_hashes(engine: RunningEngine, caller: Caller) -> None:
    token = caller.headers["Authorization"].removeprefix("Bearer ")
    with sqlite3.connect(engine.places.database) as database:
        said = "\n".join(database.iterdump())
    database.close()
    assert token not in said
    assert token.removeprefix("nmv_eng_") not in said


@pytest.mark.parametrize(
    "endpoint",
    [endpoints.STATE, endpoints.UPLOAD, endpoints.DELETE_SESSION],
    ids=lambda endpoint: endpoint.template,
)
def test_an_unknown_session_is_1002(caller: Caller, endpoint: endpoints.Endpoint) -> None:
    answer = caller.call(endpoint, fields={"session_id": "nobody"}, json={"draft": {}, "urls": []})
    assert (answer.status_code, answer.json()["code"]) == (404, 1002)


def test_an_unknown_session_in_a_body_is_1002(caller: Caller) -> None:
    message = {"session_id": "nobody", "new_message": {"parts": [{"text": "hi"}]}}
    assert caller.call(endpoints.CHAT, json=message).json()["code"] == 1002
    render = {"id": "r1", "sessionId": "nobody"}
    assert caller.call(endpoints.RENDER, json=render).json()["code"] == 1002
    claim = {"task_id": "t", "session_id": "nobody"}
    assert caller.call(endpoints.CLAIM_TOKEN, json=claim).json()["code"] == 1002


def test_a_session_of_another_account_does_not_exist(engine: RunningEngine, caller: Caller) -> None:
    """Another account can only come from another installation's database; made by hand here."""
    with sqlite3.connect(engine.places.database) as database:
        database.execute("INSERT INTO accounts (id, client_id, created) VALUES ('other', 'other', 0)")
        database.execute("UPDATE sessions SET account_id = 'other' WHERE id = ?", (caller.session_id,))
    database.close()
    assert caller.call(endpoints.STATE).json()["code"] == 1002
    assert caller.call(endpoints.DELETE_SESSION).json()["code"] == 1002


def test_a_claim_link_is_answered_with_why_there_is_none(caller: Caller) -> None:
    answer = caller.call(endpoints.CLAIM_TOKEN, json={"task_id": "t", "session_id": caller.session_id})
    assert answer.json()["code"] == 501
    assert "this machine" in answer.json()["message"]


@pytest.mark.parametrize("missing", constants.ATTRIBUTION_HEADERS)
def test_an_export_without_one_of_the_three_headers_is_402(caller: Caller, missing: str) -> None:
    body = {"id": "r1", "sessionId": caller.session_id}
    answer = caller.call(endpoints.RENDER, json=body, headers={missing: None})
    assert (answer.status_code, answer.json()["code"]) == (402, 402)
    assert missing in answer.json()["message"]


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"a":' * 5000])
@pytest.mark.parametrize("endpoint", [endpoints.CHAT, endpoints.RENDER, endpoints.CREATE_SESSION])
def test_a_body_that_is_no_json_object_gets_a_clear_422(
    caller: Caller, endpoint: endpoints.Endpoint, body: bytes
) -> None:
    answer = caller.call(endpoint, data=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, 422)
    assert answer.json()["message"] == "The body is not a JSON object."


@pytest.mark.parametrize(
    ("endpoint", "body"),
    [
        (endpoints.CHAT, {}),
        (endpoints.CHAT, {"session_id": 5, "new_message": {"parts": []}}),
        (endpoints.CHAT, {"session_id": "x", "new_message": "hi"}),
        (endpoints.RENDER, {"id": 5, "sessionId": "x"}),
        (endpoints.RENDER, {"sessionId": "x"}),
        (endpoints.RENDER, {"id": "r", "sessionId": "x", "draft": []}),
        (endpoints.CREATE_SESSION, {"language": 5}),
        (endpoints.CLAIM_TOKEN, {}),
        (endpoints.UPLOAD, {"urls": "https://example.com"}),
        (endpoints.UPLOAD, {"urls": [1]}),
    ],
)
def test_a_body_with_wrong_fields_gets_a_clear_422(
    caller: Caller, endpoint: endpoints.Endpoint, body: Any
) -> None:
    answer = caller.call(endpoint, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, 422)
    assert answer.json()["hint"]


def test_unknown_addresses_and_methods_are_answered_in_the_envelope(caller: Caller) -> None:
    nowhere = caller.http.get(caller.url + "/favicon.ico", timeout=10)
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, 404)
    wrong = caller.http.put(caller.url + "/run_sse", timeout=10)
    assert (wrong.status_code, wrong.json()["code"]) == (405, 405)


def test_a_bug_is_answered_without_its_traceback_and_logged(start_engine: Start) -> None:
    def broken(path: str) -> MediaInfo:
        raise RuntimeError("an inner secret")

    caller = start_engine(seams=Seams(examine=broken)).caller()
    files = {"files": ("a.wav", b"anything")}
    answer = caller.call(endpoints.UPLOAD, files=files)
    assert (answer.status_code, answer.json()["code"]) == (500, 500)
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
