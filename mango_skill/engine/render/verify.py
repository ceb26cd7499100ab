"""A look at what came out: a render that is not what was planned is a failure, never a success.

Render process only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import av.error
import numpy as np
from av import AudioFrame, AudioResampler, VideoFrame
from av.codec.context import ThreadType
from av.container import InputContainer
from av.stream import Discard
from numpy.typing import NDArray

from mango_skill.engine.render.dynamics import measure_lufs
from mango_skill.engine.render.joins import Join, check_joins
from mango_skill.engine.render.parts import Score
from mango_skill.engine.render.plan import RenderPlan
from mango_skill.engine.render.tapes import RATE, Samples
from mango_skill.errors import RenderError

_DEMUXERS: Final = {
    "mp4": "mov",
    "mov": "mov",
    "m4a": "mov",
    "mkv": "matroska",
    "webm": "matroska",
    "aac": "aac",
}
# Sound encoders work in blocks of up to 1152 samples and keep a little of silence at either end.
_SOUND_SLACK_S: Final = Fraction(12, 100)
_LOUDNESS_SLACK_LU: Final = 0.6
_MEASURABLE_S: Final = 3.0
_BRIEF_SLACK_LU: Final = 3.0
_SILENCE_PEAK: Final = 0.003
_SILENCE_MARGIN: Final = RATE * 60 // 1000
_SILENT_LUFS: Final = -60.0
_OURS: Final[dict[str, Any]] = {"src_colorspace": "ITU709", "src_color_range": "MPEG"}
_PICTURE_SLACK: Final = 9.0
_GIF_SLACK: Final = 20.0
_HALF: Final = Fraction(1, 2)


@dataclass(frozen=True)
class Spliced:
    """How a video was put together; its packets hold pictures that players turn by ``rotation`` degrees."""

    joins: tuple[Join, ...]
    rotation: int


@dataclass(frozen=True)
class Facts:
    """What was found in a file; ``duration`` in seconds. Absent facts are 0 or None."""

    format: str
    size: int
    duration: float
    width: int = 0
    height: int = 0
    frames: int = 0
    fps: tuple[int, int] = (0, 1)
    has_audio: bool = False
    lufs: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the facts as JSON; ``duration`` in milliseconds there, as everywhere on the wire."""
        facts = {key: value for key, value in asdict(self).items() if value is not None}
        return {**facts, "duration": round(self.duration * 1000)}


def verify(
    path: Path,
    plan: RenderPlan,
    *,
    joins: tuple[int, ...] = (),
    lufs: float | None = None,
    compose: Callable[[int], VideoFrame] | None = None,
    spliced: Spliced | None = None,
    check: Callable[[], None] = lambda: None,
) -> Facts:
    """Compare a file with its plan: streams, size, every frame there, length, joins, loudness and silences.

    Args:
        path: The file.
        plan: What it should be.
        joins: Output frames at which stretches were joined; they are decoded.
        lufs: The loudness that the mix reached; what the plan asks for when None.
        compose: Makes an output frame anew, to compare some of the file's with.
        spliced: How copied and encoded pictures follow one another; None when all were encoded alike.
        check: Called again and again, from two threads; what it raises ends the look.

    Raises:
        RenderError: ``not_as_planned``; its details say what was expected and what was found.
        Doubt: Copied and encoded pictures do not follow one another as they should.
    """
    profile = plan.profile
    if profile.format == "webp":
        return _verify_webp(path, plan, compose, check)
    name = _DEMUXERS.get(profile.format, profile.format)
    try:
        # One looks at all pictures, the other hears all of the sound.
        with ThreadPoolExecutor(1, thread_name_prefix="listen") as pool:
            sound = None
            if plan.score is not None:
                sound = pool.submit(_listen, path, name, plan.score, reached=lufs, check=check)
            with av.open(str(path), format=name) as container:
                for stream in container.streams.video:
                    stream.thread_type = ThreadType.AUTO
                turned = spliced is not None and spliced.rotation % 180 != 0
                width, height = _check_streams(container, plan, turned=turned)
                if spliced is not None:
                    check_joins(container, spliced.joins, frames=plan.frames, fps=profile.fps, check=check)
                elif plan.has_picture:
                    stamps = _check_pictures(container, plan, joins, check)
                    if compose is not None:
                        _compare(container, plan, stamps, compose, check)
            seconds, heard = sound.result() if sound is not None else (float(plan.duration), None)
    except av.error.FFmpegError as problem:
        raise _mismatch("it can't be read", "a readable file", str(problem)[:200]) from problem
    return Facts(
        format=profile.format,
        size=path.stat().st_size,
        duration=float(plan.duration) if plan.has_picture else seconds,
        width=width,
        height=height,
        frames=plan.frames if plan.has_picture else 0,
        fps=(profile.fps.numerator, profile.fps.denominator) if plan.has_picture else (0, 1),
        has_audio=plan.score is not None,
        lufs=heard,
    )


