"""Footage for the benchmarks: a noisy film whose every frame carries its number, and speech-like sound.

Frames are textured, move slowly and carry fresh noise, as a sensor's do: without it encoding costs nothing and a
comparison lies. The number of a frame stands in its upper left corner as black and white cells, most significant
first. Sound is noise in syllables: loud and quiet like speech, and wide enough to measure a lag of one sample.
"""

from __future__ import annotations

import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE = 48_000
CELLS = 16
CELL_WIDTH = 64
CELL_HEIGHT = 32
"""Of the cells that carry a frame's number, in pixels of a picture 1,024 or more wide."""
_MARGIN = 64
_NOISE = 3.2


def make_film(path: Path, *, seconds: int, width: int = 1920, height: int = 1080, fps: int = 30) -> Path:
    """Write a film in H.264 with a keyframe every second, and AAC; under its name it is whole."""
    partial = path.with_name(f".{path.name}")
    dice = np.random.default_rng(1)
    texture = _make_texture(width, height)
    noise = dice.normal(0, _NOISE, (height + _MARGIN, width + _MARGIN)).round().astype(np.int16)
    options = {"preset": "veryfast", "crf": "19", "g": str(fps), "keyint_min": str(fps), "sc_threshold": "0"}
    sound = speak(seconds)
    with av.open(str(partial), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        video = container.add_stream("libx264", rate=fps, options=options)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        audio = container.add_stream("aac", rate=RATE, layout="stereo")
        audio.bit_rate = 160_000
        for number in range(fps * seconds):
            picture = _draw(number, texture, noise, dice)
            container.mux(video.encode(picture))
            if number % fps == 0:
                container.mux(audio.encode(_frame_sound(sound, number // fps)))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    partial.replace(path)
    return path


def _make_texture(width: int, height: int) -> NDArray[np.int16]:
    down, across = np.mgrid[0:height, 0 : width + 512]
    waves = 120 + 50 * np.sin(across / 37 + down / 91) + 35 * np.cos(down / 23)
    tiles = 12 * (((across // 96) + (down // 72)) % 2)
    return (waves + tiles).clip(16, 235).astype(np.int16)


def _draw(
    number: int, texture: NDArray[np.int16], noise: NDArray[np.int16], dice: np.random.Generator
) -> av.VideoFrame:
    height, width = texture.shape[0], texture.shape[1] - 512
    left = number // 4 % 512
    top, beside = dice.integers(0, _MARGIN, 2)
    luma = texture[:, left : left + width] + noise[top : top + height, beside : beside + width]
    np.clip(luma, 0, 255, out=luma)
    for cell in range(CELLS):
        lit = number >> (CELLS - 1 - cell) & 1
        luma[:CELL_HEIGHT, cell * CELL_WIDTH : (cell + 1) * CELL_WIDTH] = 220 if lit else 30
    frame = av.VideoFrame(width, height, "yuv420p")
    colours = (luma, np.full((height // 2, width // 2), 112), np.full((height // 2, width // 2), 138))
    for plane, values in zip(frame.planes, colours, strict=True):
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        rows[:, : values.shape[1]] = values
    frame.pts = number
    return frame


def speak(seconds: int) -> NDArray[np.float32]:
    """Return speech-like sound, shape (count, 2): syllables four times a second, a pause now and then."""
    dice = np.random.default_rng(2)
    time = np.arange(RATE * seconds) / RATE
    voice = np.convolve(dice.standard_normal(len(time)), np.ones(6) / 6, mode="same")
    syllables = np.clip(np.sin(2 * np.pi * 4 * time), 0, 1) * (np.sin(2 * np.pi * 0.21 * time) > -0.7)
    return np.repeat((0.25 * voice * syllables + 1e-4)[:, None], 2, axis=1).astype(np.float32)


def _frame_sound(sound: NDArray[np.float32], second: int) -> av.AudioFrame:
    block = np.ascontiguousarray(sound[second * RATE : (second + 1) * RATE]).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(block, format="flt", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = RATE, second * RATE, Fraction(1, RATE)
    return frame


def loop_film(source: Path, path: Path, *, times: int) -> Path:
    """Write a film several times in a row without encoding it again."""
    partial = path.with_name(f".{path.name}")
    with av.open(str(source)) as first:
        seconds = Fraction(first.streams.video[0].duration * first.streams.video[0].time_base)
    with av.open(str(partial), "w", format="mp4") as out:
        targets: dict[int, av.stream.Stream] = {}
        reached: dict[int, int] = {}
        for turn in range(times):
            with av.open(str(source)) as film:
                if not targets:
                    targets = {one.index: out.add_stream_from_template(one) for one in film.streams}
                for packet in film.demux():
                    if packet.dts is None:
                        continue
                    # Both kinds go on together, so that each round begins at the same instant of the clock.
                    later = int(turn * seconds / packet.time_base)
                    place = packet.stream.index
                    packet.pts, packet.dts = packet.pts + later, packet.dts + later
                    if packet.dts <= reached.get(place, -(1 << 40)):
                        continue  # what sound has before its start and beyond the pictures' end
                    reached[place] = packet.dts
                    packet.stream = targets[place]
                    out.mux_one(packet)
    partial.replace(path)
    return path


def make_bed(path: Path, *, seconds: int) -> Path:
    """Write music for those who can't make any: the bed that we make in the job itself, as a wav file."""
    from mango_skill.engine.media.music import render_bed

    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for chunk in render_bed("upbeat", seconds * 1000):
            file.writeframes((np.clip(chunk, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def make_title(path: Path, words: str) -> Path:
    """Write a title as a picture no larger than its ink, for those who can't set type."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(size=84)
    left, top, right, bottom = font.getbbox(words, stroke_width=4)
    picture = Image.new("RGBA", (int(right - left) + 8, int(bottom - top) + 8))
    pen = ImageDraw.Draw(picture)
    pen.text((4 - left, 4 - top), words, font=font, fill="white", stroke_width=4, stroke_fill="black")
    picture.save(path)
    return path
