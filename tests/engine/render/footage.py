"""Footage whose truth is known by construction: every picture carries its number, every half second sounds a beep.

The number stands in ten blocks along the top (dark 0, light 1, lowest bit first); below, the left half is red and
the right half is blue.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.media.probe import probe
from mango_skill.engine.render import plan as plans
from mango_skill.engine.render.players import Source
from mango_skill.engine.render.profile import choose_profile
from mango_skill.engine.render.run import Result, run
from mango_skill.timeline import (
    AssetSource,
    Canvas,
    Clip,
    Effect,
    GeneratedSource,
    Role,
    Timeline,
    TimeRange,
    Track,
    TrackKind,
    Transition,
)

WIDTH, HEIGHT = 160, 90
RATE = 48_000
RED, BLUE = (200, 40, 40), (40, 40, 200)

Pixels = NDArray[np.uint8]
Samples = NDArray[np.float32]


def draw_number(number: int, width: int = WIDTH, height: int = HEIGHT) -> Pixels:
    """Return the picture of a number as RGB."""
    picture = np.empty((height, width, 3), dtype=np.uint8)
    picture[:, : width // 2], picture[:, width // 2 :] = RED, BLUE
    block, high = width // 10, height // 5
    for bit in range(10):
        picture[:high, bit * block : (bit + 1) * block] = 215 if number >> bit & 1 else 35
    return picture


def read_number(picture: Pixels) -> int:
    """Read a number back, by the middle of each block."""
    height, width = picture.shape[:2]
    block, high = width / 10, height / 5
    number = 0
    for bit in range(10):
        x, y = round((bit + 0.5) * block), round(high / 2)
        number |= int(picture[y - 2 : y + 3, x - 2 : x + 3].mean() > 125) << bit
    return number


def beeps(seconds: float, frequency: float = 1000, level: float = 0.25) -> Samples:
    """Return mono sound: 60 ms of a tone at every half second, silence between."""
    time = np.arange(round(seconds * RATE)) / RATE
    tone = level * np.sin(2 * np.pi * frequency * time)
    return (tone * (time % 0.5 < 0.06)).astype(np.float32)


def hum(seconds: float, frequency: float = 440, level: float = 0.2) -> Samples:
    time = np.arange(round(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * frequency * time)).astype(np.float32)


def write_film(
    path: Path,
    pictures: Sequence[Pixels] | None,
    *,
    fps: Fraction = Fraction(25),
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    times_ms: Sequence[int] | None = None,
    sound: Samples | None = None,
    audio_codec: str = "aac",
    audio_rate: int = RATE,
    layout: str = "stereo",
    aspect: Fraction | None = None,
    gop: int = 12,
    options: dict[str, str] | None = None,
    muxing: dict[str, str] | None = None,
) -> Path:
    """Encode pictures (at ``times_ms`` when given) and mono sound into a file.

    ``options`` go to the encoder of the pictures beside the usual ones, ``muxing`` to the writer of the file.
    """
    with av.open(str(path), "w", options=muxing or {}) as container:
        video: Any = None
        if pictures:
            video = container.add_stream(codec, rate=fps)
            video.height, video.width = pictures[0].shape[:2]
            video.pix_fmt, video.gop_size = pix_fmt, gop
            if times_ms:
                video.codec_context.time_base = Fraction(1, 1000)
            if codec in ("libx264", "libx265"):
                video.options = {"crf": "12", "preset": "ultrafast", "x265-params": "log-level=none"}
            elif codec == "mpeg4":
                video.bit_rate = 4_000_000
            elif codec == "libvpx-vp9":
                video.options = {"deadline": "realtime", "cpu-used": "8", "crf": "20", "b": "0"}
            video.options = {**video.options, **(options or {})}
            if aspect:
                video.codec_context.sample_aspect_ratio = aspect
        audio: Any = None
        if sound is not None:
            audio = container.add_stream(audio_codec, rate=audio_rate, layout=layout)
            if audio_codec == "wmav2":
                audio.bit_rate = 192_000
        for number, picture in enumerate(pictures or ()):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame = frame.reformat(format=pix_fmt)
            frame.pts = times_ms[number] if times_ms else number
            frame.time_base = Fraction(1, 1000) if times_ms else 1 / fps
            container.mux(video.encode(frame))
        if video is not None:
            container.mux(video.encode(None))
        if sound is not None and audio is not None:
            for first in range(0, len(sound), 4800):
                block = np.ascontiguousarray(np.repeat(sound[first : first + 4800], 2)).reshape(1, -1)
                piece = av.AudioFrame.from_ndarray(block, format="flt", layout="stereo")
                # AVI can not tell what an encoder puts in front.
                late = 1105 if path.suffix == ".avi" else 0
                piece.sample_rate, piece.pts, piece.time_base = RATE, first + late, Fraction(1, RATE)
                container.mux(audio.encode(piece))
            container.mux(audio.encode(None))
    return path


def turn_film(path: Path, degrees: int) -> None:
    """Write a display matrix into an MP4's picture track, as phones do (ISO 14496-12, 8.3.2)."""
    one = 1 << 16
    matrices = {90: (0, one, 0, -one, 0, 0), 180: (-one, 0, 0, 0, -one, 0), 270: (0, -one, 0, one, 0, 0)}
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4
    place = at + 4 + 20 + 16  # version and flags, times and ids of version 0, then 16 bytes
    struct.pack_into(">9i", data, place, *matrices[degrees], 0, 0, 1 << 30)
    path.write_bytes(bytes(data))