def _verify_webp(
    path: Path,
    plan: RenderPlan,
    compose: Callable[[int], VideoFrame] | None,
    check: Callable[[], None],
) -> Facts:
    """The library reads no moving WebP, Pillow does. Pictures that are alike are one there, shown for longer."""
    from PIL import Image  # no other format waits for it

    profile = plan.profile
    wanted = {} if compose is None else {at: _coarse(compose(at)) for at in sorted(_telling_frames(plan))}
    shown = Fraction(0)
    try:
        with Image.open(path, formats=["WEBP"]) as image:
            if image.size != (profile.width, profile.height):
                raise _mismatch("its size is wrong", (profile.width, profile.height), image.size)
            for number in range(getattr(image, "n_frames", 1)):
                check()
                image.seek(number)
                image.load()
                ends = shown + Fraction(int(image.info.get("duration", 0)), 1000)
                for at in [one for one in wanted if shown <= (one + _HALF) / profile.fps < ends]:
                    found = _coarse(VideoFrame.from_ndarray(np.asarray(image.convert("RGB")), format="rgb24"))
                    _compare_coarse(found, wanted.pop(at), at, slack=_PICTURE_SLACK)
                shown = ends
    except (OSError, ValueError, EOFError) as problem:
        raise _mismatch("it can't be read", "a readable file", str(problem)[:200]) from problem
    if abs(shown - plan.duration) > 2 / profile.fps or (plan.frames > 1 and wanted):
        raise _mismatch("its length is wrong", float(plan.duration), float(shown))
    return Facts(
        format=profile.format,
        size=path.stat().st_size,
        duration=float(plan.duration),
        width=profile.width,
        height=profile.height,
        frames=plan.frames,
        fps=(profile.fps.numerator, profile.fps.denominator),
    )


def _listen(
    path: Path, name: str, score: Score, *, reached: float | None, check: Callable[[], None]
) -> tuple[float, float | None]:
    with av.open(str(path), format=name) as container:
        for other in container.streams:
            if other.type != "audio":
                other.discard = Discard.all
        return _check_sound(container, score, reached, check)


def _check_streams(container: InputContainer, plan: RenderPlan, *, turned: bool) -> tuple[int, int]:
    pictures, sounds = len(container.streams.video), len(container.streams.audio)
    if pictures != int(plan.has_picture):
        raise _mismatch("its pictures are missing", int(plan.has_picture), pictures)
    if sounds != int(plan.score is not None):
        raise _mismatch("its sound is missing", int(plan.score is not None), sounds)
    if not plan.has_picture:
        return 0, 0
    stream = container.streams.video[0]
    size = (stream.height, stream.width) if turned else (stream.width, stream.height)
    wanted = (plan.profile.width, plan.profile.height)
    if size != wanted:
        raise _mismatch("its size is wrong", wanted, size)
    return size


def _check_pictures(
    container: InputContainer, plan: RenderPlan, joins: tuple[int, ...], check: Callable[[], None]
) -> list[int]:
    stream = container.streams.video[0]
    stamps = []
    for packet in container.demux(stream):
        check()
        if packet.pts is not None:
            stamps.append(packet.pts)
    stamps.sort()
    if len(stamps) != plan.frames:
        raise _mismatch("pictures are missing", plan.frames, len(stamps))
    base = Fraction(stream.time_base or Fraction(1, 1000))
    length = (stamps[-1] - stamps[0]) * base + 1 / plan.profile.fps
    if abs(length - plan.duration) > Fraction(1, 2) / plan.profile.fps:
        raise _mismatch("its length is wrong", float(plan.duration), float(length))
    for join in sorted({0, *joins, plan.frames - 1}):
        check()
        _decode_at(container, stamps, join)
    return stamps


def _decode_at(container: InputContainer, stamps: list[int], frame: int) -> VideoFrame:
    stream = container.streams.video[0]
    # The pictures of a gif are changes of the one before.
    container.seek(stamps[0 if container.format.name == "gif" else frame], stream=stream)
    for packet in container.demux(stream):
        for picture in packet.decode():
            if isinstance(picture, VideoFrame) and picture.pts is not None and picture.pts >= stamps[frame]:
                return picture
    raise _mismatch("a picture does not decode", f"frame {frame}", "none")


