"""What differs between the codecs whose packets are copied. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from mango_skill.engine.render import hevc_sets, parameter_sets
from mango_skill.engine.render.parameter_sets import Content, ParameterSets, UnreadableError, read_sequence


class StandAlone(Protocol):
    """Says what has to be written instead of a copied packet, and ``first`` of its copy; None for the packet itself."""

    def __call__(self, packet: memoryview, /, *, first: bool) -> bytes | None: ...


@dataclass(frozen=True)
class Coding:
    """A codec whose packets are copied. What reads bits raises ``UnreadableError``.

    Attributes:
        name: FFmpeg's name of its decoder.
        encoder: And of its encoder.
        title: What people call it.
        note: What is told of a video in it; empty where it is what everyone expects.
        formats: Formats of pictures that are copied, in FFmpeg's words.
        tag: What MP4 calls it when parameter sets stand beside the packets; empty for what is usual.
        least: The share of copied frames from which copying is the shorter way.
        settings: How many parameter sets of its own the encoder gets: for brief passages and long ones, or one for both.
        read_record: Reads a container's parameter sets.
        write_record: Writes them.
        is_simple: Whether pictures of theirs mix with encoded ones.
        look_at: Says what a packet of theirs holds.
        stand_alone: Makes copied packets independent of what came before them in the footage.
        free_ids: Finds numbers for that many more sets.
        own_sets: Reads what an encoder says of itself, numbered as asked.
        numbered: Lets an encoded packet name those sets; None where it does.
    """

    name: str
    encoder: str
    title: str
    note: str
    formats: frozenset[str]
    tag: str
    least: float
    settings: int
    read_record: Callable[[bytes], ParameterSets]
    write_record: Callable[[ParameterSets], bytes]
    is_simple: Callable[[ParameterSets], bool]
    look_at: Callable[[memoryview, ParameterSets], Content]
    stand_alone: StandAlone
    free_ids: Callable[[ParameterSets, int], tuple[int, ...]]
    own_sets: Callable[[bytes, int], ParameterSets]
    numbered: Callable[[memoryview, int], bytes | None]


def _told_to_number(record: bytes, number: int) -> ParameterSets:
    sets = parameter_sets.read_record(record)
    if any(read_sequence(unit).id != number for unit in sets.sps):
        raise UnreadableError("an encoder numbers its sets otherwise than it was told")
    return sets


def _as_it_is(packet: memoryview, *, first: bool) -> bytes | None:
    return None


def _well_numbered(packet: memoryview, number: int) -> bytes | None:
    return None


def _numbered_afterwards(record: bytes, number: int) -> ParameterSets:
    return hevc_sets.renumber(hevc_sets.read_units(record), number)


H264: Final = Coding(
    name="h264",
    encoder="libx264",
    title="H.264",
    note="",
    formats=frozenset({"yuv420p", "yuvj420p"}),
    tag="",
    least=0,
    settings=2,
    read_record=parameter_sets.read_record,
    write_record=parameter_sets.write_record,
    is_simple=parameter_sets.is_simple,
    look_at=parameter_sets.look_at,
    stand_alone=_as_it_is,
    free_ids=parameter_sets.free_ids,
    own_sets=_told_to_number,
    numbered=_well_numbered,
)
HEVC: Final = Coding(
    name="hevc",
    encoder="libx265",
    title="HEVC",
    note="the video stays HEVC as the footage is; ask for a compatible one to get H.264",
    formats=frozenset({"yuv420p", "yuvj420p", "yuv420p10le"}),
    tag="hvc1",
    # A frame takes x265 twice as long as one takes x264 in a full render.
    least=0.5,
    settings=1,
    read_record=hevc_sets.read_record,
    write_record=hevc_sets.write_record,
    is_simple=hevc_sets.is_simple,
    look_at=hevc_sets.look_at,
    stand_alone=hevc_sets.stand_alone,
    free_ids=hevc_sets.free_ids,
    own_sets=_numbered_afterwards,
    numbered=hevc_sets.renumber_slices,
)
CODINGS: Final[Mapping[str, Coding]] = {one.name: one for one in (H264, HEVC)}
"""By FFmpeg's names of their decoders."""
