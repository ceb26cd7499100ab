"""Encoding stretches of pictures, and writing pictures and sound into one file. Render process only."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

import av
import av.error
import av.filter
from av import CodecContext, Packet, VideoFrame
from av.audio.stream import AudioStream
from av.codec.context import Flags
from av.container import OutputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from mango_skill.engine.render.grid import FrameSpan
from mango_skill.engine.render.mixer import Mix
from mango_skill.engine.render.plan import RenderPlan
from mango_skill.engine.render.profile import Profile
from mango_skill.engine.render.soundtrack import frames_of

_BT709: Final = 1
_LIMITED: Final = 1
_PALETTE_SAMPLES: Final = 24
_KEYFRAME_S: Final = 5
# An MP4's index: at most so much for a packet (size, two times, place, chunk, key), and for the rest of it.
_ENTRY_BYTES: Final = 40
_INDEX_BYTES: Final = 16_384
_SOUND_PACKET: Final = 1024

Check = Callable[[], None]
AnyPacket: TypeAlias = "Packet[Any]"
FrameMaker = Callable[[int], VideoFrame]


def configure(context: VideoCodecContext, profile: Profile, threads: int) -> None:
    """Set an encoder up. Two encoders set up alike write stretches that can be joined without a seam."""
    context.width, context.height = profile.width, profile.height
    context.pix_fmt = "yuv420p"
    context.framerate = profile.fps
    context.time_base = 1 / profile.fps
    context.thread_count = threads
    context.color_range, context.colorspace = _LIMITED, _BT709
    context.color_primaries = context.color_trc = _BT709
    # x264 keeps its own distance of keyframes: another one changes the size by a tenth on noisy footage.
    if profile.container.video != "libx264":
        context.gop_size = max(1, round(profile.fps * _KEYFRAME_S))
    if profile.container.muxer in ("mp4", "mov", "matroska", "webm"):
        context.flags |= Flags.global_header
    options = profile.encoder_options()
    if profile.container.video == "mpeg4":
        context.qmin, context.qmax = int(options.pop("qmin")), int(options.pop("qmax"))
        context.flags |= Flags.qscale
        context.bit_rate = 0
    if profile.container.video == "libvpx-vp9":
        context.bit_rate = 0
    context.options = options


def make_encoder(profile: Profile, threads: int, *, codec: str | None = None) -> VideoCodecContext:
    """Return an encoder of a file's pictures: the container's usual one unless another is named.

    ``threads`` of 0 lets the library choose.
    """
    codec = codec or profile.container.video
    assert codec is not None
    context = cast(VideoCodecContext, CodecContext.create(codec, "w"))
    configure(context, profile, threads)
    return context


def encode_stretch(
    span: FrameSpan, pictures: Iterable[VideoFrame], *, context: VideoCodecContext, check: Check
) -> list[AnyPacket]:
    """Encode output frames by an encoder of their own; time stamps count from the video's start.

    Args:
        span: The frames.
        pictures: As many output frames.
        context: The encoder; it can't be used again.
        check: Called for every frame; raises when the render is cancelled.
    """
    packets: list[AnyPacket] = []
    base = context.time_base
    for number, frame in enumerate(pictures):
        check()
        # A decoder's word on I, P and B would be taken for an order.
        frame.pict_type = 0
        frame.pts = number
        frame.time_base = base
        packets.extend(context.encode(frame))
    packets.extend(context.encode(None))
    for packet in packets:
        packet.time_base = base
        packet.pts = (packet.pts or 0) + span.first
        packet.dts = (packet.dts if packet.dts is not None else packet.pts - span.first) + span.first
    return packets


@dataclass(frozen=True)
class Template:
    """The stream that copied pictures come from.

    Attributes:
        stream: What a file says of it; it must be open until the writer is made.
        record: Its parameter sets and the encoder's, as the container carries them.
        tag: What MP4 calls its packets; empty for what is usual.
    """

    stream: VideoStream
    record: bytes
    tag: str = ""


class Writer:
    """One output file, pictures and sound interleaved.

    Args:
        path: Where it is written; not the final name.
        plan: What it will hold.
        mix: Waits for the finished sound and returns it; None when there is none.
        template: What the pictures take after when some are copied.
    """

    def __init__(
        self,
        path: Path,
        plan: RenderPlan,
        mix: Callable[[], Mix] | None,
        *,
        template: Template | None = None,
    ) -> None:
        self._profile = plan.profile
        self._template = template
        kind = plan.profile.container
        self._container: OutputContainer = av.open(
            str(path), "w", format=kind.muxer, options=_muxer_options(plan)
        )
        self._video: VideoStream | None = None
        self._audio: AudioStream | None = None
        if plan.profile.has_picture and kind.video:
            self._video = self._add_video(kind.video)
        if mix is not None and kind.audio:
            rate = kind.audio_rate
            self._audio = cast(
                AudioStream, self._container.add_stream(kind.audio, rate=rate, layout="stereo")
            )
            if kind.audio_bit_rate:
                self._audio.bit_rate = kind.audio_bit_rate
        self._mix = mix
        self._sound: Iterator[AnyPacket] | None = None
        self._sound_at = Fraction(0)

    def write_stretch(self, packets: Iterable[AnyPacket]) -> None:
        """Write a stretch of pictures, and the sound up to where it ends."""
        assert self._video is not None
        for packet in packets:
            self._write_sound((packet.dts or 0) / self._profile.fps)
            packet.stream = self._video
            self._container.mux_one(packet)

    def write_frames(self, frames: Iterable[VideoFrame]) -> None:
        """Encode and write pictures here and now: for encoders whose stretches can't be joined."""
        assert self._video is not None
        for frame in frames:
            self._container.mux(self._video.encode(frame))
        self._container.mux(self._video.encode(None))

    def write_sound(self, check: Check) -> None:
        """Write what is left of the sound."""
        while self._write_block():
            check()

    def close(self) -> None:
        """Finish the file."""
        self._container.close()

    def _add_video(self, codec: str) -> VideoStream:
        if self._template is not None:
            return self._copy_video(self._template)
        stream = cast(VideoStream, self._container.add_stream(codec, rate=self._profile.fps))
        if codec == "gif":
            stream.width, stream.height, stream.pix_fmt = self._profile.width, self._profile.height, "pal8"
            return stream
        if self._profile.container.is_animation:
            stream.width, stream.height, stream.pix_fmt = self._profile.width, self._profile.height, "bgra"
            stream.codec_context.options = self._profile.encoder_options()
            return stream
        configure(stream.codec_context, self._profile, 1)
        if codec == "mpeg4":
            stream.codec_context.codec_tag = "XVID"
        return stream

    def _copy_video(self, template: Template) -> VideoStream:
        stream = self._container.add_stream_from_template(template.stream, opaque=True)
        stream.codec_context.extradata = template.record
        if template.tag and self._profile.container.muxer != "matroska":
            stream.codec_context.codec_tag = template.tag
        stream.codec_context.framerate = self._profile.fps
        stream.time_base = 1 / self._profile.fps
        return stream

    def _write_sound(self, until: Fraction) -> None:
        while self._audio is not None and self._sound_at < until:
            if not self._write_block():
                return

    def _write_block(self) -> bool:
        if self._audio is None or self._mix is None:
            return False
        if self._sound is None:
            self._sound = self._packets(self._mix())
        packet = next(self._sound, None)
        if packet is None:
            return False
        self._sound_at = ((packet.pts or 0) + (packet.duration or 0)) * packet.time_base
        packet.stream = self._audio
        self._container.mux_one(packet)
        return True

    def _packets(self, mix: Mix) -> Iterator[AnyPacket]:
        """The sound as it was encoded beside the pictures, or encoded here where nothing is lost by it."""
        if mix.track is not None:
            yield from mix.track.packets()
            return
        assert self._audio is not None
        for frame in chain(frames_of(mix.path, self._profile.container), [None]):
            yield from self._audio.encode(frame)


