"""Which music beds and sound effects there are, as data, and which of them a person's words mean. Pure.

A bed is described, not recorded: tempo, scale, chords and the parts that play. ``music`` sounds it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Role = Literal["pad", "chords", "arp", "bass", "melody", "drum"]

#: Semitones above the tonic.
SCALES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
}


@dataclass(frozen=True)
class Part:
    """One player.

    Attributes:
        role: What it plays of the bar's chord.
        instrument: A name in ``instruments``.
        grid: Sixteen steps of a 4/4 bar: ``x`` plays, ``X`` plays louder, ``o`` softly, ``.`` rests. Pads ignore it.
        level: Loudness before mixing, 1 being the middle.
        octave: Added to the key's octave.
        pan: -1 left to 1 right.
        enters: From which intensity on (0 always, 1 only where the piece is at its fullest).
    """

    role: Role
    instrument: str
    grid: str = ""
    level: float = 1.0
    octave: int = 0
    pan: float = 0.0
    enters: float = 0.0


@dataclass(frozen=True)
class Mood:
    """A bed.

    Attributes:
        name: What it is called.
        bpm: Beats in a minute.
        tonic: MIDI number of the key's first note.
        scale: A key of ``SCALES``.
        chords: One per bar, as steps of the scale counted from 0.
        chord_notes: 3 for triads, 4 with sevenths, 2 for open fifths.
        parts: Who plays.
        swing: 0 (straight) to 0.33 (triplets): how late every second sixteenth comes, as a share of two.
        cutoff_hz: Above it the whole bed is darkened.
        room_s: How long the room rings.
        wet: Share of the room in the mix.
        gain_db: Brings it to -20 LUFS; measured.
        crackle: Level of vinyl noise.
    """

    name: str
    bpm: int
    tonic: int
    scale: str
    chords: tuple[int, ...]
    chord_notes: int
    parts: tuple[Part, ...]
    swing: float = 0.0
    cutoff_hz: int = 16_000
    room_s: float = 1.0
    wet: float = 0.15
    gain_db: float = 0.0
    crackle: float = 0.0


MOODS: dict[str, Mood] = {
    mood.name: mood
    for mood in (
        Mood("upbeat", 118, 48, "major", (0, 4, 5, 3), 3, (
            Part("pad", "warm", level=0.45, octave=1),
            Part("arp", "pluck", "x.x.x.xxx.x.x.xx", 0.8, 2, 0.25),
            Part("bass", "round_bass", "X..x..x.X..x.x..", 0.9, -1, enters=0.3),
            Part("drum", "kick", "X...X...X...X...", 0.9, enters=0.3),
            Part("drum", "clap", "....x.......x...", 0.6, 0, 0.1, 0.5),
            Part("drum", "hat", "..x...x...x...x.", 0.45, 0, -0.3, 0.4),
            Part("chords", "bright_keys", "x..x..x.....x.x.", 0.5, 1, -0.2, 0.5),
            Part("melody", "bell", "x...x.x.x...x...", 0.35, 2, 0.35, 0.8),
        ), wet=0.14, gain_db=-3.1),
        Mood("happy", 128, 50, "major", (0, 3, 0, 4, 0, 3, 4, 0), 3, (
            Part("chords", "ukulele", "x.xxX.x.x.xxX.x.", 0.9, 1, -0.25),
            Part("bass", "round_bass", "X.......X.......", 0.8, -1, enters=0.3),
            Part("melody", "whistle", "x..x..x.x...x...", 0.2, 2, 0.2, 0.4),
            Part("drum", "clap", "....X.......X...", 0.7, 0, 0.15, 0.4),
            Part("drum", "shaker", "x.o.x.o.x.o.x.o.", 0.5, 0, -0.35, 0.3),
            Part("drum", "kick", "X.......X.......", 0.7, enters=0.6),
            Part("arp", "bell", "x...x...x...x...", 0.35, 2, 0.4, 0.7),
        ), swing=0.1, room_s=0.6, wet=0.1, gain_db=-1.1),
        Mood("calm", 72, 53, "major", (0, 5, 3, 4), 4, (
            Part("pad", "soft", level=0.6, octave=0),
            Part("arp", "piano", "x...x...x...x...", 0.8, 1, 0.15),
            Part("bass", "sine_bass", "X...............", 0.7, -1, enters=0.3),
            Part("melody", "piano", "x.......x...x...", 0.5, 2, -0.2, 0.5),
        ), cutoff_hz=6_000, room_s=2.4, wet=0.32, gain_db=-1.8),
        Mood("ambient", 60, 50, "lydian", (0, 1, 5, 4), 4, (
            Part("pad", "glass", level=0.8, octave=1, pan=0.2),
            Part("pad", "soft", level=0.8, octave=0, pan=-0.2),
            Part("bass", "sine_bass", "x...............", 0.6, -1),
            Part("melody", "bell", "x.......o.......", 0.3, 2, 0.4, 0.4),
        ), cutoff_hz=5_000, room_s=3.5, wet=0.5, gain_db=-4.3),
        Mood("cinematic", 84, 45, "minor", (0, 5, 2, 6), 3, (
            Part("pad", "strings", level=0.6, octave=1),
            Part("pad", "brass", level=0.5, octave=0, enters=0.6),
            Part("bass", "bowed_bass", "X.......x.......", 0.9, -1),
            Part("arp", "staccato", "x.xxx.xxx.xxx.xx", 0.6, 1, 0.2, 0.3),
            Part("drum", "taiko", "X.....x.X..x..x.", 1.0, enters=0.45),
            Part("drum", "cymbal", "X...............", 0.35, enters=0.9),
            Part("melody", "horn", "x...........x...", 0.5, 1, -0.2, 0.7),
        ), room_s=2.6, wet=0.3, gain_db=-3.2),
        Mood("energetic", 140, 45, "minor", (0, 5, 2, 6), 3, (
            Part("arp", "saw_lead", "xxxxxxxxxxxxxxxx", 0.6, 1, 0.3),
            Part("bass", "saw_bass", "..x...x...x...x.", 0.9, -1, enters=0.3),
            Part("drum", "kick", "X...X...X...X...", 1.2, enters=0.2),
            Part("drum", "snare", "....X.......X...", 0.8, enters=0.4),
            Part("drum", "hat", "x.xxx.xxx.xxx.xx", 0.45, 0, -0.25, 0.3),
            Part("drum", "open_hat", "..x...x...x...x.", 0.35, 0, 0.25, 0.5),
            Part("chords", "supersaw", "x..x..x..x..x.x.", 0.55, 1, 0.0, 0.5),
        ), room_s=0.8, wet=0.1, gain_db=-1.5),
        Mood("lofi", 78, 51, "dorian", (0, 3, 1, 4), 4, (
            Part("chords", "electric_piano", "X......x..x.....", 0.9, 0, -0.1),
            Part("bass", "sine_bass", "X.....x...x.....", 0.9, -1, enters=0.2),
            Part("drum", "soft_kick", "X......x..X.....", 0.9, enters=0.25),
            Part("drum", "rim", "....x.......x...", 0.7, 0, 0.1, 0.25),
            Part("drum", "hat", "x.o.x.o.x.o.x.oo", 0.9, 0, 0.3, 0.35),
            Part("melody", "electric_piano", "..x..x....x.....", 0.4, 1, 0.25, 0.5),
        ), swing=0.22, cutoff_hz=4_800, room_s=0.9, wet=0.16, crackle=0.02, gain_db=-1.8),
        Mood("sad", 64, 45, "minor", (0, 5, 3, 4), 3, (
            Part("arp", "piano", "x.x.x.x.x.x.x.x.", 0.65, 1, 0.1),
            Part("pad", "strings", level=0.5, octave=1, enters=0.35),
            Part("bass", "piano", "X.......x.......", 0.7, -1),
            Part("melody", "cello", "x.......x...x...", 0.5, 1, -0.2, 0.55),
        ), cutoff_hz=5_500, room_s=2.8, wet=0.34, gain_db=-0.5),
        Mood("romantic", 76, 48, "major", (0, 2, 3, 4, 5, 3, 1, 4), 4, (
            Part("arp", "nylon", "x.x.x.x.x.x.x.x.", 0.8, 1, 0.15),
            Part("pad", "strings", level=0.5, octave=1, enters=0.35),
            Part("bass", "sine_bass", "X.......x.......", 0.7, -1, enters=0.2),
            Part("melody", "cello", "x.....x.x.......", 0.45, 1, -0.2, 0.6),
        ), cutoff_hz=8_000, room_s=2.0, wet=0.26, gain_db=-1.0),
        Mood("corporate", 104, 52, "major", (0, 5, 3, 4), 3, (
            Part("chords", "muted_guitar", "x.x.x.x.x.x.x.x.", 1.1, 1, 0.3),
            Part("pad", "warm", level=0.35, octave=1),
            Part("arp", "marimba", "x..x..x.x..x..x.", 0.55, 2, -0.3, 0.3),
            Part("bass", "round_bass", "X.......X.......", 0.8, -1, enters=0.3),
            Part("drum", "kick", "X.......X.......", 0.7, enters=0.45),
            Part("drum", "clap", "....o.......o...", 0.5, 0, 0.1, 0.6),
            Part("drum", "shaker", "o.x.o.x.o.x.o.x.", 0.4, 0, -0.2, 0.45),
            Part("melody", "bright_keys", "x.......x...x...", 0.35, 2, 0.2, 0.75),
        ), room_s=1.2, wet=0.16, gain_db=-0.3),
        Mood("tense", 96, 40, "phrygian", (0, 0, 1, 0), 2, (
            Part("pad", "dark", level=0.6, octave=0),
            Part("bass", "pulse_bass", "x.x.x.x.x.x.x.x.", 0.8, 0, enters=0.0),
            Part("drum", "tick", "x...x...x...x...", 0.8, 0, 0.4),
            Part("drum", "taiko", "X..............x", 0.8, enters=0.4),
            Part("arp", "staccato", "x..x..x...x..x..", 0.4, 2, -0.3, 0.55),
            Part("pad", "strings", level=0.35, octave=2, enters=0.75),
        ), cutoff_hz=4_500, room_s=2.2, wet=0.3, gain_db=-0.9),
        Mood("playful", 112, 55, "mixolydian", (0, 6, 3, 0), 3, (
            Part("bass", "pizzicato", "X...x...X...x...", 0.9, -1),
            Part("arp", "marimba", "..x.x.x...x.x.x.", 0.7, 1, 0.25),
            Part("chords", "pizzicato", "....x.......x...", 0.6, 1, -0.3, 0.2),
            Part("melody", "whistle", "x.x...x.x.......", 0.2, 1, 0.1, 0.5),
            Part("drum", "rim", "......x.......x.", 0.5, 0, 0.3, 0.4),
            Part("drum", "shaker", "o.x.o.x.o.x.o.x.", 0.4, 0, -0.3, 0.5),
        ), swing=0.12, room_s=0.7, wet=0.13, gain_db=2.9),
        Mood("hiphop", 88, 45, "minor", (0, 0, 5, 4), 4, (
            Part("bass", "sub_bass", "X.....x...X.....", 1.1, -1),
            Part("drum", "kick", "X......x..X.....", 1.0, enters=0.15),
            Part("drum", "snare", "....X.......X...", 0.8, enters=0.15),
            Part("drum", "hat", "x.x.x.xxx.x.x.xx", 0.45, 0, 0.2, 0.2),
            Part("chords", "electric_piano", "x.......o..o....", 0.7, 1, -0.15),
            Part("melody", "bell", "..x..x......x...", 0.35, 2, 0.3, 0.55),
        ), swing=0.15, cutoff_hz=9_000, room_s=0.9, wet=0.12, gain_db=0.1),
    )
}  # fmt: skip

#: Taken where the words say nothing that is known.
DEFAULT_MOOD = "upbeat"

# Words a person uses, nearest mood. Matched as whole words in English, anywhere in Chinese; longer ones first.
_MOOD_WORDS: dict[str, str] = {
    "upbeat": "uplifting positive optimistic fresh bright pop summer vlog travel feelgood feel-good motivational "
              "motivating inspiring inspirational 欢快 轻快 积极 阳光 活泼 流行 旅行 夏日 振奋 动感轻快 向上",
    "happy": "joyful cheerful joy fun ukulele birthday sunny family kids wholesome 快乐 开心 愉快 高兴 喜庆 欢乐 生日 幸福",
    "calm": "peaceful relaxing relaxed soft gentle quiet soothing piano serene tranquil mellow slow light acoustic "
            "平静 安静 舒缓 柔和 轻柔 宁静 放松 温柔 钢琴 舒服 轻音乐 安宁",
    "ambient": "atmospheric meditation meditative dreamy ethereal space spacey floating zen yoga drone nature sleep "
               "氛围 空灵 冥想 梦幻 太空 自然 睡眠 瑜伽 禅",
    "cinematic": "epic orchestral orchestra film movie trailer dramatic grand heroic majestic powerful adventure "
                 "strings 电影 史诗 大气 震撼 恢弘 宏大 预告 管弦 交响 壮丽 英雄 戏剧",
    "energetic": "energy intense edm electronic electro dance techno house workout gym sport sports sporty action rock "
                 "fast party club pumping hype driving 激情 动感 电子 舞曲 热血 运动 健身 劲爆 摇滚 燃 派对 快节奏 节奏感 活力",
    "lofi": "lo-fi lo chill chillhop chilled study studying cafe coffee jazzy jazz laid-back laidback cozy cosy vibe "
            "vibes 低保真 慵懒 咖啡 学习 爵士 悠闲 惬意 治愈",
    "sad": "emotional melancholic melancholy nostalgic sorrowful touching moving tearful somber sombre lonely "
           "悲伤 伤感 忧伤 难过 感人 煽情 催泪 孤独 怀旧 抒情 忧郁 哀伤",
    "romantic": "love wedding tender sweet warm heartfelt intimate guitar 浪漫 爱情 婚礼 甜蜜 温馨 温暖 吉他",
    "corporate": "business professional presentation company tech technology product commercial advert ad explainer "
                 "clean modern minimal news tutorial 商务 企业 科技 专业 产品 广告 宣传 现代 简约 新闻 教程",
    "tense": "suspense suspenseful dark scary horror mysterious mystery thriller ominous creepy eerie spooky crime "
             "紧张 悬疑 恐怖 黑暗 神秘 惊悚 诡异 压抑",
    "playful": "funny comedy comic quirky silly goofy cute cartoon whimsical bouncy 搞笑 有趣 可爱 俏皮 滑稽 幽默 卡通 调皮",
    "hiphop": "hip-hop hip hop rap trap beat beats urban street boom-bap swag 嘻哈 说唱 街头 街舞 潮流 酷",
}  # fmt: skip


def _lexicon(table: dict[str, str]) -> tuple[tuple[str, str], ...]:
    pairs = [(word, name) for name, words in table.items() for word in (name, *words.split())]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


_MOOD_LEXICON = _lexicon(_MOOD_WORDS)


def mood_for(words: str) -> tuple[str, bool]:
    """Return the nearest mood to a person's words and whether they name or plainly mean it.

    ``("lofi", True)`` for "some chill lo-fi"; ``("upbeat", False)`` when nothing is known of them.
    """
    found = _first_match(words, _MOOD_LEXICON)
    return (found, True) if found else (DEFAULT_MOOD, False)


#: The sound effects there are; ``sfx`` sounds them.
EFFECTS = (
    "ding", "whoosh", "pop", "click", "applause", "boom", "bleep", "riser", "shutter", "drumroll", "typing", "buzzer",
    "success", "heartbeat", "laser", "cash",
)  # fmt: skip

_EFFECT_WORDS: dict[str, str] = {
    "ding": "bell chime notification ring bing 叮 铃 铃声 提示音 叮咚",
    "whoosh": "swoosh swish woosh swipe transition 嗖 呼 唰 转场 划过",
    "pop": "bubble plop 啵 泡 气泡 噗",
    "click": "tap tick button mouse 点击 咔嗒 按键 鼠标",
    "applause": "clap claps clapping cheer cheers cheering crowd 掌声 鼓掌 欢呼 喝彩",
    "boom": "explosion bang impact thud hit bass-drop blast slam thunder 爆炸 轰 砰 重击 撞击 雷",
    "bleep": "beep censor censored 哔 哔声 消音",
    "riser": "rise build-up buildup tension sweep 上升 渐强 铺垫",
    "shutter": "camera photo snapshot snap 快门 拍照 相机 咔嚓",
    "drumroll": "drum-roll drums drum roll 鼓 鼓声 滚奏",
    "typing": "keyboard typewriter type 打字 键盘",
    "buzzer": "wrong error fail failure incorrect buzz 错误 失败 蜂鸣",
    "success": "correct win tada ta-da level-up levelup fanfare right achievement 成功 正确 胜利 恭喜",
    "heartbeat": "heart pulse 心跳",
    "laser": "zap pew blaster 激光",
    "cash": "money coin coins register ka-ching kaching cha-ching 钱 金币 收银",
}
_EFFECT_LEXICON = _lexicon(_EFFECT_WORDS)


def effect_for(words: str) -> tuple[str, bool]:
    """Return the nearest sound effect to a person's words and whether they mean it; ``("ding", False)`` if unknown."""
    found = _first_match(words, _EFFECT_LEXICON)
    return (found, True) if found else ("ding", False)


