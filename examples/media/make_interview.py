"""Make ``interview.mp4``, the clip to try things with. Everything in it is drawn and spoken by this script.

    python examples/media/make_interview.py [OUTPUT]

Needs the packages of the ``local`` extra and the program ``espeak-ng`` (its speech is free to use). Beside the
video it writes ``interview.json``: what is said, and when the pauses begin and end, which is known by construction.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

Samples = NDArray[np.float32]

WIDTH, HEIGHT, FPS, RATE = 1280, 720, 25, 48_000
VOICE, WORDS_PER_MINUTE, PITCH = "en-us+f4", 174, 46

#: What is said, and the seconds of quiet after it.
SCRIPT = (
    ("Hi, I am Rosa, and I grow mangoes.", 1.2),
    ("My grandmother planted the first tree.", 0.9),
    ("Nobody believed in it.", 1.6),
    ("The soil was dry.", 0.8),
    ("The summers were far too short.", 1.3),
    ("She watered it every evening.", 2.0),
    ("Nine years later, it gave one mango.", 1.0),
    ("Just one!", 1.3),
    ("We still argue about who ate it.", 1.1),
    ("Today we have four hundred trees.", 0.0),
)
LEAD_S, TAIL_S = 0.4, 0.5


def speak(text: str, folder: Path) -> Samples:
    """Return one sentence, cut to its first and last sound."""
    target = folder / "sentence.wav"
    command = [
        "espeak-ng",
        "-v",
        VOICE,
        "-s",
        str(WORDS_PER_MINUTE),
        "-p",
        str(PITCH),
        "-w",
        str(target),
        text,
    ]
    subprocess.run(command, check=True)
    with wave.open(str(target), "rb") as file:
        rate = file.getframerate()
        raw = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float32) / 32_768
    loud = np.flatnonzero(np.abs(raw) > 0.004)
    raw = raw[max(0, loud[0] - rate // 200) : loud[-1] + rate // 100]
    positions = np.arange(int(len(raw) * RATE / rate)) * (rate / RATE)
    return np.interp(positions, np.arange(len(raw)), raw).astype(np.float32)


def make_sound(folder: Path) -> tuple[Samples, list[dict[str, object]]]:
    """Return the whole track (count, 2) and the sentences with their times in milliseconds."""
    pieces, facts, position = [np.zeros(int(LEAD_S * RATE), np.float32)], [], int(LEAD_S * RATE)
    for text, quiet_s in SCRIPT:
        sentence = speak(text, folder)
        end = position + len(sentence)
        facts.append({"text": text, "start_ms": position * 1000 // RATE, "end_ms": end * 1000 // RATE})
        pieces += [sentence, np.zeros(int(quiet_s * RATE), np.float32)]
        position = end + int(quiet_s * RATE)
    pieces.append(np.zeros(int(TAIL_S * RATE), np.float32))
    dry = np.concatenate(pieces)
    whole = math.ceil(len(dry) / (RATE // FPS)) * (RATE // FPS)
    dry = np.pad(dry, (0, whole - len(dry)))
    return in_a_room(dry * np.float32(0.8)), facts


def in_a_room(dry: Samples) -> Samples:
    """Add a small room's echo and the quiet hiss and hum that every room has (about -58 dBFS)."""
    dice = np.random.default_rng(1952)
    size = 1 << (len(dry) + RATE).bit_length()
    time = np.arange(RATE // 4) / RATE
    spectrum = np.fft.rfft(dry, size)
    frequency = np.fft.rfftfreq(size, 1 / RATE)
    sides = []
    for _ in range(2):
        echo = dice.standard_normal(len(time)) * np.exp(-time * 34) * (time > 0.004)
        heard = np.fft.irfft(spectrum * (1 + 0.016 * np.fft.rfft(echo, size)), size)[: len(dry)]
        tone = np.fft.irfft(
            np.fft.rfft(dice.standard_normal(size)) / np.sqrt(1 + (frequency / 180) ** 2), size
        )
        hum = 0.25 * np.sin(2 * np.pi * 50 * np.arange(len(dry)) / RATE)
        room = tone[: len(dry)] / tone.std() + hum
        sides.append(heard + 0.0012 * room)
    return np.clip(np.stack(sides, axis=1), -0.98, 0.98).astype(np.float32)


def mouth_openings(sound: Samples) -> list[float]:
    """Return how far the mouth is open at each picture, 0 to 1, following the loudness."""
    hop = RATE // FPS
    level = np.sqrt((sound[:, 0].reshape(-1, hop) ** 2).mean(axis=1))
    wide = np.clip((level - 0.008) / 0.13, 0, 1) ** 0.7
    smooth, openings = 0.0, []
    for value in wide:
        smooth += (value - smooth) * (0.75 if value > smooth else 0.5)
        openings.append(float(smooth))
    return openings


def gradient(top: tuple[int, int, int], bottom: tuple[int, int, int]) -> Image.Image:
    """Return a vertical gradient of the picture's size."""
    share = np.linspace(0, 1, HEIGHT)[:, None, None]
    rows = np.array(top) * (1 - share) + np.array(bottom) * share
    return Image.fromarray(np.broadcast_to(rows, (HEIGHT, WIDTH, 3)).astype(np.uint8))


def draw_room() -> Image.Image:
    """Return the blurred room behind the speaker: a wall, a window, shelves with books, a plant."""
    room = gradient((58, 84, 92), (30, 40, 48)).convert("RGB")
    draw = ImageDraw.Draw(room)
    dice = np.random.default_rng(7)
    draw.rectangle((70, 40, 400, 430), fill=(238, 205, 150))
    draw.rectangle((82, 52, 388, 418), fill=(250, 226, 178))
    for line in ((228, 40, 242, 430), (70, 228, 400, 242)):
        draw.rectangle(line, fill=(150, 112, 74))
    for shelf in (150, 300, 450):
        left = 880
        while left < 1230:
            wide, high = int(dice.integers(16, 38)), int(dice.integers(70, 118))
            color = tuple(int(value) for value in dice.integers((70, 50, 40), (190, 140, 120)))
            draw.rectangle((left, shelf - high, left + wide - 3, shelf), fill=color)
            left += wide
        draw.rectangle((860, shelf, 1260, shelf + 12), fill=(104, 72, 48))
    for angle in np.linspace(-1.1, 1.1, 9):
        tip = (150 + 150 * math.sin(angle), 600 - 190 * math.cos(angle))
        draw.line((150, 640, *tip), fill=(58, 118, 74), width=22)
        draw.ellipse((tip[0] - 26, tip[1] - 26, tip[0] + 26, tip[1] + 26), fill=(70, 138, 84))
    draw.polygon(((96, 620), (204, 620), (188, 720), (112, 720)), fill=(176, 96, 62))
    return room.filter(ImageFilter.GaussianBlur(13))


def draw_light(radius: int, color: tuple[int, int, int], opacity: float) -> Image.Image:
    """Return one out-of-focus light."""
    disc = Image.new("L", (radius * 2 + 24, radius * 2 + 24), 0)
    ImageDraw.Draw(disc).ellipse((12, 12, radius * 2 + 12, radius * 2 + 12), fill=int(255 * opacity))
    light = Image.new("RGBA", disc.size, (*color, 255))
    light.putalpha(disc.filter(ImageFilter.GaussianBlur(5)))
    return light


LIGHTS = tuple(
    (draw_light(radius, color, 0.32), x, y, phase)
    for radius, color, x, y, phase in (
        (34, (255, 210, 140), 420, 120, 0.0),
        (22, (255, 170, 110), 760, 90, 1.3),
        (46, (250, 220, 170), 560, 40, 2.1),
        (28, (140, 200, 190), 820, 330, 3.0),
        (18, (255, 190, 130), 480, 300, 4.2),
        (38, (255, 200, 130), 1180, 560, 5.1),
    )
)
SKIN, SKIN_SHADE, HAIR, SHIRT = (198, 138, 104), (160, 102, 76), (52, 34, 30), (214, 150, 52)


class Pen:
    """Draws on a transparent picture at twice the size; measures are those of the finished picture."""

    SCALE = 2

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)
        self.image = Image.new("RGBA", (width * self.SCALE, height * self.SCALE), (0, 0, 0, 0))
        self._draw = ImageDraw.Draw(self.image)

    def _box(self, x: float, y: float, across: float, down: float) -> tuple[float, ...]:
        return tuple(value * self.SCALE for value in (x - across, y - down, x + across, y + down))

    def oval(
        self, where: tuple[float, float], radii: tuple[float, float], color: tuple[int, int, int]
    ) -> None:
        """Fill an ellipse."""
        self._draw.ellipse(self._box(*where, *radii), fill=color)

    def curve(
        self, where: tuple[float, float], radii: tuple[float, float], span: tuple[int, int], width: float
    ) -> None:
        """Draw a part of an ellipse as a line."""
        self._draw.arc(
            self._box(*where, *radii), *span, fill=(74, 44, 38, 255), width=round(width * self.SCALE)
        )

    def slab(self, corners: tuple[float, ...], radius: int, color: tuple[int, int, int]) -> None:
        """Fill a rectangle with round corners."""
        self._draw.rounded_rectangle(
            tuple(value * self.SCALE for value in corners), radius * self.SCALE, color
        )

    def finished(self) -> Image.Image:
        """Return the picture, reduced, which makes its edges smooth."""
        return self.image.resize(self.size, Image.Resampling.LANCZOS)


