"""FFmpeg's filters on single frames: one frame in, one frame out. Render process only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av.error
import av.filter
from av import VideoFrame

from mango_skill.engine.render.parts import Geometry
from mango_skill.engine.render.planes import CLEAR, OPAQUE
from mango_skill.engine.render.tones import find_tone
from mango_skill.errors import RenderError

# FFmpeg's AVColorSpace: what a picture says about its own matrix.
_MATRICES: Final = {1: "bt709", 4: "fcc", 5: "bt601", 6: "bt601", 7: "smpte240m", 9: "bt2020", 10: "bt2020"}
_FULL_RANGE: Final = 2
_HD_LINES: Final = 720
# Sixteen bits keep every code, and cost a third of what eight do: the library has faster ways for them.
_DEEP: Final = "gbrp16le"
_DEEP_CLEAR: Final = "gbrap16le"
_FROM_DEEP: Final = "scale=out_color_matrix=bt709:in_range=pc:out_range=tv:flags=accurate_rnd+full_chroma_int"


class FrameFilter:
    """A chain of filters that keeps no memory of earlier frames; built for the first frame it gets."""

    def __init__(self, steps: Sequence[str]) -> None:
        self._steps = tuple(steps)
        self._graph: av.filter.Graph | None = None
        self._shape: tuple[int, int, str] | None = None

    def apply(self, frame: VideoFrame) -> VideoFrame:
        """Return the changed frame.

        Raises:
            RenderError: The library refused the picture.
        """
        shape = (frame.width, frame.height, frame.format.name)
        try:
            if self._graph is None or shape != self._shape:
                self._graph, self._shape = build_graph(self._steps, frame), shape
            self._graph.vpush(frame)
            return self._graph.vpull()
        except (av.error.FFmpegError, ValueError) as problem:
            raise RenderError(
                "A picture could not be changed as asked.",
                hint="Undo the last effect and export again.",
                details={"filter": ",".join(self._steps), "library": str(problem)[:200]},
            ) from problem


def build_graph(steps: Sequence[str], frame: VideoFrame) -> av.filter.Graph:
    """Build the graph of a chain (each step is ``filter=arguments``) for frames like this one."""
    graph = av.filter.Graph()
    graph.threads = 1
    size = f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}"
    nodes = [graph.add("buffer", f"{size}:time_base=1/1000:pixel_aspect=1/1")]
    for step in steps:
        name, _, arguments = step.partition("=")
        nodes.append(graph.add(name, arguments or None))
    nodes.append(graph.add("buffersink"))
    graph.link_nodes(*nodes).configure()
    return graph


def source_matrix(frame: VideoFrame) -> str:
    """Return the matrix of a decoded picture; unmarked ones go by their size, as players do."""
    return _MATRICES.get(
        frame.colorspace, "bt709" if max(frame.height, frame.width * 9 // 16) >= _HD_LINES else "bt601"
    )


def is_full_range(frame: VideoFrame) -> bool:
    """Whether black is 0 instead of 16."""
    return frame.color_range == _FULL_RANGE or frame.format.name.startswith("yuvj")


@dataclass(frozen=True)
class Stance:
    """How a decoded picture is brought upright: turned clockwise, then mirrored."""

    degrees: int = 0
    mirrored: bool = False


UPRIGHT: Final = Stance()


def is_ready(frame: VideoFrame, geometry: Geometry, stance: Stance, square: bool) -> bool:
    """Whether a decoded picture can go to the encoder as it is."""
    box = geometry.box
    whole = (0.0, 0.0, 1.0, 1.0)
    return (
        frame.format.name == OPAQUE
        and (frame.width, frame.height) == (box.width, box.height)
        and stance == UPRIGHT
        and square
        and geometry.keep == whole
        and geometry.fill == whole
        and not (geometry.degrees or geometry.mirror or geometry.upend or geometry.backdrop)
        and source_matrix(frame) == "bt709"
        and not is_full_range(frame)
        and not frame_tone(frame)
    )


def frame_tone(frame: VideoFrame) -> str:
    """Return the name of the table (see ``tones``) that a decoded picture needs; empty for a usual one."""
    return find_tone(int(frame.color_primaries), int(frame.color_trc))


def conform_chain(
    frame: VideoFrame, geometry: Geometry, stance: Stance, *, tone: Path | None = None
) -> list[str]:
    """Return the filters that bring a decoded picture upright, cropped, turned and scaled into its box.

    Args:
        frame: A picture of the film.
        geometry: Where it goes.
        stance: How it is brought upright.
        tone: The table of its dynamic range or gamut; None for a usual one.
    """
    steps = [*_upright(stance), *_crop(geometry.keep), *_turn(geometry), *_crop(geometry.fill)]
    steps += scale_steps(frame, geometry.box.width, geometry.box.height, tone=tone)
    return [*steps, f"format={CLEAR if has_alpha(frame) else OPAQUE}"]


def backdrop_chain(
    frame: VideoFrame,
    geometry: Geometry,
    stance: Stance,
    *,
    size: tuple[int, int],
    tone: Path | None = None,
) -> list[str]:
    """Return the filters that make a frame-filling blurred copy: small, blurred, large again."""
    width, height = (max(16, side // 8 * 2) // 2 for side in size)
    steps = [*_upright(stance), *_crop(geometry.keep), *_turn(geometry)]
    wide, high = (max(2, side // 2 * 2) for side in (width, height))
    steps += scale_steps(frame, wide, high, cover=True, tone=tone)
    return [
        *steps,
        f"crop={wide}:{high}",
        f"format={OPAQUE}",
        f"gblur=sigma={max(1.0, min(wide, high) / 22):.2f}:steps=2",
        "lutyuv=y=16+(val-16)*0.72",
        f"scale={size[0]}:{size[1]}:flags=bilinear",
        f"format={OPAQUE}",
    ]


def scale_steps(
    frame: VideoFrame, width: int, height: int, *, cover: bool = False, tone: Path | None = None
) -> list[str]:
    """Return the filters that scale a picture and bring its colours to BT.709, limited range, standard brightness."""
    size = f"{width}:{height}" + (":force_original_aspect_ratio=increase" if cover else "")
    # Bicubic is sharp enough and twice as fast as lanczos.
    scale = f"scale={size}:flags=bicubic+accurate_rnd"
    if not _is_rgb(frame):
        scale += f":in_color_matrix={source_matrix(frame)}:in_range={'pc' if is_full_range(frame) else 'tv'}"
    if tone is None and (_is_rgb(frame) or source_matrix(frame) == "bt709"):
        return [f"{scale}:out_color_matrix=bt709:out_range=tv", "setsar=1"]
    # From matrix to matrix in one step the library is three codes off, and slower.
    steps = [f"{scale}:out_range=pc", f"format={_DEEP_CLEAR if has_alpha(frame) else _DEEP}"]
    steps += [_table(tone)] if tone is not None else []
    return [*steps, _FROM_DEEP, "setsar=1"]


def _is_rgb(frame: VideoFrame) -> bool:
    name = frame.format.name
    return "rgb" in name or "bgr" in name or name.startswith("gb") or name in {"0rgb", "pal8"}


def has_alpha(frame: VideoFrame) -> bool:
    """Whether a picture's format carries transparency."""
    name = frame.format.name
    return name.startswith(("yuva", "rgba", "bgra", "argb", "abgr", "gbrap", "ya8", "ya16", "pal8"))


