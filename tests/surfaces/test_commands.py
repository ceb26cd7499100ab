"""Each command as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mango_skill.tools import TOOLS

COMMANDS = [
    "make",
    "send",
    "chat",
    "connect",
    "upload",
    "edit",
    "state",
    "credits",
    "export",
    "wait",
    "projects",
    "delete",
    "jobs",
    "history",
    "route",
    "call",
    "tools",
    "engine",
    "doctor",
]


def test_help_names_every_command_and_each_has_its_own(mango: Any) -> None:
    overview = mango("--help").out
    assert [name for name in COMMANDS if f"  {name} " not in overview] == []
    for name in COMMANDS:
        assert mango(name, "--help").out.startswith("usage: mango " + name)


def test_an_unknown_command_is_answered_with_the_nearest_one(mango: Any) -> None:
    assert "mango export" in mango("exprot", expect=2).sentence


def test_a_wrong_option_is_one_sentence(mango: Any) -> None:
    assert "--help" in mango("state", "--nonsense", expect=2).sentence


def test_json_failures_are_json_too(mango: Any) -> None:
    answer = mango("make", "missing.mp4", "cut the pauses", "--json", expect=4).answer
    assert answer["ok"] is False
    assert set(answer["error"]) >= {"code", "message", "hint"}


def test_a_project_from_upload_to_deletion(mango: Any, media: Path) -> None:
    assert "this machine" in mango("connect").out
    assert mango("connect", "--json").answer["backend"] == "local"
    assert "silent.mp4" in mango("upload", str(media / "silent.mp4")).out
    edited = mango("edit", "keep the first second", "--json").answer
    assert edited["outcome"] == "answered"
    assert edited["reply"]
    assert edited["changed"] is True
    state = mango("state", "--json").answer
    assert state["duration_ms"] == 1000
    assert state["reply"].startswith("Timeline (")
    assert "Timeline (" in mango("state").out
    assert "nothing" in mango("credits").out
    saved = mango("export", "-o", "out.mp4", "--json").answer
    assert Path(saved["path"]) == mango.folder / "out.mp4"
    assert saved["size"] == (mango.folder / "out.mp4").stat().st_size
    assert "keep the first second" in mango("history").out
    jobs = mango("jobs", "--json").answer["jobs"]
    assert {one["kind"] for one in jobs if one["project"] == edited["project"]} == {"turn", "export"}
    assert edited["project"] in mango("projects").out
    assert "--yes" in mango("delete", edited["project"], expect=2).sentence
    mango("delete", edited["project"], "--yes")
    assert edited["project"] not in mango("projects").out


@pytest.mark.parametrize("tool", ["show_timeline", "export_video"])
def test_looking_at_a_mistyped_project_makes_none(mango: Any, tool: str) -> None:
    done = mango("call", tool, json.dumps({"project": "holliday"}), expect=2)
    assert done.answer["error"]["code"] == "unknown_project"
    assert "holliday" not in mango("projects").out


def test_each_working_folder_has_its_own_project(mango: Any, media: Path) -> None:
    mango("upload", str(media / "silent.mp4"))
    elsewhere = type(mango)(mango.home, mango.folder / "elsewhere")
    elsewhere.folder.mkdir()
    assert "silent.mp4" not in elsewhere("state").out


def test_exact_operations_travel_like_words(mango: Any, media: Path) -> None:
    mango("upload", str(media / "silent.mp4"))
    mango("edit", "--operations", '[{"op": "trim_start", "seconds": 0.5}]')
    assert mango("state", "--json").answer["duration_ms"] == 1500


def test_a_message_is_sent_whole_with_its_files(mango: Any, media: Path) -> None:
    answer = mango(
        "send", "keep the first second and export as mov", str(media / "silent.mp4"), "--json"
    ).answer
    assert answer["actions"] == ["upload", "chat", "export"]
    exported = answer["results"][-1]
    assert exported["format"] == "mov"
    assert Path(exported["path"]).is_file()


def test_a_chat_answers_line_by_line_and_survives_a_failure(mango: Any, media: Path) -> None:
    lines = "show tracks\nexport\nkeep the first second\n/quit\nmute it\n"
    done = mango("chat", str(media / "silent.mp4"), stdin=lines)
    assert "silent.mp4" in done.out
    done = mango("state", "--json")
    assert done.answer["duration_ms"] == 1000
    assert done.answer["version"] == 2


def test_a_misspelt_operation_is_refused_with_the_nearest_name(mango: Any) -> None:
    refused = mango("edit", "--operations", '[{"op": "trim_strt", "seconds": 5}]', "--json", expect=2)
    assert "'trim_start'" in refused.answer["error"]["hint"]


def test_a_long_edit_is_left_running_and_found_again(mango: Any, media: Path) -> None:
    mango("upload", str(media / "talk.mp4"))
    begun = mango("call", "edit_video", '{"message": "cut the pauses", "wait_s": 0}').answer
    assert begun["state"] == "running"
    waited = mango("wait", begun["job_id"], "--json").answer
    assert waited["state"] == "done"
    assert waited["result"]["outcome"] == "answered"


def test_a_call_prints_outcome_and_reply_of_a_turn(mango: Any, media: Path) -> None:
    mango("upload", str(media / "silent.mp4"))
    answer = mango("call", "edit_video", '{"message": "mute it"}').answer
    assert answer["ok"] is True
    assert {"outcome", "reply"} <= set(answer)


@pytest.mark.parametrize(
    ("words", "code"),
    [(["edit_video", '{"message": 1}'], 2), (["edit_video", "{"], 2), (["nothing"], 2), (["edit_video"], 2)],
)
def test_a_wrong_call_is_answered_in_json(mango: Any, words: list[str], code: int) -> None:
    assert mango("call", *words, expect=code).answer["ok"] is False


def test_tools_are_listed_for_people_and_programs(mango: Any) -> None:
    assert [line.split()[0] for line in mango("tools").out.splitlines()] == list(TOOLS)
    assert [one["name"] for one in json.loads(mango("tools", "--json").out)] == list(TOOLS)
    assert mango("tools", "edit_video").answer["inputSchema"]["additionalProperties"] is False


def test_an_unknown_job_is_one_sentence(mango: Any) -> None:
    assert "mango jobs" in mango("wait", "turn-0000000000000000", expect=2).sentence


def test_a_route_is_shown_with_its_reason_and_lines_are_answered_with_lines(mango: Any) -> None:
    shown = mango("route", "add captions and export as webm")
    assert shown.out.startswith("chat then export")
    assert "because" in shown.out
    lines = '{"text": "export as mp4"}\n\n{"text": "hello", "files": ["a.mp4"]}\n'
    answers = [json.loads(line) for line in mango("route", "--jsonl", stdin=lines).out.splitlines()]
    assert [one["action"] for one in answers] == ["export", "upload"]
    assert set(answers[0]) == {"action", "then", "arguments", "reason"}
    assert "Line 1" in mango("route", "--jsonl", stdin="nonsense\n", expect=2).sentence


def test_a_plan_shows_the_operations_and_does_nothing(mango: Any) -> None:
    planned = mango("edit", "--plan", "trim the first 5 seconds", "--json").answer
    assert planned["ops"] == [{"op": "trim_start", "seconds": 5}]
    lines = '{"text": "mute it"}\n{"text": "trim the first 5 seconds"}\n'
    answers = [json.loads(line) for line in mango("edit", "--plan", "--jsonl", stdin=lines).out.splitlines()]
    assert [one["ops"][0]["op"] for one in answers] == ["mute", "trim_start"]
    assert "nothing" not in mango("projects", "--json").out


def test_doctor_finds_a_healthy_house_and_a_broken_setting(mango: Any, tmp_path: Path) -> None:
    assert "BAD" not in mango("doctor").out
    config = tmp_path / "broken" / "config"
    config.mkdir(parents=True)
    (config / "config.yaml").write_text("links: true\npol_s: 1\n", encoding="utf-8")
    found = mango("doctor", expect=9, MANGO_HOME=str(config.parent), MANGO_BACKEND="cloud").out
    assert "line 2" in found


def test_the_cloud_is_used_only_when_it_was_chosen_and_that_is_said_first(mango: Any) -> None:
    # nothing listens there: what matters is what is said before the line fails
    nowhere = {"NEMO_API_URL": "http://127.0.0.1:9", "MANGO_HOME": str(mango.folder)}
    done = mango("credits", expect=12, **nowhere)
    assert done.err.splitlines()[0] == "mango: Working in the NemoVideo cloud: footage is sent there."


def test_an_unencrypted_cloud_address_is_refused(mango: Any) -> None:
    done = mango("credits", expect=9, NEMO_API_URL="http://example.com")
    assert "encrypted" in done.err