def draw_speaker(opening: float, eyes: float, tilt: float) -> Image.Image:
    """Return the speaker as RGBA.

    Args:
        opening: Of the mouth, 0 to 1.
        eyes: 1 open to 0 closed.
        tilt: Where the head leans, in pixels.
    """
    pen = Pen(640, 720)
    middle = 320 + tilt
    pen.oval((middle, 262), (148, 166), HAIR)
    pen.slab((middle - 146, 262, middle + 146, 470), 90, HAIR)
    pen.oval((320, 760), (292, 250), SHIRT)
    pen.slab((266, 400, 374, 560), 50, SKIN_SHADE)
    pen.oval((320, 548), (78, 34), SKIN)
    pen.oval((middle, 296), (112, 146), SKIN)
    for side in (-1, 1):
        pen.oval((middle + side * 113, 306), (17, 28), SKIN_SHADE)
        pen.oval((middle + side * 113, 340), (6, 6), (236, 206, 120))
    pen.oval((middle - 6, 180), (120, 60), HAIR)
    draw_eyes(pen, middle, eyes, gaze=tilt * 0.2, lift=3 * opening)
    pen.curve((middle, 322), (15, 22), (20, 160), 4)
    draw_mouth(pen, middle, opening)
    pen.oval((320, 640), (9, 12), (28, 28, 30))
    return pen.finished()


