"""Every frame of the video, composed: lanes, transitions, finishing and texts. Render process only."""

from __future__ import annotations

from dataclasses import replace

from av import VideoFrame

from mango_skill.engine.render.grid import SpanIndex
from mango_skill.engine.render.joints import DRAW
from mango_skill.engine.render.lettering import Lettering
from mango_skill.engine.render.moves import move
from mango_skill.engine.render.parts import Joint, Lane
from mango_skill.engine.render.plan import RenderPlan
from mango_skill.engine.render.planes import Sheet, duplicate, solid
from mango_skill.engine.render.players import FADES, MOVEMENT, Changes, Player, Prepared, ReelRack, flatten

WHOLE = ""
_LAST = frozenset({"progress_bar"})


class Composer:
    """Makes the frames of a plan. Cheapest when asked in order; one for each worker.

    Args:
        plan: What is to be seen.
        prepared: What was found out before.
        threads: For decoding; 0 lets the library choose.
    """

    def __init__(self, plan: RenderPlan, prepared: Prepared, *, threads: int = 1) -> None:
        self._plan = plan
        self._prepared = prepared
        self._size = (plan.profile.width, plan.profile.height)
        self._rack = ReelRack(prepared.sources, threads)
        self._ground = solid(*self._size, plan.background)
        self._layers = [SpanIndex([one.span for one in lane.layers]) for lane in plan.lanes]
        self._joints = [SpanIndex([one.span for one in lane.joints]) for lane in plan.lanes]
        self._words = SpanIndex([one.span for one in plan.words])
        self._players: dict[tuple[int, int], Player] = {}
        self._lettering = Lettering(self._size, float(plan.profile.fps), plan.words, plan.insets)
        moving = MOVEMENT | FADES | _LAST
        self._picture = Changes(WHOLE, tuple(one for one in plan.finish if one.kind not in moving), prepared)
        self._moves = tuple(one for one in plan.finish if one.kind in MOVEMENT)
        self._last = Changes(
            "last", tuple(one for one in plan.finish if one.kind in _LAST or one.kind in FADES), prepared
        )

    def frame(self, number: int) -> VideoFrame:
        """Return an output frame. It may be a decoder's own: encode it, don't paint on it."""
        self._release(number)
        base = Sheet(self._ground)
        for index, lane in enumerate(self._plan.lanes):
            base = self._add_lane(base, index, lane, number)
        changed = self._picture.apply(base.frame, number)
        changed = move(changed, self._moves, number, size=self._size)
        words = [self._plan.words[place] for place in self._words.at(number)]
        if words:
            # A picture that was just changed is ours; one that passed unchanged may be a decoder's.
            changed = changed if base.owned and changed is base.frame else duplicate(changed)
            for one in words:
                self._lettering.paint(changed, one, number)
        return self._last.apply(changed, number)

    def close(self) -> None:
        """Close all files."""
        for player in self._players.values():
            player.close()
        self._players.clear()
        self._rack.close()

    def _add_lane(self, base: Sheet, index: int, lane: Lane, number: int) -> Sheet:
        for place in self._joints[index].at(number):
            return self._add_joint(base, index, lane, lane.joints[place], number=number)
        sheets = [
            sheet
            for place in self._layers[index].at(number)
            for sheet in self._player(index, place).sheets(number, covering=lane.main)
        ]
        if not sheets:
            return base
        if lane.main and base.frame is self._ground:
            return flatten(sheets, self._size, self._ground)
        return flatten([replace(base), *sheets], self._size, self._ground)

    def _add_joint(self, base: Sheet, index: int, lane: Lane, joint: Joint, *, number: int) -> Sheet:
        progress = (number - joint.span.first + 0.5) / joint.span.count
        before = self._player(index, joint.before).sheets(number, covering=lane.main)
        after = self._player(index, joint.after).sheets(number, covering=lane.main)
        if lane.main:
            one = flatten(before, self._size, self._ground).frame
            other = flatten(after, self._size, self._ground).frame
            drawn = DRAW[joint.kind](one, other, progress, number)
            return Sheet(drawn, owned=True)
        # Overlays let through what lies below: they come and go by their opacity.
        leaving = [replace(sheet, opacity=sheet.opacity * (1 - progress)) for sheet in before]
        coming = [replace(sheet, opacity=sheet.opacity * progress) for sheet in after]
        return flatten([replace(base), *leaving, *coming], self._size, self._ground)

    def _player(self, lane: int, place: int) -> Player:
        key = (lane, place)
        if key not in self._players:
            layer = self._plan.lanes[lane].layers[place]
            fps = self._plan.profile.fps
            self._players[key] = Player(layer, self._size, fps=fps, prepared=self._prepared, rack=self._rack)
        return self._players[key]

    def _release(self, number: int) -> None:
        """Let go of clips that are over, so that the next ones of the same file find it open and near."""
        for key, player in list(self._players.items()):
            lane = self._plan.lanes[key[0]]
            end = max([player.layer.span.end, *(one.span.end for one in lane.joints if one.before == key[1])])
            if number >= end:
                player.close()
                del self._players[key]
