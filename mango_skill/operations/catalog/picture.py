"""Frame, color and effects: how the picture looks."""

from __future__ import annotations

from mango_skill.operations.catalog.parts import (
    CONTENT,
    INSTANT,
    PERCENT,
    PIXELS,
    WORD,
    clip,
    clips,
    color,
    direction,
    factor,
    length,
    name,
    op,
    par,
    part,
    percent,
    position,
    ratio,
    source,
    span,
    target,
)
from mango_skill.operations.kinds import Choice, ListOf, Number, OneOf
from mango_skill.operations.model import Parameter


def _crop_sides() -> tuple[Parameter, ...]:
    sides = ("left", "right", "top", "bottom")
    return (
        *(
            par(f"{side}_percent", PERCENT, f"{{}} percent at the {side}", f"Percent off the {side}.")
            for side in sides
        ),
        *(
            par(f"{side}_px", PIXELS, f"{{}} pixels at the {side}", f"Pixels off the {side}.")
            for side in sides
        ),
    )


_KEY_COLOR = par("color", WORD, "keying {}", "The color that becomes transparent.")
_BETWEEN = par(
    "between",
    OneOf((Choice(("all",)), ListOf(Number(1, 10_000, whole=True), 2, 2))),
    "between {}",
    "Two clip numbers, or all.",
    "all",
)
_FADE_TARGET = par("target", WORD, "for target {}", "both, video or audio.", "both")
_AMOUNT = (percent, direction, *part)

FRAME = (
    op(
        "set_aspect",
        "D",
        "Change the aspect ratio",
        "Change the shape of the picture.",
        ratio,
        par(
            "fit",
            Choice(("crop", "pad", "blur")),
            "fitting by {}",
            "Crop, black bars or a blurred background.",
        ),
    ),
    op("letterbox", "D", "Add letterbox bars", "Bars as in the cinema.", ratio),
    op("crop", "D", "Crop the picture", "Cut the edges of the picture off.", *_crop_sides(), clip),
    op(
        "set_resolution",
        "D",
        "Set the resolution",
        "Set the size of the picture.",
        par("width", PIXELS, "{} pixels wide", "Width in pixels."),
        par("height", PIXELS, "{} pixels high", "Height in pixels."),
    ),
    op(
        "set_fps",
        "D",
        "Set the frame rate",
        "Set the frames per second.",
        par("fps", Number(1, 240), "to {}", "Frames per second."),
    ),
    op(
        "rotate",
        "D",
        "Rotate the picture",
        "Turn the picture clockwise.",
        par("degrees", Number(-360, 360), "by {} degrees", "Clockwise; below 0 counterclockwise."),
        clip,
    ),
    op(
        "flip",
        "D",
        "Flip the picture",
        "Mirror the picture.",
        par(
            "axis", Choice(("horizontal", "vertical")), "along the axis {}", "Left and right, or up and down."
        ),
        clip,
    ),
    op(
        "zoom",
        "D",
        "Zoom the picture",
        "Enlarge the picture.",
        factor,
        par("kind", WORD, "of the kind {}", "How it moves: slow_in, slow_out, in, out, punch_in."),
        *span,
        par("at", INSTANT, "at {} s", "Where it happens."),
        clip,
        par("target", WORD, "for target {}", "What it goes to."),
    ),
    op(
        "pan",
        "D",
        "Pan the picture",
        "Move over the picture.",
        par("direction", Choice(("left", "right", "up", "down")), "in direction {}", "Where to."),
        clip,
        *span,
    ),
    op("ken_burns", "D", "Add a Ken Burns move", "Slow zoom and pan over stills.", target, clip),
    op("stabilize", "D", "Stabilize the picture", "Take camera shake out.", clip, *span),
    op(
        "pip",
        "D",
        "Show picture in picture",
        "Show a file in a small window.",
        source,
        position,
        par("scale", Number(0.01, 1), "at the scale {}", "Its width as a part of the picture's."),
        *span,
    ),
    op(
        "split_screen",
        "D",
        "Split the screen",
        "Show several clips at once.",
        par(
            "layout",
            Choice(("side_by_side", "stacked", "grid")),
            "in the layout {}",
            "How they are arranged.",
        ),
        clips,
    ),
    op(
        "reframe",
        "V",
        "Reframe on a subject",
        "Keep a subject in the picture.",
        par("subject", WORD, "following {}", "Who or what."),
    ),
)

COLOR = (
    op("grayscale", "D", "Make it black and white", "Take the color out.", *part),
    op("sepia", "D", "Make it sepia", "Brown like an old photo.", *part),
    op("invert", "D", "Invert the colors", "Show the negative.", *part),
    op("brightness", "D", "Change the brightness", "Brighter or darker.", *_AMOUNT),
    op("contrast", "D", "Change the contrast", "More or less contrast.", *_AMOUNT),
    op("saturation", "D", "Change the saturation", "More or less color.", *_AMOUNT),
    op(
        "temperature",
        "D",
        "Change the color temperature",
        "Warmer or cooler.",
        percent,
        par("direction", Choice(("warm", "cool")), "in direction {}", "Warm or cool by the default amount."),
        *part,
    ),
    op(
        "white_balance",
        "D",
        "Set the white balance",
        "Make white look white.",
        par("mode", WORD, "to {}", "auto, daylight, tungsten, cloudy."),
        clip,
    ),
    op("auto_color", "D", "Correct the colors", "Levels and balance by measurement.", clip),
    op("look", "D", "Apply a look", "A named color grade.", name, clip),
    op(
        "lut",
        "D",
        "Apply a LUT",
        "A color table from a file.",
        par("file", CONTENT, "from the file {}", "The name of a .cube file of the project."),
        clip,
    ),
    op("sharpen", "D", "Sharpen the picture", "More edge contrast.", clip, direction),
    op("denoise_video", "D", "Denoise the picture", "Less noise in the picture.", clip),
    op("grain", "D", "Add film grain", "Grain as on film.", clip, *span),
    op("vignette", "D", "Add a vignette", "Darker corners.", clip, *span),
    op(
        "effect",
        "D",
        "Add an effect",
        "A named picture effect.",
        name,
        *span,
        clip,
        par("at", INSTANT, "at {} s", "Where it happens."),
    ),
    op("fade_in", "D", "Fade in", "Come from nothing.", length, _FADE_TARGET, color, clip),
    op("fade_out", "D", "Fade out", "Go to nothing.", length, _FADE_TARGET, color, clip),
    op(
        "transition",
        "D",
        "Add a transition",
        "Blend from clip to clip.",
        par("kind", WORD, "of the kind {}", "crossfade, wipe_left, fade_black and so on.", "crossfade"),
        length,
        _BETWEEN,
    ),
    op("remove_transition", "D", "Remove the transitions", "Plain cuts again.", _BETWEEN),
    op(
        "chroma_key",
        "D",
        "Key a color out",
        "Put another background in place of a color.",
        _KEY_COLOR,
        par("background", CONTENT, "over the background {}", "A file, color or description."),
        clip,
    ),
    op("blur", "DV", "Blur", "Make a part or all of the picture unsharp.", target, *span, clip, position),
    op("pixelate", "DV", "Pixelate", "Cover with large pixels.", target, *span, clip, position),
)
