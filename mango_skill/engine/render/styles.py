"""Named stylings: glitch, VHS, shake, flash, mirror and their like. Render process only."""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, pi, sin
from typing import Final

import numpy as np
from av import VideoFrame

from mango_skill.engine.render.planes import duplicate, from_planes, mix_into, resample, views
from mango_skill.engine.render.touches import Moment, Touch, add_noise, flat, noise_at

_WHITE: Final = (235, 128, 128)


def stylize(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """Apply the styling that the stage names; an unknown one is drawn as glow."""
    return STYLES[find_style(str(moment.parameters.get("name", "")))](picture, moment)


def find_style(name: str) -> str:
    """Return the style that is meant by a user's words."""
    words = "_".join(name.lower().replace("-", " ").replace("_", " ").split())
    if words in STYLES:
        return words
    joined = words.replace("_", "")
    inside = next((style for style in STYLES if style.replace("_", "") in joined), None)
    return inside or next((style for word, style in _WORDS.items() if word in words), "glow")


_WORDS: Final = {
    "rgb": "rgb_split",
    "chromatic": "rgb_split",
    "tape": "vhs",
    "retro": "vhs",
    "crt": "scanlines",
    "tremble": "shake",
    "earthquake": "shake",
    "handheld": "shake",
    "lightning": "flash",
    "camera": "flash",
    "pulse": "zoom_pulse",
    "beat": "zoom_pulse",
    "kaleido": "mirror",
    "reflect": "mirror",
    "film": "old_film",
    "dust": "old_film",
    "cartoon": "posterize",
    "comic": "posterize",
    "dream": "glow",
    "bloom": "glow",
}


def glitch(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """Bands of the picture jump sideways and the colours come apart, a few frames at a time."""
    changed = duplicate(picture)
    rng = np.random.default_rng(moment.frame // 3 + 101)
    height, width = views(changed)[0].shape
    if rng.random() < 0.15:
        return changed
    for _ in range(int(rng.integers(3, 8))):
        top = int(rng.integers(0, max(1, height - 8))) // 2 * 2
        high = max(2, int(rng.integers(height // 40 + 2, height // 8 + 4)) // 2 * 2)
        shift = int(rng.integers(-width // 10, width // 10 + 1)) // 2 * 2
        for index, plane in enumerate(views(changed)[:3]):
            step = 2 if index else 1
            rows = plane[top // step : (top + high) // step]
            rows[:] = np.roll(rows, shift // step, axis=1)
    _split(changed, max(2, width // 80))
    return changed


def rgb_split(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """The colours lie beside the picture, to and fro."""
    changed = duplicate(picture)
    swing = sin(moment.frame * 0.35) * 0.5 + 1.0
    _split(changed, max(2, round(picture.width / 70 * swing)))
    return changed


def _split(picture: VideoFrame, pixels: int) -> None:
    planes = views(picture)
    shift = max(1, pixels // 2)
    planes[1][:] = np.roll(planes[1], shift, axis=1)
    planes[2][:] = np.roll(planes[2], -shift, axis=1)


def vhs(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """Smeared late colour, lines, noise and a band of bad tracking that wanders down."""
    changed = duplicate(picture)
    luma, *chroma = views(changed)[:3]
    for plane in chroma:
        smeared = plane.astype(np.uint16)
        width = max(2, plane.shape[1] // 90)
        smeared = (smeared + np.roll(smeared, width, 1) + np.roll(smeared, 2 * width, 1)) // 3
        plane[:] = np.roll(smeared, width, axis=1)
    mix_into(luma[::2], flat(luma[::2], 16), 0.12)
    add_noise(luma, noise_at(luma.shape, moment.frame), 0.35)
    height = luma.shape[0]
    band = (moment.frame * max(1, height // 60)) % height
    rows = luma[band : band + max(2, height // 30)]
    rows[:] = np.roll(rows, picture.width // 30, axis=1)
    mix_into(rows, flat(rows, 200), 0.25)
    return changed


def scanlines(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """Every other pair of lines darker, as on an old screen."""
    changed = duplicate(picture)
    luma = views(changed)[0]
    pitch = max(2, picture.height // 240 * 2)
    for line in range(pitch // 2):
        rows = luma[line::pitch]
        mix_into(rows, flat(rows, 16), 0.4)
    return changed


def shake(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """The camera trembles; the picture is a little larger so that no edge is seen."""
    rng = np.random.default_rng(moment.frame + 5)
    across, down = rng.uniform(-1, 1, 2)
    return _window(picture, 1.08, 0.5 + float(across) * 0.035, 0.5 + float(down) * 0.035)


def zoom_pulse(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """Twice a second at 30 frames the picture swells."""
    beat = (moment.frame - moment.span.first) % 15 / 15
    return _window(picture, 1.0 + 0.1 * (1 - beat) ** 2, 0.5, 0.5)


def _window(picture: VideoFrame, factor: float, x: float, y: float) -> VideoFrame:
    width, height = picture.width / factor, picture.height / factor
    left = min(max(0.0, picture.width * x - width / 2), picture.width - width)
    top = min(max(0.0, picture.height * y - height / 2), picture.height - height)
    return resample(picture, (left, top, left + width, top + height), (picture.width, picture.height))


def flash(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """White, falling off within a third of a second, once a second at 30 frames."""
    age = (moment.frame - moment.span.first) % 30
    return _whitened(picture, max(0.0, 0.9 * (1 - age / 10)))


def strobe(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """White for two frames of every ten: slower than what harms people sensitive to light at 30 frames."""
    return _whitened(picture, 0.85 if (moment.frame - moment.span.first) % 10 < 2 else 0.0)


def _whitened(picture: VideoFrame, share: float) -> VideoFrame:
    if share <= 0:
        return picture
    changed = duplicate(picture)
    for plane, value in zip(views(changed)[:3], _WHITE, strict=True):
        mix_into(plane, flat(plane, value), share)
    return changed


def mirror(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """The left half, and its reflection on the right."""
    planes = []
    for plane in views(picture):
        half = plane.shape[1] // 2
        left = plane[:, : plane.shape[1] - half]
        planes.append(np.concatenate([left, left[:, ::-1][:, -half:]], axis=1))
    return from_planes(planes)


def old_film(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """Brown, flickering, grainy, with scratches, and never quite still."""
    rng = np.random.default_rng(moment.frame + 17)
    changed = duplicate(_window(picture, 1.03, 0.5, 0.5 + float(rng.uniform(-0.01, 0.01))))
    luma, blue, red = views(changed)[:3]
    mix_into(blue, flat(blue, 116), 0.9)
    mix_into(red, flat(red, 136), 0.9)
    mix_into(luma, flat(luma, 16 if rng.random() < 0.5 else 200), float(rng.uniform(0, 0.08)))
    add_noise(luma, noise_at(luma.shape, moment.frame), 0.5)
    if rng.random() < 0.6:
        column = int(rng.integers(0, luma.shape[1] - 1))
        luma[:, column : column + 1] = 210
    return changed


def posterize(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """Few levels, like a print."""
    changed = duplicate(picture)
    luma, *chroma = views(changed)[:3]
    luma[:] = luma // 36 * 36 + 18
    for plane in chroma:
        plane[:] = plane // 20 * 20 + 8
    return changed


def glow(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """Lights bleed softly into their surroundings."""
    sigma = max(1.0, min(picture.width, picture.height) / 60)
    soft = views(moment.filter(picture, f"gblur=sigma={sigma:.2f}:steps=2"))
    changed = duplicate(picture)
    luma, *chroma = views(changed)[:3]
    # "Screen" mixing: 1 - (1 - a)(1 - b), of which half is taken.
    sharp = luma.astype(np.int32) - 16
    halo = soft[0].astype(np.int32) - 16
    luma[:] = np.clip(sharp + halo * (219 - sharp) // 219 * 45 // 100 + 16, 16, 235).astype(np.uint8)
    for plane, wide in zip(chroma, soft[1:3], strict=True):
        mix_into(plane, wide, 0.35)
    return changed


def wave(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """Lines swing sideways like a reflection in water."""
    planes = []
    for index, plane in enumerate(views(picture)):
        height, width = plane.shape
        scale = 2 if index in (1, 2) else 1
        rows = np.arange(height)
        shifts = np.rint(
            np.sin(rows * scale / picture.height * 6 * pi + moment.frame * 0.25) * width * 0.012
        ).astype(np.intp)
        columns = (np.arange(width)[None, :] + shifts[:, None]).clip(0, width - 1)
        planes.append(plane[rows[:, None], columns])
    return from_planes(planes)


def swing(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """A slow drift, as on a boat."""
    turn = moment.frame * 0.08
    return _window(picture, 1.1, 0.5 + 0.04 * sin(turn), 0.5 + 0.03 * cos(turn * 0.7))


STYLES: Final[Mapping[str, Touch]] = {
    "glitch": glitch,
    "rgb_split": rgb_split,
    "vhs": vhs,
    "scanlines": scanlines,
    "shake": shake,
    "zoom_pulse": zoom_pulse,
    "flash": flash,
    "strobe": strobe,
    "mirror": mirror,
    "old_film": old_film,
    "posterize": posterize,
    "glow": glow,
    "wave": wave,
    "swing": swing,
}
