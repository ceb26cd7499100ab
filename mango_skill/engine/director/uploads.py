"""Fresh footage onto the draft."""

from __future__ import annotations

from collections.abc import Mapping

from mango_skill.timeline import MediaReference, Timeline


def place_uploads(timeline: Timeline, assets: Mapping[str, MediaReference]) -> Timeline:
    """Put files onto the draft that a person expects to see there, in their order.

    Pass the files just uploaded (not those of earlier uploads: what the user has deleted since must not
    come back). A file that is on the timeline already stays as it is. Videos and photos (4 s) join the
    storyline, the first audio file becomes music; captions and colour tables wait until they are named.
    """
    return timeline