@dataclass(frozen=True)
class Cut:
    """A rendered file, decoded."""

    result: Result
    path: Path
    pictures: list[Pixels]
    sound: Samples

    @property
    def numbers(self) -> list[int]:
        return [read_number(picture) for picture in self.pictures]

    def level(self, start: float, end: float) -> float:
        """Root mean square between two instants."""
        part = self.sound[round(start * RATE) : round(end * RATE)]
        return float(np.sqrt((part**2).mean())) if len(part) else 0.0


def decode_pictures(path: Path) -> list[Pixels]:
    with av.open(str(path)) as container:
        if not container.streams.video:
            return []
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def decode_sound(path: Path) -> Samples:
    """Return the sound as stereo at 48 kHz, from the file's instant 0 on."""
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return np.zeros((0, 2), dtype=np.float32)
        resampler = av.AudioResampler(format="flt", layout="stereo", rate=RATE)
        parts: list[Any] = []
        for frame in container.decode(audio=0):
            parts += [part.to_ndarray().reshape(-1, 2) for part in resampler.resample(frame)]
        parts += [part.to_ndarray().reshape(-1, 2) for part in resampler.resample(None)]
        return np.concatenate(parts).astype(np.float32)


class Room:
    """Renders timelines of given files."""

    def __init__(self, folder: Path, files: dict[str, Path]) -> None:
        self.folder = folder
        self.sources = {name: Source(path, _probed(path)) for name, path in files.items()}
        self._count = 0

    @property
    def media(self) -> dict[str, MediaInfo]:
        return {name: source.info for name, source in self.sources.items()}

    def plan(self, timeline: Timeline, **output: Any) -> plans.RenderPlan:
        canvas = plans.choose_canvas(timeline, self.media)
        return plans.compile(timeline, self.media, choose_profile({"format": "mp4", **output}, canvas))

    def render(self, timeline: Timeline, **output: Any) -> Cut:
        workers = output.pop("workers", 1)
        plan = self.plan(timeline, **{"crf": 12, **output})
        self._count += 1
        path = self.folder / f"cut-{self._count}.{plan.profile.format}"
        result = run(plan, self.sources, path, workers=workers)
        return Cut(result, path, decode_pictures(path), decode_sound(path))


_PROBED: dict[tuple[str, int], MediaInfo] = {}


def _probed(path: Path) -> MediaInfo:
    key = (str(path), path.stat().st_mtime_ns)
    if key not in _PROBED:
        _PROBED[key] = probe(path)
    return _PROBED[key]


_NUMBER = iter(range(1, 1_000_000))


def clip(asset: str, at: int, length: int, source: int = 0, **more: Any) -> Clip:
    """Return a clip of a file: on the timeline from ``at`` for ``length`` ms, in the file from ``source``."""
    speed = Fraction(more.get("speed", 1))
    name = f"clip-{next(_NUMBER)}"
    return Clip(
        name, name, TimeRange(at, length), AssetSource(asset), TimeRange(source, int(length * speed)), **more
    )


def made(kind: str, at: int, length: int, parameters: dict[str, Any], **more: Any) -> Clip:
    name = f"clip-{next(_NUMBER)}"
    return Clip(
        name, name, TimeRange(at, length), GeneratedSource(kind, parameters), TimeRange(0, length), **more
    )


def text(words: str, at: int, length: int, **style: Any) -> Clip:
    name = f"clip-{next(_NUMBER)}"
    return Clip(name, name, TimeRange(at, length), text=words, style=style)


def video_track(*clips: Clip, role: Role = Role.MAIN, **more: Any) -> Track:
    return Track(f"track-{next(_NUMBER)}", TrackKind.VIDEO, role, clips=clips, **more)


def audio_track(*clips: Clip, role: Role = Role.MUSIC, **more: Any) -> Track:
    return Track(f"track-{next(_NUMBER)}", TrackKind.AUDIO, role, clips=clips, **more)


def text_track(*clips: Clip, role: Role = Role.TITLE) -> Track:
    return Track(f"track-{next(_NUMBER)}", TrackKind.TEXT, role, clips=clips)


def movie(*tracks: Track, effects: tuple[Effect, ...] = (), **canvas: Any) -> Timeline:
    """Return a timeline on a canvas of the usual footage's size and rate."""
    given = {"width": WIDTH, "height": HEIGHT, "fps": Fraction(25), **canvas}
    return Timeline(Canvas(**given), tracks, effects)


def into(one: Clip, kind: str, duration: int) -> Clip:
    """Return the clip with a transition into it."""
    return replace(one, transition=Transition(kind, duration))


def save_image(path: Path, pixels: Pixels, **options: Any) -> Path:
    Image.fromarray(pixels).save(path, **options)
    return path


def onsets(sound: Samples, level: float = 0.05) -> list[float]:
    """Return the instants (seconds) at which sound begins after at least 100 ms of silence."""
    loud = np.flatnonzero(np.abs(sound[:, 0]) > level)
    starts = [
        index for index, before in zip(loud, [-RATE, *loud[:-1]], strict=True) if index - before > RATE // 10
    ]
    return [float(index) / RATE for index in starts]


def pitch(sound: Samples) -> float:
    """Return the strongest frequency."""
    mono = sound.mean(axis=1)
    spectrum = np.abs(np.fft.rfft(mono * np.hanning(len(mono))))
    return float(np.argmax(spectrum)) * RATE / len(mono)
