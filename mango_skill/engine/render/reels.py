"""Reading pictures: the one that is shown at an instant, forwards, backwards or far away. Render process only."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Final, Protocol, cast

import av
import av.error
import av.filter
import numpy as np
from av import Packet, VideoFrame
from av.codec.context import ThreadType
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream
from PIL import Image

from mango_skill.engine.media.containers import picture_decoder, rewind
from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.media.order import decode_in_order
from mango_skill.engine.media.pictures import load_pictures
from mango_skill.errors import MediaError

# Further than this it pays to look for a keyframe instead of decoding all that lies between.
_PATIENCE_S: Final = Fraction(3, 2)
# Backwards, pictures are decoded in runs and kept: 24 pictures of 1080p are 75 MB.
_KEPT_BACKWARDS: Final = 24
_RETREATS_S: Final = (Fraction(0), Fraction(2), Fraction(12))


class Reel(Protocol):
    """Pictures with instants, in seconds from the first."""

    def at(self, limit: Fraction) -> VideoFrame:
        """Return the last picture shown before ``limit``; the first one when there is none."""

    def close(self) -> None:
        """Let the file go."""


class FilmReel:
    """The pictures of a video file.

    Args:
        path: The file.
        info: Its facts; they name the demuxer and the stream.
        backwards: It will be read from its end.
        threads: For decoding; 0 lets the library choose.

    Raises:
        MediaError: ``source_vanished`` or ``unreadable``.
    """

    def __init__(self, path: Path, info: MediaInfo, *, backwards: bool = False, threads: int = 1) -> None:
        self._container = open_source(path, info)
        self._stream = cast(VideoStream, self._container.streams[info.video_stream])
        context = self._decoder = picture_decoder(self._stream)
        context.thread_count = threads
        context.thread_type = ThreadType.NONE if threads == 1 else ThreadType.AUTO
        self._base = Fraction(self._stream.time_base or Fraction(1, 1000))
        self._in_order = info.unordered
        self._zero = (
            self._first_decoded() if info.unordered else first_instant(self._stream, info.video_start_ms)
        )
        # Windows Media takes instants before its clock's zero for its end.
        self._lowest = 0 if info.demuxer == "asf" else self._ticks(Fraction(-1))
        self._step = picture_step(info)
        self._even = not info.vfr
        self._interlaced = info.interlaced
        self._backwards = backwards
        self._pictures: Iterator[tuple[Fraction, VideoFrame]] = iter(())
        self._now: tuple[Fraction, VideoFrame] | None = None
        self._next: tuple[Fraction, VideoFrame] | None = None
        self._kept: deque[tuple[Fraction, VideoFrame]] = deque(maxlen=_KEPT_BACKWARDS)
        self._covered = Fraction(0)

    def at(self, limit: Fraction) -> VideoFrame:
        """Return the last picture shown before ``limit`` (seconds); the first one when there is none."""
        if self._backwards:
            return self._at_backwards(limit)
        behind = self._now is None or (limit <= self._now[0])
        if behind or self._far(limit):
            self._go_to(limit)
        while self._next is not None and self._next[0] < limit:
            self._now = self._next
            self._next = next(self._pictures, None)
        if self._now is None:
            raise _no_picture()
        return self._now[1]

    def close(self) -> None:
        self._pictures = iter(())
        self._now = self._next = None
        self._kept.clear()
        self._container.close()

    def _far(self, limit: Fraction) -> bool:
        if self._now is None or limit - self._now[0] <= _PATIENCE_S:
            return False
        try:
            entries = self._stream.index_entries
            place = entries.search_timestamp(self._ticks(limit)) if len(entries) else -1
        except (AttributeError, ValueError):
            place = -1
        if place < 0:
            return True
        # Sitting in the same group of pictures already, going on is the shorter way.
        return entries[place].timestamp * self._base - self._zero > self._now[0]

    def _go_to(self, limit: Fraction) -> None:
        for retreat in _RETREATS_S:
            self._start(limit - self._step - retreat)
            if self._now is not None and (self._now[0] < limit or self._now[0] <= 0):
                return
        self._start(Fraction(-1))
        if self._now is None:
            raise _no_picture()

    def _start(self, instant: Fraction) -> None:
        try:
            self._container.seek(max(self._ticks(instant), self._lowest), stream=self._stream)
        except av.error.FFmpegError:
            rewind(self._container)
        if self._decoder is not self._stream.codec_context and self._decoder.is_open:
            self._decoder.flush_buffers()
        self._pictures = self._decode()
        self._now = next(self._pictures, None)
        self._next = next(self._pictures, None)

    def _ticks(self, instant: Fraction) -> int:
        return int((instant + self._zero) / self._base)

    def _at_backwards(self, limit: Fraction) -> VideoFrame:
        if not (self._kept and self._kept[0][0] < limit <= self._covered):
            self._go_to(limit - self._step * 2)
            self._kept.clear()
            for one in chain([self._now, self._next], self._pictures):
                if one is None or (one[0] >= limit and self._kept):
                    break
                self._kept.append(one)
            self._now = self._next = None
        while len(self._kept) > 1 and self._kept[-1][0] >= limit:
            self._kept.pop()
        # What was passed is gone: whoever goes forward again needs it decoded anew.
        self._covered = limit
        if not self._kept:
            raise _no_picture()
        return self._kept[-1][1]

    def _decode(self) -> Iterator[tuple[Fraction, VideoFrame]]:
        frames = self._decoded()
        if self._interlaced:
            frames = _deinterlace(frames)
        last = None
        for frame in frames:
            if frame.pts is not None:
                # Deinterlacing counts in half steps.
                instant = frame.pts * Fraction(frame.time_base or self._base) - self._zero
                instant = self._unrounded(instant) if self._even else instant
            else:
                instant = Fraction(0) if last is None else last + self._step
            if last is not None and instant <= last:
                continue
            last = instant
            yield instant, frame

    def _unrounded(self, instant: Fraction) -> Fraction:
        """A clock's rounding and trembling move pictures to and fro across the instants that are asked for."""
        return round(instant / self._step) * self._step

    def _decoded(self) -> Iterator[VideoFrame]:
        packets = self._container.demux(self._stream)
        if self._in_order:
            return decode_in_order(packets, self._open_packet)
        return chain.from_iterable(map(self._open_packet, packets))

    def _open_packet(self, packet: Packet[VideoStream]) -> list[VideoFrame]:
        try:
            return self._decoder.decode(packet)
        except (av.error.EOFError, av.error.InvalidDataError, av.error.UndefinedError):
            # One broken picture is not the end of a film: the one before it stays on.
            return []

    def _first_decoded(self) -> Fraction:
        first = next(self._container.demux(self._stream))
        return (first.dts or 0) * self._base


