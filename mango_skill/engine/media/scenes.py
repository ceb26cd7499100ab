"""Where one shot ends and the next begins, through FFmpeg's ``scdet`` on a small picture.

Child processes only: it imports PyAV.
"""

from __future__ import annotations

import os

import av.error
from av.filter import Graph
from av.video.frame import VideoFrame

from mango_skill.engine.media.containers import open_media, picture_stream
from mango_skill.engine.media.info import Cut
from mango_skill.errors import MediaError

_WIDTH, _HEIGHT = 320, 180
#: ``scdet``'s own default: percent of change that makes a cut.
THRESHOLD = 10.0
# Two cuts within this are one: a flash, or a torn frame.
_SHORTEST_MS = 200


def find_cuts(path: str | os.PathLike[str], *, threshold: float = THRESHOLD) -> tuple[Cut, ...]:
    """Return the cuts of a video, on a clock that starts with its first picture.

    Raises:
        MediaError: ``no_picture``; ``unreadable``.
    """
    with open_media(path) as container:
        stream = picture_stream(container)
        if stream is None:
            raise MediaError("The file has no moving picture.", code="no_picture", hint="Send a video.")
        stream.thread_type = "AUTO"
        graph: Graph | None = None
        last_shape = (0, 0, "")
        cuts: list[Cut] = []
        first: float | None = None
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                continue
            for frame in frames:
                first = frame.time if first is None else first
                shape = (frame.width, frame.height, frame.format.name)
                if graph is None or shape != last_shape:
                    graph, last_shape = _graph(frame, threshold), shape
                graph.push(frame)
                cuts += _drain(graph, first or 0.0)
        if graph:
            graph.push(None)
            cuts += _drain(graph, first or 0.0)
    return _merged(cuts)


def _graph(frame: VideoFrame, threshold: float) -> Graph:
    graph = Graph()
    last = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
    )
    for name, arguments in (
        ("scale", f"{_WIDTH}:{_HEIGHT}:flags=fast_bilinear"),
        # scdet looks at brightness alone in YUV; a cut from red to blue changes only the colour.
        ("format", "rgb24"),
        ("scdet", f"threshold={threshold}"),
        ("buffersink", ""),
    ):
        following = graph.add(name, arguments)
        last.link_to(following)
        last = following
    graph.configure()
    return graph


def _drain(graph: Graph, first: float) -> list[Cut]:
    cuts: list[Cut] = []
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return cuts
        marks = dict(frame.metadata)
        if "lavfi.scd.time" in marks:
            cuts.append(
                Cut(round(((frame.time or 0.0) - first) * 1000), float(marks.get("lavfi.scd.score", 0)))
            )


def _merged(cuts: list[Cut]) -> tuple[Cut, ...]:
    kept: list[Cut] = []
    for cut in cuts:
        if kept and cut.at_ms - kept[-1].at_ms < _SHORTEST_MS:
            kept[-1] = max(kept[-1], cut, key=lambda one: one.score)
        elif cut.at_ms > 0:
            kept.append(cut)
    return tuple(kept)
