"""Rooms as one file each: how a bundle ships hundreds of modules in a few dozen readable files.

Hosts take only so many files of a skill. In a bundle the modules of ``mango_skill/router`` stand in
``mango_skill/rooms/router.py``, each whole and unchanged below a line that names it; tables stay where they are.
A module found there has the ``__file__`` that it would have as a file of its own, and its bytecode is kept beside that.
"""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, Final

FOLDER: Final = "rooms"
"""The folder of the package that holds the packed rooms."""

_PACKAGE: Final = __name__.partition(".")[0]
_HEAD: Final = "# {name}: its modules, each whole below a line that names it.\n"
_MARK: Final = "# ======== {name}.py ========\n"
_MARKED: Final = re.compile(r"^# ======== (\w+)\.py ========\r?\n", re.MULTILINE)


def pack(room: str, modules: Mapping[str, str]) -> str:
    """Return a room's modules as one text.

    Args:
        room: The room's name below the package, such as ``engine.render``.
        modules: Source texts by module name; the room's own is ``__init__``.

    Raises:
        ValueError: A module holds a line that would look like a mark.
    """
    parts = [_HEAD.format(name=room)]
    for name in sorted(modules):
        if _MARKED.search(modules[name]):
            raise ValueError(f"{room}.{name} holds a line that marks modules")
        text = modules[name]
        parts += [_MARK.format(name=name), text if text.endswith("\n") or not text else f"{text}\n"]
    return "".join(parts)


def unpack(text: str) -> dict[str, str]:
    """Return the modules of a packed room by their names."""
    _, *parts = _MARKED.split(text)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def open_rooms() -> None:
    """Let this package's modules be found in its packed rooms; without such nothing happens."""
    rooms = Path(__file__).parent / FOLDER
    if rooms.is_dir() and not any(isinstance(one, _Finder) for one in sys.meta_path):
        # first: a room's folder of tables looks like a package without code to those who come later
        sys.meta_path.insert(0, _Finder(rooms))


class _Finder(MetaPathFinder):
    """Finds modules of this package in its packed rooms."""

    def __init__(self, rooms: Path) -> None:
        self._rooms = rooms

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        top, *below = fullname.split(".")
        if top != _PACKAGE or not below:
            return None
        folder = self._rooms.parent.joinpath(*below)
        own = _modules(self._rooms / f"{'.'.join(below)}.py")
        if "__init__" in own:
            file = folder / "__init__.py"
            return _spec(fullname, file, source=own["__init__"], folders=[str(folder)])
        source = _modules(self._rooms / f"{'.'.join(below[:-1])}.py").get(below[-1])
        if source is None:
            return None
        return _spec(fullname, folder.with_suffix(".py"), source=source, folders=None)


class _Loader(SourceFileLoader):
    """Loads a module whose source is at hand; its bytecode is looked for and kept where a file's would be."""

    def __init__(self, fullname: str, path: str, source: bytes) -> None:
        super().__init__(fullname, path)
        self._source = source

    def get_data(self, path: str) -> bytes:
        return self._source if path == self.path else super().get_data(path)

    def path_stats(self, path: str) -> Mapping[str, Any]:
        # in the place of a time: bytecode of another text is never taken, whatever a copy's times are
        return {"mtime": zlib.crc32(self._source), "size": len(self._source)}


def _spec(fullname: str, file: Path, *, source: str, folders: list[str] | None) -> ModuleSpec | None:
    loader = _Loader(fullname, str(file), source.encode("utf-8"))
    return spec_from_file_location(fullname, str(file), loader=loader, submodule_search_locations=folders)


@cache
def _modules(room: Path) -> dict[str, str]:
    try:
        return unpack(room.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        return {}