def _first_match(words: str, lexicon: tuple[tuple[str, str], ...]) -> str | None:
    text = words.casefold()[:500]
    for word, name in lexicon:
        if word.isascii():
            if re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text):
                return name
        elif word in text:
            return name
    return None


@dataclass(frozen=True)
class Meter:
    """How a bed's beats fall in the length asked for.

    Attributes:
        beat_ms: From one beat to the next; the tempo is bent a little so that the last chord has time to ring.
        beat_count: Beats that are played; the last chord falls on the one after them.
    """

    beat_ms: Fraction
    beat_count: int


# The last chord rings at least so long, and not longer than so.
_SHORTEST_RING_MS = 1_200
_LONGEST_RING_MS = 3_200


def meter(mood: str, duration_ms: int) -> Meter:
    """Return the beats of a bed of this length.

    Raises:
        KeyError: A mood that there is not.
    """
    beat = Fraction(60_000, MOODS[mood].bpm)
    ring = min(_LONGEST_RING_MS, max(_SHORTEST_RING_MS, duration_ms * 3 // 20))
    body = max(Fraction(duration_ms - ring), Fraction(0))
    # Half bars: never further than one beat from the tempo that was meant.
    count = int(body / (2 * beat) + Fraction(1, 2)) * 2
    if count == 0:
        return Meter(beat, 0)
    return Meter(min(max(body / count, beat * Fraction(9, 10)), beat * Fraction(11, 10)), count)


def beats(mood: str, duration_ms: int) -> tuple[int, ...]:
    """Return the instants of the beats of a bed in milliseconds, the last chord's included.

    Raises:
        KeyError: A mood that there is not.
    """
    found = meter(mood, duration_ms)
    return tuple(round(index * found.beat_ms) for index in range(found.beat_count + 1))
