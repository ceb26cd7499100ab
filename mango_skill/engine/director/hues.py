"""Colours by the names that can be drawn."""

from __future__ import annotations

import re

from mango_skill.engine.director.outcomes import CannotDo

NAMES = frozenset(
    [
        "aqua",
        "aquamarine",
        "azure",
        "beige",
        "black",
        "blue",
        "blueviolet",
        "brown",
        "burlywood",
        "cadetblue",
        "chocolate",
        "coral",
        "cornflowerblue",
        "crimson",
        "cyan",
        "darkblue",
        "darkcyan",
        "darkgray",
        "darkgreen",
        "darkgrey",
        "darkmagenta",
        "darkorange",
        "darkred",
        "darkviolet",
        "deeppink",
        "deepskyblue",
        "dimgray",
        "dodgerblue",
        "firebrick",
        "forestgreen",
        "fuchsia",
        "gold",
        "goldenrod",
        "gray",
        "green",
        "greenyellow",
        "grey",
        "honeydew",
        "hotpink",
        "indianred",
        "indigo",
        "ivory",
        "khaki",
        "lavender",
        "lightblue",
        "lightcoral",
        "lightcyan",
        "lightgray",
        "lightgreen",
        "lightgrey",
        "lightpink",
        "lightyellow",
        "lime",
        "limegreen",
        "linen",
        "magenta",
        "maroon",
        "midnightblue",
        "mintcream",
        "navy",
        "oldlace",
        "olive",
        "orange",
        "orangered",
        "orchid",
        "palegreen",
        "peachpuff",
        "pink",
        "plum",
        "powderblue",
        "purple",
        "red",
        "royalblue",
        "salmon",
        "seagreen",
        "sienna",
        "silver",
        "skyblue",
        "slategray",
        "snow",
        "steelblue",
        "tan",
        "teal",
        "thistle",
        "tomato",
        "turquoise",
        "violet",
        "wheat",
        "white",
        "yellow",
        "yellowgreen",
    ]
)
_OTHERS = {
    "cream": "#fffdd0",
    "mint": "#98ff98",
    "peach": "#ffe5b4",
    "mango": "#ff8243",
    "rose": "#ff007f",
    "navyblue": "navy",
    "lightred": "#ff6666",
    "lightorange": "#ffb347",
    "lightpurple": "#b19cd9",
    "darkyellow": "#b8a000",
    "darkpurple": "#4b0082",
    "darkpink": "deeppink",
    "darkbrown": "#5c4033",
    "golden": "gold",
    "neongreen": "#39ff14",
    "neonpink": "#ff6ec7",
}
_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})")


def read_color(said: str) -> str:
    """Return a colour as it is drawn: a name without spaces, or #rrggbb.

    Raises:
        CannotDo: It is no colour.
    """
    word = said.strip().casefold()
    key = re.sub(r"[\s_-]+", "", word)
    if key in NAMES or _HEX.fullmatch(word):
        return key
    if key in _OTHERS:
        return _OTHERS[key]
    bare = key.removeprefix("bright").removeprefix("deep").removeprefix("pure")
    if bare in NAMES:
        return bare
    raise CannotDo("no_color", color=said[:30])
