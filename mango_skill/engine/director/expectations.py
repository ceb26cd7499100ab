"""What a rendered file must show of a timeline: facts that can be measured on decoded frames and samples."""

from __future__ import annotations

from dataclasses import dataclass

from mango_skill.timeline import Role, Timeline, TimeRange, TrackKind


@dataclass(frozen=True)
class Expectation:
    """One measurable fact.

    ``kind`` is ``duration`` (value: ms), ``size`` (value: [width, height]), ``loudness`` (value: LUFS),
    ``silent`` (nothing is heard in ``range``), ``text`` (something is drawn in ``range``; value: the words)
    or ``picture`` (value: [asset, ms], shown at ``range.start``).
    """

    kind: str
    value: object = None
    range: TimeRange | None = None


def expectations(timeline: Timeline, *, burned_captions: bool = True) -> tuple[Expectation, ...]:
    """Return what an export of this timeline must fulfil, within a frame and a tenth of a LUFS or so."""
    found = [Expectation("duration", timeline.duration)]
    if timeline.canvas is not None:
        found.append(Expectation("size", [timeline.canvas.width, timeline.canvas.height]))
    loudness = timeline.effect("loudness")
    if loudness is not None:
        found.append(Expectation("loudness", loudness.parameters.get("lufs")))
    whole = TimeRange(0, timeline.duration)
    for effect in timeline.effects:
        if effect.kind == "mute" and effect.parameters.get("target", "all") == "all":
            found.append(Expectation("silent", None, effect.range or whole))
    for track, clip in timeline.clips():
        hidden = track.role is Role.CAPTIONS and not burned_captions
        if track.kind is TrackKind.TEXT and clip.text and not hidden:
            found.append(Expectation("text", clip.text, clip.range))
    return tuple(found)
