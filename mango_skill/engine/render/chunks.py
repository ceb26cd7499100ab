"""Where the video is divided so that it can be made on several cores at once. Pure."""

from __future__ import annotations

from itertools import pairwise
from math import ceil

from mango_skill.engine.render.grid import FrameSpan
from mango_skill.engine.render.plan import RenderPlan

# What a worker has encoded waits in memory until its turn to be written. But each beginning puts the encoder's
# keyframes elsewhere, which on noisy footage changes the size of all pictures up to the next one: few are best.
_LONGEST_S = 60
# Below this starting a second encoder costs more than it brings.
_SHORTEST_S = 2
_SNAP = 0.05


def divide(plan: RenderPlan, workers: int) -> tuple[FrameSpan, ...]:
    """Return the stretches of frames that are encoded apart, in order.

    They are about equally long, as many as the workers or a multiple of it, and begin at a cut when one is near:
    there no file has to be read twice.
    """
    frames, fps = plan.frames, float(plan.profile.fps)
    if workers <= 1 or frames < 2 * _SHORTEST_S * fps:
        return _long_stretches(frames, fps) if frames > _LONGEST_S * fps else (FrameSpan(0, frames),)
    rounds = max(1, ceil(frames / (workers * _LONGEST_S * fps)))
    count = min(workers * rounds, max(1, int(frames / (_SHORTEST_S * fps))))
    length = frames / count
    cuts = _cuts(plan)
    edges = [0]
    for number in range(1, count):
        wanted = round(number * length)
        near = [cut for cut in cuts if abs(cut - wanted) <= length * _SNAP and cut > edges[-1]]
        edges.append(min(near, key=lambda cut: abs(cut - wanted), default=wanted))
    edges.append(frames)
    return tuple(FrameSpan(first, end - first) for first, end in pairwise(edges) if end > first)


def _long_stretches(frames: int, fps: float) -> tuple[FrameSpan, ...]:
    step = round(_LONGEST_S * fps)
    return tuple(FrameSpan(first, min(step, frames - first)) for first in range(0, frames, step))


def _cuts(plan: RenderPlan) -> list[int]:
    """Frames at which the storyline's picture changes without a transition."""
    busy = [joint.span for lane in plan.lanes for joint in lane.joints]
    return sorted(
        {
            layer.span.first
            for lane in plan.lanes
            if lane.main
            for layer in lane.layers
            if not any(layer.span.first in span or layer.span.first == span.end for span in busy)
        }
    )
