"""The whole sound of a plan, mixed into a file of floats. Render process only.

Everything is streamed a second at a time; the mix lies on disk, so that ducking and loudness may look at all of it
before the last gain is set.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.render.dynamics import duck_curve, master
from mango_skill.engine.render.mixfile import BLOCK, MixFile
from mango_skill.engine.render.parts import Fade, Piece, Ramp, Score, Treatment
from mango_skill.engine.render.players import Source
from mango_skill.engine.render.profile import Container
from mango_skill.engine.render.score import SPEECH
from mango_skill.engine.render.scratch import Scratch
from mango_skill.engine.render.soundtrack import Soundtrack, is_recorded, record
from mango_skill.engine.render.tapes import (
    RATE,
    Samples,
    Tape,
    make_sound,
    read_file,
    silence,
)
from mango_skill.engine.render.treatments import (
    QUIET_FLOOR_DB,
    RUN_UP_S,
    noise_floor,
    tempo_steps,
    treat,
    treatment_steps,
)

_SEAM: Final = RATE * 5 // 1000
_LEVEL_STEP: Final = RATE // 100
# Decoders hand out about 21 ms at a time: half a minute tells what a microphone's noise is.
_FLOOR_CHUNKS: Final = 1500

Check = Callable[[], None]


@dataclass(frozen=True)
class Mix:
    """The finished sound: float32 stereo at 48 kHz in a file, its loudness where one was asked for, and its encoding."""

    path: Path
    lufs: float | None
    track: Soundtrack | None = None


def mix(
    score: Score,
    sources: Mapping[str, Source],
    scratch: Scratch,
    check: Check,
    *,
    kind: Container | None = None,
) -> Mix:
    """Mix a score, and encode it.

    Args:
        score: What is heard.
        sources: The files by asset id.
        scratch: Names files for the mix and what is needed on the way.
        check: Called at every second of sound; raises when the render is cancelled.
        kind: What it is encoded for; it is not when None, or where nothing is lost by encoding.

    Raises:
        MediaError: A source is gone or can't be read.
    """
    tapes = Tapes(sources)
    players = [PiecePlayer(piece, tapes) for piece in sorted(score.pieces, key=lambda piece: piece.first)]
    ducked = any(player.piece.duck_db for player in players)
    plain_path, ducked_path = scratch.path("mix"), scratch.path("ducked")
    levels: list[NDArray[np.float32]] = []
    with plain_path.open("wb") as plain, ducked_path.open("wb") as below:
        waiting, playing = deque(players), list[PiecePlayer]()
        for first in range(0, score.count, BLOCK):
            check()
            count = min(BLOCK, score.count - first)
            while waiting and waiting[0].piece.first < first + count:
                playing.append(waiting.popleft())
            loud, quiet, speech = _add_up(playing, first, count)
            playing = [player for player in playing if player.piece.end > first + count]
            levels.append(_levels(speech))
            plain.write(loud.tobytes())
            if ducked:
                below.write(quiet.tobytes())
    tapes.close()
    if ducked:
        _put_under(plain_path, ducked_path, np.concatenate(levels), _duck_db(players))
    ducked_path.unlink()
    lufs = master(plain_path, score, check)
    if kind is None or not is_recorded(kind):
        return Mix(plain_path, lufs)
    track = record(plain_path, kind, scratch.path("sound"), lufs=lufs, check=check)
    return Mix(plain_path, lufs if track.lufs is None else track.lufs, track)


def _duck_db(players: list[PiecePlayer]) -> float:
    return min(player.piece.duck_db for player in players)


def _add_up(players: list[PiecePlayer], first: int, count: int) -> tuple[Samples, Samples, Samples]:
    loud, quiet, speech = silence(count), silence(count), silence(count)
    for player in players:
        piece = player.piece
        start, end = max(first, piece.first), min(first + count, piece.end)
        if start >= end:
            continue
        samples = player.read(start, end - start)
        where = slice(start - first, end - first)
        (quiet if piece.duck_db else loud)[where] += samples
        if piece.bus in SPEECH:
            speech[where] += samples
        if end == piece.end:
            player.close()
    return loud, quiet, speech


def _levels(samples: Samples) -> NDArray[np.float32]:
    """The power of every 10 ms."""
    steps = -(-len(samples) // _LEVEL_STEP)
    padded = np.zeros((steps * _LEVEL_STEP, 2), dtype=np.float32)
    padded[: len(samples)] = samples
    return np.asarray((padded.reshape(steps, -1) ** 2).mean(axis=1), dtype=np.float32)


def _put_under(plain: Path, below: Path, powers: NDArray[np.float32], db: float) -> None:
    curve = duck_curve(powers, db)
    times = (np.arange(len(curve)) + 0.5) * _LEVEL_STEP
    with MixFile(plain) as loud, MixFile(below) as quiet:
        for first, block in loud.blocks():
            at = np.arange(first, first + len(block))
            gain = np.interp(at, times, curve).astype(np.float32)
            loud.write(first, block + quiet.read(first, len(block)) * gain[:, None])


class Tapes:
    """Open files, handed from piece to piece: opening one takes longer than reading a second of it."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self.sources = sources
        self._idle: dict[str, list[Tape]] = {}

    def take(self, asset: str) -> Tape:
        """Return a file that nobody else reads; give it back.

        Raises:
            MediaError: It is gone or can't be read.
        """
        idle = self._idle.get(asset)
        source = self.sources[asset]
        return idle.pop() if idle else Tape(source.path, source.info)

    def give_back(self, asset: str, tape: Tape) -> None:
        """Let another piece read on from where this one ended."""
        self._idle.setdefault(asset, []).append(tape)

    def close(self) -> None:
        """Close all that were given back."""
        while self._idle:
            for tape in self._idle.popitem()[1]:
                tape.close()


