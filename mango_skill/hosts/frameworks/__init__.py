"""The tools as agent frameworks take them; no framework is needed before its own function is called.

Three chat interfaces get declarations and have their tool calls answered::

    from mango_skill import open_skill
    from mango_skill.hosts.frameworks import openai_answers, openai_tools

    skill = open_skill(project="holiday")
    message = client.chat.completions.create(model=..., messages=messages, tools=openai_tools(strict=True))
    messages += openai_answers(skill, message)

Three frameworks get tool objects that answer by themselves::

    agent = Agent(model, tools=pydantic_ai_tools(skill))

Every answer is that of ``mango_skill.tools.call``: ``{"ok": true, ...}`` or ``{"ok": false, "error": {...}}``; a call
that fails is answered, never raised.
"""

from __future__ import annotations

from mango_skill.hosts.frameworks.agents import langchain_tools, pydantic_ai_tools, smolagents_tools
from mango_skill.hosts.frameworks.chats import (
    answer,
    anthropic_answers,
    anthropic_tools,
    gemini_answers,
    gemini_tools,
    openai_answers,
    openai_tools,
    responses_answers,
    responses_tools,
)

__all__ = [
    "answer",
    "anthropic_answers",
    "anthropic_tools",
    "gemini_answers",
    "gemini_tools",
    "langchain_tools",
    "openai_answers",
    "openai_tools",
    "pydantic_ai_tools",
    "responses_answers",
    "responses_tools",
    "smolagents_tools",
]
