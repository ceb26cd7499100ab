"""Levels, muting, repair, other recordings and sound effects."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mango_skill.engine.director.asked import Asked
from mango_skill.engine.director.cuts import Handler
from mango_skill.engine.director.desk import Desk
from mango_skill.engine.director.outcomes import CannotDo, MustAsk
from mango_skill.engine.director.sources import claim, find_source
from mango_skill.engine.director.uploads import clip_of, has_sound
from mango_skill.engine.media.catalogue import EFFECTS as SOUND_EFFECTS
from mango_skill.engine.media.catalogue import effect_for
from mango_skill.timeline import (
    AssetSource,
    Clip,
    Effect,
    GeneratedSource,
    MediaKind,
    Role,
    TimeRange,
    edits,
)

LOUDER, QUIETER = 1.35, 0.7
LOUDEST_PERCENT = 1000.0
LUFS = -14.0
"""What the large video platforms play at."""
DUCK_DB = -10.0
SEMITONES = 3
DENOISE_PERCENT = 60
BLEEP_MS = 600
SFX_MS = {
    "whoosh": 900,
    "pop": 300,
    "click": 200,
    "applause": 3500,
    "boom": 2500,
    "riser": 2500,
    "typing": 2000,
}
SFX_DEFAULT_MS = 1200
NOISE_KINDS = {
    "wind": "wind",
    "hum": "hum",
    "hiss": "hiss",
    "noise": "noise",
    "background": "noise",
    "background_noise": "noise",
    "ac": "hum",
    "buzz": "hum",
    "static": "hiss",
}
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
            gain = Effect("gain", {"percent": percent, "target": target}, run)
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
    """Return the clips of a kind of sound. Without a voice of its own, the voice is the original sound."""
    roles = {"music": Role.MUSIC, "voice": Role.VOICE, "sfx": Role.SFX}
    if target in roles:
        found = [clip for track in desk.timeline.role(roles[target]) for clip in track.clips]
        if found or target != "voice":
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
            desk.timeline = edits.treat(desk.timeline, Effect("mute", {"target": target}, run))
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
    desk.timeline = edits.treat(desk.timeline, Effect("mute", {"target": target}))
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
        _open(desk, target, holes)
    else:
        _open(desk, target, (TimeRange(0, max(desk.timeline.duration, desk.end)),))
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
    role = {"music": Role.MUSIC, "sfx": Role.SFX}.get(target)
    if role is None or not desk.timeline.role(role):
        raise CannotDo("no_such_track", target="music" if role is None else target)
    stated = asked.number("db")
    db = -abs(stated) if stated is not None else DUCK_DB
    desk.timeline = edits.treat_tracks(desk.timeline, role, Effect("duck", {"db": db}))
    desk.did("ducked", db=f"{db:g}")


def normalize_loudness(desk: Desk, asked: Asked) -> None:
    """Bring all of it to one loudness."""
    stated = asked.number("lufs")
    lufs = LUFS if stated is None else stated
    if not -50 <= lufs <= -5:
        raise CannotDo("lufs_out_of_reach")
    if not has_sound(desk.timeline, desk.assets) and not desk.timeline.role(Role.MUSIC):
        raise CannotDo("no_sound_at_all")
    kept = edits.without_kind(desk.timeline.effects, "loudness")
    desk.timeline = replace(desk.timeline, effects=(*kept, Effect("loudness", {"lufs": lufs})))
    desk.facts["lufs"] = lufs
    desk.did("loudness", lufs=f"{lufs:g}")


def denoise_audio(desk: Desk, asked: Asked) -> None:
    """Less noise in the recording."""
    said = (asked.word("kind") or "noise").strip().casefold().replace(" ", "_")
    if said in ("echo", "reverb"):
        raise CannotDo("no_dereverb")
    kind = NOISE_KINDS.get(said, "noise")
    _recording(desk, asked, Effect("denoise_audio", {"kind": kind, "percent": DENOISE_PERCENT}))
    desk.did_there(asked, "denoised", kind=kind)


def level_speakers(desk: Desk, asked: Asked) -> None:
    """Everyone equally loud."""
    _recording(desk, asked, Effect("level_speakers"))
    desk.did("levelled")


def enhance_voice(desk: Desk, asked: Asked) -> None:
    """Speech clear and present."""
    _recording(desk, asked, Effect("enhance_voice"))
    desk.did("voice_enhanced")


def pitch(desk: Desk, asked: Asked) -> None:
    """Higher or lower."""
    direction = asked.word("direction")
    if direction is None:
        raise MustAsk("more_or_less", missing="direction", what="pitch")
    semitones = SEMITONES if direction == "up" else -SEMITONES
    made = Effect("pitch", {"semitones": semitones})
    target = target_of(asked, "voice")
    if target == "music":
        if not desk.timeline.role(Role.MUSIC):
            raise CannotDo("no_such_track", target="music")
        desk.timeline = edits.treat_tracks(desk.timeline, Role.MUSIC, made)
    else:
        _recording(desk, asked, made)
    desk.did("pitched_up" if semitones > 0 else "pitched_down", semitones=abs(semitones))


def shift_audio(desk: Desk, asked: Asked) -> None:
    """Sound earlier or later than the picture; added to an earlier shift."""
    shift = asked.ms("seconds")
    desk.need_clips()
    if not shift:
        raise MustAsk("how_much", missing="seconds")
    if abs(shift) >= desk.end:
        raise CannotDo("longer_than_it", amount=abs(shift), length=desk.end)
    old = desk.timeline.effect("shift_audio")
    total = shift + (int(old.parameters.get("duration", 0)) if old else 0)
    kept = edits.without_kind(desk.timeline.effects, "shift_audio")
    made = (Effect("shift_audio", {"duration": total}),) if total else ()
    desk.timeline = replace(desk.timeline, effects=(*kept, *made))
    desk.did("sound_later" if shift > 0 else "sound_earlier", length=abs(shift))


def replace_audio(desk: Desk, asked: Asked) -> None:
    """Another recording as the sound; the original sound is muted."""
    media = find_source(desk, asked.word("source"), kinds=(MediaKind.AUDIO, MediaKind.VIDEO))
    if not media.has_audio:
        raise CannotDo("file_is_silent", name=media.name)
    if any(clip.media == AssetSource(media.id) for clip in desk.clips) and len(desk.clips) == 1:
        raise CannotDo("same_file", name=media.name)
    kept = {clip.id for clip in (desk.chosen(asked) or ())}
    claim(desk, media)
    desk.need_clips()
    chosen = [clip for clip in desk.clips if clip.id in kept]
    whole = (
        TimeRange.between(chosen[0].range.start, chosen[-1].range.end) if chosen else TimeRange(0, desk.end)
    )
    voice = clip_of(media, whole.duration)
    placed = TimeRange(whole.start, min(whole.duration, voice.range.duration))
    if chosen:
        ids = {clip.id for clip in chosen}
        desk.timeline = edits.treat_clips(desk.timeline, ids, Effect("mute", {"target": "original_audio"}))
    else:
        desk.timeline = edits.remove_role(desk.timeline, Role.VOICE)
        desk.timeline = edits.treat(desk.timeline, Effect("mute", {"target": "original_audio"}))
    desk.timeline = edits.place(desk.timeline, Role.VOICE, [replace(voice, range=placed)])
    if placed.duration < whole.duration:
        desk.aside("shorter_file", name=media.name, length=placed.duration)
    desk.did("sound_replaced", name=media.name)


def isolate(desk: Desk, asked: Asked) -> None:
    """Keep one of the sounds that lie on tracks of their own; a mixed recording can't be taken apart."""
    target = target_of(asked, "voice")
    desk.need_clips()
    if target == "voice":
        for other in ("music", "sfx"):
            if sounding(desk, other):
                desk.timeline = edits.treat(desk.timeline, Effect("mute", {"target": other}))
        _recording(desk, asked, Effect("denoise_audio", {"kind": "noise", "percent": 85}))
        _recording(desk, asked, Effect("enhance_voice"))
    elif target == "music":
        if not sounding(desk, "music"):
            raise CannotDo("cannot_unmix")
        for other in ("original_audio", "voice"):
            desk.timeline = edits.treat(desk.timeline, Effect("mute", {"target": other}))
    else:
        raise CannotDo("cannot_unmix")
    desk.did("isolated_voice" if target == "voice" else "isolated_music")


