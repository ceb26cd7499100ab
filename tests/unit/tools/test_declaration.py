"""Tools are declared once; everything else is read from the record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from jsonschema import Draft202012Validator

from mango_skill.errors import ArgumentError, BusyError, CreditError, MediaError
from mango_skill.tools import TOOLS, Doc, ToolContext, call, registry, tool
from mango_skill.tools.failure import ToldFailure
from mango_skill.tools.shapes import to_json
from mango_skill.tools.spec import ToolSpec


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Painted:
    """A result."""

    done: Annotated[bool, Doc("Whether it is done.")]
    colour: Annotated[Colour | None, Doc("The colour.")] = None


@tool(title="Paint", idempotent=True)
def paint(
    ctx: ToolContext,
    *,
    what: Annotated[str, Doc("What to paint.", min_length=1)],
    colour: Annotated[Colour, Doc("In which colour.")] = Colour.RED,
    layers: Annotated[int, Doc("How often.", minimum=1, maximum=3)] = 1,
    where: Annotated[Sequence[str], Doc("Places.")] = (),
    finish: Annotated[Literal["matt", "gloss"] | None, Doc("The finish.")] = None,
) -> Painted:
    """Paint something."""
    if what == "nothing":
        raise MediaError("There is nothing to paint.", hint="Name something.")
    if what == "crash":
        raise RuntimeError("a secret detail")
    if what == "told":
        raise ToldFailure(CreditError("No paint left."), {"outcome": "failed", "reply": "Sorry."})
    return Painted(done=isinstance(colour, Colour) and isinstance(where, tuple), colour=colour)


class NoBackend:
    """An opener for calls that need none."""

    def workspace(self) -> Any:
        raise AssertionError("no backend is needed")

    def choose(self, choice: str) -> None:
        raise AssertionError("nothing to choose")

    def notice(self, language: str = "en") -> str:
        raise AssertionError("nothing leaves")

    def tend(self) -> bool:
        raise AssertionError("nothing to tend")


CONTEXT = ToolContext(NoBackend())


@pytest.fixture
def painting(monkeypatch: pytest.MonkeyPatch) -> ToolSpec:
    spec = paint
    assert isinstance(spec, ToolSpec)
    monkeypatch.setattr(registry, "TOOLS", {**TOOLS, "paint": spec})
    return spec


def test_a_signature_becomes_a_schema_that_forbids_unknown_keys(painting: ToolSpec) -> None:
    assert painting.input_schema == {
        "type": "object",
        "properties": {
            "what": {"type": "string", "description": "What to paint.", "minLength": 1},
            "colour": {
                "type": "string",
                "enum": ["red", "blue"],
                "description": "In which colour.",
                "default": "red",
            },
            "layers": {
                "type": "integer",
                "description": "How often.",
                "minimum": 1,
                "maximum": 3,
                "default": 1,
            },
            "where": {"type": "array", "items": {"type": "string"}, "description": "Places."},
            "finish": {"type": "string", "enum": ["matt", "gloss"], "description": "The finish."},
        },
        "required": ["what"],
        "additionalProperties": False,
    }


def test_a_good_call_gets_python_values_and_answers_without_nulls(painting: ToolSpec) -> None:
    assert call("paint", {"what": "door", "colour": "blue", "where": ["front"]}, CONTEXT) == {
        "ok": True,
        "done": True,
        "colour": "blue",
    }


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({}, "'what'"),
        ({"what": ""}, "what"),
        ({"what": "door", "colour": "green"}, "colour"),
        ({"what": "door", "layers": 4}, "layers"),
        ({"what": "door", "layers": "2"}, "layers"),
        ({"what": "door", "layers": True}, "layers"),
        ({"what": "door", "color": "red"}, "color"),
        ({"what": "door", "where": "front"}, "where"),
        ([], "object"),
        ("what", "object"),
    ],
)
def test_wrong_arguments_are_named_and_nothing_is_done(painting: ToolSpec, arguments: Any, word: str) -> None:
    answer = call("paint", arguments, CONTEXT)
    assert answer["ok"] is False
    assert answer["error"]["code"] == "invalid_arguments"
    assert word in answer["error"]["message"]
    assert answer["error"]["hint"]


def test_an_explicit_null_counts_as_an_absent_optional_argument(painting: ToolSpec) -> None:
    assert call("paint", {"what": "door", "finish": None, "layers": None}, CONTEXT)["ok"] is True
    assert call("paint", {"what": None}, CONTEXT)["ok"] is False


def test_a_foreseen_failure_is_answered_with_code_message_and_hint(painting: ToolSpec) -> None:
    assert call("paint", {"what": "nothing"}, CONTEXT) == {
        "ok": False,
        "error": {"code": "media", "message": "There is nothing to paint.", "hint": "Name something."},
    }


def test_a_failure_with_something_to_tell_tells_it_beside_the_error(painting: ToolSpec) -> None:
    answer = call("paint", {"what": "told"}, CONTEXT)
    assert (answer["ok"], answer["outcome"], answer["reply"]) == (False, "failed", "Sorry.")
    assert answer["error"]["code"] == "out_of_credits"


def test_an_unforeseen_failure_is_answered_without_its_details(painting: ToolSpec) -> None:
    answer = call("paint", {"what": "crash"}, CONTEXT)
    assert answer["error"]["code"] == "internal"
    assert "secret" not in json.dumps(answer)


def test_an_unknown_tool_is_answered_with_the_known_ones() -> None:
    answer = call("nothing", {}, CONTEXT)
    assert answer["error"]["code"] == "unknown_tool"
    assert "edit_video" in answer["error"]["hint"]


def test_a_tool_with_an_undescribed_argument_can_not_be_declared() -> None:
    def silent(ctx: ToolContext, *, what: str) -> Painted:
        """Say nothing of its argument."""
        raise AssertionError

    with pytest.raises(TypeError, match="described"):
        tool(title="Silent")(silent)


def test_a_tool_with_a_positional_argument_can_not_be_declared() -> None:
    def loose(ctx: ToolContext, what: Annotated[str, Doc("What.")]) -> Painted:
        """Take its argument by place."""
        raise AssertionError

    with pytest.raises(TypeError, match="keyword-only"):
        tool(title="Loose")(loose)


@pytest.mark.parametrize("spec", TOOLS.values(), ids=list(TOOLS))
def test_each_tools_schemas_are_flat_described_and_closed(spec: ToolSpec) -> None:
    for schema in (spec.input_schema, spec.output_schema):
        Draft202012Validator.check_schema(to_json(schema))
        assert not {"oneOf", "anyOf", "allOf", "$ref"} & set(schema)
    assert spec.input_schema["additionalProperties"] is False
    assert all(one.get("description") for one in spec.input_schema["properties"].values())


@pytest.mark.parametrize("spec", TOOLS.values(), ids=lambda one: one.name)
def test_a_failure_fits_the_schema_of_the_answer_too(spec: ToolSpec) -> None:
    """Hosts hold every answer against it, and would show the misfit instead of the error."""
    failure = registry.failed(
        ToldFailure(BusyError("Busy.", details={"job_id": "x"}), {"outcome": "failed", "notes": ["n"]})
    )
    Draft202012Validator(to_json(spec.output_schema)).validate(failure)


def test_the_whole_list_stays_small_for_an_assistant() -> None:
    from mango_skill.tools.schemas import describe

    # about four characters a token; a host gives the whole list to the assistant before the first word
    shown = [describe(one) for one in TOOLS.values()]
    assert len(json.dumps(shown, separators=(",", ":"))) / 4 < 3_500


@pytest.mark.parametrize("arguments", [{}, {"message": "cut", "operations": [{"op": "mute"}]}])
def test_an_edit_takes_either_words_or_operations(arguments: dict[str, Any]) -> None:
    answer = call("edit_video", arguments, CONTEXT)
    assert answer["error"]["code"] == "invalid_arguments"
    assert "operations" in answer["error"]["hint"]


def test_values_of_arguments_are_built_once_in_prepare() -> None:
    values = registry.prepare(TOOLS["export_video"], {"height": 720.0})
    assert values["height"] == 720
    assert isinstance(values["height"], int)
    with pytest.raises(ArgumentError):
        registry.prepare(TOOLS["export_video"], {"format": "exe"})
