"""Earlier versions: undo, redo, reset, restore. The versions form a tree; the current one is a leaf or a knot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from mango_skill.engine.director.asked import Asked
from mango_skill.engine.director.outcomes import CannotDo, MustAsk
from mango_skill.engine.director.seams import History, Version
from mango_skill.timeline import Timeline

KINDS: Mapping[str, tuple[str, ...]] = {
    "music": ("add_music", "replace_music", "remove_music"),
    "soundtrack": ("add_music", "replace_music"),
    "bed": ("add_music", "replace_music"),
    "title": ("add_title", "lower_third", "edit_text", "style_text"),
    "text": ("add_title", "lower_third", "edit_text"),
    "caption": ("add_captions", "style_captions", "edit_captions"),
    "subtitle": ("add_captions", "style_captions", "edit_captions"),
    "transition": ("transition",),
    "crossfade": ("transition",),
    "cut": ("remove_range", "trim_start", "trim_end", "keep_range", "keep_ranges", "remove_silence"),
    "trim": ("trim_start", "trim_end", "keep_range"),
    "silence": ("remove_silence", "speed_silence"),
    "pause": ("remove_silence", "speed_silence"),
    "speed": ("speed", "speed_range", "speed_ramp", "fit_duration"),
    "slow": ("speed", "speed_range", "speed_ramp"),
    "fade": ("fade_in", "fade_out"),
    "crop": ("crop", "set_aspect"),
    "vertical": ("set_aspect",),
    "aspect": ("set_aspect",),
    "colour": ("brightness", "contrast", "saturation", "temperature", "look", "lut", "auto_color"),
    "color": ("brightness", "contrast", "saturation", "temperature", "look", "lut", "auto_color"),
    "look": ("look", "lut"),
    "black": ("grayscale",),
    "logo": ("watermark",),
    "watermark": ("watermark",),
    "split": ("split",),
    "reverse": ("reverse",),
    "音乐": ("add_music", "replace_music", "remove_music"),
    "配乐": ("add_music", "replace_music"),
    "标题": ("add_title", "lower_third", "edit_text", "style_text"),
    "文字": ("add_title", "lower_third", "edit_text"),
    "字幕": ("add_captions", "style_captions", "edit_captions"),
    "转场": ("transition",),
    "剪": ("remove_range", "trim_start", "trim_end", "keep_range", "keep_ranges", "remove_silence"),
    "静音": ("mute", "remove_silence"),
    "停顿": ("remove_silence",),
    "变速": ("speed", "speed_range"),
    "加速": ("speed", "speed_range"),
    "慢": ("speed", "speed_range"),
    "竖屏": ("set_aspect",),
    "调色": ("brightness", "contrast", "saturation", "temperature", "look", "lut", "auto_color"),
    "滤镜": ("look", "lut"),
    "水印": ("watermark",),
}


def stored(history: History) -> dict[int, Version]:
    """Return the versions by number, with the empty draft (0) that the first one was made from."""
    found = {0: Version(0, None, "", (), Timeline())}
    return found | {version.number: version for version in history.versions()}


def find_version(asked: Asked, versions: Mapping[int, Version], current: int) -> Version:
    """Return the version that an operation of history leads to from the current one.

    Raises:
        CannotDo: There is no such step.
        MustAsk: It does not say before what.
    """
    steps = int(asked.number("steps") or 1)
    if asked.name == "undo":
        return _back(versions, current, steps)
    if asked.name == "redo":
        return _forth(versions, current, steps)
    path = _path(versions, current)
    if asked.name == "reset":
        return _first(path)
    said = asked.word("before")
    if said is None:
        raise MustAsk("before_what", missing="before")
    return _before(said, path)


def arrived(versions: Mapping[int, Version], path_from: int, target: int) -> tuple[str, ...]:
    """Return the files that were placed by uploads after ``target``, on the way to ``path_from``."""
    placed: list[str] = []
    for version in _path(versions, path_from):
        if version.number == target:
            break
        if not version.message and version.number:
            before = _assets(versions[version.parent or 0]) if (version.parent or 0) in versions else []
            placed += [one for one in _assets(version) if one not in before]
    return tuple(placed)


def _assets(version: Version) -> list[str]:
    found = [getattr(clip.media, "asset", None) for _, clip in version.timeline.clips()]
    return [one for one in dict.fromkeys(found) if one is not None]


def _path(versions: Mapping[int, Version], current: int) -> list[Version]:
    """Return the current version and those it came from, newest first."""
    path: list[Version] = []
    number: int | None = current
    while number is not None and number in versions and len(path) <= len(versions):
        path.append(versions[number])
        number = (versions[number].parent or 0) if number else None
    return path


def _back(versions: Mapping[int, Version], current: int, steps: int) -> Version:
    path = _path(versions, current)
    left = steps
    for version, before in pairwise(path):
        if version.message:
            left -= 1
        if left == 0:
            return before
    done = steps - left
    if done == 0:
        raise CannotDo("nothing_to_undo")
    raise CannotDo("fewer_steps", steps=steps, count=done)


def _forth(versions: Mapping[int, Version], current: int, steps: int) -> Version:
    number, left = current, steps
    while left:
        later = [one for one in versions.values() if one.number and (one.parent or 0) == number]
        if not later:
            break
        newest = max(later, key=lambda one: one.number)
        number = newest.number
        if newest.message:
            left -= 1
    if left == steps:
        raise CannotDo("nothing_to_redo")
    if left:
        raise CannotDo("fewer_steps", steps=steps, count=steps - left)
    return versions[number]


def _first(path: Sequence[Version]) -> Version:
    edited = [number for number, version in enumerate(path) if version.message]
    if not edited or edited[-1] + 1 >= len(path):
        raise CannotDo("nothing_to_undo")
    return path[edited[-1] + 1]


def _before(said: str, path: Sequence[Version]) -> Version:
    words = said.casefold()
    wanted = {name for key, names in KINDS.items() if key in words for name in names}
    wanted.add(words.strip().replace(" ", "_"))
    steps = [
        before
        for version, before in pairwise(path)
        if version.message and {str(operation.get("op")) for operation in version.operations} & wanted
    ]
    if steps:
        # What lies on the video was not there before it came first; a cut or a speed means the last one.
        return steps[-1] if any(word in words for word in LASTING) else steps[0]
    for version, before in pairwise(path):
        if version.message and words in version.message.casefold():
            return before
    raise CannotDo("no_such_step", before=said[:60])


LASTING = (
    "music", "soundtrack", "bed", "title", "text", "caption", "subtitle", "transition", "crossfade", "logo",
    "watermark", "音乐", "配乐", "标题", "文字", "字幕", "转场", "水印",
)  # fmt: skip
"""Things that stay on the video once they are put there."""

RECALLS = frozenset({"undo", "redo", "reset", "restore"})
