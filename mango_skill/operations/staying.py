"""What a clause of its own leaves alone of the edit before it: "mute it all, except the first clip"."""

from __future__ import annotations

import re

from mango_skill.operations.following import is_modifier, read_as_more
from mango_skill.operations.reading import Reading

_EXCEPTION = re.compile(
    r"^(?:but |just |only )?(?:with the exception of|except(?:ing)?|excluding|apart from|aside from|other than|save for)(?![a-z])|^(?:but )?(?:not (?:on|in|for|during|including|the|my)(?![a-z])|not <[chegr])"
    r"|^除了?.+(?:以外|之外|外)?$|^.+(?:以外|之外|除外)$|^(?:但|不过)?(?:不包括|不含)"
)
_NOT_THE = re.compile(
    r"^(?:but )?not (?:the |my )?(?P<what>video|picture|image|music|song|soundtrack|voice|audio|sound)$"
    r"|^(?:但)?(?:不要|别|不包括|不是)(?P<zh>视频|画面|音乐|声音|人声)$"
)
_KINDS = {
    "picture": "video", "image": "video", "画面": "video", "视频": "video",
    "song": "music", "soundtrack": "music", "音乐": "music",
    "sound": "audio", "声音": "audio", "人声": "voice",
}  # fmt: skip
_ORDINAL = re.compile(
    r"not (?:on |in |for |during )?(?:the )?(?:first|second|third|fourth|fifth|last|final|<[chegr]\d+>)(?![a-z])"
)
_PLACES = frozenset({"clip", "clips", "clips_except", "start", "between"})
_RETIMES = frozenset({"speed", "speed_range", "speed_ramp", "reverse", "boomerang"})
_SOUND_STAYS = re.compile(
    r"(?:don't|do not|dont|never|without) (?:chang|touch|alter|affect|modify|slow|speed|reverse|distort)\w*(?: down| up)? (?:the |my |its )?(?:original )?(?:sound|audio|voice|music)"
    r"|(?:keep|leave) (?:the |my |its )?(?:original )?(?:sound|audio|voice|music)(?: track)? (?:as (?:it )?is|unchanged|alone|the same|normal|at normal speed|intact|untouched)"
    r"|(?:声音|原声|音频|音乐|人声)(?:都)?(?:要)?(?:保持)?(?:不变|别变|别动|不动|不要变|不要动|正常)|(?:别|不要|不)(?:改变?|动|影响)(?:声音|原声|音频|音乐|人声)"
)


def read_what_stays(reading: Reading, clause: str) -> bool:
    """Join an exception with the edit before it; where they cannot be joined, both are left over."""
    excluded = _NOT_THE.match(clause)
    text, operations = reading.steps[-1]
    if excluded:
        said = excluded["what"] or excluded["zh"]
        what = _KINDS.get(said, said)
        targets = {one.parameters.get("target") for one in operations}
        if None not in targets and what not in targets and not targets & {"both", "all"}:
            return True  # the edit before it touches something else anyway
        other = {"video": "audio", "audio": "video", "music": "video"}.get(what)
        if (
            other
            and all(one.name in ("fade_in", "fade_out") for one in operations)
            and targets <= {None, "both"}
        ):
            reading.steps[-1] = (text, [one.changed(target=other) for one in operations])
            return True
    elif not _EXCEPTION.match(clause) or (
        reading.read(clause) and not is_modifier(clause, reading.read(clause))
    ):
        return False
    elif clause.startswith("除") and not reading.is_last:
        return False  # said before what it belongs to
    elif re.match(r"not (?:the |my )?<c", clause):
        if _PLACES & set(operations[-1].parameters):
            return False  # "not the first clip, the second"
        together = reading.read(f"{text} except {clause.removeprefix('not ')}")
        if together:
            reading.steps[-1] = (text, together)
            return True
    elif clause.startswith("not ") and not _ORDINAL.match(clause):
        return False
    elif read_as_more(reading, clause):
        return True
    _leave_over(reading, f"{text} {clause}")
    return True


def withholds(reading: Reading, clause: str) -> bool:
    """ "Except for the last 3 seconds, speed it up": an exception that can't be kept keeps the edit from being made."""
    if not _EXCEPTION.match(reading.pending) or reading.pending.startswith("not "):
        return False
    if not reading.read(clause):
        return False
    reading.leftovers.append(reading.message.spell(f"{reading.pending} {clause}"))
    reading.pending = ""
    return True


def _leave_over(reading: Reading, said: str) -> None:
    reading.steps.pop()
    reading.leftovers.append(reading.message.spell(said))


def keeps_changed_sound(reading: Reading, clause: str) -> bool:
    """ "slow it down but don't change the sound": the sound goes with the picture, so the wish is told back."""
    last = reading.operations[-1] if reading.operations else None
    return last is not None and last.name in _RETIMES and bool(_SOUND_STAYS.search(clause))
