"""Photos and animations: their facts, and their pixels the right way up.

Child processes only: it imports Pillow (and libheif for HEIC).
"""

from __future__ import annotations

import importlib
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from mango_skill.engine.media.excess import refuse_scans
from mango_skill.engine.media.info import MediaInfo
from mango_skill.engine.media.sniff import Kind
from mango_skill.errors import MediaError
from mango_skill.protocol import constants

#: A 200-megapixel phone photo is used; more is refused before it is unpacked.
LARGEST_PIXELS = 210_000_000

# An animation is unpacked picture by picture: so much of it takes about half a minute.
_LARGEST_CANVAS_PIXELS = 40_000_000
_MOST_PIXELS_IN_ALL = 2_500_000_000

# Browsers show a picture of 0 or 10 ms for 100 ms, and so do people expect.
_SHORTEST_MS = 20
_UNSTATED_MS = 100

# EXIF tag 0x0112 (EXIF 2.32, 4.6.4 A): how far to turn clockwise, mirroring left aside.
_ORIENTATION = 0x0112
_TURNS = {3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}

_PILLOW_NAMES = {"jpg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP", "heic": "HEIF"}


@dataclass(frozen=True)
class Still:
    """One picture of an image file, upright, as RGB or RGBA, and how long it is shown (0 for a photo)."""

    image: Image.Image
    duration_ms: int


def probe_picture(path: Path, kind: Kind) -> MediaInfo:
    """Return the facts of an image file.

    Raises:
        MediaError: ``truncated`` or ``unreadable`` when it does not decode; ``too_large`` in pixels.
    """
    with _open_picture(path, kind.format) as image:
        # HEIC is turned by libheif as it is decoded.
        turn = 0 if kind.format == "heic" else _TURNS.get(image.getexif().get(_ORIENTATION, 1), 0)
        coded_width, coded_height = image.size
        alpha = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
        count = _count(image, kind.format)
        _refuse_endless(image, count)
        durations = []
        for index in range(count):
            image.seek(index)
            image.load()
            durations.append(_shown_ms(image) if count > 1 else 0)
    width, height = (coded_height, coded_width) if turn in {90, 270} else (coded_width, coded_height)
    total = sum(durations)
    rate = Fraction(count * 1000, total).limit_denominator(1001) if total else Fraction(0)
    return MediaInfo(
        kind="image",
        format=kind.format,
        duration_ms=total,
        width=width,
        height=height,
        coded_width=coded_width,
        coded_height=coded_height,
        rotation=turn,
        fps_num=rate.numerator,
        fps_den=rate.denominator,
        vfr=len(set(durations)) > 1,
        frame_count=count,
        has_alpha=alpha,
        animated=count > 1,
    )


def load_pictures(
    path: str | os.PathLike[str], format_name: str, *, room: tuple[int, int] | None = None
) -> Iterator[Still]:
    """Yield each picture of an image file, upright, in sRGB colours, as RGB or (with transparency) RGBA.

    Args:
        path: The file.
        format_name: ``MediaInfo.format``.
        room: As large as a photo is needed, in pixels; one of several times that is read smaller.
    """
    with _open_picture(Path(path), format_name) as image:
        count = _count(image, format_name)
        for index in range(count):
            image.seek(index)
            upright = _upright(image, room if count == 1 else None)
            alpha = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
            yield Still(
                _to_screen(_to_eight_bits(upright).convert("RGBA" if alpha else "RGB"), upright),
                _shown_ms(image) if count > 1 else 0,
            )


def _count(image: Image.Image, format_name: str) -> int:
    return getattr(image, "n_frames", 1) if format_name in {"gif", "webp", "png"} else 1


def _refuse_endless(image: Image.Image, count: int) -> None:
    pixels = image.width * image.height
    if count > 1 and (pixels > _LARGEST_CANVAS_PIXELS or pixels * count > _MOST_PIXELS_IN_ALL):
        raise MediaError(
            f"The animation is too large: {count:,} pictures of {image.width}x{image.height}.",
            code="too_large",
            hint="Send it as a video (MP4), or smaller.",
        )


def _upright(image: Image.Image, room: tuple[int, int] | None) -> Image.Image:
    """Return a picture as it is to be seen, not many times larger than needed."""
    if room is not None:
        # Whether it will be turned is not asked: the longer side of the room is kept free both ways.
        side = max(room)
        image.draft(image.mode, (side, side))
        factor = min(image.size) // side
        if factor >= 2 and image.mode in _REDUCIBLE:
            orientation, reduced = image.getexif(), image.reduce(factor)
            reduced.info.update(image.info)
            reduced.getexif().update(orientation)
            image = reduced
    return ImageOps.exif_transpose(image) or image


# Palettes and bits can't be averaged.
_REDUCIBLE = frozenset({"L", "LA", "RGB", "RGBA", "CMYK"})


def _to_screen(image: Image.Image, source: Image.Image) -> Image.Image:
    """Bring colours of a wider profile (phones take photos in Display P3) to sRGB."""
    profile = source.info.get("icc_profile")
    if not profile or source.mode not in {"RGB", "RGBA", "P", "CMYK"}:
        return image
    try:
        given = ImageCms.ImageCmsProfile(BytesIO(profile))
        taken = source if source.mode == "CMYK" else image
        changed = ImageCms.profileToProfile(
            taken, given, ImageCms.createProfile("sRGB"), outputMode=image.mode
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        # A profile that is broken, or not of this kind of colours, is as good as none.
        return image
    return changed or image


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Pillow clips 16-bit grey to white when it converts; scale it instead."""
    if image.mode in {"I;16", "I;16B", "I;16L"}:
        return image.convert("I").point(lambda value: value / 256).convert("L")
    return image


def _shown_ms(image: Image.Image) -> int:
    stated = int(image.info.get("duration", 0) or 0)
    return stated if stated >= _SHORTEST_MS else _UNSTATED_MS


@contextmanager
def _open_picture(path: Path, format_name: str) -> Iterator[Image.Image]:
    if format_name == "heic":
        _register_heif()
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures; the limit below is ours.
            warnings.simplefilter("ignore")
            with Image.open(path, formats=[_PILLOW_NAMES[format_name]]) as image:
                if image.width * image.height > LARGEST_PIXELS:
                    raise MediaError(
                        f"The picture has {image.width * image.height / 1e6:.0f} megapixels.",
                        code="too_large",
                        hint=f"Scale it down below {LARGEST_PIXELS / 1e6:.0f} megapixels.",
                    )
                if format_name == "jpg":
                    refuse_scans(path, image.width * image.height)
                yield image
    except MediaError:
        raise
    except Image.DecompressionBombError as problem:
        raise MediaError(
            "The picture has too many pixels.", code="too_large", hint="Scale it down first."
        ) from problem
    except (OSError, SyntaxError, ValueError, EOFError, UnidentifiedImageError) as problem:
        raise _broken(problem) from problem


def _broken(problem: Exception) -> MediaError:
    cut = "truncat" in str(problem).lower()
    return MediaError(
        "The picture ends in the middle." if cut else "The picture is broken: it can't be decoded.",
        code="truncated" if cut else "unreadable",
        hint="Send the picture again, or save it anew as JPEG or PNG.",
        details={"library": str(problem)[:200]},
    )


def _register_heif() -> None:
    try:
        # It has no type hints; imported by name, mypy leaves it alone.
        importlib.import_module("pi_heif").register_heif_opener()
    except ImportError:
        raise MediaError(
            "HEIC photos need a package that is not installed.",
            code=str(constants.UNSUPPORTED_MEDIA),
            hint="Install pi-heif, or send the photo as JPEG.",
        ) from None
