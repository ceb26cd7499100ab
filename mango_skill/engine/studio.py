"""Answers the director's questions about footage: analysed in child processes, remembered in the store."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final

from mango_skill.engine.director import Cue
from mango_skill.engine.media import catalogue
from mango_skill.engine.media.worker import Limits, run_isolated
from mango_skill.engine.places import Places
from mango_skill.engine.store import Asset, Store
from mango_skill.errors import MediaError
from mango_skill.timeline.edits import Loop

_DOORS: Final = "mango_skill.engine.media.analysis:"
_LIMITS: Final = Limits(wall_s=600.0, cpu_s=1200)
_AT_ONCE: Final = threading.BoundedSemaphore(max(1, os.cpu_count() or 1))


class AnalysisStudio:
    """``director.Studio`` over the analysis processes of ``engine.media``."""

    def __init__(self, assets: Mapping[str, Asset], *, store: Store, places: Places) -> None:
        self._assets = assets
        self._store = store
        self._places = places

    def pauses(
        self,
        asset: str,
        *,
        min_ms: int | None = None,
        threshold_db: float | None = None,
        padding_ms: int | None = None,
        strength: str = "normal",
    ) -> Sequence[tuple[int, int]]:
        """Return what can be cut out of speech, handles left; see ``director.Studio``."""
        asked = {"min_ms": min_ms, "threshold_db": threshold_db, "padding_ms": padding_ms}
        stated = {name: value for name, value in asked.items() if value is not None}
        found = self._ask(asset, "pauses", **stated, strength=strength)
        return [(int(start), int(end)) for start, end in found]

    def beats(self, asset: str) -> Sequence[int]:
        """Return the beat times of a music file."""
        return [int(at) for at in self._ask(asset, "beats")]

    def loop(self, asset: str) -> Loop | None:
        """Return how a music file goes on for longer than it is."""
        found = self._ask(asset, "loop")
        return None if found is None else Loop(**found)

    def bed_beats(self, mood: str, duration_ms: int) -> Sequence[int]:
        """Return the beat times of a synthesised bed."""
        return catalogue.beats(mood, duration_ms)

    def mood(self, words: str) -> tuple[str, bool]:
        """Return the mood nearest to the user's words, and whether it is exactly that."""
        return catalogue.mood_for(words)

    def loudness(self, asset: str) -> float | None:
        """Return the integrated loudness in LUFS."""
        found = self._ask(asset, "loudness")
        return None if found is None else float(found)

    def scenes(self, asset: str) -> Sequence[int]:
        """Return where the picture changes to another shot."""
        return [int(at) for at in self._ask(asset, "scenes")]

    def cues(self, asset: str) -> Sequence[Cue]:
        """Return the cues of an SRT or VTT file."""
        return [Cue(int(start), int(end), str(text)) for start, end, text in self._ask(asset, "cues")]

    def _ask(self, asset_id: str, door: str, **arguments: Any) -> Any:
        asset = self._assets.get(asset_id)
        if asset is None:
            raise MediaError(
                "That file is not part of this project.", code="missing_file", hint="Upload it first."
            )
        question = json.dumps([door, arguments], sort_keys=True)
        known = self._store.sessions.answer(asset_id, question)
        if known is not None:
            return known["found"]
        path = self._places.media(asset.session_id) / asset.file
        with _AT_ONCE:
            found = run_isolated(_DOORS + door, {"path": str(path), **arguments}, limits=_LIMITS)
        self._store.sessions.keep_answer(asset_id, question, {"found": found})
        return found
