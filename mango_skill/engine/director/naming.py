"""Clips that a message names by a word of their file's name: "the red clip" is the one made of red.mp4."""

from __future__ import annotations

from collections.abc import Mapping

from mango_skill.engine.director.sources import words_of
from mango_skill.language.quotes import read_mentions
from mango_skill.operations.described import Described, find_described
from mango_skill.timeline import AssetSource, Clip, MediaReference, Timeline, edits


def number_clips(message: str, timeline: Timeline, assets: Mapping[str, MediaReference]) -> str:
    """Return the message with each clip's number where it named the clip by a word of its file's name.

    A word that none or several of the clips' files have stays as it is: then the user is asked.
    """
    clips = edits.storyline(timeline)
    mentions = read_mentions(message)
    taken = [(one.start, one.end) for one in mentions.quotes]
    taken += [(one.start, one.end) for one in mentions.files]
    taken += [(one.start, one.end) for one in mentions.links]
    for found in reversed(find_described(message)):
        number = _number(found, clips, assets)
        quoted = any(start < found.end and found.start < end for start, end in taken)
        if number is not None and not quoted:
            named = f"第{number}段" if found.chinese else f"clip {number}"
            message = message[: found.start] + named + message[found.end :]
    return message


def _number(found: Described, clips: tuple[Clip, ...], assets: Mapping[str, MediaReference]) -> int | None:
    numbers = [
        number
        for number, clip in enumerate(clips, start=1)
        if _is_called(_file_name(clip, assets), found.words)
    ]
    return numbers[0] if len(numbers) == 1 else None


def _file_name(clip: Clip, assets: Mapping[str, MediaReference]) -> str:
    media = assets.get(clip.media.asset) if isinstance(clip.media, AssetSource) else None
    return media.name if media is not None else clip.name


def _is_called(name: str, said: tuple[str, ...]) -> bool:
    parts = words_of(name)
    return any(word in parts if word.isascii() else any(word in part for part in parts) for word in said)
