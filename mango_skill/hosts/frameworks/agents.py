"""Tool objects for LangChain, pydantic-ai and smolagents; each framework is imported when its function is called.

The functions behind the tools are synchronous. LangChain and pydantic-ai call such functions in a thread, so an event
loop goes on while a video is rendered.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from mango_skill.errors import ConfigurationError
from mango_skill.hosts.frameworks import dialects
from mango_skill.hosts.frameworks.chats import answer
from mango_skill.skill import MangoSkill
from mango_skill.tools import TOOLS, ToolSpec

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool
    from pydantic_ai import Tool as PydanticTool

_ANSWER: Final = (
    'Returns a dict: {"ok": True, ...} or {"ok": False, "error": {"code", "message", "hint"}}; show its "reply" or '
    '"message" to the user.'
)


def langchain_tools(skill: MangoSkill) -> list[BaseTool]:
    """Return the tools for LangChain and LangGraph; a tool message has the JSON text, and the answer as artifact.

    Raises:
        ConfigurationError: ``langchain-core`` is not installed.
    """
    framework = _framework("langchain_core.tools", package="langchain-core")

    def written(spec: ToolSpec) -> BaseTool:
        say = _function(skill, spec)

        def call(**arguments: Any) -> tuple[str, dict[str, Any]]:
            said = say(arguments)
            return json.dumps(said, ensure_ascii=False), said

        made: BaseTool = framework.StructuredTool(
            name=spec.name,
            description=spec.description,
            args_schema=dialects.plain(spec.input_schema),
            func=call,
            response_format="content_and_artifact",
        )
        return made

    return [written(spec) for spec in TOOLS.values()]


def pydantic_ai_tools(skill: MangoSkill) -> list[PydanticTool[Any]]:
    """Return the tools for an ``Agent`` of pydantic-ai.

    Raises:
        ConfigurationError: ``pydantic-ai`` is not installed.
    """
    framework = _framework("pydantic_ai", package="pydantic-ai-slim")

    def written(spec: ToolSpec) -> PydanticTool[Any]:
        say = _function(skill, spec)

        def call(**arguments: Any) -> dict[str, Any]:
            return say(arguments)

        made: PydanticTool[Any] = framework.Tool.from_schema(
            call,
            name=spec.name,
            description=spec.description,
            json_schema=dialects.plain(spec.input_schema),
        )
        return made

    return [written(spec) for spec in TOOLS.values()]


def smolagents_tools(skill: MangoSkill) -> list[Any]:
    """Return the tools for a ``CodeAgent`` or ``ToolCallingAgent`` of smolagents.

    Raises:
        ConfigurationError: ``smolagents`` is not installed.
    """
    framework = _framework("smolagents", package="smolagents")

    class MangoTool(framework.Tool):  # type: ignore[name-defined,misc]
        """A tool whose arguments are checked where all tools check them."""

        # forward takes what the schema says instead of repeating it as a signature
        skip_forward_signature_validation = True
        output_type = "object"

        def __init__(self, spec: ToolSpec) -> None:
            super().__init__()
            self.name = spec.name
            self.description = f"{spec.description}\n{_ANSWER}"
            self.inputs = _inputs(spec)
            self._say = _function(skill, spec)

        def forward(self, *values: Any, **arguments: Any) -> dict[str, Any]:
            # code that a model writes may pass arguments by their place
            return self._say({**dict(zip(self.inputs, values, strict=False)), **arguments})

    return [MangoTool(spec) for spec in TOOLS.values()]


def _function(skill: MangoSkill, spec: ToolSpec) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda arguments: answer(skill, spec.name, arguments)


def _inputs(spec: ToolSpec) -> dict[str, Any]:
    """Return the parameters with those that must be given first, for calls by place."""
    ordered = sorted(spec.parameters, key=lambda one: not one.required)
    return {
        one.name: {**dialects.plain(one.schema), **({} if one.required else {"nullable": True})}
        for one in ordered
    }


def _framework(module: str, *, package: str) -> Any:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        raise ConfigurationError(
            f"The package {package} is not installed.",
            code="package_missing",
            hint=f"Install it where your agent runs: pip install {package}",
        ) from None
