"""Which characters a font file has, read from its ``cmap`` table (OpenType 1.9, "cmap"). Reads a few kilobytes."""

from __future__ import annotations

import bisect
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True)
class Coverage:
    """Sorted, half-open ranges of code points that have a glyph."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def __contains__(self, code_point: int) -> bool:
        index = bisect.bisect_right(self.starts, code_point) - 1
        return index >= 0 and code_point < self.ends[index]

    def has_all(self, code_points: Iterable[int]) -> bool:
        """Return whether every code point has a glyph."""
        return all(code_point in self for code_point in code_points)


def read_coverage(path: Path, face_index: int = 0) -> Coverage:
    """Return what the font has; nothing when the file can't be read as a font."""
    try:
        with path.open("rb") as file:
            table = _cmap_table(file, face_index)
        ranges = sorted(_best_subtable(table))
    except (OSError, struct.error, IndexError):
        ranges = []
    return Coverage(tuple(start for start, _ in ranges), tuple(end for _, end in ranges))


def _cmap_table(file: BinaryIO, face_index: int) -> bytes:
    start = 0
    if file.read(4) == b"ttcf":
        file.seek(12 + 4 * face_index)
        start = struct.unpack(">I", file.read(4))[0]
    file.seek(start + 4)
    count = struct.unpack(">H", file.read(2))[0]
    file.seek(start + 12)
    for _ in range(count):
        tag, _, offset, length = struct.unpack(">4sIII", file.read(16))
        if tag == b"cmap":
            file.seek(offset)
            return file.read(min(length, 4 * 1024 * 1024))
    return b""


def _best_subtable(table: bytes) -> list[tuple[int, int]]:
    """Prefer the full repertoire (format 12) to the basic plane (format 4)."""
    if len(table) < 4:
        return []
    count = struct.unpack(">H", table[2:4])[0]
    offsets = {struct.unpack(">I", table[8 + 8 * index : 12 + 8 * index])[0] for index in range(count)}
    by_format = {struct.unpack(">H", table[offset : offset + 2])[0]: offset for offset in offsets}
    if 12 in by_format:
        return _groups(table[by_format[12] :])
    return _segments(table[by_format[4] :]) if 4 in by_format else []


def _groups(table: bytes) -> list[tuple[int, int]]:
    count = struct.unpack(">I", table[12:16])[0]
    triples = struct.iter_unpack(">III", table[16 : 16 + 12 * count])
    return [(start, end + 1) for start, end, _ in triples]


def _segments(table: bytes) -> list[tuple[int, int]]:
    count = struct.unpack(">H", table[6:8])[0] // 2
    ends = struct.unpack(f">{count}H", table[14 : 14 + 2 * count])
    starts = struct.unpack(f">{count}H", table[16 + 2 * count : 16 + 4 * count])
    return [(start, end + 1) for start, end in zip(starts, ends, strict=True) if start != 0xFFFF]
