"""Sound stays with its instant, whatever file it comes from: found again by likeness, within a millisecond.

The ffmpeg program makes the files and nothing of ours measures them. The sound is noise up to 6 kHz: it is like itself
at one place alone.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.engine.render.footage import RATE, Room, Samples, audio_track, clip, movie, video_track

MakeRoom = Callable[[dict[str, Path]], Room]
Signal = NDArray[np.float64]

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
SECONDS = 8
MILLISECOND = RATE // 1000
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


def noise(rate: int) -> Signal:
    """The same eight seconds at any rate."""
    dice, spectrum = np.random.default_rng(3), np.zeros(SECONDS * rate // 2 + 1, complex)
    band = slice(150 * SECONDS, 6000 * SECONDS)
    count = band.stop - band.start
    spectrum[band] = dice.standard_normal(count) + 1j * dice.standard_normal(count)
    made = np.fft.irfft(spectrum, SECONDS * rate)
    return np.asarray(0.12 * made / np.sqrt((made**2).mean()))


TRUTH = noise(RATE)


def make(folder: Path, name: str, *options: str, rate: int = RATE, picture: str = "") -> Path:
    """Write the noise into a file; ``picture`` are options in front of the picture's input."""
    raw, path = folder / f"{rate}.f32", folder / name
    noise(rate).astype("<f4").tofile(raw)
    inputs = ["-f", "f32le", "-ar", str(rate), "-ac", "1", "-i", str(raw)]
    if "-vn" not in options:
        shown = ["-f", "lavfi", "-i", f"testsrc=size=128x72:rate=25:duration={SECONDS}"]
        inputs += [*picture.split(), *shown]
    subprocess.run([FFMPEG, "-v", "error", "-y", *inputs, *options, str(path)], check=True, timeout=60)
    return path


def rewrite(path: Path, name: str, stamps: str) -> Path:
    """Change the time stamps of a file's sound, and nothing else."""
    target = path.with_name(name)
    change = ["-c", "copy", "-bsf:a", f"setts=ts={stamps}"]
    subprocess.run(
        [FFMPEG, "-v", "error", "-y", "-i", str(path), *change, str(target)], check=True, timeout=60
    )
    return target


def lag(sound: Samples, at_s: float, truth_s: float, *, window_s: float = 0.2) -> int:
    """Return how many samples late the noise of ``truth_s`` is heard after ``at_s``."""
    count, reach = round(window_s * RATE), 2000
    first = round(truth_s * RATE)
    wanted = TRUTH[first : first + count]
    begin = max(0, round(at_s * RATE) - reach)
    around = sound[begin : round(at_s * RATE) + count + reach, 0]
    likeness = np.correlate(around, wanted, "valid") if count < 3000 else _correlate(around, wanted)
    found = int(np.argmax(likeness))
    heard = around[found : found + count]
    assert likeness[found] > 0.5 * np.sqrt((heard**2).sum() * (wanted**2).sum()), "it is not there at all"
    return begin + found - round(at_s * RATE)


def _correlate(around: Samples, wanted: Signal) -> Signal:
    size = 1 << (len(around) + len(wanted)).bit_length()
    product = np.fft.rfft(around, size) * np.conj(np.fft.rfft(wanted, size))
    return np.asarray(np.fft.irfft(product, size)[: len(around) - len(wanted) + 1])


def cut_up(room: Room, count: int) -> tuple[Samples, list[tuple[float, float]]]:
    """Cut a file to many ranges in any order; return what is heard, and (instant, source instant) of each."""
    dice = np.random.default_rng(1)
    clips, places, at = [], [], 0
    for _ in range(count):
        length, source = int(dice.integers(8, 13)) * 40, int(dice.integers(0, 25 * SECONDS - 15)) * 40
        clips.append(clip("a", at, length, source))
        places.append((at / 1000 + 0.05, source / 1000 + 0.05))
        at += length
    moving = room.sources["a"].info.has_video
    track = video_track(*clips) if moving else audio_track(*clips)
    return room.render(movie(track), format="wav").sound, places


