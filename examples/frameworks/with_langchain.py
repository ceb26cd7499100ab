"""A LangChain model edits a clip: ``python examples/frameworks/with_langchain.py CLIP "WORDS" OUTPUT``.

Needs ``pip install langchain langchain-openai`` and ``OPENAI_API_KEY``, or another model's package and key. With
LangGraph, ``create_agent(model, tools=langchain_tools(skill))`` takes the place of the loop.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from langchain_core.language_models import BaseChatModel

from mango_skill import MangoSkill, open_skill
from mango_skill.hosts.frameworks import langchain_tools

MODEL = "openai:gpt-5.5"


async def edit(model: BaseChatModel, skill: MangoSkill, request: str) -> str:
    """Let the model call tools until it has nothing left to do; return what it says then."""
    tools = {tool.name: tool for tool in langchain_tools(skill)}
    with_tools = model.bind_tools(list(tools.values()))
    messages: list[Any] = [("user", request)]
    while True:
        said = await with_tools.ainvoke(messages)
        messages.append(said)
        if not said.tool_calls:
            return said.text
        for call in said.tool_calls:
            messages.append(await tools[call["name"]].ainvoke(call))


def main(clip: str, words: str, output: str) -> int:
    """Edit the clip and print what the model says."""
    from langchain.chat_models import init_chat_model

    request = f"{words}\nThe clip is {clip}. Save the video as {output}."
    print(asyncio.run(edit(init_chat_model(MODEL), open_skill(project="langchain-example"), request)))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
