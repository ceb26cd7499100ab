"""What changed from one timeline to another, as facts that can be put in words.

Clips and tracks are matched by id when the ids carry over, else by name and material, so that drafts of a
service that renumbers its segments compare sensibly too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mango_skill.timeline.model import Canvas, Clip, Effect, Timeline, Track
from mango_skill.timeline.summary import clip_title, label


class ChangeKind(StrEnum):
    """What happened. The facts of a change stand in its ``before`` and ``after``."""

    DURATION = "duration"  # whole video, ms
    CANVAS = "canvas"  # {width, height, fps, fit}
    TRACK_ADDED = "track_added"
    TRACK_REMOVED = "track_removed"
    TRACK_CHANGED = "track_changed"  # an unknown key of a track
    CLIP_ADDED = "clip_added"  # after: [start, end]
    CLIP_REMOVED = "clip_removed"  # before: [start, end]
    CLIP_SPLIT = "clip_split"  # before 1, after the number of pieces
    CLIP_MOVED = "clip_moved"  # same length, other place: [start, end]
    CLIP_TRIMMED = "clip_trimmed"  # other length or other part of the material: [start, end]
    CLIP_REORDERED = "clip_reordered"  # place within its track, counted from 1
    CLIP_CHANGED = "clip_changed"  # anything else of a clip, unknown keys included
    SPEED = "speed"
    REVERSE = "reverse"
    VOLUME = "volume"  # percent
    TEXT = "text"
    STYLE = "style"  # {key: value}, only keys that differ
    TRANSITION_ADDED = "transition_added"  # after: kind
    TRANSITION_REMOVED = "transition_removed"
    TRANSITION_CHANGED = "transition_changed"
    EFFECT_ADDED = "effect_added"  # after: {kind, parameters, range}
    EFFECT_REMOVED = "effect_removed"
    EFFECT_CHANGED = "effect_changed"
    OTHER = "other"  # keys that this version does not know


@dataclass(frozen=True)
class Change:
    """One fact. ``track`` is the track's label ("Video", "BGM"), ``name`` the clip's; empty for the whole."""

    kind: ChangeKind
    track: str = ""
    name: str = ""
    before: Any = None
    after: Any = None
    track_id: str = ""
    clip_id: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the change without ids, what is absent left out."""
        facts = {
            "kind": self.kind.value,
            "track": self.track,
            "name": self.name,
            "before": self.before,
            "after": self.after,
        }
        return {key: value for key, value in facts.items() if value not in (None, "")}


@dataclass(frozen=True)
class Difference:
    """All changes, the whole first, then track by track in timeline order."""

    changes: tuple[Change, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes)

    def of(self, kind: ChangeKind) -> tuple[Change, ...]:
        """Return the changes of one kind."""
        return tuple(change for change in self.changes if change.kind is kind)

    def to_json(self) -> list[dict[str, Any]]:
        """Return the changes as JSON."""
        return [change.to_json() for change in self.changes]


def difference(before: Timeline, after: Timeline) -> Difference:
    """Compare two timelines; empty exactly when they are equal."""
    if before == after:
        return Difference()
    changes = [*_whole(before, after), *_tracks(before, after)]
    if not changes:
        changes = [Change(ChangeKind.OTHER)]
    return Difference(tuple(changes))


def _whole(before: Timeline, after: Timeline) -> Iterator[Change]:
    if before.duration != after.duration:
        yield Change(ChangeKind.DURATION, before=before.duration, after=after.duration)
    if before.canvas != after.canvas:
        yield Change(ChangeKind.CANVAS, before=_canvas(before.canvas), after=_canvas(after.canvas))
    yield from _effects(before.effects, after.effects, Change(ChangeKind.OTHER))
    if before.extra != after.extra:
        yield Change(ChangeKind.OTHER)


def _tracks(before: Timeline, after: Timeline) -> Iterator[Change]:
    pairs = _pair_tracks(before.tracks, after.tracks)
    for old, new in pairs:
        if new is None and old is not None:
            yield Change(ChangeKind.TRACK_REMOVED, label(old), _names(old), track_id=old.id)
        elif old is None and new is not None:
            yield Change(ChangeKind.TRACK_ADDED, label(new), _names(new), track_id=new.id)
        elif old is not None and new is not None and old != new:
            yield from _track(old, new)


