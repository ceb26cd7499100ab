"""Sound: volume, mute, music, effects, voices."""

from __future__ import annotations

import re
from typing import Any

from mango_skill.operations.clause import Clause, make, spread
from mango_skill.operations.lexicon import pattern, table
from mango_skill.operations.model import Operation
from mango_skill.operations.rules.captions import language_of, shift_seconds
from mango_skill.operations.rules.graphics import instant_or_edge

_AUDIO_FILE = re.compile(r"\.(?:mp3|wav|m4a|aac|flac|ogg|opus|aiff?|wma)$", re.IGNORECASE)
_ADDS = r"(?<![a-z])(?:add|put(?! the music| music (?:up|down))|use|insert|include|play|lay|drop in|throw in|give|need|want|set (?:it|this|the video) to|with|have|underscore|bring in|slap|overlay|i'd like|get|background it|underneath|as (?:the |a )?(?:background|soundtrack|music|bgm|backing|score)|under)(?![a-z])|[加配铺垫放用]|来[段点首个一]|当|作为|做"


def read_sound(clause: Clause) -> list[Operation]:
    """Understand what a clause asks of the sound."""
    for read in (
        _unmute,
        _bleep,
        _dub,
        _voiceover,
        _duck,
        _pitch,
        _shift,
        _level_speakers,
        _enhance,
        _isolate,
        _denoise,
        _effects,
        _replace_audio,
        _music,
        _normalize,
        _mute,
        _volume,
    ):
        found = read(clause)
        if found:
            return found
    return []


def read_sound_target(clause: Clause) -> str | None:
    """Return which sound a clause speaks of, None when of sound in general."""
    if clause.has("original_audio"):
        return "original_audio"
    if clause.has("music"):
        return "music"
    if clause.has("voice"):
        return "voice"
    if clause.has("sfx"):
        return "sfx"
    return None


def _unmute(clause: Clause) -> list[Operation]:
    if not clause.has("unmute"):
        return []
    target = read_sound_target(clause)
    part = clause.where()
    if target is None:
        target = "original_audio" if clause.clip is not None or clause.says(r"original|原声") else "all"
    if (
        clause.says(r"unmute")
        and target == "all"
        and not part
        and clause.says(r"unmute (?:it|the video|the clip|this|everything)")
    ):
        target = "all"
    return spread("unmute", clause, target=target)


def _bleep(clause: Clause) -> list[Operation]:
    if not clause.says(
        r"(?<![a-z])(?:bleep|beep out|censor beep|bleeped|bleeping)(?![a-z])|哔(?:掉|声盖|音盖)|哔声|消音(?:掉|处理)|哔"
    ):
        return []
    if clause.says(r"消音") and not clause.says(r"脏话|词|字|哔|骂|敏感"):
        return []
    if (
        clause.says(r"(?:beep|哔)(?:声|音)?(?: sound|音效)")
        and clause.has("add")
        and not clause.says(r"盖|cover|over")
    ):
        return []
    found = clause.one("r")
    if found:
        return [make("bleep", start=found[0], end=found[1])]
    at = clause.at()
    if at is None and clause.one("d") is not None:
        at = clause.one("d")
    return [make("bleep", at=at, text=clause.one("q"))]


def _dub(clause: Clause) -> list[Operation]:
    language = language_of(clause)
    if language and (
        clause.says(r"(?<![a-z])(?:dub|dubs|dubbed|dubbing)(?![a-z])|译制|配音|配成|说成")
        or (
            clause.has("translate")
            and clause.says(
                r"(?<![a-z])(?:audio|voices?|speech|spoken|narration|dialogue)(?![a-z])|声音|语音|人声|对白|口播"
            )
        )
        or clause.says(r"(?<![a-z])make (?:me|him|her|them|the speaker) speak")
    ):
        return [make("dub", language=language)] if not clause.all("q") else []
    return []


def _voiceover(clause: Clause) -> list[Operation]:
    if (
        not clause.has("voiceover")
        or clause.has("duck")
        or (clause.has("remove", "volume") and not clause.all("q"))
    ):
        return []
    if (clause.has("music") and not clause.all("q")) or clause.says(r"under the (?:narrat|voice)"):
        return []
    quote = clause.one("q")
    file = clause.one("f")
    if quote is None and file is not None:
        return [make("insert_clip", source=file, at=instant_or_edge(clause))] if False else []
    if quote is None:
        return [make("clarify", missing="text")] if clause.has("add") or clause.says("narrate|read") else []
    voice = table("voices").find(re.sub(r"voice-?overs?|narrat\w+|say\w*|spoken", " ", clause.text))
    return [make("voiceover", text=quote, voice=voice[0] if voice else None, at=instant_or_edge(clause))]


