"""Sound: volume, mute, music, effects, voices."""

from __future__ import annotations

from mango_skill.operations.clause import Clause, make
from mango_skill.operations.model import Operation
from mango_skill.operations.rules.music import _effects, _music
from mango_skill.operations.rules.voices import (
    _bleep,
    _denoise,
    _dub,
    _enhance,
    _isolate,
    _level_speakers,
    _pitch,
    _shift,
    _voiceover,
)
from mango_skill.operations.rules.volume import _duck, _mute, _normalize, _unmute, _volume


def read_sound(clause: Clause) -> list[Operation]:
    """Understand what a clause asks of the sound."""
    for read in (
        _unmute,
        _bleep,
        _dub,
        _voiceover,
        _duck,
        _pitch,
        _shift,
        _level_speakers,
        _enhance,
        _isolate,
        _denoise,
        _effects,
        _replace_audio,
        _music,
        _normalize,
        _mute,
        _volume,
    ):
        found = read(clause)
        if found:
            return found
    return []


def _replace_audio(clause: Clause) -> list[Operation]:
    file = clause.one("f")
    if not file or clause.has("music", "captions", "voiceover", "sfx"):
        return []
    if (clause.has("replace") and clause.has("audio", "original_audio", "voice")) or clause.says(
        r"use (?:the )?(?:audio|sound) (?:from|of|in)|as the (?:audio|sound|voice)(?: track)?(?![a-z])|当(?:作|做)?(?:原声|声音|音频|人声)|for the (?:audio|sound)(?: track)?|(?:音频|声音|音轨)(?:用|换)"
    ):
        return [make("replace_audio", source=file, clip=clause.clip)]
    return []
