"""Pictures above the storyline: b-roll, picture in picture, split screen, images, logos, stickers."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mango_skill.engine.director.asked import Asked, Json
from mango_skill.engine.director.cuts import Handler
from mango_skill.engine.director.desk import Desk
from mango_skill.engine.director.hues import read_color
from mango_skill.engine.director.outcomes import CannotDo, MustAsk
from mango_skill.engine.director.positions import known_position, placed
from mango_skill.engine.director.sources import PICTURES, claim, find_source
from mango_skill.engine.director.titles import title_time, write
from mango_skill.engine.director.uploads import PHOTO_MS, clip_of
from mango_skill.timeline import Clip, Effect, MediaKind, MediaReference, Role, TimeRange, TrackKind, edits

PIP_SCALE = 0.3
LOGO_WIDTH = 14.0
IMAGE_WIDTH = 35.0
STICKER_MS = 2000
STICKERS = {
    "heart": "❤️", "fire": "🔥", "star": "⭐", "thumbs_up": "👍", "like": "👍", "laugh": "😂",
    "laughing": "😂", "smile": "😊", "cry": "😢", "wow": "😮", "party": "🎉", "confetti": "🎉",
    "arrow": "➡️", "check": "✅", "checkmark": "✅", "cross": "❌", "rocket": "🚀", "clap": "👏",
    "100": "💯", "eyes": "👀", "sparkles": "✨", "sun": "☀️", "moon": "🌙", "cat": "🐱", "dog": "🐶",
    "crown": "👑", "money": "💰", "question": "❓", "exclamation": "❗", "warning": "⚠️", "bell": "🔔",
    "subscribe": "🔔", "music": "🎵", "camera": "📷", "gift": "🎁", "cake": "🎂", "flower": "🌸",
    "kiss": "😘", "cool": "😎", "thinking": "🤔", "angry": "😠", "ok": "👌", "wave": "👋",
    "爱心": "❤️", "火": "🔥", "火焰": "🔥", "星星": "⭐", "点赞": "👍", "大拇指": "👍", "笑脸": "😊",
    "大笑": "😂", "箭头": "➡️", "皇冠": "👑", "烟花": "🎉", "庆祝": "🎉", "火箭": "🚀", "鼓掌": "👏",
}  # fmt: skip


def overlay_clip(desk: Desk, asked: Asked) -> None:
    """Cover the picture with a file for a while; the sound below goes on unless told otherwise."""
    media = find_source(desk, asked.word("source"), kinds=PICTURES)
    claim(desk, media)
    held = _held(desk, asked, media)
    audio = asked.word("audio") or "keep_base"
    clip = _shown(media, held, volume=0.0 if audio == "keep_base" else 100.0)
    full = Effect("fit", {"mode": "crop"})
    desk.timeline = edits.place(desk.timeline, Role.OVERLAY, [replace(clip, effects=(full,))])
    if audio == "replace":
        mute = Effect("mute", {"target": "original_audio"}, clip.range)
        desk.timeline = edits.treat(desk.timeline, mute)
    desk.did("covered", name=media.name, start=clip.range.start, end=clip.range.end)


def pip(desk: Desk, asked: Asked) -> None:
    """Show a file in a small window; its sound is off."""
    media = find_source(desk, asked.word("source"), kinds=PICTURES)
    claim(desk, media)
    held = _held(desk, asked, media)
    scale = asked.number("scale") or PIP_SCALE
    position = asked.word("position") or "bottom_right"
    place = placed(desk, media, position, 100 * scale)
    clip = replace(_shown(media, held, volume=0.0), effects=(place,))
    desk.timeline = edits.place(desk.timeline, Role.OVERLAY, [clip])
    if media.has_audio:
        desk.aside("pip_is_silent")
    desk.did("pip", name=media.name, position=position.replace("_", " "), percent=round(100 * scale))


def split_screen(desk: Desk, asked: Asked) -> None:
    """Show several clips at once; the longest one carries the time, the others hold their last frame."""
    clips = _screens(desk, asked)
    layout = asked.word("layout") or ("side_by_side" if len(clips) == 2 else "grid")
    boxes = _boxes(layout, len(clips))
    longest = max(clips, key=lambda clip: clip.range.duration)
    if len(desk.clips) > len(clips):
        desk.aside("others_follow")
    others = [(clip, box) for clip, box in zip(clips, boxes, strict=True) if clip is not longest]
    own_box = boxes[clips.index(longest)]
    gone = {clip.id for clip, _ in others}
    order = [clip.id for clip in desk.clips if clip.id not in gone]
    desk.apply(edits.order_clips(desk.timeline, order))
    desk.timeline = edits.blend_at(desk.timeline, range(len(desk.clips)), None)
    base = next(clip for clip in desk.clips if clip.id == longest.id)
    desk.timeline = edits.treat_clips(desk.timeline, {base.id}, _box(own_box))
    desk.timeline = edits.treat_clips(desk.timeline, {base.id}, Effect("fit", {"mode": "crop"}))
    for clip, box in others:
        fit = (_box(box), Effect("fit", {"mode": "crop"}))
        shown = TimeRange(base.range.start, clip.range.duration)
        pieces = [replace(clip, range=shown, transition=None, effects=(*clip.effects, *fit))]
        if shown.end < base.range.end:
            still = TimeRange.between(shown.end, base.range.end)
            last = edits.source_instant(clip, clip.range.end - 40)
            source = TimeRange(last, 40) if clip.source is not None else None
            frozen = replace(pieces[0], range=still, source=source, freeze=source is not None, volume=0.0)
            pieces.append(frozen)
        desk.timeline = edits.place(desk.timeline, Role.OVERLAY, pieces)
    desk.did("split_screen", count=len(clips), layout=layout.replace("_", " "))


def add_image(desk: Desk, asked: Asked) -> None:
    """Show a picture file: over the whole frame, or small where a position is named."""
    media = find_source(desk, asked.word("source"), kinds=(MediaKind.IMAGE,))
    claim(desk, media)
    desk.need_clips()
    held = title_time(desk, asked, PHOTO_MS)
    position = asked.word("position")
    effect = placed(desk, media, position, IMAGE_WIDTH) if position else Effect("fit", {"mode": "pad"})
    clip = replace(_shown(media, held, volume=100.0), effects=(effect,))
    desk.timeline = edits.place(desk.timeline, Role.GRAPHICS, [clip])
    desk.did("image", name=media.name, start=held.start, end=held.end)


def watermark(desk: Desk, asked: Asked) -> None:
    """A logo or name over all of it."""
    desk.need_clips()
    text = asked.word("text")
    position = asked.word("position") or "bottom_right"
    opacity = asked.number("opacity_percent")
    if text is not None and not asked.has("source"):
        style: dict[str, Json] = {
            "position": known_position(position),
            "size_percent": 4.0,
            "color": "white",
            "opacity_percent": 70 if opacity is None else opacity,
        }
        _drop_watermark(desk)
        write(desk, text, TimeRange(0, desk.end), style, name="watermark", role=Role.GRAPHICS)
        desk.did("watermark", name=f"“{text}”", position=position.replace("_", " "))
        return
    media = find_source(desk, asked.word("source"), kinds=(MediaKind.IMAGE,))
    claim(desk, media)
    _drop_watermark(desk)
    scale = asked.number("scale")
    place = placed(desk, media, position, LOGO_WIDTH if scale is None else 100 * scale, opacity)
    clip = replace(_shown(media, TimeRange(0, desk.end), volume=100.0), name="watermark", effects=(place,))
    desk.timeline = edits.place(desk.timeline, Role.GRAPHICS, [clip])
    desk.did("watermark", name=media.name, position=position.replace("_", " "))


def progress_bar(desk: Desk, asked: Asked) -> None:
    """Show how much has passed."""
    desk.need_clips()
    position = asked.word("position") or "bottom"
    if position not in ("top", "bottom"):
        raise CannotDo("no_position", position=position)
    bar = Effect("progress_bar", {"position": position, "color": read_color(asked.word("color") or "white")})
    kept = edits.without_kind(desk.timeline.effects, "progress_bar")
    desk.timeline = replace(desk.timeline, effects=(*kept, bar))
    desk.did("progress_bar", position=position)


def sticker(desk: Desk, asked: Asked) -> None:
    """A small picture or emoji."""
    desk.need_clips()
    name = asked.word("name")
    if name is None:
        raise MustAsk("which_sticker", missing="name")
    key = name.strip().casefold().replace(" ", "_").removesuffix("_emoji").removesuffix("表情")
    glyph = STICKERS.get(key) or STICKERS.get(key.rstrip("s")) or (name.strip() if _is_emoji(name) else None)
    at = asked.value("at")
    moments = [clip.range.start for clip in desk.clips[1:]] if at == "transitions" else None
    if moments is None:
        start = max(0, desk.end - STICKER_MS) if at == "end" else desk.place_of(asked.ms("at") or 0)
        moments = [start]
    moments = [one for one in moments if one < desk.end]
    if not moments:
        raise CannotDo("beyond_end", at=asked.ms("at"), length=desk.old_end)
    position = asked.word("position") or "top_right"
    for start in moments:
        held = TimeRange.between(start, min(start + STICKER_MS, desk.end))
        if glyph is not None:
            style = {"position": known_position(position), "size_percent": 16.0, "animation": "pop"}
            write(desk, glyph, held, style, name="sticker", role=Role.GRAPHICS)
            continue
        if not any(media.kind is MediaKind.IMAGE for media in desk.assets.values()):
            raise CannotDo("no_sticker", name=name[:40])
        media = find_source(desk, name, kinds=(MediaKind.IMAGE,), parameter="name")
        claim(desk, media)
        place = placed(desk, media, position, 20.0)
        clip = replace(_shown(media, held, volume=100.0), effects=(place,))
        desk.timeline = edits.place(desk.timeline, Role.GRAPHICS, [clip])
    desk.did("sticker", name=glyph or name, at=moments[0])


def _held(desk: Desk, asked: Asked, media: MediaReference) -> TimeRange:
    desk.need_clips()
    part = desk.old_range(asked)
    own = media.duration if media.kind is MediaKind.VIDEO and media.duration else None
    if part is None:
        return TimeRange(0, min(desk.end, own or desk.end))
    held = desk.stretch(part.start, part.end)
    if not asked.has("end"):
        return TimeRange(held.start, min(held.duration, own or PHOTO_MS))
    if own is not None and own < held.duration:
        desk.aside("shorter_file", name=media.name, length=own)
        return TimeRange(held.start, own)
    return held


def _shown(media: MediaReference, held: TimeRange, *, volume: float) -> Clip:
    clip = clip_of(media, held.duration)
    return replace(clip, range=held, volume=volume)


def _screens(desk: Desk, asked: Asked) -> list[Clip]:
    clips = desk.need_clips()
    numbers = asked.items("clips")
    if numbers:
        chosen = [desk.pieces_of(one)[:1] for one in desk.numbers_to_ids(numbers)]
        found = [clip for pieces in chosen for clip in pieces]
    else:
        found = list(clips[:4])
    if len({clip.id for clip in found}) < 2:
        raise CannotDo("needs_two_clips")
    if len(found) > 9:
        raise CannotDo("too_many_screens")
    return found


def _boxes(layout: str, count: int) -> Sequence[tuple[float, float, float, float]]:
    columns = count if layout == "side_by_side" else 1 if layout == "stacked" else -(-(count**0.5) // 1)
    columns = int(columns)
    rows = -(-count // columns)
    width, height = 100 / columns, 100 / rows
    return [(place % columns * width, place // columns * height, width, height) for place in range(count)]


def _box(box: tuple[float, float, float, float]) -> Effect:
    keys = ("left_percent", "top_percent", "width_percent", "height_percent")
    return Effect("place", {key: round(value, 3) for key, value in zip(keys, box, strict=True)})


def _drop_watermark(desk: Desk) -> None:
    old = {
        clip.id
        for track in desk.timeline.tracks
        if track.role is Role.GRAPHICS or track.kind is TrackKind.TEXT
        for clip in track.clips
        if clip.name == "watermark"
    }
    desk.timeline = edits.remove_clips(desk.timeline, old)


def _is_emoji(text: str) -> bool:
    kept = [
        c for c in text.strip() if c not in "\u200d\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
    ]
    return 0 < len(kept) <= 4 and all(unicodedata.category(c) in ("So", "Sm") for c in kept)


OVERLAYS: Mapping[str, Handler] = {
    "overlay_clip": overlay_clip,
    "pip": pip,
    "split_screen": split_screen,
    "add_image": add_image,
    "watermark": watermark,
    "progress_bar": progress_bar,
    "sticker": sticker,
}
