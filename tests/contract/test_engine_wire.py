"""What the engine says on the wire, against the hand-written schemas of ``schemas/wire``."""

from __future__ import annotations

import json
import sys
import threading
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests

from mango_skill.engine import process
from mango_skill.engine.places import Places
from mango_skill.engine.service import Seams
from mango_skill.errors import (
    ArgumentError,
    BusyError,
    ConfigurationError,
    MangoError,
    MediaError,
    OutputError,
    ServiceError,
)
from mango_skill.protocol import constants, emission, endpoints, envelope
from mango_skill.settings import Settings
from tests.engine.service.driving import Caller, connect, read_record, stop, wait_until

ROOT = Path(__file__).resolve().parents[2]
WIRE = ROOT / "schemas" / "wire"
CAPTURES = ROOT / "tests" / "data" / "captures"
WORKER = """
import json, sys
from pathlib import Path
output = json.loads(Path(sys.argv[1]).read_text())["output"]
if output["format"] == "m4a":
    print(json.dumps({"error": {"code": "x", "message": "No.", "hint": ""}}))
else:
    Path(output["path"]).write_bytes(b"video")
    print(json.dumps({"done": {"duration": 1000, "width": 640, "height": 360}}))
"""


def conforms(document: Any, name: str) -> None:
    schema = json.loads((WIRE / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("wire")
    (folder / "worker.py").write_text(WORKER)
    places = Places(folder / "engine")
    seams = Seams(render_command=[sys.executable, "-S", "-E", str(folder / "worker.py")])
    thread = threading.Thread(
        target=process.run,
        args=(places, Settings(free_disk_reserve_bytes=0)),
        kwargs={"idle_s": 3600, "seams": seams},
    )
    thread.start()
    record: dict[str, Any] = wait_until(lambda: read_record(places.home), "engine.json")
    yield record
    stop(record)
    thread.join(timeout=20)


@pytest.fixture(scope="module")
def caller(record: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Caller:
    """A client whose session holds one second of a tone, looked at for real."""
    path = tmp_path_factory.mktemp("media") / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 8000, "NONE", ""))
        file.writeframes((b"\x00\x10" * 10 + b"\x00\xf0" * 10) * 400)
    caller = connect(record)
    conforms(caller.upload(path).json(), "upload.answer")
    return caller


@pytest.mark.parametrize("path", sorted(WIRE.glob("*.json")), ids=lambda path: path.name)
def test_each_wire_schema_is_a_schema(path: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


def test_engine_json_and_hello(record: dict[str, Any]) -> None:
    conforms(record, "engine.file")
    answer = requests.get(
        record["url"] + endpoints.ENGINE_HELLO.path(), headers={constants.CHALLENGE_HEADER: "x"}, timeout=10
    )
    conforms(answer.json(), "hello.answer")


def test_account_session_state_and_draft(record: dict[str, Any], caller: Caller) -> None:
    token = caller.call(endpoints.ANONYMOUS_TOKEN, headers={constants.CLIENT_ID_HEADER: record["client_id"]})
    conforms(token.json(), "token.answer")
    body = {"task_name": "project", "language": "en"}
    conforms(body, "session.request")
    conforms(caller.call(endpoints.CREATE_SESSION, json=body).json(), "session.answer")
    conforms(caller.call(endpoints.CREDITS).json(), "credits.answer")
    state = caller.call(endpoints.STATE).json()
    conforms(state, "state.answer")
    draft = state["data"]["state"]["draft"]
    jsonschema.validate(
        draft, json.loads((ROOT / "schemas" / "draft.schema.json").read_text(encoding="utf-8"))
    )


def test_an_empty_session_has_a_state_of_the_same_shape(caller: Caller) -> None:
    conforms(caller.new_session().call(endpoints.STATE).json(), "state.answer")


@pytest.mark.parametrize(
    "message", ["fade out over half a second", "what can you do?", "undo", "\u2028 😀 \x00 qwerty"]
)
def test_each_line_of_the_stream_is_an_adk_event(caller: Caller, message: str) -> None:
    answer = caller.say(message)
    assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    frames = answer.content.replace(emission.HEARTBEAT, b"").split(b"\n\n")
    assert frames.pop() == b""
    for frame in frames:
        assert frame.startswith(b"data: {")
        assert b"\n" not in frame
        conforms(json.loads(frame[6:]), "chat.event")
    last = json.loads(frames[-1][6:])
    assert last["content"]["parts"][0]["text"].strip()


def test_our_events_have_the_keys_of_a_recorded_adk_event() -> None:
    """A tool turn as google-adk 2.13 sent it; ``nodeInfo`` and usage counts are its own business."""
    recorded = [
        json.loads(line[6:])
        for line in (CAPTURES / "adk-2.13.tools.nostream.txt").read_text(encoding="utf-8").split("\n")
        if line.startswith("data: ")
    ]
    turn = emission.Invocation("e-1")
    ours = [
        turn.event("1", 1.0, content=emission.call_content("c", "n", {})),
        turn.event("2", 1.0, content=emission.response_content("c", "n", {})),
        turn.event("3", 1.0, content=emission.text_content("t"), more=emission.FINISHED),
    ]
    for theirs, own in zip(recorded, ours, strict=True):
        conforms(
            {key: value for key, value in theirs.items() if key not in ("nodeInfo", "usageMetadata")},
            "chat.event",
        )
        assert set(own) == set(theirs) - {"nodeInfo", "usageMetadata"}
        assert set(own["actions"]) == set(theirs["actions"])
        assert own["content"]["role"] == theirs["content"]["role"]
        assert set(own["content"]["parts"][0]) == set(theirs["content"]["parts"][0])


def test_an_error_in_the_chat_is_an_event_of_the_same_shape() -> None:

    event = emission.Invocation("e-1").event(
        "1", 1.0, more=emission.error_fields(MediaError("Gone.", hint="Send it."))
    )
    conforms(event, "chat.event")


def test_a_render_from_its_body_to_its_end(caller: Caller) -> None:
    body = {
        "id": "render_1",
        "sessionId": caller.session_id,
        "draft": caller.state()["draft"],
        "output": {"format": "mp4", "quality": "high", "height": 360, "captions": "burn"},
    }
    conforms(body, "render.request")
    asked = caller.call(endpoints.RENDER, json=body).json()
    assert asked["code"] == 0
    conforms(asked["data"], "render.status")
    wait_until(lambda: caller.status("render_1")["status"] == "completed", "the render")
    conforms(caller.status("render_1"), "render.status")


def test_a_failed_and_a_cancelled_render(caller: Caller) -> None:
    caller.export("render_2", output={"format": "m4a"})
    wait_until(lambda: caller.status("render_2")["status"] == "failed", "the failure")
    conforms(caller.status("render_2"), "render.status")
    cancelled = caller.call(endpoints.RENDER_CANCEL, fields={"render_id": "render_2"})
    conforms(cancelled.json(), "render.status")


def test_every_error_has_the_same_shape_and_no_raw_json_of_ours(caller: Caller) -> None:
    answers = [
        caller.call(endpoints.STATE, headers={"Authorization": None}),
        caller.call(endpoints.STATE, fields={"session_id": "x"}),
        caller.call(endpoints.CHAT, json={}),
        caller.call(endpoints.ANONYMOUS_TOKEN),
        caller.call(endpoints.RENDER, json={}, headers={"X-Skill-Source": None}),
        caller.call(endpoints.UPLOAD, files={"files": ("a.mp4", b"text")}),
        caller.call(endpoints.UPLOAD, json={"urls": ["http://127.0.0.1/"], "source_type": "url"}),
        caller.call(endpoints.RENDER_STATUS, fields={"render_id": "x"}),
        caller.http.get(caller.url + "/", timeout=10),
        caller.call(endpoints.CREDITS, headers={"Origin": "null"}),
    ]
    codes = []
    for answer in answers:
        conforms(answer.json(), "error.answer")
        codes.append(answer.json()["code"])
        assert answer.status_code == emission.http_status(codes[-1])
    assert codes == [1001, 1002, 422, 400, 402, 4001, 422, 404, 404, 403]


@pytest.mark.parametrize(
    "raised",
    [
        MediaError("The file ends in the middle.", code="4001", hint="Send it again."),
        MediaError("The file does not fit on this disk.", code="4002", hint="Free some space."),
        BusyError("Another message is worked on.", hint="Wait for it."),
        OutputError("The disk is full.", code="disk_full", hint="Free some space."),
        ArgumentError("The message is empty.", hint="Say what to do."),
        ServiceError("There is no such session.", code="1002", hint="Make a new one."),
        ConfigurationError("The token is unknown.", code="1001", hint="Ask for a new one."),
    ],
    ids=lambda error: error.code,
)
def test_the_client_reads_an_error_of_the_engine_as_it_was_raised(raised: MangoError) -> None:
    """Pure: both ends share the protocol room; the cloud's own sentences would name the cloud's limits."""
    body = emission.failure(raised)
    with pytest.raises(MangoError) as caught:
        envelope.unwrap(emission.http_status(body["code"]), json.dumps(body).encode())
    read = caught.value
    assert type(read) is type(raised)
    assert (read.code, read.message, read.hint) == (raised.code, raised.message, raised.hint)
