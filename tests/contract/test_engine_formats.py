"""What the engine reads, the client sends."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from mango_skill.client import footage
from mango_skill.engine.media.probe import probe
from mango_skill.errors import MediaError


@pytest.mark.parametrize(
    ("name", "codec"), [("a.flac", "flac"), ("a.ogg", "libopus"), ("a.opus", "libopus"), ("a.oga", "libopus")]
)
def test_sound_of_open_formats_reaches_the_engine_but_not_the_cloud(
    tmp_path: Path, name: str, codec: str
) -> None:
    path = tmp_path / name
    with av.open(str(path), "w", format="flac" if name == "a.flac" else "ogg") as file:
        stream = file.add_stream(codec, rate=48_000, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 9600), np.int16), format="s16", layout="stereo")
        frame.sample_rate = 48_000
        resampler = av.AudioResampler(stream.format, "stereo", 48_000, frame_size=stream.frame_size or 960)
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            file.mux(stream.encode(piece))
        file.mux(stream.encode(None))
    (candidate,), _ = footage.part_files([path], is_cloud=False)
    assert probe(candidate.path).kind == "audio"
    with pytest.raises(MediaError, match="not supported"):
        footage.part_files([path], is_cloud=True)
