"""The tools' schemas in each dialect, and arguments on their way back."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from anthropic.types import ToolParam
from google.genai import types as gemini_types
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat import ChatCompletion, ChatCompletionToolParam
from openai.types.responses import FunctionToolParam
from pydantic import TypeAdapter

from mango_skill.hosts import frameworks
from mango_skill.hosts.frameworks import dialects
from mango_skill.tools import TOOLS, Doc, ToolContext, registry, tool
from mango_skill.tools.schemas import describe

STRICT_WORDS = {"type", "description", "enum", "items", "properties", "required", "additionalProperties"}
GEMINI_WORDS = STRICT_WORDS | {"minimum", "maximum", "minItems", "maxItems"}


@dataclass(frozen=True)
class Painted:
    """A result."""

    colour: Annotated[str, Doc("The colour.")]


@tool(title="Paint")
def paint_wall(
    ctx: ToolContext,
    *,
    colour: Annotated[str, Doc("The colour.", min_length=1)],
    layers: Annotated[int, Doc("How many layers.", minimum=1, maximum=3)] = 2,
    holes: Annotated[
        Sequence[dict[str, Any]],
        Doc("What to leave out.", schema={"type": "array", "items": {"type": "object"}}),
    ] = (),
) -> Painted:
    """Paint a wall."""
    return Painted(f"{layers} x {colour}, {len(holes)} holes")


class Painter:
    """A skill that needs no backend."""

    def call(self, name: str, arguments: Any) -> dict[str, Any]:
        nothing: Any = None
        return registry.call(name, arguments, ToolContext(nothing))


SKILL: Any = Painter()


@pytest.fixture
def new_tool() -> Iterator[str]:
    """A tool that was declared a moment ago, in the one table that everything is read from."""
    (table,) = gc.get_referents(
        TOOLS
    )  # the dict behind the read-only view, so that every reader sees the tool
    table["paint_wall"] = paint_wall
    yield "paint_wall"
    del table["paint_wall"]


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema within a schema."""
    yield schema
    for one in schema.get("properties", {}).values():
        yield from objects(one)
    if "items" in schema:
        yield from objects(schema["items"])


def test_strict_schemas_keep_every_rule_of_the_strict_mode(new_tool: str) -> None:
    for one in frameworks.openai_tools(strict=True):
        assert one["function"]["strict"] is True
        for part in objects(one["function"]["parameters"]):
            assert set(part) <= STRICT_WORDS
            if "object" in part["type"]:
                assert part["additionalProperties"] is False
                assert part["required"] == list(part["properties"])


def test_what_a_dialect_can_not_say_is_told_in_words(new_tool: str) -> None:
    (strict,) = [one for one in frameworks.responses_tools(strict=True) if one["name"] == new_tool]
    layers = strict["parameters"]["properties"]["layers"]
    assert layers == {
        "type": ["integer", "null"],
        "description": "How many layers. (At least 1, at most 3, left out: 2.)",
    }
    holes = strict["parameters"]["properties"]["holes"]
    assert holes["items"] == {"type": "string", "description": "A JSON object, as text."}
    (gemini,) = [
        one for one in frameworks.gemini_tools()[0]["function_declarations"] if one["name"] == new_tool
    ]
    assert (
        gemini["parameters_json_schema"]["properties"]["colour"]["description"] == "The colour. (Not empty.)"
    )


def test_gemini_gets_only_words_that_it_knows(new_tool: str) -> None:
    for one in frameworks.gemini_tools()[0]["function_declarations"]:
        assert all(set(part) <= GEMINI_WORDS for part in objects(one["parameters_json_schema"]))


def test_each_sdk_takes_the_declarations_as_its_own_types(new_tool: str) -> None:
    chat = TypeAdapter(list[ChatCompletionToolParam]).validate_python(frameworks.openai_tools())
    responses = TypeAdapter(list[FunctionToolParam]).validate_python(frameworks.responses_tools())
    messages = TypeAdapter(list[ToolParam]).validate_python(frameworks.anthropic_tools())
    (gemini,) = [gemini_types.Tool.model_validate(one) for one in frameworks.gemini_tools()]
    names = [one["function"]["name"] for one in chat]
    assert names == list(TOOLS)
    assert names == [one["name"] for one in responses] == [one["name"] for one in messages]
    assert names == [one.name for one in gemini.function_declarations or ()]
    assert max(map(len, names)) <= 64


