"""``mango install``: the skill where a host looks for it, and nothing else touched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mango_skill.hosts import marker

ROOT = Path(__file__).parent.parent.parent.parent
PLACES = {
    "openclaw": (".openclaw/skills", "skills", "unknown"),
    "clawhub": (".clawhub/skills", "skills", "clawhub"),
    "cursor": (".cursor/skills", ".cursor/skills", "cursor"),
    "claude": (".claude/skills", ".claude/skills", "unknown"),
    "codex": (".agents/skills", ".agents/skills", "unknown"),
    "agents": (".agents/skills", ".agents/skills", "unknown"),
}
KILLED = """
import os, sys

LAST = int(sys.argv.pop(1))
COUNTED = ("os.", "shutil.", "ctypes.")
seen = 0

def count(event, arguments):
    global seen
    writes = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    if writes or event.startswith(COUNTED):
        seen += 1
        if seen == LAST:
            os._exit(137)

from mango_skill.cli import main
import mango_skill.cli.installing
sys.addaudithook(count)
code = main(sys.argv[1:])
print(seen, file=sys.stderr)
sys.exit(code)
"""


class User:
    """Runs ``mango`` of the source with a home folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.project = folder / "project"
        self.home.mkdir()
        self.project.mkdir()
        self.environ = {
            "HOME": str(self.home),
            "MANGO_HOME": str(folder / "kept"),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def __call__(self, *words: str, expect: int = 0) -> dict[str, Any]:
        done = self.run(["-m", "mango_skill", *words, "--json"])
        assert done.returncode == expect, done.stdout + done.stderr
        value: dict[str, Any] = json.loads(done.stdout)
        return value

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command],
            cwd=self.project,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def tree(self) -> dict[str, bytes | None]:
        """Everything in the home and in the project: bytes of files, None for folders."""
        found: dict[str, bytes | None] = {}
        for base in (self.home, self.project):
            for path in sorted(base.rglob("*")):
                name = path.relative_to(base.parent).as_posix()
                found[name] = path.read_bytes() if path.is_file() else None
        return found


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


@pytest.mark.parametrize("host", sorted(PLACES))
def test_the_skill_is_put_where_the_host_looks_and_taken_away_without_a_trace(user: User, host: str) -> None:
    (user.home / "mine.txt").write_text("mine", encoding="utf-8")
    before = user.tree()
    folder = user.home / PLACES[host][0] / "mango-ai"

    planned = user("install", host, "--dry-run")
    assert (planned["deed"], planned["path"]) == ("install", str(folder))
    assert user.tree() == before

    done = user("install", host)
    assert done["version"]
    assert done["platform"] == PLACES[host][2]
    assert (folder / "SKILL.md").read_bytes() == (ROOT / "SKILL.md").read_bytes()
    assert [path.name for path in folder.parent.iterdir()] == ["mango-ai"]
    assert user("install", host)["deed"] == "nothing"

    assert user("uninstall", host, "--dry-run")["deed"] == "remove"
    assert folder.is_dir()
    user("uninstall", host)
    assert user.tree() == before
    assert user("uninstall", host)["deed"] == "nothing"


@pytest.mark.parametrize("host", sorted(PLACES))
def test_with_project_the_skill_goes_into_the_working_folder_alone(user: User, host: str) -> None:
    before = user.tree()
    done = user("install", host, "--project")
    folder = user.project / PLACES[host][1] / "mango-ai"
    assert done["path"] == str(folder)
    assert (folder / "scripts" / "mango.py").is_file()
    assert list(user.home.iterdir()) == []
    user("uninstall", host, "--project")
    assert user.tree() == before


def test_a_folder_of_somebody_else_is_refused_with_a_word_and_not_touched(user: User) -> None:
    folder = user.home / ".cursor" / "skills" / "mango-ai"
    folder.mkdir(parents=True)
    (folder / "SKILL.md").write_text("---\nname: mango-ai\n---\n", encoding="utf-8")
    before = user.tree()
    for words in (("install", "cursor"), ("install", "cursor", "--dry-run"), ("uninstall", "cursor")):
        error = user(*words, expect=5)["error"]
        assert error["code"] == "foreign_folder"
        assert error["hint"]
        assert user.tree() == before


def test_what_clawhub_installed_is_left_to_clawhub(user: User) -> None:
    folder = user.home / ".openclaw" / "skills" / "mango-ai"
    (folder / ".clawhub").mkdir(parents=True)
    (folder / ".clawhub" / "origin.json").write_text("{}", encoding="utf-8")
    assert "clawhub update" in user("install", "openclaw", expect=5)["error"]["hint"]


def test_a_link_to_somewhere_else_is_refused(user: User) -> None:
    user("install", "claude")
    real = user.home / ".claude" / "skills" / "mango-ai"
    link = user.home / ".cursor" / "skills" / "mango-ai"
    link.parent.mkdir(parents=True)
    link.symlink_to(real)
    assert user("install", "cursor", expect=5)["error"]["code"] == "foreign_folder"
    assert link.is_symlink()


