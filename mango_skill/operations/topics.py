"""What was spoken of before: "add captions and make them yellow"."""

from __future__ import annotations

import re

from mango_skill.operations.following import PRONOUN, read_as_more
from mango_skill.operations.merging import merge
from mango_skill.operations.reading import Reading

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


def topic_of(reading: Reading) -> str | None:
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


_SAYS_AGAIN = re.compile(
    r"(?<![a-z])(?:add|put|use|play|show|include|insert|lay|make sure|readable|visible|see|fit|match\w*|sync\w*)(?![a-z])|[加放用配]"
)


def read_with_topic(reading: Reading, clause: str) -> bool:
    """ "add captions and make them yellow": pronouns, or nothing at all, stand for what was spoken of."""
    topic = topic_of(reading)
    if topic is None:
        return False
    asked = reading.clause(clause)
    if asked.has(*_OWN_TOPIC) or asked.all("f") or asked.all("q") or asked.all("c"):
        return False
    alone = reading.read(clause)
    names = {operation.name for operation in alone}
    if names - _TOPICAL:
        return False
    pronoun = PRONOUN.search(clause)
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
        return read_as_more(reading, clause)
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
    if merged == last[-1] and pronoun and not alone and not _SAYS_AGAIN.search(clause):
        # The edit before swallows the clause without a trace: nobody understood it.
        return False
    if merged is not None:
        last[-1] = merged
        reading.steps[-1] = (f"{reading.steps[-1][0]} {clause}", last)
        return True
    if any(operation.name in ("add_captions", "add_music", "add_title") for operation in found):
        return False
    reading.steps.append((text, found))
    return True
