"""Finding a face for every character: the family asked for, the fonts of our packages, the system's.

The packages come before the system's own fonts so that a video looks the same on every machine; a family that
is asked for by name, and emoji in colour, are looked for on the system first.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

from mango_skill.engine.media.clusters import is_emoji, visible_code_points
from mango_skill.engine.media.coverage import Coverage, read_coverage
from mango_skill.errors import ConfigurationError


@dataclass(frozen=True)
class Face:
    """One face of a font file.

    Attributes:
        path: The file.
        index: Which face of a collection.
        color: Its glyphs are pictures with colours of their own.
    """

    path: Path
    index: int = 0
    color: bool = False


# Package, file, and the family wanted from a collection. Order is preference.
_LATIN = (("fontpkg_inter", "files/Inter[opsz,wght].ttf"), ("manimgx_fonts", "NotoSans[wght].ttf"))
_LATIN_ITALIC = (
    ("fontpkg_inter", "files/Inter-Italic[opsz,wght].ttf"),
    ("manimgx_fonts", "NotoSans-Italic[wght].ttf"),
)
_CJK = ("manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc")
_EMOJI = ("manimgx_fonts", "NotoEmoji[wght].ttf")
_HEAVIEST_DRAWING = 500
_COLOR_EMOJI_FILES = frozenset(
    {
        "notocoloremoji.ttf",
        "apple color emoji.ttc",
        "seguiemj.ttf",
        "twemoji.ttf",
        "twittercoloremoji-svginot.ttf",
    }
)
_CJK_FAMILIES = {
    "zh": "Noto Sans CJK SC",
    "zh-hant": "Noto Sans CJK TC",
    "ja": "Noto Sans CJK JP",
    "ko": "Noto Sans CJK KR",
}


def find_face(
    cluster: str,
    *,
    family: str | None = None,
    italic: bool = False,
    language: str = "zh",
    full_width: bool = False,
) -> Face | None:
    """Return the first face that has the whole cluster; None when none has.

    Args:
        cluster: See ``clusters.split_clusters``.
        family: A family by name, looked for on the system.
        italic: Prefer slanted letters.
        language: ``zh``, ``zh-hant``, ``ja`` or ``ko``: whose forms of ideographs.
        full_width: Prefer the face of the ideographs, for the punctuation among them.

    Raises:
        ConfigurationError: No font at all is installed.
    """
    needed = visible_code_points(cluster)
    none = True
    for face in _candidates(
        is_emoji(cluster), family=family, italic=italic, language=language, full_width=full_width
    ):
        none = False
        if _coverage(face).has_all(needed):
            return face
    if none:
        raise ConfigurationError(
            "No font is installed.",
            code="no_fonts",
            hint="Install the local extra: pip install 'mango-skill[local]'.",
        )
    return None


def is_line_drawing(face: Face) -> bool:
    """Return whether the face's glyphs are pictures drawn with lines, which an outline would fill."""
    return face.path.name == _EMOJI[1]


def _candidates(
    emoji: bool, *, family: str | None, italic: bool, language: str, full_width: bool
) -> Iterator[Face]:
    if emoji:
        yield from _color_emoji_faces()
        yield from _packaged(*_EMOJI)
    if family:
        yield from _family_faces(family, italic)
    if full_width:
        yield from _cjk_face(language)
    for package, file in _LATIN_ITALIC if italic else _LATIN:
        yield from _packaged(package, file)
    yield from _cjk_face(language)
    yield from _package_folder("manimgx_fonts")
    yield from _system_faces()


@lru_cache(maxsize=512)
def _coverage(face: Face) -> Coverage:
    return read_coverage(face.path, face.index)


@lru_cache(maxsize=64)
def _package_root(package: str) -> Path | None:
    found = importlib.util.find_spec(package)
    return Path(found.origin).parent if found and found.origin else None


@lru_cache(maxsize=64)
def _packaged(package: str, file: str) -> tuple[Face, ...]:
    root = _package_root(package)
    return (Face(root / file),) if root and (root / file).is_file() else ()


