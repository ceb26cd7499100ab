"""A question about the video is answered before the whole of it is shown. What is asked stands in ``questions.json``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from mango_skill.replies.cleaning import clean_name
from mango_skill.replies.values import format_span, format_time
from mango_skill.replies.wording import say
from mango_skill.timeline.model import Clip, Role, Timeline, TrackKind

_ROLES = {"BGM": Role.MUSIC, "Captions": Role.CAPTIONS, "Title": Role.TITLE, "Voice": Role.VOICE}
_MOST_NAMES = 4


def answer_question(question: str, timeline: Timeline, *, language: str) -> str:
    """Return what a question asks of the video, in one line; empty when it asks nothing in particular."""
    asked = [key for key, pattern in _patterns().items() if pattern.search(question)]
    things = [key for key in asked if key in _ROLES]
    lines = []
    if "length" in asked:
        length = timeline.duration if len(things) != 1 else _total(_clips(timeline, things.pop()))
        lines.append(say(language, "answer.length", time=format_time(length, language)))
    if "count" in asked:
        lines.append(say(language, "answer.count", count=len(_story(timeline))))
    if "transitions" in asked:
        count = sum(clip.transition is not None for clip in _story(timeline))
        lines.append(say(language, "answer.transitions", count=count))
    lines += [_told(thing, _clips(timeline, thing), language) for thing in things]
    return " ".join(lines)


def _told(thing: str, clips: Sequence[Clip], language: str) -> str:
    track = say(language, f"track.{thing}")
    if not clips:
        return say(language, "answer.none", track=track)
    names = [
        f"{clean_name(clip.text or clip.name)} ({format_span([clip.range.start, clip.range.end], language)})"
        for clip in clips[:_MOST_NAMES]
    ]
    more = " …" if len(clips) > _MOST_NAMES else ""
    return say(language, "answer.there", track=track, names=say(language, "list").join(names) + more)


def _clips(timeline: Timeline, thing: str) -> Sequence[Clip]:
    role = _ROLES[thing]
    found = [clip for track in timeline.tracks if track.role is role for clip in track.clips]
    if thing == "BGM" and not found and not any(one.kind is TrackKind.VIDEO for one in timeline.tracks):
        return _story(timeline)  # a song that is alone is the music
    return found


def _story(timeline: Timeline) -> Sequence[Clip]:
    tracks = [track for track in timeline.tracks if track.clips]
    main = next((track for track in tracks if track.role is Role.MAIN), None)
    main = main or next((track for track in tracks if track.kind is TrackKind.VIDEO), None)
    return main.clips if main is not None else ()


def _total(clips: Sequence[Clip]) -> int:
    return sum(clip.range.duration for clip in clips)


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    text = (resources.files(__package__) / "questions.json").read_text(encoding="utf-8")
    return {key: re.compile(pattern, re.IGNORECASE) for key, pattern in json.loads(text).items()}