def _compare(
    container: InputContainer,
    plan: RenderPlan,
    stamps: list[int],
    compose: Callable[[int], VideoFrame],
    check: Callable[[], None],
) -> None:
    """Some frames must look as they were composed: by their middles of small areas, which grain does not change."""
    slack = _GIF_SLACK if plan.profile.format == "gif" else _PICTURE_SLACK
    for frame in sorted(_telling_frames(plan)):
        check()
        found, wanted = (_coarse(one) for one in (_decode_at(container, stamps, frame), compose(frame)))
        _compare_coarse(found, wanted, frame, slack=slack)


def _compare_coarse(found: NDArray[np.int16], wanted: NDArray[np.int16], frame: int, *, slack: float) -> None:
    apart = float(np.abs(found - wanted).mean())
    if apart > slack:
        raise _mismatch("a picture is not the one that was planned", f"frame {frame}", round(apart, 1))


def _telling_frames(plan: RenderPlan) -> set[int]:
    """The middle of the first text, of the first transition, of the longest clip, and the last quarter."""
    chosen = {plan.frames * 3 // 4}
    spans = [words.span for words in plan.words[:1]]
    spans += [joint.span for lane in plan.lanes for joint in lane.joints][:1]
    layers = [layer.span for lane in plan.lanes for layer in lane.layers]
    spans += sorted(layers, key=lambda span: -span.count)[:1]
    chosen.update(span.first + span.count // 2 for span in spans)
    return {min(frame, plan.frames - 1) for frame in chosen}


def _coarse(frame: VideoFrame) -> NDArray[np.int16]:
    # A frame that was just composed does not say which colours it means; an RGB one has no choice.
    matrix = {} if "rgb" in frame.format.name or "bgr" in frame.format.name else _OURS
    small = frame.reformat(width=64, height=36, format="rgb24", interpolation="AREA", **matrix)
    return np.asarray(small.to_ndarray(), dtype=np.int16)


def _check_sound(
    container: InputContainer, score: Score, reached: float | None, check: Callable[[], None]
) -> tuple[float, float | None]:
    silences = [(first + _SILENCE_MARGIN, end - _SILENCE_MARGIN) for first, end in score.silences]
    position = 0
    loudest = 0.0

    def watched() -> Iterator[Samples]:
        nonlocal position, loudest
        for samples in _decoded(container):
            check()
            for first, end in silences:
                part = samples[max(0, first - position) : max(0, end - position)]
                if len(part):
                    loudest = max(loudest, float(np.abs(part).max()))
            position += len(samples)
            yield samples

    lufs = None
    if score.lufs is not None:
        lufs = round(measure_lufs(watched()), 2)
    else:
        for _ in watched():
            pass
    seconds = position / RATE
    if abs(Fraction(position, RATE) - Fraction(score.count, RATE)) > _SOUND_SLACK_S:
        raise _mismatch("its sound has another length", score.count / RATE, seconds)
    if loudest > _SILENCE_PEAK:
        raise _mismatch("it is not silent where it is muted", 0, loudest)
    wanted = score.lufs if reached is None else reached
    if lufs is None or wanted is None or lufs < _SILENT_LUFS:
        return seconds, None
    # Under a few seconds an encoder's edges weigh on the measure.
    if abs(lufs - wanted) > (_LOUDNESS_SLACK_LU if seconds >= _MEASURABLE_S else _BRIEF_SLACK_LU):
        raise _mismatch("its loudness is wrong", wanted, lufs)
    return seconds, lufs


def _decoded(container: InputContainer) -> Iterator[Samples]:
    resampler = AudioResampler(format="flt", layout="stereo", rate=RATE)
    for packet in container.demux(container.streams.audio[0]):
        for frame in packet.decode():
            if isinstance(frame, AudioFrame):
                frame.pts = None
                for part in resampler.resample(frame):
                    yield np.asarray(part.to_ndarray(), dtype=np.float32).reshape(-1, 2)
    for part in resampler.resample(None):
        yield np.asarray(part.to_ndarray(), dtype=np.float32).reshape(-1, 2)


def _mismatch(what: str, wanted: Any, found: Any) -> RenderError:
    return RenderError(
        f"The exported file was thrown away because {what}.",
        code="not_as_planned",
        hint="Export again; if it happens again, choose another format.",
        details={"expected": wanted, "found": found},
    )
