"""The engine as a program: started, killed, stopped, and what it may not need."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from mango_skill.engine import children
from mango_skill.engine.store import Store
from mango_skill.engine.store.database import Database
from mango_skill.engine.store.migrations import MIGRATIONS
from mango_skill.errors import EngineError, OutputError
from tests.engine.service.driving import Caller, connect, read_record, stop, wait_until

ROOT = Path(__file__).resolve().parents[3]
Program = subprocess.Popen[str]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "data" / "engine"


@pytest.fixture
def run_engine(tmp_path: Path, home: Path) -> Iterator[Callable[..., Program]]:
    """Starts the program as launch does. ``prelude`` is Python that runs before it; none is left over."""
    running: list[Program] = []

    def run(*arguments: str, prelude: str = "", **environ: str) -> Program:
        starter = f"{prelude}\nimport runpy, sys\nsys.argv[0] = 'engine'\n"
        starter += "runpy.run_module('mango_skill.engine', run_name='__main__')"
        script = tmp_path / "starter.py"
        script.write_text(starter, encoding="utf-8")
        command = [str(script)] if prelude else ["-m", "mango_skill.engine"]
        program = subprocess.Popen(
            [sys.executable, *command, "--home", str(home), *arguments],
            env={**children.environment(), "MANGO_HOME": str(tmp_path / "data"), **environ},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(program)
        return program

    yield run
    for program in running:
        if program.poll() is None:
            program.kill()
        program.communicate()


def record_of(program: Program, home: Path) -> dict[str, Any]:
    def found() -> dict[str, Any] | None:
        record = read_record(home)
        return record if record is not None and record["pid"] == program.pid else None

    record: dict[str, Any] = wait_until(found, "engine.json")
    return record


def rendering_with(command: list[str]) -> str:
    """Code that lets an engine render with another program; every other child stays as it is."""
    return f"""
from mango_skill.engine import jobs
usual = jobs.children.command
jobs.children.command = lambda module: {command!r} if ".render." in module else usual(module)
"""


def ended(program: Program) -> tuple[int, str]:
    _, said = program.communicate(timeout=20)
    return program.returncode, said


def test_it_starts_with_client_router_replies_tools_and_skill_blocked(
    run_engine: Callable[..., Program], home: Path, sound: Path
) -> None:
    """Client and engine meet over HTTP alone; and no library that reads media is ever in this process."""
    blocked = [
        f"mango_skill.{room}" for room in ("client", "router", "replies", "tools", "skill", "launch", "cli")
    ]
    prelude = f"""
import sys
class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.startswith(tuple({blocked!r})) or name.split(".")[0] in ("av", "numpy", "PIL", "requests", "rich"):
            raise ImportError("blocked: " + name)
sys.meta_path.insert(0, Wall())
"""
    record = record_of(run_engine(prelude=prelude), home)
    caller = connect(record)
    assert caller.upload(sound).json()["code"] == 0
    assert caller.events("remove the silence")[-1]["content"]["parts"][0]["text"]
    assert caller.export("r1").json()["code"] == 0


def test_kill_9_loses_no_session_upload_or_draft_and_a_running_render_starts_again(
    run_engine: Callable[..., Program],
    home: Path,
    sound: Path,
    worker: Callable[[str], list[str]],
    tmp_path: Path,
) -> None:
    body = """
with open(home / "runs", "a") as runs: runs.write("x")
while not (home / "go").exists():
    say(progress=1, stage="encode")
    time.sleep(0.01)
output.write_bytes(b"video")
say(done={"duration": 1000})
"""
    prelude = rendering_with(worker(body))
    first = run_engine(prelude=prelude)
    caller = connect(record_of(first, home))
    caller.upload(sound)
    before = caller.state()
    caller.export("r1")
    wait_until((tmp_path / "runs").exists, "the worker")
    first.send_signal(signal.SIGKILL)
    assert ended(first)[0] == -signal.SIGKILL

    record = record_of(run_engine(prelude=prelude), home)
    again = Caller(record["url"], caller.headers, caller.session_id, caller.http)
    assert again.state() == before
    wait_until(lambda: (tmp_path / "runs").read_text() == "xx", "the second worker")
    (tmp_path / "go").touch()
    wait_until(lambda: again.status("r1")["status"] == "completed", "the render")
    link = again.status("r1")["output"]["url"]
    assert requests.get(link, timeout=10).content == b"video"


def test_a_render_that_keeps_taking_the_engine_with_it_is_given_up(
    run_engine: Callable[..., Program],
    home: Path,
    sound: Path,
    worker: Callable[[str], list[str]],
    tmp_path: Path,
) -> None:
    body = """
