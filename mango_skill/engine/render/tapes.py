"""Reading sound: 48 kHz stereo floats from any instant of a file, or made on the spot. Render process only.

Samples are arrays of shape ``(count, 2)``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import av.error
import numpy as np
from av import AudioFrame, AudioResampler
from av.container import InputContainer
from av.stream import Discard
from numpy.typing import NDArray

from mango_skill.engine.media.catalogue import MOODS, effect_for, mood_for
from mango_skill.engine.media.containers import rewind
from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.media.music import render_bed
from mango_skill.engine.media.sfx import render_effect
from mango_skill.engine.render.readings import milliseconds, number
from mango_skill.engine.render.reels import first_instant, open_source

Samples = NDArray[np.float32]

RATE: Final = 48_000
_BLOCK: Final = RATE
_HALF: Final = Fraction(1, 2)
# A decoder that starts in the middle needs a little run-up (MP3's bit reservoir is the longest).
_RUN_UP_S: Final = Fraction(3, 10)
# Streams cut into packets without regard to frames: a reader that starts in the middle first guesses, then knows.
_CUT_ANYWHERE: Final = frozenset({"mpeg", "mpegts"})
_GUESSED_S: Final = Fraction(1, 2)
_REVERSE_BLOCK_S: Final = 4
# A decoder's frames are so short that whoever works on them one by one is busy with calls alone.
_BATCH_S: Final = 0.25
# Reading on costs less than seeking, this many samples far.
_NEAR: Final = RATE
# Small differences of time stamps are rounding or drift; larger ones are holes.
_HOLE: Final = RATE // 25
# Half of what a stamp of whole milliseconds may be off: beyond that, on average, a clock drifts.
_DRIFT: Final = RATE // 4000
_MOST_BEND: Final = 0.004
# Sound that begins or ends in the middle of a wave would click.
_EDGE: Final = RATE // 500


def silence(count: int) -> Samples:
    return np.zeros((count, 2), dtype=np.float32)


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


class Tape:
    """The sound of one file, open at one place: reading on from there costs nothing.

    Time runs on the picture's clock; where there is no picture, from the first sound that is heard. Stamps that
    jitter are smoothed, stamps that drift from the count of samples are followed, holes are silent.

    Raises:
        MediaError: ``source_vanished`` or ``unreadable``.
    """

    def __init__(self, path: Path, info: MediaInfo) -> None:
        self._container = open_source(path, info)
        for stream in self._container.streams:
            if stream.index != info.audio_stream:
                stream.discard = Discard.all
        self._info = info
        self._chunks: Iterator[tuple[int, Samples]] = iter(())
        self._at: int | None = None
        self._held: tuple[int, Samples] = (0, silence(0))

    def __enter__(self) -> Tape:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go."""
        self._chunks = iter(())
        self._container.close()

    def play(self, start: Fraction) -> Iterator[Samples]:
        """Yield sound from ``start`` seconds to the end of the file; silence before its first sound."""
        wanted = floor(start * RATE + _HALF)
        held_at, held = self._held
        if self._at is not None and held_at <= wanted <= self._at + _NEAR:
            chunks = self._onwards(held_at, held)
        else:
            self._chunks = _placed(self._container, self._info, start)
            chunks = self._onwards(0, silence(0))
        for position, samples in chunks:
            end = position + len(samples)
            if end <= wanted:
                continue
            while position > wanted:
                hole = min(position - wanted, _BLOCK)
                yield silence(hole)
                wanted += hole
            part = samples[wanted - position :]
            wanted = end
            yield part

    def play_backwards(self, start: Fraction, seconds: Fraction) -> Iterator[Samples]:
        """Yield ``seconds`` of sound from ``start`` on, last sample first."""
        end = start + seconds
        while end > start:
            begin = max(start, end - _REVERSE_BLOCK_S)
            count = floor(end * RATE + _HALF) - floor(begin * RATE + _HALF)
            yield np.ascontiguousarray(take(self.play(begin), count)[::-1])
            end = begin

    def _onwards(self, held_at: int, held: Samples) -> Iterator[tuple[int, Samples]]:
        """What was read last once more: its end may not have been wanted then."""
        if len(held):
            yield held_at, held
        for position, samples in self._chunks:
            self._held, self._at = (position, samples), position + len(samples)
            yield position, samples
        self._at = None


