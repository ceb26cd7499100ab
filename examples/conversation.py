"""A conversation about one clip: ``python examples/conversation.py CLIP OUTPUT``."""

from __future__ import annotations

import sys

from mango_skill import open_skill


def main(clip: str, output: str) -> int:
    """Say three things about a clip and save the result."""
    skill = open_skill(project=f"conversation-{abs(hash(clip)) % 10_000}", on_progress=None)
    for text, files in (
        ("here is my clip", [clip]),
        ('keep the first 2 seconds and add the title "Hello"', []),
        ("show tracks", []),
    ):
        reply = skill.handle(text, files)
        print(f"> {text}\n{reply.text}\n")
        if not reply.ok:
            return 1
    answer = skill.call("export_video", {"path": output, "overwrite": True})
    while answer["ok"] and answer.get("state") == "running":
        answer = skill.call("wait_for_job", {"job_id": answer["job_id"]})
    print("saved" if answer["ok"] else answer["error"]["message"])
    return 0 if answer["ok"] else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
