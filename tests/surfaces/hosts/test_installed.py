"""The installed copy, as a newcomer and their assistant use it; and what ``mango doctor`` says of it."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.mark.parametrize(
    ("host", "platform"), [("clawhub", "clawhub"), ("cursor", "cursor"), ("openclaw", "unknown")]
)
def test_the_running_copy_names_the_platform_of_its_place(
    bundled: Path, newcomer: Any, host: str, platform: str
) -> None:
    source = bundled / "clawhub" / "mango-ai"
    copy = Path(newcomer.answer(source, "install", host)["path"])
    try:
        findings = newcomer.answer(copy, "doctor")["findings"]
        stated = {one["name"]: one for one in findings}
        assert stated["manifest"]["text"].endswith(f"installed by: {platform}")
        assert stated[f"host {host}"]["text"].endswith(f"platform {platform}, works")
        assert "private" in stated["environment"]["text"]
        assert stated["engine"]["ok"]
        assert "nothing is sent there" in stated["cloud"]["text"]
    finally:
        newcomer.mango(source, "uninstall", host)


def test_a_copy_updates_and_removes_itself(bundled: Path, newcomer: Any) -> None:
    source = bundled / "clawhub" / "mango-ai"
    copy = Path(newcomer.answer(source, "install", "claude")["path"])
    (copy / "SKILL.md").unlink()
    shutil.copy(source / "SKILL.md", copy / "SKILL.md")
    (copy / "requirements" / "mcp.txt").unlink()
    assert newcomer.answer(source, "install", "claude")["deed"] == "replace"
    newcomer.mango(copy, "uninstall", "claude")
    assert not copy.exists()


def test_the_engine_of_a_copy_that_was_removed_is_replaced_by_that_of_another(
    bundled: Path, newcomer: Any, media: Path, tmp_path: Path
) -> None:
    source = bundled / "clawhub" / "mango-ai"
    copy = Path(newcomer.answer(source, "install", "claude")["path"])
    newcomer.mango(source, "engine", "stop")
    before = newcomer.answer(copy, "engine", "start")
    newcomer.mango(source, "uninstall", "claude")
    assert newcomer.answer(source, "engine", "status")["pid"] == before["pid"]
    newcomer.mango(source, "upload", str(media / "silent.mp4"), folder=tmp_path)
    assert newcomer.answer(source, "engine", "status")["pid"] != before["pid"]


def test_doctor_says_what_is_wrong_with_an_installation(bundled: Path, newcomer: Any) -> None:
    source = bundled / "clawhub" / "mango-ai"
    copy = Path(newcomer.answer(source, "install", "claude")["path"])
    try:
        (copy / "mango_skill" / "rooms" / "cli.py").unlink()
        told = newcomer.mango(source, "doctor", expect=9)
        (line,) = [line for line in told.splitlines() if "host claude" in line]
        assert line.startswith("BAD")
        assert "mango install claude" in line
        shutil.copy(source / "mango_skill" / "rooms" / "cli.py", copy / "mango_skill" / "rooms" / "cli.py")
        (copy / "SKILL.md").write_text("nothing", encoding="utf-8")
        (line,) = [
            line for line in newcomer.mango(source, "doctor", expect=9).splitlines() if "host claude" in line
        ]
        assert line.startswith("BAD")
    finally:
        shutil.rmtree(copy)


def test_doctor_offers_installation_for_a_host_that_is_there(bundled: Path, newcomer: Any) -> None:
    (newcomer.home / ".openclaw").mkdir(exist_ok=True)
    told = newcomer.mango(bundled / "clawhub" / "mango-ai", "doctor")
    assert "mango install openclaw" in told


def test_following_the_skill_alone_leads_from_a_clip_to_a_finished_video(
    bundled: Path, newcomer: Any, media: Path, tmp_path: Path
) -> None:
    """An assistant that knows nothing but SKILL.md: every command is read out of it."""
    copy = Path(newcomer.answer(bundled / "clawhub" / "mango-ai", "install", "cursor")["path"])
    text = (copy / "SKILL.md").read_text(encoding="utf-8")
    spoken = re.search(r"`mango` stands for `python3 \{baseDir\}/(\S+)`", text)
    assert spoken
    assert (copy / spoken[1]).is_file()
    rows = dict(re.findall(r"^\| (.+?) \| `mango (.+?)` \|", text, re.MULTILINE))
    clip = tmp_path / "mein clip.mp4"
    shutil.copy(media / "silent.mp4", clip)

    def run(user_says: str, **words: str) -> dict[str, Any]:
        (command,) = [command for when, command in rows.items() if user_says in when]
        for key, value in words.items():
            command = command.replace(f'"{key}"', key).replace(key, shlex.quote(value))
        value: dict[str, Any] = newcomer.answer(copy, *shlex.split(command), folder=tmp_path)
        return value

    try:
        assert "this machine" in run("starts a conversation")["message"]
        made = run(
            "for a new video", **{"FILE...": clip.name, "TEXT": "keep the first second", "OUT": "a.mp4"}
        )
        assert Path(made["path"]) == tmp_path / "a.mp4"
        run("sends files or links", **{"FILE...": clip.name})
        assert run("wants something made or changed", TEXT='add the text "Download now"')["changed"]
        assert "Download now" in run("show tracks")["reply"]
        assert run("balance")["free"] is True
        exported = run("send me the video", OUT="b.mp4")
        assert Path(exported["path"]).is_file()
    finally:
        newcomer.mango(copy, "uninstall", "cursor")


def test_every_command_line_of_the_workflows_is_understood(mango: Any, media: Path) -> None:
    """What ``references/workflows.md`` shows is run as it stands, on small clips of the names it uses."""
    text = (ROOT / "references" / "workflows.md").read_text(encoding="utf-8")
    lines = re.findall(r"^    mango (.+)$", text, re.MULTILINE)
    assert len(lines) >= 12
    for name in ("interview.mp4", "a.mov", "b.mov", "day1.mp4", "day2.mp4", "clip.mov"):
        clip = "talk.mp4" if name in ("interview.mp4", "b.mov") else "silent.mp4"
        command = [
            "-y",
            "-loglevel",
            "error",
            "-i",
            str(media / clip),
            "-c",
            "copy",
            str(mango.folder / name),
        ]
        subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *command], check=True)
    project = ""
    for line in lines:
        words = shlex.split(line)
        if "--project" in words:
            words[words.index("--project") + 1] = project
        answer = mango(*words, "--json").answer
        assert answer["ok"], line
        project = str(answer.get("project") or project)
        if "-o" in words:
            assert (mango.folder / words[words.index("-o") + 1]).is_file(), line


def test_the_commands_of_the_readme_do_what_they_say(mango: Any, media: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL)
    shell = [
        line for kind, block in blocks if kind == "sh" for line in block.replace("\\\n", " ").splitlines()
    ]
    run = 0
    for line in shell:
        words = [
            word.replace("examples/media/interview.mp4", str(media / "talk.mp4"))
            for word in shlex.split(line)
        ]
        assert words[0] == "python3", line
        if words[1] == "scripts/check.py":
            continue  # the program that runs these tests
        assert words[1] == "scripts/mango.py", line
        mango(*words[2:], stdin="show tracks\nbye\n", HOME=str(mango.folder))
        run += 1
    assert run >= 3
    (program,) = [block for kind, block in blocks if kind == "python"]
    code = program.replace("examples/media/interview.mp4", str(media / "talk.mp4"))
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=mango.folder,
        env=mango.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.strip().splitlines()) >= 2
