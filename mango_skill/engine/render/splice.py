"""Whether and how a plan is made by copying packets: decided by looking at the files. Render process only.

A copy can begin only where a decoder may change to other parameter sets, because an encoded passage with its own comes
before nearly every copy. In H.264 that is an IDR picture (7.4.1.2.1). Open groups of pictures begin with another kind:
to make an IDR of one, the numbers of all pictures that follow would have to be written anew, and the order in which
they refer to one another where a picture shown before it is left out. So of such films the first group and all that
follows it without a cut is copied, and the rest is encoded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.render.codings import CODINGS, Coding
from mango_skill.engine.render.packet_map import KEY, START, PacketMap
from mango_skill.engine.render.packet_reader import Doubt, PacketReader, Tags
from mango_skill.engine.render.parameter_sets import ParameterSets, UnreadableError
from mango_skill.engine.render.passages import Passage, Plain, count_copied, divide, find_plain, find_takes
from mango_skill.engine.render.plan import RenderPlan
from mango_skill.engine.render.players import Source
from mango_skill.errors import MediaError

_CONTAINERS: Final = frozenset({"mp4", "mov", "mkv"})
# FFmpeg's numbers of the curves of HDR: what is drawn for it does not belong between its pictures.
_HIGH_DYNAMIC: Final = frozenset({16, 18})
# And of the matrices that frames can be drawn in.
_MATRICES: Final = frozenset({1, 2, 5, 6, 7})
# Stretches of a file nearer to each other than this are read in one go.
_BRIDGE_S: Final = 20
_ENCODER_DELAY: Final = 2
# 29.97 and 30 differ by a thousandth.
_SAME_RATE: Final = Fraction(1, 2000)
_LEANING: Final = (
    "the footage's full pictures can only be cut to together with those before them (open groups)"
)

Check = Callable[[], None]


@dataclass(frozen=True)
class Look:
    """What all pictures of one stream have in common.

    Attributes:
        coding: Their codec.
        sets: Their parameter sets.
        tags: Their colours.
        pixels: FFmpeg's name of their format.
        rotation: Clockwise degrees by which a player turns them.
    """

    coding: Coding
    sets: ParameterSets
    tags: Tags
    pixels: str
    rotation: int


@dataclass(frozen=True)
class Splice:
    """How a video is put together from copied and encoded pictures.

    Attributes:
        passages: All frames, in order.
        maps: Where the packets lie, by file and stretch.
        look: Of the copied pictures; encoded ones take after it.
        template: A file that has this look.
        brief_id: The number of the encoder's own parameter sets for a few frames.
        long_id: And of those for many.
        delay: By how many pictures decoding is ahead of showing.
        reorder: By how many the copied pictures need it to be.
        copied: How many frames are copied.
    """

    passages: tuple[Passage, ...]
    maps: Mapping[str, tuple[PacketMap, ...]]
    look: Look
    template: str
    brief_id: int
    long_id: int
    delay: int
    reorder: int
    copied: int


@dataclass(frozen=True)
class Refusal:
    """Why nothing is copied, as the end of a sentence; empty when nobody expects it."""

    why: str = ""


def plan_splice(plan: RenderPlan, sources: Mapping[str, Source], check: Check) -> Splice | Refusal:
    """Decide what can be copied.

    Args:
        plan: What is to be made.
        sources: The files by asset id.
        check: Raises when the render is cancelled.

    Raises:
        MediaError: A source is gone.
    """
    profile = plan.profile
    if profile.quality != "source" or profile.crf is not None or profile.format not in _CONTAINERS:
        return Refusal()
    if profile.compatible:
        return Refusal("the most compatible file was asked for")
    used = {
        layer.material.asset
        for lane in plan.lanes
        for layer in lane.layers
        if hasattr(layer.material, "asset")
    }
    films = {name: sources[name] for name in used if name in sources and sources[name].info.has_video}
    reasons = {name: _why_not(source.info, plan) for name, source in films.items()}
    plain = find_plain(plan, {name for name, why in reasons.items() if not why})
    if not plain:
        told = next((why for why in reasons.values() if why), "")
        return Refusal(told or ("every picture is changed" if films else ""))
    return _Surveyor(plan, films, check).survey(plain)


def _why_not(info: MediaInfo, plan: RenderPlan) -> str:
    """Why none of a file's pictures can be copied; empty when they can."""
    size = (info.width, info.height)
    coding = CODINGS.get(info.video_codec or "")
    if coding is None:
        return "the footage is neither in H.264 nor in HEVC"
    if info.transfer in _HIGH_DYNAMIC:
        return "the footage is HDR, and the video is not"
    if info.interlaced:
        return "the footage is interlaced"
    if info.unordered:
        return "the footage does not tell when its pictures are shown"
    if info.pixel_format not in coding.formats:
        return "the footage has more colours than most players take"
    if info.mirrored:
        return "the footage is mirrored when it is shown"
    if info.pixel_aspect != 1:
        return "the footage has pixels that are not square"
    if size != (plan.profile.width, plan.profile.height):
        return "the footage has another size than the video"
    return ""


