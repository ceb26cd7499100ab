"""The doors that a child process is called through (``worker.run_isolated``): JSON in, JSON out.

All times are milliseconds on the clock of the timeline: 0 is the file's first picture, or its first sound when
there are no pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mango_skill.engine.media import loops, music, sfx, silence, tempo
from mango_skill.engine.media import loudness as loudness_meter
from mango_skill.engine.media import scenes as shots
from mango_skill.engine.media.info import Examination, MediaInfo, Tempo
from mango_skill.engine.media.probe import probe
from mango_skill.engine.media.samples import left_out_ms
from mango_skill.engine.media.texts import read_cues


def examine(path: str, wanted: Sequence[str] = (), **pause_options: Any) -> dict[str, Any]:
    """Return ``Examination.to_dict`` of a file.

    Args:
        path: The file.
        wanted: Any of ``pauses``, ``loudness``, ``tempo``, ``cuts``.
        pause_options: Keyword arguments of ``silence.find_pauses``.

    Raises:
        MediaError: See ``probe.probe``.
    """
    info = probe(path)
    found = Examination(
        info=info,
        pauses_ms=_pauses(path, info, **pause_options) if "pauses" in wanted else None,
        loudness=loudness_meter.measure_loudness(path) if "loudness" in wanted and info.has_audio else None,
        tempo=_tempo(path, info) if "tempo" in wanted and info.has_audio else None,
        cuts=shots.find_cuts(path) if "cuts" in wanted and info.has_video else None,
    )
    return found.to_dict()


def pauses(path: str, **options: Any) -> list[tuple[int, int]]:
    """Return what may be cut out (see ``silence.find_pauses``); nothing for a file without sound."""
    return list(_pauses(path, probe(path), **options))


def beats(path: str) -> list[int]:
    """Return the instants of the beats; nothing for a file without sound or without a pulse."""
    info = probe(path)
    return list(_tempo(path, info).beats_ms) if info.has_audio else []


def loop(path: str) -> dict[str, int] | None:
    """Return the fields of how a song goes on for longer than it is; None for a file without sound."""
    info = probe(path)
    if not info.has_audio:
        return None
    found, first = loops.find_loop(path), _first_ms(info)
    moved = {name: getattr(found, name) - first for name in ("start", "end", "heard")}
    return {**asdict(found), **moved, "start": max(0, moved["start"])}


def loudness(path: str) -> float | None:
    """Return the integrated loudness in LUFS; None for a file without sound."""
    return loudness_meter.measure_loudness(path).lufs if probe(path).has_audio else None


def scenes(path: str) -> list[int]:
    """Return where a new shot begins; nothing for a file without moving pictures."""
    return [cut.at_ms for cut in shots.find_cuts(path)] if probe(path).has_video else []


def cues(path: str) -> list[tuple[int, int, str]]:
    """Return the cues of a caption file as (start, end, text)."""
    return list(read_cues(Path(path)))


def write_bed(path: str, mood: str, duration_ms: int, seed: int = 0) -> dict[str, Any]:
    """Write a music bed as WAV (see ``music.render_bed``) and return its ``MediaInfo.to_dict``."""
    music.write_bed(path, mood, duration_ms, seed=seed)
    return probe(path).to_dict()


def write_effect(path: str, name: str, duration_ms: int | None = None, seed: int = 0) -> dict[str, Any]:
    """Write a sound effect as WAV (see ``sfx.render_effect``) and return its ``MediaInfo.to_dict``."""
    sfx.write_effect(path, name, duration_ms=duration_ms, seed=seed)
    return probe(path).to_dict()


def _first_ms(info: MediaInfo) -> int:
    """Sound is read from the file's own time 0; the timeline counts from the first picture."""
    first = info.video_start_ms if info.has_video else info.audio_start_ms
    return first - left_out_ms(first, info.audio_start_ms)


def _pauses(path: str, info: MediaInfo, **options: Any) -> tuple[tuple[int, int], ...]:
    if not info.has_audio:
        return ()
    first = _first_ms(info)
    moved = ((start - first, end - first) for start, end in silence.find_pauses(path, **options))
    return tuple(
        (max(0, start), min(end, info.duration_ms))
        for start, end in moved
        if end > 0 and start < info.duration_ms
    )


def _tempo(path: str, info: MediaInfo) -> Tempo:
    found = tempo.find_tempo(path)
    first = _first_ms(info)
    return Tempo(found.bpm, tuple(at - first for at in found.beats_ms if at >= first))