def _muxer_options(plan: RenderPlan) -> dict[str, str]:
    """The container's options; where the index goes in front, room is left for it: moving all behind it takes long."""
    options = dict(plan.profile.container.options)
    if plan.has_picture and options.get("movflags") == "+faststart":
        del options["movflags"]
        sounds = plan.duration * plan.profile.audio_rate / _SOUND_PACKET if plan.score is not None else 0
        options["moov_size"] = str(_INDEX_BYTES + _ENTRY_BYTES * (plan.frames + int(sounds) + 2))
    return options


def in_full_colour(make: FrameMaker, frames: int, fps: Fraction, check: Check) -> Iterator[VideoFrame]:
    """Yield output frames as RGB, for formats that have a colour matrix of their own."""
    for number in range(frames):
        check()
        made = make(number)
        matrix: dict[str, Any] = (
            {} if made.format.is_rgb else {"src_colorspace": "ITU709", "src_color_range": "MPEG"}
        )
        frame = made.reformat(format="bgra", **matrix)
        frame.pict_type = 0
        frame.pts, frame.time_base = number, 1 / fps
        yield frame


def with_palette(make: FrameMaker, frames: int, fps: Fraction, check: Check) -> Iterator[VideoFrame]:
    """Yield output frames in 256 colours that were chosen from all over the video."""
    palette = _palette(make, frames)
    graph: av.filter.Graph | None = None
    pictures: deque[VideoFrame] = deque()
    for number in range(frames):
        check()
        frame = make(number)
        if graph is None:
            graph, pictures_in = _palette_graph(frame, palette)
        frame.pts, frame.time_base = number, 1 / fps
        pictures_in.push(frame)
        _drain(graph, pictures)
        while pictures:
            yield _stamped(pictures.popleft(), fps)
    if graph is not None:
        pictures_in.push(None)
        _drain(graph, pictures)
    while pictures:
        yield _stamped(pictures.popleft(), fps)


