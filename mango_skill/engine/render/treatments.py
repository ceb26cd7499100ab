"""What may be done to sound on its way: cleaning, levelling, pitch and tempo. Render process only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

import av.error
import av.filter
import numpy as np
from av import AudioFrame
from numpy.typing import NDArray

from mango_skill.engine.render.tapes import RATE, Samples

# FFmpeg's afftdn hands everything on 25 ms late at 48 kHz (measured); what it swallows at the start is cut off.
_AFFTDN_DELAY: Final = 1200
_FLOOR_STEP: Final = RATE // 50
RUN_UP_S: Final = Fraction(1)
"""Filters that listen before they act hear this much of the material in front of a piece."""


QUIET_FLOOR_DB: Final = -50.0
"""The noise floor that is taken for granted where none was measured."""


def treatment_steps(kind: str, parameters: Mapping[str, Any], floor_db: float = QUIET_FLOOR_DB) -> list[str]:
    """Return FFmpeg's filters for a treatment; empty for one that is unknown.

    Args:
        kind: Of the treatment.
        parameters: Of the treatment.
        floor_db: Level of the material's own noise, see ``noise_floor``.
    """
    if kind == "denoise_audio":
        return _denoise(parameters, floor_db)
    return _STEPS[kind](parameters) if kind in _STEPS else []


def noise_floor(chunks: Iterable[Samples]) -> float:
    """Return the level in dBFS of what is heard in the quietest tenth of some sound.

    Steps between samples are measured instead of the samples, so that hum and wind don't count as hiss.
    """
    powers: list[NDArray[np.float32]] = []
    for chunk in chunks:
        steps = np.diff(chunk.mean(axis=1))
        count = len(steps) // _FLOOR_STEP
        powers.append((steps[: count * _FLOOR_STEP].reshape(count, -1) ** 2).mean(axis=1) / 2)
    found = np.concatenate(powers) if powers else np.zeros(0, np.float32)
    # Digital silence says nothing about the microphone.
    found = found[found > 1e-11]
    if not len(found):
        return QUIET_FLOOR_DB
    return float(10 * np.log10(np.percentile(found, 10)))


def _share(parameters: Mapping[str, Any], default: float) -> float:
    value = parameters.get("percent")
    number = float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else default
    return min(100.0, max(0.0, number)) / 100


def _denoise(parameters: Mapping[str, Any], floor_db: float) -> list[str]:
    kind = str(parameters.get("kind") or "noise").lower()
    share = _share(parameters, 60)
    # Told the floor, the filter beats its own tracking (measured: -20 dB instead of -2 on noise with pauses).
    broad = f"afftdn=nr={6 + share * 24:.1f}:nf={min(-20.0, max(-80.0, floor_db + 4)):.1f}"
    if "hum" in kind or "buzz" in kind:
        # Mains hum and its first harmonics, both of 50 and of 60 Hz: a notch of 4 Hz is not heard in speech.
        notches = [50, 60, 100, 120, 150, 180, 200, 240]
        return ["highpass=f=40", *(f"bandreject=f={hertz}:width_type=h:w=4" for hertz in notches)]
    if "wind" in kind or "rumble" in kind:
        return ["highpass=f=120:poles=2", "highpass=f=90:poles=2", broad]
    if "hiss" in kind:
        return [broad, f"treble=f=9000:g={-6 * share:.1f}"]
    return ["highpass=f=60", broad]


def _level(parameters: Mapping[str, Any]) -> list[str]:
    # Half a second a frame and a gentle curve: sentences are evened out, words keep their shape.
    return ["dynaudnorm=f=400:g=11:p=0.7:m=8:r=0.12:s=6"]


def _enhance(parameters: Mapping[str, Any]) -> list[str]:
    return [
        "highpass=f=80",
        "equalizer=f=250:width_type=q:w=1:g=-2",
        "equalizer=f=3500:width_type=q:w=0.9:g=4",
        "acompressor=threshold=0.09:ratio=3:attack=8:release=160:makeup=1.8",
    ]


def _pitch(parameters: Mapping[str, Any]) -> list[str]:
    value = parameters.get("semitones", 0)
    semitones = min(24.0, max(-24.0, float(value))) if isinstance(value, (int, float)) else 0.0
    if not semitones:
        return []
    factor = 2 ** (semitones / 12)
    return [f"asetrate={round(RATE * factor)}", f"aresample={RATE}", *tempo_steps(Fraction(1 / factor))]


_STEPS: Final[Mapping[str, Callable[[Mapping[str, Any]], list[str]]]] = {
    "level_speakers": _level,
    "enhance_voice": _enhance,
    "pitch": _pitch,
}


def tempo_steps(speed: Fraction) -> list[str]:
    """Return the filters that make sound faster or slower at the same pitch."""
    if speed == 1:
        return []
    rest, steps = float(speed), []
    # Beyond a factor of two at once atempo skips samples instead of blending them.
    while rest > 2:
        steps.append("atempo=2")
        rest /= 2
    while rest < 0.5:
        steps.append("atempo=0.5")
        rest /= 0.5
    return [*steps, f"atempo={rest:.6f}"]


def delay_of(steps: Sequence[str]) -> int:
    """Return how many samples late the filters hand on."""
    return _AFFTDN_DELAY * sum(step.startswith("afftdn") for step in steps)


def treat(chunks: Iterator[Samples], steps: Sequence[str]) -> Iterator[Samples]:
    """Pass sound through FFmpeg's filters; the end is drained."""
    if not steps:
        yield from chunks
        return
    graph = av.filter.Graph()
    nodes = [
        graph.add("abuffer", f"sample_rate={RATE}:sample_fmt=flt:channel_layout=stereo:time_base=1/{RATE}")
    ]
    for step in [*steps, f"aformat=sample_fmts=flt:channel_layouts=stereo:sample_rates={RATE}"]:
        name, _, arguments = step.partition("=")
        nodes.append(graph.add(name, arguments or None))
    nodes.append(graph.add("abuffersink"))
    graph.link_nodes(*nodes).configure()
    late = delay_of(steps)
    position = 0
    for chunk in chunks:
        frame = AudioFrame.from_ndarray(
            np.ascontiguousarray(chunk).reshape(1, -1), format="flt", layout="stereo"
        )
        frame.sample_rate, frame.pts = RATE, position
        position += len(chunk)
        graph.push(frame)
        for out in _pull(graph):
            if late >= len(out):
                late -= len(out)
                continue
            yield out[late:]
            late = 0
    graph.push(None)
    for out in _pull(graph):
        yield out[late:]
        late = max(0, late - len(out))


def _pull(graph: av.filter.Graph) -> Iterator[Samples]:
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        yield np.asarray(frame.to_ndarray(), dtype=np.float32).reshape(-1, 2)
