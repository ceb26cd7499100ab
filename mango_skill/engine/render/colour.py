"""Colour changes as functions on RGB, baked together into one look-up table. Numpy only, no media.

Every function takes and returns floats from 0 to 1 with red, green, blue last. However many changes a clip has,
its pixels pass through one table (FFmpeg's ``lut3d``, tetrahedral).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mango_skill.engine.render.parts import Stage
from mango_skill.errors import MediaError

Colors = NDArray[np.float32]

SIZE: Final = 33
COLOUR_KINDS: Final = frozenset(
    {
        "grayscale",
        "sepia",
        "invert",
        "brightness",
        "contrast",
        "saturation",
        "temperature",
        "white_balance",
        "auto_color",
        "look",
        "lut",
    }
)
_HUE_REACH: Final = 28.0
_LEAST_WALL: Final = 0.05
_LUMA = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)
# The usual matrix of aged prints.
_SEPIA = np.array([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]], dtype=np.float32)
# How far a named light is from daylight, as warming in percent: footage shot under it leans the other way.
_LIGHTS: Final = {
    "daylight": 0.0,
    "cloudy": 15.0,
    "shade": 22.0,
    "fluorescent": -12.0,
    "tungsten": -40.0,
    "warm": 25.0,
    "cool": -25.0,
}


@dataclass(frozen=True)
class Measured:
    """What a look at the footage told: the darkest, brightest and average level of red, green and blue, 0 to 1."""

    low: tuple[float, float, float] = (0.0, 0.0, 0.0)
    high: tuple[float, float, float] = (1.0, 1.0, 1.0)
    mean: tuple[float, float, float] = (0.5, 0.5, 0.5)


def measure(pictures: Sequence[NDArray[np.uint8]]) -> Measured:
    """Look at sample pictures (RGB bytes): levels that one in two hundred pixels lies beyond, and the average."""
    if not pictures:
        return Measured()
    pixels = np.concatenate([one.reshape(-1, 3) for one in pictures]).astype(np.float32) / 255
    low = np.percentile(pixels, 0.5, axis=0)
    high = np.percentile(pixels, 99.5, axis=0)
    mean = pixels.mean(axis=0)
    return Measured(_triple(low), _triple(high), _triple(mean))


def find_key(
    pictures: Sequence[NDArray[np.uint8]], color: tuple[int, int, int]
) -> tuple[int, int, int] | None:
    """Return the colour of the wall that is meant by a colour's name: no wall is exactly "green".

    Looks for saturated pixels of about that hue and takes their middle; None when there are hardly any.
    """
    if not pictures:
        return None
    pixels = np.concatenate([one.reshape(-1, 3) for one in pictures]).astype(np.float32)
    hue, strength = _hue(pixels)
    wanted, wanted_strength = _hue(np.array([color], dtype=np.float32))
    if wanted_strength[0] < 0.2:
        return None
    apart = np.abs((hue - wanted[0] + 180) % 360 - 180)
    meant = pixels[(apart < _HUE_REACH) & (strength > 0.3) & (pixels.max(axis=1) > 40)]
    if len(meant) < len(pixels) * _LEAST_WALL:
        return None
    red, green, blue = (int(value) for value in np.median(meant, axis=0))
    return red, green, blue


def _hue(pixels: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Hue in degrees and saturation (HSV)."""
    high, low = pixels.max(axis=1), pixels.min(axis=1)
    spread = np.maximum(high - low, 1e-3)
    red, green, blue = pixels[:, 0], pixels[:, 1], pixels[:, 2]
    sector = np.where(high == red, (green - blue) / spread, 0.0)
    sector = np.where(high == green, 2 + (blue - red) / spread, sector)
    sector = np.where(high == blue, 4 + (red - green) / spread, sector)
    return np.asarray(sector * 60 % 360, np.float32), np.asarray(
        (high - low) / np.maximum(high, 1), np.float32
    )


def _triple(values: NDArray[Any]) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])


