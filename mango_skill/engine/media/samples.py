"""The sound of a file as numpy arrays, in chunks. Child processes only: it imports PyAV and numpy."""

from __future__ import annotations

import os
from collections.abc import Iterator

import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from mango_skill.engine.media.containers import open_media, picture_stream, sound_stream
from mango_skill.errors import MediaError

Mono = NDArray[np.float32]
Samples = NDArray[np.float32]

# Rounded time stamps are no holes; a call recorded with drop-outs has some. Broken stamps must not fill memory.
_HOLE_S = 0.1
_LONGEST_HOLE_S = 600.0


def read_mono(path: str | os.PathLike[str], *, rate: int) -> Iterator[Mono]:
    """Yield the file's sound mixed to one channel; see ``read_samples``."""
    for chunk in read_samples(path, rate=rate, channels=1):
        yield chunk[:, 0]


def read_samples(
    path: str | os.PathLike[str], *, rate: int, channels: int | None = None
) -> Iterator[Samples]:
    """Yield the file's sound at ``rate`` as arrays (count, channels) of a second or more, from the file's own time 0 on.

    Of a file whose clock begins late the time before is left out: see ``left_out_ms``.

    Where the file has no sound on its clock, before the first or between two, there is silence.

    Args:
        path: The file.
        rate: In Hz.
        channels: 1 or 2; as in the file (at most 2) when absent.

    Raises:
        MediaError: ``no_sound``; ``unreadable``.
    """
    # A decoder's frames are so short that whoever works on them one by one is busy with calls alone.
    gathered: list[Samples] = []
    held = 0
    for piece in _read_pieces(path, rate=rate, channels=channels):
        gathered.append(piece)
        held += len(piece)
        if held >= rate:
            yield np.concatenate(gathered)
            gathered, held = [], 0
    if gathered:
        yield np.concatenate(gathered)


def _read_pieces(path: str | os.PathLike[str], *, rate: int, channels: int | None) -> Iterator[Samples]:
    with open_media(path) as container:
        stream = sound_stream(container)
        if stream is None:
            raise MediaError("The file has no sound.", code="no_sound", hint="Send one with sound.")
        converter: _Converter | None = None
        starts = [
            float(one.start_time * one.time_base * 1000)
            for one in (stream, picture_stream(container))
            if one is not None and one.start_time is not None and one.time_base is not None
        ]
        reached = left_out_ms(*starts) / 1000
        begin = reached
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                continue
            for frame in frames:
                if converter is None:
                    converter = _Converter(rate, channels or min(2, frame.layout.nb_channels))
                instant = reached if frame.time is None else frame.time
                if instant - reached > _HOLE_S or reached == begin:
                    yield from converter.silence(instant - reached)
                yield from converter.convert(frame)
                reached = instant + frame.samples / (frame.sample_rate or rate)
        if converter:
            yield from converter.finish()


def left_out_ms(*starts_ms: float) -> int:
    """Return how much later than at its zero a file's clock is read: whole minutes, before its first stream begins.

    Cameras and receivers that write transport streams begin anywhere within 26 hours, or before a zero that comes in
    the middle.
    """
    # Half a second to the side: clocks like to begin at whole ones, and rounding must not decide.
    first = min(starts_ms, default=0.0) - 500
    return 0 if -1500 < first < 60_000 else int(first // 60_000) * 60_000


class _Converter:
    """Resampling that survives a stream whose format changes on the way."""

    def __init__(self, rate: int, channels: int) -> None:
        self._rate, self._channels = rate, channels
        self._resampler = self._make()

    def _make(self) -> AudioResampler:
        return AudioResampler(
            format="flt", layout="mono" if self._channels == 1 else "stereo", rate=self._rate
        )

    def silence(self, seconds: float) -> Iterator[Samples]:
        """Yield nothing heard, for so long."""
        if seconds > 0:
            seconds = min(seconds, _LONGEST_HOLE_S)
            yield np.zeros((round(seconds * self._rate), self._channels), dtype=np.float32)

    def convert(self, frame: AudioFrame) -> Iterator[Samples]:
        """Yield what a frame becomes."""
        try:
            parts = self._resampler.resample(frame)
        except ValueError:
            # Another format than before: end this resampler, begin another.
            yield from self.finish()
            self._resampler = self._make()
            parts = self._resampler.resample(frame)
        yield from map(self._array, parts)

    def finish(self) -> Iterator[Samples]:
        """Yield what the resampler still holds."""
        yield from map(self._array, self._resampler.resample(None))

    def _array(self, part: AudioFrame) -> Samples:
        return part.to_ndarray().reshape(-1, self._channels).astype(np.float32, copy=False)
