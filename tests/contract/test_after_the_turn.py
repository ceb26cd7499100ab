"""Silent turns, lost lines, killed processes, credits, history: what the user is told, and what is never sent twice."""

from __future__ import annotations

import json
import os
import signal
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mango_skill.client.clock import SystemClock
from mango_skill.client.jobs import JobFile, JobKind
from mango_skill.errors import BusyError

MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"\x00\x00\x00\x10moov\x00\x00\x00\x00abcd"


def titled(*titles: str) -> dict[str, Any]:
    tracks: list[dict[str, Any]] = [{"tt": 0, "sg": [{"d": 10_000, "m": {"name": "clip"}}]}]
    return {"t": [*tracks, *({"tt": 7, "sg": [{"d": 3_000, "m": {"text": one}}]} for one in titles)]}


def only_session(service: Any) -> Any:
    return list(service.sessions.values())[-1]


def silent(service: Any, *titles: str) -> Any:
    def script(wire: Any, request: Any) -> None:
        if titles:
            only_session(service).draft = titled(*titles)
        wire.events({"content": {"parts": [{"functionCall": {"name": "add_title", "args": {}}}]}})

    return script


def lost(service: Any, *titles: str) -> Any:
    def script(wire: Any, request: Any) -> None:
        if titles:
            only_session(service).draft = titled(*titles)
        wire.start_stream()
        wire.chunk(b'data: {"content": {"parts": [{"text": "Working on it."}]}}\n\n')
        wire.keep = False

    return script


def test_a_silent_turn_says_what_changed(service: Any, client: Any) -> None:
    service.script("chat", silent(service, "Urban Dreams"))
    result = client.turn("add a title")["result"]
    assert result["outcome"] == "silent"
    assert result["changed"] is True
    assert "Urban Dreams" in result["reply"]
    assert 'Title: "Urban Dreams" (0-3s)' in result["summary"]
    assert result["changes"]


def test_a_silent_turn_that_did_nothing_says_so(service: Any, client: Any) -> None:
    service.script("chat", silent(service))
    result = client.turn("add a title")["result"]
    assert result["outcome"] == "silent"
    assert result["changed"] is False
    assert "nothing on the timeline has changed" in result["reply"]


def test_a_silent_turn_whose_state_can_not_be_read_says_so(service: Any, client: Any) -> None:
    client.turn("first")
    service.script("chat", silent(service, "X"))
    service.once("state", service.do_state, *[lambda wire, request: wire.json({}, 500)] * 9)
    result = client.turn("add a title")["result"]
    assert result["outcome"] == "silent"
    assert "can't be read" in result["reply"]


def test_a_lost_line_asks_for_the_state_and_never_sends_again(service: Any, client: Any) -> None:
    service.script("chat", lost(service, "Urban Dreams"))
    result = client.turn("add a title")["result"]
    assert result["outcome"] == "interrupted"
    assert "Working on it." in result["reply"]
    assert "the edit arrived" in result["reply"]
    assert result["changed"] is True
    assert len(service.chats()) == 1


def test_a_lost_line_without_a_change_is_looked_after_by_the_schedule_and_then_said(
    service: Any, make_client: Any, quick: Any
) -> None:
    client = make_client(service.url, settings=replace(quick, recovery_tries=5))
    service.script("chat", lost(service))
    result = client.turn("add a title")["result"]
    assert result["outcome"] == "interrupted"
    assert result["changed"] is False
    assert "retry" in result["reply"]
    # once before the turn, then after the first wait and five times more
    assert len(service.of("/api/state/")) == 7
    assert len(service.chats()) == 1


def test_an_edit_that_arrives_late_is_found(service: Any, client: Any) -> None:
    service.script("chat", lost(service))
    looks: list[int] = []

    def state(wire: Any, request: Any) -> None:
        looks.append(1)
        if len(looks) == 3:
            only_session(service).draft = titled("Late")
        service.do_state(wire, request)

    service.script("state", state)
    result = client.turn("add a title")["result"]
    assert result["changed"] is True
    assert "Late" in result["summary"]


def test_the_line_may_stay_lost_during_the_recovery(service: Any, client: Any) -> None:
    client.turn("first")
    service.script("chat", lost(service))
    service.once("state", service.do_state)
    service.script("state", lambda wire, request: wire.reset())
    result = client.turn("second")["result"]
    assert result["outcome"] == "interrupted"
    assert "before saying it again" in result["reply"]


def test_each_draft_seen_is_a_version_with_its_message(service: Any, client: Any, tmp_path: Path) -> None:
    client.turn("make a film of waves")
    client.turn("add music")
    versions = client.project().history()
    assert [one.message for one in versions] == ["make a film of waves", "add music"]
    assert '"add music"' in versions[1].summary

    job = client.project().start_export(version=1, path=tmp_path / "first.mp4")
    assert client.workspace.wait(job.id, 20).state == "done"
    exported = service.of("/proxy/lambda")[0].json["draft"]
    assert "add music" not in json.dumps(exported)


