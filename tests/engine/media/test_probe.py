"""What is known of a file after it was looked at."""

from __future__ import annotations

import io
import struct
import zlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.media.probe import probe
from mango_skill.engine.media.worker import examine
from mango_skill.errors import MediaError


@pytest.mark.parametrize(
    ("name", "asked", "facts"),
    [
        ("h264.mp4", {}, {"format": "mp4", "video_codec": "h264", "audio_codec": "aac"}),
        ("hevc.mkv", {"codec": "libx265", "sound": None, "rate": Fraction(60), "count": 60}, {"format": "mkv", "video_codec": "hevc"}),
        ("vp9.webm", {"codec": "libvpx-vp9", "sound": "libopus"}, {"format": "webm", "video_codec": "vp9", "audio_codec": "opus"}),
        ("xvid.avi", {"codec": "mpeg4", "sound": "libmp3lame"}, {"format": "avi", "video_codec": "mpeg4"}),
        ("prores.mov", {"codec": "prores_ks", "sound": "pcm_s16le", "pixels": "yuv422p10le", "rate": Fraction(30_000, 1001)}, {"format": "mov", "video_codec": "prores", "pixel_format": "yuv422p10le"}),
    ],
)  # fmt: skip
def test_videos_of_all_kinds_give_their_exact_rate_and_length(
    darkroom: Any, name: str, asked: dict[str, Any], facts: dict[str, Any]
) -> None:
    info = probe(darkroom.video(name, **asked))
    rate, count = asked.get("rate", Fraction(25)), asked.get("count", 25)
    assert info.kind == "video"
    assert info.fps == rate
    assert (info.width, info.height) == (160, 90)
    assert info.has_audio == (asked.get("sound", "aac") is not None)
    assert {key: getattr(info, key) for key in facts} == facts
    if not info.vfr:
        assert info.frame_count == count
        assert info.duration_ms == round(count * 1000 / rate)


@pytest.mark.parametrize(
    ("name", "codec", "rate", "layout"),
    [
        ("a.mp3", "libmp3lame", 44_100, "mono"),
        ("b.wav", "pcm_s16le", 48_000, "stereo"),
        ("c.m4a", "aac", 44_100, "stereo"),
        ("d.aac", "aac", 48_000, "mono"),
        ("e.flac", "flac", 48_000, "stereo"),
        ("f.ogg", "libopus", 48_000, "stereo"),
    ],
)
def test_sounds_give_their_rate_channels_and_length(
    darkroom: Any, name: str, codec: str, rate: int, layout: str
) -> None:
    info = probe(darkroom.sound(name, codec, seconds=1.5, rate=rate, layout=layout))
    assert (info.kind, info.format) == ("audio", name.rpartition(".")[2])
    assert (info.sample_rate, info.channels) == (rate, 1 if layout == "mono" else 2)
    assert abs(info.duration_ms - 1_500) < 80


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_phone_video_is_measured_as_it_is_shown(darkroom: Any, degrees: int) -> None:
    upright = darkroom.video("upright.mp4", sound=None)
    info = probe(darkroom.turned(f"turned{degrees}.mp4", upright, degrees))
    assert info.rotation == degrees
    assert (info.width, info.height) == ((160, 90) if degrees == 180 else (90, 160))
    assert (info.coded_width, info.coded_height) == (160, 90)


def test_uneven_pictures_are_told_as_such(darkroom: Any) -> None:
    instants = [0, 33, 80, 100, 150, 250, 283, 300, 340, 400, 500, 520]
    info = probe(darkroom.video("vfr.mp4", instants_ms=instants, count=len(instants), sound=None))
    assert info.vfr
    assert info.frame_count == len(instants)
    assert 520 <= info.duration_ms <= 620


def test_an_mp4_with_sound_alone_is_a_sound(darkroom: Any) -> None:
    info = probe(darkroom.sound("voice.mp4", "aac"))
    assert (info.kind, info.format, info.has_video) == ("audio", "mp4", False)


