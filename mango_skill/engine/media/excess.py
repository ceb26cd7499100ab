"""What a small file may not ask for: thousands of passes over a photo, gigabytes from a tag, days of sound."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from mango_skill.errors import MediaError

# Each scan of a JPEG goes over the whole picture: ten are usual, and this is 40 over 100 megapixels.
_MOST_SCANNED_PIXELS: Final = 4_000_000_000
# A cover picture in a tag has a few megabytes; what is packed in it is unpacked before anything is asked.
_MOST_PACKED_BYTES: Final = 64_000_000
_RATES: Final = range(1_000, 1_000_001)

# ITU-T T.81, B.1.1: within a scan 0xFF is stuffed with 0, and eight markers only restart.
_MARKER: Final = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])")
_END, _SCAN = 0xD9, 0xDA
_ALONE: Final = frozenset({0x01, 0xD8})


def refuse_scans(path: Path, pixels: int) -> None:
    """Refuse a JPEG that is gone over so often that decoding it takes minutes.

    Raises:
        MediaError: ``too_large``.
    """
    scans = count_scans(path.read_bytes())
    if scans * pixels > _MOST_SCANNED_PIXELS:
        raise MediaError(
            f"The picture is drawn in {scans:,} passes, which would take minutes.",
            code="too_large",
            hint="Save it anew as JPEG or PNG.",
        )


def count_scans(data: bytes) -> int:
    """Return how many scans a JPEG has, those of previews in its segments left out."""
    place, scans = 0, 0
    while found := _MARKER.search(data, place):
        marker, place = found[1][0], found.end()
        if marker == _END:
            break
        if marker in _ALONE:
            continue
        scans += marker == _SCAN
        place += max(2, int.from_bytes(data[place : place + 2], "big"))
    return scans


def refuse_packed_tag(path: Path) -> None:
    """Refuse a file whose ID3 tag unpacks to more than a tag may hold.

    Raises:
        MediaError: ``too_large``.
    """
    with path.open("rb") as file:
        head = file.read(10)
        if len(head) < 10 or not head.startswith(b"ID3"):
            return
        tag = file.read(_syncsafe(head[6:10]))
    if packed_bytes(tag, head[3]) > _MOST_PACKED_BYTES:
        raise MediaError(
            "The tag of the file unpacks to more than a tag can be.",
            code="too_large",
            hint="Save the sound anew without its tag.",
        )


def packed_bytes(tag: bytes, version: int) -> int:
    """Return how many bytes the packed frames of an ID3 tag say that they unpack to.

    The flags are those of ID3v2.4.0, 4.1 and ID3v2.3.0, 3.3.1; FFmpeg takes the former's for both.

    Args:
        tag: What follows the tag's header.
        version: 3 or 4; frames of others are not packed.
    """
    place, total = 0, 0
    while version in {3, 4} and place + 14 <= len(tag) and tag[place]:
        size = tag[place + 4 : place + 8]
        flags = tag[place + 9]
        if flags & 0x08 or (version == 3 and flags & 0x80):
            total += int.from_bytes(tag[place + 10 : place + 14], "big")
        place += 10 + (_syncsafe(size) if version == 4 else int.from_bytes(size, "big"))
    return total


def _syncsafe(data: bytes) -> int:
    """Return a number of seven bits a byte (ID3v2.4.0, 6.2)."""
    return data[0] << 21 | data[1] << 14 | data[2] << 7 | data[3]


def refuse_rate(rate: int) -> None:
    """Refuse sound whose clock no recorder has: hours of it fit into a few bytes, or none is heard.

    Args:
        rate: Samples a second.

    Raises:
        MediaError: ``unreadable``.
    """
    if rate not in _RATES:
        raise MediaError(
            f"The sound has {rate:,} samples a second, which is none.",
            code="unreadable",
            hint="Export it anew with 44,100 or 48,000 samples a second.",
        )