AAC = ("-c:a", "aac", "-b:a", "128k")
FILES: dict[str, tuple[int, tuple[str, ...]]] = {
    "48.mp4": (48000, (*H264, *AAC)),
    "44.mp4": (44100, (*H264, *AAC)),
    "22.mp4": (22050, (*H264, *AAC)),
    "96.mp4": (96000, (*H264, *AAC)),
    "44.mkv": (44100, (*H264, *AAC)),
    "ac3.mkv": (48000, (*H264, "-c:a", "ac3")),
    "mp3.mp4": (44100, (*H264, "-c:a", "libmp3lame")),
    "opus.webm": (48000, ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus")),
    "24bit.mov": (48000, (*H264, "-c:a", "pcm_s24le")),
    "8bit.wav": (44100, ("-vn", "-c:a", "pcm_u8")),
    "24bit.wav": (96000, ("-vn", "-c:a", "pcm_s24le")),
    "float.wav": (22050, ("-vn", "-c:a", "pcm_f32le")),
    "double.wav": (48000, ("-vn", "-c:a", "pcm_f64le")),
    "constant.mp3": (44100, ("-vn", "-b:a", "128k")),
    "variable.mp3": (48000, ("-vn", "-q:a", "4")),
    "a.m4a": (44100, ("-vn", *AAC)),
    "a.opus": (48000, ("-vn",)),
    "a.ogg": (44100, ("-vn", "-c:a", "libvorbis")),
    "a.flac": (44100, ("-vn",)),
}


@pytest.mark.parametrize("name", FILES)
def test_sound_of_every_kind_of_file_is_heard_where_its_frames_are_shown(
    make_room: MakeRoom, tmp_path: Path, name: str
) -> None:
    rate, options = FILES[name]
    sound, places = cut_up(make_room({"a": make(tmp_path, name, *options, rate=rate)}), 12)
    lags = [lag(sound, at, source) for at, source in places]
    assert max(map(abs, lags)) < MILLISECOND, lags


def test_three_hundred_cuts_leave_every_word_with_its_picture(make_room: MakeRoom, tmp_path: Path) -> None:
    room = make_room({"a": make(tmp_path, "a.mp4", *H264, *AAC, rate=44100)})
    sound, places = cut_up(room, 300)
    assert max(abs(lag(sound, at, source)) for at, source in places) <= 1


def test_pictures_that_begin_later_than_the_sound_keep_it_in_time(
    make_room: MakeRoom, tmp_path: Path
) -> None:
    for name in ("early.mp4", "early.mkv"):
        path = make(tmp_path, name, *H264, *AAC, picture="-itsoffset 0.44")
        sound, places = cut_up(make_room({"a": path}), 10)
        heard = [(at, source + 0.44) for at, source in places if source + 0.44 < SECONDS - 0.3]
        assert max(abs(lag(sound, at, truth)) for at, truth in heard) < MILLISECOND


def test_sound_that_begins_later_than_the_pictures_is_heard_later(
    make_room: MakeRoom, tmp_path: Path
) -> None:
    path = rewrite(make(tmp_path, "a.mp4", *H264, *AAC), "late.mp4", "TS+16800")
    sound, places = cut_up(make_room({"a": path}), 10)
    heard = [(at, source - 0.35) for at, source in places if source > 0.4]
    assert max(abs(lag(sound, at, truth)) for at, truth in heard) < MILLISECOND


def test_a_hole_in_the_sound_is_silent_and_what_follows_stays_in_time(
    make_room: MakeRoom, tmp_path: Path
) -> None:
    whole = make(tmp_path, "a.mp4", *H264, *AAC)
    room = make_room({"a": rewrite(whole, "hole.mp4", "TS+if(gt(TS\\,4*48000)\\,24000\\,0)")})
    cut = room.render(movie(video_track(clip("a", 0, 7600))), format="wav")
    assert abs(lag(cut.sound, 3.0, 3.0)) < MILLISECOND
    assert abs(lag(cut.sound, 6.0, 5.5)) < MILLISECOND
    assert cut.level(4.1, 4.4) == 0.0
    assert np.abs(np.diff(cut.sound[:, 0])).max() < 1.5 * np.abs(np.diff(TRUTH)).max()


@pytest.mark.parametrize("stretch", ["1.002", "0.9985"])
def test_sound_whose_clock_runs_faster_or_slower_than_its_samples_is_followed(
    make_room: MakeRoom, tmp_path: Path, stretch: str
) -> None:
    """In one long piece and in many: after eight seconds 0.2 % are 16 ms."""
    path = rewrite(make(tmp_path, "a.mp4", *H264, *AAC), "drift.mp4", f"TS*{stretch}")
    room = make_room({"a": path})
    whole = room.render(movie(video_track(clip("a", 0, 7600))), format="wav").sound
    cut, places = cut_up(room, 12)
    heard = [(whole, at / 10, at / 10) for at in range(5, 72, 6)]
    heard += [(cut, at, source) for at, source in places if source < 7.4]
    lags = [lag(sound, at, source / float(stretch), window_s=0.03) for sound, at, source in heard]
    assert max(map(abs, lags)) < MILLISECOND, lags


def test_surround_sound_comes_down_to_two_channels_as_the_standard_says(
    make_room: MakeRoom, tmp_path: Path
) -> None:
    """ITU-R BS.775: the centre and the surrounds at 0.707, no low effects; six tones tell the six channels."""
    tones = (300, 400, 500, 60, 700, 800)
    voices = "|".join(f"0.1*sin(2*PI*{tone}*t)" for tone in tones)
    path = tmp_path / "six.mkv"
    made = ["-f", "lavfi", "-i", f"aevalsrc='{voices}':c=5.1:s=48000:d=3"]
    shown = ["-f", "lavfi", "-i", "testsrc=size=128x72:rate=25:duration=3"]
    subprocess.run(
        [FFMPEG, "-v", "error", *made, *shown, *H264, "-c:a", "pcm_s16le", str(path)], check=True, timeout=60
    )
    cut = make_room({"a": path}).render(movie(video_track(clip("a", 0, 2000, 400))), format="wav")
    for side, wanted in enumerate(((1, 0, 0.707, 0, 0.707, 0), (0, 1, 0.707, 0, 0, 0.707))):
        spectrum = np.abs(np.fft.rfft(cut.sound[RATE // 2 : 3 * RATE // 2, side])) / (RATE / 2) / 0.1
        assert np.allclose([spectrum[tone] for tone in tones], wanted, atol=0.01)
