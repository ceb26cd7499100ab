"""Several clips, each with its own words: ``python examples/batch.py OUTPUT_FOLDER CLIP=WORDS ...``.

A project per file keeps their footage apart; one that fails does not stop the others.
"""

from __future__ import annotations

import sys
from pathlib import Path

from mango_skill import MangoSkill, open_skill


def make(skill: MangoSkill, clip: Path, words: str, output: Path) -> str:
    """Edit one clip and save it; return one line on how it went."""
    steps = (
        ("upload_media", {"files": [str(clip)]}),
        ("edit_video", {"message": words}),
        ("export_video", {"path": str(output), "overwrite": True}),
    )
    for name, arguments in steps:
        answer = skill.call(name, arguments)
        while answer["ok"] and answer.get("state") in ("queued", "running"):
            answer = skill.call("wait_for_job", {"job_id": answer["job_id"]})
        if not answer["ok"]:
            return f"{clip.name}: {answer['error']['message']}"
    return f"{clip.name}: saved as {output}"


def main(folder: str, *orders: str) -> int:
    """Make every clip."""
    lines = []
    for order in orders:
        name, _, words = order.partition("=")
        clip = Path(name)
        skill = open_skill(project=f"batch-{clip.stem}")
        lines.append(make(skill, clip, words, Path(folder) / f"{clip.stem}-edited.mp4"))
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
