"""How a music file of the project is made to last."""

from __future__ import annotations

from collections.abc import Mapping

from mango_skill.engine.director.seams import Studio
from mango_skill.errors import MangoError
from mango_skill.timeline import MediaReference
from mango_skill.timeline.edits import Loop


def find_loop(assets: Mapping[str, MediaReference], studio: Studio | None, asset: str) -> Loop | None:
    """Return where a song is left and entered again; all of it where nobody can tell, None for no song."""
    try:
        found = studio.loop(asset) if studio is not None else None
    except MangoError:
        found = None
    media = assets.get(asset)
    return found or (Loop.whole(media.duration) if media is not None and media.duration > 0 else None)
