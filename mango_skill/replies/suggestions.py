"""Two or three next steps that make sense for a timeline."""

from __future__ import annotations

from mango_skill.replies.wording import say
from mango_skill.timeline.model import Role, Timeline, TrackKind
from mango_skill.timeline.summary import summarize

_LONG_MS = 90_000


def suggest(timeline: Timeline | None, *, summary: str = "", language: str, most: int = 3) -> list[str]:
    """Return what could be done next, worded; only things that the video does not have yet.

    Args:
        timeline: The video; without it, its ``summary`` in the published form is read.
        summary: Used where the timeline itself is not at hand.
        language: The reader's language.
        most: How many at most.
    """
    said = summary or (summarize(timeline) if timeline is not None else "")
    if (timeline is not None and not any(track.clips for track in timeline.tracks)) or "(0 tracks)" in said:
        return [say(language, "next.footage")]
    clips = _count_clips(timeline, said)
    wishes: list[tuple[bool, str]] = [
        (clips == 1 and timeline is not None and timeline.duration > _LONG_MS, "next.pauses"),
        ("Captions:" not in said, "next.captions"),
        ("BGM:" not in said, "next.music"),
        (clips > 1 and not _has_transition(timeline), "next.transitions"),
        ("Title:" not in said, "next.title"),
    ]
    keys = [key for holds, key in wishes if holds][: most - 1]
    return [say(language, key) for key in [*keys, "next.export" if len(keys) else "next.undo"]] + (
        [] if keys else [say(language, "next.export")]
    )


def _count_clips(timeline: Timeline | None, summary: str) -> int:
    if timeline is None:
        return 2 if "clips" in summary.partition("2.")[0] else 1
    main = next((track for track in timeline.tracks if track.role is Role.MAIN), None)
    main = main or next((track for track in timeline.tracks if track.kind is TrackKind.VIDEO), None)
    return len(main.clips) if main is not None else 0


def _has_transition(timeline: Timeline | None) -> bool:
    return timeline is None or any(clip.transition is not None for _, clip in timeline.clips())
