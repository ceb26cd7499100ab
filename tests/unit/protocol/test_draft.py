"""The draft: what this project writes, and what it reads of others."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mango_skill.errors import ServiceError
from mango_skill.protocol import draft as drafts
from mango_skill.timeline import (
    AssetSource,
    Canvas,
    Clip,
    Effect,
    GeneratedSource,
    Role,
    Timeline,
    TimeRange,
    Track,
    TrackKind,
    Transition,
)
from mango_skill.timeline.summary import summarize

SCHEMA = Draft202012Validator(json.loads(Path("schemas/draft.schema.json").read_text(encoding="utf-8")))

ms = st.integers(0, 10**7)
words = st.text(max_size=12)
fractions = st.fractions(min_value=Fraction(1, 100), max_value=100, max_denominator=1001)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
parameters = st.dictionaries(words, json_values, max_size=2)
ranges = st.builds(TimeRange, ms, ms)
effects = st.lists(st.builds(Effect, words, parameters, st.none() | ranges), max_size=2).map(tuple)
sources = st.none() | st.builds(AssetSource, words) | st.builds(GeneratedSource, words, parameters)
clips = st.builds(
    Clip,
    id=st.uuids().map(str),
    name=words,
    range=ranges,
    media=sources,
    source=st.none() | ranges,
    speed=fractions,
    reverse=st.booleans(),
    freeze=st.booleans(),
    volume=st.floats(0, 1000),
    text=st.none() | words,
    style=parameters,
    transition=st.none() | st.builds(Transition, words, ms),
    effects=effects,
)
tracks = st.builds(
    Track,
    id=st.uuids().map(str),
    kind=st.sampled_from([TrackKind.VIDEO, TrackKind.AUDIO, TrackKind.TEXT]),
    role=st.none() | st.sampled_from(Role),
    name=words,
    clips=st.lists(clips, max_size=3).map(tuple),
    effects=effects,
)
canvases = st.none() | st.builds(
    Canvas,
    st.integers(1, 9000),
    st.integers(1, 9000),
    fractions,
    st.sampled_from(["crop", "pad", "blur"]),
    st.sampled_from(["black", "white"]),
)
timelines = st.builds(
    Timeline, canvas=canvases, tracks=st.lists(tracks, max_size=3).map(tuple), effects=effects
)


@given(timelines)
def test_a_timeline_survives_the_wire_and_fits_the_published_schema(timeline: Timeline) -> None:
    wire = json.loads(json.dumps(drafts.encode(timeline)))
    SCHEMA.validate(wire)
    assert drafts.decode(wire) == timeline


@given(json_values)
def test_any_document_is_read_or_refused_with_a_clear_error(document: Any) -> None:
    if isinstance(document, dict):
        assert summarize(drafts.decode(document)).startswith("Timeline (")
    else:
        with pytest.raises(ServiceError, match="not an object"):
            drafts.decode(document)


segments = st.dictionaries(st.sampled_from(["d", "m", "x", "text"]), json_values, max_size=4)
foreign_tracks = st.fixed_dictionaries(
    {},
    optional={
        "tt": json_values,
        "sg": st.lists(segments | json_values, max_size=3),
        "m": json_values,
        "z": words,
    },
)


@given(
    st.fixed_dictionaries(
        {"t": st.lists(foreign_tracks | json_values, max_size=3)}, optional={"q": json_values}
    )
)
def test_what_is_written_again_of_a_foreign_draft_reads_the_same(document: dict[str, Any]) -> None:
    once = drafts.decode(json.loads(json.dumps(drafts.encode(drafts.decode(document)))))
    again = drafts.decode(json.loads(json.dumps(drafts.encode(once))))
    assert again == once


def test_unknown_keys_and_track_types_survive_a_round_trip() -> None:
    document = {
        "t": [
            {
                "tt": 42,
                "lane": 3,
                "m": {"color": "red"},
                "sg": [{"d": 5, "glow": True, "m": {"deep": {"er": 1}}}],
            },
            {"tt": 0, "sg": [{"d": 1000}]},
        ],
        "revision": 9,
    }
    wire = drafts.encode(drafts.decode(document))
    assert wire["revision"] == 9
    assert wire["t"][0]["tt"] == 42
    assert wire["t"][0]["lane"] == 3
    assert wire["t"][0]["m"]["color"] == "red"
    assert wire["t"][0]["sg"][0]["glow"] is True
    assert wire["t"][0]["sg"][0]["m"]["deep"] == {"er": 1}


def test_a_segment_without_a_start_follows_the_one_before() -> None:
    timeline = drafts.decode(
        {"t": [{"tt": 0, "sg": [{"d": 4000}, {"d": 3000}, {"d": 500, "m": {"start": 9000}}]}]}
    )
    assert [clip.range for _, clip in timeline.clips()] == [
        TimeRange(0, 4000),
        TimeRange(4000, 3000),
        TimeRange(9000, 500),
    ]


def test_the_cloud_draft_is_summarised_in_the_published_form() -> None:
    document = {
        "t": [
            {"tt": 0, "sg": [{"d": 10000, "m": {"name": "city timelapse"}}]},
            {"tt": 1, "sg": [{"d": 10000, "m": {"name": "Lo-fi", "volume": 0.35}}]},
            {"tt": 7, "sg": [{"d": 3000, "m": {"text": "Urban Dreams"}}]},
        ]
    }
    assert summarize(drafts.decode(document)) == (
        "Timeline (3 tracks): 1. Video: city timelapse (0-10s) 2. BGM: Lo-fi (0-10s, 35%) "
        '3. Title: "Urban Dreams" (0-3s)'
    )


def test_a_draft_of_a_newer_version_is_refused_rather_than_guessed_at() -> None:
    with pytest.raises(ServiceError, match="newer version"):
        drafts.decode({"t": [], "m": {"schema": "mango.draft/2"}})


@pytest.mark.parametrize(
    ("document", "expected"), [({"t": [{"tt": 0, "sg": []}]}, False), ({"t": [{"sg": [{}]}]}, True)]
)
def test_material_means_a_track_with_a_non_empty_segment_list(
    document: dict[str, Any], expected: bool
) -> None:
    assert drafts.has_material(document) is expected