def bleep(desk: Desk, asked: Asked) -> None:
    """Cover a moment of the speech with a tone."""
    desk.need_clips()
    at = asked.ms("at")
    if asked.has("start", "end"):
        part = desk.old_range(asked)
        assert part is not None
    elif at is not None:
        if at >= desk.old_end:
            raise CannotDo("beyond_end", at=at, length=desk.old_end)
        part = TimeRange(at, BLEEP_MS)
    else:
        raise CannotDo("needs_ears_bleep")
    for run in desk.runs(part) or (desk.stretch(part.start, part.end),):
        desk.timeline = edits.treat(desk.timeline, Effect("bleep", {}, run))
    desk.did("bleeped", start=part.start, end=part.end)


def add_sfx(desk: Desk, asked: Asked) -> None:
    """A short sound: a file of that name, else one of the built-in ones."""
    desk.need_clips()
    name = asked.word("name")
    if name is None:
        raise MustAsk("which_sound", missing="name", options=SOUND_EFFECTS)
    clip, said = _sound(desk, name)
    moments = _moments(desk, asked, clip.range.duration)
    clips = [replace(clip, range=TimeRange(at, clip.range.duration)) for at in moments]
    desk.timeline = edits.place(desk.timeline, Role.SFX, clips)
    desk.did("sfx" if len(clips) == 1 else "sfx_many", name=said, at=moments[0], count=len(clips))


