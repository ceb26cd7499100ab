"""Music and sound effects."""

from __future__ import annotations

import re
from typing import Any

from mango_skill.operations.clause import Clause, make
from mango_skill.operations.lexicon import pattern, table
from mango_skill.operations.model import Operation
from mango_skill.operations.rules.graphics import instant_or_edge
from mango_skill.operations.rules.volume import _volume

_AUDIO_FILE = re.compile(r"\.(?:mp3|wav|m4a|aac|flac|ogg|opus|aiff?|wma)$", re.IGNORECASE)


_ADDS = r"(?<![a-z])(?:add|put(?! the music| music (?:up|down))|use|insert|include|play|lay|drop in|throw in|give|need|want|set (?:it|this|the video) to|with|have|underscore|bring in|slap|overlay|i'd like|get|background it|underneath|as (?:the |a )?(?:background|soundtrack|music|bgm|backing|score)|under)(?![a-z])|[加配铺垫放用]|来[段点首个一]|当|作为|做"


_SOUND_EFFECT = r"(?:an?|some|the|that|this)? ?([a-z][a-z' -]{1,40}?) (?:sound effects?|sound fx|sfx|sound|effect sound|noise)(?![a-z])"


def _effects(clause: Clause) -> list[Operation]:
    if clause.has("remove", "volume", "music", "silence") and not clause.says(
        r"(?<![a-z])(?:add|put|insert|play|drop|use)(?![a-z])|[加放插配]"
    ):
        return []
    text = clause.text
    named = table("sounds").find(text)
    explicit = clause.has("sfx") or clause.says(
        r"(?<![a-z])(?:sound|noise)(?![a-z])(?! (?:down|up|off|track|louder|quieter))|声$|声<|声音效|一声|的声音"
    )
    placed = clause.says(
        r"(?:at|on|for|to|with|between|over) (?:every|each|all|the) (?:transition|cut|clip change|clips|scene change)|transitions?(?![a-z])|cuts(?![a-z])|(?:每个|每次|所有|每处|各个)?转场|切换(?:处|时|的时候)|每次切换|每个切点"
    )
    adding = (
        clause.says(
            r"(?<![a-z])(?:add|put|insert|play|drop|use|include|give|throw in|overlay|place|sound at|sound on|effect at)(?![a-z])|[加放插配来]"
        )
        or named
    )
    if not adding or clause.has("mute", "fade", "duck"):
        return []
    if clause.says(
        r"(?<![a-z])(?:original|mute|same|good|better|clear\w*|natural|professional)(?![a-z])"
    ) and not clause.has("sfx"):
        return []
    name: Any = None
    if (
        named
        and (
            explicit
            or (placed and not clause.has("transition"))
            or (
                placed and clause.says(r"(?<![a-z])(?:on|at|for|with|to|over) (?:every|each|all)(?![a-z])|每")
            )
            or clause.at() is not None
            or clause.edge()
            or clause.says(r"音效|声")
        )
        and not (clause.has("music", "effect", "sticker") and not clause.has("sfx"))
    ):
        strong = (
            clause.has("sfx")
            or explicit
            or named[0]
            in (
                "whoosh",
                "ding",
                "applause",
                "boom",
                "laugh track",
                "riser",
                "record scratch",
                "drum roll",
                "clapping",
                "air horn",
                "vine boom",
                "cheering",
                "bass drop",
                "cash register",
            )
        )
        name = named[0] if strong else None
    if name is None and clause.one("q") and clause.has("sfx"):
        quoted = str(clause.one("q"))
        known = table("sounds").find(quoted.lower())
        name = known[0] if known and len(quoted) <= 20 else quoted
    if (name is None and clause.has("sfx")) or (name is None and explicit and clause.at() is not None):
        free = pattern(r"(?:add|put|insert|play|drop|use|a|an) " + _SOUND_EFFECT).search(text)
        zh = pattern(
            r"(?:加|放|插入|配|来)(?:上|个|一个|一声|一段|点|入|段)*((?![点些个种段]{1,2}(?:音效|声效))[\u4e00-\u9fff]{1,8}?)(?:的)?(?:音效|声效)"
        ).search(text)
        name = (
            free[1].strip()
            if free and free[1] not in ("some", "a", "the", "cool", "original")
            else zh[1]
            if zh
            else None
        )
    if name is None:
        if clause.one("f") and clause.has("sfx"):
            name = clause.one("f")
        elif clause.has("sfx") and not clause.has("volume"):
            return [make("clarify", missing="name")]
        else:
            return []
    at = "transitions" if placed else instant_or_edge(clause)
    return [make("add_sfx", name=name, at=at)]


def read_mood(clause: Clause) -> str | None:
    """Return the mood or genre of music that a clause names."""
    text = re.sub(
        r"(?<![a-z])(?:background music|light up|in the background|soft(?:er|ly)|slow(?:er|ly)|fast(?:er)?|quiet(?:er|ly)|like a movie)(?![a-z])|小声|大声|轻一点|轻点|开头|light(?:er)?|安静的(?:部分|地方)",
        " ",
        clause.text,
    )
    if clause.says(r"soft (?:music|piano|background)|slow (?:music|song)|quiet music|fast music|light music"):
        text = clause.text
    found = table("moods").find_all(text)
    if not found:
        free = pattern(r"([\u4e00-\u9fff]{2,4})的(?:背景音乐|音乐|配乐|歌|曲)").search(text)
        return (
            None
            if not free or pattern(r"加|放|配|上|换|适合|视频|这|那|原来|我|段").search(free[1])
            else free[1]
        )
    if len(found) > 1 and "piano" in found and clause.says(r"[a-z]+ piano|的钢琴"):
        return " ".join(found[:2])
    if len(found) == 2 and clause.says(r"[a-z-]+,? (?:and )?[a-z-]+ (?:music|song|beat|tune|track)"):
        joined = " ".join(found)
        return joined if joined in clause.text.replace("-", "-") else found[0]
    return found[0]


