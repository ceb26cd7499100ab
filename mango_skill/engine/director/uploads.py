"""Fresh footage onto the draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from mango_skill.engine.director.seams import Studio
from mango_skill.engine.director.songs import find_loop
from mango_skill.timeline import (
    AssetSource,
    Canvas,
    Clip,
    Effect,
    MediaKind,
    MediaReference,
    Role,
    Timeline,
    TimeRange,
    TrackKind,
    edits,
)

PHOTO_MS = 4000
MUSIC_PERCENT = 18.0
"""A bed under speech; alone it is louder (``ALONE_PERCENT``)."""
ALONE_PERCENT = 80.0
DUCK_DB = -6.0
_SONG_MS = 10_000
"""A shorter sound is not repeated under a whole video unless it is asked for as its music."""
_MOST_FPS = 120
_LEAST_FPS = 5
_LONG_SIDE = 3840
PHOTO_CANVAS = 1920, 1080

_PHOTO = MediaReference("", "", MediaKind.IMAGE, width=2, height=1)
_TALL_PHOTO = MediaReference("", "", MediaKind.IMAGE, width=1, height=2)
_PLACED = {"inner": {"placed": True}}


def place_uploads(
    timeline: Timeline, assets: Mapping[str, MediaReference], studio: Studio | None = None
) -> Timeline:
    """Put files onto the draft that a person expects to see there, in their order.

    Pass the files just uploaded (not those of earlier uploads: what the user has deleted since must not
    come back). A file that is on the timeline already stays as it is. Videos and photos (4 s) join the
    storyline, the first audio file becomes music; captions and colour tables wait until they are named.
    The first video decides the frame, the first photo where there is none. ``studio`` knows how a song that is
    shorter than the pictures goes on; without it, from its start.
    """
    used = {clip.media.asset for _, clip in timeline.clips() if isinstance(clip.media, AssetSource)}
    fresh = [media for media in assets.values() if media.id not in used]
    pictures = [media for media in fresh if media.kind in (MediaKind.VIDEO, MediaKind.IMAGE)]
    timeline = replace(timeline, canvas=_canvas(timeline, pictures))
    if pictures and timeline.main is not None and timeline.main.kind is TrackKind.AUDIO:
        timeline = timeline.with_track(replace(timeline.main, role=Role.VOICE))
    old_end = _end(timeline)
    if pictures:
        clips = [marked(clip_of(media)) for media in pictures]
        timeline = edits.insert_clips(timeline, clips, old_end).timeline
        lone = {
            clip.id for track in timeline.role(Role.MUSIC) for clip in track.clips if clip.extra == _PLACED
        }
        timeline = edits.change_clips(timeline, lone, _lowered)
    for media in fresh:
        if media.kind is MediaKind.AUDIO and media.duration and not timeline.role(Role.MUSIC):
            timeline = _as_music(timeline, media)
            old_end = 0 if media.duration >= _SONG_MS else _end(timeline)
    return edits.fit_music(timeline, lambda asset: find_loop(assets, studio, asset), old_end=old_end)


def clip_of(media: MediaReference, duration: int | None = None) -> Clip:
    """Return a clip that shows all of a file; a photo for ``duration`` or 4 s."""
    if media.kind is MediaKind.IMAGE or not media.duration:
        return Clip("", media.name, TimeRange(0, duration or PHOTO_MS), AssetSource(media.id))
    shown = TimeRange(0, min(media.duration, duration or media.duration))
    return Clip("", media.name, shown, AssetSource(media.id), source=shown)


def marked(clip: Clip) -> Clip:
    """Return the clip with the mark of one that stands on the timeline only because it was uploaded."""
    return replace(clip, extra=_PLACED)


def is_untouched(clip: Clip, media: MediaReference) -> bool:
    """Whether a clip still is as its upload placed it."""
    whole = clip_of(media)
    as_placed = clip.range.duration == whole.range.duration and clip.source == whole.source
    return clip.extra == _PLACED and (as_placed or media.kind is MediaKind.AUDIO)


def canvas_for(media: MediaReference) -> Canvas:
    """Return the frame that shows a file as it is: its size (even, within reason) and its rate."""
    rate = media.fps or Fraction(30)
    if not _LEAST_FPS <= rate <= _MOST_FPS:
        rate = Fraction(30)
    if media.kind is MediaKind.IMAGE or not (media.width and media.height):
        width, height = PHOTO_CANVAS
        if media.height > media.width:
            width, height = height, width
        return Canvas(width, height, Fraction(30))
    scale = min(1.0, _LONG_SIDE / max(media.width, media.height))
    return Canvas(even(media.width * scale), even(media.height * scale), rate)


def even(pixels: float) -> int:
    """Return the nearest even number of pixels, at least 2: encoders halve the colour planes."""
    return max(2, round(pixels / 2) * 2)


def has_sound(timeline: Timeline, assets: Mapping[str, MediaReference]) -> bool:
    """Whether the storyline is heard: a bed lies under it rather than stands alone."""
    return any(
        isinstance(clip.media, AssetSource)
        and clip.volume > 0
        and clip.effect("mute") is None
        and (media := assets.get(clip.media.asset)) is not None
        and media.has_audio
        for clip in edits.storyline(timeline)
    )


def duck() -> Effect:
    """Return the default ducking of a bed under speech."""
    return Effect("duck", {"db": DUCK_DB})


def _lowered(clip: Clip) -> Clip:
    return replace(clip, volume=MUSIC_PERCENT) if clip.volume == 100 else clip


def _canvas(timeline: Timeline, pictures: list[MediaReference]) -> Canvas | None:
    videos = [media for media in pictures if media.kind is MediaKind.VIDEO]
    chosen = next(iter(videos or pictures), None)
    stills = all(clip.source is None for clip in edits.storyline(timeline))
    as_photo = timeline.canvas in (canvas_for(_PHOTO), canvas_for(_TALL_PHOTO))
    if chosen is None or not (timeline.canvas is None or (videos and stills and as_photo)):
        return timeline.canvas
    return canvas_for(chosen)


def _as_music(timeline: Timeline, media: MediaReference) -> Timeline:
    clip = marked(replace(clip_of(media), volume=MUSIC_PERCENT if _end(timeline) else 100.0))
    end = _end(timeline)
    if end and clip.range.end > end:
        shown = TimeRange(0, end)
        clip = replace(clip, range=shown, source=shown)
    timeline = edits.place(timeline, Role.MUSIC, [clip])
    return edits.treat_tracks(timeline, Role.MUSIC, duck())


def _end(timeline: Timeline) -> int:
    clips = edits.storyline(timeline)
    return clips[-1].range.end if clips else 0
