"""One picture of the video as a file: exactly the frame that a viewer sees at an instant. Render process only."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import floor
from pathlib import Path
from typing import Any, Final

from av import VideoFrame
from PIL import Image

from mango_skill.engine.render.composer import Composer
from mango_skill.engine.render.grid import FrameSpan
from mango_skill.engine.render.losses import find_losses
from mango_skill.engine.render.parts import Lane
from mango_skill.engine.render.plan import RenderPlan, no_picture
from mango_skill.engine.render.players import Source
from mango_skill.engine.render.scratch import Scratch
from mango_skill.engine.render.survey import survey

_JPEG_QUALITY: Final = {"source": 96, "high": 92, "small": 80}


def save_still(
    plan: RenderPlan,
    sources: Mapping[str, Source],
    output: Path,
    *,
    at_ms: int | None,
    form: str,
    check: Callable[[], None],
) -> dict[str, Any]:
    """Write the picture of an instant, under the final name only when complete; return its facts.

    Args:
        plan: Of the whole video.
        sources: Its files by asset id.
        output: Where the picture goes.
        at_ms: The instant, below 0 counted from the end; the middle of the video when None.
        form: ``jpg`` or ``png``.
        check: Raises when nobody wants it any more.

    Raises:
        RenderError: ``nothing_to_render``: the video has no picture.
        MediaError: A source is gone or can't be read.
        OSError: It can't be written.
    """
    if not any(lane.layers for lane in plan.lanes):
        raise no_picture()
    number = plan.frames // 2 if at_ms is None else floor(at_ms * plan.profile.fps / 1000)
    if number < 0:
        number += plan.frames
    number = max(0, min(plan.frames - 1, number))
    partial = output.with_name(f".{output.name}.part")
    scratch = Scratch(partial)
    try:
        check()
        shown = narrow(plan, number)
        composer = Composer(shown, survey(shown, sources, scratch), threads=0)
        try:
            picture = _to_picture(composer.frame(number))
        finally:
            composer.close()
        check()
        _save(picture, partial, form=form, quality=_JPEG_QUALITY[plan.profile.quality])
        os.replace(partial, output)
    finally:
        scratch.clear()
    instant = round(number / plan.profile.fps * 1000)
    shown_words = [one for one in plan.words if number in one.span]
    notes = [*plan.notes, *find_losses(shown_words, (plan.profile.width, plan.profile.height))]
    if at_ms is None:
        notes.append(f"this is the picture at {instant / 1000:g} s, the middle; name an instant for another")
    return {
        "size": output.stat().st_size,
        "width": picture.width,
        "height": picture.height,
        "at": instant,
        "notes": notes,
    }


def narrow(plan: RenderPlan, frame: int) -> RenderPlan:
    """Return the plan with only those layers that ``frame`` shows, so that no other footage is looked at."""
    around = FrameSpan(frame, 1)
    return replace(plan, lanes=tuple(_narrow_lane(lane, around) for lane in plan.lanes))


def _narrow_lane(lane: Lane, around: FrameSpan) -> Lane:
    joints = [joint for joint in lane.joints if joint.span.clipped(around).count]
    needed = {number for joint in joints for number in (joint.before, joint.after)}
    needed |= {number for number, layer in enumerate(lane.layers) if layer.span.clipped(around).count}
    kept = sorted(needed)
    place = {number: index for index, number in enumerate(kept)}
    return replace(
        lane,
        layers=tuple(lane.layers[number] for number in kept),
        joints=tuple(
            replace(joint, before=place[joint.before], after=place[joint.after]) for joint in joints
        ),
    )


def _to_picture(frame: VideoFrame) -> Image.Image:
    matrix: dict[str, Any] = (
        {} if frame.format.is_rgb else {"src_colorspace": "ITU709", "src_color_range": "MPEG"}
    )
    return Image.fromarray(frame.reformat(format="rgb24", **matrix).to_ndarray())


def _save(picture: Image.Image, path: Path, *, form: str, quality: int) -> None:
    if form == "png":
        picture.save(path, "PNG", compress_level=4)
    else:
        picture.save(path, "JPEG", quality=quality, subsampling=0 if quality > 90 else 2, optimize=True)