def test_a_song_with_a_large_cover_is_a_sound(darkroom: Any) -> None:
    cover = io.BytesIO()
    noise = np.random.default_rng(1).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    Image.fromarray(noise).save(cover, "JPEG", quality=95)
    picture = b"\0image/jpeg\0\3\0" + cover.getvalue()
    frame = b"APIC" + len(picture).to_bytes(4, "big") + b"\0\0" + picture
    length = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    song = darkroom.sound("a.mp3", "libmp3lame", seconds=1.5, rate=44_100, layout="mono").read_bytes()
    path = darkroom.data("cover.mp3", b"ID3\x03\0\0" + length + frame + song)
    info = probe(path)
    assert path.stat().st_size > 65_536
    assert (info.kind, info.format, info.has_video) == ("audio", "mp3", False)


def test_a_photo_is_measured_after_its_exif_turn(darkroom: Any) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    info = probe(darkroom.photo("turned.jpg", exif=exif))
    assert (info.width, info.height, info.rotation) == (40, 60, 90)
    assert (info.kind, info.duration_ms, info.animated) == ("image", 0, False)


def test_an_iphone_photo_is_read(darkroom: Any) -> None:
    info = probe(darkroom.heic("photo.heic"))
    assert (info.kind, info.format, info.width, info.height) == ("image", "heic", 64, 48)


@pytest.mark.parametrize("name", ["dance.gif", "dance.webp", "dance.png"])
def test_animations_give_their_own_length(darkroom: Any, name: str) -> None:
    info = probe(darkroom.animation(name, durations=[100, 200, 100]))
    assert (info.kind, info.animated, info.frame_count, info.duration_ms) == ("image", True, 3, 400)


def test_transparency_is_seen(darkroom: Any) -> None:
    path = darkroom.folder / "clear.png"
    Image.new("RGBA", (8, 8), (255, 0, 0, 90)).save(path)
    assert probe(path).has_alpha
    assert not probe(darkroom.photo("opaque.png")).has_alpha


def test_captions_and_luts_are_counted(darkroom: Any) -> None:
    cues = darkroom.text(
        "a.srt", "1\n00:00:01,000 --> 00:00:02,500\nHi\n\n2\n00:01:00,000 --> 00:01:02,000\nyou\n"
    )
    rows = "\n".join("0.1 0.2 0.3" for _ in range(8))
    lut = darkroom.data(
        "a.cube", f"# warm\nLUT_3D_SIZE 2\nDOMAIN_MIN 0 0 0\n\n{rows}\n".replace("\n", "\r\n").encode()
    )
    assert (probe(cues).kind, probe(cues).cue_count, probe(cues).duration_ms) == ("captions", 2, 62_000)
    assert probe(lut).kind == "lut"


def test_a_lut_with_missing_rows_is_refused(darkroom: Any) -> None:
    with pytest.raises(MediaError, match="8 rows and has 1"):
        probe(darkroom.text("short.cube", "LUT_3D_SIZE 2\n0.1 0.2 0.3\n"))


def test_facts_survive_json(darkroom: Any) -> None:
    info = probe(darkroom.video("h264.mp4"))
    assert MediaInfo.from_dict({**info.to_dict(), "of_a_newer_version": 1}) == info


@pytest.mark.parametrize(("name", "codec", "sound"), [("h264.mp4", "libx264", "aac"), ("hevc2.mkv", "libx265", None), ("xvid.avi", "mpeg4", "libmp3lame")])  # fmt: skip
@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_file_cut_off_in_the_middle_is_one_clear_sentence(
    darkroom: Any, name: str, codec: str, sound: str | None, share: float
) -> None:
    whole = darkroom.video(name, codec=codec, sound=sound).read_bytes()
    broken = darkroom.data(f"cut{share}{name}", whole[: int(len(whole) * share)])
    with pytest.raises(MediaError) as caught:
        probe(broken)
    assert caught.value.code == "truncated"
    assert caught.value.message.startswith("The file ends in the middle")
    assert "again" in caught.value.hint