with open(home / "runs", "a") as runs: runs.write("x")
while True:
    say(progress=1, stage="encode")
    time.sleep(0.01)
"""
    prelude = f"{rendering_with(worker(body))}jobs.MAX_ATTEMPTS = 2\n"
    caller: Caller | None = None
    for number in range(1, 3):
        program = run_engine(prelude=prelude)
        record = record_of(program, home)
        if caller is None:
            caller = connect(record)
            caller.upload(sound)
            caller.export("r1")
        wait_until(
            lambda number=number: (
                (tmp_path / "runs").exists() and (tmp_path / "runs").read_text() == "x" * number
            ),
            "the worker",
        )
        program.kill()
        program.wait(timeout=20)
    assert caller is not None
    record = record_of(run_engine(prelude=prelude), home)
    status = Caller(record["url"], caller.headers, caller.session_id, caller.http).status("r1")
    assert (status["status"], status["error"]["code"]) == ("failed", "render_died")


def test_a_second_engine_on_the_same_folder_says_so(run_engine: Callable[..., Program], home: Path) -> None:
    first = run_engine()
    record = record_of(first, home)
    code, said = ended(run_engine())
    assert code == 3
    assert (
        said
        == "An engine is already running on this folder. Use it, or stop it first with: mango engine stop\n"
    )
    assert read_record(home) == record


def test_the_proven_stop_ends_it_cleanly(run_engine: Callable[..., Program], home: Path) -> None:
    program = run_engine()
    stop(record_of(program, home))
    assert ended(program) == (0, "")
    assert read_record(home) is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(run_engine: Callable[..., Program], home: Path, number: int) -> None:
    program = run_engine()
    record_of(program, home)
    program.send_signal(number)
    assert ended(program) == (0, "")
    assert read_record(home) is None


def test_an_idle_engine_ends_by_itself(run_engine: Callable[..., Program], home: Path) -> None:
    program = run_engine("--idle-minutes", "0.001")
    assert ended(program) == (0, "")
    assert read_record(home) is None


def test_an_engine_with_a_running_render_is_not_idle(
    run_engine: Callable[..., Program],
    home: Path,
    sound: Path,
    worker: Callable[[str], list[str]],
    tmp_path: Path,
) -> None:
    body = """
while not (home / "go").exists(): time.sleep(0.01)
output.write_bytes(b"video")
say(done={})
"""
    prelude = (
        f"{rendering_with(worker(body))}from mango_skill.engine import process\nprocess._WATCH_S = 0.05\n"
    )
    program = run_engine("--idle-minutes", "0.005", prelude=prelude)
    caller = connect(record_of(program, home))
    caller.upload(sound)
    caller.export("r1")
    with pytest.raises(subprocess.TimeoutExpired):
        program.wait(timeout=1)
    (tmp_path / "go").touch()
    assert ended(program)[0] == 0


def test_a_folder_that_can_t_be_made_is_one_sentence(run_engine: Callable[..., Program], home: Path) -> None:
    home.parent.mkdir(parents=True)
    home.write_text("in the way")
    code, said = ended(run_engine())
    assert code == 1
    assert said.startswith("The engine's folder can't be written:")
    assert "Traceback" not in said


@pytest.mark.parametrize("in_the_way", ["logs", "engine/engine.json", "engine/sessions"])
def test_what_can_t_be_written_there_is_one_sentence(
    run_engine: Callable[..., Program], home: Path, in_the_way: str
) -> None:
    """Something else stands where the engine writes; permissions would not stop a test that root runs."""
    place = home.parent / in_the_way
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.suffix:
        (place / "not empty").mkdir(parents=True)
    else:
        place.write_text("in the way")
    code, said = ended(run_engine())
    assert code == 1
    assert said.startswith("The engine's folder can't be used:")
    assert said.count("\n") == 1


def test_bad_settings_are_one_sentence(run_engine: Callable[..., Program], home: Path) -> None:
    config = home.parent / "config"
    config.mkdir(parents=True)
    (config / "config.yaml").write_text("links: maybe\n")
    code, said = ended(run_engine())
    assert code == 1
    assert "links" in said
    assert "Traceback" not in said


def test_a_broken_database_is_one_sentence(run_engine: Callable[..., Program], home: Path) -> None:
    home.mkdir(parents=True)
    (home / "engine.sqlite3").write_bytes(b"this is no database" * 100)
    code, said = ended(run_engine())
    assert code == 1
    assert said.startswith("The engine's database can't be used:")


def test_a_stop_does_not_wait_for_a_file_that_is_being_looked_at(
    run_engine: Callable[..., Program], home: Path, sound: Path, tmp_path: Path
) -> None:
    prelude = f"""
