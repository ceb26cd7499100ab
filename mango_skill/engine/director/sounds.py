"""Loudness, repair of recordings, other recordings and sound effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mango_skill.engine.director.asked import Asked
from mango_skill.engine.director.cuts import Handler
from mango_skill.engine.director.desk import Desk
from mango_skill.engine.director.levels import LUFS, heard_as, is_alone, sounding, target_of
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
    if heard_as(desk, target) == "music":
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
        # a song that is alone lies where the original sound does
        for other in () if is_alone(desk) else ("original_audio", "voice", "sfx"):
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


SOUNDS: Mapping[str, Handler] = {
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
