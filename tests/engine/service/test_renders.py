"""Render jobs: asked for, watched, cancelled, fetched; what happens when something dies.

The worker is a few lines of Python that speak the worker's protocol; rendering itself is tested elsewhere.
"""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from mango_skill.engine import jobs, pace
from mango_skill.engine.director import Direction
from mango_skill.engine.service import Seams
from mango_skill.engine.store import JobStatus, RenderJob
from mango_skill.engine.store.renders import TRANSITIONS, JobEvent, Renders
from mango_skill.errors import OutputError
from mango_skill.protocol import constants, endpoints
from mango_skill.protocol.draft import decode
from mango_skill.settings import Settings
from mango_skill.timeline import Canvas, Timeline
from tests.engine.service.driving import (
    Caller,
    RunningEngine,
    Start,
    examine_by_name,
    wait_until,
)

Worker = Callable[[str], list[str]]

GOOD = """
say(progress=40, stage="encode")
output.write_bytes(bytes(range(256)) * 100)
say(done={"duration": 1000, "width": 640, "height": 360})
"""
# tells the test that it is there, then waits to be let go (or killed)
HELD = (
    """
(home / "begun").write_text(str(os.getpid()))
say(progress=40, stage="encode")
while not (home / "go").exists():
    time.sleep(0.01)
"""
    + GOOD
)

Prepared = tuple[RunningEngine, Caller]


@pytest.fixture
def prepared(start_engine: Start, worker: Worker, sound: Path) -> Callable[..., Prepared]:
    """Starts an engine with a worker, and a client with footage on its draft."""

    def prepare(body: str, *, stall_s: float = 60.0, **seams: Any) -> Prepared:
        engine = start_engine(
            seams=Seams(examine=examine_by_name, render_command=worker(body), **seams),
            settings=Settings(free_disk_reserve_bytes=0, render_jobs=1, render_stall_s=stall_s),
        )
        caller = engine.caller()
        assert caller.upload(sound).json()["code"] == 0
        return engine, caller

    return prepare


def finished(caller: Caller, render_id: str) -> dict[str, Any]:
    over = (constants.COMPLETED, constants.FAILED, constants.CANCELLED)

    def ended() -> dict[str, Any] | None:
        status = caller.status(render_id)
        return status if status["status"] in over else None

    found: dict[str, Any] = wait_until(ended, "the end of the render")
    return found


def pid_of(tmp_path: Path) -> int:
    return int(
        wait_until(lambda: (tmp_path / "begun").exists() and (tmp_path / "begun").read_text(), "the worker")
    )


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_render_goes_from_pending_to_completed_with_its_facts_at_the_top_level(
    prepared: Callable[..., Prepared], tmp_path: Path
) -> None:
    _, caller = prepared(HELD)
    asked = caller.export(
        "render_1", draft=caller.state()["draft"], output={"format": "mp4", "quality": "high"}
    )
    assert asked.json()["code"] == 0
    assert asked.json()["data"]["id"] == "render_1"
    assert asked.json()["data"]["status"] in ("pending", "processing")
    wait_until(lambda: caller.status("render_1").get("progress") == 40, "progress")
    assert caller.status("render_1") == {
        "id": "render_1", "status": "processing", "progress": 40, "stage": "encode",
    }  # fmt: skip
    (tmp_path / "go").touch()
    status = finished(caller, "render_1")
    assert (status["status"], status["progress"]) == ("completed", 100)
    output = status["output"]
    assert {name: output[name] for name in ("format", "size", "duration", "width", "height")} == {
        "format": "mp4", "size": 25_600, "duration": 1000, "width": 640, "height": 360,
    }  # fmt: skip