def _pair_tracks(before: Sequence[Track], after: Sequence[Track]) -> list[tuple[Track | None, Track | None]]:
    left = list(before)
    pairs: list[tuple[Track | None, Track | None]] = []
    for new in after:
        old = next((one for one in left if one.id == new.id and one.kind == new.kind), None)
        old = old or next((one for one in left if one.kind == new.kind and one.role == new.role), None)
        if old is not None:
            left.remove(old)
        pairs.append((old, new))
    return [*pairs, *((old, None) for old in left)]


def _track(before: Track, after: Track) -> Iterator[Change]:
    where = Change(ChangeKind.OTHER, label(after), track_id=after.id)
    yield from _effects(before.effects, after.effects, where)
    pairs, pieces = _pair_clips(before.clips, after.clips)
    for parent, count in pieces:
        yield _of(where, parent, ChangeKind.CLIP_SPLIT, 1, count)
    kept = [old.id for old, new in pairs if old is not None and new is not None]
    moved = {identity: place for place, identity in enumerate(kept, 1)}
    stayed = [clip.id for clip in before.clips if clip.id in moved]
    positions = {identity: place for place, identity in enumerate(stayed, 1)}
    for old, new in pairs:
        if new is None and old is not None:
            yield _of(where, old, ChangeKind.CLIP_REMOVED, _span(old), None)
        elif old is None and new is not None:
            yield _of(where, new, ChangeKind.CLIP_ADDED, None, _span(new))
        elif old is not None and new is not None and old != new:
            yield from _clip(old, new, where, (positions[old.id], moved[old.id]))
        if old is not None and new is not None and positions[old.id] != moved[old.id] and old == new:
            yield _of(where, new, ChangeKind.CLIP_REORDERED, positions[old.id], moved[old.id])
    rest = (before.name, before.role, before.extra, before.wire_type)
    if rest != (after.name, after.role, after.extra, after.wire_type):
        yield Change(ChangeKind.TRACK_CHANGED, label(after), track_id=after.id)


def _pair_clips(
    before: Sequence[Clip], after: Sequence[Clip]
) -> tuple[list[tuple[Clip | None, Clip | None]], list[tuple[Clip, int]]]:
    """Match by id, then by what the clip is; pieces of one clip that was cut up count as its split."""
    left = {clip.id: clip for clip in before}
    matches: dict[int, Clip] = {}
    for place, new in enumerate(after):
        old = left.get(new.id)
        if old is not None and _same_thing(old, new):
            matches[place] = left.pop(new.id)
    for place, new in enumerate(after):
        if place in matches:
            continue
        old = next((one for one in left.values() if _same_thing(one, new)), None)
        if old is not None:
            matches[place] = left.pop(old.id)
    pieces: dict[str, tuple[Clip, int]] = {}
    new_of_old: dict[int, Clip] = {}
    for place, new in enumerate(after):
        if place in matches:
            continue
        parent = next(
            (
                old
                for old in matches.values()
                if old.source is not None
                and new.source is not None
                and old.media == new.media
                and old.media is not None
                and old.source.overlaps(new.source)
            ),
            None,
        )
        if parent is not None:
            pieces[parent.id] = (parent, pieces.get(parent.id, (parent, 1))[1] + 1)
            new_of_old[place] = parent
    pairs: list[tuple[Clip | None, Clip | None]] = [
        (matches.get(place), new) for place, new in enumerate(after) if place not in new_of_old
    ]
    return [*pairs, *((old, None) for old in left.values())], list(pieces.values())


def _same_thing(old: Clip, new: Clip) -> bool:
    if old.id == new.id and (old.media == new.media or old.text is not None):
        return (old.text is None) == (new.text is None)
    if old.text is not None or new.text is not None:
        return old.text == new.text
    return old.media == new.media and old.name == new.name


