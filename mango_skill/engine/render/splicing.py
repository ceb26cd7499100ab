"""Making the pictures of a splice: packets copied, frames between them encoded to match. Render process only."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event
from typing import Final

from av import VideoFrame

from mango_skill.engine.render.composer import Composer
from mango_skill.engine.render.encoder import AnyPacket, Template, Writer, encode_stretch
from mango_skill.engine.render.filters import FrameFilter
from mango_skill.engine.render.joins import Coarse, Join, coarse, digest
from mango_skill.engine.render.matching import Match, replaced
from mango_skill.engine.render.packet_reader import Doubt, PacketReader
from mango_skill.engine.render.parameter_sets import ParameterSets, UnreadableError, merge
from mango_skill.engine.render.passages import Passage, Take
from mango_skill.engine.render.plan import RenderPlan
from mango_skill.engine.render.players import Prepared, Source
from mango_skill.engine.render.profile import Profile
from mango_skill.engine.render.splice import Look, Splice

# Of 1080p; encoded frames wait in memory until what lies before them is written.
_MOST_WAITING: Final = 200
_FULL_HD: Final = 1920 * 1080
# A title's length: longer ones are worth twice the work for smaller pictures.
_BRIEF_S: Final = 4
_FULL_RANGE: Final = 2
_COMPOSED: Final = "yuv420p"
_SCALERS: Final = {1: "bt709", 5: "bt601", 6: "bt601", 7: "smpte240m"}
_HD_LINES: Final = 720
# Turned back from upright to how the packets hold it, by the degrees that a player turns it.
_TURNS_BACK: Final[Mapping[int, tuple[str, ...]]] = {
    0: (),
    90: ("transpose=cclock",),
    180: ("hflip", "vflip"),
    270: ("transpose=clock",),
}

Check = Callable[[], None]


@dataclass(frozen=True)
class _Encoded:
    packets: list[AnyPacket]
    join: Join


class Splicer:
    """Writes the pictures of one splice.

    Args:
        plan: What is made.
        sources: The files by asset id.
        splice: How.
        prepared: What was found out for the frames that are composed.
        step: Called for every frame; raises when the render is cancelled.
        workers: Encoders at once.

    Raises:
        Doubt: The encoder can't match the footage.
    """

    def __init__(
        self,
        plan: RenderPlan,
        sources: Mapping[str, Source],
        splice: Splice,
        *,
        prepared: Prepared,
        step: Check,
        workers: int,
    ) -> None:
        self._plan = plan
        self._sources = sources
        self._splice = splice
        self._prepared = prepared
        self._told_step = step
        self._given_up = Event()
        self._workers = workers
        self._matches = {brief: Match(plan.profile, splice, brief) for brief in (False, True)}
        self._sets = {brief: self._own_sets(match) for brief, match in self._matches.items()}
        self._benches: SimpleQueue[_Bench] = SimpleQueue()
        self._closing = ExitStack()
        self.joins: list[Join] = []
        self._looked_at = False
        for _ in range(workers):
            self._benches.put(self._closing.enter_context(closing(_Bench(sources))))
        self._shelf = self._closing.enter_context(closing(_Bench(sources)))

    def close(self) -> None:
        """Let all files go."""
        self._closing.close()

    @property
    def template(self) -> Template:
        """What the file's picture stream takes after."""
        look = self._splice.look
        sets = look.sets
        for own in self._sets.values():
            sets = merge(sets, own)
        stream = self._shelf.reader(self._splice.template).stream
        return Template(stream, look.coding.write_record(sets), look.coding.tag)

    def write(self, writer: Writer) -> None:
        """Write all pictures, encoding ahead of what is written."""
        written = 0
        with ThreadPoolExecutor(self._workers, thread_name_prefix="picture") as pool:
            try:
                for passage, encoded in self._in_order(pool):
                    packets = self._copied(passage) if encoded is None else iter(encoded.packets)
                    if encoded is not None:
                        self.joins.append(encoded.join)
                    written = self._write(writer, passage, packets, written)
            except BaseException:
                self._given_up.set()
                raise

    def _step(self) -> None:
        if self._given_up.is_set():
            raise Doubt("The pictures are made another way.")
        self._told_step()

    def _write(self, writer: Writer, passage: Passage, packets: Iterator[AnyPacket], written: int) -> int:
        base = 1 / self._plan.profile.fps
        first = written

        def placed() -> Iterator[AnyPacket]:
            nonlocal written
            for packet in packets:
                packet.dts, packet.duration, packet.time_base = written - self._splice.delay, 1, base
                if packet.pts is None or packet.pts < packet.dts:
                    raise Doubt("A picture would be shown before it is decoded.")
                written += 1
                yield packet

        writer.write_stretch(placed())
        if written - first != passage.span.count:
            raise Doubt("A passage has another number of pictures than planned.")
        return written

    def _copied(self, passage: Passage) -> Iterator[AnyPacket]:
        take = passage.copied
        assert take is not None
        known = self._splice.maps[take.asset][take.stretch]
        places = known.places(take.first, take.span.count)
        wanted, first = frozenset(places), places[0]
        reader = self._shelf.reader(take.asset)
        for place, whole in enumerate(reader.packets(known, first, places[-1] - first + 1), first):
            if place not in wanted:
                continue
            self._step()
            packet = self._stand_alone(reader, whole, first=place == first)
            if place == first:
                self.joins.append(Join(take.span.first, self._first_of(reader, packet), digest(packet)))
            packet.pts = take.span.first + known.number[place] - take.first
            yield packet

    def _stand_alone(self, reader: PacketReader, packet: AnyPacket, *, first: bool) -> AnyPacket:
        try:
            return replaced(packet, reader.coding.stand_alone(memoryview(packet), first=first))
        except UnreadableError:
            raise Doubt("The footage gave other packets than before.") from None

    def _first_of(self, reader: PacketReader, packet: AnyPacket) -> Coarse | None:
        """What a copied passage begins with where the file's own parameters alone are known; told once for all alike."""
        if self._looked_at:
            return None
        self._looked_at = bool(self.joins)
        return coarse(reader.alone(packet))

    def _in_order(self, pool: ThreadPoolExecutor) -> Iterator[tuple[Passage, _Encoded | None]]:
        size = self._plan.profile.width * self._plan.profile.height
        most = max(30, _MOST_WAITING * _FULL_HD // max(size, _FULL_HD // 4))
        ahead = deque(self._splice.passages)
        waiting: deque[tuple[Passage, Future[_Encoded] | None]] = deque()
        held = 0
        while waiting or ahead:
            while ahead and (held < most or not waiting):
                passage = ahead.popleft()
                future = None
                if passage.copied is None:
                    future = pool.submit(self._encode, passage)
                    held += passage.span.count
                waiting.append((passage, future))
            passage, future = waiting.popleft()
            if future is None:
                yield passage, None
                continue
            yield passage, future.result()
            held -= passage.span.count

    def _encode(self, passage: Passage) -> _Encoded:
        bench = self._benches.get()
        try:
            brief = passage.span.count <= _BRIEF_S * self._plan.profile.fps
            match = self._matches[brief]
            context = match.encoder()
            shown: list[Coarse] = []
            pictures = self._remembered(self._pictures(passage, bench), shown)
            packets = encode_stretch(passage.span, pictures, context=context, check=self._step)
            if match.sets(context) != self._sets[brief]:
                raise Doubt("The encoder changed its parameters.")
            return _Encoded(match.name_sets(packets), Join(passage.span.first, coarse=shown[0]))
        finally:
            self._benches.put(bench)

    def _remembered(self, pictures: Iterator[VideoFrame], shown: list[Coarse]) -> Iterator[VideoFrame]:
        for picture in pictures:
            if not shown:
                shown.append(coarse(picture))
            yield picture

    def _pictures(self, passage: Passage, bench: _Bench) -> Iterator[VideoFrame]:
        """All frames of a passage as the packets hold them: footage as it is, all else composed and brought there."""
        span, takes = passage.span, passage.takes
        if sum(take.span.count for take in takes) == span.count:
            for take in takes:
                yield from self._raw(take, bench)
            return
        with closing(Composer(self._plan, self._prepared, threads=1)) as composer:
            adapter = _Adapter(composer, self._splice.look, self._plan.profile)
            # Where nothing is converted a composer hands footage on as it is, and need not decode its lead-in twice.
            raw = () if adapter.hands_on else takes
            at = span.first
            for take in raw:
                yield from map(adapter.frame, range(at, take.span.first))
                yield from self._raw(take, bench)
                at = take.span.end
            yield from map(adapter.frame, range(at, span.end))

    def _raw(self, take: Take, bench: _Bench) -> Iterator[VideoFrame]:
        known = self._splice.maps[take.asset][take.stretch]
        return bench.reader(take.asset).pictures(known, take.first, take.span.count)

    def _own_sets(self, match: Match) -> ParameterSets:
        context = match.encoder()
        context.open()
        return match.sets(context)


class _Bench:
    """The files that one thread has open."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources
        self._readers: dict[str, PacketReader] = {}

    def reader(self, asset: str) -> PacketReader:
        if asset not in self._readers:
            source = self._sources[asset]
            self._readers[asset] = PacketReader(source.path, source.info)
        return self._readers[asset]

    def close(self) -> None:
        for reader in self._readers.values():
            reader.close()
        self._readers.clear()


class _Adapter:
    """Brings composed frames into the footage's orientation and colours."""

    def __init__(self, composer: Composer, look: Look, profile: Profile) -> None:
        self._composer = composer
        steps = _steps(look, profile)
        self._filter = FrameFilter(steps) if steps else None

    @property
    def hands_on(self) -> bool:
        """Whether composed frames are encoded as they are."""
        return self._filter is None

    def frame(self, number: int) -> VideoFrame:
        picture = self._composer.frame(number)
        return self._filter.apply(picture) if self._filter is not None else picture


def _steps(look: Look, profile: Profile) -> list[str]:
    steps = list(_TURNS_BACK[look.rotation])
    large = max(profile.height, profile.width * 9 // 16) >= _HD_LINES
    matrix = _SCALERS.get(look.tags.matrix, "bt709" if large else "bt601")
    full = look.tags.range == _FULL_RANGE or look.pixels.startswith("yuvj")
    if matrix != "bt709" or full:
        spans = f"in_range=tv:out_range={'pc' if full else 'tv'}"
        steps.append(f"scale=in_color_matrix=bt709:out_color_matrix={matrix}:{spans}")
    if full or look.pixels != _COMPOSED:
        steps.append(f"format={look.pixels}")
    return steps
