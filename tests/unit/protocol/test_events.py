"""One data text of the chat into events, in both dialects, and nothing that must not be shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mango_skill.errors import BusyError, MediaError
from mango_skill.protocol import emission, events
from mango_skill.protocol.events import (
    ErrorEvent,
    HeartbeatEvent,
    MalformedEvent,
    TextEvent,
    ToolCallEvent,
    ToolResultEvent,
    UnknownEvent,
)


def decode(value: Any, **more: Any) -> tuple[events.Event, ...]:
    return events.decode(value if isinstance(value, str) else json.dumps(value), **more)


def parts(*some: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"content": {"parts": list(some), "role": "model"}, "author": "nemo_agent", **more}


@pytest.mark.parametrize("text", ["", " ", "heartbeat", "ping", '"heartbeat"', "{}", "null"])
def test_what_says_nothing_is_a_heartbeat(text: str) -> None:
    assert decode(text) == (HeartbeatEvent(),)


def test_an_events_name_can_make_it_a_heartbeat_or_an_error() -> None:
    assert decode('{"x": 1}', name="heartbeat") == (HeartbeatEvent(),)
    (event,) = decode("boom", name="error")
    assert isinstance(event, ErrorEvent)


def test_text_calls_and_results_of_one_event_come_out_in_both_spellings() -> None:
    camel = parts(
        {"text": "A "}, {"functionCall": {"name": "cut", "id": "1"}}, {"text": "B"}, id="7", partial=True
    )
    snake = parts({"function_response": {"name": "cut", "id": "1"}})
    text, call = decode(camel)
    assert isinstance(text, TextEvent)
    assert (text.text, text.id, text.partial) == ("A B", "7", True)
    assert call == ToolCallEvent("cut", "1")
    assert decode(snake) == (ToolResultEvent("cut", "1"),)


@pytest.mark.parametrize(
    "hidden",
    [
        parts({"text": "x", "thought": True}),
        parts({"text": "x"}, author="user"),
        {"content": {"role": "user", "parts": [{"text": "x"}]}},
        {"actions": {"stateDelta": {"text": "x"}}},
        {"type": "thinking", "content": "x"},
        {"type": "text", "content": "x", "role": "user"},
        {"type": "status", "message": "x"},
        parts({"inlineData": {"data": "x"}}),
    ],
)
def test_what_is_not_for_the_user_never_becomes_text(hidden: dict[str, Any]) -> None:
    found = decode(hidden)
    assert not any(isinstance(one, TextEvent) for one in found)
    assert found


@pytest.mark.parametrize(
    "plain",
    [
        {"type": "text", "content": "Hi"},
        {"type": "text", "text": "Hi"},
        {"type": "TEXT", "content": "Hi"},
        {"type": "text", "content": {"text": "Hi"}},
        {"type": "text", "content": [{"text": "H"}, {"text": "i"}]},
        {"code": 0, "data": {"type": "text", "content": "Hi"}},
    ],
)
def test_the_plain_dialect_is_understood(plain: dict[str, Any]) -> None:
    (event,) = decode(plain)
    assert isinstance(event, TextEvent)
    assert event.text == "Hi"


def test_plain_tools_are_told_apart() -> None:
    assert decode({"type": "tool_call", "name": "cut"}) == (ToolCallEvent("cut"),)
    assert decode({"type": "tool_result", "tool": "cut"}) == (ToolResultEvent("cut"),)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"errorCode": "SAFETY", "errorMessage": "blocked"}, "SAFETY"),
        ({"error_code": "SAFETY", "error_message": "blocked"}, "SAFETY"),
        ({"error": "boom"}, "service"),
        ({"error": {"message": "boom", "code": 2001}}, "2001"),
        ({"type": "error", "message": "boom"}, "service"),
        ({"type": "error", "error": {"code": 1001, "message": "boom"}}, "1001"),
        ({"code": 1001, "message": "expired"}, "1001"),
        ({"detail": "Session not found: x"}, "1002"),
        ('{"error": "say "hi" now"}', "service"),
        ('{"error": "cut', "service"),
    ],
)
def test_errors_in_every_form_carry_their_code(told: Any, code: str) -> None:
    (event,) = [one for one in decode(told) if isinstance(one, ErrorEvent)]
    assert event.error.code == code
    assert "{" not in event.error.message


def test_an_error_of_the_engine_keeps_its_sentence_and_what_to_do() -> None:
    told = MediaError("The file is gone.", code="missing_file", hint="Upload it again.")
    (event,) = decode(emission.error_fields(told))
    assert isinstance(event, ErrorEvent)
    assert isinstance(event.error, MediaError)
    assert (event.error.code, event.error.message, event.error.hint) == (
        "missing_file",
        "The file is gone.",
        "Upload it again.",
    )


def test_an_engine_that_is_busy_is_told_from_one_that_failed() -> None:
    (event,) = decode(emission.error_fields(BusyError("It is at work.", hint="Wait.")))
    assert isinstance(event, ErrorEvent)
    assert isinstance(event.error, BusyError)


def test_text_beside_an_error_is_kept() -> None:
    text, error = decode(parts({"text": "Half"}, errorCode="MAX_TOKENS"))
    assert isinstance(text, TextEvent)
    assert isinstance(error, ErrorEvent)


def test_a_cut_event_is_malformed_and_a_number_is_nothing() -> None:
    assert isinstance(decode('{"content": {"par')[0], MalformedEvent)
    assert isinstance(decode("5")[0], UnknownEvent)
    assert decode("[DONE]") == (UnknownEvent("done"),)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "content",
                    "parts",
                    "text",
                    "type",
                    "error",
                    "code",
                    "data",
                    "id",
                    "author",
                    "role",
                    "partial",
                    "functionCall",
                    "functionResponse",
                    "thought",
                    "errorCode",
                    "detail",
                    "message",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_json_at_all_breaks_the_decoding(value: Any) -> None:
    assert isinstance(events.decode(json.dumps(value)), tuple)


@given(st.text(max_size=60))
def test_no_text_at_all_breaks_the_decoding(text: str) -> None:
    assert events.decode(text)


def test_json_nested_too_deeply_is_malformed() -> None:
    assert isinstance(events.decode("[" * 100_000)[0], MalformedEvent)
