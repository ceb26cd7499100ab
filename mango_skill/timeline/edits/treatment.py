"""Effects onto clips, tracks and the whole, and off them again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from mango_skill.timeline.model import Effect, Role, Timeline


def with_effect(effects: Iterable[Effect], fresh: Effect) -> tuple[Effect, ...]:
    """Add an effect; it takes the place of one of its kind, target and range."""
    kept = tuple(one for one in effects if not _same_place(one, fresh))
    return (*kept, fresh)


def without_kind(effects: Iterable[Effect], *kinds: str) -> tuple[Effect, ...]:
    """Return the effects that are of none of the kinds."""
    return tuple(one for one in effects if one.kind not in kinds)


def treat(timeline: Timeline, effect: Effect) -> Timeline:
    """Put an effect on the whole timeline (its range, if it has one, is timeline time)."""
    return replace(timeline, effects=with_effect(timeline.effects, effect))


def treat_clips(timeline: Timeline, ids: Collection[str], effect: Effect) -> Timeline:
    """Put an effect on clips of any track."""
    return _each_clip(timeline, ids, lambda effects: with_effect(effects, effect))


def treat_tracks(timeline: Timeline, role: Role, effect: Effect) -> Timeline:
    """Put an effect on all tracks of a role."""
    tracks = (
        replace(track, effects=with_effect(track.effects, effect)) if track.role is role else track
        for track in timeline.tracks
    )
    return replace(timeline, tracks=tuple(tracks))


def clear(timeline: Timeline, unwanted: Callable[[Effect], bool]) -> Timeline:
    """Take effects off clips, tracks and the whole."""

    def left(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
        return tuple(one for one in effects if not unwanted(one))

    tracks = tuple(
        replace(
            track,
            effects=left(track.effects),
            clips=tuple(replace(clip, effects=left(clip.effects)) for clip in track.clips),
        )
        for track in timeline.tracks
    )
    return replace(timeline, tracks=tracks, effects=left(timeline.effects))


def clear_clips(timeline: Timeline, ids: Collection[str], *kinds: str) -> Timeline:
    """Take the kinds of effects off clips."""
    return _each_clip(timeline, ids, lambda effects: without_kind(effects, *kinds))


def _each_clip(
    timeline: Timeline, ids: Collection[str], change: Callable[[tuple[Effect, ...]], tuple[Effect, ...]]
) -> Timeline:
    tracks = tuple(
        replace(
            track,
            clips=tuple(
                replace(clip, effects=change(clip.effects)) if clip.id in ids else clip
                for clip in track.clips
            ),
        )
        if any(clip.id in ids for clip in track.clips)
        else track
        for track in timeline.tracks
    )
    return replace(timeline, tracks=tracks)


def _same_place(one: Effect, fresh: Effect) -> bool:
    same_target = one.parameters.get("target") == fresh.parameters.get("target")
    same_region = one.parameters.get("left_percent") == fresh.parameters.get("left_percent")
    if fresh.kind == "stylize" and one.parameters.get("name") != fresh.parameters.get("name"):
        return False
    return one.kind == fresh.kind and one.range == fresh.range and same_target and same_region
