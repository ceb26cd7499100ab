"""Footage on its way into the engine."""

from __future__ import annotations

import hashlib
import http.client
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from mango_skill.engine import process, receiving
from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.places import Places
from mango_skill.engine.service import Seams, Service
from mango_skill.errors import MediaError
from mango_skill.protocol import endpoints
from mango_skill.settings import Settings
from tests.engine.service.driving import (
    Caller,
    RunningEngine,
    Start,
    examine_by_name,
    wait_until,
    write_sound,
)


def media_files(engine: RunningEngine, caller: Caller) -> list[Path]:
    return sorted(engine.places.media(caller.session_id).iterdir())


def test_an_uploaded_file_is_listed_and_lies_on_the_draft(caller: Caller, sound: Path) -> None:
    answer = caller.upload(sound)
    assert answer.json()["code"] == 0
    (described,) = answer.json()["data"]["files"]
    assert described["name"] == "voice.wav"
    assert described["kind"] == "audio"
    assert described["size"] == sound.stat().st_size
    state = caller.state()
    assert state["video_infos"] == [described]
    assert state["draft_version"] == answer.json()["data"]["draft_version"] == 1
    assert [track["sg"] for track in state["draft"]["t"] if track["sg"]]


def test_the_file_arrives_byte_for_byte_under_a_random_name(
    engine: RunningEngine, caller: Caller, tmp_path: Path
) -> None:
    content = b"\r\n--boundary\r\n" * 200_000 + b"\r\n"
    source = tmp_path / "tricky.bin"
    source.write_bytes(content)
    caller.upload(source)
    (stored,) = media_files(engine, caller)
    assert stored.read_bytes() == content
    assert "tricky" not in stored.name
    assert stored.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\clip.mp4", "clip.mp4"),
        ("день 1 😀.mp4", "день 1 😀.mp4"),
        ("a\x01b\x7f.mp4", "ab.mp4"),
        ("..", "file"),
        ("a.mp4 .", "a.mp4"),
        ("x" * 300 + ".mp4", "x" * 190 + ".mp4"),
    ],
)
def test_names_are_shown_without_path_or_control_characters(sent: str, shown: str) -> None:
    """Pure: no client library sends all of these as they are."""
    assert receiving.tidy_name(sent) == shown


def test_a_name_in_utf_8_survives_the_form(caller: Caller, sound: Path) -> None:
    caller.upload(sound, "день 😀.wav")
    assert caller.state()["video_infos"][0]["name"] == "день 😀.wav"


def test_the_same_content_twice_is_one_file(engine: RunningEngine, caller: Caller, sound: Path) -> None:
    first = caller.upload(sound).json()["data"]
    second = caller.upload(sound, "again.wav").json()["data"]
    assert first["files"] == second["files"]
    assert first["draft_version"] == second["draft_version"]
    assert len(media_files(engine, caller)) == 1


def test_the_same_content_in_two_sessions_is_two_files(caller: Caller, sound: Path) -> None:
    other = caller.new_session()
    first, second = caller.upload(sound).json(), other.upload(sound).json()
    assert first["data"]["files"][0]["id"] != second["data"]["files"][0]["id"]


def test_several_files_in_one_form_keep_their_order(caller: Caller, tmp_path: Path) -> None:
    paths = [write_sound(tmp_path / f"{number}.wav", value=number) for number in range(3)]
    files = [("files", (path.name, path.read_bytes())) for path in paths]
    caller.call(endpoints.UPLOAD, files=files)
    assert [info["name"] for info in caller.state()["video_infos"]] == ["0.wav", "1.wav", "2.wav"]


def refuse_texts(path: str) -> MediaInfo:
    if Path(path).read_bytes().startswith(b"text"):
        raise MediaError("The file is a text.", code="4001", hint="Send one of these: mp4.")
    return examine_by_name(path)


def test_an_unsupported_file_is_4001_and_leaves_nothing(start_engine: Start) -> None:
    engine = start_engine(seams=Seams(examine=refuse_texts))
    caller = engine.caller()
    answer = caller.call(endpoints.UPLOAD, files={"files": ("a.mp4", b"text")})
    assert (answer.status_code, answer.json()["code"]) == (415, 4001)
    assert answer.json()["message"] == "a.mp4: The file is a text."
    assert answer.json()["hint"] == "Send one of these: mp4."
    assert media_files(engine, caller) == []
    assert caller.state()["video_infos"] == []


def test_one_bad_file_among_good_ones_is_named_and_the_others_stay(start_engine: Start) -> None:
    caller = start_engine(seams=Seams(examine=refuse_texts)).caller()
    files = [("files", ("good.wav", b"good")), ("files", ("bad.mp4", b"text"))]
    data = caller.call(endpoints.UPLOAD, files=files).json()["data"]
    assert [file["name"] for file in data["files"]] == ["good.wav"]
    assert [(file["name"], file["code"]) for file in data["refused"]] == [("bad.mp4", 4001)]