def test_the_worker_is_given_draft_probed_assets_and_output(
    prepared: Callable[..., Prepared], tmp_path: Path
) -> None:
    _, caller = prepared("(home / 'order.json').write_text(json.dumps(job))\n" + GOOD)
    caller.export(
        "r1", output={"format": "webm", "height": 360, "fps": [30000, 1001], "captions": "sidecar", "x": 1}
    )
    finished(caller, "r1")

    order = json.loads((tmp_path / "order.json").read_text())
    state = caller.state()
    assert order["draft"] == state["draft"]
    ((identity, facts),) = order["assets"].items()
    assert identity == state["video_infos"][0]["id"]
    assert (facts["kind"], facts["demuxer"], facts["name"]) == ("audio", "wav", "voice.wav")
    assert Path(facts["path"]).is_absolute()
    path = Path(order["output"].pop("path"))
    assert path.suffix == ".webm"
    assert order["output"] == {
        "format": "webm", "height": 360, "fps": [30000, 1001], "captions": "sidecar", "quality": "source",
    }  # fmt: skip


def test_asking_twice_with_one_id_is_one_render(prepared: Callable[..., Prepared], tmp_path: Path) -> None:
    _, caller = prepared("with open(home / 'runs', 'a') as runs: runs.write('x')\n" + GOOD)
    caller.export("r1")
    first = finished(caller, "r1")
    again = caller.export("r1").json()["data"]
    assert again["status"] == "completed"
    assert again["output"]["size"] == first["output"]["size"]
    assert (tmp_path / "runs").read_text() == "x"


def test_an_id_of_another_session_is_not_taken_over(prepared: Callable[..., Prepared], sound: Path) -> None:
    _, caller = prepared(GOOD)
    caller.export("r1")
    other = caller.new_session()
    other.upload(sound)
    assert other.export("r1").json()["code"] == 404


@pytest.mark.parametrize(
    "output",
    [
        {"format": "exe"},
        {"format": "../x"},
        {"height": "720"},
        {"height": 1_000_000},
        {"width": True},
        {"fps": -1},
        {"fps": [30, 0]},
        {"quality": "best"},
        {"quality": ["high"]},
        {"width": float("nan")},
        {"fps": [None, 1]},
        {"fps": {}},
        {"format": "gif"},
        {"captions": "yes"},
        {"version": 99},
    ],
)
def test_an_output_that_can_t_be_made_is_refused_at_once(
    caller: Caller, sound: Path, output: dict[str, Any]
) -> None:
    caller.upload(sound)
    body = json.dumps({"id": "r1", "sessionId": caller.session_id, "output": output})
    answer = caller.call(endpoints.RENDER, data=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, 422)
    assert caller.call(endpoints.RENDER_STATUS, fields={"render_id": "r1"}).status_code == 404


@pytest.mark.parametrize("render_id", ["", "a/b", "x" * 101, "a b", "..\\x", "é"])
def test_an_odd_id_is_refused(caller: Caller, sound: Path, render_id: str) -> None:
    caller.upload(sound)
    assert caller.export(render_id).json()["code"] == 422


def test_nothing_to_render_is_said(caller: Caller) -> None:
    answer = caller.export("r1").json()
    assert (answer["code"], answer["reason"]) == (422, "nothing_to_render")
    assert answer["message"] == "There is no picture and no sound left to render."


def test_a_draft_that_names_a_file_of_another_session_is_refused(caller: Caller, sound: Path) -> None:
    caller.upload(sound)
    draft = caller.state()["draft"]
    other = caller.new_session()
    other.upload(sound)
    assert other.export("r1", draft=draft).json()["reason"] == "bad_draft"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda draft: {"t": []},
        lambda draft: {**draft, "m": {"schema": "mango.draft/99"}},
        lambda draft: {
            "t": [{"tt": 1, "sg": [{"d": 1000, "m": {"asset": "../../etc/passwd"}}]}],
            "m": draft["m"],
        },
    ],
)
def test_a_draft_that_can_t_be_rendered_is_refused_and_changes_nothing(
    caller: Caller, sound: Path, spoil: Any
) -> None:
    caller.upload(sound)
    before = caller.state()
    assert caller.export("r1", draft=spoil(before["draft"])).json()["code"] == 422
    assert caller.status("r1")["code"] == 404
    assert caller.state() == before


