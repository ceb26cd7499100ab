"""Whatever operations come in whatever order: the timeline stays whole, and there is an answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mango_skill.engine.director.audit import audit
from mango_skill.engine.director.cases import Case
from mango_skill.operations import CATALOG
from mango_skill.operations.kinds import Choice, Flag, Kind, ListOf, Number, OneOf, Record
from mango_skill.protocol import draft
from mango_skill.timeline import MediaKind, MediaReference
from mango_skill.timeline.check import check

if TYPE_CHECKING:
    from conftest import Project

WORDS = [
    "talk",
    "logo.png",
    "song",
    "cinematic",
    "top_left",
    "red",
    "all",
    "music",
    "video",
    "Hi there",
    "9:16",
    "up",
]
SMALL = st.one_of(st.integers(0, 12), st.floats(0, 12).map(lambda value: round(value, 2)))


def values(kind: Kind) -> st.SearchStrategy[Any]:
    """Values of a kind that are often sensible for a video of 12 s with three clips."""
    match kind:
        case Number(minimum, maximum, whole):
            low, high = minimum or 0, 1e4 if maximum is None else maximum
            near = SMALL.filter(lambda value: low <= value <= high and (not whole or value == int(value)))
            near = near.map(int) if whole else near
            anything = st.integers(int(low) + 1, max(int(low) + 1, int(min(high, 1e5))))
            return st.one_of(near, near, anything)
        case Choice(words):
            return st.sampled_from(words)
        case Flag():
            return st.booleans()
        case ListOf(item, fewest, most):
            return st.lists(values(item), min_size=fewest, max_size=min(most, max(fewest, 3)))
        case OneOf(kinds):
            return st.one_of(*(values(one) for one in kinds))
        case Record(fields):
            return st.fixed_dictionaries({name: values(one) for name, one in fields.items()})
        case _:
            return st.sampled_from(WORDS)


@st.composite
def operations(draw: st.DrawFn) -> dict[str, Any]:
    """Any operation with some of its parameters."""
    spec = CATALOG[draw(st.sampled_from(sorted(CATALOG)))]
    stated = [one for one in spec.parameters.values() if draw(st.booleans())]
    return {"op": spec.name, **{one.name: draw(values(one.kind)) for one in stated}}


@given(st.lists(st.lists(operations(), min_size=1, max_size=3), min_size=1, max_size=4))
@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_messages_leave_a_whole_timeline_and_an_answer(
    fresh: Callable[[], Project], footage: Callable[..., MediaReference], messages: list[list[dict[str, Any]]]
) -> None:
    project = fresh()
    project.upload(
        footage("talk.mp4", 6),
        footage("b.mp4", 4),
        footage("c.mp4", 2, has_audio=False),
        footage("logo.png", 0, kind=MediaKind.IMAGE),
        footage("song.mp3", 9, kind=MediaKind.AUDIO),
        footage("k.cube", 0, kind=MediaKind.LUT),
    )
    project.studio.pause_table |= {"talk.mp4": [(500, 1200), (3000, 3300)], "b.mp4": [(0, 400)]}
    for message in messages:
        before = project.timeline
        direction = project.do(*message)
        assert direction.text.strip()
        assert "{" not in direction.text.replace("{'", "")
        json.dumps([direction.report, direction.pending, [step.operation for step in direction.steps]])
        assert [problem for problem in check(project.timeline, project.assets) if problem.fatal] == []
        assert audit(Case(_nothing(), before, project.timeline, False)) is None
        assert draft.decode(json.loads(json.dumps(draft.encode(project.timeline)))) == project.timeline
        assert [step.operation for step in direction.steps if "did not come out" in step.note] == []
        if direction.asks:
            assert project.timeline == before


def _nothing() -> Any:
    from mango_skill.engine.director.asked import Asked

    return Asked("unmute", {})
