"""Whether a container is all there and open to all, told from its own sizes without decoding anything."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

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
    if kind.demuxer == "asf":
        return _missing_in_packets(path, size)
    return 0


def _missing_in_boxes(path: Path, size: int) -> int:
    end, index_seen = 0, False
    with path.open("rb") as file:
        for name, start, length in _boxes(file, size):
            index_seen = index_seen or name == b"moov"
            end = start + length
    if end > size + _TOLERATED_BYTES:
        return end - size if index_seen else -1
    return 0 if index_seen else -1


def _boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, place and length of the top-level boxes (ISO 14496-12, 4.2): four bytes of size, four of name."""
    position = 0
    while position + 8 <= size:
        file.seek(position)
        length, name = struct.unpack(">I4s", file.read(8))
        if length == 1:
            wide = file.read(8)
            length = struct.unpack(">Q", wide)[0] if len(wide) == 8 else 0
        elif length == 0:
            length = size - position
        if length < 8 or not _looks_like_a_name(name):
            return
        yield name, position, length
        position += length


# Sample entries of ISO 23001-7 (common encryption) and of shops' protected files, beside the plain ones.
_LOCKED_ENTRY = re.compile(rb"stsd.{8}.{4}(?:enc[vastm]|drm[is])", re.DOTALL)
# Matroska's ContentEncAlgo within ContentEncryption (RFC 9559, 5.1.4.1.31.9).
_LOCKED_TRACK = re.compile(rb"\x50\x35.{1,9}\x47\xe1", re.DOTALL)
_LONGEST_INDEX = 64 * 1024 * 1024


# The content encryption objects of ASF (revision 1.20.03, 3.14 and 3.15).
_LOCKED_HEADER = re.compile(
    rb"\xfb\xb3\x11\x22\x23\xbd\xd2\x11\xb4\xb7\x00\xa0\xc9\x55\xfc\x6e"
    rb"|\x14\xe6\x8a\x29\x22\x26\x17\x4c\xb9\x35\xda\xe0\x7e\xe9\x28\x9c"
)
_LOCKED_SHARE = 0.5


def is_locked(path: Path, kind: Kind) -> bool:
    """Whether the container says that its pictures or its sound are encrypted (DRM)."""
    if kind.demuxer == "asf":
        return _LOCKED_HEADER.search(_beginning(path)) is not None
    if kind.demuxer == "mpegts":
        return _is_scrambled(_beginning(path))
    if kind.demuxer == "matroska":
        return _LOCKED_TRACK.search(_beginning(path)) is not None
    if kind.demuxer != "mov":
        return False
    return any(_LOCKED_ENTRY.search(index) for index in _read_indexes(path))


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(64 * 1024)


def _is_scrambled(head: bytes) -> bool:
    """Whether most packets of a transport stream are scrambled: two bits say so (ISO 13818-1, 2.4.3.3)."""
    first, length = (0, 188) if head[:1] == b"G" else (4, 192)
    flags = head[first + 3 :: length]
    return sum(1 for one in flags if one & 0xC0) > _LOCKED_SHARE * len(flags)


def _read_indexes(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        for name, start, length in _boxes(file, path.stat().st_size):
            if name == b"moov":
                file.seek(start)
                yield file.read(min(length, _LONGEST_INDEX))


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


# The file properties of ASF (3.2): 16 bytes of name, 8 of size, 16 of the file's own name, 8 of its length.
_PROPERTIES = b"\xa1\xdc\xab\x8c\x47\xa9\xcf\x11\x8e\xe4\x00\xc0\x0c\x20\x53\x65"
_BROADCAST = 1


def _missing_in_packets(path: Path, size: int) -> int:
    """A recording that is still being sent does not know its length."""
    head = _beginning(path)
    at = head.find(_PROPERTIES)
    if at < 0 or at + 92 > len(head):
        return 0
    declared, flags = struct.unpack_from("<Q", head, at + 40)[0], struct.unpack_from("<I", head, at + 88)[0]
    missing: int = declared - size
    return missing if missing > _TOLERATED_BYTES and not flags & _BROADCAST else 0
