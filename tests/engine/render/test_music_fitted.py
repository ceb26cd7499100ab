"""A song that is shorter than its video, as it is heard: on the beat, even, without a click, fading out at the end."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest

from mango_skill.engine.media.loops import find_loop
from mango_skill.timeline import Clip, Role, TimeRange, edits
from tests.engine.render.footage import (
    RATE,
    Room,
    Samples,
    audio_track,
    clip,
    movie,
    save_image,
    video_track,
    write_film,
)

BEAT_S = 60 / 103
BARS = 10
SONG_S = 0.5 + BARS * 4 * BEAT_S
FADE_S = 4.0
SILENT_S = 2.0


def compose() -> Samples:
    """A chord a bar and a beat that is higher at the first of four; it fades at its end, and silence follows."""
    time = np.arange(round((SONG_S + SILENT_S) * RATE)) / RATE
    song = np.zeros(len(time), dtype=np.float32)
    tick = np.arange(RATE // 12) / RATE
    for beat in range(BARS * 4):
        first = round((0.5 + beat * BEAT_S) * RATE)
        struck = np.sin(2 * np.pi * (2200 if beat % 4 == 0 else 1500) * tick) * np.exp(-40 * tick)
        song[first : first + len(tick)] += struck.astype(np.float32) * 0.5
        if beat % 4 == 0:
            held = np.arange(round(4 * BEAT_S * RATE)) / RATE
            soft = np.minimum(1, np.minimum(held, held[::-1]) / 0.02)
            for step in (0, 4, 7):
                pitch = 220 * 2 ** ((step + (beat // 4) % 4 * 2) / 12)
                song[first : first + len(held)] += (np.sin(2 * np.pi * pitch * held) * soft * 0.05)[
                    : len(song) - first
                ].astype(np.float32)
    end, fading = round(SONG_S * RATE), round(FADE_S * RATE)
    song[end - fading : end] *= np.linspace(1, 0, fading, dtype=np.float32)
    song[end:] = 0
    return song


@dataclass(frozen=True)
class Heard:
    """The song under a video of so many seconds: its own samples (mono), those of the result, and the seams in seconds."""

    song: Samples
    sound: Samples
    seams: list[float]


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Heard:
    shelf = tmp_path_factory.mktemp("song")
    song = compose()
    path = write_film(shelf / "song.wav", None, sound=song, audio_codec="pcm_s16le")
    photo = save_image(shelf / "calm.png", np.full((90, 160, 3), 90, dtype=np.uint8))
    whole = round((SONG_S + SILENT_S) * 1000)
    still = Clip("calm", "calm", TimeRange(0, 61_000), clip("photo", 0, 61_000).media)
    timeline = movie(video_track(still), audio_track(clip("song", 0, whole)))
    fitted = edits.fit_music(timeline, lambda _: find_loop(path), old_end=0)
    (track,) = fitted.role(Role.MUSIC)
    room = Room(shelf, {"photo": photo, "song": path})
    sound = room.render(fitted, format="wav").sound
    return Heard(song, sound, [one.range.start / 1000 for one in track.clips[1:]])


def beats(sound: Samples) -> list[tuple[float, bool]]:
    """When the beat is struck, in seconds, and whether it is the first of a bar."""
    mono = sound[:, 0]
    rises = np.flatnonzero(np.abs(mono) > 0.28)
    starts = [
        int(at) for at, before in zip(rises, [-RATE, *rises[:-1]], strict=True) if at - before > RATE // 5
    ]
    return [(start / RATE, _is_first(mono[start : start + RATE // 25])) for start in starts]


def _is_first(struck: np.ndarray) -> bool:
    spectrum = np.abs(np.fft.rfft(struck * np.hanning(len(struck)), RATE))
    return float(spectrum[2100:2300].max()) > float(spectrum[1400:1600].max())


def test_the_beat_goes_on_over_every_seam(heard: Heard) -> None:
    assert len(heard.seams) >= 2
    struck = [at for at, _ in beats(heard.sound[: -2 * RATE])]
    assert len(struck) > 95
    assert max(abs(later - at - BEAT_S) for at, later in pairwise(struck)) < 0.003


def test_bars_stay_bars_over_every_seam(heard: Heard) -> None:
    firsts = [first for _, first in beats(heard.sound[: -2 * RATE])]
    assert firsts == [place % 4 == 0 for place in range(len(firsts))]


def test_nothing_clicks_at_a_seam(heard: Heard) -> None:
    steepest = float(np.abs(np.diff(heard.song)).max())
    for seam in heard.seams:
        around = heard.sound[round((seam - 0.1) * RATE) : round((seam + 0.02) * RATE), 0]
        assert float(np.abs(np.diff(around)).max()) < steepest / 2


def test_the_song_is_as_loud_around_a_seam_as_anywhere(heard: Heard) -> None:
    def level(start: float) -> float:
        part = heard.sound[round(start * RATE) : round((start + 2 * BEAT_S) * RATE)].astype(np.float64)
        return float(10 * np.log10(np.mean(part**2)))

    usual = level(5.0)
    for seam in heard.seams:
        assert abs(level(seam - 2 * BEAT_S) - usual) < 1.5
        assert abs(level(seam) - usual) < 1.5


def test_the_song_fades_out_with_the_video(heard: Heard) -> None:
    assert len(heard.sound) == 61 * RATE
    assert float(np.abs(heard.sound[-RATE // 10 :]).max()) < 0.05
    assert float(np.abs(heard.sound[-RATE // 50 :]).max()) < 0.01
    assert float(np.abs(heard.sound[-3 * RATE : -2 * RATE]).max()) > 0.3
