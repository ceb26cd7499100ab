"""As loud as asked, never too high, and without a click at any join: measured on the written file by the ffmpeg program."""

from __future__ import annotations

import re
import subprocess
import wave
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from mango_skill.timeline import Effect
from tests.engine.render.footage import RATE, Room, Samples, audio_track, clip, into, movie, video_track

MakeRoom = Callable[[dict[str, Path]], Room]

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
SECONDS = 12


def measure(path: Path) -> tuple[float, float]:
    """Return the integrated loudness and the true peak of a file as decoded."""
    command = [
        FFMPEG,
        "-nostdin",
        "-i",
        str(path),
        "-map",
        "0:a",
        "-af",
        "ebur128=peak=true",
        "-f",
        "null",
        "-",
    ]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stderr
    return float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1]), float(
        re.findall(r"Peak:\s+(-?[\d.]+)", said)[-1]
    )


def write_wav(path: Path, sound: Samples) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        stereo = np.repeat(sound[:, None], 2, axis=1) if sound.ndim == 1 else sound
        file.writeframes((np.clip(stereo, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def harsh() -> Samples:
    """What limiters and encoders find hardest: square waves, bursts of noise, single peaks, some of it clipped."""
    dice, time = np.random.default_rng(1), np.arange(SECONDS * RATE) / RATE
    sound = 0.5 * np.sign(np.sin(2 * np.pi * 110 * time))
    sound += 0.5 * dice.standard_normal(len(time)) * (np.sin(4 * np.pi * time) > 0)
    sound[:: RATE // 2] += 3
    return np.clip(sound, -1, 1).astype(np.float32)


def speech(level: float) -> Samples:
    dice, time = np.random.default_rng(2), np.arange(SECONDS * RATE) / RATE
    voice = np.convolve(dice.standard_normal(len(time)), np.ones(12) / 12, mode="same")
    return (level * voice * np.clip(np.sin(2 * np.pi * 3 * time), 0, 1)).astype(np.float32)


@pytest.mark.parametrize("name", ["mp4", "mkv", "webm", "avi", "mp3", "aac", "wav"])
@pytest.mark.parametrize("lufs", [None, -9.0])
def test_nothing_we_write_rises_above_minus_one_decibel(
    make_room: MakeRoom, tmp_path: Path, plain: Path, name: str, lufs: float | None
) -> None:
    """The hardest sound there is, as it was and made very loud."""
    room = make_room({"a": write_wav(tmp_path / "a.wav", harsh()), "plain": plain})
    effects = (Effect("loudness", {"lufs": lufs}),) if lufs is not None else ()
    tracks = (video_track(clip("plain", 0, 2000)), audio_track(clip("a", 0, 2000)))
    timeline = movie(*tracks, effects=effects, width=64, height=36)
    _, peak = measure(room.render(timeline, format=name).path)
    assert peak <= -1.0
    assert peak > -6.0


@pytest.mark.parametrize("lufs", [-14.0, -23.0])
@pytest.mark.parametrize("level", [0.02, 0.6])
@pytest.mark.parametrize("name", ["m4a", "mp3"])
def test_the_file_is_as_loud_as_asked(
    make_room: MakeRoom, tmp_path: Path, name: str, level: float, lufs: float
) -> None:
    room = make_room({"a": write_wav(tmp_path / "a.wav", speech(level))})
    timeline = movie(audio_track(clip("a", 0, 11_000)), effects=(Effect("loudness", {"lufs": lufs}),))
    found, peak = measure(room.render(timeline, format=name).path)
    assert found == pytest.approx(lufs, abs=0.5)
    assert peak <= -1.0


def test_what_an_encoder_leaves_out_of_noise_is_made_up_for(make_room: MakeRoom, tmp_path: Path) -> None:
    """Rain and applause lose half a decibel and more with what lies above the encoder's highest tone."""
    rain = 0.1 * np.random.default_rng(4).standard_normal((SECONDS * RATE, 2))
    room = make_room({"a": write_wav(tmp_path / "a.wav", rain.astype(np.float32))})
    timeline = movie(audio_track(clip("a", 0, 10_000)), effects=(Effect("loudness", {"lufs": -14}),))
    assert measure(room.render(timeline, format="m4a").path)[0] == pytest.approx(-14, abs=0.5)


def test_no_join_of_forty_clicks(make_room: MakeRoom, tmp_path: Path) -> None:
    """What is above 4 kHz at a join of a loud deep tone is no more than what is between joins."""
    time = np.arange(SECONDS * RATE) / RATE
    tone = (0.5 * np.sin(2 * np.pi * 97 * time)).astype(np.float32)
    room = make_room({"a": write_wav(tmp_path / "a.wav", tone)})
    clips = [clip("a", 250 * place, 250, 263 * place) for place in range(40)]
    sound = room.render(movie(audio_track(*clips)), format="wav").sound[:, 0].astype(np.float64)
    spectrum = np.fft.rfft(sound)
    spectrum[: 4000 * len(sound) // RATE] = 0
    high = np.abs(np.fft.irfft(spectrum, len(sound)))
    edges = range(RATE // 4, len(sound) - RATE // 8, RATE // 4)
    at_joins = max(float(high[edge - 480 : edge + 480].max()) for edge in edges)
    # A hard join of this tone steps by up to 1: heard as clearly as a snap of the fingers.
    assert at_joins < 0.004
    assert np.abs(sound).max() > 0.45


def test_a_crossfade_keeps_its_power(make_room: MakeRoom, tmp_path: Path, plain: Path) -> None:
    """Two unlike sounds dissolve into each other without a dip or a swell."""
    dice = np.random.default_rng(5)
    noise = (0.1 * dice.standard_normal((SECONDS * RATE, 2))).astype(np.float32)
    room = make_room({"a": write_wav(tmp_path / "a.wav", noise)})
    pair = (clip("a", 0, 3000, 500), into(clip("a", 3000, 3000, 7000), "crossfade", 1000))
    cut = room.render(movie(audio_track(*pair)), format="wav")
    levels = [cut.level(at / 100, at / 100 + 0.02) for at in range(280, 320)]
    assert 20 * np.log10(max(levels) / min(levels)) < 1.5
