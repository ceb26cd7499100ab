"""Single notes and drum hits, synthesised with numpy. Every sound is mono float32 at 48 kHz and starts at 0.

Child processes only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]

RATE = 48_000
_TABLE_SIZE = 1 << 14


@lru_cache(maxsize=256)
def _wave_table(partials: tuple[float, ...]) -> Sound:
    phase = np.arange(_TABLE_SIZE) * (2 * np.pi / _TABLE_SIZE)
    wave = sum(level * np.sin(number * phase) for number, level in enumerate(partials, 1) if level)
    return np.asarray(wave / max(1e-9, float(np.abs(wave).max())), dtype=np.float32)


def _tone(frequency: float, count: int, partials: tuple[float, ...], *, vibrato: float = 0.0) -> Sound:
    """A steady periodic tone; partials above 18 kHz are left out, so nothing folds back."""
    audible = partials[: max(1, int(18_000 / frequency))]
    time = np.arange(count) / RATE
    phase = frequency * time
    if vibrato:
        # It sets in after a third of a second, as a player's does.
        phase = phase + vibrato * np.sin(2 * np.pi * 5.1 * time) * np.clip((time - 0.3) * 3, 0, 1)
    index = (phase % 1.0 * _TABLE_SIZE).astype(np.int32) & (_TABLE_SIZE - 1)
    wave: Sound = _wave_table(audible)[index]
    return wave


def _saw(count: int, tilt: float) -> tuple[float, ...]:
    return tuple(1.0 / number**tilt for number in range(1, count + 1))


def _odd(count: int, tilt: float) -> tuple[float, ...]:
    return tuple(1.0 / number**tilt if number % 2 else 0.0 for number in range(1, count + 1))


def _swell(count: int, *, attack_s: float, release_s: float) -> Sound:
    attack, release = min(int(attack_s * RATE), count // 2), min(int(release_s * RATE), count // 2)
    shape = np.ones(count, dtype=np.float32)
    shape[:attack] = np.sin(np.linspace(0, np.pi / 2, attack)) ** 2
    shape[count - release :] = np.cos(np.linspace(0, np.pi / 2, release)) ** 2
    return shape


def _decay(count: int, seconds: float, *, attack_s: float = 0.002) -> Sound:
    """Fall by 60 dB in ``seconds``, with the end brought to exactly nothing."""
    time = np.arange(count) / RATE
    shape = np.exp(-6.9 * time / seconds) * np.clip(time / attack_s, 0, 1)
    tail = min(count, RATE // 100)
    shape[count - tail :] *= np.linspace(1, 0, tail)
    return np.asarray(shape, dtype=np.float32)


def _pad(
    partials: tuple[float, ...], *, detune: float, attack_s: float, release_s: float, vibrato: float = 0.0
) -> Callable[[float, float], Sound]:
    def sound(frequency: float, seconds: float) -> Sound:
        count = int((seconds + release_s) * RATE)
        voices = (1 - detune, 1 + detune * 0.7, 1 + detune * 0.13)
        mixed = sum(
            np.roll(_tone(frequency * bend, count, partials, vibrato=vibrato), 997 * n)
            for n, bend in enumerate(voices)
        )
        return np.asarray(mixed * _swell(count, attack_s=attack_s, release_s=release_s) / 3, dtype=np.float32)

    return sound


def _struck(
    layers: tuple[tuple[float, float, float], ...], *, attack_s: float = 0.002
) -> Callable[[float, float], Sound]:
    """Partials that each die at their own pace: (ratio to the fundamental, level, seconds to -60 dB)."""

    def sound(frequency: float, seconds: float) -> Sound:
        longest = max(fall for _, _, fall in layers)
        count = int(min(longest, max(seconds * 2.5, 0.35)) * RATE)
        time = np.arange(count) / RATE
        mixed = np.zeros(count)
        for ratio, level, fall in layers:
            if frequency * ratio < 18_000:
                mixed += level * np.sin(2 * np.pi * frequency * ratio * time) * np.exp(-6.9 * time / fall)
        return np.asarray(mixed * _decay(count, longest * 1.5, attack_s=attack_s), dtype=np.float32)

    return sound


def _sustained(
    partials: tuple[float, ...], *, fall_s: float, drive: float = 1.0
) -> Callable[[float, float], Sound]:
    def sound(frequency: float, seconds: float) -> Sound:
        count = int((seconds + 0.06) * RATE)
        wave = np.tanh(drive * _tone(frequency, count, partials)) / np.tanh(drive)
        shape = _decay(count, fall_s, attack_s=0.004) * _swell(count, attack_s=0.003, release_s=0.05)
        return np.asarray(wave * shape, dtype=np.float32)

    return sound


def _electric_piano(frequency: float, seconds: float) -> Sound:
    """Two sines, one bending the other (FM), and a little wobble of the level."""
    count = int(max(seconds * 1.6, 0.8) * RATE)
    time = np.arange(count) / RATE
    bend = 1.6 * np.exp(-time * 5) * np.sin(2 * np.pi * frequency * time) + 0.25 * np.exp(
        -time * 14
    ) * np.sin(2 * np.pi * frequency * 14 * time)
    wobble = 1 + 0.12 * np.sin(2 * np.pi * 4.2 * time)
    return np.asarray(
        np.sin(2 * np.pi * frequency * time + bend) * wobble * _decay(count, 3.2), dtype=np.float32
    )


def _whistle(frequency: float, seconds: float) -> Sound:
    count = int((seconds + 0.12) * RATE)
    wave = _tone(frequency, count, (1.0, 0.12, 0.03), vibrato=0.12)
    breath = 0.03 * _noise(count, 7, low=2_000, high=7_000)
    return np.asarray((wave + breath) * _swell(count, attack_s=0.05, release_s=0.1), dtype=np.float32)


@lru_cache(maxsize=64)
def _noise(count: int, seed: int, *, low: float = 0.0, high: float = 24_000.0) -> Sound:
    """Noise between two frequencies, at most 1 in amplitude."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    frequency = np.fft.rfftfreq(count, 1 / RATE)
    spectrum[(frequency < low) | (frequency > high)] = 0
    wave = np.fft.irfft(spectrum, count)
    return np.asarray(wave / max(1e-9, float(np.abs(wave).max())), dtype=np.float32)


