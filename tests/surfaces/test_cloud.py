"""The command line against a small cloud: what is sent, and what the user reads."""

from __future__ import annotations

import http.server
import json
import logging
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mango_skill import open_skill
from mango_skill.replies.wording import say

CLOUD_NOTICE = say("en", "notice.cloud")
HEADERS = ("x-skill-source", "x-skill-version", "x-skill-platform")


@dataclass
class Cloud:
    """What the cloud has heard, and what it will say."""

    url: str = ""
    says: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    film: bytes = b""
    speaking: threading.Event = field(default_factory=threading.Event)

    def draft(self) -> dict[str, Any]:
        segments = [{"d": 2000, "m": {"text": title}} for title in self.titles]
        return {"t": [{"tt": 0, "sg": [{"d": 4000, "m": {"name": "city"}}]}, {"tt": 7, "sg": segments}]}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cloud: Cloud

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._note()
        if self.path == "/run_sse":
            self._chat(json.loads(body)["new_message"]["parts"][0]["text"])
        elif self.path == "/api/render/proxy/lambda":
            self._json({"id": json.loads(body)["id"], "status": "pending"})
        else:
            self._wrapped(
                {"token": "nmv_usr_hidden", "session_id": "s1", "task_id": "t1", "claim_token": "clm_x"}
            )

    def do_GET(self) -> None:
        self._note()
        if "/render/proxy/" in self.path:
            self._json({"status": "completed", "output": {"url": f"{self.cloud.url}/film.mp4"}})
        elif self.path == "/film.mp4":
            self._send(self.cloud.film, "video/mp4")
        elif "/state/" in self.path:
            self._wrapped({"state": {"draft": self.cloud.draft(), "video_infos": []}})
        else:
            self._wrapped({"available": 88, "frozen": 0, "total": 88})

    def log_message(self, *_: object) -> None:
        return None

    def _chat(self, text: str) -> None:
        self.cloud.heard.append(text)
        assert self.cloud.speaking.wait(60)
        self.cloud.titles.append(f"Title {len(self.cloud.heard)}")
        said = self.cloud.says.pop(0)
        event = {"author": "nemo", "content": {"role": "model", "parts": [{"text": said}]}}
        self._send(
            f"data: {json.dumps(event)}\n\n".encode() if said else b": nothing\n\n", "text/event-stream"
        )

    def _note(self) -> None:
        self.cloud.calls.append((self.path, {key.lower(): value for key, value in self.headers.items()}))

    def _wrapped(self, data: dict[str, Any]) -> None:
        self._json({"code": 0, "message": "ok", "data": data})

    def _json(self, value: dict[str, Any]) -> None:
        self._send(json.dumps(value).encode(), "application/json")

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def cloud(media: Path) -> Iterator[Cloud]:
    there = Cloud(film=(media / "silent.mp4").read_bytes())
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"cloud": there}))
    there.speaking.set()
    there.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield there
    there.speaking.set()
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)


@pytest.fixture
def user(mango: Any, cloud: Cloud, tmp_path: Path) -> Any:
    """A user who has chosen the cloud; ``user(...)`` runs a command."""
    config = tmp_path / "home" / "config"
    config.mkdir(parents=True)
    (config / "config.yaml").write_text("poll_s: 0.05\nrecovery_first_s: 0.05\n", encoding="utf-8")
    alone = type(mango)(tmp_path / "home", tmp_path)

    def run(*words: str, **more: Any) -> Any:
        return alone(*words, NEMO_API_URL=cloud.url, NEMO_WEB_URL="https://example.com", **more)

    return run


