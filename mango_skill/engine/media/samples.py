"""The sound of a file as numpy arrays, in chunks. Child processes only: it imports PyAV and numpy."""

from __future__ import annotations

import os
from collections.abc import Iterator

import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from mango_skill.engine.media.containers import open_media, sound_stream
from mango_skill.errors import MediaError

Mono = NDArray[np.float32]


def read_mono(path: str | os.PathLike[str], *, rate: int) -> Iterator[Mono]:
    """Yield the file's sound mixed to one channel at ``rate``, from the file's own time 0 on.

    A sound that begins later than the file's clock is preceded by silence; packets that do not decode are
    replaced by nothing.

    Raises:
        MediaError: ``no_sound``; ``unreadable``.
    """
    with open_media(path) as container:
        stream = sound_stream(container)
        if stream is None:
            raise MediaError("The file has no sound.", code="no_sound", hint="Send one with sound.")
        resampler = AudioResampler(format="flt", layout="mono", rate=rate)
        first = True
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                continue
            for frame in frames:
                if first and frame.time:
                    yield from _lead(float(frame.time), rate)
                first = False
                yield from _converted(resampler, frame)
        yield from _converted(resampler, None)


def _lead(seconds: float, rate: int) -> Iterator[Mono]:
    if 0 < seconds < 3600:
        yield np.zeros(round(seconds * rate), dtype=np.float32)


def _converted(resampler: AudioResampler, frame: AudioFrame | None) -> Iterator[Mono]:
    for part in resampler.resample(frame):
        yield part.to_ndarray().reshape(-1).astype(np.float32, copy=False)