class AnimationReel:
    """The pictures of an animated image, over and over."""

    def __init__(self, path: Path, info: MediaInfo) -> None:
        self._path = path
        self._info = info
        self._length = Fraction(max(info.duration_ms, 1), 1000)
        self._pictures: Iterator[tuple[Fraction, VideoFrame]] = iter(())
        self._now: tuple[Fraction, VideoFrame] | None = None
        self._next: tuple[Fraction, VideoFrame] | None = None

    def at(self, limit: Fraction) -> VideoFrame:
        """Return the picture shown just before ``limit``, the animation beginning anew at its end."""
        limit %= self._length
        if limit == 0:
            limit = self._length
        if self._now is None or limit <= self._now[0]:
            self._pictures = self._load()
            self._now = next(self._pictures, None)
            self._next = next(self._pictures, None)
        while self._next is not None and self._next[0] < limit:
            self._now, self._next = self._next, next(self._pictures, None)
        if self._now is None:
            raise _no_picture()
        return self._now[1]

    def close(self) -> None:
        self._pictures, self._now, self._next = iter(()), None, None

    def _load(self) -> Iterator[tuple[Fraction, VideoFrame]]:
        shown = Fraction(0)
        for still in load_pictures(self._path, self._info.format):
            yield shown, from_picture(still.image)
            shown += Fraction(still.duration_ms, 1000)


