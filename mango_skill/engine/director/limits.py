"""What this engine can't do without ears, eyes or a generator: said plainly, with what can be done instead."""

from __future__ import annotations

from collections.abc import Mapping

from mango_skill.engine.director.asked import Asked
from mango_skill.engine.director.cuts import Handler
from mango_skill.engine.director.desk import Desk
from mango_skill.engine.director.outcomes import CannotDo
from mango_skill.timeline import AssetSource, edits

NEEDS = {
    "remove_fillers": "needs_ears_fillers",
    "remove_retakes": "needs_ears_retakes",
    "remove_phrase": "needs_ears_phrase",
    "chapters": "needs_ears_chapters",
    "highlight": "needs_judgement_highlight",
    "make_shorts": "needs_judgement_shorts",
    "reframe": "needs_eyes_reframe",
    "annotation": "needs_eyes_annotation",
    "translate_captions": "needs_translator",
    "voiceover": "needs_voice",
    "dub": "needs_voice_dub",
    "generate_clip": "needs_generator",
}


def answer(desk: Desk, asked: Asked) -> None:
    """Say what is missing and what can be done instead."""
    facts = {name: asked.value(name) for name in ("seconds", "text", "subject", "prompt") if asked.has(name)}
    raise CannotDo(NEEDS[asked.name], **facts)


def split_scenes(desk: Desk, asked: Asked) -> None:
    """Make a clip of each shot: a measurement of the picture finds the cuts."""
    instants: list[int] = []
    for clip in desk.need_clips():
        media = desk.assets.get(clip.media.asset) if isinstance(clip.media, AssetSource) else None
        if media is None or not media.has_video or clip.source is None or clip.freeze:
            continue
        for at in desk.studio.scenes(media.id):
            if clip.source.start < at < clip.source.end:
                share = (at - clip.source.start) * clip.range.duration // clip.source.duration
                offset = clip.range.duration - share if clip.reverse else share
                instants.append(clip.range.start + offset)
    before = len(desk.clips)
    if instants:
        desk.apply(edits.split(desk.timeline, instants), renumber=True)
    made = len(desk.clips) - before
    if not made:
        desk.did("no_scenes")
        return
    desk.did("scenes", count=len(desk.clips))


LIMITS: Mapping[str, Handler] = {**dict.fromkeys(NEEDS, answer), "split_scenes": split_scenes}
