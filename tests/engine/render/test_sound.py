"""What is heard: in time with the pictures, mixed, treated, and as loud as asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mango_skill.engine.render.dynamics import measure_lufs
from mango_skill.timeline import Clip, Effect, Role, TimeRange, Track
from tests.engine.render.footage import (
    RATE,
    Room,
    Samples,
    audio_track,
    beeps,
    clip,
    draw_number,
    hum,
    into,
    made,
    movie,
    onsets,
    pitch,
    video_track,
    write_film,
)

MakeRoom = Callable[[dict[str, Path]], Room]


def lufs(sound: Samples) -> float:
    return measure_lufs(iter([sound]))


@pytest.fixture(scope="module")
def tone(shelf: Path) -> Path:
    """Six seconds of 330 Hz, sound alone."""
    return write_film(shelf / "tone.m4a", None, sound=hum(6, 330))


@pytest.fixture
def hall(make_room: MakeRoom, film: Path, humming: Path, plain: Path, tone: Path) -> Room:
    return make_room({"film": film, "humming": humming, "plain": plain, "tone": tone})


def test_sound_is_cut_at_the_instants_of_the_frames(hall: Room) -> None:
    """The film beeps at every half second; frames and beeps of each kept range stay together."""
    clips = (clip("film", 0, 1000, 1200), clip("film", 1000, 1000, 3680), clip("film", 2000, 520, 200))
    cut = hall.render(movie(video_track(*clips)), format="wav")
    assert np.allclose(onsets(cut.sound), [0.3, 0.8, 1.32, 1.82, 2.3], atol=0.004)
    assert len(cut.sound) == RATE * 2.52


def test_the_sound_is_as_long_as_the_pictures(hall: Room) -> None:
    cut = hall.render(movie(video_track(clip("humming", 0, 1480))))
    assert abs(len(cut.sound) / RATE - len(cut.pictures) / 25) < 0.05


def test_sound_that_begins_late_in_its_file_is_heard_late(make_room: MakeRoom, shelf: Path) -> None:
    late = np.concatenate([np.zeros(RATE // 2, np.float32), hum(1)])
    path = write_film(
        shelf / "late.mkv", [draw_number(n) for n in range(38)], sound=late, audio_codec="pcm_s16le"
    )
    cut = make_room({"a": path}).render(movie(video_track(clip("a", 0, 1000, 200))), format="wav")
    assert cut.level(0, 0.28) < 0.005
    assert cut.level(0.32, 0.9) > 0.1


def test_cuts_do_not_click(hall: Room) -> None:
    """Between two stretches of one tone no step is larger than the tone's own."""
    clips = (clip("humming", 0, 333, 0), clip("humming", 333, 334, 1001), clip("humming", 667, 333, 2003))
    cut = hall.render(movie(video_track(*clips)), format="wav")
    assert np.abs(np.diff(cut.sound[:, 0])).max() < 0.2 * 2 * np.pi * 440 / RATE * 1.3


def test_a_clip_that_was_split_sounds_as_one(hall: Room) -> None:
    clips = (clip("humming", 0, 480, 0), clip("humming", 480, 520, 480))
    cut = hall.render(movie(video_track(*clips)), format="wav")
    assert min(cut.level(at / 100, at / 100 + 0.01) for at in range(40, 60)) > 0.12


