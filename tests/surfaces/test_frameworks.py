"""Agents of seven kinds edit a real clip with a scripted model, in the framework's own types."""

from __future__ import annotations

import asyncio
import http.server
import importlib.util
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import Field
from pydantic_ai import Agent
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import FunctionModel
from smolagents import CodeAgent, Model
from smolagents.models import (
    ChatMessage,
    ChatMessageToolCall,
    ChatMessageToolCallFunction,
    MessageRole,
)

from mango_skill import open_skill
from mango_skill.errors import ConfigurationError
from mango_skill.hosts import frameworks
from mango_skill.tools import TOOLS

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "examples" / "frameworks"
DONE = "Your video is ready."


def steps(clip: Path, output: Path) -> list[tuple[str, dict[str, Any]]]:
    """What the scripted model calls, one tool a turn; the first call is wrong."""
    return [
        ("edit_video", {"mesage": "cut it"}),
        ("upload_media", {"files": [str(clip)]}),
        ("edit_video", {"message": "keep the first second"}),
        ("export_video", {"path": str(output), "project": None}),
    ]


def refused_then_done(answers: Sequence[Mapping[str, Any]]) -> None:
    """The wrong call was told by name, and the others went through."""
    assert [one["ok"] for one in answers] == [False, True, True, True]
    assert "mesage" in answers[0]["error"]["message"]
    assert answers[3]["path"]


# The chat interfaces: the example runs against a provider on loopback -------------------------------------


class Provider:
    """Answers requests of an SDK with the next scripted turn and keeps what it was sent."""

    def __init__(self, turns: Sequence[Any]) -> None:
        self.turns = turns
        self.requests: list[dict[str, Any]] = []

    def answer(self, body: dict[str, Any], path: str) -> dict[str, Any]:
        self.requests.append(body)
        return self.form(self.turns[len(self.requests) - 1], len(self.requests))

    def form(self, turn: Any, number: int) -> dict[str, Any]:
        raise NotImplementedError

    def answers(self) -> list[dict[str, Any]]:
        """The answers that the model was given, in order."""
        raise NotImplementedError


class OpenAIChat(Provider):
    example = "with_openai.py"

    def form(self, turn: Any, number: int) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": turn, "refusal": None}
        if not isinstance(turn, str):
            name, arguments = turn
            stated = {key: arguments.get(key) for key in TOOLS[name].input_schema["properties"]}
            function = {"name": name, "arguments": json.dumps({**stated, **arguments})}
            message["content"] = None
            message["tool_calls"] = [{"id": f"call_{number}", "type": "function", "function": function}]
        choice = {"index": 0, "finish_reason": "stop", "message": message, "logprobs": None}
        return {
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": "scripted",
            "choices": [choice],
        }

    def answers(self) -> list[dict[str, Any]]:
        told = [one for one in self.requests[-1]["messages"] if one["role"] == "tool"]
        assert [one["tool_call_id"] for one in told] == [f"call_{number}" for number in range(1, 5)]
        return [json.loads(one["content"]) for one in told]


class OpenAIResponses(Provider):
    example = "with_openai_responses.py"

    def form(self, turn: Any, number: int) -> dict[str, Any]:
        if isinstance(turn, str):
            said = {"type": "output_text", "text": turn, "annotations": []}
            item = {
                "type": "message",
                "id": "m",
                "role": "assistant",
                "status": "completed",
                "content": [said],
            }
        else:
            name, arguments = turn
            item = {"type": "function_call", "id": "f", "call_id": f"call_{number}", "name": name}
            item["arguments"] = json.dumps(arguments)
        return {
            "id": f"resp_{number}",
            "object": "response",
            "created_at": 1,
            "model": "scripted",
            "output": [item],
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
        }

    def answers(self) -> list[dict[str, Any]]:
        told = [item for one in self.requests[1:] for item in one["input"]]
        assert [one["call_id"] for one in told] == [f"call_{number}" for number in range(1, 5)]
        return [json.loads(one["output"]) for one in told]


class AnthropicMessages(Provider):
    example = "with_anthropic.py"

    def form(self, turn: Any, number: int) -> dict[str, Any]:
        if isinstance(turn, str):
            block: dict[str, Any] = {"type": "text", "text": turn}
        else:
            block = {"type": "tool_use", "id": f"toolu_{number}", "name": turn[0], "input": turn[1]}
        return {
            "id": "msg",
            "type": "message",
            "role": "assistant",
            "model": "scripted",
            "content": [block],
            "stop_reason": "end_turn" if isinstance(turn, str) else "tool_use",
            "stop_sequence": None,
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }

    def answers(self) -> list[dict[str, Any]]:
        messages = self.requests[-1]["messages"]
        assert [one["role"] for one in messages] == ["user", "assistant"] * 4 + ["user"]
        told = [block for one in messages[2::2] for block in one["content"]]
        assert [one["tool_use_id"] for one in told] == [f"toolu_{number}" for number in range(1, 5)]
        assert [one["is_error"] for one in told] == [True, False, False, False]
        return [json.loads(one["content"]) for one in told]


