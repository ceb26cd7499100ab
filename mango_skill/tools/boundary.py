"""Where a tool call may write: an assistant names the path, so the person's own folders are the limit.

Allowed are the working folder, the home folder, the user's folders for videos, pictures, music, documents, downloads
and the desktop (wherever they lie), mounted drives, the folder for temporary files, and what ``output_folders`` of
``config.yaml`` adds. Never allowed are hidden folders and names, and what a system keeps its own things in. A link
counts as the place that it leads to. Who types ``mango export -o PATH`` writes where they like.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mango_skill.errors import OutputError

if TYPE_CHECKING:
    from mango_skill.client.jobs import JobView

_MOUNTED: Final = ("/media", "/mnt", "/run/media", "/Volumes")
_OF_THE_SYSTEM: Final = frozenset(
    {"appdata", "program files", "program files (x86)", "programdata", "windows"}
    | ({"library"} if sys.platform == "darwin" else set())
)
"""Names of folders, in small letters."""
_SYSTEM: Final = ("/bin", "/boot", "/dev", "/etc", "/lib", "/proc", "/sbin", "/sys", "/usr")


@dataclass(frozen=True)
class Boundary:
    """The folders that tool calls may write to.

    Attributes:
        added: Folders that the person has allowed besides the usual ones.
        settings_file: Where the person may allow more; told in the error.
    """

    added: tuple[Path, ...] = ()
    settings_file: Path | None = None

    def check(self, target: Path) -> None:
        """Check that a file, or the folder for one, is inside.

        Args:
            target: An absolute path; what it names need not exist.

        Raises:
            OutputError: It is outside; code ``output_outside``.
        """
        real = target.resolve() if target.is_dir() else target.parent.resolve() / target.name
        if any(_is_open(real, root) for root in self.folders()):
            return
        file = f" ({self.settings_file})" if self.settings_file else ""
        raise OutputError(
            f"{target} is outside the folders that a tool call may write to.",
            code="output_outside",
            hint="Leave 'path' out, or name a file in a folder of the user's that is not hidden, such as "
            f"{_usual_name()}. The user can allow more with output_folders in config.yaml{file}.",
        )

    def folders(self) -> Iterator[Path]:
        """Yield the folders, links followed."""
        home = Path.home().resolve()
        if home.parent != home:
            yield home
        here = Path.cwd().resolve()
        # hosts start servers in the root folder: that is no place that anybody chose
        if not home.is_relative_to(here) and here.parent != here and not _is_system(here):
            yield here
        yield from _people_folders()
        yield from (Path(one) for one in _MOUNTED)
        yield Path(tempfile.gettempdir()).resolve()
        yield from (one.resolve() for one in self.added)


def check_replaceable(target: Path, jobs: Iterable[JobView]) -> None:
    """Check that a file that is there was written by an export: no tool call replaces anything else.

    Raises:
        OutputError: It was not, or it has been changed since; code ``output_not_ours``.
    """
    if not target.is_file():
        return
    written = {(told.get("path"), told.get("size")) for job in jobs if (told := job.result or {})}
    if (str(target), target.stat().st_size) not in written:
        raise OutputError(
            f"{target} was not made by an export, so it is not replaced.",
            code="output_not_ours",
            hint="Choose another name. Only the user can replace this file, by removing it first.",
        )


def _is_open(real: Path, root: Path) -> bool:
    if not real.is_relative_to(root):
        return False
    inside = real.relative_to(root).parts
    return not any(part.startswith(".") or part.lower() in _OF_THE_SYSTEM for part in inside)


def _is_system(real: Path) -> bool:
    return any(real.is_relative_to(one) for one in _SYSTEM)


def _people_folders() -> Iterator[Path]:
    """Yield where the user keeps things, wherever that is: videos may lie on another disk."""
    for stated in _stated_folders():
        real = stated.resolve()
        # a link that leads to what is hidden or the system's makes that no folder of the user's
        if not any(part.startswith(".") for part in real.parts) and not _is_system(real):
            yield real


def _stated_folders() -> tuple[Path, ...]:
    import platformdirs

    return tuple(
        map(
            Path,
            (
                platformdirs.user_videos_dir(),
                platformdirs.user_downloads_dir(),
                platformdirs.user_desktop_dir(),
                platformdirs.user_documents_dir(),
                platformdirs.user_pictures_dir(),
                platformdirs.user_music_dir(),
            ),
        )
    )


def _usual_name() -> str:
    folder = next((one for one in _stated_folders() if one.is_dir()), Path.home())
    return str(folder / "video.mp4")
