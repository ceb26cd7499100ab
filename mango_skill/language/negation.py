"""Clauses that say what is not to be done."""

from __future__ import annotations

import re

# "no music" asks for something to go; "don't add music" asks for nothing to happen.
_ENGLISH = re.compile(
    r"(?:^|(?<=\s))(?:please )?(?:but |and |so |just |also )*(?:(?:do not|don't|dont|never)(?! (?:(?:make|let|get|have) (?:it|the video|this) )?(?:be |go |run |get |last )?(?:any )?(?:longer|more|over|beyond|past|exceed)(?: than)? )|no need (?:to|for)|not to|you don't (?:need|have) to|without (?!any |the |a )(?:\w+ing)|"
    r"avoid (?:\w+ing)|i don't want (?:you )?to|i don't want (?!the |any |it |my |this |that )(?:\w+ing)|(?:shouldn't|must not|mustn't|should not)(?! (?:be (?:any )?(?:longer|more|over|above)|exceed|go (?:over|beyond|past)|run (?:over|past|longer)|last (?:longer|more)|take (?:longer|more)))|hold off|refrain from|stop short of|leave (?:the |my |all |everything |its )?(?:\w+ ){0,3}(?:alone|as is|as it is|untouched|unchanged|intact|as they are|the way it is|in place|in peace))(?![a-z])"
)
_WANT_GONE = re.compile(
    r"(?:don't|do not|dont|never) (?:want|need|like|keep|include|leave|show|have|use) (?:the |any |a |my |this |that |it|<)"
)
_KEEP = re.compile(
    r"^(?:but |and |just |please |also )*(?:keep|leave) (?:the |my |all |its |it |everything )*(?:[a-z -]{0,30}?)(?:as (?:is|it is|they are)|unchanged|untouched|alone|the same|intact|in place|the way (?:it is|they are))(?![a-z])"
)
_CHINESE = re.compile(
    r"(?:别|不要|不用|不必|无需|不需要|先别|先不|先不要|甭|勿|不许|不准|千万别|请勿)(?:再|去|给我|把|对|碰|乱|随便)*(?=动|改|加|剪|删|碰|导出|输出|渲染|下载|调|换|裁|切|添加|变|影响|管|放|配|插|覆盖|压缩|上传|发|翻译|静音|降噪|缩|用|做|打|写)"
    r"|(?:保持)?(?:不变|不动|原样|不要动|别动)(?:$|[，,。])|保持(?:原样|不变|原来)|不(?:改变|动|影响|改)"
)
_CHINESE_WANT_GONE = re.compile(
    r"不要(?!再|动|改|加|剪|删|碰|导出|输出|渲染|下载|调|换|裁|切|添加|变|影响|管|放|配|插|覆盖)"
)


def is_negated(clause: str) -> bool:
    """Tell whether a lower-case clause forbids instead of asking: "don't touch the music", "别动音乐".

    "I don't want the music" and "不要音乐了" ask for the music to go: they are not negated in this sense.
    """
    if _WANT_GONE.search(clause):
        return False
    if _ENGLISH.search(clause) or _KEEP.search(clause):
        return True
    return bool(_CHINESE.search(clause)) and not _CHINESE_WANT_GONE.search(clause)
