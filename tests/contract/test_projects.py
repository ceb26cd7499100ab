"""Projects, their housekeeping, and the states a disk can be in."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mango_skill.client import journal
from mango_skill.client.locks import FileLock
from mango_skill.errors import ArgumentError, BusyError, ConfigurationError

MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"\x00\x00\x00\x10moov\x00\x00\x00\x00abcd"


def test_projects_are_listed_with_what_is_in_them_the_latest_first(
    service: Any, client: Any, tmp_path: Path
) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(MP4)
    client.project("one").upload([clip])
    client.turn("make it better", project="one")
    os.utime(client.project("one").path / "project.json", (1, 1))
    os.utime(client.project("one").path / "jobs", (1, 1))
    client.project("two")
    os.utime(client.project("one").path / "project.json", (1, 1))
    first, second = client.workspace.projects()
    assert (first.name, second.name) == ("two", "one")
    assert second.files == ("clip.mp4",)
    assert second.versions >= 1
    assert second.size > 0
    assert not second.running


def test_names_that_look_alike_are_different_projects(client: Any) -> None:
    names = ["Film", "film", "film!", "电影", "../film", "CON", "a" * 120]
    paths = {client.project(name).path for name in names}
    assert len(paths) == len(names)
    assert all(path.parent == client.workspace.context.places.projects for path in paths)
    for wrong in ("", "  ", "a" * 121):
        with pytest.raises(ArgumentError):
            client.project(wrong)


def test_a_project_without_a_name_gets_one(client: Any) -> None:
    assert client.workspace.open_project().name != client.workspace.open_project().name


def test_a_new_project_does_not_take_over_an_old_one(client: Any) -> None:
    client.project("film")
    with pytest.raises(ArgumentError):
        client.workspace.open_project("film", new=True)


def test_a_project_stays_with_its_backend(
    service: Any, client: Any, make_client: Any, tmp_path: Path
) -> None:
    client.turn("make a film of waves")
    other = make_client(service.url, kind="engine")
    with pytest.raises(ConfigurationError) as caught:
        other.project("film")
    assert caught.value.code == "other_backend"


def test_a_project_that_no_backend_has_anything_of_goes_with_the_one_it_is_opened_with(
    service: Any, elsewhere: Any, make_client: Any
) -> None:
    make_client(service.url).project("film")
    here = make_client(elsewhere.url, kind="engine")
    here.project("film").path.joinpath("session.json").write_text('{"session_id": "s1"}')
    assert here.project("film").view().backend == "engine"
    with pytest.raises(ConfigurationError) as caught:
        make_client(service.url).project("film")
    assert caught.value.code == "other_backend"


def test_a_session_is_not_taken_to_another_service(service: Any, elsewhere: Any, make_client: Any) -> None:
    make_client(service.url).turn("make a film of waves")
    with pytest.raises(ConfigurationError) as caught:
        make_client(elsewhere.url).project("film")
    assert caught.value.code == "other_backend"
    assert service.url in caught.value.message


@pytest.mark.parametrize("name", ["session.json", "uploads.json", "project.json"])
def test_what_can_not_be_read_just_now_is_not_written_over(name: str, service: Any, client: Any) -> None:
    client.turn("make a film of waves")
    path = client.project().path / name
    path.unlink(missing_ok=True)
    path.mkdir()
    with pytest.raises(ConfigurationError) as caught:
        client.project().upload([], ["https://example.com/a.mp4"])
    assert caught.value.code == "not_readable"
    assert path.is_dir()


def test_a_project_is_not_deleted_while_a_turn_of_it_begins(service: Any, client: Any) -> None:
    client.turn("make a film of waves")
    path = client.project().path
    with FileLock(path / "start.lock") as lock:
        assert lock.acquire()
        with pytest.raises(BusyError):
            client.workspace.delete("film")
    assert path.exists()


def test_folders_and_logs_are_their_owners_only(service: Any, client: Any, tmp_path: Path) -> None:
    logs = tmp_path / "mango" / "logs"
    logs.mkdir(parents=True, mode=0o755)
    (logs / "client.log").touch(0o644)
    client.turn("make a film of waves")
    job = client.project().start_export()
    assert client.workspace.wait(job.id, 30).state == "done"
    home = tmp_path / "mango"
    folders = [home / "projects", home / "identity", logs, client.project().path / "renders"]
    assert [one.name for one in folders if one.stat().st_mode & 0o077] == []
    files = [one for one in home.rglob("*") if one.is_file() and one.suffix != ".mp4"]
    assert {"client.log", "runner.log"} <= {one.name for one in files}
    assert [one.name for one in files if one.stat().st_mode & 0o077 and one.name != ".pruned"] == []


def test_a_deleted_project_leaves_nothing(service: Any, client: Any) -> None:
    client.turn("make a film of waves")
    path = client.project().path
    client.workspace.delete("film")
    assert not path.exists()
    with pytest.raises(ArgumentError):
        client.workspace.delete("film")


def test_old_projects_go_by_retention_and_large_ones_by_quota(client: Any) -> None:
    workspace = client.workspace
    for age, name in enumerate(["new", "mid", "old"]):
        project = client.project(name)
        (project.path / "renders").mkdir()
        (project.path / "renders" / "x.mp4").write_bytes(bytes(600_000))
        stamp = workspace.clock.now() - age * 86_400 * 20
        for part in (project.path / "project.json",):
            os.utime(part, (stamp, stamp))
    assert workspace.prune() == ("old",)
    workspace.context = replace(workspace.context, quota_bytes=500_000)
    assert workspace.prune() == ("mid",)
    assert [one.name for one in workspace.projects()] == ["new"]


def test_a_project_that_is_worked_on_is_not_pruned(client: Any) -> None:
    old, _ = client.project("old"), client.project("new")
    os.utime(old.path / "project.json", (1, 1))
    with FileLock(old.path / "edit.lock") as lock:
        assert lock.acquire()
        assert client.workspace.prune() == ()
    assert client.workspace.prune() == ("old",)


def test_a_broken_journal_is_passed_over(service: Any, client: Any) -> None:
    client.turn("make a film of waves")
    folder = client.project().path / "jobs"
    (folder / "turn-0000000000000000.json").write_text('{"schema": "mango.job/1", "id"')
    (folder / "notes.json").write_text("{}")
    assert len(client.workspace.jobs()) == 1


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "x.json"
    journal.write_json(path, {"a": 1})
    with pytest.raises(TypeError):
        journal.write_json(path, {"a": object()})
    assert journal.read_json(path) == {"a": 1}
    assert [one.name for one in path.parent.iterdir()] == ["x.json"]
    assert path.stat().st_mode & 0o077 == 0


def test_a_data_folder_that_can_not_be_written_is_said(service: Any, client: Any, tmp_path: Path) -> None:
    (tmp_path / "mango").write_text("a file stands where the folder should be")
    for call in (lambda: client.project("film"), client.workspace.connect):
        with pytest.raises(ConfigurationError) as caught:
            call()
        assert caught.value.code == "not_writable"
        assert "MANGO_HOME" in caught.value.hint


def test_the_journal_of_a_job_keeps_what_was_asked_and_what_came_of_it(service: Any, client: Any) -> None:
    record = client.turn("make a film of waves")
    stored = json.loads((client.project().path / "jobs" / f"{record['id']}.json").read_text())
    assert stored["message"] == "make a film of waves"
    assert stored["state"] == "done"
    assert stored["facts"]["balance_before"] == stored["facts"]["balance_after"] == 100.0
