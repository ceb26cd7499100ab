"""A studio that answers from tables, a history in a list, and footage that exists only as facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pytest

from mango_skill.engine.director import Cue, Direction, Version, direct, place_uploads
from mango_skill.engine.director.asked import Asked
from mango_skill.engine.director.reading import Reading
from mango_skill.engine.media import catalogue
from mango_skill.errors import MediaError
from mango_skill.timeline import Clip, Effect, MediaKind, MediaReference, Role, Timeline, TrackKind, edits

Json = Any


def describe(
    identity: str, seconds: float, *, kind: MediaKind = MediaKind.VIDEO, **facts: Any
) -> MediaReference:
    """Describe a file; its name is its id unless told otherwise."""
    values: dict[str, Any] = {
        "name": identity,
        "kind": kind,
        "duration": round(seconds * 1000),
        "width": 1280,
        "height": 720,
        "fps": Fraction(30),
        "has_audio": kind in (MediaKind.VIDEO, MediaKind.AUDIO),
        "has_video": kind is MediaKind.VIDEO,
        **facts,
    }
    return MediaReference(identity, **values)


@dataclass
class TableStudio:
    """Answers from what the test put in."""

    pause_table: dict[str, Sequence[tuple[int, int]]] = field(default_factory=dict)
    scene_table: dict[str, Sequence[int]] = field(default_factory=dict)
    cue_table: dict[str, Sequence[Cue]] = field(default_factory=dict)
    loop_table: dict[str, edits.Loop] = field(default_factory=dict)
    broken: bool = False
    asked: list[Mapping[str, Json]] = field(default_factory=list)

    def pauses(self, asset: str, **wishes: Any) -> Sequence[tuple[int, int]]:
        if self.broken:
            raise MediaError("The sound can't be decoded.")
        self.asked.append(wishes)
        return self.pause_table.get(f"{asset}:{wishes.get('strength')}", self.pause_table.get(asset, ()))

    def beats(self, asset: str) -> Sequence[int]:
        return range(0, 600_000, 500)

    def loop(self, asset: str) -> edits.Loop | None:
        if self.broken:
            raise MediaError("The sound can't be decoded.")
        return self.loop_table.get(asset)

    def bed_beats(self, mood: str, duration_ms: int) -> Sequence[int]:
        return catalogue.beats(mood, duration_ms)

    def mood(self, words: str) -> tuple[str, bool]:
        return catalogue.mood_for(words)

    def loudness(self, asset: str) -> float | None:
        return -23.0

    def scenes(self, asset: str) -> Sequence[int]:
        return self.scene_table.get(asset, ())

    def cues(self, asset: str) -> Sequence[Cue]:
        return self.cue_table.get(asset, ())


@dataclass
class Project:
    """A session as the engine keeps it: timeline, files, versions, and the open question."""

    assets: dict[str, MediaReference] = field(default_factory=dict)
    studio: TableStudio = field(default_factory=TableStudio)
    timeline: Timeline = field(default_factory=Timeline)
    stored: list[Version] = field(default_factory=list)
    current: int = 0
    pending: Mapping[str, Json] | None = None
    language: str = "en"

    def versions(self) -> Sequence[Version]:
        return self.stored

    def upload(self, *media: MediaReference) -> None:
        self.assets |= {one.id: one for one in media}
        placed = place_uploads(self.timeline, {one.id: one for one in media}, self.studio)
        self._store("", (), placed, self.current)

    def do(
        self, *operations: Mapping[str, Json], message: str = "exact", recipes: tuple[str, ...] = ()
    ) -> Direction:
        """Carry exact operations out as one message."""
        asked = tuple(
            Asked(str(one["op"]), {name: value for name, value in one.items() if name != "op"})
            for one in operations
        )
        return self._turn(message, lambda _: Reading(asked, recipes))

    def say(self, message: str) -> Direction:
        """Send words."""
        return self._turn(message, None)

    def lengths(self) -> list[tuple[str, int]]:
        """Names and lengths of the storyline's clips."""
        main = self.timeline.main
        return [(clip.name, clip.range.duration) for clip in main.clips] if main else []

    def sources(self) -> list[tuple[int, int]]:
        """Which parts of their files the storyline's clips show."""
        main = self.timeline.main
        return [(clip.source.start, clip.source.end) for clip in main.clips if clip.source] if main else []

    def clips_of(self, role: Role) -> list[Clip]:
        """The clips of a role."""
        return [clip for track in self.timeline.role(role) for clip in track.clips]

    def effects(self, kind: str) -> list[Effect]:
        """The effects of a kind, wherever they stand."""
        found = list(self.timeline.effects)
        for track in self.timeline.tracks:
            found += [*track.effects, *(one for clip in track.clips for one in clip.effects)]
        return [one for one in found if one.kind == kind]

    def texts(self) -> list[tuple[str | None, int, int]]:
        """What is written on the picture, and when."""
        return [
            (clip.text, clip.range.start, clip.range.end)
            for track, clip in self.timeline.clips()
            if track.kind is TrackKind.TEXT
        ]

    def _turn(self, message: str, understand: Callable[[str], Reading] | None) -> Direction:
        more: dict[str, Any] = {} if understand is None else {"understand": understand}
        direction = direct(
            message,
            timeline=self.timeline,
            assets=self.assets,
            studio=self.studio,
            history=self,
            language=self.language,
            pending=self.pending,
            **more,
        )
        self.pending = direction.pending
        parent, before = self.current, self.timeline
        if direction.version_move is not None:
            parent = direction.version_move
            before = next((one.timeline for one in self.stored if one.number == parent), Timeline())
        if direction.timeline == before:
            self.current, self.timeline = parent, before
        else:
            operations = tuple(step.operation for step in direction.steps if step.ok)
            self._store(message, operations, direction.timeline, parent)
        return direction

    def _store(
        self, message: str, operations: tuple[Mapping[str, Json], ...], timeline: Timeline, parent: int
    ) -> None:
        number = len(self.stored) + 1
        self.stored.append(Version(number, parent, message, operations, timeline))
        self.timeline, self.current = timeline, number


@pytest.fixture
def project() -> Project:
    """An empty project."""
    return Project()


@pytest.fixture
def talk(project: Project) -> Project:
    """One clip of 20 s with speech."""
    project.upload(describe("talk.mp4", 20))
    project.studio.pause_table["talk.mp4"] = [(2000, 3000), (7000, 7600), (12000, 14000), (19000, 20000)]
    return project


@pytest.fixture
def three(project: Project) -> Project:
    """Three clips: 10 s, 6 s and 4 s."""
    project.upload(describe("a.mp4", 10), describe("b.mp4", 6), describe("c.mp4", 4))
    return project


@pytest.fixture
def footage() -> Callable[..., MediaReference]:
    """Describes a file: ``footage("a.mp4", 10)`` has ten seconds."""
    return describe


@pytest.fixture
def fresh() -> Callable[[], Project]:
    """Makes empty projects, for tests that need one for each example."""
    return Project