def test_a_part_alone_is_rendered_at_the_instants_that_are_asked_for(
    prepared: Callable[..., Prepared], tmp_path: Path
) -> None:
    _, caller = prepared("(home / 'order.json').write_text(json.dumps(job))\n" + GOOD)
    whole = decode(caller.state()["draft"])
    caller.export("r1", output={"format": "mp3", "range": [200, 500]})
    finished(caller, "r1")
    order = json.loads((tmp_path / "order.json").read_text())
    part = decode(order["draft"])
    assert part.duration == 300
    ((_, clip),) = part.clips()
    ((_, before),) = whole.clips()
    assert clip.source is not None
    assert before.source is not None
    assert clip.source.start == before.source.start + 200
    assert "range" not in order["output"]


@pytest.mark.parametrize(
    "output",
    [
        {"format": "mp3", "range": [3_600_000, 3_700_000]},
        {"format": "mp3", "range": [500, 200]},
        {"format": "mp3", "range": "all"},
        {"format": "otio", "footage": {"a": 1}},
        {"format": "jpg", "at": -3_600_000},
        {"format": "jpg", "at": 3_600_000},
    ],
)
def test_an_instant_or_part_that_is_not_in_the_video_is_refused(
    caller: Caller, sound: Path, output: dict[str, Any]
) -> None:
    caller.upload(sound)
    answer = caller.export("r1", output=output).json()
    assert answer["code"] == 422
    assert answer["hint"]


def test_a_picture_of_a_sound_is_refused_at_once(caller: Caller, sound: Path) -> None:
    caller.upload(sound)
    assert caller.export("r1", output={"format": "png"}).json()["reason"] == "nothing_to_render"


def test_an_earlier_version_can_be_rendered(prepared: Callable[..., Prepared], tmp_path: Path) -> None:
    def widen(message: str, *, timeline: Timeline, **others: Any) -> Direction:
        return Direction(replace(timeline, canvas=Canvas(width=640)), "Wider.")

    _, caller = prepared("(home / 'draft.json').write_text(json.dumps(job['draft']))\n" + GOOD, direct=widen)
    first = caller.state()["draft"]
    caller.events("wider")
    assert caller.state()["draft"] != first
    caller.export("r1", output={"version": 1})
    finished(caller, "r1")
    assert json.loads((tmp_path / "draft.json").read_text()) == first


def download(caller: Caller, url: str, **headers: str) -> requests.Response:
    return caller.http.get(url, headers=headers, timeout=20)


def test_the_link_brings_the_file_without_a_token_with_ranges_and_an_etag(
    prepared: Callable[..., Prepared],
) -> None:
    _, caller = prepared(GOOD)
    caller.export("r1")
    url = finished(caller, "r1")["output"]["url"]
    assert caller.headers["Authorization"].split()[1] not in url
    whole = download(caller, url)
    content = bytes(range(256)) * 100
    assert whole.content == content
    assert whole.headers["Content-Length"] == "25600"
    assert whole.headers["Accept-Ranges"] == "bytes"
    tail = download(caller, url, Range="bytes=25000-", **{"If-Range": whole.headers["ETag"]})
    assert (tail.status_code, tail.content) == (206, content[25_000:])
    assert tail.headers["Content-Range"] == "bytes 25000-25599/25600"
    changed = download(caller, url, Range="bytes=25000-", **{"If-Range": '"another"'})
    assert (changed.status_code, changed.content) == (200, content)
    beyond = download(caller, url, Range="bytes=30000-")
    assert beyond.status_code == 416
    head = caller.http.head(url, timeout=20)
    assert (head.headers["Content-Length"], head.content) == ("25600", b"")


