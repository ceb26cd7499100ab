"""The whole conversation against a strict service, with real runner processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"\x00\x00\x00\x10moov\x00\x00\x00\x00abcd"


def test_the_first_conversation_breaks_no_rule_of_a_strict_service(
    service: Any, client: Any, tmp_path: Path
) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(MP4)
    project = client.project()
    assert client.workspace.connect().account == "anonymous"

    uploaded = project.upload([clip])
    assert [one.name for one in uploaded.media] == ["clip.mp4"]

    turn = client.workspace.wait(project.start_turn("make it better").id, 20)
    assert turn.state == "done"
    assert turn.result is not None
    assert turn.result["outcome"] == "answered"
    assert turn.result["reply"] == "Did: make it better"
    assert turn.result["changed"] is True

    export = client.workspace.wait(project.start_export(path=tmp_path / "out.mp4").id, 20)
    assert export.state == "done", export.error
    assert export.result is not None
    assert (tmp_path / "out.mp4").read_bytes() == service.video
    assert export.result["claim_link"].endswith("/workspace/claim?ct=clm_0123456789")

    assert client.workspace.credits().available == 100
    assert service.violations == []
    assert [one.json["new_message"]["parts"][0]["text"] for one in service.chats()] == ["make it better"]
    body = service.of("/proxy/lambda")[0].json
    assert set(body) == {"id", "sessionId", "draft", "output"}
    assert body["output"]["format"] == "mp4"