def bake(stages: Sequence[Stage], measured: Measured, tables: Mapping[str, Path]) -> Colors:
    """Return the table of all stages in their order: ``[red][green][blue] -> RGB``.

    Args:
        stages: Colour changes.
        measured: Of the footage, for those that adapt.
        tables: The .cube files by asset id.

    Raises:
        MediaError: A table is missing or broken.
    """
    steps = np.linspace(0, 1, SIZE, dtype=np.float32)
    grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1)
    for stage in stages:
        grid = _apply(stage, grid, measured, tables)
    return grid


def _apply(stage: Stage, colors: Colors, measured: Measured, tables: Mapping[str, Path]) -> Colors:
    amount = _percent(stage)
    if stage.kind == "look":
        changed = apply_look(str(stage.parameters.get("name", "")), colors)
    elif stage.kind == "lut":
        changed = _apply_table(str(stage.parameters.get("asset", "")), colors, tables)
    elif stage.kind == "auto_color":
        changed = _auto_color(colors, measured)
    elif stage.kind == "white_balance":
        changed = _white_balance(str(stage.parameters.get("mode", "auto")), colors, measured)
    else:
        changed = _CHANGES[stage.kind](colors, amount)
    return np.clip(changed, 0, 1).astype(np.float32)


def _percent(stage: Stage) -> float:
    value = stage.parameters.get("percent", 0)
    return max(-100.0, min(100.0, float(value))) if isinstance(value, (int, float)) else 0.0


def _gray(colors: Colors, _: float = 0) -> Colors:
    return np.repeat((colors @ _LUMA)[..., None], 3, axis=-1)


def _sepia(colors: Colors, _: float = 0) -> Colors:
    return np.asarray(colors @ _SEPIA.T * 0.92, dtype=np.float32)


def _invert(colors: Colors, _: float = 0) -> Colors:
    return 1 - colors


def _brightness(colors: Colors, percent: float) -> Colors:
    # A gamma curve keeps black black and white white for small amounts; large ones lift everything.
    gamma = 2.0 ** (-percent / 100 * 1.1)
    return np.asarray(colors**gamma + percent / 100 * 0.05, dtype=np.float32)


def _contrast(colors: Colors, percent: float) -> Colors:
    factor = 1 + percent / 100 * (1.0 if percent > 0 else 0.85)
    return (colors - 0.5) * np.float32(factor) + 0.5


def _saturation(colors: Colors, percent: float) -> Colors:
    gray = _gray(colors)
    factor = np.float32(1 + percent / 100 * (1.2 if percent > 0 else 1.0))
    return gray + (colors - gray) * factor


def _temperature(colors: Colors, percent: float) -> Colors:
    # A full step is about 2,500 K at daylight; green keeps the brightness where it was.
    share = percent / 100
    gains = np.array([1 + 0.28 * share, 1 + 0.02 * share, 1 - 0.34 * share], dtype=np.float32)
    changed = colors * gains
    kept = (colors @ _LUMA) / np.maximum(changed @ _LUMA, 1e-4)
    return np.asarray(changed * kept[..., None], dtype=np.float32)


_CHANGES: Mapping[str, Callable[[Colors, float], Colors]] = {
    "grayscale": _gray,
    "sepia": _sepia,
    "invert": _invert,
    "brightness": _brightness,
    "contrast": _contrast,
    "saturation": _saturation,
    "temperature": _temperature,
}


def _auto_color(colors: Colors, measured: Measured) -> Colors:
    """Stretch levels to the full range (never by more than half again), balance gently, a little more colour."""
    balanced = _white_balance("auto", colors, measured, strength=0.5)
    low = float(np.mean(measured.low))
    high = float(np.mean(measured.high))
    gain = min(1.5, 0.97 / max(high - low, 0.05))
    return _saturation((balanced - min(low, 0.25)) * np.float32(max(gain, 1.0)) + 0.01, 8)


def _white_balance(mode: str, colors: Colors, measured: Measured, strength: float = 1.0) -> Colors:
    """Take a cast out: by the footage's own average (grey world), or by the light that was named."""
    if mode != "auto":
        return _temperature(colors, _LIGHTS.get(mode, 0.0))
    mean = np.maximum(np.array(measured.mean, dtype=np.float32), 0.02)
    gains = np.clip(float(mean @ _LUMA) / mean, 0.6, 1.7)
    return np.asarray(colors * (1 + (gains - 1) * strength), dtype=np.float32)