@lru_cache(maxsize=8)
def _package_folder(package: str) -> tuple[Face, ...]:
    root = _package_root(package)
    return tuple(Face(path) for path in sorted(root.glob("*.ttf"))) if root else ()


@lru_cache(maxsize=8)
def _cjk_face(language: str) -> tuple[Face, ...]:
    root = _package_root(_CJK[0])
    if not root or not (root / _CJK[1]).is_file():
        return ()
    path = root / _CJK[1]
    wanted = _CJK_FAMILIES.get(language, _CJK_FAMILIES["zh"])
    index = next((index for index, family in enumerate(_collection_families(path)) if family == wanted), 0)
    return (Face(path, index),)


def _collection_families(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        head = file.read(12)
    count = int.from_bytes(head[8:12], "big") if head.startswith(b"ttcf") else 1
    for index in range(count):
        yield ImageFont.truetype(str(path), 10, index=index).getname()[0] or ""


def _system_folders() -> list[Path]:
    home = Path.home()
    if sys.platform == "win32":
        return [
            Path(os.environ.get("SYSTEMROOT", "C:/Windows")) / "Fonts",
            home / "AppData/Local/Microsoft/Windows/Fonts",
        ]
    if sys.platform == "darwin":
        return [home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")]
    return [
        home / ".local/share/fonts",
        home / ".fonts",
        Path("/usr/local/share/fonts"),
        Path("/usr/share/fonts"),
    ]


@lru_cache(maxsize=1)
def _system_files() -> tuple[Path, ...]:
    endings = {".ttf", ".otf", ".ttc", ".otc"}
    return tuple(
        path
        for folder in _system_folders()
        if folder.is_dir()
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in endings
    )


@lru_cache(maxsize=1)
def _color_emoji_faces() -> tuple[Face, ...]:
    return tuple(
        Face(path, color=True) for path in _system_files() if path.name.lower() in _COLOR_EMOJI_FILES
    )


@lru_cache(maxsize=1)
def _system_faces() -> tuple[Face, ...]:
    return tuple(Face(path) for path in _system_files() if path.name.lower() not in _COLOR_EMOJI_FILES)


@lru_cache(maxsize=32)
def _family_faces(family: str, italic: bool) -> tuple[Face, ...]:
    wanted = family.casefold().replace(" ", "")
    named: list[tuple[int, Face]] = []
    for face in (*_packaged(*_LATIN[0]), *_packaged(*_LATIN[1]), *_system_faces()):
        try:
            name, style = ImageFont.truetype(str(face.path), 10, index=face.index).getname()
        except OSError:
            continue
        if (name or "").casefold().replace(" ", "") == wanted:
            slanted = any(word in (style or "").lower() for word in ("italic", "oblique"))
            plain = (style or "").lower() in {"regular", "book", "roman", "normal", "italic", "oblique"}
            named.append((2 * (slanted != italic) + (not plain), face))
    return tuple(face for _, face in sorted(named, key=lambda pair: pair[0]))


@lru_cache(maxsize=96)
def load_font(face: Face, size: int, weight: int = 400) -> ImageFont.FreeTypeFont:
    """Return the face at a size in pixels; ``weight`` (100 to 900) where the font is variable."""
    # Fat lines leave nothing of a picture but a blot.
    weight = min(weight, _HEAVIEST_DRAWING) if is_line_drawing(face) else weight
    font = ImageFont.truetype(str(face.path), size, index=face.index, layout_engine=ImageFont.Layout.RAQM)
    try:
        axes = font.get_variation_axes()
    except OSError:
        return font
    values = []
    for axis in axes:
        name = axis["name"]
        label = name.decode("ascii", "ignore") if isinstance(name, bytes) else str(name)
        low, high = axis["minimum"] or 0, axis["maximum"] or 0
        asked = (
            weight
            if "eight" in label and "Opt" not in label
            else size
            if "ptical" in label
            else axis["default"]
        )
        values.append(min(max(float(asked or 0), float(low)), float(high)))
    font.set_variation_by_axes(values)
    return font
