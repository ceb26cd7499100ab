"""From draft to file: the handle first, every form of the status, resumed downloads, nothing half under the name."""

from __future__ import annotations

import errno
import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from mango_skill.client.jobs import JobFile
from mango_skill.client.status import read_status
from mango_skill.errors import ArgumentError, BusyError, OutputError, UserError

# The tests of processes take a runner of their own; all others are as good with a thread.
PROCESSES = ("test_a_killed_export_is_found_again_by_its_handle", "test_a_running_export_blocks_no_edit")

MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"\x00\x00\x00\x10moov\x00\x00\x00\x00abcd"


@pytest.fixture(autouse=True)
def _runners(request: pytest.FixtureRequest) -> None:
    if request.node.name not in PROCESSES:
        request.getfixturevalue("threads")


@pytest.fixture
def filmed(service: Any, client: Any) -> Any:
    client.turn("make a film of waves")
    return client


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    return folder / "out.mp4"


def export(client: Any, path: Path | None, **more: Any) -> Any:
    job = client.project().start_export(path=path, **more)
    return client.workspace.wait(job.id, 30)


def leftovers(out: Path) -> list[str]:
    return sorted(one.name for one in out.parent.iterdir())


def test_the_handle_is_on_disk_before_the_render_is_asked_for(service: Any, filmed: Any, out: Path) -> None:
    found: list[bool] = []

    def script(wire: Any, request: Any) -> None:
        (job,) = [one for one in filmed.workspace.jobs() if one.kind == "export"]
        path = next(filmed.workspace.context.places.projects.glob(f"*/jobs/{job.id}.json"))
        found.append(request.json["id"] in path.read_text())
        service.do_render(wire, request)

    service.script("render", script)
    assert export(filmed, out).state == "done"
    assert found == [True]


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "completed", "output": {"url": "URL"}},
        {"status": "COMPLETED", "output": "URL"},
        {"status": "done", "outputUrl": "URL"},
        {"status": "succeeded", "output_url": "URL"},
        {"code": 0, "data": {"status": "completed", "output": {"url": "URL"}}},
        {"success": True, "data": {"status": "completed", "progress": 100, "outputUrl": "URL"}},
        {"code": 0, "message": "ok", "data": {"render": 1}, "status": "completed", "output": {"url": "URL"}},
        {"status": "completed", "result": {"video_url": "URL"}},
        {"status": "completed", "url": "URL"},
        {"status": "completed"},
    ],
    ids=str,
)
def test_every_known_form_of_the_status_answer_is_understood(
    answer: dict[str, Any], service: Any, filmed: Any, out: Path
) -> None:
    import json

    def script(wire: Any, request: Any) -> None:
        wire.answer(200, json.dumps(answer).replace("URL", f"{service.url}/files/x.mp4").encode())

    service.script("status", script)
    assert export(filmed, out).state == "done"
    assert out.read_bytes() == service.video


def test_an_address_without_a_host_is_the_backends_own(service: Any, filmed: Any, out: Path) -> None:
    service.script("status", lambda w, r: w.json({"status": "completed", "output": {"url": "/files/x.mp4"}}))
    assert export(filmed, out).state == "done"


@pytest.mark.parametrize(
    ("answer", "percent"),
    [
        ({"progress": 50}, 50.0),
        ({"progress": 0.5}, 50.0),
        ({"progress": 1}, 1.0),
        ({"progress": 1.0}, 100.0),
        ({"progress": "42%"}, 42.0),
        ({"progress": "soon"}, None),
        ({"progress": True}, None),
        ({"progress": 900}, 100.0),
        ({}, None),
    ],
)
def test_progress_is_read_in_every_form(answer: dict[str, Any], percent: float | None) -> None:
    assert read_status({"status": "processing", **answer}).percent == percent


@pytest.mark.parametrize("odd", [None, 5, "x", [], {}, {"status": 7}, {"status": None}, {"data": 5}])
def test_odd_status_answers_are_waited_through(odd: Any, service: Any, filmed: Any, out: Path) -> None:
    service.once("status", lambda w, r: w.json(odd))
    assert export(filmed, out).state == "done"


