"""Whether a container is all there, told from its own sizes without decoding anything."""

from __future__ import annotations

import struct
from pathlib import Path

from mango_skill.engine.media.sniff import Kind

# Writers pad and round their size fields; a loss of this little harms nothing.
_TOLERATED_BYTES = 1024


def missing_bytes(path: Path, kind: Kind) -> int:
    """Return how many bytes the container says it has beyond the end of the file; 0 when it is whole.

    -1 means that the index of an MP4 or MOV (its ``moov`` box) is not there, which happens when a
    recording or a copy was stopped: nothing in such a file can be found.
    """
    size = path.stat().st_size
    if kind.demuxer == "mov":
        return _missing_in_boxes(path, size)
    if kind.format in {"avi", "wav"}:
        return _missing_in_riff(path, size)
    if kind.demuxer == "matroska":
        return _missing_in_segment(path, size)
    return 0


def _missing_in_boxes(path: Path, size: int) -> int:
    """Walk the top-level boxes (ISO 14496-12, 4.2): four bytes of size, four of name."""
    position, index_seen = 0, False
    with path.open("rb") as file:
        while position + 8 <= size:
            file.seek(position)
            length, name = struct.unpack(">I4s", file.read(8))
            if length == 1:
                wide = file.read(8)
                length = struct.unpack(">Q", wide)[0] if len(wide) == 8 else 0
            elif length == 0:
                length = size - position
            if length < 8 or not _looks_like_a_name(name):
                break
            index_seen = index_seen or name == b"moov"
            position += length
            if position > size + _TOLERATED_BYTES:
                return position - size if index_seen else -1
    return 0 if index_seen else -1


def _looks_like_a_name(name: bytes) -> bool:
    return all(0x20 <= byte < 0x7F or byte == 0xA9 for byte in name)


def _missing_in_riff(path: Path, size: int) -> int:
    """The size after ``RIFF`` counts what follows it; live writers leave 0 or all ones there."""
    with path.open("rb") as file:
        head = file.read(12)
    declared = struct.unpack("<I", head[4:8])[0]
    if not head.startswith(b"RIFF") or declared in {0, 0xFFFFFFFF}:
        return 0
    missing: int = declared + 8 - size
    return missing if missing > _TOLERATED_BYTES else 0


def _missing_in_segment(path: Path, size: int) -> int:
    """EBML (RFC 8794): an id and a size of variable length; the Segment holds everything."""
    with path.open("rb") as file:
        head = file.read(4096)
    position = head.find(b"\x18\x53\x80\x67")
    if position < 0 or position + 12 > len(head):
        return 0
    start = position + 4
    width = 9 - head[start].bit_length()
    if width > 8:
        return 0
    value = int.from_bytes(head[start : start + width], "big") & ((1 << 7 * width) - 1)
    if value == (1 << 7 * width) - 1:  # unknown size: a live recording
        return 0
    missing = start + width + value - size
    return missing if missing > _TOLERATED_BYTES else 0
