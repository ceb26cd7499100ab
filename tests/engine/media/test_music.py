"""Beds and sound effects: exact in length, alike for the same request, different between moods."""

from __future__ import annotations

import itertools
import tracemalloc
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mango_skill.engine.media.catalogue import EFFECTS, MOODS, beats, effect_for, meter, mood_for
from mango_skill.engine.media.loudness import measure_samples
from mango_skill.engine.media.music import render_bed
from mango_skill.engine.media.sfx import render_effect

RATE = 48_000


@lru_cache(maxsize=64)
def bed(mood: str, duration_ms: int = 12_000, seed: int = 0) -> np.ndarray:
    return np.concatenate(list(render_bed(mood, duration_ms, seed=seed)))


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("duration_ms", [700, 12_000])
def test_a_bed_has_exactly_the_length_asked_for(mood: str, duration_ms: int) -> None:
    made = bed(mood, duration_ms)
    assert made.shape == (round(duration_ms * 48), 2)
    assert made.dtype == np.float32
    assert np.isfinite(made).all()


@pytest.mark.parametrize("mood", MOODS)
def test_a_bed_is_about_minus_twenty_lufs_and_does_not_clip(mood: str) -> None:
    measured = measure_samples([bed(mood)], RATE)
    assert abs(measured.lufs + 20) < 1.5
    assert measured.true_peak_db < -1.0


@pytest.mark.parametrize("mood", MOODS)
def test_a_bed_begins_at_once_and_ends_in_silence_after_a_chord(mood: str) -> None:
    made = np.abs(bed(mood)).max(axis=1)
    assert made[: RATE // 2].max() > 0.01
    assert made[-RATE // 100 :].max() < 0.002
    last_chord = beats(mood, 12_000)[-1] * 48
    assert made[last_chord : last_chord + RATE // 2].max() > 0.05


@pytest.mark.parametrize("mood", MOODS)
def test_the_same_request_gives_the_same_samples(mood: str) -> None:
    assert np.array_equal(np.concatenate(list(render_bed(mood, 3_000))), bed(mood, 3_000))


@pytest.mark.parametrize("mood", ["upbeat", "calm", "lofi"])
def test_another_seed_gives_another_piece_in_the_same_mood(mood: str) -> None:
    assert not np.array_equal(bed(mood, 12_000, 1), bed(mood))
    assert abs(measure_samples([bed(mood, 12_000, 1)], RATE).lufs + 20) < 1.5


def spectrum_of(made: np.ndarray) -> np.ndarray:
    """The shares of third-octave bands, and how much the level moves in 50 ms."""
    power = np.abs(np.fft.rfft(made.mean(axis=1))) ** 2
    frequency = np.fft.rfftfreq(len(made), 1 / RATE)
    edges = 40 * 2 ** (np.arange(29) / 3)
    bands = np.array([power[(frequency >= a) & (frequency < b)].sum() for a, b in itertools.pairwise(edges)])
    levels = 10 * np.log10(bands / bands.sum() + 1e-7)
    return np.asarray(levels)


def test_moods_differ_from_each_other_in_their_spectra() -> None:
    shapes = {mood: spectrum_of(bed(mood)) for mood in MOODS}
    for one, other in itertools.combinations(MOODS, 2):
        assert np.abs(shapes[one] - shapes[other]).mean() > 2.0, (one, other)


def test_moods_differ_in_tempo_key_scale_or_chords() -> None:
    described = [(mood.bpm, mood.tonic, mood.scale, mood.chords, mood.parts) for mood in MOODS.values()]
    assert len(set(described)) == len(MOODS)
    assert len({mood.bpm for mood in MOODS.values()}) >= 10


def test_minutes_of_music_are_never_held_in_memory() -> None:
    next(iter(render_bed("energetic", 1_000)))
    tracemalloc.start()
    for chunk in render_bed("energetic", 45_000):
        assert len(chunk) < 5 * RATE
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50_000_000


@given(st.sampled_from(sorted(MOODS)), st.integers(0, 600_000))
@settings(max_examples=60)
def test_beats_are_even_near_their_tempo_and_leave_room_for_the_last_chord(
    mood: str, duration_ms: int
) -> None:
    found = beats(mood, duration_ms)
    beat = float(meter(mood, duration_ms).beat_ms)
    assert found[0] == 0
    assert all(abs(after - before - beat) <= 1 for before, after in itertools.pairwise(found))
    assert abs(beat * MOODS[mood].bpm / 60_000 - 1) <= 0.1001
    assert found[-1] <= max(0, duration_ms - 300) or len(found) <= 3


@pytest.mark.parametrize(
    ("words", "mood"),
    [
        ("upbeat", "upbeat"), ("something uplifting", "upbeat"), ("lo-fi study beats", "lofi"), ("chill", "lofi"),
        ("epic orchestral trailer music", "cinematic"), ("calm piano", "calm"), ("EDM", "energetic"),
        ("business presentation", "corporate"), ("scary", "tense"), ("melancholic", "sad"), ("birthday", "happy"),
        ("wedding", "romantic"), ("funny", "playful"), ("meditation", "ambient"), ("轻快的背景音乐", "upbeat"),
        ("史诗感", "cinematic"), ("舒缓的音乐", "calm"), ("悲伤", "sad"), ("科技感", "corporate"), ("搞笑", "playful"),
        ("紧张悬疑", "tense"), ("激情动感", "energetic"), ("温馨浪漫", "romantic"), ("嘻哈", "hiphop"),
    ],
)  # fmt: skip
def test_a_persons_words_find_their_mood(words: str, mood: str) -> None:
    assert mood_for(words) == (mood, True)


@pytest.mark.parametrize("words", ["", "xyzzy", "zither from 1720", "背景", "x" * 10_000])
def test_unknown_words_get_a_usual_mood_and_are_told_so(words: str) -> None:
    assert mood_for(words) == ("upbeat", False)


@pytest.mark.parametrize("name", EFFECTS)
def test_effects_sound_and_end_without_a_click(name: str) -> None:
    made = render_effect(name)
    assert made.shape[1] == 2
    assert abs(np.abs(made).max() - 0.5) < 0.01
    assert np.abs(made[-3:]).max() < 0.05
    assert np.abs(made[0]).max() < 0.05


@pytest.mark.parametrize("name", EFFECTS)
@pytest.mark.parametrize("duration_ms", [40, 1_250])
def test_effects_take_the_length_asked_for(name: str, duration_ms: int) -> None:
    assert len(render_effect(name, duration_ms=duration_ms)) == duration_ms * 48


def test_a_bleep_covers_every_moment_of_a_word() -> None:
    made = np.abs(render_effect("bleep", duration_ms=800)[:, 0])
    assert all(part.max() > 0.4 for part in np.array_split(made[480:-480], 60))


@pytest.mark.parametrize(
    ("words", "effect"),
    [("a whoosh", "whoosh"), ("DING!", "ding"), ("clapping", "applause"), ("explosion", "boom"), ("掌声", "applause"),
     ("快门声", "shutter"), ("drum roll", "drumroll"), ("cha-ching", "cash")],
)  # fmt: skip
def test_a_persons_words_find_their_effect(words: str, effect: str) -> None:
    assert effect_for(words) == (effect, True)


def test_an_unknown_effect_is_told_so() -> None:
    assert effect_for("quux") == ("ding", False)
