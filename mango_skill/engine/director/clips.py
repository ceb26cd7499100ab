"""Clips of the storyline: split, double, order, insert, replace."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from fractions import Fraction

from mango_skill.engine.director.asked import Asked, Json
from mango_skill.engine.director.cuts import Handler
from mango_skill.engine.director.desk import Desk
from mango_skill.engine.director.outcomes import CannotDo, MustAsk
from mango_skill.engine.director.sources import PICTURES, claim, find_source
from mango_skill.engine.director.uploads import clip_of
from mango_skill.timeline import AssetSource, Clip, MediaKind, edits

SHUFFLE_SEED = 7
"""The same shuffle each time, so that an edit made again gives the same video."""
_EDGE_MS = 20
SLIDE_MS = 3000
SHORTEST_SLIDE_MS = 40


def split(desk: Desk, asked: Asked) -> None:
    """Make two clips of one."""
    desk.need_clips()
    at = asked.ms("at")
    percent = asked.number("at_percent")
    if at is None and percent is not None:
        at = round(desk.old_end * percent / 100)
    if at is None:
        raise MustAsk("where_to_split", missing="at")
    place = desk.place_of(at) if at < desk.old_end else -1
    if not 0 < place < desk.end:
        raise CannotDo("beyond_end", at=at, length=desk.old_end)
    before = len(desk.clips)
    desk.apply(edits.split(desk.timeline, [place]), renumber=True)
    if len(desk.clips) == before:
        desk.did("cut_is_there", at=at)
        return
    desk.did("split", at=at, count=len(desk.clips))


def duplicate_clip(desk: Desk, asked: Asked) -> None:
    """Play a clip twice in a row."""
    chosen = [clip.id for clip in desk.one_clip(asked)]
    order: list[str] = []
    for clip in desk.clips:
        order.append(clip.id)
        if clip.id == chosen[-1]:
            order += chosen
    desk.apply(edits.order_clips(desk.timeline, order), renumber=True)
    desk.did("duplicated", number=asked.value("clip") or 1)


def move_clip(desk: Desk, asked: Asked) -> None:
    """Put a clip at another place."""
    desk.need_clips()
    clip, to = asked.value("clip"), asked.value("to")
    if clip is None:
        raise MustAsk("which_clip", missing="clip", count=len(desk.numbered))
    if to is None:
        raise MustAsk("where_to", missing="to", count=len(desk.numbered))
    (identity,) = desk.numbers_to_ids([clip])
    (target,) = desk.numbers_to_ids([to])
    rest = [one for one in desk.numbered if one != identity]
    rest.insert(desk.numbered.index(target), identity)
    _in_order(desk, rest)
    desk.did("moved", number=clip, to=to)


def swap_clips(desk: Desk, asked: Asked) -> None:
    """Let two clips change places."""
    desk.need_clips()
    if not (asked.has("a") and asked.has("b")):
        raise MustAsk("which_clips", missing="a,b", count=len(desk.numbered))
    first, second = desk.numbers_to_ids([asked.value("a"), asked.value("b")])
    exchanged = {first: second, second: first}
    _in_order(desk, [exchanged.get(one, one) for one in desk.numbered])
    desk.did("swapped", a=asked.value("a"), b=asked.value("b"))


def reorder(desk: Desk, asked: Asked) -> None:
    """Put all clips in a new order; clips that are not named follow the named ones."""
    desk.need_clips()
    order = asked.value("order")
    if isinstance(order, list | tuple):
        named = list(dict.fromkeys(desk.numbers_to_ids(order)))
        ids = [*named, *(one for one in desk.numbered if one not in named)]
    elif order in ("reversed", "shuffled", "name", "date"):
        ids = _by_word(desk, str(order))
    else:
        raise MustAsk("which_order", missing="order", count=len(desk.numbered))
    _in_order(desk, ids)
    desk.did("reordered", order=_numbers(desk, ids))


def concat(desk: Desk, asked: Asked) -> None:
    """Put clips one after another: footage that is not there yet joins, named clips come together."""
    numbers = asked.items("clips")
    if not numbers:
        _place_missing(desk)
        clips = desk.need_clips()
        desk.did("joined", count=len(clips), length=desk.end)
        return
    desk.need_clips()
    named = list(dict.fromkeys(desk.numbers_to_ids(numbers)))
    place = min(desk.numbered.index(one) for one in named)
    ids = [one for one in desk.numbered if one not in named]
    before = sum(1 for one in desk.numbered[:place] if one not in named)
    _in_order(desk, [*ids[:before], *named, *ids[before:]])
    desk.did("joined", count=len(named), length=desk.end)


def insert_clip(desk: Desk, asked: Asked) -> None:
    """Put a file into the sequence."""
    media = find_source(desk, asked.word("source"), kinds=PICTURES)
    claim(desk, media, tell=False)
    at = asked.value("at")
    if asked.has("after_clip"):
        place = _after(desk, asked.value("after_clip"))
    elif at is None or at == "end":
        place = desk.end
    else:
        wanted = asked.ms("at") or 0
        if wanted > desk.old_end:
            raise CannotDo("beyond_end", at=wanted, length=desk.old_end)
        place = desk.place_of(wanted)
    place = _snapped(desk, place)
    desk.apply(edits.insert_clips(desk.timeline, [clip_of(media)], place), renumber=True)
    desk.did("inserted", name=media.name, at=place)


def replace_clip(desk: Desk, asked: Asked) -> None:
    """Put a file in a clip's place."""
    name = asked.word("source")
    media = find_source(desk, name, kinds=PICTURES)
    old = desk.one_clip(asked)
    if all(clip.media == AssetSource(media.id) for clip in desk.clips):
        raise CannotDo("same_file", name=media.name)
    kept = {clip.id for clip in old}
    claim(desk, media, tell=False)
    old = [clip for clip in desk.clips if clip.id in kept]
    if not old:
        raise CannotDo("same_file", name=media.name)
    for extra in old[1:]:
        left = [clip.id for clip in desk.clips if clip.id != extra.id]
        desk.apply(edits.order_clips(desk.timeline, left))
    desk.apply(edits.replace_clip(desk.timeline, old[0].id, clip_of(media)))
    desk.did("replaced", number=asked.value("clip") or 1, name=media.name)


