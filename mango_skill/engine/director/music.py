"""Music under the video: a synthesised bed in a mood, or a file of the project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mango_skill.engine.director.asked import Asked
from mango_skill.engine.director.cuts import Handler
from mango_skill.engine.director.desk import Desk
from mango_skill.engine.director.levels import is_alone
from mango_skill.engine.director.outcomes import CannotDo
from mango_skill.engine.director.sources import claim, find_source
from mango_skill.engine.director.uploads import ALONE_PERCENT, MUSIC_PERCENT, clip_of, duck, has_sound
from mango_skill.timeline import (
    Clip,
    Effect,
    GeneratedSource,
    MediaKind,
    MediaReference,
    Role,
    Timeline,
    TimeRange,
    edits,
)

DEFAULT_MOOD = "upbeat"
LOUDEST_PERCENT = 400.0


def add_music(desk: Desk, asked: Asked) -> None:
    """Put music under the video, lowered under speech; it takes the place of music that is there."""
    desk.need_clips()
    _lay(
        desk,
        asked,
        under_speech=has_sound(desk.timeline, desk.assets) or bool(desk.timeline.role(Role.VOICE)),
    )


def _lay(desk: Desk, asked: Asked, *, under_speech: bool) -> None:
    file = _file(desk, asked)
    stated = asked.number("percent")
    percent = stated if stated is not None else MUSIC_PERCENT if under_speech else ALONE_PERCENT
    percent = max(0.0, min(LOUDEST_PERCENT, percent))
    start = asked.ms("start") or 0
    if start >= desk.old_end:
        raise CannotDo("beyond_end", at=start, length=desk.old_end)
    begin = desk.place_of(start) if start else 0
    if any(track.clips for track in desk.timeline.role(Role.MUSIC)):
        desk.aside("music_replaced")
    bare = edits.remove_role(desk.timeline, Role.MUSIC)
    bare = edits.clear(bare, lambda one: one.kind == "mute" and one.parameters.get("target") == "music")
    held = TimeRange.between(begin, desk.end)
    if file is not None:
        clip, name = _played(file, held), file.name
    else:
        clip, name = _bed(desk, asked.word("mood"), held)
    desk.timeline = _under(desk, bare, replace(clip, volume=percent), under_speech)
    desk.facts["music"] = {"mood" if file is None else "file": name, "percent": percent}
    desk.did("music_file" if file is not None else "music_bed", name=name, percent=f"{percent:g}")


def replace_music(desk: Desk, asked: Asked) -> None:
    """Other music at the level of the old."""
    desk.need_clips()
    if is_alone(desk):
        # the song is the storyline: it keeps the time and is no longer heard
        desk.timeline = edits.treat(desk.timeline, Effect("mute", {"target": "original_audio"}))
        _lay(desk, Asked("add_music", dict(asked.parameters)), under_speech=False)
        return
    old = [clip for track in desk.timeline.role(Role.MUSIC) for clip in track.clips]
    parameters = dict(asked.parameters)
    if old and not asked.has("percent"):
        parameters["percent"] = old[0].volume
    if old and not asked.has("mood", "source"):
        parameters["mood"] = _another(old[0])
    add_music(desk, Asked("add_music", parameters))
    if ("music_replaced", {}) in desk.asides:
        desk.asides.remove(("music_replaced", {}))


def remove_music(desk: Desk, asked: Asked) -> None:
    """No music."""
    if is_alone(desk):
        raise CannotDo("nothing_left")
    there = any(track.clips for track in desk.timeline.role(Role.MUSIC))
    desk.timeline = edits.remove_role(desk.timeline, Role.MUSIC)
    desk.did("music_removed" if there else "no_music_there")


def _file(desk: Desk, asked: Asked) -> MediaReference | None:
    """Return the music file that is meant: a named one, or one that was uploaded as music and is not edited."""
    name = asked.word("source")
    if name is not None:
        kinds = (MediaKind.AUDIO, MediaKind.VIDEO)
        media = find_source(desk, name, kinds=kinds)
        if not media.has_audio and media.kind is not MediaKind.AUDIO:
            raise CannotDo("file_is_silent", name=media.name)
        claim(desk, media)
        return media
    if asked.has("mood"):
        return None
    used = {
        clip.media.asset
        for track in desk.timeline.role(Role.MUSIC)
        for clip in track.clips
        if not isinstance(clip.media, GeneratedSource) and clip.media is not None
    }
    files = [media for media in desk.assets.values() if media.kind is MediaKind.AUDIO and media.id in used]
    return files[0] if files else None


def _played(media: MediaReference, held: TimeRange) -> Clip:
    clip = clip_of(media, held.duration)
    return replace(clip, range=TimeRange(held.start, clip.range.duration))


def _bed(desk: Desk, words: str | None, held: TimeRange) -> tuple[Clip, str]:
    mood, exact = desk.studio.mood(words) if words else (DEFAULT_MOOD, True)
    if not exact and words:
        desk.aside("nearest_mood", said=words[:40], mood=mood)
    elif words is None and not desk.recipes:
        desk.aside("default_mood", mood=mood)
    source = TimeRange(0, held.duration)
    media = GeneratedSource("music", {"mood": mood})
    return Clip("", f"{mood.capitalize()} bed", held, media, source=source), mood


def _under(desk: Desk, timeline: Timeline, clip: Clip, under_speech: bool) -> Timeline:
    timeline = edits.place(timeline, Role.MUSIC, [clip])
    if under_speech:
        timeline = edits.treat_tracks(timeline, Role.MUSIC, duck())
    fitted = edits.fit_music(timeline, desk.loop, old_end=0)
    main = fitted.main
    if main is None:
        return fitted
    tracks = fitted.role(Role.MUSIC)
    if tracks and tracks[0].clips and tracks[0].clips[0].range.start > 0:
        soft = Effect("fade_in", {"duration": 500, "target": "audio"})
        fitted = edits.treat_clips(fitted, {tracks[0].clips[0].id}, soft)
    return fitted


def _another(old: Clip) -> str:
    mood = old.media.parameters.get("mood") if isinstance(old.media, GeneratedSource) else None
    return "calm" if mood == DEFAULT_MOOD else DEFAULT_MOOD


MUSIC: Mapping[str, Handler] = {
    "add_music": add_music,
    "replace_music": replace_music,
    "remove_music": remove_music,
}