def test_a_streamable_mp4_cut_off_is_told_by_how_much(darkroom: Any) -> None:
    whole = darkroom.video("fast.mp4", options={"movflags": "+faststart"}).read_bytes()
    with pytest.raises(MediaError, match=r"bytes \(\d+ %\) are missing"):
        probe(darkroom.data("fastcut.mp4", whole[: len(whole) * 2 // 3]))


@pytest.mark.parametrize("name", ["cut.jpg", "cut.png"])
def test_a_photo_cut_off_is_told_as_a_photo(darkroom: Any, name: str) -> None:
    path = darkroom.photo(name, size=(600, 400))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(MediaError, match="picture"):
        probe(path)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="not there") as missing:
        probe(tmp_path / "nothing.mp4")
    with pytest.raises(MediaError, match="folder") as folder:
        probe(tmp_path)
    assert {missing.value.code, folder.value.code} == {"missing_file", "not_a_file"}


def test_a_list_of_files_named_mp4_opens_nothing(darkroom: Any) -> None:
    darkroom.video("h264.mp4")
    with pytest.raises(MediaError) as caught:
        examine(darkroom.text("list.mp4", "ffconcat version 1.0\nfile h264.mp4\n"))
    assert caught.value.code == "4001"


def test_noise_behind_a_good_header_is_refused(darkroom: Any) -> None:
    whole = bytearray(darkroom.video("h264.mp4").read_bytes())
    start = whole.find(b"mdat") + 4
    whole[start : start + 20_000] = bytes(
        index * 37 % 256 for index in range(len(whole[start : start + 20_000]))
    )
    with pytest.raises(MediaError):
        examine(darkroom.data("noise.mp4", bytes(whole)))


def test_a_million_pixels_squared_is_refused_before_it_is_unpacked(darkroom: Any) -> None:
    header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    with pytest.raises(MediaError):
        examine(darkroom.data("bomb.png", header + bytes(4) + bytes(100)))


@pytest.mark.parametrize("scans", [10, 10_000])
def test_a_photo_drawn_in_thousands_of_passes_is_refused_and_a_usual_one_is_not(
    darkroom: Any, scans: int
) -> None:
    """The last pass is repeated: each goes over all the pixels that the header states."""
    written = io.BytesIO()
    Image.new("L", (64, 64), 128).save(written, "JPEG", progressive=True)
    whole = written.getvalue()
    frame, last = whole.index(b"\xff\xc2"), whole.rindex(b"\xff\xda")
    body = whole[: frame + 5] + (2000).to_bytes(2, "big") * 2 + whole[frame + 9 : last]
    photo = darkroom.data(f"{scans}.jpg", body + whole[last:-2] * scans + b"\xff\xd9")
    if scans < 100:
        assert (probe(photo).width, probe(photo).height) == (2000, 2000)
    else:
        with pytest.raises(MediaError) as refused:
            probe(photo)
        assert refused.value.code == "too_large"


def test_a_tag_that_unpacks_to_gigabytes_is_refused_before_it_is_unpacked(darkroom: Any) -> None:
    song = darkroom.sound("song.mp3", "libmp3lame", seconds=1)
    frames = {}
    for unpacked in (1_000, 0x7F7F7F7F):
        packed = unpacked.to_bytes(4, "big") + zlib.compress(bytes(1_000))
        frame = b"TXXX" + bytes([0, 0, 0, len(packed)]) + b"\0\x09" + packed
        tag = b"ID3\x04\0\0" + bytes([0, 0, 0, len(frame)]) + frame
        frames[unpacked] = darkroom.data(f"{unpacked}.mp3", tag + song.read_bytes())
    assert probe(frames[1_000]).kind == "audio"
    with pytest.raises(MediaError) as refused:
        probe(frames[0x7F7F7F7F])
    assert refused.value.code == "too_large"


def test_sound_of_one_sample_a_second_is_refused_before_it_is_counted(darkroom: Any) -> None:
    layout = struct.pack("<IHHIIHH", 16, 1, 1, 1, 1, 1, 8)
    sound = b"RIFF\xff\xff\xff\xffWAVEfmt " + layout + b"data\xff\xff\xff\xff" + bytes(100_000)
    with pytest.raises(MediaError) as refused:
        probe(darkroom.data("days.wav", sound))
    assert "samples a second" in refused.value.message