def test_a_real_sound_and_a_text_called_mp4_are_told_apart(start_engine: Start, sound: Path) -> None:
    """The whole way with the real look at the file, in its child process."""
    caller = start_engine(seams=Seams()).caller()
    (described,) = caller.upload(sound, "voice.mp4").json()["data"]["files"]
    assert (described["format"], described["duration"]) == ("wav", 1000)
    refused = caller.call(endpoints.UPLOAD, files={"files": ("a.mp4", b"ffconcat version 1.0\nfile x")})
    assert refused.json()["code"] == 4001
    assert refused.json()["message"].startswith("a.mp4: The file is a list of other files")


def test_a_file_larger_than_the_disk_s_room_is_4002_before_its_first_byte(
    engine: RunningEngine, caller: Caller
) -> None:
    line = http.client.HTTPConnection(urlsplit(engine.url).netloc, timeout=10)
    line.putrequest("POST", endpoints.UPLOAD.path(session_id=caller.session_id))
    for name, value in caller.headers.items():
        line.putheader(name, value)
    line.putheader("Content-Type", "multipart/form-data; boundary=x")
    line.putheader("Content-Length", str(10**15))
    line.endheaders()
    answer = line.getresponse()
    assert answer.status == 413
    assert b'"code": 4002' in answer.read()
    line.close()


def test_a_disk_that_fills_below_the_reserve_is_4002(
    start_engine: Start, sound: Path, tmp_path: Path
) -> None:
    free = shutil.disk_usage(tmp_path).free
    caller = start_engine(settings=Settings(free_disk_reserve_bytes=free * 2)).caller()
    answer = caller.upload(sound)
    assert answer.json()["code"] == 4002
    assert "disk" in answer.json()["message"]


def test_a_write_that_fails_for_lack_of_space_is_one_clear_sentence() -> None:
    """Pure: a full disk is not made at test time."""
    error = receiving.disk_error(OSError(28, "No space left on device"))
    assert (error.code, error.message) == ("disk_full", "The disk is full.")


def test_an_upload_that_breaks_off_leaves_nothing_and_can_be_repeated(
    engine: RunningEngine, caller: Caller, sound: Path
) -> None:
    line = http.client.HTTPConnection(urlsplit(engine.url).netloc, timeout=10)
    line.putrequest("POST", endpoints.UPLOAD.path(session_id=caller.session_id))
    for name, value in caller.headers.items():
        line.putheader(name, value)
    line.putheader("Content-Type", "multipart/form-data; boundary=x")
    line.putheader("Content-Length", "100000000")
    line.endheaders()
    line.send(
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.mp4"\r\n\r\n' + b"a" * 3_000_000
    )
    folder = engine.places.media(caller.session_id)
    wait_until(lambda: any(path.stat().st_size for path in folder.iterdir()), "the first bytes")
    line.close()
    wait_until(lambda: not list(folder.iterdir()), "the removal")
    assert caller.upload(sound).json()["code"] == 0


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"not a form"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; filename=a\r\n\r\nabc"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
        ),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"A: " + b"b" * 100_000 + b"\r\n\r\n\r\n--x--\r\n"),
        ("multipart/form-data; boundary=" + "x" * 5000, b""),
        ("application/octet-stream", b"abc"),
        ("", b"abc"),
    ],
)
def test_a_body_that_is_no_form_with_files_gets_a_clear_422(
    engine: RunningEngine, caller: Caller, content_type: str, body: bytes
) -> None:
    answer = caller.call(endpoints.UPLOAD, data=body, headers={"Content-Type": content_type or None})
    assert (answer.status_code, answer.json()["code"]) == (422, 422)
    assert media_files(engine, caller) == []


def test_deleting_a_session_removes_its_footage_drafts_and_renders(
    engine: RunningEngine, caller: Caller, sound: Path
) -> None:
    caller.upload(sound)
    folder = engine.places.sessions / caller.session_id
    assert folder.exists()
    assert caller.call(endpoints.DELETE_SESSION).json()["data"] == {"deleted": caller.session_id}
    assert not folder.exists()
    assert caller.call(endpoints.STATE).json()["code"] == 1002


def test_a_session_deleted_while_its_upload_is_looked_at_is_1002_and_leaves_nothing(
    start_engine: Start, sound: Path
) -> None:
    looking, go_on = threading.Event(), threading.Event()

    def look(path: str) -> MediaInfo:
        found = examine_by_name(path)
        looking.set()
        assert go_on.wait(20)
        return found

    engine = start_engine(seams=Seams(examine=look))
    caller = engine.caller()
    with ThreadPoolExecutor() as pool:
        upload = pool.submit(caller.upload, sound)
        assert looking.wait(20)
        other = replace(caller, http=requests.Session())
        assert other.call(endpoints.DELETE_SESSION).json()["code"] == 0
        go_on.set()
        assert upload.result().json()["code"] == 1002
    assert not (engine.places.sessions / caller.session_id).exists()


