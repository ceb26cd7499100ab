"""Driving an engine from outside, as its clients do."""

from __future__ import annotations

import json
import threading
import wave
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import requests

from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.places import Places
from mango_skill.protocol import constants, endpoints, proof

SKILL_HEADERS = {"X-Skill-Source": "mango-ai", "X-Skill-Version": "0.0.1", "X-Skill-Platform": "unknown"}
WAIT_S = 20.0


@dataclass
class Caller:
    """One client of an engine: holds its address, its token and its session."""

    url: str
    headers: dict[str, str]
    session_id: str = ""
    http: requests.Session = field(default_factory=requests.Session)

    def call(self, endpoint: endpoints.Endpoint, **options: Any) -> requests.Response:
        """Make a call; ``fields`` fill the path, the session's id is known."""
        named = {"session_id": self.session_id, **options.pop("fields", {})}
        headers = {**self.headers, **options.pop("headers", {})}
        headers = {name: value for name, value in headers.items() if value is not None}
        options.setdefault("timeout", WAIT_S)
        return self.http.request(
            endpoint.method, self.url + endpoint.path(**named), headers=headers, **options
        )

    def new_session(self) -> Caller:
        """Return the same client in a session of its own."""
        answer = self.call(endpoints.CREATE_SESSION, json={"task_name": "project", "language": "en"})
        return replace(self, session_id=answer.json()["data"]["session_id"])

    def upload(self, path: Path, name: str | None = None) -> requests.Response:
        """Send a file."""
        with path.open("rb") as file:
            return self.call(endpoints.UPLOAD, files={"files": (name or path.name, file)})

    def say(self, text: str, **options: Any) -> requests.Response:
        """Send a message to the chat."""
        body = {
            "app_name": "nemo_agent",
            "user_id": "me",
            "session_id": self.session_id,
            "new_message": {"parts": [{"text": text}]},
        }
        return self.call(endpoints.CHAT, json=body, **options)

    def events(self, text: str) -> list[dict[str, Any]]:
        """Send a message and return the events of its stream."""
        return read_events(self.say(text).text)

    def state(self) -> dict[str, Any]:
        """Return the session's state."""
        state: dict[str, Any] = self.call(endpoints.STATE).json()["data"]["state"]
        return state

    def export(self, render_id: str, **body: Any) -> requests.Response:
        """Ask for a render."""
        return self.call(endpoints.RENDER, json={"id": render_id, "sessionId": self.session_id, **body})

    def status(self, render_id: str) -> dict[str, Any]:
        """Ask how a render stands."""
        answer: dict[str, Any] = self.call(endpoints.RENDER_STATUS, fields={"render_id": render_id}).json()
        return answer


@dataclass
class RunningEngine:
    """An engine that serves in a thread of this process."""

    places: Places
    record: dict[str, Any]
    thread: threading.Thread

    @property
    def url(self) -> str:
        return str(self.record["url"])

    def caller(self) -> Caller:
        """Return a client with a token and a session."""
        return connect(self.record)

    def stop(self) -> None:
        """Stop it and wait for its end."""
        stop(self.record)
        self.thread.join(timeout=WAIT_S)
        assert not self.thread.is_alive()


def connect(record: dict[str, Any]) -> Caller:
    """Return a client of the engine that an ``engine.json`` describes, with a token and a session."""
    http = requests.Session()
    http.trust_env = False
    caller = Caller(record["url"], dict(SKILL_HEADERS), http=http)
    answer = caller.call(endpoints.ANONYMOUS_TOKEN, headers={"X-Client-Id": record["client_id"]})
    caller.headers[constants.AUTHORIZATION] = constants.BEARER + answer.json()["data"]["token"]
    return caller.new_session()


def stop(record: dict[str, Any]) -> None:
    """Ask an engine to end."""
    allowed = {constants.PROOF_HEADER: proof.prove_stop(record["secret"])}
    requests.post(record["url"] + endpoints.ENGINE_STOP.path(), headers=allowed, timeout=WAIT_S)


def wait_until(condition: Callable[[], Any], what: str = "the condition") -> Any:
    """Return the first true answer; fail when none comes in time."""
    pause = threading.Event()
    for _ in range(int(WAIT_S / 0.02)):
        found = condition()
        if found:
            return found
        pause.wait(0.02)
    raise AssertionError(f"{what} did not come true in {WAIT_S:.0f} s")


def read_events(stream: str) -> list[dict[str, Any]]:
    """Return the JSON events of a stream's text; heartbeats are left out."""
    lines = [line[6:] for line in stream.split("\n") if line.startswith("data: ")]
    return [json.loads(line) for line in lines]


def read_record(home: Path) -> dict[str, Any] | None:
    """Return ``engine.json`` when it is there."""
    try:
        record: dict[str, Any] = json.loads((home / "engine.json").read_text(encoding="utf-8"))
        return record
    except FileNotFoundError:
        return None


def write_sound(path: Path, *, seconds: float = 1.0, value: int = 0) -> Path:
    """Write a mono WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(value.to_bytes(2, "little") * int(8000 * seconds))
    return path


def examine_by_name(path: str) -> MediaInfo:
    """Call every file a second of sound: for tests whose subject is not the look at files."""
    return MediaInfo(
        kind="audio",
        format="wav",
        demuxer="wav",
        size_bytes=Path(path).stat().st_size,
        duration_ms=1000,
        audio_duration_ms=1000,
        audio_codec="pcm_s16le",
        audio_stream=0,
        sample_rate=8000,
        channels=1,
    )


Start = Callable[..., RunningEngine]