def test_a_draft_that_was_found_changed_is_a_version_too(service: Any, client: Any) -> None:
    client.turn("make a film of waves")
    only_session(service).draft = titled("by another hand")
    assert client.project().state().version == 2
    assert client.project().state().version == 2
    assert client.project().history()[1].message == ""


def test_a_charge_without_a_visible_change_is_said(service: Any, client: Any) -> None:
    def script(wire: Any, request: Any) -> None:
        service.credits = 50.0
        silent(service)(wire, request)

    service.script("chat", script)
    result = client.turn("add a title")["result"]
    assert result["credits"] == {"before": 100.0, "after": 50.0, "spent": 50.0}
    assert "50 credits" in result["reply"]


def test_a_charge_for_a_visible_change_is_kept_but_not_complained_of(service: Any, client: Any) -> None:
    def script(wire: Any, request: Any) -> None:
        service.credits = 50.0
        silent(service, "New")(wire, request)

    service.script("chat", script)
    result = client.turn("add a title")["result"]
    assert result["credits"]["spent"] == 50.0
    assert result["notes"] == []


def gate(service: Any) -> tuple[Any, threading.Event, threading.Event]:
    """A chat that goes on only when the test says so."""
    arrived, go = threading.Event(), threading.Event()

    def script(wire: Any, request: Any) -> None:
        wire.start_stream()
        arrived.set()
        while not (go.is_set() or wire.stopping.is_set()):
            wire.chunk(b": hb\n\n")
            go.wait(0.02)
        only_session(service).draft = titled("After the gate")
        wire.chunk(b'data: {"content": {"parts": [{"text": "Done."}]}}\n\n')
        wire.send(b"0\r\n\r\n")

    return script, arrived, go


def test_a_second_message_to_a_busy_project_is_refused_and_another_project_is_not(
    service: Any, client: Any, tmp_path: Path
) -> None:
    script, arrived, go = gate(service)
    service.once("chat", script)
    first = client.project("one").start_turn("first")
    assert arrived.wait(10)
    with pytest.raises(BusyError) as caught:
        client.project("one").start_turn("second")
    assert first.id in caught.value.hint
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(MP4)
    with pytest.raises(BusyError):
        client.project("one").upload([clip])
    with pytest.raises(BusyError):
        client.project("one").start_export()
    other = client.project("two").start_turn("other")
    assert client.workspace.wait(other.id, 20).state == "done"
    go.set()
    assert client.workspace.wait(first.id, 20).state == "done"
    said = [one.json["new_message"]["parts"][0]["text"] for one in service.chats()]
    assert sorted(said) == ["first", "other"]


def test_a_caller_that_gives_up_leaves_the_turn_running(service: Any, client: Any, make_client: Any) -> None:
    script, arrived, go = gate(service)
    service.once("chat", script)
    job = client.project().start_turn("first")
    assert arrived.wait(10)
    assert client.workspace.wait(job.id, 0).state == "running"
    go.set()
    other = make_client(service.url).workspace
    done = other.wait(job.id, 20)
    assert done.result is not None
    assert done.result["reply"] == "Done."
    assert [one.id for one in other.jobs()] == [job.id]


def test_a_killed_runner_is_found_again_and_the_message_not_sent_again(service: Any, client: Any) -> None:
    script, arrived, go = gate(service)
    service.once("chat", script)
    project = client.project()
    job = project.start_turn("first")
    assert arrived.wait(10)
    os.kill(client.workspace.follower._runners[job.id].pid, signal.SIGKILL)
    client.workspace.follower._runners[job.id].wait(10)
    go.set()
    with pytest.raises(BusyError) as caught:
        project.start_turn("second")
    assert job.id in caught.value.hint
    done = client.workspace.wait(job.id, 20)
    assert done.result is not None
    assert done.result["outcome"] == "interrupted"
    assert done.result["changed"] is True
    assert len(service.chats()) == 1
    assert client.workspace.wait(project.start_turn("second").id, 20).state == "done"


def test_a_job_killed_before_it_was_sent_is_sent_once_when_it_is_waited_for(
    service: Any, client: Any
) -> None:
    opened = client.project()
    job = JobFile.create(
        opened.path,
        kind=JobKind.TURN,
        request={"message": "first", "context": client.workspace.context.to_json()},
        name="film",
        message="first",
        clock=SystemClock(),
    )
    assert client.workspace.wait(job.id, 20).state == "done"
    assert len(service.chats()) == 1


def test_a_turn_can_be_cancelled(service: Any, client: Any) -> None:
    script, arrived, _ = gate(service)
    service.once("chat", script)
    job = client.project().start_turn("first")
    assert arrived.wait(10)
    view = client.workspace.cancel(job.id)
    assert view.state == "cancelled"
    assert "No longer watched" in view.note


