"""Captions as a file beside the video: SubRip and WebVTT. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from mango_skill.engine.render.parts import Cue


def write_srt(cues: Sequence[Cue]) -> str:
    """Return cues as SubRip."""
    blocks = (
        f"{number}\n{_time(cue.start, ',')} --> {_time(cue.end, ',')}\n{_lines(cue.text)}\n"
        for number, cue in enumerate(cues, 1)
    )
    return "\n".join(blocks)


def write_vtt(cues: Sequence[Cue]) -> str:
    """Return cues as WebVTT."""
    blocks = (f"{_time(cue.start, '.')} --> {_time(cue.end, '.')}\n{_escaped(cue.text)}\n" for cue in cues)
    return "WEBVTT\n\n" + "\n".join(blocks)


def _lines(text: str) -> str:
    # An empty line ends a cue.
    return "\n".join(line for line in text.splitlines() if line.strip()) or " "


def _escaped(text: str) -> str:
    return _lines(text).replace("&", "&amp;").replace("<", "&lt;").replace("-->", "--&gt;")


def _time(milliseconds: int, mark: str) -> str:
    seconds, rest = divmod(max(0, milliseconds), 1000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02d}:{minute:02d}:{second:02d}{mark}{rest:03d}"
