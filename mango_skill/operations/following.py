"""What a clause takes from the clauses around it: the topic, the verb, the clip, the edit it says more about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mango_skill.operations.clause import make
from mango_skill.operations.merging import absorbs
from mango_skill.operations.model import Operation
from mango_skill.operations.reading import Reading
from mango_skill.operations.rules import read_unclear
from mango_skill.operations.rules.picture import read_fit

_EXPLAINS = re.compile(
    r"^(?:because|since|so that|as it|as they|it (?:is|looks|feels|sounds|was|has|covers|distracts|gets|keeps)|it's|they (?:are|look|cover|feel|sound|hide|block)|they're|that way|that's|i think|i like|i don't like|i hate|i feel|i filmed|i shot|i recorded|we filmed|we shot|which|you know|this is|here is|here are|these are|there is|there are|there's|my |the (?:viewers?|audience|client)|people|nobody|for my|for the|for our|for a|otherwise|thanks|somehow|if you|if possible|as (?:soon|usual|before)|it (?!all)|this |they |but not too|not too|nothing else|that's (?:it|all)|no need|don't worry)(?![a-z])|^(?:因为|这样|(?:画面|声音|颜色|视频|色彩|整体|背景|这段|它)?(?:有点|太|偏|不太|比较|好像|很)|不然|否则|因此|所以|感觉|我觉得|看起来|看着|觉得|挡|(?:画面|声音|音乐|视频|颜色|镜头|字幕|片子|这里|那里|中间|前面|后面)(?:糊|抖|晃|吵|杂|暗|乱|花|卡|打喷嚏|咳嗽|说错|没用)|里打喷嚏|有点|有些|就这些|其他不变|别的不变|这是|这段是|我拍的|客户|观众|如果|不要太|别太|其他的?(?:都)?(?:不变|别动|不动|保持))"
)


PRONOUN = re.compile(
    r"(?<![a-z])(?:it|them|that|this|those|these)(?![a-z])(?! (?:clip|video|part|shot|scene))"
)


_VERB = re.compile(
    r"^(?:get rid of|throw (?:out|away)|take out|cut out|turn off|chop off|remove|delete|cut|drop|lose|kill|trim|chop|erase|strip|shave|mute|unmute|replace|swap|bleep|cover|overlay|crop|move|freeze|blur|pixelate|censor|add|put|insert|keep|reverse|duplicate|speed up|slow down|stabilize|sharpen|fade out|fade in|split|no|without|normalize|denoise|rotate|flip|boost|increase|decrease|reduce|lower|raise|zoom in on|make)(?![a-z])"
    r"|^(?:去掉|去除|删掉|删除|删|剪掉|移除|不要|加上|添加|加|静音|模糊|保留|倒放|复制|提高|降低|增加|减少|关掉|取消)"
)


def read_same_clip(reading: Reading, clause: str, found: list[Operation]) -> list[Operation]:
    """ "make clip 2 black and white and slow it down": the pronoun is the clip."""
    pronoun = PRONOUN.search(clause) or (
        None
        if (found and not (len(clause) <= 4 and len(found) == 1 and "<" not in clause)) or clause.isascii()
        else re.match("", clause)
    )
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


def closes_range(reading: Reading, clause: str, found: list[Operation]) -> bool:
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


def flush(reading: Reading) -> None:
    if reading.pending:
        give_up(reading, reading.pending)


def give_up(reading: Reading, clause: str) -> None:
    """Ask about a clause, or tell that it was not understood."""
    reading.pending = ""
    question = list(read_unclear(reading.clause(clause)))
    if question and not (reading.steps and question[0].parameters.get("missing") == "goal"):
        reading.steps.append((clause, question))
    elif not (_EXPLAINS.match(clause) and (reading.steps or len(clause) < 60)) and not _is_mere_file(
        reading, clause
    ):
        reading.leftovers.append(reading.message.spell(clause).replace("⊕", " and ").strip())


def _is_mere_file(reading: Reading, clause: str) -> bool:
    bare = re.sub(
        r"<f\d+>|(?<![a-z])(?:here|here's|is|this|my|the|use|file|clip|video|it's|take|from|in|with|of|and)(?![a-z])|这是|我的|素材|视频|文件|[\s,.:，：]",
        "",
        clause,
    )
    return not bare


def note_negation(reading: Reading, clause: str) -> None:
    """A prohibition changes nothing, but tells how the edit before it is to be done."""
    if not reading.steps:
        return
    _text, operations = reading.steps[-1]
    last = operations[-1]
    asked = reading.clause(clause)
    if last.name == "remove_silence" and asked.says(
        r"too (?:much|aggressive\w*|tight\w*|hard|many)|太[狠紧多碎急]|过[头度狠]"
    ):
        operations[-1] = last.changed(direction="down")
    elif (
        last.name == "set_aspect"
        and asked.says(r"crop|cut (?:anything|it|off)|裁|切")
        and "fit" not in last.parameters
    ):
        operations[-1] = last.changed(fit=read_fit(asked) or "pad")
    elif last.name == "overlay_clip" and asked.has("voice", "audio", "original_audio"):
        operations[-1] = last.changed(audio="keep_base")
    elif last.name == "add_captions" and asked.says(r"burn|烧"):
        operations[-1] = last.changed(burn=False)


def fits_shape(reading: Reading, clause: str) -> bool:
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


def name_halves(reading: Reading, clause: str) -> str:
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


def name_instant(reading: Reading, clause: str) -> str:
    """ "I start talking at 4 seconds, drop everything before that": the instant named before is meant."""
    if not reading.pending:
        return clause
    instants = re.findall(r"<[td]\d+>", reading.pending)
    match = re.search(r"(?<![a-z])(before|after) (?:that|this|then|it)(?: point| moment)?$", clause)
    if len(instants) != 1 or match is None:
        return clause
    value = reading.message.value(instants[0])
    reading.pending = ""
    bounds = (None, value) if match[1] == "before" else (value, None)
    return clause[: match.start()] + reading.message.put("r", bounds, match.group())


def read_with_pending(reading: Reading, clause: str) -> bool:
    """ "the last clip, delete it": the first clause names what the second acts on."""
    pending = reading.pending
    joined = f"{pending} {clause}"
    alone = reading.read(clause)
    together = reading.read(joined)
    if not together or any(operation.name == "clarify" for operation in together):
        return False
    better = not alone or (absorbs(together, alone) and together != alone) or bool(PRONOUN.search(clause))
    if together[0].name == "remove_retakes" and {o.name for o in alone} == {"keep_clips"}:
        better = True
    if alone and not better:
        return False
    if _EXPLAINS.match(pending) and alone:
        return False
    reading.pending = ""
    reading.steps.append((joined, together))
    return True


_MODIFIES = re.compile(
    r"^(?:but )?(?:only|just|again|each|from|at|in|on|for|over|until|between|with|using|by|to|during|top|bottom|upper|lower|center|left|right|except|starting|ending|semi|half|quarter|<)|^(?:只|仅|在|从|到|每|各|用|左|右|上|下|中|居|半|时长|持续|除了|<)"
)


# Readings of bare things, which mean something else beside the edit before them.
_BARE = frozenset(
    {"set_volume", "clarify", "set_duration", "keep_clips", "keep_range", "letterbox", "trim_start"}
)


def is_modifier(clause: str, found: Sequence[Operation]) -> bool:
    if re.fullmatch(r"<a\d+>", clause):
        return True
    if re.match(r"<c\d+>", clause) and any(
        "direction" in o.parameters or "percent" in o.parameters for o in found
    ):
        # "clip 2 louder, clip 3 quieter": each says its own.
        return False
    return (
        bool(_MODIFIES.match(clause))
        and not _VERB.match(clause)
        and all(operation.name in _BARE for operation in found)
        and not re.search("video|视频|片子", clause)
    )


# Words that say again, in other words, what the edit before them does.
_SAYS_HOW = re.compile(
    r"^(?:稳|调|弄|修|压|降|提|放|处理|要|再|稍微|更|都|全部?|整个|轻|慢慢|快|自然|大|小|一点|多|少)|[点些]儿?$|[都全]要$"
)


def read_as_more(reading: Reading, clause: str) -> bool:
    """ "louder, but only the second clip": the clause says more about the edit before it."""
    text, operations = reading.steps[-1]
    if re.match(r"(?:and |but )?<c\d+>", clause) and any(
        "clip" in operation.parameters for operation in operations
    ):
        return _read_same_kind(reading, clause)
    joined = f"{text} {clause}"
    together = reading.read(joined)
    if not together:
        return False
    if together == operations:
        asked = reading.clause(clause)
        short = len(clause) <= 8 and "<" not in clause and not clause.isascii()
        return not asked.all("c") and bool(
            asked.has("earlier", "later") or (short and _SAYS_HOW.search(clause))
        )
    if not absorbs(together, operations):
        return False
    reading.steps[-1] = (joined, together)
    return True


def answers_question(reading: Reading, clause: str) -> bool:
    """ "rotate clip 1, 90 degrees clockwise": the second clause says what the first left open."""
    text, operations = reading.steps[-1]
    if [operation.name for operation in operations] != ["clarify"] or _VERB.match(clause):
        return False
    alone, together = reading.read(clause), reading.read(f"{text} {clause}")
    if len(together) != 1 or together[0].name == "clarify":
        return False
    if alone and alone[0].name not in ("clarify", together[0].name, "add_title"):
        return False
    reading.steps[-1] = (f"{text} {clause}", together)
    return True


def states_factor(reading: Reading, clause: str) -> bool:
    """ "make 5 to 9 faster, 2x": the factor of the change before."""
    mark = re.fullmatch(r"(?:at |by |to |say |like )?(<x\d+>)", clause)
    operations = reading.steps[-1][1]
    last = operations[-1]
    if mark is None or last.name not in ("speed", "speed_range") or "direction" not in last.parameters:
        return False
    rest = {key: value for key, value in last.parameters.items() if key != "direction"}
    operations[-1] = make(last.name, **rest, factor=reading.message.value(mark[1]))
    return True


_KIND_WORDS = {
    "set_volume": ("声音", "volume"),
    "brightness": ("亮度", "brightness"),
    "contrast": ("对比度", "contrast"),
    "saturation": ("饱和度", "saturation"),
    "speed": ("速度", "speed"),
    "temperature": ("色温", "temperature"),
}


def _read_same_kind(reading: Reading, clause: str) -> bool:
    """ "clip 1 louder, clip 2 down a bit": what is changed is named once."""
    words = _KIND_WORDS.get(reading.operations[-1].name)
    mark = re.match(r"(?:and |but )?<c\d+>", clause)
    if words is None or mark is None:
        return False
    chinese = not clause.isascii()
    text = (
        f"{mark.group()}{words[0]}{clause[mark.end() :]}"
        if chinese
        else f"{mark.group()} {words[1]}{clause[mark.end() :]}"
    )
    found = reading.read(text)
    if [operation.name for operation in found] != [reading.operations[-1].name]:
        return False
    reading.steps.append((text, found))
    return True


def read_with_verb(reading: Reading, clause: str) -> bool:
    """ "remove the music, the title": the verb before holds on."""
    verb = _VERB.match(reading.steps[-1][0])
    if not verb or _VERB.match(clause):
        return False
    chinese = not verb.group().isascii()
    text = f"{verb.group()}{'' if chinese else ' '}{clause}"
    found = reading.read(text)
    if not found or any(operation.name == "clarify" for operation in found):
        return False
    if found == reading.read(verb.group()):
        # The clause says nothing that the verb alone does not: it was not understood.
        return False
    reading.steps.append((text, found))
    return True