class PiecePlayer:
    """Plays one piece from its start to its end; read it in order."""

    def __init__(self, piece: Piece, tapes: Tapes) -> None:
        self.piece = piece
        self._tapes = tapes
        self._taken: list[Tape] = []
        self._dry: _Flow | None = None
        self._wet: list[tuple[Treatment, _Flow]] | None = None

    def read(self, first: int, count: int) -> Samples:
        """Return ``count`` samples from output sample ``first`` on, with all gains applied."""
        piece = self.piece
        if self._dry is None or self._wet is None:
            whole = [one for one in piece.treatments if one.first <= piece.first and one.end >= piece.end]
            parts = [one for one in piece.treatments if one not in whole and one.first < piece.end]
            self._dry = _Flow(self._open(whole))
            self._wet = [(one, _Flow(self._open([*whole, one]))) for one in parts]
            if first > piece.first:
                self._skip(first - piece.first)
        samples = self._dry.read(count)
        at = np.arange(first, first + count)
        for treatment, flow in self._wet:
            share = _trapezoid(at, treatment.first, treatment.end)[:, None]
            samples = samples + (flow.read(count) - samples) * share
        return np.asarray(samples * self._gain(at)[:, None], dtype=np.float32)

    def close(self) -> None:
        self._dry = None
        self._wet = None
        while self._taken:
            self._tapes.give_back(self.piece.asset, self._taken.pop())

    def _skip(self, count: int) -> None:
        flows = [self._dry, *(flow for _, flow in self._wet or ())]
        for flow in flows:
            if flow is not None:
                flow.read(count)

    def _open(self, treatments: list[Treatment]) -> Iterator[Samples]:
        """The piece's material from its first sample on, treated and at its speed."""
        piece = self.piece
        seconds = Fraction(piece.count, RATE) * piece.speed
        cleaning = any(one.kind == "denoise_audio" for one in treatments)
        floor = self._floor() if cleaning else QUIET_FLOOR_DB
        steps = [step for one in treatments for step in treatment_steps(one.kind, one.parameters, floor)]
        tempo = tempo_steps(piece.speed)
        run_up = Fraction(0)
        if steps and not piece.reverse and not piece.generated:
            run_up = min(RUN_UP_S, max(Fraction(0), piece.start))
        source = self._material(run_up, seconds)
        # Filters hold on to their last samples until more comes.
        padded = chain(source, (silence(BLOCK) for _ in range(2)))
        treated = _without(treat(padded, steps), round(run_up * RATE)) if steps else source
        return treat(chain(treated, [silence(BLOCK)]), tempo) if tempo else treated

    def _floor(self) -> float:
        source = self._tapes.sources.get(self.piece.asset)
        return QUIET_FLOOR_DB if source is None else _file_floor(source.path, source.info)

    def _material(self, run_up: Fraction, seconds: Fraction) -> Iterator[Samples]:
        piece = self.piece
        if piece.generated:
            return make_sound(piece.generated, piece.parameters, start=piece.start, seconds=seconds)
        tape = self._tapes.take(piece.asset)
        self._taken.append(tape)
        if piece.reverse:
            return tape.play_backwards(piece.start, seconds)
        return tape.play(piece.start - run_up)

    def _gain(self, at: NDArray[np.int64]) -> NDArray[np.float32]:
        piece = self.piece
        gain = np.full(len(at), piece.gain, dtype=np.float32)
        if piece.ramp_in:
            gain *= _rise(at, piece.first, piece.first + piece.ramp_in)
        if piece.ramp_out:
            gain *= _rise(-at, -piece.end, piece.ramp_out - piece.end)
        for ramp in piece.ramps:
            gain *= ramp_gain(at, ramp)
        for fade in piece.fades:
            gain *= fade_gain(at, fade)
        return gain


