"""A pydantic-ai agent edits a clip: ``python examples/frameworks/with_pydantic_ai.py CLIP "WORDS" OUTPUT``.

Needs ``pip install pydantic-ai`` and the key of the model that is named below.
"""

from __future__ import annotations

import asyncio
import sys

from pydantic_ai import Agent
from pydantic_ai.models import Model

from mango_skill import MangoSkill, open_skill
from mango_skill.hosts.frameworks import pydantic_ai_tools

MODEL = "openai:gpt-5.5"


def edit(model: Model | str, skill: MangoSkill, request: str) -> str:
    """Let an agent edit; return what it says at the end."""
    agent = Agent(model, tools=pydantic_ai_tools(skill))
    return asyncio.run(agent.run(request)).output


def main(clip: str, words: str, output: str) -> int:
    """Edit the clip and print what the agent says."""
    request = f"{words}\nThe clip is {clip}. Save the video as {output}."
    print(edit(MODEL, open_skill(project="pydantic-ai-example"), request))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
