"""Encoders that take after footage: their pictures stand between copied ones in one stream. Render process only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from av import Packet
from av.video.codeccontext import VideoCodecContext

from mango_skill.engine.render.codings import HEVC, Coding
from mango_skill.engine.render.encoder import AnyPacket, make_encoder
from mango_skill.engine.render.packet_reader import Doubt
from mango_skill.engine.render.parameter_sets import ParameterSets, UnreadableError, read_sequence
from mango_skill.engine.render.profile import Profile
from mango_skill.engine.render.splice import Splice

_BRIEF_CRF: Final = "19"
_PROFILES: Final = {66: "baseline", 77: "main"}
# Words for B-frames, by how many pictures decoding is ahead of showing.
_REORDERING: Final[Mapping[str, tuple[str, ...]]] = {
    "libx264": ("bframes=0", "bframes=3:b-pyramid=none", "bframes=3:b-pyramid=normal"),
    "libx265": ("bframes=0", "bframes=3:b-pyramid=0", "bframes=3:b-pyramid=1"),
}
# One thread, nothing printed, units with lengths, and each full picture one to begin with.
_X265: Final = "pools=none:frame-threads=1:wpp=0:log-level=none:info=0:annexb=0:open-gop=0"


@dataclass(frozen=True)
class Match:
    """Makes encoders whose pictures may stand between copied ones.

    Attributes:
        profile: Of the video.
        splice: What they stand between.
        brief: Few pictures are encoded at a time.
    """

    profile: Profile
    splice: Splice
    brief: bool

    @property
    def coding(self) -> Coding:
        """The footage's codec, and theirs."""
        return self.splice.look.coding

    def encoder(self) -> VideoCodecContext:
        """Return a new one."""
        look, profile = self.splice.look, self.profile
        context = make_encoder(profile, 1, codec=self.coding.encoder)
        if look.rotation % 180:
            context.width, context.height = profile.height, profile.width
        context.pix_fmt = look.pixels
        tags = look.tags
        context.color_range, context.colorspace = tags.range, tags.matrix
        context.color_primaries, context.color_trc = tags.primaries, tags.curve
        told = ""
        if profile.container.muxer == "matroska":
            # It keeps no decoding times: who copies from it infers them, by the reordering that the first picture tells of.
            told = f":{_REORDERING[self.coding.encoder][min(self.splice.reorder, 2)]}"
        own = self._x265(told) if self.coding is HEVC else self._x264(told)
        context.options = {**context.options, **own}
        return context

    def _x264(self, told: str) -> dict[str, str]:
        options = {"x264-params": f"sps-id={self._number}:annexb=0:stitchable=1{told}"}
        facts = read_sequence(self.splice.look.sets.sps[0])
        if facts.profile in _PROFILES:
            options["profile"] = _PROFILES[facts.profile]
        # Nearer to the picture than veryfast at 20 with a half of the work; what is copied is as large anyway.
        # On noisy 1080p: 44.1 dB and 10 ms a frame (ultrafast, 19), 45.7 and 20 (superfast, 18), 42.4 and 26 (veryfast, 20).
        options |= {"preset": "ultrafast", "crf": _BRIEF_CRF} if self.brief else {"preset": "superfast"}
        return options

    def _x265(self, told: str) -> dict[str, str]:
        # At 16 ultrafast is as near to the picture as x264 at veryfast and 18 (41.6 and 42.2 dB on noisy 1080p).
        return {"x265-params": f"{_X265}{told}", "preset": "ultrafast", "crf": "16"}

    @property
    def _number(self) -> int:
        return self.splice.brief_id if self.brief else self.splice.long_id

    def sets(self, context: VideoCodecContext) -> ParameterSets:
        """Return the parameter sets of an encoder that was opened, as the file has to carry them.

        Raises:
            Doubt: They can't stand beside the footage's.
        """
        try:
            return self.coding.own_sets(context.extradata or b"", self._number)
        except UnreadableError as problem:
            raise Doubt(
                "The encoder's parameters can't stand beside the footage's.", details={"sets": str(problem)}
            ) from None

    def name_sets(self, packets: Iterable[AnyPacket]) -> list[AnyPacket]:
        """Return an encoder's packets as they name ``sets``.

        Raises:
            Doubt: They can't.
        """
        try:
            return [
                replaced(packet, self.coding.numbered(memoryview(packet), self._number)) for packet in packets
            ]
        except UnreadableError as problem:
            raise Doubt("The encoder's pictures can't be read.", details={"sets": str(problem)}) from None


def replaced(packet: AnyPacket, content: bytes | None) -> AnyPacket:
    """Return a packet with other bytes, or itself when there are none."""
    if content is None:
        return packet
    made: AnyPacket = Packet(content)
    made.pts, made.dts, made.time_base = packet.pts, packet.dts, packet.time_base
    made.duration, made.is_keyframe = packet.duration, packet.is_keyframe
    return made
