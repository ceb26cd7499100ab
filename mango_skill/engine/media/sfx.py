"""Sound effects, synthesised. Stereo float32 at 48 kHz, peaking at about -6 dBFS, with no click at either end.

Child processes only: it imports numpy.
"""

from __future__ import annotations

import os
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mango_skill.engine.media.instruments import RATE, play_note

Stereo = NDArray[np.float32]
_Mono = NDArray[np.float64]

_PEAK = 0.5


def render_effect(name: str, *, duration_ms: int | None = None, seed: int = 0) -> Stereo:
    """Return one effect, as long as it is by nature or exactly ``duration_ms``.

    ``bleep``, ``applause``, ``drumroll``, ``typing``, ``heartbeat`` and ``riser`` fill a given length; the
    others are cut or followed by silence.

    Raises:
        KeyError: A name that is not in ``catalogue.EFFECTS``.
    """
    natural_s, make = _MAKERS[name]
    seconds = natural_s if duration_ms is None else duration_ms / 1000
    dice = np.random.default_rng((seed, len(name)))
    made = np.asarray(make(max(0.02, seconds), dice), dtype=np.float32)
    sound = made if made.ndim == 2 else np.stack([made, made], axis=1)
    count = max(1, round(seconds * RATE))
    kept = min(count, len(sound))
    result = np.zeros((count, 2), dtype=np.float32)
    result[:kept] = sound[:kept]
    # Short enough in front to leave an attack its bite.
    rise, fall = min(kept // 2, RATE // 2_000), min(kept // 2, RATE // 200)
    result[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)[:, None]
    result[kept - fall : kept] *= np.linspace(1, 0, fall, dtype=np.float32)[:, None]
    result *= np.float32(_PEAK / max(1e-9, float(np.abs(result).max())))
    return result


def write_effect(
    path: str | os.PathLike[str], name: str, *, duration_ms: int | None = None, seed: int = 0
) -> None:
    """Write one effect as a 16-bit WAV file (see ``render_effect``)."""
    with wave.open(str(Path(path)), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(
            (render_effect(name, duration_ms=duration_ms, seed=seed) * 32_767).astype("<i2").tobytes()
        )


def _time(seconds: float) -> _Mono:
    return np.arange(int(seconds * RATE)) / RATE


def _fall(time: _Mono, seconds: float) -> _Mono:
    """From 1 down by 60 dB in so many seconds."""
    return np.asarray(np.exp(-6.9 * np.maximum(time, 0) / seconds) * (time >= 0))


def _band(dice: np.random.Generator, count: int, low: float, high: float) -> _Mono:
    spectrum = np.fft.rfft(dice.standard_normal(count))
    frequency = np.fft.rfftfreq(count, 1 / RATE)
    spectrum[(frequency < low) | (frequency > high)] = 0
    made = np.fft.irfft(spectrum, count)
    return np.asarray(made / max(1e-9, float(np.abs(made).max())))


def _sweep(frequency: _Mono) -> _Mono:
    return np.asarray(np.sin(2 * np.pi * np.cumsum(frequency) / RATE))


def _notes(melody: tuple[tuple[int, float], ...], instrument: str, seconds: float) -> _Mono:
    out = np.zeros(int(seconds * RATE))
    for midi, start_s in melody:
        sound = play_note(instrument, midi, 700)
        start = int(start_s * RATE)
        kept = max(0, min(len(sound), len(out) - start))
        out[start : start + kept] += sound[:kept]
    return out


def _ding(seconds: float, _: np.random.Generator) -> _Mono:
    return _notes(((88, 0.0),), "bell", max(seconds, 0.3))


def _success(seconds: float, _: np.random.Generator) -> _Mono:
    return _notes(((72, 0.0), (76, 0.11), (79, 0.22), (84, 0.33)), "bell", max(seconds, 0.6))


def _cash(seconds: float, dice: np.random.Generator) -> _Mono:
    out = _notes(((93, 0.12), (98, 0.2)), "bell", max(seconds, 0.6))
    drawer = _band(dice, RATE // 10, 1_500, 9_000) * _fall(_time(0.1), 0.08)
    out[: len(drawer)] += 0.6 * drawer
    return out


def _whoosh(seconds: float, dice: np.random.Generator) -> Stereo:
    """Bands of noise that swell one after the other, passing from left to right."""
    time = _time(seconds)
    out = np.zeros((len(time), 2))
    for place, middle in enumerate(np.geomspace(250, 7_000, 9)):
        peak = seconds * (0.25 + 0.05 * place)
        shape = np.exp(-(((time - peak) / (0.16 * seconds)) ** 2))
        noise = _band(dice, len(time), middle / 1.4, middle * 1.4) * shape
        side = np.clip(time / seconds, 0, 1) * np.pi / 2
        out += np.stack([noise * np.cos(side), noise * np.sin(side)], axis=1)
    return out.astype(np.float32)


def _pop(seconds: float, _: np.random.Generator) -> _Mono:
    time = _time(max(seconds, 0.05))
    return _sweep(350 + 900 * np.clip(time / 0.05, 0, 1)) * _fall(time, 0.09)


def _click(seconds: float, dice: np.random.Generator) -> _Mono:
    time = _time(max(seconds, 0.04))
    noise = _band(dice, len(time), 1_500, 9_000)
    return noise * (_fall(time, 0.012) + 0.5 * _fall(time - 0.022, 0.015))


def _applause(seconds: float, dice: np.random.Generator) -> Stereo:
    """Thousands of claps of many people, near and far."""
    out = np.zeros((int(seconds * RATE) + RATE // 5, 2))
    claps = [
        _band(dice, RATE // 25, low, low * 3.5) * _fall(_time(0.04), 0.035)
        for low in dice.uniform(500, 1_600, 24)
    ]
    swell = min(0.6, seconds / 4)
    for start in np.sort(dice.uniform(0, seconds, int(seconds * 260))):
        level = dice.uniform(0.15, 1.0) * min(1.0, start / swell + 0.15, (seconds - start) / swell)
        clap = claps[int(dice.integers(len(claps)))] * level
        at, side = int(start * RATE), dice.uniform(0.15, 0.85)
        out[at : at + len(clap), 0] += clap * (1 - side)
        out[at : at + len(clap), 1] += clap * side
    return out[: int(seconds * RATE)].astype(np.float32)


def _boom(seconds: float, dice: np.random.Generator) -> _Mono:
    time = _time(max(seconds, 0.4))
    body = _sweep(34 + 90 * np.exp(-time / 0.07)) * _fall(time, 1.7)
    rumble = _band(dice, len(time), 25, 260) * _fall(time, 1.1)
    crack = _band(dice, len(time), 600, 6_000) * _fall(time, 0.12)
    return np.asarray(np.tanh(1.6 * (body + 0.7 * rumble + 0.35 * crack)))


def _bleep(seconds: float, _: np.random.Generator) -> _Mono:
    return np.asarray(np.sin(2 * np.pi * 1_000 * _time(seconds)))


def _riser(seconds: float, dice: np.random.Generator) -> _Mono:
    time = _time(seconds)
    share = time / seconds
    tone = _sweep(180 * 2 ** (3.2 * share)) + 0.6 * _sweep(181.5 * 2 ** (3.2 * share))
    noise = _band(dice, len(time), 2_000, 12_000) * share**2
    return np.asarray((0.5 * tone + 1.4 * noise) * share**1.6)


def _shutter(seconds: float, dice: np.random.Generator) -> _Mono:
    time = _time(max(seconds, 0.2))
    noise = _band(dice, len(time), 1_200, 8_000)
    return noise * (_fall(time, 0.03) + 0.35 * _fall(time - 0.045, 0.05) + 0.8 * _fall(time - 0.11, 0.04))


def _drumroll(seconds: float, dice: np.random.Generator) -> _Mono:
    out = np.zeros(int(seconds * RATE) + RATE)
    hit = _band(dice, RATE // 5, 180, 7_000) * _fall(_time(0.2), 0.15)
    for number, start in enumerate(np.arange(0, seconds, 0.042)):
        at = int((start + dice.uniform(0, 0.006)) * RATE)
        out[at : at + len(hit)] += hit * (0.35 + 0.65 * start / seconds) * (1.0 if number % 2 else 0.8)
    return out[: int(seconds * RATE)]


def _typing(seconds: float, dice: np.random.Generator) -> _Mono:
    out = np.zeros(int(seconds * RATE) + RATE)
    start = 0.0
    while start < seconds:
        key = _click(0.06, dice) * dice.uniform(0.5, 1.0)
        at = int(start * RATE)
        out[at : at + len(key)] += key
        start += dice.uniform(0.07, 0.2)
    return out[: int(seconds * RATE)]


def _buzzer(seconds: float, _: np.random.Generator) -> _Mono:
    time = _time(seconds)
    wave_form = sum(np.sin(2 * np.pi * 155 * number * time) / number for number in range(1, 20, 2))
    gap = (time < 0.22) | (time > 0.3)
    return np.asarray(wave_form * gap)


def _heartbeat(seconds: float, _: np.random.Generator) -> _Mono:
    time = _time(seconds)
    out = np.zeros(len(time))
    for start in np.arange(0, seconds, 0.86):
        for delay, level in ((0.0, 1.0), (0.27, 0.7)):
            passed = time - start - delay
            out += level * np.sin(2 * np.pi * 52 * np.maximum(passed, 0)) * _fall(passed, 0.22)
    return out


def _laser(seconds: float, _: np.random.Generator) -> _Mono:
    time = _time(max(seconds, 0.1))
    return np.asarray(np.sign(_sweep(180 + 2_400 * np.exp(-time / 0.09))) * _fall(time, 0.35))


_MAKERS: dict[str, tuple[float, Callable[[float, np.random.Generator], _Mono | Stereo]]] = {
    "ding": (1.4, _ding),
    "whoosh": (0.7, _whoosh),
    "pop": (0.15, _pop),
    "click": (0.08, _click),
    "applause": (3.0, _applause),
    "boom": (1.8, _boom),
    "bleep": (0.5, _bleep),
    "riser": (2.0, _riser),
    "shutter": (0.3, _shutter),
    "drumroll": (2.0, _drumroll),
    "typing": (1.5, _typing),
    "buzzer": (0.8, _buzzer),
    "success": (1.3, _success),
    "heartbeat": (2.4, _heartbeat),
    "laser": (0.4, _laser),
    "cash": (1.2, _cash),
}
