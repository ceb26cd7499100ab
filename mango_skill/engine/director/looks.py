"""Which looks and picture effects are drawn, and which of them a user's word is nearest to."""

from __future__ import annotations

from collections.abc import Mapping

from mango_skill.engine.director.outcomes import CannotDo

LOOKS = (
    "teal_orange", "cinematic", "vintage", "retro", "noir", "warm", "golden", "cool", "moody", "dramatic",
    "vibrant", "bright", "pastel", "faded", "film", "bleach_bypass", "cyberpunk", "matrix", "horror", "dreamy",
    "sunset", "natural",
)  # fmt: skip
EFFECTS = (
    "glitch", "rgb_split", "vhs", "scanlines", "shake", "zoom_pulse", "flash", "strobe", "mirror", "old_film",
    "posterize", "glow", "wave", "swing",
)  # fmt: skip

_LOOK_WORDS: Mapping[str, str] = {
    "movie": "cinematic", "hollywood": "cinematic", "blockbuster": "teal_orange", "golden_hour": "golden",
    "gold": "golden", "black_gold": "golden", "autumn": "golden", "cold": "cool", "winter": "cool", "blue": "cool",
    "day_for_night": "cool", "fresh": "bright", "bright_airy": "bright", "airy": "bright", "japanese": "bright",
    "korean": "pastel", "soft": "pastel", "wes_anderson": "pastel", "dark": "moody", "gothic": "noir",
    "black_and_white": "noir", "film_noir": "noir", "hong_kong": "retro", "80s": "retro", "90s": "retro",
    "70s": "vintage", "old": "vintage", "old_film": "vintage", "polaroid": "vintage", "nostalgic": "vintage",
    "kodak": "film", "fuji": "film", "analog": "film", "filmic": "film", "matte": "faded", "muted": "faded",
    "gritty": "bleach_bypass", "neon": "cyberpunk", "synthwave": "cyberpunk", "hdr": "vibrant", "vivid": "vibrant",
    "punchy": "vibrant", "food": "vibrant", "anime": "vibrant", "ghibli": "vibrant", "summer": "warm",
    "cozy": "warm", "romantic": "dreamy", "dream": "dreamy", "scary": "horror", "spooky": "horror",
    "documentary": "natural", "nature": "natural", "clean": "natural", "teal": "teal_orange",
}  # fmt: skip
_EFFECT_WORDS: Mapping[str, str] = {
    "chromatic_aberration": "rgb_split", "rgb_shift": "rgb_split", "rgb": "rgb_split", "tv_static": "vhs",
    "tape": "vhs", "crt": "scanlines", "scan_lines": "scanlines", "camera_shake": "shake", "earthquake": "shake",
    "white_flash": "flash", "lightning": "flash", "kaleidoscope": "mirror", "old_movie": "old_film",
    "film_burn": "old_film", "dust": "old_film", "film_scratches": "old_film", "cartoon": "posterize",
    "comic": "posterize", "oil_painting": "posterize", "solarize": "posterize", "soft_focus": "glow",
    "bloom": "glow", "dreamy": "glow", "edge_glow": "glow", "ripple": "wave", "underwater": "wave",
    "zoom_beat": "zoom_pulse", "pulse": "zoom_pulse", "soul_out": "zoom_pulse", "ghost": "rgb_split",
}  # fmt: skip


def nearest_look(said: str) -> tuple[str, bool]:
    """Return the look nearest to a user's word and whether it is that very one.

    Raises:
        CannotDo: There is none like it.
    """
    return _nearest(said, LOOKS, _LOOK_WORDS, "no_such_look")


def nearest_effect(said: str) -> tuple[str, bool]:
    """Return the picture effect nearest to a user's word and whether it is that very one.

    Raises:
        CannotDo: There is none like it.
    """
    return _nearest(said, EFFECTS, _EFFECT_WORDS, "no_such_picture_effect")


def _nearest(said: str, known: tuple[str, ...], words: Mapping[str, str], refusal: str) -> tuple[str, bool]:
    key = "_".join(said.casefold().replace("-", " ").replace("_", " ").split())
    key = key.removesuffix("_look").removesuffix("_effect").removesuffix("_style").removesuffix("_filter")
    if key in known:
        return key, True
    if key in words:
        return words[key], False
    inside = next((name for name in known if name in key), None)
    inside = inside or next((name for word, name in words.items() if word in key), None)
    if inside is None:
        names = ", ".join(name.replace("_", " ") for name in known)
        raise CannotDo(refusal, name=said[:40], names=names)
    return inside, False
