"""Faults of this machine after a message was sent: never called a failure, never sent again."""

from __future__ import annotations

from typing import Any

import pytest

from mango_skill.client.jobs import JobFile

FULL = OSError(28, "No space left on device")


def test_a_version_that_can_not_be_kept_loses_neither_the_turn_nor_its_reply(
    service: Any, client: Any
) -> None:
    def script(wire: Any, request: Any) -> None:
        (client.project().path / "drafts").touch()
        service.do_chat(wire, request)

    service.script("chat", script)
    done = client.turn("make it better")
    assert done["state"] == "done"
    assert done["result"]["outcome"] == "answered"
    assert "Did: make it better" in done["result"]["reply"]
    assert "could not be kept" in done["result"]["reply"]
    assert len(service.chats()) == 1


def failing(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Let so many notes that something was heard meet a full disk."""
    left = [True] * times
    sound = JobFile.remember

    def remember(job: Any, **facts: Any) -> None:
        if "heard" in facts and left:
            left.pop()
            raise FULL
        sound(job, **facts)

    monkeypatch.setattr(JobFile, "remember", remember)


def test_a_turn_whose_journal_fails_after_it_was_sent_is_looked_after(
    service: Any, client: Any, threads: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, 1)
    job = client.project().start_turn("make it better")
    done = client.workspace.wait(job.id, 30)
    assert done.state == "done"
    assert done.result["outcome"] == "interrupted"
    assert "the edit arrived" in done.result["reply"]
    assert len(service.chats()) == 1


def test_a_turn_that_can_not_be_looked_after_either_ends_as_perhaps_carried_out(
    service: Any, client: Any, threads: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, 9)
    job = client.project().start_turn("make it better")
    done = client.workspace.wait(job.id, 30)
    assert (done.state, done.result["outcome"]) == ("done", "interrupted")
    assert "may have been carried out" in done.result["reply"]
    assert len(service.chats()) == 1
