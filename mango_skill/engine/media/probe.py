"""Look at a file: what it is, how long, how large, and whether it really decodes.

Child processes only (see ``worker``): it imports PyAV and Pillow.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import atan2, degrees
from pathlib import Path

import av.error
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.sidedata.sidedata import SideData
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from mango_skill.engine.media import pictures, texts
from mango_skill.engine.media.completeness import is_locked, missing_bytes
from mango_skill.engine.media.containers import (
    SEND_AGAIN,
    open_media,
    picture_decoder,
    picture_stream,
    sniff_file,
    sound_stream,
    unreadable,
)
from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.media.sniff import Kind
from mango_skill.errors import MediaError

# A stream whose first picture does not come within so many packets is given up.
_PATIENCE_PACKETS = 500


def probe(path: str | os.PathLike[str]) -> MediaInfo:
    """Return what the file is.

    Raises:
        MediaError: ``4001`` of an unsupported kind; ``missing_file`` or ``not_a_file``; ``truncated`` when it
            ends too early; ``encrypted``; ``unreadable`` when what is in it does not decode.
    """
    file = Path(path)
    kind = sniff_file(file)
    size = file.stat().st_size
    if kind.family == "image":
        return replace(pictures.probe_picture(file, kind), size_bytes=size)
    if kind.family != "av":
        return replace(texts.probe_text(file, kind), size_bytes=size)
    missing = missing_bytes(file, kind)
    if missing:
        raise _truncated(missing, size)
    if is_locked(file, kind):
        raise MediaError(
            "The file is encrypted (copy protection), so nothing in it can be seen or heard here.",
            code="encrypted",
            hint="Send a file that you recorded or exported yourself, or one without protection.",
        )
    with open_media(file, kind.demuxer) as container:
        return replace(_probe_container(container, kind), size_bytes=size)


def _truncated(missing: int, size: int) -> MediaError:
    if missing < 0:
        text = "The file ends in the middle: its index was never written, so nothing in it can be found."
    else:
        share = 100 * missing / (missing + size)
        text = f"The file ends in the middle: {missing:,} bytes ({share:.0f} %) are missing."
    return MediaError(text, code="truncated", hint=SEND_AGAIN)


@dataclass(frozen=True)
class _Track:
    """The instants of one stream's packets, in the stream's time base and in order of display."""

    times: Sequence[int]
    last_length: int
    base: Fraction
    declared_ms: float

    @property
    def start_ms(self) -> float:
        return float(self.times[0] * self.base * 1000) if self.times else 0.0

    @property
    def length_ms(self) -> float:
        if not self.times:
            return 0.0
        return float((self.times[-1] + self.last_length - self.times[0]) * self.base * 1000)


def _probe_container(container: InputContainer, kind: Kind) -> MediaInfo:
    video, audio = picture_stream(container), sound_stream(container)
    if video is None and audio is None:
        raise MediaError(
            "There is neither picture nor sound in the file.", code="unreadable", hint="Send another file."
        )
    # Frames first: a stream without a decoder, or an empty one, must not cost a whole scan.
    picture = _first_frame(container, video) if video else None
    sound = _first_frame(container, audio) if audio else None
    if picture is None and sound is None:
        raise unreadable(ValueError("no frame decodes"))
    if video and picture is None:
        raise MediaError(
            "The picture in the file can't be decoded.",
            code="unreadable",
            hint="Convert it to H.264 in an MP4.",
        )
    tracks = _scan(container, [stream for stream in (video, audio) if stream])
    info = MediaInfo(kind="audio", format=kind.format, demuxer=kind.demuxer)
    if audio and isinstance(sound, AudioFrame):
        track = tracks[audio.index]
        info = replace(
            info,
            audio_codec=audio.codec_context.name,
            audio_stream=audio.index,
            sample_rate=sound.sample_rate,
            channels=sound.layout.nb_channels,
            audio_start_ms=round(track.start_ms),
            audio_duration_ms=round(track.length_ms),
            duration_ms=round(track.length_ms),
        )
    if video and isinstance(picture, VideoFrame):
        info = _with_sound_to_its_end(_with_picture(info, video, picture, tracks[video.index]))
    if kind.demuxer in _DECLARING:
        _check_length(container, tracks[video.index if video else audio.index if audio else 0], tracks)
    return info


def _first_frame(container: InputContainer, stream: Stream) -> AudioFrame | VideoFrame | None:
    """Return the first frame that decodes, or None."""
    if stream.codec_context is None:
        return None
    decode = picture_decoder(stream).decode if isinstance(stream, VideoStream) else None
    container.seek(0)
    for count, packet in enumerate(container.demux([stream])):
        try:
            for frame in decode(packet) if decode else packet.decode():
                if isinstance(frame, AudioFrame | VideoFrame):
                    return frame
        except av.error.FFmpegError:
            if count == 0:
                continue
        if count > _PATIENCE_PACKETS:
            break
    return None


def _scan(container: InputContainer, streams: list[Stream]) -> dict[int, _Track]:
    """Read every packet, decode none: exact lengths and the spacing of the pictures."""
    times: dict[int, list[int]] = {stream.index: [] for stream in streams}
    ends: dict[int, int] = {}
    last: dict[int, int] = {}
    container.seek(0)
    for packet in container.demux(streams):
        instant = packet.dts if packet.pts is None else packet.pts
        if instant is None or packet.is_discard:
            continue
        index = packet.stream_index
        times[index].append(instant)
        end = instant + (packet.duration or 0)
        if end >= ends.get(index, end):
            ends[index], last[index] = end, packet.duration or 0
    tracks = {}
    for stream in streams:
        base = stream.time_base or Fraction(1, 1000)
        found = sorted(times[stream.index])
        length = last.get(stream.index, 0)
        if not length and len(found) > 1:
            length = (found[-1] - found[0]) // (len(found) - 1)
        declared = float(stream.duration * base * 1000) if stream.duration else 0.0
        tracks[stream.index] = _Track(found, length, base, declared)
    return tracks


# Elementary streams declare nothing: FFmpeg guesses their length from a bit rate.
_DECLARING = frozenset({"mov", "matroska", "avi", "wav"})


def _check_length(container: InputContainer, main: _Track, tracks: dict[int, _Track]) -> None:
    """Compare what is there with what was promised: for the main track, or for the longest where none says."""
    there, declared = main.length_ms, main.declared_ms
    if "matroska" in container.format.name:
        # It promises a length for the whole file alone; a stream that nobody read may be the longest.
        if len(container.streams) > len(tracks):
            return
        # It counts from the clock's zero, which a recording need not begin at.
        there = max(max(0.0, one.start_ms) + one.length_ms for one in tracks.values())
        declared = (container.duration or 0) / 1000
    if there < declared - max(1500.0, 0.03 * declared):
        raise MediaError(
            f"The file ends in the middle: {there / 1000:.1f} s of {declared / 1000:.1f} s are there.",
            code="truncated",
            hint=SEND_AGAIN,
        )


def _with_picture(info: MediaInfo, stream: Stream, frame: VideoFrame, track: _Track) -> MediaInfo:
    rotation, mirrored = _turn(frame)
    aspect = _pixel_aspect(stream)
    width, height = max(1, round(frame.width * aspect)), frame.height
    if rotation in {90, 270}:
        width, height = height, width
    rate, varies = _frame_rate(track, stream)
    return replace(
        info,
        kind="video",
        # Evenly spaced pictures have an exact length, whatever the container's clock rounds to.
        duration_ms=round(track.length_ms if varies else len(track.times) * 1000 / rate),
        video_start_ms=round(track.start_ms),
        width=width,
        height=height,
        coded_width=frame.width,
        coded_height=frame.height,
        rotation=rotation,
        mirrored=mirrored,
        pixel_aspect_num=aspect.numerator,
        pixel_aspect_den=aspect.denominator,
        fps_num=rate.numerator,
        fps_den=rate.denominator,
        vfr=varies,
        frame_count=len(track.times),
        interlaced=bool(frame.interlaced_frame),
        pixel_format=frame.format.name,
        primaries=int(frame.color_primaries),
        transfer=int(frame.color_trc),
        has_alpha=frame.format.name.startswith(("yuva", "rgba", "bgra", "argb", "abgr", "gbra", "ya")),
        video_codec=stream.codec_context.name,
        video_stream=stream.index,
    )


# Sound that goes on for less after the last picture is what recorders and encoders leave over.
_LEFT_OVER_MS = 500


def _with_sound_to_its_end(info: MediaInfo) -> MediaInfo:
    """A lecture with one picture is as long as it is heard: players hold the last picture, too."""
    if not info.has_audio:
        return info
    heard = info.audio_start_ms + info.audio_duration_ms - info.video_start_ms
    return replace(info, duration_ms=heard) if heard > info.duration_ms + _LEFT_OVER_MS else info


def _turn(frame: VideoFrame) -> tuple[int, bool]:
    """Return how a player turns the picture clockwise, and whether it swaps left and right then.

    The display matrix is that of ISO 14496-12, 8.3.2: two rows of two factors say where across and down go.
    """
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if not isinstance(matrix, SideData) or matrix.buffer_size < 36:
        return 0, False
    across, along, _, back, down = struct.unpack("=5i", bytes(matrix)[:20])
    mirrored = across * down - along * back < 0
    if mirrored:
        across = -across
    return round(degrees(atan2(along, across)) / 90) * 90 % 360, mirrored


def _pixel_aspect(stream: Stream) -> Fraction:
    aspect = getattr(stream, "sample_aspect_ratio", None)
    if not aspect or aspect <= 0 or not Fraction(1, 4) <= aspect <= 4:
        return Fraction(1)
    return Fraction(aspect)


def _frame_rate(track: _Track, stream: Stream) -> tuple[Fraction, bool]:
    """Return pictures per second and whether their spacing varies."""
    gaps = [
        after - before for before, after in zip(track.times, track.times[1:], strict=False) if after > before
    ]
    named = stream.guessed_rate or stream.average_rate
    if not gaps:
        return (named if named and 1 <= named <= 240 else Fraction(25)), False
    middle = sorted(gaps)[len(gaps) // 2]
    # A container's clock may be too coarse for the rate (1 ms in WebM): two ticks of slack, and a tenth for jitter.
    slack = max(2.0 if middle > 10 else 0.5, 0.1 * middle)
    regular = [gap for gap in gaps if abs(gap - middle) <= slack]
    varies = len(regular) < len(gaps)
    if varies:
        return _steady_rate(Fraction(len(regular), sum(regular)) / track.base), True
    measured = Fraction(len(gaps), sum(gaps)) / track.base
    # What the clock's ticks round away, and what a named rate may be off by: 29.97 is not 30.
    unsure = Fraction(2, sum(gaps)) + Fraction(1, 2000)
    if named and abs(named / measured - 1) < unsure:
        return nearest_rate(named), False
    return nearest_rate(measured), False


_STEADY_RATES = (10, 12, 15, 24, 25, 30, 50, 60)


def _steady_rate(usual: Fraction) -> Fraction:
    """Return the rate that shows an uneven film well: screens are recorded at up to 60, with pauses between."""
    if (near := nearest_rate(usual)) in _RATES and near <= _STEADY_RATES[-1]:
        return near
    best = min(_STEADY_RATES, key=lambda rate: abs(rate / usual - 1))
    if usual > _STEADY_RATES[-1] or abs(best / usual - 1) < Fraction(7, 100):
        return Fraction(best)
    return usual.limit_denominator(1001)


_RATES = tuple(
    Fraction(rate, 1) for rate in (10, 12, 15, 20, 24, 25, 30, 48, 50, 60, 100, 120, 240)
) + tuple(Fraction(rate * 1000, 1001) for rate in (15, 24, 30, 48, 60, 120))  # fmt: skip


def nearest_rate(measured: Fraction) -> Fraction:
    """Return the usual frame rate within 0.05 % of ``measured``, else it with a small denominator."""
    best = min(_RATES, key=lambda rate: abs(rate - measured))
    if abs(best / measured - 1) < Fraction(5, 10_000):
        return best
    return measured.limit_denominator(1001)
