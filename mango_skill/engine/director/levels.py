"""How loud each kind of sound is: volumes, muting, ducking."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mango_skill.engine.director.asked import Asked
from mango_skill.engine.director.cuts import Handler
from mango_skill.engine.director.desk import Desk
from mango_skill.engine.director.outcomes import CannotDo, MustAsk
from mango_skill.timeline import Clip, Effect, Role, TimeRange, TrackKind, edits

LOUDER, QUIETER = 1.35, 0.7
LOUDEST_PERCENT = 1000.0
DUCK_DB = -10.0
LUFS = -14.0
"""What the large video platforms play at."""
_TARGETS = {
    "video": "original_audio",
    "original_audio": "original_audio",
    "original": "original_audio",
    "clip": "original_audio",
    "voice": "voice",
    "voiceover": "voice",
    "speech": "voice",
    "music": "music",
    "sfx": "sfx",
    "all": "all",
    "both": "all",
    "everything": "all",
    "audio": "all",
    "sound": "all",
}


def target_of(asked: Asked, default: str) -> str:
    """Return which sounds an operation means.

    Raises:
        CannotDo: It names something that has no track of its own.
    """
    said = (asked.word("target") or default).strip().casefold().replace(" ", "_")
    if said not in _TARGETS:
        raise CannotDo("no_such_sound", target=said.replace("_", " ")[:40])
    return _TARGETS[said]


def is_alone(desk: Desk) -> bool:
    """Whether the storyline is a sound with nothing beside it: who says music then, means that sound."""
    main = desk.timeline.main
    beside = any(track.clips for role in (Role.MUSIC, Role.VOICE) for track in desk.timeline.role(role))
    return main is not None and main.kind is TrackKind.AUDIO and not beside


def heard_as(desk: Desk, target: str) -> str:
    """Return the kind of sound that the renderer knows what was asked for as."""
    return "original_audio" if target == "music" and is_alone(desk) else target


def set_volume(desk: Desk, asked: Asked) -> None:
    """Louder or quieter."""
    clipped = asked.has("clip", "clips_except")
    target = target_of(asked, "original_audio" if clipped else "all")
    chosen = desk.chosen(asked) if clipped else None
    part = desk.old_range(Asked(asked.name, {k: v for k, v in asked.parameters.items() if k != "clip"}))
    if target == "all" and part is None and chosen is None:
        _set_all(desk, asked)
    elif part is not None:
        percent = _level(desk, asked, 100.0)
        for run in desk.runs(part) or (desk.stretch(part.start, part.end),):
            gain = Effect("gain", {"percent": percent, "target": heard_as(desk, target)}, run)
            desk.timeline = edits.treat(desk.timeline, gain)
        desk.did("volume_range", percent=_tidy(percent), start=part.start, end=part.end)
    else:
        clips = chosen if chosen is not None else sounding(desk, target)
        if not clips:
            raise CannotDo("no_such_track", target=target)
        percent = 100.0
        for clip in clips:
            percent = _level(desk, asked, clip.volume)
            desk.change_clips([clip.id], volume=percent)
        _tell_volume(desk, asked, target, percent)


def sounding(desk: Desk, target: str) -> list[Clip]:
    """Return the clips of a kind of sound.

    Without a voice of its own, the voice is the original sound; a sound that is alone is the music too.
    """
    roles = {"music": Role.MUSIC, "voice": Role.VOICE, "sfx": Role.SFX}
    if target in roles:
        found = [clip for track in desk.timeline.role(roles[target]) for clip in track.clips]
        if found or not (target == "voice" or (target == "music" and is_alone(desk))):
            return found
    return list(desk.clips)


def mute(desk: Desk, asked: Asked) -> None:
    """No sound: of a time, of clips, of a kind of sound, of all."""
    desk.need_clips()
    clipped = asked.has("clip", "clips_except")
    ranged = asked.has("start", "end")
    target = target_of(asked, "all" if ranged or not clipped else "original_audio")
    if ranged:
        part = desk.old_range(asked)
        assert part is not None
        for run in desk.runs(part) or (desk.stretch(part.start, part.end),):
            made = Effect("mute", {"target": heard_as(desk, target)}, run)
            desk.timeline = edits.treat(desk.timeline, made)
        desk.did("muted_range", start=part.start, end=part.end)
        return
    chosen = desk.chosen(asked)
    if chosen is not None:
        if not chosen:
            raise CannotDo("no_such_clip", number="-", count=len(desk.numbered))
        ids = {clip.id for clip in chosen}
        desk.timeline = edits.treat_clips(desk.timeline, ids, Effect("mute", {"target": "original_audio"}))
        desk.did("muted_clips", count=len(ids))
        return
    if target in ("music", "sfx") and not sounding(desk, target):
        desk.did(f"no_{target}_there")
        return
    desk.timeline = edits.treat(desk.timeline, Effect("mute", {"target": heard_as(desk, target)}))
    desk.did(f"muted_{target}")


def unmute(desk: Desk, asked: Asked) -> None:
    """Sound again."""
    desk.need_clips()
    chosen = desk.chosen(asked)
    target = target_of(asked, "all")
    part = desk.old_range(Asked(asked.name, {k: v for k, v in asked.parameters.items() if k != "clip"}))
    if chosen is not None:
        _unmute_clips(desk, chosen)
    elif part is not None:
        holes = desk.runs(part) or (desk.stretch(part.start, part.end),)
        _open(desk, heard_as(desk, target), holes)
    else:
        _open(desk, heard_as(desk, target), (TimeRange(0, max(desk.timeline.duration, desk.end)),))
        meant = {clip.id for clip in sounding(desk, target if target != "all" else "original_audio")}
        if target == "all":
            meant |= {clip.id for _, clip in desk.timeline.clips()}
        desk.timeline = edits.clear_clips(desk.timeline, meant, "mute")
        silent = {clip.id for _, clip in desk.timeline.clips() if clip.id in meant and clip.volume == 0}
        desk.change_clips(silent, volume=100.0)
    desk.did("unmuted")


def duck(desk: Desk, asked: Asked) -> None:
    """Lower a sound while someone speaks."""
    target = target_of(asked, "music")
    if target == "music" and is_alone(desk):
        raise CannotDo("no_such_track", target="voice")
    role = {"music": Role.MUSIC, "sfx": Role.SFX}.get(target)
    if role is None or not desk.timeline.role(role):
        raise CannotDo("no_such_track", target="music" if role is None else target)
    stated = asked.number("db")
    db = -abs(stated) if stated is not None else DUCK_DB
    desk.timeline = edits.treat_tracks(desk.timeline, role, Effect("duck", {"db": db}))
    desk.did("ducked", db=f"{db:g}")


def _set_all(desk: Desk, asked: Asked) -> None:
    loudness = desk.timeline.effect("loudness")
    old = next(
        (one for one in desk.timeline.effects if one.kind == "gain" and one.range is None), Effect("gain")
    )
    before = float(old.parameters.get("percent", 100))
    percent = _level(desk, asked, before)
    if loudness is not None and percent > 0:
        # A loudness to reach undoes every gain before it: then the loudness itself is what changes.
        lufs = float(loudness.parameters.get("lufs", LUFS)) + 20 * math.log10(percent / max(before, 1e-3))
        fresh = Effect("loudness", {"lufs": round(max(-50.0, min(-5.0, lufs)), 1)})
        kept = edits.without_kind(desk.timeline.effects, "loudness")
        desk.timeline = replace(desk.timeline, effects=(*kept, fresh))
    else:
        made = Effect("gain", {"percent": percent, "target": "all"})
        kept = tuple(one for one in desk.timeline.effects if one is not old)
        desk.timeline = replace(desk.timeline, effects=(*kept, made))
    _tell_volume(desk, asked, "all", percent)


def _level(desk: Desk, asked: Asked, before: float) -> float:
    percent = asked.number("percent")
    if percent is None and (level := asked.number("level_db")) is not None:
        percent = 100 * 10 ** (level / 20)
    if percent is None and (db := asked.number("db")) is not None:
        percent = before * 10 ** (db / 20)
    if percent is None:
        direction = asked.word("direction")
        if direction is None:
            raise MustAsk("more_or_less", missing="direction", what="volume")
        percent = before * (LOUDER if direction == "up" else QUIETER)
    return round(max(0.0, min(LOUDEST_PERCENT, percent)), 2)


def _tell_volume(desk: Desk, asked: Asked, target: str, percent: float) -> None:
    if asked.value("clip") is not None:
        desk.did("volume_clip", percent=_tidy(percent), number=asked.value("clip"))
    else:
        desk.did(f"volume_{target}", percent=_tidy(percent))


def _unmute_clips(desk: Desk, chosen: Sequence[Clip]) -> None:
    ids = {clip.id for clip in chosen}
    desk.timeline = edits.clear_clips(desk.timeline, ids, "mute")
    holes = edits.join(clip.range for clip in chosen)
    _open(desk, "original_audio", holes)
    silent = {clip.id for clip in chosen if clip.volume == 0}
    desk.change_clips(silent, volume=100.0)


def _open(desk: Desk, target: str, holes: Sequence[TimeRange]) -> None:
    """Cut holes into what mutes ``target``; without a range, a mute holds for all of the time."""
    kept: list[Effect] = []
    for effect in desk.timeline.effects:
        own = str(effect.parameters.get("target", "all"))
        if effect.kind != "mute" or (target not in ("all", own) and own != "all"):
            kept.append(effect)
            continue
        whole = effect.range or TimeRange(0, desk.end)
        kept += [replace(effect, range=left) for left in edits.subtract(whole, holes)]
    desk.timeline = replace(desk.timeline, effects=tuple(kept))


def _tidy(value: float) -> str:
    return f"{value:.0f}" if value >= 1 else f"{value:.1f}"


LEVELS: Mapping[str, Handler] = {"set_volume": set_volume, "mute": mute, "unmute": unmute, "duck": duck}
