"""How one picture becomes the next: every kind of transition on whole frames. Render process only.

``DRAW[kind](before, after, progress, number)`` returns a new frame of the same size; progress runs from just above
0 to just below 1, ``number`` seeds what looks random.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from math import hypot
from typing import Final

import numpy as np
from av import VideoFrame
from numpy.typing import NDArray
from PIL import Image

from mango_skill.engine.render.planes import (
    Bytes,
    color_yuv,
    duplicate,
    from_planes,
    mix_into,
    resample,
    views,
)
from mango_skill.engine.render.touches import flat

Draw = Callable[[VideoFrame, VideoFrame, float, int], VideoFrame]
"""One frame of a transition."""


def ease(progress: float) -> float:
    """Return a progress that is slow at both ends."""
    return progress * progress * (3 - 2 * progress)


def crossfade(before: VideoFrame, after: VideoFrame, progress: float, number: int) -> VideoFrame:
    """Mix the pictures, in equal shares halfway."""
    mixed = duplicate(before)
    for target, source in zip(views(mixed), views(after), strict=True):
        mix_into(target, source, float(progress))
    return mixed


def _through(color: str) -> Draw:
    """The old picture goes into a colour, the new one comes out of it."""

    def draw(before: VideoFrame, after: VideoFrame, progress: float, number: int) -> VideoFrame:
        mixed = duplicate(before if progress < 0.5 else after)
        share = 1 - abs(2 * progress - 1)
        for plane, value in zip(views(mixed), color_yuv(color), strict=True):
            mix_into(plane, flat(plane, value), float(share))
        return mixed

    return draw


def _masked(
    before: VideoFrame, after: VideoFrame, mask: Callable[[int, int, int], NDArray[np.int16]]
) -> VideoFrame:
    """Mix by a mask per plane in 128ths; ``mask(height, width, step)``."""
    mixed = duplicate(before)
    for index, (target, source) in enumerate(zip(views(mixed), views(after), strict=True)):
        mix_into(target, source, mask(target.shape[0], target.shape[1], 2 if index else 1))
    return mixed


def _wipe(across: int, down: int) -> Draw:
    """The edge between the pictures moves; it is softened over a fiftieth of the frame."""

    def draw(before: VideoFrame, after: VideoFrame, progress: float, number: int) -> VideoFrame:
        def mask(height: int, width: int, step: int) -> NDArray[np.int16]:
            length = width if across else height
            place = (np.arange(length, dtype=np.float32) + 0.5) / length
            if across < 0 or down < 0:
                place = 1 - place
            edge = np.clip((progress * 1.02 - place) / 0.02, 0, 1)
            shares = np.rint(edge * 128).astype(np.int16)
            return np.broadcast_to(shares[None, :] if across else shares[:, None], (height, width))

        return _masked(before, after, mask)

    return draw


def _slide(across: int, down: int, *, push: bool) -> Draw:
    """The new picture comes in over the old one, or pushes it out."""

    def draw(before: VideoFrame, after: VideoFrame, progress: float, number: int) -> VideoFrame:
        done = ease(progress)
        shift_x = round(after.width * done / 2) * 2 * across
        shift_y = round(after.height * done / 2) * 2 * down
        planes = []
        for index, (old, new) in enumerate(zip(views(before), views(after), strict=True)):
            step = 2 if index else 1
            base = _moved(old, shift_x // step, shift_y // step) if push else old.copy()
            planes.append(_entered(base, new, shift_x // step, shift_y // step))
        return from_planes(planes)

    return draw


def _moved(plane: Bytes, across: int, down: int) -> Bytes:
    return np.roll(plane, (down, across), axis=(0, 1))


def _entered(base: Bytes, new: Bytes, across: int, down: int) -> Bytes:
    height, width = base.shape
    if across > 0:
        base[:, :across] = new[:, width - across :]
    elif across < 0:
        base[:, width + across :] = new[:, :-across]
    if down > 0:
        base[:down] = new[height - down :]
    elif down < 0:
        base[height + down :] = new[:-down]
    return base


def zoom(before: VideoFrame, after: VideoFrame, progress: float, number: int) -> VideoFrame:
    """Go into the old picture, out of which the new one settles."""
    old = _closer(before, 1 + 0.8 * ease(progress))
    new = _closer(after, 1 + 0.5 * (1 - ease(progress)))
    return crossfade(old, new, ease(progress), number)


def _closer(frame: VideoFrame, factor: float) -> VideoFrame:
    width, height = frame.width / factor, frame.height / factor
    left, top = (frame.width - width) / 2, (frame.height - height) / 2
    return resample(frame, (left, top, left + width, top + height), (frame.width, frame.height))


def circle(before: VideoFrame, after: VideoFrame, progress: float, number: int) -> VideoFrame:
    """Show the new picture in a growing circle."""

    def mask(height: int, width: int, step: int) -> NDArray[np.int16]:
        edge = (ease(progress) * 1.04 - _distances(height, width)) / 0.03
        shares: NDArray[np.int16] = np.rint(np.clip(edge, 0, 1) * 128).astype(np.int16)
        return shares

    return _masked(before, after, mask)


@lru_cache(maxsize=8)
def _distances(height: int, width: int) -> NDArray[np.float32]:
    """From the middle, 1 at the corners."""
    y = np.arange(height, dtype=np.float32)[:, None] - (height - 1) / 2
    x = np.arange(width, dtype=np.float32)[None, :] - (width - 1) / 2
    return np.asarray(np.sqrt(x * x + y * y) / hypot(width / 2, height / 2), dtype=np.float32)


def dissolve(before: VideoFrame, after: VideoFrame, progress: float, number: int) -> VideoFrame:
    """Replace the old picture grain by grain."""

    def mask(height: int, width: int, step: int) -> NDArray[np.int16]:
        return np.where(_grains(height * step, width * step)[::step, ::step] < progress, 128, 0).astype(
            np.int16
        )

    return _masked(before, after, mask)


@lru_cache(maxsize=4)
def _grains(height: int, width: int) -> NDArray[np.float32]:
    size = max(2, min(height, width) // 180 * 2)
    coarse = np.random.default_rng(3).random((-(-height // size), -(-width // size)), dtype=np.float32)
    return coarse.repeat(size, axis=0).repeat(size, axis=1)[:height, :width]


def blur(before: VideoFrame, after: VideoFrame, progress: float, number: int) -> VideoFrame:
    """Go out of focus and come back in."""
    share = 1 - abs(2 * progress - 1)
    return crossfade(_defocus(before, share), _defocus(after, share), ease(progress), number)


def _defocus(frame: VideoFrame, share: float) -> VideoFrame:
    factor = 1 + share * min(frame.width, frame.height) / 40
    if factor < 1.2:
        return frame
    planes = []
    for plane in views(frame):
        height, width = plane.shape
        image = Image.fromarray(np.ascontiguousarray(plane))
        small = image.resize(
            (max(2, round(width / factor)), max(2, round(height / factor))), Image.Resampling.BOX
        )
        planes.append(np.asarray(small.resize((width, height), Image.Resampling.BICUBIC)))
    return from_planes(planes)


def spin(before: VideoFrame, after: VideoFrame, progress: float, number: int) -> VideoFrame:
    """Turn the old picture away and the new one in."""
    done = ease(progress)
    old = _turned(before, -100 * done, 1 + 0.6 * done)
    new = _turned(after, 100 * (1 - done), 1 + 0.6 * (1 - done))
    return crossfade(old, new, min(1.0, max(0.0, (done - 0.3) / 0.4)), number)


def _turned(frame: VideoFrame, degrees: float, factor: float) -> VideoFrame:
    planes = []
    for index, plane in enumerate(views(frame)):
        height, width = plane.shape
        image = Image.fromarray(np.ascontiguousarray(plane))
        across, down = width / factor / 2, height / factor / 2
        box = (width / 2 - across, height / 2 - down, width / 2 + across, height / 2 + down)
        turned = image.rotate(degrees, Image.Resampling.BILINEAR, fillcolor=16 if index == 0 else 128).resize(
            (width, height), Image.Resampling.BILINEAR, box=box
        )
        planes.append(np.asarray(turned))
    return from_planes(planes)


def glitch(before: VideoFrame, after: VideoFrame, progress: float, number: int) -> VideoFrame:
    """Let bands of both pictures jump about until the new one stands."""
    rng = np.random.default_rng(number // 2 + 31)
    mixed = duplicate(before if rng.random() > progress else after)
    height, width = mixed.height, mixed.width
    force = 1 - abs(2 * progress - 1)
    for _ in range(3 + int(9 * force)):
        top = int(rng.integers(0, max(1, height - 4))) // 2 * 2
        high = max(2, int(rng.integers(2, max(4, height // 9))) // 2 * 2)
        shift = int(rng.integers(-width // 6, width // 6 + 1) * force) // 2 * 2
        source = after if rng.random() < progress else before
        for index, (target, plane) in enumerate(zip(views(mixed), views(source), strict=True)):
            step = 2 if index else 1
            rows = slice(top // step, (top + high) // step)
            target[rows] = np.roll(plane[rows], shift // step, axis=1)
    for plane, side in zip(views(mixed)[1:], (1, -1), strict=True):
        plane[:] = np.roll(plane, side * max(1, round(width * 0.02 * force)), axis=1)
    return mixed


DRAW: Final[Mapping[str, Draw]] = {
    "crossfade": crossfade,
    "fade_black": _through("black"),
    "fade_white": _through("white"),
    # A wipe to the left: its edge moves to the left.
    "wipe_left": _wipe(-1, 0),
    "wipe_right": _wipe(1, 0),
    "wipe_up": _wipe(0, -1),
    "wipe_down": _wipe(0, 1),
    "slide_left": _slide(-1, 0, push=False),
    "slide_right": _slide(1, 0, push=False),
    "slide_up": _slide(0, -1, push=False),
    "slide_down": _slide(0, 1, push=False),
    "push_left": _slide(-1, 0, push=True),
    "push_right": _slide(1, 0, push=True),
    "zoom": zoom,
    "circle": circle,
    "blur": blur,
    "dissolve": dissolve,
    "spin": spin,
    "glitch": glitch,
}
