"""What is known about a file after it was looked at. Pure; safe to import everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any, Literal

MediaKind = Literal["video", "audio", "image", "captions", "lut"]


@dataclass(frozen=True)
class Loudness:
    """How loud a sound is (EBU R 128).

    Attributes:
        lufs: Integrated loudness; -70 for silence, the meter's gate.
        true_peak_db: In dBTP; -120 for silence.
        range_lu: Loudness range.
    """

    lufs: float
    true_peak_db: float
    range_lu: float


@dataclass(frozen=True)
class Tempo:
    """Beats in a minute (0 when there is no pulse) and the instants of the beats in milliseconds."""

    bpm: float
    beats_ms: tuple[int, ...]


@dataclass(frozen=True)
class Cut:
    """The instant of a shot's first picture in milliseconds, and how much changed (0 to 100)."""

    at_ms: int
    score: float


@dataclass(frozen=True)
class MediaInfo:
    """The facts of one file. Absent facts are ``None``, ``0`` or empty.

    Attributes:
        kind: What the timeline can use it as; an MP4 with sound alone is ``audio``.
        format: The container by content: ``mp4``, ``mov``, ``webm`` ...
        demuxer: FFmpeg's demuxer to force when opening it again; empty for pictures and texts.
        size_bytes: The file's size.
        duration_ms: Of the picture when there is one, or of a sound that goes on well after it; 0 for a still.
        audio_duration_ms: Of the sound.
        video_start_ms: When the first picture is shown on the file's own clock (subtract it before use).
        audio_start_ms: When the sound begins on that clock.
        unordered: The packets tell when pictures are decoded, not when they are shown.
        width: As shown: after rotation and with square pixels.
        height: As shown.
        coded_width: As decoded, before rotation.
        coded_height: As decoded.
        rotation: Clockwise degrees to turn the decoded picture by before it is shown: 0, 90, 180, 270.
        mirrored: Left and right are swapped after that turn, as in films of some front cameras.
        pixel_aspect_num: Width of a decoded pixel over its height, numerator.
        pixel_aspect_den: Denominator.
        fps_num: Pictures per second, numerator; a steady rate that suits it when ``vfr``.
        fps_den: Denominator.
        vfr: The pictures are not evenly spaced.
        frame_count: Pictures in the file (of an animation too).
        interlaced: The first picture is interlaced.
        pixel_format: FFmpeg's name.
        primaries: The picture's red, green and blue as a code point of ITU-T H.273: 1 or 2 (not said) for what every
            screen shows, 9 for BT.2020, 12 for Display P3.
        transfer: Its curve, likewise: 16 (PQ) and 18 (HLG) are of high dynamic range.
        has_alpha: The picture has transparency.
        video_codec: FFmpeg's name of the decoder: ``h264`` ...
        video_stream: Its index in the container; -1 when there is none.
        audio_codec: As ``video_codec``.
        audio_stream: As ``video_stream``.
        sample_rate: In Hz, as decoded.
        channels: As decoded.
        animated: An image with several pictures.
        cue_count: Cues of a caption file.
    """

    kind: MediaKind
    format: str
    demuxer: str = ""
    size_bytes: int = 0
    duration_ms: int = 0
    audio_duration_ms: int = 0
    video_start_ms: int = 0
    audio_start_ms: int = 0
    unordered: bool = False
    width: int = 0
    height: int = 0
    coded_width: int = 0
    coded_height: int = 0
    rotation: int = 0
    mirrored: bool = False
    pixel_aspect_num: int = 1
    pixel_aspect_den: int = 1
    fps_num: int = 0
    fps_den: int = 1
    vfr: bool = False
    frame_count: int = 0
    interlaced: bool = False
    pixel_format: str = ""
    primaries: int = 2
    transfer: int = 2
    has_alpha: bool = False
    video_codec: str | None = None
    video_stream: int = -1
    audio_codec: str | None = None
    audio_stream: int = -1
    sample_rate: int = 0
    channels: int = 0
    animated: bool = False
    cue_count: int = 0

    @property
    def has_video(self) -> bool:
        """Whether there are moving pictures; a still has none."""
        return self.kind == "video"

    @property
    def has_audio(self) -> bool:
        """Whether there is sound."""
        return self.audio_codec is not None

    @property
    def fps(self) -> Fraction | None:
        """Pictures per second, or None where nothing moves."""
        return Fraction(self.fps_num, self.fps_den) if self.fps_num else None

    @property
    def pixel_aspect(self) -> Fraction:
        """Width of a decoded pixel over its height."""
        return Fraction(self.pixel_aspect_num, self.pixel_aspect_den)

    def to_dict(self) -> dict[str, Any]:
        """Return the facts as JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> MediaInfo:
        """Build from ``to_dict``; facts of a newer version are left out."""
        return cls(**{name: data[name] for name in cls.__dataclass_fields__ if name in data})


@dataclass(frozen=True)
class Examination:
    """Everything that was asked about one file; what was not asked is None.

    Attributes:
        info: What the file is.
        pauses_ms: Stretches that may be cut, as (start, end); empty for a file without sound.
        loudness: None also for a file without sound.
        tempo: As ``loudness``.
        cuts: None also for a file without moving pictures.
    """

    info: MediaInfo
    pauses_ms: tuple[tuple[int, int], ...] | None = None
    loudness: Loudness | None = None
    tempo: Tempo | None = None
    cuts: tuple[Cut, ...] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON."""
        return {**asdict(self), "info": self.info.to_dict()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Examination:
        """Build from ``to_dict`` (after JSON: lists for tuples)."""
        pauses, loudness, tempo, cuts = (
            data.get(name) for name in ("pauses_ms", "loudness", "tempo", "cuts")
        )
        return cls(
            info=MediaInfo.from_dict(data["info"]),
            pauses_ms=None if pauses is None else tuple((start, end) for start, end in pauses),
            loudness=None if loudness is None else Loudness(**loudness),
            tempo=None if tempo is None else Tempo(tempo["bpm"], tuple(tempo["beats_ms"])),
            cuts=None if cuts is None else tuple(Cut(**cut) for cut in cuts),
        )
