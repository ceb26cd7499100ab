"""Small talk and simple questions: answered, never taken for an edit that was not understood."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mango_skill.engine.director.asked import Json

_THANKS = re.compile(
    r"(?:ok(?:ay)?|great|perfect|nice|cool|awesome|good|wow|oh|ah|that's|it's|looks|all|and|so|very|really|love|it|this|the|result|well|done|amazing|brilliant|excellent|wonderful|fantastic|super|you|a|lot|for|everything|that|your|help|much|many|man|mate|[\s,.!~:)❤👍🙏😊🎉])*"
    r"(?:thanks?|thank you|thx|ty|cheers|much appreciated|great job|good job|well done|nice work|nice one|love it|looks (?:great|good|amazing)|perfect|awesome)"
    r"(?:you|a|lot|so|very|much|for|everything|that|your|help|again|man|mate|all|looks|great|good|it|is|works|bye|ok(?:ay)?|job|work|[\s,.!~:)❤👍🙏😊🎉])*"
    r"|(?:好的?|嗯|哇|太|很|真|非常|[\s，。！!~])*(?:谢谢|多谢|谢啦|感谢|辛苦了?|棒|完美|不错|厉害|漂亮)(?:你|您|啦|了|的|帮忙|大家|非常|太|很|好|棒|[\s，。！!~👍🙏])*"
)
_GREETING = re.compile(
    r"(?:hi|hello|hey|good (?:morning|evening|afternoon)|你好|您好|嗨|哈喽|早上好)(?: there| again)?[\s!.,，。！~]*"
)
_LENGTH = re.compile(
    r"(?:so |and |ok |now )*(?:how long (?:is|does|will|are)(?:(?! (?:take|export|render)).){0,40}|what(?:'s| is) (?:the |its )?(?:total |current )?(?:length|duration|runtime)(?: of .{1,20})?|how many (?:seconds|minutes) (?:is|does).{0,30})(?: now| right now)?[\s?？!.]*"
    r"|(?:请问)?(?:现在|目前)?(?:这个|整个)?(?:视频|片子|它|成片)?(?:现在|总共|一共|目前)?(?:有|是)?(?:多长|多久|时长是?多少|几秒|多少秒|总时长)(?:时间)?(?:了|呢|啊)?[\s?？。]*"
)


def small_talk(message: str, length: int) -> tuple[str, Mapping[str, Json]] | None:
    """Return the key and facts of the answer to a message that asks for no edit; ``length`` in ms."""
    said = message.strip().casefold()
    if not said or len(said) > 120:
        return None
    if _LENGTH.fullmatch(said) and not re.search(r"take|export|render|导出|渲染", said):
        return ("length_is", {"length": length}) if length else ("no_length", {})
    if _THANKS.fullmatch(said):
        return ("welcome", {})
    return ("hello", {}) if _GREETING.fullmatch(said) else None
