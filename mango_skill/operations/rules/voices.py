"""Voices: spoken over, dubbed, cleaned, raised, bleeped."""

from __future__ import annotations

import re

from mango_skill.operations.clause import Clause, make, spread
from mango_skill.operations.lexicon import table
from mango_skill.operations.model import Operation
from mango_skill.operations.rules.captions import language_of, shift_seconds
from mango_skill.operations.rules.graphics import instant_or_edge


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


def _bleep(clause: Clause) -> list[Operation]:
    if not clause.says(
        r"(?<![a-z])(?:bleep|beep out|beep (?:over )?(?:the|my|that|his|her|every) (?:curse|swear|bad|rude|dirty|f|cuss|word)\w*|censor beep|bleeped|bleeping)(?![a-z])|哔(?:掉|声盖|音盖)|哔声|消音(?:掉|处理)|(?:脏|骂|敏感)[^<]{0,4}消音|哔"
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
    instants = clause.all("t")
    if len(instants) > 1:
        return [make("bleep", at=instant) for instant in instants]
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


_RECORDED = (
    r"(?<![a-z])(?:use|add|put|take|set|lay|play|make|insert)(?![a-z]).*(?<![a-z])(?:the|my|this|that|our) (?:\w+ )?(?:recording|audio file|audio|recorded voice|voice recording|voice memo|uploaded (?:file|audio|sound|voice))(?![a-z])"
    r"|(?:用|把|将|拿).{0,6}(?:录音|音频|录的声音)"
)


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
        return (
            [] if clause.has("captions", "music") else [make("replace_audio", source=file, clip=clause.clip)]
        )
    if quote is None and file is None and clause.says(_RECORDED):
        return [make("replace_audio", source="recording", clip=clause.clip)]
    if quote is None:
        return [make("clarify", missing="text")] if clause.has("add") or clause.says("narrate|read") else []
    voice = table("voices").find(re.sub(r"voice-?overs?|narrat\w+|say\w*|spoken", " ", clause.text))
    return [make("voiceover", text=quote, voice=voice[0] if voice else None, at=instant_or_edge(clause))]


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
        (
            clause.has("levelspeakers")
            or clause.says(
                r"(?<![a-z])(?:balance|level|even|match|equali[sz]e)(?: out)? .{0,20}(?:speakers|voices|people)(?![a-z])"
            )
        )
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
    if clause.has("grain") and clause.has("remove") and not clause.says(r"(?<![a-z])add(?![a-z])|加"):
        return [make("denoise_video", clip=clause.clip)]
    cleaning = clause.says(
        r"(?<![a-z])(?:remove|reduc\w*|denois\w*|de-\w+|clean|less|get rid|cut|kill|filter|take out|suppress|eliminate|fix|cancel|lower|dereverb|de-ess|no|too much|there's|there is|noisy|minimi[sz]e|soften|annoying|drop|strip|lose|lots of|a lot of|so much|tame|quiet|mute|hush|has|have|crackles?|without)(?![a-z])|去|降|减|消|除|太|有|清|处理|干净|嘈杂|很大|别要|不要|弱"
    )
    if not cleaning:
        return []
    picture = clause.has("picturenoise") or clause.says(
        r"噪点|grainy|(?:noisy|noise).*(?:picture|image|video|footage|shot)|(?<![a-z])(?:picture|image|video|footage|shot)(?![a-z]).{0,12}(?:noisy|noise)"
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