def _upright(stance: Stance) -> list[str]:
    return _quarter_turns(stance.degrees) + ["hflip"] * stance.mirrored


def _quarter_turns(degrees: int) -> list[str]:
    return {90: ["transpose=1"], 180: ["hflip", "vflip"], 270: ["transpose=2"]}.get(degrees % 360, [])


def _crop(part: tuple[float, float, float, float]) -> list[str]:
    if part == (0.0, 0.0, 1.0, 1.0):
        return []
    left, top, width, height = part
    return [f"crop=w=iw*{width:.6f}:h=ih*{height:.6f}:x=iw*{left:.6f}:y=ih*{top:.6f}"]


def _turn(geometry: Geometry) -> list[str]:
    steps = []
    if geometry.degrees % 90 == 0:
        steps += _quarter_turns(round(geometry.degrees))
    else:
        angle = f"{geometry.degrees:.4f}*PI/180"
        steps.append(f"rotate=a={angle}:ow=rotw({angle}):oh=roth({angle}):c=black")
    return steps + ["hflip"] * geometry.mirror + ["vflip"] * geometry.upend


def table_steps(path: Path, alpha: bool) -> list[str]:
    """Return the filters that pass a picture through a colour table."""
    return [
        "scale=in_color_matrix=bt709:in_range=tv:out_range=pc:flags=accurate_rnd+full_chroma_int",
        f"format={_DEEP_CLEAR if alpha else _DEEP}",
        _table(path),
        _FROM_DEEP,
        f"format={CLEAR if alpha else OPAQUE}",
    ]


def _table(path: Path) -> str:
    # Within arguments a colon separates; drives of Windows carry one.
    name = str(path).replace("\\", "/").replace(":", "\\:")
    return f"lut3d=file={name}:interp=tetrahedral"
