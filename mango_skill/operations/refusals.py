"""What can be added but has no operation that takes it away: such a wish is told back, never turned round."""

from __future__ import annotations

import re

_EFFECT = (
    r"(?:fade(?:s|[- ]?ins?|[- ]?outs?| in and out)?|(?:audio |music )?ducking|auto-?duck(?:ing)?|side-?chain(?:ing)?"
    r"|picture[- ]in[- ]picture|pip|facecam|inset|zoom(?:s|[- ]?ins?|[- ]?outs?|ing)?|punch[- ]ins?|pan(?:s|ning)?|ken burns"
    r"|vignettes?|film grain|sepia|grayscale|black and white|b&w|invert(?:ed)?(?: colou?rs?)?|stabili[sz](?:ation|er|ing)"
    r"|speed ramps?|ramps?|slow[- ]?mo(?:tion)?|fast motion|time-?lapse|speed(?:[- ]?ups?| changes?)?|boomerangs?|loop(?:s|ing)?|reverse|reversal"
    r"|freeze[- ]?frames?|freezes?|split[- ]?screen|green screen|chroma key|rotation|flip|mirror(?:ing)?|blur(?:s|ring)?|pixelation|mosaic|reframing"
    r"|(?:\w+ )?(?:filters?|looks?|effects?|luts?|grades?|colou?r grad(?:e|ing))|normali[sz]ation|voice enhancement|letterbox(?:ing)?"
    r"|pitch (?:shift|change)|dub(?:bing)?|chapters?|b-?roll|overlays?|cutaways?|bleeps?|beeps?|slideshow|sharpening)"
)
_TAKING = (
    r"(?:(?:please |now |also )*(?:remove|delete|get rid of|take off|take out|take away|drop|lose|kill|cancel|stop|turn off|switch off"
    r"|disable|ditch|scrap|strip|clear|no more|no|without|bin|axe|nix|end))"
)
_ENGLISH = re.compile(
    rf"^{_TAKING} (?:the |my |that |this |all |all the |any |of |every |those |these )*{_EFFECT}(?: effects?| filters?| transition| bars?)?"
    r"(?: (?:on|from|at|in|for|of|off|between) .{1,60}| please| again| entirely| completely| altogether)?$"
    rf"|^(?:take|turn|switch) (?:the |my |that |this |all )*{_EFFECT} (?:off|out|away)(?: (?:on|from|at|in|for|of) .{{1,60}})?$"
    rf"|^(?:the |my )?{_EFFECT} (?:off|gone|should go|can go|has to go|must go|isn't needed)$"
)
_CHINESE_EFFECT = (
    r"(?:淡入淡出|淡[入出](?:效果)?|渐[显隐入出]|闪避|避让|自动压低|画中画|小窗口?|缩放|推近|推镜|放大|平移|运镜|暗角|颗粒感?|胶片颗粒|黑白|反色|防抖|稳定|变速|加速|减速|慢动作|慢放|快进|快放|倒放"
    r"|循环|定格|分屏|绿幕|抠像|旋转|翻转|镜像|模糊|马赛克|打码|滤镜|特效|调色|响度统一|变声|变调|章节|空镜|哔声|锐化|美颜)"
)
_CHINESE = re.compile(
    rf"^(?:把|将|请|给我|所有|全部|那个|这个|之前|刚才|加的|的)*{_CHINESE_EFFECT}(?:效果|特效)?(?:都|全部?|给我|给)?(?:去掉|去除|删掉|删除|删了|取消|关掉|关闭|移除|撤掉|拿掉|不要|停掉|停用)(?:了|吧)?$"
    rf"|^(?:去掉|去除|删掉|删除|取消|关掉|关闭|移除|撤掉|拿掉|不要|不再|停止|停用|去)(?:所有|全部|那个|这个|之前|刚才|结尾|开头|视频|画面|的)*{_CHINESE_EFFECT}(?:效果|特效)?(?:了|吧)?$"
)
_CAN_GO = re.compile(
    r"(?:license|number) plates?|background (?:blur|noise)|noise|colou?r(?:s)?$|sound effects?|fade transitions?|chapter titles?"
)


def has_no_removal(clause: str) -> bool:
    """Tell whether a lower-case clause asks only that an effect be taken away which no operation takes away."""
    return bool(_ENGLISH.match(clause) or _CHINESE.match(clause)) and not _CAN_GO.search(clause)
