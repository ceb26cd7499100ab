"""Pictures as planes of bytes: looking at them, copying, filling and mixing. Render process only.

Pictures are PyAV frames in ``yuv420p`` (or ``yuva420p`` with transparency), BT.709, limited range, which is what
encoders take: a frame that nothing changes is never converted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from av import VideoFrame
from numpy.typing import NDArray
from PIL import Image

from mango_skill.engine.media.fonts import parse_color

Bytes = NDArray[np.uint8]
OPAQUE = "yuv420p"
CLEAR = "yuva420p"

# ITU-R BT.709-6, 3.2 and 3.4: 8 bits, limited range.
_TO_YUV = np.array(
    [[0.2126, 0.7152, 0.0722], [-0.114572, -0.385428, 0.5], [0.5, -0.454153, -0.045847]], dtype=np.float32
)
_SCALE = np.array([219.0, 224.0, 224.0], dtype=np.float32)
_OFFSET = np.array([16.0, 128.0, 128.0], dtype=np.float32)


@dataclass
class Sheet:
    """A picture and where it lies on the frame. ``owned`` ones may be painted on."""

    frame: VideoFrame
    left: int = 0
    top: int = 0
    opacity: float = 1.0
    owned: bool = False

    @property
    def opaque(self) -> bool:
        return self.opacity >= 1 and self.frame.format.name == OPAQUE


def views(frame: VideoFrame) -> list[Bytes]:
    """Return the planes as arrays that share the frame's memory: Y, U, V and, with transparency, A."""
    found = []
    for plane in frame.planes:
        rows = np.frombuffer(plane, np.uint8)  # type: ignore[call-overload]
        rows = rows[: plane.height * plane.line_size].reshape(plane.height, plane.line_size)
        found.append(rows[:, : plane.width])
    return found


def duplicate(frame: VideoFrame) -> VideoFrame:
    """Return a copy that may be painted on; decoders still need their own frames."""
    copy = VideoFrame(frame.width, frame.height, frame.format.name)
    for target, source in zip(views(copy), views(frame), strict=True):
        np.copyto(target, source)
    return copy


def from_planes(planes: list[Bytes]) -> VideoFrame:
    """Build a frame from Y, U, V (and A)."""
    height, width = planes[0].shape
    frame = VideoFrame(width, height, CLEAR if len(planes) == 4 else OPAQUE)
    for target, source in zip(views(frame), planes, strict=True):
        np.copyto(target, source)
    return frame


def color_yuv(color: str) -> tuple[int, int, int]:
    """Return a colour word or #rrggbb as Y, U, V; black when it is none."""
    try:
        red, green, blue, _ = parse_color(color)
    except ValueError:
        red, green, blue = 0, 0, 0
    values = _TO_YUV @ (np.array([red, green, blue], dtype=np.float32) / 255) * _SCALE + _OFFSET
    y, u, v = (round(float(value)) for value in values)
    return y, u, v


def color_rgb(color: str) -> tuple[int, int, int]:
    """Return a colour word or #rrggbb as bytes of red, green and blue; black when it is none."""
    try:
        red, green, blue, _ = parse_color(color)
    except ValueError:
        return 0, 0, 0
    return red, green, blue


def solid(width: int, height: int, color: str) -> VideoFrame:
    """Return a frame of one colour."""
    frame = VideoFrame(width, height, OPAQUE)
    for plane, value in zip(views(frame), color_yuv(color), strict=True):
        plane.fill(value)
    return frame


