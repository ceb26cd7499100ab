"""The declarations, and what is generated from them, say the same."""

from __future__ import annotations

import subprocess
import sys

import jsonschema
import pytest

from mango_skill.errors import ArgumentError
from mango_skill.operations import CATALOG, Operation, load_recipes, normalize, operations_from_json, schema
from mango_skill.operations.schema import main


def test_the_schema_file_is_what_the_declarations_say() -> None:
    assert main(["--check"]) == 0


def test_the_schema_is_valid_and_accepts_what_the_reader_accepts() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    operations = [
        {"op": "trim_start", "seconds": 3},
        {"op": "mute", "target": "original_audio", "clips_except": ["last"]},
        {"op": "keep_ranges", "ranges": [[0, 1.5], [4, 5]]},
        {"op": "add_captions", "cues": [{"start": 0, "end": 1, "text": "Hi"}]},
        {"op": "transition", "kind": "crossfade", "between": [1, 2]},
    ]
    jsonschema.validate(operations, schema())
    assert [operation.to_json() for operation in operations_from_json(operations)] == operations


@pytest.mark.parametrize(
    ("operation", "parameter"),
    [
        ({"op": "explode"}, "op"),
        ({"seconds": 3}, "op"),
        ({"op": "trim_start", "secs": 3}, "secs"),
        ({"op": "trim_start", "seconds": -1}, "seconds"),
        ({"op": "trim_start", "seconds": "3"}, "seconds"),
        ({"op": "trim_start", "seconds": True}, "seconds"),
        ({"op": "delete_clip", "clip": 0}, "clip"),
        ({"op": "delete_clip", "clip": "first"}, "clip"),
        ({"op": "set_aspect", "fit": "stretch"}, "fit"),
        ({"op": "keep_ranges", "ranges": [[1, 2, 3]]}, "ranges"),
        ({"op": "add_title", "text": ""}, "text"),
        ({"op": "add_captions", "cues": [{"start": 0}]}, "cues"),
    ],
)
def test_a_wrong_operation_is_refused_with_the_name_of_what_is_wrong(
    operation: dict[str, object], parameter: str
) -> None:
    with pytest.raises(ArgumentError) as caught:
        Operation.from_json(operation)
    assert caught.value.details["parameter"] == parameter
    assert caught.value.hint
    assert list(jsonschema.Draft202012Validator(schema()).iter_errors([operation]))


def test_a_number_that_json_does_not_have_is_refused() -> None:
    with pytest.raises(ArgumentError):
        Operation.from_json({"op": "trim_start", "seconds": float("nan")})


def test_two_ways_to_say_a_default_are_one_operation() -> None:
    pairs = [
        ({"op": "undo", "steps": 1}, {"op": "undo"}),
        ({"op": "transition", "kind": "crossfade", "between": "all"}, {"op": "transition"}),
        ({"op": "fade_in", "target": "both"}, {"op": "fade_in"}),
        ({"op": "mute", "target": "all", "start": 1, "end": 2}, {"op": "mute", "start": 1, "end": 2}),
        ({"op": "mute", "target": "original_audio", "clip": 2}, {"op": "mute", "clip": 2}),
        ({"op": "set_volume", "target": "all", "percent": 50}, {"op": "set_volume", "percent": 50}),
        ({"op": "duck", "target": "music"}, {"op": "duck"}),
    ]
    for long, short in pairs:
        assert normalize(Operation.from_json(long)) == Operation.from_json(short)
    whole = Operation.from_json({"op": "mute", "target": "original_audio"})
    assert normalize(whole) == whole


def test_every_declaration_is_complete_and_no_two_share_a_sentence() -> None:
    leads = [spec.lead for spec in CATALOG.values()]
    assert len(set(leads)) == len(leads)
    for spec in CATALOG.values():
        assert spec.doc
        phrases = [parameter.phrase for parameter in spec.parameters.values()]
        assert len(set(phrases)) == len(phrases), spec.name
        assert all("{}" in phrase for phrase in phrases)
        assert all(parameter.doc for parameter in spec.parameters.values())


def test_recipes_are_made_of_declared_operations_and_say_how_to_change_them() -> None:
    recipes = load_recipes()
    assert {"polished", "tiktok", "trailer", "podcast_clip", "calm", "energetic"} <= {r.name for r in recipes}
    for recipe in recipes:
        assert recipe.operations
        assert recipe.says
        assert any(phrase.isascii() for phrase in recipe.phrases)
        assert any(not phrase.isascii() for phrase in recipe.phrases)


def test_what_looks_only_at_the_declarations_does_not_load_the_reading_of_words() -> None:
    code = "import sys, mango_skill.operations as o; o.CATALOG; print('mango_skill.operations.understanding' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "False"