import pathlib, time
from mango_skill.engine import process
from mango_skill.engine.service import Seams
def stuck(path):
    pathlib.Path({str(tmp_path / "looking")!r}).touch()
    time.sleep(600)
process.NO_SEAMS = process.run.__kwdefaults__["seams"] = Seams(examine=stuck)
process.DRAIN_S = 0.2
"""
    program = run_engine(prelude=prelude)
    record = record_of(program, home)
    caller = connect(record)
    with ThreadPoolExecutor() as pool:
        upload = pool.submit(caller.upload, sound)
        wait_until((tmp_path / "looking").exists, "the look")
        stop(record)
        assert ended(program)[0] == 0
        with contextlib.suppress(requests.ConnectionError):
            assert upload.result(timeout=20).status_code >= 400
    assert read_record(home) is None


def test_a_full_disk_is_said_and_what_was_there_is_kept(tmp_path: Path) -> None:
    """A disk is not filled at test time: the database is told that it may not grow."""
    database = Database(tmp_path / "x.sqlite3")
    database.change("INSERT INTO facts (name, value) VALUES ('kept', 'yes')")
    pages = database.value("PRAGMA page_count")
    database.value(f"PRAGMA max_page_count = {pages}")

    def write_too_much() -> None:
        with database.transaction():
            database.change("INSERT INTO facts (name, value) VALUES ('half', 'no')")
            database.change("INSERT INTO facts (name, value) VALUES ('large', ?)", "x" * 1_000_000)

    with pytest.raises(OutputError) as caught:
        write_too_much()
    assert caught.value.code == "disk_full"
    assert [row["name"] for row in database.rows("SELECT name FROM facts")] == ["kept"]
    database.close()


def test_engine_json_of_a_killed_engine_is_replaced(run_engine: Callable[..., Program], home: Path) -> None:
    first = run_engine()
    old = record_of(first, home)
    first.kill()
    first.wait(timeout=20)
    new = record_of(run_engine(), home)
    assert new["secret"] != old["secret"]
    assert new["client_id"] == old["client_id"]


def test_the_log_is_rotated_elsewhere_and_holds_no_secret(
    run_engine: Callable[..., Program], home: Path
) -> None:
    program = run_engine("--foreground")
    record = record_of(program, home)
    caller = connect(record)
    caller.http.get(f"{record['url']}/nowhere?signature=0123456789abcdef", timeout=10)
    stop(record)
    _, said = ended(program)
    log = (home.parent / "logs" / "engine.log").read_text()
    for text in (said, log):
        assert "listens at" in text
        assert record["secret"] not in text
        assert caller.headers["Authorization"].split()[1] not in text
        assert "0123456789abcdef" not in text


def test_the_log_is_for_its_owner_alone(run_engine: Callable[..., Program], home: Path) -> None:
    logs = home.parent / "logs"
    logs.mkdir(parents=True)
    (logs / "engine.log").write_text("of an engine before")
    (logs / "engine.log").chmod(0o644)
    stop(record_of(run_engine(), home))
    assert logs.stat().st_mode & 0o077 == 0
    assert {path.stat().st_mode & 0o777 for path in logs.iterdir()} == {0o600}


def test_a_database_of_the_first_version_is_lifted_step_by_step(tmp_path: Path) -> None:
    """Pure store: no second released version exists yet, so the test brings one."""
    Database(tmp_path / "x.sqlite3", migrations=MIGRATIONS[:1]).close()
    lifted = Database(
        tmp_path / "x.sqlite3", migrations=(*MIGRATIONS[:1], "ALTER TABLE facts ADD COLUMN note TEXT")
    )
    lifted.change("INSERT INTO facts (name, value, note) VALUES ('a', 'b', 'c')")
    assert lifted.value("PRAGMA user_version") == 2
    lifted.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    Database(path).close()
    broken = (*MIGRATIONS, "ALTER TABLE facts ADD COLUMN note TEXT; ALTER TABLE nothing ADD COLUMN x TEXT")
    with pytest.raises(EngineError):
        Database(path, migrations=broken)
    whole = Database(path)
    assert [row["name"] for row in whole.rows("PRAGMA table_info(facts)")] == ["name", "value"]
    whole.close()


def test_data_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    newer = Database(path, migrations=(*MIGRATIONS, "CREATE TABLE later (x TEXT)"))
    newer.close()
    with pytest.raises(EngineError) as caught:
        Store(path)
    assert caught.value.code == "newer_data"


def test_the_environment_of_children_finds_the_package_and_nothing_private(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NEMO_TOKEN", "nmv_usr_x")
    environment = children.environment()
    assert environment["PYTHONPATH"] == str(ROOT)
    assert "NEMO_TOKEN" not in environment
