"""Every picture operation that is plain media work is seen in the file: where it was asked for, and nowhere else.

Two clips of two seconds (pictures 0 to 49 and 500 to 549) go through the director, the plan and a render.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mango_skill.engine.director import direct, place_uploads
from mango_skill.engine.director.asked import Asked
from mango_skill.engine.director.reading import Reading
from mango_skill.operations import CATALOG
from mango_skill.timeline import MediaKind, MediaReference, Timeline
from tests.engine.render.footage import (
    Cut,
    Pixels,
    Room,
    draw_number,
    save_image,
    write_film,
)

FIRST, SECOND, THIRD = [*range(50)], [*range(500, 550)], [*range(700, 750)]
Measure = Callable[[Cut, Cut], bool]
Operation = Mapping[str, Any]


class _Silent:
    """A studio and a history that know nothing: none of these operations asks."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: ()


@pytest.fixture(scope="module")
def stage(shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Room:
    files = {
        "a.mp4": write_film(shelf / "op-a.mp4", [draw_number(number) for number in FIRST]),
        "b.mp4": write_film(shelf / "op-b.mp4", [draw_number(number) for number in SECOND]),
        "c.mp4": write_film(shelf / "op-c.mp4", [draw_number(number) for number in THIRD]),
        "green.png": save_image(shelf / "op-green.png", np.full((90, 160, 3), (20, 200, 20), np.uint8)),
    }
    cube = shelf / "op-red.cube"
    corners = [f"{1 if red else 0.6} {green * 0.2} {blue * 0.2}" for blue in (0, 1) for green in (0, 1) for red in (0, 1)]  # fmt: skip
    cube.write_text("LUT_3D_SIZE 2\n" + "\n".join(corners), encoding="utf-8")
    return Room(tmp_path_factory.mktemp("operations"), {**files, "red.cube": cube})


def describe(room: Room) -> dict[str, MediaReference]:
    return {
        name: MediaReference(
            name,
            name,
            MediaKind(info.kind),
            duration=info.duration_ms,
            width=info.width,
            height=info.height,
            fps=info.fps,
            has_video=info.has_video,
        )
        for name, info in room.media.items()
    }


def draft(room: Room) -> Timeline:
    films = {name: media for name, media in describe(room).items() if name in ("a.mp4", "b.mp4")}
    return place_uploads(Timeline(), films)


def carried_out(room: Room, *operations: Operation) -> Timeline:
    """Return the draft after operations, which the director must have accepted."""
    asked = tuple(
        Asked(one["op"], {name: value for name, value in one.items() if name != "op"}) for one in operations
    )
    direction = direct(
        "exact",
        timeline=draft(room),
        assets=describe(room),
        studio=_Silent(),
        history=_Silent(),
        understand=lambda _: Reading(asked, ()),
    )
    assert [step.ok for step in direction.steps] == [True] * len(operations), direction.text
    return direction.timeline


@pytest.fixture(scope="module")
def untouched(stage: Room) -> Cut:
    return stage.render(draft(stage))


def shows(*numbers: int) -> Measure:
    return lambda cut, _: cut.numbers == list(numbers)


def apart(one: Pixels, other: Pixels) -> float:
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


def changes_within(start: float, end: float, becomes: Callable[[Pixels, Pixels], bool]) -> Measure:
    """On all frames of a range the picture becomes something else; on all others it stays."""

    def measure(cut: Cut, before: Cut) -> bool:
        if len(cut.pictures) != len(before.pictures):
            return False
        first, last = round(start * 25), round(end * 25)
        inside = all(becomes(cut.pictures[k], before.pictures[k]) for k in range(first, last))
        outside = [k for k in range(len(cut.pictures)) if not first <= k < last]
        return inside and all(apart(cut.pictures[k], before.pictures[k]) < 3 for k in outside)

    return measure


def differs_in(box: tuple[float, float, float, float], least: float = 6) -> Callable[[Pixels, Pixels], bool]:
    """The picture changes in a box (shares: left, top, right, bottom) and stays everywhere else."""

    def becomes(now: Pixels, then: Pixels) -> bool:
        change = np.abs(now.astype(int) - then.astype(int)).mean(axis=2)
        height, width = change.shape
        part = (
            slice(round(box[1] * height), round(box[3] * height)),
            slice(round(box[0] * width), round(box[2] * width)),
        )
        inside = float(change[part].mean())
        rest = change.copy()
        rest[part] = 0
        return inside > least and float(rest.mean()) < 2

    return becomes


def colour(pixels: Pixels) -> NDArray[np.float64]:
    return np.asarray(pixels.reshape(-1, 3).mean(axis=0), dtype=np.float64)


def warmth(pixels: Pixels) -> float:
    red, _, blue = colour(pixels)
    return float(red - blue)


def spread(pixels: Pixels) -> float:
    """How colourful a picture is."""
    return float(np.ptp(pixels.astype(int), axis=2).mean())


def lower_half(pixels: Pixels) -> Pixels:
    return pixels[40:80]


RANGE = {"start": 1, "end": 3}

OVER_TIME: list[tuple[list[Operation], Measure]] = [
    ([{"op": "trim_start", "seconds": 1}], shows(*FIRST[25:], *SECOND)),
    ([{"op": "trim_end", "seconds": 1}], shows(*FIRST, *SECOND[:25])),
    ([{"op": "keep_range", "start": 1, "end": 3}], shows(*FIRST[25:], *SECOND[:25])),
    ([{"op": "remove_range", "start": 1, "end": 3}], shows(*FIRST[:25], *SECOND[25:])),
    ([{"op": "keep_ranges", "ranges": [[0, 1], [3, 4]]}], shows(*FIRST[:25], *SECOND[25:])),
    ([{"op": "set_duration", "seconds": 3}], shows(*FIRST, *SECOND[:25])),
    ([{"op": "split", "at": 1}], shows(*FIRST, *SECOND)),
    ([{"op": "delete_clip", "clip": 1}], shows(*SECOND)),
    ([{"op": "duplicate_clip", "clip": 1}], shows(*FIRST, *FIRST, *SECOND)),
    ([{"op": "keep_clips", "clips": [2]}], shows(*SECOND)),
    ([{"op": "move_clip", "clip": 2, "to": 1}], shows(*SECOND, *FIRST)),
    ([{"op": "swap_clips", "a": 1, "b": 2}], shows(*SECOND, *FIRST)),
    ([{"op": "reorder", "order": [2, 1]}], shows(*SECOND, *FIRST)),
    ([{"op": "insert_clip", "source": "c.mp4", "at": 0}], shows(*THIRD, *FIRST, *SECOND)),
    ([{"op": "replace_clip", "clip": 1, "source": "c.mp4"}], shows(*THIRD, *SECOND)),
    ([{"op": "speed", "factor": 2}], shows(*FIRST[::2], *SECOND[::2])),
    ([{"op": "speed", "factor": 0.5, "clip": 2}], shows(*FIRST, *np.repeat(SECOND, 2).tolist())),
    ([{"op": "speed_range", "start": 2, "end": 4, "factor": 2}], shows(*FIRST, *SECOND[::2])),
    ([{"op": "fit_duration", "seconds": 2}], shows(*FIRST[::2], *SECOND[::2])),
    ([{"op": "reverse", "clip": 1}], shows(*FIRST[::-1], *SECOND)),
    ([{"op": "boomerang", "start_from_end": 1}], lambda cut, _: cut.numbers[:100] == FIRST + SECOND and cut.numbers[-1] == 525 and set(np.diff(cut.numbers[101:])) == {-1}),
    ([{"op": "freeze_frame", "at": 1, "seconds": 1}], shows(*FIRST[:25], *[25] * 25, *FIRST[25:], *SECOND)),
    ([{"op": "loop", "times": 2}], shows(*FIRST, *SECOND, *FIRST, *SECOND)),
    ([{"op": "set_fps", "fps": 50}], shows(*np.repeat(FIRST + SECOND, 2).tolist())),
]  # fmt: skip

OF_PICTURE: list[tuple[list[Operation], Measure]] = [
    ([{"op": "grayscale", **RANGE}], changes_within(1, 3, lambda now, _: spread(now) < 12)),
    ([{"op": "grayscale", "clip": 2}], changes_within(2, 4, lambda now, _: spread(now) < 12)),
    ([{"op": "sepia", **RANGE}], changes_within(1, 3, lambda now, _: colour(lower_half(now))[0] > colour(lower_half(now))[2] + 10)),
    ([{"op": "invert", **RANGE}], changes_within(1, 3, lambda now, then: apart(255 - now, then) < 8)),
    ([{"op": "brightness", "percent": 40, "clip": 1}], changes_within(0, 2, lambda now, then: now.mean() > then.mean() + 8)),
    ([{"op": "brightness", "percent": -40, "clip": 1}], changes_within(0, 2, lambda now, then: now.mean() < then.mean() - 8)),
    ([{"op": "contrast", "percent": 40}], changes_within(0, 4, lambda now, then: now.std() > then.std() + 5)),
    ([{"op": "saturation", "percent": -60, "clip": 2}], changes_within(2, 4, lambda now, then: spread(now) < spread(then) / 2)),
    ([{"op": "temperature", "percent": 50}], changes_within(0, 4, lambda now, then: warmth(now) > warmth(then) + 5)),
    ([{"op": "temperature", "percent": -50}], changes_within(0, 4, lambda now, then: warmth(now) < warmth(then) - 5)),
    ([{"op": "white_balance", "mode": "tungsten"}], changes_within(0, 4, lambda now, then: apart(now, then) > 3)),
    ([{"op": "auto_color"}], changes_within(0, 4, lambda now, then: apart(now, then) > 1)),
    ([{"op": "look", "name": "noir"}], changes_within(0, 4, lambda now, _: spread(now) < 12)),
    ([{"op": "lut", "file": "red.cube"}], changes_within(0, 4, lambda now, _: colour(now)[0] > 2 * colour(now)[1:].max())),
    ([{"op": "sharpen"}], changes_within(0, 4, lambda now, then: np.abs(np.diff(now.astype(int), axis=1)).sum() > np.abs(np.diff(then.astype(int), axis=1)).sum())),
    ([{"op": "grain", "percent": 60}], changes_within(0, 4, lambda now, then: now[50:80, 10:70, 0].std() > then[50:80, 10:70, 0].std() + 2)),
    ([{"op": "vignette"}], changes_within(0, 4, lambda now, then: now[-8:, :12].mean() < then[-8:, :12].mean() - 5 and apart(now[38:52, 70:90], then[38:52, 70:90]) < 4)),
    ([{"op": "blur", "target": "video", **RANGE}], changes_within(1, 3, lambda now, then: np.abs(np.diff(now.astype(int), axis=1)).max() < np.abs(np.diff(then.astype(int), axis=1)).max() - 40)),
    ([{"op": "pixelate", "target": "video"}], changes_within(0, 4, lambda now, then: apart(now, then) > 2)),
    ([{"op": "flip", "axis": "horizontal"}], changes_within(0, 4, lambda now, then: apart(now, then[:, ::-1]) < 4)),
    ([{"op": "flip", "axis": "vertical"}], changes_within(0, 4, lambda now, then: apart(now, then[::-1]) < 4)),
    ([{"op": "rotate", "degrees": 180}], changes_within(0, 4, lambda now, then: apart(now, then[::-1, ::-1]) < 4)),
    ([{"op": "letterbox", "ratio": "2.39:1"}], changes_within(0, 4, lambda now, then: max(now[:9].mean(), now[-9:].mean()) < 6 and apart(now[14:-14], then[14:-14]) < 3)),
    ([{"op": "crop", "left_percent": 50}], changes_within(0, 4, lambda now, _: colour(lower_half(now))[2] > 2 * colour(lower_half(now))[0])),
    ([{"op": "zoom", "factor": 2, **RANGE}], changes_within(1, 3, lambda now, then: apart(now, then) > 6)),
    ([{"op": "pan", "direction": "right"}], lambda cut, before: apart(cut.pictures[2], cut.pictures[-3]) > 3),
    ([{"op": "ken_burns"}], lambda cut, before: apart(cut.pictures[45], before.pictures[45]) > 3),
    ([{"op": "set_aspect", "ratio": "1:1"}], lambda cut, _: np.ptp(cut.pictures[0].shape[:2]) == 0),
    ([{"op": "set_resolution", "width": 320, "height": 180}], lambda cut, _: cut.pictures[0].shape[:2] == (180, 320) and cut.numbers == FIRST + SECOND),
    ([{"op": "fade_in", "seconds": 1}], lambda cut, before: cut.pictures[0].mean() < 8 and cut.pictures[12].mean() < 0.7 * before.pictures[12].mean() and apart(cut.pictures[26], before.pictures[26]) < 3),
    ([{"op": "fade_out", "seconds": 1, "color": "white"}], lambda cut, before: cut.pictures[-1].mean() > 245 and apart(cut.pictures[70], before.pictures[70]) < 3),
    ([{"op": "transition", "kind": "fade_black", "seconds": 0.4}], lambda cut, before: cut.pictures[50].mean() < 40 and len(cut.pictures) == 100 and all(apart(cut.pictures[k], before.pictures[k]) < 3 for k in (*range(44), *range(56, 100)))),
    ([{"op": "transition", "kind": "crossfade", "seconds": 0.4}, {"op": "remove_transition", "between": "all"}], shows(*FIRST, *SECOND)),
    ([{"op": "add_title", "text": "HELLO", "position": "bottom", **RANGE}], changes_within(1, 3, differs_in((0, 0.55, 1, 1), 2))),
    ([{"op": "lower_third", "name": "Ann Lee", "role": "Chemist", **RANGE}], lambda cut, before: apart(cut.pictures[50], before.pictures[50]) > 2 and apart(cut.pictures[10], before.pictures[10]) < 1.5),
    ([{"op": "watermark", "text": "© me", "position": "top_right"}], changes_within(0, 4, differs_in((0.5, 0, 1, 0.5), 0.5))),
    ([{"op": "progress_bar", "position": "bottom"}], lambda cut, before: apart(cut.pictures[99][:84], before.pictures[99][:84]) < 2 and apart(cut.pictures[99][-2:], before.pictures[99][-2:]) > 30 > apart(cut.pictures[2][-2:, 40:], cut.pictures[3][-2:, 40:])),
    ([{"op": "add_image", "source": "green.png", **RANGE}], changes_within(1, 3, lambda now, then: apart(now, then) > 5)),
    ([{"op": "overlay_clip", "source": "c.mp4", "start": 1, "end": 2}], shows(*FIRST[:25], *THIRD[:25], *SECOND)),
    ([{"op": "pip", "source": "green.png", "position": "top_right", "scale": 0.3}], lambda cut, before: colour(cut.pictures[10][12:20, 125:145])[1] > 150 and apart(cut.pictures[10][:, :60], before.pictures[10][:, :60]) < 3),
    ([{"op": "countdown", "seconds": 3, "at": 0}], lambda cut, before: len(cut.pictures) >= 100 and apart(cut.pictures[30], before.pictures[30]) > 1),
    ([{"op": "sticker", "name": "heart", "at": 1}], lambda cut, before: apart(cut.pictures[30], before.pictures[30]) > 0.5 > apart(cut.pictures[20], before.pictures[20])),
    ([{"op": "denoise_video"}], lambda cut, _: cut.numbers == FIRST + SECOND),
    ([{"op": "split_screen", "layout": "side_by_side", "clips": [1, 2]}], lambda cut, _: len(cut.pictures) == 50 and apart(cut.pictures[5][30:60, 8:36], cut.pictures[5][30:60, 88:116]) < 6),
    ([{"op": "add_title", "text": "HELLO", **RANGE}, {"op": "remove_text", "target": "all"}], shows(*FIRST, *SECOND)),
    ([{"op": "effect", "name": "vhs", **RANGE}], changes_within(1, 3, lambda now, then: apart(now, then) > 2)),
]  # fmt: skip

CASES = OVER_TIME + OF_PICTURE


@pytest.mark.parametrize(
    "number", range(len(CASES)), ids=lambda number: f"{CASES[number][0][0]['op']}-{number}"
)
def test_an_operation_is_seen_where_it_was_asked_for_and_nowhere_else(
    stage: Room, untouched: Cut, number: int
) -> None:
    operations, measure = CASES[number]
    assert measure(stage.render(carried_out(stage, *operations)), untouched)


# They are heard, not seen, or need footage of their own: their tests stand beside those of sound, captions and keys.
_ELSEWHERE = frozenset(
    [
        "add_credits",
        "add_music",
        "add_sfx",
        "animate_text",
        "beat_sync",
        "bleep",
        "chroma_key",
        "concat",
        "denoise_audio",
        "duck",
        "edit_captions",
        "edit_text",
        "enhance_voice",
        "export",
        "extend_text",
        "isolate",
        "level_speakers",
        "mute",
        "normalize_loudness",
        "pitch",
        "remove_captions",
        "remove_music",
        "remove_silence",
        "replace_audio",
        "replace_music",
        "set_volume",
        "shift_audio",
        "shift_captions",
        "slideshow",
        "speed_ramp",
        "speed_silence",
        "stabilize",
        "style_captions",
        "style_text",
        "unmute",
        "add_captions",
    ]
)


def test_every_plain_picture_operation_is_tried_here() -> None:
    tried = {one["op"] for operations, _ in CASES for one in operations}
    plain = {name for name, spec in CATALOG.items() if "D" in {str(getattr(tier, "value", tier)) for tier in spec.tiers}}  # fmt: skip
    assert plain - tried - _ELSEWHERE == set()