def test_a_failed_render_is_tried_once_more_under_a_new_id(service: Any, filmed: Any, out: Path) -> None:
    service.once("status", lambda w, r: w.json({"status": "failed", "error": {"message": "boom"}}))
    assert export(filmed, out).state == "done"
    ids = [one.json["id"] for one in service.of("proxy/lambda") if one.method == "POST"]
    assert len(set(ids)) == 2


def test_a_render_that_fails_twice_is_said(service: Any, filmed: Any, out: Path) -> None:
    service.script("status", lambda w, r: w.json({"status": "failed", "error": "boom"}))
    done = export(filmed, out)
    assert done.state == "failed"
    assert done.error["kind"] == "RenderError"
    assert "boom" in done.error["message"]
    assert len([one for one in service.of("proxy/lambda") if one.method == "POST"]) == 2
    assert leftovers(out) == []


def test_lost_status_answers_are_borne(service: Any, filmed: Any, out: Path) -> None:
    service.once(
        "status",
        lambda w, r: w.reset(),
        lambda w, r: w.answer(502, b"<html>", kind="text/html"),
        lambda w, r: w.json({"code": 429}, 429, "Retry-After: 0"),
        lambda w, r: w.answer(200, b"{oops"),
    )
    assert export(filmed, out).state == "done"


def test_a_render_whose_answer_was_lost_is_not_asked_for_again(service: Any, filmed: Any, out: Path) -> None:
    def script(wire: Any, request: Any) -> None:
        service.renders[request.json["id"]] = {"polls": 0}
        wire.reset()

    service.script("render", script)
    assert export(filmed, out).state == "done"
    assert len([one for one in service.of("proxy/lambda") if one.method == "POST"]) == 1


@pytest.mark.parametrize(
    "unknown",
    [
        lambda w, r: w.json({"detail": "Not Found"}, 404),
        lambda w, r: w.json({"code": "not_found", "message": "no such render"}, 404),
        lambda w, r: w.json({"code": 404, "message": "no such render"}),
    ],
)
def test_a_render_that_never_arrived_is_asked_for_once_more_under_a_new_id(
    unknown: Any, service: Any, filmed: Any, out: Path
) -> None:
    service.once("render", lambda w, r: w.reset())
    service.once("status", unknown, unknown, unknown)
    assert export(filmed, out).state == "done"
    ids = [one.json["id"] for one in service.of("proxy/lambda") if one.method == "POST"]
    assert len(set(ids)) == len(ids) == 2


def test_another_id_of_the_service_is_followed(service: Any, filmed: Any, out: Path) -> None:
    def script(wire: Any, request: Any) -> None:
        service.renders["theirs"] = {"polls": 0}
        wire.json({"code": 0, "data": {"id": "theirs"}})

    service.script("render", script)
    assert export(filmed, out).state == "done"


def theirs(service: Any) -> Any:
    def script(wire: Any, request: Any) -> None:
        service.renders["theirs"] = {"polls": 0}
        wire.json({"code": 0, "data": {"id": "theirs"}})

    return script


def test_the_file_of_a_render_with_another_id_is_fetched_under_that_id(
    service: Any, filmed: Any, out: Path
) -> None:
    def script(wire: Any, request: Any) -> None:
        if request.path == "/api/render/proxy/theirs/download":
            service.do_file(wire, request)
        else:
            wire.answer(403, b"")

    service.script("render", theirs(service))
    service.script("file", script)
    assert export(filmed, out).state == "done"
    assert out.read_bytes() == service.video


SRT = b"1\n00:00:00,500 --> 00:00:01,500\nHello there\n"


