"""What must be there, or be gone, after an edit of frame, colour, words or sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from mango_skill.engine.director.cases import CLOSE_MS, Case, end_of
from mango_skill.timeline import Clip, Effect, Role, Timeline, TrackKind

Check = Callable[[Case], str | None]


def _aspect(case: Case) -> str | None:
    canvas, said = case.after.canvas, case.asked.word("ratio")
    fit = case.asked.word("fit")
    if canvas is None:
        return "there is no frame"
    if fit is not None and canvas.fit != fit:
        return f"fitted by {canvas.fit}"
    numbers = [Fraction(part) for part in (said or "").replace("：", ":").split(":") if _numeric(part)]
    if len(numbers) == 2 and abs(canvas.width / canvas.height * float(numbers[1] / numbers[0]) - 1) > 0.02:
        return f"{canvas.width}x{canvas.height} is not {said}"
    return None


def _numeric(text: str) -> bool:
    return bool(text) and text.replace(".", "", 1).isdecimal()


def _resolution(case: Case) -> str | None:
    canvas = case.after.canvas
    sides = {round(side) for side in (case.asked.number("width"), case.asked.number("height")) if side}
    got = {canvas.width, canvas.height} if canvas else set()
    odd = any(side % 2 for side in sides)
    return None if odd or sides <= got else f"{got} instead of {sides}"


def _fps(case: Case) -> str | None:
    wanted = case.asked.number("fps") or 0
    rate = float(case.after.canvas.fps) if case.after.canvas else 0
    return None if abs(rate - wanted) < 0.05 else f"{rate} frames per second"


def _effects(timeline: Timeline) -> Iterator[Effect]:
    yield from timeline.effects
    for track in timeline.tracks:
        yield from track.effects
        for clip in track.clips:
            yield from clip.effects


def _has_effect(kind: str) -> Callable[[Case], str | None]:
    def look(case: Case) -> str | None:
        found = any(effect.kind == kind for effect in _effects(case.after))
        return None if found else f"there is no {kind}"

    return look


def _fade(case: Case) -> str | None:
    stated = case.asked.ms("seconds")
    if stated == 0:
        return None
    found = [effect for effect in _effects(case.after) if effect.kind == case.asked.name]
    lengths = [int(effect.parameters.get("duration", 0)) for effect in found]
    if not lengths or min(lengths) <= 0:
        return "there is no fade"
    return "the fade is longer than asked" if stated and min(lengths) > stated else None


def _transition(case: Case) -> str | None:
    main = case.after.main
    kinds = [clip.transition.kind for clip in main.clips if clip.transition] if main else []
    said = case.asked.word("kind")
    if said in ("cut", "hard_cut", "none"):
        return None
    return None if kinds else "there is no transition"


def _no_transition(case: Case) -> str | None:
    main = case.after.main
    left = [clip for clip in main.clips if clip.transition] if main else []
    return "a transition is left" if left and case.asked.value("between") in (None, "all") else None


def _texts(timeline: Timeline) -> list[Clip]:
    return [clip for track, clip in timeline.clips() if track.kind is TrackKind.TEXT]


def _title(case: Case) -> str | None:
    old = {clip.id for clip in _texts(case.before)}
    fresh = [clip for clip in _texts(case.after) if clip.id not in old]
    said = _letters(case.asked.word("text") or case.asked.word("name") or "")
    found = [clip for clip in fresh if said in _letters(clip.text or "")]
    if not found:
        return "the text is not there"
    clip = found[-1]
    if clip.range.duration <= 0 or clip.range.end > end_of(case.after) + CLOSE_MS:
        return "the text can't be seen"
    start = case.asked.ms("start")
    if case.first and start is not None and not case.asked.has("clip", "start_from_end", "position_time"):
        if abs(clip.range.start - start) > CLOSE_MS:
            return f"the text begins at {clip.range.start}"
        end = case.asked.ms("end")
        if end is not None and abs(clip.range.end - min(end, end_of(case.after))) > CLOSE_MS:
            return f"the text ends at {clip.range.end}"
    return None


def _letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def _captions(case: Case) -> str | None:
    clips = [clip for track in case.after.role(Role.CAPTIONS) for clip in track.clips]
    if not clips:
        return "there are no captions"
    if any(clip.range.start < 0 or clip.range.end > end_of(case.after) + CLOSE_MS for clip in clips):
        return "a caption lies outside"
    return None


def _gone(*roles: Role) -> Callable[[Case], str | None]:
    def look(case: Case) -> str | None:
        left = [role for role in roles if any(track.clips for track in case.after.role(role))]
        return f"{left[0].value} is left" if left else None

    return look


def _music(case: Case) -> str | None:
    tracks = [track for track in case.after.role(Role.MUSIC) if track.clips]
    if not tracks:
        return "there is no music"
    stated = case.asked.number("percent")
    if stated is not None and abs(tracks[0].clips[0].volume - min(stated, 400)) > 0.01:
        return f"the music is at {tracks[0].clips[0].volume} %"
    if abs(tracks[0].end - end_of(case.after)) > CLOSE_MS:
        return "the music does not end with the video"
    return None


def _mute(case: Case) -> str | None:
    mutes = [effect for effect in _effects(case.after) if effect.kind == "mute"]
    start, end = case.asked.ms("start"), case.asked.ms("end")
    if case.first and start is not None and end is not None and not case.asked.has("clip"):
        whole = min(end, end_of(case.after))
        held = [one.range for one in mutes if one.range is not None]
        covered = any(one.start <= start and one.end >= whole for one in held)
        return None if covered else "the range is not muted"
    target = case.asked.word("target")
    if target in ("music", "sfx") and not mutes:
        role = Role.MUSIC if target == "music" else Role.SFX
        return "it is not muted" if case.after.role(role) else None
    return None if mutes else "nothing is muted"


def _volume(case: Case) -> str | None:
    stated = case.asked.number("percent")
    levels = [clip.volume for _, clip in case.after.clips()]
    levels += [
        float(one.parameters.get("percent", 100)) for one in _effects(case.after) if one.kind == "gain"
    ]
    loudness = any(one.kind == "loudness" for one in case.after.effects)
    if stated is None or loudness or any(abs(level - stated) < 0.01 for level in levels):
        return None
    return f"nothing is at {stated} %"


def _loudness(case: Case) -> str | None:
    effect = case.after.effect("loudness")
    stated = case.asked.number("lufs")
    if effect is None:
        return "no loudness is set"
    got = float(effect.parameters.get("lufs", 0))
    return f"{got} LUFS" if stated is not None and got != stated else None


def _placed(role: Role) -> Callable[[Case], str | None]:
    def look(case: Case) -> str | None:
        before = [clip for track in case.before.role(role) for clip in track.clips]
        fresh = [clip for track in case.after.role(role) for clip in track.clips if clip not in before]
        return None if fresh else f"nothing was put on {role.value}"

    return look


PRESENCE_CHECKS: Mapping[str, Check] = {
    "set_aspect": _aspect,
    "set_resolution": _resolution,
    "set_fps": _fps,
    "letterbox": _has_effect("letterbox"),
    "crop": _has_effect("crop"),
    "zoom": _has_effect("zoom"),
    "pan": _has_effect("pan"),
    "ken_burns": _has_effect("zoom"),
    "stabilize": _has_effect("stabilize"),
    "grayscale": _has_effect("grayscale"),
    "sepia": _has_effect("sepia"),
    "invert": _has_effect("invert"),
    "brightness": _has_effect("brightness"),
    "contrast": _has_effect("contrast"),
    "saturation": _has_effect("saturation"),
    "temperature": _has_effect("temperature"),
    "white_balance": _has_effect("white_balance"),
    "auto_color": _has_effect("auto_color"),
    "look": _has_effect("look"),
    "lut": _has_effect("lut"),
    "denoise_video": _has_effect("denoise"),
    "grain": _has_effect("grain"),
    "vignette": _has_effect("vignette"),
    "effect": _has_effect("stylize"),
    "fade_in": _fade,
    "fade_out": _fade,
    "transition": _transition,
    "remove_transition": _no_transition,
    "chroma_key": _has_effect("chroma_key"),
    "blur": _has_effect("blur"),
    "pixelate": _has_effect("pixelate"),
    "add_title": _title,
    "lower_third": _title,
    "add_captions": _captions,
    "shift_captions": _captions,
    "remove_captions": _gone(Role.CAPTIONS),
    "progress_bar": _has_effect("progress_bar"),
    "watermark": _placed(Role.GRAPHICS),
    "add_image": _placed(Role.GRAPHICS),
    "pip": _placed(Role.OVERLAY),
    "overlay_clip": _placed(Role.OVERLAY),
    "split_screen": _placed(Role.OVERLAY),
    "add_music": _music,
    "replace_music": _music,
    "remove_music": _gone(Role.MUSIC),
    "mute": _mute,
    "set_volume": _volume,
    "normalize_loudness": _loudness,
    "duck": _has_effect("duck"),
    "denoise_audio": _has_effect("denoise_audio"),
    "level_speakers": _has_effect("level_speakers"),
    "enhance_voice": _has_effect("enhance_voice"),
    "pitch": _has_effect("pitch"),
    "bleep": _has_effect("bleep"),
    "add_sfx": _placed(Role.SFX),
    "replace_audio": _placed(Role.VOICE),
}