def slideshow(desk: Desk, asked: Asked) -> None:
    """Show the pictures one after another for the same time each."""
    _place_missing(desk, kinds=(MediaKind.IMAGE,))
    each = asked.ms("seconds_each")
    stills = [clip for clip in desk.clips if _is_image(desk, clip)]
    if not stills:
        raise CannotDo("no_file_of_kind", kind="image")
    each = max(each or SLIDE_MS, SHORTEST_SLIDE_MS)
    wanted = [(clip.range, clip.range.duration, each) for clip in stills]
    pieces = {clip.id for clip in stills}
    factors = [(extent, Fraction(now, then)) for extent, now, then in wanted]
    desk.apply(edits.change_speed(desk.timeline, factors))
    desk.did("slideshow", count=len(pieces), each=each)


def _place_missing(desk: Desk, kinds: Sequence[MediaKind] = PICTURES) -> None:
    used = {clip.media.asset for _, clip in desk.timeline.clips() if isinstance(clip.media, AssetSource)}
    missing = [media for media in desk.assets.values() if media.kind in kinds and media.id not in used]
    if missing:
        clips = [clip_of(media) for media in missing]
        desk.apply(edits.insert_clips(desk.timeline, clips, desk.end), renumber=True)


def _in_order(desk: Desk, ids: Sequence[str]) -> None:
    pieces = [clip.id for one in ids for clip in desk.pieces_of(one)]
    rest = [clip.id for clip in desk.clips if clip.id not in pieces]
    desk.apply(edits.order_clips(desk.timeline, [*pieces, *rest]))


def _by_word(desk: Desk, word: str) -> list[str]:
    ids = list(desk.numbered)
    names = {desk.origins.get(clip.id, clip.id): clip for clip in reversed(desk.clips)}
    if word == "reversed":
        return ids[::-1]
    if word == "shuffled":
        shuffled = list(ids)
        random.Random(SHUFFLE_SEED).shuffle(shuffled)
        return shuffled if shuffled != ids else ids[::-1]
    if word == "name":
        return sorted(ids, key=lambda one: names[one].name.casefold() if one in names else "")
    order = list(desk.assets)
    return sorted(ids, key=lambda one: _upload_place(names.get(one), order))


def _upload_place(clip: Clip | None, order: Sequence[str]) -> int:
    known = clip is not None and isinstance(clip.media, AssetSource) and clip.media.asset in order
    if known and clip is not None and isinstance(clip.media, AssetSource):
        return order.index(clip.media.asset)
    return len(order)


def _numbers(desk: Desk, ids: Sequence[str]) -> list[Json]:
    return [desk.numbered.index(one) + 1 for one in ids if one in desk.numbered]


def _after(desk: Desk, number: Json) -> int:
    (identity,) = desk.numbers_to_ids([number])
    pieces = desk.pieces_of(identity)
    if not pieces:
        raise CannotDo("clip_is_gone", number=number)
    return max(clip.range.end for clip in pieces)


def _snapped(desk: Desk, place: int) -> int:
    """A point within a frame of a cut is the cut: no sliver of a clip is left before it."""
    edges = [0, *(clip.range.end for clip in desk.clips)]
    nearest = min(edges, key=lambda edge: abs(edge - place))
    return nearest if abs(nearest - place) <= _EDGE_MS else place


def _is_image(desk: Desk, clip: Clip) -> bool:
    media = desk.assets.get(clip.media.asset) if isinstance(clip.media, AssetSource) else None
    return media is not None and media.kind is MediaKind.IMAGE


CLIPS: Mapping[str, Handler] = {
    "split": split,
    "duplicate_clip": duplicate_clip,
    "move_clip": move_clip,
    "swap_clips": swap_clips,
    "reorder": reorder,
    "concat": concat,
    "insert_clip": insert_clip,
    "replace_clip": replace_clip,
    "slideshow": slideshow,
}