def _duck(clause: Clause) -> list[Operation]:
    if not clause.has("duck"):
        return []
    lowering = clause.says(
        r"(?<![a-z])(?:duck|ducks|ducking|auto-?duck|sidechain)(?![a-z])|闪避|避让"
    ) or clause.has("quieter")
    if not lowering or not (
        clause.has("music", "audio", "original_audio")
        or clause.says("duck|闪避|避让|压低|降低|调低|小一点|小声")
    ):
        return []
    target = "music"
    if not clause.has("music") and clause.has("original_audio"):
        target = "original_audio"
    amount = clause.one("b")
    return [make("duck", target=target, db=-abs(amount) if amount is not None else None)]


def _pitch(clause: Clause) -> list[Operation]:
    if not clause.has("pitch") or clause.says(
        r"(?<![a-z])(?:sales|elevator|pitch black|pitch deck|football|soccer)(?![a-z])"
    ):
        return []
    if clause.says(r"deeper") and not clause.has("voice", "audio", "music"):
        return []
    if (clause.says("声音调") and not clause.says("音高|变调|低沉|尖|变声|[升降]调|pitch")) or clause.says(
        r"without chang|keep the pitch|preserv|保持音调|不变调"
    ):
        return []
    up = clause.says(
        r"(?<![a-z])(?:up|higher|high|raise|increase|chipmunk|squeak\w*)(?![a-z])|升|高|尖|调高|提"
    )
    down = clause.says(
        r"(?<![a-z])(?:down|lower|low|deeper|deepen|drop|decrease|reduce|deep)(?![a-z])|降|低|沉|粗"
    )
    target = read_sound_target(clause)
    return [make("pitch", direction="up" if up and not down else "down" if down else None, target=target)]


def _shift(clause: Clause) -> list[Operation]:
    synced = clause.says(
        r"(?<![a-z])(?:late|early|behind|ahead|delay\w*|earlier|later|shift|offset|sync|out of sync|nudge|lag\w*|advance|forward|back)(?![a-z])|晚|早|提前|推迟|延后|延迟|往前|往后|前移|后移|不同步|对不上"
    )
    if not synced or not clause.has("audio", "original_audio", "voice", "music") or clause.has("fade"):
        return []
    if clause.has("music") and not clause.says(
        r"(?<![a-z])(?:late|early|behind|ahead|shift|delay|earlier|later|offset)(?![a-z])|提前|推迟|晚|早|延"
    ):
        return []
    if (
        clause.says(r"(?<![a-z])(?:bring back|turn .* back|play|start|add)(?![a-z])|恢复")
        or clause.one("r")
        or clause.has("transition")
    ):
        return []
    seconds = shift_seconds(clause)
    return [make("shift_audio", seconds=seconds)] if seconds is not None else []


def _level_speakers(clause: Clause) -> list[Operation]:
    if (
        clause.has("levelspeakers")
        and not clause.all("f")
        and not clause.has("captions")
        and (
            clause.says(
                r"(?<![a-z])(?:level|balance|equal\w*|match|same|even|louder|quieter|consistent)(?![a-z])|统一|一样|均衡|平衡|拉平|一致|调匀|平均|差不多"
            )
        )
    ):
        return [make("level_speakers")]
    return []


def _enhance(clause: Clause) -> list[Operation]:
    if clause.has("enhancevoice") and not clause.says(
        r"(?<![a-z])(?:noise|hum|hiss|echo|reverb|wind|louder|volume)(?![a-z])|噪|音量|大声"
    ):
        return [make("enhance_voice")]
    return []


def _isolate(clause: Clause) -> list[Operation]:
    if not clause.has("isolate") or clause.has("captions", "title"):
        return []
    target = (
        "music"
        if clause.has("music") and not clause.has("voice")
        else "voice"
        if clause.has("voice") or clause.says("vocal|talking|speech")
        else None
    )
    return [make("isolate", target=target)] if target else []


