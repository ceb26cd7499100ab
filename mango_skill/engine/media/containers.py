"""Opening sound and moving pictures with the demuxer that their content asked for.

Child processes only: it imports PyAV.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import av
import av.error
from av import CodecContext
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from mango_skill.engine.media.sniff import SNIFF_BYTES, Kind, sniff
from mango_skill.errors import MediaError

SEND_AGAIN = "Send the file again from the start, or export it anew from the program that made it."

_BEFORE_US = 10_000_000


@contextmanager
def open_media(path: str | os.PathLike[str], demuxer: str = "") -> Iterator[InputContainer]:
    """Open a file with the named demuxer and nothing else, and close it again.

    Without a name the content is sniffed first; pictures and texts are not opened.

    Raises:
        MediaError: ``unreadable``: it can't be opened, or what is read from it inside the block fails;
            ``no_sound`` for a picture or a text; see ``sniff_file``.
    """
    # "file:" keeps a path from being read as another protocol; the whitelist keeps its content from naming one.
    if not demuxer:
        demuxer = sniff_file(Path(path)).demuxer
    if not demuxer:
        raise MediaError(
            "The file has no sound or moving picture.", code="no_sound", hint="Send a video or a sound."
        )
    address = "file:" + str(Path(path).absolute())
    try:
        with av.open(
            address,
            "r",
            format=demuxer,
            container_options={"protocol_whitelist": "file"},
            metadata_errors="replace",
        ) as container:
            yield container
    except av.error.FFmpegError as problem:
        raise unreadable(problem) from problem


def sniff_file(path: Path) -> Kind:
    """Return the kind of a file on disk (see ``sniff.sniff``)."""
    try:
        if not path.is_file() and path.exists() and not path.is_dir():
            # Opening a pipe waits for someone to write into it, perhaps for ever.
            hint = "Save what it gives as a file and send that."
            raise MediaError("That is a pipe or a device, not a file.", code="not_a_file", hint=hint)
        with path.open("rb") as file:
            head = file.read(SNIFF_BYTES)
            size = os.fstat(file.fileno()).st_size
            if head.startswith(b"ID3") and len(head) >= 10:
                # What follows a tag decides, and a tag with a cover is longer than the bytes at hand.
                file.seek(10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]))
                head = b"ID3\x04\x00\x00\x00\x00\x00\x00" + file.read(SNIFF_BYTES)
    except FileNotFoundError:
        raise MediaError("The file is not there.", code="missing_file", hint="Check the path.") from None
    except IsADirectoryError:
        hint = "Name the files in it one by one."
        raise MediaError("That is a folder, not a file.", code="not_a_file", hint=hint) from None
    except PermissionError:
        hint = "Give yourself permission to read it."
        raise MediaError("The file may not be read.", code="no_permission", hint=hint) from None
    return sniff(head, size)


def unreadable(problem: Exception) -> MediaError:
    """Return the error for a file whose content can't be read, with what the library said in ``details``."""
    said = problem.strerror if isinstance(problem, av.error.FFmpegError) else str(problem)
    return MediaError(
        "The file is broken: what is in it can't be read.",
        code="unreadable",
        hint=SEND_AGAIN,
        details={"library": said or type(problem).__name__},
    )


def rewind(container: InputContainer) -> None:
    """Go to the beginning of a file, wherever its clock begins.

    Raises:
        av.error.FFmpegError: It can't be read from another place than where it was left.
    """
    start = container.start_time or 0
    try:
        # A clock that wraps around within the film counts from before its zero, its first packets from earlier still.
        container.seek(start - _BEFORE_US if start < 0 else 0)
    except av.error.FFmpegError:
        # Some containers find no place before their first full picture.
        container.seek(0, backward=False)


def picture_stream(container: InputContainer) -> VideoStream | None:
    """Return the stream of moving pictures that players choose; a cover image in a music file is not one."""
    covers = Disposition.attached_pic | Disposition.timed_thumbnails
    streams = [stream for stream in container.streams.video if not stream.disposition & covers]
    marked = [stream for stream in streams if stream.disposition & Disposition.default]
    return next(iter(marked or streams), None)


# The library's own decoders leave WebM's transparency out, which lies beside the picture in each packet.
_CLEAR_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}


def picture_decoder(stream: VideoStream) -> VideoCodecContext:
    """Return what decodes a stream's packets: its own decoder, or another one for transparency in WebM."""
    name = _CLEAR_DECODERS.get(stream.codec_context.name)
    clear = any(key.lower() == "alpha_mode" and value == "1" for key, value in stream.metadata.items())
    if name is None or not clear or name not in av.codecs_available:
        return stream.codec_context
    return cast(VideoCodecContext, CodecContext.create(name, "r"))


def sound_stream(container: InputContainer) -> AudioStream | None:
    """Return the sound stream that players choose: the first marked default, else the first."""
    streams = container.streams.audio
    for stream in streams:
        if stream.disposition & Disposition.default:
            return stream
    return streams[0] if streams else None
