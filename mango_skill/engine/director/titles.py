"""Titles and other words on the picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mango_skill.engine.director.asked import Asked, Json
from mango_skill.engine.director.cuts import Handler
from mango_skill.engine.director.desk import Desk
from mango_skill.engine.director.outcomes import CannotDo, MustAsk
from mango_skill.engine.director.positions import restyle_picture
from mango_skill.engine.director.styles import TITLE_SIZE, read_animation, read_style, restyled
from mango_skill.timeline import Clip, GeneratedSource, Role, TimeRange, TrackKind, edits

TITLE_MS = 3000
LOWER_THIRD_MS = 4000
LOWER_THIRD_AT_MS = 500
CREDIT_LINE_MS = 900
CREDITS_LEAST_MS = 4000
BELOW_FACES = 72.0
"""Where the middle of a title stands by itself: people look out of the upper two thirds of a picture."""
COUNT_FROM = 3
LONGEST_COUNT = 600
ANYWHERE = frozenset({"", "text", "texts", "all", "title", "titles"})
MARKED = {"lower_third", "credits", "watermark", "countdown", "sticker"}


def add_title(desk: Desk, asked: Asked) -> None:
    """Write text on the picture: for 3 s at the beginning unless told otherwise."""
    text = asked.word("text")
    desk.need_clips()
    if text is None or not text.strip():
        raise MustAsk("which_text", missing="text")
    style = {
        "position": "center",
        "size_percent": TITLE_SIZE,
        "weight": "bold",
        "outline": "black",
        **read_style(asked, desk.canvas, {}, base=TITLE_SIZE),
    }
    held = title_time(desk, asked)
    if not asked.has("position") and _shows_footage(desk, held):
        style["y_percent"] = BELOW_FACES
    write(desk, text, held, style, name="title")
    desk.facts["titles"] = desk.facts.get("titles", 0) + 1
    desk.did("title", text=text, start=held.start, end=held.end)


def _shows_footage(desk: Desk, held: TimeRange) -> bool:
    """Whether there may be faces behind a text: not on plain ground alone."""
    return any(
        not isinstance(clip.media, GeneratedSource)
        for clip in edits.storyline(desk.timeline)
        if clip.range.intersection(held) is not None
    )


def title_time(desk: Desk, asked: Asked, default: int = TITLE_MS) -> TimeRange:
    """Return when a text is shown, in present time.

    Raises:
        CannotDo: The time lies behind the end.
    """
    stated = asked.ms("duration") or asked.ms("seconds")
    duration = stated or default
    last = asked.ms("start_from_end")
    if last:
        return TimeRange.between(max(0, desk.end - last), desk.end)
    if asked.word("position_time") == "end":
        return TimeRange.between(max(0, desk.end - duration), desk.end)
    chosen = desk.chosen(asked)
    if chosen is not None and not asked.has("start", "end"):
        whole = TimeRange.between(chosen[0].range.start, chosen[-1].range.end)
        return TimeRange(whole.start, min(whole.duration, duration) if stated else whole.duration)
    start, end = asked.ms("start"), asked.ms("end")
    if start is None and end is None:
        return TimeRange.between(0, min(duration, desk.end))
    if start is None:
        start = max(0, (end or 0) - duration) if stated else 0
    base = desk.old_base(asked).start if asked.value("clip") is not None else 0
    start += base
    if start >= max(desk.old_end, desk.end):
        raise CannotDo("beyond_end", at=start, length=desk.old_end)
    if end is not None:
        return desk.stretch(start, min(end + base, max(desk.old_end, desk.end)))
    begin = desk.stretch(start, start + 1).start
    return TimeRange.between(begin, min(begin + duration, desk.end))


def write(
    desk: Desk,
    text: str,
    held: TimeRange,
    style: Mapping[str, Json],
    *,
    name: str,
    role: Role = Role.TITLE,
) -> None:
    """Put a text clip on the timeline."""
    clip = Clip("", name, held, text=_clean(text), style=dict(style))
    desk.timeline = edits.place(desk.timeline, role, [clip], kind=TrackKind.TEXT)


def edit_text(desk: Desk, asked: Asked) -> None:
    """Let a text say something else."""
    fresh = asked.word("text")
    if fresh is None:
        raise MustAsk("which_text", missing="text")
    find = asked.word("find")
    clips = texts(desk, asked)
    if find is not None:
        clips = [clip for clip in clips if find.casefold() in (clip.text or "").casefold()]
        if not clips:
            raise CannotDo("text_not_found", text=find)
    elif len(clips) > 1:
        raise MustAsk("which_of_texts", missing="find", options=tuple(clip.text or "" for clip in clips[:6]))
    for clip in clips:
        now = clip.text or ""
        said = replaced(now, find, fresh) if find is not None and find.casefold() != now.casefold() else fresh
        desk.change_clips([clip.id], text=_clean(said))
    desk.did("text_changed", text=fresh)


def style_text(desk: Desk, asked: Asked) -> None:
    """Change how texts look."""
    for clip in texts(desk, asked):
        if clip.text is None:
            changed = restyle_picture(desk, clip, asked)
            if changed is None:
                raise MustAsk("which_style", missing="size,position")
            desk.change_clips([clip.id], effects=changed.effects)
            continue
        changes = read_style(asked, desk.canvas, clip.style, base=TITLE_SIZE)
        if not changes:
            raise MustAsk("which_style", missing="color,size,position")
        desk.change_clips([clip.id], style=restyled(clip.style, changes))
    desk.did("text_restyled")


def extend_text(desk: Desk, asked: Asked) -> None:
    """Let texts stay longer or shorter."""
    more = asked.ms("seconds")
    if not more:
        raise MustAsk("how_long", missing="seconds")
    for clip in texts(desk, asked):
        end = min(desk.end, clip.range.end + more)
        if end - clip.range.start < 100:
            raise CannotDo("text_too_short")
        desk.change_clips([clip.id], range=TimeRange.between(clip.range.start, end))
    desk.did("text_extended" if more > 0 else "text_shortened", length=abs(more))


def animate_text(desk: Desk, asked: Asked) -> None:
    """Let texts move in."""
    animation = read_animation(asked.word("animation") or "fade")
    for clip in texts(desk, asked):
        desk.change_clips([clip.id], style={**clip.style, "animation": animation})
    desk.did("text_animated", animation=animation.replace("_", " "))


def remove_text(desk: Desk, asked: Asked) -> None:
    """Take texts off the picture."""
    try:
        clips = texts(desk, asked)
    except CannotDo as nothing:
        if nothing.key != "no_text":
            raise
        desk.did("no_text_there")
        return
    desk.timeline = edits.remove_clips(desk.timeline, {clip.id for clip in clips})
    desk.did("text_removed" if clips else "no_text_there", count=len(clips))


def lower_third(desk: Desk, asked: Asked) -> None:
    """Name and role of who is speaking."""
    name = asked.word("name")
    if name is None:
        raise MustAsk("which_name", missing="name")
    desk.need_clips()
    timed = asked
    if not asked.has("start", "end"):
        at = LOWER_THIRD_AT_MS if desk.end > LOWER_THIRD_AT_MS + LOWER_THIRD_MS else 0
        held = TimeRange.between(at, min(desk.end, at + LOWER_THIRD_MS))
    else:
        held = title_time(desk, timed, LOWER_THIRD_MS)
    role = asked.word("role")
    text = name if role is None else f"{name}\n{role}"
    style = {
        "layout": "lower_third",
        "position": "lower_third",
        "size_percent": 5.5,
        "background": "black",
        "animation": "slide_right",
    }
    write(desk, text, held, style, name="lower_third")
    desk.did("lower_third", name=name, start=held.start, end=held.end)


def add_credits(desk: Desk, asked: Asked) -> None:
    """Roll names over black behind the end."""
    lines = [str(line) for line in asked.items("lines") if str(line).strip()]
    desk.need_clips()
    if not lines:
        raise MustAsk("which_credits", missing="lines")
    duration = max(CREDITS_LEAST_MS, CREDIT_LINE_MS * (len(lines) + 2))
    start = desk.end
    black = Clip(
        "", "credits", TimeRange(0, duration), GeneratedSource("color", {"color": desk.canvas.background})
    )
    desk.apply(edits.insert_clips(desk.timeline, [black], start))
    style = {"layout": "credits", "position": "center", "animation": "scroll_up", "size_percent": 6.0}
    write(desk, "\n".join(lines), TimeRange(start, duration), style, name="credits")
    desk.did("credits", count=len(lines), length=duration)


def countdown(desk: Desk, asked: Asked) -> None:
    """Count down on the picture, a second for each number."""
    desk.need_clips()
    count = int(asked.number("seconds") or COUNT_FROM)
    at = asked.value("at")
    if not 1 <= count <= LONGEST_COUNT:
        raise CannotDo("countdown_out_of_reach", longest=LONGEST_COUNT)
    start = max(0, desk.end - count * 1000) if at == "end" else desk.place_of(asked.ms("at") or 0)
    if start >= desk.end:
        raise CannotDo("beyond_end", at=asked.ms("at"), length=desk.old_end)
    style = {"position": "center", "size_percent": 22.0, "weight": "bold", "outline": "black"}
    for number in range(count):
        held = TimeRange.between(start + number * 1000, min(start + number * 1000 + 1000, desk.end))
        if held.duration <= 0:
            break
        write(desk, str(count - number), held, style, name="countdown")
    desk.did("countdown", count=count, at=start)


def texts(desk: Desk, asked: Asked) -> list[Clip]:
    """Return the texts that ``target`` means: titles, or a text with these words; captions have their own.

    Raises:
        CannotDo: There is no text, or none with these words.
    """
    everything = [
        clip
        for track in desk.timeline.tracks
        if (track.kind is TrackKind.TEXT and track.role is not Role.CAPTIONS) or track.role is Role.GRAPHICS
        for clip in track.clips
        if clip.text is not None or clip.name in MARKED
    ]
    target = (asked.word("target") or "").strip().casefold().replace(" ", "_")
    if target in ("captions", "subtitles"):
        return [clip for track in desk.timeline.role(Role.CAPTIONS) for clip in track.clips]
    target = {"logo": "watermark"}.get(target, target)
    if not everything:
        raise CannotDo("no_text")
    if target in ANYWHERE:
        written = [clip for clip in everything if clip.text is not None]
        titles = [clip for clip in written if clip.name not in MARKED]
        return titles if titles and target not in ("text", "texts", "all") else written or everything
    named = [clip for clip in everything if clip.name == target.rstrip("s")]
    if named:
        return named
    return _by_words(asked.word("target") or "", everything)


def _by_words(said: str, clips: Sequence[Clip]) -> list[Clip]:
    wanted = said.casefold()
    found = [clip for clip in clips if wanted in (clip.text or "").casefold()]
    ordinals = {"first": 0, "first_title": 0, "second": 1, "third": 2, "last": -1, "last_title": -1}
    key = wanted.replace(" ", "_")
    if not found and key in ordinals and len(clips) > ordinals[key]:
        found = [sorted(clips, key=lambda clip: clip.range.start)[ordinals[key]]]
    if not found:
        raise CannotDo("text_not_found", text=said[:60])
    return found


def replaced(text: str, find: str, fresh: str) -> str:
    """Replace words in a text without regard to case."""
    parts: list[str] = []
    rest, wanted = text, find.casefold()
    while wanted and (at := rest.casefold().find(wanted)) >= 0 and len(rest.casefold()) == len(rest):
        parts += [rest[:at], fresh]
        rest = rest[at + len(find) :]
    return "".join([*parts, rest])


def _clean(text: str) -> str:
    """Words to show: no control characters, which no font can draw; lines are kept."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(c for c in line if c.isprintable() or c in "\u200d\ufe0f") for line in lines)


TITLES: Mapping[str, Handler] = {
    "add_title": add_title,
    "edit_text": edit_text,
    "style_text": style_text,
    "extend_text": extend_text,
    "animate_text": animate_text,
    "remove_text": remove_text,
    "lower_third": lower_third,
    "add_credits": add_credits,
    "countdown": countdown,
}
