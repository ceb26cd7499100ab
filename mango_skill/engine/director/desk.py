"""Where one message is carried out: the timeline as it is now, and the way back to how it was before.

An operation's seconds and clip numbers are those before the message; the desk keeps a running map from
that time to the present, and from those numbers to the clips that stem from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from mango_skill.engine.director.asked import Asked, Json
from mango_skill.engine.director.outcomes import CannotDo, MustAsk
from mango_skill.engine.director.seams import Studio
from mango_skill.engine.director.songs import find_loop
from mango_skill.timeline import Canvas, Clip, MediaReference, Timeline, TimeRange, edits
from mango_skill.timeline.edits import Arranged, TimeMap

SHORTEST_RESULT_MS = 40
"""Less than one frame of picture is no video."""


@dataclass
class Desk:
    """One message in progress.

    Attributes:
        timeline: As it is now.
        before: As it was before the message.
        map: From time before the message to the present.
        origins: Clip id now -> clip id before the message.
        numbered: The clips' ids in the order of the numbers that the user means.
        facts: What the report will say.
        clauses: What was done, in the user's words, one for each carried out operation.
        asides: Defaults that were taken, one short clause each.
    """

    timeline: Timeline
    assets: Mapping[str, MediaReference]
    studio: Studio
    message: str = ""
    recipes: tuple[str, ...] = ()
    before: Timeline = field(init=False)
    map: TimeMap = field(init=False)
    origins: dict[str, str] = field(init=False)
    numbered: tuple[str, ...] = field(init=False)
    renumbered: bool = False
    facts: dict[str, Json] = field(default_factory=dict)
    clauses: list[tuple[str, dict[str, Json]]] = field(default_factory=list)
    asides: list[tuple[str, dict[str, Json]]] = field(default_factory=list)
    passages: tuple[int, ...] = ()
    count: int = 0

    def __post_init__(self) -> None:
        self.restart(self.timeline)

    def restart(self, timeline: Timeline) -> None:
        """Take a timeline as the one before the message (after an undo, or when footage was placed)."""
        self.timeline = self.before = timeline
        clips = edits.storyline(timeline)
        self.map = TimeMap.identity(clips[-1].range.end if clips else 0)
        self.origins = {clip.id: clip.id for clip in clips}
        self.numbered = tuple(clip.id for clip in clips)
        self.count = len(clips)
        self.renumbered = False

    # What is there -----------------------------------------------------------------------------------

    @property
    def clips(self) -> tuple[Clip, ...]:
        """The storyline now."""
        return edits.storyline(self.timeline)

    @property
    def end(self) -> int:
        """Where the storyline ends now."""
        return self.clips[-1].range.end if self.clips else 0

    @property
    def old_end(self) -> int:
        """Where the storyline ended before the message."""
        return self.map.old_end

    @property
    def canvas(self) -> Canvas:
        """The frame."""
        return self.timeline.canvas or Canvas()

    def need_clips(self) -> tuple[Clip, ...]:
        """Return the storyline; without one there is nothing to edit."""
        if not self.clips:
            raise CannotDo("no_footage")
        return self.clips

    def loop(self, asset: str) -> edits.Loop | None:
        """Return how a music file goes on for longer than it is; None for one that is not there."""
        return find_loop(self.assets, self.studio, asset)

    # Changes -----------------------------------------------------------------------------------------

    def apply(self, arranged: Arranged, *, renumber: bool = False) -> None:
        """Take over an edit in time. ``renumber``: it made clips, whose numbers count from now on."""
        clips = edits.storyline(arranged.timeline)
        if not clips or clips[-1].range.end < SHORTEST_RESULT_MS:
            raise CannotDo("nothing_left")
        self.timeline = arranged.timeline
        self.map = self.map.then(arranged.map)
        lineage = {clip.id: arranged.lineage.get(clip.id, clip.id) for clip in clips}
        self.origins = {new: self.origins.get(old, old) for new, old in lineage.items()}
        if renumber:
            self.renumbered = True
        if self.renumbered:
            self.origins = {clip.id: clip.id for clip in clips}
            self.numbered = tuple(clip.id for clip in clips)

    def did(self, key: str, **facts: Json) -> None:
        """Note what was done; clip numbers are said as numbers."""
        for name in ("number", "to", "a", "b"):
            if facts.get(name) == "last":
                facts[name] = self.count
        self.clauses.append((key, facts))

    def did_there(self, asked: Asked, key: str, **facts: Json) -> None:
        """Note what was done, and to which clip or range of time."""
        if asked.value("clip") is not None:
            number = asked.value("clip")
            facts["there"] = {"clip": self.count if number == "last" else number}
        elif asked.has("start", "end", "start_percent", "end_percent"):
            part = self.old_range(asked)
            facts["there"] = None if part is None else {"start": part.start, "end": part.end}
        self.did(key, **facts)

    def aside(self, key: str, **facts: Json) -> None:
        """Note a default that was taken."""
        if (key, facts) not in self.asides:
            self.asides.append((key, facts))

    # Time ----------------------------------------------------------------------------------------------

    def place_of(self, at: int) -> int:
        """Return where an instant before the message lies now."""
        return self.end if at >= self.old_end else self.map.point(at)

    def runs(self, old: TimeRange) -> tuple[TimeRange, ...]:
        """Return where a range before the message lies now; empty when it was cut out."""
        return tuple(run for run in self.map.runs(old) if run.duration > 0)

    def runs_of(self, asked: Asked, old: TimeRange) -> tuple[TimeRange, ...]:
        """As ``runs``, within the clip that an operation names: a clip that plays twice is only changed once."""
        chosen = self.chosen(asked) if asked.value("clip") is not None else None
        if chosen is None:
            return self.runs(old)
        parts = (clip.range.intersection(run) for run in self.runs(old) for clip in chosen)
        return edits.join(part for part in parts if part is not None)

    def stretch(self, start: int, end: int) -> TimeRange:
        """Return one present range for something that is to be seen from ``start`` to ``end``.

        A range that the message has cut out means the time of the result (\"keep 1:00 to 1:30, title from
        0 to 3\").
        """
        if end <= start:
            raise CannotDo("empty_range", start=start, end=end)
        runs = self.runs(TimeRange.between(start, end))
        if runs:
            return TimeRange.between(runs[0].start, max(run.end for run in runs))
        if start >= self.end:
            raise CannotDo("beyond_end", at=start, length=self.old_end)
        return TimeRange.between(start, min(end, self.end))

    def old_range(self, asked: Asked) -> TimeRange | None:
        """Return the range that an operation names, before the message; None when it names none.

        Seconds, percents and frames are understood; with a clip they count from the clip's start.
        """
        base = self.old_base(asked)
        start = self._edge(asked, "start", base)
        end = self._edge(asked, "end", base)
        if start is None and end is None:
            return None
        low = base.start + (start or 0)
        high = base.end if end is None else base.start + end
        if high <= low:
            raise CannotDo("empty_range", start=low - base.start, end=high - base.start)
        if low >= base.end:
            raise CannotDo("beyond_end", at=low - base.start, length=base.duration)
        return TimeRange.between(low, min(high, base.end))

    def old_base(self, asked: Asked) -> TimeRange:
        """Return the range, before the message, in which an operation's seconds count: a clip's or all."""
        if asked.value("clip") is None:
            return TimeRange(0, self.old_end)
        (identity,) = self.numbers_to_ids([asked.value("clip")])
        found = [clip for clip in edits.storyline(self.before) if clip.id == identity]
        if found and not self.renumbered:
            return found[0].range
        now = next(clip for clip in self.clips if clip.id == identity)
        # A clip that this message made: its time is the present's, brought back to before the message.
        spans = [span for span in self.map.spans if span.new.overlaps(now.range) and span.old.duration]
        if not spans:
            raise CannotDo("no_such_range")
        edges = (spans[0].back(max(now.range.start, spans[0].new.start)), spans[-1].back(now.range.end))
        return TimeRange.between(min(edges), max(edges))

    def _edge(self, asked: Asked, which: str, base: TimeRange) -> int | None:
        plain = asked.ms(which)
        if plain is not None:
            return plain
        percent = asked.number(f"{which}_percent")
        if percent is not None:
            return round(base.duration * percent / 100)
        frame = asked.number(f"{which}_frame")
        if frame is None:
            return None
        stated = asked.number("fps")
        rate = Fraction(stated).limit_denominator(1001) if stated else self.canvas.fps
        return int(Fraction(round(frame)) * 1000 / rate + Fraction(1, 2))

    # Clips ---------------------------------------------------------------------------------------------

    def numbers_to_ids(self, numbers: Iterable[Json]) -> list[str]:
        """Return the ids (before the message) of clip numbers; ``last`` is the last.

        Raises:
            CannotDo: There is no clip of that number.
        """
        ids: list[str] = []
        for number in numbers:
            place = len(self.numbered) if number == "last" else number
            if isinstance(place, float) and place.is_integer():
                place = int(place)
            if not isinstance(place, int) or not 1 <= place <= len(self.numbered):
                raise CannotDo("no_such_clip", number=number, count=len(self.numbered))
            ids.append(self.numbered[place - 1])
        return ids

    def pieces_of(self, identity: str) -> list[Clip]:
        """Return the clips of now that stem from a clip before the message."""
        return [clip for clip in self.clips if self.origins.get(clip.id) == identity]

    def chosen(self, asked: Asked, name: str = "clip") -> list[Clip] | None:
        """Return the clips that ``clip`` or ``clips_except`` names; None when neither is stated."""
        if asked.has("clips_except"):
            spared = set(self.numbers_to_ids(asked.items("clips_except")))
            return [clip for clip in self.clips if self.origins.get(clip.id) not in spared]
        if asked.value(name) is None:
            return None
        number = asked.value(name)
        (identity,) = self.numbers_to_ids([number])
        found = self.pieces_of(identity)
        if not found:
            raise CannotDo("clip_is_gone", number=number)
        return found

    def one_clip(self, asked: Asked, name: str = "clip") -> list[Clip]:
        """Return the clip that is meant; asks when there are several and none was named."""
        found = self.chosen(asked, name)
        if found is not None:
            return found
        clips = self.need_clips()
        if len(self.numbered) == 1:
            return list(clips)
        raise MustAsk("which_clip", missing=name, count=len(self.numbered))

    def change_clips(self, ids: Iterable[str], **changes: Json) -> None:
        """Set fields of clips on any track."""
        wanted = set(ids)
        self.timeline = edits.change_clips(self.timeline, wanted, lambda clip: replace(clip, **changes))


@dataclass(frozen=True)
class Saved:
    """Everything of a desk that an operation may change, to take the operation back."""

    values: Mapping[str, Json]

    @classmethod
    def of(cls, desk: Desk) -> Saved:
        """Remember how the desk is now."""
        names = ("timeline", "before", "map", "numbered", "renumbered", "passages", "count")
        kept = {name: getattr(desk, name) for name in names}
        kept["origins"] = dict(desk.origins)
        kept["facts"] = dict(desk.facts)
        kept["clauses"] = list(desk.clauses)
        kept["asides"] = list(desk.asides)
        return cls(kept)

    def restore(self, desk: Desk) -> None:
        """Put everything back."""
        for name, value in self.values.items():
            setattr(desk, name, value)
