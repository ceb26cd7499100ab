"""A cut list as a file for other editors: OpenTimelineIO, or Final Cut Pro 7 XML. Render process only."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Final
from urllib.parse import quote

import opentimelineio as otio
from opentimelineio import schema
from opentimelineio.opentime import RationalTime, TimeRange

from mango_skill.engine.render.cutlist import Blend, CutList, Reel, Shot, Strip
from mango_skill.engine.render.grid import FrameSpan

_XML: Final = "fcp_xml"
_OURS: Final = "mango"
# Final Cut takes levels up to +12 dB.
_LOUDEST: Final = 3.98107


def write_project(cuts: CutList, path: Path, *, form: str, name: str, places: Mapping[str, str]) -> int:
    """Write a cut list, under the final name only when complete; return the size in bytes.

    Args:
        cuts: What is written.
        path: Where to.
        form: ``otio`` or ``xml``.
        name: Of the sequence.
        places: Where the user keeps the files, by asset id; of others only the name is told.

    Raises:
        OSError: It can't be written.
    """
    project = _Project(cuts, places, xml=form == "xml").timeline(name)
    adapter = _XML if form == "xml" else "otio_json"
    text = otio.adapters.write_to_string(project, adapter)
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return len(text.encode())


class _Project:
    """Says a cut list in the words of OpenTimelineIO."""

    def __init__(self, cuts: CutList, places: Mapping[str, str], *, xml: bool) -> None:
        self._cuts = cuts
        self._places = places
        self._xml = xml
        self._rate = float(cuts.fps)

    def timeline(self, name: str) -> Any:
        timeline = schema.Timeline(name=name, global_start_time=self._time(0))
        timeline.metadata[_OURS] = {"notes": list(self._cuts.notes)}
        timeline.metadata[_XML] = {"media": {"video": {"format": {"samplecharacteristics": self._format()}}}}
        timeline.tracks.name = name
        timeline.tracks.extend(self._track(strip) for strip in self._cuts.strips)
        for mark in self._cuts.marks:
            words = " ".join(mark.text.split())
            timeline.tracks.markers.append(schema.Marker(name=words, marked_range=self._range(mark.span)))
        return timeline

    def _format(self) -> dict[str, Any]:
        ntsc = self._cuts.fps.denominator != 1
        return {
            "width": str(self._cuts.width),
            "height": str(self._cuts.height),
            "rate": {"timebase": str(-(-self._cuts.fps // 1)), "ntsc": "TRUE" if ntsc else "FALSE"},
        }

    def _track(self, strip: Strip) -> Any:
        kind = schema.TrackKind.Audio if strip.sound else schema.TrackKind.Video
        track = schema.Track(name=strip.name, kind=kind)
        track.extend(self._items(strip))
        return track

    def _items(self, strip: Strip) -> Iterator[Any]:
        blends = {blend.into: blend for blend in strip.blends}
        at = 0
        for number, shot in enumerate(strip.shots):
            if shot.span.first > at:
                yield schema.Gap(source_range=self._range(FrameSpan(0, shot.span.first - at)))
            if number in blends:
                yield self._transition(blends[number], shot.span.first)
            yield self._clip(shot, sound=strip.sound)
            at = shot.span.end

    def _transition(self, blend: Blend, cut: int) -> Any:
        transition = schema.Transition(
            name="Cross Dissolve",
            transition_type=schema.TransitionTypes.SMPTE_Dissolve,
            in_offset=self._time(cut - blend.span.first),
            out_offset=self._time(blend.span.end - cut),
        )
        transition.metadata[_OURS] = {"kind": blend.kind, "into": blend.into}
        return transition

    def _clip(self, shot: Shot, *, sound: bool) -> Any:
        # Final Cut counts a clip's frames after its speed was applied.
        speed = abs(shot.speed) or Fraction(1)
        start = round(shot.start / speed) if self._xml else shot.start
        clip = schema.Clip(
            name=shot.name,
            media_reference=self._reference(shot.reel, shot.span.count),
            source_range=self._range(FrameSpan(start, shot.span.count)),
        )
        clip.metadata[_OURS] = {"id": shot.id, "level": shot.level}
        if shot.speed == 0:
            clip.effects.append(schema.FreezeFrame())
        elif shot.speed != 1:
            clip.effects.append(schema.LinearTimeWarp(time_scalar=float(shot.speed)))
        filters = [{"effect": effect} for effect in _effects(shot, sound=sound)]
        if filters:
            clip.metadata[_XML] = {"filter": filters if len(filters) > 1 else filters[0]}
        return clip

    def _reference(self, reel: Reel, shown: int) -> Any:
        if not reel.asset:
            return schema.MissingReference(name=reel.name)
        frames = FrameSpan(0, reel.frames or shown)
        reference = schema.ExternalReference(target_url=self._address(reel))
        reference.name = reel.name
        reference.available_range = self._range(frames)
        if reel.fps is not None:
            reference.metadata[_OURS] = {"fps": [reel.fps.numerator, reel.fps.denominator]}
        return reference

    def _address(self, reel: Reel) -> str:
        place = self._places.get(reel.asset)
        if not place:
            return quote(reel.name)
        windows = PureWindowsPath(place)
        address = (windows if windows.drive else PurePosixPath(place)).as_uri()
        return address.replace("file:///", "file://localhost/", 1) if self._xml else address

    def _time(self, frames: int) -> Any:
        return RationalTime(frames, self._rate)

    def _range(self, frames: FrameSpan) -> Any:
        return TimeRange(self._time(frames.first), self._time(frames.count))


def _effects(shot: Shot, *, sound: bool) -> Iterator[dict[str, Any]]:
    """Yield a clip's speed and level as Final Cut says them."""
    if shot.speed != 1:
        percent = float(shot.speed * 100)
        yield {
            "name": "Time Remap",
            "effectid": "timeremap",
            "effectcategory": "motion",
            "effecttype": "motion",
            "mediatype": "audio" if sound else "video",
            "parameter": [
                {"parameterid": "variablespeed", "name": "variablespeed", "value": "0"},
                {"parameterid": "speed", "name": "speed", "value": f"{abs(percent):g}"},
                {
                    "parameterid": "reverse",
                    "name": "reverse",
                    "value": "TRUE" if percent < 0 else "FALSE",
                },
            ],
        }
    if sound and shot.level != 1:
        level = f"{min(_LOUDEST, shot.level):g}"
        yield {
            "name": "Audio Levels",
            "effectid": "audiolevels",
            "effectcategory": "audiolevels",
            "effecttype": "audiolevels",
            "mediatype": "audio",
            "parameter": {"parameterid": "level", "name": "Level", "value": level},
        }
