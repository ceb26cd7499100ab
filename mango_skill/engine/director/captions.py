"""Captions from given words: cues of an assistant, or of an SRT or VTT file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mango_skill.engine.director.asked import Asked, Json
from mango_skill.engine.director.cuts import Handler
from mango_skill.engine.director.desk import Desk
from mango_skill.engine.director.outcomes import CannotDo, MustAsk
from mango_skill.engine.director.seams import Cue
from mango_skill.engine.director.sources import find_source
from mango_skill.engine.director.styles import CAPTION_SIZE, read_style, restyled
from mango_skill.engine.director.titles import replaced
from mango_skill.timeline import Clip, MediaKind, Role, TimeRange, TrackKind, edits
from mango_skill.timeline.captions import BESIDE

DEFAULT_STYLE: Mapping[str, Json] = {
    "position": "bottom",
    "size_percent": CAPTION_SIZE,
    "color": "white",
    "outline": "black",
}
SHORTEST_CUE_MS = 100
MOST_CUES = 5000


def add_captions(desk: Desk, asked: Asked) -> None:
    """Write given words on the picture; without words, say how they can be given."""
    desk.need_clips()
    if desk.timeline.role(Role.CAPTIONS) and not asked.has("cues", "source") and not _unused_file(desk):
        _restyle_existing(desk, asked)
        return
    cues, name = _cues(desk, asked)
    style = {**DEFAULT_STYLE, **read_style(asked, desk.canvas, DEFAULT_STYLE, base=CAPTION_SIZE)}
    most = asked.number("max_words")
    clips = [
        Clip("", "caption", run, text=text, style=dict(style))
        for cue in cues
        for start, end, text in _lines(cue, int(most) if most else None)
        for run in _runs(desk, start, end)
    ]
    if not clips:
        raise CannotDo("no_cues_within")
    timeline = edits.remove_role(desk.timeline, Role.CAPTIONS)
    desk.timeline = edits.place(timeline, Role.CAPTIONS, clips, kind=TrackKind.TEXT)
    if asked.value("burn") is False:
        (track,) = desk.timeline.role(Role.CAPTIONS)
        desk.timeline = desk.timeline.with_track(replace(track, extra=BESIDE))
    desk.facts["captions"] = len(clips)
    if name:
        desk.did("captions_from", count=len(clips), name=name)
    else:
        desk.did("captions", count=len(clips))


def _unused_file(desk: Desk) -> bool:
    return any(media.kind is MediaKind.CAPTIONS for media in desk.assets.values())


def _restyle_existing(desk: Desk, asked: Asked) -> None:
    """Captions that are there are shown as asked; without new words there is nothing to add."""
    clips = _captions(desk)
    changes = read_style(asked, desk.canvas, clips[0].style, base=CAPTION_SIZE)
    if changes:
        desk.change_clips([clip.id for clip in clips], style=restyled(clips[0].style, changes))
    burn = asked.value("burn")
    if burn is not None:
        track = desk.timeline.role(Role.CAPTIONS)[0]
        desk.timeline = desk.timeline.with_track(replace(track, extra={} if burn else BESIDE))
    key = "captions_restyled" if changes else "captions_beside" if burn is False else "captions_there"
    desk.did(key, count=len(clips))


def style_captions(desk: Desk, asked: Asked) -> None:
    """Change how captions look."""
    clips = _captions(desk)
    most = asked.number("max_words")
    changes = read_style(asked, desk.canvas, clips[0].style, base=CAPTION_SIZE)
    if not changes and not most:
        raise MustAsk("which_style", missing="color,size,position")
    desk.change_clips([clip.id for clip in clips], style=restyled(clips[0].style, changes))
    if most:
        _rewrap(desk, int(most))
    desk.did("captions_restyled")


def edit_captions(desk: Desk, asked: Asked) -> None:
    """Replace words in the captions."""
    find, fresh = asked.word("find"), asked.word("replace")
    if find is None or fresh is None:
        raise MustAsk("which_words", missing="find,replace")
    count = 0
    for clip in _captions(desk):
        said = replaced(clip.text or "", find, fresh)
        if said != clip.text:
            desk.change_clips([clip.id], text=said)
            count += 1
    if not count:
        raise CannotDo("text_not_found", text=find)
    desk.did("captions_edited", count=count, find=find, replace=fresh)


def shift_captions(desk: Desk, asked: Asked) -> None:
    """Show the captions earlier or later; what leaves the video is cut off."""
    shift = asked.ms("seconds")
    if not shift:
        raise MustAsk("how_much", missing="seconds")
    whole = TimeRange(0, desk.end)
    kept = 0
    clips = _captions(desk)
    for clip in clips:
        moved = TimeRange(clip.range.start + shift, clip.range.duration).intersection(whole)
        if moved is None:
            desk.timeline = edits.remove_clips(desk.timeline, {clip.id})
        else:
            desk.change_clips([clip.id], range=moved)
            kept += 1
    if not kept:
        raise CannotDo("captions_all_gone")
    desk.did("captions_later" if shift > 0 else "captions_earlier", length=abs(shift))


def remove_captions(desk: Desk, asked: Asked) -> None:
    """No captions."""
    there = bool(desk.timeline.role(Role.CAPTIONS))
    desk.timeline = edits.remove_role(desk.timeline, Role.CAPTIONS)
    desk.did("captions_removed" if there else "no_captions")


def _cues(desk: Desk, asked: Asked) -> tuple[Sequence[Cue], str | None]:
    given = asked.items("cues")
    if given:
        read = [
            Cue(round(float(one["start"]) * 1000), round(float(one["end"]) * 1000), str(one["text"]))
            for one in given
        ]
        good = [cue for cue in read if cue.end > cue.start and cue.text.strip()]
        if len(good) < len(read):
            desk.aside("cues_skipped", count=len(read) - len(good))
        return good[:MOST_CUES], None
    files = [media for media in desk.assets.values() if media.kind is MediaKind.CAPTIONS]
    if asked.word("source") is None and len(files) != 1:
        raise CannotDo("needs_words_for_captions")
    media = find_source(desk, asked.word("source"), kinds=(MediaKind.CAPTIONS,))
    cues = [cue for cue in desk.studio.cues(media.id) if cue.end > cue.start and cue.text.strip()]
    return cues[:MOST_CUES], media.name


def _runs(desk: Desk, start: int, end: int) -> Iterator[TimeRange]:
    shown = TimeRange.between(start, min(end, desk.old_end))
    if shown.duration <= 0:
        return
    for run in desk.runs(shown):
        if run.duration >= min(SHORTEST_CUE_MS, shown.duration):
            yield run


def _lines(cue: Cue, most: int | None) -> Iterator[tuple[int, int, str]]:
    """Yield a cue in parts of at most so many words, each for its share of the time."""
    words = cue.text.split()
    if most is None or most < 1 or len(words) <= most:
        yield cue.start, cue.end, cue.text.strip()
        return
    parts = [words[at : at + most] for at in range(0, len(words), most)]
    letters = [sum(len(word) + 1 for word in part) for part in parts]
    whole, cursor, spent = sum(letters), cue.start, 0
    for part, weight in zip(parts, letters, strict=True):
        spent += weight
        until = cue.start + (cue.end - cue.start) * spent // whole
        if until > cursor:
            yield cursor, until, " ".join(part)
        cursor = until


def _rewrap(desk: Desk, most: int) -> None:
    (track, *_) = desk.timeline.role(Role.CAPTIONS)
    clips = [
        replace(clip, range=TimeRange.between(start, end), text=text)
        for clip in track.clips
        for start, end, text in _lines(Cue(clip.range.start, clip.range.end, clip.text or ""), most)
    ]
    timeline = edits.remove_role(desk.timeline, Role.CAPTIONS)
    timeline = edits.place(timeline, Role.CAPTIONS, clips, kind=TrackKind.TEXT)
    (fresh,) = timeline.role(Role.CAPTIONS)
    desk.timeline = timeline.with_track(replace(fresh, extra=track.extra))


def _captions(desk: Desk) -> list[Clip]:
    clips = [clip for track in desk.timeline.role(Role.CAPTIONS) for clip in track.clips]
    if not clips:
        raise CannotDo("no_captions_yet")
    return clips


CAPTIONS: Mapping[str, Handler] = {
    "add_captions": add_captions,
    "style_captions": style_captions,
    "edit_captions": edit_captions,
    "shift_captions": shift_captions,
    "remove_captions": remove_captions,
}
