"""From clip to finished file through a host, and what becomes of the work when the host fails."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest
from jsonschema import Draft202012Validator
from mcp.client.client import Client

from mango_skill.client.locks import FileLock
from mango_skill.client.projects import folder_name
from mango_skill.tools import TOOLS
from tests.surfaces.mcp.hosts import ROOT, Host, answer, wait_for


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """Call a tool that succeeds, and hold its answer against the schema that the list shows."""
    facts = answer(await client.call_tool(tool, arguments))
    assert facts["ok"], facts["error"]
    Draft202012Validator(dict(TOOLS[tool].output_schema)).validate(facts)
    assert set(facts) <= set(TOOLS[tool].output_schema["properties"])
    return facts


async def refused(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """Call a tool that fails; return the error, which fits the schema too: hosts refuse what does not."""
    facts = answer(await client.call_tool(tool, arguments))
    assert not facts["ok"]
    if tool in TOOLS:
        Draft202012Validator(dict(TOOLS[tool].output_schema)).validate(facts)
    error: dict[str, Any] = facts["error"]
    return error


async def begin_long_export(client: Client, media: Path) -> str:
    """Start an export that takes far longer than the test; return its job."""
    await call(client, "upload_media", files=[str(media / "talk.mp4")])
    slow = [{"op": "speed", "factor": 0.1}]
    await call(client, "edit_video", operations=slow)
    started = await call(client, "export_video", height=2160, wait_s=0)
    assert started["state"] == "running"
    job: str = started["job_id"]
    return job


def test_every_host_makes_a_video_with_every_tool(host: Any, media: Path, tmp_path: Path) -> None:
    async def work(client: Client) -> None:
        connected = await call(client, "connect", backend="auto")
        assert connected["backend"] == "local"
        sent = await call(client, "upload_media", files=[str(media / "talk.mp4")])
        assert [one["name"] for one in sent["media"]] == ["talk.mp4"]
        edited = await call(client, "edit_video", message='remove the pauses and add the title "Hello"')
        assert (edited["state"], edited["changed"]) == ("done", True)
        shown = await call(client, "show_timeline", history=True)
        assert shown["project"] == edited["project"]
        assert 0 < shown["duration_ms"] < 6000
        assert (await call(client, "check_credits"))["free"] is True
        asked = await call(client, "send_message", text="make it black and white")
        assert asked["actions"] == ["chat"]
        started = await call(client, "export_video", path=str(tmp_path / "out.mp4"), wait_s=0)
        done = await call(client, "wait_for_job", job_id=started["job_id"])
        assert done["state"] == "done"
        assert done["result"]["path"] == str(tmp_path / "out.mp4")
        assert (tmp_path / "out.mp4").stat().st_size > 10_000
        # a finished job stays to be asked for, and the file comes as a link, never as its bytes
        again = await client.call_tool("wait_for_job", {"job_id": started["job_id"]})
        assert [one.type for one in again.content] == ["text", "resource_link"]
        assert again.content[1].uri == (tmp_path / "out.mp4").as_uri()  # type: ignore[union-attr]

    host.talk(work)


def test_every_host_gets_an_error_whole_with_its_code_and_hint(host: Any, tmp_path: Path) -> None:
    async def work(client: Client) -> None:
        missing = await refused(client, "upload_media", files=[str(tmp_path / "no.mp4")])
        assert missing["code"] == "missing"
        assert "no.mp4" in missing["message"]
        assert missing["hint"]
        assert (await refused(client, "export_video"))["code"] == "empty_timeline"
        unknown = await refused(client, "wait_for_job", job_id="export-0000000000000000")
        assert unknown["code"] == "unknown_job"

    host.talk(work)


@pytest.mark.parametrize("tool", list(TOOLS))
def test_no_tool_takes_an_argument_that_it_does_not_have(tool: str, desk: Any) -> None:
    async def work(client: Client) -> None:
        error = await refused(client, tool, wiat_s=3, project=7)
        assert error["code"] == "invalid_arguments"
        said = error["message"]
        assert "There is no argument 'wiat_s'" in said
        has = set(TOOLS[tool].input_schema["properties"])
        assert ("(did you mean 'wait_s'?)" in said) == ("wait_s" in has)
        assert ("Argument 'project': 7 is not of type 'string'" in said) == ("project" in has)

    desk.talk(work)


def test_a_tool_that_is_not_there_is_told_the_nearest(desk: Any) -> None:
    async def work(client: Client) -> None:
        error = await refused(client, "edit_vidoe")
        assert error["code"] == "unknown_tool"
        assert "edit_video" in error["message"]

    desk.talk(work)


def test_a_host_that_asks_for_progress_hears_it_grow(either: Any, media: Path) -> None:
    heard: list[tuple[float, float | None]] = []

    async def hear(position: float, total: float | None, note: str | None) -> None:
        heard.append((position, total))

    async def work(client: Client) -> None:
        await call(client, "upload_media", files=[str(media / "talk.mp4")])
        await client.call_tool("export_video", {"height": 360, "wait_s": 45}, progress_callback=hear)

    either.talk(work)
    positions = [one for one, _ in heard]
    assert positions
    assert positions == sorted(set(positions))
    assert all(total is not None and position <= total for position, total in heard)


def test_a_call_that_waits_blocks_no_other(either: Any, media: Path) -> None:
    async def work(client: Client) -> None:
        job = await begin_long_export(client, media)
        waits = asyncio.Event()

        async def hear(*_: object) -> None:
            waits.set()

        waiting = asyncio.create_task(
            client.call_tool("wait_for_job", {"job_id": job, "wait_s": 45}, progress_callback=hear)
        )
        await waits.wait()
        assert len((await client.list_tools(cache_mode="bypass")).tools) == 8
        shown = await call(client, "show_timeline")
        assert [one["job_id"] for one in shown["jobs"] if one["state"] == "running"] == [job]
        assert not waiting.done()
        ended = await call(client, "wait_for_job", job_id=job, cancel=True)
        assert ended["state"] == "cancelled"
        told = answer(await waiting)
        assert told["error"]["code"] == "cancelled" if not told["ok"] else told["state"] == "cancelled"

    either.talk(work)


def test_a_cancelled_call_only_stops_waiting_and_its_job_is_found_again(either: Any, media: Path) -> None:
    async def work(client: Client) -> None:
        await call(client, "upload_media", files=[str(media / "talk.mp4")])
        await call(client, "edit_video", operations=[{"op": "speed", "factor": 0.1}])
        begun = asyncio.Event()

        async def hear(*_: object) -> None:
            begun.set()

        exporting = asyncio.create_task(
            client.call_tool("export_video", {"height": 2160, "wait_s": 45}, progress_callback=hear)
        )
        await begun.wait()
        exporting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await exporting
        shown = await call(client, "show_timeline")
        (job,) = [one["job_id"] for one in shown["jobs"] if one["state"] == "running"]
        assert (await call(client, "wait_for_job", job_id=job, cancel=True))["state"] == "cancelled"

    either.talk(work)


def test_a_job_outlives_a_server_that_is_killed_and_the_next_one_finds_it(
    home: Path, media: Path, tmp_path: Path
) -> None:
    server = Raw(home)
    server.open()
    server.ask("upload_media", files=[str(media / "talk.mp4")])
    project = server.ask("edit_video", operations=[{"op": "speed", "factor": 0.5}])["project"]
    started = server.ask("export_video", height=720, path=str(tmp_path / "late.mp4"), wait_s=0)
    server.process.kill()
    server.process.communicate(timeout=30)

    async def go_on(client: Client) -> None:
        # whoever lost the job's id as well finds it by the project
        shown = await call(client, "show_timeline", project=project)
        assert started["job_id"] in [one["job_id"] for one in shown["jobs"]]
        done = await call(client, "wait_for_job", job_id=started["job_id"])
        while done["state"] != "done":
            done = await call(client, "wait_for_job", job_id=started["job_id"])
        assert Path(done["result"]["path"]) == tmp_path / "late.mp4"

    Host("stdio", "legacy", home, _no_web).talk(go_on)
    assert (tmp_path / "late.mp4").exists()


def test_a_large_upload_returns_a_job_and_goes_on_by_itself(home: Path, media: Path, tmp_path: Path) -> None:
    large = tmp_path / "large.mp4"
    write_large(media / "talk.mp4", large)
    server = Raw(home)
    server.open()
    project = server.ask("show_timeline")["project"]
    # somebody else's upload is under way: this one has to wait
    with FileLock(home / "projects" / folder_name(project) / "edit.lock") as lock:
        assert lock.acquire(note={"kind": "upload"})
        begun = server.ask("upload_media", files=[str(large), str(tmp_path / "missing.mp4")], wait_s=0)
        assert begun["state"] == "running"
        assert begun["job_id"].startswith("upload-")
        server.process.kill()
        server.process.communicate(timeout=30)

    async def go_on(client: Client) -> None:
        done = await call(client, "wait_for_job", job_id=begun["job_id"])
        assert (done["kind"], done["state"]) == ("upload", "done")
        assert [one["name"] for one in done["result"]["media"]] == ["large.mp4"]
        assert [one["name"] for one in done["result"]["refused"]] == ["missing.mp4"]
        again = await call(client, "upload_media", files=[str(large)], project=begun["project"])
        assert [one["name"] for one in again["media"]] == ["large.mp4"]

    Host("stdio", "legacy", home, _no_web).talk(go_on)


def write_large(small: Path, large: Path) -> None:
    """Write a film that is as large as hours of one: an empty box follows its own."""
    size = 70 * 1024 * 1024
    with large.open("wb") as file:
        file.write(small.read_bytes())
        file.write(size.to_bytes(4, "big") + b"free")
        file.truncate(file.tell() + size - 8)


def test_two_connections_do_not_share_their_footage_but_reach_it_by_name(host: Any, media: Path) -> None:
    async def both() -> None:
        async with asyncio.timeout(60), host.connect() as one, host.connect() as other:
            first = await call(one, "upload_media", files=[str(media / "talk.mp4")])
            second = await call(other, "show_timeline")
            assert second["project"] != first["project"]
            assert second["media"] == []
            named = await call(other, "show_timeline", project=first["project"])
            assert [medium["name"] for medium in named["media"]] == ["talk.mp4"]
            mistyped = await refused(other, "show_timeline", project="no-such-project")
            assert mistyped["code"] == "unknown_project"

    asyncio.run(both())


def test_a_host_reads_timelines_and_finished_files_and_nothing_else(host: Any, media: Path) -> None:
    async def work(client: Client) -> None:
        sent = await call(client, "upload_media", files=[str(media / "talk.mp4")])
        done = await call(client, "export_video", height=180)
        path = Path(done["path"])
        uris = {one.name: one.uri for one in (await client.list_resources(cache_mode="bypass")).resources}
        assert url2pathname(urlsplit(uris[path.name]).path) == str(path)
        timeline = json.loads((await client.read_resource(uris["timeline"])).contents[0].text)  # type: ignore[union-attr]
        assert timeline["project"] == sent["project"]
        known = json.loads((await client.read_resource("mango://projects")).contents[0].text)  # type: ignore[union-attr]
        assert sent["project"] in [one["project"] for one in known["projects"]]
        film = (await client.read_resource(uris[path.name])).contents[0]
        assert film.mime_type == "video/mp4"
        (template,) = (await client.list_resource_templates()).resource_templates
        assert "{project}" in template.uri_template
        for other in (media / "talk.mp4", Path("/etc/passwd")):
            with pytest.raises(Exception, match="There is no resource"):
                await client.read_resource(other.as_uri())

    host.talk(work)


class Raw:
    """A host that writes and reads the lines itself."""

    def __init__(self, home: Path, **environ: str) -> None:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("NEMO_", "MANGO_"))}
        self.number = 0
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mango_skill", "mcp"],
            env={**kept, "MANGO_HOME": str(home), "PYTHONPATH": str(ROOT), **environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def write(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        message: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert message["jsonrpc"] == "2.0"
        return message

    def request(self, method: str, **params: Any) -> dict[str, Any]:
        self.number += 1
        said = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}
        self.write(json.dumps(said))
        message = self.read()
        while message.get("id") != self.number:
            message = self.read()
        return message

    def open(self) -> None:
        client = {"name": "raw", "version": "1"}
        self.request("initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo=client)
        self.write('{"jsonrpc": "2.0", "method": "notifications/initialized"}')

    def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        message = self.request("tools/call", name=tool, arguments=arguments)
        facts: dict[str, Any] = message["result"]["structuredContent"]
        return facts


def test_standard_output_carries_the_protocol_alone_whatever_the_host_sends(home: Path) -> None:
    server = Raw(home)
    server.write("this is no message")
    server.open()
    server.write("[1, 2")
    assert server.request("tools/list")["result"]["tools"]
    assert "error" in server.request("no/such/method")
    assert server.ask("connect")["ok"]
    out, err = server.process.communicate(timeout=30)
    assert [json.loads(line)["jsonrpc"] for line in out.splitlines()] == ["2.0"] * len(out.splitlines())
    assert "Traceback" not in err
    assert server.process.returncode == 0


@pytest.mark.parametrize("how", ["the host closes the input", "a signal"])
def test_a_server_ends_at_once_while_a_call_still_waits(how: str, home: Path, media: Path) -> None:
    server = Raw(home)
    server.open()
    server.ask("upload_media", files=[str(media / "talk.mp4")])
    server.ask("edit_video", operations=[{"op": "speed", "factor": 0.1}])
    job = server.ask("export_video", height=2160, wait_s=0)["job_id"]
    waiting = {
        "name": "wait_for_job",
        "arguments": {"job_id": job, "wait_s": 45},
        "_meta": {"progressToken": 1},
    }
    server.write(json.dumps({"jsonrpc": "2.0", "id": 99, "method": "tools/call", "params": waiting}))
    assert server.read()["method"] == "notifications/progress"
    if how == "a signal":
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(timeout=10)
    server.process.communicate(timeout=10)
    assert server.process.returncode == 0

    async def end(client: Client) -> None:
        assert (await call(client, "wait_for_job", job_id=job, cancel=True))["state"] == "cancelled"

    Host("stdio", "legacy", home, _no_web).talk(end)


def test_what_is_broken_is_told_in_answers_and_the_list_is_there_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.yaml").write_text("idle_minutes: [", encoding="utf-8")
    server = Raw(tmp_path)
    server.open()
    assert len(server.request("tools/list")["result"]["tools"]) == 8
    told = server.ask("connect")
    assert told["ok"] is False
    assert "config.yaml" in told["error"]["message"] + told["error"]["hint"]
    server.process.communicate(timeout=30)


def test_a_cloud_that_is_not_there_is_told_with_what_to_do(tmp_path: Path) -> None:
    nowhere = {
        "MANGO_BACKEND": "cloud",
        "NEMO_API_URL": "http://127.0.0.1:9",
        "NEMO_TOKEN": "t0p-hidden-word",
    }
    server = Raw(tmp_path, **nowhere)
    server.open()
    message = server.request("tools/call", name="show_timeline", arguments={})
    told = server.ask("check_credits")
    assert told["ok"] is False
    assert told["error"]["hint"]
    out, err = server.process.communicate(timeout=30)
    log = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "logs").glob("*.log"))
    assert "t0p-hidden-word" not in json.dumps([message, told]) + out + err + log


def test_the_log_tells_what_was_called_and_never_what_was_said(home: Path) -> None:
    server = Raw(home)
    server.open()
    server.ask("edit_video", message="a secret wish of the user's")
    server.process.communicate(timeout=30)
    log = home / "logs" / "mango.log"
    wait_for(log.exists)
    text = log.read_text(encoding="utf-8")
    assert "edit_video" in text
    assert "secret wish" not in text


def _no_web() -> Any:
    raise AssertionError("this host needs none")