def read_file(path: Path, info: MediaInfo, start: Fraction) -> Iterator[Samples]:
    """Yield a file's sound from ``start`` seconds on: see ``Tape``."""
    with Tape(path, info) as tape:
        yield from tape.play(start)


@dataclass
class _Batch:
    """Frames that follow each other without a hole, in one format.

    Attributes:
        offsets: For every frame that has a stamp, how much later it says it is than the count of samples since the
            batch began, in output samples, counted from the instant 0.
    """

    frames: list[AudioFrame] = field(default_factory=list)
    offsets: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, frame: AudioFrame, stated: float | None) -> None:
        if stated is not None:
            self.offsets.append(stated - self.seconds * RATE)
        self.frames.append(frame)
        self.seconds += frame.samples / frame.sample_rate

    def fits(self, frame: AudioFrame, stated: float | None) -> bool:
        """Whether a frame goes on where this batch ends."""
        if not self.frames:
            return True
        if _format(frame) != _format(self.frames[0]):
            return False
        return (
            stated is None
            or not self.offsets
            or abs(stated - self.seconds * RATE - self.offsets[-1]) <= _HOLE
        )

    @property
    def start(self) -> float | None:
        """When it begins, as its stamps say on average; None where none has one."""
        return sum(self.offsets) / len(self.offsets) if self.offsets else None


def _format(frame: AudioFrame) -> tuple[str, int, str]:
    return frame.format.name, frame.sample_rate, frame.layout.name


def _placed(container: InputContainer, info: MediaInfo, start: Fraction) -> Iterator[tuple[int, Samples]]:
    """Yield decoded sound with the sample at which it lies, from shortly before ``start``."""
    stream = container.streams[info.audio_stream]
    base = Fraction(stream.time_base or Fraction(1, RATE))
    zero = _zero(container, info)
    guessed = _GUESSED_S if info.demuxer in _CUT_ANYWHERE else Fraction(0)
    run_up = _RUN_UP_S + guessed
    wanted = start - run_up if start > run_up else min(Fraction(0), start - run_up)
    try:
        container.seek(int((wanted + zero) / base), stream=stream)
    except av.error.FFmpegError:
        # Not every container has a place before its first packet.
        rewind(container)
    run: _Run | None = None
    frames = _frames(container, info.audio_stream)
    if guessed and wanted > 0:
        frames = _sure(frames, guessed)
    for batch, follows in _batches(frames, base, zero):
        if run is not None and not follows:
            yield from run.end()
            run = None
        if run is None:
            run = _Run(batch, first=floor((batch.start or 0.0) + 0.5))
        yield from run.play(batch)
    if run is not None:
        yield from run.end()


def _zero(container: InputContainer, info: MediaInfo) -> Fraction:
    """The file's own time at the instant 0."""
    if info.video_stream >= 0:
        return first_instant(container.streams[info.video_stream], info.video_start_ms)
    stream = container.streams[info.audio_stream]
    if stream.start_time is None or stream.time_base is None:
        return Fraction(0)
    return stream.start_time * Fraction(stream.time_base)


def _batches(frames: Iterator[AudioFrame], base: Fraction, zero: Fraction) -> Iterator[tuple[_Batch, bool]]:
    """Yield frames in batches, and whether each goes on where the one before it ended."""
    batch, follows, expected = _Batch(), False, None
    for frame in frames:
        stated = None
        if frame.pts is not None:
            stated = float((frame.pts * Fraction(frame.time_base or base) - zero) * RATE)
        broken = not batch.fits(frame, stated)
        if batch.frames and (broken or batch.seconds >= _BATCH_S):
            yield batch, follows
            follows, expected = not broken, _end_of(batch, expected)
            batch = _Batch()
            if stated is not None and expected is not None and abs(stated - expected) > _HOLE:
                follows = False
        batch.add(frame, stated)
    if batch.frames:
        yield batch, follows


def _end_of(batch: _Batch, expected: float | None) -> float | None:
    start = batch.start if batch.start is not None else expected
    return None if start is None else start + batch.seconds * RATE


def _sure(frames: Iterator[AudioFrame], seconds: Fraction) -> Iterator[AudioFrame]:
    """Leave out what was guessed at the beginning: it ends where a stamp comes a second time, or an earlier one."""
    first = list[AudioFrame]()
    length = 0.0
    for frame in frames:
        first.append(frame)
        length += frame.samples / frame.sample_rate
        if length >= seconds:
            break
    stamps = [frame.pts or 0 for frame in first]
    known = max((at for at in range(1, len(stamps)) if stamps[at] <= stamps[at - 1]), default=0)
    yield from first[known:]
    yield from frames