def make_older(folder: Path) -> None:
    """Turn an installation into one of an earlier version, with a file that is no longer shipped."""
    note = marker.read(folder)
    assert note is not None
    (folder / "old.py").write_text("OLD = 1\n", encoding="utf-8")
    (folder / "SKILL.md").write_text("---\nname: mango-ai\n---\nold\n", encoding="utf-8")
    files = {
        **note.files,
        **{name: marker.digest_of((folder / name).read_bytes()) for name in ("old.py", "SKILL.md")},
    }
    older = marker.Marker("0.0.1", note.hosts, files, note.made)
    (folder / marker.MARKER).write_bytes(older.to_bytes())


def test_an_older_installation_is_replaced_whole(user: User) -> None:
    before = user.tree()
    folder = Path(user("install", "claude")["path"])
    wanted = user.tree()
    make_older(folder)
    done = user("install", "claude")
    assert (done["deed"], done["before"], done["removed"]) == ("replace", "0.0.1", 1)
    assert user.tree() == wanted
    user("uninstall", "claude")
    assert user.tree() == before


def test_what_the_user_changed_or_added_is_kept_and_told(user: User) -> None:
    folder = Path(user("install", "cursor")["path"])
    (folder / "SKILL.md").write_text("my own words", encoding="utf-8")
    (folder / "clip.mp4").write_bytes(b"film")
    (folder / "schemas" / "config.schema.json").unlink()
    done = user("install", "cursor")
    assert done["kept"] == {"SKILL.md": "SKILL.md.yours", "clip.mp4": "clip.mp4"}
    assert (folder / "SKILL.md").read_bytes() == (ROOT / "SKILL.md").read_bytes()
    assert (folder / "schemas" / "config.schema.json").is_file()
    user("uninstall", "cursor")
    rest = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert rest == {"SKILL.md.yours": b"my own words", "clip.mp4": b"film"}


def test_hosts_that_share_a_folder_share_the_installation(user: User) -> None:
    before = user.tree()
    user("install", "codex")
    folder = Path(user("install", "agents")["path"])
    user("uninstall", "codex")
    assert (folder / "SKILL.md").is_file()
    user("uninstall", "agents")
    assert user.tree() == before


def test_a_killed_installation_leaves_the_old_skill_or_the_new_one(user: User) -> None:
    folder = Path(user("install", "claude")["path"])
    new = user.tree()
    make_older(folder)
    old = user.tree()
    whole = user.run(["-c", KILLED, "0", "install", "claude"])
    assert whole.returncode == 0, whole.stderr
    steps = int(whole.stderr.splitlines()[-1])
    assert steps > 100
    seen = set()
    # the first steps, some in the middle, and all of the end, where the folders change places
    for step in sorted({1, 5, steps // 4, steps // 2, *range(max(1, steps - 340), steps, 34), steps}):
        shutil.rmtree(folder)
        for name, data in old.items():
            path = user.home.parent / name
            if data is None:
                path.mkdir(parents=True, exist_ok=True)
            else:
                path.write_bytes(data)
        assert user.tree() == old
        assert user.run(["-c", KILLED, str(step), "install", "claude"]).returncode == 137
        left = {name: data for name, data in user.tree().items() if "being-put" not in name}
        assert left in (old, new), f"killed at step {step} of {steps}"
        seen.add("old" if left == old else "new")
        # the next one clears up
        user("install", "claude")
        assert user.tree() == new
    assert seen == {"old", "new"}


def test_two_installations_at_once_end_in_one(user: User) -> None:
    command = [sys.executable, "-m", "mango_skill", "install", "claude", "--json"]
    both = [
        subprocess.Popen(command, cwd=user.project, env=user.environ, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    deeds = sorted(json.loads(one.communicate(timeout=60)[0])["deed"] for one in both)
    assert deeds == ["install", "nothing"]
    assert [path.name for path in (user.home / ".claude" / "skills").iterdir()] == ["mango-ai"]


def test_a_folder_that_was_moved_aside_when_the_machine_died_is_brought_back(user: User) -> None:
    folder = Path(user("install", "claude")["path"])
    (folder / "clip.mp4").write_bytes(b"film")
    aside = folder.parent / ".mango-ai.being-put-x"
    aside.mkdir()
    folder.rename(aside / ".before")
    done = user("install", "claude")
    assert done["deed"] == "nothing"
    assert (folder / "clip.mp4").read_bytes() == b"film"


def test_a_place_that_can_not_be_written_is_said_plainly(user: User) -> None:
    (user.home / ".claude").write_text("in the way", encoding="utf-8")
    error = user("install", "claude", expect=5)["error"]
    assert error["code"] == "folder"
    assert (user.home / ".claude").read_text(encoding="utf-8") == "in the way"


def test_the_hosts_own_files_are_shown_what_to_say_and_not_written(user: User) -> None:
    (user.home / ".cursor").mkdir()
    settings = user.home / ".cursor" / "mcp.json"
    settings.write_text("{}", encoding="utf-8")
    done = user("install", "cursor")
    assert settings.read_text(encoding="utf-8") == "{}"
    assert done["mcp_file"] == "~/.cursor/mcp.json"
    (server,) = json.loads(done["mcp"])["mcpServers"].values()
    assert Path(server["args"][0]).is_file()
    assert "claude mcp add" in user("install", "claude")["mcp"]


def test_an_unknown_host_is_answered_with_the_known_ones(user: User) -> None:
    error = user("install", "curser", expect=2)["error"]
    assert "cursor" in error["message"]
