"""A timeline in one line, in the published form.

``Timeline (3 tracks): 1. Video: city timelapse (0-10s) 2. BGM: Lo-fi (0-10s, 35%) 3. Title: "Urban Dreams" (0-3s)``
"""

from __future__ import annotations

from mango_skill.timeline.model import Clip, Role, Timeline, TimeRange, Track, TrackKind

_ROLE_LABELS = {
    Role.MAIN: "Video",
    Role.OVERLAY: "Overlay",
    Role.GRAPHICS: "Graphics",
    Role.MUSIC: "BGM",
    Role.VOICE: "Voice",
    Role.SFX: "SFX",
    Role.TITLE: "Title",
    Role.CAPTIONS: "Captions",
}
_KIND_LABELS = {TrackKind.VIDEO: "Video", TrackKind.AUDIO: "BGM", TrackKind.TEXT: "Title"}
_MOST_NAMED = 3
_LONGEST_TEXT = 60


def seconds(ms: int) -> str:
    """Write milliseconds as seconds with at most one decimal: 10000 -> "10", 1500 -> "1.5"."""
    tenths = (ms + 50) // 100
    return str(tenths // 10) if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"


def time_range(one: TimeRange) -> str:
    """Write a range as "0-10s"."""
    return f"{seconds(one.start)}-{seconds(one.end)}s"


def percent(value: float) -> str:
    """Write a percentage without a needless decimal: 35.0 -> "35%"."""
    return f"{value:.10g}%" if value == round(value) else f"{value:.1f}%"


def label(track: Track) -> str:
    """Return what a track is called in a summary; "Track 12" for type 12 of a draft we do not know."""
    if track.role is not None:
        return _ROLE_LABELS[track.role]
    if track.kind in _KIND_LABELS:
        return _KIND_LABELS[track.kind]
    return f"Track type {track.wire_type}" if track.wire_type is not None else "Track"


def clip_title(clip: Clip) -> str:
    """Return a clip's words in quotes, or its name, cut to one short line."""
    if clip.text is not None:
        return f'"{_one_line(clip.text)}"'
    return _one_line(clip.name) or "untitled"


def describe_track(track: Track) -> str:
    """Return a track's part of the summary without its number."""
    if not track.clips:
        return f"{label(track)}: empty"
    whole = TimeRange.between(min(clip.range.start for clip in track.clips), track.end)
    titles = list(dict.fromkeys(clip_title(clip) for clip in track.clips))
    named = ", ".join(titles[:_MOST_NAMED])
    if len(titles) > _MOST_NAMED:
        named += f" and {len(titles) - _MOST_NAMED} more"
    facts = [time_range(whole)]
    if len(track.clips) > 1:
        facts.append(f"{len(track.clips)} {'clips' if track.kind is not TrackKind.TEXT else 'texts'}")
    volumes = {clip.volume for clip in track.clips}
    audible = track.kind is TrackKind.AUDIO or (track.kind is TrackKind.VIDEO and volumes != {100.0})
    if audible and len(volumes) == 1:
        facts.append(percent(volumes.pop()))
    return f"{label(track)}: {named} ({', '.join(facts)})"


def summarize(timeline: Timeline) -> str:
    """Return the timeline's tracks in the published form; says so when there are none."""
    count = len(timeline.tracks)
    if not count:
        return "Timeline (0 tracks): empty"
    parts = (f"{number}. {describe_track(track)}" for number, track in enumerate(timeline.tracks, 1))
    return f"Timeline ({count} track{'' if count == 1 else 's'}): {' '.join(parts)}"


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_TEXT else line[: _LONGEST_TEXT - 1] + "…"