class _Surveyor:
    """Looks at the files of one plan."""

    def __init__(self, plan: RenderPlan, films: Mapping[str, Source], check: Check) -> None:
        self._plan = plan
        self._films = films
        self._check = check
        self._looks: dict[str, Look] = {}
        self._maps: dict[str, tuple[PacketMap, ...]] = {}
        self._why = ""

    def survey(self, plain: tuple[Plain, ...]) -> Splice | Refusal:
        for asset in dict.fromkeys(one.asset for one in plain):
            try:
                self._look_at(asset, [one for one in plain if one.asset == asset])
            except Doubt as doubt:
                self._why = f"{doubt.message[0].lower()}{doubt.message[1:].rstrip('.')}"
        best: tuple[int, Look | None, tuple[Passage, ...]] = (0, None, ())
        for shared in dict.fromkeys(self._looks.values()):
            alike = {asset: self._maps[asset] for asset, one in self._looks.items() if one == shared}
            takes = find_takes([one for one in plain if one.asset in alike], alike, self._plan.profile.fps)
            passages = divide(self._plan.frames, self._plan.profile.fps, takes, alike)
            copied = count_copied(passages)
            if 0 < copied < shared.coding.least * self._plan.frames:
                self._why = (
                    f"most of it would have to be encoded in {shared.coding.title}, which takes longer"
                )
            elif copied > best[0]:
                best = (copied, shared, passages)
        copied, look, passages = best
        if look is None:
            return Refusal(
                self._why
                or ("the footage has another frame rate than the video" if self._is_off_beat() else "")
                or (_LEANING if self._leans() else "")
                or "no cut leaves enough of the footage between two of its full pictures"
            )
        return self._splice(look, passages, copied)

    def _is_off_beat(self) -> bool:
        """Whether no file has the video's frame rate."""
        wanted = self._plan.profile.fps
        rates = [source.info.fps for source in self._films.values() if source.info.fps]
        return bool(rates) and all(abs(rate / wanted - 1) > _SAME_RATE for rate in rates)

    def _leans(self) -> bool:
        """Whether decoding can start at pictures at which no copy can."""
        marks = [mark for maps in self._maps.values() for known in maps for mark in known.marks]
        return any(mark & KEY and not mark & START for mark in marks)

    def _splice(self, look: Look, passages: tuple[Passage, ...], copied: int) -> Splice | Refusal:
        copies = [one.copied for one in passages if one.copied is not None]
        delays = [self._maps[one.asset][one.stretch].delay(one.first, one.span.count) for one in copies]
        try:
            numbers = look.coding.free_ids(look.sets, look.coding.settings)
        except UnreadableError:
            return Refusal("the footage's parameters can't be read")
        kept = {asset: maps for asset, maps in self._maps.items() if self._looks[asset] == look}
        return Splice(
            passages=passages,
            maps=kept,
            look=look,
            template=copies[0].asset,
            brief_id=numbers[0],
            long_id=numbers[-1],
            delay=max(_ENCODER_DELAY, *delays),
            reorder=max(delays),
            copied=copied,
        )

    def _look_at(self, asset: str, plain: list[Plain]) -> None:
        source, fps = self._films[asset], self._plan.profile.fps
        reader = PacketReader(source.path, source.info)
        try:
            sets = reader.sets
            if sets.length_size != 4 or not _is_simple(reader):
                raise Doubt("The footage is packed in a way that can't be copied.")
            if reader.tags.curve in _HIGH_DYNAMIC or reader.tags.matrix not in _MATRICES:
                raise Doubt("The footage has colours that can't be drawn over.")
            stretches = _bridged((one.first / fps, (one.first + one.span.count) / fps) for one in plain)
            self._maps[asset] = tuple(
                reader.map(Fraction(start), Fraction(end), self._check) for start, end in stretches
            )
            self._looks[asset] = Look(
                reader.coding, sets, reader.tags, source.info.pixel_format, source.info.rotation
            )
        except MediaError as problem:
            raise Doubt("The footage can't be read packet by packet.") from problem
        finally:
            reader.close()


def _is_simple(reader: PacketReader) -> bool:
    try:
        return reader.coding.is_simple(reader.sets)
    except UnreadableError:
        return False


def _bridged(stretches: Iterable[tuple[Fraction, Fraction]]) -> list[tuple[Fraction, Fraction]]:
    """Stretches of seconds, those that lie near one another as one."""
    found: list[tuple[Fraction, Fraction]] = []
    for start, end in sorted(stretches):
        if found and start - found[-1][1] < _BRIDGE_S:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found
