"""The draft of the wire and the timeline of the model, one into the other.

Published keys [S]: ``t`` tracks, ``tt`` track type, ``sg`` segments, ``d`` duration in ms, ``m`` metadata.
What they do not cover lives under ``m``; a draft that this project wrote says so with ``schema`` there. A
draft without that mark (the cloud's) is read all the same: a segment without a start follows the one before
it, names and levels are looked for where such documents keep them. Keys that mean nothing here are kept in
``extra`` (``outer`` beside ``m``, ``inner`` within it) and written back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from mango_skill.errors import ServiceError
from mango_skill.protocol.constants import TRACK_AUDIO, TRACK_TEXT, TRACK_VIDEO
from mango_skill.protocol.values import (
    finite,
    fraction,
    items,
    mapping,
    milliseconds,
    pair,
    real,
    time_range,
)
from mango_skill.timeline.model import (
    AssetSource,
    Canvas,
    Clip,
    Effect,
    GeneratedSource,
    Role,
    Source,
    Timeline,
    TimeRange,
    Track,
    TrackKind,
    Transition,
)

SCHEMA_PREFIX: Final = "mango.draft/"
SCHEMA_VERSION: Final = 1
SCHEMA: Final = f"{SCHEMA_PREFIX}{SCHEMA_VERSION}"

TRACKS: Final = "t"
TRACK_TYPE: Final = "tt"
SEGMENTS: Final = "sg"
DURATION: Final = "d"
METADATA: Final = "m"

_KINDS: Final = {
    TRACK_VIDEO: TrackKind.VIDEO,
    TRACK_AUDIO: TrackKind.AUDIO,
    TRACK_TEXT: TrackKind.TEXT,
}
_TYPES: Final = {kind: number for number, kind in _KINDS.items()}

# Where documents of other makers keep what a person would call a segment, in the order of trust.
_NAME_KEYS: Final = ("name", "title", "label", "file_name", "filename", "prompt", "description")
_TEXT_KEYS: Final = ("text", "content", "title", "name", "caption")
_PLACE_KEYS: Final = ("src", "url", "path", "file")
_VOLUME_KEYS: Final = ("volume", "vol", "gain")

MIGRATIONS: Final[Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {}
"""From version n to n + 1, on the plain document, before anything is built from it."""


def is_ours(draft: Mapping[str, Any]) -> bool:
    """Whether this project wrote the draft."""
    return str(mapping(draft.get(METADATA)).get("schema", "")).startswith(SCHEMA_PREFIX)


def has_material(draft: Mapping[str, Any]) -> bool:
    """Whether at least one track has a non-empty ``sg``: what an export asks for [P]."""
    return any(items(mapping(track).get(SEGMENTS)) for track in items(draft.get(TRACKS)))


def decode(draft: Mapping[str, Any]) -> Timeline:
    """Read a draft, whoever wrote it.

    Raises:
        ServiceError: It is not an object, or a newer version of this project wrote it.
    """
    if not isinstance(draft, Mapping):
        raise ServiceError(
            "The draft is not an object.",
            code="bad_draft",
            hint="Ask for the state again; nothing was changed.",
        )
    draft = _migrate(draft)
    inner = mapping(draft.get(METADATA))
    ours = is_ours(draft)
    known_outer = {TRACKS, METADATA} | ({DURATION} if ours else set())
    known_inner = {"schema", "width", "height", "fps", "fit", "background", "effects"} if ours else set()
    return Timeline(
        canvas=_decode_canvas(inner),
        tracks=tuple(
            _decode_track(track, position, ours) for position, track in enumerate(items(draft.get(TRACKS)), 1)
        ),
        effects=_decode_effects(inner.get("effects")) if ours else (),
        extra=_extra(draft, known_outer, inner, known_inner),
    )


def encode(timeline: Timeline) -> dict[str, Any]:
    """Write a timeline as a draft of this project, unknown keys included."""
    inner: dict[str, Any] = {"schema": SCHEMA}
    if timeline.canvas is not None:
        canvas = timeline.canvas
        inner |= {
            "width": canvas.width,
            "height": canvas.height,
            "fps": pair(canvas.fps),
            "fit": canvas.fit,
            "background": canvas.background,
        }
    if timeline.effects:
        inner["effects"] = [_encode_effect(effect) for effect in timeline.effects]
    document = {TRACKS: [_encode_track(track) for track in timeline.tracks], DURATION: timeline.duration}
    return _with_extra(document, inner, timeline.extra)


# Tracks ------------------------------------------------------------------------------------------------


def _decode_track(raw: Any, position: int, ours: bool) -> Track:
    outer = mapping(raw)
    inner = mapping(outer.get(METADATA))
    wire_type = outer.get(TRACK_TYPE)
    kind = _KINDS.get(wire_type, TrackKind.OTHER) if isinstance(wire_type, int) else TrackKind.OTHER
    identity = str(inner["id"]) if ours and "id" in inner else f"t{position}"
    clips: list[Clip] = []
    cursor = 0
    for number, segment in enumerate(items(outer.get(SEGMENTS)), 1):
        clip = _decode_clip(segment, cursor, kind, identity=f"{identity}s{number}", ours=ours)
        cursor = clip.range.end
        clips.append(clip)
    known_inner = {"id", "role", "name", "effects"} if ours else set()
    known_outer = {TRACK_TYPE, METADATA}
    if isinstance(outer.get(SEGMENTS), list):
        known_outer.add(SEGMENTS)
    extra = dict(_extra(outer, known_outer, inner, known_inner))
    if not isinstance(raw, Mapping):
        extra["raw"] = raw
    elif not isinstance(wire_type, int):
        extra["type"] = wire_type
    return Track(
        id=identity,
        kind=kind,
        role=_role(inner.get("role")) if ours else None,
        name=str(inner.get("name") or "") if ours else "",
        clips=tuple(clips),
        effects=_decode_effects(inner.get("effects")) if ours else (),
        wire_type=wire_type if kind is TrackKind.OTHER and isinstance(wire_type, int) else None,
        extra=extra,
    )


def _encode_track(track: Track) -> Any:
    if "raw" in track.extra:
        return track.extra["raw"]
    inner: dict[str, Any] = {"id": track.id}
    if track.role is not None:
        inner["role"] = track.role.value
    if track.name:
        inner["name"] = track.name
    if track.effects:
        inner["effects"] = [_encode_effect(effect) for effect in track.effects]
    wire_type = track.wire_type if track.kind is TrackKind.OTHER else _TYPES[track.kind]
    document: dict[str, Any] = {TRACK_TYPE: track.extra.get("type", wire_type)}
    if SEGMENTS not in mapping(track.extra.get("outer")):
        document[SEGMENTS] = [_encode_clip(clip) for clip in track.clips]
    return _with_extra(document, inner, track.extra)


# Clips -------------------------------------------------------------------------------------------------

_CLIP_KEYS: Final = {
    "id",
    "name",
    "start",
    "asset",
    "generator",
    "source",
    "speed",
    "reverse",
    "freeze",
    "volume",
    "text",
    "style",
    "transition",
    "effects",
}


def _decode_clip(raw: Any, cursor: int, kind: TrackKind, *, identity: str, ours: bool) -> Clip:
    if not isinstance(raw, Mapping):
        return Clip(id=identity, name="", range=TimeRange(cursor, 0), extra={"raw": raw})
    inner = mapping(raw.get(METADATA))
    start = milliseconds(inner.get("start"), cursor)
    extent = TimeRange(start, milliseconds(raw.get(DURATION), 0))
    if not ours:
        return Clip(
            id=identity,
            name=_foreign_name(raw, inner),
            range=extent,
            volume=_foreign_volume(raw, inner),
            text=_first_text(_TEXT_KEYS, inner, raw) if kind is TrackKind.TEXT else None,
            extra=_extra(raw, {DURATION, METADATA}, inner, _foreign_known(inner, kind)),
        )
    text = inner.get("text")
    return Clip(
        id=str(inner.get("id") or identity),
        name=str(inner.get("name") or ""),
        range=extent,
        media=_decode_media(inner),
        source=time_range(inner.get("source")),
        speed=fraction(inner.get("speed"), Fraction(1)),
        reverse=inner.get("reverse") is True,
        freeze=inner.get("freeze") is True,
        volume=real(inner.get("volume"), 100.0),
        text=text if isinstance(text, str) else None,
        style=mapping(inner.get("style")),
        transition=_decode_transition(inner.get("transition")),
        effects=_decode_effects(inner.get("effects")),
        extra=_extra(raw, {DURATION, METADATA}, inner, _CLIP_KEYS),
    )


def _encode_clip(clip: Clip) -> Any:
    if "raw" in clip.extra:
        return clip.extra["raw"]
    inner: dict[str, Any] = {"id": clip.id, "name": clip.name, "start": clip.range.start}
    match clip.media:
        case AssetSource(asset):
            inner["asset"] = asset
        case GeneratedSource(kind, parameters):
            inner["generator"] = {"kind": kind, "parameters": dict(parameters)}
        case None:
            pass
    if clip.source is not None:
        inner["source"] = [clip.source.start, clip.source.duration]
    if clip.speed != 1:
        inner["speed"] = pair(clip.speed)
    if clip.reverse:
        inner["reverse"] = True
    if clip.freeze:
        inner["freeze"] = True
    if clip.volume != 100.0:
        inner["volume"] = clip.volume
    if clip.text is not None:
        inner["text"] = clip.text
    if clip.style:
        inner["style"] = dict(clip.style)
    if clip.transition is not None:
        inner["transition"] = {"kind": clip.transition.kind, "duration": clip.transition.duration}
    if clip.effects:
        inner["effects"] = [_encode_effect(effect) for effect in clip.effects]
    return _with_extra({DURATION: clip.range.duration}, inner, clip.extra)


def _decode_media(inner: Mapping[str, Any]) -> Source | None:
    if isinstance(inner.get("asset"), str):
        return AssetSource(inner["asset"])
    generator = mapping(inner.get("generator"))
    if isinstance(generator.get("kind"), str):
        return GeneratedSource(generator["kind"], mapping(generator.get("parameters")))
    return None


def _foreign_name(raw: Mapping[str, Any], inner: Mapping[str, Any]) -> str:
    name = _first_text(_NAME_KEYS, inner, raw)
    if name is not None:
        return name
    place = _first_text(_PLACE_KEYS, inner, raw)
    return place.split("?", 1)[0].rstrip("/").rsplit("/", 1)[-1] if place else ""


def _foreign_known(inner: Mapping[str, Any], kind: TrackKind) -> set[str]:
    """The keys that were read in full, so that a change of them is told once."""
    known = {key for key in ("start", "volume") if finite(inner.get(key))}
    known |= {key for key in ("name",) if isinstance(inner.get(key), str)}
    return known | ({"text"} if kind is TrackKind.TEXT and isinstance(inner.get("text"), str) else set())


def _foreign_volume(raw: Mapping[str, Any], inner: Mapping[str, Any]) -> float:
    for holder in (inner, raw):
        for key in _VOLUME_KEYS:
            value = holder.get(key)
            if (
                isinstance(value, int | float)
                and not isinstance(value, bool)
                and math.isfinite(value)
                and value >= 0
            ):
                # No document says which unit it is; levels above 2 can only be percent.
                return float(value) if value > 2 else round(value * 100, 6)
    return 100.0


def _first_text(keys: Sequence[str], *holders: Mapping[str, Any]) -> str | None:
    for holder in holders:
        for key in keys:
            value = holder.get(key)
            if isinstance(value, str) and value.strip():
                return value
    return None


# Parts -------------------------------------------------------------------------------------------------


def _decode_canvas(inner: Mapping[str, Any]) -> Canvas | None:
    width, height = inner.get("width"), inner.get("height")
    if not isinstance(width, int) or not isinstance(height, int) or width < 1 or height < 1:
        return None
    default = Canvas()
    return Canvas(
        width=width,
        height=height,
        fps=fraction(inner.get("fps"), default.fps),
        fit=str(inner.get("fit") or default.fit),
        background=str(inner.get("background") or default.background),
    )


def _decode_effects(raw: Any) -> tuple[Effect, ...]:
    return tuple(
        Effect(one["kind"], mapping(one.get("parameters")), time_range(one.get("range")))
        for one in items(raw)
        if isinstance(one, Mapping) and isinstance(one.get("kind"), str)
    )


def _encode_effect(effect: Effect) -> dict[str, Any]:
    document: dict[str, Any] = {"kind": effect.kind}
    if effect.parameters:
        document["parameters"] = dict(effect.parameters)
    if effect.range is not None:
        document["range"] = [effect.range.start, effect.range.duration]
    return document


def _decode_transition(raw: Any) -> Transition | None:
    one = mapping(raw)
    if not isinstance(one.get("kind"), str):
        return None
    return Transition(one["kind"], milliseconds(one.get("duration"), 0))


def _migrate(draft: Mapping[str, Any]) -> Mapping[str, Any]:
    if not is_ours(draft):
        return draft
    tail = str(draft[METADATA]["schema"]).removeprefix(SCHEMA_PREFIX)
    version = int(tail) if tail.isdecimal() else 0
    if version > SCHEMA_VERSION or version < 1:
        raise ServiceError(
            "This draft was written by a newer version of mango-ai.",
            code="newer_draft",
            hint="Update mango-ai, then open the project again.",
        )
    document = dict(draft)
    for step in range(version, SCHEMA_VERSION):
        document = MIGRATIONS[step](document)
    return document


def _extra(
    outer: Mapping[str, Any], known_outer: set[str], inner: Mapping[str, Any], known_inner: set[str]
) -> Mapping[str, Any]:
    extra: dict[str, Any] = {}
    if rest := {key: value for key, value in outer.items() if key not in known_outer}:
        extra["outer"] = rest
    if rest := {key: value for key, value in inner.items() if key not in known_inner}:
        extra["inner"] = rest
    if METADATA in outer and not isinstance(outer[METADATA], Mapping):
        extra["metadata"] = outer[METADATA]
    return extra


def _with_extra(document: dict[str, Any], inner: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    if "metadata" in extra:
        inner["metadata"] = extra["metadata"]
    kept = {key: value for key, value in mapping(extra.get("outer")).items() if key not in document}
    return {**document, METADATA: {**mapping(extra.get("inner")), **inner}, **kept}


def _role(value: Any) -> Role | None:
    return Role(value) if value in set(Role) else None