def draw_eyes(pen: Pen, middle: float, eyes: float, *, gaze: float, lift: float) -> None:
    """Draw eyes, brows and cheeks."""
    for side in (-1, 1):
        x = middle + side * 46
        if eyes > 0.25:
            pen.oval((x, 290), (20, 13 * eyes), (246, 240, 232))
            pen.oval((x + gaze, 291), (9, min(9.0, 13 * eyes)), (62, 40, 30))
            pen.oval((x + 3 + gaze, 287), (3, 3), (255, 255, 255))
        pen.curve((x, 292), (22, 15 * max(eyes, 0.3)), (190, 350), 3)
        pen.curve((x, 268 - lift), (28, 14), (205, 335), 5)
        pen.oval((middle + side * 66, 338), (24, 14), (206, 122, 96))


def draw_mouth(pen: Pen, middle: float, opening: float) -> None:
    """Draw a smile when it is closed, else lips, teeth and tongue."""
    if opening < 0.06:
        pen.curve((middle, 356), (46, 28), (40, 140), 6)
        return
    across, down = 38 - 8 * opening, 4 + 24 * opening
    pen.oval((middle, 378), (across + 6, down + 6), (168, 74, 70))
    pen.oval((middle, 378), (across, down), (88, 30, 34))
    if opening > 0.18:
        teeth = (middle - across * 0.66, 379 - down, middle + across * 0.66, 379 - down * 0.4)
        pen.slab(teeth, 4, (240, 232, 224))
        pen.oval((middle, 378 + down * 0.62), (across * 0.5, down * 0.32), (186, 88, 88))


