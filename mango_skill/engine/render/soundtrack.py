"""The mix encoded, beside the pictures and before they are done: no decoder may hear it above -1 dBTP.

Encoders overshoot: what lay below the limit may come out above it. So everything encoded is decoded at once and its true
peaks are measured; where they are too high the mix is lowered a little and encoded again. Render process only.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, count
from math import log10
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias, cast

import numpy as np
from av import AudioFrame, CodecContext, Packet
from av.audio.codeccontext import AudioCodecContext
from av.codec.context import Flags
from av.packet import PacketSideData

from mango_skill.engine.render.dynamics import HIGHEST, LoudnessMeter, change_level, lower_peaks
from mango_skill.engine.render.mixfile import MixFile
from mango_skill.engine.render.peaks import Levels, PeakMeter, sample_peaks
from mango_skill.engine.render.profile import Container
from mango_skill.engine.render.tapes import RATE, floats_of

AnyPacket: TypeAlias = "Packet[Any]"

# At our bit rates the simpler search for quantizers is both better and twice as fast (FFmpeg's documentation of aac).
ENCODER_OPTIONS: Final = {"aac": {"aac_coder": "fast"}}
# What an encoder puts in front (LAME 1105 samples, AAC 1024) these containers can't tell a player: it takes the place
# of the first samples, so that all others are heard on time.
_UNTOLD_LEAD: Final = {"avi": 1105, "adts": 1024}
_DECODERS: Final = {"aac": "aac", "libmp3lame": "mp3float", "libopus": "libopus"}
_TRIES: Final = 4
_LOCAL_TRIES: Final = 2
_SURE_DB: Final = 0.2
# EBU R 128 allows a programme to be half a unit off; below that a second encoding costs more than it gives.
_AUDIBLE_LU: Final = 0.4
# What differs by more is too short or too quiet to be measured.
_MOST_LU: Final = 3.0
# Below this no overshoot of an encoder reaches the limit: 6 dB is more than was ever seen.
_HARMLESS: Final = HIGHEST / 2
# Size of the bytes, two time stamps, how long it lasts.
_HEAD: Final = struct.Struct("<Iqqq")


@dataclass(frozen=True)
class Soundtrack:
    """Encoded sound: packets in a file of their own.

    Attributes:
        path: The packets.
        notes: What an encoder says beside a packet, by its number: how much of the first and the last counts.
        ticks: Of the packets' clock in a second.
        lufs: Its loudness as decoded; None where it was not measured.
    """

    path: Path
    notes: Mapping[int, tuple[PacketSideData, ...]]
    ticks: int = RATE
    lufs: float | None = None

    def packets(self) -> Iterator[AnyPacket]:
        """Yield all packets, ready to be given a stream."""
        with self.path.open("rb") as file:
            for number in count():
                head = file.read(_HEAD.size)
                if not head:
                    return
                size, pts, dts, duration = _HEAD.unpack(head)
                packet: AnyPacket = Packet(file.read(size))
                packet.pts, packet.dts, packet.duration = pts, dts, duration
                packet.time_base = Fraction(1, self.ticks)
                packet.is_keyframe = True
                for note in self.notes.get(number, ()):
                    packet.set_sidedata(note)
                yield packet


def is_recorded(kind: Container) -> bool:
    """Whether a container's sound is encoded with loss, and so here; other sound needs no second look."""
    return bool(kind.audio) and not str(kind.audio).startswith("pcm_")


def record(
    mix: Path,
    kind: Container,
    path: Path,
    *,
    lufs: float | None = None,
    check: Callable[[], None],
) -> Soundtrack:
    """Encode a mix.

    Args:
        mix: The finished mix; where its encoding comes out otherwise than it should it is changed in place.
        kind: Says which encoder, and its bit rate.
        path: Where the packets go.
        lufs: How loud the mix is where that was asked for: encoders leave out what is highest, and noise suffers.
        check: Called at every second of sound; raises when the render is cancelled.
    """
    for attempt in range(_TRIES):
        made, heard = _encode(mix, kind, path, loudness=lufs is not None, check=check)
        if heard is None or attempt + 1 == _TRIES:
            break
        highest = float(heard.peaks.max(initial=0.0))
        apart = lufs - heard.lufs if lufs is not None and heard.lufs is not None else 0.0
        if attempt < _LOCAL_TRIES:
            raised = attempt == 0 and _AUDIBLE_LU < abs(apart) < _MOST_LU
            if raised:
                change_level(mix, apart, check)
            peaks = heard.peaks * np.float32(10 ** (apart / 20) if raised else 1)
            if not lower_peaks(mix, peaks, margin_db=0.4 * (attempt + 1), check=check) and not raised:
                break
        elif highest > HIGHEST:
            # Dips move an encoder's errors elsewhere; all of it a little lower brings all of them down.
            change_level(mix, 20 * log10(HIGHEST / highest) - _SURE_DB, check)
        else:
            break
    return replace(made, lufs=heard.lufs if heard is not None else None)


