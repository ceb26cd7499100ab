"""Where a song is played again, against songs whose beats are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mango_skill.engine.media.loops import find_loop
from mango_skill.timeline.edits import Loop

RATE = 22_050
INTRO_S = 0.4
LEAD_S = 0.030
CHORDS = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))


def compose(bpm: float, bars: int, *, meter: int = 4, fade_s: float = 0.0, tail_s: float = 0.0) -> np.ndarray:
    """Chords, drums and a melody that never repeats; ``fade_s`` of it fading, ``tail_s`` of silence behind."""
    rng = np.random.default_rng(3)
    beat = 60 / bpm
    end = INTRO_S + bars * meter * beat
    song = np.zeros(round((end + tail_s) * RATE))

    def add(at: float, sound: np.ndarray) -> None:
        first = round(at * RATE)
        part = sound[: len(song) - first]
        song[first : first + len(part)] += part

    time = np.arange(RATE // 4) / RATE
    kick = np.sin(2 * np.pi * 60 * time) * np.exp(-14 * time)
    for bar in range(bars):
        chord = CHORDS[bar % 4]
        held = np.arange(round(meter * beat * RATE)) / RATE
        swell = np.minimum(1, held / 0.01) * np.minimum(1, (meter * beat - held) / 0.02)
        add(INTRO_S + bar * meter * beat, sum(note(step, held) for step in chord) * swell * 0.12)
        for place in range(meter):
            at = INTRO_S + (bar * meter + place) * beat
            snare = rng.standard_normal(len(time)) * np.exp(-25 * time) * 0.4
            add(at, kick if place % meter == 0 else snare)
            sung = np.arange(round(beat * 0.9 * RATE)) / RATE
            add(at, note(12 + chord[rng.integers(3)], sung) * np.exp(-4 * sung) * 0.25)
    last = round(end * RATE)
    if fade_s:
        fading = round(fade_s * RATE)
        song[last - fading : last] *= np.linspace(1, 0, fading)
    return song.astype(np.float32) * 0.5


def note(step: int, time: np.ndarray) -> np.ndarray:
    return np.asarray(np.sin(2 * np.pi * 220 * 2 ** (step / 12) * time))


def looped(darkroom: Any, song: np.ndarray) -> Loop:
    return find_loop(darkroom.wav("song.wav", song, RATE))


@pytest.mark.parametrize(
    ("bpm", "bars", "meter", "edge_s"),
    [
        (120, 14, 4, (0, 0)),
        (92.3, 14, 4, (6, 4)),
        (140, 24, 3, (0, 3)),
        (101.7, 8, 4, (3, 0)),
        (133.1, 20, 4, (5, 9)),
    ],
)
def test_a_song_goes_on_a_whole_number_of_bars_earlier(
    darkroom: Any, bpm: float, bars: int, meter: int, edge_s: tuple[float, float]
) -> None:
    fade_s, tail_s = edge_s
    loop = looped(darkroom, compose(bpm, bars, meter=meter, fade_s=fade_s, tail_s=tail_s))
    bar = meter * 60 / bpm
    length = (loop.end - loop.start) / 1000
    assert abs(length - loop.bars * bar) < 0.003
    assert loop.bars * bar > (bars * bar - fade_s) * 0.4


@pytest.mark.parametrize(("bpm", "meter"), [(120, 4), (140, 3)])
def test_the_seam_lies_just_before_the_first_beat_of_a_bar(darkroom: Any, bpm: float, meter: int) -> None:
    loop = looped(darkroom, compose(bpm, 16, meter=meter))
    beats = ((loop.start / 1000 + LEAD_S) - INTRO_S) / (60 / bpm)
    assert abs(beats - round(beats)) < 0.05
    assert round(beats) % meter == 0
    assert loop.blend / 2 < LEAD_S * 1000


def test_what_a_song_fades_and_is_silent_at_its_end_is_not_played_before_a_seam(darkroom: Any) -> None:
    song = compose(110, 16, fade_s=7, tail_s=6)
    loop = looped(darkroom, song)
    end = len(song) / RATE - 6
    assert loop.end / 1000 < end - 7 * 0.6
    assert end - 1.5 < loop.heard / 1000 < end + 0.1


def test_music_without_a_pulse_is_crossed_slowly_within_what_is_heard(darkroom: Any) -> None:
    time = np.arange(12 * RATE) / RATE
    pad = sum(note(step, time) for step in (0, 7, 12)) * 0.1
    silent = np.zeros(3 * RATE)
    loop = looped(darkroom, np.concatenate([silent, np.asarray(pad), silent]).astype(np.float32))
    assert loop.bars == 0
    assert loop.blend == 1500
    assert 3_000 <= loop.start - loop.blend / 2 < 3_200
    assert 14_400 < loop.end + loop.blend / 2 <= 15_050


def test_a_sound_of_a_moment_and_one_of_nothing_have_a_loop_that_is_theirs(darkroom: Any) -> None:
    for song in (compose(120, 1)[: RATE // 2], np.zeros(RATE, dtype=np.float32)):
        loop = looped(darkroom, song)
        assert 0 <= loop.start < loop.end <= len(song) / RATE * 1000 + 1
