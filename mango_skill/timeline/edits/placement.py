"""Clips onto the tracks beside the storyline, and off them again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from mango_skill.timeline.edits.identity import fresh_ids, fresh_track_id
from mango_skill.timeline.model import Clip, Role, Timeline, Track, TrackKind

_KINDS = {
    Role.MAIN: TrackKind.VIDEO,
    Role.OVERLAY: TrackKind.VIDEO,
    Role.GRAPHICS: TrackKind.VIDEO,
    Role.MUSIC: TrackKind.AUDIO,
    Role.VOICE: TrackKind.AUDIO,
    Role.SFX: TrackKind.AUDIO,
    Role.TITLE: TrackKind.TEXT,
    Role.CAPTIONS: TrackKind.TEXT,
}
_ORDER = tuple(_KINDS)


def place(
    timeline: Timeline, role: Role, clips: Iterable[Clip], *, kind: TrackKind | None = None
) -> Timeline:
    """Add clips to the tracks of a role, each with a fresh id.

    Pictures that would overlap go to a further track above; texts and sounds may share one.
    """
    ids = fresh_ids(timeline)
    wanted = kind or _KINDS[role]
    fresh = [replace(clip, id=next(ids)) for clip in clips]
    # Only pictures must keep apart; all texts or sounds find room on one track together.
    for group in ([clip] for clip in fresh) if wanted is TrackKind.VIDEO else [fresh]:
        if not group:
            continue
        track = next((one for one in timeline.role(role) if _has_room(one, group[0], wanted)), None)
        if track is None:
            track = Track(fresh_track_id(timeline, role.value), wanted, role)
            timeline = _insert_track(timeline, track)
        ordered = sorted((*track.clips, *group), key=lambda one: one.range.start)
        timeline = timeline.with_track(replace(track, clips=tuple(ordered)))
    return timeline


def change_clips(timeline: Timeline, ids: Collection[str], change: Callable[[Clip], Clip | None]) -> Timeline:
    """Change clips where they stand; None removes one. Tracks that become empty go, the storyline stays."""
    tracks: list[Track] = []
    for track in timeline.tracks:
        if not any(clip.id in ids for clip in track.clips):
            tracks.append(track)
            continue
        changed = [change(clip) if clip.id in ids else clip for clip in track.clips]
        left = sorted((clip for clip in changed if clip is not None), key=lambda clip: clip.range.start)
        if left or track is timeline.main:
            tracks.append(replace(track, clips=tuple(left)))
    return replace(timeline, tracks=tuple(tracks))


def remove_clips(timeline: Timeline, ids: Collection[str]) -> Timeline:
    """Take clips off the tracks beside the storyline, without moving anything else."""
    return change_clips(timeline, ids, lambda clip: None)


def remove_role(timeline: Timeline, role: Role) -> Timeline:
    """Take all tracks of a role away."""
    return replace(timeline, tracks=tuple(track for track in timeline.tracks if track.role is not role))


def _has_room(track: Track, clip: Clip, kind: TrackKind) -> bool:
    if track.kind is not kind:
        return False
    return kind is not TrackKind.VIDEO or not any(one.range.overlaps(clip.range) for one in track.clips)


def _insert_track(timeline: Timeline, track: Track) -> Timeline:
    """Put a track where its role belongs: pictures low, sounds between, words on top."""
    rank = _ORDER.index(track.role) if track.role is not None else 0
    place = 0
    for number, one in enumerate(timeline.tracks, 1):
        if one.role is None or _ORDER.index(one.role) <= rank:
            place = number
    return replace(timeline, tracks=(*timeline.tracks[:place], track, *timeline.tracks[place:]))
