"""Loudness, tempo and shots, against signals whose truth is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mango_skill.engine.media.catalogue import meter
from mango_skill.engine.media.loudness import measure_loudness, measure_samples
from mango_skill.engine.media.music import render_bed
from mango_skill.engine.media.scenes import find_cuts
from mango_skill.engine.media.tempo import find_tempo
from mango_skill.errors import MediaError

RATE = 48_000


def tone(level_db: float, seconds: float = 12.0) -> np.ndarray:
    wave = 10 ** (level_db / 20) * np.sin(2 * np.pi * 1_000 * np.arange(int(seconds * RATE)) / RATE)
    return np.stack([wave, wave], axis=1).astype(np.float32)


@pytest.mark.parametrize("level_db", [-23.0, -33.0])
def test_the_test_tones_of_ebu_tech_3341_read_as_prescribed(level_db: float) -> None:
    measured = measure_samples([tone(level_db)], RATE)
    assert abs(measured.lufs - level_db) < 0.1
    assert abs(measured.true_peak_db - level_db) < 0.2


def test_loudness_of_a_file_is_that_of_its_samples(darkroom: Any) -> None:
    path = darkroom.wav("tone.wav", tone(-18.0, 4.0), RATE)
    assert abs(measure_loudness(path).lufs + 18.0) < 0.1


def test_silence_is_as_low_as_the_meter_goes() -> None:
    measured = measure_samples([np.zeros((RATE * 2, 2), dtype=np.float32)], RATE)
    assert (measured.lufs, measured.true_peak_db) == (-70.0, -120.0)


@pytest.mark.parametrize("bpm", [72, 92, 120, 150])
def test_the_tempo_of_a_click_track_is_exact(darkroom: Any, bpm: int) -> None:
    track = np.zeros(RATE * 20)
    click = np.exp(-np.arange(2_000) / 300) * np.sin(np.arange(2_000) * 0.3)
    instants = np.arange(0.25, 19.5, 60 / bpm)
    for at in instants:
        track[int(at * RATE) : int(at * RATE) + 2_000] += click
    found = find_tempo(darkroom.wav(f"clicks{bpm}.wav", track * 0.5, RATE))
    assert abs(found.bpm - bpm) < 1
    errors = [np.abs(instants * 1000 - beat).min() for beat in found.beats_ms]
    assert np.median(errors) < 25


@pytest.mark.parametrize("mood", ["upbeat", "calm", "hiphop", "corporate"])
def test_the_beats_of_our_own_beds_are_found(darkroom: Any, mood: str) -> None:
    bed = np.concatenate(list(render_bed(mood, 20_000)))
    found = find_tempo(darkroom.wav(f"{mood}.wav", bed, RATE))
    assert abs(found.bpm - float(60_000 / meter(mood, 20_000).beat_ms)) < 1


def test_a_steady_tone_has_no_beat(darkroom: Any) -> None:
    assert find_tempo(darkroom.wav("steady.wav", tone(-20.0, 3.0), RATE)).beats_ms == ()


def test_shots_are_parted_where_the_picture_changes(darkroom: Any) -> None:
    path = darkroom.video(
        "shots.mp4", count=75, sound=None,
        colors=lambda number: ((220, 40, 40), (30, 60, 200), (240, 240, 60))[number // 25],
    )  # fmt: skip
    assert [cut.at_ms for cut in find_cuts(path)] == [1_000, 2_000]


def test_one_steady_shot_has_no_cut(darkroom: Any) -> None:
    path = darkroom.video("steady.mp4", count=50, sound=None, colors=lambda number: (90 + number, 90, 160))
    assert find_cuts(path) == ()


def test_a_sound_has_no_shots(darkroom: Any) -> None:
    with pytest.raises(MediaError) as caught:
        find_cuts(darkroom.sound("a.wav", "pcm_s16le"))
    assert caught.value.code == "no_picture"