def test_renders_go_on_when_a_full_disk_has_room_again(
    prepared: Callable[..., Prepared], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store refuses the first writes of the queue, as it does on a full disk."""
    refusals = iter([OutputError("The disk is full.", code="disk_full")] * 2)
    claim = Renders.claim_next

    def refuse(renders: Renders) -> RenderJob | None:
        if renders.unfinished():
            for refusal in refusals:
                raise refusal
        return claim(renders)

    monkeypatch.setattr(Renders, "claim_next", refuse)
    monkeypatch.setattr(jobs, "_PAUSE_S", 0.01)
    _, caller = prepared(GOOD)
    caller.export("r1")
    assert finished(caller, "r1")["status"] == "completed"


def test_captions_beside_the_video_have_a_link_of_their_own_and_no_path_is_told(
    prepared: Callable[..., Prepared],
) -> None:
    engine, caller = prepared(
        "beside = output.with_suffix('.srt')\n"
        "beside.write_text('1')\n"
        "output.write_bytes(b'video')\n"
        "say(done={'path': str(output), 'sidecars': [beside.name], 'duration': 1000})"
    )
    caller.export("r1", output={"format": "mp4", "captions": "sidecar"})
    output = finished(caller, "r1")["output"]
    (sidecar,) = output["sidecars"]
    assert sidecar["format"] == "srt"
    assert download(caller, sidecar["url"]).content == b"1"
    assert download(caller, output["url"]).content == b"video"
    assert str(engine.places.home) not in json.dumps(output)
    assert download(caller, sidecar["url"].replace("part=srt", "part=vtt")).status_code == 404


def test_the_fallback_download_needs_the_owner_s_token(prepared: Callable[..., Prepared]) -> None:
    _, caller = prepared(GOOD)
    caller.export("r1")
    finished(caller, "r1")
    fields = {"render_id": "r1"}
    assert len(caller.call(endpoints.RENDER_DOWNLOAD, fields=fields).content) == 25_600
    refused = caller.call(endpoints.RENDER_DOWNLOAD, fields=fields, headers={"Authorization": None})
    assert refused.json()["code"] == 1001


def test_a_link_expires_and_the_status_brings_a_fresh_one(prepared: Callable[..., Prepared]) -> None:
    now = [1_000_000_000.0]
    _, caller = prepared(GOOD, clock=lambda: now[0])
    caller.export("r1")
    url = finished(caller, "r1")["output"]["url"]
    now[0] += 3600 + 2
    expired = download(caller, url)
    assert (expired.status_code, expired.json()["reason"]) == (403, "link_expired")
    assert download(caller, caller.status("r1")["output"]["url"]).status_code == 200


@pytest.mark.parametrize(
    ("old", "new"),
    [("/r1/", "/r2/"), ("expires=", "expires=9"), ("signature=", "signature=0"), ("expires=", "expires=x")],
)
def test_a_changed_link_opens_nothing(prepared: Callable[..., Prepared], old: str, new: str) -> None:
    _, caller = prepared(GOOD)
    caller.export("r1")
    caller.export("r2")
    finished(caller, "r2")
    url = finished(caller, "r1")["output"]["url"]
    assert download(caller, url.replace(old, new)).status_code == 403


def test_there_is_no_download_before_the_end(prepared: Callable[..., Prepared], tmp_path: Path) -> None:
    _, caller = prepared(HELD)
    caller.export("r1")
    answer = caller.call(endpoints.RENDER_DOWNLOAD, fields={"render_id": "r1"})
    assert (answer.status_code, answer.json()["reason"]) == (404, "not_found")
    (tmp_path / "go").touch()
    finished(caller, "r1")


def renders_of(engine: RunningEngine, caller: Caller) -> list[str]:
    return [path.name for path in engine.places.renders(caller.session_id).iterdir()]


def test_a_failed_render_says_why_and_leaves_no_file(prepared: Callable[..., Prepared]) -> None:
    engine, caller = prepared(
        "output.write_bytes(b'half')\n"
        "say(error={'code': 'disk_full', 'message': 'The disk is full.', 'hint': 'Free some space.',"
        " 'details': {'path': str(output)}})\n"
        "sys.exit(1)"
    )
    caller.export("r1")
    status = finished(caller, "r1")
    assert status["status"] == "failed"
    assert status["error"] == {
        "code": "disk_full",
        "message": "The disk is full.",
        "hint": "Free some space.",
    }
    wait_until(lambda: renders_of(engine, caller) == [], "the clearing up")


def test_a_worker_that_dies_is_started_once_more_and_then_the_render_succeeds(
    prepared: Callable[..., Prepared], tmp_path: Path
) -> None:
    _, caller = prepared(
        "if not (home / 'died').exists():\n"
        "    (home / 'died').touch()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n" + GOOD
    )
    caller.export("r1")
    assert finished(caller, "r1")["status"] == "completed"


def test_a_worker_that_dies_twice_fails_with_a_sentence(
    prepared: Callable[..., Prepared], tmp_path: Path
) -> None:
    _, caller = prepared(
        "with open(home / 'runs', 'a') as runs: runs.write('x')\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    caller.export("r1")
    status = finished(caller, "r1")
    assert status["error"]["code"] == "render_died"
    assert status["error"]["message"].endswith(".")
    assert (tmp_path / "runs").read_text() == "xx"


def test_a_worker_that_crashes_on_its_footage_ends_that_render_alone_and_says_so(
    prepared: Callable[..., Prepared],
) -> None:
    _, caller = prepared("if job['output']['format'] == 'mov': os.kill(os.getpid(), signal.SIGSEGV)\n" + GOOD)
    caller.export("r1", output={"format": "mov"})
    caller.export("r2", output={"format": "mp4"})
    status = finished(caller, "r1")
    assert status["error"]["code"] == "render_crashed"
    assert "SIGSEGV" in status["error"]["message"]
    assert status["error"]["hint"]
    assert finished(caller, "r2")["status"] == "completed"


def test_a_worker_that_gives_no_sign_of_life_is_ended_and_its_render_not_tried_again(
    prepared: Callable[..., Prepared], tmp_path: Path
) -> None:
    engine, caller = prepared(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "with open(home / 'runs', 'a') as runs: runs.write('x')\n"
        "output.write_bytes(b'half')\n" + HELD,
        stall_s=0.5,
    )
    caller.export("r1")
    status = finished(caller, "r1")
    assert status["error"]["code"] == "render_hung"
    assert "0.5 seconds" in status["error"]["message"]
    assert (tmp_path / "runs").read_text() == "x"
    assert not is_alive(pid_of(tmp_path))
    wait_until(lambda: renders_of(engine, caller) == [], "the clearing up")


def test_progress_does_not_run_backwards_when_a_render_is_tried_again(
    prepared: Callable[..., Prepared], tmp_path: Path
) -> None:
    _, caller = prepared(
        "if not (home / 'died').exists():\n"
        "    say(progress=70, stage='encode')\n"
        "    while not (home / 'seen').exists(): time.sleep(0.01)\n"
        "    (home / 'died').touch()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n" + HELD
    )
    caller.export("r1")
    wait_until(lambda: caller.status("r1").get("progress") == 70, "progress")
    (tmp_path / "seen").touch()
    pid_of(tmp_path)
    wait_until(lambda: caller.status("r1").get("stage") == "encode", "the second try")
    assert caller.status("r1")["progress"] == 70
    (tmp_path / "go").touch()
    assert finished(caller, "r1")["status"] == "completed"


def test_the_time_that_is_left_is_told_once_it_is_known(
    prepared: Callable[..., Prepared], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "_KNOWN_AFTER_S", 0.05)
    _, caller = prepared(
        "for n in range(1, 41):\n    say(progress=n, stage='encode')\n    time.sleep(0.01)\n" + HELD
    )
    caller.export("r1")
    left = wait_until(lambda: caller.status("r1").get("left_s"), "the time left")
    assert 1 <= left <= 60
    (tmp_path / "go").touch()
    assert "left_s" not in finished(caller, "r1")


def test_a_fault_of_the_worker_is_said_at_once_and_not_tried_again(
    prepared: Callable[..., Prepared], tmp_path: Path
) -> None:
    _, caller = prepared("with open(home / 'runs', 'a') as runs: runs.write('x')\nraise KeyError('inner')")
    caller.export("r1")
    status = finished(caller, "r1")
    assert status["error"]["message"] == "The render failed inside the engine."
    assert "inner" not in json.dumps(status)
    assert (tmp_path / "runs").read_text() == "x"


def test_a_worker_that_says_done_without_a_file_has_not_succeeded(prepared: Callable[..., Prepared]) -> None:
    _, caller = prepared("say(done={})")
    caller.export("r1")
    assert finished(caller, "r1")["status"] == "failed"


def test_a_chatty_worker_does_not_block(prepared: Callable[..., Prepared]) -> None:
    _, caller = prepared(
        "sys.stderr.write('x' * 1000000 + chr(10))\nprint('no json')\nprint('[1]')\n"
        "for n in range(2000): say(progress=n / 20, stage='encode')\n" + GOOD
    )
    caller.export("r1")
    assert finished(caller, "r1")["status"] == "completed"


def test_cancelling_a_running_render_stops_its_worker_and_removes_the_part(
    prepared: Callable[..., Prepared], tmp_path: Path
) -> None:
    engine, caller = prepared("output.write_bytes(b'half')\n" + HELD)
    caller.export("r1")
    pid = pid_of(tmp_path)
    answer = caller.call(endpoints.RENDER_CANCEL, fields={"render_id": "r1"})
    assert answer.json()["status"] == "cancelled"
    wait_until(lambda: not is_alive(pid), "the worker's end")
    wait_until(lambda: renders_of(engine, caller) == [], "the clearing up")
    assert caller.status("r1")["status"] == "cancelled"


def test_cancelling_ends_a_worker_that_does_not_answer(
    prepared: Callable[..., Prepared], tmp_path: Path
) -> None:
    engine, caller = prepared(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\noutput.write_bytes(b'half')\n" + HELD
    )
    caller.export("r1")
    pid = pid_of(tmp_path)
    caller.call(endpoints.RENDER_CANCEL, fields={"render_id": "r1"})
    wait_until(lambda: not is_alive(pid), "the worker's end")
    wait_until(lambda: renders_of(engine, caller) == [], "the clearing up")


def test_a_short_render_does_not_wait_for_a_long_one(
    start_engine: Start, worker: Worker, sound: Path, tmp_path: Path
) -> None:
    body = "if job['output']['format'] == 'mov':\n" + textwrap.indent(HELD.strip(), "    ") + "\n" + GOOD
    engine = start_engine(
        seams=Seams(examine=examine_by_name, render_command=worker(body)),
        settings=Settings(free_disk_reserve_bytes=0),
    )
    caller = engine.caller()
    caller.upload(sound)
    caller.export("r1", output={"format": "mov"})
    pid = pid_of(tmp_path)
    caller.export("r2", output={"format": "mp4"})
    assert finished(caller, "r2")["status"] == "completed"
    assert os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, 0)
    (tmp_path / "go").touch()
    assert finished(caller, "r1")["status"] == "completed"


def test_cancelling_a_waiting_render_keeps_it_from_starting_and_the_next_one_runs(
    prepared: Callable[..., Prepared], tmp_path: Path
) -> None:
    _, caller = prepared("with open(home / 'runs', 'a') as runs: runs.write('x')\n" + HELD)
    for render_id in ("r1", "r2", "r3"):
        caller.export(render_id)
    assert caller.status("r2")["status"] == "pending"
    caller.call(endpoints.RENDER_CANCEL, fields={"render_id": "r2"})
    (tmp_path / "go").touch()
    assert [finished(caller, one)["status"] for one in ("r1", "r2", "r3")] == [
        "completed",
        "cancelled",
        "completed",
    ]
    assert (tmp_path / "runs").read_text() == "xx"


def test_cancelling_what_is_over_changes_nothing(prepared: Callable[..., Prepared]) -> None:
    _, caller = prepared(GOOD)
    caller.export("r1")
    finished(caller, "r1")
    assert caller.call(endpoints.RENDER_CANCEL, fields={"render_id": "r1"}).json()["status"] == "completed"


def test_cancel_and_status_of_an_unknown_render_are_404(caller: Caller) -> None:
    for endpoint in (endpoints.RENDER_CANCEL, endpoints.RENDER_STATUS, endpoints.RENDER_DOWNLOAD):
        answer = caller.call(endpoint, fields={"render_id": "nobody"})
        assert (answer.status_code, answer.json()["reason"]) == (404, "not_found")


def test_a_render_that_an_orderly_stop_interrupts_runs_again_with_the_next_engine(
    prepared: Callable[..., Prepared], start_engine: Start, worker: Worker, tmp_path: Path
) -> None:
    engine, caller = prepared(HELD)
    caller.export("r1")
    pid = pid_of(tmp_path)
    engine.stop()
    wait_until(lambda: not is_alive(pid), "the worker's end")
    (tmp_path / "go").touch()
    again = start_engine(seams=Seams(examine=examine_by_name, render_command=worker(HELD))).caller()
    assert finished(again, "r1")["status"] == "completed"


def test_finished_renders_outlive_the_engine(prepared: Callable[..., Prepared], start_engine: Start) -> None:
    engine, caller = prepared(GOOD)
    caller.export("r1")
    finished(caller, "r1")
    engine.stop()
    again = start_engine().caller()
    assert len(download(again, again.status("r1")["output"]["url"]).content) == 25_600


def test_deleting_a_session_stops_its_render(prepared: Callable[..., Prepared], tmp_path: Path) -> None:
    _, caller = prepared(HELD)
    caller.export("r1")
    pid = pid_of(tmp_path)
    assert caller.call(endpoints.DELETE_SESSION).json()["code"] == 0
    wait_until(lambda: not is_alive(pid), "the worker's end")
    assert caller.call(endpoints.RENDER_STATUS, fields={"render_id": "r1"}).status_code == 404


def test_two_renders_at_once_when_the_settings_say_so(
    start_engine: Start, worker: Worker, sound: Path, tmp_path: Path
) -> None:
    body = (
        "(home / job['output']['format']).touch()\nwhile not (home / 'go').exists(): time.sleep(0.01)\n"
        + GOOD
    )
    engine = start_engine(
        seams=Seams(examine=examine_by_name, render_command=worker(body)),
        settings=Settings(free_disk_reserve_bytes=0, render_jobs=2),
    )
    caller = engine.caller()
    caller.upload(sound)
    caller.export("r1", output={"format": "mp4"})
    caller.export("r2", output={"format": "mov"})
    wait_until(lambda: (tmp_path / "mp4").exists() and (tmp_path / "mov").exists(), "both workers")
    (tmp_path / "go").touch()
    assert {finished(caller, one)["status"] for one in ("r1", "r2")} == {"completed"}


def test_every_status_is_in_the_table_and_the_last_ones_lead_nowhere() -> None:
    assert set(TRANSITIONS) == set(JobStatus)
    reachable = {target for events in TRANSITIONS.values() for target in events.values()}
    assert reachable == set(JobStatus)
    assert {event for events in TRANSITIONS.values() for event in events} == set(JobEvent)
    assert [status for status, events in TRANSITIONS.items() if not events] == [
        JobStatus.SUCCEEDED,
        JobStatus.FAILED,
        JobStatus.CANCELLED,
    ]


def test_a_worker_learns_no_token_and_no_proxy(
    prepared: Callable[..., Prepared], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEMO_TOKEN", "nmv_usr_secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy")
    _, caller = prepared("(home / 'environment').write_text(json.dumps(dict(os.environ)))\n" + GOOD)
    caller.export("r1")
    finished(caller, "r1")
    said = (tmp_path / "environment").read_text()
    assert "nmv_usr_secret" not in said
    assert "proxy" not in said.lower()
