"""What changed from one timeline to another, as facts that can be put in words.

Clips and tracks are matched by id when the ids carry over, else by name and material, so that drafts of a
service that renumbers its segments compare sensibly too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
    CLIP_JOINED = "clip_joined"  # before the number of pieces, after 1
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
    matching = _match_clips(before.clips, after.clips)
    yield from matching.cuts(where)
    moved = {old.id: place for place, (old, _) in enumerate(matching.pairs, 1)}
    stayed = [clip.id for clip in before.clips if clip.id in moved]
    positions = {identity: place for place, identity in enumerate(stayed, 1)}
    for old, new in matching.pairs:
        if old != new:
            yield from _clip(old, new, where, (positions[old.id], moved[old.id]))
        elif positions[old.id] != moved[old.id]:
            yield _of(where, new, ChangeKind.CLIP_REORDERED, positions[old.id], moved[old.id])
    for old in matching.removed:
        yield _of(where, old, ChangeKind.CLIP_REMOVED, _span(old), None)
    for new in matching.added:
        yield _of(where, new, ChangeKind.CLIP_ADDED, None, _span(new))
    rest = (before.name, before.role, before.extra, before.wire_type)
    if rest != (after.name, after.role, after.extra, after.wire_type):
        yield Change(ChangeKind.TRACK_CHANGED, label(after), track_id=after.id)


@dataclass(frozen=True)
class _Matching:
    """Which clips of two tracks are the same thing.

    ``pieces`` are new clips beside the old one that they were cut from, ``joined`` old ones beside the new
    one that took them in again; both in the order of the track.
    """

    pairs: tuple[tuple[Clip, Clip], ...]
    pieces: tuple[tuple[Clip, Clip], ...]
    joined: tuple[tuple[Clip, Clip], ...]
    removed: tuple[Clip, ...]
    added: tuple[Clip, ...]

    def cuts(self, where: Change) -> Iterator[Change]:
        """Tell what was cut up and what became whole again, and how the pieces differ from the whole."""
        for parent in _distinct(old for old, _ in self.pieces):
            count = 1 + sum(old is parent for old, _ in self.pieces)
            yield _of(where, parent, ChangeKind.CLIP_SPLIT, 1, count)
        for old, piece in self.pieces:
            yield from _properties(old, piece, where)
        for whole in _distinct(new for _, new in self.joined):
            count = 1 + sum(new is whole for _, new in self.joined)
            yield _of(where, whole, ChangeKind.CLIP_JOINED, count, 1)
        for piece, new in self.joined:
            yield from _properties(piece, new, where)


def _match_clips(before: Sequence[Clip], after: Sequence[Clip]) -> _Matching:
    """Match by id, then by what the clip is, then by the material that a cut left or took back."""
    left = {clip.id: clip for clip in before}
    matches: dict[int, Clip] = {}
    for place, new in enumerate(after):
        old = left.get(new.id)
        if old is not None and _same_thing(old, new):
            matches[place] = left.pop(new.id)
    for place, new in enumerate(after):
        if place not in matches:
            old = next((one for one in left.values() if _same_thing(one, new)), None)
            if old is not None:
                matches[place] = left.pop(old.id)
    pairs = tuple((matches[place], after[place]) for place in sorted(matches))
    pieces, added = _kin(
        [new for place, new in enumerate(after) if place not in matches], [o for o, _ in pairs]
    )
    joined, removed = _kin(list(left.values()), [new for _, new in pairs])
    return _Matching(pairs, tuple((old, new) for new, old in pieces), tuple(joined), removed, added)


def _kin(clips: Sequence[Clip], wholes: Sequence[Clip]) -> tuple[list[tuple[Clip, Clip]], tuple[Clip, ...]]:
    """Pair clips with the one whose material they share; the rest has none."""
    paired: list[tuple[Clip, Clip]] = []
    rest: list[Clip] = []
    for clip in clips:
        whole = next((one for one in wholes if _shares_material(one, clip)), None)
        if whole is None:
            rest.append(clip)
        else:
            paired.append((clip, whole))
    return paired, tuple(rest)


def _shares_material(one: Clip, other: Clip) -> bool:
    if one.media is None or one.media != other.media or one.source is None or other.source is None:
        return False
    return one.source.overlaps(other.source)


def _distinct(clips: Iterable[Clip]) -> list[Clip]:
    return list({id(clip): clip for clip in clips}.values())


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
    if old.speed == new.speed and (old.range.duration != new.range.duration or old.source != new.source):
        yield _of(where, new, ChangeKind.CLIP_TRIMMED, _span(old), _span(new))
    yield from _properties(old, new, where)
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
    rest = (old.name, old.media, old.freeze, old.extra)
    if rest != (new.name, new.media, new.freeze, new.extra):
        yield _of(where, new, ChangeKind.CLIP_CHANGED, old.name, new.name)


def _properties(old: Clip, new: Clip, where: Change) -> Iterator[Change]:
    """What may differ between a whole and a piece of it: speed, level, effects, the way in."""
    if old.speed != new.speed:
        yield _of(where, new, ChangeKind.SPEED, float(old.speed), float(new.speed))
    if old.reverse != new.reverse:
        yield _of(where, new, ChangeKind.REVERSE, old.reverse, new.reverse)
    if old.volume != new.volume:
        yield _of(where, new, ChangeKind.VOLUME, old.volume, new.volume)
    yield from _transition(old, new, where)
    yield from _effects(old.effects, new.effects, _of(where, new, ChangeKind.OTHER, None, None))


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