def test_no_token_stands_in_any_file_but_the_token_file(service: Any, client: Any, tmp_path: Path) -> None:
    client.turn("first")
    job = client.project().start_turn("second")
    client.workspace.wait(job.id, 20)
    token = next(iter(service.tokens))
    holders = [
        one for one in (tmp_path / "mango").rglob("*") if one.is_file() and token.encode() in one.read_bytes()
    ]
    assert [one.name for one in holders] == ["tokens.json"]
    assert holders[0].stat().st_mode & 0o077 == 0


def test_the_process_title_of_a_runner_names_no_token(service: Any, make_client: Any) -> None:
    service.user_tokens.add("users-own-word")
    client = make_client(service.url, token="users-own-word")
    script, arrived, go = gate(service)
    service.once("chat", script)
    job = client.project().start_turn("first")
    assert arrived.wait(10)
    title = Path(f"/proc/{client.workspace.follower._runners[job.id].pid}/cmdline")
    if title.exists():
        assert b"users-own" not in title.read_bytes()
    go.set()
    assert client.workspace.wait(job.id, 20).state == "done"


def test_what_the_service_says_is_not_tampered_with(service: Any, client: Any) -> None:
    words = "I added the text token: beautiful, and secret = 'magic123'."
    service.script("chat", lambda wire, request: wire.events({"content": {"parts": [{"text": words}]}}))
    assert client.turn("add text")["result"]["reply"] == words
    service.script(
        "chat", lambda wire, request: wire.events({"content": {"parts": [{"text": "see nmv_usr_abcdef"}]}})
    )
    assert client.turn("again")["result"]["reply"] == "see [hidden]"


def test_a_change_is_not_claimed_when_nobody_knows_what_was_there_before(service: Any, client: Any) -> None:
    service.once("chat", lambda wire, request: wire.events({"content": {"parts": [{"text": "Hello."}]}}))
    client.turn("hello")
    service.script("chat", silent(service))
    reads: list[int] = []

    def state(wire: Any, request: Any) -> None:
        reads.append(1)
        if len(reads) <= 3:
            wire.json({}, 500)
        else:
            only_session(service).draft = titled("Old")
            service.do_state(wire, request)

    service.script("state", state)
    result = client.turn("add a title")["result"]
    assert result["changed"] is None
    assert "Old" in result["reply"]
    assert "Done" not in result["reply"]


def test_of_two_messages_at_the_same_instant_one_waits_or_is_refused(
    service: Any, client: Any, make_client: Any
) -> None:
    script, arrived, go = gate(service)
    service.script("chat", script)
    clients = [client, make_client(service.url)]
    client.workspace.connect()
    client.project()
    ready = threading.Barrier(2)
    outcomes: list[str] = []

    def say(number: int) -> None:
        ready.wait(10)
        try:
            outcomes.append(clients[number].project().start_turn(f"message {number}").id)
        except BusyError:
            outcomes.append("busy")

    threads = [threading.Thread(target=say, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    assert arrived.wait(20)
    for thread in threads:
        thread.join(30)
    assert outcomes.count("busy") == 1
    go.set()
    (job,) = [one for one in outcomes if one != "busy"]
    assert client.workspace.wait(job, 20).state == "done"
    assert len(service.chats()) == 1


def test_a_stamp_that_the_service_renews_is_no_change(service: Any, client: Any) -> None:
    client.turn("make a film of waves")
    stamps: list[int] = []

    def state(wire: Any, request: Any) -> None:
        stamps.append(1)
        draft = {**only_session(service).draft, "updated_at": len(stamps)}
        wire.json({"code": 0, "data": {"state": {"draft": json.dumps(draft)}}})

    service.script("state", state)
    service.script("chat", silent(service))
    result = client.turn("add a title")["result"]
    assert result["changed"] is False
    assert len(client.project().history()) == 1


def test_a_new_session_without_a_state_counts_as_empty(service: Any, client: Any) -> None:
    service.once("state", *[lambda wire, request: wire.json({"detail": "Not Found"}, 404)])
    service.script("chat", silent(service, "New"))
    result = client.turn("add a title")["result"]
    assert result["changed"] is True
    assert "New" in result["reply"]


def test_a_runner_that_can_not_begin_leaves_its_last_words_and_the_job_says_so(
    service: Any, client: Any, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(
        "import os, sys; sys.stderr.write('no way'); sys.stderr.flush(); os._exit(9)"
    )
    client.environ["PYTHONPATH"] = str(broken)
    job = client.project().start_turn("make it better")
    done = client.workspace.wait(job.id, 60)
    assert done.state == "failed"
    assert done.error is not None
    assert "does not start" in done.error["message"]
    assert "no way" in (tmp_path / "mango" / "logs" / "runner.log").read_text()
    assert service.chats() == []
