"""Changes of a single picture beyond colour: detail, regions, style, fades, bars. Render process only.

Every function is ``(picture, moment) -> picture`` and never paints on what it was given. They depend on the
frame's number alone, so that any frame can be made by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from av import VideoFrame
from numpy.typing import NDArray

from mango_skill.engine.render.filters import FrameFilter
from mango_skill.engine.render.grid import FrameSpan
from mango_skill.engine.render.planes import (
    Bytes,
    color_yuv,
    duplicate,
    from_planes,
    mix_into,
    views,
)

_BLACK: Final = (16, 128, 128)


@dataclass(frozen=True)
class Moment:
    """Which frame of which stage is being made.

    Attributes:
        frame: Output frame.
        span: Of the stage.
        parameters: Of the stage.
        filters: Filters that were built already, by their chain.
    """

    frame: int
    span: FrameSpan
    parameters: Mapping[str, Any]
    filters: dict[tuple[str, ...], FrameFilter]

    @property
    def progress(self) -> float:
        """0 on the first frame, 1 on the last."""
        if self.span.count <= 1:
            return 1.0
        return min(1.0, max(0.0, (self.frame - self.span.first) / (self.span.count - 1)))

    def percent(self, key: str = "percent", default: float = 50.0) -> float:
        """Return a parameter as a number from 0 to 100."""
        value = self.parameters.get(key, default)
        number = float(value) if isinstance(value, (int, float)) else default
        return min(100.0, max(0.0, number))

    def filter(self, picture: VideoFrame, *steps: str) -> VideoFrame:
        """Pass a picture through FFmpeg's filters."""
        # The shape belongs to the key: a graph that changes its shape is built anew each time.
        key = (*steps, f"{picture.width}x{picture.height}")
        if key not in self.filters:
            self.filters[key] = FrameFilter(steps)
        return self.filters[key].apply(picture)


Touch = Callable[[VideoFrame, Moment], VideoFrame]
"""A change of one picture."""