def test_faster_and_slower_sound_keeps_its_pitch(hall: Room) -> None:
    for speed, count in ((Fraction(2), 1000), (Fraction(1, 2), 2000), (Fraction(4), 900)):
        cut = hall.render(movie(video_track(clip("humming", 0, count, speed=speed))), format="wav")
        assert abs(pitch(cut.sound[RATE // 5 : -RATE // 5]) - 440) < 8
        assert cut.level(0.2, count / 1000 - 0.2) > 0.1
    quick = hall.render(movie(video_track(clip("film", 0, 2000, 1000, speed=Fraction(2)))), format="wav")
    assert np.allclose(np.diff(onsets(quick.sound)), 0.25, atol=0.04)


def test_reversed_sound_is_heard_backwards(hall: Room) -> None:
    """Reversed from 1.2 to 2.2 s, beeps end where they began: at 2.0 and 1.5 s, so after 0.2 and 0.7 s."""
    cut = hall.render(movie(video_track(clip("film", 0, 1000, 1200, reverse=True))), format="wav")
    loud = np.flatnonzero(np.abs(cut.sound[:, 0]) > 0.05) / RATE
    assert abs(loud[loud < 0.4].max() - 0.2) < 0.006
    assert abs(loud[loud < 0.9].max() - 0.7) < 0.006


def test_a_frozen_clip_is_silent(hall: Room) -> None:
    cut = hall.render(
        movie(video_track(clip("humming", 0, 400), clip("humming", 400, 400, 400, freeze=True))), format="wav"
    )
    assert cut.level(0.1, 0.35) > 0.1
    assert cut.level(0.42, 0.8) < 1e-4


def test_a_dip_to_black_dips_the_sound_too(hall: Room) -> None:
    clips = (clip("humming", 0, 1000), into(clip("humming", 1000, 1000, 2000), "fade_black", 400))
    cut = hall.render(movie(video_track(*clips)), format="wav")
    assert cut.level(0.995, 1.005) < 0.02
    assert cut.level(0.5, 0.7) > 0.12


def with_effects(hall: Room, *effects: Effect, on: str = "clip", **more: Any) -> Samples:
    """Two seconds of the hum, with effects on the clip, its track or the timeline."""
    one = clip("humming", 0, 2000, effects=effects if on == "clip" else (), **more)
    track = video_track(one, effects=effects if on == "track" else ())
    return hall.render(movie(track, effects=effects if on == "timeline" else ()), format="wav").sound


def level(sound: Samples, start: float, end: float) -> float:
    return float(np.sqrt((sound[round(start * RATE) : round(end * RATE)] ** 2).mean()))


@pytest.mark.parametrize("on", ["clip", "track", "timeline"])
def test_muting_a_range_leaves_silence_there_and_nowhere_else(hall: Room, on: str) -> None:
    sound = with_effects(hall, Effect("mute", {"target": "all"}, TimeRange(500, 700)), on=on)
    assert np.abs(sound[round(0.5 * RATE) : round(1.2 * RATE)]).max() < 1e-4
    assert level(sound, 0.1, 0.48) > 0.12
    assert level(sound, 1.22, 1.9) > 0.12


@pytest.mark.parametrize("on", ["clip", "track", "timeline"])
def test_gain_makes_it_quieter_by_what_was_said(hall: Room, on: str) -> None:
    whole = level(with_effects(hall), 0.2, 1.8)
    assert level(with_effects(hall, Effect("gain", {"percent": 50}), on=on), 0.2, 1.8) == pytest.approx(
        whole / 2, rel=0.03
    )
    assert level(with_effects(hall, volume=25.0), 0.2, 1.8) == pytest.approx(whole / 4, rel=0.03)


def test_muting_one_kind_of_sound_leaves_the_others(hall: Room) -> None:
    tracks = (video_track(clip("humming", 0, 2000)), audio_track(clip("tone", 0, 2000)))

    def heard(target: str) -> float:
        timeline = movie(*tracks, effects=(Effect("mute", {"target": target}),))
        return pitch(hall.render(timeline, format="wav").sound)

    assert abs(heard("original_audio") - 330) < 3
    assert abs(heard("music") - 440) < 3
    assert abs(heard("voice") - 330) < 3, "without a voice of its own, the voice is that of the film"


def test_a_track_of_its_own_is_muted_alone(hall: Room) -> None:
    music = audio_track(clip("tone", 0, 2000), effects=(Effect("mute", {}),))
    assert (
        abs(pitch(hall.render(movie(video_track(clip("humming", 0, 2000)), music), format="wav").sound) - 440)
        < 3
    )


@pytest.mark.parametrize("on", ["clip", "timeline"])
def test_sound_fades_in_and_out(hall: Room, on: str) -> None:
    effects = (Effect("fade_in", {"duration": 500}), Effect("fade_out", {"duration": 500, "target": "audio"}))
    sound = with_effects(hall, *effects, on=on)
    assert level(sound, 0, 0.03) < 0.01
    assert level(sound, 0.2, 0.25) < level(sound, 0.4, 0.45) < 0.15
    assert level(sound, 0.7, 1.3) > 0.13
    assert level(sound, 1.97, 2.0) < 0.01


def speech_and_music(*, db: float | None) -> Track:
    effects = () if db is None else (Effect("duck", {"db": db}),)
    return audio_track(clip("tone", 0, 6000), effects=effects)


def test_music_goes_down_under_speech_and_comes_back(make_room: MakeRoom, shelf: Path, tone: Path) -> None:
    """Speech from 2 to 4 s; the music's own frequency is measured by itself."""
    rng = np.random.default_rng(3)
    speech = np.concatenate([np.zeros(2 * RATE), rng.normal(0, 0.1, 2 * RATE), np.zeros(2 * RATE)]).astype(
        np.float32
    )
    path = write_film(shelf / "speech.mp4", [draw_number(n) for n in range(150)], sound=speech)
    room = make_room({"speech": path, "tone": tone})

    def music_at(start: float, end: float, sound: Samples) -> float:
        part = sound[round(start * RATE) : round(end * RATE), 0]
        time = np.arange(len(part)) / RATE
        return float(abs((part * np.exp(-2j * np.pi * 330 * time)).mean()) * 2)

    track = video_track(clip("speech", 0, 6000))
    sound = room.render(movie(track, speech_and_music(db=-12)), format="wav").sound
    full, under, after = (music_at(*span, sound) for span in ((0.3, 1.7), (2.3, 3.7), (5.2, 5.9)))
    assert 20 * np.log10(under / full) == pytest.approx(-12, abs=1)
    assert after == pytest.approx(full, rel=0.05)
    plain = room.render(movie(track, speech_and_music(db=None)), format="wav").sound
    assert music_at(2.3, 3.7, plain) == pytest.approx(full, rel=0.05)


@pytest.mark.parametrize("wanted", [-14.0, -23.0])
def test_loudness_is_what_was_asked_for(hall: Room, wanted: float) -> None:
    tracks = (video_track(clip("film", 0, 4000)), audio_track(clip("tone", 0, 4000, volume=30.0)))
    cut = hall.render(movie(*tracks, effects=(Effect("loudness", {"lufs": wanted}),)))
    assert lufs(cut.sound) == pytest.approx(wanted, abs=0.5)
    assert cut.result.facts.lufs == pytest.approx(wanted, abs=0.5)
    assert np.abs(cut.sound).max() <= 1.0


def test_peaky_sound_is_held_below_full_scale_and_still_as_loud_as_asked(
    make_room: MakeRoom, shelf: Path
) -> None:
    rng = np.random.default_rng(4)
    bursts = rng.normal(0, 0.02, 5 * RATE) * (1 + 25 * (np.arange(5 * RATE) % RATE < 900))
    path = write_film(
        shelf / "peaky.mp4", [draw_number(n) for n in range(125)], sound=bursts.astype(np.float32)
    )
    timeline = movie(video_track(clip("a", 0, 5000)), effects=(Effect("loudness", {"lufs": -16}),))
    cut = make_room({"a": path}).render(timeline)
    assert lufs(cut.sound) == pytest.approx(-16, abs=0.5)
    assert np.abs(cut.sound).max() <= 1.0


def test_sound_without_a_loudness_never_clips(hall: Room) -> None:
    tracks = [audio_track(clip("tone", 0, 1000, volume=400.0)) for _ in range(3)]
    sound = hall.render(movie(video_track(clip("plain", 0, 1000)), *tracks), format="wav").sound
    assert 0.7 < np.abs(sound).max() < 0.9


@pytest.mark.parametrize("kind", ["noise", "hum", "wind", "hiss"])
def test_noise_is_taken_out_and_speech_stays(make_room: MakeRoom, shelf: Path, kind: str) -> None:
    """Beeps of 1 kHz for speech; the disturbance is measured in the pauses between."""
    rng = np.random.default_rng(5)
    time = np.arange(4 * RATE) / RATE
    white = rng.normal(0, 0.006, len(time))
    disturbance = {
        "noise": white,
        "hiss": np.diff(white, prepend=0) * 1.5,
        "hum": 0.05 * np.sin(2 * np.pi * 50 * time) + 0.02 * np.sin(2 * np.pi * 150 * time),
        "wind": 0.08 * np.sin(2 * np.pi * 30 * time + 3 * np.sin(time)),
    }[kind]
    path = write_film(
        shelf / f"{kind}.mkv",
        [draw_number(n) for n in range(100)],
        sound=(beeps(4) + disturbance).astype(np.float32),
        audio_codec="pcm_s16le",
    )
    room = make_room({"a": path})

    def measured(*effects: Effect) -> tuple[float, float]:
        sound = room.render(movie(video_track(clip("a", 0, 3000, 1000, effects=effects))), format="wav").sound
        pause = float(np.mean([level(sound, at + 0.25, at + 0.4) for at in (1.0, 1.5, 2.0)]))
        return pause, level(sound, 1.505, 1.555)

    before, after = measured(), measured(Effect("denoise_audio", {"kind": kind, "percent": 80}))
    assert after[0] < 0.6 * before[0]
    assert after[1] > 0.6 * before[1]


def test_cleaning_keeps_the_sound_in_time(hall: Room) -> None:
    effects = (Effect("denoise_audio", {"kind": "noise"}), Effect("enhance_voice", {}))
    cut = hall.render(movie(video_track(clip("film", 0, 2000, 1320, effects=effects))), format="wav")
    assert np.allclose(onsets(cut.sound), [0.18, 0.68, 1.18, 1.68], atol=0.015)


def test_pitch_goes_up_by_semitones_at_the_same_tempo(hall: Room) -> None:
    sound = with_effects(hall, Effect("pitch", {"semitones": 12}))
    assert abs(pitch(sound[RATE // 4 :]) - 880) < 12
    assert len(sound) == 2 * RATE
    part = with_effects(hall, Effect("pitch", {"semitones": -5}, TimeRange(1000, 1000)), on="timeline")
    assert abs(pitch(part[: RATE * 9 // 10]) - 440) < 4
    assert abs(pitch(part[RATE * 11 // 10 :]) - 440 * 2 ** (-5 / 12)) < 8


def test_quiet_and_loud_speakers_are_brought_together(make_room: MakeRoom, shelf: Path) -> None:
    rng = np.random.default_rng(6)
    sound = np.concatenate([rng.normal(0, 0.15, 3 * RATE), rng.normal(0, 0.03, 3 * RATE)]).astype(np.float32)
    room = make_room(
        {
            "a": write_film(
                shelf / "two.mkv", [draw_number(n) for n in range(150)], sound=sound, audio_codec="pcm_s16le"
            )
        }
    )

    def ratio(*effects: Effect) -> float:
        heard = room.render(movie(video_track(clip("a", 0, 6000, effects=effects))), format="wav").sound
        return level(heard, 0.5, 2.5) / level(heard, 4, 5.8)

    assert ratio(Effect("level_speakers", {})) < 0.6 * ratio()


def test_a_voice_is_made_clearer(make_room: MakeRoom, shelf: Path) -> None:
    """Presence (3.5 kHz) gains on rumble (60 Hz)."""
    time = np.arange(2 * RATE) / RATE
    sound = (0.1 * np.sin(2 * np.pi * 60 * time) + 0.1 * np.sin(2 * np.pi * 3500 * time)).astype(np.float32)
    room = make_room(
        {
            "a": write_film(
                shelf / "dull-voice.mkv",
                [draw_number(n) for n in range(50)],
                sound=sound,
                audio_codec="pcm_s16le",
            )
        }
    )

    def share(*effects: Effect) -> float:
        heard = room.render(movie(video_track(clip("a", 0, 2000, effects=effects))), format="wav").sound[:, 0]
        found = [abs((heard * np.exp(-2j * np.pi * hertz * time)).mean()) for hertz in (3500, 60)]
        return float(found[0] / found[1])

    assert share(Effect("enhance_voice", {})) > 1.5 * share()


@pytest.mark.parametrize(("later", "wanted"), [(200, [0.2, 0.7, 1.2, 1.7]), (-100, [0.4, 0.9, 1.4, 1.9])])
def test_shifted_sound_comes_later_or_earlier_than_its_pictures(
    hall: Room, later: int, wanted: list[float]
) -> None:
    effect = Effect("shift_audio", {"duration": later})
    cut = hall.render(movie(video_track(clip("film", 0, 2000, 1000, effects=(effect,)))), format="wav")
    found = [at for at in onsets(cut.sound) if at > 0.05]
    assert np.allclose(found, wanted, atol=0.006)


def test_a_bleep_covers_the_words_beneath(hall: Room) -> None:
    effect = Effect("bleep", {}, TimeRange(500, 300))
    sound = hall.render(movie(video_track(clip("humming", 0, 1500)), effects=(effect,)), format="wav").sound
    assert abs(pitch(sound[round(0.52 * RATE) : round(0.78 * RATE)]) - 1000) < 8
    spectrum = np.abs(np.fft.rfft(sound[round(0.52 * RATE) : round(0.78 * RATE), 0]))
    assert spectrum[round(440 * 0.26)] < 0.02 * spectrum.max()
    assert abs(pitch(sound[RATE:]) - 440) < 4


def test_made_music_and_effects_are_heard_when_they_should_be(hall: Room) -> None:
    tracks = (
        video_track(clip("plain", 0, 2000)),
        audio_track(made("music", 0, 1000, {"mood": "upbeat"})),
        audio_track(made("sfx", 1500, 300, {"name": "ding"}), role=Role.SFX),
    )
    cut = hall.render(movie(*tracks), format="wav")
    assert cut.level(0.1, 0.8) > 0.01
    assert cut.level(1.2, 1.48) < 1e-4
    assert cut.level(1.5, 1.8) > 0.01


def test_a_voice_over_lies_at_its_own_place(hall: Room) -> None:
    voice: Clip = replace(clip("film", 700, 600, 1000), name="voice")
    cut = hall.render(
        movie(video_track(clip("plain", 0, 1500)), audio_track(voice, role=Role.VOICE)), format="wav"
    )
    assert np.allclose(onsets(cut.sound), [0.7, 1.2], atol=0.006)


def test_a_film_without_sound_gives_a_file_without_sound(hall: Room) -> None:
    cut = hall.render(movie(video_track(clip("plain", 0, 400))))
    assert not cut.result.facts.has_audio
    assert not len(cut.sound)


def test_sound_that_can_not_be_as_loud_as_asked_is_told_and_not_torn(
    make_room: MakeRoom, shelf: Path
) -> None:
    """A click every second over next to nothing."""
    clicks = np.zeros(5 * RATE, np.float32)
    clicks[::RATE] = 0.9
    path = write_film(shelf / "clicks.mp4", [draw_number(n) for n in range(125)], sound=clicks)
    timeline = movie(video_track(clip("a", 0, 5000)), effects=(Effect("loudness", {"lufs": -14}),))
    cut = make_room({"a": path}).render(timeline)
    assert np.abs(cut.sound).max() <= 1.0
    assert len(cut.pictures) == 125
    assert "LUFS instead of -14" in cut.result.notes[0]


def test_silence_stays_silence_whatever_loudness_is_asked_for(hall: Room) -> None:
    quiet = clip("humming", 0, 1000, effects=(Effect("mute", {}),))
    cut = hall.render(movie(video_track(quiet), effects=(Effect("loudness", {"lufs": -14}),)))
    assert np.abs(cut.sound).max() < 1e-4