def _stamped(frame: VideoFrame, fps: Fraction) -> VideoFrame:
    frame.time_base = 1 / fps
    return frame


def _palette(make: FrameMaker, frames: int) -> VideoFrame:
    graph: av.filter.Graph | None = None
    for number in range(0, frames, max(1, frames // _PALETTE_SAMPLES)):
        frame = make(number)
        if graph is None:
            graph = av.filter.Graph()
            source = graph.add("buffer", _buffer(frame, Fraction(1, 25)))
            graph.link_nodes(
                source, graph.add("palettegen", "stats_mode=full"), graph.add("buffersink")
            ).configure()
        frame.pts, frame.time_base = number, Fraction(1, 25)
        graph.vpush(frame)
    assert graph is not None
    graph.vpush(None)
    return graph.vpull()


def _palette_graph(
    frame: VideoFrame, palette: VideoFrame
) -> tuple[av.filter.Graph, av.filter.context.FilterContext]:
    graph = av.filter.Graph()
    pictures = graph.add("buffer", _buffer(frame, Fraction(1, 1000)))
    colors = graph.add("buffer", _buffer(palette, Fraction(1, 1000)))
    use = graph.add("paletteuse", "dither=bayer:bayer_scale=4")
    pictures.link_to(use, 0, 0)
    colors.link_to(use, 0, 1)
    use.link_to(graph.add("buffersink"))
    graph.configure()
    palette.pts = 0
    colors.push(palette)
    colors.push(None)
    return graph, pictures


def _buffer(frame: VideoFrame, base: Fraction) -> str:
    return f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}:time_base={base}:pixel_aspect=1/1"


def _drain(graph: av.filter.Graph, pictures: deque[VideoFrame]) -> None:
    while True:
        try:
            pictures.append(graph.vpull())
        except (av.error.BlockingIOError, av.error.EOFError):
            return