def from_rgba(image: Image.Image, left: int, top: int) -> Sheet:
    """Turn a drawn picture with transparency into a sheet whose place and size are even."""
    across, down = left % 2, top % 2
    width = (image.width + across + 1) // 2 * 2
    height = (image.height + down + 1) // 2 * 2
    if (width, height) != image.size:
        padded = Image.new("RGBA", (width, height), (0, 0, 0, 0))
        padded.paste(image, (across, down))
        image = padded
    pixels = np.asarray(image.convert("RGBA"), dtype=np.float32)
    alpha = pixels[..., 3:]
    yuv = ((pixels[..., :3] / 255) @ _TO_YUV.T * _SCALE + _OFFSET).astype(np.float32)
    # Colour of a half-transparent edge counts as much as it is seen, else outlines get a fringe.
    weights = _halve(alpha[..., 0]) + 1e-3
    chroma = [_halve(yuv[..., index] * alpha[..., 0] + 128 * 1e-3) / weights for index in (1, 2)]
    planes = [np.clip(np.rint(one), 0, 255).astype(np.uint8) for one in (yuv[..., 0], *chroma, alpha[..., 0])]
    return Sheet(from_planes(planes), left - across, top - down)


def _halve(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    summed = plane[0::2, 0::2] + plane[1::2, 0::2] + plane[0::2, 1::2] + plane[1::2, 1::2]
    return np.asarray(summed * 0.25, dtype=np.float32)


def mix_into(target: Bytes, source: Bytes, weight: float | NDArray[np.int16]) -> None:
    """Move ``target`` towards ``source``: by a share, or by a share per pixel in 128ths."""
    if isinstance(weight, float):
        if weight <= 0:
            return
        share: int | NDArray[np.int16] = round(min(weight, 1.0) * 128)
        if share == 128:
            np.copyto(target, source)
            return
    else:
        share = weight
    difference = source.astype(np.int16)
    difference -= target
    difference *= np.int16(share) if isinstance(share, int) else share
    difference += 64
    difference >>= 7
    difference += target
    np.copyto(target, difference, casting="unsafe")


def lay(base: VideoFrame, sheet: Sheet) -> None:
    """Paint a sheet on a frame of ours; what sticks out of the frame is left away."""
    if sheet.opacity <= 0:
        return
    left, top = max(0, sheet.left), max(0, sheet.top)
    right = min(base.width, sheet.left + sheet.frame.width)
    bottom = min(base.height, sheet.top + sheet.frame.height)
    if right <= left or bottom <= top:
        return
    planes = views(sheet.frame)
    weights: list[float | NDArray[np.int16]] = [sheet.opacity] * 3
    if len(planes) == 4:
        alpha = planes[3][top - sheet.top : bottom - sheet.top, left - sheet.left : right - sheet.left]
        fine = _shares(alpha, sheet.opacity)
        weights = [fine, *[_shares(alpha[::2, ::2], sheet.opacity)] * 2]
    for index, target in enumerate(views(base)[:3]):
        step = 1 if index == 0 else 2
        window = target[top // step : -(-bottom // step), left // step : -(-right // step)]
        x, y = (left - sheet.left) // step, (top - sheet.top) // step
        source = planes[index][y : y + window.shape[0], x : x + window.shape[1]]
        mix_into(window, source, weights[index])


def _shares(alpha: Bytes, opacity: float) -> NDArray[np.int16]:
    shares = alpha.astype(np.uint16)
    shares *= round(128 * opacity)
    shares += 127
    shares //= 255
    return shares.astype(np.int16)


def resample(
    frame: VideoFrame, window: tuple[float, float, float, float], size: tuple[int, int]
) -> VideoFrame:
    """Return the part of a frame (left, top, right, bottom in pixels, fractions allowed) scaled to a size."""
    planes = []
    for index, plane in enumerate(views(frame)):
        step = 2 if index in (1, 2) else 1
        height, width = plane.shape
        box = (
            max(0.0, window[0] / step),
            max(0.0, window[1] / step),
            min(float(width), window[2] / step),
            min(float(height), window[3] / step),
        )
        image = Image.fromarray(np.ascontiguousarray(plane))
        scaled = image.resize((size[0] // step, size[1] // step), Image.Resampling.BILINEAR, box=box)
        planes.append(np.asarray(scaled))
    return from_planes(planes)
