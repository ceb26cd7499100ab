"""What the words say about an export or an upload: format, size, place, links."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from mango_skill.router.reading import Reading
from mango_skill.router.tables import read_json
from mango_skill.router.wishes import read_wishes

_HEIGHT = re.compile(r"(?<![\d.])(\d{3,4}) ?p(?:60|50|30|25|24)?(?![\w%])")
_SIZE = re.compile(r"(?<!\d)(\d{3,4}) ?(?:x|×|\*|by|乘|por) ?(\d{3,4})(?!\d)")
_K = re.compile(r"(?<![\w.])([248]) ?k(?![\w%])|\b(uhd|full ?hd|fhd|hd)\b|超清|高清")
_FPS = re.compile(
    r"(?<![\d.])(\d{2,3}(?:\.\d+)?) ?(?:fps|hz|帧|frames? per second|コマ|fotogramas|quadros|bilder|images? par)"
)
_MEGABYTES = re.compile(
    r"(?:under|below|less than|max(?:imum)?|at most|up to|smaller than|within|<|menos de|unter|moins de|abaixo de|压到|压缩到|不超过|小于|控制在)"
    r"[^\d]{0,12}(\d+(?:\.\d+)?) ?(?:m(?:b|o|egs?|egabytes?)?|兆)(?![a-z0-9])|(\d+(?:\.\d+)?) ?(?:mb?|兆)(?:以内|以下|未満|이하)"
)
_HEIGHTS = {
    "2": 1440,
    "4": 2160,
    "8": 4320,
    "uhd": 2160,
    "fullhd": 1080,
    "full hd": 1080,
    "fhd": 1080,
    "hd": 720,
}


@cache
def _formats() -> tuple[tuple[re.Pattern[str], dict[str, Any]], ...]:
    return tuple(
        (re.compile(r"(?<![a-z0-9])(?:" + "|".join(item["match"]) + r")(?![a-z0-9])"), item["means"])
        for item in read_json("shared")["formats"]
    )


@cache
def _places() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(r"(?<![a-z0-9])(?:" + "|".join(words) + r")(?![a-z0-9])"), name)
        for name, words in read_json("shared")["places"].items()
    )


def read_export(reading: Reading, start: int, end: int) -> dict[str, Any]:
    """Return the arguments of an export from the range of the folded text that asks for it."""
    words = reading.folded[start:end]
    arguments: dict[str, Any] = {}
    found = sorted(
        ((match.start(), means) for pattern, means in _formats() for match in pattern.finditer(words)),
        key=lambda item: item[0],
    )
    for _, means in found:
        for key, value in means.items():
            arguments.setdefault(key, value)
    arguments.update(_read_size(words))
    for pattern, name in _places():
        if pattern.search(words):
            arguments["destination"] = name
            break
    if match := _MEGABYTES.search(words):
        arguments["max_megabytes"] = float(match.group(1) or match.group(2))
    arguments |= _read_path(reading, start, end, arguments)
    wishes = read_wishes(reading, start, end, known=arguments)
    if "path" in arguments:
        wishes.pop("name", None)
    if wishes.get("captions") and arguments.get("what") == "captions":
        # the captions go along with the video, they are not what is wanted
        arguments = {key: value for key, value in arguments.items() if key not in ("what", "format")}
    return arguments | wishes


def _read_size(words: str) -> dict[str, Any]:
    size: dict[str, Any] = {}
    if match := _SIZE.search(words):
        size = {"width": int(match.group(1)), "height": int(match.group(2))}
    elif match := _HEIGHT.search(words):
        size = {"height": int(match.group(1))}
    elif match := _K.search(words):
        size = {"height": _HEIGHTS.get(match.group(1) or match.group(2) or "", 1080)}
    if match := _FPS.search(words):
        size["fps"] = float(match.group(1))
    return size


def _read_path(reading: Reading, start: int, end: int, known: dict[str, Any]) -> dict[str, Any]:
    first, last = _bounds(reading, start, end)
    for file in reading.mentions.files:
        if first <= file.start < last:
            ending = file.path.rpartition(".")[2].lower()
            named = {"path": file.path}
            if "format" not in known and file.kind in ("video", "audio", "image", "captions"):
                named["format"] = ending
            return named
    return {}


def _bounds(reading: Reading, start: int, end: int) -> tuple[int, int]:
    offsets = reading.offsets
    if not offsets:
        return 0, 0
    return offsets[min(start, len(offsets) - 1)], offsets[end] if end < len(offsets) else offsets[-1] + 1


def read_upload(reading: Reading, attached: Sequence[str], *, known: Collection[str] = ()) -> dict[str, Any]:
    """Return the files (attached ones first) and the links that a message brings."""
    names = {name.lower() for name in known}
    mentioned = [
        file.path
        for file in reading.mentions.files
        if file.path.replace("\\", "/").rpartition("/")[2].lower() not in names
    ]
    bases = {path.replace("\\", "/").rpartition("/")[2] for path in attached}
    paths = [
        *attached,
        *(path for path in mentioned if path.replace("\\", "/").rpartition("/")[2] not in bases),
    ]
    links = list(dict.fromkeys(link.url for link in reading.mentions.links))
    arguments: dict[str, Any] = {}
    if paths:
        arguments["files"] = list(dict.fromkeys(paths))
    if links:
        arguments["links"] = links
    return arguments
