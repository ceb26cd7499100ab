"""The doors that a child process is called through (``worker.run_isolated``): JSON in, JSON out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mango_skill.engine.media import loudness, music, scenes, sfx, silence, tempo
from mango_skill.engine.media.info import Examination, MediaInfo
from mango_skill.engine.media.probe import probe


def examine_file(
    path: str, wanted: Sequence[str] = (), pause_options: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return ``Examination.to_dict`` of a file.

    Args:
        path: The file.
        wanted: Any of ``pauses``, ``loudness``, ``tempo``, ``cuts``.
        pause_options: Keyword arguments of ``silence.find_pauses``.

    Raises:
        MediaError: See ``probe.probe``.
    """
    info = probe(path)
    heard, moving = info.has_audio, info.kind == "video"
    found = Examination(
        info=info,
        pauses_ms=_pauses(path, info, pause_options or {}) if "pauses" in wanted else None,
        loudness=loudness.measure_loudness(path) if "loudness" in wanted and heard else None,
        tempo=tempo.find_tempo(path) if "tempo" in wanted and heard else None,
        cuts=scenes.find_cuts(path) if "cuts" in wanted and moving else None,
    )
    return found.to_dict()


def _pauses(path: str, info: MediaInfo, options: Mapping[str, Any]) -> tuple[tuple[int, int], ...]:
    if not info.has_audio:
        return ()
    # The timeline counts from the file's first picture; the sound was read from the file's time 0.
    first = info.video_start_ms if info.kind == "video" else info.audio_start_ms
    moved = ((start - first, end - first) for start, end in silence.find_pauses(path, **options))
    return tuple((max(0, start), min(end, info.duration_ms)) for start, end in moved if end > 0)


def write_bed(path: str, mood: str, duration_ms: int, seed: int = 0) -> dict[str, Any]:
    """Write a music bed as WAV (see ``music.render_bed``) and return its ``MediaInfo.to_dict``."""
    music.write_bed(path, mood, duration_ms, seed=seed)
    return probe(path).to_dict()


def write_effect(path: str, name: str, duration_ms: int | None = None, seed: int = 0) -> dict[str, Any]:
    """Write a sound effect as WAV (see ``sfx.render_effect``) and return its ``MediaInfo.to_dict``."""
    sfx.write_effect(path, name, duration_ms=duration_ms, seed=seed)
    return probe(path).to_dict()