def _sound(desk: Desk, name: str) -> tuple[Clip, str]:
    files = [media for media in desk.assets.values() if media.kind is MediaKind.AUDIO]
    stem = name.casefold().rsplit(".", 1)[0]
    own = next((one for one in files if one.name.casefold().rsplit(".", 1)[0] == stem), None)
    if own is not None:
        claim(desk, own)
        return clip_of(own), own.name
    kind, exact = effect_for(name)
    if not exact:
        raise CannotDo("no_such_effect", name=name[:40], names=", ".join(SOUND_EFFECTS))
    length = TimeRange(0, SFX_MS.get(kind, SFX_DEFAULT_MS))
    return Clip("", kind, length, GeneratedSource("sfx", {"name": kind}), source=length), kind


def _moments(desk: Desk, asked: Asked, duration: int) -> Sequence[int]:
    at = asked.value("at")
    if at == "transitions":
        found = [max(0, clip.range.start - duration // 2) for clip in desk.clips[1:]]
        if not found:
            raise CannotDo("one_clip_no_transitions")
        return found
    if at == "end":
        return [max(0, desk.end - duration)]
    moment = asked.ms("at") or 0
    if at is None:
        desk.aside("at_the_start")
    if moment >= desk.old_end:
        raise CannotDo("beyond_end", at=moment, length=desk.old_end)
    return [min(desk.place_of(moment), max(0, desk.end - 1))]


def _recording(desk: Desk, asked: Asked, effect: Effect) -> None:
    """Put an effect on what was recorded: on a clip, else on the storyline and added voices."""
    desk.need_clips()
    if not has_sound(desk.timeline, desk.assets) and not desk.timeline.role(Role.VOICE):
        raise CannotDo("no_sound_at_all")
    chosen = desk.chosen(asked)
    if chosen is not None:
        desk.timeline = edits.treat_clips(desk.timeline, {clip.id for clip in chosen}, effect)
        return
    main = desk.timeline.main
    assert main is not None
    desk.timeline = desk.timeline.with_track(replace(main, effects=edits.with_effect(main.effects, effect)))
    desk.timeline = edits.treat_tracks(desk.timeline, Role.VOICE, effect)


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


SOUNDS: Mapping[str, Handler] = {
    "set_volume": set_volume,
    "mute": mute,
    "unmute": unmute,
    "duck": duck,
    "normalize_loudness": normalize_loudness,
    "denoise_audio": denoise_audio,
    "level_speakers": level_speakers,
    "enhance_voice": enhance_voice,
    "pitch": pitch,
    "shift_audio": shift_audio,
    "replace_audio": replace_audio,
    "isolate": isolate,
    "bleep": bleep,
    "add_sfx": add_sfx,
}
