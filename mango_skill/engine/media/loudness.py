"""Loudness as broadcasters measure it (EBU R 128, ITU-R BS.1770), through FFmpeg's ``ebur128`` filter.

Child processes only: it imports PyAV and numpy.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator

import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph
from numpy.typing import NDArray

from mango_skill.engine.media.info import Loudness
from mango_skill.engine.media.samples import read_samples

_SILENCE_LUFS = -70.0
_RATE = 48_000


def measure_loudness(path: str | os.PathLike[str]) -> Loudness:
    """Return the loudness of a file's sound.

    Raises:
        MediaError: ``no_sound``; ``unreadable``.
    """
    return measure_samples(read_samples(path, rate=_RATE), _RATE)


def measure_samples(chunks: Iterable[NDArray[np.float32]], sample_rate: int) -> Loudness:
    """Return the loudness of samples: arrays of shape ``(count, channels)``, one or two channels."""
    return _measure(_framed(chunks, sample_rate), sample_rate)


def _framed(chunks: Iterable[NDArray[np.float32]], sample_rate: int) -> Iterator[AudioFrame]:
    for chunk in chunks:
        layout = "stereo" if chunk.shape[1] == 2 else "mono"
        for start in range(0, len(chunk), 65_536):
            piece = np.ascontiguousarray(chunk[start : start + 65_536].reshape(1, -1), dtype=np.float32)
            frame = AudioFrame.from_ndarray(piece, format="flt", layout=layout)
            frame.sample_rate = sample_rate
            yield frame


def _measure(frames: Iterable[AudioFrame], sample_rate: int) -> Loudness:
    graph = None
    last: dict[str, str] = {}
    for frame in frames:
        frame.pts = None
        if graph is None:
            graph = _graph(frame, sample_rate)
        graph.push(frame)
        last = _drain(graph) or last
    if graph is None:
        return Loudness(_SILENCE_LUFS, -120.0, 0.0)
    graph.push(None)
    last = _drain(graph) or last
    peaks = [
        _number(value, -120.0) for name, value in last.items() if name.startswith("lavfi.r128.true_peaks_ch")
    ]
    peak = max(peaks, default=0.0)
    return Loudness(
        lufs=max(_SILENCE_LUFS, _number(last.get("lavfi.r128.I"), _SILENCE_LUFS)),
        true_peak_db=20 * math.log10(peak) if peak > 1e-6 else -120.0,
        range_lu=_number(last.get("lavfi.r128.LRA"), 0.0),
    )


def _graph(frame: AudioFrame, sample_rate: int) -> Graph:
    graph = Graph()
    source = graph.add_abuffer(
        format=frame.format.name, sample_rate=frame.sample_rate or sample_rate, layout=frame.layout.name
    )
    meter = graph.add("ebur128", "peak=true:metadata=1")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    return graph


def _drain(graph: Graph) -> dict[str, str]:
    last: dict[str, str] = {}
    while True:
        try:
            last = dict(graph.pull().metadata)
        except (av.error.BlockingIOError, av.error.EOFError):
            return last


def _number(text: str | None, otherwise: float) -> float:
    try:
        value = float(text) if text is not None else otherwise
    except ValueError:
        return otherwise
    return value if math.isfinite(value) else otherwise
