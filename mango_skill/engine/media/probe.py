"""Look at a file: what it is, how long, how large, and whether it really decodes.

Child processes only (see ``worker``): it imports PyAV and Pillow.
"""

from __future__ import annotations

import os
import struct
from dataclasses import replace
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
from mango_skill.engine.media.cadence import find_cadence
from mango_skill.engine.media.completeness import is_locked, missing_bytes
from mango_skill.engine.media.containers import (
    SEND_AGAIN,
    open_media,
    picture_decoder,
    picture_stream,
    rewind,
    sniff_file,
    sound_stream,
    unreadable,
)
from mango_skill.engine.media.excess import refuse_packed_tag, refuse_rate
from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.media.sniff import Kind
from mango_skill.engine.media.tracks import Track, scan
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
    refuse_packed_tag(file)
    with open_media(file, kind.demuxer) as container:
        return replace(_probe_container(container, kind), size_bytes=size)


def _truncated(missing: int, size: int) -> MediaError:
    if missing < 0:
        text = "The file ends in the middle: its index was never written, so nothing in it can be found."
    else:
        share = 100 * missing / (missing + size)
        text = f"The file ends in the middle: {missing:,} bytes ({share:.0f} %) are missing."
    return MediaError(text, code="truncated", hint=SEND_AGAIN)


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
    if isinstance(sound, AudioFrame):
        refuse_rate(sound.sample_rate)
    tracks = scan(container, [stream for stream in (video, audio) if stream])
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
    rewind(container)
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


# Elementary streams declare nothing: FFmpeg guesses their length from a bit rate.
_DECLARING = frozenset({"mov", "matroska", "avi", "wav"})


def _check_length(container: InputContainer, main: Track, tracks: dict[int, Track]) -> None:
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


def _with_picture(info: MediaInfo, stream: VideoStream, frame: VideoFrame, track: Track) -> MediaInfo:
    rotation, mirrored = _turn(frame)
    aspect = _pixel_aspect(stream)
    width, height = max(1, round(frame.width * aspect)), frame.height
    if rotation in {90, 270}:
        width, height = height, width
    cadence = find_cadence(track.times, track.base, stream.guessed_rate or stream.average_rate)
    rate, varies = cadence.rate, cadence.varies
    return replace(
        info,
        kind="video",
        # Evenly spaced pictures have an exact length, whatever the container's clock rounds to.
        duration_ms=round(track.length_ms if varies else len(track.times) * 1000 / rate),
        video_start_ms=round(cadence.start * 1000),
        unordered=track.unordered,
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