def captioned(service: Any) -> None:
    """Let renders have captions beside them, whose address holds the number of the status answer it came with."""
    given = iter(range(1, 1000))

    def status(wire: Any, request: Any) -> None:
        beside = [{"format": "srt", "url": f"{service.url}/files/{next(given)}.srt"}]
        output = {"url": f"{service.url}/files/x.mp4", "sidecars": beside}
        wire.json({"status": "completed", "output": output})

    def file(wire: Any, request: Any) -> None:
        if request.path.endswith(".srt"):
            wire.answer(200, SRT, kind="text/plain")
        else:
            service.do_file(wire, request)

    service.script("status", status)
    service.script("file", file)


@pytest.mark.parametrize("overwrite", [False, True])
def test_captions_beside_a_video_never_replace_a_file_of_the_users(
    overwrite: bool, service: Any, filmed: Any, out: Path
) -> None:
    captioned(service)
    mine = out.with_suffix(".srt")
    mine.write_bytes(b"precious")
    done = export(filmed, out, overwrite=overwrite)
    assert mine.read_bytes() == b"precious"
    assert done.result["captions"] == [str(out.with_name("out-2.srt"))]
    assert out.with_name("out-2.srt").read_bytes() == SRT


def test_captions_whose_address_is_of_no_use_any_more_are_asked_for_again(
    service: Any, filmed: Any, out: Path
) -> None:
    captioned(service)
    file = service.scripts["file"]

    def script(wire: Any, request: Any) -> None:
        if request.path == "/files/1.srt":
            wire.answer(403, b"")
        else:
            file(wire, request)

    service.script("file", script)
    assert export(filmed, out).state == "done"
    assert out.with_suffix(".srt").read_bytes() == SRT


def test_a_video_that_is_in_place_gets_its_captions_from_the_address_of_now(
    service: Any, filmed: Any, out: Path
) -> None:
    captioned(service)
    file = service.scripts["file"]
    service.script("file", lambda w, r: w.reset() if r.path.endswith(".srt") else file(w, r))
    done = export(filmed, out)
    assert done.state == "failed"
    assert out.read_bytes() == service.video
    old = {one.path for one in service.of(".srt")}
    service.script("file", file)
    again = filmed.workspace.wait(done.id, 20)
    assert again.state == "done"
    assert service.of(".srt")[-1].path not in old
    assert leftovers(out) == ["out.mp4", "out.srt"]


def test_a_long_name_of_letters_with_many_bytes_is_no_hindrance(service: Any, filmed: Any, out: Path) -> None:
    named = out.with_name("电" * 80 + ".mp4")
    assert export(filmed, named).state == "done"
    assert leftovers(out) == [named.name]


def test_a_name_that_no_folder_takes_is_said_before_anything_is_rendered(
    service: Any, filmed: Any, out: Path
) -> None:
    with pytest.raises(OutputError):
        filmed.project().start_export(path=out.with_name("电" * 90 + ".mp4"))
    assert service.of("proxy/lambda") == []