NOTES: dict[str, Callable[[float, float], Sound]] = {
    "warm": _pad(_saw(10, 1.6), detune=0.004, attack_s=0.25, release_s=0.6),
    "soft": _pad(_saw(5, 2.2), detune=0.003, attack_s=0.7, release_s=1.4),
    "glass": _pad((1.0, 0.0, 0.25, 0.0, 0.0, 0.12), detune=0.005, attack_s=1.0, release_s=1.8),
    "strings": _pad(_saw(16, 1.25), detune=0.005, attack_s=0.35, release_s=0.7, vibrato=0.06),
    "brass": _pad(_saw(9, 1.1), detune=0.002, attack_s=0.2, release_s=0.4),
    "dark": _pad(_odd(7, 1.7), detune=0.008, attack_s=0.9, release_s=1.0),
    "horn": _pad(_saw(7, 1.5), detune=0.001, attack_s=0.12, release_s=0.4, vibrato=0.05),
    "cello": _pad(_saw(12, 1.3), detune=0.001, attack_s=0.16, release_s=0.35, vibrato=0.1),
    "supersaw": _pad(_saw(24, 1.0), detune=0.009, attack_s=0.01, release_s=0.12),
    "pluck": _struck(((1, 0.8, 0.9), (2, 0.35, 0.5), (3, 0.25, 0.35), (4, 0.12, 0.25), (6, 0.06, 0.15))),
    "piano": _struck(((1, 0.8, 3.2), (2.001, 0.4, 2.2), (3.003, 0.2, 1.5), (4.007, 0.12, 1.0), (5.013, 0.07, 0.7), (7.03, 0.04, 0.4))),
    "nylon": _struck(((1, 0.8, 1.8), (2, 0.45, 1.1), (3, 0.22, 0.8), (4, 0.12, 0.5), (5, 0.06, 0.3))),
    "ukulele": _struck(((1, 0.7, 0.7), (2, 0.5, 0.45), (3, 0.3, 0.3), (4, 0.2, 0.22), (5, 0.12, 0.16), (7, 0.05, 0.1))),
    "muted_guitar": _struck(((1, 0.8, 0.32), (2, 0.5, 0.2), (3, 0.3, 0.14), (5, 0.1, 0.09))),
    "marimba": _struck(((1, 0.9, 0.7), (3.93, 0.3, 0.2), (9.2, 0.08, 0.07))),
    "bell": _struck(((1, 0.7, 1.8), (2.76, 0.3, 1.0), (5.4, 0.16, 0.6), (8.93, 0.06, 0.3))),
    "pizzicato": _struck(((1, 0.9, 0.45), (2, 0.5, 0.25), (3, 0.25, 0.18), (4, 0.1, 0.1))),
    "staccato": _sustained(_saw(14, 1.2), fall_s=0.5),
    "bright_keys": _struck(((1, 0.7, 1.2), (2, 0.5, 0.8), (3, 0.35, 0.6), (4, 0.25, 0.4), (6, 0.15, 0.25), (8, 0.08, 0.2))),
    "electric_piano": _electric_piano,
    "whistle": _whistle,
    "round_bass": _sustained((1.0, 0.45, 0.2, 0.08), fall_s=1.4),
    "sine_bass": _sustained((1.0, 0.18), fall_s=2.6),
    "sub_bass": _sustained((1.0, 0.12, 0.04), fall_s=2.2, drive=1.8),
    "saw_bass": _sustained(_saw(20, 1.0), fall_s=0.9, drive=1.5),
    "pulse_bass": _sustained(_odd(11, 1.2), fall_s=0.5),
    "bowed_bass": _pad(_saw(10, 1.4), detune=0.002, attack_s=0.15, release_s=0.4),
    "saw_lead": _sustained(_saw(18, 1.1), fall_s=0.35),
}  # fmt: skip