def load_still(path: Path, info: MediaInfo, *, room: tuple[int, int] | None = None) -> VideoFrame:
    """Return a photo, upright.

    Args:
        path: The file.
        info: Its facts.
        room: How large the whole photo is needed, in pixels: a phone's has many times as many.

    Raises:
        MediaError: It is gone or broken.
    """
    if not path.exists():
        raise _vanished()
    for still in load_pictures(path, info.format, room=room):
        return from_picture(still.image)
    raise _no_picture()


def from_picture(image: Image.Image) -> VideoFrame:
    """Return a Pillow picture (RGB or RGBA) as a frame."""
    pixels = np.array(image)
    if image.mode != "RGBA":
        return VideoFrame.from_ndarray(pixels, format="rgb24")
    hidden, solid = pixels[..., 3] == 0, pixels[..., 3] > 127
    if hidden.any() and solid.any():
        # What can't be seen has a colour all the same, and scaling would draw it into the edges.
        pixels[hidden, :3] = pixels[solid, :3].mean(axis=0)
    return VideoFrame.from_ndarray(pixels, format="rgba")


def picture_step(info: MediaInfo) -> Fraction:
    """Return how long one picture of a film is shown, in seconds."""
    return 1 / info.fps if info.fps else Fraction(1, 30)


def first_instant(stream: Stream, stated_ms: int) -> Fraction:
    """Return when a film's first picture is shown on the file's clock, in seconds: a file's own instant 0.

    Args:
        stream: Of the open file.
        stated_ms: What the probe found; AVI declares 0 for a first picture that is shown one later.
    """
    stated = Fraction(stated_ms, 1000)
    if stream.start_time is None or stream.time_base is None:
        return stated
    exact = stream.start_time * Fraction(stream.time_base)
    return exact if abs(exact - stated) < Fraction(1, 1000) else stated


def shown_before(place: int, fps: Fraction, speed: Fraction, step: Fraction) -> Fraction:
    """Return the instant (seconds) before which the picture of a conformed frame begins: see ``Reel.at``.

    Half a frame on, so that neither rounding nor jitter decides which picture is the nearest; half of the shorter
    one, the output's or the film's.

    Args:
        place: The conformed frame.
        fps: Of the output.
        speed: Above 1 is faster.
        step: How long a picture of the film is shown.
    """
    return place / fps * speed + min(speed / fps, step) / 2


def open_source(path: Path, info: MediaInfo) -> InputContainer:
    """Open a media file with the demuxer that was chosen from its content.

    Raises:
        MediaError: ``source_vanished`` or ``unreadable``.
    """
    try:
        return av.open(
            "file:" + str(path),
            format=info.demuxer or None,
            container_options={"protocol_whitelist": "file"},
            metadata_errors="ignore",
        )
    except (FileNotFoundError, av.error.FileNotFoundError):
        raise _vanished() from None
    except av.error.FFmpegError as problem:
        raise MediaError(
            "A source file can't be read any more.",
            code="unreadable",
            hint="Upload it again.",
            details={"library": str(problem)[:200]},
        ) from problem


def _deinterlace(frames: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
    graph: av.filter.Graph | None = None
    for frame in frames:
        if graph is None:
            graph = av.filter.Graph()
            size = f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}"
            source = graph.add("buffer", f"{size}:time_base={frame.time_base}:pixel_aspect=1/1")
            graph.link_nodes(
                source, graph.add("bwdif", "mode=send_frame"), graph.add("buffersink")
            ).configure()
        graph.vpush(frame)
        yield from _pull_all(graph)
    if graph is not None:
        graph.vpush(None)
        yield from _pull_all(graph)


def _pull_all(graph: av.filter.Graph) -> Iterator[VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return


def _vanished() -> MediaError:
    return MediaError(
        "A source file is gone.", code="source_vanished", hint="Upload it again, or delete its clip."
    )


def _no_picture() -> MediaError:
    return MediaError(
        "No picture could be decoded from a source file.", code="unreadable", hint="Upload it again."
    )