@lru_cache(maxsize=64)
def _file_floor(path: Path, info: MediaInfo) -> float:
    """All pieces of a file are cleaned alike."""
    return noise_floor(islice(read_file(path, info, Fraction(0)), _FLOOR_CHUNKS))


class _Flow:
    """Chunks of any length, read in lengths that are asked for; silence after the end."""

    def __init__(self, chunks: Iterator[Samples]) -> None:
        self._chunks = chunks
        self._rest = silence(0)

    def read(self, count: int) -> Samples:
        block = silence(count)
        filled = 0
        while filled < count:
            if not len(self._rest):
                chunk = next(self._chunks, None)
                if chunk is None:
                    break
                self._rest = chunk
            part = self._rest[: count - filled]
            block[filled : filled + len(part)] = part
            filled += len(part)
            self._rest = self._rest[len(part) :]
        return block


def _without(chunks: Iterator[Samples], count: int) -> Iterator[Samples]:
    for chunk in chunks:
        if count >= len(chunk):
            count -= len(chunk)
            continue
        yield chunk[count:]
        count = 0


def _rise(at: NDArray[np.int64], first: int, end: int) -> NDArray[np.float32]:
    """From 0 to 1 between two samples, of equal power when crossed with its opposite falling."""
    part = np.clip((at - first) / max(1, end - first), 0, 1)
    return np.asarray(np.sin(part * np.pi / 2), dtype=np.float32)


def _trapezoid(at: NDArray[np.int64], first: int, end: int) -> NDArray[np.float32]:
    """1 within a range, 0 outside of it, with short slopes that lie outside."""
    rising = (at - first + _SEAM) / _SEAM
    falling = (end + _SEAM - at) / _SEAM
    return np.asarray(np.clip(np.minimum(rising, falling), 0, 1), dtype=np.float32)


def ramp_gain(at: NDArray[np.int64], ramp: Ramp) -> NDArray[np.float32]:
    """Return the gain of a ramp at samples: its own within, 1 outside."""
    return 1 + (np.float32(ramp.gain) - 1) * _trapezoid(at, ramp.first, ramp.end)


def fade_gain(at: NDArray[np.int64], fade: Fade) -> NDArray[np.float32]:
    """Return the gain of a fade at samples; beyond its silent end it stays silent."""
    part = np.clip((at - fade.first) / max(1, fade.end - fade.first), 0, 1)
    risen = np.sin(part * np.pi / 2) ** 2
    return np.asarray(risen if fade.rising else 1 - risen, dtype=np.float32)
