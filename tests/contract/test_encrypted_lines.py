"""What a fault of the encryption says about a message: surely not sent, or perhaps carried out."""

from __future__ import annotations

from typing import Any


def test_an_encrypted_service_is_talked_to(secure_service: Any, make_client: Any) -> None:
    done = make_client(secure_service.url).turn("cut the pauses")
    assert done["result"]["outcome"] == "answered"
    assert secure_service.violations == []


def test_a_message_is_sent_once_when_the_encryption_breaks_after_it_was_read(
    secure_service: Any, make_client: Any
) -> None:
    secure_service.script("chat", lambda wire, _: wire.garble())
    done = make_client(secure_service.url).turn("cut the pauses")
    assert len(secure_service.chats()) == 1
    assert done["result"]["outcome"] == "interrupted"


def test_a_message_that_was_carried_out_before_the_encryption_broke_is_told_from_the_state(
    secure_service: Any, make_client: Any
) -> None:
    def script(wire: Any, request: Any) -> None:
        session = secure_service.sessions[request.json["session_id"]]
        session.draft = {"t": [{"tt": 0, "sg": [{"d": 10_000, "m": {"name": "clip"}}]}]}
        wire.garble()

    secure_service.script("chat", script)
    done = make_client(secure_service.url).turn("cut the pauses")
    assert len(secure_service.chats()) == 1
    assert "the edit arrived" in done["result"]["reply"]


def test_a_handshake_that_fails_is_not_tried_again_and_the_message_is_known_not_to_be_sent(
    secure_service: Any, make_client: Any
) -> None:
    def script(wire: Any, request: Any) -> None:
        secure_service.refused_handshakes = 0
        secure_service.do_credits(wire, request)

    secure_service.once("credits", script)
    done = make_client(secure_service.url).turn("cut the pauses")
    assert (done["state"], done["error"]["code"]) == ("failed", "tls")
    assert secure_service.refused_handshakes == 1
    assert secure_service.chats() == []
