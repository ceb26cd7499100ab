"""A mix on disk: float32 stereo, read and written in blocks. Numpy only.

Mapped into memory instead, ten minutes of it would count as 230 MB of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np

from mango_skill.engine.render.tapes import RATE, Samples

BLOCK: Final = RATE
_BYTES: Final = 8


class MixFile:
    """The samples of a file, open for reading and writing until it is closed.

    Args:
        path: The file; it must be there.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("r+b")
        self._count = path.stat().st_size // _BYTES

    def __len__(self) -> int:
        return self._count

    def __enter__(self) -> MixFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def read(self, first: int, count: int) -> Samples:
        """Return samples; fewer at the end."""
        count = max(0, min(count, self._count - first))
        self._file.seek(first * _BYTES)
        return np.frombuffer(self._file.read(count * _BYTES), np.float32).reshape(-1, 2).copy()

    def write(self, first: int, samples: Samples) -> None:
        """Put samples in the place of those that are there."""
        self._file.seek(first * _BYTES)
        self._file.write(np.ascontiguousarray(samples, dtype=np.float32).tobytes())

    def blocks(self, first: int = 0, end: int | None = None) -> Iterator[tuple[int, Samples]]:
        """Yield stretches of a second with the sample at which they begin."""
        stop = self._count if end is None else min(end, self._count)
        for at in range(max(0, first), stop, BLOCK):
            yield at, self.read(at, min(BLOCK, stop - at))