class Gemini(Provider):
    example = "with_gemini.py"

    def form(self, turn: Any, number: int) -> dict[str, Any]:
        if isinstance(turn, str):
            part: dict[str, Any] = {"text": turn}
        else:
            part = {"functionCall": {"id": f"call-{number}", "name": turn[0], "args": turn[1]}}
        return {"candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}]}

    def answers(self) -> list[dict[str, Any]]:
        parts = [part for one in self.requests[-1]["contents"] for part in one["parts"]]
        told = [part["functionResponse"] for part in parts if "functionResponse" in part]
        assert [one["id"] for one in told] == [f"call-{number}" for number in range(1, 5)]
        return [one["response"] for one in told]


@contextmanager
def served(provider: Provider) -> Iterator[str]:
    """Serve a provider on loopback."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            said = json.dumps(provider.answer(body, self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            return None

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("kind", [OpenAIChat, OpenAIResponses, AnthropicMessages, Gemini])
def test_a_chat_interfaces_example_edits_a_clip_and_hears_of_a_wrong_call(
    kind: type[Any], mango: Any, media: Path
) -> None:
    output = mango.folder / "out.mp4"
    provider = kind([*steps(media / "silent.mp4", output), DONE])
    with served(provider) as address:
        environment = mango.environment(
            OPENAI_BASE_URL=f"{address}/v1",
            ANTHROPIC_BASE_URL=address,
            GOOGLE_GEMINI_BASE_URL=address,
            **dict.fromkeys(("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"), "scripted"),
        )
        done = subprocess.run(
            [sys.executable, str(EXAMPLES / kind.example), "a.mp4", "keep the first second", "b.mp4"],
            cwd=mango.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == DONE
    refused_then_done(provider.answers())
    assert output.is_file()
    # every tool was declared in the request, as the SDK sends it
    assert all(f'"{name}"' in json.dumps(provider.requests[0]["tools"]) for name in TOOLS)


# The frameworks: the example's own function is given a scripted model --------------------------------------


class ScriptedChat(BaseChatModel):
    """A LangChain model that says what it was given to say."""

    turns: list[Any]
    heard: list[Any] = Field(default_factory=list)

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> Any:
        assert [one.name for one in tools] == list(TOOLS)
        return self

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, messages: list[Any], stop: Any = None, run_manager: Any = None, **_: Any) -> Any:
        number = sum(isinstance(one, ToolMessage) for one in messages)
        self.heard[:] = messages
        turn = self.turns[number]
        message = (
            AIMessage(turn)
            if isinstance(turn, str)
            else AIMessage(
                "", tool_calls=[{"name": turn[0], "args": turn[1], "id": f"{number}", "type": "tool_call"}]
            )
        )
        return ChatResult(generations=[ChatGeneration(message=message)])


def test_the_langchain_example_edits_a_clip_and_hears_of_a_wrong_call(mango: Any, media: Path) -> None:
    output = mango.folder / "out.mp4"
    model = ScriptedChat(turns=[*steps(media / "silent.mp4", output), DONE])
    skill = open_skill(project="langchain", environ=mango.environment())
    assert asyncio.run(example("with_langchain").edit(model, skill, "edit it")) == DONE
    told = [one for one in model.heard if isinstance(one, ToolMessage)]
    refused_then_done([one.artifact for one in told])
    assert [json.loads(one.text) for one in told] == [one.artifact for one in told]
    assert output.is_file()


def test_the_pydantic_ai_example_edits_a_clip_and_hears_of_a_wrong_call(mango: Any, media: Path) -> None:
    output = mango.folder / "out.mp4"
    turns = [*steps(media / "silent.mp4", output), DONE]
    told: list[Any] = []

    def say(messages: list[Any], info: Any) -> ModelResponse:
        assert [one.name for one in info.function_tools] == list(TOOLS)
        told[:] = [part for one in messages for part in one.parts if isinstance(part, ToolReturnPart)]
        turn = turns[len(told)]
        return ModelResponse([TextPart(turn) if isinstance(turn, str) else ToolCallPart(*turn)])

    skill = open_skill(project="pydantic-ai", environ=mango.environment())
    assert example("with_pydantic_ai").edit(FunctionModel(say), skill, "edit it") == DONE
    refused_then_done([one.content for one in told])
    assert output.is_file()


class ScriptedSmol(Model):
    """A smolagents model that says what it was given to say."""

    def __init__(self, turns: Sequence[Any]) -> None:
        super().__init__()
        self.turns = list(turns)
        self.heard: list[Any] = []

    def generate(self, messages: list[Any], *_: Any, **__: Any) -> ChatMessage:
        self.heard = messages
        turn = self.turns.pop(0)
        if isinstance(turn, str):
            return ChatMessage(role=MessageRole.ASSISTANT, content=turn)
        function = ChatMessageToolCallFunction(name=turn[0], arguments=turn[1])
        call = ChatMessageToolCall(id=f"{len(self.turns)}", type="function", function=function)
        return ChatMessage(role=MessageRole.ASSISTANT, content="", tool_calls=[call])


def test_the_smolagents_example_edits_a_clip(mango: Any, media: Path) -> None:
    output = mango.folder / "out.mp4"
    # smolagents itself tells a model of arguments that are not declared
    turns = [*steps(media / "silent.mp4", output), ("final_answer", {"answer": DONE})]
    skill = open_skill(project="smolagents", environ=mango.environment())
    model = ScriptedSmol(turns)
    assert example("with_smolagents").edit(model, skill, "edit it") == DONE
    assert "Argument mesage is not in the tool's input schema" in str(model.heard)
    assert output.is_file()


def test_code_that_a_model_writes_calls_the_tools_by_place_and_reads_the_answer(
    mango: Any, media: Path
) -> None:
    code = f"""
sent = send_message("keep the first second", ["{media / "silent.mp4"}"])
wrong = edit_video(message="")
final_answer([sent["ok"], sent["actions"], wrong["error"]["code"]])
"""
    skill = open_skill(project="code", environ=mango.environment())
    agent = CodeAgent(
        tools=frameworks.smolagents_tools(skill),
        model=ScriptedSmol([f"Thought: do it.\n<code>{code}</code>"]),
        verbosity_level=0,
    )
    assert agent.run("edit it") == [True, ["upload", "chat"], "invalid_arguments"]


# What no framework may be made to suffer -----------------------------------------------------------------


class Waiting:
    """A skill whose tools answer once they are let go, as a long render does."""

    def __init__(self) -> None:
        self.called = threading.Event()
        self.go = threading.Event()

    def call(self, name: str, arguments: Any) -> dict[str, Any]:
        self.called.set()
        return {"ok": self.go.wait(20)}

    async def let_go(self) -> None:
        """Let the tool go once it was called; a loop that the tool keeps busy never comes to this."""
        assert await asyncio.to_thread(self.called.wait, 20)
        self.go.set()


def test_langchain_goes_on_with_other_work_while_a_tool_runs() -> None:
    async def both() -> Any:
        skill: Any = Waiting()
        tool = frameworks.langchain_tools(skill)[0]
        said, _ = await asyncio.gather(tool.ainvoke({}), skill.let_go())
        return said

    assert json.loads(asyncio.run(both())) == {"ok": True}


def test_pydantic_ai_goes_on_with_other_work_while_a_tool_runs() -> None:
    async def both() -> Any:
        skill: Any = Waiting()
        told: list[Any] = []

        def say(messages: list[Any], info: Any) -> ModelResponse:
            told[:] = [part for one in messages for part in one.parts if isinstance(part, ToolReturnPart)]
            return ModelResponse([TextPart("done") if told else ToolCallPart("connect", {})])

        agent = Agent(FunctionModel(say), tools=frameworks.pydantic_ai_tools(skill))
        await asyncio.gather(agent.run("connect"), skill.let_go())
        return told[0].content

    assert asyncio.run(both()) == {"ok": True}


@pytest.mark.parametrize(
    ("make", "module", "package"),
    [
        ("langchain_tools", "langchain_core.tools", "langchain-core"),
        ("pydantic_ai_tools", "pydantic_ai", "pydantic-ai-slim"),
        ("smolagents_tools", "smolagents", "smolagents"),
    ],
)
def test_a_framework_that_is_not_installed_is_named(
    make: str, module: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigurationError, match=package) as told:
        getattr(frameworks, make)(Waiting())
    assert f"pip install {package}" in told.value.hint


def test_the_adapters_load_no_framework_before_it_is_asked_for() -> None:
    loaded = (
        "import sys, mango_skill.hosts.frameworks as f; f.openai_tools(strict=True); f.gemini_tools();"
        "print(sorted({'openai', 'anthropic', 'google.genai', 'langchain_core', 'pydantic_ai', 'smolagents',"
        "'requests', 'jsonschema'} & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", loaded], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
