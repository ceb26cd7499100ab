"""Turns of the chat, as the stream tells them. The director is a scripted one: its words are not the subject."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mango_skill.engine.director import Direction, Step
from mango_skill.engine.service import Seams
from mango_skill.errors import MediaError
from mango_skill.protocol import endpoints
from mango_skill.timeline import Canvas, Timeline
from tests.engine.service.driving import (
    Caller,
    RunningEngine,
    Start,
    examine_by_name,
    read_events,
    stop,
    wait_until,
)


def widen(message: str, *, timeline: Timeline, **others: Any) -> Direction:
    """Make the canvas as wide as the message's last number says."""
    width = int(message.rsplit(maxsplit=1)[-1])
    step = Step({"op": "set_resolution", "width": width}, True, f"{width} wide", {"width": width})
    return Direction(
        replace(timeline, canvas=Canvas(width=width)), f"Now {width} wide.", (step,), {"width": width}
    )


class Stage:
    """The module's engine has one director; it does what the test at hand wants."""

    direct: Callable[..., Direction] = staticmethod(widen)

    def __call__(self, message: str, **others: Any) -> Direction:
        return self.direct(message, **others)


STAGE = Stage()


@pytest.fixture(scope="module")
def staged(start_shared_engine: Start) -> RunningEngine:
    return start_shared_engine(seams=Seams(examine=examine_by_name, direct=STAGE), heartbeat_s=0.2)


@pytest.fixture
def directed(staged: RunningEngine) -> Callable[..., Caller]:
    """Makes a client in a new session whose messages the given director carries out."""

    def start(direct: Callable[..., Direction] = widen) -> Caller:
        STAGE.direct = direct
        return staged.caller()

    return start


def test_a_turn_streams_call_result_and_text_as_adk_does(directed: Callable[..., Caller]) -> None:
    caller = directed()
    answer = caller.say("make it 640")
    assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["Transfer-Encoding"] == "chunked"
    called, result, text = read_events(answer.text)
    call = called["content"]["parts"][0]["functionCall"]
    assert (call["name"], call["args"]) == ("set_resolution", {"width": 640})
    response = result["content"]["parts"][0]["functionResponse"]
    assert (response["id"], response["name"]) == (call["id"], "set_resolution")
    assert response["response"] == {"status": "ok", "note": "640 wide", "width": 640}
    assert result["actions"]["stateDelta"] == {"draft_version": 1}
    assert text["content"] == {"parts": [{"text": "Now 640 wide."}], "role": "model"}
    assert text["finishReason"] == "STOP"
    assert len({event["invocationId"] for event in (called, result, text)}) == 1
    assert len({event["id"] for event in (called, result, text)}) == 3


def test_each_message_is_a_version_with_its_words(directed: Callable[..., Caller]) -> None:
    caller = directed()
    caller.events("640")
    caller.events("and now 320")
    state = caller.state()
    assert state["draft_version"] == 2
    assert state["canvas_config"] == {"width": 320, "height": 1080, "fps": [30, 1]}
    assert [(one["version"], one["message"]) for one in state["history"]] == [(1, "640"), (2, "and now 320")]
    assert state["report"] == {"width": 320}


def test_a_message_that_changes_nothing_makes_no_version(directed: Callable[..., Caller]) -> None:
    caller = directed()
    caller.events("640")
    caller.events("640")
    assert caller.state()["draft_version"] == 1


def test_the_body_may_be_camel_case_without_role_and_with_more_fields(
    directed: Callable[..., Caller],
) -> None:
    caller = directed()
    body = {
        "appName": "nemo_agent",
        "userId": "me",
        "sessionId": caller.session_id,
        "newMessage": {"parts": [{"text": "make it"}, {"inlineData": {}}, {"text": "640"}]},
        "streaming": True,
        "unknown": 1,
    }
    assert len(read_events(caller.call(endpoints.CHAT, json=body).text)) == 3


@pytest.mark.parametrize("changed", [{"app_name": "other"}, {"user_id": "you"}])
def test_another_agent_or_user_is_not_found(directed: Callable[..., Caller], changed: dict[str, str]) -> None:
    caller = directed()
    body = {"session_id": caller.session_id, "new_message": {"parts": [{"text": "1"}]}, **changed}
    assert caller.call(endpoints.CHAT, json=body).status_code == 404