def sharpen(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """Lift the edges of the brightness; colours stay as they are."""
    return moment.filter(picture, f"unsharp=5:5:{moment.percent() / 100 * 1.8:.3f}:5:5:0")


def denoise(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """Smooth what differs little from its neighbours; edges stay."""
    share = moment.percent() / 100
    return moment.filter(
        picture, f"bilateral=sigmaS={1.5 + share * 2:.2f}:sigmaR={0.03 + share * 0.12:.3f}:planes=7"
    )


def grain(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """Lay film grain over the brightness, another one on every frame."""
    changed = duplicate(picture)
    luma = views(changed)[0]
    add_noise(luma, noise_at(luma.shape, moment.frame), moment.percent() / 100 * 1.1)
    return changed


def add_noise(plane: Bytes, noise: NDArray[np.int16], share: float) -> None:
    """Add noise to a plane in place, ``share`` of its strength (1 is all of it)."""
    added = (noise * np.int16(max(1, round(share * 64)))) >> 6
    added += plane
    np.clip(added, 0, 255, out=added)
    np.copyto(plane, added, casting="unsafe")


def noise_at(shape: tuple[int, ...], number: int) -> NDArray[np.int16]:
    """A window into a fixed field of noise; where it lies depends on the frame's number."""
    height, width = shape[0], shape[1]
    field = _noise_field(height + 64, width + 64)
    top, left = (number * 37 + 11) % 64, (number * 53 + 29) % 64
    return field[top : top + height, left : left + width]


@lru_cache(maxsize=4)
def _noise_field(height: int, width: int) -> NDArray[np.int16]:
    return np.rint(np.random.default_rng(7).normal(0, 22, (height, width))).astype(np.int16)


def vignette(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """Darken the corners."""
    changed = duplicate(picture)
    planes = views(changed)
    strength = moment.percent() / 100
    for plane, neutral in zip(planes[:3], _BLACK, strict=True):
        mix_into(
            plane, flat(plane, neutral), _vignette_mask(plane.shape[0], plane.shape[1], round(strength * 100))
        )
    return changed


def flat(plane: Bytes, value: int) -> Bytes:
    """Return a plane of the same shape that has one value everywhere; it takes no memory."""
    return np.broadcast_to(np.uint8(value), plane.shape)


@lru_cache(maxsize=16)
def _vignette_mask(height: int, width: int, percent: int) -> NDArray[np.int16]:
    y = (np.arange(height, dtype=np.float32)[:, None] - (height - 1) / 2) / (height / 2)
    x = (np.arange(width, dtype=np.float32)[None, :] - (width - 1) / 2) / (width / 2)
    distance = np.clip((np.sqrt(x * x + y * y) - 0.45) / (1.4142 - 0.45), 0, 1)
    shares: NDArray[np.int16] = np.rint(128 * 0.95 * percent / 100 * distance**1.5).astype(np.int16)
    return shares


def blur(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """Blur the picture or a region of it."""
    return _on_region(picture, moment, _blur_all)


def _blur_all(picture: VideoFrame, moment: Moment, short: int) -> VideoFrame:
    sigma = max(0.3, moment.percent() / 100 * short * 0.05)
    # Twice on a quarter of the pixels looks the same as once on all of them.
    if sigma > 6:
        small = f"scale={max(2, picture.width // 4 * 2)}:{max(2, picture.height // 4 * 2)}:flags=bilinear"
        large = f"scale={picture.width}:{picture.height}:flags=bilinear"
        return moment.filter(picture, small, f"gblur=sigma={sigma / 2:.2f}:steps=2", large)
    return moment.filter(picture, f"gblur=sigma={sigma:.2f}:steps=2")


def pixelate(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """Make coarse blocks of the picture or of a region of it."""
    return _on_region(picture, moment, _pixelate_all)


def _pixelate_all(picture: VideoFrame, moment: Moment, short: int) -> VideoFrame:
    block = max(2, round(moment.percent() / 100 * short / 8) // 2 * 2)
    planes = []
    for index, plane in enumerate(views(picture)):
        step = block // 2 if index in (1, 2) else block
        planes.append(_blocks(plane, max(1, step)))
    return from_planes(planes)


def _blocks(plane: Bytes, step: int) -> Bytes:
    height, width = plane.shape
    rows, columns = -(-height // step), -(-width // step)
    padded = np.pad(plane, ((0, rows * step - height), (0, columns * step - width)), mode="edge")
    means = padded.reshape(rows, step, columns, step).mean(axis=(1, 3))
    coarse = np.rint(means).astype(np.uint8)
    blocks: Bytes = coarse.repeat(step, axis=0).repeat(step, axis=1)[:height, :width]
    return blocks


def _on_region(
    picture: VideoFrame, moment: Moment, change: Callable[[VideoFrame, Moment, int], VideoFrame]
) -> VideoFrame:
    """Change a region as strongly as the whole would be: by the picture's shorter side, not by the region's."""
    region = _region(picture, moment)
    short = min(picture.width, picture.height)
    if region == (0, 0, picture.width, picture.height):
        return change(picture, moment, short)
    left, top, width, height = region
    window = [
        plane[top // step : (top + height) // step, left // step : (left + width) // step]
        for plane, step in zip(views(picture), (1, 2, 2, 1), strict=False)
    ]
    part = change(from_planes(window), moment, short)
    changed = duplicate(picture)
    for target, source, step in zip(views(changed), views(part), (1, 2, 2, 1), strict=False):
        target[top // step : (top + height) // step, left // step : (left + width) // step] = source
    return changed


def _region(picture: VideoFrame, moment: Moment) -> tuple[int, int, int, int]:
    def share(key: str, whole: int, default: float) -> int:
        return round(moment.percent(key, default) / 100 * whole / 2) * 2

    left = min(share("left_percent", picture.width, 0), picture.width - 2)
    top = min(share("top_percent", picture.height, 0), picture.height - 2)
    width = max(2, min(share("width_percent", picture.width, 100), picture.width - left))
    height = max(2, min(share("height_percent", picture.height, 100), picture.height - top))
    return left, top, width, height


def fade_in(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """Let the picture come out of a colour."""
    return _faded(picture, str(moment.parameters.get("color", "black")), fade_share("fade_in", moment))


def fade_out(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """Let the picture go into a colour."""
    return _faded(picture, str(moment.parameters.get("color", "black")), fade_share("fade_out", moment))


def fade_share(kind: str, moment: Moment) -> float:
    """Return how much of the colour is seen: all of it on the frame at the video's very edge."""
    done = (moment.frame - moment.span.first) / max(1, moment.span.count)
    if kind == "fade_out":
        done = 1 - (moment.frame + 1 - moment.span.first) / max(1, moment.span.count)
    return min(1.0, max(0.0, 1.0 - done))


def _faded(picture: VideoFrame, color: str, share: float) -> VideoFrame:
    if share <= 0:
        return picture
    changed = duplicate(picture)
    for plane, value in zip(views(changed)[:3], color_yuv(color), strict=True):
        mix_into(plane, flat(plane, value), float(share))
    return changed


def letterbox(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """Cover what lies beyond a ratio with black bars, even in height and width."""
    ratio = read_ratio(moment.parameters.get("ratio", "2.39:1"))
    changed = duplicate(picture)
    if ratio > picture.width / picture.height:
        bar = round((picture.height - picture.width / ratio) / 4) * 2
        edges = [(slice(0, bar), slice(None)), (slice(picture.height - bar, None), slice(None))]
    else:
        bar = round((picture.width - picture.height * ratio) / 4) * 2
        edges = [(slice(None), slice(0, bar)), (slice(None), slice(picture.width - bar, None))]
    if bar <= 0:
        return picture
    for plane, value, step in zip(views(changed)[:3], _BLACK, (1, 2, 2), strict=True):
        for rows, columns in edges:
            plane[_over(rows, step), _over(columns, step)] = value
    return changed


def _over(part: slice, step: int) -> slice:
    return slice(
        None if part.start is None else part.start // step, None if part.stop is None else part.stop // step
    )


def read_ratio(value: Any) -> float:
    """Read "2.39:1", "16:9", "4/3" or a number as width over height; 2.39 when it is none."""
    if isinstance(value, (int, float)) and value > 0:
        return float(value)
    across, _, down = str(value).replace("/", ":").partition(":")
    try:
        ratio = float(across) / float(down or 1)
    except (ValueError, ZeroDivisionError):
        return 2.39
    return ratio if 0.1 < ratio < 10 else 2.39


def progress_bar(picture: VideoFrame, moment: Moment) -> VideoFrame:
    """Draw a bar at an edge that is full on the stage's last frame."""
    changed = duplicate(picture)
    thick = max(2, round(picture.height * 0.012 / 2) * 2)
    done = round(picture.width * (moment.frame + 1 - moment.span.first) / max(1, moment.span.count) / 2) * 2
    top = 0 if moment.parameters.get("position") == "top" else picture.height - thick
    color = str(moment.parameters.get("color", "#ff3b30"))
    for plane, value, empty, step in zip(
        views(changed)[:3], color_yuv(color), _BLACK, (1, 2, 2), strict=True
    ):
        rows = plane[top // step : (top + thick) // step]
        mix_into(rows, flat(rows, empty), 0.5)
        rows[:, : done // step] = value
    return changed


TOUCHES: Final[Mapping[str, Touch]] = {
    "sharpen": sharpen,
    "denoise": denoise,
    "grain": grain,
    "vignette": vignette,
    "blur": blur,
    "pixelate": pixelate,
    "fade_in": fade_in,
    "fade_out": fade_out,
    "letterbox": letterbox,
    "progress_bar": progress_bar,
}

STEADY: Final = frozenset({"sharpen", "denoise", "vignette", "blur", "pixelate", "letterbox"})
"""They make the same of the same picture whatever the frame: a held frame needs them once."""
