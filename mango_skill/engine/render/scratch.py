"""Files that a render needs on its way, beside the file that it makes."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


class Scratch:
    """Names for passing files; all of them go when the render ends, however it ends.

    Args:
        partial: The unfinished output, which counts as one of them.
    """

    def __init__(self, partial: Path) -> None:
        self._partial = partial

    def path(self, name: str) -> Path:
        """Return where a passing file lies."""
        return self._partial.with_name(f"{self._partial.name}-{name}")

    def clear(self) -> None:
        """Remove them all, those of an earlier render of the same output too."""
        for path in self._partial.parent.glob(f"{self._partial.name}*"):
            with suppress(OSError):
                path.unlink()
