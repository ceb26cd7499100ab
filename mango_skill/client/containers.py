"""What kind of file some first bytes are, and whether an MP4 is whole: without opening any codec."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, Final

HEAD_BYTES: Final = 4096
_MAGICS: Final = (
    (0, b"\x1aE\xdf\xa3", "matroska"),
    (0, b"GIF8", "gif"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"\xff\xd8\xff", "jpg"),
    (0, b"ID3", "mp3"),
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (0, b"\x00\x00\x01\xba", "mpeg"),
    (4, b"ftyp", "mp4"),
    (4, b"moov", "mp4"),
    (4, b"mdat", "mp4"),
    (4, b"wide", "mp4"),
    (4, b"free", "mp4"),
    (4, b"skip", "mp4"),
)
_RIFFS: Final = {b"AVI ": "avi", b"WAVE": "wav", b"WEBP": "webp"}
_FAMILIES: Final = {
    "mp4": ("mp4",),
    "mov": ("mp4",),
    "m4a": ("mp4",),
    "webm": ("matroska",),
    "mkv": ("matroska",),
    "avi": ("avi",),
    "gif": ("gif",),
    "webp": ("webp",),
    "jpg": ("jpg",),
    "png": ("png",),
    "mp3": ("mp3", "mpeg_audio"),
    "wav": ("wav",),
    "aac": ("adts", "mpeg_audio", "mp4"),
    "srt": ("text",),
    "vtt": ("text",),
    "otio": ("text",),
    "xml": ("html",),  # it begins like any page
}
_SUFFIXES: Final = {"matroska": "mkv", "mpeg_audio": "mp3", "adts": "aac"}
_UPLOADABLE: Final = frozenset({"mp4", "avi", "matroska", "jpg", "png", "gif", "webp", "mp3", "wav", "adts"})


def sniff(head: bytes) -> str | None:
    """Return the family that some first bytes belong to: mp4, matroska, text, html, ...; None if none is known."""
    for at, magic, family in _MAGICS:
        if head[at : at + len(magic)] == magic:
            return family
    if head[:4] in (b"RIFF", b"RF64"):
        return _RIFFS.get(head[8:12])
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return "adts"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "mpeg_audio"
    if _is_text(head):
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
        return "html" if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")) else "text"
    return None


def suffix_of(head: bytes) -> str | None:
    """Return the extension that fits some first bytes, for a file that has none."""
    family = sniff(head)
    return _SUFFIXES.get(family, family) if family in _UPLOADABLE else None


def fits(head: bytes, form: str) -> bool:
    """Whether some first bytes may be a file of that format; formats that are not known here always fit."""
    families = _FAMILIES.get(form)
    return families is None or sniff(head) in families


def missing_part(path: Path) -> str:
    """Return what an MP4-like file lacks, in a few words; nothing when it is whole or of another kind."""
    with path.open("rb") as file:
        if sniff(file.read(HEAD_BYTES)) != "mp4":
            return ""
        return _missing_box(file, os.fstat(file.fileno()).st_size)


def _missing_box(file: BinaryIO, size: int) -> str:
    at = 0
    index = False
    fragments = False
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1 and len(head) == 16:
            length = int.from_bytes(head[8:16], "big")
        elif length == 0:
            length = size - at
        if length < 8:
            break
        index = index or kind == b"moov"
        fragments = fragments or kind == b"moof"
        if at + length > size:
            return "its end is missing"
        at += length
    return "" if index or fragments else "its index is missing"


def _is_text(head: bytes) -> bool:
    if not head:
        return False
    if b"\x00" in head:
        return False
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as problem:
        # A character cut at the end of the head is no fault.
        if problem.start < len(head) - 4:
            return False
        text = head[: problem.start].decode("utf-8")
    return all(letter.isprintable() or letter.isspace() or letter == "\ufeff" for letter in text)
