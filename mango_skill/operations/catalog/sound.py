"""Sound, generation, history and questions."""

from __future__ import annotations

from mango_skill.operations.catalog.parts import (
    CONTENT,
    COUNT,
    DECIBELS,
    INSTANT,
    PIXELS,
    PLACE,
    SIGNED_SECONDS,
    WORD,
    clip,
    clips_except,
    direction,
    language,
    length,
    op,
    par,
    source,
    span,
    target,
)
from mango_skill.operations.kinds import Number

_LEVEL = par("percent", Number(0, 1_000), "to {} percent", "100 is unchanged.")
_MOOD = par("mood", WORD, "in the mood {}", "How it sounds, such as upbeat.")
_MUSIC_START = par("start", Number(0, 86_400), "from {} s", "Where it begins, in seconds.")
_MUTED = (target, *span, clip, clips_except)

SOUND = (
    op(
        "set_volume",
        "D",
        "Set the volume",
        "Louder or quieter.",
        target,
        _LEVEL,
        par("db", DECIBELS, "by {} dB", "Louder (above 0) or quieter (below 0)."),
        par("level_db", DECIBELS, "to a level of {} dB", "The level itself."),
        direction,
        clip,
        clips_except,
        *span,
    ),
    op("mute", "D", "Mute", "No sound.", *_MUTED),
    op("unmute", "D", "Unmute", "Sound again.", *_MUTED),
    op(
        "duck",
        "D",
        "Duck under the voice",
        "Lower a sound while someone speaks.",
        par("target", WORD, "for target {}", "What is lowered.", "music"),
        par("db", DECIBELS, "by {} dB", "How much."),
    ),
    op(
        "normalize_loudness",
        "D",
        "Normalize the loudness",
        "Bring all of it to one loudness.",
        par("lufs", Number(-70, 0), "to {} LUFS", "The loudness to reach."),
    ),
    op(
        "denoise_audio",
        "D",
        "Denoise the sound",
        "Less noise in the sound.",
        par("kind", WORD, "of the kind {}", "wind, hum, hiss, echo and so on."),
        clip,
    ),
    op("level_speakers", "D", "Level the speakers", "Everyone equally loud."),
    op("replace_audio", "D", "Replace the sound", "Another recording as the sound.", source, clip),
    op(
        "shift_audio",
        "D",
        "Shift the sound",
        "Sound earlier or later than the picture.",
        par("seconds", SIGNED_SECONDS, "by {} seconds", "Later is above 0, earlier below."),
    ),
    op("pitch", "D", "Change the pitch", "Higher or lower.", direction, target),
    op("enhance_voice", "D", "Enhance the voice", "Speech clear and present."),
    op("isolate", "D", "Isolate a sound", "Keep one sound and drop the rest.", target),
    op("add_music", "D", "Add music", "Music under the video.", _MOOD, source, _LEVEL, _MUSIC_START),
    op("replace_music", "D", "Replace the music", "Other music.", _MOOD, source),
    op("remove_music", "D", "Remove the music", "No music."),
    op(
        "add_sfx",
        "D",
        "Add a sound effect",
        "A short sound.",
        par("name", CONTENT, "named {}", "Which sound."),
        par("at", PLACE, "at {} s", "Seconds on the timeline, end or transitions."),
    ),
    op(
        "voiceover",
        "G",
        "Add a voiceover",
        "Have a text spoken.",
        par("text", CONTENT, "saying {}", "What is said, word for word."),
        par("voice", WORD, "in the voice {}", "female, male and so on."),
        par("at", INSTANT, "at {} s", "Seconds on the timeline, or end."),
    ),
    op("dub", "G", "Dub the voices", "Voices in another language.", language),
)

OTHER = (
    op(
        "generate_clip",
        "G",
        "Generate a clip",
        "Make pictures from a description.",
        par("prompt", CONTENT, "showing {}", "What it shows."),
        length,
    ),
    op(
        "undo",
        "H",
        "Undo the last message",
        "Take messages back.",
        par("steps", COUNT, "going {} steps back", "How many.", 1),
    ),
    op(
        "redo",
        "H",
        "Redo the last message",
        "Do again what was undone.",
        par("steps", COUNT, "going {} steps forth", "How many.", 1),
    ),
    op("reset", "H", "Go back to the original", "The footage as it came."),
    op(
        "restore",
        "H",
        "Restore an earlier version",
        "The video as it was before something.",
        par("before", CONTENT, "before {}", "What had not been done yet."),
    ),
    op(
        "export",
        "D",
        "Export the video",
        "Make a file; carried out by the export tool.",
        par("format", WORD, "as {}", "mp4, webm, gif and so on."),
        par("height", PIXELS, "{} pixels high", "Height in pixels."),
        par("width", PIXELS, "{} pixels wide", "Width in pixels."),
        par("fps", Number(1, 240), "at {} frames per second", "Frames per second."),
    ),
    op(
        "clarify",
        "Q",
        "Ask what is missing",
        "One short question; nothing is changed.",
        par("missing", WORD, "which is {}", "What is missing, separated by commas."),
    ),
)
