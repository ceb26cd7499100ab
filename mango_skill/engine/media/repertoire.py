"""What the fonts at hand can draw of a text: the rest is written otherwise or left out, never as an empty box.

Child processes only: it finds faces with Pillow.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from mango_skill.engine.media.clusters import INVISIBLE, split_clusters
from mango_skill.engine.media.typefaces import find_face

_JOINER = "\u200d"


@dataclass(frozen=True)
class Drawable:
    """A text of which every cluster has a face, and the clusters that were left out of it."""

    text: str
    missing: tuple[str, ...] = ()


@lru_cache(maxsize=1024)
def read_drawable(text: str, *, family: str | None = None, language: str = "zh") -> Drawable:
    """Return what can be drawn of a text.

    What no face has is written with its compatible letters (𝔘 as U), with fewer marks, or is left out.
    """
    kept: list[str] = []
    missing: list[str] = []
    for cluster in split_clusters(text):
        fitting = cluster if cluster.isspace() else _substitute(cluster, family, language)
        if fitting or all(ord(one) in INVISIBLE for one in cluster):
            kept.append(fitting or cluster)
        else:
            missing.append(cluster)
    said = "".join(kept)
    if missing:
        # Between two spaces nothing is left: they are one.
        said = re.sub(" {2,}", " ", said)
    return Drawable(said, tuple(dict.fromkeys(missing)))


@lru_cache(maxsize=4096)
def _substitute(cluster: str, family: str | None, language: str) -> str:
    """Return the cluster or what stands for it; nothing when there is nothing like it."""
    # Every font means something else by a private character.
    plain = "".join(one for one in cluster if unicodedata.category(one) != "Co")
    for tried in (plain, unicodedata.normalize("NFKC", plain), _parts(plain, family, language), plain[:1]):
        if tried and all(_has_face(one, family, language) for one in split_clusters(tried)):
            return tried
    return ""


def _parts(cluster: str, family: str | None, language: str) -> str:
    """Return the members of a joined sequence that can be drawn, or a letter with the marks that can."""
    if _JOINER in cluster:
        return "".join(one for one in cluster.split(_JOINER) if one and _has_face(one, family, language))
    if not cluster or not _has_face(cluster[0], family, language):
        return ""
    kept = cluster[0]
    for mark in cluster[1:]:
        kept += mark if _has_face(kept + mark, family, language) else ""
    return kept


def _has_face(cluster: str, family: str | None, language: str) -> bool:
    return cluster.isspace() or find_face(cluster, family=family, language=language) is not None
