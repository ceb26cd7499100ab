"""Media made at test time: what is in a file is known because it was put there."""

from __future__ import annotations

import struct
import subprocess
import wave
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

EXAMPLES = Path(__file__).parents[3] / "examples" / "media"


class Darkroom:
    """Makes files in one folder. Equal requests make the file once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def video(
        self,
        name: str,
        *,
        size: tuple[int, int] = (160, 90),
        rate: Fraction = Fraction(25),
        count: int = 25,
        codec: str = "libx264",
        sound: str | None = "aac",
        pixels: str = "yuv420p",
        instants_ms: Sequence[int] | None = None,
        colors: Callable[[int], tuple[int, int, int]] = lambda number: (40 * number % 256, 90, 160),
        options: dict[str, str] | None = None,
    ) -> Path:
        """A video of flat, slightly noisy pictures with a 440 Hz tone."""
        path = self.folder / name
        if path.exists():
            return path
        dice = np.random.default_rng(3)
        with av.open(str(path), "w", options=options or {}) as container:
            stream = container.add_stream(codec, rate=rate if instants_ms is None else 1000)
            stream.width, stream.height, stream.pix_fmt = *size, pixels
            audio = container.add_stream(sound, rate=48_000, layout="stereo") if sound else None
            for number in range(count):
                picture = np.clip(np.array(colors(number)) + dice.normal(0, 4, (size[1], size[0], 3)), 0, 255)
                frame = av.VideoFrame.from_ndarray(picture.astype(np.uint8), format="rgb24")
                frame.pts = number if instants_ms is None else instants_ms[number]
                frame.time_base = 1 / rate if instants_ms is None else Fraction(1, 1000)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
            if audio:
                seconds = float(count / rate) if instants_ms is None else instants_ms[-1] / 1000
                _encode_tone(container, audio, seconds)
        return path

    def sound(
        self, name: str, codec: str, *, seconds: float = 1.0, rate: int = 48_000, layout: str = "stereo"
    ) -> Path:
        """A 440 Hz tone."""
        path = self.folder / name
        if not path.exists():
            kinds = {".m4a": "ipod", ".aac": "adts"}
            with av.open(str(path), "w", format=kinds.get(path.suffix)) as container:
                _encode_tone(container, container.add_stream(codec, rate=rate, layout=layout), seconds)
        return path

    def wav(self, name: str, samples: np.ndarray, rate: int) -> Path:
        """Mono or stereo samples in -1 to 1, as 16-bit WAV."""
        path = self.folder / name
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes((np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes())
        return path

    def photo(self, name: str, *, size: tuple[int, int] = (60, 40), **options: object) -> Path:
        """A photo whose left half is red and right half blue."""
        path = self.folder / name
        left = Image.new("RGB", (size[0] // 2, size[1]), (220, 20, 20))
        image = Image.new("RGB", size, (20, 20, 220))
        image.paste(left, (0, 0))
        image.save(path, **options)
        return path

    def animation(self, name: str, *, durations: Sequence[int]) -> Path:
        """An animation of flat colours."""
        path = self.folder / name
        pictures = [
            Image.new("RGB", (32, 24), (60 * number % 256, 100, 200)) for number in range(len(durations))
        ]
        pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=list(durations), loop=0)
        return path

    def text(self, name: str, words: str) -> Path:
        """A text file."""
        path = self.folder / name
        path.write_text(words, encoding="utf-8")
        return path

    def data(self, name: str, content: bytes) -> Path:
        """Any file."""
        path = self.folder / name
        path.write_bytes(content)
        return path

    def turned(self, name: str, source: Path, degrees: int) -> Path:
        """A copy of an MP4 that asks to be shown turned clockwise, as phones write it (tkhd matrix)."""
        data = bytearray(source.read_bytes())
        matrices = {
            90: (0, 1, -1, 0),
            180: (-1, 0, 0, -1),
            270: (0, -1, 1, 0),
        }
        a, b, c, d = (value << 16 for value in matrices[degrees])
        place = data.find(b"tkhd") + 4 + 40
        struct.pack_into(">9i", data, place, a, b, 0, c, d, 0, 0, 0, 1 << 30)
        return self.data(name, bytes(data))

    def heic(self, name: str) -> Path:
        """An HEIF photo: one HEVC picture in the boxes of ISO 23008-12."""
        video = self.video("for_heic.mp4", size=(64, 48), count=1, codec="libx265", sound=None)
        data = video.read_bytes()
        place = data.find(b"hvcC") - 4
        config = data[place : place + struct.unpack(">I", data[place : place + 4])[0]]
        with av.open(str(video)) as container:
            picture = bytes(next(packet for packet in container.demux(video=0) if packet.size))
        return self.data(name, _heif(config, picture, (64, 48)))


def _encode_tone(container: av.container.OutputContainer, stream: av.AudioStream, seconds: float) -> None:
    rate, layout = stream.codec_context.sample_rate, stream.codec_context.layout
    wave_form = (0.3 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate)).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(
        np.tile(wave_form, (layout.nb_channels, 1)), format="fltp", layout=layout.name
    )
    frame.sample_rate, frame.pts = rate, 0
    resampler = av.AudioResampler(
        format=stream.codec_context.format,
        layout=layout.name,
        rate=rate,
        frame_size=stream.codec_context.frame_size or 1024,
    )
    for part in [*resampler.resample(frame), *resampler.resample(None)]:
        container.mux(stream.encode(part))
    container.mux(stream.encode())


def _box(name: bytes, *parts: bytes, version: bytes | None = None) -> bytes:
    content = (version or b"") + b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), name) + content


def _heif(config: bytes, picture: bytes, size: tuple[int, int]) -> bytes:
    plain = b"\0\0\0\0"
    extent = _box(b"ispe", struct.pack(">II", *size), version=plain)
    meta_parts = [
        _box(b"hdlr", b"\0\0\0\0pict" + bytes(13), version=plain),
        _box(b"pitm", struct.pack(">H", 1), version=plain),
        _box(b"iinf", struct.pack(">H", 1), _box(b"infe", struct.pack(">HH", 1, 0), b"hvc1\0", version=b"\2\0\0\0"), version=plain),
        _box(b"iprp", _box(b"ipco", config, extent), _box(b"ipma", struct.pack(">IHBBB", 1, 1, 2, 0x81, 0x02), version=plain)),
    ]  # fmt: skip
    head = _box(b"ftyp", b"heic", plain, b"mif1heic")

    def location(offset: int) -> bytes:
        return _box(
            b"iloc", struct.pack(">BBHHHHII", 0x44, 0, 1, 1, 0, 1, offset, len(picture)), version=plain
        )

    length = len(_box(b"meta", *meta_parts, location(0), version=plain))
    return (
        head
        + _box(b"meta", *meta_parts, location(len(head) + length + 8), version=plain)
        + _box(b"mdat", picture)
    )


@pytest.fixture(scope="session")
def darkroom(tmp_path_factory: pytest.TempPathFactory) -> Darkroom:
    """Where media is made."""
    return Darkroom(tmp_path_factory.mktemp("media"))


@pytest.fixture(scope="session")
def interview() -> Path:
    """The clip that ships with the project."""
    return EXAMPLES / "interview.mp4"


Sentence = tuple[np.ndarray, list[tuple[float, float]]]


@pytest.fixture(scope="session")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Sentence:
    """Mono speech at 16 kHz with known pauses, and where the sentences stand in seconds."""
    folder = tmp_path_factory.mktemp("speech")
    gaps = (0.9, 0.3, 1.4, 0.7, 0.2, 1.1, 2.0)
    sentences = (
        "The weather was lovely that day.", "She sells sea shells.", "Nobody believed it could work, but it did.",
        "We still argue about who ate the last piece of cake.", "Yes.", "What happens if the battery runs out?",
        "Thank you, and see you next week.",
    )  # fmt: skip
    pieces, truth, position = [np.zeros(8_000)], [], 0.5
    for number, (words, gap) in enumerate(zip(sentences, gaps, strict=True)):
        target = folder / f"{number}.wav"
        subprocess.run(
            ["espeak-ng", "-v", "en-us+m3", "-s", "165", "-w", str(target), words], check=True, timeout=30
        )
        with wave.open(str(target), "rb") as file:
            rate = file.getframerate()
            raw = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32_768
        loud = np.flatnonzero(np.abs(raw) > 0.003)
        raw = raw[loud[0] : loud[-1] + 1]
        voice = np.interp(np.arange(int(len(raw) * 16_000 / rate)) * rate / 16_000, np.arange(len(raw)), raw)
        voice *= 0.7 + 0.3 * (number % 2)
        truth.append((position, position + len(voice) / 16_000))
        pieces += [voice, np.zeros(int(gap * 16_000))]
        position += (len(voice) + int(gap * 16_000)) / 16_000
    return np.concatenate(pieces).astype(np.float32), truth