def test_footage_untouched_for_the_retention_time_is_removed_with_its_session(
    start_engine: Start, sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "SETTLE_S", 0)
    now = [1_000_000_000.0]
    seams = Seams(clock=lambda: now[0], examine=examine_by_name)
    settings = Settings(free_disk_reserve_bytes=0, retention_days=5)
    engine = start_engine(seams=seams, settings=settings)
    old = engine.caller()
    old.upload(sound)
    now[0] += 4 * 86_400
    recent = engine.caller()
    recent.upload(sound)
    engine.stop()
    now[0] += 2 * 86_400
    engine = start_engine(seams=seams, settings=settings)
    wait_until(lambda: not (engine.places.sessions / old.session_id).exists(), "the removal")
    assert (engine.places.sessions / recent.session_id).exists()


def test_beyond_the_quota_the_session_used_longest_ago_goes(
    start_engine: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "SETTLE_S", 0)
    now = [1_000_000_000.0]
    seams = Seams(clock=lambda: now[0], examine=examine_by_name)
    settings = Settings(free_disk_reserve_bytes=0, quota_bytes=1_500_000)
    engine = start_engine(seams=seams, settings=settings)
    callers = []
    for number in range(2):
        now[0] += 86_400
        big = tmp_path / f"{number}.wav"
        big.write_bytes(hashlib.sha256(bytes([number])).digest() * 32_000)
        callers.append(engine.caller())
        callers[-1].upload(big)
    engine.stop()
    engine = start_engine(seams=seams, settings=settings)
    wait_until(lambda: not (engine.places.sessions / callers[0].session_id).exists(), "the removal")
    assert (engine.places.sessions / callers[1].session_id).exists()


def filled(service: Service, places: Places, size: int) -> str:
    """Return a new session of the service whose files take so much."""
    token = service.anonymous_token(service.client_id)["token"]
    session_id: str = service.create_session(service.account(f"Bearer {token}"), language="en")["session_id"]
    (places.renders(session_id) / "r.mp4").write_bytes(bytes(size))
    return session_id


def test_the_quota_never_takes_what_is_in_use(tmp_path: Path) -> None:
    """Neither the one used last, however long ago, nor others that were in use within the hour."""
    now, places = [1_000_000_000.0], Places(tmp_path)
    settings = Settings(quota_bytes=1_000_000)
    service = Service(places, settings, url="http://x", seams=Seams(clock=lambda: now[0]))
    left = filled(service, places, 700_000)
    now[0] += 3600
    used = [filled(service, places, 2_000_000), filled(service, places, 2_000_000)]
    service.tidy()
    assert {path.name for path in places.sessions.iterdir()} == set(used)
    assert left not in used
    now[0] += 86_400
    service.tidy()
    assert {path.name for path in places.sessions.iterdir()} == {used[1]}
    service.stop(wait_s=1)


def test_a_session_that_can_t_be_removed_keeps_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, places = [1_000_000_000.0], Places(tmp_path)
    service = Service(places, Settings(), url="http://x", seams=Seams(clock=lambda: now[0]))
    stuck = filled(service, places, 10)
    now[0] += 100
    filled(service, places, 10)
    now[0] += 100 * 86_400
    remove = Places.remove

    def fail(self: Places, session_id: str) -> None:
        if session_id == stuck:
            raise PermissionError("in use")
        remove(self, session_id)

    monkeypatch.setattr(Places, "remove", fail)
    service.tidy()
    assert [path.name for path in places.sessions.iterdir()] == [stuck]
    service.stop(wait_s=1)


def test_tidying_goes_on_after_a_failed_round(start_engine: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[int] = []

    def tidy(self: Service) -> None:
        rounds.append(1)
        if len(rounds) == 1:
            raise OSError("the disk")

    monkeypatch.setattr(Service, "tidy", tidy)
    monkeypatch.setattr(process, "SETTLE_S", 0)
    monkeypatch.setattr(process, "TIDY_S", 0.01)
    start_engine()
    wait_until(lambda: len(rounds) > 1, "the second round")


def test_a_file_beyond_the_quota_is_4002(start_engine: Start, tmp_path: Path) -> None:
    engine = start_engine(settings=Settings(free_disk_reserve_bytes=0, quota_bytes=1_000_000))
    caller = engine.caller()
    big = tmp_path / "big.wav"
    big.write_bytes(bytes(1_100_000))
    answer = caller.upload(big).json()
    assert (answer["code"], "quota_bytes" in answer["hint"]) == (4002, True)
    assert media_files(engine, caller) == []


def test_leftovers_of_a_killed_engine_are_swept_at_the_next_start(start_engine: Start, sound: Path) -> None:
    engine = start_engine()
    caller = engine.caller()
    caller.upload(sound)
    kept = media_files(engine, caller)
    (engine.places.media(caller.session_id) / "half.part").write_bytes(b"half")
    (engine.places.sessions / "gone" / "media").mkdir(parents=True)
    engine.stop()
    engine = start_engine()
    assert media_files(engine, caller) == kept
    assert not (engine.places.sessions / "gone").exists()
