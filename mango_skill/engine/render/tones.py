"""Footage of high dynamic range or wide colour, brought to what every screen shows, as look-up tables. Numpy only.

Code points are those of ITU-T H.273, which files and FFmpeg share.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mango_skill.engine.render.colour import Colors

SIZE: Final = 33
PQ: Final = 16
HLG: Final = 18
_BT2020: Final = 9
_P3: Final = (11, 12)

_Values = NDArray[np.float64]

# Rows give red, green and blue of BT.709 from the linear light of BT.2020 (ITU-R BT.2087-0) and of Display P3.
_TO_BT709: Final[Mapping[str, _Values]] = {
    "bt2020": np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]]),
    "p3": np.array([[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]]),
}
_LUMA: Final = np.array([0.2126, 0.7152, 0.0722])
_LUMA_2020: Final = np.array([0.2627, 0.6780, 0.0593])
# A sheet of white paper has 203 candelas (ITU-R BT.2408); what is brighter than 1000 is shown as if it were that.
_WHITE_NITS: Final = 203.0
_PEAK_NITS: Final = 1000.0
# Up to here light stays as it is; lights beyond it share what is left.
_KNEE: Final = 0.78
# ITU-R BT.1886: what screens make of a signal.
_SCREEN_GAMMA: Final = 2.4


def find_tone(primaries: int, transfer: int) -> str:
    """Return the name of the table that a picture with these code points needs; empty for a usual one."""
    gamut = "p3" if primaries in _P3 else "bt2020"
    if transfer in (PQ, HLG):
        return f"{gamut}-{'pq' if transfer == PQ else 'hlg'}"
    return f"{gamut}-sdr" if primaries in (_BT2020, *_P3) else ""


def bake_tone(name: str) -> Colors:
    """Return the table of a name from ``find_tone``: ``[red][green][blue]`` of the file to BT.709, 0 to 1."""
    gamut, _, curve = name.partition("-")
    steps = np.linspace(0, 1, SIZE)
    signal = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1)
    light = _LIGHT[curve](signal)
    if curve != "sdr":
        light = _rolled_off(light)
    light = _within_gamut(light @ _TO_BT709[gamut].T)
    return np.asarray(np.clip(light, 0, 1) ** (1 / _SCREEN_GAMMA), dtype=np.float32)


def _pq_light(signal: _Values) -> _Values:
    """SMPTE ST 2084 to light, white paper being 1."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    root = signal ** (1 / m2)
    nits = 10_000 * (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1)
    return np.asarray(nits / _WHITE_NITS)


def _hlg_light(signal: _Values) -> _Values:
    """ITU-R BT.2100 hybrid log-gamma on its screen of 1000 candelas to light, white paper being 1."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    luma = scene @ _LUMA_2020
    return np.asarray(scene * (luma**0.2)[..., None] * _PEAK_NITS / _WHITE_NITS)


def _sdr_light(signal: _Values) -> _Values:
    return np.asarray(signal**_SCREEN_GAMMA)


_LIGHT: Final[Mapping[str, Callable[[_Values], _Values]]] = {
    "pq": _pq_light,
    "hlg": _hlg_light,
    "sdr": _sdr_light,
}


def _rolled_off(light: _Values) -> _Values:
    """Bring lights between the knee and the peak below 1, all three colours by the same share."""
    strongest = light.max(axis=-1)
    reach = (_PEAK_NITS / _WHITE_NITS - _KNEE) / (1 - _KNEE)
    over = np.clip((strongest - _KNEE) / (1 - _KNEE), 0, reach)
    # Reinhard's curve, extended so that the peak is reached.
    soft = _KNEE + (1 - _KNEE) * over * (1 + over / reach**2) / (1 + over)
    share = np.where(strongest > _KNEE, soft / np.maximum(strongest, 1e-6), 1.0)
    return np.asarray(light * share[..., None])


def _within_gamut(light: _Values) -> _Values:
    """Pale colours that BT.709 does not have just as far as needed; their brightness stays."""
    luma = np.clip(light @ _LUMA, 0, 1)[..., None]
    lowest, highest = light.min(axis=-1, keepdims=True), light.max(axis=-1, keepdims=True)
    below = np.where(lowest < 0, luma / np.maximum(luma - lowest, 1e-6), 1.0)
    above = np.where(highest > 1, (1 - luma) / np.maximum(highest - luma, 1e-6), 1.0)
    return np.asarray(luma + (light - luma) * np.minimum(below, above))
