"""From a timeline to everything that a render does, decided before anything is opened. Pure.

``compile(timeline, media, profile) -> RenderPlan`` is the only place where milliseconds become frames.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.render.cues import broken, divide, separate
from mango_skill.engine.render.grid import edge, sample
from mango_skill.engine.render.parts import Cue, Lane, Score, Stage, Words
from mango_skill.engine.render.profile import Profile
from mango_skill.engine.render.score import compile_score
from mango_skill.engine.render.spacing import Inset, find_insets
from mango_skill.engine.render.storyboard import compile_finish, compile_lanes, compile_words
from mango_skill.errors import RenderError
from mango_skill.protocol import constants
from mango_skill.timeline import Canvas, Role, Timeline, TrackKind

_HINT = "Put a clip back on the timeline (undo helps), or ask for another format."


@dataclass(frozen=True)
class RenderPlan:
    """All decisions of one render.

    Attributes:
        profile: The file.
        frames: Output frames in all.
        lanes: Pictures, bottom to top.
        words: Texts above them.
        insets: Small pictures that captions keep clear of.
        finish: Changes of the composed picture, in order.
        background: Colour behind everything.
        score: The sound; None when the file has none.
        cues: Captions for a file beside the video.
        notes: What was done otherwise than the timeline says, in words.
    """

    profile: Profile
    frames: int
    lanes: tuple[Lane, ...] = ()
    words: tuple[Words, ...] = ()
    insets: tuple[Inset, ...] = ()
    finish: tuple[Stage, ...] = ()
    background: str = "black"
    score: Score | None = None
    cues: tuple[Cue, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def duration(self) -> Fraction:
        """In seconds."""
        return Fraction(self.frames) / self.profile.fps

    @property
    def has_picture(self) -> bool:
        return self.profile.has_picture


def choose_canvas(timeline: Timeline, media: Mapping[str, MediaInfo]) -> Canvas:
    """Return the timeline's canvas, or one in the shape and rate of its first picture."""
    if timeline.canvas is not None:
        return timeline.canvas
    for track, clip in timeline.clips():
        info = media.get(getattr(clip.media, "asset", ""))
        if track.kind is TrackKind.VIDEO and info is not None and info.width and info.height:
            return Canvas(info.width, info.height, info.fps if info.has_video and info.fps else Fraction(30))
    return Canvas()


def compile(  # noqa: A001 - what a plan does is compiling
    timeline: Timeline, media: Mapping[str, MediaInfo], profile: Profile
) -> RenderPlan:
    """Decide everything about a render.

    Args:
        timeline: What is to be seen and heard.
        media: The facts of its files by asset id.
        profile: The file that is asked for.

    Raises:
        RenderError: ``nothing_to_render``: neither picture nor sound is left, or none of the kind that the
            format holds.
    """
    canvas = choose_canvas(timeline, media)
    end = _end(timeline)
    frames = edge(end, profile.fps)
    notes: list[str] = []
    lanes = compile_lanes(timeline, media, profile=profile, canvas=canvas, notes=notes)
    score = compile_score(timeline, media, profile, frames)
    _refuse_nothing(profile, lanes, score, frames)
    burn = profile.captions == "burn"
    return RenderPlan(
        profile=profile,
        frames=frames,
        lanes=lanes if profile.has_picture else (),
        words=compile_words(timeline, profile, frames, burn) if profile.has_picture else (),
        insets=find_insets(lanes, (profile.width, profile.height)) if profile.has_picture else (),
        finish=compile_finish(timeline, profile, frames) if profile.has_picture else (),
        background=canvas.background,
        score=score if profile.has_sound and score.pieces else None,
        cues=compile_cues(timeline) if profile.captions in constants.CAPTION_FORMATS else (),
        notes=tuple(dict.fromkeys(notes)),
    )


def _refuse_nothing(profile: Profile, lanes: tuple[Lane, ...], score: Score, frames: int) -> None:
    pictures = any(lane.layers for lane in lanes)
    sounds = bool(score.pieces) and sample(frames, profile.fps, score.rate) > 0
    if frames <= 0 or not (pictures or sounds):
        raise RenderError(
            "There is no picture and no sound left to export.", code="nothing_to_render", hint=_HINT
        )
    if not profile.has_picture and not sounds:
        raise RenderError(
            f"There is no sound to put into a {profile.format} file.", code="nothing_to_render", hint=_HINT
        )
    if not profile.has_sound and not pictures:
        raise RenderError(
            f"There is no picture to put into a {profile.format} file.", code="nothing_to_render", hint=_HINT
        )


def no_picture() -> RenderError:
    """Return the error of a picture of a video that has none."""
    return RenderError(
        "There is no picture in this video to save.",
        code="nothing_to_render",
        hint="Put a clip or a photo onto the timeline first.",
    )


def compile_cues(timeline: Timeline) -> tuple[Cue, ...]:
    """Return the captions as far as there is a picture or a sound below them, each short enough to be read."""
    end = _end(timeline)
    cues = [
        replace(part, text=broken(part.text))
        for track in timeline.role(Role.CAPTIONS)
        for cue in separate(
            [
                Cue(clip.range.start, min(clip.range.end, end), clip.text)
                for clip in track.clips
                if clip.text and clip.text.strip() and clip.range.start < end
            ]
        )
        for part in divide(cue)
    ]
    return tuple(sorted(cues, key=lambda cue: (cue.start, cue.end)))


def _end(timeline: Timeline) -> int:
    return max((t.end for t in timeline.tracks if t.kind in (TrackKind.VIDEO, TrackKind.AUDIO)), default=0)