def _clip(old: Clip, new: Clip, where: Change, places: tuple[int, int]) -> Iterator[Change]:
    if places[0] != places[1]:
        yield _of(where, new, ChangeKind.CLIP_REORDERED, places[0], places[1])
    elif old.range.duration == new.range.duration and old.range.start != new.range.start:
        yield _of(where, new, ChangeKind.CLIP_MOVED, _span(old), _span(new))
    if old.speed != new.speed:
        yield _of(where, new, ChangeKind.SPEED, float(old.speed), float(new.speed))
    elif old.range.duration != new.range.duration or old.source != new.source:
        yield _of(where, new, ChangeKind.CLIP_TRIMMED, _span(old), _span(new))
    if old.reverse != new.reverse:
        yield _of(where, new, ChangeKind.REVERSE, old.reverse, new.reverse)
    if old.volume != new.volume:
        yield _of(where, new, ChangeKind.VOLUME, old.volume, new.volume)
    if old.text != new.text:
        yield _of(where, new, ChangeKind.TEXT, old.text, new.text)
    if old.style != new.style:
        keys = [key for key in {**old.style, **new.style} if old.style.get(key) != new.style.get(key)]
        yield _of(
            where,
            new,
            ChangeKind.STYLE,
            {key: old.style[key] for key in keys if key in old.style},
            {key: new.style[key] for key in keys if key in new.style},
        )
    yield from _transition(old, new, where)
    yield from _effects(old.effects, new.effects, _of(where, new, ChangeKind.OTHER, None, None))
    rest = (old.name, old.media, old.freeze, old.extra)
    if rest != (new.name, new.media, new.freeze, new.extra):
        yield _of(where, new, ChangeKind.CLIP_CHANGED, old.name, new.name)


def _transition(old: Clip, new: Clip, where: Change) -> Iterator[Change]:
    if old.transition == new.transition:
        return
    if old.transition is None and new.transition is not None:
        yield _of(where, new, ChangeKind.TRANSITION_ADDED, None, new.transition.kind)
    elif new.transition is None and old.transition is not None:
        yield _of(where, new, ChangeKind.TRANSITION_REMOVED, old.transition.kind, None)
    elif old.transition is not None and new.transition is not None:
        yield _of(where, new, ChangeKind.TRANSITION_CHANGED, old.transition.kind, new.transition.kind)


def _effects(before: Sequence[Effect], after: Sequence[Effect], where: Change) -> Iterator[Change]:
    old = [effect for effect in before if effect not in after]
    new = [effect for effect in after if effect not in before]
    for effect in new:
        same = next((one for one in old if one.kind == effect.kind), None)
        if same is None:
            yield _at(where, ChangeKind.EFFECT_ADDED, None, _effect(effect))
        else:
            old.remove(same)
            yield _at(where, ChangeKind.EFFECT_CHANGED, _effect(same), _effect(effect))
    for effect in old:
        yield _at(where, ChangeKind.EFFECT_REMOVED, _effect(effect), None)


def _at(where: Change, kind: ChangeKind, before: Any, after: Any) -> Change:
    return Change(kind, where.track, where.name, before, after, where.track_id, where.clip_id)


def _of(where: Change, clip: Clip, kind: ChangeKind, before: Any, after: Any) -> Change:
    return Change(kind, where.track, clip_title(clip), before, after, where.track_id, clip.id)


def _effect(effect: Effect) -> dict[str, Any]:
    facts: dict[str, Any] = {"kind": effect.kind}
    if effect.parameters:
        facts["parameters"] = dict(effect.parameters)
    if effect.range is not None:
        facts["range"] = [effect.range.start, effect.range.end]
    return facts


def _canvas(canvas: Canvas | None) -> dict[str, Any] | None:
    if canvas is None:
        return None
    return {"width": canvas.width, "height": canvas.height, "fps": float(canvas.fps), "fit": canvas.fit}


def _span(clip: Clip) -> list[int]:
    return [clip.range.start, clip.range.end]


def _names(track: Track) -> str:
    return ", ".join(dict.fromkeys(clip_title(clip) for clip in track.clips))
