"""Pauses in speech: cut out, or played faster; and cuts on the beat."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from statistics import median

from mango_skill.engine.director.asked import Asked
from mango_skill.engine.director.cuts import Handler
from mango_skill.engine.director.desk import Desk
from mango_skill.engine.director.outcomes import CannotDo
from mango_skill.timeline import AssetSource, Clip, GeneratedSource, Role, TimeRange, edits
from mango_skill.timeline.edits import Fresh, Keep

LEAST_LEFT = 0.05
"""When less than this part of the footage would be left, it is no speech with pauses."""
SILENCE_FACTOR = Fraction(4)
SHORTEST_BEAT_CLIP_MS = 400
JOINT_MS = 250
"""A cut this close to a pause found by the tighter measure was a cut of that pause."""
READABLE_MS = 2000
"""A title that is shown for less is hard to read."""
MOST_GUESSES = 200
GUESS_STEP_MS = 7
GOOD_ENOUGH_MS = 40
_STRENGTHS = {"up": "tighter", "down": "less"}


def remove_silence(desk: Desk, asked: Asked) -> None:
    """Cut pauses out; the analysis leaves breaths and word ends."""
    if asked.word("direction") == "down" and give_back(desk, asked):
        return
    pauses = find_pauses(desk, asked)
    if not pauses:
        desk.did("no_pauses")
        desk.facts["pauses_cut"] = 0
        return
    removed = sum(one.duration for one in pauses)
    if desk.end - removed < max(500, desk.end * LEAST_LEFT):
        raise CannotDo("only_silence")
    arranged = edits.remove_ranges(desk.timeline, pauses)
    shown = _titles(desk)
    joints = passage_joints(pauses, desk.end)
    desk.apply(arranged)
    _tell_cut_titles(desk, shown)
    desk.passages = tuple(sorted({arranged.map.point(at) for at in joints}))
    desk.facts["pauses_cut"] = desk.facts.get("pauses_cut", 0) + len(pauses)
    desk.facts["removed_ms"] = desk.facts.get("removed_ms", 0) + removed
    desk.did("pauses_cut", count=len(pauses), removed=removed)


def _tell_cut_titles(desk: Desk, shown: Mapping[str, Clip]) -> None:
    """Tell which titles stood in what was cut, as a whole or so much that they can't be read any more."""
    left = _titles(desk)
    gone = [clip.text or "" for name, clip in shown.items() if name not in left]
    if gone:
        desk.aside("title_gone", text=gone[0][:40])
    lengths = {name: clip.range.duration for name, clip in shown.items()}
    if any(clip.range.duration < min(lengths.get(name, 0), READABLE_MS) for name, clip in left.items()):
        desk.aside("title_short")


def _titles(desk: Desk) -> dict[str, Clip]:
    return {
        clip.id: clip
        for track in desk.timeline.tracks
        if track.role is not Role.CAPTIONS
        for clip in track.clips
        if clip.text is not None
    }


def give_back(desk: Desk, asked: Asked) -> bool:
    """Put back what an earlier cut of pauses took beyond what "less" takes; False when nothing was cut yet."""
    pieces: list[Keep | Fresh] = []
    returned = 0
    clips = desk.need_clips()
    for clip, following in zip(clips, [*clips[1:], None], strict=True):
        pieces.append(Keep.whole(clip))
        gap = _cut_pause(desk, clip, following, asked) if following is not None else None
        if gap is None:
            continue
        less = [TimeRange.between(*span) for span in _pauses_of(desk, _asset(clip), asked)]
        for part in edits.subtract(gap, less):
            extent = TimeRange(0, round(part.duration / clip.speed))
            pieces.append(Fresh(replace(clip, range=extent, source=part, transition=None), origin=clip.id))
            returned += extent.duration
    if not returned:
        return False
    desk.apply(edits.arrange(desk.timeline, pieces))
    desk.facts["returned_ms"] = returned
    desk.did("pauses_returned", length=returned)
    return True


def _cut_pause(desk: Desk, clip: Clip, following: Clip, asked: Asked) -> TimeRange | None:
    """Return what was cut between two clips when it was a pause."""
    plain = clip.media == following.media and clip.speed == following.speed
    if not plain or clip.reverse or following.reverse or clip.source is None or following.source is None:
        return None
    gap = TimeRange.between(clip.source.end, following.source.start)
    if gap.duration <= 0 or not isinstance(clip.media, AssetSource) or clip.freeze or following.freeze:
        return None
    tighter = desk.studio.pauses(clip.media.asset, strength="tighter")
    inside = any(start - JOINT_MS <= gap.start and gap.end <= end + JOINT_MS for start, end in tighter)
    return gap if inside else None


def _asset(clip: Clip) -> str:
    return clip.media.asset if isinstance(clip.media, AssetSource) else ""


def speed_silence(desk: Desk, asked: Asked) -> None:
    """Play pauses faster."""
    pauses = find_pauses(desk, asked)
    if not pauses:
        desk.did("no_pauses")
        return
    stated = asked.number("factor")
    factor = Fraction(stated).limit_denominator(1000) if stated else SILENCE_FACTOR
    before = desk.end
    desk.apply(edits.change_speed(desk.timeline, [(one, factor) for one in pauses]))
    desk.facts["pauses_sped"] = len(pauses)
    desk.did("pauses_sped", count=len(pauses), factor=float(factor), removed=before - desk.end)


