"""A rough cut, a look, refinements, step by step: ``python examples/iterative.py CLIP OUTPUT``.

The project keeps the timeline: each step opens it anew, as a later day or another process would.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Mapping
from typing import Any

from mango_skill import open_skill


def step(project: str, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Call a tool on the project and wait for its end; stop the program when it fails."""
    skill = open_skill(project=project)
    answer = skill.call(name, arguments)
    while answer["ok"] and answer.get("state") in ("queued", "running"):
        answer = skill.call("wait_for_job", {"job_id": answer["job_id"]})
    if not answer["ok"]:
        sys.exit(f"{answer['error']['message']} {answer['error']['hint']}")
    return answer


def main(clip: str, output: str) -> int:
    """Make a rough cut, refine it, think better of one refinement, and save two versions."""
    project = f"iterative-{secrets.token_hex(2)}"
    step(project, "upload_media", {"files": [clip]})
    rough = step(project, "edit_video", {"message": "cut the pauses"})
    print("rough cut:", step(project, "show_timeline", {})["reply"])
    for words in ("warm colours", "black and white", "undo", "fade out at the end"):
        step(project, "edit_video", {"message": words})
    look = step(project, "show_timeline", {"history": True})
    print("refined:", look["reply"])
    for state in reversed(look["history"]):
        print(f"  {state['number']}: {state['message']}")
    step(project, "export_video", {"path": output})
    stem, _, ending = output.rpartition(".")
    step(project, "export_video", {"path": f"{stem}-rough.{ending}", "version": rough["version"]})
    print("saved", output, "and the rough cut beside it")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