def shade(speaker: Image.Image) -> Image.Image:
    """Light from the window: brighter on the left, darker on the right."""
    ramp = np.broadcast_to(np.linspace(255, 168, speaker.width)[None, :], (speaker.height, speaker.width))
    light = Image.merge("RGB", [Image.fromarray(ramp.astype(np.uint8))] * 3)
    lit = ImageChops.multiply(speaker.convert("RGB"), light)
    lit.putalpha(speaker.getchannel("A"))
    return lit


def make_pictures(openings: list[float]) -> Iterator[NDArray[np.uint8]]:
    """Yield every picture as RGB."""
    dice = np.random.default_rng(11)
    room = draw_room()
    grains = [dice.normal(0, 2.2, (HEIGHT, WIDTH, 1)) for _ in range(6)]
    blink_at = 30
    for number, opening in enumerate(openings):
        seconds = number / FPS
        if number > blink_at + 4:
            blink_at = number + int(dice.integers(50, 110))
        eyes = (1.0, 0.5, 0.0, 0.5, 1.0)[number - blink_at] if blink_at <= number < blink_at + 5 else 1.0
        frame = room.copy()
        warm = int(10 + 8 * math.sin(seconds * 0.35))
        frame = ImageChops.add(frame, Image.new("RGB", frame.size, (warm, warm * 2 // 3, 0)))
        for light, x, y, phase in LIGHTS:
            at = (
                x + round(26 * math.sin(seconds * 0.21 + phase)),
                y + round(12 * math.cos(seconds * 0.17 + phase)),
            )
            frame.paste(light, at, light)
        tilt = 7 * math.sin(seconds * 0.9) + 3 * math.sin(seconds * 2.3) * (0.3 + opening)
        speaker = shade(draw_speaker(opening, eyes, tilt))
        frame.paste(speaker, (330, 6 + round(3 * math.sin(seconds * 1.4))), speaker)
        grain = grains[int(dice.integers(len(grains)))]
        yield np.clip(np.asarray(frame, dtype=np.float32) + grain, 0, 255).astype(np.uint8)


def write_video(target: Path, sound: Samples, pictures: Iterator[NDArray[np.uint8]]) -> None:
    """Encode H.264 and AAC, the index in front."""
    with av.open(str(target), "w", options={"movflags": "+faststart"}) as container:
        video = container.add_stream("libx264", rate=FPS)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.time_base = Fraction(1, FPS)
        video.options = {"preset": "slow", "crf": "27", "g": "50", "x264-params": "open-gop=0"}
        audio = container.add_stream("aac", rate=RATE, layout="stereo")
        audio.bit_rate = 96_000
        hop = RATE // FPS
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(video.encode(frame))
            piece = np.ascontiguousarray(sound[number * hop : (number + 1) * hop].T)
            part = av.AudioFrame.from_ndarray(piece, format="fltp", layout="stereo")
            part.sample_rate, part.pts, part.time_base = RATE, number * hop, Fraction(1, RATE)
            container.mux(audio.encode(part))
        container.mux(video.encode())
        container.mux(audio.encode())


def main() -> int:
    """Write the video and the facts beside it."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("interview.mp4")
    with tempfile.TemporaryDirectory() as folder:
        sound, sentences = make_sound(Path(folder))
    write_video(target, sound, make_pictures(mouth_openings(sound)))
    facts = {"duration_ms": len(sound) * 1000 // RATE, "fps": FPS, "sentences": sentences}
    target.with_suffix(".json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