def _denoise(clause: Clause) -> list[Operation]:
    if not clause.has("noise") or clause.has("vignette"):
        return []
    text = clause.text
    cleaning = clause.says(
        r"(?<![a-z])(?:remove|reduc\w*|denois\w*|de-nois\w*|clean|less|get rid|cut|kill|filter|take out|suppress|eliminate|fix|cancel|lower|dereverb|de-ess|no|too much|there's|there is|noisy|minimi[sz]e|annoying|drop|strip|lose|lots of|a lot of|so much|tame|quiet|mute|hush|has|have|crackles?|without)(?![a-z])|去|降|减|消|除|太|有|清|处理|干净|嘈杂|很大|别要|不要|弱"
    )
    if not cleaning:
        return []
    picture = clause.has("picturenoise") or clause.says(
        r"噪点|grainy|(?:noisy|noise).*(?:picture|image|video|footage|shot)"
    )
    if picture and not clause.says(
        r"(?<![a-z])(?:audio|sound|mic|voice|hum|hiss|wind|background noise)(?![a-z])|声|音"
    ):
        if clause.has("grain") and clause.says(r"(?<![a-z])(?:add|give|want)(?![a-z])|加"):
            return []
        return [make("denoise_video", clip=clause.clip)]
    kind = table("noises").find(
        re.sub(r"background noise|noise reduction|static noise|杂音|底噪|背景噪", " ", text)
    )
    if clause.has("grain") and not kind and not clause.has("audio") and not clause.says("noise|噪"):
        return []
    return spread("denoise_audio", clause, kind=kind[0] if kind else None)


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
        name = clause.one("q")
    if (name is None and clause.has("sfx")) or (name is None and explicit and clause.at() is not None):
        free = pattern(r"(?:add|put|insert|play|drop|use|a|an) " + _SOUND_EFFECT).search(text)
        zh = pattern(
            r"(?:加|放|插入|配|来)(?:上|个|一个|一声|一段|点|入|段)*([\u4e00-\u9fff]{1,8}?)(?:的)?(?:音效|声效)"
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


def _replace_audio(clause: Clause) -> list[Operation]:
    file = clause.one("f")
    if not file or clause.has("music", "captions", "voiceover", "sfx"):
        return []
    if (clause.has("replace") and clause.has("audio", "original_audio", "voice")) or clause.says(
        r"use (?:the )?(?:audio|sound) (?:from|of|in)|as the (?:audio|sound|voice)(?: track)?(?![a-z])|当(?:作|做)?(?:原声|声音|音频|人声)|for the (?:audio|sound)(?: track)?|(?:音频|声音|音轨)(?:用|换)"
    ):
        return [make("replace_audio", source=file, clip=clause.clip)]
    return []


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
    if len(found) > 1 and "piano" in found and clause.says(r"[a-z]+ piano"):
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
        if (
            mood
            or file
            or clause.says(
                r"换一?[首个种段]|换掉|different|another|change the (?:music|song|soundtrack|track)|换音乐|换个|swap the (?:music|song)|replace the (?:music|song|track)"
            )
        ):
            return [make("replace_music", mood=None if file else mood, source=file)]
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
    return found if found is not None and found >= 0 else None


def _music_start(clause: Clause) -> Any:
    match = clause.says(
        r"(?:(?<![a-z])(?:start(?:ing|s)? (?:at|from)|from|at|beginning at|after|in at|kick(?:s|ing)? in at|come(?:s)? in at|begin(?:s|ning)? at|enter(?:s|ing)? at) (?:the )?|从第?|在第?)(<[td]\d+>)|第?(<[td]\d+>)(?:处)?(?:开始|起|进|出现|进来)"
    )
    if match:
        return clause.message.value(match[1] or match[2])
    found = clause.one("r")
    return found[0] if found else None


def _normalize(clause: Clause) -> list[Operation]:
    lufs = clause.one("u")
    if lufs is None and not clause.has("normalize"):
        return []
    if (
        lufs is None
        and clause.says(
            r"(?<![a-z])(?:lower|raise|increase|reduce|boost|up|down|louder|quieter)(?![a-z])|提高|降低|调高|调低"
        )
        and clause.says("loudness|响度")
        and not clause.says(r"normali|标准|统一")
    ):
        return []
    if clause.has("speed") and lufs is None and not clause.has("audio"):
        return []
    return [make("normalize_loudness", lufs=-abs(lufs) if lufs is not None else None)]


def _mute(clause: Clause) -> list[Operation]:
    if (
        not clause.has("mute")
        or clause.says(
            r"muted (?:colors?|colours?|tones?|look|palette)|silences? (?:longer|between)|静音(?:部分|段|片段|的部分|的地方|超过|间隔|时间)|算静音"
        )
        or clause.says(r"moments? of silence")
    ):
        return []
    if clause.has("silence") and clause.has("speed"):
        return []
    if clause.has("silence") and clause.has("remove") and not clause.says(r"(?<![a-z])mut|静音$|声音"):
        return []
    if clause.says(r"(?<![a-z])(?:silence|silences)(?![a-z])") and not clause.says(
        r"silence (?:the|my|clip|it|everything|all|from|<)|silenced"
    ):
        return []
    target = read_sound_target(clause)
    part = clause.where()
    if target is None:
        if (
            "clip" in part
            or "clips_except" in part
            or clause.says(r"(?:all|every) (?:the |of the |my )?clips|所有片段|每个片段|每段|全部片段")
        ):
            target = "original_audio"
        else:
            target = "all"
    return spread("mute", clause, target=target)


def _volume(clause: Clause) -> list[Operation]:
    if clause.says("upside"):
        return []
    if not clause.has("volume", "louder", "quieter") and not (
        clause.has("audio", "music", "voice", "original_audio") and (clause.all("p") or clause.all("b"))
    ):
        return []
    sounding = (
        clause.has("audio", "music", "voice", "original_audio", "sfx")
        or clause.says(
            r"(?<![a-z])(?:louder|quieter|softer|loud|quiet|volume|hear|amplify|turn (?:it|this|clip|<c\d+>|everything|that) (?:up|down)|turn (?:up|down)|crank)(?![a-z])|音量|大声|小声|响|听不清|听不见|太吵"
        )
        or clause.all("b")
    )
    if not sounding or clause.has("fade", "pitch", "noise", "captions", "temperature", "brightness", "title"):
        return []
    if clause.has("speed") and not clause.says(r"(?<![a-z])(?:loud|quiet|volume|soft)|音量|声"):
        return []
    parameters: dict[str, Any] = {**_volume_amount(clause)}
    if not parameters:
        return []
    target = read_sound_target(clause)
    part = clause.where()
    if target is None:
        target = "original_audio" if "clip" in part or "clips_except" in part else "all"
    return spread("set_volume", clause, target=target, **parameters)


def _volume_amount(clause: Clause) -> dict[str, Any]:
    """Return percent, db, level_db or direction, whichever is stated."""
    up, down = _loud_direction(clause)
    decibels = clause.one("b")
    if decibels is not None:
        level = clause.says(
            r"(?<![a-z])(?:to|at|around|of)(?: about| around)? ?[-−–]? ?<b\d+>|[到为至成在] ?[-−]?<b\d+>"
        )
        relative = clause.says(
            r"(?<![a-z])by ?[-−+]? ?<b|<b\d+> (?:louder|quieter|softer|more|less|up|down|higher|lower|boost|cut)"
        )
        if level and not relative:
            return {"level_db": decibels}
        return {"db": -abs(decibels) if down and not up else decibels}
    percent = clause.one("p")
    if percent is not None:
        change = clause.says(
            r"(?<![a-z])by (?:about |around )?[-+]?<p|<p\d+> (?:louder|quieter|softer|more|less|up|down|higher|lower)|(?:提高|增加|调高|提升|加大|增大|加|升高|降低|减小|减少|调低|调小|调大|降|减|小|大|压低|放大)了?<p|(?:louder|quieter|up|down|softer) <p"
        )
        to = clause.says(r"(?<![a-z])(?:to|at) (?:about |around )?<p|[到为至成] ?<p")
        if change and not to:
            value = 100 - abs(percent) if (down and not up) or percent < 0 else 100 + percent
            return {"percent": round(max(value, 0), 6)}
        return {"percent": percent} if percent >= 0 else {}
    if clause.says(
        r"(?<![a-z])(?:double|twice) (?:the |as |its )?(?:volume|loud|audio|sound|music|level)|twice as loud|(?:volume|音量).*(?:doubled|翻倍|加倍)|音量.*<x|加倍"
    ):
        times = clause.one("x")
        return {"percent": 100 * times if times is not None else 200}
    if clause.says(
        r"(?<![a-z])(?:halve|half)(?: of)? (?:the |as |its |of )*(?:volume|loud|audio|sound|music|level)|(?:by|to|at) (?:a )?half(?: volume)?(?![a-z])|half as loud|half(?: the)? volume|减半|调?到?一半|降低一半|小一半|一半音量"
    ):
        return {"percent": 50}
    full = clause.says(
        r"(?<![a-z])(?:full volume|max(?:imum)? volume|normal volume|original volume)(?![a-z])"
    )
    if full and "max" not in full.group():
        return {"percent": 100}
    if up and not (down and clause.says(r"(?<![a-z])(?:lower|down|quieter|reduce|decrease|too loud)")):
        return {"direction": "up"}
    if down:
        return {"direction": "down"}
    return {}


def _loud_direction(clause: Clause) -> tuple[bool, bool]:
    up, down = clause.has("louder"), clause.has("quieter")
    if up and down:
        # "a little lower", "太大了，小一点": what is asked stands behind what is wrong.
        if clause.says(r"(?:too loud|太大|太响|太吵|太高)"):
            return False, True
        if clause.says(r"(?:too quiet|too soft|too low|太小|太轻|听不清|barely|can't hear|听不见)"):
            return True, False
        if clause.says(
            r"(?<![a-z])(?:quieter|softer|lower|down|reduce|decrease|less|drop)(?![a-z])|[降减]|小一?[点些]|调[小低]|压低|低一?[点些]"
        ):
            return False, True
        return True, False
    return up, down
