"""The examples run, and do what they say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent


def run(mango: Any, name: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / name), *arguments],
        cwd=mango.folder,
        env=mango.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_conversation_ends_in_a_file(mango: Any, media: Path) -> None:
    said = run(mango, "conversation.py", str(media / "talk.mp4"), str(mango.folder / "out.mp4"))
    assert "Hello" in said
    assert (mango.folder / "out.mp4").is_file()


def test_a_batch_makes_each_clip_and_one_that_fails_stops_no_other(mango: Any, media: Path) -> None:
    orders = [f"{media / 'silent.mp4'}=keep the first second", f"{media / 'words.mp4'}=mute it"]
    lines = run(mango, "batch.py", str(mango.folder), *orders).splitlines()
    assert lines[0].endswith("silent-edited.mp4")
    assert "words.mp4:" in lines[1]
    assert [path.name for path in mango.folder.glob("*.mp4")] == ["silent-edited.mp4"]
