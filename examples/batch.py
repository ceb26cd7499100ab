"""Several clips in one session, each with its own words: ``python examples/batch.py FOLDER CLIP=WORDS ...``.

Each clip has a project of its own, so that their footage stays apart; one that fails does not stop the others.
"""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

from mango_skill import MangoSkill, open_skill


def make(skill: MangoSkill, clip: Path, words: str, folder: Path) -> str:
    """Edit one clip and save it in the folder; return one line on how it went."""
    project = f"{clip.stem}-{secrets.token_hex(2)}"
    steps = (
        ("upload_media", {"files": [str(clip)]}),
        ("edit_video", {"message": words}),
        ("export_video", {"path": str(folder)}),
    )
    saved = ""
    for name, arguments in steps:
        answer = skill.call(name, {"project": project, **arguments})
        while answer["ok"] and answer.get("state") in ("queued", "running"):
            answer = skill.call("wait_for_job", {"job_id": answer["job_id"]})
        if not answer["ok"]:
            return f"{clip.name}: {answer['error']['message']}"
        saved = answer.get("result", answer).get("path", saved)
    return f"{clip.name}: saved as {saved}"


def main(folder: str, *orders: str) -> int:
    """Make every clip; return 1 when one of them failed."""
    skill = open_skill(project="batch", output_folders=[folder])
    lines = []
    for order in orders:
        clip, _, words = order.partition("=")
        lines.append(make(skill, Path(clip), words, Path(folder)))
        print(lines[-1])
    return 0 if all(": saved as " in line for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