def _frames(container: InputContainer, index: int) -> Iterator[AudioFrame]:
    for packet in container.demux(container.streams[index]):
        try:
            frames = packet.decode()
        except (av.error.InvalidDataError, av.error.UndefinedError):
            continue
        except av.error.EOFError:
            return
        for frame in frames:
            if isinstance(frame, AudioFrame) and frame.samples and frame.sample_rate:
                yield frame


class _Run:
    """Sound without a hole: resampled as one, its end known only when it has come."""

    def __init__(self, batch: _Batch, *, first: int) -> None:
        self._position = first
        self._expected = float(first)
        self._begun = False
        self._held: Samples | None = None
        frame = batch.frames[0]
        self._mono = frame.layout.nb_channels == 1
        self._resampler: AudioResampler | None = None
        if frame.sample_rate != RATE or frame.layout.name not in ("mono", "stereo"):
            # Left to the library, one channel would become two of 3 dB less each.
            layout = "mono" if self._mono else "stereo"
            self._resampler = AudioResampler(format="flt", layout=layout, rate=RATE)

    def play(self, batch: _Batch) -> Iterator[tuple[int, Samples]]:
        """Yield the batch before, now that it is known to go on; keep this one."""
        parts = [part for frame in batch.frames for part in self._convert(frame)]
        samples = np.concatenate(parts) if parts else silence(0)
        drift = 0.0 if batch.start is None else batch.start - self._expected
        self._expected += batch.seconds * RATE
        if abs(drift) > _DRIFT and len(samples) > _EDGE:
            bend = round(max(-_MOST_BEND * len(samples), min(_MOST_BEND * len(samples), drift)))
            samples, self._expected = _stretched(samples, len(samples) + bend), self._expected + bend
        if not self._begun and len(samples):
            samples[:_EDGE] *= _SLOPE[: len(samples)]
            self._begun = True
        yield from self._flush()
        self._held = samples

    def end(self) -> Iterator[tuple[int, Samples]]:
        """Yield what is left; it ends softly."""
        if self._resampler is not None:
            rest = [self._shape(part) for part in self._resampler.resample(None)]
            self._held = np.concatenate([*([] if self._held is None else [self._held]), *rest])
        if self._held is not None and len(self._held):
            length = min(_EDGE, len(self._held))
            self._held[-length:] *= _SLOPE[:length][::-1]
        yield from self._flush()

    def _flush(self) -> Iterator[tuple[int, Samples]]:
        held, self._held = self._held, None
        if held is not None and len(held):
            at, self._position = self._position, self._position + len(held)
            yield at, held

    def _convert(self, frame: AudioFrame) -> Iterator[Samples]:
        if self._resampler is None:
            yield self._widen(floats_of(frame))
            return
        frame.pts = None
        for part in self._resampler.resample(frame):
            yield self._shape(part)

    def _shape(self, part: AudioFrame) -> Samples:
        return self._widen(np.asarray(part.to_ndarray(), dtype=np.float32).reshape(part.samples, -1))

    def _widen(self, samples: Samples) -> Samples:
        return np.repeat(samples, 2, axis=1) if self._mono else samples


_SLOPE: Final = (np.sin(np.linspace(0, np.pi / 2, _EDGE)) ** 2).astype(np.float32)[:, None]


def floats_of(frame: AudioFrame) -> Samples:
    """Return a frame's samples, shape (count, channels), full scale at 1."""
    raw: NDArray[Any] = frame.to_ndarray()
    rows = raw.T if frame.format.is_planar else raw.reshape(frame.samples, -1)
    made: Samples = rows.astype(np.float32)
    if raw.dtype == np.uint8:
        made -= 128
    made *= _FULL_SCALE.get(raw.dtype.str[1:], 1.0)
    return made


_FULL_SCALE: Final = {"u1": 2.0**-7, "i2": 2.0**-15, "i4": 2.0**-31, "i8": 2.0**-63}


def _stretched(samples: Samples, count: int) -> Samples:
    """Return the same sound over a slightly other number of samples."""
    at = np.arange(count) * ((len(samples) - 1) / max(1, count - 1))
    known = np.arange(len(samples))
    return np.stack([np.interp(at, known, samples[:, side]) for side in (0, 1)], axis=1).astype(np.float32)


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
