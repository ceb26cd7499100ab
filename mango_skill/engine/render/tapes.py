"""Reading sound: 48 kHz stereo floats from any instant of a file, or made on the spot. Render process only.

Samples are arrays of shape ``(count, 2)``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any, Final

import av.error
import numpy as np
from av import AudioFrame, AudioResampler
from av.container import InputContainer
from numpy.typing import NDArray

from mango_skill.engine.media.catalogue import MOODS, effect_for, mood_for
from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.media.music import render_bed
from mango_skill.engine.media.sfx import render_effect
from mango_skill.engine.render.readings import milliseconds, number
from mango_skill.engine.render.reels import first_instant, open_source

Samples = NDArray[np.float32]

RATE: Final = 48_000
_BLOCK: Final = RATE
# A decoder that starts in the middle needs a little run-up (MP3's bit reservoir is the longest).
_RUN_UP_S: Final = Fraction(3, 10)
_REVERSE_BLOCK_S: Final = 4
# Small differences of time stamps are rounding; larger ones are holes.
_HOLE: Final = RATE // 25


def silence(count: int) -> Samples:
    return np.zeros((count, 2), dtype=np.float32)


def read_file(path: Path, info: MediaInfo, start: Fraction) -> Iterator[Samples]:
    """Yield a file's sound from ``start`` seconds (on the picture's clock) to its end; silence before its start.

    Raises:
        MediaError: ``source_vanished`` or ``unreadable``.
    """
    with open_source(path, info) as container:
        wanted = floor(start * RATE + Fraction(1, 2))
        for position, samples in _placed(container, info, start):
            end = position + len(samples)
            if end <= wanted:
                continue
            while position > wanted:
                hole = min(position - wanted, _BLOCK)
                yield silence(hole)
                wanted += hole
            yield samples[wanted - position :]
            wanted = end


def read_file_backwards(path: Path, info: MediaInfo, start: Fraction, seconds: Fraction) -> Iterator[Samples]:
    """Yield ``seconds`` of a file's sound from ``start`` on, last sample first."""
    end = start + seconds
    while end > start:
        begin = max(start, end - _REVERSE_BLOCK_S)
        count = floor(end * RATE + Fraction(1, 2)) - floor(begin * RATE + Fraction(1, 2))
        block = take(read_file(path, info, begin), count)
        yield np.ascontiguousarray(block[::-1])
        end = begin


def take(chunks: Iterator[Samples], count: int) -> Samples:
    """Return exactly ``count`` samples, silence where there are no more."""
    block = silence(count)
    filled = 0
    for chunk in chunks:
        part = chunk[: count - filled]
        block[filled : filled + len(part)] = part
        filled += len(part)
        if filled >= count:
            break
    return block


def _placed(container: InputContainer, info: MediaInfo, start: Fraction) -> Iterator[tuple[int, Samples]]:
    """Yield decoded sound with the sample at which it lies, from shortly before ``start``."""
    stream = container.streams[info.audio_stream]
    base = Fraction(stream.time_base or Fraction(1, RATE))
    clock = container.streams[info.video_stream] if info.video_stream >= 0 else stream
    # A film's instant 0 is its first picture: sound and picture are read by one clock.
    zero = first_instant(clock, info.video_start_ms if clock is not stream else info.audio_start_ms)
    if start > _RUN_UP_S:
        try:
            container.seek(int((start - _RUN_UP_S + zero) / base), stream=stream)
        except av.error.FFmpegError:
            container.seek(0)
    # Left to the library, one channel would become two of 3 dB less each.
    layout = "mono" if info.channels == 1 else "stereo"
    resampler = AudioResampler(format="flt", layout=layout, rate=RATE)
    position: int | None = None
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except (av.error.InvalidDataError, av.error.UndefinedError):
            continue
        except av.error.EOFError:
            break
        for frame in frames:
            if not isinstance(frame, AudioFrame):
                continue
            if frame.pts is not None:
                stated = floor((frame.pts * Fraction(frame.time_base or base) - zero) * RATE)
                if position is None or abs(stated - position) > _HOLE:
                    position = stated
            elif position is None:
                position = 0
            frame.pts = None
            for samples in _resampled(resampler, frame):
                yield position, samples
                position += len(samples)
    for samples in _resampled(resampler, None):
        yield position or 0, samples
        position = (position or 0) + len(samples)


def _resampled(resampler: AudioResampler, frame: AudioFrame | None) -> Iterator[Samples]:
    for part in resampler.resample(frame):
        samples = np.asarray(part.to_ndarray(), dtype=np.float32)
        if samples.size:
            yield np.repeat(samples.T, 2, axis=1) if part.layout.nb_channels == 1 else samples.reshape(-1, 2)


def make_sound(
    kind: str, parameters: Mapping[str, Any], *, start: Fraction, seconds: Fraction
) -> Iterator[Samples]:
    """Yield generated sound (music, sfx or tone) from ``start`` on."""
    skip = floor(start * RATE + Fraction(1, 2))
    for chunk in _made(kind, parameters, floor((start + seconds) * 1000)):
        if skip >= len(chunk):
            skip -= len(chunk)
            continue
        yield np.asarray(chunk[skip:], dtype=np.float32)
        skip = 0


def _made(kind: str, parameters: Mapping[str, Any], end_ms: int) -> Iterator[Samples]:
    length = milliseconds(parameters, "duration") or max(1, end_ms)
    seed = milliseconds(parameters, "seed")
    if kind == "music":
        words = str(parameters.get("mood", ""))
        mood = words if words in MOODS else mood_for(words)[0]
        yield from render_bed(mood, length, seed=seed)
    elif kind == "sfx":
        name = str(parameters.get("name", ""))
        yield render_effect(effect_for(name)[0], duration_ms=length, seed=seed)
    else:
        yield from _tone(number(parameters, "frequency", 1000))


def _tone(frequency: float) -> Iterator[Samples]:
    step = 0
    while True:
        time = (np.arange(_BLOCK) + step) / RATE
        yield np.repeat(np.sin(2 * np.pi * frequency * time)[:, None], 2, axis=1).astype(np.float32)
        step += _BLOCK
