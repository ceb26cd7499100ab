"""The clip that ships with the project is what its README says."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

from mango_skill.engine.media.loudness import measure_loudness
from mango_skill.engine.media.probe import probe


def test_the_clip_is_short_small_and_plain(interview: Path) -> None:
    info = probe(interview)
    assert (info.format, info.video_codec, info.audio_codec) == ("mp4", "h264", "aac")
    assert (info.width, info.height, info.fps) == (1280, 720, 25)
    assert 20_000 <= info.duration_ms <= 30_000
    assert info.size_bytes < 3_000_000
    assert not info.vfr


def test_the_clip_speaks_with_eight_to_ten_real_pauses(interview: Path) -> None:
    facts = json.loads(interview.with_suffix(".json").read_text(encoding="utf-8"))
    said = facts["sentences"]
    pauses = [after["start_ms"] - before["end_ms"] for before, after in itertools.pairwise(said)]
    assert facts["duration_ms"] == probe(interview).duration_ms
    assert 8 <= len(pauses) <= 10
    assert all(800 <= pause <= 2_000 for pause in pauses)


def test_the_clip_is_as_loud_as_speech_is(interview: Path) -> None:
    measured = measure_loudness(interview)
    assert -24 < measured.lufs < -14
    assert measured.true_peak_db < 0
