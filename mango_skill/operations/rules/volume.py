"""How loud: volume, mute, loudness, ducking."""

from __future__ import annotations

from typing import Any

from mango_skill.operations.clause import Clause, make, spread
from mango_skill.operations.model import Operation
from mango_skill.operations.rules.voices import read_sound_target


def _unmute(clause: Clause) -> list[Operation]:
    if not clause.has("unmute") and not (
        clause.says(
            r"(?<![a-z])(?:give|bring|get|want|put|let)(?![a-z]).*(?<![a-z])(?:sound|audio)(?: track)? back(?! (?:by|a bit|a little|down|up|<))"
        )
        and clause.one("d") is None
    ):
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


def _duck(clause: Clause) -> list[Operation]:
    if not clause.has("duck"):
        return []
    lowering = clause.says(
        r"(?<![a-z])dip(?:s|ped|ping)?(?![a-z])|(?<![a-z])(?:duck|ducks|ducking|auto-?duck|sidechain)(?![a-z])|闪避|避让"
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


_EVEN = r"(?<![a-z])(?:volume|loudness|levels?|audio|sound)(?: levels?)?(?: is| to be| be| stay| stays)? (?:more )?(?:consistent|even|uniform|steady|balanced|constant|the same throughout|equal)(?![a-z])|(?<![a-z])(?:even|level|smooth)(?: out)? (?:the |my |all )?(?:volume|loudness|levels|audio|sound)|(?:balance|equali[sz]e) (?:the |my |all )?(?:volume|loudness|audio levels|levels)(?![a-z])|音量(?:忽大忽小|均衡|平衡|拉平|保持一致|一致)"


def _normalize(clause: Clause) -> list[Operation]:
    lufs = clause.one("u")
    if lufs is None and not clause.has("normalize") and not clause.says(_EVEN):
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


_SOUND_GONE = r"^(?:please )?(?:kill|cut|drop|remove|delete|strip|lose|ditch|take out|get rid of|turn off|scrap|silence|shut off) (?:the |my |its |all |all the )*(?:original |existing |camera |source |old |live |recorded )?(?:audio|sound)(?: track)?(?: (?:from|of|in|on) (?:it|<c\d+>|the (?:video|clip|footage)))?$"


def _mute(clause: Clause) -> list[Operation]:
    if not clause.says(_SOUND_GONE) and (
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
    if clause.says("upside") or (clause.has("silence") and clause.has("speed")):
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