def test_an_export_that_met_a_full_disk_outside_the_download_can_go_on(
    service: Any, filmed: Any, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = [True]
    sound = JobFile.enter

    def enter(job: Any, phase: Any, **facts: Any) -> None:
        if phase == "downloading" and failing and failing.pop():
            raise OSError(28, "No space left on device")
        sound(job, phase, **facts)

    monkeypatch.setattr(JobFile, "enter", enter)
    first = export(filmed, out)
    # Whoever waits takes it up again; the one that was waiting already may have been told of the failure.
    done = first if first.state == "done" else filmed.workspace.wait(first.id, 20)
    assert done.state == "done"
    assert len([one for one in service.of("proxy/lambda") if one.method == "POST"]) == 1


def cut_after(service: Any, count: int) -> Any:
    def script(wire: Any, request: Any) -> None:
        total = len(service.video)
        asked = request.headers.get("range", "bytes=0-")
        start = int(asked.removeprefix("bytes=").rstrip("-"))
        status, span = (206, f"Content-Range: bytes {start}-{total - 1}/{total}\r\n") if start else (200, "")
        head = f'HTTP/1.1 {status} X\r\nContent-Length: {total - start}\r\nETag: "v1"\r\n{span}\r\n'
        wire.send(head.encode() + service.video[start : start + count])
        wire.keep = False

    return script


def test_a_download_is_resumed_where_it_broke(service: Any, filmed: Any, out: Path) -> None:
    service.video = MP4 + b"\x00\x04\x00\x08mdat" + os.urandom(262_144)
    service.script("file", cut_after(service, 60_000))
    done = export(filmed, out)
    assert done.state == "done"
    assert out.read_bytes() == service.video
    asked = [one.headers.get("range") for one in service.of("/files/")]
    assert asked[:2] == [None, "bytes=60000-"]
    assert service.of("/files/")[1].headers["if-range"] == '"v1"'
    assert leftovers(out) == ["out.mp4"]


def test_a_server_that_knows_no_ranges_begins_anew(service: Any, filmed: Any, out: Path) -> None:
    service.video = MP4 + b"\x00\x04\x00\x08mdat" + os.urandom(262_144)
    service.once("file", cut_after(service, 60_000))
    service.script("file", lambda w, r: w.answer(200, service.video, kind="video/mp4"))
    assert export(filmed, out).state == "done"
    assert out.read_bytes() == service.video


@pytest.mark.parametrize(
    "wrong",
    [
        lambda w, r: w.answer(206, b"xxxx", "Content-Range: bytes 0-3/40", kind="video/mp4"),
        lambda w, r: w.answer(206, b"xxxx", kind="video/mp4"),
        lambda w, r: w.answer(416, b"", "Content-Range: bytes */40"),
        lambda w, r: w.answer(503, b""),
    ],
)
def test_a_wrong_answer_to_a_resumption_spoils_nothing(
    wrong: Any, service: Any, filmed: Any, out: Path
) -> None:
    service.once("file", cut_after(service, 10), wrong)
    assert export(filmed, out).state == "done"
    assert out.read_bytes() == service.video


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_an_expired_link_is_asked_for_again(status: int, service: Any, filmed: Any, out: Path) -> None:
    service.once("file", lambda w, r: w.answer(status, b"<Error>expired</Error>", kind="application/xml"))
    before = len(service.of("lambda/"))
    assert export(filmed, out).state == "done"
    assert len(service.of("lambda/")) - before >= 3


def test_a_dead_link_falls_back_to_the_proxys_own_download(service: Any, filmed: Any, out: Path) -> None:
    def script(wire: Any, request: Any) -> None:
        if request.path.endswith("/download"):
            service.do_file(wire, request)
        else:
            wire.answer(403, b"")

    service.script("file", script)
    assert export(filmed, out).state == "done"
    assert service.violations == []


@pytest.mark.parametrize(
    "body", [b"<html>login</html>", b"", b"not a film at all", MP4[:24] + b"\x00\x01\x00\x00mdat1234"]
)
def test_what_is_no_film_never_gets_the_name(body: bytes, service: Any, filmed: Any, out: Path) -> None:
    service.script("file", lambda w, r: w.answer(200, body, kind="video/mp4"))
    done = export(filmed, out)
    assert done.state == "failed"
    assert leftovers(out) == []


def test_the_token_does_not_follow_a_download_to_another_address(
    service: Any, filmed: Any, out: Path, elsewhere: Any
) -> None:
    service.script("file", lambda w, r: w.answer(302, b"", f"Location: {elsewhere.url}/files/x.mp4?sig=1"))
    elsewhere.video = service.video
    assert export(filmed, out).state == "done"
    (fetched,) = elsewhere.requests
    assert "authorization" not in fetched.headers
    assert "x-skill-source" in fetched.headers


def test_a_download_that_leads_in_circles_ends(service: Any, filmed: Any, out: Path) -> None:
    service.script("file", lambda w, r: w.answer(302, b"", "Location: /files/again.mp4"))
    done = export(filmed, out)
    assert done.error["code"] == "redirect"


def test_an_empty_timeline_is_said_before_anything_is_sent(service: Any, client: Any, out: Path) -> None:
    with pytest.raises(UserError) as caught:
        client.project().start_export(path=out)
    assert caught.value.code == "empty_timeline"
    service.script("chat", lambda wire, request: wire.events({"content": {"parts": [{"text": "Hi."}]}}))
    client.turn("hello")
    with pytest.raises(UserError):
        client.project().start_export(path=out)
    assert service.of("proxy/lambda") == []


def test_an_output_that_can_not_be_written_is_said_before_anything_is_rendered(
    service: Any, filmed: Any, out: Path
) -> None:
    out.write_bytes(b"precious")
    with pytest.raises(OutputError) as caught:
        filmed.project().start_export(path=out)
    assert caught.value.code == "output_exists"
    with pytest.raises(OutputError) as caught:
        filmed.project().start_export(path=out.parent / "nowhere" / "x.mp4")
    assert caught.value.code == "output_folder_missing"
    assert service.of("proxy/lambda") == []
    assert export(filmed, out, overwrite=True).state == "done"
    assert out.read_bytes() == service.video


def test_a_file_that_appeared_meanwhile_is_not_overwritten(service: Any, filmed: Any, out: Path) -> None:
    def script(wire: Any, request: Any) -> None:
        out.write_bytes(b"precious")
        service.do_file(wire, request)

    service.once("file", script)
    done = export(filmed, out)
    assert done.error["code"] == "output_exists"
    assert out.read_bytes() == b"precious"
    out.unlink()
    assert filmed.workspace.wait(done.id, 20).state == "done"
    assert len([one for one in service.of("proxy/lambda") if one.method == "POST"]) == 1


@pytest.mark.parametrize(
    "wrong", [{"format": "exe"}, {"format": "srt"}, {"height": 4000}, {"height": 0}, {"version": 99}]
)
def test_wrong_arguments_are_told(wrong: dict[str, Any], filmed: Any) -> None:
    with pytest.raises(ArgumentError):
        filmed.project().start_export(**wrong)


def test_a_name_that_ends_otherwise_is_refused(filmed: Any, out: Path) -> None:
    with pytest.raises(ArgumentError):
        filmed.project().start_export(path=out.with_suffix(".gif"))


def test_without_a_place_the_file_goes_into_the_project(filmed: Any) -> None:
    first, second = export(filmed, None), export(filmed, None)
    assert first.result["path"] != second.result["path"]
    assert Path(first.result["path"]).parent == filmed.project().path / "renders"


def held(service: Any) -> tuple[Any, threading.Event]:
    arrived = threading.Event()

    def script(wire: Any, request: Any) -> None:
        arrived.set()
        wire.json({"status": "processing", "progress": 10})

    return script, arrived


def test_a_killed_export_is_found_again_by_its_handle(
    service: Any, filmed: Any, make_client: Any, out: Path
) -> None:
    script, arrived = held(service)
    service.script("status", script)
    job = filmed.project().start_export(path=out)
    assert arrived.wait(10)
    process = filmed.workspace.follower._runners[job.id]
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    del service.scripts["status"]
    other = make_client(service.url).workspace
    assert other.wait(job.id, 20).state == "done"
    assert len([one for one in service.of("proxy/lambda") if one.method == "POST"]) == 1
    assert out.read_bytes() == service.video


def test_a_running_export_blocks_no_edit(service: Any, filmed: Any, out: Path) -> None:
    script, arrived = held(service)
    service.script("status", script)
    job = filmed.project().start_export(path=out)
    assert arrived.wait(10)
    turn = filmed.project().start_turn("add music")
    assert filmed.workspace.wait(turn.id, 20).state == "done"
    del service.scripts["status"]
    assert filmed.workspace.wait(job.id, 20).state == "done"


def test_the_cloud_knows_no_cancel_so_the_export_is_only_no_longer_watched(
    service: Any, filmed: Any, out: Path
) -> None:
    script, arrived = held(service)
    service.script("status", script)
    job = filmed.project().start_export(path=out)
    assert arrived.wait(10)
    view = filmed.workspace.cancel(job.id)
    assert view.state == "cancelled"
    assert "No longer watched" in view.note
    assert service.violations == []
    assert leftovers(out) == []


def test_a_finished_job_stays_as_it_is(service: Any, filmed: Any, out: Path) -> None:
    done = export(filmed, out)
    assert filmed.workspace.cancel(done.id).state == "done"
    with pytest.raises(ArgumentError):
        filmed.workspace.job("export-0000000000000000")
    with pytest.raises(ArgumentError):
        filmed.workspace.job("../../etc/passwd")


def test_a_project_can_not_be_deleted_while_it_renders(service: Any, filmed: Any, out: Path) -> None:
    script, arrived = held(service)
    service.script("status", script)
    job = filmed.project().start_export(path=out)
    assert arrived.wait(10)
    with pytest.raises(BusyError):
        filmed.workspace.delete("film")
    filmed.workspace.cancel(job.id)
    filmed.workspace.delete("film")
    assert filmed.workspace.projects() == ()
    assert JobFile.read(filmed.workspace.context.places.projects, clock=filmed.workspace.clock) is None


def test_progress_never_runs_backwards_and_the_time_left_is_passed_on(
    service: Any, filmed: Any, out: Path
) -> None:
    """The first render fails at 60 percent; the second begins anew."""
    service.once(
        "status",
        lambda w, r: w.json({"status": "processing", "progress": 60, "left_s": 12}),
        lambda w, r: w.json({"status": "failed", "error": "boom"}),
        lambda w, r: w.json({"status": "processing", "progress": 5}),
        lambda w, r: w.json({"status": "processing", "progress": 80}),
    )
    seen: list[Any] = []
    job = filmed.project().start_export(path=out)
    assert filmed.workspace.wait(job.id, 30, seen.append).state == "done"
    told = [one.percent for one in seen if one.percent is not None]
    assert told == sorted(told)
    assert told[-1] == 100
    assert {one.left_s for one in seen} <= {None, 12}
    assert seen[-1].left_s is None


def test_a_full_disk_leaves_nothing_and_names_the_job_to_wait_for_again(
    service: Any, filmed: Any, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int) -> None:
        """The journals' disk takes more, the film's does not."""
        if any(os.path.sameopenfile(descriptor, part) for part in parts()):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def parts() -> list[int]:
        return [
            one
            for one in map(int, os.listdir("/proc/self/fd"))
            if os.path.exists(f"/proc/self/fd/{one}")
            and Path(os.readlink(f"/proc/self/fd/{one}")).parent == out.parent
        ]

    with monkeypatch.context() as patched:
        patched.setattr("mango_skill.client.download.os.fsync", refuse)
        done = export(filmed, out)
    assert done.state == "failed"
    assert done.error["code"] == "disk_full"
    assert done.id in done.error["hint"]
    assert leftovers(out) == []
    again = filmed.workspace.wait(done.id, 30)
    assert again.state == "done"
    assert leftovers(out) == ["out.mp4"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"format": "otio"}, "format"),
        ({"format": "jpg", "output": {"at": 1000}}, "format"),
        ({"format": "webp"}, "format"),
        ({"output": {"range": [0, 1000]}}, "range"),
    ],
)
def test_what_the_cloud_does_not_write_is_refused_before_it_is_asked(
    service: Any, filmed: Any, more: dict[str, Any], code: str
) -> None:
    with pytest.raises(ArgumentError) as caught:
        filmed.project().start_export(**more)
    assert caught.value.code == code
    assert "local" in caught.value.hint
    assert service.of("proxy/lambda") == []


def test_a_name_of_the_users_is_the_files_and_never_another_ones(filmed: Any, out: Path) -> None:
    first = export(filmed, out.parent, name="holiday: day/one?")
    second = export(filmed, out.parent, name="holiday: day/one?")
    assert Path(first.result["path"]).name == "holiday day one.mp4"
    assert Path(second.result["path"]).name == "holiday day one-2.mp4"
