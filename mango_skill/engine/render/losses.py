"""What of the texts can't be shown as it was asked for: letters no font has, more words than fit. Render process only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mango_skill.engine.media.clusters import split_clusters
from mango_skill.engine.media.fonts import find_missing, set_text
from mango_skill.engine.render.parts import Words
from mango_skill.engine.render.typography import text_style

_SHOWN_MISSING: Final = 12
# Shorter texts always fit; a line of captions has forty letters.
_LONG_TEXT: Final = 60
_SHOWN_LETTERS: Final = 24


def find_losses(words: Sequence[Words], size: tuple[int, int]) -> tuple[str, ...]:
    """Return notes on letters that are left out and texts that are cut, for a frame of ``size``."""
    if not words:
        return ()
    clusters = dict.fromkeys(cluster for one in words for cluster in split_clusters(one.text))
    missing = find_missing("".join(clusters), text_style({}, caption=False))
    notes = []
    if missing:
        named = " ".join(_named(one) for one in missing[:_SHOWN_MISSING])
        notes.append(f"no font here has {named}: left out of the texts")
    cut = [one for one in words if len(one.text) > _LONG_TEXT and _is_cut(one, size)]
    if cut:
        more = f" and {len(cut) - 1} more" if len(cut) > 1 else ""
        notes.append(
            f"there is no room for all of the text '{cut[0].text[:_SHOWN_LETTERS]}…'{more}: it was cut"
        )
    return tuple(notes)


def _is_cut(words: Words, size: tuple[int, int]) -> bool:
    if (
        words.style.get("layout") in ("credits", "word_by_word")
        or words.style.get("animation") == "scroll_up"
    ):
        return False
    return set_text(words.text, text_style(words.style, words.caption), size).cut


def _named(cluster: str) -> str:
    return f"{cluster} (U+{ord(cluster[0]):04X})"
