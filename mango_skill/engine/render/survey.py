"""Looks at the footage before the first frame: colour tables and steadiness for those clips that need them.

Render process only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
from av import VideoFrame
from numpy.typing import NDArray

from mango_skill.engine.render.colour import COLOUR_KINDS, Measured, bake, find_key, measure, write_cube
from mango_skill.engine.render.composer import WHOLE
from mango_skill.engine.render.moves import Steadiness, steady
from mango_skill.engine.render.parts import Footage, Layer, Stage, Still
from mango_skill.engine.render.plan import RenderPlan
from mango_skill.engine.render.planes import color_rgb
from mango_skill.engine.render.players import (
    DEFAULT_KEY,
    FADES,
    MOVEMENT,
    Prepared,
    ReelRack,
    Source,
    gather_runs,
)
from mango_skill.engine.render.reels import load_still, picture_step, shown_before
from mango_skill.engine.render.scratch import Scratch
from mango_skill.engine.render.tones import bake_tone, find_tone

_SAMPLES: Final = 9
_LOOK_WIDTH: Final = 96
_STEADY_WIDTH: Final = 192
_ADAPTING: Final = frozenset({"auto_color", "white_balance"})


@dataclass(frozen=True)
class _Look:
    """What every look at footage is taken with."""

    fps: Fraction
    sources: Mapping[str, Source]
    check: Callable[[], None]


def survey(
    plan: RenderPlan,
    sources: Mapping[str, Source],
    scratch: Scratch,
    check: Callable[[], None] = lambda: None,
) -> Prepared:
    """Find out what the plan needs to know of its footage.

    Args:
        plan: What will be rendered.
        sources: The files by asset id.
        scratch: Names files for colour tables.
        check: Called for every clip and picture; raises when the render is cancelled.
    """
    look = _Look(plan.profile.fps, sources, check)
    tables: dict[tuple[str, int], Path] = {}
    steadiness: dict[str, Steadiness] = {}
    keys: dict[str, str] = {}
    cubes = {asset: one.path for asset, one in sources.items() if one.info.kind == "lut"}
    owners: list[tuple[str, tuple[Stage, ...], Layer | None]] = [(WHOLE, _frame_stages(plan), None)]
    for lane in plan.lanes:
        for layer in lane.layers:
            rest = tuple(one for one in layer.stages if one.kind not in MOVEMENT and one.kind not in FADES)
            owners.append((layer.id, rest, layer))
            still = next((one for one in layer.stages if one.kind == "stabilize"), None)
            if still is not None and isinstance(layer.material, Footage):
                steadiness[layer.id] = _steady(layer, still, look)
            key = next((one for one in layer.stages if one.kind == "chroma_key"), None)
            wall = _wall(layer, key, look) if key else None
            if wall:
                keys[layer.id] = wall
    for owner, stages, shown in owners:
        for number, run in enumerate(gather_runs(stages)):
            if run.kind not in COLOUR_KINDS:
                continue
            adapting = any(stage.kind in _ADAPTING for stage in run.stages)
            known = _measure(shown, look) if adapting and shown else Measured()
            path = scratch.path(f"table-{len(tables)}.cube")
            write_cube(bake(run.stages, known, cubes), path)
            tables[owner, number] = path
    return Prepared(sources, tables, steadiness, keys, _tones(plan, sources, scratch))


def _tones(plan: RenderPlan, sources: Mapping[str, Source], scratch: Scratch) -> dict[str, Path]:
    """Write a table for each dynamic range and gamut that the footage has and screens have not."""
    layers = [one for lane in plan.lanes for layer in lane.layers for one in (layer, layer.backing) if one]
    used = {one.material.asset for one in layers if isinstance(one.material, Footage)}
    facts = [sources[asset].info for asset in used if asset in sources]
    tones: dict[str, Path] = {}
    for name in sorted({find_tone(info.primaries, info.transfer) for info in facts} - {""}):
        tones[name] = scratch.path(f"tone-{name}.cube")
        write_cube(bake_tone(name), tones[name])
    return tones


def _frame_stages(plan: RenderPlan) -> tuple[Stage, ...]:
    apart = MOVEMENT | FADES | {"progress_bar"}
    return tuple(one for one in plan.finish if one.kind not in apart)


def _measure(layer: Layer, look: _Look) -> Measured:
    return measure([_small(one, _LOOK_WIDTH, "rgb24") for one in _samples(layer, look)])


def _wall(layer: Layer, key: Stage, look: _Look) -> str | None:
    named = color_rgb(str(key.parameters.get("color") or DEFAULT_KEY))
    found = find_key([_small(one, _LOOK_WIDTH, "rgb24") for one in _samples(layer, look)], named)
    return f"#{found[0]:02x}{found[1]:02x}{found[2]:02x}" if found else None


def _samples(layer: Layer, look: _Look) -> Iterator[VideoFrame]:
    if isinstance(layer.material, Still):
        source = look.sources[layer.material.asset]
        yield load_still(source.path, source.info, room=(4 * _LOOK_WIDTH, 4 * _LOOK_WIDTH))
    elif isinstance(layer.material, Footage):
        step = max(1, layer.span.count // _SAMPLES)
        yield from _pictures(layer.material, range(0, layer.span.count, step), look)


def _pictures(footage: Footage, offsets: range, look: _Look) -> Iterator[VideoFrame]:
    rack = ReelRack(look.sources, 0)
    reel = rack.take(footage.asset, backwards=False)
    step = picture_step(look.sources[footage.asset].info)
    try:
        wanted = [footage.frame(offset) for offset in offsets]
        for place in sorted(wanted):
            look.check()
            yield reel.at(shown_before(place, look.fps, footage.speed, step))
    finally:
        reel.close()


def _steady(layer: Layer, stage: Stage, look: _Look) -> Steadiness:
    footage = layer.material
    assert isinstance(footage, Footage)
    every = range(layer.span.count)
    luma = [_small(one, _STEADY_WIDTH, "gray") for one in _pictures(footage, every, look)]
    if footage.reverse:
        luma.reverse()
    percent = stage.parameters.get("percent", 60)
    amount = float(percent) if isinstance(percent, (int, float)) else 60.0
    return steady(luma, layer.span.first, float(look.fps), amount)


def _small(frame: VideoFrame, width: int, kind: str) -> NDArray[np.uint8]:
    height = max(2, round(frame.height * width / frame.width / 2) * 2)
    small = frame.reformat(width=width, height=height, format=kind)
    return np.asarray(small.to_ndarray(), dtype=np.uint8)
