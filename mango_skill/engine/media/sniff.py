"""Which format a file has, told from its first bytes and never from its name. Pure.

The demuxer is named here and forced when the file is opened: a text in ffconcat syntax that is called
``holiday.mp4`` must not make FFmpeg open the files that it lists.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from mango_skill.engine.media.charsets import decode_legacy
from mango_skill.errors import MediaError
from mango_skill.protocol import constants
from mango_skill.protocol.constants import ENGINE_FORMATS

Family = Literal["av", "image", "captions", "lut"]

#: How many bytes of the beginning are enough for ``sniff``.
SNIFF_BYTES = 64 * 1024

_HINT = f"Send one of these: {', '.join(ENGINE_FORMATS)}."


@dataclass(frozen=True)
class Kind:
    """The format found in the bytes.

    Attributes:
        format: Our short name, one of ``constants.ENGINE_FORMATS``.
        family: Who reads it: ``av`` through PyAV, ``image`` through Pillow, ``captions`` and ``lut`` as text.
        demuxer: FFmpeg's name of the demuxer to force; empty for the other families.
    """

    format: str
    family: Family
    demuxer: str = ""


def sniff(first_bytes: bytes, size: int) -> Kind:
    """Return the kind of a file from its first bytes.

    Args:
        first_bytes: The beginning of the file, best ``SNIFF_BYTES`` of it.
        size: The whole file's size in bytes.

    Raises:
        MediaError: Code ``4001``: empty, a text that is neither captions nor a LUT, or an unknown format.
    """
    if size <= 0 or not first_bytes:
        raise MediaError("The file is empty.", code=str(constants.UNSUPPORTED_MEDIA), hint=_HINT)
    kind = _binary_kind(first_bytes) or _text_kind(first_bytes)
    if kind is None:
        named = next((words for start, words in _OTHERS if re.match(start, first_bytes, re.DOTALL)), "")
        raise MediaError(
            f"The file is {named}, which can't be used here."
            if named
            else "The file is of a kind that can't be used here.",
            code=str(constants.UNSUPPORTED_MEDIA),
            hint=_HINT,
        )
    return kind


def _binary_kind(head: bytes) -> Kind | None:
    if head.startswith(b"\xff\xd8\xff"):
        return Kind("jpg", "image")
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind("png", "image")
    if head.startswith((b"GIF87a", b"GIF89a")):
        return Kind("gif", "image")
    if head.startswith(b"RIFF") or head.startswith((b"RF64", b"BW64")):
        return _riff_kind(head)
    if head[4:8] == b"ftyp":
        return _ftyp_kind(head)
    if head[4:8] in _QUICKTIME_ATOMS:
        return Kind("mov", "av", "mov")
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return Kind("webm" if b"webm" in head[:128] else "mkv", "av", "matroska")
    if head.startswith(b"fLaC"):
        return Kind("flac", "av", "flac")
    if head.startswith(b"OggS"):
        return Kind("ogg", "av", "ogg")
    for start, kind in _BY_START:
        if head.startswith(start):
            return kind
    if any(_repeats_sync(head, first, length) for first, length in _TRANSPORT_PACKETS):
        return Kind("ts", "av", "mpegts")
    return _elementary_audio_kind(head)


_BY_START = (
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c", Kind("wmv", "av", "asf")),
    (b"FLV\x01", Kind("flv", "av", "flv")),
    # A pack header of ISO 13818-1 (2.5.3.3) or of ISO 11172-1.
    (b"\x00\x00\x01\xba", Kind("mpg", "av", "mpeg")),
    # A header partition of SMPTE ST 377-1 (7.1), without the run-in that hardly any writer puts before it.
    (b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02", Kind("mxf", "av", "mxf")),
)
# Where the first packet begins and how far apart they are: ISO 13818-1 (2.4.3.2), and with a time before each as
# cameras and discs have it.
_TRANSPORT_PACKETS = ((0, 188), (4, 192))
_PACKETS_SEEN = 8


def _repeats_sync(head: bytes, first: int, length: int) -> bool:
    marks = head[first : first + _PACKETS_SEEN * length : length]
    return len(marks) >= 3 and set(marks) == {0x47} and len(head) >= 3 * length


# How files begin that people send by mistake, whatever their names.
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (rb"PK\x03\x04", "a ZIP archive or an office document"),
    (rb"(?:Rar!|7z\xbc\xaf|\x1f\x8b|\xfd7zXZ|BZh)", "a packed archive"),
    (rb"%PDF", "a PDF document"),
    (rb"\xd0\xcf\x11\xe0", "an office document"),
    (rb"(?:MZ|\x7fELF|\xcf\xfa\xed\xfe|\xca\xfe\xba\xbe)", "a program"),
    (rb"8BPS", "a Photoshop document"),
    (rb"(?:II\*\x00|MM\x00\*)", "a TIFF picture or a camera's raw photo"),
    (rb"BM.{4}\x00{4}", "a BMP picture"),
    (rb".{4}ftypavi[fs]", "an AVIF picture"),
    (rb"FORM.{4}AIF[FC]", "an AIFF sound"),
    (rb"#!AMR", "an AMR sound"),
    (rb"MThd", "a MIDI file"),
    (rb"SQLite format 3", "a database"),
)
_QUICKTIME_ATOMS = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_STILL_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def _riff_kind(head: bytes) -> Kind | None:
    form = head[8:12]
    if form == b"AVI ":
        return Kind("avi", "av", "avi")
    if form == b"WAVE":
        return Kind("wav", "av", "wav")
    if form == b"WEBP":
        return Kind("webp", "image")
    return None


def _ftyp_kind(head: bytes) -> Kind | None:
    brand = head[8:12]
    if brand in _STILL_BRANDS:
        return Kind("heic", "image")
    if brand in (b"avif", b"avis"):
        return None
    if brand in (b"M4A ", b"M4B "):
        return Kind("m4a", "av", "mov")
    return Kind("mov" if brand == b"qt  " else "mp4", "av", "mov")


def _elementary_audio_kind(head: bytes) -> Kind | None:
    body = head
    # Taggers that do not know each other leave several tags, one after the other.
    while body.startswith(b"ID3") and len(body) >= 10:
        tag = 10 + (body[6] << 21 | body[7] << 14 | body[8] << 7 | body[9])
        # A tag with a large cover ends beyond the bytes at hand; nearly all files with such a tag are MP3.
        if tag + 4 > len(body):
            return Kind("mp3", "av", "mp3")
        body = body[tag:].lstrip(b"\x00")
    if body.startswith(b"fLaC"):
        return Kind("flac", "av", "flac")
    if len(body) < 4 or body[0] != 0xFF:
        return None
    # ISO 13818-7: twelve sync bits, an ID bit, then two layer bits that are zero in ADTS only.
    if body[1] & 0xF6 == 0xF0:
        return Kind("aac", "av", "aac")
    # ISO 11172-3: eleven sync bits; version 01, layer 00, bit rate 1111 and rate 11 are reserved.
    reserved = (
        (body[1] & 0x18) == 0x08 or not body[1] & 0x06 or body[2] & 0xF0 == 0xF0 or body[2] & 0x0C == 0x0C
    )
    if body[1] & 0xE0 == 0xE0 and not reserved:
        return Kind("mp3", "av", "mp3")
    return None


_CUE_TIMES = re.compile(
    r"^[ \t]*\d{1,3}:\d\d:\d\d[,.]\d{1,3}[ \t]*-->[ \t]*\d{1,3}:\d\d:\d\d[,.]\d{1,3}", re.MULTILINE
)
_LUT_SIZE = re.compile(r"^[ \t]*LUT_[13]D_SIZE[ \t]+\d+", re.MULTILINE)


def _text_kind(head: bytes) -> Kind | None:
    text = decode_text(head)
    if text is None:
        return None
    start = text.lstrip("\ufeff \t\r\n")
    if re.match(r"WEBVTT(?:[ \t\r\n]|$)", start):
        return Kind("vtt", "captions")
    if re.match(r"\d+[ \t]*\r?\n", start) and _CUE_TIMES.search(start[:400]):
        return Kind("srt", "captions")
    if _CUE_TIMES.match(start):
        return Kind("srt", "captions")
    if _LUT_SIZE.search(text):
        return Kind("cube", "lut")
    raise MediaError(
        f"The file is {_describe_text(start)}, not a video, photo or sound.",
        code=str(constants.UNSUPPORTED_MEDIA),
        hint=_HINT,
    )


def decode_text(data: bytes) -> str | None:
    """Return the text in ``data``, or None when it is not text (a character cut at the end is forgiven)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data[: len(data) // 2 * 2].decode("utf-16", errors="ignore")
    if any(byte < 0x20 and byte not in b"\t\n\r\f\x1b" for byte in data[:4096]):
        return None
    for cut in range(4):
        try:
            return data[: len(data) - cut].decode("utf-8")
        except UnicodeDecodeError as problem:
            if problem.start < len(data) - 4:
                break
    # Older captions come in a code page.
    return decode_legacy(data) if _CUE_TIMES.search(data[:2000].decode("latin-1")) else None


def _describe_text(start: str) -> str:
    low = start[:64].lower()
    if low.startswith("ffconcat"):
        return "a list of other files (ffconcat)"
    if low.startswith("#extm3u"):
        return "a playlist (m3u8)"
    if low.startswith(("<!doctype html", "<html")):
        return "a web page"
    if low.startswith("<?xml") or low.startswith("<"):
        return "a web page" if "<html" in start.lower() else "an XML text"
    return "a text"
