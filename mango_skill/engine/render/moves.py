"""Movement within a picture: zoom, pan and steadying, as the part that is seen. Numpy and Pillow only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from av import VideoFrame
from numpy.typing import NDArray

from mango_skill.engine.render.parts import Stage
from mango_skill.engine.render.planes import Sheet, lay, resample, solid

# How far the steadied picture is cropped at full strength, and how far it may therefore be moved.
_STEADY_MARGIN = 0.08
_SMOOTHING_S = 0.7


@dataclass(frozen=True)
class Window:
    """The part of the picture that is seen: ``factor`` times as large, around a centre (0 to 1)."""

    factor: float = 1.0
    x: float = 0.5
    y: float = 0.5


@dataclass(frozen=True)
class Steadiness:
    """By how much each picture of a clip is to be moved against its shake, in shares of width and height."""

    first: int
    offsets: tuple[tuple[float, float], ...]

    def at(self, frame: int) -> tuple[float, float]:
        if not self.offsets:
            return 0.0, 0.0
        return self.offsets[min(len(self.offsets) - 1, max(0, frame - self.first))]


def move(
    picture: VideoFrame,
    stages: Sequence[Stage],
    frame: int,
    *,
    size: tuple[int, int],
    steadiness: Steadiness | None = None,
) -> VideoFrame:
    """Return what is seen of a picture on an output frame, in a size; the picture itself when nothing moves."""
    window = Window()
    for stage in stages:
        if frame in stage.span or stage.kind == "stabilize":
            window = _combined(window, _window(stage, frame, steadiness))
    if window.factor < 0.9999:
        return _smaller(picture, window, size)
    if window.factor <= 1.0001 and (picture.width, picture.height) == size:
        return picture
    width, height = picture.width / window.factor, picture.height / window.factor
    left = min(max(0.0, picture.width * window.x - width / 2), picture.width - width)
    top = min(max(0.0, picture.height * window.y - height / 2), picture.height - height)
    return resample(picture, (left, top, left + width, top + height), size)


def _smaller(picture: VideoFrame, window: Window, size: tuple[int, int]) -> VideoFrame:
    """The whole picture with black around it."""
    whole = (0, 0, picture.width, picture.height)
    width, height = (max(2, round(side * window.factor / 2) * 2) for side in size)
    small = resample(picture, whole, (width, height))
    base = solid(*size, "black")
    lay(base, Sheet(small, (size[0] - width) // 4 * 2, (size[1] - height) // 4 * 2))
    return base


def _combined(one: Window, other: Window) -> Window:
    """The second window is seen through the first."""
    return Window(
        one.factor * other.factor,
        one.x + (other.x - 0.5) / one.factor,
        one.y + (other.y - 0.5) / one.factor,
    )


def _window(stage: Stage, frame: int, steadiness: Steadiness | None) -> Window:
    done = _progress(stage, frame)
    if stage.kind == "zoom":
        return _zoom(stage, done)
    if stage.kind == "pan":
        return _pan(stage, done)
    if stage.kind == "stabilize" and steadiness is not None:
        across, down = steadiness.at(frame)
        return Window(1 / (1 - 2 * _STEADY_MARGIN * _strength(stage)), 0.5 + across, 0.5 + down)
    return Window()


def _progress(stage: Stage, frame: int) -> float:
    if stage.span.count <= 1:
        return 1.0
    done = min(1.0, max(0.0, (frame - stage.span.first) / (stage.span.count - 1)))
    return done * done * (3 - 2 * done) if stage.parameters.get("ease", "linear") == "smooth" else done


def _number(stage: Stage, key: str, default: float) -> float:
    value = stage.parameters.get(key)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else default


def _zoom(stage: Stage, done: float) -> Window:
    begin = max(0.05, _number(stage, "factor_from", 1.0))
    end = max(0.05, _number(stage, "factor_to", begin))
    # Equal steps of the ratio look even; equal steps of the factor seem to slow down.
    factor = begin * (end / begin) ** done
    return Window(factor, _number(stage, "x_percent", 50) / 100, _number(stage, "y_percent", 50) / 100)


def _pan(stage: Stage, done: float) -> Window:
    share = min(60.0, max(1.0, abs(_number(stage, "percent", 12)))) / 100
    # The view travels over ``share`` of the frame, so the picture is larger by that much.
    travel = (done - 0.5) * share
    direction = str(stage.parameters.get("direction", "right"))
    across = {"left": -travel, "right": travel}.get(direction, 0.0)
    down = {"up": -travel, "down": travel}.get(direction, 0.0)
    return Window(1 / (1 - share), 0.5 + across, 0.5 + down)


def _strength(stage: Stage) -> float:
    return min(1.0, max(0.2, _number(stage, "percent", 60) / 100))


def steady(luma: Sequence[NDArray[np.uint8]], first: int, fps: float, percent: float) -> Steadiness:
    """Return how to hold a shaking clip still.

    Args:
        luma: Its pictures, small and grey, one per output frame.
        first: Output frame of the first.
        fps: Pictures a second.
        percent: Strength.
    """
    steps = [(0.0, 0.0)]
    for one, following in pairwise(luma):
        steps.append(_shift(one, following))
    path = np.cumsum(np.array(steps), axis=0)
    reach = max(1, round(_SMOOTHING_S * fps * (0.5 + percent / 100)))
    kernel = np.hanning(2 * reach + 3)[1:-1]
    kernel /= kernel.sum()
    smooth = np.stack(
        [np.convolve(np.pad(path[:, axis], reach, mode="edge"), kernel, mode="valid") for axis in (0, 1)],
        axis=1,
    )
    # What was filmed moved by ``path``; the view follows it except for the smooth part.
    wanted = path - smooth
    limit = _STEADY_MARGIN * min(1.0, max(0.2, percent / 100))
    return Steadiness(first, tuple((float(x), float(y)) for x, y in np.clip(wanted, -limit, limit)))


def _shift(one: NDArray[np.uint8], following: NDArray[np.uint8]) -> tuple[float, float]:
    """By which share of width and height the content moved between two pictures: phase correlation."""
    height, width = one.shape
    taper = np.hanning(height)[:, None] * np.hanning(width)[None, :]
    a = np.fft.rfft2((one - one.mean()) * taper)
    b = np.fft.rfft2((following - following.mean()) * taper)
    cross = b * np.conj(a)
    peak = np.fft.irfft2(cross / (np.abs(cross) + 1e-6), s=one.shape)
    row, column = np.unravel_index(int(np.argmax(peak)), peak.shape)
    y = _refined(peak[:, column], int(row))
    x = _refined(peak[row, :], int(column))
    # A jump of more than a sixth is a cut or a wrong guess, not a shake.
    across, down = x / width, y / height
    return (across, down) if abs(across) < 1 / 6 and abs(down) < 1 / 6 else (0.0, 0.0)


def _refined(line: NDArray[np.float64], place: int) -> float:
    length = len(line)
    before, middle, after = line[place - 1], line[place], line[(place + 1) % length]
    bend = before - 2 * middle + after
    part = 0.5 * (before - after) / bend if bend else 0.0
    whole = place - length if place > length / 2 else place
    return float(whole + min(0.5, max(-0.5, part)))


def closest(stages: Sequence[Stage]) -> float:
    """Return how far a clip is ever zoomed in: a photo has the pixels to stay sharp."""
    factors = [
        _number(one, key, 1.0) for one in stages for key in ("factor_from", "factor_to") if one.kind == "zoom"
    ]
    return max([1.0, *factors])
