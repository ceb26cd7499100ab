"""Rooms as one file each: what is packed is found again by Python, byte for byte."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mango_skill import packed

ROOT = Path(__file__).parent.parent.parent
MODULES = {
    "__init__": '"""A room."""\nNAME = __name__\n',
    "window": "from mango_skill.house import NAME\n\nGLASS = 'ä'\n\n\ndef fall():\n    raise ValueError(GLASS)\n",
    "empty": "",
}
LOOK = """
import mango_skill.house.window as window, mango_skill.house.empty, importlib.resources, inspect, traceback
print(window.__file__)
print(window.NAME, mango_skill.house.__path__)
print(importlib.resources.files("mango_skill.house").joinpath("table.json").read_text())
print(inspect.getsource(window).splitlines()[-1].strip())
try:
    window.fall()
except ValueError:
    print(traceback.format_exc().splitlines()[-2].strip())
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A package with one packed room, whose folder holds a table only."""
    package = tmp_path / "mango_skill"
    (package / "rooms").mkdir(parents=True)
    (package / "house").mkdir()
    (package / "house" / "table.json").write_text("[1]", encoding="utf-8")
    (package / "packed.py").write_bytes((ROOT / "mango_skill" / "packed.py").read_bytes())
    (package / "__init__.py").write_text(
        "from mango_skill.packed import open_rooms\n\nopen_rooms()\n", encoding="utf-8"
    )
    write_room(package, MODULES)
    return tmp_path


def write_room(package: Path, modules: dict[str, str]) -> None:
    text = packed.pack("house", modules)
    (package / "rooms" / "house.py").write_text(text, encoding="utf-8", newline="\n")


def look(folder: Path, code: str, **environ: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={"PATH": "", **environ},
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_packing_and_unpacking_change_no_byte() -> None:
    assert packed.unpack(packed.pack("house", MODULES)) == dict(sorted(MODULES.items()))


def test_the_same_modules_make_the_same_file_in_any_order() -> None:
    assert packed.pack("house", dict(reversed(MODULES.items()))) == packed.pack("house", MODULES)


def test_a_module_that_looks_like_a_mark_is_refused() -> None:
    with pytest.raises(ValueError, match="marks"):
        packed.pack("house", {"door": "# ======== window.py ========\n"})


def test_packed_modules_are_imported_as_if_they_were_files(house: Path) -> None:
    lines = look(house, LOOK, PYTHONIOENCODING="utf-8").splitlines()
    folder = house / "mango_skill" / "house"
    assert lines[0] == str(folder / "window.py")
    assert lines[1] == f"mango_skill.house ['{folder}']"
    assert lines[2] == "[1]"
    # what a person needs to find a fault: the source, and the line in a traceback
    assert lines[3] == lines[4] == "raise ValueError(GLASS)"


def test_a_changed_room_is_never_run_from_old_bytecode(house: Path) -> None:
    package = house / "mango_skill"
    code = "import mango_skill.house.window as w; print(w.GLASS)"
    assert look(house, code, PYTHONIOENCODING="utf-8") == "ä\n"
    kept = list((package / "house" / "__pycache__").glob("window.*.pyc"))
    assert len(kept) == 1
    room = package / "rooms" / "house.py"
    before = room.stat()
    write_room(package, {**MODULES, "window": MODULES["window"].replace("'ä'", "'ö'")})
    # a copy may bring a time of its own; length and time are as before
    os.utime(room, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert room.stat().st_size == before.st_size
    assert look(house, code, PYTHONIOENCODING="utf-8") == "ö\n"


def test_a_module_that_is_nowhere_is_missing_as_ever(house: Path) -> None:
    code = "try:\n import mango_skill.house.door\nexcept ModuleNotFoundError as e: print(e.name)"
    assert look(house, code) == "mango_skill.house.door\n"


def test_line_ends_that_a_copy_changed_do_no_harm(house: Path) -> None:
    room = house / "mango_skill" / "rooms" / "house.py"
    room.write_bytes(room.read_bytes().replace(b"\n", b"\r\n"))
    assert look(house, "import mango_skill.house.window as w; print(w.NAME)") == "mango_skill.house\n"
