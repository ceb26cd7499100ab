"""Music beds of any length, sounded from their description in ``catalogue``: nobody's rights are touched.

A bed comes in chunks of a bar, so that its length costs no memory. Child processes only: it imports numpy.
"""

from __future__ import annotations

import os
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mango_skill.engine.media.catalogue import MOODS, SCALES, Meter, Mood, Part, meter
from mango_skill.engine.media.instruments import RATE, Sound, play_drum, play_note

#: Two columns, left and right.
Stereo = NDArray[np.float32]

_STEPS = 16
_STEPS_PER_BEAT = 4
_HIT_LEVELS = {"x": 0.8, "X": 1.0, "o": 0.45}
# The longest note rings so far into the next bars.
_RING = 6 * RATE


def render_bed(mood: str, duration_ms: int, *, seed: int = 0) -> Iterator[Stereo]:
    """Yield a bed of exactly ``duration_ms``: float32, 48 kHz, stereo, about -20 LUFS, ending in a chord that fades.

    The same arguments give the same samples. Another seed gives other melodies and accents in the same mood.

    Raises:
        KeyError: A mood that there is not (see ``catalogue.mood_for``).
    """
    description = MOODS[mood]
    total = round(duration_ms * RATE / 1000)
    sent = 0
    gain = 10 ** (description.gain_db / 20)
    fade = _fade_length(description.name, duration_ms, total)
    for dry in _bars(description, meter(mood, duration_ms), total=total, seed=seed):
        chunk = np.tanh(gain * dry).astype(np.float32)
        _fade(chunk, start=sent, total=total, length=fade)
        sent += len(chunk)
        yield chunk


