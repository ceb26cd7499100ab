"""What kind of file is asked for: container, codecs, size, rate and quality, and what fits together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Final

from mango_skill.errors import ArgumentError
from mango_skill.protocol import constants
from mango_skill.timeline import Canvas

QUALITIES: Final = ("source", "high", "small")
CAPTIONS: Final = ("burn", "sidecar", "srt", "vtt", "none")
MAX_SIDE: Final = 7680
MAX_FPS: Final = 120


@dataclass(frozen=True)
class Container:
    """What goes into one file format.

    Attributes:
        muxer: FFmpeg's name of the writer.
        video: The picture encoder, or None for sound alone.
        audio: The sound encoder, or None for pictures alone.
        audio_format: Sample format that the sound encoder takes.
        audio_rate: Samples a second.
        audio_bit_rate: In bits a second; 0 where it means nothing.
        options: Of the writer.
        shared: For a picture file that people send each other: its longest side and rate where none are asked for.
    """

    muxer: str
    video: str | None
    audio: str | None
    audio_format: str = "fltp"
    audio_rate: int = 48000
    audio_bit_rate: int = 192_000
    options: Mapping[str, str] = field(default_factory=dict)
    shared: tuple[int, int] | None = None

    @property
    def is_animation(self) -> bool:
        """Whether its pictures are changes of one another from first to last: one encoder makes them all."""
        return self.shared is not None


# The index before the pictures, so that a player may start before it has everything.
_FASTSTART = {"movflags": "+faststart"}

CONTAINERS: Final[Mapping[str, Container]] = {
    "mp4": Container("mp4", "libx264", "aac", options=_FASTSTART),
    "mov": Container("mov", "libx264", "aac", options=_FASTSTART),
    "mkv": Container("matroska", "libx264", "aac"),
    "webm": Container("webm", "libvpx-vp9", "libopus", audio_format="flt", audio_bit_rate=128_000),
    "avi": Container("avi", "mpeg4", "libmp3lame", audio_rate=48000),
    # A picture in a gif costs one byte a pixel before packing.
    "gif": Container("gif", "gif", None, shared=(480, 15)),
    "webp": Container("webp", "libwebp_anim", None, options={"loop": "0"}, shared=(640, 20)),
    "mp3": Container("mp3", None, "libmp3lame"),
    "wav": Container("wav", None, "pcm_s16le", audio_format="s16", audio_bit_rate=0),
    "m4a": Container("ipod", None, "aac", options=_FASTSTART),
    "aac": Container("adts", None, "aac"),
}

# Constant quality per encoder: lower is better. "source" is meant to be told apart from its source by nobody.
_CRF: Final = {
    "libx264": {"source": 18, "high": 20, "small": 27},
    "libvpx-vp9": {"source": 28, "high": 31, "small": 38},
}
_MPEG4_SCALE: Final = {"source": 2, "high": 3, "small": 8}
# Per cent, higher is better.
_WEBP_QUALITY: Final = {"source": 90, "high": 80, "small": 60}


@dataclass(frozen=True)
class Profile:
    """The file that is asked for, complete: nothing in it is left to be guessed.

    Attributes:
        format: A key of ``CONTAINERS``.
        width: Of the picture, even.
        height: Of the picture, even.
        fps: Pictures a second.
        quality: source, high or small. Source, which is what whoever says no more gets, copies pictures that nothing
            was done to: as good as the footage, as large, and ready soonest.
        crf: Overrides what ``quality`` means to the encoder, and has every picture encoded.
        captions: burn, srt, vtt or none.
        compatible: Encoded whole by one encoder, for players that can't take what was copied beside it.
    """

    format: str = "mp4"
    width: int = 1920
    height: int = 1080
    fps: Fraction = Fraction(30)
    quality: str = "source"
    crf: int | None = None
    captions: str = "burn"
    compatible: bool = False

    @property
    def container(self) -> Container:
        """What goes into the file."""
        return CONTAINERS[self.format]

    @property
    def has_picture(self) -> bool:
        return self.container.video is not None

    @property
    def has_sound(self) -> bool:
        return self.container.audio is not None

    @property
    def audio_rate(self) -> int:
        return self.container.audio_rate

    def encoder_options(self) -> dict[str, str]:
        """Return the options of the picture encoder."""
        codec = self.container.video
        if codec == "libx264":
            # A diamond finds what a hexagon finds where pictures move as in life: sizes within 1.2 %, SSIM within 0.0001
            # on a talking head, noise, pans, turns and fractals, for a tenth less work.
            crf = str(self.crf or _CRF[codec][self.quality])
            return {"preset": "veryfast", "motion-est": "dia", "crf": crf}
        if codec == "libvpx-vp9":
            crf = str(self.crf or _CRF[codec][self.quality])
            return {"deadline": "realtime", "cpu-used": "7", "row-mt": "1", "crf": crf, "b": "0"}
        if codec == "mpeg4":
            scale = str(_MPEG4_SCALE[self.quality])
            return {"qmin": scale, "qmax": scale}
        if codec == "libwebp_anim":
            return {"quality": str(_WEBP_QUALITY[self.quality]), "compression_level": "4"}
        return {}


def choose_profile(output: Mapping[str, Any], canvas: Canvas) -> Profile:
    """Complete what was asked for with what the canvas says.

    Args:
        output: ``format`` and, where wanted, ``width``, ``height``, ``fps``, ``quality``, ``crf``, ``captions``,
            ``compatible``. One of width and height alone keeps the canvas's shape. For a still and for other
            editors it is the profile of the video that they are taken from.
        canvas: The timeline's.

    Raises:
        ArgumentError: ``bad_output``: a format, size, rate or quality that can't be made.
    """
    name = str(output.get("format") or "mp4").lower().lstrip(".")
    if name in (*constants.STILL_FORMATS, *constants.PROJECT_FORMATS):
        name = "mp4"
    if name not in CONTAINERS:
        known = ", ".join(constants.OUTPUT_FORMATS)
        raise _refusal(f"'{name}' is not a format that can be written.", f"Ask for one of {known}.")
    quality = str(output.get("quality") or "source")
    if quality not in QUALITIES:
        raise _refusal(f"There is no quality '{quality}'.", f"Ask for one of {', '.join(QUALITIES)}.")
    captions = str(output.get("captions") or "burn")
    if captions not in CAPTIONS:
        raise _refusal(f"Captions can't be made '{captions}'.", f"Ask for one of {', '.join(CAPTIONS)}.")
    width, height = _size(_number(output, "width"), _number(output, "height"), canvas)
    fps = _rate(output.get("fps"), canvas)
    crf = _number(output, "crf")
    beside = "srt" if captions == "sidecar" else captions
    compatible = output.get("compatible") is True
    profile = Profile(name, width, height, fps, quality, crf, beside, compatible)
    shared = profile.container.shared
    return profile if shared is None else _to_share(profile, output, *shared)


def _to_share(profile: Profile, output: Mapping[str, Any], longest: int, fps: int) -> Profile:
    if not output.get("width") and not output.get("height"):
        scale = min(Fraction(1), Fraction(longest, max(profile.width, profile.height)))
        profile = replace(profile, width=_even(profile.width * scale), height=_even(profile.height * scale))
    if not output.get("fps"):
        profile = replace(profile, fps=min(profile.fps, Fraction(fps)))
    return profile


def _size(width: int | None, height: int | None, canvas: Canvas) -> tuple[int, int]:
    shape = Fraction(canvas.width, canvas.height)
    if width and height:
        chosen = (Fraction(width), Fraction(height))
    elif width:
        chosen = (Fraction(width), width / shape)
    elif height:
        chosen = (height * shape, Fraction(height))
    else:
        chosen = (Fraction(canvas.width), Fraction(canvas.height))
    size = (_even(chosen[0]), _even(chosen[1]))
    if max(size) > MAX_SIDE:
        raise _refusal(
            f"A picture of {size[0]}x{size[1]} is too large.", f"Ask for at most {MAX_SIDE} pixels on a side."
        )
    return size


def _rate(asked: Any, canvas: Canvas) -> Fraction:
    try:
        if isinstance(asked, (list, tuple)):
            rate = Fraction(int(asked[0]), int(asked[1]))
        else:
            rate = canvas.fps if asked in (None, 0, "") else Fraction(str(asked))
    except (ValueError, ZeroDivisionError, IndexError):
        rate = Fraction(0)
    if not 1 <= rate <= MAX_FPS:
        raise _refusal("That frame rate can't be made.", f"Ask for 1 to {MAX_FPS} frames a second.")
    return rate.limit_denominator(1001)


def _number(output: Mapping[str, Any], key: str) -> int | None:
    value = output.get(key)
    if value is None or value == 0:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        raise _refusal(
            f"The output's {key} must be a positive number.", "Leave it out to keep the video's own."
        )
    return int(value)


def _even(value: Fraction | int) -> int:
    # 4:2:0 pictures have one colour sample for two pixels each way.
    return max(2, 2 * round(Fraction(value) / 2))


def _refusal(message: str, hint: str) -> ArgumentError:
    return ArgumentError(message, code="bad_output", hint=hint)
