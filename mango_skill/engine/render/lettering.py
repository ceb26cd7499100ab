"""Texts on the picture, and how they come and go. Render process only.

A text is drawn once for each of its states (whole, so many letters, this word lit) and laid on the frame on its own
box only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import cos, exp, pi
from typing import Any, Final

from av import VideoFrame
from PIL import Image

from mango_skill.engine.media.bidi import is_right_to_left
from mango_skill.engine.media.clusters import split_clusters
from mango_skill.engine.media.fonts import POSITIONS, TextStyle, draw_text, parse_color
from mango_skill.engine.media.tongues import guess_tongue
from mango_skill.engine.render.parts import Words
from mango_skill.engine.render.planes import Sheet, duplicate, from_rgba, lay, resample, views
from mango_skill.engine.render.readings import number
from mango_skill.engine.render.spacing import Box, Inset, clear_shift, find_neighbours
from mango_skill.engine.render.typography import text_style

_ENTER_S: Final = 0.4
_LIT: Final = "#ffd400"
_STATES_KEPT: Final = 12
_TEXTS_LOOKED_AT: Final = 400


class Lettering:
    """Draws the texts of a video of one size.

    Args:
        size: Of the frame.
        fps: Of the output.
        words: All texts of the video: those that are seen at once keep out of each other's way, and together they
            tell whose forms of ideographs are meant.
        insets: Small pictures that captions keep clear of.
    """

    def __init__(
        self, size: tuple[int, int], fps: float, words: Sequence[Words] = (), insets: Sequence[Inset] = ()
    ) -> None:
        self._size = size
        self._fps = fps
        self._language = guess_tongue(one.text for one in words[:_TEXTS_LOOKED_AT]) or "zh"
        self._states: dict[tuple[Any, ...], Sheet] = {}
        self._neighbours = find_neighbours([one for one in words if not _is_scrolled(one)])
        self._insets = insets
        self._shifts: dict[str, int] = {}
        self._boxes: dict[str, Box] = {}

    def paint(self, base: VideoFrame, words: Words, frame: int) -> None:
        """Lay a text on a frame of ours as it looks on that output frame."""
        shift = self._shift(words)
        for sheet in self._sheets(words, frame):
            lay(base, replace(sheet, top=sheet.top + shift) if shift else sheet)

    def _shift(self, words: Words) -> int:
        """How far down (up when negative) a text is moved for those that stand there already."""
        # No recursion: overlapping captions can be a chain of thousands.
        waiting = [words]
        while waiting:
            one = waiting[-1]
            others = self._neighbours.get(one.id, ())
            open_ones = [other for other in others if other.id not in self._shifts]
            if open_ones and one.id not in self._shifts:
                waiting += open_ones
                continue
            waiting.pop()
            if one.id not in self._shifts:
                taken = [*(self._place(other) for other in others), *self._around(one)]
                self._shifts[one.id] = self._way(one, taken)
        return self._shifts[words.id]

    def _around(self, words: Words) -> list[Box]:
        """The small pictures that a caption would lie on; a text that was put there is meant to lie there."""
        if not words.caption or words.style.get("y_percent") is not None:
            return []
        return [one.box for one in self._insets if one.span.clipped(words.span).count]

    def _way(self, words: Words, taken: Sequence[Box]) -> int:
        shift = clear_shift(self._box(words), taken, self._size) if taken else 0
        # Even, for the colours have half the lines.
        return round(shift / 2) * 2

    def _place(self, words: Words) -> Box:
        return self._box(words).moved(self._shifts[words.id])

    def _box(self, words: Words) -> Box:
        if words.id not in self._boxes:
            sheet = self._drawn(words, _cased(words.text, words.style))
            self._boxes[words.id] = Box(sheet.left, sheet.top, sheet.frame.width, sheet.frame.height)
        return self._boxes[words.id]

    def _sheets(self, words: Words, frame: int) -> list[Sheet]:
        style = words.style
        layout = str(style.get("layout", "plain"))
        animation = str(style.get("animation") or "none")
        age = (frame - words.span.first + 0.5) / self._fps
        left = (words.span.end - frame - 0.5) / self._fps
        whole = words.span.count / self._fps
        entering = min(1.0, age / min(_ENTER_S, whole / 3))
        leaving = min(1.0, left / min(_ENTER_S, whole / 3))
        share = _fade_share(words, frame)
        if _is_scrolled(words):
            return [self._scrolled(words, age / whole, share)]
        text = _cased(words.text, style)
        if layout in ("word_by_word", "karaoke"):
            return self._spoken(words, text, age / whole, share)
        if animation == "typewriter":
            return [
                self._typed(
                    words, text, min(1.0, age / min(whole * 0.6, len(split_clusters(text)) / 14)), share
                )
            ]
        sheet = self._drawn(words, text)
        return [_animated(sheet, animation, _Phase(entering, leaving, age), self._size, share=share)]

    def _drawn(self, words: Words, text: str, **changes: Any) -> Sheet:
        key = (words.id, text, *sorted(changes.items()))
        if key not in self._states:
            self._keep(key, self._draw(words, text, changes))
        return self._states[key]

    def _keep(self, key: tuple[Any, ...], sheet: Sheet) -> None:
        if len(self._states) >= _STATES_KEPT:
            self._states.pop(next(iter(self._states)))
        self._states[key] = sheet

    def _draw(self, words: Words, text: str, changes: Mapping[str, Any]) -> Sheet:
        style = replace(text_style(words.style, words.caption, self._language), **changes)
        if words.style.get("layout") == "lower_third":
            return _lower_third(text, style, self._size)
        drawn = draw_text(text, style, self._size)
        return from_rgba(drawn.image, drawn.left, drawn.top)

    def _scrolled(self, words: Words, done: float, share: float) -> Sheet:
        """Through the frame from below to above."""
        key = (words.id, "scroll")
        if key not in self._states:
            style = text_style(words.style, words.caption, self._language)
            # Credits are as long as they are: they are set on a canvas high enough for all lines.
            lines = words.text.count("\n") + 1
            short = min(self._size)
            high = round(lines * 2.2 * short * style.size_percent / 100) + self._size[1]
            scaled = replace(style, position="center", x_percent=style.x_percent, y_percent=None)
            drawn = draw_text(
                _cased(words.text, words.style), scaled, (self._size[0], max(high, self._size[0]))
            )
            self._keep(key, from_rgba(drawn.image, drawn.left, 0))
        sheet = self._states[key]
        travel = self._size[1] + sheet.frame.height
        top = self._size[1] - round(done * travel / 2) * 2
        return replace(sheet, top=top, opacity=share)

    def _typed(self, words: Words, text: str, done: float, share: float) -> Sheet:
        """Letter by letter; the lines stand where they will stand in the end."""
        count = max(1, round(len(split_clusters(text)) * done))
        key = (words.id, "typed", count)
        if key not in self._states:
            self._keep(key, self._reveal(words, text, count))
        return replace(self._states[key], opacity=share)

    def _reveal(self, words: Words, text: str, count: int) -> Sheet:
        """Show the first letters of a text that was set as a whole, line by line."""
        style = text_style(words.style, words.caption, self._language)
        final = draw_text(text, style, self._size)
        mask = Image.new("L", final.image.size, 0)
        height = final.image.height / max(1, len(final.lines))
        remaining = count
        for place, line in enumerate(final.lines):
            letters = split_clusters(line)
            band = (0, round(place * height), final.image.width, round((place + 1) * height))
            extent = final.image.getchannel("A").crop(band).getbbox()
            if remaining > 0 and extent is not None:
                width = extent[2] - extent[0]
                if remaining < len(letters):
                    taken, whole = self._widths(letters, remaining, style)
                    # Shadow and outline stand out equally on both sides.
                    width = min(width, round((width - whole) / 2 + taken)) if taken else 0
                left = extent[2] - width if is_right_to_left(line) else extent[0]
                mask.paste(255, (left, band[1], left + width, band[3]))
            remaining -= len(letters) + 1
        shown = final.image.copy()
        shown.putalpha(Image.composite(shown.getchannel("A"), Image.new("L", shown.size, 0), mask))
        return from_rgba(shown, final.left, final.top)

    def _widths(self, letters: Sequence[str], count: int, style: TextStyle) -> tuple[int, int]:
        """How wide the first letters of a line are and how wide the line is, so that none is cut through."""
        plain = replace(style, box_color=None, shadow_opacity=0.0)
        shown, whole = "".join(letters[:count]).rstrip(), "".join(letters)
        if not shown:
            return 0, 1
        first, second = (draw_text(part, plain, self._size).image.width for part in (shown, whole))
        return first, second

    def _spoken(self, words: Words, text: str, done: float, share: float) -> list[Sheet]:
        """Word by word: one at a time, or (karaoke) all with the present one lit."""
        parts = text.split() or [text]
        index = min(len(parts) - 1, int(_timed(parts, done)))
        if words.style.get("layout") == "word_by_word":
            return [replace(self._drawn(words, parts[index]), opacity=share)]
        base = replace(self._drawn(words, text), opacity=share)
        lit_style = str(words.style.get("highlight_color") or _LIT)
        sung = self._drawn(words, text, color=lit_style)
        return [base, _left_part(sung, _timed(parts, done) / len(parts), share)]


def _is_scrolled(words: Words) -> bool:
    return words.style.get("layout") == "credits" or words.style.get("animation") == "scroll_up"


@dataclass(frozen=True)
class _Phase:
    """How far a text has come in and how much is left of it, 0 to 1; ``age`` in seconds."""

    entering: float
    leaving: float
    age: float

    @property
    def shown(self) -> float:
        return min(self.entering, self.leaving)


def _cased(text: str, style: Mapping[str, Any]) -> str:
    case = style.get("case", "as_is")
    return text.upper() if case == "upper" else text.lower() if case == "lower" else text


def _fade_share(words: Words, frame: int) -> float:
    share = number(words.style, "opacity_percent", 100) / 100
    for stage in words.stages:
        if frame not in stage.span:
            continue
        done = (frame - stage.span.first + 0.5) / stage.span.count
        if stage.kind == "fade_in":
            share *= done
        elif stage.kind == "fade_out":
            share *= 1 - done
    return min(1.0, max(0.0, share))


def _animated(sheet: Sheet, animation: str, phase: _Phase, size: tuple[int, int], *, share: float) -> Sheet:
    come = 1 - (1 - phase.shown) ** 3
    if animation == "fade":
        return replace(sheet, opacity=share * phase.shown)
    if animation.startswith("slide_"):
        # From the side it moves away from: "slide left" ends further left than it began.
        across = {"slide_left": 1, "slide_right": -1}.get(animation, 0)
        down = {"slide_up": 1, "slide_down": -1}.get(animation, 0)
        side = 1 if phase.entering <= phase.leaving else -1
        far_x = round(size[0] * 0.25 * (1 - come) / 2) * 2 * across * side
        far_y = round(size[1] * 0.2 * (1 - come) / 2) * 2 * down * side
        return replace(sheet, left=sheet.left + far_x, top=sheet.top + far_y, opacity=share * phase.shown)
    if animation == "pop":
        overshoot = 1 + 2.7 * (phase.entering - 1) ** 3 + 1.7 * (phase.entering - 1) ** 2
        return _scaled(
            sheet, min(overshoot, 1.15) if phase.entering < 1 else come, share * min(1.0, phase.shown * 2)
        )
    if animation == "zoom":
        return _scaled(sheet, 0.6 + 0.4 * come, share * phase.shown)
    if animation == "bounce":
        height = size[1] * 0.12 * exp(-4 * phase.age) * abs(cos(phase.age * 2.2 * pi))
        return replace(
            sheet, top=sheet.top - round(height / 2) * 2, opacity=share * min(1.0, phase.shown * 3)
        )
    return replace(sheet, opacity=share)


def _scaled(sheet: Sheet, factor: float, opacity: float) -> Sheet:
    """The text drawn smaller or larger around its middle."""
    if abs(factor - 1) < 0.01:
        return replace(sheet, opacity=opacity)
    width = max(2, round(sheet.frame.width * factor / 2) * 2)
    height = max(2, round(sheet.frame.height * factor / 2) * 2)
    frame = resample(sheet.frame, (0, 0, sheet.frame.width, sheet.frame.height), (width, height))
    left = sheet.left + round((sheet.frame.width - width) / 4) * 2
    top = sheet.top + round((sheet.frame.height - height) / 4) * 2
    return Sheet(frame, left, top, opacity)


def _left_part(sheet: Sheet, share: float, opacity: float) -> Sheet:
    frame = duplicate(sheet.frame)
    alpha = views(frame)[3]
    alpha[:, round(alpha.shape[1] * share) :] = 0
    return Sheet(frame, sheet.left, sheet.top, opacity)


def _timed(parts: list[str], done: float) -> float:
    """Which word is spoken, by the letters before it; the part after the point is how much of it is."""
    weights = [len(part) + 1 for part in parts]
    spoken = done * sum(weights)
    for index, weight in enumerate(weights):
        if spoken < weight:
            return index + spoken / weight
        spoken -= weight
    return float(len(parts))


def _lower_third(text: str, style: TextStyle, size: tuple[int, int]) -> Sheet:
    """A name, its role smaller beneath, on a bar with a coloured edge."""
    name, _, role = text.partition("\n")
    first = draw_text(name, replace(style, box_color=None, align="left", weight=700), size).image
    second = None
    if role.strip():
        small = replace(
            style, box_color=None, align="left", weight=400, size_percent=style.size_percent * 0.68
        )
        second = draw_text(role, small, size).image
    pad = max(4, round(min(size) * 0.018))
    width = max(first.width, second.width if second else 0) + 3 * pad
    height = first.height + (second.height + pad // 2 if second else 0) + 2 * pad
    bar = Image.new("RGBA", (width, height), (*parse_color(style.box_color or "#101014")[:3], 190))
    edge = Image.new("RGBA", (max(2, pad // 2), height), (255, 196, 0, 255))
    bar.paste(edge, (0, 0))
    bar.alpha_composite(first, (2 * pad, pad))
    if second:
        bar.alpha_composite(second, (2 * pad, pad + first.height + pad // 2))
    share = POSITIONS.get(style.position, POSITIONS["lower_third"])
    margin = round(min(size) * 0.06)
    left = margin + round((size[0] - 2 * margin - width) * share[0])
    top = margin + round((size[1] - 2 * margin - height) * share[1])
    return from_rgba(bar, max(0, left), max(0, top))
