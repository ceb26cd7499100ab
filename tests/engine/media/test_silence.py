"""Pauses that may be cut, on speech whose pauses are known."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mango_skill.engine.media import music
from mango_skill.engine.media.silence import (
    RULES,
    PauseRule,
    choose_rule,
    extract_features,
    find_pauses,
    pauses_between,
    speech_frames,
)
from mango_skill.errors import MediaError

RATE = 16_000
Pauses = tuple[tuple[int, int], ...]


def cut(samples: np.ndarray, strength: str = "normal") -> Pauses:
    features = extract_features([samples.astype(np.float32)])
    return pauses_between(speech_frames(features), RULES[strength], total_ms=features.total_ms)


def noise(kind: str, count: int) -> np.ndarray:
    """Something that lies beneath the voice, of standard deviation 1."""
    dice, time = np.random.default_rng(5), np.arange(count) / RATE
    if kind == "hiss":
        made = dice.standard_normal(count)
    elif kind == "hum":
        made = sum(np.sin(2 * np.pi * 50 * number * time) / number for number in range(1, 12))
    elif kind == "traffic":
        spectrum = np.fft.rfft(dice.standard_normal(count))
        made = np.fft.irfft(spectrum / np.maximum(np.fft.rfftfreq(count, 1 / RATE), 30), count)
        made *= 1 + 0.7 * np.sin(2 * np.pi * time / 9)
    else:
        bed = np.concatenate(list(music.render_bed(kind, 20_000))).mean(axis=1)
        made = np.resize(bed[::3], count)
    return np.asarray(made / np.std(made))


def beneath(speech: np.ndarray, kind: str, below_db: float) -> np.ndarray:
    voice = np.sqrt(np.mean(speech[np.abs(speech) > 0.01] ** 2))
    mixed = speech + noise(kind, len(speech)) * voice * 10 ** (-below_db / 20)
    return np.asarray(mixed / np.abs(mixed).max() * 0.9)


def lost_ms(pauses: Pauses, truth: list[tuple[float, float]]) -> float:
    """How much speech the cuts take away."""
    return sum(
        max(0.0, min(end, to * 1000) - max(start, since * 1000))
        for start, end in pauses
        for since, to in truth
    )


def found_of(pauses: Pauses, truth: list[tuple[float, float]], longest_kept_s: float) -> float:
    """Which share of the real pauses longer than this has a cut in it."""
    gaps = [(a[1] * 1000, b[0] * 1000) for a, b in itertools.pairwise(truth) if b[0] - a[1] > longest_kept_s]
    hit = [any(start < gap_end and end > gap_start for start, end in pauses) for gap_start, gap_end in gaps]
    return sum(hit) / len(hit)


@pytest.mark.parametrize(
    ("kind", "below_db"),
    [("hiss", 30), ("hiss", 10), ("hum", 20), ("hum", 0), ("traffic", 15), ("traffic", 5), ("upbeat", 20),
     ("calm", 20), ("lofi", 15), ("energetic", 15)],
)  # fmt: skip
def test_pauses_are_found_and_no_word_is_hurt_whatever_lies_beneath(
    speech: Any, kind: str, below_db: float
) -> None:
    samples, truth = speech
    pauses = cut(beneath(samples, kind, below_db))
    assert lost_ms(pauses, truth) <= 20
    assert found_of(pauses, truth, 0.8) >= 0.75


@pytest.mark.parametrize("kind", ["hiss", "hum", "traffic", "upbeat", "calm", "energetic"])
def test_where_speech_is_nearly_drowned_words_are_left_alone(speech: Any, kind: str) -> None:
    samples, truth = speech
    assert lost_ms(cut(beneath(samples, kind, 4)), truth) <= 60


def test_the_clip_that_ships_has_its_nine_pauses_found(interview: Path) -> None:
    said = json.loads(interview.with_suffix(".json").read_text(encoding="utf-8"))["sentences"]
    truth = [(one["start_ms"] / 1000, one["end_ms"] / 1000) for one in said]
    pauses = find_pauses(interview)
    assert found_of(pauses, truth, 0.7) == 1.0
    assert lost_ms(pauses, truth) == 0
    removed = sum(end - start for start, end in pauses)
    assert 7_000 < removed < 10_500


def test_handles_are_left_at_both_ends_of_a_pause(interview: Path) -> None:
    said = json.loads(interview.with_suffix(".json").read_text(encoding="utf-8"))["sentences"]
    for start, end in find_pauses(interview)[:-1]:
        assert min(abs(start - one["end_ms"]) for one in said) >= 150
        assert min(abs(one["start_ms"] - end) for one in said) >= 130


def test_a_breath_before_a_word_is_kept(speech: Any) -> None:
    """A breath is a whisper of air, some 25 dB below the voice, a quarter of a second before it."""
    samples, truth = speech
    room = samples + 0.0004 * np.random.default_rng(2).standard_normal(len(samples))
    since = truth[3][0] - 0.3
    air = np.diff(np.random.default_rng(3).standard_normal(int(0.26 * RATE) + 1)) * np.hanning(
        int(0.26 * RATE)
    )
    start = int(since * RATE)
    room[start : start + len(air)] += 0.008 * air
    assert lost_ms(cut(room), [(since + 0.03, truth[3][1])]) == 0


def test_less_cuts_less_and_tighter_cuts_more(interview: Path) -> None:
    removed = [
        sum(end - start for start, end in find_pauses(interview, strength=s))
        for s in ("less", "normal", "tighter")
    ]
    assert removed[0] < removed[1] - 1_000
    assert removed[1] < removed[2] - 1_000


def test_a_threshold_of_the_user_is_taken_at_its_word(darkroom: Any) -> None:
    quiet = 0.01 * np.sin(2 * np.pi * 300 * np.arange(RATE) / RATE)
    path = darkroom.wav("steps.wav", np.concatenate([quiet * 30, quiet, quiet * 30]), RATE)
    assert find_pauses(path, threshold_db=-60) == ()
    ((start, end),) = find_pauses(path, threshold_db=-30, padding_ms=100)
    assert abs(start - 1_100) <= 20
    assert abs(end - 1_900) <= 20


def test_numbers_of_the_user_take_the_place_of_a_strengths_own() -> None:
    assert choose_rule("less", min_ms=200, padding_ms=50) == PauseRule(200, 50, 50)
    assert choose_rule("tighter") == RULES["tighter"]


@pytest.mark.parametrize("mood", ["upbeat", "calm", "energetic"])
def test_music_alone_is_not_taken_for_speech_with_pauses(mood: str) -> None:
    bed = np.concatenate(list(music.render_bed(mood, 14_000))).mean(axis=1)[::3]
    # Only where the last chord has died away may there be something to cut.
    assert all(start > 12_000 for start, _ in cut(bed))


@pytest.mark.parametrize("level", [0.0, 0.02])
def test_where_nobody_ever_speaks_nothing_is_cut(level: float) -> None:
    assert cut(level * np.random.default_rng(1).standard_normal(RATE * 6)) == ()


def test_a_video_without_sound_is_told_so(darkroom: Any) -> None:
    with pytest.raises(MediaError) as caught:
        find_pauses(darkroom.video("mute.mp4", sound=None))
    assert caught.value.code == "no_sound"


def test_the_size_of_the_chunks_changes_nothing(speech: Any) -> None:
    samples, _ = speech
    whole = extract_features([samples])
    parts = extract_features(np.array_split(samples, 137))
    assert np.allclose(whole.band_db, parts.band_db, atol=1e-3)
    assert whole.total_ms == parts.total_ms


@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 300)), max_size=30),
    st.integers(100, 2_000), st.integers(0, 600), st.integers(0, 600),
)  # fmt: skip
def test_cuts_lie_in_quiet_frames_in_order_and_apart(
    runs: list[tuple[bool, int]], min_ms: int, after_ms: int, before_ms: int
) -> None:
    speech = np.array([loud for loud, count in runs for _ in range(count)], dtype=bool)
    found = pauses_between(speech, PauseRule(min_ms, after_ms, before_ms))
    for start, end in found:
        assert end - start >= 120
        assert not speech[start // 10 : -(-end // 10)].any()
    assert all(before[1] < after[0] for before, after in itertools.pairwise(found))
    assert found == () or speech.any()


def test_silence_before_a_late_sound_is_counted(darkroom: Any) -> None:
    """The sound's own clock decides: pauses are told on the clock of the pictures."""
    import av

    from mango_skill.engine.media.samples import read_mono

    source = darkroom.sound("a.wav", "pcm_s16le", seconds=1.0)
    late = darkroom.folder / "late.mkv"
    with av.open(str(source)) as given_file, av.open(str(late), "w") as made:
        stream = made.add_stream("pcm_s16le", rate=48_000, layout="stereo")
        for frame in given_file.decode(audio=0):
            # Half a second late, and a hole of another half second in the middle.
            frame.pts = frame.pts + 24_000 + (24_000 if frame.pts >= 24_000 else 0)
            made.mux(stream.encode(frame))
        made.mux(stream.encode())
    heard = np.concatenate(list(read_mono(late, rate=RATE)))
    assert abs(len(heard) - 2.0 * RATE) < 0.05 * RATE
    assert np.abs(heard[: int(0.45 * RATE)]).max() < 0.01
    assert np.abs(heard[int(1.05 * RATE) : int(1.45 * RATE)]).max() < 0.01
    assert np.abs(heard[int(1.6 * RATE) : int(1.9 * RATE)]).max() > 0.1
