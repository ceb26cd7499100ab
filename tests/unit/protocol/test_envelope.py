"""The envelope in all its forms, and what each code means."""

from __future__ import annotations

import json
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mango_skill.errors import (
    ConfigurationError,
    CreditError,
    MangoError,
    MediaError,
    PlanError,
    RateLimitError,
    ServiceError,
)
from mango_skill.protocol import envelope


def body(value: object) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    ("answer", "data"),
    [
        ({"code": 0, "message": "ok", "data": {"a": 1}}, {"a": 1}),
        ({"code": "0", "data": {"a": 1}}, {"a": 1}),
        ({"code": 200, "data": {"a": 1}}, {"a": 1}),
        ({"success": True, "data": {"a": 1}}, {"a": 1}),
        ({"code": 0, "data": None}, {}),
        ({"code": 0, "data": [1]}, [1]),
        ({"code": 0, "data": {"a": 1}, "beside": 2}, {"a": 1, "beside": 2}),
        ({"status": "completed", "output": {"url": "u"}}, {"status": "completed", "output": {"url": "u"}}),
        ({"status": "failed", "error": "boom"}, {"status": "failed", "error": "boom"}),
        ([1, 2], [1, 2]),
    ],
)
def test_data_comes_out_whether_it_was_wrapped_or_not(answer: object, data: object) -> None:
    assert envelope.unwrap(200, body(answer)) == data
    assert envelope.unwrap(200, b"\xef\xbb\xbf" + body(answer)) == data


def test_an_empty_success_is_empty_data() -> None:
    assert envelope.unwrap(204, b"") == {}


def test_what_is_wrapped_comes_out_again_and_a_failure_is_raised() -> None:
    assert envelope.unwrap(200, body(envelope.wrap({"a": 1}))) == {"a": 1}
    with pytest.raises(CreditError):
        envelope.unwrap(200, body({"code": 2001, "message": "none left", "data": None}))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (1001, ConfigurationError),
        (1010, ConfigurationError),
        (1011, ConfigurationError),
        (1002, ServiceError),
        (2001, CreditError),
        ("2001", CreditError),
        (4001, MediaError),
        (4002, MediaError),
        (402, PlanError),
        (429, RateLimitError),
        (5000, ServiceError),
        ("QUOTA", ServiceError),
        (True, ServiceError),
        ({"a": 1}, ServiceError),
    ],
)
def test_each_code_is_an_error_of_who_can_act(code: object, kind: type[MangoError]) -> None:
    with pytest.raises(kind) as caught:
        envelope.unwrap(200, body({"code": code, "message": "said", "data": None}))
    assert caught.value.hint
    assert caught.value.message.endswith(".")
    assert "{" not in caught.value.message
    assert isinstance(caught.value, envelope.error_class(code))


@pytest.mark.parametrize(
    ("status", "answer", "code"),
    [
        (401, b"", "1001"),
        (401, b'{"detail": "Unauthorized"}', "1001"),
        (401, b'{"code": 9, "message": "x"}', "1001"),
        (402, b"<html>", "402"),
        (413, b"", "4002"),
        (415, b"", "4001"),
        (429, b"slow down", "429"),
        (404, b'{"detail": "Session not found: abc"}', "1002"),
        (404, b'{"detail": "Session not found"}', "1002"),
        (404, b'{"detail": "Agent not found: abc"}', "http_404"),
        (422, b'{"detail": [{"input": {"text": "mine"}}]}', "http_422"),
        (500, b'{"code": 2001, "message": "x"}', "2001"),
        (500, b'{"error": "boom"}', "http_500"),
        (302, b"", "redirect"),
        (101, b"", "http_101"),
        (200, b"<html></html>", "html_page"),
        (200, b"hello", "unreadable"),
        (200, b'{"detail": "nope"}', "detail"),
        (200, b'{"detail": "Session not found: x"}', "1002"),
        (200, b'{"success": false}', "service"),
        (200, b'{"error": {"code": 2001}}', "2001"),
    ],
)
def test_answers_without_an_envelope_become_errors_too(status: int, answer: bytes, code: str) -> None:
    with pytest.raises(MangoError) as caught:
        envelope.unwrap(status, answer)
    assert caught.value.code == code
    assert "mine" not in json.dumps(caught.value.to_dict())


@pytest.mark.parametrize(
    "said",
    [
        '{"a": 1}',
        "[1]",
        "<html>x</html>",
        "see </b>",
        "nmv_usr_0123456789",
        "Bearer abcdef",
        "https://host/x?sig=1",
        "0123456789abcdef0123456789abcdef",
        None,
        5,
        "",
        " ",
    ],
)
def test_nothing_of_a_page_a_document_or_a_secret_is_repeated(said: object) -> None:
    assert envelope.sentence(said) == ""
    told = envelope.error_for(5000, said=said)
    assert told.message == "The service answered with error 5000."


def test_a_plain_sentence_of_the_service_is_repeated_on_one_line() -> None:
    assert envelope.sentence("RuntimeError: out of\n  memory") == "out of memory"
    assert (
        envelope.error_for(5000, said="too busy").message == "The service answered with error 5000: too busy."
    )
    assert len(envelope.sentence("long " * 100)) <= 240


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30.0),
        (" 1.5 ", 1.5),
        ("-5", 0.0),
        (formatdate(1060, usegmt=True), 60.0),
        (formatdate(940, usegmt=True), 0.0),
        (None, None),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
    ],
)
def test_retry_after_is_read_in_seconds_and_as_a_date(header: str | None, seconds: float | None) -> None:
    assert envelope.parse_retry_after(header, now=1000.0) == seconds


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["code", "message", "data", "error", "detail", "success", "status"]), inner
        )
    ),
    max_leaves=8,
)


@given(JSON, st.sampled_from([200, 201, 204, 302, 400, 401, 404, 429, 500]))
def test_no_json_with_any_status_brings_anything_but_data_or_one_of_our_errors(
    value: object, status: int
) -> None:
    told: MangoError | None = None
    try:
        envelope.unwrap(status, body(value))
    except MangoError as problem:
        told = problem
    assert told is None or (told.message and told.hint)


def test_half_a_character_in_an_answer_becomes_one_that_can_be_written() -> None:
    found = envelope.unwrap(200, b'{"name": "\\ud83c\\udfac and \\ud83c", "\\uDC00": 1}')
    assert found == {"name": "🎬 and \ufffd", "\ufffd": 1}
