"""The effects a timeline may carry: their kinds, parameters and where each may stand.

The director writes them, the renderer reads them; a kind that is not in ``EFFECTS`` is a problem that
``timeline.check`` reports. Percent values are numbers; 100 is "unchanged" for volumes, 0 for adjustments.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

CLIP: Final = "clip"
TRACK: Final = "track"
TIMELINE: Final = "timeline"

PICTURE: Final = "picture"
SOUND: Final = "sound"


@dataclass(frozen=True)
class EffectSpec:
    """What one kind of effect is: on picture or sound, where it may stand, and its parameters with meaning."""

    domain: str
    places: tuple[str, ...]
    parameters: Mapping[str, str]


_PICTURE_ANYWHERE = (CLIP, TIMELINE)


def _picture(**parameters: str) -> EffectSpec:
    return EffectSpec(PICTURE, _PICTURE_ANYWHERE, parameters)


EFFECTS: Final[Mapping[str, EffectSpec]] = {
    # colour
    "grayscale": _picture(),
    "sepia": _picture(),
    "invert": _picture(),
    "brightness": _picture(percent="-100 to 100"),
    "contrast": _picture(percent="-100 to 100"),
    "saturation": _picture(percent="-100 (gray) to 100"),
    "temperature": _picture(percent="-100 (cool) to 100 (warm)"),
    "white_balance": _picture(mode="auto, or a light: daylight, cloudy, tungsten, fluorescent"),
    "auto_color": _picture(),
    "look": _picture(name="a named look: teal_orange, vintage, cinematic, noir, ..."),
    "lut": _picture(asset="id of a .cube file"),
    # detail
    "sharpen": _picture(percent="0 to 100"),
    "denoise": _picture(percent="0 to 100"),
    "grain": _picture(percent="0 to 100"),
    "vignette": _picture(percent="0 to 100"),
    "blur": _picture(
        percent="0 to 100", left_percent="region", top_percent="", width_percent="", height_percent=""
    ),
    "pixelate": _picture(
        percent="0 to 100", left_percent="region", top_percent="", width_percent="", height_percent=""
    ),
    "stylize": _picture(name="glitch, vhs, shake, flash, mirror, ..."),
    # geometry, in the order of application: crop, rotate, flip, fit, place, then movement
    "crop": EffectSpec(
        PICTURE, (CLIP,), {"left_percent": "", "right_percent": "", "top_percent": "", "bottom_percent": ""}
    ),
    "rotate": EffectSpec(PICTURE, (CLIP,), {"degrees": "clockwise"}),
    "flip": EffectSpec(PICTURE, (CLIP,), {"axis": "horizontal (mirror) or vertical"}),
    "fit": EffectSpec(PICTURE, (CLIP,), {"mode": "crop, pad or blur, instead of the canvas's"}),
    "place": EffectSpec(
        PICTURE,
        (CLIP,),
        {
            "left_percent": "of the canvas width",
            "top_percent": "of the canvas height",
            "width_percent": "of the canvas width",
            "height_percent": "of the canvas height; absent keeps the picture's shape",
            "opacity_percent": "100 is opaque",
        },
    ),
    "zoom": _picture(
        factor_from="1 is the whole picture",
        factor_to="",
        x_percent="centre",
        y_percent="centre",
        ease="linear or smooth",
    ),
    "pan": _picture(direction="left, right, up, down", percent="of the frame"),
    "stabilize": EffectSpec(PICTURE, (CLIP,), {"percent": "strength"}),
    "chroma_key": EffectSpec(
        PICTURE, (CLIP,), {"color": "name or #rrggbb", "background": "asset id, colour name, or absent"}
    ),
    "letterbox": EffectSpec(PICTURE, (TIMELINE,), {"ratio": "width:height of what stays visible"}),
    "progress_bar": EffectSpec(
        PICTURE, (TIMELINE,), {"position": "top or bottom", "color": "name or #rrggbb"}
    ),
    "fade_in": EffectSpec(
        PICTURE, (CLIP, TIMELINE), {"duration": "ms", "target": "both, video or audio", "color": "black"}
    ),
    "fade_out": EffectSpec(
        PICTURE, (CLIP, TIMELINE), {"duration": "ms", "target": "both, video or audio", "color": "black"}
    ),
    # sound
    "mute": EffectSpec(SOUND, (CLIP, TRACK, TIMELINE), {"target": "all, original_audio, music, voice"}),
    "gain": EffectSpec(
        SOUND, (CLIP, TRACK, TIMELINE), {"percent": "100 is unchanged", "target": "as for mute"}
    ),
    "duck": EffectSpec(SOUND, (TRACK,), {"db": "how much lower under speech, negative"}),
    "loudness": EffectSpec(SOUND, (TIMELINE,), {"lufs": "integrated loudness of the result"}),
    "denoise_audio": EffectSpec(
        SOUND, (CLIP, TRACK, TIMELINE), {"kind": "noise, hum, wind, hiss", "percent": "strength"}
    ),
    "level_speakers": EffectSpec(SOUND, (CLIP, TRACK, TIMELINE), {}),
    "enhance_voice": EffectSpec(SOUND, (CLIP, TRACK, TIMELINE), {}),
    "pitch": EffectSpec(SOUND, (CLIP, TRACK, TIMELINE), {"semitones": "up is positive"}),
    "shift_audio": EffectSpec(SOUND, (CLIP, TRACK, TIMELINE), {"duration": "ms; later is positive"}),
    "bleep": EffectSpec(SOUND, (TIMELINE,), {}),
}

TRANSITIONS: Final = (
    "crossfade",
    "fade_black",
    "fade_white",
    "wipe_left",
    "wipe_right",
    "wipe_up",
    "wipe_down",
    "slide_left",
    "slide_right",
    "slide_up",
    "slide_down",
    "push_left",
    "push_right",
    "zoom",
    "circle",
    "blur",
    "dissolve",
    "spin",
    "glitch",
)
"""Kinds that the renderer draws; an unknown kind is drawn as crossfade and said so."""

TEXT_STYLE: Final[Mapping[str, str]] = {
    "position": "top, center, bottom, top_left, top_right, bottom_left, bottom_right, lower_third, left, right",
    "x_percent": "centre of the text, of the canvas width; overrides position",
    "y_percent": "centre of the text, of the canvas height; overrides position",
    "color": "name or #rrggbb",
    "outline": "colour of the outline, or none",
    "background": "colour of a box behind the text, or none",
    "opacity_percent": "100 is opaque",
    "size_percent": "height of a line, of the canvas's shorter side",
    "weight": "regular or bold",
    "italic": "true or false",
    "font": "a family name; the nearest available is taken",
    "align": "left, center, right",
    "animation": "none, fade, slide_left, slide_right, slide_up, slide_down, pop, typewriter, scroll_up, bounce, zoom",
    "case": "as_is, upper, lower",
    "layout": "plain, lower_third (first line the name, second the role), credits, word_by_word, karaoke",
}