def write_bed(path: str | os.PathLike[str], mood: str, duration_ms: int, *, seed: int = 0) -> None:
    """Write a bed as a 16-bit WAV file (see ``render_bed``)."""
    with wave.open(str(Path(path)), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for chunk in render_bed(mood, duration_ms, seed=seed):
            file.writeframes((chunk * 32_767).astype("<i2").tobytes())


def _fade_length(mood: str, duration_ms: int, total: int) -> int:
    """The fade begins a little after the last chord is struck."""
    found = meter(mood, duration_ms)
    last = int(found.beat_count * found.beat_ms * RATE / 1000)
    return max(1, min(total, total - last - RATE // 4))


def _fade(chunk: Stereo, *, start: int, total: int, length: int) -> None:
    left = total - start - np.arange(len(chunk))
    chunk *= np.sin(np.clip(left / length, 0, 1) * np.pi / 2).astype(np.float32)[:, None] ** 2


def _bars(mood: Mood, found: Meter, *, total: int, seed: int) -> Iterator[Stereo]:
    """Play bar after bar, then the last chord; what rings on is carried into the next bar."""
    beat = float(found.beat_ms) * RATE / 1000
    room = _Room(mood, block=int(4 * beat) + 2)
    carried = np.zeros((_RING + room.block, 2), dtype=np.float32)
    start = 0
    for bar in range(found.beat_count // 4 + 2 + int(total / (4 * beat))):
        beats = min(4, found.beat_count - 4 * bar)
        if beats > 0:
            end = min(total, round((4 * bar + beats) * beat))
            _play_bar(carried, mood, _Score(bar, beats, beat, _intensity(bar, found.beat_count / 4), seed))
        else:
            end = min(total, start + room.block)
            if beats > -4:
                _play_ending(carried, mood, beat)
        if end <= start:
            return
        length = end - start
        yield room.apply(carried[:length])
        carried[:-length] = carried[length:].copy()
        carried[-length:] = 0
        start = end


@dataclass(frozen=True)
class _Score:
    """One bar to play: its number, its beats, samples in a beat, how full it is, and the bed's seed."""

    bar: int
    beats: int
    beat: float
    intensity: float
    seed: int

    @property
    def dice(self) -> np.random.Generator:
        """Chance for what may differ from bar to bar; every eight bars a phrase comes back."""
        return np.random.default_rng((self.seed, self.bar % 8))


def _intensity(bar: int, bars: float) -> float:
    """A beginning, a build, full passages with a rest between them, and a thinner last bar."""
    if bars <= 5:
        return min(1.0, 0.45 + 0.18 * bar)
    if bar < 1:
        return 0.3
    if bar < 4:
        return 0.55
    if bar >= bars - 1:
        return 0.6
    within = (bar - 4) % 16
    return 0.8 if within < 4 else 1.0 if within < 12 else 0.4 if within < 14 else 0.7


def _chord(mood: Mood, bar: int) -> list[int]:
    """Return the bar's notes as MIDI numbers within an octave of the tonic, the root first."""
    scale = SCALES[mood.scale]
    step = mood.chords[bar % len(mood.chords)]
    stack = (0, 4) if mood.chord_notes == 2 else tuple(2 * note for note in range(mood.chord_notes))
    return [mood.tonic + scale[(step + third) % 7] for third in stack]


def _play_bar(out: Stereo, mood: Mood, score: _Score) -> None:
    notes = _chord(mood, score.bar)
    dice = score.dice
    for part in mood.parts:
        # Every part draws its chances, playing or not, so that an entry changes nothing for the others.
        chances = dice.random((_STEPS, 2))
        if part.enters > score.intensity:
            continue
        if part.role == "pad":
            _play_pad(out, part, notes, length=int(score.beats * score.beat))
        else:
            _play_grid(out, part, mood, score, notes=notes, chances=chances)
    if mood.crackle:
        _add_crackle(out, mood.crackle, int(score.beats * score.beat), dice)


def _play_pad(out: Stereo, part: Part, notes: list[int], *, length: int) -> None:
    for note in sorted(notes):
        sound = play_note(part.instrument, note + 12 * part.octave, length * 1000 // RATE)
        _add(out, sound, at=0, level=0.4 * part.level / len(notes) ** 0.5, pan=part.pan, spread=True)


def _play_grid(
    out: Stereo, part: Part, mood: Mood, score: _Score, *, notes: list[int], chances: NDArray[np.float64]
) -> None:
    step_length = score.beat / _STEPS_PER_BEAT
    hits = [step for step in range(score.beats * _STEPS_PER_BEAT) if part.grid[step] in _HIT_LEVELS]
    for number, step in enumerate(hits):
        late = 2 * mood.swing * step_length if step % 2 else 0.0
        at = int(step * step_length + late + 100 * chances[step, 0])
        level = 0.35 * part.level * _HIT_LEVELS[part.grid[step]] * (0.9 + 0.2 * chances[step, 1])
        if part.role == "drum":
            _add(out, play_drum(part.instrument), at=at, level=level, pan=part.pan)
            continue
        following = hits[number + 1] if number + 1 < len(hits) else score.beats * _STEPS_PER_BEAT
        length = int((following - step) * step_length * 1000 / RATE)
        chosen = _choose(part, mood, notes, number, step=step, chance=float(chances[step, 0]))
        for note in chosen:
            sound = play_note(part.instrument, note + 12 * part.octave, length)
            _add(out, sound, at=at, level=level / len(chosen) ** 0.5, pan=part.pan)


def _choose(part: Part, mood: Mood, notes: list[int], number: int, *, step: int, chance: float) -> list[int]:
    """Return which of the chord's notes a part strikes."""
    if part.role == "chords":
        return sorted(notes)
    if part.role == "bass":
        # The fifth now and then, late in the bar.
        low = notes[1 if len(notes) == 2 else 2] if step > 9 and chance > 0.7 else notes[0]
        return [low - 12 if low > mood.tonic + 5 else low]
    if part.role == "arp":
        rising = [*sorted(notes), notes[0] + 12]
        turn = 2 * len(rising) - 2
        place = number % turn
        return [rising[place if place < len(rising) else turn - place]]
    if step % 8 == 0:
        return [notes[int(chance * len(notes))]]
    scale = SCALES[mood.scale]
    # The five notes of each kind of scale that go with all its chords.
    steps = (0, 2, 3, 4, 6) if scale[2] == 3 else (0, 1, 2, 4, 5)
    return [mood.tonic + scale[steps[int(chance * 5)]]]


def _play_ending(out: Stereo, mood: Mood, beat: float) -> None:
    """Everyone but the melody holds the first chord; one low hit under it."""
    notes = _chord(mood, 0)
    for part in mood.parts:
        if part.role == "drum":
            if part.instrument in {"kick", "soft_kick", "taiko", "cymbal"}:
                _add(out, play_drum(part.instrument), at=0, level=0.35 * part.level, pan=part.pan)
            continue
        if part.role == "melody":
            continue
        chosen = notes[:1] if part.role == "bass" else sorted(notes)
        for order, note in enumerate(chosen):
            sound = play_note(part.instrument, note + 12 * part.octave, int(4 * beat * 1000 / RATE))
            _add(
                out,
                sound,
                at=int(order * 0.02 * RATE),
                level=0.3 * part.level / len(chosen) ** 0.5,
                pan=part.pan,
            )


def _add(out: Stereo, sound: Sound, *, at: int, level: float, pan: float, spread: bool = False) -> None:
    angle = (pan + 1) * np.pi / 4
    sound = sound[: len(out) - at - 600]
    # A pad's right ear hears it a hundredth of a second later, which makes it wide.
    for channel, side, delay in ((0, np.cos(angle), 0), (1, np.sin(angle), 520 if spread else 0)):
        out[at + delay : at + delay + len(sound), channel] += np.float32(level * side * 2**0.5) * sound


def _add_crackle(out: Stereo, level: float, length: int, dice: np.random.Generator) -> None:
    hiss = dice.standard_normal((length, 2)).astype(np.float32) * np.float32(0.12 * level)
    clicks = dice.random(length) < 6 / RATE
    hiss[clicks] += dice.uniform(-3, 3, (int(clicks.sum()), 1)).astype(np.float32) * np.float32(level)
    out[:length] += hiss


class _Room:
    """The last two steps of a mix, as one convolution: darkening, and a room that rings on over the chunks."""

    def __init__(self, mood: Mood, block: int) -> None:
        self.block = block
        length = int(mood.room_s * RATE)
        self._size = 1 << int(np.ceil(np.log2(block + length + 256)))
        frequency = np.fft.rfftfreq(self._size, 1 / RATE)
        dark = 1 / (1 + (frequency / mood.cutoff_hz) ** 4)
        # Below 30 Hz there is only what loudspeakers waste their strokes on.
        dark *= (frequency / 30) ** 2 / (1 + (frequency / 30) ** 2)
        time = np.arange(length) / RATE
        ring = np.random.default_rng(4711).standard_normal((2, length)) * np.exp(-6.9 * time / mood.room_s)
        ring[:, : RATE // 60] = 0
        ring /= np.sqrt((ring**2).sum(axis=1, keepdims=True))
        answer = np.fft.rfft(ring, self._size) * mood.wet / (1 + (frequency / 5_000) ** 2)
        self._response = (dark * ((1 - mood.wet) + answer)).astype(np.complex64)
        self._carried = np.zeros((self._size, 2), dtype=np.float32)

    def apply(self, dry: Stereo) -> Stereo:
        """Return the chunk as heard in the room."""
        for channel in (0, 1):
            spectrum = np.fft.rfft(dry[:, channel], self._size) * self._response[channel]
            self._carried[:, channel] += np.fft.irfft(spectrum, self._size).astype(np.float32)
        heard = self._carried[: len(dry)].copy()
        self._carried[: -len(dry)] = self._carried[len(dry) :].copy()
        self._carried[-len(dry) :] = 0
        return heard