@pytest.fixture
def talk(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Opens the skill as a program does, with the cloud in its environment alone."""
    config = tmp_path / "home" / "config"
    config.mkdir(parents=True)
    (config / "config.yaml").write_text("poll_s: 0.05\nrecovery_first_s: 0.05\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    environ = {"PATH": os.environ["PATH"], "MANGO_HOME": str(tmp_path / "home"), "NEMO_API_URL": cloud.url}
    return lambda **more: open_skill(project="talk", environ=environ, **more)


@pytest.mark.parametrize("door", ["handle", "upload_media", "send_message", "edit_video"])
def test_every_door_says_that_footage_goes_to_the_cloud_before_a_byte_leaves(
    talk: Any, cloud: Cloud, media: Path, door: str
) -> None:
    cloud.says = ["Done."]
    told: list[tuple[str, list[str]]] = []
    skill = talk(on_progress=lambda one: told.append((one.note, [path for path, _ in cloud.calls])))
    if door == "handle":
        shown = skill.handle("add a title").text
    else:
        arguments = {"text": "add a title"} if door == "send_message" else {"message": "add a title"}
        arguments = {"files": [str(media / "silent.mp4")]} if door == "upload_media" else arguments
        shown = json.dumps(skill.call(door, arguments))
    assert [calls for note, calls in told if note == CLOUD_NOTICE] == [[]]
    assert CLOUD_NOTICE in shown
    assert cloud.calls != []


@pytest.mark.parametrize("door", ["send_message", "edit_video"])
def test_where_footage_goes_is_said_in_the_language_of_the_message(
    talk: Any, cloud: Cloud, door: str
) -> None:
    cloud.says = ["Hecho."]
    told: list[str] = []
    skill = talk(on_progress=lambda one: told.append(one.note))
    skill.call(door, {"text" if door == "send_message" else "message": "añade un título al vídeo, por favor"})
    assert say("es", "notice.cloud") in told


def test_a_program_that_listens_to_nothing_hears_of_the_cloud_as_a_warning_once(
    talk: Any, cloud: Cloud, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("mango_skill"), "propagate", True)
    cloud.says = ["Done.", "Done.", "Done."]
    skill = talk()
    assert CLOUD_NOTICE in skill.handle("add a title").text
    assert CLOUD_NOTICE not in skill.handle("add a title").text
    assert [one.message for one in caplog.records].count(CLOUD_NOTICE) == 1
    assert CLOUD_NOTICE not in talk(backend="cloud").handle("add a title").text


def test_waiting_goes_on_with_what_the_message_asked_for_besides(
    talk: Any, cloud: Cloud, tmp_path: Path
) -> None:
    cloud.says = ["I added a title."]
    cloud.speaking.clear()
    skill = talk()
    begun = skill.handle(f"add a title, then export as {tmp_path / 'film.mp4'} and show my credits", wait_s=0)
    assert begun.ok
    assert begun.job_id is not None
    assert [one["tool"] for one in begun.data["remaining"]] == ["export_video", "check_credits"]
    assert begun.data["remaining"][0]["arguments"]["project"] == "talk"
    assert "remaining" in begun.data["next"]
    cloud.speaking.set()
    done = skill.wait(begun.job_id)
    assert done.ok
    assert done.job_id is None
    assert "88" in done.text
    assert next(tmp_path.rglob("film.mp4")).read_bytes() == cloud.film
    assert cloud.heard == ["add a title"]


def test_interface_talk_is_taken_out_and_offered_in_words(user: Any, cloud: Cloud) -> None:
    cloud.says = ["I added the title. Click the Export button to download your video."]
    reply = user("edit", "add a title", "--json").answer["reply"]
    assert "I added the title" in reply
    assert "button" not in reply.lower()
    assert "export" in reply.lower()
    assert not any("/render/" in path for path, _ in cloud.calls)


def test_a_silent_edit_is_told_from_what_changed(user: Any, cloud: Cloud) -> None:
    cloud.says = ["", ""]
    user("edit", "add a title")
    done = user("edit", "add another title")
    assert "Title 2" in done.out
    assert cloud.heard == ["add a title", "add another title"]


def test_the_word_export_never_reaches_the_chat(user: Any, cloud: Cloud, tmp_path: Path) -> None:
    cloud.says = ["Done."]
    answer = user("send", "add a title and export as mp4", "--json").answer
    assert answer["actions"] == ["chat", "export"]
    assert cloud.heard == ["add a title"]
    saved = Path(answer["results"][-1]["path"])
    assert saved.parent == tmp_path
    assert saved.read_bytes() == cloud.film


def test_every_call_carries_the_three_headers_and_no_token_is_shown(user: Any, cloud: Cloud) -> None:
    cloud.says = ["Done."]
    shown = [user("connect"), user("edit", "add a title"), user("credits"), user("export", "-o", "out.mp4")]
    asked = [(path, headers) for path, headers in cloud.calls if path != "/film.mp4"]
    assert [path for path, headers in asked if not all(headers.get(name) for name in HEADERS)] == []
    assert {headers["x-skill-source"] for _, headers in asked} == {"mango-ai"}
    assert not any("nmv_usr" in path for path, _ in cloud.calls)
    assert not any("nmv_usr" in done.out + done.err for done in shown)
    assert all(done.err.startswith("mango: Working in the NemoVideo cloud") for done in shown)
    assert "88" in shown[2].out


def test_a_token_is_taken_from_standard_input_and_used_by_later_commands(user: Any, cloud: Cloud) -> None:
    done = user("connect", "--backend", "cloud", "--token-stdin", stdin="nmv_usr_mine\n")
    assert "nmv_usr" not in done.out + done.err
    user("credits")
    assert cloud.calls[-1][1]["authorization"] == "Bearer nmv_usr_mine"
    assert not any(path == "/api/auth/anonymous-token" for path, _ in cloud.calls)
    assert "cloud" in user("connect", "--token-stdin", expect=2, stdin="nmv_usr_mine\n").err
