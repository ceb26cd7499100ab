"""Asked against got: looks at the timeline before and after an operation and says what did not come out.

It shares nothing with the code that makes the edits: it reads the timeline by asking which instant of which
file is shown at a moment, adds durations up by itself, and looks effects up where the renderer will.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from mango_skill.engine.director.asked import Asked
from mango_skill.timeline import (
    AssetSource,
    Clip,
    Effect,
    GeneratedSource,
    Role,
    Timeline,
    TrackKind,
)
from mango_skill.timeline.check import check

SAMPLES = 23
CLOSE_MS = 3
"""Rounding of a few pieces to milliseconds."""


@dataclass(frozen=True)
class Case:
    """One operation with the timeline before and after it.

    ``first``: no operation before it in the same message has changed the time, so stated seconds can be
    compared with the timeline before.
    """

    asked: Asked
    before: Timeline
    after: Timeline
    first: bool


def audit(case: Case) -> str | None:
    """Return what did not come out as asked, as a fact for the log; None when all is well."""
    for problem in check(case.after):
        if problem.fatal and not (problem.code == "empty" and not case.after.tracks):
            return f"{problem.code}: {problem.message}"
    for miss in _integrity(case.after):
        return miss
    special = CHECKS.get(case.asked.name)
    return special(case) if special is not None else None


def shown(timeline: Timeline, at: int) -> tuple[str, int] | None:
    """Return which file is shown at a moment, and which millisecond of it."""
    for clip in timeline.main.clips if timeline.main else ():
        if clip.range.start <= at < clip.range.end:
            return _material(clip), _instant(clip, at)
    return None


def _material(clip: Clip) -> str:
    if isinstance(clip.media, AssetSource):
        return clip.media.asset
    return clip.media.kind if isinstance(clip.media, GeneratedSource) else clip.name


def _instant(clip: Clip, at: int) -> int:
    if clip.source is None:
        return 0
    if clip.freeze:
        return clip.source.start
    offset = float((at - clip.range.start) * clip.speed)
    return round(clip.source.end - offset if clip.reverse else clip.source.start + offset)


def _integrity(after: Timeline) -> Iterator[str]:
    main = after.main
    if main is None or not main.clips:
        return
    if main.clips[0].range.start != 0:
        yield "the storyline does not begin at 0"
    for one, following in pairwise(main.clips):
        if one.range.end != following.range.start:
            yield f"a gap or an overlap at {one.range.end}"
    if main.clips[0].transition is not None:
        yield "the first clip has a transition"
    for track in after.tracks:
        if track.kind is not TrackKind.OTHER and track.end > main.end + CLOSE_MS:
            yield f"the track {track.id} sticks out behind the end"
    for one, following in pairwise(main.clips):
        blend = following.transition
        if blend is not None and blend.duration > min(one.range.duration, following.range.duration):
            yield "a transition is longer than its clips"


def _end(timeline: Timeline) -> int:
    return timeline.main.end if timeline.main else 0


def _same_picture(case: Case, pairs: Iterator[tuple[int, int]], close: int = CLOSE_MS) -> str | None:
    for new, old in pairs:
        got, wanted = shown(case.after, new), shown(case.before, old)
        if got is None or wanted is None or got[0] != wanted[0] or abs(got[1] - wanted[1]) > close:
            return f"at {new} ms {got} is shown instead of {wanted}"
    return None


def _spread(start: int, end: int) -> Iterator[int]:
    length = end - start
    for number in range(SAMPLES if length > 1 else 0):
        yield start + length * (2 * number + 1) // (2 * SAMPLES)


def _length(case: Case, wanted: float, close: int = CLOSE_MS) -> str | None:
    got = _end(case.after)
    return None if abs(got - wanted) <= close else f"{got} ms long instead of {wanted:.0f}"


def _trim(case: Case) -> str | None:
    amount = case.asked.ms("seconds")
    if amount is None or not case.first or case.asked.has("clip"):
        return _shorter(case)
    shift = amount if case.asked.name == "trim_start" else 0
    end = _end(case.before) - amount
    return _length(case, end) or _same_picture(case, ((at, at + shift) for at in _spread(0, end)))


def _shorter(case: Case) -> str | None:
    longer = _end(case.after) > _end(case.before) + CLOSE_MS
    return "it became longer" if longer else None


def _range(case: Case) -> tuple[int, int] | None:
    asked = case.asked
    if not case.first or asked.has("clip", "start_frame", "end_frame"):
        return None
    whole = _end(case.before)
    edges: list[int] = []
    for which, default in (("start", 0), ("end", whole)):
        stated, percent = asked.ms(which), asked.number(f"{which}_percent")
        at = stated if stated is not None else default if percent is None else round(whole * percent / 100)
        edges.append(min(at, whole))
    return edges[0], edges[1]


def _keep_range(case: Case) -> str | None:
    part = _range(case)
    if part is None:
        return _shorter(case)
    start, end = part
    return _length(case, end - start) or _same_picture(
        case, ((at, at + start) for at in _spread(0, end - start))
    )


def _remove_range(case: Case) -> str | None:
    part = _range(case)
    if part is None:
        return _shorter(case)
    start, end = part
    gone = end - start
    pairs = ((at, at if at < start else at + gone) for at in _spread(0, _end(case.before) - gone))
    return _length(case, _end(case.before) - gone) or _same_picture(case, pairs)


def _keep_ranges(case: Case) -> str | None:
    if not case.first:
        return _shorter(case)
    whole, cursor, pairs = _end(case.before), 0, []
    for start, end in case.asked.items("ranges"):
        low, high = round(start * 1000), min(round(end * 1000), whole)
        pairs += [(cursor + at - low, at) for at in _spread(low, high)]
        cursor += high - low
    return _length(case, cursor) or _same_picture(case, iter(pairs))


def _set_duration(case: Case) -> str | None:
    wanted = case.asked.ms("seconds") or case.asked.ms("max_seconds") or 0
    return f"{_end(case.after)} ms is more than {wanted}" if _end(case.after) > wanted + CLOSE_MS else None


def _fit_duration(case: Case) -> str | None:
    return _length(case, case.asked.ms("seconds") or 0, 1)


def _speed(case: Case) -> str | None:
    factor = case.asked.number("factor")
    if factor is None or case.asked.has("clip", "clips_except"):
        return None
    close = CLOSE_MS + len(case.after.main.clips if case.after.main else ())
    return _length(case, _end(case.before) / factor, close)


def _speed_range(case: Case) -> str | None:
    factor, part = case.asked.number("factor"), _range(case)
    if factor is None or part is None:
        return None
    length = part[1] - part[0]
    return _length(case, _end(case.before) - length + length / factor, 10)


def _split(case: Case) -> str | None:
    pairs = ((at, at) for at in _spread(0, _end(case.after)))
    return _length(case, _end(case.before), 0) or _same_picture(case, pairs)


def _reverse(case: Case) -> str | None:
    if case.asked.has("clip", "start", "end", "clips_except"):
        return _length(case, _end(case.before))
    end = _end(case.before)
    pairs = ((at, end - 1 - at) for at in _spread(0, end))
    return _length(case, end) or _same_picture(case, pairs, 60)


def _freeze(case: Case) -> str | None:
    held = case.asked.ms("seconds")
    return None if held is None else _length(case, _end(case.before) + held)


def _loop(case: Case) -> str | None:
    times = case.asked.number("times")
    return None if times is None or case.asked.has("clip") else _length(case, _end(case.before) * times)


def _silence(case: Case) -> str | None:
    """Nothing but cuts: what is left comes in the old order, at the old speed. "Less" may put some back."""
    if case.asked.word("direction") == "down":
        return None
    seen: dict[str, int] = {}
    if any(clip.reverse for clip in case.after.main.clips) if case.after.main else True:
        return _shorter(case)
    repeated = len({_material(clip) for clip in case.before.main.clips}) if case.before.main else 0
    if case.before.main is None or repeated < len(case.before.main.clips):
        return _shorter(case)
    for clip in case.after.main.clips if case.after.main else ():
        start = clip.source.start if clip.source else 0
        if start < seen.get(_material(clip), -1):
            return "the order of what is left has changed"
        seen[_material(clip)] = start
    return _shorter(case)


def _rearranged(case: Case) -> str | None:
    def takes(timeline: Timeline) -> list[tuple[str, int]]:
        clips = timeline.main.clips if timeline.main else ()
        return sorted((_material(clip), clip.range.duration) for clip in clips)

    return None if takes(case.before) == takes(case.after) else "a clip was lost or changed"


def _fewer(case: Case) -> str | None:
    before, after = case.before.main, case.after.main
    if before is None or after is None:
        return "there is no storyline"
    return None if len(after.clips) < len(before.clips) else "no clip was taken out"


def _more(case: Case) -> str | None:
    longer = _end(case.after) > _end(case.before)
    return None if longer else "it did not become longer"


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
    if clip.range.duration <= 0 or clip.range.end > _end(case.after) + CLOSE_MS:
        return "the text can't be seen"
    start = case.asked.ms("start")
    if case.first and start is not None and not case.asked.has("clip"):
        if abs(clip.range.start - start) > CLOSE_MS:
            return f"the text begins at {clip.range.start}"
        end = case.asked.ms("end")
        if end is not None and abs(clip.range.end - min(end, _end(case.after))) > CLOSE_MS:
            return f"the text ends at {clip.range.end}"
    return None


def _letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def _captions(case: Case) -> str | None:
    clips = [clip for track in case.after.role(Role.CAPTIONS) for clip in track.clips]
    if not clips:
        return "there are no captions"
    if any(clip.range.start < 0 or clip.range.end > _end(case.after) + CLOSE_MS for clip in clips):
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
    if abs(tracks[0].end - _end(case.after)) > CLOSE_MS:
        return "the music does not end with the video"
    return None


def _mute(case: Case) -> str | None:
    mutes = [effect for effect in _effects(case.after) if effect.kind == "mute"]
    start, end = case.asked.ms("start"), case.asked.ms("end")
    if case.first and start is not None and end is not None and not case.asked.has("clip"):
        whole = min(end, _end(case.after))
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
        count = [
            sum(len(track.clips) for track in timeline.role(role)) for timeline in (case.before, case.after)
        ]
        return None if count[1] > 0 and count[1] >= count[0] else f"nothing was put on {role.value}"

    return look


CHECKS: Mapping[str, Callable[[Case], str | None]] = {
    "trim_start": _trim,
    "trim_end": _trim,
    "keep_range": _keep_range,
    "remove_range": _remove_range,
    "keep_ranges": _keep_ranges,
    "set_duration": _set_duration,
    "fit_duration": _fit_duration,
    "speed": _speed,
    "speed_range": _speed_range,
    "split": _split,
    "delete_clip": _fewer,
    "move_clip": _rearranged,
    "swap_clips": _rearranged,
    "reorder": _rearranged,
    "duplicate_clip": _more,
    "insert_clip": _more,
    "reverse": _reverse,
    "boomerang": _more,
    "freeze_frame": _freeze,
    "loop": _loop,
    "remove_silence": _silence,
    "beat_sync": _shorter,
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
