"""A message in, a Direction out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mango_skill.engine.director import answers
from mango_skill.engine.director.carrying import Carried, Done, carry_out
from mango_skill.engine.director.desk import Desk
from mango_skill.engine.director.naming import number_clips
from mango_skill.engine.director.reading import Reading, answer_language, read, with_touches
from mango_skill.engine.director.replying import compose, compose_question, note_of
from mango_skill.engine.director.seams import Direction, History, Json, Step, Studio
from mango_skill.engine.director.talk import small_talk
from mango_skill.engine.director.uploads import place_uploads
from mango_skill.engine.director.wording import say
from mango_skill.timeline import MediaKind, MediaReference, Role, Timeline, edits

STANDALONE = frozenset({"undo", "redo", "reset", "restore", "export"})
"""Never the answer to a question, always a wish of its own."""
WORDS_OF_AN_ANSWER = 6


def direct(
    message: str,
    *,
    timeline: Timeline,
    assets: Mapping[str, MediaReference],
    studio: Studio,
    history: History,
    language: str = "en",
    pending: Mapping[str, Json] | None = None,
    understand: Callable[[str], Reading] = read,
) -> Direction:
    """Carry out what a message asks for.

    Args:
        message: The user's words, any length and any content.
        timeline: The draft as it is now.
        assets: The files of the session by id, in the order of their upload.
        studio: Answers questions about the footage.
        history: The stored drafts.
        language: The session's language (ISO 639-1); the message's own language wins when it is clear.
        pending: What the last Direction left open.
        understand: How a message is read.
    """
    language = answer_language(message, language)
    if pending and answers.is_no(message):
        return Direction(timeline, say(language, "frame", "not_continued"))
    placed = _with_footage(timeline, assets, studio)
    numbered = _numbering(understand, placed, assets)
    reading = _open_question(message, pending, numbered) or numbered(message)
    reading = with_touches(reading, message)
    talk = None if reading.operations else small_talk(message, _end(placed))
    if talk is not None:
        return Direction(timeline, say(language, "frame", talk[0], talk[1]), pending=pending)
    if pending and not reading.operations:
        return Direction(timeline, say(language, "frame", "nothing"), pending=pending)
    desk = Desk(placed, assets, studio, message, reading.recipes)
    if any(one.name not in STANDALONE for one in reading.operations):
        _promote_sound(desk)
    carried = carry_out(reading.operations, desk, history=history)
    if carried.question is not None:
        text = compose_question(carried.question, language)
        kept = answers.to_pending(carried.question, reading, message)
        return Direction(timeline, text, pending=kept, report={"asked": carried.question.missing})
    changed = any(done.ok for done in carried.done) and desk.timeline != timeline
    after = desk.timeline if changed or carried.version_move is not None else timeline
    text = compose(carried, desk, language, reading=reading, changed=changed)
    return Direction(
        after,
        text,
        steps=tuple(_step(done, language) for done in carried.done),
        report=_report(carried, desk, reading, timeline),
        version_move=carried.version_move,
    )


def _open_question(
    message: str, pending: Mapping[str, Json] | None, understand: Callable[[str], Reading]
) -> Reading | None:
    """Return the continued edit when the message answers the question that was asked."""
    if not pending:
        return None
    own = understand(message)
    if own.complete and _is_wish(own, message):
        return None
    return answers.continued(pending, message, understand)


def _is_wish(own: Reading, message: str) -> bool:
    """Whether a message is a whole instruction rather than an answer of a few words."""
    if any(one.name in STANDALONE for one in own.operations):
        return True
    han = sum("\u4e00" <= c <= "\u9fff" for c in message)
    return (
        len(own.operations) > 1 or len(message.split()) > WORDS_OF_AN_ANSWER or han > 2 * WORDS_OF_AN_ANSWER
    )


def _numbering(
    understand: Callable[[str], Reading], timeline: Timeline, assets: Mapping[str, MediaReference]
) -> Callable[[str], Reading]:
    return lambda words: understand(number_clips(words, timeline, assets))


def _with_footage(timeline: Timeline, assets: Mapping[str, MediaReference], studio: Studio) -> Timeline:
    """Footage that was uploaded and never placed is what the first message is about."""
    return timeline if timeline.tracks else place_uploads(timeline, assets, studio)


def _promote_sound(desk: Desk) -> None:
    """Without any picture, the sound that was uploaded is what is to be edited: it becomes the storyline."""
    pictures = any(media.kind in (MediaKind.VIDEO, MediaKind.IMAGE) for media in desk.assets.values())
    if desk.clips or pictures:
        return
    for track in desk.timeline.role(Role.MUSIC):
        placed = [clip for clip in track.clips if clip.extra]
        if placed:
            bare = desk.timeline.without_track(track.id)
            desk.restart(edits.sound_storyline(bare, placed))
            return


def _step(done: Done, language: str) -> Step:
    return Step(done.asked.to_json(), done.ok, note_of(done, language), _facts(done))


def _facts(done: Done) -> dict[str, Json]:
    facts: dict[str, Json] = {}
    for _, values in done.clauses:
        facts |= {name: value for name, value in values.items() if _is_plain(value)}
    return facts | dict(done.facts)


def _is_plain(value: Json) -> bool:
    return isinstance(value, str | int | float | bool | list)


def _report(carried: Carried, desk: Desk, reading: Reading, before: Timeline) -> dict[str, Json]:
    """Return the facts of the edit; times in seconds."""
    facts = dict(desk.facts)
    removed = facts.pop("removed_ms", None)
    if removed is not None:
        facts["removed_s"] = round(removed / 1000, 3)
    old_end = _end(before)
    report: dict[str, Json] = {
        **facts,
        "before_s": round(old_end / 1000, 3),
        "duration_s": round(desk.end / 1000, 3),
        "done": [done.asked.name for done in carried.done if done.ok],
    }
    refused = [done.asked.name for done in carried.done if not done.ok]
    for name, values in (
        ("refused", refused),
        ("recipes", list(reading.recipes)),
        ("not_understood", list(reading.leftovers)),
    ):
        if values:
            report[name] = values
    return report


def _end(timeline: Timeline) -> int:
    clips: Sequence[object] = edits.storyline(timeline)
    return timeline.main.end if clips and timeline.main is not None else 0