def open_encoder(kind: Container) -> AudioCodecContext:
    """Return the encoder of a container's sound."""
    encoder = cast(AudioCodecContext, CodecContext.create(str(kind.audio), "w"))
    encoder.sample_rate, encoder.layout = kind.audio_rate, "stereo"
    encoder.format = kind.audio_format
    encoder.time_base = Fraction(1, kind.audio_rate)
    if kind.audio_bit_rate:
        encoder.bit_rate = kind.audio_bit_rate
    encoder.options = ENCODER_OPTIONS.get(str(kind.audio), {})
    encoder.flags |= Flags.global_header
    return encoder


def frames_of(mix: Path, kind: Container) -> Iterator[AudioFrame]:
    """Yield a mix a second at a time, stamped from the start of all of it, without what has no room in a container."""
    lead = _UNTOLD_LEAD.get(kind.muxer, 0)
    with MixFile(mix) as file:
        for first, block in file.blocks(lead):
            frame = AudioFrame.from_ndarray(block.reshape(1, -1), format="flt", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = RATE, first, Fraction(1, RATE)
            yield frame


def _encode(
    mix: Path, kind: Container, path: Path, *, loudness: bool, check: Callable[[], None]
) -> tuple[Soundtrack, _Heard | None]:
    """Encode once; return the packets, and what a player hears where that matters."""
    encoder = open_encoder(kind)
    encoder.open()
    decoder = _DECODERS.get(str(kind.audio))
    listener = None
    if decoder and (loudness or _loudest(mix) > _HARMLESS):
        listener = _Listener(decoder, encoder, loudness=loudness)
    notes: dict[int, tuple[PacketSideData, ...]] = {}
    number = count()
    with path.open("wb") as file:
        for frame in chain(frames_of(mix, kind), [None]):
            check()
            for packet in encoder.encode(frame):
                if listener is not None:
                    listener.hear(packet)
                place = next(number)
                if told := tuple(packet.iter_sidedata()):
                    notes[place] = told
                _write(file, packet)
    return Soundtrack(path, notes, kind.audio_rate), listener.finish() if listener is not None else None


def _write(file: BinaryIO, packet: AnyPacket) -> None:
    data = bytes(packet)
    pts = packet.pts or 0
    file.write(_HEAD.pack(len(data), pts, pts if packet.dts is None else packet.dts, packet.duration or 0))
    file.write(data)


def _loudest(mix: Path) -> float:
    with MixFile(mix) as file:
        return max((float(sample_peaks(block).max()) for _, block in file.blocks()), default=0.0)


@dataclass(frozen=True)
class _Heard:
    """True peaks of the mix's steps, and its loudness."""

    peaks: Levels
    lufs: float | None


class _Listener:
    """Hears packets as a player does, and notes how high they rise."""

    def __init__(self, decoder: str, encoder: AudioCodecContext, *, loudness: bool) -> None:
        self._decoder = cast(AudioCodecContext, CodecContext.create(decoder, "r"))
        if encoder.extradata:
            self._decoder.extradata = encoder.extradata
        self._peaks = PeakMeter(HIGHEST)
        self._loudness = LoudnessMeter() if loudness else None
        self._begun = False

    def hear(self, packet: AnyPacket | None) -> None:
        for frame in self._decoder.decode(packet):
            samples = floats_of(frame)
            if not self._begun:
                # What an encoder puts in front lies before the mix's start.
                at = frame.pts or 0
                samples = samples[-at:] if at < 0 else np.pad(samples, ((at, 0), (0, 0)))
                self._begun = len(samples) > 0
            self._peaks.add(samples)
            if self._loudness is not None and len(samples):
                self._loudness.hear(samples)

    def finish(self) -> _Heard:
        """Return what was heard of the mix."""
        self.hear(None)
        return _Heard(self._peaks.finish(), self._loudness.finish() if self._loudness is not None else None)
