"""From a message to operations.

The message is divided into clauses; each is read by the rules, and what a clause leaves open is taken from
the clauses around it: the verb ("remove the music, the title"), the topic ("the captions are late, shift
them"), or more about the same edit ("fade in and out, half a second each").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mango_skill.language.clauses import MOST_CLAUSES, strip_lead
from mango_skill.language.negation import is_negated
from mango_skill.operations.clause import make
from mango_skill.operations.following import (
    answers_question,
    closes_range,
    fits_shape,
    flush,
    give_up,
    is_modifier,
    name_halves,
    name_instant,
    note_negation,
    read_as_more,
    read_same_clip,
    read_with_pending,
    read_with_verb,
    states_factor,
)
from mango_skill.operations.foreign import is_foreign
from mango_skill.operations.merging import merge
from mango_skill.operations.model import Operation
from mango_skill.operations.reading import Reading
from mango_skill.operations.recipes import read_recipe
from mango_skill.operations.refusals import has_no_removal
from mango_skill.operations.sentences import read_sentences
from mango_skill.operations.staying import keeps_changed_sound, read_what_stays, withholds
from mango_skill.operations.topics import read_with_topic, topic_of
from mango_skill.operations.wording import divide, prepare

# What is longer is read so far and the rest is told to be left over.
LONGEST_READ = 1_600
# Readings by the rules that one message may cost; what comes after is told to be left over.
MOST_READINGS = 32

_FILLER = re.compile(
    r"^(?>(?:that's|it's|here's|done yet|as well|please|pls|thanks|thank you|thx|hi|hello|hey|there|ok|okay|yes|no|sure|great|nice|cool|perfect|awesome|good|well|so|um|alright|right|you|the|this|that|is|are|it|all|for|now|me|my|video|clip|footage|i|we|have|here|a|and|but|just|in|of|to|done|very|much|really|cheers|guys|mate|lol|haha|today|tomorrow|wait|stop|actually|maybe|kind|sorry|first|next|finally|last|also|thing|too|exactly|only|like|a lot|hope you're well|hope you are well|hope this helps|hope all is well|if it isn't too much trouble|if it's not too much trouble|if possible|if you can|when you can|when you get a chance|no rush|much appreciated|appreciate it|appreciated|if you don't mind|dear|team|everyone|many|everything stays as is|everything else stays|nothing else)(?![a-z])[\s,.!?'~]*)+$"
    r"|^(?>好吗|可以吗|行吗|行吧|不是|那个|好了|请|老师|麻烦您|您|亲|大家|大神|谢谢你?|谢谢您|有劳|劳驾|不好意思|感谢|你好|您好|好的?|嗯|哦|麻烦了?你?|辛苦了?|吧|啊|呢|了|的|一下|就行|就好|可以|行|对|是的|没错|视频|这个|我的|帮我|哈+|谢啦|多谢|拜托|等等|稍等|嘿|然后|最后|首先|其次|停|不|别的|即可|算了|就可以|就可以了|就行了|就好了|，|。|！|!|\.)+$"
)


_REST = re.compile(
    r"^(?:(?:and )?(?:bin|drop|delete|remove|cut|lose|discard|ditch|trash|throw away|get rid of|scrap|toss|dump|erase) (?:all )?(?:of )?(?:the rest|everything else|all else|the others|anything else|the remaining\w*)|(?:drop|remove|cut|mute|delete|lose) (?:all )?(?:the )?other (?:sounds?|noises?|audio|parts|bits)|the rest (?:can go|goes|is not needed|isn't needed)|(?:把)?(?:其余|其他|其它|剩下|剩余|别的|余下|多余)(?:的)?(?:部分|内容|片段|时间|地方)?(?:都|全部|全|统统)?(?:不要|删|去|剪|丢|扔)(?:掉|除|了)*|(?:删|去|剪)(?:掉|除)?(?:其余|其他|剩下|别的)(?:的)?(?:部分|内容)?|fix it|fix that|correct it|correct that|修一下|修好|修正一下|处理一下|调整一下|改一下|弄一下|解决一下|转正|摆正|正过来|转回来|转过来|翻过来)$"
)


_CLIP_STAYS = re.compile(
    r"^(?:but )?(?:keep|leave) (?:the )?<c\d+> (?:alone|as is|as it is|as they are|untouched|unchanged|the same|intact|normal|at normal speed)$"
)


_KEEPS = re.compile(
    r"^(?:but )?(?:keep|leave|preserve) (?:it|everything|(?:the |my |its |all |all the |our |original |background )*(?:music|captions?|subtitles?|title|audio|sound|voice|narration|colou?rs?|picture|text|logo|watermark|transitions?|soundtrack|pitch))(?: there| in| playing| as is| on)?$"
    r"|^(?:背景)?(?:音乐|字幕|标题|声音|原声|人声|画面|颜色|水印|转场|我的声音)(?:都)?(?:要)?(?:保留|留着|留下|不变|别动|不动|不要动)(?:了|吧)?$|^(?:保留|留着)(?:背景)?(?:音乐|字幕|标题|声音|原声|人声|画面|颜色|水印|转场|我的声音)$"
)


# "not the first clip, the second": the clause only says what is not meant.
_NOT_THAT = re.compile(r"^(?:no,? )?(?:not|不是|并非) ?(?:the |my )?<[a-z]\d+>$")
# "start at 0:09, nothing before it"
_NOTHING_ELSE = re.compile(
    r"^nothing (?:before|after|else)(?: (?:it|that|this))?$|^(?:前面|后面|之前|之后)(?:的)?(?:都|全部?)?(?:不要|删|剪|去)[掉了]*$"
)
# "detect the scenes and split there": the second half says how the first is meant.
_AT_THOSE = re.compile(
    r"^(?:split|cut|slice|divide)(?: it| them| the (?:video|clip))? (?:there|at (?:each|every|those|these|the|all).*|accordingly|into clips)$|^(?:在那里|在那儿|按这个|逐个)?(?:切|剪|分)(?:开|割|段)$"
)
# "the first two seconds are useless, cut them": said once more.
_TAKE_IT = re.compile(
    r"^(?:please )?(?:cut|remove|delete|drop|trim|lose|bin|chop|scrap|kill|take|throw|get rid of|ditch)(?: (?:it|that|them|those|this|these))?(?: (?:out|off|away|please))*$"
    r"|^(?:请|就|都|全|给我|把它|直接)*(?:剪|删|去|切|裁)(?:掉|了|除|去)+吧?$"
)
_TAKES_AWAY = frozenset(
    {
        "denoise_audio",
        "denoise_video",
        "remove_retakes",
        "remove_phrase",
        "trim_start",
        "trim_end",
        "remove_range",
        "delete_clip",
        "keep_range",
        "remove_silence",
        "remove_fillers",
    }
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
    if is_foreign(text):
        return Understanding(leftovers=(text.strip(),))
    lines = text.split("\n")
    if 1 < len(lines) <= MOST_CLAUSES and any(read_sentences(line) for line in lines):
        return _join([parse(line) for line in lines])
    understood = _understand(text[:LONGEST_READ])
    if len(text) > LONGEST_READ and text[LONGEST_READ:].strip():
        rest = text[LONGEST_READ:].strip()
        understood = Understanding(understood.operations, understood.recipes, (*understood.leftovers, rest))
    return understood


def warm_up() -> None:
    """Compile the patterns that most messages need (about 0.15 s); done once, when this module is loaded."""
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
    reading = Reading(message)
    taken = 0
    for clause in clauses[:MOST_CLAUSES]:
        if reading.readings >= MOST_READINGS:
            break
        reading.is_last = taken == len(clauses) - 1
        _take(reading, clause)
        taken += 1
    if reading.pending:
        give_up(reading, reading.pending)
    reading.leftovers += [message.spell(clause) for clause in clauses[taken:]]
    return _finish(reading)


def _take(reading: Reading, raw: str) -> None:
    clause = strip_lead(raw)
    if _FILLER.match(clause) or (_REST.match(clause) and reading.steps):
        return
    if _CLIP_STAYS.match(clause):
        return
    if reading.steps and keeps_changed_sound(reading, clause):
        reading.leftovers.append(reading.message.spell(clause))
        return
    if _KEEPS.match(clause) and not reading.clause(clause).all("c"):
        # What is to stay stays anyway; over a cutaway it says which sound is heard.
        if reading.steps and reading.operations[-1].name == "overlay_clip":
            read_as_more(reading, clause)
        return
    if reading.steps and read_what_stays(reading, clause):
        return
    if is_negated(clause):
        note_negation(reading, clause)
        return
    clause = name_instant(reading, name_halves(reading, clause))
    if has_no_removal(clause):
        flush(reading)
        reading.leftovers.append(reading.message.spell(clause))
        return
    if _NOT_THAT.match(clause) or (
        reading.steps and reading.operations[-1].name in _TAKES_AWAY and _TAKE_IT.match(clause)
    ):
        return
    if (
        reading.steps
        and reading.operations[-1].name == "denoise_video"
        and re.fullmatch(r"denoise(?: it)?|降噪|去噪|降一下噪", clause)
    ):
        return
    recipe = read_recipe(reading.clause(clause))
    if recipe and recipe[0].name in ("calm", "energetic") and topic_of(reading) == "music":
        recipe = None
    if recipe:
        reading.recipes.append(recipe[0].name)
        reading.steps.append((clause, recipe[1]))
        reading.pending = ""
        return
    if fits_shape(reading, clause):
        return
    if (
        reading.steps
        and reading.operations[-1].name == "chroma_key"
        and "<f" in clause
        and read_as_more(reading, clause)
    ):
        return
    if reading.pending and (read_with_pending(reading, clause) or withholds(reading, clause)):
        return
    if reading.steps and read_with_topic(reading, clause):
        return
    if reading.steps and (answers_question(reading, clause) or states_factor(reading, clause)):
        return
    if (
        reading.steps
        and reading.operations[-1].name in ("trim_start", "keep_range")
        and _NOTHING_ELSE.match(clause)
    ):
        return
    if reading.steps and reading.operations[-1].name == "split_scenes" and _AT_THOSE.match(clause):
        return
    found = read_same_clip(reading, clause, reading.read(clause))
    if (
        reading.steps
        and reading.operations[-1].name == "remove_retakes"
        and reading.clause(clause).has("keep")
        and read_as_more(reading, clause)
    ):
        return
    if (
        reading.steps
        and (
            not found or is_modifier(clause, found) or all(operation.name == "clarify" for operation in found)
        )
        and read_as_more(reading, clause)
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
    if found and closes_range(reading, clause, found):
        return
    if found:
        flush(reading)
        reading.steps.append((clause, found))
        return
    if reading.steps and read_with_verb(reading, clause):
        return
    if reading.pending:
        give_up(reading, reading.pending)
    reading.pending = clause


def _finish(reading: Reading) -> Understanding:
    if any(operation.name.startswith("keep_") for operation in reading.operations):
        # "bin the rest, keep clip 2": said before what is kept.
        reading.leftovers = [clause for clause in reading.leftovers if not _REST.match(clause.lower())]
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


# The first message is to be understood as fast as any other.
warm_up()

__all__ = ["Understanding", "make", "parse"]