@dataclass(frozen=True)
class Look:
    """A named grade: tint of the shadows and of the lights (red, green, blue), contrast, colour, lift of black."""

    shadows: tuple[float, float, float] = (0.0, 0.0, 0.0)
    lights: tuple[float, float, float] = (0.0, 0.0, 0.0)
    contrast: float = 0.0
    saturation: float = 0.0
    brightness: float = 0.0
    lift: float = 0.0


LOOKS: Final[Mapping[str, Look]] = {
    "teal_orange": Look((-0.06, 0.02, 0.07), (0.07, 0.02, -0.06), 12, 10),
    "cinematic": Look((-0.04, 0.01, 0.05), (0.05, 0.02, -0.03), 15, -8, -4),
    "vintage": Look((0.05, 0.02, -0.01), (0.05, 0.03, -0.06), -12, -25, 0, 0.06),
    "retro": Look((0.06, 0.0, 0.04), (0.05, 0.04, -0.08), -8, -10, 2, 0.05),
    "noir": Look((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 35, -100, -6),
    "warm": Look((0.02, 0.0, -0.02), (0.06, 0.02, -0.06), 4, 6, 2),
    "golden": Look((0.03, 0.01, -0.03), (0.10, 0.05, -0.08), 5, 10, 3),
    "cool": Look((-0.02, 0.0, 0.04), (-0.04, 0.0, 0.06), 5, 0),
    "moody": Look((-0.02, 0.0, 0.03), (0.0, 0.0, 0.0), 18, -28, -12),
    "dramatic": Look((-0.02, 0.0, 0.02), (0.02, 0.01, -0.01), 30, -10, -6),
    "vibrant": Look((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 12, 40, 2),
    "bright": Look((0.02, 0.02, 0.02), (0.02, 0.02, 0.01), 2, 8, 16),
    "pastel": Look((0.03, 0.01, 0.04), (0.02, 0.0, 0.02), -22, -25, 14, 0.08),
    "faded": Look((0.0, 0.0, 0.02), (0.0, 0.0, -0.02), -22, -30, 2, 0.1),
    "film": Look((-0.01, 0.01, 0.02), (0.03, 0.02, -0.03), 10, -6, 0, 0.025),
    "bleach_bypass": Look((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 30, -55),
    "cyberpunk": Look((0.06, -0.05, 0.12), (0.06, -0.03, 0.1), 18, 25, -4),
    "matrix": Look((-0.05, 0.06, -0.03), (-0.04, 0.07, -0.04), 14, -20, -4),
    "horror": Look((-0.03, 0.03, 0.02), (-0.02, 0.02, -0.02), 22, -45, -16),
    "dreamy": Look((0.03, 0.01, 0.05), (0.03, 0.0, 0.02), -14, -6, 10, 0.05),
    "sunset": Look((0.05, -0.01, 0.03), (0.12, 0.03, -0.1), 8, 14),
    "natural": Look((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 5, 5, 2),
}

_LOOK_WORDS: Final = {
    "teal": "teal_orange",
    "orange": "teal_orange",
    "movie": "cinematic",
    "hollywood": "cinematic",
    "blockbuster": "teal_orange",
    "black_and_white": "noir",
    "bw": "noir",
    "mono": "noir",
    "old": "vintage",
    "70s": "vintage",
    "80s": "retro",
    "90s": "retro",
    "nostalgi": "vintage",
    "gold": "golden",
    "cold": "cool",
    "blue": "cool",
    "dark": "moody",
    "neon": "cyberpunk",
    "vivid": "vibrant",
    "punchy": "vibrant",
    "pop": "vibrant",
    "airy": "bright",
    "soft": "pastel",
    "matte": "faded",
    "kodak": "film",
    "analog": "film",
    "bleach": "bleach_bypass",
    "scary": "horror",
    "green": "matrix",
    "dream": "dreamy",
}


def find_look(name: str) -> str | None:
    """Return the look that is meant by a user's words, or None."""
    words = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    if words in LOOKS:
        return words
    inside = next((look for look in LOOKS if look in words), None)
    return inside or next((look for word, look in _LOOK_WORDS.items() if word in words), None)


def apply_look(name: str, colors: Colors) -> Colors:
    """Grade colours by a named look; an unknown name is graded as cinematic."""
    look = LOOKS[find_look(name) or "cinematic"]
    graded = np.clip(_saturation(_contrast(colors, look.contrast), look.saturation), 0, 1)
    if look.brightness:
        graded = np.clip(_brightness(graded, look.brightness), 0, 1)
    light = np.clip(graded @ _LUMA, 0, 1)[..., None]
    # Black and white themselves stay neutral: the tint is strongest at a quarter and at three quarters.
    dark_share = 4 * light * (1 - light) * (1 - light) * 1.7
    light_share = 4 * light * light * (1 - light) * 1.7
    tint = np.array(look.shadows, np.float32) * dark_share + np.array(look.lights, np.float32) * light_share
    return np.asarray((graded + tint) * (1 - look.lift) + look.lift, dtype=np.float32)


def _apply_table(asset: str, colors: Colors, tables: Mapping[str, Path]) -> Colors:
    if asset not in tables:
        raise MediaError(
            "The colour table is gone.", code="source_vanished", hint="Upload the .cube file again."
        )
    return look_up(read_cube(tables[asset]), colors)


def read_cube(path: Path) -> Colors:
    """Read a .cube file (Adobe's specification 1.0) as a table of ``[red][green][blue]``.

    Raises:
        MediaError: It is gone or not a table.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        raise MediaError(
            "The colour table is gone.", code="source_vanished", hint="Upload the .cube file again."
        ) from None
    size, one_dimensional, rows = 0, False, []
    for line in text.splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] in ("LUT_3D_SIZE", "LUT_1D_SIZE") and len(words) > 1:
            size, one_dimensional = int(words[1]), words[0] == "LUT_1D_SIZE"
        elif len(words) == 3 and re.match(r"[-+.\d]", words[0]):
            rows.append([float(word) for word in words])
    values = np.array(rows, dtype=np.float32)
    if one_dimensional and size >= 2 and len(rows) == size:
        return _spread(values)
    if size < 2 or len(rows) != size**3:
        raise MediaError(
            "The colour table is broken.", code="unreadable", hint="Export the .cube file again."
        )
    # In the file red changes fastest.
    return np.ascontiguousarray(values.reshape(size, size, size, 3).transpose(2, 1, 0, 3))


def _spread(curves: Colors) -> Colors:
    steps = np.linspace(0, 1, SIZE)
    at = np.linspace(0, 1, len(curves))
    channels = [np.interp(steps, at, curves[:, channel]).astype(np.float32) for channel in range(3)]
    return np.stack(np.meshgrid(*channels, indexing="ij"), axis=-1)


def look_up(table: Colors, colors: Colors) -> Colors:
    """Pass colours through a table, trilinear."""
    size = table.shape[0]
    scaled = np.clip(colors, 0, 1) * (size - 1)
    base = np.minimum(scaled.astype(np.int32), size - 2)
    part = scaled - base
    result = np.zeros_like(colors)
    for corner in range(8):
        steps = np.array([corner & 1, corner >> 1 & 1, corner >> 2 & 1])
        weight = np.prod(np.where(steps == 1, part, 1 - part), axis=-1)
        index = base + steps
        result += weight[..., None] * table[index[..., 0], index[..., 1], index[..., 2]]
    return result


def write_cube(table: Colors, path: Path) -> None:
    """Write a table where ``lut3d`` can read it."""
    size = table.shape[0]
    rows = table.transpose(2, 1, 0, 3).reshape(-1, 3)
    lines = "\n".join(f"{red:.6f} {green:.6f} {blue:.6f}" for red, green, blue in rows)
    path.write_text(f"LUT_3D_SIZE {size}\n{lines}\n", encoding="utf-8")