def _falling(start_hz: float, end_hz: float, *, glide_s: float, ring_s: float) -> Sound:
    count = int(ring_s * RATE)
    time = np.arange(count) / RATE
    frequency = end_hz + (start_hz - end_hz) * np.exp(-time / glide_s)
    phase = 2 * np.pi * np.cumsum(frequency) / RATE
    return np.asarray(np.sin(phase) * _decay(count, ring_s, attack_s=0.001), dtype=np.float32)


def _burst(seed: int, *, low: float, high: float, ring_s: float, attack_s: float = 0.001) -> Sound:
    count = int(ring_s * RATE)
    return _noise(count, seed, low=low, high=high) * _decay(count, ring_s, attack_s=attack_s)


def _mix(*sounds: Sound) -> Sound:
    mixed = np.zeros(max(len(sound) for sound in sounds), dtype=np.float32)
    for sound in sounds:
        mixed[: len(sound)] += sound
    return mixed


def _clap() -> Sound:
    mixed = np.zeros(int(0.26 * RATE), dtype=np.float32)
    for number, delay_s in enumerate((0.0, 0.011, 0.021, 0.03)):
        hit = _burst(20 + number, low=900, high=6_000, ring_s=0.22 if number == 3 else 0.03)
        start = int(delay_s * RATE)
        mixed[start : start + len(hit)] += hit[: len(mixed) - start]
    return mixed * 1.8


_DRUMS: dict[str, Callable[[], Sound]] = {
    "kick": lambda: _mix(_falling(150, 46, glide_s=0.03, ring_s=0.4), 0.25 * _burst(1, low=1_000, high=5_000, ring_s=0.02)),
    "soft_kick": lambda: _falling(95, 48, glide_s=0.03, ring_s=0.35),
    "taiko": lambda: _mix(_falling(110, 58, glide_s=0.05, ring_s=0.9), 0.35 * _burst(2, low=80, high=900, ring_s=0.25)),
    "snare": lambda: _mix(0.6 * _falling(240, 180, glide_s=0.02, ring_s=0.18), 1.3 * _burst(3, low=1_200, high=9_000, ring_s=0.22)),
    "clap": _clap,
    "rim": lambda: _mix(1.4 * _falling(420, 400, glide_s=0.01, ring_s=0.09), 1.3 * _burst(4, low=1_500, high=5_000, ring_s=0.07)),
    "hat": lambda: _burst(5, low=6_500, high=15_000, ring_s=0.08) * 2.2,
    "open_hat": lambda: _burst(6, low=6_500, high=15_000, ring_s=0.32) * 1.2,
    "shaker": lambda: _burst(8, low=5_000, high=12_000, ring_s=0.1, attack_s=0.02) * 2.4,
    "tick": lambda: _burst(9, low=2_500, high=6_000, ring_s=0.05) * 3.0,
    "cymbal": lambda: _burst(10, low=3_000, high=14_000, ring_s=2.2) * 1.1,
}  # fmt: skip


@lru_cache(maxsize=512)
def play_note(instrument: str, midi: int, milliseconds: int) -> Sound:
    """Return one note; equal notes are made once."""
    return NOTES[instrument](440.0 * 2 ** ((midi - 69) / 12), milliseconds / 1000)


@lru_cache(maxsize=32)
def play_drum(instrument: str) -> Sound:
    """Return one hit."""
    return _DRUMS[instrument]()