def find_pauses(desk: Desk, asked: Asked) -> list[TimeRange]:
    """Return the pauses of the storyline in present time, without those over which an added voice speaks."""
    found: list[TimeRange] = []
    heard = False
    known: dict[str, list[tuple[int, int]]] = {}
    for clip in desk.need_clips():
        media = desk.assets.get(clip.media.asset) if isinstance(clip.media, AssetSource) else None
        if media is None or not media.has_audio or clip.source is None or clip.freeze:
            continue
        heard = True
        if media.id not in known:
            known[media.id] = list(_pauses_of(desk, media.id, asked))
        found += [one for span in known[media.id] if (one := on_timeline(clip, span)) is not None]
    if not heard:
        raise CannotDo("no_sound_for_pauses")
    spoken = [clip.range for track in desk.timeline.role(Role.VOICE) for clip in track.clips]
    return [left for one in edits.join(found) for left in edits.subtract(one, spoken) if left.duration >= 60]


def _pauses_of(desk: Desk, asset: str, asked: Asked) -> Sequence[tuple[int, int]]:
    return desk.studio.pauses(
        asset,
        min_ms=asked.ms("min_seconds"),
        threshold_db=asked.number("threshold_db"),
        padding_ms=asked.ms("padding_seconds"),
        strength=_STRENGTHS.get(asked.word("direction") or "", "normal"),
    )


def on_timeline(clip: Clip, span: tuple[int, int]) -> TimeRange | None:
    """Return where a range of the material lies on the timeline, as far as the clip shows it."""
    source = clip.source
    shared = source.intersection(TimeRange.between(*span)) if source is not None else None
    if source is None or shared is None or not source.duration:
        return None
    ratio = Fraction(clip.range.duration, source.duration)
    lead, tail = (shared.start - source.start) * ratio, (shared.end - source.start) * ratio
    if clip.reverse:
        lead, tail = clip.range.duration - tail, clip.range.duration - lead
    found = TimeRange.between(clip.range.start + round(lead), clip.range.start + round(tail))
    return found if found.duration > 0 else None


def passage_joints(pauses: Sequence[TimeRange], end: int) -> list[int]:
    """Return where one passage ends and another begins: the longer half of the pauses within."""
    inner = [one for one in pauses if one.start > 0 and one.end < end]
    if not inner:
        return []
    long_enough = median(one.duration for one in inner)
    return [one.start for one in inner if one.duration >= long_enough]


def beat_sync(desk: Desk, asked: Asked) -> None:
    """Let every cut fall on a beat: each clip ends a little earlier.

    A synthesised bed bends its tempo to its length, so the length is found at which the cuts fall on the
    beats of the very bed that will be heard.
    """
    clips = desk.need_clips()
    if len(clips) < 2:
        raise CannotDo("one_clip_no_beats")
    if not any(track.clips for track in desk.timeline.role(Role.MUSIC)):
        raise CannotDo("no_music_for_beats")
    gone = _best_cuts(desk)
    removed = sum(one.duration for one in gone)
    if gone:
        desk.apply(edits.remove_ranges(desk.timeline, gone))
    desk.facts["cuts_on_beat"] = len(desk.clips) - 1
    desk.did("on_the_beat", count=len(desk.clips) - 1, removed=removed)


def _best_cuts(desk: Desk) -> list[TimeRange]:
    """Return what to cut so that the music, fitted to the new end, has its beats at the cuts."""
    best: tuple[int, list[TimeRange]] | None = None
    guess, tried = desk.end, set[int]()
    for number in range(MOST_GUESSES):
        tried.add(guess)
        beats = _beats(desk, guess)
        if len(beats) < 2:
            raise CannotDo("no_music_for_beats")
        gone = _cuts_at(desk, beats)
        end = desk.end - sum(one.duration for one in gone)
        over = end - guess
        if over >= 0 and (best is None or over < best[0]):
            tail = [TimeRange(desk.end - over, over)] if over else []
            best = over, [*gone, *tail]
            if over <= GOOD_ENOUGH_MS:
                break
        guess = end if end not in tried else end - GUESS_STEP_MS * (number + 1)
    if best is None:
        return _cuts_at(desk, _beats(desk, desk.end))
    return best[1]


def _cuts_at(desk: Desk, beats: Sequence[int]) -> list[TimeRange]:
    gone: list[TimeRange] = []
    removed = 0
    for clip in desk.clips[:-1]:
        start, end = clip.range.start - removed, clip.range.end - removed
        place = bisect_right(beats, end) - 1
        if place < 0 or beats[place] - start < SHORTEST_BEAT_CLIP_MS:
            continue
        over = end - beats[place]
        if over > 0:
            gone.append(TimeRange(clip.range.end - over, over))
            removed += over
    return gone


def _beats(desk: Desk, end: int) -> list[int]:
    """Return the beats of the music on the timeline when the storyline ends at ``end``."""
    found: list[int] = []
    for track in desk.timeline.role(Role.MUSIC):
        for clip in track.clips:
            lead = clip.source.start if clip.source is not None else 0
            if isinstance(clip.media, AssetSource):
                own: Sequence[int] = desk.studio.beats(clip.media.asset)
            elif isinstance(clip.media, GeneratedSource):
                mood = str(clip.media.parameters.get("mood", "upbeat"))
                own = desk.studio.bed_beats(mood, max(1, end - clip.range.start))
            else:
                own = ()
            placed = (beat - lead + clip.range.start for beat in own)
            found += [beat for beat in placed if clip.range.start <= beat]
    return sorted(found)


PAUSES: Mapping[str, Handler] = {
    "remove_silence": remove_silence,
    "speed_silence": speed_silence,
    "beat_sync": beat_sync,
}
