"""Carries operations out, one after another, each checked and each by itself taken back when it fails."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mango_skill.engine.director import recalls
from mango_skill.engine.director.asked import Asked, Json
from mango_skill.engine.director.audit import audit
from mango_skill.engine.director.captions import CAPTIONS
from mango_skill.engine.director.cases import Case
from mango_skill.engine.director.clips import CLIPS
from mango_skill.engine.director.colours import COLOURS
from mango_skill.engine.director.cuts import CUTS, Handler
from mango_skill.engine.director.desk import Desk, Saved
from mango_skill.engine.director.frames import FRAMES
from mango_skill.engine.director.levels import LEVELS
from mango_skill.engine.director.limits import LIMITS
from mango_skill.engine.director.music import MUSIC
from mango_skill.engine.director.outcomes import CannotDo, MustAsk
from mango_skill.engine.director.overlays import OVERLAYS
from mango_skill.engine.director.pauses import PAUSES
from mango_skill.engine.director.seams import History, Version
from mango_skill.engine.director.sounds import SOUNDS
from mango_skill.engine.director.sources import claim_named
from mango_skill.engine.director.speeds import SPEEDS
from mango_skill.engine.director.titles import TITLES
from mango_skill.engine.director.uploads import place_uploads
from mango_skill.errors import MangoError
from mango_skill.timeline import edits

HANDLERS: Mapping[str, Handler] = {
    **CUTS,
    **PAUSES,
    **SPEEDS,
    **CLIPS,
    **FRAMES,
    **COLOURS,
    **TITLES,
    **CAPTIONS,
    **OVERLAYS,
    **LEVELS,
    **SOUNDS,
    **MUSIC,
    **LIMITS,
}
EXPORT, CLARIFY = "export", "clarify"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Done:
    """One operation and what became of it: clauses when it was carried out, a refusal when not."""

    asked: Asked
    clauses: tuple[tuple[str, Mapping[str, Json]], ...] = ()
    refusal: tuple[str, Mapping[str, Json]] | None = None
    facts: Mapping[str, Json] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.refusal is None


@dataclass(frozen=True)
class Question:
    """A question that came up at operation ``place``; nothing was carried out."""

    place: int
    key: str
    missing: str
    options: tuple[str, ...]
    facts: Mapping[str, Json]


@dataclass(frozen=True)
class Carried:
    """What became of a message's operations. The timeline is on the desk."""

    done: tuple[Done, ...]
    question: Question | None = None
    version_move: int | None = None


def carry_out(operations: Sequence[Asked], desk: Desk, *, history: History) -> Carried:
    """Carry operations out on the desk.

    An operation that can't be done is taken back and told, the others stay. A question stops all of it: the
    desk then is as it was before.
    """
    start = Saved.of(desk)
    done: list[Done] = []
    moved: int | None = None
    versions: dict[int, Version] = {}
    if not any(asked.name in recalls.RECALLS for asked in operations):
        claim_named(desk, operations)
    for place, asked in enumerate(operations):
        before = Saved.of(desk)
        said = len(desk.clauses)
        try:
            if asked.name in recalls.RECALLS:
                versions = versions or recalls.stored(history)
                current = history.current if moved is None else moved
                moved = _recall(desk, asked, versions, current)
            elif asked.name == EXPORT:
                desk.facts["export"] = dict(asked.parameters)
                desk.did("export_later")
            elif asked.name == CLARIFY:
                raise _clarification(asked)
            else:
                _carry_out_one(desk, asked)
            done.append(Done(asked, tuple(desk.clauses[said:])))
        except MustAsk as question:
            start.restore(desk)
            asking = Question(place, question.key, question.missing, question.options, question.facts)
            return Carried((), asking)
        except CannotDo as refusal:
            before.restore(desk)
            done.append(Done(asked, refusal=(refusal.key, refusal.facts)))
        except MangoError as problem:
            before.restore(desk)
            facts = {"operation": asked.name.replace("_", " "), "message": problem.message}
            done.append(Done(asked, refusal=("failed", facts), facts={"code": problem.code}))
    return Carried(tuple(done), None, moved)


def settle(desk: Desk, old_end: int) -> None:
    """Fit the music to the new end, and let nothing stick out behind it."""
    timeline = edits.trim_to_storyline(desk.timeline)
    desk.timeline = edits.fit_music(timeline, desk.loop, old_end=old_end)


def _carry_out_one(desk: Desk, asked: Asked) -> None:
    handler = HANDLERS.get(asked.name)
    if handler is None:
        raise CannotDo("unknown_operation", operation=asked.name)
    first = edits.storyline(desk.timeline) == edits.storyline(desk.before)
    claimed_from = desk.before
    before, old_end = desk.timeline, desk.end
    handler(desk, asked)
    settle(desk, old_end)
    if desk.before is not claimed_from:
        before = desk.before  # a file was claimed first: what counts is the timeline without it
    if desk.timeline == before:
        return
    miss = audit(Case(asked, before, desk.timeline, first))
    if miss is not None:
        _LOG.warning("%s did not come out as asked: %s", asked.name, miss)
        raise CannotDo("missed", operation=asked.name.replace("_", " "))


def _recall(desk: Desk, asked: Asked, versions: Mapping[int, Version], current: int) -> int:
    version = recalls.find_version(asked, versions, current)
    late = recalls.arrived(versions, current, version.number)
    timeline = version.timeline
    if late:
        timeline = place_uploads(
            timeline, {one: desk.assets[one] for one in late if one in desk.assets}, desk.studio
        )
    desk.restart(timeline)
    steps = int(asked.number("steps") or 1)
    keys = {"undo": "undone", "redo": "redone", "reset": "was_reset", "restore": "restored"}
    desk.did(keys[asked.name], steps=steps, before=asked.word("before") or "")
    desk.facts["version"] = version.number
    return version.number


def _clarification(asked: Asked) -> MustAsk:
    missing = asked.word("missing") or ""
    key = f"missing_{missing.split(',')[0].strip()}"
    known = (
        "range", "clip", "goal", "position", "part", "target", "text", "source", "time", "seconds", "amount", "style",
    )  # fmt: skip
    if key.removeprefix("missing_") not in known:
        return MustAsk("missing_other", missing=missing)
    return MustAsk(key, missing=missing)
