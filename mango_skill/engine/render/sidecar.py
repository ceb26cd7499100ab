"""Captions as a file of their own: SubRip and WebVTT."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from mango_skill.engine.render.parts import Cue
from mango_skill.errors import RenderError


def write_captions(cues: Sequence[Cue], path: Path, *, form: str) -> int:
    """Write cues as ``form`` (srt or vtt), under the final name only when complete; return the size in bytes.

    Raises:
        RenderError: ``nothing_to_render``: there are no captions.
        OSError: The file can't be written.
    """
    if not cues:
        raise no_captions()
    text = to_srt(cues) if form == "srt" else to_vtt(cues)
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return len(text.encode())


def no_captions() -> RenderError:
    """Return the error of an export of captions that are not there."""
    return RenderError(
        "There are no captions to write.",
        code="nothing_to_render",
        hint="Add captions first, from words with their times or an .srt or .vtt file.",
    )


def to_srt(cues: Sequence[Cue]) -> str:
    """Return cues as SubRip."""
    blocks = (
        f"{number}\n{_time(cue.start, ',')} --> {_time(cue.end, ',')}\n{_lines(cue.text)}\n"
        for number, cue in enumerate(cues, 1)
    )
    return "\n".join(blocks)


def to_vtt(cues: Sequence[Cue]) -> str:
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
