"""One clip's picture on any of its frames: read, conformed, changed and moved. Render process only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import hypot
from pathlib import Path
from typing import Final

from av import VideoFrame

from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.render.colour import COLOUR_KINDS
from mango_skill.engine.render.filters import (
    UPRIGHT,
    FrameFilter,
    Stance,
    backdrop_chain,
    conform_chain,
    frame_tone,
    is_ready,
    table_steps,
)
from mango_skill.engine.render.grid import FrameSpan
from mango_skill.engine.render.moves import Steadiness, closest, move
from mango_skill.engine.render.parts import Footage, Geometry, Layer, Solid, Stage, Still
from mango_skill.engine.render.planes import (
    CLEAR,
    Sheet,
    color_rgb,
    color_yuv,
    duplicate,
    lay,
    solid,
    views,
)
from mango_skill.engine.render.reels import (
    AnimationReel,
    FilmReel,
    Reel,
    load_still,
    picture_step,
    shown_before,
)
from mango_skill.engine.render.styles import stylize
from mango_skill.engine.render.touches import STEADY, TOUCHES, Moment, Touch, fade_share

MOVEMENT: Final = frozenset({"zoom", "pan", "stabilize"})
FADES: Final = frozenset({"fade_in", "fade_out"})
DEFAULT_KEY: Final = "#00d000"
_MOST_ENLARGED: Final = 2.5


@dataclass(frozen=True)
class Source:
    """A file of the project and its facts."""

    path: Path
    info: MediaInfo


@dataclass(frozen=True)
class Prepared:
    """What was found out before the first frame.

    Attributes:
        sources: Files by asset id.
        tables: Baked colour tables by the stages they stand for, per layer (empty id: the whole frame).
        steadiness: How to hold shaking layers still.
        tones: Tables for footage of high dynamic range or wide colour, by their names (see ``tones``).
        keys: The colours that are really behind those who stand before a coloured wall, as #rrggbb, per layer.
    """

    sources: Mapping[str, Source]
    tables: Mapping[tuple[str, int], Path] = field(default_factory=dict)
    steadiness: Mapping[str, Steadiness] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    tones: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """Neighbouring stages that are one step: colours that share a table, or a single touch."""

    stages: tuple[Stage, ...]

    @property
    def kind(self) -> str:
        return self.stages[0].kind

    @property
    def span(self) -> FrameSpan:
        return self.stages[0].span


def gather_runs(stages: tuple[Stage, ...]) -> tuple[Run, ...]:
    """Put colour stages that follow one another on the same frames together."""
    runs: list[list[Stage]] = []
    for stage in stages:
        last = runs[-1][-1] if runs else None
        if last and {last.kind, stage.kind} <= COLOUR_KINDS and last.span == stage.span:
            runs[-1].append(stage)
        else:
            runs.append([stage])
    return tuple(Run(tuple(run)) for run in runs)


class ReelRack:
    """Open files of one worker: a clip that ends leaves its reel to the next one of the same file."""

    def __init__(self, sources: Mapping[str, Source], threads: int) -> None:
        self._sources = sources
        self._threads = threads
        self._free: dict[tuple[str, bool], list[Reel]] = {}

    def take(self, asset: str, *, backwards: bool) -> Reel:
        waiting = self._free.get((asset, backwards))
        if waiting:
            return waiting.pop()
        source = self._sources[asset]
        if source.info.kind == "image":
            return AnimationReel(source.path, source.info)
        return FilmReel(source.path, source.info, backwards=backwards, threads=self._threads)

    def give_back(self, asset: str, reel: Reel, *, backwards: bool) -> None:
        self._free.setdefault((asset, backwards), []).append(reel)

    def close(self) -> None:
        for reels in self._free.values():
            for reel in reels:
                reel.close()
        self._free.clear()


class Changes:
    """A chain of runs applied to pictures; what a held picture became is remembered."""

    def __init__(self, owner: str, stages: tuple[Stage, ...], prepared: Prepared) -> None:
        self._owner = owner
        self._runs = gather_runs(stages)
        self._prepared = prepared
        self._filters: dict[tuple[str, ...], FrameFilter] = {}
        self._memory: dict[int, tuple[VideoFrame, VideoFrame]] = {}

    def apply(self, picture: VideoFrame, frame: int, whole: FrameSpan | None = None) -> VideoFrame:
        """Return the picture as it is on an output frame. Stages that cover ``whole`` hold beyond it too."""
        for number, run in enumerate(self._runs):
            if frame in run.span or (whole is not None and run.span == whole):
                picture = self._step(number, run, picture, frame)
        return picture

    def _step(self, number: int, run: Run, picture: VideoFrame, frame: int) -> VideoFrame:
        steady = run.kind in COLOUR_KINDS or run.kind in STEADY or run.kind == "chroma_key"
        remembered = self._memory.get(number)
        if steady and remembered is not None and remembered[0] is picture:
            return remembered[1]
        changed = self._change(number, run, picture, frame)
        if steady:
            self._memory[number] = (picture, changed)
        return changed

    def _change(self, number: int, run: Run, picture: VideoFrame, frame: int) -> VideoFrame:
        stage = run.stages[0]
        moment = Moment(frame, stage.span, stage.parameters, self._filters)
        if run.kind in COLOUR_KINDS:
            table = self._prepared.tables[self._owner, number]
            return moment.filter(picture, *table_steps(table, picture.format.name == CLEAR))
        if run.kind == "chroma_key":
            return _key(picture, moment, self._prepared.keys.get(self._owner))
        touch: Touch | None = stylize if run.kind == "stylize" else TOUCHES.get(run.kind)
        if touch is None:
            return picture
        changed = touch(picture, moment)
        if picture.format.name == CLEAR and changed.format.name != CLEAR:
            return _with_alpha(changed, picture)
        return changed


def _key(picture: VideoFrame, moment: Moment, found: str | None) -> VideoFrame:
    color = found or str(moment.parameters.get("color") or DEFAULT_KEY)
    _, green, blue = color_rgb(color)
    # A pale wall lies nearer to skin than a loud one: the reach is a share of its way to grey, in the filter's unit.
    y, u, v = color_yuv(color)
    similarity = max(0.02, min(0.18, 0.55 * hypot(u - 128, v - 128) / hypot(255, 255)))
    kind = "blue" if blue > green else "green"
    return moment.filter(
        picture,
        f"chromakey=color=0x{y:02x}{u:02x}{v:02x}:yuv=1:similarity={similarity:.3f}:blend={similarity / 3:.3f}",
        "format=rgba",
        f"despill=type={kind}",
        "scale=out_color_matrix=bt709:out_range=tv",
        "format=yuva420p",
    )


def _with_alpha(changed: VideoFrame, original: VideoFrame) -> VideoFrame:
    clear = VideoFrame(changed.width, changed.height, CLEAR)
    for target, source in zip(views(clear), [*views(changed)[:3], views(original)[3]], strict=True):
        target[:] = source
    return clear


class Player:
    """Plays one layer."""

    def __init__(
        self, layer: Layer, size: tuple[int, int], *, fps: Fraction, prepared: Prepared, rack: ReelRack
    ):
        self.layer = layer
        self._size = size
        self._fps = fps
        self._prepared = prepared
        self._rack = rack
        self._reel: Reel | None = None
        self._still: VideoFrame | None = None
        self._raw: VideoFrame | None = None
        self._conformed: VideoFrame | None = None
        self._behind: VideoFrame | None = None
        self._conform: FrameFilter | None = None
        self._backdrop: FrameFilter | None = None
        self._shape: tuple[int, int, str] | None = None
        rest = tuple(one for one in layer.stages if one.kind not in MOVEMENT and one.kind not in FADES)
        self._changes = Changes(layer.id, rest, prepared)
        self._moves = tuple(one for one in layer.stages if one.kind in MOVEMENT)
        self._fades = tuple(one for one in layer.stages if one.kind in FADES)
        self._geometry = _enlarged(layer, self._moves)
        self._backing: Player | None = None
        if layer.backing is not None:
            self._backing = Player(layer.backing, size, fps=fps, prepared=prepared, rack=rack)

    @property
    def _footage(self) -> Footage | None:
        return self.layer.material if isinstance(self.layer.material, Footage) else None

    def sheets(self, frame: int, *, covering: bool) -> list[Sheet]:
        """Return what this layer puts on the frame, lowest first.

        Args:
            frame: Output frame; beyond the layer's slot its neighbouring pictures (or its edge) are shown.
            covering: The layer stands for the whole frame (a storyline's): fades go to their colour. Else
                they make it transparent.
        """
        picture = self._picture(frame)
        whole = self.layer.span
        changed = self._changes.apply(picture, frame, whole)
        box = self.layer.geometry.box
        steadiness = self._prepared.steadiness.get(self.layer.id)
        changed = move(changed, self._moves, frame, size=(box.width, box.height), steadiness=steadiness)
        opacity = self.layer.opacity
        for fade in self._fades:
            if frame in fade.span:
                moment = Moment(frame, fade.span, fade.parameters, {})
                if covering:
                    changed = TOUCHES[fade.kind](changed, moment)
                else:
                    opacity *= 1 - fade_share(fade.kind, moment)
        sheets = []
        if self._behind is not None:
            sheets.append(self._faded_behind(frame) if covering else Sheet(self._behind))
        if self._backing is not None:
            sheets.extend(self._backing.sheets(frame, covering=True))
        sheets.append(Sheet(changed, box.left, box.top, opacity))
        return sheets

    def close(self) -> None:
        """Leave the file to others."""
        if self._reel is not None and self._footage is not None:
            self._rack.give_back(self._footage.asset, self._reel, backwards=self._footage.reverse)
            self._reel = None
        if self._backing is not None:
            self._backing.close()

    def _faded_behind(self, frame: int) -> Sheet:
        picture = self._behind
        assert picture is not None
        for fade in self._fades:
            if frame in fade.span:
                picture = TOUCHES[fade.kind](picture, Moment(frame, fade.span, fade.parameters, {}))
        return Sheet(picture)

    def _picture(self, frame: int) -> VideoFrame:
        raw = self._source_picture(frame)
        if raw is not self._raw or self._conformed is None:
            self._raw = raw
            self._conformed = self._conform_picture(raw)
        return self._conformed

    def _source_picture(self, frame: int) -> VideoFrame:
        material = self.layer.material
        if isinstance(material, Footage):
            if self._reel is None:
                self._reel = self._rack.take(material.asset, backwards=material.reverse)
            wanted = material.frame(frame - self.layer.span.first)
            step = picture_step(self._prepared.sources[material.asset].info)
            return self._reel.at(shown_before(wanted, self._fps, material.speed, step))
        if self._still is None:
            if isinstance(material, Still):
                source = self._prepared.sources[material.asset]
                self._still = load_still(source.path, source.info, room=_photo_room(self._geometry))
            else:
                self._still = self._solid(material)
        return self._still

    def _solid(self, material: Solid) -> VideoFrame:
        box = self.layer.geometry.box
        return solid(box.width, box.height, material.color)

    def _conform_picture(self, raw: VideoFrame) -> VideoFrame:
        material, geometry = self.layer.material, self._geometry
        if isinstance(material, Solid):
            return raw
        info = self._prepared.sources[material.asset].info
        # Photos and animations are loaded upright.
        stance = Stance(info.rotation, info.mirrored) if info.kind == "video" else UPRIGHT
        if is_ready(raw, geometry, stance, info.pixel_aspect == 1):
            return raw
        shape = (raw.width, raw.height, raw.format.name)
        if self._conform is None or shape != self._shape:
            self._shape = shape
            tone = self._prepared.tones.get(frame_tone(raw))
            self._conform = FrameFilter(conform_chain(raw, geometry, stance, tone=tone))
            if geometry.backdrop:
                behind = backdrop_chain(raw, geometry, stance, size=self._size, tone=tone)
                self._backdrop = FrameFilter(behind)
        if self._backdrop is not None:
            self._behind = self._backdrop.apply(raw)
        return self._conform.apply(raw)


def _photo_room(geometry: Geometry) -> tuple[int, int]:
    """How large all of a photo is when the part of it that is used fills its box."""
    used = min(geometry.keep[2], geometry.keep[3]) * min(geometry.fill[2], geometry.fill[3])
    return round(geometry.box.width / used), round(geometry.box.height / used)


def _enlarged(layer: Layer, moves: tuple[Stage, ...]) -> Geometry:
    """A photo that will be zoomed into is kept as large as it will be seen."""
    factor = min(_MOST_ENLARGED, closest(moves))
    if not isinstance(layer.material, Still) or factor <= 1:
        return layer.geometry
    box = layer.geometry.box
    wide, high = (round(side * factor / 2) * 2 for side in (box.width, box.height))
    return replace(layer.geometry, box=replace(box, width=wide, height=high))


def flatten(sheets: list[Sheet], size: tuple[int, int], ground: VideoFrame) -> Sheet:
    """Paint sheets on a background, or pass the only one on when it is the whole frame already."""
    last = sheets[-1] if sheets else None
    if last is not None and last.opaque and _covers(last, size):
        return Sheet(last.frame)
    base = duplicate(ground)
    for sheet in sheets:
        lay(base, sheet)
    return Sheet(base, owned=True)


def _covers(sheet: Sheet, size: tuple[int, int]) -> bool:
    return (sheet.left, sheet.top, sheet.frame.width, sheet.frame.height) == (0, 0, *size)