def test_a_tool_declared_once_is_in_every_projection(new_tool: str) -> None:
    from mango_skill.cli import documents
    from mango_skill.hosts.mcp.server import listed
    from mango_skill.tools import schemas

    assert listed(TOOLS[new_tool]).input_schema["required"] == ["colour"]
    assert describe(TOOLS[new_tool])["inputSchema"]["properties"]["colour"]["type"] == "string"
    assert schemas.SCHEMAS / "tools" / "paint_wall.json" in schemas.files()
    assert "| `paint_wall` | Paint a wall. |" in documents.blocks()["tools"]
    assert [one.name for one in frameworks.langchain_tools(SKILL)][-1] == new_tool
    assert [one.name for one in frameworks.pydantic_ai_tools(SKILL)][-1] == new_tool
    (smol,) = [one for one in frameworks.smolagents_tools(SKILL) if one.name == new_tool]
    assert smol("red", layers=3) == {"ok": True, "colour": "3 x red, 0 holes"}


def test_the_documents_check_fails_while_a_new_tool_is_missing_in_them(
    new_tool: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from mango_skill.cli import documents
    from mango_skill.tools import schemas

    assert documents.main(["--check"]) == 1
    assert schemas.main(["--check"]) == 1
    told = capsys.readouterr().err
    assert "README.md" in told
    assert "paint_wall.json" in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ('{"colour": "red", "layers": null, "holes": null}', "2 x red, 0 holes"),
        ('{"colour": "red", "layers": 1, "holes": ["{\\"at\\": 3}", "{}"]}', "1 x red, 2 holes"),
        ({"colour": "red", "holes": '[{"at": 3}]'}, "2 x red, 1 holes"),
        ({"colour": "[]", "layers": 3.0}, "3 x [], 0 holes"),
    ],
)
def test_arguments_come_back_from_each_dialect(arguments: Any, said: str, new_tool: str) -> None:
    assert frameworks.answer(SKILL, new_tool, arguments) == {"ok": True, "colour": said}


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("paint_wall", "{not json", "invalid_arguments"),
        ("paint_wall", "[1]", "invalid_arguments"),
        ("paint_wall", "null", "invalid_arguments"),
        ("paint_wall", "", "invalid_arguments"),
        ("paint_wall", {"colour": None}, "invalid_arguments"),
        ("paint_wall", {"colour": "red", "holes": ["{"]}, "invalid_arguments"),
        ("paint_wal", {"colour": "red"}, "unknown_tool"),
    ],
)
def test_a_call_that_can_not_be_made_is_answered(name: str, arguments: Any, code: str, new_tool: str) -> None:
    said = frameworks.answer(SKILL, name, arguments)
    assert (said["ok"], said["error"]["code"]) == (False, code)
    assert said["error"]["hint"]


def test_a_response_without_calls_has_no_answers() -> None:
    for answers in (
        frameworks.openai_answers,
        frameworks.responses_answers,
        frameworks.anthropic_answers,
        frameworks.gemini_answers,
    ):
        assert answers(SKILL, {"choices": [], "content": "done", "candidates": None}) == []


def test_several_calls_of_one_turn_are_answered_in_order_and_others_kinds_left_alone(new_tool: str) -> None:
    calls = [
        {
            "id": name,
            "type": "function",
            "function": {"name": new_tool, "arguments": f'{{"colour": "{name}"}}'},
        }
        for name in ("red", "blue")
    ]
    custom = {"id": "other", "type": "custom", "custom": {"name": "sql", "input": "select"}}
    message = {"role": "assistant", "content": None, "tool_calls": [*calls, custom]}
    said = {"index": 0, "finish_reason": "tool_calls", "message": message}
    completion = ChatCompletion.model_validate(
        {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [said]}
    )
    for response in (completion, completion.choices[0].message, completion.model_dump(), message):
        answers = frameworks.openai_answers(SKILL, response)
        assert [(one["tool_call_id"], json.loads(one["content"])["ok"]) for one in answers] == [
            ("red", True),
            ("blue", True),
        ]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda one: st.lists(one) | st.dictionaries(st.text(), one),
    )
)
def test_whatever_a_model_sends_is_answered(arguments: Any) -> None:
    for name in ("edit_video", "upload_media", "wait_for_job"):
        schema = dict(TOOLS[name].input_schema)
        dialects.given_back(schema, arguments)
        dialects.given_back(schema, dict.fromkeys(schema["properties"], arguments))
    said = frameworks.answer(SKILL, "paint_tree", arguments)
    assert said["ok"] is False