@pytest.mark.parametrize("text", ["", "  \n "])
def test_an_empty_message_is_refused_before_the_stream(directed: Callable[..., Caller], text: str) -> None:
    assert directed().say(text).json()["code"] == 422


class Slow:
    """A director that waits until it is let go."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def __call__(self, message: str, **others: Any) -> Direction:
        self.begun.set()
        assert self.go_on.wait(20)
        return widen(message, **others)


def test_a_second_message_to_a_busy_session_gets_a_clear_answer(directed: Callable[..., Caller]) -> None:
    slow = Slow()
    caller = directed(slow)
    with caller.say("640", stream=True) as first:
        assert slow.begun.wait(20)
        assert caller.state()["busy"]
        second = caller.say("320")
        assert (second.status_code, second.json()["code"], second.json()["reason"]) == (409, 409, "busy")
        slow.go_on.set()
        assert len(read_events(first.text)) == 3
    assert [one["message"] for one in caller.state()["history"]] == ["640"]


def test_other_sessions_go_on_meanwhile(directed: Callable[..., Caller]) -> None:
    slow = Slow()
    caller = directed(lambda message, **others: (slow if message == "1" else widen)(message, **others))
    other = caller.new_session()
    with caller.say("1", stream=True) as first:
        assert slow.begun.wait(20)
        assert len(other.events("320")) == 3
        slow.go_on.set()
        assert len(read_events(first.text)) == 3


def test_the_next_message_may_follow_the_last_event_at_once(directed: Callable[..., Caller]) -> None:
    caller = directed()
    for number in range(1, 11):
        with caller.say(str(number), stream=True) as answer:
            texts = (line for line in answer.iter_lines() if b"finishReason" in line)
            assert next(texts)
    assert caller.state()["draft_version"] == 10


def test_a_caller_that_hangs_up_does_not_stop_the_edit(directed: Callable[..., Caller]) -> None:
    slow = Slow()
    caller = directed(slow)
    with caller.say("640", stream=True):
        assert slow.begun.wait(20)
    slow.go_on.set()
    wait_until(lambda: caller.state()["draft_version"] == 1, "the edit")


def test_a_silent_stream_beats_in_both_documented_forms(directed: Callable[..., Caller]) -> None:
    slow = Slow()
    caller = directed(slow)
    with caller.say("640", stream=True) as answer:
        lines = answer.iter_lines()
        first = [next(lines) for _ in range(4)]
        assert first == [b": heartbeat", b"", b"data:", b""]
        slow.go_on.set()
        assert sum(line.startswith(b"data: ") for line in lines) == 3


def test_words_of_all_scripts_arrive_in_one_data_line_each(directed: Callable[..., Caller]) -> None:
    words = 'quote " \\ newline \n 中文 😀 \u2028\u2029\u0085 \r end'

    def echo(message: str, *, timeline: Timeline, **others: Any) -> Direction:
        return Direction(timeline, message)

    caller = directed(echo)
    answer = caller.say(words)
    assert answer.content.count(b"\n") == 2
    assert "中文 😀 \u2028".encode() in answer.content
    assert read_events(answer.content.decode())[0]["content"]["parts"][0]["text"] == words


def test_a_lone_surrogate_neither_ends_the_stream_nor_spoils_the_store(
    directed: Callable[..., Caller],
) -> None:
    caller = directed()
    message = '{"parts": [{"text": "\\ud800 640"}]}'
    body = f'{{"session_id": "{caller.session_id}", "new_message": {message}}}'
    answer = caller.call(endpoints.CHAT, data=body, headers={"Content-Type": "application/json"})
    assert len(read_events(answer.text)) == 3
    assert caller.state()["history"][0]["message"] == "? 640"


def fail(message: str, **others: Any) -> Direction:
    raise MediaError("The file is gone.", code="missing_file", hint="Upload it again.")


def crash(message: str, **others: Any) -> Direction:
    raise RuntimeError("an inner secret")


def test_an_edit_that_fails_is_an_error_event_and_leaves_all_as_it_was(
    directed: Callable[..., Caller],
) -> None:
    caller = directed(fail)
    (event,) = caller.events("640")
    assert event["errorCode"] == "MISSING_FILE"
    assert event["errorMessage"] == "The file is gone."
    assert (event["reason"], event["hint"]) == ("missing_file", "Upload it again.")
    assert caller.state()["draft_version"] == 0
    assert not caller.state()["busy"]


def test_a_bug_is_an_error_event_without_its_traceback(directed: Callable[..., Caller]) -> None:
    caller = directed(crash)
    answer = caller.say("640")
    (event,) = read_events(answer.text)
    assert event["errorCode"] == "INTERNAL"
    assert "secret" not in answer.text
    assert caller.events("640")


def test_a_question_is_remembered_for_the_next_message_even_over_a_restart(start_engine: Start) -> None:
    heard: list[Any] = []

    def ask(message: str, *, timeline: Timeline, pending: Any, **others: Any) -> Direction:
        heard.append(pending)
        return Direction(timeline, "Which clip?", pending={"op": message} if pending is None else None)

    seams = Seams(examine=examine_by_name, direct=ask)
    engine = start_engine(seams=seams)
    caller = engine.caller()
    caller.events("trim")
    engine.stop()
    restarted = start_engine(seams=seams).caller()
    restarted.session_id = caller.session_id
    restarted.events("the second")
    restarted.events("now what")
    assert heard == [None, {"op": "trim"}, None]


def test_undo_moves_to_an_earlier_version_and_an_edit_from_there_has_it_as_parent(
    directed: Callable[..., Caller],
) -> None:
    seen: list[Any] = []

    def direct(message: str, *, timeline: Timeline, history: Any, **others: Any) -> Direction:
        versions = {one.number: one for one in history.versions()}
        seen.append((history.current, {number: one.parent for number, one in versions.items()}))
        if message.startswith("back to"):
            number = int(message.rsplit(maxsplit=1)[-1])
            target = versions[number].timeline if number else Timeline()
            return Direction(target, "Done.", version_move=number)
        return widen(message, timeline=timeline)

    caller = directed(direct)
    for message in ("1", "2", "3", "back to 1", "4", "back to 0", "5"):
        caller.events(message)
    assert [current for current, _ in seen] == [0, 1, 2, 3, 1, 4, 0]
    caller.events("6")
    assert seen[-1] == (5, {1: None, 2: 1, 3: 2, 4: 1, 5: None})
    assert caller.state()["canvas_config"]["width"] == 6


def test_the_session_s_language_and_files_reach_the_director(directed: Callable[..., Caller]) -> None:
    heard: dict[str, Any] = {}

    def direct(message: str, *, timeline: Timeline, **others: Any) -> Direction:
        heard.update(others)
        return Direction(timeline, "Good.")

    caller = directed(direct)
    created = caller.call(endpoints.CREATE_SESSION, json={"task_name": "p", "language": "zh"}).json()
    caller.session_id = created["data"]["session_id"]
    caller.call(endpoints.UPLOAD, files={"files": ("a.wav", b"a")})
    caller.events("剪")
    assert heard["language"] == "zh"
    ((identity, reference),) = heard["assets"].items()
    assert (reference.id, reference.name, reference.duration) == (identity, "a.wav", 1000)


def test_deleting_a_session_waits_for_its_turn(directed: Callable[..., Caller]) -> None:
    slow = Slow()
    caller = directed(slow)
    with caller.say("640", stream=True) as answer:
        assert slow.begun.wait(20)
        threading.Timer(0.1, slow.go_on.set).start()
        assert caller.call(endpoints.DELETE_SESSION).json()["code"] == 0
        assert len(read_events(answer.text)) == 3
    assert caller.call(endpoints.STATE).json()["code"] == 1002


def test_an_engine_that_is_told_to_stop_finishes_the_turn_first(start_engine: Start) -> None:
    slow = Slow()
    seams = Seams(examine=examine_by_name, direct=slow)
    engine = start_engine(seams=seams)
    caller = engine.caller()
    with caller.say("640", stream=True) as answer:
        assert slow.begun.wait(20)
        stop(engine.record)
        wait_until(lambda: not (engine.places.home / "engine.json").exists(), "the withdrawal")
        slow.go_on.set()
        assert len(read_events(answer.text)) == 3
    engine.thread.join(timeout=20)
    again = start_engine(seams=seams).caller()
    again.session_id = caller.session_id
    assert again.state()["draft_version"] == 1
