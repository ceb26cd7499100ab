"""What is wrong with a timeline: all problems at once, as facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from mango_skill.timeline.effects import CLIP, EFFECTS, TIMELINE, TRACK, TRANSITIONS
from mango_skill.timeline.model import (
    AssetSource,
    Clip,
    Effect,
    MediaKind,
    MediaReference,
    Timeline,
    Track,
    TrackKind,
)

# Milliseconds are rounded once per edge and media report their own length to the frame: that much is no error.
_TOLERANCE_MS = 120


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. ``fatal`` ones can't be rendered."""

    code: str
    message: str
    fatal: bool = True
    track_id: str = ""
    clip_id: str = ""


def check(timeline: Timeline, media: Mapping[str, MediaReference] | None = None) -> tuple[Problem, ...]:
    """Return every problem. Without ``media`` the references to files are not looked at."""
    return (
        *_emptiness(timeline),
        *_identities(timeline),
        *(problem for track in timeline.tracks for problem in _track(track)),
        *(problem for effect in timeline.effects for problem in _effect(effect, TIMELINE)),
        *(
            problem
            for track, clip in timeline.clips()
            for problem in _clip(track, clip, media)
            if track.kind is not TrackKind.OTHER
        ),
    )


def _emptiness(timeline: Timeline) -> Iterator[Problem]:
    carried = [clip for track, clip in timeline.clips() if track.kind in (TrackKind.VIDEO, TrackKind.AUDIO)]
    if not any(clip.range.duration > 0 for clip in carried):
        yield Problem("empty", "There is no picture and no sound on the timeline.")


def _identities(timeline: Timeline) -> Iterator[Problem]:
    seen: set[str] = set()
    for identity in [
        *(track.id for track in timeline.tracks),
        *(clip.id for _, clip in timeline.clips()),
    ]:
        if identity in seen:
            yield Problem("duplicate_id", f"The id {identity} stands twice.")
        seen.add(identity)


def _track(track: Track) -> Iterator[Problem]:
    ordered = sorted(track.clips, key=lambda clip: clip.range.start)
    if tuple(ordered) != track.clips:
        yield Problem("order", "The clips are not in the order of their start.", track_id=track.id)
    for effect in track.effects:
        yield from _effect(effect, TRACK)
    if track.kind is not TrackKind.VIDEO:
        return  # sounds add up and texts may stand together
    for one, following in pairwise(ordered):
        if one.range.end > following.range.start:
            yield Problem(
                "overlap",
                f'"{one.name}" and "{following.name}" overlap on one track.',
                track_id=track.id,
                clip_id=following.id,
            )


def _clip(track: Track, clip: Clip, media: Mapping[str, MediaReference] | None) -> Iterator[Problem]:
    def problem(code: str, message: str, *, fatal: bool = True) -> Problem:
        return Problem(code, message, fatal, track.id, clip.id)

    if clip.range.start < 0 or clip.range.duration < 0:
        yield problem("negative", f'"{clip.name}" lies before the start or has a negative length.')
    if clip.range.duration == 0:
        yield problem("zero_length", f'"{clip.name}" has no length.', fatal=False)
    if clip.volume < 0:
        yield problem("volume", f'"{clip.name}" has a negative volume.')
    if clip.speed <= 0:
        yield problem("speed", f'"{clip.name}" has a speed that is not above zero.')
    if track.kind is TrackKind.TEXT and not (clip.text or "").strip():
        yield problem("no_text", "A text clip says nothing.", fatal=False)
    if clip.source is not None and not clip.freeze and clip.speed > 0:
        wanted = float(clip.range.duration * clip.speed)
        if abs(wanted - clip.source.duration) > max(_TOLERANCE_MS, float(clip.speed) * 2):
            yield problem(
                "source_length", f'"{clip.name}" shows another length than it takes from its material.'
            )
    if clip.transition is not None:
        if clip.transition.kind not in TRANSITIONS:
            kind = clip.transition.kind
            yield problem(
                "transition", f'There is no transition "{kind}"; a crossfade is drawn.', fatal=False
            )
        if clip.transition.duration <= 0:
            yield problem("transition_length", "A transition has no length.", fatal=False)
    for effect in clip.effects:
        yield from _effect(effect, CLIP)
    if media is not None and isinstance(clip.media, AssetSource):
        yield from _reference(track, clip, media.get(clip.media.asset))


def _reference(track: Track, clip: Clip, media: MediaReference | None) -> Iterator[Problem]:
    if media is None:
        yield Problem(
            "missing_media", f'The file of "{clip.name}" is not in the project.', True, track.id, clip.id
        )
        return
    timed = media.kind in (MediaKind.VIDEO, MediaKind.AUDIO) and media.duration > 0
    if timed and clip.source is not None and clip.source.end > media.duration + _TOLERANCE_MS:
        yield Problem(
            "beyond_media", f'"{clip.name}" reaches beyond the end of its file.', False, track.id, clip.id
        )
    if track.kind is TrackKind.VIDEO and media.kind is MediaKind.AUDIO:
        yield Problem("no_picture", f'"{clip.name}" is a sound on a picture track.', False, track.id, clip.id)


def _effect(effect: Effect, place: str) -> Iterator[Problem]:
    spec = EFFECTS.get(effect.kind)
    if spec is None:
        yield Problem("unknown_effect", f'There is no effect "{effect.kind}".', fatal=False)
    elif place not in spec.places:
        yield Problem("effect_place", f'The effect "{effect.kind}" can\'t stand on a {place}.', fatal=False)
