"""From a message to operations.

The message is divided into clauses; each is read by the rules, and what a clause leaves open is taken from
the clauses around it: the verb ("remove the music, the title"), the topic ("the captions are late, shift
them"), or more about the same edit ("fade in and out, half a second each").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from mango_skill.language.clauses import MOST_CLAUSES, strip_lead
from mango_skill.language.negation import is_negated
from mango_skill.operations.annotate import Annotated
from mango_skill.operations.clause import Clause, make
from mango_skill.operations.merging import absorbs, merge
from mango_skill.operations.model import Operation
from mango_skill.operations.recipes import read_recipe
from mango_skill.operations.rules import read_clause, read_unclear
from mango_skill.operations.rules.picture import read_fit
from mango_skill.operations.sentences import read_sentences
from mango_skill.operations.wording import divide, prepare, vary

# What is longer is read so far and the rest is told to be left over.
LONGEST_READ = 1_600
LONGEST_CLAUSE = 240
# Readings by the rules that one message may cost; what comes after is told to be left over.
MOST_READINGS = 32
MOST_VARIANTS = 8

_FILLER = re.compile(
    r"^(?:(?:please|pls|thanks|thank you|thx|hi|hello|hey|there|ok|okay|yes|no|sure|great|nice|cool|perfect|awesome|good|well|so|um|alright|right|you|the|this|that|is|are|it|it's|that's|all|for|now|me|my|video|clip|footage|i|we|have|here|here's|a|and|but|just|in|of|to|done|done yet|very|much|really|cheers|guys|mate|lol|haha|today|tomorrow|wait|stop|actually|maybe|kind|sorry|first|next|finally|last|also|thing|as well|too|exactly|only|like)(?![a-z])[\s,.!?'~]*)+$"
    r"|^(?:请|谢谢你?|感谢|你好|您好|好的?|嗯|哦|麻烦了?你?|辛苦了?|吧|啊|呢|了|的|一下|就行|就好|可以|可以吗|好吗|行吗|行|对|是的|没错|视频|这个|我的|帮我|哈+|谢啦|多谢|拜托|等等|稍等|嘿|那个|然后|最后|首先|其次|好了|停|不|不是|别的|即可|算了|行吧|就可以|就可以了|就行了|就好了|，|。|！|!|\.)+$"
)
_REST = re.compile(
    r"^(?:(?:and )?(?:bin|drop|delete|remove|cut|lose|discard|ditch|trash|throw away|get rid of|scrap|toss|dump|erase) (?:all )?(?:of )?(?:the rest|everything else|all else|the others|anything else|the remaining\w*)|(?:drop|remove|cut|mute|delete|lose) (?:all )?(?:the )?other (?:sounds?|noises?|audio|parts|bits)|the rest (?:can go|goes|is not needed|isn't needed)|(?:把)?(?:其余|其他|其它|剩下|剩余|别的|余下|多余)(?:的)?(?:部分|内容|片段|时间|地方)?(?:都|全部|全|统统)?(?:不要|删|去|剪|丢|扔)(?:掉|除|了)*|(?:删|去|剪)(?:掉|除)?(?:其余|其他|剩下|别的)(?:的)?(?:部分|内容)?|fix it|fix that|correct it|correct that|修一下|修好|修正一下|处理一下|调整一下|改一下|弄一下|解决一下|转正|摆正|正过来|转回来|转过来|翻过来)$"
)
_KEEPS = re.compile(
    r"^(?:but )?(?:keep|leave|preserve) (?:it|everything|(?:the |my |its |all |all the |our |original |background )*(?:music|captions?|subtitles?|title|audio|sound|voice|narration|colou?rs?|picture|text|logo|watermark|transitions?|soundtrack|pitch))(?: there| in| playing| as is| on)?$"
    r"|^(?:背景)?(?:音乐|字幕|标题|声音|原声|人声|画面|颜色|水印|转场|我的声音)(?:都)?(?:要)?(?:保留|留着|留下|不变|别动|不动|不要动)(?:了|吧)?$|^(?:保留|留着)(?:背景)?(?:音乐|字幕|标题|声音|原声|人声|画面|颜色|水印|转场|我的声音)$"
)
_EXPLAINS = re.compile(
    r"^(?:because|since|so that|as it|as they|it (?:is|looks|feels|sounds|was|has|covers|distracts|gets|keeps)|it's|they (?:are|look|cover|feel|sound|hide|block)|they're|that way|that's|i think|i like|i don't like|i hate|i feel|i filmed|i shot|i recorded|we filmed|we shot|which|you know|this is|here is|here are|these are|there is|there are|there's|my |the (?:viewers?|audience|client)|people|nobody|for my|for the|for our|for a|otherwise|thanks|somehow|if you|if possible|as (?:soon|usual|before)|it (?!all)|this |they |but not too|not too|nothing else|that's (?:it|all)|no need|don't worry)(?![a-z])|^(?:因为|这样|(?:画面|声音|颜色|视频|色彩|整体|背景|这段|它)?(?:有点|太|偏|不太|比较|好像|很)|不然|否则|因此|所以|感觉|我觉得|看起来|看着|觉得|挡|有点|有些|就这些|其他不变|别的不变|这是|这段是|我拍的|客户|观众|如果|不要太|别太|其他的?(?:都)?(?:不变|别动|不动|保持))"
)
_PRONOUN = re.compile(
    r"(?<![a-z])(?:it|them|that|this|those|these)(?![a-z])(?! (?:clip|video|part|shot|scene))"
)
_TOPICS = {
    "add_captions": "captions",
    "style_captions": "captions",
    "shift_captions": "captions",
    "edit_captions": "captions",
    "translate_captions": "captions",
    "add_title": "title",
    "edit_text": "title",
    "style_text": "title",
    "animate_text": "title",
    "extend_text": "title",
    "add_music": "music",
    "replace_music": "music",
    "watermark": "watermark",
    "duck": "music",
    "lower_third": "lower third",
}
_CHINESE_TOPICS = {
    "captions": "字幕",
    "title": "标题",
    "music": "音乐",
    "watermark": "水印",
    "lower third": "人名条",
    "voice": "人声",
}
# What these clauses mean depends on what was spoken of before them.
_TOPICAL = frozenset(
    {
        "zoom",
        "set_volume",
        "fade_in",
        "fade_out",
        "brightness",
        "move_clip",
        "crop",
        "speed",
        "flip",
        "rotate",
        "effect",
        "mute",
        "blur",
        "remove_range",
        "saturation",
        "temperature",
        "look",
        "trim_end",
        "set_duration",
        "clarify",
        "add_title",
        "grayscale",
        "pan",
        "keep_range",
        "invert",
        "transition",
        "extend_text",
        "style_text",
        "add_captions",
        "style_captions",
        "remove_text",
    }
)
_VERB = re.compile(
    r"^(?:get rid of|throw (?:out|away)|take out|cut out|turn off|chop off|remove|delete|cut|drop|lose|kill|trim|chop|erase|strip|mute|unmute|blur|pixelate|censor|add|put|insert|keep|reverse|duplicate|speed up|slow down|stabilize|sharpen|fade out|fade in|split|no|without|normalize|denoise|rotate|flip|boost|increase|decrease|reduce|lower|raise|zoom in on|make)(?![a-z])"
    r"|^(?:去掉|去除|删掉|删除|删|剪掉|移除|不要|加上|添加|加|静音|模糊|保留|倒放|复制|提高|降低|增加|减少|关掉|取消)"
)
_OWN_TOPIC = (
    "captions",
    "title",
    "music",
    "watermark",
    "lowerthird",
    "sfx",
    "credits",
    "voice",
    "original_audio",
    "transition",
    "countdown",
    "progress",
    "sticker",
    "video",
    "voiceover",
)


_EXAMPLES = (
    "trim the first 3 seconds, keep 0:10-0:20, delete clip 2 and move clip 3 to the start",
    "write 'Hi' at the top, yellow captions, watermark it, add a sticker, remove the title and blur the faces",
    "add upbeat music at 20%, mute clip 1, normalize, a ding sound at 0:03, fade out, crossfade between clips",
    "make it vertical, rotate it, zoom in, brighter, cinematic look, 2x speed, split at 4s, freeze at 0:02",
    "剪掉前五秒，加字幕，改成竖屏，音乐小一点，加标题“你好”，撤销",
    "frobnicate the wibble",
)


@dataclass(frozen=True)
class Understanding:
    """What a message asks for.

    ``operations`` in the order of the message, ``recipes`` the names of vague wishes among them,
    ``leftovers`` the clauses that ask for something nobody understood, as the user wrote them.
    """

    operations: tuple[Operation, ...] = ()
    recipes: tuple[str, ...] = ()
    leftovers: tuple[str, ...] = ()

    @property
    def questions(self) -> tuple[str, ...]:
        """What has to be asked back: the ``missing`` of each clarify."""
        return tuple(
            str(operation.parameters.get("missing", ""))
            for operation in self.operations
            if operation.name == "clarify"
        )


@dataclass
class _Reading:
    """What has been understood so far; each step is a clause with its operations."""

    message: Annotated
    steps: list[tuple[str, list[Operation]]] = field(default_factory=list)
    recipes: list[str] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)
    pending: str = ""
    readings: int = 0
    known: dict[tuple[str, int], list[Operation]] = field(default_factory=dict)

    @property
    def operations(self) -> list[Operation]:
        return [operation for _, operations in self.steps for operation in operations]

    def clause(self, text: str) -> Clause:
        return Clause(text, self.message, tuple(self.operations))

    def read(self, text: str) -> list[Operation]:
        """Read a clause by the rules, once for each noun that it joins."""
        if len(text) > LONGEST_CLAUSE:
            return []
        key = (text, len(self.operations))
        if key not in self.known:
            found: list[Operation] = []
            for variant in vary(text)[:MOST_VARIANTS]:
                self.readings += 1 + len(variant) // 60
                found += [o for o in read_clause(self.clause(variant)) if o not in found]
            self.known[key] = found
        return list(self.known[key])


def parse(text: str) -> Understanding:
    """Understand a message; never raises, and what is not understood is in ``leftovers``.

    Canonical sentences give exactly their operations. People's words give parameters as they imply them:
    ``undo`` has ``steps`` 1, a transition its ``kind`` and ``between``; see ``normalize``.
    """
    if not isinstance(text, str) or not text.strip():
        return Understanding()
    exact = read_sentences(text)
    if exact is not None:
        return Understanding(exact)
    lines = text.split("\n")
    if 1 < len(lines) <= MOST_CLAUSES and any(read_sentences(line) for line in lines):
        return _join([parse(line) for line in lines])
    understood = _understand(text[:LONGEST_READ])
    if len(text) > LONGEST_READ and text[LONGEST_READ:].strip():
        rest = text[LONGEST_READ:].strip()
        understood = Understanding(understood.operations, understood.recipes, (*understood.leftovers, rest))
    return understood


def warm_up() -> None:
    """Compile the patterns that most messages need (about 0.3 s), so that the first message is not the slow one."""
    for text in _EXAMPLES:
        parse(text)


def _join(parts: Sequence[Understanding]) -> Understanding:
    return Understanding(
        tuple(operation for part in parts for operation in part.operations),
        tuple(dict.fromkeys(name for part in parts for name in part.recipes)),
        tuple(clause for part in parts for clause in part.leftovers),
    )


def _understand(text: str) -> Understanding:
    message = prepare(text)
    clauses = divide(message)
    reading = _Reading(message)
    taken = 0
    for clause in clauses[:MOST_CLAUSES]:
        if reading.readings >= MOST_READINGS:
            break
        _take(reading, clause)
        taken += 1
    if reading.pending:
        _give_up(reading, reading.pending)
    reading.leftovers += [message.spell(clause) for clause in clauses[taken:]]
    return _finish(reading)


def _take(reading: _Reading, raw: str) -> None:
    clause = strip_lead(raw)
    if _FILLER.match(clause) or (_REST.match(clause) and reading.steps):
        return
    if _KEEPS.match(clause) and not reading.clause(clause).all("c"):
        # What is to stay stays anyway; over a cutaway it says which sound is heard.
        if reading.steps and reading.operations[-1].name == "overlay_clip":
            _read_as_more(reading, clause)
        return
    if is_negated(clause):
        _note_negation(reading, clause)
        return
    clause = _after_split(reading, clause)
    recipe = read_recipe(reading.clause(clause))
    if recipe and recipe[0].name in ("calm", "energetic") and _topic(reading) == "music":
        recipe = None
    if recipe:
        reading.recipes.append(recipe[0].name)
        reading.steps.append((clause, recipe[1]))
        reading.pending = ""
        return
    if _fits_shape(reading, clause):
        return
    if (
        reading.steps
        and reading.operations[-1].name == "chroma_key"
        and "<f" in clause
        and _read_as_more(reading, clause)
    ):
        return
    if reading.pending and _read_with_pending(reading, clause):
        return
    if reading.steps and _read_with_topic(reading, clause):
        return
    found = _same_clip(reading, clause, reading.read(clause))
    if (
        reading.steps
        and reading.operations[-1].name == "remove_retakes"
        and reading.clause(clause).has("keep")
        and _read_as_more(reading, clause)
    ):
        return
    if (
        reading.steps
        and (
            not found
            or _is_modifier(clause, found)
            or all(operation.name == "clarify" for operation in found)
        )
        and _read_as_more(reading, clause)
    ):
        return
    if (
        found
        and reading.steps
        and reading.operations[-1].parameters.get("missing") == "find,replace"
        and "<q" in clause
    ):
        # "it says ..." tells where the slip is, not what it should be.
        return
    if found and _closes_range(reading, clause, found):
        return
    if found:
        _flush(reading)
        reading.steps.append((clause, found))
        return
    if reading.steps and _read_with_verb(reading, clause):
        return
    if reading.pending:
        _give_up(reading, reading.pending)
    reading.pending = clause


def _same_clip(reading: _Reading, clause: str, found: list[Operation]) -> list[Operation]:
    """ "make clip 2 black and white and slow it down": the pronoun is the clip."""
    pronoun = _PRONOUN.search(clause) or (None if found or clause.isascii() else re.match("", clause))
    if not reading.steps or reading.clause(clause).all("c"):
        return found
    last = reading.operations[-1]
    clip = last.parameters.get("clip")
    if not pronoun:
        ends = clip is not None and last.name == "trim_start" and [o.name for o in found] == ["trim_end"]
        return [found[0].changed(clip=clip)] if ends and "<c" not in clause else found
    if clip is None or last.name in ("delete_clip", "duplicate_clip"):
        return found
    mark = reading.message.put("c", [clip], pronoun.group())
    meant = reading.read(clause[: pronoun.start()] + mark + clause[pronoun.end() :])
    if meant and (
        not found or {operation.name for operation in meant} == {operation.name for operation in found}
    ):
        return meant
    return found


def _closes_range(reading: _Reading, clause: str, found: list[Operation]) -> bool:
    """ "start at 5 seconds and end at 25": together they keep one range."""
    if (
        not reading.steps
        or len(found) != 1
        or found[0].name != "keep_range"
        or found[0].parameters.get("start") != 0
    ):
        return False
    text, operations = reading.steps[-1]
    last = operations[-1]
    opens = re.search(r"(?<![a-z])(?:start|begin)|开始|起", text)
    if (
        last.name != "trim_start"
        or not opens
        or not re.search(r"(?<![a-z])(?:end|stop|finish)|结束|为止|停", clause)
    ):
        return False
    operations[-1] = make(
        "keep_range",
        start=last.parameters["seconds"],
        end=found[0].parameters["end"],
        clip=last.parameters.get("clip"),
    )
    return True


def _flush(reading: _Reading) -> None:
    if reading.pending:
        _give_up(reading, reading.pending)


def _give_up(reading: _Reading, clause: str) -> None:
    """Ask about a clause, or tell that it was not understood."""
    reading.pending = ""
    question = list(read_unclear(reading.clause(clause)))
    if question:
        reading.steps.append((clause, question))
    elif not (_EXPLAINS.match(clause) and (reading.steps or len(clause) < 60)) and not _is_mere_file(
        reading, clause
    ):
        reading.leftovers.append(reading.message.spell(clause).replace("⊕", " and ").strip())


def _is_mere_file(reading: _Reading, clause: str) -> bool:
    bare = re.sub(
        r"<f\d+>|(?<![a-z])(?:here|here's|is|this|my|the|use|file|clip|video|it's|take|from|in|with|of|and)(?![a-z])|这是|我的|素材|视频|文件|[\s,.:，：]",
        "",
        clause,
    )
    return not bare


def _note_negation(reading: _Reading, clause: str) -> None:
    """A prohibition changes nothing, but tells how the edit before it is to be done."""
    if not reading.steps:
        return
    _text, operations = reading.steps[-1]
    last = operations[-1]
    asked = reading.clause(clause)
    if (
        last.name == "set_aspect"
        and asked.says(r"crop|cut (?:anything|it|off)|裁|切")
        and "fit" not in last.parameters
    ):
        operations[-1] = last.changed(fit=read_fit(asked) or "pad")
    elif last.name == "overlay_clip" and asked.has("voice", "audio", "original_audio"):
        operations[-1] = last.changed(audio="keep_base")
    elif last.name == "add_captions" and asked.says(r"burn|烧"):
        operations[-1] = last.changed(burn=False)


def _fits_shape(reading: _Reading, clause: str) -> bool:
    """ "go vertical, use black bars": the clause says how the new shape is filled."""
    if not reading.steps or reading.operations[-1].name != "set_aspect":
        return False
    asked = reading.clause(clause)
    fit = read_fit(asked)
    names = {operation.name for operation in reading.read(clause)}
    if fit is None or names - {"letterbox", "blur", "crop", "clarify"} or asked.all("p") or asked.all("r"):
        return False
    operations = reading.steps[-1][1]
    operations[-1] = operations[-1].changed(fit=fit)
    return True


def _after_split(reading: _Reading, clause: str) -> str:
    """After a split "the first half" is a clip."""
    if sum(operation.name == "split" for operation in reading.operations) != 1:
        return clause

    def replace(match: re.Match[str]) -> str:
        start, end = reading.message.value(match.group())
        if (start, end) in ((0, 50), (50, 100)):
            return reading.message.put("c", [1 if start == 0 else 2], match.group())
        return match.group()

    clause = re.sub(r"<g\d+>", replace, clause)
    return re.sub(
        r"(?<![a-z])(?:the )?(first|second|last|latter|former) (?:part|piece|half|bit|portion|one)(?![a-z])|(前|后)(?:面)?(?:那|一)?(?:段|半段|半|部分|截)",
        lambda m: reading.message.put(
            "c", [1 if m[1] in ("first", "former") or m[2] == "前" else 2], m.group()
        ),
        clause,
    )


def _read_with_pending(reading: _Reading, clause: str) -> bool:
    """ "the last clip, delete it": the first clause names what the second acts on."""
    pending = reading.pending
    joined = f"{pending} {clause}"
    alone = reading.read(clause)
    together = reading.read(joined)
    if not together or any(operation.name == "clarify" for operation in together):
        return False
    better = not alone or (absorbs(together, alone) and together != alone) or bool(_PRONOUN.search(clause))
    if alone and not better:
        return False
    if _EXPLAINS.match(pending) and alone:
        return False
    reading.pending = ""
    reading.steps.append((joined, together))
    return True


def _topic(reading: _Reading) -> str | None:
    for operation in reversed(reading.operations):
        topic = _TOPICS.get(operation.name)
        if operation.name in (
            "set_volume",
            "mute",
            "pitch",
            "fade_in",
            "fade_out",
        ) and operation.parameters.get("target") in ("music", "voice"):
            return str(operation.parameters["target"])
        if topic:
            target = operation.parameters.get("target")
            return (
                str(target).replace("_", " ")
                if operation.name in ("style_text", "animate_text") and target in ("watermark", "text")
                else topic
            )
        return None
    return None


def _read_with_topic(reading: _Reading, clause: str) -> bool:
    """ "add captions and make them yellow": pronouns, or nothing at all, stand for what was spoken of."""
    topic = _topic(reading)
    if topic is None:
        return False
    asked = reading.clause(clause)
    if asked.has(*_OWN_TOPIC) or asked.all("f") or asked.all("q") or asked.all("c"):
        return False
    alone = reading.read(clause)
    names = {operation.name for operation in alone}
    if names - _TOPICAL:
        return False
    pronoun = _PRONOUN.search(clause)
    chinese = bool(re.search(r"[\u4e00-\u9fff]", clause))
    if (
        not pronoun
        and not chinese
        and alone
        and re.search(r"(?<![a-z])(?:video|everything|whole|picture|clip|screen)(?![a-z])", clause)
    ):
        return False
    if (
        alone
        and not pronoun
        and names
        & {
            "fade_in",
            "fade_out",
            "zoom",
            "mute",
            "crop",
            "grayscale",
            "flip",
            "rotate",
            "speed",
            "set_duration",
            "keep_range",
            "trim_end",
            "remove_range",
            "transition",
            "look",
            "effect",
            "pan",
            "brightness",
        }
        and topic != "title"
        and not (topic in ("captions", "watermark") and names == {"zoom"})
    ):
        return False
    if (
        alone
        and not pronoun
        and topic == "title"
        and not names <= {"zoom", "style_text", "clarify", "brightness", "set_volume"}
    ):
        return False
    if (
        topic == "music"
        and alone == []
        and asked.name("moods")
        and reading.operations[-1].name == "replace_music"
    ):
        return _read_as_more(reading, clause)
    word = _CHINESE_TOPICS[topic] if chinese and topic in _CHINESE_TOPICS else f"the {topic}"
    text = (
        clause[: pronoun.start()] + word + clause[pronoun.end() :]
        if pronoun
        else f"{word}{'' if chinese else ' '}{clause}"
    )
    found = reading.read(text)
    family = {name for name, one in _TOPICS.items() if one == topic} | {
        "set_volume",
        "fade_out",
        "fade_in",
        "duck",
        "remove_captions",
        "remove_text",
        "remove_music",
        "mute",
        "style_text",
    }
    if not found or any(operation.name not in family or operation.name == "clarify" for operation in found):
        return False
    if (
        not pronoun
        and alone == []
        and any(
            operation.name in ("add_captions", "add_music") and not operation.parameters
            for operation in found
        )
    ):
        return False
    last = reading.steps[-1][1]
    merged = merge(last[-1], found[0]) if len(found) == 1 else None
    if merged is not None:
        last[-1] = merged
        reading.steps[-1] = (f"{reading.steps[-1][0]} {clause}", last)
        return True
    if any(operation.name in ("add_captions", "add_music", "add_title") for operation in found):
        return False
    reading.steps.append((text, found))
    return True


_MODIFIES = re.compile(
    r"^(?:but )?(?:only|just|again|each|from|at|in|on|for|over|until|between|with|using|by|to|during|top|bottom|upper|lower|center|left|right|except|starting|ending|semi|half|quarter|<)|^(?:只|仅|在|从|到|每|各|用|左|右|上|下|中|居|半|时长|持续|除了|<)"
)


# Readings of bare things, which mean something else beside the edit before them.
_BARE = frozenset(
    {"set_volume", "clarify", "set_duration", "keep_clips", "keep_range", "letterbox", "trim_start"}
)


def _is_modifier(clause: str, found: Sequence[Operation]) -> bool:
    if re.fullmatch(r"<a\d+>", clause):
        return True
    return (
        bool(_MODIFIES.match(clause))
        and not _VERB.match(clause)
        and all(operation.name in _BARE for operation in found)
        and not re.search("video|视频|片子", clause)
    )


def _read_as_more(reading: _Reading, clause: str) -> bool:
    """ "louder, but only the second clip": the clause says more about the edit before it."""
    text, operations = reading.steps[-1]
    joined = f"{text} {clause}"
    together = reading.read(joined)
    if not together:
        return False
    if together == operations:
        asked = reading.clause(clause)
        short = len(clause) <= 8 and "<" not in clause and not clause.isascii()
        return not asked.all("c") and bool(short or _PRONOUN.search(clause) or asked.has("earlier", "later"))
    if not absorbs(together, operations):
        return False
    reading.steps[-1] = (joined, together)
    return True


def _read_with_verb(reading: _Reading, clause: str) -> bool:
    """ "remove the music, the title": the verb before holds on."""
    verb = _VERB.match(reading.steps[-1][0])
    if not verb or _VERB.match(clause):
        return False
    chinese = not verb.group().isascii()
    text = f"{verb.group()}{'' if chinese else ' '}{clause}"
    found = reading.read(text)
    if not found or any(operation.name == "clarify" for operation in found):
        return False
    reading.steps.append((text, found))
    return True


def _finish(reading: _Reading) -> Understanding:
    operations: list[Operation] = []
    for operation in reading.operations:
        for position in range(len(operations) - 1, -1, -1):
            merged = merge(operations[position], operation)
            if merged is not None:
                operations[position] = merged
                break
        else:
            operations.append(operation)
    exports = [operation for operation in operations if operation.name == "export"]
    if exports and len(exports) == len(operations):
        # An export alone is an action of its own, not an edit.
        spelled = [reading.message.spell(text) for text, _ in reading.steps]
        return Understanding((), tuple(reading.recipes), (*reading.leftovers, *spelled))
    return Understanding(tuple(operations), tuple(dict.fromkeys(reading.recipes)), tuple(reading.leftovers))


__all__ = ["Understanding", "make", "parse"]