def _music(clause: Clause) -> list[Operation]:
    file = clause.one("f")
    audio_file = bool(file and _AUDIO_FILE.search(str(file)))
    spoken = (
        clause.has("music")
        or (audio_file and not clause.has("audio", "original_audio", "voice", "sfx", "voiceover"))
        or (
            clause.name("moods") is not None
            and clause.says(
                r"(?<![a-z])(?:track|tunes?|beats|instrumental)(?![a-z])|(?<![a-z])(?:put|add|play|lay|some) .*(?:under(?:neath)?|behind|in the background)(?![a-z])"
                r"|[配垫铺][点些]|[配垫铺].{0,4}乐"
            )
        )
    )
    if not spoken or (clause.has("beat") and clause.says(r"cut|sync|卡点|踩点|剪|match|edit|对")):
        return []
    if clause.has("credits") and clause.all("q"):
        return []
    text = clause.text
    adds = pattern(_ADDS).search(text)
    mood = read_mood(clause)
    if clause.has("fade") or (clause.has("normalize") and clause.says("normali|lufs|响度")):
        return []
    if clause.has("original_audio") and clause.has("remove", "mute") and not clause.says("add|加"):
        return []
    if clause.says(
        r"(?<![a-z])(?:chang|replac|swap|switch|different|another|instead|other)\w*(?![a-z])|[换替]"
    ) and not clause.says(r"(?:音量|volume)"):
        named = mood or file
        other = clause.says(
            r"换一?[首个种段]|换掉|different|another|change the (?:music|song|soundtrack|track)|换音乐|换个|swap the (?:music|song)|replace the (?:music|song|track)"
        )
        changed = [make("replace_music", mood=None if file else mood, source=file)] if named or other else []
    else:
        changed = []
    if changed:
        return changed
    if clause.says(
        r"(?:music|soundtrack|song|bgm)(?: track)?:? (?:no|off|out|gone)(?![a-z])|(?<![a-z])(?:no|without(?: any| the)?|lose|kill|ditch|stop) (?:the |more |background |any )*(?:music|soundtrack|song|bgm)|(?:音乐|配乐|bgm)(?:都|全)?(?:去|删|不要|关|拿|撤|停|取消|移除)|不要.{0,4}(?:音乐|配乐)|[去关删].{0,6}(?:音乐|配乐|bgm)|(?:取消|移除|拿掉|清除|停掉).{0,4}(?:音乐|配乐|bgm)"
    ):
        return [make("remove_music")]
    if (
        clause.has("remove", "undo")
        and not clause.has("volume")
        and not (adds and file)
        and not clause.says(
            r"(?:drop|cut|bring) (?:the |my )?(?:music|song)(?: volume| level)? (?:down|to|by)|turn .* down"
        )
    ):
        if clause.says("don't|别|keep"):
            return []
        if (
            not clause.one("p")
            and not clause.one("b")
            and not (clause.all("r") or clause.all("h") or clause.all("e"))
        ):
            return [make("remove_music")]
    if clause.has("mute") and not (adds and (mood or file)):
        return []
    volume = _volume(clause)
    adding = bool(file) or (
        bool(
            re.search(
                r"(?<![a-z])(?:add|put|use|insert|include|play|lay|drop in|throw in|give|need|want|with|some|a|an|have|underscore|slap)(?![a-z]).*(?<![a-z])(?:music|soundtrack|song|bgm|beat|tune|track)(?![a-z])",
                text,
            )
        )
        and not re.search(
            r"(?:the|my|this|that) (?:background )?(?:music|song|soundtrack|bgm|track)(?: (?:volume|level|track))?(?! (?:from|of)| <f)",
            text,
        )
    )
    if not adding and pattern(r"[加配铺垫]|来[段点首个一]|用.{0,8}(?:当|做|作)").search(
        re.sub(r"加大|增加", "", text)
    ):
        adding = not pattern(r"音乐(?:的)?(?:音量|声音)?(?:再)?(?:加|调|降|提|大|小)").search(text) or bool(
            mood
        )
    if volume and not adding and not (mood and not clause.has("louder", "quieter")):
        return volume
    if not adding and clause.says(r"(?<![a-z])(?:don't|do not|leave|keep)(?![a-z])") and not mood:
        return []
    if clause.has("volume") and not adding and not mood and clause.says(r"(?:louder|quieter|volume|音量)"):
        return volume or []
    return [
        make(
            "add_music",
            mood=None if file else mood,
            source=file,
            percent=_music_percent(clause),
            start=_music_start(clause),
        )
    ]


def _music_percent(clause: Clause) -> Any:
    found = clause.one("p")
    if found is None and clause.says(r"(?:at|with) half (?:the )?volume|(?:音量|声音)(?:一半|减半)|一半音量"):
        return 50
    return found if found is not None and found >= 0 else None


def _music_start(clause: Clause) -> Any:
    match = clause.says(
        r"(?:(?<![a-z])(?:start(?:ing|s)? (?:at|from)|from|at|beginning at|after|in at|kick(?:s|ing)? in at|come(?:s)? in at|begin(?:s|ning)? at|enter(?:s|ing)? at) (?:the )?|从第?|在第?)(<[td]\d+>)|第?(<[td]\d+>)(?:处)?(?:开始|起|进|出现|进来)"
    )
    if match:
        return clause.message.value(match[1] or match[2])
    found = clause.one("r")
    return found[0] if found else None
