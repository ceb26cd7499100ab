"""The sound of a plan: every piece on samples, with its gains, fades and treatments. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from math import floor
from typing import Final

from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.render.grid import HALF, edge, instant, sample, span
from mango_skill.engine.render.parts import Fade, Piece, Ramp, Score, Treatment
from mango_skill.engine.render.profile import Profile
from mango_skill.engine.render.readings import milliseconds, number
from mango_skill.errors import MediaError
from mango_skill.timeline import (
    AssetSource,
    Clip,
    Effect,
    GeneratedSource,
    Role,
    Timeline,
    Track,
    TrackKind,
)

ORIGINAL: Final = "original"
VOICE: Final = "voice"
MUSIC: Final = "music"
SFX: Final = "sfx"
SPEECH: Final = frozenset({ORIGINAL, VOICE})

_BUSES = {Role.VOICE: VOICE, Role.MUSIC: MUSIC, Role.SFX: SFX}
_TARGETS = {
    "all": frozenset({ORIGINAL, VOICE, MUSIC, SFX}),
    "both": frozenset({ORIGINAL, VOICE, MUSIC, SFX}),
    "original_audio": frozenset({ORIGINAL}),
    "video": frozenset({ORIGINAL}),
    "voice": frozenset({VOICE}),
    "music": frozenset({MUSIC}),
    "sfx": frozenset({SFX}),
}
_TREATMENTS = frozenset({"denoise_audio", "level_speakers", "enhance_voice", "pitch"})
_DEFAULT_DUCK_DB = -12.0
# Long enough that no cut clicks, too short to be heard as a fade.
_SEAM_S = Fraction(5, 1000)
_CROSSFADE_S = Fraction(100, 1000)
# Two places of one song, of which neither has a beat.
_SLOW_CROSSFADE_S = Fraction(2)
_BLEEP_GAIN = 0.25


def compile_score(
    timeline: Timeline,
    media: Mapping[str, MediaInfo],
    profile: Profile,
    frames: int,
) -> Score:
    """Return the whole sound; its pieces are empty when nothing is heard."""
    rate = profile.audio_rate
    count = sample(frames, profile.fps, rate)
    desk = _Desk(timeline, media, profile.fps, rate, count)
    pieces = [piece for track in timeline.tracks for piece in desk.pieces(track)]
    pieces = [desk.with_timeline(piece, {one.bus for one in pieces}) for piece in pieces]
    pieces.extend(desk.bleeps())
    loudness = timeline.effect("loudness")
    return Score(
        rate=rate,
        count=count,
        pieces=tuple(piece for piece in pieces if piece.count > 0 and piece.first < count and piece.end > 0),
        silences=desk.silences(),
        fades=tuple(desk.fades(timeline.effects, 0, count)),
        lufs=number(loudness.parameters, "lufs", -14) if loudness else None,
    )


class _Desk:
    """What every piece needs to know; holds no state that changes."""

    def __init__(
        self, timeline: Timeline, media: Mapping[str, MediaInfo], fps: Fraction, rate: int, count: int
    ) -> None:
        self.timeline = timeline
        self.media = media
        self.fps = fps
        self.rate = rate
        self.count = count

    def at(self, time_ms: int | Fraction) -> int:
        """The sample at a time of the timeline."""
        return floor(Fraction(time_ms) * self.rate / 1000 + HALF)

    def pieces(self, track: Track) -> Iterator[Piece]:
        if track.kind is TrackKind.VIDEO:
            bus = ORIGINAL
        elif track.kind is TrackKind.AUDIO:
            bus = _BUSES.get(track.role, MUSIC) if track.role else MUSIC
        else:
            return
        duck = next((one for one in track.effects if one.kind == "duck"), None)
        duck_db = -abs(number(duck.parameters, "db", _DEFAULT_DUCK_DB)) if duck else 0.0
        for index, clip in enumerate(track.clips):
            piece = self._piece(clip, bus, track.kind is TrackKind.VIDEO)
            if piece is None or piece.count <= 0:
                continue
            before = track.clips[index - 1] if index else None
            after = track.clips[index + 1] if index + 1 < len(track.clips) else None
            piece = self._with_effects(replace(piece, duck_db=duck_db), clip.effects, clip)
            piece = self._with_effects(piece, track.effects, None)
            yield self._with_seams(piece, clip, before, after)

    def _piece(self, clip: Clip, bus: str, framed: bool) -> Piece | None:
        if clip.freeze or clip.volume <= 0:
            return None
        slot = span(clip.range.start, clip.range.end, self.fps)
        if framed:
            first = sample(slot.first, self.fps, self.rate)
            count = sample(slot.end, self.fps, self.rate) - first
        else:
            first = self.at(clip.range.start)
            count = self.at(clip.range.end) - first
        gain = clip.volume / 100
        if isinstance(clip.media, GeneratedSource):
            if clip.media.kind not in ("music", "sfx", "tone"):
                return None
            parameters = dict(clip.media.parameters)
            start = Fraction(clip.source.start if clip.source else 0, 1000)
            return Piece(
                clip.id,
                bus,
                first,
                count,
                start,
                "",
                clip.media.kind,
                parameters,
                clip.speed,
                clip.reverse,
                gain,
            )
        if not isinstance(clip.media, AssetSource):
            return None
        info = self.media.get(clip.media.asset)
        if info is None:
            raise MediaError(
                f"The sound of '{clip.name}' is not in this project any more.",
                code="missing_source",
                hint="Upload the file again, or delete the clip.",
            )
        if not info.has_audio:
            return None
        start_ms = clip.source.start if clip.source else 0
        start = Fraction(start_ms, 1000)
        if framed:
            # The instant of the frame that is shown, so that lips and words stay together.
            start = instant(edge(start_ms / clip.speed, self.fps), self.fps) * clip.speed
        return Piece(
            clip.id,
            bus,
            first,
            count,
            start,
            clip.media.asset,
            speed=clip.speed,
            reverse=clip.reverse,
            gain=gain,
        )

    def _with_effects(self, piece: Piece, effects: tuple[Effect, ...], clip: Clip | None) -> Piece:
        """Put the sound effects of a clip (ranges from its start) or a wider place (timeline's ranges) on a piece."""
        offset = clip.range.start if clip else 0
        for effect in effects:
            first, end = piece.first, piece.end
            if effect.range is not None:
                first = self.at(offset + effect.range.start)
                end = self.at(offset + effect.range.end)
            if effect.kind == "mute":
                piece = replace(piece, ramps=(*piece.ramps, Ramp(first, end, 0.0)))
            elif effect.kind == "gain":
                gain = max(0.0, number(effect.parameters, "percent", 100)) / 100
                piece = replace(piece, ramps=(*piece.ramps, Ramp(first, end, gain)))
            elif effect.kind == "shift_audio":
                later = Fraction(milliseconds(effect.parameters, "duration"), 1000) * piece.speed
                piece = replace(piece, start=piece.start + later if piece.reverse else piece.start - later)
            elif effect.kind in _TREATMENTS:
                treatment = Treatment(effect.kind, dict(effect.parameters), first, end)
                piece = replace(piece, treatments=(*piece.treatments, treatment))
        if clip is not None:
            piece = replace(piece, fades=(*piece.fades, *self.fades(effects, piece.first, piece.end)))
        return piece

    def fades(self, effects: tuple[Effect, ...], first: int, end: int) -> Iterator[Fade]:
        for effect in effects:
            if effect.kind not in ("fade_in", "fade_out"):
                continue
            if effect.parameters.get("target", "both") == "video":
                continue
            length = min(end - first, self.at(milliseconds(effect.parameters, "duration", 1000)))
            if length > 0 and effect.kind == "fade_in":
                yield Fade(first, first + length, True)
            elif length > 0:
                yield Fade(end - length, end, False)

    def with_timeline(self, piece: Piece, buses: set[str]) -> Piece:
        """Put what the whole timeline asks for on a piece it is meant for."""
        meant = []
        for effect in self.timeline.effects:
            targets = _TARGETS.get(str(effect.parameters.get("target", "")))
            if effect.kind in _TREATMENTS or effect.kind == "shift_audio":
                targets = targets or (SPEECH if effect.kind != "shift_audio" else frozenset({ORIGINAL}))
            elif effect.kind == "bleep":
                effect, targets = replace(effect, kind="mute"), SPEECH  # noqa: PLW2901
            elif effect.kind not in ("mute", "gain"):
                continue
            targets = targets or _TARGETS["all"]
            if targets == _TARGETS["voice"] and VOICE not in buses:
                # Without a voice of its own, the voice is what was recorded with the picture.
                targets = frozenset({ORIGINAL})
            if piece.bus in targets:
                meant.append(effect)
        return self._with_effects(piece, tuple(meant), None)

    def bleeps(self) -> Iterator[Piece]:
        for place, effect in enumerate(self.timeline.effects):
            if effect.kind == "bleep":
                first = self.at(effect.range.start) if effect.range else 0
                end = self.at(effect.range.end) if effect.range else self.count
                seam = floor(_SEAM_S * self.rate)
                tone = {"frequency": 1000}
                yield Piece(
                    f"bleep-{place}",
                    SFX,
                    first,
                    max(0, min(end, self.count) - first),
                    generated="tone",
                    parameters=tone,
                    gain=_BLEEP_GAIN,
                    ramp_in=seam,
                    ramp_out=seam,
                )

    def silences(self) -> tuple[tuple[int, int], ...]:
        """Where nothing at all may be heard."""
        return tuple(
            (self.at(effect.range.start), self.at(effect.range.end)) if effect.range else (0, self.count)
            for effect in self.timeline.effects
            if effect.kind == "mute" and effect.parameters.get("target", "all") in ("all", "both", None)
        )

    def _with_seams(self, piece: Piece, clip: Clip, before: Clip | None, after: Clip | None) -> Piece:
        seam = min(floor(_SEAM_S * self.rate), piece.count // 2)
        joined_before = before is not None and _continues(before, clip)
        joined_after = after is not None and _continues(clip, after)
        piece = replace(piece, ramp_in=0 if joined_before else seam, ramp_out=0 if joined_after else seam)
        if clip.transition and before is not None and before.range.end == clip.range.start:
            piece = self._crossed(piece, clip, entering=True)
        if after is not None and after.transition and clip.range.end == after.range.start:
            piece = self._crossed(piece, after, entering=False)
        return piece

    def _crossed(self, piece: Piece, into: Clip, *, entering: bool) -> Piece:
        """Widen a piece over the cut so that it is mixed with its neighbour, or let both pass through silence."""
        transition = into.transition
        if transition is None or transition.duration <= 0:
            return piece
        if transition.kind in ("fade_black", "fade_white"):
            half = min(self.at(Fraction(transition.duration, 2)), piece.count)
            dip = (
                Fade(piece.first, piece.first + half, True)
                if entering
                else Fade(piece.end - half, piece.end, False)
            )
            return replace(piece, fades=(*piece.fades, dip))
        longest = _SLOW_CROSSFADE_S if piece.bus == MUSIC else _CROSSFADE_S
        half = min(
            self.at(Fraction(transition.duration, 2)), floor(longest * self.rate / 2), piece.count // 2
        )
        heard = Fraction(half, self.rate) * piece.speed
        if entering:
            start = piece.start if piece.reverse else piece.start - heard
            return replace(
                piece, first=piece.first - half, count=piece.count + half, start=start, ramp_in=2 * half
            )
        start = piece.start - heard if piece.reverse else piece.start
        return replace(piece, count=piece.count + half, start=start, ramp_out=2 * half)


def _continues(one: Clip, following: Clip) -> bool:
    """Whether the second clip goes on exactly where the first ends, so that a seam would only be a dip."""
    return (
        one.range.end == following.range.start
        and one.media == following.media
        and one.source is not None
        and following.source is not None
        and abs(one.source.end - following.source.start) <= 1
        and one.speed == following.speed == 1
        and not (one.reverse or following.reverse or one.freeze or following.freeze)
        and one.volume == following.volume
        and following.transition is None
    )
