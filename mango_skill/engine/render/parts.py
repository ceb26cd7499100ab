"""What a render plan is made of: plain values that can be printed and compared. Pure.

Frames are output frames of the whole video unless said otherwise; samples are of the whole sound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from mango_skill.engine.render.grid import FrameSpan

Json = Any


@dataclass(frozen=True)
class Footage:
    """Moving pictures, their rate conformed to the output's after the speed was applied.

    Output frame ``first + i`` of its layer shows conformed frame ``start + i``; beyond either end of the file
    its edge frame is held.

    Attributes:
        asset: The file.
        start: Conformed frame shown first (last when reversed).
        count: How many conformed frames the layer's own slot shows.
        speed: Above 1 is faster.
        reverse: Shown from the last to the first.
        freeze: ``start`` is held.
    """

    asset: str
    start: int
    count: int
    speed: Fraction = Fraction(1)
    reverse: bool = False
    freeze: bool = False

    def frame(self, offset: int) -> int:
        """Return the conformed frame that is shown ``offset`` frames after the layer's first."""
        if self.freeze:
            return self.start
        return self.start + (self.count - 1 - offset if self.reverse else offset)


@dataclass(frozen=True)
class Still:
    """A photo."""

    asset: str


@dataclass(frozen=True)
class Solid:
    """One colour."""

    color: str


Material = Footage | Still | Solid


@dataclass(frozen=True)
class Box:
    """A rectangle in output pixels; all numbers even. It may stick out of the frame."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class Geometry:
    """How a source picture gets into its box.

    Attributes:
        keep: The part of the upright source that is used: left, top, width, height as fractions.
        degrees: Clockwise turn after that.
        mirror: Left and right swapped.
        upend: Top and bottom swapped.
        fill: The part of the turned picture that is used to fill the box, as fractions.
        box: Where it lands.
        backdrop: A blurred copy fills the rest of the frame.
    """

    box: Box
    keep: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    degrees: float = 0.0
    mirror: bool = False
    upend: bool = False
    fill: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    backdrop: bool = False


@dataclass(frozen=True)
class Stage:
    """One change of the picture on some frames."""

    kind: str
    parameters: Mapping[str, Json]
    span: FrameSpan


@dataclass(frozen=True)
class Layer:
    """One clip's picture on its own frames.

    Attributes:
        id: The clip's.
        span: Its slot; transitions show it beyond.
        material: What is shown.
        geometry: Where and how.
        stages: Changes in their order; movement last.
        opacity: 0 to 1.
        backing: What lies behind it when it is keyed: a layer of its own.
    """

    id: str
    span: FrameSpan
    material: Material
    geometry: Geometry
    stages: tuple[Stage, ...] = ()
    opacity: float = 1.0
    backing: Layer | None = None


@dataclass(frozen=True)
class Joint:
    """A transition: on ``span`` the pictures of two layers of its lane are mixed."""

    span: FrameSpan
    kind: str
    before: int
    after: int


@dataclass(frozen=True)
class Lane:
    """One track of pictures; ``main`` lanes paint the whole frame, others only what they show."""

    layers: tuple[Layer, ...]
    joints: tuple[Joint, ...] = ()
    main: bool = False


@dataclass(frozen=True)
class Words:
    """A text on the picture."""

    id: str
    span: FrameSpan
    text: str
    style: Mapping[str, Json] = field(default_factory=dict)
    caption: bool = False
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True)
class Cue:
    """A caption for a sidecar file; milliseconds."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Ramp:
    """A gain that holds from ``first`` to ``end`` (samples); outside of it is 1."""

    first: int
    end: int
    gain: float


@dataclass(frozen=True)
class Fade:
    """Sound rising from (or falling to) silence between two samples."""

    first: int
    end: int
    rising: bool


@dataclass(frozen=True)
class Treatment:
    """One change of the sound on some samples of the whole; ``end`` is exclusive."""

    kind: str
    parameters: Mapping[str, Json]
    first: int
    end: int


@dataclass(frozen=True)
class Piece:
    """A stretch of sound on the output.

    Attributes:
        id: The clip's.
        bus: original, voice, music or sfx.
        asset: The file, or empty when it is generated.
        generated: The kind of generated sound, or empty.
        parameters: Of the generated sound.
        first: Output sample at which it begins.
        count: Samples it lasts.
        start: Earliest second of the material that is heard; negative is silence before the file.
        speed: Above 1 is faster; the pitch stays.
        reverse: Played backwards.
        gain: Linear.
        ramp_in: Samples of the rise at its start.
        ramp_out: Samples of the fall at its end.
        ramps: Gains on ranges.
        fades: Slow rises and falls.
        treatments: Changes in their order.
        duck_db: How much lower it goes under speech; 0 for not at all.
    """

    id: str
    bus: str
    first: int
    count: int
    start: Fraction = Fraction(0)
    asset: str = ""
    generated: str = ""
    parameters: Mapping[str, Json] = field(default_factory=dict)
    speed: Fraction = Fraction(1)
    reverse: bool = False
    gain: float = 1.0
    ramp_in: int = 0
    ramp_out: int = 0
    ramps: tuple[Ramp, ...] = ()
    fades: tuple[Fade, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    duck_db: float = 0.0

    @property
    def end(self) -> int:
        return self.first + self.count


@dataclass(frozen=True)
class Score:
    """The whole sound.

    Attributes:
        rate: Samples a second.
        count: Samples in all.
        pieces: What is added up.
        silences: Ranges in which everything is muted.
        fades: Of the whole.
        lufs: Integrated loudness that is asked for, or None to leave it.
    """

    rate: int
    count: int
    pieces: tuple[Piece, ...] = ()
    silences: tuple[tuple[int, int], ...] = ()
    fades: tuple[Fade, ...] = ()
    lufs: float | None = None
